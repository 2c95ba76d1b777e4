"""The best value of a linear program as a function of one figure t that moves its right sides: exact, from duals.

The least cost is convex and piecewise linear in t. Two tangents of it meet at a breakpoint or above one, so that a
function of k breakpoints takes about 2 k solves (Eisner and Severance, 1976), each of them warm. Independent blocks
have functions of their own, which are added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import NoPlan
from models.polyline import Polyline, total
from models.status import Status
from optimizer.blocks import independent_blocks
from optimizer.live import Live
from optimizer.matrix import Matrix
from optimizer.objectives import Stage
from optimizer.solution import Solution
from optimizer.staging import Options

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

NARROW = 1e-9  # pieces narrower than this are not told apart
NUDGE = (0.0, 1e-9, 1e-8, 1e-7, 1e-6)  # how far an end of the feasible range is moved inside, at most


@dataclass(frozen=True)
class Touch:
    """The function at one place: value and slope of a tangent."""

    at: float
    value: float
    slope: float


@dataclass(frozen=True)
class _Piece:
    """A straight piece: where it ends, the value there, and its slope."""

    end: float
    value: float
    slope: float


@dataclass(eq=False)
class _Part:
    """A block with the column t behind its own columns."""

    columns: Indices
    matrix: Matrix
    cost: Array
    shape_key: int
    live: Live | None = None
    basis: Any = None


class Line:
    """A stage's value as a function of t, where t takes the place of some columns of a program.

    Parameters
    ----------
    matrix
        The program.
    stage
        What is maximised (or minimised) at every t.
    tied
        Columns that are all equal to `sign` × t.
    sign
        1 or −1.

    """

    def __init__(
        self, matrix: Matrix, stage: Stage, tied: Indices, sign: float = 1.0, options: Options | None = None
    ) -> None:
        self.options = (options or Options()).started()
        self.stage = stage
        tied = np.asarray(tied).reshape(-1)
        self._own = np.setdiff1d(np.arange(matrix.shape[1]), tied)
        base = matrix.part(np.arange(matrix.shape[0]), self._own)
        direction = np.asarray(matrix.A[:, tied].sum(axis=1)).reshape(-1) * sign
        self._parts = []
        for block in independent_blocks(base):
            widened = block.matrix.with_column(direction[block.rows], -np.inf, np.inf)
            cost = np.append(stage.cost[self._own[block.columns]], 0.0)
            self._parts.append(_Part(block.columns, widened, cost, block.shape_key))
        self.block_count = len(self._parts)

    @property
    def solves(self) -> int:
        """Runs of the solver so far, over all blocks."""
        return sum(part.live.solves for part in self._parts if part.live is not None)

    @property
    def cold(self) -> int:
        """Runs that started without a basis."""
        return sum(part.live.cold for part in self._parts if part.live is not None)

    def restrict(self, column_upper: Array) -> None:
        """Set the upper bounds of the program's columns."""
        for part in self._parts:
            upper = np.append(column_upper[self._own[part.columns]], part.matrix.column_upper[-1])
            part.matrix = part.matrix.replace(column_upper=upper)
            if part.live is not None:
                part.live.bounds(part.matrix.column_lower, part.matrix.column_upper)

    def reach(self, low: float, high: float) -> tuple[float, float] | None:
        """The part of [low, high] where the program has a solution; `None` when there is no such place."""
        for part in self._parts:
            end = self._farthest(part, low, high, -1.0)
            if end is None:
                return None
            low = max(low, end)
        for part in self._parts:
            end = self._farthest(part, low, high, 1.0)
            if end is None:
                return None
            high = min(high, end)
        return low, high

    def trace(self, low: float, high: float, tolerance: float = 1e-8) -> Polyline:
        """The stage's value over [low, high], where the program has a solution everywhere.

        Parameters
        ----------
        low, high
            The range, as `reach` gives it.
        tolerance
            On the stage's own scale: a bend smaller than this may be cut off.

        """
        allowed = tolerance * self.stage.scale / len(self._parts)
        lines: list[Polyline] = []
        for part in self._parts:
            self.options.tell(f"Block {len(lines) + 1} of {self.block_count}")
            lines.append(self._trace(part, low, high, allowed))
        factor = self.stage.sign / self.stage.scale
        return total(lines).scaled(factor, self.stage.offset / self.stage.scale)

    def sample(self, at: Array) -> Polyline:
        """The stage's value at some places, straight between them: one walk along them, each place from the last basis.

        Parameters
        ----------
        at
            Ascending places in the range, as `reach` gives it.

        """
        value = np.zeros(at.size)
        if at[-1] - at[0] <= NARROW:
            return self.trace(float(at[0]), float(at[-1]))
        for number, part in enumerate(self._parts, start=1):
            self.options.tell(f"Block {number} of {self.block_count}")
            value[-1] += self._end(part, float(at[-1]), -1.0, primal=True).value  # where `reach` has left it
            value[1:-1] += self._heights(part, at[1:-1])
            value[0] += self._end(part, float(at[0]), 1.0).value
        line = Polyline.of(at.tolist(), value.tolist(), (np.diff(value) / np.diff(at)).tolist())
        return line.scaled(self.stage.sign / self.stage.scale, self.stage.offset / self.stage.scale)

    # ---- one block -----------------------------------------------------------------------------------------------

    def _run(self, part: _Part, low: float, high: float, cost: Array, *, primal: bool = False) -> Solution:
        """Minimise over a block with t between two places; a first run starts from a basis of a block like it."""
        if part.live is None:
            alike = (other.basis for other in self._parts if other.shape_key == part.shape_key)
            start = next((basis for basis in alike if basis is not None), None)
            part.live = Live(part.matrix, self.options, start, perturb=False)
        part.live.bound(-1, low, high)
        solution = part.live.minimise(cost, primal=primal)
        if part.basis is None and solution.status is Status.OPTIMAL:
            part.basis = part.live.basis
        return solution

    def _farthest(self, part: _Part, low: float, high: float, toward: float) -> float | None:
        """The least (`toward` −1) or greatest t between two places at which a block has a solution."""
        cost = np.zeros(part.cost.size)
        column = part.matrix.A[:, [-1]].data
        cost[-1] = -toward * max(
            1.0, float(np.abs(column).max(initial=0.0))
        )  # in dollars, to stand clear of tolerances
        solution = self._run(part, low, high, cost)
        return None if solution.point is None else float(solution.point[-1])

    def _touch(self, part: _Part, at: float, *, primal: bool = False) -> Touch | None:
        """Least cost of a block at t, and its slope; `None` where there is no solution."""
        solution = self._run(part, at, at, part.cost, primal=primal)
        if solution.point is None or solution.column_dual is None:
            return None
        return Touch(at, float(part.cost @ solution.point), float(solution.column_dual[-1]))

    def _heights(self, part: _Part, at: Array) -> Array:
        """Least cost of a block at ascending places between two with a solution; a run where the last basis ends."""
        assert part.live is not None
        value, i = np.zeros(at.size), at.size - 1
        while i >= 0:
            part.live.bound(-1, float(at[i]), float(at[i]))
            here = part.live.value(part.cost)
            if here is None:
                raise NoPlan(
                    f"No plan satisfies all rules at {at[i]:g}, between two places with one.", "Report this."
                )
            span = part.live.span(-1)
            first = i
            if span is not None:
                first = min(i, int(np.searchsorted(at, at[i] + span[0])))
                value[first:i] = here + span[2] * (at[first:i] - at[i])
            value[i] = here
            i = first - 1
        return value

    def _end(self, part: _Part, at: float, inward: float, *, primal: bool = False) -> Touch:
        """The function at an end of the range, moved inside by a hair where rounding asks for it."""
        for nudge in NUDGE:
            touch = self._touch(part, at + inward * nudge, primal=primal)
            if touch is not None:
                return Touch(at, touch.value - touch.slope * inward * nudge, touch.slope)
        raise NoPlan(
            f"No plan satisfies all rules at {at:g}, although one does nearby.",
            "Narrow the range a little.",
        )

    def _trace(self, part: _Part, low: float, high: float, tolerance: float) -> Polyline:
        first = self._end(part, low, 1.0)
        if not part.matrix.A[:, [-1]].nnz or high - low <= NARROW:
            return Polyline.of([low, high], [first.value] * 2, [0.0])
        pieces: list[_Piece] = []
        pairs = [(first, self._end(part, high, -1.0))]
        while pairs:
            left, right = pairs.pop()
            between = self._between(part, left, right, tolerance)
            if isinstance(between, Touch):
                pairs += [(between, right), (left, between)]
            else:
                pieces += between
        return Polyline.of(
            [low, *(piece.end for piece in pieces)],
            [first.value, *(piece.value for piece in pieces)],
            [piece.slope for piece in pieces],
        )

    def _between(self, part: _Part, left: Touch, right: Touch, tolerance: float) -> Touch | list[_Piece]:
        """Straight pieces between two places, or a place between them where the function lies above both tangents."""
        width = right.at - left.at
        straight = [_Piece(right.at, right.value, (right.value - left.value) / width)]
        over_left = right.value - (
            left.value + left.slope * width
        )  # how far the other end lies above a tangent
        over_right = left.value - (right.value - right.slope * width)
        if width <= NARROW or min(abs(over_left), abs(over_right)) <= tolerance or right.slope <= left.slope:
            return straight
        bend = left.at + over_right / (right.slope - left.slope)
        if not left.at + NARROW < bend < right.at - NARROW:
            return straight
        touch = self._touch(part, bend)
        if touch is None:
            raise NoPlan(
                f"No plan satisfies all rules at {bend:g}, between two places with one.", "Report this."
            )
        if touch.value - (left.value + left.slope * (bend - left.at)) <= tolerance:
            return [_Piece(bend, touch.value, left.slope), _Piece(right.at, right.value, right.slope)]
        return touch
