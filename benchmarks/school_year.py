"""A single school-year in a process that has solved one before: what HiGHS takes, and what everything outside it does.

    ./run python -m benchmarks.school_year

Prints Markdown for docs/benchmarks.md. Milliseconds, medians; *bare* is HiGHS as it comes on the same matrices (the later stage
with the row that holds the first), each run from nothing: hand over, solve, read the point.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from benchmarks.bare import TOLERANCE, bare_point
from benchmarks.instances import instance
from optimizer import solve
from optimizer.formulation import Model
from optimizer.matrix import Matrix
from optimizer.objectives import stages_of
from optimizer.solvers.highs import Session
from optimizer.solving import way_of
from optimizer.staging import Options

SIZES = "1x1x1", "1x5x4", "5x1x1", "50x1x1"
REPEATS = 200


@contextmanager
def counting(seconds: list[float]) -> Iterator[None]:
    """Note what each run of ours takes inside HiGHS."""
    run = Session._minimise_by

    def counted(self: Session, *how: Any) -> Any:
        solution = run(self, *how)
        seconds.append(solution.seconds)
        return solution

    Session._minimise_by = counted  # type: ignore[method-assign]
    try:
        yield
    finally:
        Session._minimise_by = run  # type: ignore[method-assign]


def median_ms(work: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """Median milliseconds of some work, and the mean of those that are HiGHS's."""
    inside: list[float] = []
    times = []
    with counting(inside):
        for _ in range(repeats):
            started = time.perf_counter()
            work()
            times.append(time.perf_counter() - started)
    return 1e3 * statistics.median(times), 1e3 * sum(inside) / repeats


def bare(matrix: Matrix, cost: np.ndarray) -> np.ndarray:
    """HiGHS as it comes, but for the tolerances."""
    return bare_point(
        matrix, cost, primal_feasibility_tolerance=TOLERANCE, dual_feasibility_tolerance=TOLERANCE
    )


def row(size: str) -> str:
    """The first stage alone, and the whole plan with its certificate."""
    it = instance(size, "school")
    model = Model(it.district)
    first, last = stages_of(model, "expected")
    matrix = model.lp.matrix()
    reached = first.value(bare(matrix, first.cost))
    held = matrix.with_rows(first.vector, np.array([first.bound(reached)]), np.array([np.inf]))
    repeats = max(9, REPEATS // it.size)

    def stage() -> None:
        model = Model(it.district)
        stages = stages_of(model, "expected")
        way_of(model.lp.matrix(), stages, Options()).first()

    solve(it.district)
    cells = []
    for work, alone in (
        (stage, lambda: bare(matrix, first.cost)),
        (lambda: solve(it.district), lambda: (bare(matrix, first.cost), bare(held, last.cost))),
    ):
        total, inside = median_ms(work, repeats)
        limit, _ = median_ms(alone, repeats)
        outside = total - inside
        cells += [total, inside, limit, outside / inside, outside / limit]
    figures = " | ".join(f"{cell:.2f}" for cell in cells)
    return f"| {it.title}, {it.district.years} year{'s' if it.district.years != 1 else ''} | {figures} |"


def main() -> None:
    """Print the table."""
    part = "ms | in HiGHS | bare HiGHS | outside ÷ in HiGHS | outside ÷ bare"
    print(f"| district | first stage: {part} | whole plan: {part} |")
    print("|---|" + "---:|" * 10)
    for size in SIZES:
        print(row(size), flush=True)


if __name__ == "__main__":
    main()
