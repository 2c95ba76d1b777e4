"""Stocks that blocks could hold for one another: money carried into next year, where funding moves between schools.

A block's column is *pooled* when every row of the block that holds it is balanced, so that all such columns of a kind (a
reserve in the same year) do the same to the coupling rows. At prices that differ a little from one year to the next
every school would carry all it may or nothing, and the master would see nothing but extremes. So the search keeps one
stock of each kind for the whole district, and the schools share it out when the prices are found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.decomposition.structure import Structure

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pool:
    """Pooled columns by kind.

    Attributes
    ----------
    member, kind, most : axis member: column, kind, most that the member may hold
    bounding, slope : axis member: the row that says so and the coefficient in it; −1 where it is the column's own bound
    use : what one unit of a kind does to the coupling rows through balancing, axes (coupling row, kind)
    row, entry, value : entries of the members in balanced rows: row, position of the member, coefficient

    """

    member: Indices
    kind: Indices
    most: Array
    bounding: Indices
    slope: Array
    use: Array
    row: Indices
    entry: Indices
    value: Array

    @property
    def capacity(self) -> Array:
        """Most of every kind, axis kind."""
        return np.bincount(self.kind, self.most, self.use.shape[1])

    def share(self, structure: Structure, point: Array, stock: Array) -> Array:
        """Give every member its part of the stock and balance the rows."""
        point = point.copy()
        capacity = self.capacity
        part = np.divide(stock, capacity, out=np.zeros_like(stock), where=capacity > 0)
        level = part[self.kind] * self.most
        point[self.member] += level
        asked = np.bincount(self.row, self.value * level[self.entry], structure.matrix.shape[0])
        return structure.balance.settle(point, asked)

    def support(self, row_dual: Array, reduced: Array) -> Array:
        """Put reduced costs of members that call for more than their most on the rows that bound them."""
        row_dual = row_dual.copy()
        left = np.minimum(reduced[self.member], 0.0)
        bounded = self.bounding >= 0
        row_dual[self.bounding[bounded]] += left[bounded] / self.slope[bounded]
        return row_dual


def pool_of(structure: Structure, cost: list[Array]) -> Pool | None:
    """Find the pooled columns among those that cost nothing in any stage; `None` where there are none.

    Where giving has a limit of its own, schools cannot hold one another's stock, and there is no pool.
    """
    matrix, balance = structure.matrix, structure.balance
    rows, columns = matrix.shape
    coordinates = matrix.A.tocoo()
    row, column = (part.astype(np.int64) for part in coordinates.coords)
    value = coordinates.data
    is_coupling = np.zeros(rows, dtype=bool)
    is_coupling[structure.rows] = True
    alone = (np.bincount(row, minlength=rows) == 1)[row] & ~is_coupling[row]
    balanced = (balance.more[row] >= 0) & ~alone
    if np.isin(column[alone], balance.less[balance.less >= 0]).any():
        return None
    pair = np.zeros(columns, dtype=bool)
    pair[balance.more[balance.more >= 0]] = pair[balance.less[balance.less >= 0]] = True
    good = np.bincount(column[alone | balanced], minlength=columns) == np.bincount(column, minlength=columns)
    good &= (np.bincount(column[balanced], minlength=columns) > 0) & ~pair & (structure.owner >= 0)
    good &= matrix.column_lower == 0
    for each in cost:
        good &= each == 0
    most, bounding, slope = _bounds(structure, row, column, value, alone & good[column] & (value > 0))
    good &= np.isfinite(most)
    member = np.flatnonzero(good)
    if member.size == 0:
        return None
    place = np.full(columns, -1, dtype=np.int64)
    place[member] = np.arange(member.size)
    chosen = balanced & good[column]
    at, entry, value = row[chosen], place[column[chosen]], value[chosen]
    coupling = structure.coupling.tocsc()
    position = coupling.indptr[balance.more[at]]
    effect = np.zeros((structure.rows.size, member.size))
    np.add.at(
        effect,
        (coupling.indices[position], entry),
        -value / balance.relief[at] * coupling.data[position],
    )
    use, kind = np.unique(np.round(effect, 12), axis=1, return_inverse=True)
    return Pool(member, kind.ravel(), most[member], bounding[member], slope[member], use, at, entry, value)


def _bounds(
    structure: Structure, row: Indices, column: Indices, value: Array, bounding: NDArray[np.bool_]
) -> tuple[Array, Indices, Array]:
    """Most of every column by its own bound or by a row that holds it alone; that row and the coefficient."""
    matrix = structure.matrix
    most = matrix.column_upper.copy()
    by, slope = np.full(most.size, -1, dtype=np.int64), np.ones(most.size)
    for entry in np.flatnonzero(bounding):
        limit = matrix.row_upper[row[entry]] / value[entry]
        if limit < most[column[entry]]:
            most[column[entry]], by[column[entry]], slope[column[entry]] = limit, row[entry], value[entry]
    return most, by, slope
