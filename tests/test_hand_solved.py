"""The calculations of docs/hand-solved.md, against the engine and against the independent reference."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import optimizer
from datafiles.folder import read_district
from models.errors import NoPlan
from models.plan import Plan
from tests import reference

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| (\w+) \| ([\d.]+) \| ([\d,]+) \| ([\d,]+|none) \|$", re.MULTILINE)
RESULTS = {
    name: (float(coverage), float(spending.replace(",", "")), stipend)
    for name, coverage, spending, stipend in ROW.findall(
        (ROOT / "docs/hand-solved.md").read_text(encoding="utf-8")
    )
}


class Folder:
    """A copy of Oak to change."""

    def __init__(self, path: Path) -> None:
        self.path = shutil.copytree(ROOT / "examples/oak", path)

    def edit(self, file: str, old: str, new: str) -> None:
        text = (self.path / file).read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        (self.path / file).write_text(text.replace(old, new), encoding="utf-8")

    def fixed_funding(self, dollars: float) -> None:
        self.edit("schools.csv", ",131600,", f",{dollars:.2f},")


def by_school(oak: Folder) -> None:
    oak.edit("district.toml", '"uniform"', '"by_school"')


def no_leaders(oak: Folder) -> None:
    oak.edit(
        "roles.csv",
        "leader,Teacher leader,leader,teachers,70000,0.4,0.05,0,",
        "clerk,Clerk,nonclassroom,office,1,0,0,0,",
    )
    oak.edit("team_models.csv", ",leader,", ",clerk,")
    oak.edit("team_models.csv", "yes,125,4,1,1,0.5,1,", "yes,50,2,0,1,0,1,")


def empty_band(oak: Folder) -> None:
    oak.edit(
        "grade_bands.csv", "K-5,Kindergarten to grade 5,28\n", "K-5,Kindergarten to grade 5,28\n6-8,,28\n"
    )
    for file in ("team_models.csv", "technology.csv"):
        oak.edit(file, ",K-5,", ",,")


def traditional_cost(oak: Folder) -> None:
    oak.fixed_funding(131_600 - 237_600)


def everyone(oak: Folder) -> None:
    oak.edit("district.toml", "max_leader_share = 0.15", "max_leader_share = 0.25")
    oak.fixed_funding(314_000)


def more_than_enough(oak: Folder) -> None:
    oak.edit("district.toml", "max_leader_share = 0.15", "max_leader_share = 0.25")
    oak.fixed_funding(364_000)


def leader_share(oak: Folder) -> None:
    oak.fixed_funding(1_131_600)


def startup_cap(oak: Folder) -> None:
    oak.edit("district.toml", "startup_max_share = 0.07", "startup_max_share = 0.03")


def two_years(oak: Folder) -> None:
    oak.edit("district.toml", "years = 1", "years = 2")
    (oak.path / "scenarios.csv").write_text(
        "scenario,probability,year,funding_change\nbase,0.5,1,0\ncut,0.5,2,-0.05\n", encoding="utf-8"
    )


CASES = {
    case.__name__: case
    for case in (
        by_school,
        no_leaders,
        empty_band,
        traditional_cost,
        everyone,
        more_than_enough,
        leader_share,
        startup_cap,
        two_years,
    )
}
CASES["oak"] = lambda oak: None


def test_the_page_and_the_tests_have_the_same_cases() -> None:
    assert RESULTS.keys() == {*CASES, "whole_positions"}


@pytest.fixture
def oak(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "oak")


@pytest.mark.parametrize("solver", ["engine", "reference"])
@pytest.mark.parametrize("case", CASES)
def test_a_calculation_by_hand(case: str, solver: str, oak: Folder) -> None:
    CASES[case](oak)
    if solver == "engine":
        answer = optimizer.solve(read_district(oak.path))
        assert answer.certificate.holds
    else:
        answer = reference.solve(oak.path)
        assert answer.status == "optimal"
    same_as_the_page(answer, case)


def same_as_the_page(answer: reference.Answer | Plan, case: str) -> None:
    coverage, spending, stipend = RESULTS[case]
    assert answer.coverage == pytest.approx(coverage, abs=6e-7)
    assert answer.spending == pytest.approx(spending, abs=3)  # cents rounded, and 1e-6 of coverage given up
    if stipend == "none":
        assert answer.stipend is None
    else:
        assert answer.stipend == pytest.approx(float(stipend.replace(",", "")), abs=1)


def test_whole_positions_by_hand() -> None:
    answer = reference.solve(ROOT / "examples/oak", whole=1.0)
    same_as_the_page(answer, "whole_positions")
    plan = answer.values
    assert [plan["q", "oak", role, 0] for role in ("teacher", "leader", "associate")] == pytest.approx(
        [18, 2, 2]
    )


def test_whole_positions_by_the_engine() -> None:
    whole = pytest.importorskip("optimizer.whole")
    same_as_the_page(whole.solve_whole(read_district(ROOT / "examples/oak"), 1.0), "whole_positions")


def test_a_dollar_less_than_the_cheapest_lawful_school_has_no_plan(oak: Folder) -> None:
    oak.fixed_funding(131_600 - 237_601)
    assert reference.solve(oak.path).status == "infeasible"
    with pytest.raises(NoPlan):
        optimizer.solve(read_district(oak.path))


def test_every_line_of_oaks_plan_is_the_one_on_the_page() -> None:
    plan = reference.solve(ROOT / "examples/oak").values
    page = {
        ("x", "oak", "K-5", ("team", "span4"), 0): 300,
        ("q", "oak", "teacher", 0): 17.6,
        ("q", "oak", "leader", 0): 2.4,
        ("q", "oak", "specialist", 0): 6,
        ("q", "oak", "associate", 0): 2.4,
        ("lam", "oak", 1, 0): 9.6,
        ("b", "oak", "laptop", 0): 300,
        ("d", "oak", 0): 300,
        ("o", "oak", 0): 0.6,
        ("i", "oak", "associates", 0): 2.4,
        ("l", "oak", "teachers", 0): 0.6,
    }
    assert {name: plan[name] for name in page} == pytest.approx(page, abs=1e-2)
