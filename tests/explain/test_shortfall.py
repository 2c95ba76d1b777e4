"""The promise: the funding that is named makes the plan exist, and a cent less does not."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from models.errors import NoPlan
from models.made import made_district
from models.status import Status
from optimizer.explaining import explain
from optimizer.formulation import Model
from optimizer.objectives import expected
from optimizer.shortfall import least_shortfall, shortfall_stage, solve_with_shortfall
from optimizer.solving import solve, upper_of
from tests.districts import SETTINGS
from tests.districts import district as oak
from tests.explain.made import feasible, funded
from tests.explain.test_conflict import POOR

MONEY = [name for name in POOR if name != "floor"]


def _plan_exists(district, amounts, step=None):
    """Whether there is a plan when the budget's right sides are raised by amounts, axes sn, $."""
    model = Model(district)
    matrix = model.lp.matrix()
    upper = matrix.row_upper.copy()
    upper[model.lp.rules["budget"].index] += amounts
    return feasible(matrix.replace(row_upper=upper, column_upper=upper_of(model, step)))


def _named(district, answer):
    """The amounts of an explanation over axes sn."""
    model = Model(district)
    amounts = np.zeros(model.p.F.shape)
    for amount in answer.missing:
        amounts[district.schools.id.index(amount.school_id), model.tree.labels.index(amount.node)] = (
            amount.amount
        )
    return amounts


@pytest.mark.parametrize("name", MONEY)
def test_the_named_funding_makes_the_plan_exist_and_a_cent_less_does_not(name):
    district = POOR[name]()
    answer = explain(district)
    amounts = _named(district, answer)
    assert (amounts > 0).sum() == len(answer.missing) > 0
    assert _plan_exists(district, amounts)
    assert not _plan_exists(district, amounts - 0.01 * (amounts > 0))


@pytest.mark.parametrize("name", MONEY)
def test_no_other_placement_needs_less(name):
    """A cent less than the least total, placed by the solver wherever it likes, gives no plan."""
    district = POOR[name]()
    short = least_shortfall(district)
    model = Model(district, shortfall=True)
    model.lp.rule("total", "", [("n", model.tree.probability, model.short)], at_most=short.expected - 0.01)
    assert not feasible(model.lp.matrix())
    assert short.expected == pytest.approx(float((short.amounts @ model.tree.probability).sum()))


def test_oak_by_hand_and_through_its_files(tmp_path):
    """500 pupils at $4,000 with $3,900: $50,000 are missing, to the cent, as fixed funding too."""
    heading = "school_id,school_name,funding_per_pupil,fixed_funding\n"

    def with_fixed(amount):
        return oak(tmp_path / f"oak{amount}", {"schools": f"{heading}oak,Oak Elementary,3900,{amount}\n"})

    answer = explain(with_fixed(0))
    assert [(a.school_id, a.year, a.node, a.amount) for a in answer.missing] == [
        ("oak", 2027, "y1", 50_000.0)
    ]
    assert answer.missing_expected == pytest.approx(50_000)
    assert solve(with_fixed(50_000)).status is Status.OPTIMAL
    with pytest.raises(NoPlan):
        solve(with_fixed(49_999.99))


def test_a_short_plan_carries_the_least_hole_and_says_so():
    district = POOR["one of three"]()
    plan = solve_with_shortfall(district)
    least = least_shortfall(district)
    assert plan.status is Status.SHORT
    assert plan.shortfall is not None
    total = float((plan.shortfall @ plan.tree.probability).sum())
    assert total == pytest.approx(least.expected, abs=0.011)
    assert plan.stages["shortfall"] == pytest.approx(least.expected, abs=1e-4)
    assert list(plan.stages) == ["shortfall", "expected", "spending"]
    assert plan.price_scale == expected(Model(district)).scale  # prices are pupils, not dollars of the hole
    assert plan.certificate.holds
    assert (plan.shortfall[[0, 2]] <= 0.01).all()
    assert np.abs(plan.money["spending"] - _there(plan)).max() < np.inf
    assert (plan.money["spending"] <= _there(plan) + plan.shortfall + 0.01).all()


def _there(plan):
    """What a school may spend in a node without the shortfall, $."""
    money = plan.money
    return (
        money["funding"]
        + money["reserve_before"]
        + money["transfer_in"]
        - money["transfer_out"]
        - money["reserve"]
    )


def test_the_other_schools_of_a_short_plan_plan_as_ever():
    """The hole of one school takes nothing from the others: each has the coverage that it has in a sound district."""
    district = POOR["one of three"]()
    short, sound = solve_with_shortfall(district), solve(made_district(3, 2, 2))
    for school in ("s000", "s002"):
        assert short.coverage_by_school[school] == pytest.approx(sound.coverage_by_school[school], abs=1e-4)


@pytest.mark.parametrize("objective", ["worst_case", "max_min"])
def test_a_short_plan_under_every_objective(objective):
    plan = solve_with_shortfall(POOR["one of three"](), objective)
    assert plan.status is Status.SHORT and plan.objective == objective
    assert list(plan.stages) == ["shortfall", objective, "expected", "spending"]
    assert plan.certificate.holds


def test_a_district_with_a_plan_gets_that_plan():
    district = made_district(2, 2, 2)
    plan = solve_with_shortfall(district)
    assert plan.status is Status.OPTIMAL
    assert plan.shortfall is None
    assert plan.coverage == solve(district).coverage


def test_under_one_stipend_everywhere_the_step_that_needs_least_is_kept():
    district = funded(made_district(2, 2), 0.6).with_settings(leaders={"stipend_policy": "uniform"})
    least = least_shortfall(district)
    model = Model(district)
    every = [
        least_shortfall(
            district.with_settings(leaders={"stipend_min": float(s), "stipend_max": float(s)})
        ).expected
        for s in model.p.sigma
    ]
    assert least.expected == pytest.approx(min(every), abs=0.02)
    assert _plan_exists(district, np.ceil(least.amounts * 100) / 100, least.step)
    plan = solve_with_shortfall(district)
    assert plan.stages["shortfall"] == pytest.approx(min(every), abs=0.02)
    assert plan.stipend_step in model.p.sigma


def test_of_steps_that_need_the_same_the_lowest_is_named(tmp_path: Path) -> None:
    """Classrooms alone lack $50,000; the leaders of no stipend would help."""
    tables = {
        "schools": "school_id,school_name,funding_per_pupil\noak,Oak Elementary,3900\n",
        "stipends": "stipend,take_up\n5000,0.1\n10000,0.5\n20000,0.6\n",
    }
    settings = SETTINGS.replace("stipend_max = 20000", 'stipend_policy = "uniform"')
    district = oak(tmp_path / "oak", tables, settings)
    assert least_shortfall(district).step == 0
    assert "With a stipend of $5,000 everywhere, the step that needs least." in explain(district).notes


def test_later_stages_keep_the_hole_to_the_cent() -> None:
    stage = shortfall_stage(Model(POOR["one of three"](), shortfall=True))
    assert [stage.holds(100.0 + more, 100.0) for more in (0.009, 0.011)] == [True, False]


@pytest.mark.parametrize("years", [2, 3])
def test_a_scenario_of_probability_0_hides_no_hole(years: int) -> None:
    """Money missing where nobody expects it is named all the same, and no more of it than is needed."""
    district = funded(made_district(2, years, 2), 0.6, [0])
    never = dataclasses.replace(district.scenarios, probability=np.array([1.0, 0.0]))
    district = district.replace(scenarios=never)
    short = least_shortfall(district)
    assert _plan_exists(district, np.ceil(short.amounts * 100) / 100)
    for s, n in np.argwhere(short.amounts > 0.005):
        less = short.amounts.copy()
        less[s, n] -= 1.0
        assert not _plan_exists(district, less), (s, n)


def test_without_any_funding_that_helps_there_is_no_short_plan():
    with pytest.raises(NoPlan) as caught:
        solve_with_shortfall(POOR["floor"]())
    assert str(caught.value) == (
        "No plan satisfies all rules of the district, even with unlimited funding.\n\n"
        "Run 'spanwise explain FOLDER' to see which rules collide and what would restore a plan."
    )
