"""The book of answers: districts whose best plan is known, through every path; expected, found, difference.

    ./run python -m benchmarks.answers             # one line a district, about half a minute
    ./run python -m benchmarks.answers --spending  # the dollars too

Ends with code 1 when a path is off by more than 1e-6 in coverage. Prints Markdown, ready for docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.known import Case, cases, written
from datafiles.folder import read_district
from models.errors import NoPlan
from models.plan import Plan
from optimizer import Options, solve

TOLERANCE = 1e-6  # of coverage
# docs/hand-solved.md has six digits of coverage, and a plan may give up 1e-6 of it to save money
DOLLARS = 5.0


@dataclass(frozen=True)
class Found:
    """What a path found: expected coverage, the objective's own value (`None`: not told), and spending ($)."""

    coverage: float
    goal: float | None
    spending: float


def by_solve(folder: Path, options: Options) -> Found | None:
    """Solve a folder; `None` where the method does not apply to its matrix."""
    district = read_district(folder)
    if not _applies(district, options.method):
        return None
    return _found(solve(district, options=options))


def _applies(district: object, method: str) -> bool:
    from optimizer.blocks import independent_blocks
    from optimizer.formulation import Model

    if method not in ("blocks", "prices"):
        return True
    model = Model(district)  # type: ignore[arg-type]
    apart = len(independent_blocks(model.lp.matrix())) > 1
    settings = model.district.settings
    two_stages = settings.coverage.objective == "expected"
    pooled = "district" in (settings.funding.pool, settings.staff.mobility)
    return apart and two_stages if method == "blocks" else pooled and not apart


def _found(plan: Plan) -> Found:
    return Found(plan.coverage, plan.stages[plan.objective], plan.spending)


def by_batch(folder: Path) -> Found:
    """What a worker of a batch or a cluster finds."""
    from batch.grid import variants
    from batch.jobs import Work
    from batch.work import solve_chunk

    (row,) = solve_chunk(Work([folder], variants({})).chunk(0))
    if row["status"] != "optimal":
        raise NoPlan(row["message"], "")
    return Found(row["coverage"], None, row["spending"])


def by_reference(folder: Path) -> Found:
    """The independent reading of the formulation, in plain loops."""
    from tests import reference

    answer = reference.solve(folder)
    return Found(answer.coverage, answer.objective, answer.spending)


PATHS: dict[str, Callable[[Path], Found | None]] = {
    "solve": lambda folder: by_solve(folder, Options()),
    "simplex": lambda folder: by_solve(folder, Options(method="simplex")),
    "ipm": lambda folder: by_solve(folder, Options(method="ipm")),
    "blocks": lambda folder: by_solve(folder, Options(method="blocks")),
    "prices": lambda folder: by_solve(folder, Options(method="prices")),
    "CBC": lambda folder: by_solve(folder, Options(solver="cbc")),
    "batch": by_batch,
    "reference": by_reference,
}


def by_search(folder: Path) -> Found:
    """Whole positions, the only path there is beside the reference's."""
    from optimizer.whole import solve_whole

    plan = solve_whole(read_district(folder), 1.0)
    return Found(plan.coverage, None, plan.spending)


def found_by(case: Case, folder: Path) -> dict[str, Found | None]:
    """What every path finds, by its name; `None` where it does not apply."""
    if case.whole:
        from tests import reference

        answer = reference.solve(folder, whole=1.0)
        return {
            **dict.fromkeys(PATHS),
            "solve": by_search(folder),
            "reference": Found(answer.coverage, None, answer.spending),
        }
    return {name: path(folder) for name, path in PATHS.items()}


def off(case: Case, found: Found) -> float:
    """How far a path is off, in coverage or in the objective's own value, whichever is worse."""
    apart = abs(found.coverage - case.coverage)
    if case.goal is not None and found.goal is not None:
        apart = max(apart, abs(found.goal - case.goal))
    return apart


@dataclass(frozen=True)
class Line:
    """One district: what was expected, and what each path found."""

    case: Case
    found: dict[str, Found | None]

    @property
    def worst(self) -> float:
        """Largest difference of any path in coverage."""
        return max(off(self.case, found) for found in self.found.values() if found is not None)

    @property
    def worst_dollars(self) -> float:
        """Largest difference of any path in spending; 0 where it is not known."""
        if self.case.spending is None:
            return 0.0
        return max(abs(found.spending - self.case.spending) for found in self.found.values() if found)

    @property
    def right(self) -> bool:
        """Whether every path agrees with what is known."""
        return self.worst <= TOLERANCE and self.worst_dollars <= DOLLARS


def lines(chosen: list[Case] | None = None) -> Iterator[Line]:
    """Run the book, district by district."""
    with tempfile.TemporaryDirectory() as place:
        for case in cases() if chosen is None else chosen:
            yield Line(case, found_by(case, written(case, Path(place))))


def difference(value: float) -> str:
    """A difference as a person reads it."""
    return "0" if value < 1e-12 else f"{value:.0e}"


def main() -> None:
    """Print the book as Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--spending", action="store_true", help="also what the plans spend")
    given = parser.parse_args()
    print(f"| district | known from | expected | found | {' | '.join(PATHS)} |")
    print(f"|---|---|---:|---:|{'---:|' * len(PATHS)}")
    done = []
    for line in lines():
        done.append(line)
        apart = [
            "" if found is None else difference(off(line.case, found))
            for found in (line.found[name] for name in PATHS)
        ]
        plain = line.found["solve"]
        assert plain is not None
        print(
            f"| {line.case.name} | {line.case.why} | {line.case.coverage:.6f} | {plain.coverage:.6f} | {' | '.join(apart)} |",
            flush=True,
        )
    wrong = [line.case.name for line in done if not line.right]
    print(
        f"\n{len(done)} districts, {sum(f is not None for line in done for f in line.found.values())} answers; "
        f"largest difference {difference(max(line.worst for line in done))} in coverage, "
        f"${max(line.worst_dollars for line in done):.2f} in spending"
        + (f"; WRONG: {', '.join(wrong)}" if wrong else "")
    )
    if given.spending:
        print("\n| district | expected $ | found $ |\n|---|---:|---:|")
        for line in done:
            plain = line.found["solve"]
            if line.case.spending is not None and plain is not None:
                print(f"| {line.case.name} | {line.case.spending:,.2f} | {plain.spending:,.2f} |")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
