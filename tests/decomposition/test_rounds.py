"""What blocks carry and may not give: lawful plans, dual answers mixed, and the arithmetic of trapped money."""

import dataclasses

import numpy as np
import pytest

from benchmarks import chicago as source
from models.made import made_district
from optimizer import Options, solve
from optimizer.decomposition.carrying import Limits
from optimizer.decomposition.engine import Search
from optimizer.decomposition.mixing import Dual, mixed
from optimizer.decomposition.pricing import _gains
from optimizer.decomposition.problem import Problem
from optimizer.decomposition.structure import structure_of
from optimizer.formulation import Model
from optimizer.objectives import stages_of

LIMIT = 0.005
PRICES = Options(method="prices")
BOTH = {"pool": "district", "mobility": "district", "funding": {"max_transfer_share": LIMIT}}


def problem_of(district):
    model = Model(district)
    structure = structure_of(model.lp.matrix())
    return structure, Problem.of(structure, stages_of(model, "expected")[0].cost, [])


@pytest.mark.parametrize("objective", ["expected", "worst_case", "max_min"])
@pytest.mark.parametrize("seed", [0, 3])
def test_people_who_move_and_limited_transfers_are_solved_by_prices(seed, objective):
    district = made_district(24, 3, 2, seed=seed, **BOTH)
    plan = solve(district, objective, options=PRICES)
    assert plan.solver.method == "prices"
    assert plan.certificate.holds
    whole = solve(district, objective, options=Options(method="ipm"))
    assert plan.stages[objective] == pytest.approx(whole.stages[objective], abs=1e-6)
    limit = LIMIT * plan.parameters.F
    assert (plan.values["out"] <= limit * (1 + 1e-6)).all()


@pytest.mark.skipif(not source.SOURCE.exists(), reason="needs the public data beside the project")
@pytest.mark.parametrize("objective", ["expected", "max_min"])
def test_real_schools_with_both_are_solved_by_prices(monkeypatch, objective):
    """Forty of Chicago's schools, three years and five scenarios: the certificate is the check."""
    read = source.read_schools
    some = np.sort(np.random.default_rng(1).choice(410, 40, replace=False))
    monkeypatch.setattr(source, "read_schools", lambda *args: read(*args).iloc[some])
    district = source.chicago(years=3).with_settings(
        funding={"pool": "district", "max_transfer_share": 0.02}, staff={"mobility": "district"}
    )
    plan = solve(district, objective, options=PRICES)
    assert plan.solver.method == "prices"
    assert plan.certificate.holds
    assert plan.certificate.gap < 1e-6


def test_at_its_level_trapped_money_changes_nothing():
    structure, problem = problem_of(made_district(5, 2, 2, **BOTH))
    level = np.arange(1.0, structure.shared.size + 1)
    lower, entries = problem.lower.copy(), problem.own_entries.copy()
    part = np.full(structure.carried.row.size, 0.25)
    problem.ease(part, np.zeros(level.size), level)
    assert (problem.own_entries != entries).any()
    assert problem.lower - problem.own_entries @ level == pytest.approx(lower - entries @ level)
    assert problem.plain().own_entries == pytest.approx(entries)


def test_money_that_is_all_trapped_costs_the_pool_nothing():
    structure, problem = problem_of(made_district(5, 2, 2, **BOTH))
    level = np.zeros(structure.shared.size)
    problem.ease(np.ones(structure.carried.row.size), level, level)
    others = np.ones(problem.lower.size, dtype=bool)
    others[problem.own_row[problem.own_row >= 0]] = False
    assert problem.own_entries[others] == pytest.approx(0.0, abs=1e-12)


def test_prices_of_people_follow_what_hiring_costs():
    structure, problem = problem_of(made_district(5, 2, 2, **BOTH))
    price = np.linspace(-1.0, -2.0, problem.lower.size)
    level = np.zeros(structure.shared.size)
    hired = np.flatnonzero(problem.own_row >= 0)[0]
    level[hired] = 3.0
    met = problem.met(price, level)
    assert problem.own_reduced(met)[0][hired] == pytest.approx(0.0, abs=1e-9)
    assert (met != price).sum() == 1


def test_a_limit_rises_with_what_its_budget_row_asks():
    structure, _ = problem_of(made_district(5, 2, 2, **BOTH))
    level = np.linspace(1.0, 2.0, structure.shared.size)
    limits, balance = Limits.of(structure), structure.balance
    asked = structure.carried.asked(level, balance.limit.size)
    budget = np.flatnonzero(balance.limit >= 0)
    rise = dict(zip(balance.limit[budget], -asked[budget] / balance.relief[budget] * balance.slope[budget]))
    assert limits.room(level) == pytest.approx([rise[row] for row in limits.row])


def test_without_a_limit_no_plan_needs_to_be_made_lawful():
    structure, _ = problem_of(
        made_district(5, 2, 2, pool="district", mobility="district", funding={"max_transfer_share": None})
    )
    assert Limits.of(structure) is None


def dual(bound, left, size=1.0):
    return Dual(np.array([bound]), np.array([2.0 * bound]), bound, np.array(left), np.full(len(left), size))


def test_duals_that_strain_to_either_side_are_mixed_to_none():
    mix = mixed([dual(10.0, [-0.1]), dual(9.0, [0.3])])
    assert mix.strain == pytest.approx(0.0, abs=1e-12)
    assert mix.bound == pytest.approx(9.75)
    assert (mix.price[0], mix.row_dual[0]) == pytest.approx((9.75, 19.5))


def test_a_dual_of_large_terms_does_not_hide_its_strain():
    mix = mixed([dual(10.0, [-10.0], 1e5), dual(9.0, [0.0]), dual(8.0, [1.0])])
    assert mix.left[0] >= -1e-9
    assert mix.bound == pytest.approx(10.0 / 11.0 * 8.0 + 10.0 / 11.0, abs=1.0)


def test_the_best_bound_without_strain_is_taken_as_it_is():
    best = dual(9.5, [0.0])
    assert mixed([dual(10.0, [-0.2]), best, dual(7.0, [0.0])]).bound == pytest.approx(9.5)


def test_a_bound_of_nothing_takes_no_part():
    assert mixed([dual(-np.inf, [1.0]), dual(5.0, [0.0])]).bound == pytest.approx(5.0)


def test_rounding_is_no_endless_gain():
    cost = np.array([-4623.0, 2.7e-18])
    assert not _gains(np.array([8.2e-12, 1.45e5]), cost)
    assert _gains(np.array([1.0, 1.0]), cost)
    assert not _gains(None, cost)


def test_rounding_does_not_make_prices_small():
    """The size of a price is taken from prices that are some, not from those that are nothing but rounding."""
    _, problem = problem_of(made_district(5, 2, 3, pool="district"))
    price = np.full(problem.lower.size, 1e-14)
    price[0] = 2.0
    size = Search(problem, None, Options())._size(price)
    assert size[0] == 2.0
    assert size[1:] == pytest.approx(0.2)


def poorer(district, factor):
    schools = district.schools
    return district.replace(
        schools=dataclasses.replace(schools, funding_per_pupil=schools.funding_per_pupil * factor)
    )


@pytest.mark.parametrize("factor", [0.95, 0.9])
def test_hard_up_schools_with_both_agree_with_the_whole_matrix(factor):
    district = poorer(made_district(24, 3, 2, seed=1, **BOTH), factor)
    plan = solve(district, options=PRICES)
    whole = solve(district, options=Options(method="ipm"))
    assert plan.coverage == pytest.approx(whole.coverage, abs=1e-6)
    assert plan.spending == pytest.approx(whole.spending, rel=1e-6)


@pytest.mark.parametrize("factor", [0.992, 1.002, 1.015])
def test_rows_that_are_short_have_their_box_opened(factor):
    """Thirty schools over five years with common money, whose second stage is short of it within the first box."""
    district = made_district(
        30,
        5,
        4,
        pool="district",
        funding={"max_transfer_share": 0.05},
        coverage={"max_growth_per_year": None},
    )
    plan = solve(poorer(district, factor), options=Options(method="prices", time_limit=60.0))
    assert plan.solver.method == "prices"
    assert plan.certificate.holds
