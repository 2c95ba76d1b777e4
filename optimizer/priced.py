"""A program too large for bases: every question is answered by prices, from nothing.

On the schools of a city over five years simplex takes minutes from the vertex next door, and crossover may not find one;
prices take half a minute wherever they begin. See docs/benchmarks/pooled.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import NoPlan, SolverFailure
from models.status import Status
from optimizer.live import Live, Standing, goes_by_prices
from optimizer.matrix import Matrix
from optimizer.solution import Solution
from optimizer.staging import LARGE, Options

Array = NDArray[np.float64]


def is_priced(matrix: Matrix, options: Options | None = None) -> bool:
    """Whether a program is asked by prices alone."""
    return matrix.shape[1] > LARGE and goes_by_prices(matrix, options or Options())


def standing(
    matrix: Matrix,
    options: Options | None = None,
    basis: Any = None,
    *,
    perturb: bool = True,
    anchored: bool = True,
) -> Live | Priced:
    """A program to ask questions: alive in the solver, or by prices where it is too large for that. See `Live`."""
    if is_priced(matrix, options):
        return Priced(matrix, options)
    return Live(matrix, options, basis, perturb=perturb, anchored=anchored)


class Priced(Standing):
    """A large program of many schools, with the questions of `Live`; bases mean nothing to it."""

    basis: Any = None

    def __init__(self, matrix: Matrix, options: Options | None = None) -> None:
        super().__init__(matrix, options)
        self._last: tuple[Matrix, Array, Solution] | None = None

    def start_from(self, basis: Any) -> None:
        """Nothing: it starts from nothing."""

    def start_cold(self) -> None:
        """Nothing, as above."""

    def halt(self) -> None:
        """Nothing: it is not asked in lanes."""

    def change(self, matrix: Matrix) -> None:
        """Become a program of the same shape."""
        self.matrix = matrix

    def bound(self, column: int, lower: float, upper: float) -> None:
        """Change the bounds of one column."""
        low, high = self.matrix.column_lower.copy(), self.matrix.column_upper.copy()
        low[column], high[column] = lower, upper
        self.bounds(low, high)

    def minimise(self, cost: Array, *, primal: bool = False) -> Solution:
        """Minimise cost · x; the status is optimal or infeasible, anything else raises. `primal` is of no use here.

        Raises
        ------
        SolverFailure
            The time limit was reached, or neither prices nor the solver on the whole matrix came to an end.

        """
        if self._last is None or not (
            _same(self._last[0], self.matrix) and np.array_equal(self._last[1], cost)
        ):
            self._last = self.matrix, cost.copy(), self._answer(cost)
        return self._last[2]

    def _answer(self, cost: Array) -> Solution:
        from optimizer.decomposition.optimum import optimum

        self.solves += 1
        self.cold += 1
        try:
            found = optimum(self.matrix, cost, self.options)
        except NoPlan:
            return Solution(Status.INFEASIBLE, None, None, None, np.nan, 0.0)
        except SolverFailure:
            if self.options.left() == 0.0:
                raise
            found = None
        if found is None:
            return self._whole(cost)
        point, dual = found
        reduced = cost - self.matrix.row_by_row @ dual
        return Solution(Status.OPTIMAL, point, dual, reduced, float(cost @ point), 0.0)

    def _whole(self, cost: Array) -> Solution:
        """The solver on the whole matrix, which takes a quarter of an hour and more."""
        from optimizer.solvers.highs import Session

        self.options.tell("Prices led to nothing; interior point on the whole matrix")
        session = Session(self.matrix, time_limit=self.options.left())
        solution = session.minimise(cost, method="ipm", interruptible=True)
        if solution.status is not Status.INFEASIBLE:
            solution.require("the district")  # raises
        return solution

    def value(self, cost: Array, *, doubt: bool = True) -> float | None:
        """The least cost · x; `None` where no point satisfies all rules. `doubt` makes no difference.

        Raises
        ------
        SolverFailure
            As in `minimise`.

        """
        solution = self.minimise(cost)
        return solution.objective if solution.status is Status.OPTIMAL else None

    def farthest(
        self, column: int, toward: float, *, size: float = 1.0, primal: bool = False
    ) -> float | None:
        """The least (`toward` −1) or greatest (1) value of a column; `None` where no point satisfies all rules.

        `size` and `primal` make no difference.

        Raises
        ------
        SolverFailure
            As in `minimise`.

        """
        from optimizer.decomposition.optimum import farthest

        self.solves += 1
        self.cold += 1
        column %= self.matrix.shape[1]
        try:
            return farthest(self.matrix, column, toward, self.options)
        except SolverFailure:
            if self.options.left() == 0.0:
                raise
        cost = np.zeros(self.matrix.shape[1])
        cost[column] = -toward * size
        point = self._whole(cost).point
        return None if point is None else float(point[column])

    def reduced_cost(self, column: int) -> float:
        """What a unit more of a column that stands still adds to the value of the last question."""
        assert self._last is not None and self._last[2].column_dual is not None
        return float(self._last[2].column_dual[column])


def _same(one: Matrix, other: Matrix) -> bool:
    """Whether two programs of one shape have the same figures."""
    if one is other:
        return True
    names = "row_lower", "row_upper", "column_lower", "column_upper"
    sides = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)
    return sides and (one.A is other.A or np.array_equal(one.A.data, other.A.data))
