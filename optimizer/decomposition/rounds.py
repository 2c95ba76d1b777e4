"""One stage among all blocks, searched in rounds until plan and prices make a certificate.

Without shared columns that blocks carry one round is enough. With them blocks pay in each round what was carried in the last
one, and a part of what goes beyond it is taken for paid with trapped money as the last answers say; see `carrying`. The plan is made lawful
apart (`recovery`), and the dual answers of all rounds are mixed (`mixing`), so that neither has to wait for the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.errors import SolverFailure
from optimizer.decomposition.carrying import Burden, Known, Limits, trapped_in
from optimizer.decomposition.engine import Found, Search, Unbounded
from optimizer.decomposition.mixing import Dual, mixed
from optimizer.decomposition.pricing import Pricing
from optimizer.decomposition.problem import Problem
from optimizer.decomposition.recovery import recover
from optimizer.decomposition.setting import Setting
from optimizer.matrix import Matrix
from optimizer.staging import Options

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

NARROW = 0.02  # part of the prices by which they are distrusted after the first round
FINE = 5e-8  # gap of a search
ROUGHEST, HASTE = (
    1e-5,
    0.003,
)  # gap while blocks change their minds about what they carry: part of what is off
ROUNDS, PATIENCE = 30, 4  # most rounds, and rounds on end without gain
FAR = 10.0  # times the highest level last seen that shared columns may go in a search
ROUGH = 1e-3  # strain from which a lawful plan is looked for
POINTS = 12  # points of which it is made at most, beside the last one
LAWFUL = 1e-7  # by how much a plan may break a row before a lawful one is made
ACCEPTED = 9e-7  # gap and broken rows with which a stage is taken; the certificate allows 1e-6
KEPT = 1e-7  # gap of a stage that later ones hold, while rounds come nearer
STRAINED = 3e-7  # strain with which it is taken; the certificate measures it against smaller terms


@dataclass(eq=False)
class State:
    """What stages and rounds know from one another.

    Attributes
    ----------
    level : of the shared columns, at which blocks pay what they carry
    known : points for the next search, as if nothing was carried
    lawful : the best plan, likewise
    part : part of each carried entry that is paid with trapped money

    """

    level: Array
    known: list[Known] = field(default_factory=list)
    lawful: list[Known] = field(default_factory=list)
    part: Array | None = None

    def copy(self) -> State:
        """The same knowledge, to go on from more than once."""
        return replace(self, known=list(self.known), lawful=list(self.lawful))


@dataclass(frozen=True, eq=False)
class Ended:
    """A plan (axis column), the dual that bounds it, and simplex iterations of the last round."""

    point: Array
    dual: Dual
    iterations: int


def far(level: Array) -> Array:
    """How far shared columns may go in a search, that no price is refused for the sake of rounding; axis shared."""
    return np.full(level.size, FAR * (1.0 + float(level.max(initial=0.0))))


def bear(
    burden: Burden,
    problem: Problem,
    pricing: Pricing,
    setting: Setting,
    part: Array | None = None,
    rest: Array | None = None,
) -> None:
    """Give the blocks the sides of a stage and have them pay their burden; `part` and `rest` are for what goes beyond it."""
    asked = burden.asked()
    pricing.set_sides(setting.row_lower - asked, setting.row_upper - asked)
    problem.at(burden.level, part, rest)


def dual_of(problem: Problem, found: Found, burden: Burden) -> Dual:
    """A dual of the stage itself, in which what blocks carry is not paid beforehand."""
    beforehand = float(found.price @ problem.shift) - float(found.row_dual @ burden.asked())
    bound = found.bound - beforehand
    seen = trapped_in(burden.structure, problem.reduced(found.price), found.row_dual)
    if seen is None:
        return Dual(found.price, found.row_dual, bound, np.zeros(0), np.zeros(0))
    left, size = problem.plain(burden.level).own_reduced(found.price)
    free = np.isinf(problem.limit)
    return Dual(found.price, found.row_dual, bound, (left + seen.change)[free], problem.one + size[free])


class Rounds:
    """The rounds of one stage.

    Parameters
    ----------
    problem, setting, pricing, options
        The stage, put together, and the blocks.
    limits
        Limits that rise with what blocks carry, if there are any.
    state
        What is known from before; it is changed.
    column_upper
        Upper bounds of all columns.
    last
        Whether no later stage holds this one.
    check
        Raises if the coupling rows cannot be met at all.

    """

    def __init__(
        self,
        problem: Problem,
        setting: Setting,
        pricing: Pricing,
        limits: Limits | None,
        state: State,
        column_upper: Array,
        options: Options,
        *,
        last: bool,
        check: Callable[[], None],
    ) -> None:
        self.problem, self.setting, self.pricing, self.state = problem, setting, pricing, state
        self.structure, self.options = problem.structure, options
        self._upper, self._last, self._check = column_upper, last, check
        self._all = np.arange(problem.block_count)
        self._limits = limits
        self._bear(np.zeros(state.level.size))
        self._duals: list[Dual] = []
        self._tried: list[Known] = []
        self._plan: Array | None = None
        self._cost = np.inf

    def run(self, price: Array, spread: float) -> Ended:
        """Search from first prices, trusted to a part `spread`.

        Raises
        ------
        SolverFailure
            Rounds came no nearer to a certificate, or a search did not settle.
        NoPlan, Interrupted
            There is no plan; Ctrl-C.

        """
        off, least, waste = np.inf, np.inf, 0
        for _ in range(ROUNDS):
            rough = self._limits is not None and waste == 0
            found = self._search(price, spread, min(ROUGHEST, max(FINE, HASTE * off)) if rough else FINE)
            self._duals.append(dual_of(self.problem, found, self._burden))
            dual = mixed(self._duals)
            violation = self._consider(found, dual)
            gap = abs(self._cost - dual.bound) / (self.problem.one + abs(dual.bound))
            self.options.tell(f"  gap {gap:.1e}, violation {violation:.1e}, strain {dual.strain:.1e}")
            accepted = ACCEPTED if self._last or waste > 1 else KEPT
            wrong = max(gap / accepted, dual.strain / STRAINED)
            if self._plan is not None and wrong <= 1.0:
                return Ended(self._plan, dual, found.iterations)
            waste = 0 if wrong < 0.999 * least else waste + 1
            if self.structure.carried is None or waste > PATIENCE:
                break
            off, least, spread = max(gap if gap < np.inf else 0.0, dual.strain), min(least, wrong), NARROW
            self._steer(found)
            price = self.problem.met(found.price, found.own)
        raise SolverFailure(
            f"The prices left a gap of {gap:.1e} and a strain of {dual.strain:.1e}.", "Try --method ipm."
        )

    def _search(self, price: Array, spread: float, target: float) -> Found:
        """Search among all blocks."""
        state, setting = self.state, self.setting
        burden = self._burden
        known = burden.lawful(state.known, setting.row_upper)
        try:
            found = Search(self.problem, self.pricing, self.options).run(price, spread, target, known)
        except Unbounded:
            self._check()
            raise SolverFailure("The search for prices did not settle.", "Try --method ipm.") from None
        known = [(found.point, self._all)] if setting.levelled else [*found.known, (found.point, self._all)]
        state.known = [(burden.unpaid(point), blocks) for point, blocks in known]
        return found

    def _consider(self, found: Found, dual: Dual) -> float:
        """Keep the plan of a search if it is nearest to the bound, made lawful where it breaks limits.

        Nearest, not cheapest: where a stage is held steeply, rounding can make a plan cheaper than any. Says by how much a
        row is still broken.
        """
        state, burden, upper = self.state, self._burden, self.setting.row_upper
        violation = self._take(found.point, dual)
        self._tried = [*state.known, *self._tried][:POINTS]
        if self._limits is not None and violation > LAWFUL and dual.strain < ROUGH:
            known = burden.paid([*state.lawful, *self._tried])
            mixture = recover(
                self.problem, self._limits, upper[self._limits.row], burden.level, known, self.options
            )
            if mixture is not None:
                state.known.append((burden.unpaid(mixture), self._all))
                violation = min(violation, self._take(mixture, dual))
        return violation

    def _take(self, mixture: Array, dual: Dual) -> float:
        """Keep the plan of a mixture if it is lawful and nearest to the bound; says by how much it breaks a row."""
        point, violation = self._settled(mixture, dual)
        cost = self.problem.one * float(self.setting.stage.cost @ point)
        if violation <= ACCEPTED and abs(cost - dual.bound) < abs(self._cost - dual.bound):
            self._plan, self._cost = point, cost
            self.state.lawful = [(self._burden.unpaid(mixture), self._all)]
        return violation

    def _steer(self, found: Found) -> None:
        """Let the next search go by what the blocks carried and what part of it they paid with trapped money."""
        self.state.level = found.own
        self.problem.steer(far(found.own))
        seen = trapped_in(self.structure, self.problem.reduced(found.price), found.row_dual)
        if seen is not None:
            self.state.part = seen.part
            self._bear(seen.rest)

    def _bear(self, rest: Array) -> None:
        """Have the blocks pay what they carry at the level of the state."""
        self._burden = Burden(self.structure, self._limits, self.state.level)
        bear(self._burden, self.problem, self.pricing, self.setting, self.state.part, rest)

    def _settled(self, point: Array, dual: Dual) -> tuple[Array, float]:
        """The plan of a mixture, with what is carried paid by each block, and by how much it breaks a row.

        That is the larger of the violation itself and its worth at the duals, each as a certificate has it.
        """
        problem, matrix = self.problem, self.structure.matrix
        point = np.clip(self._burden.settled(point), matrix.column_lower, self._upper)
        excess = _excess(matrix, point)
        if excess[self.structure.rows].any():
            point = self.structure.spread(point, excess)
            excess = _excess(matrix, point)
        outside = np.abs(excess)
        row_dual = dual.row_dual.copy()
        row_dual[problem.rows] = dual.price[: problem.rows.size]
        worth = np.abs(row_dual) * outside / (problem.one + abs(dual.bound))
        broken = np.maximum(outside / (1.0 + matrix.sizes @ np.abs(point)), worth)
        return point, float(broken.max(initial=0.0))


def _excess(matrix: Matrix, point: Array) -> Array:
    """By how much a point is above (positive) or below the sides of every row."""
    activity: Array = matrix.A @ point
    return np.asarray(
        np.maximum(activity - matrix.row_upper, 0.0) - np.maximum(matrix.row_lower - activity, 0.0)
    )
