"""From an optimum to the optimum at other sides of the rows: a few steps of the dual simplex beside the solver.

A run of the solver takes half a millisecond before its first step, and most changes of a few sides ask for none or one.
Here the basis matrix stays as the solver factored it; columns that came in since are kept beside it (product form of the
inverse). What comes out is optimal or nothing: every variable is inside its bounds, and the cost of the point agrees with
the one that the duals have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.matrix import Matrix

if TYPE_CHECKING:
    from optimizer.solvers.basis import Vertex

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

STEPS = 6  # after which a run of the solver is quicker
FEASIBLE = 1e-9  # relative: how far a figure may be outside its bounds
PIVOT = 1e-7  # of the largest entry of its row, the least that may leave
TIED = 1e-9  # of a ratio: steps as long as this count as equally long
AGREE = 1e-9  # relative distance of what the point and the duals say


class Anchor:
    """An optimum of a program and its basis: where it moves to when sides of rows move (nothing else does).

    A row is a variable too, with the column of a unit vector: what it lacks to A x = 0. Behind the columns come the rows.

    Parameters
    ----------
    vertex, matrix, cost, value
        The end of the solver's last run, the program it solved, and the optimum.

    """

    def __init__(self, vertex: Vertex, matrix: Matrix, cost: Array, value: float) -> None:
        rows, columns = matrix.shape
        self._vertex, self._A, self._value = vertex, matrix.A, value
        self._cost = cost
        self._lower, self._upper = matrix.column_lower, matrix.column_upper
        basic = vertex.basic
        self._head = np.where(basic < 0, columns - 1 - basic, basic)
        self._at = np.concatenate([vertex.point, -vertex.activity])
        self._reduced = np.concatenate([vertex.reduced, -vertex.row_dual])
        self._rests = np.ones(columns + rows, dtype=bool)
        self._rests[self._head] = False
        row = np.flatnonzero(self._rests[columns:])
        self._row = row
        at, low, high = vertex.activity[row], matrix.row_lower[row], matrix.row_upper[row]
        self._at_low = np.abs(at - low) <= np.abs(high - at)
        side = np.where(self._at_low, low, high)
        self._at[columns + row] = -side
        self._free = not np.isfinite(side).all()
        self._equal = row[low == high]  # their duals may push to either side

    def value(self, lower: Array, upper: Array) -> float | None:
        """The least cost at other sides; `None` where that is more than a few steps away."""
        if self._free or (lower > upper).any() or (lower[self._equal] < upper[self._equal]).any():
            return None
        row, columns = self._row, self._cost.size
        moved = np.where(self._at_low, lower[row], upper[row]) + self._at[columns + row]
        if not np.isfinite(moved).all():
            return None
        right = np.zeros(lower.size)
        right[row] = moved
        basic = self._at[self._head] + self._vertex.solve(right)
        low, high = np.concatenate([self._lower, -upper]), np.concatenate([self._upper, -lower])
        value = self._value - float(self._reduced[columns + row] @ moved)
        if _outside(basic, low[self._head], high[self._head]) is None:
            return value
        return self._steps(basic, low, high, moved, value)

    def _steps(self, basic: Array, low: Array, high: Array, moved: Array, value: float) -> float | None:
        """Go on by dual steps from basic variables that are outside their bounds."""
        columns = self._cost.size
        at, reduced, rests, head = (
            self._at.copy(),
            self._reduced.copy(),
            self._rests.copy(),
            self._head.copy(),
        )
        at[columns + self._row] -= moved
        since: list[tuple[int, Array]] = []  # places of the basis and what came into them
        for _ in range(STEPS):
            place = _outside(basic, low[head], high[head])
            if place is None:
                break
            bound = low[head[place]] if basic[place] < low[head[place]] else high[head[place]]
            entries = self._of_row(place, since)
            gain = -entries if basic[place] < bound else entries  # towards the bound, of going up
            comes = _entering(gain, reduced, rests & (at < high), rests & (at > low))
            if comes is None:
                return None
            column = self._of_column(comes, since)
            length = (basic[place] - bound) / column[place]
            price = reduced[comes] / entries[comes]
            value += reduced[comes] * length
            basic -= length * column
            basic[place] = at[comes] + length
            goes = head[place]
            at[goes], head[place] = bound, comes
            rests[goes], rests[comes] = True, False
            reduced -= price * entries
            reduced[goes], reduced[comes] = -price, 0.0
            since.append((place, column))
        else:
            if _outside(basic, low[head], high[head]) is not None:
                return None
        at[head] = basic
        reached = float(self._cost @ at[:columns])
        return reached if abs(reached - value) <= AGREE * (1.0 + abs(value)) else None

    def _of_row(self, place: int, since: list[tuple[int, Array]]) -> Array:
        """A row of the basis's inverse times all columns."""
        right = np.zeros(self._head.size)
        right[place] = 1.0
        for other, column in reversed(since):
            right[other] += (right[other] - float(column @ right)) / column[other]
        row = self._vertex.solve_transposed(right)
        return np.concatenate([self._A.T @ row, row])

    def _of_column(self, number: int, since: list[tuple[int, Array]]) -> Array:
        """The basis's inverse times one column."""
        right, A = np.zeros(self._head.size), self._A
        if number < self._cost.size:
            entries = slice(A.indptr[number], A.indptr[number + 1])
            right[A.indices[entries]] = A.data[entries]
        else:
            right[number - self._cost.size] = 1.0
        found = self._vertex.solve(right)
        for place, column in since:
            share = found[place] / column[place]
            found -= share * column
            found[place] = share
        return found


def _outside(basic: Array, low: Array, high: Array) -> int | None:
    """The place that is farthest outside its bounds; `None` where all are inside."""
    beyond: Any = np.maximum(low - basic, basic - high) - FEASIBLE * (1.0 + np.abs(basic))
    worst = int(beyond.argmax()) if beyond.size else -1
    return worst if worst >= 0 and beyond[worst] > 0 else None


def _entering(gain: Array, reduced: Array, up: Flags, down: Flags) -> int | None:
    """The variable whose reduced cost is used up first; of several the one with the largest entry.

    `gain` is what the leaving variable moves towards its bound when another one goes up, and `up` and `down` say which can.
    """
    least = PIVOT * float(np.abs(gain).max(initial=0.0))
    able = np.flatnonzero((up & (gain > least)) | (down & (gain < -least)))
    if able.size == 0:
        return None
    size = np.abs(gain[able])
    ratio = np.abs(reduced[able]) / size
    tied = ratio <= ratio.min() * (1.0 + TIED) + np.finfo(float).tiny
    return int(able[np.where(tied, size, 0.0).argmax()])
