"""What couples the blocks of a matrix: rows over several blocks, and columns that belong to none.

Which block a column belongs to is known from the program's first axis (the school); everything else is read from the
coefficients. A row with columns of two blocks is a *coupling* row. A column of no block is *shared*.

Two columns of a block that do opposite things to one row of the block and to one coupling row, and stand nowhere else,
*balance* the row (funding received and given): whatever is asked of the row can be met at the coupling row's price. So a
shared column in a balanced row (the district's hiring cost, of which every school bears a share) is *carried*. Any other
row of a block with a shared column is a *level* row (no school's coverage below φ): a coupling row while the shared column
is free, the block's own once it is held. A *ray* is a block's column that can grow for ever and only
eases the block's own rows (funding received again): at no price may growing it pay, so the master knows rays beside
points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.blocks import Block, split
from optimizer.matrix import Matrix

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Balance:
    """Pairs of columns that balance a row of a block: the first upwards, the second downwards.

    `relief` is the coefficient of the first in the row; `limit` is a row that holds the second alone and `slope` the
    coefficient there. Axes: rows of the matrix; −1 where a row has no pair or no limit, and 0 for its coefficients.
    """

    more: Indices
    less: Indices
    relief: Array
    limit: Indices
    slope: Array

    def settle(self, point: Array, asked: Array) -> Array:
        """Change the pairs so that each row stays as it is when `asked` is added to it; no pair works both ways at once."""
        point = point.copy()
        row = np.flatnonzero(self.more >= 0)
        more, less = self.more[row], self.less[row]
        net = point[more] - point[less] - asked[row] / self.relief[row]
        point[more], point[less] = np.maximum(net, 0.0), np.maximum(-net, 0.0)
        return point


@dataclass(frozen=True, eq=False)
class Touch:
    """Entries of shared columns in rows of blocks: row, position among the shared columns, coefficient."""

    row: Indices
    shared: Indices
    value: Array

    def asked(self, level: Array, rows: int) -> Array:
        """What some levels of the shared columns ask of every row."""
        return np.bincount(self.row, self.value * level[self.shared], rows)


@dataclass(frozen=True, eq=False)
class Structure:
    """A matrix as blocks, coupling rows and shared columns.

    Attributes
    ----------
    blocks : the blocks; level rows are in them, with no sides
    owner : axis column, position of its block, −1 for a shared column
    rows, coupling : the coupling rows, level rows included, and their coefficients over all columns
    level_of : axis coupling row, the block of a level row, −1 for the others
    balance, carried, levels, rays : see above

    """

    matrix: Matrix
    blocks: list[Block]
    owner: Indices
    rows: Indices
    shared: Indices
    coupling: csr_array[Any]
    level_of: Indices
    balance: Balance
    carried: Touch | None
    levels: Touch | None
    rays: Indices

    def spread(self, point: Array, excess: Array) -> Array:
        """Have all pairs bear what is too much (axis row of the matrix) in the coupling row that they stand in.

        What rounding leaves in a row of small terms (money that changes hands) is nothing in one of large terms (a budget).
        """
        balance = self.balance
        row = np.flatnonzero(balance.more >= 0)
        entries = self.coupling[:, balance.more[row]].tocoo()
        place, pair = entries.coords
        among = np.bincount(place, minlength=self.rows.size)[place]
        asked = np.zeros(excess.size)
        asked[row[pair]] = balance.relief[row[pair]] * excess[self.rows[place]] / (entries.data * among)
        return balance.settle(point, asked)


@dataclass(frozen=True, eq=False)
class Entries:
    """Coefficients of a matrix one by one, with what is known of their rows and columns."""

    matrix: Matrix
    owner: Indices  # axis column
    row: Indices
    column: Indices
    value: Array
    coupling: Flags  # axis row

    @property
    def local(self) -> Flags:
        """Entries in rows of a single block."""
        return ~self.coupling[self.row]

    def alone(self) -> Flags:
        """Rows with one entry, bounds in the guise of rows; axis row."""
        return np.asarray(np.bincount(self.row, minlength=self.coupling.size) == 1)

    def per_column(self, chosen: Flags) -> Indices:
        """How many of some entries each column has."""
        return np.bincount(self.column[chosen], minlength=self.owner.size)


def structure_of(matrix: Matrix) -> Structure | None:
    """Find blocks, coupling rows and shared columns.

    `None` where there are not at least two blocks, where nothing couples them, or where shared columns stand in several
    unbalanced rows of a block:
    then there are more prices to find than a search is good for.
    """
    if matrix.owner is None:
        return None
    rows = matrix.shape[0]
    present, owner = np.unique(matrix.owner, return_inverse=True)
    if present.size and present[0] < 0:
        owner = owner - 1
    count = int(owner.max(initial=-1)) + 1
    if count < 2:
        return None
    coordinates = matrix.A.tocoo()
    row, column = (part.astype(np.int64) for part in coordinates.coords)
    own = owner[column]
    owned = own >= 0
    least, most = np.full(rows, count), np.full(rows, -1)
    np.minimum.at(least, row[owned], own[owned])
    np.maximum.at(most, row[owned], own[owned])
    entries = Entries(matrix, owner, row, column, coordinates.data, (least < most) | (most < 0))
    balance = balance_of(entries)
    touched = np.zeros(rows, dtype=bool)
    touched[row[~owned]] = True
    level = touched & ~entries.coupling & (balance.more < 0)
    if np.bincount(most[level], minlength=count).max(initial=0) > 1:
        return None
    if level.any():
        entries = Entries(matrix, owner, row, column, coordinates.data, entries.coupling | level)
        balance = balance_of(entries)
    coupling_rows, shared = np.flatnonzero(entries.coupling), np.flatnonzero(owner < 0)
    if coupling_rows.size == 0:
        return None
    relaxed = matrix.replace(
        row_lower=np.where(level, -np.inf, matrix.row_lower),
        row_upper=np.where(level, np.inf, matrix.row_upper),
    )
    return Structure(
        matrix,
        split(relaxed, np.where(entries.coupling & ~level, -1, most), owner, count),
        owner,
        coupling_rows,
        shared,
        matrix.A.tocsr()[coupling_rows],
        np.where(level, most, -1)[coupling_rows],
        balance,
        _touch(entries, shared, ~entries.coupling),
        _touch(entries, shared, level),
        _rays(entries),
    )


def balance_of(entries: Entries) -> Balance:
    """Find for every row of a block the pair that balances it."""
    matrix, rows = entries.matrix, entries.coupling.size
    local = entries.local
    alone = entries.alone()
    counted = local & ~alone[entries.row]
    able = (entries.per_column(counted) == 1) & (entries.per_column(~local) == 1)
    able &= (entries.owner >= 0) & (matrix.column_lower == 0) & np.isposinf(matrix.column_upper)
    outside = ~local & able[entries.column]
    where, does = np.zeros(able.size, dtype=np.int64), np.zeros(able.size)
    where[entries.column[outside]], does[entries.column[outside]] = (
        entries.row[outside],
        entries.value[outside],
    )
    kept = np.flatnonzero(counted & able[entries.column])
    kept = kept[np.argsort(entries.row[kept], kind="stable")]
    row, column, value = entries.row[kept], entries.column[kept], entries.value[kept]
    first = np.flatnonzero(np.bincount(row, minlength=rows)[row] == 2)[::2]
    second = first + 1
    fits = (value[first] == -value[second]) & (does[column[first]] == -does[column[second]])
    fits &= where[column[first]] == where[column[second]]
    first, second = first[fits], second[fits]
    eases = np.where(np.isneginf(matrix.row_lower[row[first]]), -1.0, 1.0)
    turned = value[first] * eases < 0
    first, second = np.where(turned, second, first), np.where(turned, first, second)
    more, less, relief = np.full(rows, -1, dtype=np.int64), np.full(rows, -1, dtype=np.int64), np.zeros(rows)
    more[row[first]], less[row[first]], relief[row[first]] = column[first], column[second], value[first]
    limiting, bounded = np.full(able.size, -1, dtype=np.int64), np.zeros(able.size)
    lone = np.flatnonzero(local & alone[entries.row] & (entries.value > 0))
    limiting[entries.column[lone]], bounded[entries.column[lone]] = entries.row[lone], entries.value[lone]
    has = less >= 0
    limit, slope = np.full(rows, -1, dtype=np.int64), np.zeros(rows)
    limit[has], slope[has] = limiting[less[has]], bounded[less[has]]
    return Balance(more, less, relief, limit, slope)


def _touch(entries: Entries, shared: Indices, rows: Flags) -> Touch | None:
    chosen = (entries.owner[entries.column] < 0) & rows[entries.row]
    if not chosen.any():
        return None
    return Touch(entries.row[chosen], np.searchsorted(shared, entries.column[chosen]), entries.value[chosen])


def _rays(entries: Entries) -> Indices:
    """Columns of blocks in coupling rows that can grow for ever and only ease the rows of their block."""
    matrix, row, value = entries.matrix, entries.row, entries.value
    binds = np.where(value > 0, np.isfinite(matrix.row_upper[row]), np.isfinite(matrix.row_lower[row]))
    held = entries.per_column(entries.local & binds) > 0
    free = np.isposinf(matrix.column_upper) & ~held & (entries.per_column(~entries.local) > 0)
    return np.flatnonzero(free & (entries.owner >= 0))
