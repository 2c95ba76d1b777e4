"""The terms of a small program all at once.

A small program has many terms of few coefficients each, so that the calls of numpy take longer than their figures. Where
the coefficients of terms of some shapes stand is worked out once a process; every further program of these shapes, such
as the next district of a batch, costs a handful of calls.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.product import every_place, product_of
from optimizer.reading import Reading, Shape

if TYPE_CHECKING:
    from scipy.sparse import csc_array

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

LITTLE = 65_536  # members of the products of all terms, up to which a layout is quicker than term by term


@dataclass(eq=False)
class Layout:
    """For every member of the products of some terms: coefficient, row and column, each counted over all terms.

    `last` is what was assembled last: programs of the same shapes mostly have the same pattern, and variants of a district
    often the very same coefficients.
    """

    source: Indices
    row_at: Indices
    column_at: Indices
    last: Assembled | None = None

    def coefficients(self, readings: Sequence[Reading], shape: tuple[int, int]) -> csc_array[Any]:
        """The coefficients of the terms as a sparse matrix; those of the same place are added up."""
        from scipy.sparse import csc_array

        flat, last = _joined(reading.coefficient for reading in readings), self.last
        if last is not None and last.pattern.fits(flat, readings, shape):
            if (flat == last.flat).all():
                return last.A
            pattern = last.pattern
        else:
            pattern = Pattern.of(self, flat, readings, shape)
        data = np.bincount(pattern.position, flat[pattern.source], minlength=pattern.row.size)
        A = csc_array((data, pattern.row, pattern.ends), shape=shape)
        self.last = Assembled(pattern, flat, A)
        return A

    def totals(self, readings: Sequence[Reading], weight: Array, count: int) -> Array:
        """For each of `count` columns its coefficients, each times the weight of its row, added up."""
        flat = _joined(reading.coefficient for reading in readings)
        rows = _joined(reading.rows for reading in readings)
        columns = _joined(reading.columns for reading in readings)
        value = flat[self.source] * weight[rows[self.row_at]]
        # a column that is not there, −1, is counted in front of the others
        return np.bincount(columns[self.column_at] + 1, value, minlength=count + 1)[1:]


@dataclass(frozen=True, eq=False)
class Pattern:
    """Places of a sparse matrix, column by column, and which coefficient of a layout's terms goes to which of them."""

    there: NDArray[np.bool_]  # coefficients that are not zero
    rows: list[Indices]  # of every term
    columns: list[Indices]
    shape: tuple[int, int]
    source: Indices
    position: Indices
    row: NDArray[np.int32]
    ends: NDArray[np.int32]

    @classmethod
    def of(cls, layout: Layout, flat: Array, readings: Sequence[Reading], shape: tuple[int, int]) -> Pattern:
        """Find the places of a layout's coefficients that are not zero."""
        rows, columns = [reading.rows for reading in readings], [reading.columns for reading in readings]
        there = flat != 0
        row, column = _joined(rows)[layout.row_at], _joined(columns)[layout.column_at]
        kept = there[layout.source] & (row >= 0) & (column >= 0)
        places, position = np.unique(column[kept] * shape[0] + row[kept], return_inverse=True)
        ends = np.searchsorted(places, np.arange(shape[1] + 1) * shape[0])
        return cls(
            there,
            rows,
            columns,
            shape,
            layout.source[kept],
            position,
            (places % max(shape[0], 1)).astype(np.int32),
            ends.astype(np.int32),
        )

    def fits(self, flat: Array, readings: Sequence[Reading], shape: tuple[int, int]) -> bool:
        """Whether terms of the same shapes stand in the same places; the blocks of small programs are shared."""
        return (
            shape == self.shape
            and all(reading.rows is rows for reading, rows in zip(readings, self.rows))
            and all(reading.columns is columns for reading, columns in zip(readings, self.columns))
            and bool(((flat != 0) == self.there).all())
        )


class Assembled(NamedTuple):
    """Coefficients of all terms, one after another, and the matrix that was made of them."""

    pattern: Pattern
    flat: Array
    A: csc_array[Any]


def _joined[Kind: np.generic](arrays: Iterable[NDArray[Kind]]) -> NDArray[Kind]:
    return np.concatenate([array.reshape(-1) for array in arrays])


def layout_of(readings: Sequence[Reading]) -> Layout | None:
    """The layout of some terms; `None` where they are too large for it, or there are none."""
    return _layout(tuple([reading.shapes for reading in readings])) if readings else None


@lru_cache(maxsize=32)
def _layout(terms: tuple[tuple[Shape, Shape, Shape], ...]) -> Layout | None:
    products = [product_of(*shapes) for shapes in terms]
    sizes = [math.prod(size) for _, size in products]
    if sum(sizes) > LITTLE:
        return None
    counted: list[list[Indices]] = [[], [], []]
    before = [0, 0, 0]
    for shapes, product in zip(terms, products):
        for kind, shape in enumerate(shapes):
            counted[kind].append(every_place(shape, *product) + before[kind])
            before[kind] += math.prod(shape[1])
    source, row_at, column_at = (np.concatenate(places) for places in counted)
    return Layout(source, row_at, column_at)
