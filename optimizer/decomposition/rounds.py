"""One stage among all blocks, searched in rounds until plan and prices make a certificate.

Without shared columns that blocks carry one round is enough. With them each round has room for what was carried in the last
one, and takes a part of it for paid with trapped money as the last answers say; see `carrying`. The plan is made lawful
apart (`recovery`), and the dual answers of all rounds are mixed (`mixing`), so that neither has to wait for the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.errors import SolverFailure
from optimizer.decomposition.carrying import Limits, trapped_in
from optimizer.decomposition.engine import Found, Known, Search, Unbounded
from optimizer.decomposition.mixing import Dual, mixed
from optimizer.decomposition.pricing import Pricing
from optimizer.decomposition.problem import Problem
from optimizer.decomposition.recovery import recover
from optimizer.decomposition.setting import Setting
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
    known : points for the next search
    lawful : the best plan, before blocks pay what they carry
    level : of the shared columns, that blocks have room for
    part : part of each carried entry that is paid with trapped money

    """

    level: Array
    known: list[Known] = field(default_factory=list)
    lawful: list[Known] = field(default_factory=list)
    part: Array | None = None


@dataclass(frozen=True, eq=False)
class Ended:
    """A plan (axis column), the dual that bounds it, and simplex iterations of the last round."""

    point: Array
    dual: Dual
    iterations: int


def far(level: Array) -> Array:
    """How far shared columns may go in a search, that no price is refused for the sake of rounding; axis shared."""
    return np.full(level.size, FAR * (1.0 + float(level.max(initial=0.0))))


def enter(limits: Limits | None, pricing: Pricing, setting: Setting, state: State) -> Array | None:
    """Give the blocks the sides of a stage, with room for what they carry, and forget points that have no room.

    Returns how far each limit has risen (axis limit row), `None` where there is none.
    """
    if limits is None:
        pricing.set_sides(setting.row_lower, setting.row_upper)
        return None
    room, upper = limits.room(state.level), setting.row_upper.copy()
    upper[limits.row] += room
    pricing.set_sides(setting.row_lower, upper)
    lawful = [(point, limits.lawful(point, upper, blocks)) for point, blocks in state.known]
    state.known = [(point, blocks) for point, blocks in lawful if blocks.size]
    return room


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
            found, room = self._search(
                price, spread, min(ROUGHEST, max(FINE, HASTE * off)) if rough else FINE
            )
            self._duals.append(self._dual(found, room))
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

    def _search(self, price: Array, spread: float, target: float) -> tuple[Found, Array | None]:
        """Search among all blocks."""
        state = self.state
        room = enter(self._limits, self.pricing, self.setting, state)
        try:
            found = Search(self.problem, self.pricing, self.options).run(price, spread, target, state.known)
        except Unbounded:
            self._check()
            raise SolverFailure("The search for prices did not settle.", "Try --method ipm.") from None
        mixture = (found.point, self._all)
        state.known = [mixture] if self.setting.levelled else [*found.known, mixture]
        return found, room

    def _consider(self, found: Found, dual: Dual) -> float:
        """Keep the plan of a search if it is nearest to the bound, made lawful where it breaks limits.

        Nearest, not cheapest: where a stage is held steeply, rounding can make a plan cheaper than any. Says by how much a
        row is still broken.
        """
        problem, state = self.problem, self.state
        mixture = found.point
        point, violation = self._settled(mixture)
        self._tried = [*state.known, *self._tried][:POINTS]
        if self._limits is not None and violation > LAWFUL and dual.strain < ROUGH:
            side = self.setting.row_upper[self._limits.row]
            recovered = recover(problem, self._limits, side, [*state.lawful, *self._tried], self.options)
            if recovered is not None:
                mixture = recovered
                state.known.append((mixture, self._all))
                point, violation = self._settled(mixture)
        cost = problem.one * float(self.setting.stage.cost @ point)
        if violation <= ACCEPTED and abs(cost - dual.bound) < abs(self._cost - dual.bound):
            self._plan, self._cost = point, cost
            state.lawful = [(mixture, self._all)]
        return violation

    def _steer(self, found: Found) -> None:
        """Let the next search go by what the blocks carried and what part of it they paid with trapped money."""
        self.state.level = found.own
        self.problem.steer(far(found.own))
        seen = trapped_in(self.structure, self.problem.reduced(found.price), found.row_dual)
        if seen is not None:
            self.state.part = seen.part
            self.problem.ease(seen.part, seen.rest, found.own)

    def _dual(self, found: Found, room: Array | None) -> Dual:
        """A dual of the stage itself, without the room that was given and the trapped money that was lent."""
        problem = self.problem
        bound = found.bound + float(found.price @ problem.lent)
        if room is not None and self._limits is not None:
            bound -= float(room @ found.row_dual[self._limits.row])
        seen = trapped_in(self.structure, problem.reduced(found.price), found.row_dual)
        if seen is None:
            return Dual(found.price, found.row_dual, bound, np.zeros(0), np.zeros(0))
        left, size = problem.plain().own_reduced(found.price)
        free = np.isinf(problem.limit)
        return Dual(found.price, found.row_dual, bound, (left + seen.change)[free], problem.one + size[free])

    def _settled(self, point: Array) -> tuple[Array, float]:
        """The plan of a mixture, with what is carried paid by each block, and by how much it breaks a row."""
        structure, matrix = self.structure, self.structure.matrix
        if structure.carried is not None:
            asked = structure.carried.asked(point[structure.shared], matrix.shape[0])
            point = structure.balance.settle(point, asked)
        point = np.clip(point, matrix.column_lower, self._upper)
        activity = matrix.A @ point
        outside = np.maximum(matrix.row_lower - activity, activity - matrix.row_upper)
        return point, float((outside / (1.0 + abs(matrix.A) @ np.abs(point))).max(initial=0.0))
