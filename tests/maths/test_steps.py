"""One stipend for all: each step of the schedule is solved once, and a district without a plan is not asked step by step."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import NoPlan
from models.made import made_district
from optimizer import Options, solve
from optimizer.formulation import Model
from optimizer.objectives import stages_of
from optimizer.solvers import highs
from optimizer.solving import feasible_steps, upper_of, way_of
from optimizer.staging import Whole

UNIFORM = {"stipend_policy": "uniform"}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Method of every run of HiGHS."""
    seen: list[str] = []
    run = highs.Session._minimise_by

    def counted(self: highs.Session, method: str, *further: bool):
        seen.append(method)
        return run(self, method, *further)

    monkeypatch.setattr(highs.Session, "_minimise_by", counted)
    return seen


def test_a_first_stage_under_the_same_bounds_is_not_solved_again(runs: list[str]) -> None:
    model = Model(made_district(1, 2, 1, leaders=UNIFORM))
    way = way_of(model.lp.matrix(), stages_of(model, "expected"), Options())
    assert isinstance(way, Whole)
    firsts = dict(feasible_steps(model, way))
    assert len(runs) == len(firsts) == model.p.sigma.size
    for step, first in firsts.items():
        way.restrict(upper_of(model, step))
        again = way.first()
        assert again.value == first.value
        assert again.iterations == 0  # of its own
        last = way.rest(again)[-1]
        assert last.stage.name == "spending"
        assert np.all(last.point <= upper_of(model, step))
    assert runs[model.p.sigma.size :] == ["primal"] * len(firsts)  # the second stages


def test_the_plan_is_that_of_the_best_step_alone() -> None:
    district = made_district(1, 2, 1, leaders=UNIFORM)
    plan = solve(district)
    alone = district.with_settings(
        leaders={"stipend_min": plan.stipend_step, "stipend_max": plan.stipend_step}
    )
    assert solve(alone).coverage == pytest.approx(plan.coverage, abs=1e-9)
    assert solve(alone).spending == pytest.approx(plan.spending, rel=1e-9)
    assert plan.certificate.holds


def test_a_district_without_a_plan_at_any_stipend_is_not_asked_step_by_step(runs: list[str]) -> None:
    model = Model(made_district(1, 1, 1, leaders=UNIFORM, coverage={"min_school_share": 1.0}))
    assert model.p.sigma.size > 3
    way = way_of(model.lp.matrix(), stages_of(model, "expected"), Options())
    with pytest.raises(NoPlan):
        dict(feasible_steps(model, way))
    assert len(runs) <= 3  # the first step, and all of them together, warm and once more from nothing
