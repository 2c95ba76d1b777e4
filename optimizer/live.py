"""A linear program kept alive in the solver: little changes, and the next answer starts from the last basis."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.status import Status
from optimizer.matrix import Matrix
from optimizer.solution import Solution
from optimizer.staging import LARGE, Options

Array = NDArray[np.float64]

PATIENT = 2_000  # columns from which a run is worth a thread of its own, so that Ctrl-C is heard at once


class Live:
    """One linear program in one session of HiGHS.

    Sides, bounds and coefficients change in place and only where they differ; a run starts from the basis at hand. A
    verdict of "infeasible" that was reached from a basis is checked by a cold run before it is believed.

    Attributes
    ----------
    matrix : the program as it stands now
    solves, cold : runs so far, and how many of them started without a basis

    """

    def __init__(self, matrix: Matrix, options: Options | None = None, basis: Any = None) -> None:
        from optimizer.solvers.highs import Session

        self.options = options or Options()
        self.matrix = matrix
        self.solves = self.cold = 0
        self._session = Session(matrix, time_limit=self.options.left())
        self._warm = basis is not None
        if basis is not None:
            self._session.start_from(basis)

    @property
    def basis(self) -> Any:
        """The basis of the last run."""
        return self._session.basis

    def start_from(self, basis: Any) -> None:
        """Start the next run from a basis of this program."""
        self._session.start_from(basis)
        self._warm = True

    def change(self, matrix: Matrix) -> None:
        """Become a program of the same shape; the basis stays."""
        same = matrix.A is self.matrix.A or (
            np.array_equal(matrix.A.indptr, self.matrix.A.indptr)
            and np.array_equal(matrix.A.indices, self.matrix.A.indices)
            and np.array_equal(matrix.A.data, self.matrix.A.data)
        )
        if same:
            self.sides(matrix.row_lower, matrix.row_upper)
            self.bounds(matrix.column_lower, matrix.column_upper)
        else:
            self._session.load(matrix, self._session.basis if self._warm else None)
        self.matrix = matrix

    def sides(self, lower: Array, upper: Array) -> None:
        """Change the sides of the rows, where they differ."""
        rows = np.flatnonzero((lower != self.matrix.row_lower) | (upper != self.matrix.row_upper))
        if rows.size:
            self._session.change_rows(rows, lower[rows], upper[rows])
            self.matrix = self.matrix.replace(row_lower=lower, row_upper=upper)

    def bounds(self, lower: Array, upper: Array) -> None:
        """Change the bounds of the columns, where they differ."""
        columns = np.flatnonzero((lower != self.matrix.column_lower) | (upper != self.matrix.column_upper))
        if columns.size:
            self._session.change_columns(columns, lower[columns], upper[columns])
            self.matrix = self.matrix.replace(column_lower=lower, column_upper=upper)

    def bound(self, column: int, lower: float, upper: float) -> None:
        """Change the bounds of one column."""
        low, high = self.matrix.column_lower.copy(), self.matrix.column_upper.copy()
        low[column], high[column] = lower, upper
        self.bounds(low, high)

    def minimise(self, cost: Array, *, primal: bool = False) -> Solution:
        """Minimise cost · x; the status is optimal or infeasible, anything else raises.

        `primal` says that the basis at hand satisfies all rules and only the cost is new.

        Raises
        ------
        SolverFailure
            The time limit was reached, or the solver failed even from a cold start.

        """
        solution = self._run(cost, "primal" if primal else "simplex" if self._warm else self._cold_method)
        if self._warm and solution.status is Status.INFEASIBLE:
            self._session.start_cold()
            self._warm = False
            solution = self._run(cost, self._cold_method)
        if solution.status is Status.OPTIMAL:
            self._warm = True
        elif solution.status is not Status.INFEASIBLE:
            solution.require("the district")  # raises
        return solution

    @property
    def _cold_method(self) -> str:
        return "ipm" if self.matrix.shape[1] > LARGE else "simplex"

    def _run(self, cost: Array, method: str) -> Solution:
        self.solves += 1
        self.cold += not self._warm
        return self._session.minimise(cost, method=method, interruptible=self.matrix.shape[1] > PATIENT)
