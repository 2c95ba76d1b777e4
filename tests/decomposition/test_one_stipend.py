"""One stipend for all schools that share money: most steps are told by the prices of another, and the plan is the same."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import NoPlan
from models.made import made_district
from optimizer import Options, solve
from optimizer.decomposition.prices import Prices
from optimizer.decomposition.structure import structure_of
from optimizer.formulation import Model
from optimizer.objectives import stages_of
from optimizer.solving import upper_of
from optimizer.staging import Whole

CASES = {
    "pooled": {},
    "with mobility": {"mobility": "district"},
    "small transfers": {"funding": {"max_transfer_share": 0.03}},
    "both": {"mobility": "district", "funding": {"max_transfer_share": 0.03}},
}


def uniform(case: str, seed: int = 1, **settings):
    free = {"max_growth_per_year": None}  # it would bind everywhere and make all steps alike
    return made_district(
        8, 2, 2, seed=seed, pool="district", leaders={"stipend_policy": "uniform"}, coverage=free,
        **CASES[case], **settings,
    )  # fmt: skip


def ways_of(district, objective):
    model = Model(district)
    stages = stages_of(model, objective)
    matrix = model.lp.matrix()
    structure = structure_of(matrix)
    assert structure is not None
    return model, Prices(structure, stages, Options()), Whole(matrix, stages, Options(method="simplex"))


@pytest.mark.parametrize("objective", ["expected", "worst_case", "max_min"])
@pytest.mark.parametrize("case", CASES)
def test_what_a_step_can_reach_is_never_less_than_what_it_reaches(case: str, objective: str) -> None:
    model, prices, whole = ways_of(uniform(case), objective)
    steps = range(model.p.sigma.size)
    assert prices.at_best(upper_of(model, 0)) == np.inf  # nothing is known yet
    for known in (0, len(steps) - 1):
        prices.restrict(upper_of(model, known))
        prices.first()
        near = 0
        for step in steps:
            whole.restrict(upper_of(model, step))
            reached = whole.first().value
            hope = prices.at_best(upper_of(model, step))
            assert hope >= reached - 1e-8
            near += hope < reached + 0.05
        assert near >= 2


@pytest.mark.parametrize("case", CASES)
def test_few_steps_are_searched_and_the_plan_is_the_same(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    district = uniform(case, seed=2)
    searched = []
    run = Prices._run

    def counted(self, number, held):
        searched.append(number)
        return run(self, number, held)

    monkeypatch.setattr(Prices, "_run", counted)
    plan = solve(district, options=Options(method="prices"))
    assert searched.count(0) <= 2 < Model(district).p.sigma.size
    right = solve(district, options=Options(method="simplex"))
    assert plan.stipend_step == right.stipend_step
    assert plan.coverage == pytest.approx(right.coverage, abs=1e-6)
    assert plan.spending == pytest.approx(right.spending, rel=1e-6)
    assert plan.certificate.holds
    monkeypatch.setattr(Prices, "at_best", lambda self, upper: np.inf)
    searched.clear()
    every = solve(district, options=Options(method="prices"))
    assert searched.count(0) == Model(district).p.sigma.size
    assert every.stipend_step == plan.stipend_step


def test_a_first_stage_is_taken_up_again_after_others() -> None:
    """Later stages go on from the first stage that they belong to, twice if need be."""
    model, prices, _ = ways_of(uniform("both"), "expected")
    last = model.p.sigma.size - 1
    prices.restrict(upper_of(model, last))
    first = prices.first()
    rest = prices.rest(first)
    prices.restrict(upper_of(model, last - 1))
    prices.rest(prices.first())
    for _ in range(2):
        prices.restrict(upper_of(model, last))
        again = prices.first()
        assert again.iterations == 0
        assert np.array_equal(again.point, first.point)
        assert [stage.value for stage in prices.rest(again)] == pytest.approx(
            [stage.value for stage in rest], rel=1e-9
        )


def test_steps_without_a_plan_are_no_hope(monkeypatch: pytest.MonkeyPatch) -> None:
    district = uniform("pooled")

    def none(self, upper):
        raise NoPlan("No plan satisfies all rules.", "")

    model, prices, _ = ways_of(district, "expected")
    prices.restrict(upper_of(model, 0))
    only = prices.first().value
    monkeypatch.setattr(Prices, "at_best", none)
    assert solve(district, options=Options(method="prices")).coverage == pytest.approx(only, abs=1e-6)
