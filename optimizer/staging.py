"""Solving stage after stage: the whole matrix in one session, or independent blocks side by side.

Both ways offer the same three steps, so that `solving` need not know which one it drives:
`restrict` the columns' upper bounds, `first` stage, and `rest` of the stages, each with its held rows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from optimizer.matrix import Matrix
from optimizer.objectives import Stage
from optimizer.solution import Solution

Array = NDArray[np.float64]
Say = Callable[[str], None]

PATIENT = 2_000  # columns from which a run is worth a thread of its own, so that Ctrl-C is heard at once
LARGE = 200_000  # columns from which interior point wins over simplex; see docs/benchmarks.md
COMMON = 20_000  # columns from which common prices win over the whole; see docs/benchmarks.md
MANY_SCHOOLS, EACH = 20, 100  # and schools, and columns a school


def whole_method(matrix: Matrix) -> str:
    """Method for the whole matrix at once."""
    return "ipm" if matrix.shape[1] > LARGE else "simplex"


def is_for_prices(matrix: Matrix, least: int = COMMON) -> bool:
    """Whether a matrix of more than `least` columns has enough large schools for common prices to win over the whole."""
    if matrix.shape[1] <= least or matrix.owner is None:
        return False
    schools = np.unique(matrix.owner[matrix.owner >= 0]).size
    return schools >= MANY_SCHOOLS and matrix.shape[1] >= EACH * schools


@dataclass(frozen=True)
class Options:
    """How to solve: solver and method by name, time limit (s), threads, and where progress goes.

    `halted` is set by whoever waits for other threads and has heard Ctrl-C.
    """

    solver: str = "highs"
    method: str = "auto"
    time_limit: float | None = None
    threads: int = 2
    say: Say | None = None
    deadline: float | None = None
    halted: threading.Event | None = None

    def started(self) -> Options:
        """Start the clock of the time limit, once for everything that is solved with these options."""
        if self.time_limit is None or self.deadline is not None:
            return self
        return replace(self, deadline=time.monotonic() + self.time_limit)

    def left(self) -> float | None:
        """Seconds left, 0 when the time is up; `None` without a limit."""
        if self.time_limit is None:
            return None
        return self.time_limit if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def tell(self, text: str) -> None:
        """Report progress, if anybody listens."""
        if self.say is not None:
            self.say(text)


@dataclass(frozen=True, eq=False)
class Reached:
    """A solved stage: its value, the point, the duals of the model's rows, and the held rows with their duals."""

    stage: Stage
    value: float
    point: Array
    row_dual: Array
    held: tuple[tuple[Stage, float], ...]  # earlier stages and the right sides of their rows
    held_dual: Array
    iterations: int = 0


class Way(Protocol):
    """A way of going through the stages."""

    method: str
    block_count: int

    def restrict(self, column_upper: Array) -> None:
        """Set the upper bounds of the columns and forget what was held."""

    def first(self) -> Reached:
        """Solve the first stage."""

    def rest(self, reached: Reached) -> list[Reached]:
        """Solve the later stages, from the first on."""

    def at_best(self, column_upper: Array) -> float:
        """The best that the first stage may reach under other upper bounds, as far as that is known without solving it.

        The bounds that are set need not be the same afterwards.
        """


def make_session(matrix: Matrix, options: Options) -> Any:
    """Open a session with the solver that was asked for."""
    if options.solver == "highs":
        from optimizer.solvers import highs

        return highs.Session(matrix, threads=1, time_limit=options.left())
    from optimizer.solvers import pulp_gateway

    return pulp_gateway.Session(
        matrix, solver=options.solver, threads=options.threads, time_limit=options.left()
    )


class Whole:
    """The whole matrix in one session; later stages start warm where simplex is at home."""

    block_count = 1

    def __init__(self, matrix: Matrix, stages: Sequence[Stage], options: Options) -> None:
        self.matrix, self.stages, self.options = matrix, stages, options
        own = options.method not in ("auto", "prices", "blocks")  # ways of others
        self.method = options.method if own else whole_method(matrix)
        self._session: Any = None
        self._holds = 0  # rows of earlier stages in the session
        self._upper = matrix.column_upper
        self._warm = self.method == "simplex" and options.solver == "highs"  # whether bases lead on
        self._known: list[tuple[Array, Reached, Any]] = []  # first stages under other bounds, and their bases

    def restrict(self, column_upper: Array) -> None:
        """Set the upper bounds of the columns; simplex goes on from the basis that it has."""
        changed = np.flatnonzero(column_upper != self._upper)
        self._upper = column_upper
        self._release()
        if self._session is not None:
            self._session.change_columns(changed, self.matrix.column_lower[changed], column_upper[changed])

    def _release(self) -> None:
        """Hold nothing any more; a session whose bases lead on stays."""
        if not self._warm:
            self._session = None
        elif self._holds:
            self._session.drop(self._holds)
        self._holds = 0

    def _open(self) -> Any:
        if self._session is None:
            self._session = make_session(self.matrix.replace(column_upper=self._upper), self.options)
        return self._session

    def first(self) -> Reached:
        """Solve the first stage; one that was solved under the same bounds is taken up again from its basis."""
        if self._holds:
            self._release()
        for upper, reached, basis in self._known:
            if np.array_equal(upper, self._upper):
                self._open().start_from(basis)
                return replace(reached, iterations=0)
        reached = self._run(0, ())
        if self._warm:
            self._known.append((self._upper, reached, self._session.basis))
        return reached

    def rest(self, reached: Reached) -> list[Reached]:
        """Hold the first stage and solve the others in turn."""
        results = []
        held: tuple[tuple[Stage, float], ...] = ()
        session = self._open()
        for number in range(1, len(self.stages)):
            held = (*held, (reached.stage, reached.stage.bound(reached.value)))
            session.hold(held[-1][0].vector, held[-1][1])
            self._holds += 1
            reached = self._run(number, held)
            results.append(reached)
        return results

    def at_best(self, column_upper: Array) -> float:
        """See `Way`: nothing is known."""
        return self.stages[0].ideal

    def _run(self, number: int, held: tuple[tuple[Stage, float], ...]) -> Reached:
        stage = self.stages[number]
        self.options.tell(
            f"Stage {number + 1} of {len(self.stages)}: {stage.name} ({self.matrix.shape[1]:,} variables)"
        )
        method = "primal" if number and self.method == "simplex" else self.method
        long = self.matrix.shape[1] > PATIENT or self.method == "pdlp"
        solution: Solution = self._open().minimise(stage.cost, method=method, interruptible=long)
        point, row_dual, _ = solution.require("the district")
        point = np.clip(point, self.matrix.column_lower, self._upper)
        rows = self.matrix.shape[0]
        return Reached(
            stage, stage.value(point), point, row_dual[:rows], held, row_dual[rows:], solution.iterations
        )
