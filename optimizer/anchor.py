"""From an optimum to the optimum at other sides of the rows: a few steps of the dual simplex beside the solver.

A run of the solver takes half a millisecond before its first step, and most changes of a few sides ask for none or one.
Here the basis matrix stays as the solver factored it; columns that came in since are kept beside it (product form of the
inverse). What comes out is optimal or nothing: every variable is inside its bounds, and the cost of the point agrees with
the one that the duals have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.matrix import Matrix

if TYPE_CHECKING:
    from optimizer.solvers.basis import Vertex

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]
Parts = tuple[Indices, Indices, int]

STEPS = 6  # after which a run of the solver is quicker
FEASIBLE = 1e-9  # relative: how far a figure may be outside its bounds
PIVOT = 1e-7  # of the largest entry of its row, the least that may leave
TIED = 1e-9  # of a ratio: steps as long as this count as equally long
AGREE = 1e-9  # relative distance of what the point and the duals say


class Anchor:
    """An optimum of a program and its basis: where it moves to when sides of rows move (nothing else does).

    A row is a variable too, with the column of a unit vector: what it lacks to A x = 0. Behind the columns come the rows.
    Independent parts of the program, such as schools, take their steps at the same time: one solve with the basis matrix
    serves them all.

    Parameters
    ----------
    vertex, matrix, cost, value
        The end of the solver's last run, the program it solved, and the optimum.
    parts
        The part of every row and of every column, and how many there are (`blocks.components`); one part when not given.

    """

    def __init__(
        self, vertex: Vertex, matrix: Matrix, cost: Array, value: float, parts: Parts | None = None
    ) -> None:
        rows, columns = matrix.shape
        self._vertex, self._A, self._value = vertex, matrix.A, value
        self._cost = cost
        self._lower, self._upper = matrix.column_lower, matrix.column_upper
        row_part, column_part, self._count = parts or (np.zeros(rows, int), np.zeros(columns, int), 1)
        self._part = np.concatenate([column_part, row_part])
        basic = vertex.basic
        self._head = np.where(basic < 0, columns - 1 - basic, basic)
        self._place_part = self._part[self._head]  # of every place of the basis, whatever stands there
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
        if not self._outside(basic, low[self._head], high[self._head]).size:
            return value
        return self._steps(basic, low, high, moved, value)

    def _steps(self, basic: Array, low: Array, high: Array, moved: Array, value: float) -> float | None:
        """Go on by dual steps, one a part at a time, from basic variables that are outside their bounds."""
        columns, part = self._cost.size, self._part
        at, reduced, rests, head = (
            self._at.copy(),
            self._reduced.copy(),
            self._rests.copy(),
            self._head.copy(),
        )
        at[columns + self._row] -= moved
        since: list[_Step] = []
        for _ in range(STEPS):
            places = self._outside(basic, low[head], high[head])
            if not places.size:
                break
            active = self._place_part[places]
            below = basic[places] < low[head[places]]
            bound = np.where(below, low[head[places]], high[head[places]])
            entries = self._of_rows(places, since)
            # towards the bound, of going up
            gain = entries * self._of_all(active, np.where(below, -1.0, 1.0), part)
            comes = _entering(gain, reduced, rests & (at < high), rests & (at > low), part, self._count)
            if comes.size < places.size:
                return None
            column = self._of_columns(comes, since)
            length = (basic[places] - bound) / column[places]
            price = reduced[comes] / entries[comes]
            value += float(reduced[comes] @ length)
            basic -= self._of_all(active, length, self._place_part) * column
            basic[places] = at[comes] + length
            goes = head[places]
            at[goes], head[places] = bound, comes
            rests[goes], rests[comes] = True, False
            reduced -= self._of_all(active, price, part) * entries
            reduced[goes], reduced[comes] = -price, 0.0
            since.append(_Step(places, active, column))
        else:
            if self._outside(basic, low[head], high[head]).size:
                return None
        at[head] = basic
        reached = float(self._cost @ at[:columns])
        return reached if abs(reached - value) <= AGREE * (1.0 + abs(value)) else None

    def _of_all(self, active: Indices, figures: Array, part: Indices) -> Array:
        """Figures of some parts for everything that has a part; 0 where the part is none of them."""
        if self._count == 1:
            return figures
        of_all = np.zeros(self._count)
        of_all[active] = figures
        return of_all[part]

    def _of_rows(self, places: Indices, since: list[_Step]) -> Array:
        """Rows of the basis's inverse, of different parts, times all columns; their sum, as no two share a column."""
        right = np.zeros(self._head.size)
        right[places] = 1.0
        for step in reversed(since):
            along = np.bincount(self._place_part, step.column * right, self._count)[step.active]
            right[step.places] += (right[step.places] - along) / step.column[step.places]
        row = self._vertex.solve_transposed(right)
        return np.concatenate([self._A.T @ row, row])

    def _of_columns(self, numbers: Indices, since: list[_Step]) -> Array:
        """The basis's inverse times columns of different parts; their sum, as no two share a row."""
        columns = self._cost.size
        chosen = np.zeros(columns)
        own = numbers < columns
        chosen[numbers[own]] = 1.0
        right = self._A @ chosen
        right[numbers[~own] - columns] = 1.0
        found = self._vertex.solve(right)
        for step in since:
            share = found[step.places] / step.column[step.places]
            found -= self._of_all(step.active, share, self._place_part) * step.column
            found[step.places] = share
        return found

    def _outside(self, basic: Array, low: Array, high: Array) -> Indices:
        """In every part that has one, the place that is farthest outside its bounds; in the order of the parts."""
        beyond: Array = np.maximum(low - basic, basic - high) - FEASIBLE * (1.0 + np.abs(basic))
        places = np.flatnonzero(beyond > 0)
        return places[_least_of_each(self._place_part[places], -beyond[places], self._count)]


class _Step(NamedTuple):
    """A change of basis: in which places of which parts, and what came into them."""

    places: Indices
    active: Indices
    column: Array


def _least_of_each(part: Indices, figures: Array, count: int) -> Indices:
    """The position of the least figure of every part that there is, of `count`; in the order of the parts."""
    if count == 1:
        return np.array([figures.argmin()]) if figures.size else np.zeros(0, int)
    sorting = np.lexsort((figures, part))
    ordered = part[sorting]
    return np.asarray(sorting[np.append(True, ordered[1:] != ordered[:-1])[: part.size]])


def _entering(gain: Array, reduced: Array, up: Flags, down: Flags, part: Indices, count: int) -> Indices:
    """In every part the variable whose reduced cost is used up first; of several the one with the largest entry.

    `gain` is what the leaving variable moves towards its bound when another one goes up, and `up` and `down` say which can.
    Parts in which nothing can are left out.
    """
    some = np.flatnonzero(gain)
    size, of = np.abs(gain[some]), part[some]
    large = size > PIVOT * _of_its_part(np.maximum, size, of, count, 0.0)
    able = some[large & np.where(gain[some] > 0, up[some], down[some])]
    size, of = np.abs(gain[able]), part[able]
    ratio = np.abs(reduced[able]) / size
    least = _of_its_part(np.minimum, ratio, of, count, np.inf)
    tied = np.flatnonzero(ratio <= least * (1.0 + TIED) + np.finfo(float).tiny)
    return np.asarray(able[tied[_least_of_each(of[tied], -size[tied], count)]])


def _of_its_part(extreme: np.ufunc, figures: Array, part: Indices, count: int, initial: float) -> Any:
    """For every figure the extreme one of its part."""
    if count == 1:
        return extreme.reduce(figures, initial=initial)
    found = np.full(count, initial)
    extreme.at(found, part, figures)
    return found[part]
