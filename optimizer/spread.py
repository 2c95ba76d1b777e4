"""A term of a rule coefficient by coefficient, and the numbers of a block's members."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Spread:
    """A term's coefficients one by one: row, column and value, and what they were spread from.

    Another coefficient of the same axes that is zero in the same places goes into the same rows and columns.
    """

    own: str
    axes: str  # of the variable
    rows: Indices
    columns: Indices
    coefficient: Array
    places: tuple[Indices, ...]  # of the non-zero coefficients
    width: int  # how often each of them occurs
    kept: NDArray[np.bool_] | None  # which of these have a row and a column; all when None
    row: Indices
    column: Indices
    value: Array

    @classmethod
    def of(
        cls,
        own: str,
        coefficient: Array,
        columns: Indices,
        column_axes: str,
        rows: Indices,
        row_axes: str,
        size: Mapping[str, int],
    ) -> Spread:
        """Spread a coefficient with axes `own` over the rows of a rule and the columns of a variable.

        Only the non-zero coefficients are visited; what their axes lack is a full product. `size` is of each axis.
        """
        places = np.nonzero(coefficient)
        values = coefficient[places]
        rest = [letter for letter in row_axes if letter not in own]
        rest += [letter for letter in column_axes if letter not in row_axes and letter not in own]
        # one axis for the coefficients' own places, then one for each of the rest
        shape = (values.size, *(size[letter] for letter in rest))
        ones = (1,) * len(rest)
        at = {letter: place.reshape(-1, *ones) for letter, place in zip(own, places)}
        for i, letter in enumerate(rest):
            at[letter] = np.arange(shape[i + 1]).reshape(-1, *ones[i + 1 :])

        def number(index: Indices, letters: str) -> Indices:
            found = np.empty(shape, dtype=np.int64)
            found[...] = index[tuple([at[letter] for letter in letters])]
            return found.reshape(-1)

        row, column = number(rows, row_axes), number(columns, column_axes)
        width = row.size // max(values.size, 1)
        value = np.repeat(values, width)
        kept: NDArray[np.bool_] | None = (row >= 0) & (column >= 0)
        if np.all(kept):
            kept = None
        else:
            row, column, value = row[kept], column[kept], value[kept]
        return cls(
            own, column_axes, rows, columns, coefficient.copy(), places, width, kept, row, column, value
        )

    @property
    def places_id(self) -> tuple[int, int]:
        """What two terms share whose coefficients stand in the same rows and columns because one took them over."""
        return id(self.row), id(self.column)

    def filled(
        self, own: str, coefficient: Array, columns: Indices, axes: str, rows: Indices
    ) -> Spread | None:
        """The same places with another coefficient, this very object when it is the same; `None` where it does not fit."""
        if not (own == self.own and axes == self.axes and columns is self.columns and rows is self.rows):
            return None
        if (coefficient == self.coefficient).all():
            return self
        if ((coefficient == 0) != (self.coefficient == 0)).any():
            return None
        value = np.repeat(coefficient[self.places], self.width)
        if self.kept is not None:
            value = value[self.kept]
        return replace(self, coefficient=coefficient, value=value)


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


def numbered(
    present: NDArray[np.bool_] | None, sizes: tuple[int, ...], first: int, known: Indices | None
) -> tuple[Indices, int]:
    """Numbers from `first` on for the members that are present (all when `None`), −1 for the others; and how many.

    A known index of the same sizes, members and numbers is taken over.
    """
    count = math.prod(sizes) if present is None else int(np.count_nonzero(present))
    if known is not None:
        flat = known.reshape(-1) if present is None else known[present]
        same = present is None or np.array_equal(known >= 0, present)
        if same and (not count or (flat[0] == first and flat[-1] == first + count - 1)):
            return known, count
    if present is None:
        return np.arange(first, first + count).reshape(sizes), count
    index = np.full(sizes, -1, dtype=np.int64)
    index[present] = np.arange(first, first + count)
    return index, count


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
