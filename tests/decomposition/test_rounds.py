"""What blocks carry and may not give: lawful plans, dual answers mixed, and the arithmetic of trapped money."""

import dataclasses

import numpy as np
import pytest
from scipy.sparse import csc_array

from benchmarks import chicago as source
from models.errors import SolverFailure
from models.made import made_district
from models.status import Status
from optimizer import Options, solve
from optimizer.decomposition.carrying import Burden, Limits
from optimizer.decomposition.engine import Search
from optimizer.decomposition.mixing import Dual, mixed
from optimizer.decomposition.prices import supported
from optimizer.decomposition.pricing import _direction, _gains
from optimizer.decomposition.problem import Problem
from optimizer.decomposition.structure import structure_of
from optimizer.formulation import Model
from optimizer.matrix import Matrix
from optimizer.objectives import stages_of
from optimizer.solvers.repeated import DUAL, Repeated

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


@pytest.mark.parametrize("part", [None, 0.25, 1.0])
def test_at_the_level_that_blocks_pay_coupling_rows_are_asked_nothing_more(part):
    structure, problem = problem_of(made_district(5, 2, 2, **BOTH))
    level = np.arange(1.0, structure.shared.size + 1)
    lower, own = problem.lower.copy(), problem.coupling[:, structure.shared].toarray()
    problem.at(level, None if part is None else np.full(structure.carried.row.size, part))
    assert problem.lower - problem.own_entries @ level == pytest.approx(lower - own @ level)
    problem.at(np.zeros(level.size))
    assert problem.lower == pytest.approx(lower)


def test_beyond_its_level_trapped_money_costs_the_pool_nothing():
    structure, problem = problem_of(made_district(5, 2, 2, **BOTH))
    problem.at(np.zeros(structure.shared.size), np.ones(structure.carried.row.size))
    others = np.ones(problem.lower.size, dtype=bool)
    others[problem.own_row[problem.own_row >= 0]] = False
    assert problem.own_entries[others] == pytest.approx(0.0, abs=1e-12)


def test_what_is_carried_is_paid_out_of_what_blocks_give():
    """Budgets stay as they are, whatever the level at which a point is kept, and limits hold where they are asked to."""
    structure, _ = problem_of(made_district(5, 2, 2, **BOTH))
    matrix, limits, rng = structure.matrix, Limits.of(structure), np.random.default_rng(3)
    level, point = rng.uniform(1.0, 2.0, structure.shared.size), rng.uniform(0.0, 1e6, matrix.shape[1])
    balance = structure.balance
    point[balance.more[balance.more >= 0]] = 0.0
    point[structure.shared] = 0.0
    burden, blocks = Burden(structure, limits, level), np.arange(5)
    ((paid, _),) = burden.paid([(point, blocks)])
    budget = np.unique(structure.carried.row)
    asked = burden.asked()
    assert (asked[budget] != 0).all()
    assert (matrix.A @ paid + asked)[budget] == pytest.approx((matrix.A @ point)[budget])
    assert burden.unpaid(paid) == pytest.approx(point)
    moved = paid.copy()
    moved[structure.shared] = 0.0
    assert burden.settled(moved) == pytest.approx(point)
    ((lawful, _),) = burden.lawful([(point, blocks)], matrix.row_upper)
    assert (limits.slope * lawful[limits.giver] <= matrix.row_upper[limits.row] * (1 + 1e-12)).all()
    assert (lawful <= paid).all()
    assert (lawful < paid).any()


def test_what_rounding_leaves_in_the_pool_is_spread_over_budgets():
    structure, _ = problem_of(made_district(5, 2, 2, **BOTH))
    matrix, balance = structure.matrix, structure.balance
    point, excess = np.full(matrix.shape[1], 100.0), np.zeros(matrix.shape[0])
    budget = balance.more >= 0
    pool = structure.rows[np.flatnonzero(structure.coupling[:, balance.more[budget]].sum(axis=1))]
    before = matrix.A @ point
    excess[pool] = 0.5
    after = matrix.A @ structure.spread(point, excess)
    assert (before - after)[pool] == pytest.approx(0.5)
    per_pool = np.count_nonzero(budget) / pool.size
    assert np.abs(after - before)[budget] == pytest.approx(0.5 / per_pool)


def test_prices_of_people_follow_what_hiring_costs():
    structure, problem = problem_of(made_district(5, 2, 2, **BOTH))
    price = np.linspace(-1.0, -2.0, problem.lower.size)
    level = np.zeros(structure.shared.size)
    hired = np.flatnonzero(problem.own_row >= 0)[0]
    level[hired] = 3.0
    met = problem.met(price, level)
    assert problem.own_reduced(met)[0][hired] == pytest.approx(0.0, abs=1e-9)
    assert (met != price).sum() == 1


@pytest.mark.parametrize("objective", ["expected", "max_min", "worst_case"])
def test_people_who_move_are_priced_exactly_where_schools_neither_give_nor_take(objective):
    """The tie-break on transfers makes many schools content with their own money: what hiring costs them decides."""
    district = made_district(24, 3, 2, seed=11, pool="district", mobility="district")
    plan = solve(district, objective, options=PRICES)
    assert plan.solver.method == "prices"
    assert plan.certificate.holds
    assert plan.certificate.gap < 1e-7


def test_nearly_dependent_columns_have_an_inner_point():
    """Two mixtures of the same points, but for rounding."""
    rng = np.random.default_rng(0)
    columns = rng.uniform(0.0, 1.0, (6, 4))
    columns = np.hstack([columns, columns @ np.full((4, 2), 0.25) * (1.0 + 1e-13)])
    solver = Repeated()
    solver.load(
        Matrix(csc_array(columns), np.full(6, 0.5), np.full(6, np.inf), np.zeros(6), np.full(6, np.inf)),
        np.ones(6),
    )
    assert solver.run_inside(crossover=False) is Status.OPTIMAL
    inner = solver.objective
    solver.forget()
    assert solver.run(DUAL) is Status.OPTIMAL
    assert inner == pytest.approx(solver.objective)


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


def test_duals_against_a_side_that_is_not_there_are_nothing():
    dual, inf = np.array([3e-6, -3e-6, 2.0, -2.0, 5.0]), np.inf
    lower, upper = np.array([-inf, 0.0, 0.0, -inf, 1.0]), np.array([0.0, inf, inf, 0.0, 1.0])
    assert supported(dual, lower, upper) == pytest.approx([0.0, 0.0, 2.0, -2.0, 5.0])


def test_a_ray_is_of_length_one():
    """Solvers give rays any length; entries of 10¹⁵ are refused as columns."""
    assert _direction(np.array([0.0, 4e15, -2e15])) == pytest.approx([0.0, 1.0, -0.5])
    for nothing in (None, np.zeros(2)):
        with pytest.raises(SolverFailure, match="A block has no best answer to the prices"):
            _direction(nothing)


def test_where_blocks_cost_nothing_the_master_is_scaled_by_what_they_put_into_rows():
    _, problem = problem_of(made_district(5, 2, 2, pool="district"))
    rows, blocks = problem.lower.size, problem.block_count
    search = Search(problem, None, Options())
    search._points = [np.zeros(problem.cost.size)]
    search._use = [(np.zeros(blocks), np.ones((rows, blocks)), np.ones(blocks, dtype=bool))]
    master = search._master([], np.full(rows, 1e6))
    assert master._factor == pytest.approx(1e3 / (rows * 1e6))
    search._use = [(np.full(blocks, 50.0), np.ones((rows, blocks)), np.ones(blocks, dtype=bool))]
    assert search._master([], np.zeros(rows))._factor == pytest.approx(1e3 / 50.0)


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
