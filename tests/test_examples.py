"""The shipped examples: sound, lawful and affordable today, and with an optimum worth showing."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

import optimizer
from datafiles.folder import read_district, read_district_with_warnings
from datafiles.pricebook import load_book
from models.district import District
from models.plan import Plan
from models.warnings import district_warnings
from tests import reference
from tests.reference.stages import Stages

EXAMPLES = Path(__file__).parents[1] / "examples"
LAKESIDE = EXAMPLES / "lakeside"
FOLDERS = sorted(path.parent.name for path in EXAMPLES.glob("*/district.toml"))


@pytest.fixture(scope="module")
def lakeside() -> District:
    return read_district(LAKESIDE)


@pytest.fixture(scope="module")
def plan(lakeside: District) -> Plan:
    return optimizer.solve(lakeside)


@pytest.mark.parametrize("name", FOLDERS)
def test_an_example_reads_without_a_warning(name: str) -> None:
    district, warnings = read_district_with_warnings(EXAMPLES / name)
    assert warnings == ()
    assert list(district_warnings(district)) == []


def test_lakeside_is_a_believable_district(lakeside: District) -> None:
    pupils = lakeside.enrollment.sum(axis=1)
    assert len(lakeside.schools.id) == 9
    assert pupils.sum() == 4_500
    assert (pupils < 200).sum() == 1
    assert lakeside.schools.need_weight.max() == 1.5
    assert lakeside.bands.id == ("K-5", "6-8", "9-12")
    assert lakeside.years == 5
    assert lakeside.scenarios.id == ("base", "cut7", "miss14")


@pytest.mark.parametrize("name", ["lakeside", "pooled"])
def test_prices_are_those_of_the_book(name: str) -> None:
    book = load_book("us-2026")
    for table in ("roles", "grade_bands", "team_models", "technology", "device_types", "stipends"):
        shipped = list(csv.DictReader(io.StringIO(book.tables[table])))
        own = list(
            csv.DictReader(io.StringIO((EXAMPLES / name / f"{table}.csv").read_text(encoding="utf-8")))
        )
        assert own == shipped, table


def test_lakesides_staffing_of_today_is_lawful_and_affordable(lakeside: District) -> None:
    roles, staff, schools = lakeside.roles, lakeside.staff.fte, lakeside.schools
    pupils = lakeside.enrollment.sum(axis=1)
    teaching = staff @ roles.of_kind("teacher", "leader")
    limit = (lakeside.enrollment / lakeside.bands.max_pupils_per_teacher).sum(axis=1)
    assert (teaching >= pupils / 25).all(), "too few teachers for classes of 25"
    assert (teaching >= limit).all()
    adults = staff @ roles.of_kind("teacher", "leader", "aide")
    assert (adults >= lakeside.settings.staff.min_adults_per_100_pupils / 100 * pupils).all()
    leaders = staff @ roles.of_kind("leader")
    assert (leaders <= lakeside.settings.leaders.max_leader_share * teaching).all()
    assert ((leaders > 0) == (schools.team_pupils > 0)).all()

    assert lakeside.budget is not None
    budgeted = np.bincount(lakeside.budget.school, lakeside.budget.amount, len(schools.id))
    funding = schools.funding_per_pupil * pupils + schools.fixed_funding
    assert (budgeted <= funding).all()
    assert (budgeted >= 0.99 * funding).all(), "money that nobody budgeted"
    pay = (staff * roles.salary * (1 + roles.benefits_rate)).sum(axis=1) * schools.pay_index
    people = np.isin(lakeside.budget.category, ["salaries", "benefits"])
    paid = np.bincount(lakeside.budget.school[people], lakeside.budget.amount[people], len(schools.id))
    assert paid == pytest.approx(pay, abs=200)


def test_lakesides_optimum_is_worth_showing(lakeside: District, plan: Plan) -> None:
    assert plan.certificate.holds
    assert 0.5 < plan.coverage < 0.85
    steps = lakeside.stipends.stipend
    assert steps.min() < plan.stipend_step < steps.max()
    by_scenario = plan.coverage_by_scenario
    assert by_scenario["cut7"] < by_scenario["base"] - 0.1, "the cut does not bite"
    assert by_scenario["miss14"] < by_scenario["base"] - 0.05
    assert all(0.5 < share < 0.9 for share in plan.coverage_by_school.values())


def test_lakeside_mixes_the_spans_of_a_team_model(lakeside: District, plan: Plan) -> None:
    taught = np.einsum("sgmn->smn", plan.values["x"])
    models = np.array(lakeside.team_models.team_model)
    both = (taught[:, models == "full_release"] > 1).all(axis=1)
    assert both.any(), "no school and year with two spans of one model"


def test_the_reference_finds_lakesides_optimum(plan: Plan) -> None:
    question = reference.Question(LAKESIDE)
    answer = Stages(question, only_step=question.sigma.index(plan.stipend_step)).answer("expected")
    assert plan.coverage == pytest.approx(answer.coverage, abs=1e-6)
    assert plan.spending == pytest.approx(answer.spending, rel=1e-6)


def test_the_reference_finds_no_better_stipend_for_lakeside(plan: Plan) -> None:
    """All steps at once, as under the policy `by_school`, bound every single step from above."""
    mixed = reference.solve(LAKESIDE, policy="by_school")
    assert plan.coverage <= mixed.coverage + 1e-6
    assert mixed.coverage - plan.coverage < 0.01


def test_sharing_money_and_people_lifts_the_tight_school() -> None:
    shared = read_district(EXAMPLES / "pooled")
    apart = shared.with_settings(funding={"pool": "school"}, staff={"mobility": "school"})
    pooled, alone = optimizer.solve(shared), optimizer.solve(apart)
    assert pooled.coverage > alone.coverage + 0.05
    assert pooled.coverage_by_school["birch"] > alone.coverage_by_school["birch"] + 0.2
    answer = reference.solve(EXAMPLES / "pooled")
    assert pooled.coverage == pytest.approx(answer.coverage, abs=1e-6)
    assert pooled.spending == pytest.approx(answer.spending, rel=1e-6)
