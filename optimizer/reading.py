"""A term of a rule as it is read: its coefficient, and the rows and columns that it may stand in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Shape = tuple[str, tuple[int, ...]]  # axes and their sizes


class Reading(NamedTuple):
    """A coefficient over axes of its own, rows of a rule over the rule's, and columns of a variable over the variable's.

    Rows and columns that are not there are −1. What one of the three lacks of the axes of all is a full product.
    """

    own: str
    coefficient: Array
    row_axes: str
    rows: Indices
    column_axes: str
    columns: Indices

    @property
    def shapes(self) -> tuple[Shape, Shape, Shape]:
        """Axes and sizes of coefficient, rows and columns."""
        return (
            (self.own, self.coefficient.shape),
            (self.row_axes, self.rows.shape),
            (self.column_axes, self.columns.shape),
        )

    def is_beside(self, other: Reading) -> bool:
        """Whether another term has the same axes, and stands in the very same rows and columns."""
        return (
            self.rows is other.rows
            and self.columns is other.columns
            and (self.own, self.row_axes, self.column_axes) == (other.own, other.row_axes, other.column_axes)
        )
