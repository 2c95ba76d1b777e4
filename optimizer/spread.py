"""A term of a rule coefficient by coefficient."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

# axes and figures of a term, and whether it is read at another node
Written = tuple[str, Array | float, bool]
Shape = tuple[str, tuple[int, ...]]  # axes and their sizes
SMALL = 4_096  # products of axes up to this size are known by heart


@dataclass(frozen=True, eq=False)
class Spread:
    """A term's coefficients one by one: row, column and value, and what they were spread from.

    Another coefficient of the same axes that is zero in the same places goes into the same rows and columns.
    """

    written: Written
    axes: str  # of the variable
    rows: Indices
    columns: Indices
    coefficient: Array
    source: NDArray[np.signedinteger]  # of every entry: which of the coefficients, one after another
    row: Indices
    column: Indices
    value: Array

    @classmethod
    def of(
        cls,
        written: Written,
        own: str,
        coefficient: Array,
        columns: Indices,
        column_axes: str,
        rows: Indices,
        row_axes: str,
    ) -> Spread:
        """Spread a coefficient with axes `own` over the rows of a rule and the columns of a variable.

        What an entry's coefficient, row or column lacks of the axes of all three is a full product. `written` is what
        the term says, before it is read at other nodes.
        """
        flat, row, column = coefficient.reshape(-1), rows.reshape(-1), columns.reshape(-1)
        shapes = (own, coefficient.shape), (row_axes, rows.shape), (column_axes, columns.shape)
        known = _known(*shapes)
        if known is not None:
            source, row_at, column_at = known
            row, column = row[row_at], column[column_at]
            kept = (flat[source] != 0) & (row >= 0) & (column >= 0)
        else:  # the coefficients that are not zero alone
            source = np.flatnonzero(flat)
            letters, sizes = _product(*shapes)
            row, column = (
                index[_positions(letters, sizes, own, axes, source)]
                for index, axes in ((row, row_axes), (column, column_axes))
            )
            source = np.repeat(source.astype(_narrow(flat.size)), math.prod(sizes[len(own) :]))
            kept = (row >= 0) & (column >= 0)
        if not kept.all():
            source, row, column = source[kept], row[kept], column[kept]
        return cls(
            _kept(written), column_axes, rows, columns, coefficient.copy(), source, row, column, flat[source]
        )

    @property
    def places_id(self) -> tuple[int, int]:
        """What two terms share whose coefficients stand in the same rows and columns because one took them over."""
        return id(self.row), id(self.column)

    def repeated(self, written: Written, columns: Indices, axes: str, rows: Indices) -> bool:
        """Whether a term says the same, of the same rows and columns."""
        (own, figures, shifted), (known_own, known, known_shifted) = written, self.written
        if not (rows is self.rows and columns is self.columns and axes == self.axes):
            return False
        if own != known_own or shifted != known_shifted:
            return False
        if isinstance(figures, float) or isinstance(known, float):
            return isinstance(figures, float) and isinstance(known, float) and figures == known
        return figures.shape == known.shape and bool((figures == known).all())

    def filled(
        self, written: Written, coefficient: Array, columns: Indices, axes: str, rows: Indices
    ) -> Spread | None:
        """The same places with another coefficient; `None` where it does not fit."""
        if not (rows is self.rows and columns is self.columns and axes == self.axes):
            return None
        if written[0] != self.written[0] or written[2] != self.written[2]:
            return None
        if ((coefficient == 0) != (self.coefficient == 0)).any():
            return None
        value = coefficient.reshape(-1)[self.source]
        return Spread(
            _kept(written), axes, rows, columns, coefficient.copy(), self.source, self.row, self.column, value
        )


def _kept(written: Written) -> Written:
    own, figures, shifted = written
    return own, figures if isinstance(figures, float) else figures.copy(), shifted


def _product(*shapes: Shape) -> tuple[str, tuple[int, ...]]:
    """Axes of a product, those of the first shape first, and their sizes."""
    size = {letter: count for axes, sizes in shapes for letter, count in zip(axes, sizes)}
    return "".join(size), tuple(size.values())


@lru_cache(maxsize=512)
def _known(coefficients: Shape, rows: Shape, columns: Shape) -> tuple[Indices, Indices, Indices] | None:
    """For every member of a small product of axes its coefficient, row and column, each counted along its own axes."""
    letters, sizes = _product(coefficients, rows, columns)
    if math.prod(sizes) > SMALL:
        return None
    own, shape = coefficients
    every = np.arange(math.prod(shape))
    return (
        np.repeat(every, math.prod(sizes[len(own) :])),
        _positions(letters, sizes, own, rows[0], every),
        _positions(letters, sizes, own, columns[0], every),
    )


def _positions(letters: str, sizes: tuple[int, ...], own: str, of: str, source: Indices) -> Indices:
    """Where members of a product of axes stand along the axes `of`, which are among `letters`.

    The product is over some coefficients, numbered along the axes `own` that come first, and all of the other axes.
    """
    place = dict(zip(own, np.unravel_index(source, sizes[: len(own)]))) if own else {}
    count = len(letters) - len(own)
    found = np.zeros((source.size, *sizes[len(own) :]), dtype=np.int64)
    for letter in of:
        at = letters.index(letter)
        step = math.prod(sizes[letters.index(after)] for after in of[of.index(letter) + 1 :])
        if at < len(own):
            found += (place[letter] * step).reshape(-1, *(1,) * count)
        else:
            found += (np.arange(sizes[at]) * step).reshape(-1, *(1,) * (len(letters) - at - 1))
    return found.reshape(-1)


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


def owners(count: int, indices: Iterable[Indices]) -> Indices:
    """For each of `count` columns its member of the first axis of an index, −1 where no index has it."""
    owner = np.full(count, -1, dtype=np.int64)
    for index in indices:
        place = np.nonzero(index >= 0)
        owner[index[place]] = place[0]
    return owner


def same(one: Array | None, other: Array | None) -> bool:
    """Whether two arrays are equal, or both are absent."""
    return one is other or (one is not None and other is not None and np.array_equal(one, other))
