"""A basis of HiGHS: the status of every column and row, and the basis matrix of the last run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

AT_LOWER, BASIC = int(highspy.HighsBasisStatus.kLower), int(highspy.HighsBasisStatus.kBasic)


def basis_status(basis: Any) -> tuple[Indices, Indices]:
    """Status of every column and row in a basis, as HiGHS numbers them."""
    return (
        np.array([int(status) for status in basis.col_status], dtype=np.int64),
        np.array([int(status) for status in basis.row_status], dtype=np.int64),
    )


def basis_of(columns: Indices, rows: Indices) -> Any:
    """Make a basis from the status of columns and rows, which need not be a basis of anything: HiGHS repairs it."""
    basis = highspy.HighsBasis()
    basis.col_status = [highspy.HighsBasisStatus(int(status)) for status in columns]
    basis.row_status = [highspy.HighsBasisStatus(int(status)) for status in rows]
    basis.valid = basis.alien = True
    return basis


@dataclass(frozen=True, eq=False)
class Vertex:
    """The end of an optimal run, as HiGHS has it until its next one.

    Attributes
    ----------
    basic : the basic variables in the order of the basis matrix: a column's number, or −1 − row for a row's own
    point, activity : of the columns and of the rows
    reduced, row_dual : duals of the columns and of the rows

    """

    basic: Indices
    point: Array
    activity: Array
    reduced: Array
    row_dual: Array
    highs: Any

    @classmethod
    def of(cls, highs: Any) -> Vertex:
        """Read where HiGHS stands."""
        solution = highs.getSolution()
        return cls(
            np.asarray(highs.getBasicVariables()[1], dtype=np.int64),
            np.array(solution.col_value),
            np.array(solution.row_value),
            np.array(solution.col_dual),
            np.array(solution.row_dual),
            highs,
        )

    def solve(self, right: Array) -> Array:
        """Solve B x = right for the basis matrix B, in which a row's own column is a unit vector."""
        return np.asarray(self.highs.getBasisSolve(right)[1])

    def solve_transposed(self, right: Array) -> Array:
        """Solve Bᵀ y = right."""
        return np.asarray(self.highs.getBasisTransposeSolve(right)[1])
