"""Independent blocks of a matrix, found from its coefficients and not from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.matrix import Matrix

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Block:
    """Rows and columns that no other row couples, and the block's own matrix.

    Blocks of the same `shape_key` have their coefficients in the same places, so a basis of one starts the other.
    """

    rows: Indices
    columns: Indices
    matrix: Matrix
    shape_key: int


def independent_blocks(matrix: Matrix) -> list[Block]:
    """Split a matrix into its independent parts, in order of their first column."""
    row_owner, column_owner, count = components(matrix.A, matrix.owner)
    if count <= 1:
        rows, columns = matrix.shape
        return [Block(np.arange(rows), np.arange(columns), matrix, 0)]
    return split(matrix, row_owner, column_owner, count)


def components(A: Any, owner: Indices | None) -> tuple[Indices, Indices, int]:
    """The independent part of every row and every column, numbered by their first column, and how many there are.

    Parts are made of owners (schools) and of columns that belong to none, joined where a row has columns of several: one
    look at every coefficient, a third of what a search through all of them takes. An owner whose columns fall apart
    further stays in one part. Where owners are not known, parts are the connected components. A row without
    coefficients couples nothing and belongs to the first part.
    """
    row, column, count = _connected(A) if owner is None else _owned(A, owner)
    first = np.full(count, column.size)
    first[column[::-1]] = np.arange(column.size)[::-1]  # the last one stays, which is the first
    used = np.flatnonzero(first < column.size)
    place = np.zeros(count, dtype=np.int64)
    place[used[np.argsort(first[used])]] = np.arange(used.size)
    return place[row], place[column], used.size


def _owned(A: Any, owner: Indices) -> tuple[Indices, Indices, int]:
    """A label for the part of every row and column, and how many labels there may be."""
    shared = np.flatnonzero(owner < 0)
    group = owner.copy()
    group[shared] = owner.max(initial=-1) + 1 + np.arange(shared.size)
    count = int(group.max(initial=-1)) + 1
    of_entry = np.repeat(group, np.diff(A.indptr))
    row_group = np.full(A.shape[0], count)  # of a row without coefficients
    row_group[A.indices] = of_entry
    of_row = row_group[A.indices]
    apart = of_row != of_entry
    label = _joined(of_entry[apart], of_row[apart], count + 1)
    return label[row_group], label[group], count + 1


def _joined(one: Indices, other: Indices, count: int) -> Indices:
    """Label groups so that pairs have the same one: the least of all that are joined."""
    label = np.arange(count)
    while True:
        least = np.minimum(label[one], label[other])
        lower = label.copy()
        np.minimum.at(lower, one, least)
        np.minimum.at(lower, other, least)
        lower = lower[lower]
        if np.array_equal(lower, label):
            return label
        label = lower


def _connected(A: Any) -> tuple[Indices, Indices, int]:
    """As `_owned`, of connected components."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = A.shape
    entries = A.tocoo()
    graph = coo_array(
        (np.ones(entries.nnz, np.int8), (entries.coords[0], entries.coords[1] + rows)),
        shape=(rows + columns, rows + columns),
    )
    count, found = connected_components(graph, directed=False)
    label = found.astype(np.int64)
    return label[:rows], label[rows:], int(count)


def split(matrix: Matrix, row_owner: Indices, column_owner: Indices, count: int) -> list[Block]:
    """Cut blocks out of a matrix in one sweep; rows and columns of no block (−1) are left out."""
    rows = matrix.shape[0]
    row_order, row_ends = _groups(row_owner, count)
    column_order, column_ends = _groups(column_owner, count)
    position = np.full(rows, -1, dtype=np.int32)
    position[row_order] = np.arange(row_order.size)
    ordered = matrix.A[:, column_order]
    place, data, starts = position[ordered.indices], ordered.data, ordered.indptr
    if row_order.size < rows:
        kept = place >= 0
        starts = np.concatenate([[0], np.cumsum(kept)])[starts]
        place, data = place[kept], data[kept]
    sides = [side[row_order] for side in (matrix.row_lower, matrix.row_upper)]
    bounds = [bound[column_order] for bound in (matrix.column_lower, matrix.column_upper)]
    whole = None if matrix.integer is None else matrix.integer[column_order]
    owner = None if matrix.owner is None else matrix.owner[column_order]
    blocks = []
    for b in range(count):
        r, c = slice(row_ends[b], row_ends[b + 1]), slice(column_ends[b], column_ends[b + 1])
        start = starts[column_ends[b] : column_ends[b + 1] + 1]
        blocks.append(
            _block(
                place[start[0] : start[-1]] - np.int32(r.start),
                data[start[0] : start[-1]],
                (start - start[0]).astype(np.int32),
                [side[r] for side in sides],
                [bound[c] for bound in bounds],
                None if whole is None else whole[c],
                None if owner is None else owner[c],
                row_order[r],
                column_order[c],
            )
        )
    return blocks


def _groups(owner: NDArray[np.integer], count: int) -> tuple[Indices, Indices]:
    """Members of each owner one after another, those of none left out, and where each owner's begin and end."""
    order = np.argsort(owner, kind="stable")
    ends = np.searchsorted(owner[order], np.arange(count + 1))
    return order[ends[0] :], ends - ends[0]


def _block(
    index: NDArray[np.int32],
    data: NDArray[np.float64],
    start: NDArray[np.int32],
    sides: list[NDArray[np.float64]],
    bounds: list[NDArray[np.float64]],
    whole: NDArray[np.bool_] | None,
    owner: Indices | None,
    rows: Indices,
    columns: Indices,
) -> Block:
    from scipy.sparse import csc_array

    A = csc_array((data, index, start), shape=(rows.size, columns.size))
    key = hash((A.shape, start.tobytes(), index.tobytes()))
    return Block(rows, columns, Matrix(A, sides[0], sides[1], bounds[0], bounds[1], whole, owner), key)
