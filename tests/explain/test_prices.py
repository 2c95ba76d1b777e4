"""Prices and their ranges against brute force: every figure is found again by cold solves with other right sides."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from models.made import made_district
from optimizer.levers import LEVERS, lever_prices, row_prices
from optimizer.objectives import stages_of
from optimizer.pricing import Pricing
from optimizer.solving import solve, upper_of
from optimizer.staging import Options
from tests.districts import district as oak
from tests.explain.made import DISTRICTS, first_stage, funded, value

INSIDE, OUTSIDE = 0.97, 1.03


@pytest.fixture(scope="module", params=DISTRICTS)
def priced(request):
    district = DISTRICTS[request.param]()
    model, matrix, cost = first_stage(district)
    return model, matrix, cost, Pricing(matrix, stages_of(model, "expected")[0], Options())


def _moved(matrix, rows, amount):
    shift = np.zeros(matrix.shape[0])
    shift[rows] = amount
    return shift


def test_a_row_s_price_holds_inside_its_range_and_not_beyond(priced):
    """Inside the range of HiGHS the value follows the dual; beyond it, concave, it falls short of it or stops."""
    _, matrix, cost, pricing = priced
    base = value(matrix, cost)
    rng = np.random.default_rng(7)
    binding = np.flatnonzero(np.abs(pricing.dual) > 1e-6)
    checked = bent = 0
    for row in rng.permutation(binding)[:25]:
        for end in (pricing.low[row], pricing.high[row]):
            if not np.isfinite(end) or abs(end) < 1e-3:
                continue
            reached = value(matrix, cost, _moved(matrix, row, INSIDE * end))
            assert reached == pytest.approx(
                base + pricing.dual[row] * INSIDE * end, abs=1e-5 * (1 + abs(base))
            )
            beyond = value(matrix, cost, _moved(matrix, row, 3 * end))
            line = base + pricing.dual[row] * 3 * end
            assert np.isnan(beyond) or beyond <= line + 1e-5 * (1 + abs(base))
            checked += 1
            bent += bool(np.isnan(beyond) or beyond < line - 1e-7 * (1 + abs(base)))
    assert checked >= 5
    assert bent >= 0.3 * checked  # an end of a range may be degenerate, where the slope goes on


def test_both_slopes_of_a_lever_are_the_finite_differences(priced):
    model, matrix, cost, pricing = priced
    base = value(matrix, cost)
    steps = {lever.rule: lever for lever in LEVERS}
    examined = [price for price in lever_prices(model, pricing) if price.examined]
    assert examined
    for price in examined:
        lever = steps[price.rule]
        rows = [
            row
            for row in range(matrix.shape[0])
            if model.lp.row_key(row)[0] == price.rule and _belongs(model, row, price)
        ]
        up = min(price.high / price.step, 1.0) * 0.5
        if up > 1e-6:
            forth = (value(matrix, cost, _moved(matrix, rows, lever.step * up)) - base) / up
            assert forth == pytest.approx(price.more, rel=2e-3, abs=1e-5 / up), price.words
        whole = value(matrix, cost, _moved(matrix, rows, lever.step)) - base
        assert whole == pytest.approx(price.whole, rel=1e-4, abs=1e-5), price.words
        assert price.whole <= price.more + 1e-5
        down = min(-price.low / price.step, 1.0) * 0.5
        if price.less_exists and down > 1e-6:
            back = (base - value(matrix, cost, _moved(matrix, rows, -lever.step * down))) / down
            assert back == pytest.approx(price.less, rel=2e-3, abs=1e-5 / down), price.words
            assert price.less >= price.more - 1e-5  # concave
        if not price.less_exists:
            assert np.isnan(value(matrix, cost, _moved(matrix, rows, -1e-3 * lever.step)))


def _belongs(model, row, price):
    _, at = model.lp.row_key(row)
    district = model.district
    if "s" in at and district.schools.id[at["s"]] != price.school_id:
        return False
    if "n" in at and model.tree.labels[at["n"]] not in price.nodes:
        return False
    ids = {"v": district.device_types.id, "P": district.roles.pools, "r": district.roles.id}
    return all(ids[letter][at[letter]] == price.item for letter in ids if letter in at)


def test_a_lever_that_moves_several_nodes_has_the_range_of_the_joint_move():
    """One more dollar in a year is one in every scenario; its range is the first break along that direction."""
    district = DISTRICTS["two schools, three years, two scenarios"]()
    model, matrix, cost = first_stage(district)
    pricing = Pricing(matrix, stages_of(model, "expected")[0], Options())
    base, found = value(matrix, cost), 0
    for s in range(2):
        rows = model.lp.rules["budget"].index[s, model.tree.year == 3]
        assert rows.size > 1
        direction = _moved(matrix, rows, 1000.0)
        low, high = pricing.range_of(direction)
        for end in (low, high):
            if np.isfinite(end) and abs(end) > 1e-4:
                reached = value(matrix, cost, INSIDE * end * direction)
                assert reached == pytest.approx(
                    base + pricing.gain(direction) * INSIDE * end, abs=1e-6 * base
                )
                found += 1
    assert found


def test_the_prices_of_rows_name_their_row_and_agree_with_the_plan():
    district = DISTRICTS["one school, one year"]()
    model, matrix, _ = first_stage(district)
    pricing = Pricing(matrix, stages_of(model, "expected")[0], Options())
    rows = row_prices(model, pricing)
    labels = model.lp.row_labels()
    assert {row.row for row in rows} == {labels[i] for i in np.flatnonzero(np.abs(pricing.dual) > 1e-7)}
    for row in rows:
        assert row.per == (1000 if row.unit == "$" else 1), row.row
        assert row.dual == pytest.approx(row.per * pricing.dual[labels.index(row.row)]), row.row
    assert {"$", "FTE", "pupils"} <= {row.unit for row in rows}
    budget = next(row for row in rows if row.rule == "budget")
    assert (budget.unit, budget.per) == ("$", 1000)
    assert budget.dual == pytest.approx(1000 * float(solve(district).prices["budget"].dual[0, 0]), rel=1e-6)
    assert budget.meaning == "covered pupils gained by $1,000 more at this school in this year"


def test_oak_by_hand(tmp_path):
    """A covered pupil costs $550 more: $1,000 covers 1.818; the last 200 pupils need $110,000, the first 300 cost $165,000."""
    district = oak(tmp_path / "oak")
    model, matrix, _ = first_stage(district)
    prices = lever_prices(model, Pricing(matrix, stages_of(model, "expected")[0], Options()))
    budget = next(price for price in prices if price.rule == "budget")
    assert budget.words == "$1,000 more at Oak Elementary in 2027"
    assert budget.whole == pytest.approx(1000 / 550)
    assert budget.more == pytest.approx(budget.less)
    assert (budget.low, budget.high) == (pytest.approx(-165_000), pytest.approx(110_000))
    assert budget.unique and not budget.degenerate


def test_a_degenerate_plan_has_two_slopes_and_says_so(tmp_path):
    """Funding that covers exactly everybody: a dollar more covers nobody, a dollar less leaves 1/550 pupil."""
    tables = {"schools": "school_id,school_name,funding_per_pupil\noak,Oak Elementary,4550\n"}
    district = oak(tmp_path / "oak", tables)
    model, matrix, _ = first_stage(district)
    pricing = Pricing(matrix, stages_of(model, "expected")[0], Options())
    direction = np.zeros(matrix.shape[0])
    direction[model.lp.rules["budget"].index[0, 0]] = 1000.0
    slope = pricing.slope(direction)
    assert slope.degenerate
    assert slope.more == pytest.approx(0.0, abs=1e-9)
    assert slope.less == pytest.approx(1000 / 550)
    assert slope.low == pytest.approx(-275, rel=1e-6)
    assert slope.whole == pytest.approx(0.0, abs=1e-9)


def test_the_range_of_a_step_back_is_that_of_a_step_forth_turned_round(tmp_path: Path) -> None:
    model, matrix, _ = first_stage(oak(tmp_path / "oak"))
    pricing = Pricing(matrix, stages_of(model, "expected")[0], Options())
    row = model.lp.rules["budget"].index[0, 0]
    assert pricing.range_of(_moved(matrix, row, 1000.0)) == pytest.approx((-165, 110))
    assert pricing.range_of(_moved(matrix, row, -1000.0)) == pytest.approx((-110, 165))


def test_blocks_that_move_together_gain_what_each_gains():
    """A rule that moves at two independent schools: the slopes add up, the range is the shorter one."""
    district = DISTRICTS["two schools, three years, two scenarios"]()
    model, matrix, cost = first_stage(district)
    pricing = Pricing(matrix, stages_of(model, "expected")[0], Options())
    rows = model.lp.rules["budget"].index[:, 0]
    both = pricing.slope(_moved(matrix, rows, 1000.0))
    each = [pricing.slope(_moved(matrix, row, 1000.0)) for row in rows]
    assert both.more == pytest.approx(sum(one.more for one in each))
    assert both.high == pytest.approx(min(one.high for one in each))
    lows = [one.low for one in each]
    assert both.low == pytest.approx(max(lows))
    assert min(lows) < 1.1 * max(lows)
    gained = value(matrix, cost, _moved(matrix, rows, 1000.0)) - value(matrix, cost)
    assert both.whole == pytest.approx(gained, rel=1e-5)


def test_scenarios_that_differ_from_the_first_year_on_are_blocks_of_their_own():
    """One school, two futures without a common year: a dollar in year 1 is one in both."""
    base = funded(made_district(1, 1, 2), 0.8)
    cut = dataclasses.replace(base.scenarios, funding_change=np.array([[0.0], [-0.01]]))
    district = base.replace(scenarios=cut)
    model, matrix, cost = first_stage(district)
    pricing = Pricing(matrix, stages_of(model, "expected")[0], Options())
    price = next(price for price in lever_prices(model, pricing) if price.rule == "budget")
    assert len(price.nodes) == 2
    rows = model.lp.rules["budget"].index[0]
    gained = value(matrix, cost, _moved(matrix, rows, 1000.0)) - value(matrix, cost)
    assert price.whole == pytest.approx(gained, rel=1e-5)


def test_under_one_stipend_everywhere_prices_are_those_of_its_step():
    district = DISTRICTS["one school, one year"]().with_settings(leaders={"stipend_policy": "uniform"})
    plan = solve(district)
    model, matrix, cost = first_stage(district)
    step = list(model.p.sigma).index(plan.stipend_step)
    fixed = matrix.replace(column_upper=upper_of(model, step))
    pricing = Pricing(fixed, stages_of(model, "expected")[0], Options())
    row = int(model.lp.rules["budget"].index[0, 0])
    change = 0.5 * min(pricing.high[row], 1000.0)
    gained = value(fixed, cost, _moved(fixed, row, change)) - value(fixed, cost)
    assert gained == pytest.approx(pricing.dual[row] * change, rel=1e-5, abs=1e-7)
