"""One model solved again and again with other costs, bounds or columns: HiGHS with as little around it as can be.

`Session` is the door for everybody; this one serves the decomposition and the chains of blocks, where a solve takes a
few milliseconds and what stands around it counts.
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from models.errors import SolverFailure
from models.status import Status
from optimizer.matrix import Matrix
from optimizer.solvers.highs import TOLERANCE, circles, status_of

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

DUAL, PRIMAL = 1, 4
COLUMNWISE = MINIMISE = 1


class Repeated:
    """A model that stays in HiGHS and is minimised for one cost after another, each time from the basis at hand."""

    def __init__(self, *, perturb: bool = True) -> None:
        self._perturb = perturb
        self._highs = self._opened()
        self._strategy = 0
        self._every = np.zeros(0, np.int32)

    def _opened(self) -> Any:
        highs = highspy._Highs()
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", 1)
        highs.setOptionValue("solver", "simplex")
        highs.setOptionValue("primal_feasibility_tolerance", TOLERANCE)
        if not self._perturb:  # a start next to the optimum is spoilt by perturbing it
            highs.setOptionValue("dual_simplex_cost_perturbation_multiplier", 0.0)
            highs.setOptionValue("primal_simplex_bound_perturbation_multiplier", 0.0)
        return highs

    def load(self, matrix: Matrix, cost: Array, basis: Any = None) -> None:
        """Take a model; a basis of a model of the same shape starts the next run."""
        rows, columns = matrix.shape
        if self._every.size != columns:
            self._every = np.arange(columns, dtype=np.int32)
        status = self._highs.passModel(
            columns, rows, matrix.A.nnz, COLUMNWISE, MINIMISE, 0.0, cost, matrix.column_lower, matrix.column_upper,
            matrix.row_lower, matrix.row_upper, matrix.A.indptr, matrix.A.indices, matrix.A.data,
            np.zeros(columns, np.int32),
        )  # fmt: skip
        if not self._perturb:
            self.limit_iterations(circles(rows, columns))
        if status == highspy.HighsStatus.kError:
            raise SolverFailure("HiGHS refused a block of the model.", "Try --method ipm.")
        if basis is not None:
            self._highs.setBasis(basis)

    # ---- changes in place --------------------------------------------------------------------------------------

    def set_cost(self, cost: Array) -> None:
        """Change the cost of every column."""
        self._highs.changeColsCost(self._every.size, self._every, cost)

    def set_rows(self, rows: Indices, lower: Array, upper: Array) -> None:
        """Change the sides of some rows."""
        self._highs.changeRowsBounds(rows.size, rows.astype(np.int32), lower, upper)

    def set_columns(self, lower: Array, upper: Array) -> None:
        """Change the bounds of every column."""
        self._highs.changeColsBounds(self._every.size, self._every, lower, upper)

    def add_columns(
        self, cost: Array, lower: Array, upper: Array, start: Indices, row: Indices, value: Array
    ) -> None:
        """Add columns; `start` has one entry a column, rows and values are theirs one after another."""
        status = self._highs.addCols(
            cost.size, cost, lower, upper, value.size, start.astype(np.int32), row.astype(np.int32), value
        )
        if status == highspy.HighsStatus.kError:
            raise SolverFailure("HiGHS refused new columns.", "Try --method ipm.")
        self._every = np.arange(self._every.size + cost.size, dtype=np.int32)

    # ---- runs --------------------------------------------------------------------------------------------------

    def run(self, strategy: int, seconds: float | None = None) -> Status:
        """Minimise by dual (1) or primal (4) simplex from the basis at hand."""
        if strategy != self._strategy:
            self._highs.setOptionValue("simplex_strategy", strategy)
            self._strategy = strategy
        if seconds is not None:
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + seconds)
        self._highs.run()
        return status_of(self._highs.getModelStatus())

    def run_inside(self, seconds: float | None = None, *, crossover: bool = True) -> Status:
        """Minimise by interior point from nothing.

        Without crossover point and duals are no vertex, but there is an end also where columns are all but dependent and
        simplex turns in circles.
        """
        options = {"solver": "ipm", "run_crossover": "on" if crossover else "off"}
        for name, value in options.items():
            self._highs.setOptionValue(name, value)
        try:
            return self.run(DUAL, seconds)
        finally:
            self._highs.setOptionValue("solver", "simplex")
            self._highs.setOptionValue("run_crossover", "on")

    @property
    def basis(self) -> Any:
        """The basis of the last run."""
        return self._highs.getBasis()

    @property
    def iterations(self) -> int:
        """Simplex iterations of the last run."""
        return max(0, int(self._highs.getInfo().simplex_iteration_count))

    @property
    def objective(self) -> float:
        """Cost of the last point."""
        return float(self._highs.getInfo().objective_function_value)

    def solution(self) -> tuple[Array, Array]:
        """Point and row duals of the last run."""
        solution = self._highs.getSolution()
        return np.array(solution.col_value), np.array(solution.row_dual)

    def ray(self) -> Array | None:
        """A direction of endless gain, where the last run found one."""
        _, found, ray = self._highs.getPrimalRay()
        return np.array(ray) if found else None

    def refresh(self) -> None:
        """Start anew from the basis at hand: after many changes of a model HiGHS may need a thousand times as long."""
        fresh, basis = self._opened(), self._highs.getBasis()
        fresh.passModel(self._highs.getLp())
        if basis.valid:
            fresh.setBasis(basis)
        self._highs, self._strategy = fresh, 0

    def limit_iterations(self, most: int) -> None:
        """Stop runs after so many simplex iterations."""
        self._highs.setOptionValue("simplex_iteration_limit", most)

    def forget(self) -> None:
        """Forget basis and factors: the next run starts cold."""
        self._highs.clearSolver()
