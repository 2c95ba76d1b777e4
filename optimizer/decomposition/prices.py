"""Solving by prices, stage after stage: a way beside the whole matrix and independent blocks.

First prices come from a handful of blocks that stand for all, better ones from some dozens, and the last from all. The
mixture of the blocks' points is a plan of the whole district, and the prices with the duals of the last answers bound it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.errors import NoPlan, SolverFailure
from models.status import Status
from optimizer.chains import Few, representatives
from optimizer.decomposition.carrying import Burden, Known, Limits
from optimizer.decomposition.engine import OUTGROWN, Search, Unbounded
from optimizer.decomposition.mixing import Dual
from optimizer.decomposition.pricing import Pricing
from optimizer.decomposition.problem import Problem
from optimizer.decomposition.rounds import NARROW, Ended, Rounds, State, bear, dual_of, far
from optimizer.decomposition.sample import sample, spread_prices, within_reach
from optimizer.decomposition.setting import Setting
from optimizer.decomposition.structure import Structure
from optimizer.objectives import HOLD, Stage
from optimizer.solution import refusal
from optimizer.staging import Options, Reached, Whole

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

FEW, MANY, SOME = 4, 10, 64  # blocks that stand for all: in a sample, a large sample, and the first search
FROM = 120  # blocks from which a first search among some pays
COARSE = 1e-4  # gap of the first search in the last stage
HELD = 1e-6  # and in the stages that are held later
PATIENT = 50  # answers of some blocks after which the best prices will do
SOON = 1e3  # growth of the box of some blocks after which prices have no bound; in the last stage they may be steep
SURE = 1e-9  # strain at which prices prove that there is no plan
LOOSE = 1e-5, 1e-3  # parts of what few blocks held that they let go in turn where it is out of reach
WIDE = 0.2  # part of the prices by which they are distrusted at first


class Prices:
    """The stages of a model by price decomposition, with the whole matrix where that fails."""

    def __init__(self, structure: Structure, stages: Sequence[Stage], options: Options) -> None:
        self.structure, self.stages, self.options = structure, list(stages), options
        self.method = "prices"
        self.block_count = len(structure.blocks)
        self._pricing = Pricing(structure.blocks, structure.matrix.shape, options)
        self._limits = Limits.of(structure)
        self._whole: Whole | None = None
        self._price: Array | None = None  # of the coupling rows in the last first stage that settled
        self._solved: list[_Solved] = []
        self.restrict(structure.matrix.column_upper)

    def restrict(self, column_upper: Array) -> None:
        """Set the upper bounds of the columns and forget what was held; solved blocks start the next search."""
        self._upper = column_upper
        self._pricing.set_upper(column_upper)
        self._forget()

    def _forget(self) -> None:
        self._state = State(np.zeros(self.structure.shared.size))
        self._choose(1)
        self._whole, self.method = None, "prices"

    def _choose(self, times: int) -> None:
        """Choose who stands for all, so many times as many as usual."""
        few = MANY if self.block_count >= FROM else FEW
        self._few = [_Few(times * few), _Few(times * SOME)]

    def first(self) -> Reached:
        """Solve the first stage; one that was solved under the same bounds is taken up again."""
        for solved in self._solved:
            if np.array_equal(solved.upper, self._upper):
                self._state, self._whole = solved.state.copy(), solved.whole
                self._few = [few.copy() for few in solved.few]
                self.method = "prices" if self._whole is None else self._whole.method
                return replace(solved.reached, iterations=0)
        self._forget()
        try:
            reached = self._run(0, ())
        except SolverFailure as failure:
            reached = self._fall_back(failure).first()
        few = [each.copy() for each in self._few]
        self._solved.append(_Solved(self._upper, reached, self._state.copy(), few, self._whole))
        return reached

    def at_best(self, column_upper: Array) -> float:
        """The bound that the prices of the last first stage have under other upper bounds; blocks answer once."""
        if self._price is None:
            return self.stages[0].ideal
        self.restrict(column_upper)
        self.options.tell("Another stipend at the prices of the last")
        setting = self._setting(0, ())
        problem = self._problem(setting)
        bear(Burden(self.structure, self._limits, self._state.level), problem, self._pricing, setting)
        answer = self._pricing.answer(problem.reduced(self._price))
        return self.stages[0].worth(problem.bound(self._price, float(answer.cost.sum())))

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
        except (SolverFailure, NoPlan) as failure:  # there is a plan: the first stage has one
            return self._fall_back(failure).rest(first)
        return results

    def _fall_back(self, failure: SolverFailure | NoPlan) -> Whole:
        """Turn to the whole matrix, unless it was the time that ran out."""
        if _out_of_time(failure):
            raise failure
        self.options.tell(f"Prices failed ({failure.what}); the whole matrix instead")
        self._whole = Whole(self.structure.matrix, self.stages, replace(self.options, method="auto"))
        self._whole.restrict(self._upper)
        self.method = self._whole.method
        return self._whole

    # ---- one stage ---------------------------------------------------------------------------------------------

    def _run(self, number: int, held: tuple[tuple[Stage, float], ...]) -> Reached:
        """Solve a stage; where its search does not settle, once more from the prices of others."""
        state = self._state
        before = state.copy()
        try:
            return self._stage(number, held)
        except (SolverFailure, NoPlan) as failure:
            if _out_of_time(failure) or (number == 0 and isinstance(failure, NoPlan)):
                raise
            self.options.tell(f"Prices failed ({failure.what}); once more, from the prices of other schools")
        self._state = before
        self._choose(2)
        self._pricing = Pricing(self.structure.blocks, self.structure.matrix.shape, self.options)
        self._pricing.set_upper(self._upper)
        for earlier in range(number):  # what the others hold
            setting = self._setting(earlier, held[:earlier])
            self._sampled(earlier, setting, self._problem(setting))
        return self._stage(number, held)

    def _setting(self, number: int, held: tuple[tuple[Stage, float], ...]) -> Setting:
        rows = [(earlier.vector, bound) for earlier, bound in held]
        return Setting.of(self.structure, self.stages[number], rows)

    def _stage(self, number: int, held: tuple[tuple[Stage, float], ...]) -> Reached:
        stage = self.stages[number]
        self.options.tell(
            f"Stage {number + 1} of {len(self.stages)}: {stage.name} ({self.block_count:,} blocks at common prices)"
        )
        setting = self._setting(number, held)
        problem = self._problem(setting)
        level = self._state.level
        try:
            price, scale = self._sampled(number, setting, problem)
        except SolverFailure:
            if number == 0:
                self._check_reach(setting)
                self._let_out(setting)
                price, scale = self._sampled(number, setting, problem)
            else:
                price, scale = self._loosened(number, setting, problem)
        spread = WIDE
        if self.block_count >= FROM:
            better = self._better(number, setting, problem, price, scale)
            if better is not None:
                price, spread = better, NARROW
        if self._state.part is not None:  # where the stage before ended there is a plan
            self._state.level = level
        rounds = Rounds(
            problem, setting, self._pricing, self._limits, self._state, self._upper, self.options,
            last=number + 1 == len(self.stages), check=lambda: self._check_reach(setting),
        )  # fmt: skip
        ended = rounds.run(price, spread)
        if number == 0:
            self._price = ended.dual.price / problem.one
        return self._reached(held, setting, problem, ended)

    def _loosened(self, number: int, setting: Setting, problem: Problem) -> tuple[Array, float]:
        """First prices where what the sample held is out of its reach by rounding, though all blocks have a plan."""
        for part in LOOSE[:-1]:
            self._few[0].loosen(part)
            try:
                return self._sampled(number, setting, problem)
            except SolverFailure:
                continue
        self._few[0].loosen(LOOSE[-1])
        return self._sampled(number, setting, problem)

    def _let_out(self, setting: Setting) -> None:
        """Give the sample of the first stage sides that it can meet."""
        few = self._few[0]
        small = self._problem(setting, few)
        assert few.blocks is not None
        own = Setting.of(self.structure, setting.stage, [])
        sides = within_reach(small, few.blocks, self._upper, own.row_lower, own.row_upper, self.options)
        few.sides = dict(zip(small.rows.tolist(), zip(*sides)))

    def _problem(self, setting: Setting, few: _Few | None = None) -> Problem:
        if few is None:
            return Problem.of(self.structure, setting.stage.cost, setting.held, setting.fixed)
        if few.blocks is None:
            few.blocks = representatives(self.structure.blocks, few.number)
        own = Setting.of(self.structure, setting.stage, few.held)
        small = Problem.of(self.structure, setting.stage.cost, own.held, own.fixed, few.blocks)
        for i, row in enumerate(small.rows.tolist() if few.sides else ()):
            small.lower[i], small.upper[i] = few.sides.get(row, (small.lower[i], small.upper[i]))
        return small

    def _sampled(self, number: int, setting: Setting, problem: Problem) -> tuple[Array, float]:
        """First prices and a factor of all costs; gives the problem its units and its factor."""
        few = self._few[0]
        small = self._problem(setting, few)
        assert few.blocks is not None
        own = Setting.of(self.structure, setting.stage, few.held)
        result = sample(small, few.blocks, self._upper, own.row_lower, own.row_upper, self.options)
        few.hold(number, setting.stage, result.value)
        self._state.level = result.own
        problem.steer(far(result.own))
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

    def _better(
        self, number: int, setting: Setting, problem: Problem, price: Array, scale: float
    ) -> Array | None:
        """Prices among some blocks, which may let go a little of what they held; `None` where that does not help."""
        for part in (0.0, LOOSE[0]):
            self._few[1].loosen(part)
            level = self._state.level
            try:
                return self._coarse(number, setting, problem, price, scale)
            except Unbounded:
                self._state.level = level
            except SolverFailure as failure:
                if _out_of_time(failure):
                    raise
                self._state.level = level
                return None
            if number == 0:
                return None
        return None

    def _coarse(
        self, number: int, setting: Setting, problem: Problem, price: Array, scale: float
    ) -> Array | None:
        """Prices among some blocks that stand for all, each stage held as they reached it; `None` without what they held."""
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
        own_setting = Setting.of(self.structure, setting.stage, few.held)
        burden = Burden(self.structure, self._limits, self._state.level)
        bear(burden, some, self._pricing, own_setting)
        last = number + 1 == len(self.stages)
        found = Search(some, self._pricing, self.options, few.blocks).run(
            _afford(some, price[own]),
            WIDE,
            COARSE if last else HELD,
            burden.lawful(few.known, own_setting.row_upper),
            PATIENT,
            OUTGROWN if last else SOON,
        )
        self._state.level = found.own
        if found.gap <= COARSE and found.missing <= COARSE:
            few.hold(number, setting.stage, (found.value + some.base) / scale)
        mixture = (found.point, few.blocks.chosen)
        known = [mixture] if setting.levelled else [*found.known, mixture]
        few.known = [(burden.unpaid(point), blocks) for point, blocks in known]
        return _afford(problem, spread_prices(found.price, some, few.blocks, problem))

    def missing(self) -> tuple[float, Array]:
        """How much must be missing in the coupling rows at least, in units of theirs, and the duals of all rows that say so.

        Where it is 0 they can be met, whatever the first stage then costs.
        """
        problem, dual = self._missing(self._setting(0, ()), least=True)
        row_dual = dual.row_dual.copy()
        row_dual[problem.rows] = dual.price[: problem.rows.size]
        return dual.bound if dual.strain <= SURE else np.nan, row_dual

    def _check_reach(self, setting: Setting) -> None:
        """Say that there is no plan when the coupling rows cannot be met at any price."""
        _, dual = self._missing(setting)
        if dual.bound > 1e-6 and dual.strain <= SURE:  # otherwise the whole matrix has to tell
            raise refusal(Status.INFEASIBLE, "", "the district")

    def _missing(self, setting: Setting, *, least: bool = False) -> tuple[Problem, Dual]:
        """What is missing in the coupling rows, as a problem without cost, and its dual."""
        problem = self._problem(setting)
        problem.rescale(0.0)
        problem.one = 1.0
        burden = Burden(self.structure, self._limits, self._state.level)
        bear(burden, problem, self._pricing, setting)
        problem.unit[:] = 1.0
        answer = self._pricing.answer(setting.stage.cost)
        use = np.abs(problem.by_block(answer.point)[1]).mean(axis=1)
        problem.unit[:] = np.maximum(use, max(1e-6, 1e-3 * float(use.max(initial=0.0))))
        known = burden.lawful(self._state.known, setting.row_upper)
        found = Search(problem, self._pricing, self.options).reach(known, least=least)
        return problem, dual_of(problem, found, burden)

    def _reached(
        self,
        held: tuple[tuple[Stage, float], ...],
        setting: Setting,
        problem: Problem,
        ended: Ended,
    ) -> Reached:
        """Put plan and duals of the whole matrix together."""
        matrix, stage, dual = self.structure.matrix, setting.stage, ended.dual
        row_dual = dual.row_dual / problem.one
        row_dual[problem.rows] = dual.price[: problem.rows.size] / problem.one
        row_dual = supported(row_dual, matrix.row_lower, matrix.row_upper)
        held_dual = np.zeros(len(held))
        held_dual[setting.moving] = dual.price[problem.rows.size :] / problem.one
        if setting.resting:
            reduced = stage.cost - matrix.A.T @ row_dual
            for (earlier, _), worth in zip(held, held_dual):
                reduced -= worth * earlier.vector
            for place, column in setting.resting.items():
                held_dual[place] = reduced[column] / held[place][0].vector[column]
                reduced[column] = 0.0
        return Reached(
            stage, stage.value(ended.point), ended.point, row_dual, held, held_dual, ended.iterations
        )


@dataclass(eq=False)
class _Few:
    """What is known of a search among a few blocks: who they are, what they held and the points they found."""

    number: int
    blocks: Few | None = None
    held: list[tuple[Array, float]] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    # of coupling rows, where those of the matrix are out of their reach
    sides: dict[int, tuple[float, float]] = field(default_factory=dict)

    def copy(self) -> _Few:
        """The same knowledge, to go on from more than once."""
        return replace(self, held=list(self.held), known=list(self.known))

    def hold(self, number: int, stage: Stage, cost: float) -> None:
        """Hold what a stage reached."""
        self.held[number:] = [(stage.vector, -cost - HOLD * stage.scale)]

    def loosen(self, part: float) -> None:
        """Hold less by a part."""
        self.held = [(vector, bound - part * (1.0 + abs(bound))) for vector, bound in self.held]


@dataclass(frozen=True, eq=False)
class _Solved:
    """A first stage that was solved under some upper bounds, and what later stages go on from."""

    upper: Array
    reached: Reached
    state: State
    few: list[_Few]
    whole: Whole | None


def _out_of_time(failure: SolverFailure | NoPlan) -> bool:
    return getattr(failure, "status", None) in (Status.TIME_LIMIT, Status.ITERATION_LIMIT)


def supported(row_dual: Array, row_lower: Array, row_upper: Array) -> Array:
    """Duals without those that push against a side that is not there: a block's solver leaves some of rounding size."""
    wrong = (row_dual > 0) & np.isneginf(row_lower) | (row_dual < 0) & np.isposinf(row_upper)
    return np.where(wrong, 0.0, row_dual)


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
