"""Independent blocks of a matrix, found from its coefficients and not from the settings."""

from __future__ import annotations

from dataclasses import dataclass

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
    """Split a matrix into its connected components, in order of their first column.

    A row without coefficients couples nothing and belongs to the first block.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = matrix.shape
    entries = matrix.A.tocoo()
    graph = coo_array(
        (np.ones(entries.nnz, np.int8), (entries.coords[0], entries.coords[1] + rows)),
        shape=(rows + columns, rows + columns),
    )
    count, label = connected_components(graph, directed=False)
    used = np.zeros(count, dtype=bool)
    used[label[rows:]] = True
    label[:rows] = np.where(used[label[:rows]], label[:rows], label[rows] if columns else 0)
    _, first = np.unique(label[rows:], return_index=True)
    order = np.unique(label[rows:])[np.argsort(first)]
    if order.size <= 1:
        return [Block(np.arange(rows), np.arange(columns), matrix, 0)]
    own_rows = _groups(label[:rows], count)
    own_columns = _groups(label[rows:], count)
    return [_block(matrix, own_rows[c], own_columns[c]) for c in order]


def _groups(label: NDArray[np.integer], count: int) -> list[Indices]:
    order = np.argsort(label, kind="stable")
    ends = np.searchsorted(label[order], np.arange(count + 1))
    return [order[ends[c] : ends[c + 1]] for c in range(count)]


def _block(matrix: Matrix, rows: Indices, columns: Indices) -> Block:
    part = matrix.part(rows, columns)
    key = hash((part.shape, part.A.indptr.tobytes(), part.A.indices.tobytes()))
    return Block(rows, columns, part, key)
