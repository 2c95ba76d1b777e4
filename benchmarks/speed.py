"""The book of speed: Spanwise against the same program in PuLP expressions and linopy, and against bare HiGHS.

    python -m benchmarks.speed                 # the sizes of docs/benchmarks.md
    python -m benchmarks.speed --sizes 10x1x1  # schools x years x scenarios

Every measurement is a process of its own and the median of its repeats; ratios are within one run. linopy is in the
extra `bench`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.district import District
from models.made import made_district
from optimizer.bench import _peak, machine

SIZES = ["1x1x1", "10x1x1", "50x1x1", "50x5x4", "200x5x4"]
PATIENCE = 400  # seconds a path may take


def bare(district: District, method: str) -> dict[str, float]:
    """HiGHS alone on the finished matrix: the limit."""
    from optimizer.formulation import Model
    from optimizer.objectives import stages_of
    from optimizer.staging import Options, make_session

    model = Model(district)
    stage = stages_of(model, "expected")[0]
    matrix = model.lp.matrix()
    session = make_session(matrix, Options())
    started = time.perf_counter()
    solution = session.minimise(stage.cost, method=method)
    return {
        "solve": time.perf_counter() - started,
        "total": solution.seconds,
        "objective": stage.value(solution.require()[0]),
    }


def ours(district: District, method: str) -> dict[str, float]:
    """Build, hand over, solve the first stage and read it back, as `spanwise solve` does."""
    from optimizer.formulation import Model
    from optimizer.objectives import stages_of
    from optimizer.solving import way_of
    from optimizer.staging import Options

    started = time.perf_counter()
    model = Model(district)
    stages = stages_of(model, "expected")
    matrix = model.lp.matrix()
    built = time.perf_counter()
    reached = way_of(matrix, stages, Options(method=method)).first()
    ended = time.perf_counter()
    return {
        "build": built - started,
        "solve": ended - built,
        "total": ended - started,
        "objective": reached.value,
    }


def rival(district: District, name: str) -> dict[str, float]:
    """The same program written with PuLP expressions or linopy."""
    from benchmarks.rivals import RUNS

    build, solve, objective = RUNS[name](district)
    return {"build": build, "solve": solve, "total": build + solve, "objective": objective}


def outside(district: District, method: str) -> dict[str, float]:
    """Everything around the solver in a whole `solve`: read, build, hand over, read back, certificate, card."""
    import tempfile

    from datafiles.folder import read_district, write_district
    from optimizer import Options, solve
    from optimizer.solvers import highs
    from reports.card import card

    spent = 0.0
    run = highs.Session.minimise

    def timed(self: Any, *arguments: Any, **named: Any) -> Any:
        nonlocal spent
        solution = run(self, *arguments, **named)
        spent += solution.seconds
        return solution

    highs.Session.minimise = timed  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as place:
        write_district(district, Path(place) / "d")
        spent, started = 0.0, time.perf_counter()
        plan = solve(read_district(Path(place) / "d"), options=Options(method=method, threads=1))
        card(plan)
        total = time.perf_counter() - started
    return {"solve": spent, "build": total - spent, "total": total, "objective": plan.coverage}


PATHS: dict[str, tuple[Callable[..., dict[str, float]], str]] = {
    "bare HiGHS, simplex": (bare, "simplex"),
    "bare HiGHS, interior point": (bare, "ipm"),
    "Spanwise": (ours, "auto"),
    "Spanwise, whole matrix, simplex": (ours, "simplex"),
    "Spanwise, whole matrix, interior point": (ours, "ipm"),
    "PuLP expressions, CBC": (rival, "PuLP expressions, CBC"),
    "PuLP expressions, HiGHS": (rival, "PuLP expressions, HiGHS"),
    "linopy, HiGHS": (rival, "linopy, HiGHS"),
    "whole solve, interior point (build = all outside HiGHS)": (outside, "ipm"),
    "whole solve, simplex (build = all outside HiGHS)": (outside, "simplex"),
}


def _child(pipe: Any, path: str, district: District) -> None:
    run, argument = PATHS[path]
    try:
        run(
            made_district(2, pool=district.settings.funding.pool), argument
        )  # libraries are loaded before the clock starts
        pipe.send(run(district, argument) | {"peak": _peak()})
    except Exception as error:
        pipe.send({"error": f"{type(error).__name__}: {error}"})


def measure(path: str, district: District, repeats: int) -> dict[str, Any]:
    """Median of the repeats by total time, each in a process of its own."""
    runs: list[dict[str, Any]] = []
    for _ in range(repeats):
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe(duplex=False)
        worker = context.Process(target=_child, args=(there, path, district), daemon=True)
        worker.start()
        there.close()
        try:
            answer = here.recv() if here.poll(PATIENCE) else {"error": f"more than {PATIENCE} s"}
        except EOFError:
            answer = {"error": "the process ended by itself"}
        worker.kill()
        worker.join()
        if "error" in answer:
            return answer
        runs.append(answer)
    runs.sort(key=lambda run: run["total"])
    middle = runs[len(runs) // 2]
    return middle | {"spread": statistics.pstdev([run["total"] for run in runs]) if repeats > 1 else 0.0}


def table(size: str, pool: str, repeats: int, paths: list[str]) -> list[str]:
    """One instance as Markdown."""
    schools, years, scenarios = map(int, size.split("x"))
    district = made_district(schools, years, scenarios, pool=pool)
    lines = [
        f"### {schools} schools, {years} years, {scenarios} scenarios, funding pooled by {pool}",
        "",
        "| path | build | solve | total | ratio | peak MB | coverage |",
        "|---|---|---|---|---|---|---|",
    ]
    rows = {path: measure(path, district, repeats) for path in paths}
    base = rows.get("Spanwise", {}).get("total")
    for path, row in rows.items():
        if "error" in row:
            lines.append(f"| {path} | | | {row['error']} | | | |")
            continue
        ratio = f"{row['total'] / base:.1f}" if base and not path.startswith("whole") else ""
        build = f"{row['build']:.3f} s" if "build" in row else ""
        lines.append(
            f"| {path} | {build} | {row['solve']:.3f} s | {row['total']:.3f} s | {ratio} | {row['peak']:.0f} | {row['objective']:.6f} |"
        )
    return [*lines, ""]


def main() -> None:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--pool", default="district", choices=["school", "district"])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--paths",
        default=",".join(PATHS).replace(", ", ";"),
        help="some of the paths, by a part of their names",
    )
    arguments = parser.parse_args()
    chosen = [
        path for path in PATHS if any(part.replace(";", ", ") in path for part in arguments.paths.split(","))
    ]
    here = machine()
    print(
        f"{here['processor']}, {here['cores']} cores, Python {here['python']}, "
        f"HiGHS {here['highspy']}, PuLP {here['pulp']}, {here['date']}\n",
        flush=True,
    )
    for size in arguments.sizes.split(","):
        print("\n".join(table(size, arguments.pool, arguments.repeats, chosen)), flush=True)


if __name__ == "__main__":
    main()
