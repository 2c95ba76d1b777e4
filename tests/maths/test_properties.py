"""Facts that hold for every district (formulation, section 8)."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from models.district import (
    DeviceTypes,
    District,
    GradeBands,
    Roles,
    Scenarios,
    Schools,
    Staff,
    StipendSchedule,
    TeamModels,
    Technology,
)
from models.errors import NoPlan
from models.settings import Settings
from optimizer import solve
from optimizer.certificate import certify
from optimizer.formulation import Model
from optimizer.registry import RULES
from optimizer.solvers.highs import Session
from optimizer.staging import Options
from tests.maths.solving import assert_same_spending, plan_of, plan_or_none, run
from tests.maths.strategies import districts, random_district

OBJECTIVES = st.sampled_from(["expected", "worst_case", "max_min"])
NAMES = ("expected", "worst_case", "max_min")


def value(plan) -> float:
    return float(next(iter(plan.stages.values())))


# ---- the certificate and duality ---------------------------------------------------------------------------------


@given(districts(), OBJECTIVES)
@settings(max_examples=40)
def test_the_certificate_holds(district, objective: str) -> None:
    certificate = plan_of(district, objective).certificate
    assert certificate.holds
    assert certificate.gap is not None and certificate.gap <= 1e-7  # primal and dual objectives agree


@given(districts(policy="by_school"), OBJECTIVES)
@settings(max_examples=25)
def test_every_stage_has_a_dual_of_its_own_worth(district, objective: str) -> None:
    """Every stage's dual objective, summed up by hand from right sides and bounds, is its primal objective."""
    assume(plan_or_none(district, objective) is not None)
    stages = run(district, objective)
    matrix = stages.model.lp.matrix()
    for reached in stages.stages:
        cost = reached.stage.cost
        dual = reached.row_dual @ np.where(
            reached.row_dual > 0,
            np.nan_to_num(matrix.row_lower, neginf=0.0),
            np.nan_to_num(matrix.row_upper, posinf=0.0),
        )
        dual += sum(price * bound for price, (_, bound) in zip(reached.held_dual, reached.held))
        reduced = cost - matrix.A.T @ reached.row_dual
        for price, (stage, _) in zip(reached.held_dual, reached.held):
            reduced = reduced - price * stage.vector
        limited = np.isfinite(matrix.column_upper)
        dual += np.minimum(reduced, 0)[limited] @ matrix.column_upper[limited]
        assert dual == pytest.approx(cost @ reached.point, rel=1e-7, abs=1e-7 * reached.stage.scale)


# ---- funding -----------------------------------------------------------------------------------------------------


def funded(district: District, factor: float) -> District:
    """Every dollar of funding times a factor; the opening reserve stays."""
    schools = dataclasses.replace(
        district.schools,
        funding_per_pupil=district.schools.funding_per_pupil * factor,
        fixed_funding=district.schools.fixed_funding * factor,
    )
    return district.replace(schools=schools)


@given(districts(policy="by_school"), OBJECTIVES, st.floats(0.005, 0.1))
@settings(max_examples=25)
def test_the_value_is_non_decreasing_and_concave_in_funding(district, objective: str, step: float) -> None:
    plans = [plan_or_none(funded(district, 1 + step * k), objective) for k in range(4)]
    values = [value(plan) for plan in plans if plan is not None]
    assume(len(values) >= 2)
    assert plans[-1] is not None  # more money never takes a plan away
    assert [plan is not None for plan in plans] == sorted(plan is not None for plan in plans)
    assert (np.diff(values) >= -1e-8).all()
    assert (np.diff(values, 2) <= 1e-8).all()


# ---- scale, order, names -----------------------------------------------------------------------------------------


def scaled(district: District, factor: float) -> District:
    """Every dollar figure times a factor."""
    s, settings = district.schools, district.settings

    def times(section, *names: str):
        changes = {
            name: getattr(section, name) * factor for name in names if getattr(section, name) is not None
        }
        return dataclasses.replace(section, **changes)

    dollars = ("funding_per_pupil", "fixed_funding", "fixed_spending", "startup_grant", "opening_reserve")
    return district.replace(
        settings=dataclasses.replace(
            settings,
            leaders=times(settings.leaders, "stipend_min", "stipend_max"),
            staff=times(settings.staff, "layoff_cost", "hiring_cost"),
            launch=times(settings.launch, "per_pupil", "fixed_per_school", "development_per_pupil"),
        ),
        schools=times(s, *dollars),
        roles=times(district.roles, "salary"),
        technology=times(district.technology, "annual_per_pupil"),
        device_types=times(district.device_types, "purchase_per_seat"),
        stipends=times(district.stipends, "stipend"),
    )


@given(districts(), OBJECTIVES, st.sampled_from([0.5, 2.0, 8.0]))
@settings(max_examples=25)
def test_scaling_every_dollar_changes_no_decision(district, objective: str, factor: float) -> None:
    """Powers of two, so that no stipend bound moves across a step by rounding."""
    plan, other = plan_or_none(district, objective), plan_or_none(scaled(district, factor), objective)
    assert (plan is None) == (other is None)
    assume(plan is not None)
    for name in set(plan.stages) - {"spending"}:
        assert other.stages[name] == pytest.approx(plan.stages[name], abs=1e-8)
    assert_same_spending(plan, other.spending / factor)
    if plan.stipend_step is not None and plan.stipend is not None:
        assert other.stipend_step == pytest.approx(plan.stipend_step * factor)


def shuffled(district: District, order: np.ndarray) -> District:
    """The schools in another order and under other names."""
    s = district.schools
    fields = {f.name: np.asarray(getattr(s, f.name))[order] for f in dataclasses.fields(s)}
    fields["id"] = tuple(f"x{number}" for number in range(order.size))
    fields["name"] = tuple(f"Renamed {number}" for number in range(order.size))
    place = np.argsort(order)
    return district.replace(
        schools=Schools(**fields),
        enrollment=district.enrollment[order],
        staff=Staff(district.staff.fte[order], district.staff.minimum[order]),
        devices=dataclasses.replace(district.devices, school=place[district.devices.school]),
    )


@given(districts(schools=3), OBJECTIVES, st.permutations([0, 1, 2]))
@settings(max_examples=25)
def test_order_and_names_of_schools_change_nothing(district, objective: str, order: list[int]) -> None:
    plan, other = (
        plan_or_none(district, objective),
        plan_or_none(shuffled(district, np.array(order)), objective),
    )
    assert (plan is None) == (other is None)
    assume(plan is not None)
    for name in set(plan.stages) - {"spending"}:
        assert other.stages[name] == pytest.approx(plan.stages[name], abs=1e-8)
    assert_same_spending(plan, other.spending)


@given(districts(scenarios=3), OBJECTIVES, st.permutations([0, 1, 2]))
@settings(max_examples=20)
def test_order_of_scenarios_changes_nothing(district, objective: str, order: list[int]) -> None:
    c = district.scenarios
    other = district.replace(
        scenarios=Scenarios(
            **{
                f.name: tuple(np.array(getattr(c, f.name))[order])
                if f.name in ("id", "label")
                else getattr(c, f.name)[order]
                for f in dataclasses.fields(c)
            }
        )
    )
    plan, again = plan_or_none(district, objective), plan_or_none(other, objective)
    assert (plan is None) == (again is None)
    assume(plan is not None)
    for name in set(plan.stages) - {"spending"}:
        assert again.stages[name] == pytest.approx(plan.stages[name], abs=1e-8)
    assert_same_spending(plan, again.spending)


# ---- rules -------------------------------------------------------------------------------------------------------

SWITCHES = {
    "leader_share": ("leaders", "max_leader_share"),
    "growth": ("coverage", "max_growth_per_year"),
    "school_floor": ("coverage", "min_school_share"),
    "startup_cap": ("launch", "startup_max_share"),
    "technology_cap": ("technology", "max_share"),
    "position_loss": ("staff", "max_position_loss_share"),
    "adult_floor": ("staff", "min_adults_per_100_pupils"),
    "transfer.limit": ("funding", "max_transfer_share"),
}


@given(districts(policy="by_school"), OBJECTIVES)
@settings(max_examples=15)
def test_taking_a_rule_out_by_its_setting_never_lowers_the_value(district, objective: str) -> None:
    plan = plan_of(district, objective)
    for section, key in SWITCHES.values():
        if getattr(getattr(district.settings, section), key) is not None:
            freer = solve(district.with_settings(**{section: {key: None}}), objective)
            assert value(freer) >= value(plan) - 1e-8, key


@given(districts(policy="by_school"), st.sampled_from(sorted(RULES)))
@settings(max_examples=60)
def test_dropping_any_rule_never_lowers_the_objective(district, dropped: str) -> None:
    plan = plan_of(district, "expected")
    model = Model(district, only=frozenset(RULES) - {dropped})
    weight = district.schools.need_weight[:, None] * model.tree.probability
    cost = -model.lp.expression(model.covered(), "sn", weight) / (weight * model.p.E).sum()
    matrix = model.lp.matrix()
    bounded = matrix.replace(
        column_upper=np.minimum(matrix.column_upper, 1e9)
    )  # without a rule pupils may be endless
    assert -Session(bounded).minimise(cost, method="simplex").objective >= plan.coverage - 1e-8


@given(districts(pool="district", policy="by_school"), OBJECTIVES)
@settings(max_examples=20)
def test_sharing_more_never_lowers_the_value(district, objective: str) -> None:
    """What schools can do for themselves they can do in a pool without a limit."""
    alone = plan_of(district.with_settings(funding={"pool": "school", "max_transfer_share": None}), objective)
    pooled = solve(district.with_settings(funding={"max_transfer_share": None}), objective)
    assert value(pooled) >= value(alone) - 1e-8


@given(districts(), st.data())
@settings(max_examples=20)
def test_objectives_keep_their_promises(district, data: st.DataObject) -> None:
    """Each objective is best at its own measure, and no measure is better than the reported coverage allows."""
    plans = {name: plan_of(district, name) for name in NAMES}
    coverage = {name: plan.coverage for name, plan in plans.items()}
    assert coverage["expected"] >= max(coverage.values()) - 1e-8
    reach = {name: (min(p.coverage_by_scenario.values()), _least_school(p)) for name, p in plans.items()}
    theta, phi = plans["worst_case"].stages["worst_case"], plans["max_min"].stages["max_min"]
    assert all(theta >= scenario - 2.1e-6 for scenario, _ in reach.values())
    assert all(phi >= school - 2.1e-6 for _, school in reach.values())
    assert reach["worst_case"][0] >= theta - 2.1e-6
    assert reach["max_min"][1] >= phi - 2.1e-6


def _least_school(plan) -> float:
    return min(share for share in plan.coverage_by_school.values() if share is not None)


# ---- the closed formula ------------------------------------------------------------------------------------------


def one_school(
    funding: float, pupils: float, salary: float, team: tuple[float, ...], stipend: float
) -> District:
    """One school, one band, one traditional pattern at credit 0, one team pattern at credit 1, one package at reach 1."""
    none = ("",)
    teachers, leaders, aides, size = team
    return District(
        settings=Settings(),
        schools=Schools(
            ("oak",),
            ("Oak",),
            np.array([funding / pupils]),
            *np.zeros((2, 1)),
            np.ones(1),
            np.ones(1),
            *np.zeros((5, 1)),
        ),
        bands=GradeBands(("k",), none, np.array([1e3])),
        enrollment=np.array([[pupils]]),
        roles=Roles(
            ("teacher", "leader", "aide"),
            none * 3,
            ("teacher", "leader", "aide"),
            ("all",) * 3,
            np.array([salary, salary, 0.4 * salary]),
            *np.zeros((3, 3)),
            none * 3,
        ),
        team_models=TeamModels(
            ("room", "team"),
            ("a", "b"),
            none * 2,
            np.ones((2, 1), bool),
            np.array([False, True]),
            np.array([25.0, size]),
            np.array([[1.0, 0, 0], [teachers, leaders, aides]]),
            np.zeros(2),
            np.array([0.0, 1.0]),
            none * 2,
        ),
        technology=Technology(
            ("basic",), none, np.ones((1, 1), bool), np.ones(1), np.array([-1]), np.zeros(1), none
        ),
        device_types=DeviceTypes((), (), np.zeros(0), np.zeros(0), ()),
        stipends=StipendSchedule(np.array([stipend]), np.array([1.0])),
        staff=Staff(np.array([[pupils / 25, 0, 0]]), np.zeros((1, 3))),
        scenarios=Scenarios(("base",), none, np.ones(1), *np.zeros((3, 1, 1))),
    )


@given(
    st.floats(0.98, 1.6),
    st.integers(20, 2_000),
    st.floats(30_000, 120_000),
    st.tuples(st.integers(2, 6), st.just(1), st.integers(0, 3), st.integers(60, 120)),
    st.floats(0, 30_000),
)
@settings(max_examples=60)
def test_the_closed_formula(plenty: float, pupils: int, salary: float, team: tuple, stipend: float) -> None:
    """Coverage = min(1, (F − traditional cost) ÷ (team cost − traditional cost)) when only `budget` binds."""
    teachers, leaders, aides, size = team
    traditional = pupils / 25 * salary
    whole = pupils / size * (salary * (teachers + leaders + 0.4 * aides) + stipend * leaders)
    assume(whole > traditional * 1.02)
    assume(not 1 - 1e-5 < plenty < 1)  # a cent too little may be a solver's rounding
    funding = traditional * plenty
    district = one_school(funding, pupils, salary, team, stipend)
    if plenty < 1:
        with pytest.raises(NoPlan):
            solve(district)
        return
    plan = solve(district)
    expected = min(1.0, (funding - traditional) / (whole - traditional))
    assert plan.coverage == pytest.approx(expected, abs=1e-8)
    spent = traditional + (plan.coverage - 1e-6) * (whole - traditional)  # the hold leaves 1e-6 to saving
    assert plan.spending == pytest.approx(spent, rel=1e-7)


# ---- duals -------------------------------------------------------------------------------------------------------


@given(districts(policy="by_school"), st.integers(0, 2**20))
@settings(max_examples=40)
def test_a_dual_predicts_a_small_re_solve(district, seed: int) -> None:
    """The price of a rule lies between what a little less and a little more of its right side gain."""
    plan = plan_of(district, "expected")
    model = Model(district)
    matrix = model.lp.matrix()
    need, pupils = district.schools.need_weight, model.p.E0
    need = need * pupils.sum() / (need @ pupils)  # a pupil of average weight counts once
    cost = -model.lp.expression(model.covered(), "sn", need[:, None] * model.tree.probability)
    rng = np.random.default_rng(seed)
    priced = {
        name: np.argwhere(np.abs(np.nan_to_num(prices.dual)) > 1e-9) for name, prices in plan.prices.items()
    }
    session = Session(matrix)
    base = -session.minimise(cost, method="simplex").objective
    for name in rng.permutation([name for name, where in priced.items() if len(where)])[:6]:
        where = tuple(rng.choice(priced[name]))
        dual = float(plan.prices[name].dual[where])
        row = int(model.lp.rules[name].index[where])
        side = matrix.row_upper[row] if np.isfinite(matrix.row_upper[row]) else matrix.row_lower[row]
        step = 1e-4 * max(1.0, abs(side))
        slopes = []
        for change in (-step, step):
            one = np.array([row])
            lower, upper = matrix.row_lower[one], matrix.row_upper[one]
            session.change_rows(one, lower + change, upper + change)
            end = session.minimise(cost, method="simplex")
            session.change_rows(one, lower, upper)
            slopes.append((-end.objective - base) / change if end.point is not None else None)
        left, right = slopes  # the value is concave in a right side: the left slope is the larger
        slack = 1e-6 * max(1.0, abs(dual)) + 1e-8 * base / step
        assert left is None or dual <= left + slack, (name, dual, slopes)
        assert right is None or dual >= right - slack, (name, dual, slopes)


@given(districts(policy="by_school"))
@settings(max_examples=30)
def test_prices_have_the_signs_that_the_page_promises(district) -> None:
    plan = plan_of(district, "expected")
    model = Model(district)
    matrix = model.lp.matrix()
    for name, prices in plan.prices.items():
        block = model.lp.rules[name]
        there = block.index >= 0
        rows, dual = block.index[there], prices.dual[there]
        assert np.isnan(prices.dual[~there]).all() and np.isnan(prices.slack[~there]).all()
        assert prices.axes == block.axes
        only_upper = np.isneginf(matrix.row_lower[rows])
        only_lower = np.isposinf(matrix.row_upper[rows])
        assert (dual[only_upper] >= -1e-9).all(), name
        assert (dual[only_lower] <= 1e-9).all(), name
        size = 1 + np.abs(np.where(only_lower, matrix.row_lower[rows], matrix.row_upper[rows]))
        assert (prices.slack[there] >= -1e-7 * size).all(), name


@pytest.mark.parametrize("objective", NAMES)
def test_prices_are_the_duals_of_the_first_stage(objective: str) -> None:
    district = random_district(3, schools=2, years=2, scenarios=2)
    plan = solve(district, objective, options=Options(method="simplex"))
    stages = run(district, objective)
    assert set(plan.prices) == set(stages.model.lp.rules)
    for name, block in stages.model.lp.rules.items():
        there = block.index >= 0
        assert_array_equal(plan.prices[name].dual[there], -stages.first.row_dual[block.index[there]])
    matrix = stages.model.lp.matrix()
    assert certify(matrix, stages.first.stage.cost, stages.first.point, stages.first.row_dual).holds
