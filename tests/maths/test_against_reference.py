"""The engine against the independent reference (`tests/reference`), through files, on the oddest lawful districts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from datafiles.folder import read_district, write_district
from tests import reference
from tests.maths.solving import assert_same_spending, plan_or_none
from tests.maths.strategies import districts, random_district


def compare(district, folder: Path) -> str:
    """Solve a district both ways; returns what was found by both."""
    write_district(district, folder, force=True)
    assert read_district(folder) == district
    answer, plan = reference.solve(folder), plan_or_none(district)
    if plan is None:
        assert answer.status != "optimal"
        return "no plan"
    assert answer.status == "optimal"
    assert plan.certificate.holds
    assert next(iter(plan.stages.values())) == pytest.approx(answer.objective, abs=1e-6)
    assert plan.coverage == pytest.approx(answer.coverage, abs=1e-6)
    assert_same_spending(plan, answer.spending)
    return "plan"


@given(districts(), st.sampled_from(["expected", "worst_case", "max_min"]))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_districts(tmp_path_factory, district, objective: str) -> None:
    district = district.with_settings(coverage={"objective": objective})
    event(compare(district, tmp_path_factory.mktemp("district") / "d"))


@pytest.mark.parametrize("objective", ["expected", "worst_case", "max_min"])
@pytest.mark.parametrize("pool", ["school", "district"])
@pytest.mark.parametrize("mobility", ["school", "district"])
@pytest.mark.parametrize("policy", ["by_school", "uniform"])
def test_every_combination(objective: str, pool: str, mobility: str, policy: str, tmp_path: Path) -> None:
    """Each objective with each way of sharing, over three years, on districts that do have a plan."""
    found = []
    for seed in range(3):
        district = random_district(
            seed,
            schools=3,
            years=3,
            scenarios=3,
            roles=5,
            pool=pool,
            mobility=mobility,
            policy=policy,
            objective=objective,
            plenty=1.2,
        )
        found.append(compare(district, tmp_path / str(seed)))
    assert "plan" in found
