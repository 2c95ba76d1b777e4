"""Solving by prices, stage after stage: a way beside the whole matrix and independent blocks.

First prices come from a handful of blocks that stand for all, better ones from some dozens, and the last from all. The
mixture of the blocks' points is a plan of the whole district, and the prices with the duals of the last answers bound it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.errors import SolverFailure
from models.status import Status
from optimizer.chains import Few, representatives
from optimizer.decomposition.carrying import Room, trapped_in
from optimizer.decomposition.mixing import Dual, mixed
from optimizer.decomposition.engine import Found, Known, Search, Unbounded
from optimizer.decomposition.pricing import Pricing
from optimizer.decomposition.problem import Problem
from optimizer.decomposition.recovery import Limits, recover
from optimizer.decomposition.sample import sample, spread_prices
from optimizer.decomposition.structure import Structure
from optimizer.objectives import HOLD, Stage
from optimizer.solution import refusal
from optimizer.staging import Options, Reached, Whole

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

FEW, SOME, MANY = (
    4,
    64,
    10,
)  # blocks that stand for all: in the sample, in the first search, in a large sample
FROM = 120  # blocks from which a first search among some pays
COARSE = 1e-4  # gap of the first search in the last stage
HELD = 1e-6  # and in the stages that are held later
PATIENT = 50  # answers of some blocks after which the best prices will do
WIDE, NARROW = 0.2, 0.02  # part of the prices by which they are distrusted at first
FINE = 5e-8  # gap of the last search
PATIENCE = 4  # such searches without gain
ROUNDS = 30  # searches until blocks have room for what they carry
FAR = 10.0  # times the highest level last seen that shared columns may go in a search
ROUGH = 1e-3  # strain from which a plan is looked for
ROUGHEST, HASTE = 1e-5, 0.003  # gap of a search while blocks change their minds about what they carry, and part of what is off
POINTS = 12  # points of which a lawful plan is made at most
ACCEPTED = 9e-7  # gap with which a stage is taken; the certificate allows 1e-6
LAWFUL = 1e-7  # and by how much its plan may break a row
HELD_GAP = 1e-7  # gap of a stage that later ones hold, unless no search comes nearer
STRAINED = 3e-7  # and strain, whose measure the certificate takes of smaller terms


class Prices:
    """The stages of a model by price decomposition, with interior point on the whole matrix where that fails."""

    def __init__(self, structure: Structure, stages: Sequence[Stage], options: Options) -> None:
        self.structure, self.stages, self.options = structure, list(stages), options
        self.method = "prices"
        self.block_count = len(structure.blocks)
        self._pricing = Pricing(structure.blocks, structure.matrix.shape, options)
        self._whole: Whole | None = None
        self.restrict(structure.matrix.column_upper)

    def restrict(self, column_upper: Array) -> None:
        """Set the upper bounds of the columns and forget what was held; solved blocks start the next search."""
        self._upper = column_upper
        self._pricing.set_upper(column_upper)
        self._forget()

    def _forget(self) -> None:
        self._known: list[Known] = []
        self._lawful: list[Known] = []
        self._few = [_Few(MANY if self.block_count >= FROM else FEW), _Few(SOME)]
        self._level = np.zeros(self.structure.shared.size)
        self._part: Array | None = None
        self._whole = None

    def first(self) -> Reached:
        """Solve the first stage."""
        self._forget()
        try:
            return self._run(0, ())
        except SolverFailure as failure:
            return self._fall_back(failure).first()

    def rest(self, reached: Reached) -> list[Reached]:
        """Hold the first stage and solve the others in turn."""
        if self._whole is not None:
            return self._whole.rest(reached)
        first, results = reached, []
        held: tuple[tuple[Stage, float], ...] = ()
        try:
            for number in range(1, len(self.stages)):
                held = (*held, (reached.stage, reached.stage.bound(reached.value)))
                reached = self._run(number, held)
                results.append(reached)
        except SolverFailure as failure:
            return self._fall_back(failure).rest(first)
        return results

    def _fall_back(self, failure: SolverFailure) -> Whole:
        """Turn to the whole matrix, unless it was the time that ran out."""
        if getattr(failure, "status", None) in (Status.TIME_LIMIT, Status.ITERATION_LIMIT):
            raise failure
        self.options.tell(f"Prices failed ({failure.what}); the whole matrix by interior point instead")
        self.method = "ipm"
        self._whole = Whole(self.structure.matrix, self.stages, replace(self.options, method="ipm"))
        self._whole.restrict(self._upper)
        return self._whole

    # ---- one stage ---------------------------------------------------------------------------------------------

    def _run(self, number: int, held: tuple[tuple[Stage, float], ...]) -> Reached:
        stage = self.stages[number]
        self.options.tell(
            f"Stage {number + 1} of {len(self.stages)}: {stage.name} ({self.block_count:,} blocks at common prices)"
        )
        rows = [(earlier.vector, bound) for earlier, bound in held]
        setting = _Setting.of(self.structure, stage, rows)
        problem = self._problem(setting)
        level, part = (self._level, self._part) if number else (None, None)
        try:
            price, scale = self._sampled(number, setting, problem)
        except SolverFailure:
            self._check_reach(setting)
            raise
        spread = WIDE
        if self.block_count >= FROM:
            better = self._coarse(number, setting, problem, price, scale)
            if better is not None:
                price, spread = better, NARROW
        if level is not None and part is not None:  # where the stage before ended there is a plan
            self._level, self._part = level, part
            problem.ease(part, np.zeros(level.size), level)
        duals: list[Dual] = []
        last = number + 1 == len(self.stages)
        limits, tried = Limits.of(problem, setting.row_upper), []
        plan, least, worst, worse = None, np.inf, np.inf, 0
        off = np.inf
        for _ in range(ROUNDS):
            room = self._enter(setting)
            search = Search(problem, self._pricing, self.options)
            found = self._found(setting, search, price, spread, FINE if limits is None or worse else min(ROUGHEST, max(FINE, HASTE * off)))
            duals.append(self._dual(problem, found, room))
            dual = mixed(duals)
            gross = found.point
            point, violation = self._settled(gross)
            tried = [*self._known, *tried][:POINTS]
            if limits is not None and violation > LAWFUL and dual.strain < ROUGH:
                recovered = recover(problem, limits, [*self._lawful, *tried], self.options)
                if recovered is None:
                    self.options.tell("  no lawful plan of these points")
                else:
                    self._known.append((recovered, np.arange(self.block_count)))
                    gross = recovered
                    point, violation = self._settled(gross)
            cost = scale * float(stage.cost @ point)
            if violation <= LAWFUL and cost < least:
                plan, least = point, cost
                self._lawful = [(gross, np.arange(self.block_count))]
            gap = abs(least - dual.bound) / (problem.one + abs(dual.bound))
            self.options.tell(f"  violation {violation:.1e}; so far gap {gap:.1e}, strain {dual.strain:.1e}")
            off = max(gap if gap < np.inf else 0.0, dual.strain)
            wrong = max(gap / (ACCEPTED if last or worse > 1 else HELD_GAP), dual.strain / STRAINED)
            if wrong <= 1.0 or self.structure.carried is None or (worse := worse + 1 if wrong > 0.999 * worst else 0) > PATIENCE:
                break
            worst = min(worst, wrong)
            spread = NARROW
            self._steer(problem, found)
            price = problem.met(found.price, found.own)
        if plan is None or wrong > 1.0:
            raise SolverFailure(f"The prices left a gap of {gap:.1e} and a strain of {dual.strain:.1e}.", "Try --method ipm.")
        return self._reached(held, setting, problem, plan, dual, scale, found.iterations)

    def _found(self, setting: _Setting, search: Search, price: Array, spread: float, target: float) -> Found:
        """Search among all blocks."""
        try:
            found = search.run(price, spread, target, self._known)
        except Unbounded:
            self._check_reach(setting)
            raise SolverFailure("The search for prices did not settle.", "Try --method ipm.") from None
        whole = np.arange(self.block_count)
        self._known = [(found.point, whole)] if setting.levelled else [*found.known, (found.point, whole)]
        return found

    def _steer(self, problem: Problem, found: Found) -> None:
        """Let the next search go by what the blocks carried and what part of it they paid with trapped money."""
        self._level = found.own
        problem.steer(self._far(found.own))
        seen = trapped_in(self.structure, problem.reduced(found.price), found.row_dual)
        if seen is not None:
            self._part = seen.part
            problem.ease(seen.part, seen.rest, self._level)

    def _far(self, level: Array) -> Array:
        """How far shared columns may go in a search, that no price is refused for the sake of rounding; axis shared."""
        return np.full(level.size, FAR * (1.0 + float(level.max(initial=0.0))))

    def _enter(self, setting: _Setting) -> Room | None:
        """Give the blocks the sides of a stage, with room for what they carry, and forget points that have no room."""
        room = Room.at(self.structure, self._level)
        if room is None:
            self._pricing.set_sides(setting.row_lower, setting.row_upper)
            return None
        upper = setting.row_upper.copy()
        upper[room.row] += room.rise
        self._pricing.set_sides(setting.row_lower, upper)
        lawful = [(point, room.lawful(point, upper, blocks)) for point, blocks in self._known]
        self._known = [(point, blocks) for point, blocks in lawful if blocks.size]
        return room

    def _problem(self, setting: _Setting, few: _Few | None = None) -> Problem:
        if few is None:
            return Problem.of(self.structure, setting.stage.cost, setting.held, setting.fixed)
        if few.blocks is None:
            few.blocks = representatives(self.structure.blocks, few.number)
        own = _Setting.of(self.structure, setting.stage, few.held)
        return Problem.of(self.structure, setting.stage.cost, own.held, own.fixed, few.blocks)

    def _sampled(self, number: int, setting: _Setting, problem: Problem) -> tuple[Array, float]:
        """First prices and a factor of all costs; gives the problem its units and its factor."""
        few = self._few[0]
        small = self._problem(setting, few)
        assert few.blocks is not None
        own = _Setting.of(self.structure, setting.stage, few.held)
        result = sample(small, few.blocks, self._upper, own.row_lower, own.row_upper, self.options)
        few.hold(number, setting.stage, result.value)
        self._level = result.own
        problem.steer(self._far(result.own))
        price = spread_prices(result.price, small, few.blocks, problem)
        unit = spread_prices(result.use, small, few.blocks, problem)
        matrix_rows = slice(problem.rows.size)
        problem.unit[:] = np.maximum(unit, max(1e-6, 1e-3 * float(unit[matrix_rows].max(initial=0.0))))
        scale = 1.0
        if number + 1 < len(self.stages):
            large = problem.unit[matrix_rows] > 0.1 * problem.unit[matrix_rows].max(initial=0.0)
            money = np.abs(price[matrix_rows])[large]
            scale = 1.0 / float(money.max()) if (money > 0).any() else 1.0
        problem.rescale(scale)
        return _afford(problem, price * scale), scale

    def _coarse(
        self, number: int, setting: _Setting, problem: Problem, price: Array, scale: float
    ) -> Array | None:
        """Prices among some blocks that stand for all, each stage held as they reached it; `None` where they cannot be met."""
        few = self._few[1]
        if len(few.held) < number:
            return None
        some = self._problem(setting, few)
        assert few.blocks is not None
        place = {int(row): i for i, row in enumerate(problem.rows)}
        own = np.array([place[int(row)] for row in some.rows], dtype=np.int64)
        own = np.concatenate([own, problem.rows.size + np.arange(price.size - problem.rows.size)])
        some.unit[:] = problem.unit[own]
        some.rescale(scale)
        self._enter(_Setting.of(self.structure, setting.stage, few.held))
        last = number + 1 == len(self.stages)
        try:
            found = Search(some, self._pricing, self.options, few.blocks).run(
                _afford(some, price[own]), WIDE, COARSE if last else HELD, few.known, PATIENT
            )
        except Unbounded:
            return None
        self._level = found.own
        if found.gap <= COARSE and found.missing <= COARSE:
            few.hold(number, setting.stage, found.value / scale)
        everyone = few.blocks.chosen
        few.known = [(found.point, everyone)] if setting.levelled else [*found.known, (found.point, everyone)]
        return _afford(problem, spread_prices(found.price, some, few.blocks, problem))

    def _check_reach(self, setting: _Setting) -> None:
        """Say that there is no plan when the coupling rows cannot be met at any price."""
        problem = self._problem(setting)
        problem.cost, problem.own_cost = np.zeros_like(problem.cost), np.zeros_like(problem.own_cost)
        problem.unit[:] = 1.0
        answer = self._pricing.answer(setting.stage.cost)
        use = np.abs(problem.by_block(answer.point)[1]).mean(axis=1)
        problem.unit[:] = np.maximum(use, max(1e-6, 1e-3 * float(use.max(initial=0.0))))
        missing, _ = Search(problem, self._pricing, self.options).reach(self._known)
        if missing > 1e-6:
            raise refusal(Status.INFEASIBLE, "", "the district")

    # ---- the stage as reached ----------------------------------------------------------------------------------

    def _dual(self, problem: Problem, found: Found, room: Room | None) -> Dual:
        """A dual of the stage itself, without the room that was given and the trapped money that was lent."""
        bound = found.bound + float(found.price @ problem.lent)
        if room is not None:
            bound -= room.worth(found.row_dual)
        seen = trapped_in(self.structure, problem.reduced(found.price), found.row_dual)
        left, size = problem.plain().own_reduced(found.price)
        free = np.isinf(problem.limit) if seen is not None else np.zeros(left.size, dtype=bool)
        change = 0.0 if seen is None else seen.change
        return Dual(found.price, found.row_dual, bound, (left + change)[free], problem.one + size[free])

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

    def _reached(
        self,
        held: tuple[tuple[Stage, float], ...],
        setting: _Setting,
        problem: Problem,
        point: Array,
        dual: Dual,
        scale: float,
        iterations: int,
    ) -> Reached:
        """Put plan and duals of the whole matrix together."""
        matrix, stage = self.structure.matrix, setting.stage
        row_dual = dual.row_dual / scale
        row_dual[problem.rows] = dual.price[: problem.rows.size] / scale
        held_dual = np.zeros(len(held))
        held_dual[setting.moving] = dual.price[problem.rows.size :] / scale
        if setting.resting:
            reduced = stage.cost - matrix.A.T @ row_dual
            for (earlier, _), worth in zip(held, held_dual):
                reduced -= worth * earlier.vector
            for place, column in setting.resting.items():
                held_dual[place] = reduced[column] / held[place][0].vector[column]
                reduced[column] = 0.0
        return Reached(stage, stage.value(point), point, row_dual, held, held_dual, iterations)


@dataclass(eq=False)
class _Few:
    """What is known of a search among a few blocks: who they are, what they held and the points they found."""

    number: int
    blocks: Few | None = None
    held: list[tuple[Array, float]] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)

    def hold(self, number: int, stage: Stage, cost: float) -> None:
        """Hold what a stage reached."""
        self.held[number:] = [(stage.vector, -cost - HOLD * stage.scale)]


@dataclass(frozen=True, eq=False)
class _Setting:
    """A stage with its held rows, told apart: those that rest on one shared column, which then need not move.

    A stage like "the least coverage" is one column; holding it fixes the column, for no later stage gains by more of it.

    Attributes
    ----------
    held : the other held rows; `moving` are their positions among all
    resting : the column of each held row that rests on one; `fixed` its level by position among the shared columns
    row_lower, row_upper : sides of the blocks' rows; a level row whose shared columns move has none
    levelled : whether there is such a row

    """

    stage: Stage
    held: list[tuple[Array, float]]
    moving: list[int]
    resting: dict[int, int]
    fixed: dict[int, float]
    row_lower: Array
    row_upper: Array
    levelled: bool

    @classmethod
    def of(cls, structure: Structure, stage: Stage, held: list[tuple[Array, float]]) -> _Setting:
        """Tell the held rows apart and set the sides of the blocks' rows."""
        matrix, shared = structure.matrix, structure.shared
        resting: dict[int, int] = {}
        fixed: dict[int, float] = {}
        for number, (vector, bound) in enumerate(held):
            column = np.flatnonzero(vector)
            if column.size == 1 and _hinders(structure, int(column[0]), stage, float(vector[column[0]])):
                resting[number] = int(column[0])
                position = int(np.searchsorted(shared, column[0]))
                fixed[position] = max(fixed.get(position, -np.inf), bound / vector[column[0]])
        lower, upper, levelled = matrix.row_lower.copy(), matrix.row_upper.copy(), False
        if structure.levels is not None:
            level = np.zeros(shared.size)
            level[list(fixed)] = list(fixed.values())
            asked = structure.levels.asked(level, lower.size)
            lower, upper = lower - asked, upper - asked
            free = structure.levels.row[~np.isin(structure.levels.shared, list(fixed))]
            lower[free], upper[free] = -np.inf, np.inf
            levelled = free.size > 0
        moving = [number for number in range(len(held)) if number not in resting]
        return cls(stage, [held[number] for number in moving], moving, resting, fixed, lower, upper, levelled)


def _hinders(structure: Structure, column: int, stage: Stage, coefficient: float) -> bool:
    """Whether more of a shared column than is held can only hinder: it costs nothing and tightens every row it is in."""
    if structure.owner[column] >= 0 or stage.cost[column] != 0 or coefficient <= 0:
        return False
    matrix = structure.matrix
    entries = slice(matrix.A.indptr[column], matrix.A.indptr[column + 1])
    row, value = matrix.A.indices[entries], matrix.A.data[entries]
    return bool(
        np.where(value > 0, np.isneginf(matrix.row_lower[row]), np.isposinf(matrix.row_upper[row])).all()
    )


def _afford(problem: Problem, price: Array) -> Array:
    """Scale the prices of level rows so that their shared columns neither gain nor lose."""
    level_of = np.zeros(problem.structure.matrix.shape[0], dtype=np.int64) - 1
    level_of[problem.structure.rows] = problem.structure.level_of
    level = np.append(level_of[problem.rows] >= 0, np.zeros(price.size - problem.rows.size, dtype=bool))
    if not level.any():
        return price
    price = price.copy()
    entries = problem.own_entries[level]
    for column in np.flatnonzero(np.abs(entries).sum(axis=0) > 0):
        worth = float(entries[:, column] @ price[level])
        asked = float(problem.own_cost[column] - problem.own_entries[~level, column] @ price[~level])
        if worth * asked > 0:
            price[level] *= asked / worth
        else:
            price[level] = asked * np.sign(entries[:, column]) / np.abs(entries[:, column]).sum()
    return price
