"""A state and a nation: Texas' districts and those of the US table, solved one by one, and the US ones under a ladder of cuts.

    ./run python -m benchmarks.nation --out DIR [--workers 2] [--texas-only]

Writes DIR/texas.csv and DIR/nation.csv (bundles), DIR/*-results (resumable: the same command goes on where it stopped) and prints
the tables of docs/public-data.md and docs/scale.md. Needs the public data beside the project (../shared/data).
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

from batch.grid import variants
from batch.jobs import Work
from batch.running import run
from batch.store import Store
from datafiles.bundle import read_bundle, write_bundle
from datafiles.importing.importing import read_source
from datafiles.importing.selection import Selection

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "national"
CLASS = 25.0  # pupils of the book's traditional class
CUTS = (0.0, 0.03, 0.07, 0.10, 0.14)
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
    """Solve every district under every cut; returns one row a solve."""
    work = Work([path], variants({"cut": list(CUTS)}))
    store = Store(out / f"{name}-results", work)
    started = time.perf_counter()
    progress = run(
        work, store, workers=workers, tell=lambda p: print(f"\r{p.before + p.done:,}/{p.jobs:,}", end="")
    )
    seconds = time.perf_counter() - started
    if progress.done:
        print(
            f"\n{name}: {progress.done:,} solves in {seconds:,.0f} s with {workers} workers, {progress.done / seconds:.1f} a second"
        )
    return list(store.results())


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
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for name in ("texas",) if given.texas_only else tuple(NATIONS):
        path = bundle(name, given.out)
        rows = solve(name, path, given.out, given.workers)
        table(name, path, rows)
        (given.out / f"{name}-endings.json").write_text(
            json.dumps(Counter(f"{row['cut']}: {row['status']}" for row in rows), indent=2)
        )


if __name__ == "__main__":
    main()
