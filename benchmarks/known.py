"""Districts whose best plan is known without a solver: worked out by hand, or by a formula.

`by_hand()` are the cases of docs/hand-solved.md. `by_formula()` are variations of one kind of school (section 8 of the
formulation): pupils in traditional classes cost $4,000 and count nothing, in teams $4,500 and count fully, with a
package of $50. So a dollar above the lawful minimum covers 1/550 of a pupil, and the rest is arithmetic.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests import districts
from tests.test_hand_solved import CASES, RESULTS, Folder

LAWFUL, COVERED = 4_000.0, 550.0  # $ a pupil in a traditional class; $ more for a covered one
SCENARIOS = "scenario,probability,year,funding_change,pay_change\n"


@dataclass(frozen=True)
class Case:
    """One district and its optimum.

    `coverage` is the expected coverage (0..1), `goal` the value of the objective where that is another one, `spending`
    in dollars where it is known, `why` the arithmetic in short. `write` makes the district's folder.
    """

    name: str
    coverage: float
    why: str
    write: Callable[[Path], object]
    spending: float | None = None
    goal: float | None = None
    whole: bool = False


def by_hand() -> list[Case]:
    """The cases of docs/hand-solved.md; that page has coverage to six digits and spending to the dollar."""
    cases = []
    for name, (coverage, spending, _) in RESULTS.items():
        change = CASES.get(name, lambda oak: None)
        cases.append(
            Case(
                name,
                coverage,
                "docs/hand-solved.md",
                lambda path, change=change: change(Folder(path)),
                spending,
                whole=name == "whole_positions",
            )
        )
    return cases


@dataclass(frozen=True)
class School:
    """Pupils, dollars for each, and need weight."""

    pupils: int
    dollars: float
    weight: float = 1.0

    @property
    def spare(self) -> float:
        """Dollars above the lawful minimum."""
        return self.pupils * (self.dollars - LAWFUL)


def folder_of(
    schools: Sequence[School], settings: str = "", scenarios: str = "", years: int = 1
) -> Callable[[Path], object]:
    """Write a district of such schools; `settings` is more of district.toml, `scenarios` rows of that table."""
    names = [f"s{number}" for number in range(len(schools))]
    pairs = list(zip(names, schools))
    tables = districts.TABLES | {
        "schools": "school_id,school_name,funding_per_pupil,need_weight\n"
        + "".join(f"{name},{name},{school.dollars},{school.weight}\n" for name, school in pairs),
        "enrollment": "school_id,grade_band,pupils\n"
        + "".join(f"{name},K-5,{school.pupils}\n" for name, school in pairs),
        "staff": "school_id,role,fte\n"
        + "".join(f"{name},teacher,{school.pupils / 25}\n" for name, school in pairs),
    }
    if scenarios:
        tables["scenarios"] = SCENARIOS + scenarios
    text = districts.SETTINGS.replace("years = 1", f"years = {years}") + settings
    return lambda path: districts.write_folder(path, tables, text)


def share(dollars: float, lawful: float = LAWFUL, covered: float = COVERED) -> float:
    """Share of a school's pupils that its dollars a pupil cover."""
    return min(1.0, (dollars - lawful) / covered)


def mean(schools: Sequence[School], shares: Sequence[float]) -> float:
    """Mean of the schools' coverage, weighted by pupils and need."""
    weights = [school.pupils * school.weight for school in schools]
    return sum(w * s for w, s in zip(weights, shares)) / sum(weights)


def by_formula() -> list[Case]:
    """Closed forms: one school, several alone, pooled money, equity, scenarios, years, launch."""
    return [*_one_school(), *_two_schools(), *_scenarios(), *_years()]


def _one_school() -> list[Case]:
    cases = [
        Case(
            f"one school, ${dollars:,}",
            share(dollars),
            f"min(1, ({dollars} − 4000) ÷ 550)",
            folder_of([School(500, dollars)]),
        )
        for dollars in (4_000, 4_165, 4_330, 4_550, 4_600)
    ]
    launch = folder_of([School(500, 4_330)], "\n[launch]\nper_pupil = 110\n")
    return [*cases, Case("launch of $110 a place", share(4_330, covered=660), "330 ÷ 660", launch)]


def _two_schools() -> list[Case]:
    light, heavy = pair = (School(500, 4_110), School(400, 4_275, 2.0))
    money = light.spare + heavy.spare
    served = min(heavy.pupils, money / COVERED)
    pooled = mean(pair, [(money / COVERED - served) / light.pupils, served / heavy.pupils])
    gift = 0.01 * light.pupils * light.dollars / COVERED
    few = [share(light.dollars) - gift / light.pupils, share(heavy.dollars) + gift / heavy.pupils]
    even = money / COVERED / (light.pupils + heavy.pupils)
    pool = '\n[funding]\npool = "district"\n'
    equity = '\n[coverage]\nobjective = "max_min"\n'
    alone = mean(pair, [share(school.dollars) for school in pair])
    return [
        Case("two schools alone", alone, "weighted mean of 0.2 and 0.5", folder_of(pair)),
        Case(
            "money pooled", pooled, "$165,000 ÷ 550 pupils, the heavier school first", folder_of(pair, pool)
        ),
        Case(
            "transfers of at most 1 %",
            mean(pair, few),
            "$20,550 go to the heavier school",
            folder_of(pair, f"{pool}max_transfer_share = 0.01\n"),
        ),
        Case(
            "equity, money pooled",
            even,
            "$165,000 ÷ 550 ÷ 900 pupils, the same everywhere",
            folder_of(pair, pool + equity),
            goal=even,
        ),
    ]


def _scenarios() -> list[Case]:
    school = (School(500, 4_400),)
    rows = "base,0.75,1,0,0\ncut,0.25,1,-0.05,0\n"
    expected, why = 0.75 * share(4_400) + 0.25 * share(4_180), "¾ × 400 ÷ 550 + ¼ × 180 ÷ 550"
    worst = '\n[coverage]\nobjective = "worst_case"\n'
    covered = 1.02 * (LAWFUL + 400) + 100 + 50  # people dearer, stipend and package as before
    dearer = share(4_330, 1.02 * LAWFUL, covered - 1.02 * LAWFUL)
    return [
        Case("a cut of 5 %", expected, why, folder_of(school, scenarios=rows)),
        Case(
            "its worst case",
            expected,
            f"180 ÷ 550 at worst; {why}",
            folder_of(school, worst, rows),
            goal=share(4_180),
        ),
        Case(
            "pay rises by 2 %",
            dearer,
            "(4330 − 4080) ÷ 558",
            folder_of([School(500, 4_330)], scenarios="base,1,1,0,0.02\n"),
        ),
    ]


def _years() -> list[Case]:
    """$700 a pupil are spare in the first year, 150 more than all pupils need, and $230 in the second."""
    school = [School(500, 4_700)]
    falls = "\n[funding]\ngrowth = -0.1\n"
    return [
        Case("no reserve", (1 + 230 / COVERED) / 2, "(1 + 230 ÷ 550) ÷ 2", folder_of(school, falls, years=2)),
        Case(
            "a reserve for the second year",
            (1 + (230 + 150) / COVERED) / 2,
            "(1 + (230 + 150) ÷ 550) ÷ 2",
            folder_of(school, f"{falls}reserve_max_share = 0.5\n", years=2),
        ),
    ]


def cases() -> list[Case]:
    """All districts of the book."""
    return [*by_hand(), *by_formula()]


def written(case: Case, place: Path | None = None) -> Path:
    """Write the district's folder to a new place, or into one; returns its path."""
    path = Path(tempfile.mkdtemp(dir=place)) / "district"
    case.write(path)
    return path
