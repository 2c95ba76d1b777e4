"""A state and a nation: Texas' districts and those of the US table, solved one by one, and the US ones under a ladder of cuts.

    ./run python -m benchmarks.nation --out DIR [--workers 2] [--texas-only]
    ./run python -m benchmarks.nation --out DIR --profile   # where the time of a chunk goes

Writes DIR/texas.csv and DIR/nation.csv (bundles), DIR/*-results (resumable: the same command goes on where it stopped) and prints
the tables of docs/public-data.md and docs/scale.md. Needs the public data beside the project (../shared/data).
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from pkgutil import resolve_name as locate
from typing import Any
from unittest import mock

from batch.grid import variants
from batch.jobs import Work
from batch.running import Progress, run
from batch.store import Store
from batch.work import solve_chunk
from datafiles.bundle import read_bundle, write_bundle
from datafiles.importing.importing import read_source
from datafiles.importing.selection import Selection

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "national"
CLASS = 25.0  # pupils of the book's traditional class
CUTS = (0.0, 0.03, 0.07, 0.10, 0.14)
PARTS = {
    "reading the district's files, once for all its cuts": ("batch.work", "_read"),
    "applying the cut": ("batch.work", "vary"),
    "`solve()`": ("optimizer.solving", "solve"),
    "of it: writing the rules as a matrix": ("optimizer.formulation.Model", "__init__"),
    "of it: HiGHS and the threads around it": ("optimizer.solvers.highs.Session", "_minimise_by"),
    "of it: saying why there is no plan (itself with matrices and HiGHS)": (
        "optimizer.breaking",
        "with_first_break",
    ),
}
NATIONS = {
    "texas": ("tx", "tx_2015_16_joined_finance_staff.csv.gz", 2016),
    "nation": ("f33", "joined_f33_fy2019_x_ccd_2023_24.csv.gz", 2019),
}


def bundle(name: str, out: Path) -> Path:
    """Import one table as a bundle, unless it is there."""
    path = out / f"{name}.csv"
    if not path.exists():
        source, file, year = NATIONS[name]
        started = time.perf_counter()
        imported = read_source(source, [DATA / file], Selection(), years=1, finance_year=year, comments=False)
        count = write_bundle(path, imported.districts(), imported.shared())
        print(
            f"{name}: {count:,} districts imported in {time.perf_counter() - started:.1f} s, {path.stat().st_size / 1e6:.1f} MB"
        )
    return path


def solve(name: str, path: Path, out: Path, workers: int) -> list[dict[str, Any]]:
    """Solve every district under every cut, and print what it took; returns one row a solve."""
    began = time.perf_counter()
    work = Work([path], variants({"cut": list(CUTS)}))
    store = Store(out / f"{name}-results", work)
    ready = time.perf_counter() - began
    shown = 0.0

    def tell(progress: Progress) -> None:
        nonlocal shown
        if time.monotonic() - shown > 10:
            shown = time.monotonic()
            print(f"{progress.before + progress.done:,} of {progress.jobs:,}", file=sys.stderr, flush=True)

    started = time.perf_counter()
    progress = run(work, store, workers=workers, tell=tell)
    seconds = time.perf_counter() - started
    rows = list(store.results())
    if progress.done:
        took = sorted(row["seconds"] for row in rows)
        print("\n| run | districts | solves | wall clock | solves a second | seconds a solve: median, 95 % |")
        print("|---|---|---|---|---|---|")
        print(
            f"| {name}, {workers} workers | {work.districts:,} | {progress.done:,} | {seconds / 60:.1f} min |"
            f" {progress.done / seconds:.1f} | {statistics.median(took):.3f}, {took[int(0.95 * len(took))]:.3f} |"
        )
        print(
            f"\nReading and hashing the bundle before the first solve: {ready:.1f} s; {work.chunks:,} chunks."
        )
        cluster(work, workers * seconds / progress.done)
    return rows


def cluster(work: Work, each: float) -> None:
    """Print what more cores would take: arithmetic from the core-seconds of one solve."""
    loads = (work.districts, work.jobs, 1_000 * work.districts)
    print(f"\n{each:.3f} core-seconds a solve\n")
    print(f"| cores | {' | '.join(f'{load:,} solves' for load in loads)} |\n|---|---|---|---|")
    for cores in (2, 16, 64, 256, 1_024):
        print(f"| {cores:,} | {' | '.join(duration(load * each / cores) for load in loads)} |")


def duration(seconds: float) -> str:
    """Seconds in the unit that a person would choose."""
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def profile(path: Path, chunks: int = 4) -> None:
    """Solve some chunks in this process and print where their time goes.

    By clocks around a few functions: cProfile loses its place among the threads that HiGHS is run in.
    """
    work = Work([path], variants({"cut": list(CUTS)}))
    solve_chunk(work.chunk(0))  # libraries are loaded
    spent: Counter[str] = Counter()
    done = 0
    with ExitStack() as clocks:
        for part, (owner, name) in PARTS.items():
            place: Any = locate(owner)
            clocks.enter_context(mock.patch.object(place, name, clocked(getattr(place, name), part, spent)))
        started = time.perf_counter()
        for k in range(chunks):
            done += len(solve_chunk(work.chunk((2 * k + 1) * work.chunks // (2 * chunks))))
        whole = time.perf_counter() - started
    print(f"\n{done} solves of {chunks} chunks in one process: {1e3 * whole / done:.1f} ms each\n")
    print("| part | share of a chunk's time |\n|---|---:|")
    for part in PARTS:
        print(f"| {part} | {100 * spent[part] / whole:.1f} % |")


def clocked(function: Callable[..., Any], part: str, spent: Counter[str]) -> Callable[..., Any]:
    """Add the seconds of every call to `spent`."""

    @wraps(function)
    def timed(*arguments: Any, **named: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            spent[part] += time.perf_counter() - started  # type: ignore[assignment]

    return timed


def lean(path: Path, districts: set[str]) -> int:
    """Count those of some districts that have fewer teachers than one for each traditional class."""
    bundle, count = read_bundle(path), 0
    for district in districts:
        contents = {
            name: list(csv.DictReader(io.StringIO(text.decode())))
            for name, text in bundle.contents(district).items()
        }
        pupils = sum(float(row["pupils"]) for row in contents["enrollment.csv"])
        teachers = sum(
            float(row["fte"]) for row in contents["staff.csv"] if row["role"] in ("teacher", "specialist")
        )
        count += teachers < pupils / CLASS
    return count


def table(name: str, path: Path, rows: list[dict[str, Any]]) -> None:
    """Print how many solve, how well, and why the rest do not."""
    print(
        f"\n| {name}: cut | districts | solve | share | pupils in them | coverage (median) | seconds a solve (median, 95 %) |"
    )
    print("|---|---|---|---|---|---|---|")
    for cut in CUTS:
        own = [row for row in rows if row["cut"] == cut]
        good = [row for row in own if row["status"] == "optimal"]
        seconds = sorted(row["seconds"] for row in own)
        if not own:
            continue
        coverage = statistics.median(row["coverage"] for row in good) if good else float("nan")
        print(
            f"| {100 * cut:g} % | {len(own):,} | {len(good):,} | {100 * len(good) / len(own):.1f} % |"
            f" {sum(row['pupils'] for row in good) / 1e6:.2f} M | {100 * coverage:.1f} % |"
            f" {statistics.median(seconds):.2f}, {seconds[int(0.95 * len(seconds))]:.2f} |"
        )
    rest = [row for row in rows if row["status"] != "optimal"]
    for (status, short), count in Counter(
        (row["status"], "of funding is missing" in (row["message"] or "")) for row in rest
    ).items():
        print(f"- {count:,} × {status}{', funding is missing' if short else ''}")
    uncut = {row["district_id"] for row in rest if row["cut"] == 0}
    print(
        f"- without a cut {len(uncut):,} have no plan; {lean(path, uncut):,} of them have fewer teachers than traditional classes"
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--texas-only", action="store_true")
    parser.add_argument("--profile", action="store_true", help="only where the time of some chunks goes")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for name in ("texas",) if given.texas_only else tuple(NATIONS):
        path = bundle(name, given.out)
        if given.profile:
            profile(path)
            continue
        rows = solve(name, path, given.out, given.workers)
        table(name, path, rows)
        (given.out / f"{name}-endings.json").write_text(
            json.dumps(Counter(f"{row['cut']}: {row['status']}" for row in rows), indent=2)
        )


if __name__ == "__main__":
    main()
