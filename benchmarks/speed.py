"""The book of speed: Spanwise against the same program in PuLP expressions and linopy, and against bare HiGHS.

    ./run python -m benchmarks.speed                        # every size, both poolings, start-up; hours: see --patience
    ./run python -m benchmarks.speed --quick                # the small sizes, a minute
    ./run python -m benchmarks.speed --sizes 400x5x5        # schools x years x scenarios
    ./run python -m benchmarks.speed --sizes chicago        # the real one; needs public data beside the project
    ./run python -m benchmarks.speed --paths Spanwise,bare  # ways whose names begin so

Every measurement is a process of its own; the median of its repeats; ratios are within one run. A way that does not
finish within its patience is listed as such, and is not tried on larger districts. linopy is in the extra `bench`.
Prints Markdown, ready for docs/benchmarks.md; --out FILE keeps it too, table by table.
"""

# Nothing heavy is imported above `main`: every process of a measurement imports this file again.
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.instances import Instance

SIZES = ["1x1x1", "10x1x1", "50x1x1", "50x5x4", "200x5x4", "400x5x5"]
QUICK = ["1x1x1", "10x1x1"]
PATIENCE, OWN = 600.0, 1800.0  # seconds a rival may take, and Spanwise's own ways
ENOUGH = 60.0  # seconds after which nothing is repeated
COLUMNS = ("path", "build", "hand-over and solve", "total", "ratio", "peak MB", "÷ bare", "coverage", "runs")

Row = dict[str, Any]


class Book:
    """Measures instances, smallest first, and remembers who did not finish."""

    def __init__(self, ways: list[str], repeats: int, patience: float, own: float) -> None:
        self.ways, self.repeats = ways, repeats
        self.patience, self.own = patience, own
        self.lost: dict[tuple[str, str], tuple[int, str]] = {}

    def rows(self, it: Instance) -> dict[str, Row]:
        """Measure an instance by every way that is for its pooling."""
        from benchmarks.apart import laid_out, measure
        from benchmarks.instances import instance
        from benchmarks.ways import WAYS

        rows: dict[str, Row] = {}
        with laid_out(it) as place, laid_out(instance("2x1x1", it.pool)) as warm:
            for name in self.ways:
                way = WAYS[name]
                if it.pool not in way.pools:
                    continue
                size, words = self.lost.get((name, it.pool), (sys.maxsize, ""))
                if size <= it.size:
                    rows[name] = {"error": f"{words} on a smaller one"}
                    continue
                print(f"{it.title}, {it.pool}: {name}", file=sys.stderr, flush=True)
                runs: list[Row] = []
                patience = self.own if way.patient else self.patience
                while len(runs) < self.repeats and sum(run["total"] for run in runs) < ENOUGH:
                    run = measure(name, place, warm, patience)
                    if "error" in run:
                        rows[name] = run
                        if run["error"].startswith("more than"):
                            self.lost[name, it.pool] = it.size, run["error"]
                        break
                    runs.append(run)
                else:
                    runs.sort(key=lambda run: run["total"])
                    rows[name] = runs[len(runs) // 2] | {"runs": len(runs)}
        return rows


def table(title: str, rows: dict[str, Row]) -> list[str]:
    """One instance as Markdown: ratio to Spanwise's own way, memory to bare HiGHS by the method that took less.

    What bare HiGHS had taken when its patience ended counts too: it can only have grown.
    """
    from benchmarks.ways import BARE, SPANWISE, WAYS

    lines = [f"### {title}", "", f"| {' | '.join(COLUMNS)} |", "|---|" + "---:|" * (len(COLUMNS) - 1)]
    base = rows.get(SPANWISE, {}).get("total")
    least = min((rows[name]["peak"] for name in BARE if "peak" in rows.get(name, {})), default=None)
    best = max((row["objective"] for row in rows.values() if "objective" in row), default=None)
    for name, row in rows.items():
        if "error" in row:
            peak = f"{row['peak']:.0f} so far" if "peak" in row else ""
            lines.append(f"| {name} | | | {row['error']} | | {peak} | | | |")
            continue
        ratio = f"{row['total'] / base:.1f}" if base and WAYS[name].kind != "whole" else ""
        wrong = " (disagrees)" if best is not None and abs(row["objective"] - best) > 2e-6 else ""
        cells = [
            name,
            *(f"{row[part]:.3f} s" if part in row else "" for part in ("build", "solve", "total")),
            ratio,
            f"{row['peak']:.0f}",
            f"{row['peak'] / least:.2f}" if least else "",
            f"{row['objective']:.6f}{wrong}",
            str(row["runs"]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def main() -> None:
    """Print the tables as Markdown."""
    given = _arguments()
    from benchmarks.instances import POOLS, described, instance
    from benchmarks.startup import startup_table
    from benchmarks.ways import WAYS
    from optimizer.bench import machine

    parts = given.paths.split(",") if given.paths else [""]
    ways = [name for name in WAYS if any(name.startswith(part) for part in parts)]
    if not ways:
        raise SystemExit(f"No path begins so; there are: {'; '.join(WAYS)}")
    sizes = given.sizes.split(",") if given.sizes else QUICK if given.quick else SIZES
    pools = POOLS if given.pool == "both" else (given.pool,)
    for name in sizes:
        instance(name, pools[0])  # a wrong name ends here, not after hours
    here = machine()
    _show(
        [
            f"{here['processor']}, {here['cores']} cores, {here['memory_gb']:g} GB, Python {here['python']}, "
            f"HiGHS {here['highspy']}, PuLP {here['pulp']}, {here['date']}",
            "",
        ],
        given.out,
    )
    if not given.no_startup:
        _show(startup_table(3 if given.quick else 7), given.out)
    book = Book(ways, 1 if given.quick else given.repeats, given.patience, given.own_patience)
    for pool in pools:
        for name in sizes:
            it = instance(name, pool)
            _show(table(described(it), book.rows(it)), given.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", help=f"default: {','.join(SIZES)}; also chicago and chicago-1")
    parser.add_argument("--pool", default="both", choices=["school", "district", "both"])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--paths", help="some of the paths, by how their names begin")
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds for bare HiGHS and a rival")
    parser.add_argument("--own-patience", type=float, default=OWN, help="seconds for Spanwise")
    parser.add_argument("--quick", action="store_true", help="small sizes, one run each")
    parser.add_argument("--no-startup", action="store_true", help="leave the table of start-up out")
    parser.add_argument("--out", type=Path, help="append the tables to this file too")
    return parser.parse_args()


def _show(lines: list[str], out: Path | None) -> None:
    text = "\n".join(lines)
    print(text, flush=True)
    if out is not None:
        with out.open("a", encoding="utf-8") as file:
            file.write(text + "\n")


if __name__ == "__main__":
    main()
