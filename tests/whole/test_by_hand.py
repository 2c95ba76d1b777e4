"""Whole positions against every rounded plan of tiny districts, tried one by one, and against the reference."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import optimizer
from datafiles.folder import read_district
from models.errors import NoPlan
from models.status import Status
from optimizer.whole import solve_whole
from tests import reference
from tests.reference.folders import RandomFolder
from tests.whole.tiny import best_by_hand, small

MOST = {"teacher": 6.0, "leader": 2.0, "aide": 2.0}


@pytest.mark.parametrize("funding", [4600, 4700, 4900, 5600])
def test_every_rounded_plan_of_one_school(funding: int, tmp_path: Path) -> None:
    question = small(
        tmp_path, {"schools": f"school_id,school_name,funding_per_pupil\noak,Oak Elementary,{funding}\n"}
    )
    plan = solve_whole(question, 1.0)
    coverage, spending = best_by_hand(question, 1.0, MOST)
    assert plan.status is Status.OPTIMAL
    assert plan.coverage == pytest.approx(coverage, abs=1e-6)
    assert plan.spending == pytest.approx(spending, abs=0.5)


def test_half_positions_of_two_schools(tmp_path: Path) -> None:
    question = small(
        tmp_path,
        {
            "schools": "school_id,school_name,funding_per_pupil\noak,Oak,5000\nelm,Elm,5300\n",
            "enrollment": "school_id,grade_band,pupils\noak,K-5,50\nelm,K-5,40\n",
            "staff": "school_id,role,fte\noak,teacher,2\nelm,teacher,2\n",
        },
    )
    plan = solve_whole(question, 0.5)
    coverage, spending = best_by_hand(question, 0.5, {"teacher": 2.5, "leader": 1.0, "aide": 1.0})
    assert plan.solver.blocks == 2
    assert plan.coverage == pytest.approx(coverage, abs=1e-6)
    assert plan.spending == pytest.approx(spending, abs=0.5)


@pytest.mark.parametrize(("seed", "step"), [(2, 1.0), (5, 1.0), (13, 0.5), (15, 1.0), (18, 0.5)])
def test_the_reference_agrees(seed: int, step: float, tmp_path: Path) -> None:
    folder = RandomFolder(tmp_path / "district", seed).path
    district = read_district(folder)
    plan, answer = solve_whole(district, step), reference.solve(folder, whole=step)
    assert plan.status is Status.OPTIMAL
    assert plan.stages[plan.objective] == pytest.approx(answer.objective, abs=2e-6)
    assert plan.coverage == pytest.approx(answer.coverage, abs=4e-6)
    assert plan.spending == pytest.approx(answer.spending, rel=1e-5)
    assert plan.stipend_step == answer.step


def test_the_reference_agrees_that_there_is_none(tmp_path: Path) -> None:
    folder = RandomFolder(tmp_path / "district", 6).path
    assert reference.solve(folder).status == "optimal"
    assert reference.solve(folder, whole=1.0).status == "infeasible"
    with pytest.raises(NoPlan, match=r"No plan in positions of 1 FTE satisfies all rules"):
        solve_whole(read_district(folder), 1.0)


@pytest.mark.parametrize("step", [0.5, 1.0])
@pytest.mark.parametrize("objective", ["expected", "worst_case", "max_min"])
def test_positions_are_whole_and_no_better_than_the_lp(objective: str, step: float) -> None:
    from models.made import made_district

    district = made_district(2, 2, 2, seed=3)
    lp, plan = optimizer.solve(district, objective), solve_whole(district, step, objective=objective)  # type: ignore[arg-type]
    steps = plan.values["q"] / step
    assert np.abs(steps - np.round(steps)).max() < 1e-12
    assert set(np.unique(plan.values["o"])) <= {0.0, 1.0}
    assert plan.certificate.primal < 1e-7
    assert plan.certificate.holds and plan.certificate.gap is None
    assert plan.rounding is not None
    assert plan.rounding.bound == pytest.approx(lp.stages[objective], abs=1e-9)
    assert plan.stages[objective] <= lp.stages[objective] + 1e-9
    assert plan.rounding_cost == pytest.approx(lp.stages[objective] - plan.stages[objective], abs=1e-9)
    assert plan.rounding.gap <= 1e-6
    budget = plan.prices["budget"]
    assert np.isnan(budget.dual).all(), "a plan in whole positions has no prices"
    assert budget.slack.min() > -1e-3


def test_a_finer_step_is_never_worse() -> None:
    from models.made import made_district

    district = made_district(2, 2, 1, seed=5)
    values = [solve_whole(district, step).coverage for step in (1.0, 0.5, 0.25)]
    assert values == sorted(values)
    assert values[-1] <= optimizer.solve(district).coverage + 1e-9


def test_a_school_that_has_begun_is_launched_at_once(tmp_path: Path) -> None:
    """o ≥ o0 and o is 0 or 1: the launch that was paid in part is paid in full in the first year."""
    question = small(
        tmp_path,
        {
            "schools": "school_id,school_name,funding_per_pupil,team_pupils,trained_pupils\noak,Oak Elementary,4900,22,22\n"
        },
    )
    plan = solve_whole(question, 1.0)
    assert plan.values["o"].tolist() == [[1.0]]
    assert plan.money["launch"][0, 0] == pytest.approx(5000 * (1 - 22 / 110), abs=1e-6)


def test_uniform_stipend_is_the_best_of_its_steps(tmp_path: Path) -> None:
    settings = 'name = "Oak"\nyears = 1\n[leaders]\neligible_share = 0.6\nstipend_policy = "uniform"\n'
    steps = "stipend,take_up\n4000,0.3\n9000,0.45\n16000,0.7\n"
    question = small(tmp_path / "all", {"stipends": steps}, settings)
    plan = solve_whole(question, 1.0)
    alone = []
    for number, line in enumerate(steps.splitlines()[1:]):
        one = small(tmp_path / str(number), {"stipends": f"stipend,take_up\n{line}\n"}, settings)
        alone.append(solve_whole(one, 1.0))
    best = max(alone, key=lambda other: (round(other.coverage, 6), -other.spending))
    assert plan.coverage == pytest.approx(best.coverage, abs=1e-6)
    assert plan.spending == pytest.approx(best.spending, abs=0.5)
    assert plan.stipend_step == best.stipend_step
