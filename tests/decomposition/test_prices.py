"""Price decomposition against the whole matrix: the same coverage and spending, a certificate that holds, no plan where there is none."""

import dataclasses

import numpy as np
import pytest

from models.errors import NoPlan, SolverFailure
from models.made import made_district
from models.status import Status
from optimizer import Options, solve
from optimizer.chains import Few
from optimizer.decomposition import prices
from optimizer.decomposition.carrying import Limits
from optimizer.decomposition.prices import Prices
from optimizer.decomposition.pricing import Pricing
from optimizer.decomposition.structure import structure_of
from optimizer.formulation import Model
from optimizer.solvers.repeated import Repeated


def poorer(district, factor):
    schools = district.schools
    return district.replace(
        schools=dataclasses.replace(schools, funding_per_pupil=schools.funding_per_pupil * factor)
    )


CASES = {
    "pooled": {},
    "with mobility": {"mobility": "district"},
    "small transfers": {"funding": {"max_transfer_share": 0.02}},
    "both": {"mobility": "district", "funding": {"max_transfer_share": 0.02}},
    "a floor": {"coverage": {"min_school_share": 0.2}},
    "one stipend": {"leaders": {"stipend_policy": "uniform"}},
    "no reserve": {"funding": {"reserve_max_share": None}},
}


@pytest.mark.parametrize("objective", ["expected", "worst_case", "max_min"])
@pytest.mark.parametrize("case", CASES)
def test_prices_agree_with_the_whole_matrix(case, objective):
    seed = 10 * list(CASES).index(case) + len(objective)
    district = poorer(made_district(7, 2, 2, seed=seed, pool="district", **CASES[case]), 0.97)
    by_prices = solve(district, objective, options=Options(method="prices"))
    whole = solve(district, objective, options=Options(method="simplex"))
    assert by_prices.coverage == pytest.approx(whole.coverage, abs=1e-6)
    assert by_prices.spending == pytest.approx(whole.spending, rel=1e-6)
    assert by_prices.stages[objective] == pytest.approx(whole.stages[objective], abs=1e-6)
    assert by_prices.certificate.holds


@pytest.mark.parametrize("mobility", ["school", "district"])
def test_a_larger_district_is_solved_by_prices_of_itself(mobility):
    district = made_district(54, 4, 3, seed=1, pool="district", mobility=mobility)
    plan = solve(district)
    assert plan.solver.method == "prices"
    assert plan.certificate.holds
    assert plan.certificate.gap < 1e-6
    assert plan.certificate.dual < 1e-6
    whole = solve(district, options=Options(method="ipm"))
    assert plan.coverage == pytest.approx(whole.coverage, abs=1e-6)
    assert plan.spending == pytest.approx(whole.spending, rel=1e-6)
    assert plan.parameters.F.sum() > 0
    assert abs(plan.values["in"].sum(axis=0) - plan.values["out"].sum(axis=0)).max() < 1e-2


def test_a_small_one_is_solved_whole():
    assert solve(made_district(6, 2, 2, pool="district")).solver.method == "simplex"


@pytest.mark.parametrize("policy", ["by_school", "uniform"])
@pytest.mark.parametrize("objective", ["worst_case", "max_min"])
def test_schools_with_money_of_their_own_that_share_an_objective_alone(objective, policy):
    """Once the least coverage is held, nothing couples the schools any more: there are no prices left to find."""
    district = poorer(made_district(6, 2, 2, seed=4, leaders={"stipend_policy": policy}), 0.97)
    by_prices = solve(district, objective, options=Options(method="prices"))
    assert by_prices.solver.method == "prices"
    assert by_prices.certificate.holds
    whole = solve(district, objective, options=Options(method="simplex"))
    assert by_prices.stages[objective] == pytest.approx(whole.stages[objective], abs=1e-6)
    assert by_prices.coverage == pytest.approx(whole.coverage, abs=1e-6)
    assert by_prices.spending == pytest.approx(whole.spending, rel=1e-6)


def test_the_worst_school_of_a_larger_district_that_shares_no_money():
    plan = solve(made_district(36, 5, 4, seed=1), "max_min")
    assert plan.solver.method == "prices"
    assert plan.certificate.holds


def test_without_anything_in_common_there_are_no_prices_to_find():
    district = made_district(6, 2, 2)
    plan = solve(district, options=Options(method="prices"))
    assert plan.solver.method == "simplex, blocks"
    assert plan.coverage == pytest.approx(solve(district).coverage, abs=1e-9)


def test_uneven_schools_that_are_hard_up():
    """Schools whose funding differs by a third, near what the district cannot do without."""
    district = made_district(24, 2, 2, seed=4, pool="district")
    schools = district.schools
    factor = np.where(np.arange(24) % 2, 0.86, 1.06)
    district = district.replace(
        schools=dataclasses.replace(schools, funding_per_pupil=schools.funding_per_pupil * factor)
    )
    whole = solve(district, options=Options(method="simplex"))
    plan = solve(district, options=Options(method="prices"))
    assert plan.certificate.holds
    assert plan.coverage == pytest.approx(whole.coverage, abs=1e-6)
    assert plan.spending == pytest.approx(whole.spending, rel=1e-6)


@pytest.mark.parametrize("objective", ["expected", "worst_case", "max_min"])
def test_schools_that_stand_for_all_may_have_no_plan_where_all_have_one(objective, monkeypatch):
    """Four schools that are hard up stand for twenty-four that are not: their money is let out, and prices settle all the same."""
    district = made_district(24, 2, 2, seed=4, pool="district")
    poor = np.arange(24) % 6 == 0
    funding = district.schools.funding_per_pupil * np.where(poor, 0.8, 1.1)
    district = district.replace(schools=dataclasses.replace(district.schools, funding_per_pupil=funding))
    chosen = np.flatnonzero(poor)
    stands = np.repeat(np.arange(chosen.size), 6)
    few = Few(chosen, np.full(chosen.size, 6.0), stands)
    monkeypatch.setattr(prices, "representatives", lambda blocks, count: few)
    let_out, within_reach = [], prices.within_reach
    monkeypatch.setattr(prices, "within_reach", lambda *args: let_out.append(args) or within_reach(*args))
    told: list[str] = []
    plan = solve(district, objective, options=Options(method="prices", say=told.append))
    assert len(let_out) == 1
    assert plan.solver.method == "prices"
    assert plan.certificate.holds
    assert not [text for text in told if "failed" in text]
    whole = solve(district, objective, options=Options(method="simplex"))
    assert plan.coverage == pytest.approx(whole.coverage, abs=1e-6)
    assert plan.spending == pytest.approx(whole.spending, rel=1e-6)


def test_what_balances_a_budget_is_seen_in_the_matrix():
    model = Model(
        made_district(4, 1, 1, pool="district", mobility="district", funding={"max_transfer_share": 0.1})
    )
    structure = structure_of(model.lp.matrix())
    assert len(structure.blocks) == 4
    budget, limit = model.lp.rules["budget"].index.ravel(), model.lp.rules["transfer.limit"].index.ravel()
    assert (structure.balance.more[budget] == model.take.index.ravel()).all()
    assert (structure.balance.less[budget] == model.give.index.ravel()).all()
    assert (structure.balance.limit[budget] == limit).all()
    assert set(structure.shared) == set(model.i.index.ravel()) | set(model.l.index.ravel())
    assert set(structure.carried.row) == set(budget)


def test_what_schools_give_falls_by_what_they_carry():
    model = Model(
        made_district(4, 1, 1, pool="district", mobility="district", funding={"max_transfer_share": 0.1})
    )
    structure = structure_of(model.lp.matrix())
    limits = Limits.of(structure)
    level = np.zeros(structure.shared.size)
    level[np.searchsorted(structure.shared, model.i.index[0, 0])] = 3.0
    hired = 3.0 * model.settings.staff.hiring_cost * model.funding_share.ravel()
    assert limits.rise @ level == pytest.approx(hired)
    assert set(limits.row) == set(model.lp.rules["transfer.limit"].index.ravel())


@pytest.mark.parametrize(
    "beside",
    [{}, {"mobility": "district"}, {"mobility": "district", "funding": {"max_transfer_share": 0.02}}],
    ids=["money", "people", "both"],
)
def test_a_district_without_a_plan_has_none_by_prices_either(beside):
    district = poorer(made_district(6, 2, 2, pool="district", **beside), 0.5)
    with pytest.raises(NoPlan):
        solve(district, options=Options(method="prices"))


def test_a_district_that_falls_into_one_block_is_solved_whole():
    district = made_district(1, 2, 2, pool="district")
    assert solve(district, options=Options(method="prices")).certificate.holds


def test_a_later_stage_without_a_plan_is_rounding_and_the_whole_matrix_tells(monkeypatch):
    run = Prices._run

    def refused_once(self, number, held):
        if number == 1:
            raise NoPlan("No plan satisfies all rules of the district.", "")
        return run(self, number, held)

    district = made_district(6, 2, 2, pool="district")
    whole = solve(district, options=Options(method="simplex"))
    monkeypatch.setattr(Prices, "_run", refused_once)
    plan = solve(district, options=Options(method="prices"))
    assert plan.solver.method == "simplex"
    assert plan.coverage == pytest.approx(whole.coverage, abs=1e-6)
    assert plan.spending == pytest.approx(whole.spending, rel=1e-6)


@pytest.mark.parametrize(("lies", "error"), [(2, SolverFailure), (9, NoPlan)])
def test_a_school_without_an_answer_is_refused_only_if_it_has_no_plan_at_all(monkeypatch, lies, error):
    structure = structure_of(Model(made_district(2, 1, 1, pool="district")).lp.matrix())
    run, told = Repeated.run, []

    def lying(self, strategy, seconds=None):
        told.append(strategy)
        return Status.INFEASIBLE if len(told) <= lies else run(self, strategy, seconds)

    monkeypatch.setattr(Repeated, "run", lying)
    pricing = Pricing(structure.blocks, structure.matrix.shape, Options(threads=1))
    with pytest.raises(error):
        pricing.answer(np.ones(structure.matrix.shape[1]), [0])
