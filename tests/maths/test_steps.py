"""One stipend for all: each step of the schedule is solved once, and a district without a plan is not asked step by step."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import NoPlan
from models.made import made_district
from models.settings import Objective
from optimizer import Options, solve
from optimizer.formulation import Model
from optimizer.objectives import Stage, stages_of
from optimizer.solvers import highs
from optimizer.solving import feasible_steps, run_stages, upper_of, way_of
from optimizer.staging import Reached, Whole

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


class Told:
    """A way whose stages come to what is told of each stipend step."""

    method, block_count = "told", 1

    def __init__(self, model: Model, stages: list[Stage], values: list[tuple[float, ...]]) -> None:
        self.model, self.stages, self.values = model, stages, values

    def restrict(self, column_upper: np.ndarray) -> None:
        self.step = int(np.flatnonzero(column_upper[self.model.lam.index][0, :, 0])[0])

    def _reached(self, number: int) -> Reached:
        nothing = np.zeros(0)
        return Reached(self.stages[number], self.values[self.step][number], nothing, nothing, (), nothing)

    def first(self) -> Reached:
        return self._reached(0)

    def rest(self, reached: Reached) -> list[Reached]:
        return [self._reached(number) for number in range(1, len(self.stages))]

    def at_best(self, column_upper: np.ndarray) -> float:
        return self.stages[0].ideal


@pytest.mark.parametrize(
    ("objective", "values", "best"),
    [
        ("expected", [(0.5, 100.0 + 1e-8), (0.5, 100.0), (0.5, 120.0)], 0),
        ("expected", [(0.5, 100.1), (0.5, 100.0), (0.4, 50.0)], 1),
        ("worst_case", [(0.5, 0.6, 90.0), (0.5, 0.7, 100.0), (0.5, 0.7, 110.0)], 1),
        ("max_min", [(0.5, 0.7, 90.0), (0.6, 0.6, 100.0), (0.6, 0.6, 95.0)], 2),
    ],
)
def test_steps_are_chosen_by_one_stage_after_another_and_of_equal_ones_the_lowest(
    objective: Objective, values: list[tuple[float, ...]], best: int
) -> None:
    """The objective first, then coverage, then least spending; what differs by rounding alone is equal."""
    district = made_district(1, 1, 1, leaders=UNIFORM | {"stipend_max": None, "stipend_min": None})
    steps = district.stipends.stipend[:3]
    model = Model(
        district.with_settings(leaders={"stipend_min": float(steps[0]), "stipend_max": float(steps[2])})
    )
    stages = stages_of(model, objective)
    results, step = run_stages(model, Told(model, stages, values), stages)
    assert (step, tuple(result.value for result in results)) == (best, values[best])
