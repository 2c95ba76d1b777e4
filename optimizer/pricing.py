"""Prices of rules: duals of the first stage, the range over which each holds, and the slopes on both sides."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import NoPlan
from models.status import Status
from optimizer.blocks import Block, independent_blocks
from optimizer.live import goes_by_prices
from optimizer.matrix import Matrix
from optimizer.objectives import Stage
from optimizer.priced import is_priced
from optimizer.staging import Options, whole_method

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

STILL = 1e-6  # of a step; a basis that lets a side move no further than this is degenerate there
NUDGE = 1e-2  # of a step; how far a side is moved to find the slope beyond a degenerate basis


@dataclass(frozen=True)
class Slope:
    """Gain of the first stage along a direction, per step: of the basis at hand, forth and back.

    `low` ≤ 0 ≤ `high` count steps; `less` holds from low to 0 and `more` from 0 to high. `whole` is what one whole step
    gains, which is less than `more` where `high` < 1; NaN where there is no plan.
    """

    gain: float
    more: float
    less: float
    whole: float
    low: float
    high: float
    degenerate: bool
    less_exists: bool


@dataclass(eq=False)
class _Part:
    block: Block
    matrix: Matrix
    cost: Array
    session: Any
    basis: Any
    dual: Array
    value: float


class Pricing:
    """The solved first stage of a model, ready to be asked what each rule is worth.

    Attributes
    ----------
    dual : covered pupils gained per unit of each row's right side, axis row
    low, high : changes of each binding row's side over which its dual holds (HiGHS ranging); NaN where it does not bind
    point : the solution, axis column

    """

    def __init__(self, matrix: Matrix, stage: Stage, options: Options) -> None:
        from optimizer.solvers.ranging import row_ranges

        self.matrix, self.stage, self.options = matrix, stage, options
        rows, columns = matrix.shape
        self.dual, self.point = np.zeros(rows), np.zeros(columns)
        self.low, self.high = np.full(rows, np.nan), np.full(rows, np.nan)
        self._part_of = np.zeros(rows, dtype=np.int64)
        self._parts = list(self._solve(independent_blocks(matrix)))
        for number, part in enumerate(self._parts):
            own, ranges = part.block.rows, row_ranges(part.session)
            self.dual[own], self.low[own], self.high[own] = part.dual, ranges.low, ranges.high
            self._part_of[own] = number

    def _solve(self, blocks: list[Block]) -> Iterator[_Part]:
        """Solve every block, started from the basis of its neighbour of the same shape."""
        from optimizer.solvers.highs import Session

        before: dict[int, Any] = {}
        for block in blocks:
            cost = self.stage.cost[block.columns]
            session = Session(block.matrix, threads=1, time_limit=self.options.left())
            start = before.get(block.shape_key)
            if start is not None:
                session.start_from(start)
            method = whole_method(block.matrix)
            if start is None and self._stands_at_vertex(session, block.matrix, cost):
                method = "simplex"
            solution = session.minimise(cost, method=method, interruptible=len(blocks) == 1)
            point, dual, _ = solution.require("the district")
            before[block.shape_key] = session.basis
            self.point[block.columns] = np.clip(point, block.matrix.column_lower, block.matrix.column_upper)
            yield _Part(block, block.matrix, cost, session, session.basis, -dual, -solution.objective)

    def _stands_at_vertex(self, session: Any, matrix: Matrix, cost: Array) -> bool:
        """Let prices and crossover find the first vertex, where they are quicker; says whether they did."""
        from optimizer.decomposition.optimum import goes_to_vertex

        if not goes_by_prices(matrix, self.options) or is_priced(matrix, self.options):
            return False
        try:
            return goes_to_vertex(session, matrix, cost, self.options)
        except NoPlan:  # there is one; the solver has the last word
            return False

    def gain(self, direction: Array) -> float:
        """Gain per step along a direction (change of each row's sides for one step), from the dual at hand."""
        return float(self.dual @ direction)

    def range_of(self, direction: Array) -> tuple[float, float]:
        """Steps that may be gone back (≤ 0) and forth (≥ 0) along a direction while the basis stays optimal.

        The ranging of HiGHS where one row moves alone.
        """
        moved = np.flatnonzero(direction)
        if moved.size == 1 and np.isfinite(self.dual[moved[0]]) and not np.isnan(self.low[moved[0]]):
            ends = self.low[moved[0]] / direction[moved[0]], self.high[moved[0]] / direction[moved[0]]
            return min(ends), max(ends)
        reached = [self._reach(part, own) for part, own in self._over(direction)]
        return max(end[0] for end in reached), min(end[1] for end in reached)

    def slope(self, direction: Array) -> Slope:
        """Slopes on both sides and their ranges; beyond a degenerate basis they are found by solving again.

        Independent blocks that move together gain what each gains, as far as the first of them goes.
        """
        slopes = [self._slope_of(part, own) for part, own in self._over(direction)]
        return Slope(
            sum(one.gain for one in slopes),
            sum(one.more for one in slopes),
            sum(one.less for one in slopes),
            sum(one.whole for one in slopes),
            max(one.low for one in slopes),
            min(one.high for one in slopes),
            any(one.degenerate for one in slopes),
            all(one.less_exists for one in slopes),
        )

    def _slope_of(self, part: _Part, own: Array) -> Slope:
        gain = float(part.dual @ own)
        low, high = self._reach(part, own)
        more, less, exists = gain, gain, True
        degenerate = bool(high < STILL or low > -STILL)
        if high < STILL:
            beyond = self._beyond(part, own, 1.0)
            more, high = beyond if beyond is not None else (0.0, 0.0)
        if low > -STILL:
            beyond = self._beyond(part, own, -1.0)
            exists = beyond is not None
            less, low = (beyond[0], -beyond[1]) if beyond is not None else (np.nan, 0.0)
        whole = more
        if high < 1.0:
            with self._moved(part, own, 1.0) as found:
                whole = np.nan if found is None else found.value - part.value
        return Slope(gain, more, less, whole, low, high, degenerate, exists)

    def _over(self, direction: Array) -> list[tuple[_Part, Array]]:
        """Blocks that a direction moves, each with its own part of it."""
        moved = np.unique(self._part_of[np.flatnonzero(direction)])
        return [(self._parts[number], direction[self._parts[number].block.rows]) for number in moved]

    @staticmethod
    def _reach(part: _Part, own: Array) -> tuple[float, float]:
        from optimizer.solvers.ranging import reach

        return reach(part.session, part.matrix, own)

    def _beyond(self, part: _Part, own: Array, sign: float) -> tuple[float, float] | None:
        """Slope per step (positive when more is better) and reach on one side; `None` when there is no plan there.

        The sides are moved by a hundredth of a step and the first stage is solved again from its basis; when the
        change of the value does not agree with the new dual, a breakpoint was passed and a smaller move is tried.
        """
        answer = None
        for nudge in (NUDGE, NUDGE / 10.0, NUDGE / 100.0):
            with self._moved(part, own, sign * nudge) as found:
                if found is None:
                    continue
                slope, change = float(found.dual @ own), sign * (found.value - part.value) / nudge
                ends = self._reach(found, own)
            if abs(change - slope) <= 1e-3 * max(abs(change), abs(slope)) + 1e-6 * (1.0 + abs(part.value)):
                return slope, nudge + (ends[1] if sign > 0 else -ends[0])
            answer = change, nudge
        return answer

    @contextlib.contextmanager
    def _moved(self, part: _Part, own: Array, steps: float) -> Iterator[_Part | None]:
        """Move the sides, solve again from the basis at hand, and put everything back; `None` when there is no plan."""
        rows = np.flatnonzero(own)
        lower, upper = part.matrix.row_lower.copy(), part.matrix.row_upper.copy()
        lower[rows] += steps * own[rows]
        upper[rows] += steps * own[rows]
        part.session.change_rows(rows, lower[rows], upper[rows])
        try:
            solution = part.session.minimise(part.cost, method="simplex")
            if solution.status is Status.INFEASIBLE:
                yield None
            else:
                _, dual, _ = solution.require("the district")
                matrix = part.matrix.replace(row_lower=lower, row_upper=upper)
                yield replace(part, matrix=matrix, dual=-dual, value=-solution.objective)
        finally:
            part.session.change_rows(rows, part.matrix.row_lower[rows], part.matrix.row_upper[rows])
            part.session.start_from(part.basis)
            part.session.minimise(part.cost, method="simplex")
