"""Districts at the edge of what is lawful: nobody to teach, nobody who accepts, nothing that reaches."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from models.district import District, StipendSchedule
from models.errors import InputError, NoPlan
from models.made import made_district
from optimizer import solve
from optimizer.formulation import Model
from optimizer.objectives import needs
from tests.maths.tiny import tiny

OBJECTIVES = ("expected", "worst_case", "max_min")


def rich(**sections) -> District:
    """Two years, a cut in the second, no floors, and money that does not follow pupils."""
    district = tiny(
        years=2,
        cut=True,
        coverage={"min_school_share": None, "max_growth_per_year": None},
        staff={"max_position_loss_share": None, "min_adults_per_100_pupils": None},
        **sections,
    )
    return district.replace(schools=dataclasses.replace(district.schools, fixed_funding=np.full(2, 1e6)))


def shocked(district: District, enrollment: list[list[float]]) -> District:
    scenarios = dataclasses.replace(district.scenarios, enrollment_change=np.array(enrollment, dtype=float))
    return district.replace(scenarios=scenarios)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize(
    ("enrollment", "scenarios", "years"),
    [
        ([[0, 0], [0, -1]], {"base", "cut"}, [True, True]),
        ([[-1, 0], [-1, 0]], {"base", "cut"}, [False, True]),
        ([[0, 0], [-1, -1]], {"base"}, [True, True]),
    ],
)
def test_pupils_who_all_leave(objective: str, enrollment, scenarios: set[str], years: list[bool]) -> None:
    plan = solve(shocked(rich(), enrollment), objective)
    assert plan.certificate.holds
    assert 0.3 < plan.coverage < 1
    assert set(plan.coverage_by_scenario) == scenarios
    assert list(np.isfinite(plan.coverage_by_year)) == years
    for table in plan.tables.values():
        assert not table.drop(columns="coverage", errors="ignore").isna().any().any()


def test_pupils_who_are_never_there() -> None:
    with pytest.raises(InputError) as caught:
        shocked(rich(), [[-1, -1], [-1, -1]])
    assert str(caught.value) == (
        "Tiny has 1 problem:\n"
        "scenarios.enrollment_change: leaves no pupils in any plan year, in any scenario that may happen.\n"
        "    A loss of 5 % is written -0.05; -1 is the loss of every pupil.\n\n"
        "Mend it and run the command again."
    )


def test_a_district_that_breaks_after_years_without_pupils() -> None:
    district = shocked(rich(), [[-1, 0], [-1, 0]])
    poor = dataclasses.replace(
        district.schools, fixed_funding=np.zeros(2), funding_per_pupil=np.full(2, 100.0)
    )
    free = dataclasses.replace(poor, fixed_spending=np.zeros(2))
    with pytest.raises(NoPlan) as caught:
        solve(district.replace(schools=free))
    assert "in 2028" in str(caught.value)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_nobody_accepts_and_nothing_reaches(objective: str) -> None:
    district = rich()
    nobody = dataclasses.replace(district.stipends, take_up=np.zeros(2))
    blind = dataclasses.replace(district.technology, reach=np.zeros(3))
    plain = dataclasses.replace(district.team_models, credit=np.zeros(3))
    for odd in (
        district.replace(stipends=nobody),
        district.replace(technology=blind),
        district.replace(technology=blind, team_models=plain),
    ):
        plan = solve(odd, objective)
        assert plan.certificate.holds
        assert plan.coverage == 0
        assert plan.stipend is None


def test_a_need_weight_of_nothing_counts_in_no_coverage_but_in_equity() -> None:
    district = rich()
    district = district.replace(
        schools=dataclasses.replace(district.schools, need_weight=np.array([1.0, 0.0]))
    )
    plan = solve(district, "max_min")
    assert plan.coverage_by_school["elm"] >= plan.stages["max_min"] - 2e-6
    assert solve(district).coverage >= plan.coverage - 1e-9


def test_a_school_without_pupils_keeps_its_staff_and_money() -> None:
    district = rich(funding={"pool": "school", "max_transfer_share": None})
    empty = district.enrollment.copy()
    empty[1] = 0
    staff = dataclasses.replace(district.staff, minimum=np.array([[1.0, 0, 0], [2, 0, 1]]))
    plan = solve(district.replace(enrollment=empty, staff=staff))
    assert plan.certificate.holds
    assert plan.coverage_by_school["elm"] is None
    assert plan.values["q"][1, 0].min() >= 2 - 1e-9  # the teachers who must stay outside all patterns
    assert (plan.money["funding"][1] > 0).all()
    assert not plan.values["x"][1].any()


def test_a_district_without_leaders_or_stipends() -> None:
    district = rich()
    models = district.team_models
    teams = dataclasses.replace(models, fte=models.fte * [1.0, 0.0, 1.0], pupils=np.array([25.0, 75.0, 25.0]))
    none = StipendSchedule(np.zeros(0), np.zeros(0))
    for policy in ("by_school", "uniform"):
        odd = district.replace(team_models=teams, stipends=none).with_settings(
            leaders={"stipend_policy": policy}
        )
        plan = solve(odd)
        assert plan.certificate.holds
        assert plan.coverage > 0
        assert plan.stipend_step is None
        assert plan.tables["stipends"].empty


@pytest.mark.parametrize("factor", [1.0, 50.0, 1e4, 1e-4])
def test_a_pupil_of_average_need_weight_counts_once(factor: float) -> None:
    """The ratios of weights alone count: gains are told in pupils, and a solver's tolerances are absolute."""
    district = made_district(3, 1, 1)
    weights = factor * np.array([1.0, 1.5, 2.0])
    schools = dataclasses.replace(district.schools, need_weight=weights)
    found, pupils = needs(Model(district.replace(schools=schools))), district.enrollment.sum(axis=1)
    assert found / found[0] == pytest.approx([1.0, 1.5, 2.0])
    assert found @ pupils == pytest.approx(pupils.sum())
