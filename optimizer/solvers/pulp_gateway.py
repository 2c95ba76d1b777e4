"""PuLP: the door to CBC, GLPK, SCIP, CPLEX, Gurobi and the rest, to `.lp` and `.mps`, and to rules of one's own."""

from __future__ import annotations

import math
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import numpy as np
import pulp
from numpy.typing import NDArray
from pulp import PulpError as PulpError  # for whoever writes files through it
from pulp import const

from models.errors import SolverFailure
from models.status import Status
from optimizer.matrix import Matrix
from optimizer.solution import Solution

Array = NDArray[np.float64]
LpProblem = pulp.LpProblem

NAMES = {
    "cbc": "COIN_CMD",
    "glpk": "GLPK_CMD",
    "scip": "SCIP_PY",
    "highs-pulp": "HiGHS",
    "cplex": "CPLEX_PY",
    "gurobi": "GUROBI",
    "xpress": "XPRESS_PY",
    "mosek": "MOSEK",
    "copt": "COPT",
}
INSTALL = {
    "cbc": "pip install 'pulp[cbc]'",
    "glpk": "install GLPK (Debian: apt install glpk-utils)",
    "scip": "pip install pyscipopt",
    "cplex": "pip install cplex",
    "gurobi": "pip install gurobipy",
    "xpress": "pip install xpress",
    "mosek": "pip install mosek",
    "copt": "pip install coptpy",
}
WHOLE_SECONDS = {"GLPK_CMD"}  # take a time limit in whole seconds alone

STATUS = {
    const.LpSolveStatus.Optimal: Status.OPTIMAL,
    const.LpSolveStatus.Infeasible: Status.INFEASIBLE,
    const.LpSolveStatus.Unbounded: Status.UNBOUNDED,
    const.LpSolveStatus.Undefined: Status.FAILED,  # "inconclusive": no ground to call a district infeasible
    const.LpSolveStatus.TimeLimit: Status.TIME_LIMIT,
    const.LpSolveStatus.IterationLimit: Status.ITERATION_LIMIT,
    const.LpSolveStatus.NodeLimit: Status.ITERATION_LIMIT,
    const.LpSolveStatus.SolutionLimit: Status.ITERATION_LIMIT,
    const.LpSolveStatus.Interrupted: Status.INTERRUPTED,
    const.LpSolveStatus.GapLimit: Status.FAILED,  # a MILP stopped at a gap; only `whole` asks for one, through HiGHS
    const.LpSolveStatus.NotSolved: Status.FAILED,
    const.LpSolveStatus.MemoryLimit: Status.FAILED,
    const.LpSolveStatus.Stopped: Status.FAILED,
    const.LpSolveStatus.NumericalError: Status.FAILED,
}


def status_of(stopped: const.LpSolveStatus) -> Status:
    """Map PuLP's word for the end of a run to ours; a word we do not know is an error."""
    if stopped not in STATUS:
        raise SolverFailure(
            f"PuLP ended with a status that Spanwise does not know: {stopped!r}.", "Report this."
        )
    return STATUS[stopped]


def names_of(labels: Sequence[str]) -> list[str]:
    """Labels as names that `.lp` and `.mps` files admit, still readable and each once."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for label in labels:
        name = re.sub(r"[^A-Za-z0-9_.,()]", "_", label.replace("[", "(").replace("]", ")").replace("/", "."))[
            :240
        ]
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


def to_pulp(
    matrix: Matrix,
    objective: Array | None,
    columns: Sequence[str],
    rows: Sequence[str],
    *,
    maximise: bool = False,
    name: str = "spanwise",
) -> pulp.LpProblem:
    """Build a `pulp.LpProblem` in bulk through PuLP's Rust core; a two-sided row becomes two.

    `problem.variables()` is in column order; rows of the matrix come first to last.
    """
    problem = pulp.LpProblem(name, pulp.LpMaximize if maximise else pulp.LpMinimize)
    model = problem.toRustModel()
    low = np.where(np.isfinite(matrix.column_lower), matrix.column_lower, -math.inf)
    whole = np.zeros(matrix.shape[1], bool) if matrix.integer is None else matrix.integer
    column_names = names_of(columns)
    key = np.column_stack([low, matrix.column_upper, whole])
    change = np.flatnonzero((key[1:] != key[:-1]).any(axis=1)) + 1
    ids: list[int] = []
    for part in np.split(np.arange(matrix.shape[1]), change):
        if part.size:
            first = int(part[0])
            category: Literal["Integer", "Continuous"] = "Integer" if whole[first] else "Continuous"
            made = problem.add_variable_dict(
                "%s",
                [column_names[j] for j in part],
                None if np.isneginf(low[first]) else float(low[first]),
                None if np.isposinf(matrix.column_upper[first]) else float(matrix.column_upper[first]),
                category,
            )
            ids.extend(variable.id for variable in made.values())
    identity = np.array(ids, dtype=np.uint64)

    def expression(where: NDArray[np.integer], values: Array) -> pulp.LpAffineExpression:
        made = pulp.LpAffineExpression.empty()
        if where.size:
            made._expr.add_term_ids_coeffs(model, identity[where], np.ascontiguousarray(values))
        return made

    if objective is not None:
        where = np.flatnonzero(objective)
        problem.setObjective(expression(where, objective[where]))
    A = matrix.A.tocsr()
    for row, label in enumerate(names_of(rows)):
        own = slice(A.indptr[row], A.indptr[row + 1])
        lower, upper = float(matrix.row_lower[row]), float(matrix.row_upper[row])
        sides = (
            [(const.LpConstraintEQ, lower, "")]
            if lower == upper
            else [
                (sense, side, suffix)
                for sense, side, suffix in (
                    (const.LpConstraintGE, lower, ""),
                    (const.LpConstraintLE, upper, "" if np.isneginf(lower) else "_upper"),
                )
                if math.isfinite(side)
            ]
        )
        for sense, side, suffix in sides:
            left = expression(A.indices[own], A.data[own])
            left = (
                left == side
                if sense == const.LpConstraintEQ
                else left >= side
                if sense == const.LpConstraintGE
                else left <= side
            )
            problem.addConstraint(left, label + suffix)
    return problem


@contextmanager
def _quiet() -> Iterator[None]:
    """Send what a solver prints by itself to standard error: standard output is for results."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def available() -> list[str]:
    """Names of the solvers of PuLP that this machine has; those that we have no name for under PuLP's own."""
    here = pulp.listSolvers(onlyAvailable=True)
    known = set(NAMES.values())
    return [ours for ours, theirs in NAMES.items() if theirs in here] + [
        theirs for theirs in here if theirs not in known
    ]


class Session:
    """The interface of the HiGHS session, over any PuLP solver; every run starts cold."""

    def __init__(
        self, matrix: Matrix, *, solver: str = "cbc", threads: int = 1, time_limit: float | None = None
    ) -> None:
        self.theirs = NAMES.get(solver, solver)
        if self.theirs not in pulp.listSolvers(onlyAvailable=True):
            known = ", ".join(["highs", *available()])
            raise SolverFailure(
                f"The solver '{solver}' is not on this machine (here: {known}).",
                INSTALL.get(
                    solver, "Choose one that is on this machine, or install it and make it known to PuLP."
                ),
            )
        self.matrix = matrix
        self.rows, self.columns = matrix.shape
        self.handover_seconds = 0.0
        self._threads, self._deadline = threads, None if time_limit is None else time.monotonic() + time_limit

    def hold(self, vector: Array, at_least: float) -> int:
        """Add the row vector · x ≥ at_least behind the model; returns its row number."""
        self.matrix = self.matrix.with_rows(vector, np.array([at_least]), np.array([np.inf]))
        return self.matrix.shape[0] - 1

    def change_columns(self, columns: NDArray[np.int64], lower: Array, upper: Array) -> None:
        """Change the bounds of some columns."""
        low, high = self.matrix.column_lower.copy(), self.matrix.column_upper.copy()
        low[columns], high[columns] = lower, upper
        self.matrix = self.matrix.replace(column_lower=low, column_upper=high)

    def minimise(
        self, cost: Array, *, method: str = "auto", interruptible: bool = False, gap: float | None = None
    ) -> Solution:
        """Minimise cost · x over the model and its held rows."""
        del method, interruptible  # a solver behind PuLP has its own ways
        left = None if self._deadline is None else self._deadline - time.monotonic()
        if left is not None and left <= 0:
            return Solution(Status.TIME_LIMIT, None, None, None, math.nan, 0.0)
        started = time.perf_counter()
        rows, columns = self.matrix.shape
        handing_over = time.perf_counter()
        problem = to_pulp(
            self.matrix, cost, [f"x{j}" for j in range(columns)], [f"r{i}" for i in range(rows)]
        )
        self.handover_seconds += time.perf_counter() - handing_over
        status, words = self._run(problem, left, gap)
        seconds = time.perf_counter() - started
        if status is not Status.OPTIMAL:
            return Solution(status, None, None, None, math.nan, seconds, words=words)
        point = np.array([variable.varValue or 0.0 for variable in problem.variables()])
        if not np.isfinite(point).all():
            words = "optimal, with values that are no numbers"
            return Solution(Status.FAILED, None, None, None, math.nan, seconds, words=words)
        dual = np.zeros(rows)
        for constraint in problem.constraints():
            dual[int(constraint.name[1:].removesuffix("_upper"))] += constraint.pi or 0.0
        return Solution(
            status,
            point,
            dual,
            cost - self.matrix.A.T @ dual,
            float(cost @ point),
            seconds,
            words=words,
        )

    def _run(self, problem: pulp.LpProblem, left: float | None, gap: float | None) -> tuple[Status, str]:
        """Have the solver solve it; an answer that PuLP cannot read is a failure, or the end of the time."""
        limit = math.ceil(left) if left is not None and self.theirs in WHOLE_SECONDS else left
        try:
            solver = pulp.getSolver(
                self.theirs, msg=False, timeLimit=limit, **({} if gap is None else {"gapRel": gap})
            )
            with _quiet():
                stats = problem.solve(solver)
            status, words = status_of(stats.status), stats.status_str
        except SolverFailure:
            raise
        except Exception as error:  # what PuLP raises then differs from solver to solver
            status, words = Status.FAILED, f"{type(error).__name__}: {error}".strip(" :")
        late = self._deadline is not None and time.monotonic() >= self._deadline
        return Status.TIME_LIMIT if late and status is Status.FAILED else status, words
