"""What no objective asks for is reported all the same: best teaching with best technology, whatever the weight."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from models.made import made_district
from optimizer import solve
from optimizer.alternatives import alternatives
from optimizer.comparing import compare
from optimizer.shortfall import least_shortfall, solve_with_shortfall


def weightless(district, school: int):
    weight = np.ones(len(district.schools.id))
    weight[school] = 0.0
    return district.replace(schools=dataclasses.replace(district.schools, need_weight=weight))


def reached(plan) -> np.ndarray:
    """Pupils whom both teaching and technology reach, axes sgjn, by a sum over sorted levels."""
    district = plan.district
    z = np.zeros_like(plan.values["z"])
    for j, level in enumerate(district.levels):
        taught = plan.values["x"][:, :, district.team_models.credit >= level, :].sum(axis=2)
        equipped = plan.values["w"][:, :, district.technology.reach >= level, :].sum(axis=2)
        z[:, :, j, :] = np.minimum(taught, equipped)
    return z


@pytest.mark.parametrize("objective", ["expected", "worst_case", "max_min"])
def test_a_school_without_weight_has_the_coverage_that_its_pupils_have(objective: str) -> None:
    plan = solve(weightless(made_district(3, 2, 2), 1), objective)
    both = reached(plan)
    assert plan.values["z"][1] == pytest.approx(both[1], abs=1e-6)
    assert (plan.values["z"] <= both + 1e-5).all()
    assert plan.certificate.holds


def test_a_scenario_that_never_happens_is_counted_in_its_own_coverage() -> None:
    district = made_district(3, 2, 2)
    never = dataclasses.replace(district.scenarios, probability=np.eye(1, len(district.scenarios.id))[0])
    plan = solve(district.replace(scenarios=never))
    idle = plan.tree.probability == 0
    assert idle.any()
    assert plan.values["z"][..., idle] == pytest.approx(reached(plan)[..., idle], abs=1e-6)


def test_a_hole_in_a_scenario_that_never_happens_is_a_hole() -> None:
    district = made_district(2, 2, 2)
    scenarios = district.scenarios
    cut = scenarios.funding_change.copy()
    cut[1] = -0.6
    never = dataclasses.replace(scenarios, funding_change=cut, probability=np.array([1.0, 0.0]))
    district = district.replace(scenarios=never)
    short = least_shortfall(district)
    assert short.expected == pytest.approx(0.0, abs=0.01)
    assert short.exists
    plan = solve_with_shortfall(district)
    assert plan.status == "short"
    assert plan.shortfall is not None and plan.shortfall.max() > 1.0


@pytest.mark.parametrize("objective", ["worst_case", "max_min"])
def test_compare_names_what_collides_under_every_objective(objective: str) -> None:
    """The objective's own rows are no rule that today's people could break."""
    district = made_district(3, 1, 2)
    poor = dataclasses.replace(district.schools, funding_per_pupil=district.schools.funding_per_pupil * 2.0)
    staff = dataclasses.replace(district.staff, fte=district.staff.fte * 0.2)
    comparison = compare(district.replace(schools=poor, staff=staff), objective)
    assert comparison.collisions
    assert not {"worst_case", "max_min"} & {rule for each in comparison.collisions for rule in each.rules}


def test_alternatives_report_a_school_without_weight_as_plans_do() -> None:
    found = alternatives(weightless(made_district(3, 1, 1), 1), 1)
    assert len(found.plans) > 1
    for plan in found.plans:
        assert plan.values["z"][1] == pytest.approx(reached(plan)[1], abs=1e-6)
