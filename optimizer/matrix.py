"""An assembled linear program: sparse coefficients, sides and bounds, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csc_array, csr_array

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


NAMES = "A", "row_lower", "row_upper", "column_lower", "column_upper", "integer", "owner"


@dataclass(frozen=True, eq=False)
class Matrix:
    """row_lower ≤ A x ≤ row_upper, column_lower ≤ x ≤ column_upper; A column by column.

    `integer` flags the columns that take whole values; `None` when none does. `owner` is the member of the program's
    first axis (the school) that each column belongs to, −1 for none; `None` where nobody knows.
    """

    A: csc_array[Any]
    row_lower: Array
    row_upper: Array
    column_lower: Array
    column_upper: Array
    integer: NDArray[np.bool_] | None = None
    owner: Indices | None = None

    @cached_property
    def sizes(self) -> csc_array[Any]:
        """|A|, made once."""
        return type(self.A)((np.abs(self.A.data), self.A.indices, self.A.indptr), shape=self.A.shape)

    @cached_property
    def row_by_row(self) -> csr_array[Any]:
        """The transpose of A, made once; it shares A's arrays."""
        return self.A.T

    @cached_property
    def sizes_row_by_row(self) -> csr_array[Any]:
        """The transpose of |A|, made once."""
        return self.sizes.T

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (int(self.A.shape[0]), int(self.A.shape[1]))

    def replace(self, **changes: Any) -> Matrix:
        """Return a variant with other sides, bounds or coefficients."""
        return Matrix(**{name: getattr(self, name) for name in NAMES} | changes)

    def with_rows(self, rows: Array, lower: Array, upper: Array) -> Matrix:
        """Return a variant with further dense rows at the end, axes (new rows, columns)."""
        from scipy.sparse import csc_array, csr_array, vstack

        return self.replace(
            A=csc_array(vstack([self.A, csr_array(np.atleast_2d(rows))])),
            row_lower=np.append(self.row_lower, lower),
            row_upper=np.append(self.row_upper, upper),
        )

    def with_column(self, entries: Array, lower: float, upper: float) -> Matrix:
        """Return a variant with one further column at the end, axes (rows)."""
        from scipy.sparse import csc_array, hstack

        return self.replace(
            A=hstack([self.A, csc_array(entries[:, None])]).tocsc(),
            column_lower=np.append(self.column_lower, lower),
            column_upper=np.append(self.column_upper, upper),
            integer=None if self.integer is None else np.append(self.integer, False),
            owner=None if self.owner is None else np.append(self.owner, -1),
        )

    def part(self, rows: Indices, columns: Indices) -> Matrix:
        """Rows and columns of one independent block."""
        return Matrix(
            self.A[:, columns].tocsr()[rows].tocsc(),
            self.row_lower[rows],
            self.row_upper[rows],
            self.column_lower[columns],
            self.column_upper[columns],
            None if self.integer is None else self.integer[columns],
            None if self.owner is None else self.owner[columns],
        )
