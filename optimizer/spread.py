"""A term of a rule coefficient by coefficient; for programs whose terms are large."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.product import places_of, product_of
from optimizer.reading import Reading

if TYPE_CHECKING:
    from scipy.sparse import csc_array

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Spread:
    """A term's coefficients one by one: row, column and value, and the term that they were spread from.

    Another coefficient of the same axes that is zero in the same places goes into the same rows and columns.
    """

    reading: Reading
    source: NDArray[np.signedinteger]  # of every entry: which of the coefficients, one after another
    row: Indices
    column: Indices
    value: Array

    @classmethod
    def of(cls, reading: Reading, known: Spread | None = None) -> Spread:
        """Spread a term over its rows and columns; `known` is the term of a program that is alike."""
        if known is not None and reading.is_beside(known.reading):
            old, new = known.reading.coefficient, reading.coefficient
            if (old == new).all():
                return known
            if ((old == 0) == (new == 0)).all():
                value = new.reshape(-1)[known.source]
                return cls(reading, known.source, known.row, known.column, value)
        flat = reading.coefficient.reshape(-1)
        source = np.flatnonzero(flat)  # the coefficients that are not zero alone
        letters, sizes = product_of(*reading.shapes)
        row, column = (
            index.reshape(-1)[places_of(source, reading.own, axes, letters, sizes)]
            for index, axes in ((reading.rows, reading.row_axes), (reading.columns, reading.column_axes))
        )
        source = np.repeat(source.astype(_narrow(flat.size)), math.prod(sizes[len(reading.own) :]))
        kept = (row >= 0) & (column >= 0)
        if not kept.all():
            source, row, column = source[kept], row[kept], column[kept]
        return cls(reading, source, row, column, flat[source])

    @property
    def places_id(self) -> tuple[int, int]:
        """What two terms share whose coefficients stand in the same rows and columns because one took them over."""
        return id(self.row), id(self.column)


def spread_of(readings: Sequence[Reading], known: Sequence[Spread]) -> list[Spread]:
    """Spread some terms; `known` are those of a rule that is alike, in their order, as far as there are any."""
    return [Spread.of(reading, known[i] if i < len(known) else None) for i, reading in enumerate(readings)]


def _narrow(count: int) -> type[np.signedinteger]:
    return np.int32 if count < 2**31 else np.int64


def entries_of(terms: Iterable[Spread]) -> tuple[Indices, Indices, Array]:
    """Row, column and value of every coefficient of some terms."""
    known = list(terms)
    if not known:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    return (
        np.concatenate([term.row for term in known]),
        np.concatenate([term.column for term in known]),
        np.concatenate([term.value for term in known]),
    )


def assembled(entries: tuple[Indices, Indices, Array], shape: tuple[int, int]) -> csc_array[Any]:
    """A sparse matrix from rows, columns and values; entries of the same place are added up."""
    from scipy.sparse import coo_array

    row, column, value = entries
    narrow = _narrow(max(*shape, value.size))
    return coo_array((value, (row.astype(narrow), column.astype(narrow))), shape=shape).tocsc()
