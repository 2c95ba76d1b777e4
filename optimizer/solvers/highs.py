"""HiGHS, straight from arrays: one session keeps a model alive for warm re-solves."""

from __future__ import annotations

import threading
import time
from functools import cache
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from models.errors import SolverFailure
from models.status import Status
from optimizer.matrix import Matrix
from optimizer.solution import Solution
from optimizer.solvers.basis import Vertex

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

NAME = "highs"
RUNNING = "solver"  # name of the thread of a run that Ctrl-C may stop
METHODS = {
    "simplex": "simplex",
    "primal": "simplex",
    "ipm": "ipm",
    "hipo": "hipo",
    "pdlp": "pdlp",
    "auto": "choose",
}
PRIMAL_SIMPLEX, DUAL_SIMPLEX = 4, 1
EQUILIBRATED = 2  # HiGHS's own choice of scaling
LARGEST = 4  # scaling by the largest entries, far quicker on these programs; see docs/benchmarks.md
CIRCLES = 20  # iterations for each row and column, after which a run without perturbation goes in circles
LITTLE = 250  # columns up to which presolve takes longer than it saves; see docs/benchmarks.md
CONFIRMED = 200_000  # columns up to which simplex has the last word on "infeasible"
ENDLESS = np.iinfo(np.int32).max
COLUMNWISE = MINIMISE = 1

# Held stages are steep: a coverage that is off by 1e-8 can cost hundreds of dollars, so HiGHS's own 1e-7 is too wide
# for simplex and crossover. First-order methods do not get further, and branching needs no more.
TOLERANCE, ROUGH = 1e-9, 1e-7

STATUS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kModelEmpty: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Status.INFEASIBLE,  # every variable is bounded by the rules
    highspy.HighsModelStatus.kTimeLimit: Status.TIME_LIMIT,
    highspy.HighsModelStatus.kIterationLimit: Status.ITERATION_LIMIT,
    highspy.HighsModelStatus.kSolutionLimit: Status.ITERATION_LIMIT,
    highspy.HighsModelStatus.kInterrupt: Status.INTERRUPTED,
    highspy.HighsModelStatus.kHighsInterrupt: Status.INTERRUPTED,
    highspy.HighsModelStatus.kNotset: Status.FAILED,
    highspy.HighsModelStatus.kLoadError: Status.FAILED,
    highspy.HighsModelStatus.kModelError: Status.FAILED,
    highspy.HighsModelStatus.kPresolveError: Status.FAILED,
    highspy.HighsModelStatus.kSolveError: Status.FAILED,
    highspy.HighsModelStatus.kPostsolveError: Status.FAILED,
    highspy.HighsModelStatus.kObjectiveBound: Status.FAILED,  # never asked for
    highspy.HighsModelStatus.kObjectiveTarget: Status.FAILED,  # never asked for
    highspy.HighsModelStatus.kMemoryLimit: Status.FAILED,
    highspy.HighsModelStatus.kUnknown: Status.FAILED,
}


def status_of(model_status: highspy.HighsModelStatus) -> Status:
    """Map HiGHS's word for the end of a run to ours; a word we do not know is an error."""
    if model_status not in STATUS:
        raise SolverFailure(
            f"HiGHS ended with a status that Spanwise does not know: {model_status}.", "Report this."
        )
    return STATUS[model_status]


def circles(rows: int, columns: int) -> int:
    """Iterations after which simplex without perturbation is taken to go in circles."""
    return max(5_000, CIRCLES * (rows + columns))


class _Quiet(highspy.Highs):  # type: ignore[misc]
    """HiGHS without its banner: registering callbacks, which takes its time too, waits until somebody listens."""

    _listens = False

    def enableCallbacks(self) -> None:
        """Silence first; register for those who listen alone."""
        self.setOptionValue("output_flag", False)
        self.setOptionValue("log_to_console", False)
        if self._listens:
            super().enableCallbacks()

    def run(self) -> highspy.HighsStatus:
        """Solve, with threads of its own: HiGHS refuses a run where another one of this thread had another number of them."""
        ended = super().run()
        if ended == highspy.HighsStatus.kError and self.getModelStatus() == highspy.HighsModelStatus.kNotset:
            self.resetThreadScheduler(True)
            ended = super().run()
        return ended

    def listen(self) -> None:
        """Hear `cancelSolve` in the runs that follow."""
        if not self._listens:
            self._listens = True
            self.enableCallbacks()
        self.HandleUserInterrupt = True


@cache
def version() -> str:
    """Version of HiGHS."""
    return str(_Quiet().version())


class Session:
    """A model alive in HiGHS. Rows added by `hold` stand behind the model's own.

    Parameters
    ----------
    matrix
        The model; `load` brings one later when it is not given.
    threads
        Threads for interior point; simplex uses one.
    time_limit
        Seconds for all runs of the session together.
    perturb
        Let simplex perturb costs and bounds. It spoils a start next to the optimum, so that chains of like models go
        without; a run that then ends in trouble is repeated with it.
    scale
        HiGHS's strategy of scaling for simplex.

    """

    def __init__(
        self,
        matrix: Matrix | None = None,
        *,
        threads: int = 1,
        time_limit: float | None = None,
        perturb: bool = True,
        scale: int = LARGEST,
    ) -> None:
        self._highs = _Quiet()
        self._scale = scale
        self._highs.setOptionValue("simplex_scale_strategy", scale)
        self._highs.setOptionValue("threads", threads)
        self._deadline = None if time_limit is None else time.monotonic() + time_limit
        self._holds = 0
        self._perturb = perturb
        self._cost = b""  # as HiGHS knows them
        self._set: dict[str, Any] = {}
        self._circles = ENDLESS
        if matrix is not None:
            self.load(matrix)

    def load(self, matrix: Matrix, basis: Any = None) -> None:
        """Exchange the model; a basis of a model of the same shape starts the next run warm."""
        rows, columns = matrix.shape
        self._circles = circles(rows, columns)
        if not self._perturb:
            self._set_perturbation(0.0)
        self._whole = matrix.integer is not None and bool(matrix.integer.any())
        self._option("presolve", "off" if columns <= LITTLE and not self._whole else "choose")
        kinds = np.zeros(columns, np.int32) if matrix.integer is None else matrix.integer.astype(np.int32)
        status = self._highs.passModel(
            columns, rows, matrix.A.nnz, COLUMNWISE, MINIMISE, 0.0, np.zeros(columns),
            matrix.column_lower, matrix.column_upper, matrix.row_lower, matrix.row_upper,
            matrix.A.indptr, matrix.A.indices, matrix.A.data, kinds,
        )  # fmt: skip
        if status == highspy.HighsStatus.kError:
            raise SolverFailure(
                "HiGHS refused the model.", "Report this with the file that --save-mps writes."
            )
        self.rows, self.columns = rows, columns
        self._holds = 0
        self._cost = b""
        if basis is not None:
            self._highs.setBasis(basis)

    def _set_perturbation(self, multiplier: float) -> None:
        self._highs.setOptionValue("dual_simplex_cost_perturbation_multiplier", multiplier)
        self._highs.setOptionValue("primal_simplex_bound_perturbation_multiplier", multiplier)
        self._highs.setOptionValue("simplex_iteration_limit", ENDLESS if multiplier else self._circles)

    # ---- changes in place --------------------------------------------------------------------------------------

    def hold(self, vector: Array, at_least: float) -> int:
        """Add the row vector · x ≥ at_least behind the model; returns its row number."""
        where = np.flatnonzero(vector)
        self._highs.addRow(at_least, np.inf, where.size, where.astype(np.int32), vector[where])
        self._holds += 1
        return self.rows + self._holds - 1

    def drop(self, count: int) -> None:
        """Take the last `count` held rows out again; the basis goes with them."""
        last = self.rows + self._holds
        self._highs.deleteRows(count, np.arange(last - count, last, dtype=np.int32))
        self._holds -= count

    def change_rows(self, rows: Indices, lower: Array, upper: Array) -> None:
        """Change the sides of some rows."""
        self._highs.changeRowsBounds(rows.size, rows.astype(np.int32), lower, upper)

    def change_columns(self, columns: Indices, lower: Array, upper: Array) -> None:
        """Change the bounds of some columns."""
        self._highs.changeColsBounds(columns.size, columns.astype(np.int32), lower, upper)

    def change_column(self, column: int, lower: float, upper: float) -> None:
        """Change the bounds of one column."""
        self._highs.changeColBounds(column, lower, upper)

    def propose(self, point: Array) -> None:
        """Give a MILP a plan to start from, one value a column; it is dropped when it breaks a rule."""
        solution = highspy.HighsSolution()
        solution.col_value = point
        self._highs.setSolution(solution)

    def cross_over(self, A: Any, cost: Array, point: Array, row_dual: Array) -> bool:
        """Go from an optimal point and its duals to a vertex, which starts the next run; says whether that came to an end.

        `A` are the coefficients of the model as it stands.
        """
        self._tell_cost(cost)
        if not self._limit_time():
            return False
        solution = highspy.HighsSolution()
        solution.col_value, solution.row_value = point, A @ point
        solution.row_dual, solution.col_dual = row_dual, cost - A.T @ row_dual
        solution.value_valid = solution.dual_valid = True
        status = self._highs.crossover(solution)
        return bool(status == highspy.HighsStatus.kOk and self._highs.getBasis().valid)

    def limit_iterations(self, inside: int, simplex: int) -> None:
        """Let runs end after so many iterations of interior point, and of simplex."""
        self._highs.setOptionValue("ipm_iteration_limit", inside)
        self._highs.setOptionValue("simplex_iteration_limit", simplex)

    def stop(self) -> None:
        """Stop a run that another thread is in and that was begun as interruptible."""
        self._highs.cancelSolve()

    @property
    def basis(self) -> Any:
        """The basis of the last run."""
        return self._highs.getBasis()

    def start_from(self, basis: Any) -> None:
        """Start the next run from a basis of this model."""
        self._highs.setBasis(basis)

    def start_cold(self) -> None:
        """Forget the basis; the next run starts with presolve."""
        self._highs.clearSolver()

    @property
    def vertex(self) -> Vertex:
        """Where an optimal run ended; it is good until the next one."""
        return Vertex.of(self._highs)

    def reduced_cost(self, column: int) -> float:
        """The dual of one column after an optimal run."""
        return float(self._highs.getSolution().col_dual[column])

    @property
    def native(self) -> highspy.Highs:
        """The HiGHS object itself, for ranging and irreducible infeasible subsets (inside `solvers/` alone)."""
        return self._highs

    # ---- runs --------------------------------------------------------------------------------------------------

    def minimise(
        self,
        cost: Array,
        *,
        method: str = "auto",
        interruptible: bool = False,
        gap: float | None = None,
        doubt: bool = True,
        read: bool = True,
        most: int | None = None,
    ) -> Solution:
        """Minimise cost · x over the model and its held rows, from the basis at hand if there is one.

        `method` is `simplex` (dual), `primal`, `ipm` or `hipo` (with crossover), `pdlp` or `auto`. A MILP stops at the relative
        `gap`; one that stops early with a plan at hand ends as `feasible`, and has its proven bound and gap. An LP that
        ends in numerical trouble, or without a plan where the start was not a cold one or interior point says so, is tried once
        more from scratch, and one without a bound under HiGHS's own scaling: no district is refused for the sake of rounding.
        Without `doubt` the first end stands: for trials that may fail.
        Without `read` the solution of an LP has its objective alone. After `most` iterations of simplex it stops for good.
        """
        self._tell_cost(cost)
        if gap is not None:
            self._highs.setOptionValue("mip_rel_gap", gap)
        warm = method == "primal" or bool(self._highs.getBasis().valid)
        if most is not None:
            self._highs.setOptionValue("simplex_iteration_limit", most)
        solution = self._minimise_by(method, interruptible, read)
        if most is not None:
            self._highs.setOptionValue("simplex_iteration_limit", ENDLESS if self._perturb else self._circles)
            if solution.status is Status.ITERATION_LIMIT:
                return solution
        # interior point has called programs infeasible that simplex solves; simplex is out of reach beyond that size
        unproven = warm or (method in ("ipm", "hipo") and self.columns <= CONFIRMED)
        doubtful = {Status.FAILED, Status.UNBOUNDED, Status.INFEASIBLE} if unproven else {Status.FAILED}
        if not self._perturb:
            doubtful.add(Status.ITERATION_LIMIT)
        if doubt and solution.status in doubtful and not self._whole:
            unsure = solution.status is Status.INFEASIBLE or not self._perturb
            ways = ("simplex", "ipm") if unsure else ("ipm",)  # "unknown" is no verdict either
            for again in ("simplex",) if method == "ipm" else ways:
                self.start_cold()
                self._set_perturbation(1.0)
                solution = self._minimise_by(again, interruptible, read)
                if solution.status is not Status.FAILED:
                    break
            if not self._perturb:
                self._set_perturbation(0.0)
        if doubt and solution.status is Status.UNBOUNDED and not self._whole and self._scale != EQUILIBRATED:
            self.start_cold()  # amounts of a very large district, scaled by the largest entries, look like no bound
            self._highs.setOptionValue("simplex_scale_strategy", EQUILIBRATED)
            solution = self._minimise_by("simplex", interruptible, read)
            self._highs.setOptionValue("simplex_scale_strategy", self._scale)
        return solution

    def _tell_cost(self, cost: Array) -> None:
        told = cost.tobytes()
        if told != self._cost:
            self._highs.changeColsCost(self.columns, np.arange(self.columns, dtype=np.int32), cost)
            self._cost = told

    def _limit_time(self) -> bool:
        """Tell HiGHS what time is left; says whether there is any."""
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                return False
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left)
        return True

    def _option(self, name: str, value: Any) -> bool:
        """Set an option of HiGHS, where it is not set so already; says whether HiGHS takes it."""
        if self._set.get(name) != value:
            if self._highs.setOptionValue(name, value) == highspy.HighsStatus.kError:
                return False
            self._set[name] = value
        return True

    def _minimise_by(self, method: str, interruptible: bool, read: bool) -> Solution:
        highs = self._highs
        if not self._option("solver", METHODS[method]):
            raise SolverFailure(
                f"HiGHS's method {METHODS[method]} is not on this machine.",
                "Install it: pip install 'highspy[extras]'.",
            )
        self._option("simplex_strategy", PRIMAL_SIMPLEX if method == "primal" else DUAL_SIMPLEX)
        tolerance = ROUGH if method == "pdlp" or self._whole else TOLERANCE
        self._option("primal_feasibility_tolerance", tolerance)
        self._option("dual_feasibility_tolerance", tolerance)
        if not self._limit_time():
            return Solution(Status.TIME_LIMIT, None, None, None, np.nan, 0.0)
        started = time.perf_counter()
        if interruptible and threading.current_thread() is threading.main_thread():
            self._run_interruptibly()
        else:
            if interruptible:  # whoever waits for this thread calls `stop`
                highs.listen()
            highs.run()
        return self._read(time.perf_counter() - started, read)

    def _run_interruptibly(self) -> None:
        """Run in a thread, so that Ctrl-C reaches us and stops the solver at its next iteration."""
        highs = self._highs
        highs.listen()
        thread = threading.Thread(target=highs.run, name=RUNNING, daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(0.05)
        except KeyboardInterrupt:
            highs.cancelSolve()
            thread.join(5.0)
            raise
        finally:
            if not thread.is_alive():
                highs.HandleUserInterrupt = False

    def _read(self, seconds: float, arrays: bool) -> Solution:
        highs = self._highs
        model_status = highs.getModelStatus()
        status, info = status_of(model_status), highs.getInfo()
        words = "" if status is Status.OPTIMAL else highs.modelStatusToString(model_status)
        iterations = (
            max(0, info.simplex_iteration_count)
            + max(0, info.ipm_iteration_count)
            + max(0, info.pdlp_iteration_count)
        )
        if self._whole:
            return self._read_whole(status, seconds, words)
        if status is not Status.OPTIMAL:
            return Solution(status, None, None, None, np.nan, seconds, iterations, words=words)
        value = float(info.objective_function_value)
        if not arrays:
            return Solution(status, None, None, None, value, seconds, iterations, words=words)
        solution = highs.getSolution()
        return Solution(
            status,
            np.array(solution.col_value),
            np.array(solution.row_dual),
            np.array(solution.col_dual),
            value,
            seconds,
            iterations,
            words=words,
        )

    def _read_whole(self, status: Status, seconds: float, words: str) -> Solution:
        """End of a MILP: no duals; a bound and a gap even where the run stopped early."""
        highs = self._highs
        info = highs.getInfo()
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        if status in (Status.TIME_LIMIT, Status.ITERATION_LIMIT) and found:
            status = Status.FEASIBLE
        if not status.has_plan:
            return Solution(status, None, None, None, np.nan, seconds, bound=info.mip_dual_bound, words=words)
        return Solution(
            status,
            np.array(highs.getSolution().col_value),
            None,
            None,
            float(info.objective_function_value),
            seconds,
            max(0, info.simplex_iteration_count),
            float(info.mip_dual_bound),
            float(info.mip_gap),
            words,
        )
