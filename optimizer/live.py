"""A linear program kept alive in the solver: little changes, and the next answer starts from the last basis."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import NoPlan
from models.status import Status
from optimizer.anchor import Anchor, Parts
from optimizer.blocks import components
from optimizer.matrix import Matrix
from optimizer.solution import Solution
from optimizer.staging import PATIENT, Options, is_for_prices, whole_method

Array = NDArray[np.float64]

QUICK = 5_000  # columns from which a run from a basis is worth a thread of its own, and prices a first run; see `PATIENT`
# simplex iterations from a basis, after which prices and crossover are quicker; only where there are prices. At first, and at
# least and at most: halved where they did not do, doubled where they did
FAR, LEAST_FAR, MOST_FAR = 1_250, 400, 2_500


def goes_by_prices(matrix: Matrix, options: Options) -> bool:
    """Whether prices lead to an optimum of a program, which is quicker than a start far away."""
    return options.method in ("auto", "prices") and is_for_prices(matrix, QUICK)


class Standing:
    """A linear program that is asked again and again, and changes its sides and bounds between two questions.

    Attributes
    ----------
    matrix : the program as it stands now
    solves, cold : runs so far, and how many of them started without a basis
    by_prices : whether prices lead to an optimum, which is quicker than a start far away

    """

    def __init__(self, matrix: Matrix, options: Options | None = None) -> None:
        self.options = options or Options()
        self.matrix = matrix
        self.solves = self.cold = 0
        self.by_prices = goes_by_prices(matrix, self.options)

    def sides(self, lower: Array, upper: Array) -> None:
        """Change the sides of the rows."""
        self.matrix = self.matrix.replace(row_lower=lower, row_upper=upper)

    def bounds(self, lower: Array, upper: Array) -> None:
        """Change the bounds of the columns."""
        self.matrix = self.matrix.replace(column_lower=lower, column_upper=upper)


class Live(Standing):
    """One linear program in one session of HiGHS.

    Sides, bounds and coefficients change in place and only where they differ; a run starts from the basis at hand. A
    verdict of "infeasible" that was reached from a basis is checked by a cold run before it is believed (`Session`).

    Parameters
    ----------
    matrix, options, basis
        The program, how to solve it, and a basis to start from.
    perturb
        As in `Session`.
    anchored
        Let the duals answer `value` where sides alone have moved: for one block of many, or a program of several, where that
        costs less than a run.

    """

    def __init__(
        self,
        matrix: Matrix,
        options: Options | None = None,
        basis: Any = None,
        *,
        perturb: bool = True,
        anchored: bool = True,
    ) -> None:
        from optimizer.solvers.highs import Session

        super().__init__(matrix, options)
        self._session = Session(matrix, time_limit=self.options.left(), perturb=perturb)
        self._told = matrix  # as the session knows it
        self._own: Matrix | None = None  # one whose bounds nobody else has, so that they can change in place
        # cost and value of an optimum that nothing has changed since
        self._optimal: tuple[Array, float] | None = None
        self._anchor: Anchor | None = None
        self._anchored = anchored
        self._parts: tuple[Any, Parts] | None = None  # of the coefficients that are there
        self._beside = False  # whether the last value was told without a run
        self._far = FAR
        self._warm = basis is not None
        if basis is not None:
            self._session.start_from(basis)

    @property
    def basis(self) -> Any:
        """The basis of the last run."""
        return self._session.basis

    def start_from(self, basis: Any) -> None:
        """Start the next run from a basis of this program."""
        self._optimal = self._anchor = None
        self._session.start_from(basis)
        self._warm = True

    def start_cold(self) -> None:
        """Forget the basis."""
        self._optimal = self._anchor = None
        self._session.start_cold()
        self._warm = False

    def change(self, matrix: Matrix) -> None:
        """Become a program of the same shape; the basis stays."""
        same = matrix.A is self.matrix.A or (
            np.array_equal(matrix.A.indptr, self.matrix.A.indptr)
            and np.array_equal(matrix.A.indices, self.matrix.A.indices)
            and np.array_equal(matrix.A.data, self.matrix.A.data)
        )
        if not same:
            self._optimal = self._anchor = None
            self._session.load(matrix, self._session.basis if self._warm else None)
            self._told = matrix
        self.matrix = matrix

    def bound(self, column: int, lower: float, upper: float) -> None:
        """Change the bounds of one column."""
        column %= self.matrix.shape[1]
        told = self.matrix is self._told
        if not (told and self.matrix is self._own):
            self.bounds(self.matrix.column_lower.copy(), self.matrix.column_upper.copy())
        self.matrix.column_lower[column], self.matrix.column_upper[column] = lower, upper
        if told:
            self._session.change_column(column, lower, upper)
            self._told = self._own = self.matrix
            self._optimal = self._anchor = None

    def _tell(self) -> None:
        """Tell the session what differs."""
        new, old = self.matrix, self._told
        if new is old:
            return
        rows = np.flatnonzero((new.row_lower != old.row_lower) | (new.row_upper != old.row_upper))
        if rows.size:
            self._session.change_rows(rows, new.row_lower[rows], new.row_upper[rows])
        columns = np.flatnonzero(
            (new.column_lower != old.column_lower) | (new.column_upper != old.column_upper)
        )
        if columns.size:
            self._session.change_columns(columns, new.column_lower[columns], new.column_upper[columns])
        self._told = new

    def minimise(self, cost: Array, *, primal: bool = False) -> Solution:
        """Minimise cost · x; the status is optimal or infeasible, anything else raises.

        `primal` says that the basis at hand satisfies all rules and only the cost is new.

        Raises
        ------
        SolverFailure
            The time limit was reached, or the solver failed even from a cold start.

        """
        solution = self._run(cost, "primal" if primal else "simplex" if self._warm else self._cold_method)
        if solution.status is Status.OPTIMAL:
            self._warm = True
        elif solution.status is not Status.INFEASIBLE:
            solution.require("the district")  # raises
        return solution

    def value(self, cost: Array, *, doubt: bool = True) -> float | None:
        """The least cost · x; `None` where no point satisfies all rules.

        Where nothing but sides has changed since the last optimum, its duals give the value without a run, or a few dual
        steps from its basis do (`Anchor`). Without `doubt` a run that ends otherwise is not repeated, and `None` says no more
        than that: for whoever asks on in another way.

        Raises
        ------
        SolverFailure
            As in `minimise`.

        """
        known = self._optimal if self._anchored and self._sides_alone() else None
        if known is not None and np.array_equal(cost, known[0]):
            if self._anchor is None:
                self._anchor = Anchor(self._session.vertex, self._told, *known, self._parts_of(self._told))
            value = self._anchor.value(self.matrix.row_lower, self.matrix.row_upper)
            if value is not None:
                self._beside = True
                return value
        solution = self._run(cost, "simplex" if self._warm else self._cold_method, read=False, doubt=doubt)
        sure = Status.OPTIMAL, Status.INFEASIBLE
        unsure = () if doubt else (Status.UNBOUNDED, Status.FAILED)
        if solution.status not in (*sure, *unsure):
            solution = self.minimise(cost)
        self._warm = self._warm or solution.status is Status.OPTIMAL
        return solution.objective if solution.status is Status.OPTIMAL else None

    def farthest(
        self, column: int, toward: float, *, size: float = 1.0, primal: bool = False
    ) -> float | None:
        """The least (`toward` −1) or greatest (1) value of a column; `None` where no point satisfies all rules.

        `size` of the column is what is asked for, so that a share stands clear of tolerances; `primal` as in `minimise`.

        Raises
        ------
        SolverFailure
            As in `minimise`.

        """
        cost = np.zeros(self.matrix.shape[1])
        cost[column] = -toward * size
        point = self.minimise(cost, primal=primal).point
        return None if point is None else float(point[column])

    def halt(self) -> None:
        """Stop a run that another thread is in."""
        self._session.stop()

    def reduced_cost(self, column: int) -> float:
        """What a unit more of a column that stands still adds to the value, after a run.

        Raises
        ------
        ValueError
            The last value was told beside the solver, which does not know the duals there.

        """
        if self._beside:
            raise ValueError("the last value was told without a run")
        return self._session.reduced_cost(column)

    def _parts_of(self, matrix: Matrix) -> Parts:
        """The independent parts of a program, found once for the same coefficients."""
        if self._parts is None or self._parts[0] is not matrix.A:
            self._parts = matrix.A, components(matrix.A, matrix.owner)
        return self._parts[1]

    def _sides_alone(self) -> bool:
        new, old = self.matrix, self._told
        if new.column_lower is old.column_lower and new.column_upper is old.column_upper:
            return True
        return np.array_equal(new.column_lower, old.column_lower) and np.array_equal(
            new.column_upper, old.column_upper
        )

    @property
    def _cold_method(self) -> str:
        return whole_method(self.matrix)

    def _start_by_prices(self, cost: Array) -> bool:
        """Start a large program of many schools at its best vertex."""
        from optimizer.decomposition.optimum import goes_to_vertex

        return goes_to_vertex(self._session, self.matrix, cost, self.options)

    def _run(self, cost: Array, method: str, *, read: bool = True, doubt: bool = True) -> Solution:
        self._optimal = self._anchor = None
        self._beside = False
        self._tell()
        self.solves += 1
        self.cold += not self._warm
        interruptible = self.matrix.shape[1] > (QUICK if self._warm else PATIENT)

        def run(method: str, most: int | None = None) -> Solution:
            return self._session.minimise(
                cost, method=method, interruptible=interruptible, read=read, doubt=doubt, most=most
            )

        solution: Solution | None = None
        if self._warm:
            solution = run(method, self._far if self.by_prices else None)
        far = solution is not None and self.by_prices and solution.status is Status.ITERATION_LIMIT
        if solution is not None:
            self._far = max(LEAST_FAR, self._far // 2) if far else min(MOST_FAR, self._far * 2)
        if solution is None or far:
            try:
                if self.by_prices and self._start_by_prices(cost):
                    method = "simplex"
            except NoPlan:
                return Solution(Status.INFEASIBLE, None, None, None, np.nan, 0.0)
            solution = run(method)
        if solution.status is Status.OPTIMAL and method != "ipm":
            self._optimal = cost.copy(), solution.objective
        return solution
