"""Districts funded by school: blocks side by side, each from a neighbour's basis, against every school solved from nothing.

*Cold* gives every school a HiGHS object of its own with default options: presolve and simplex for the first stage, and
again from nothing for the second, which holds the first. *Cold, then warm* lets the second start from the first's basis.
Both sides use the same threads and both stages; ours begins with the matrix, so that finding the blocks is in it.

    ./run python -m benchmarks.blocks              # about five minutes; prints the table of docs/benchmarks/blocks.md
    ./run python -m benchmarks.blocks --quick      # 60 schools alone
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from benchmarks.chicago import SOURCE, chicago
from models.district import District
from models.made import made_district
from optimizer.blocks import Block, independent_blocks
from optimizer.formulation import Model
from optimizer.objectives import HOLD, Stage, stages_of
from optimizer.side_by_side import SideBySide
from optimizer.solving import certificate_of
from optimizer.staging import Options, Reached

THREADS = 2
COLUMNWISE = MINIMISE = 1
DISTRICTS: dict[str, Callable[[], District]] = {
    "60 made schools, 5 years, 4 scenarios": lambda: made_district(60, 5, 4),
    "400 made schools, 5 years, 4 scenarios": lambda: made_district(400, 5, 4),
    "Chicago, 410 schools, 5 years, 5 scenarios": chicago,
}


@dataclass(frozen=True)
class Run:
    """One way through both stages: seconds of the clock and of the processor, simplex iterations, first stage's value."""

    wall: float
    processor: float
    iterations: int
    value: float
    results: list[Reached] | None = None


def timed(way: Callable[[], tuple[int, float, Any]]) -> Run:
    """Time one way."""
    wall, processor = time.perf_counter(), time.process_time()
    iterations, value, results = way()
    return Run(time.perf_counter() - wall, time.process_time() - processor, iterations, value, results)


def cold(blocks: list[Block], stages: list[Stage], *, warm: bool) -> tuple[int, float, None]:
    """Solve every block in a HiGHS of its own; `warm` keeps the basis for the second stage."""
    first, last = stages
    slack = HOLD * first.scale / len(blocks)

    def solve(block: Block) -> tuple[int, float]:
        highs = highspy._Highs()
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", 1)
        matrix, cost = block.matrix, first.cost[block.columns]
        rows, columns = matrix.shape
        highs.passModel(
            columns, rows, matrix.A.nnz, COLUMNWISE, MINIMISE, 0.0, cost, matrix.column_lower, matrix.column_upper,
            matrix.row_lower, matrix.row_upper, matrix.A.indptr, matrix.A.indices, matrix.A.data,
            np.zeros(columns, np.int32),
        )  # fmt: skip
        highs.run()
        info = highs.getInfo()
        value, iterations = info.objective_function_value, info.simplex_iteration_count
        if not warm:
            highs.clearSolver()
        held = np.flatnonzero(cost)
        highs.addRow(-np.inf, value + slack, held.size, held.astype(np.int32), cost[held])
        highs.changeColsCost(columns, np.arange(columns, dtype=np.int32), last.cost[block.columns])
        highs.run()
        return iterations + highs.getInfo().simplex_iteration_count, value

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(solve, blocks))
    total = first.sign * sum(value for _, value in found) + first.offset
    return sum(count for count, _ in found), total / first.scale, None


def side_by_side(model: Model, stages: list[Stage]) -> tuple[int, float, list[Reached]]:
    """Solve both stages our way, from the matrix on."""
    matrix = model.lp.matrix()
    way = SideBySide(matrix, independent_blocks(matrix), stages, Options(threads=THREADS))
    first = way.first()
    results = [first, *way.rest(first)]
    return sum(result.iterations for result in results), first.value, results


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    print(
        "| district | way | wall s | processor s | wall ÷ ours | processor ÷ ours | iterations | certificate |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for name in list(DISTRICTS)[: 1 if arguments.quick else None]:
        if "Chicago" in name and not SOURCE.exists():
            continue
        report(name, DISTRICTS[name](), arguments.repeats)


def report(name: str, district: District, repeats: int) -> None:
    """Print the rows of one district; medians of interleaved repeats."""
    model = Model(district)
    stages = stages_of(model, "expected")
    matrix = model.lp.matrix()
    blocks = independent_blocks(matrix)
    ways: dict[str, Callable[[], tuple[int, float, Any]]] = {
        "side by side": lambda: side_by_side(model, stages),
        "cold": lambda: cold(blocks, stages, warm=False),
        "cold, then warm": lambda: cold(blocks, stages, warm=True),
    }
    runs: dict[str, list[Run]] = {way: [] for way in ways}
    for _ in range(repeats):
        for way, go in ways.items():
            runs[way].append(timed(go))
    ours = runs["side by side"]
    for way, those in runs.items():
        last = those[-1]
        assert abs(last.value - ours[-1].value) < 1e-6, (name, way, last.value, ours[-1].value)
        wall, processor = (
            float(np.median([getattr(run, clock) for run in those])) for clock in ("wall", "processor")
        )
        ratios = [
            float(np.median([getattr(run, clock) / getattr(own, clock) for run, own in zip(those, ours)]))
            for clock in ("wall", "processor")
        ]
        proof = ""
        if last.results is not None:
            own = certificate_of(matrix, last.results)
            proof = f"{max(own.primal, own.dual or 0.0, own.complementarity or 0.0, own.gap or 0.0):.0e}"
        print(
            f"| {name} | {way} | {wall:.2f} | {processor:.2f} | {ratios[0]:.1f} | {ratios[1]:.1f} |"
            f" {last.iterations:,} | {proof} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
