"""What must add up, to the cent, on any district."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optimizer
from models.comparison import Comparison, in_cents
from models.comparison_json import comparison_json
from models.comparison_tables import comparison_tables
from models.district import BUDGET_CATEGORIES, Budget, Devices, District
from models.made import made_district


def cents(amount: float) -> int:
    whole = round(amount * 100)
    assert amount * 100 == pytest.approx(whole, abs=1e-3)
    return whole


@st.composite
def districts(draw: st.DrawFn) -> District:
    schools = draw(st.integers(1, 4))
    district = made_district(
        schools,
        draw(st.integers(1, 3)),
        draw(st.integers(1, 3)),
        seed=draw(st.integers(0, 50)),
        pool=draw(st.sampled_from(["school", "district"])),
        mobility=draw(st.sampled_from(["school", "district"])),
        leaders={"stipend_policy": draw(st.sampled_from(["by_school", "uniform"]))},
    )
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    if draw(st.booleans()):
        fte = district.staff.fte.copy()
        fte[:, 1] = np.minimum(rng.choice([0.0, 1.0, 2.5], schools), fte[:, 0])
        fte[:, 0] -= fte[:, 1]
        district = district.replace(staff=type(district.staff)(fte, district.staff.minimum))
    if draw(st.booleans()):
        rows = np.arange(schools)
        seats = rng.integers(0, 300, schools).astype(float)
        district = district.replace(
            devices=Devices(rows, rng.integers(0, 2, schools), seats, rng.integers(0, 6, schools) * 1.0)
        )
    if draw(st.booleans()):
        kept = [(s, name) for s in range(schools) for name in BUDGET_CATEGORIES if rng.random() < 0.7]
        scale = {
            "salaries": 3e6,
            "benefits": 1.3e6,
            "stipends": 2e4,
            "technology": 4e4,
            "development": 2e4,
            "other": 1.2e6,
        }
        amounts = np.round([scale[name] * rng.uniform(0.5, 2) for _, name in kept], 2)
        budget = Budget(np.array([s for s, _ in kept], np.int64), tuple(name for _, name in kept), amounts)
        district = district.replace(budget=budget)
    return district


@settings(max_examples=25, deadline=None)
@given(district=districts())
def test_bridge_budget_and_columns_add_up(district: District) -> None:
    comparison = optimizer.compare(district)
    check_columns(comparison)
    check_bridge(comparison)
    check_budget(comparison)
    check_tables(comparison)


def check_columns(comparison: Comparison) -> None:
    for standing in (comparison.today, comparison.optimal, comparison.best_use):
        if standing is None:
            continue
        for s in range(len(comparison.district.schools.id)):
            parts = [cents(standing.spending[name][s]) for name in BUDGET_CATEGORIES]
            assert sum(parts) == cents(standing.total[s])
        assert (standing.covered <= standing.pupils + 1e-6).all()
        assert (standing.packages.sum(axis=1) <= standing.pupils + 1e-6).all()
    optimal = comparison.optimal
    money = comparison.plan.money["spending"][:, comparison.node]
    assert optimal.total == pytest.approx(money, abs=0.05)
    for name in ("coverage", "spending"):
        item = "covered_pupils" if name == "coverage" else "total"
        figure = comparison.figure(name, item)
        schools = [comparison.figure(name, item, s) for s in range(len(comparison.district.schools.id))]
        assert figure.optimal == pytest.approx(sum(f.optimal for f in schools), abs=1e-6)
        if comparison.best_use is not None:
            assert figure.reallocation + figure.redesign == pytest.approx(figure.difference, abs=1e-6)


def check_bridge(comparison: Comparison) -> None:
    for s in range(len(comparison.district.schools.id)):
        steps = sum(cents(step.amounts[s]) for step in comparison.bridge)
        assert cents(comparison.today.total[s]) + steps == cents(comparison.optimal.total[s])
    for step in comparison.bridge:
        assert np.isfinite(step.amounts).all()
    pay = comparison.moves.pay_changes(comparison.plan.parameters.c[:, :, comparison.node])
    told = {step.name: step.amounts for step in comparison.bridge}
    for name, amounts in pay.items():
        assert told[name] == pytest.approx(
            amounts, abs=0.5
        )  # a few cents of rounding rest on the largest step


def check_budget(comparison: Comparison) -> None:
    assert (comparison.budget is None) == (comparison.district.budget is None)
    for change in comparison.budget or ():
        for s in range(len(comparison.district.schools.id)):
            parts = cents(change.actual[s]) + cents(change.prices[s]) + cents(change.quantities[s])
            assert parts == cents(change.optimal[s])
            if not change.given[s]:
                assert change.actual[s] == change.prices[s] == change.quantities[s] == change.optimal[s] == 0


def check_tables(comparison: Comparison) -> None:
    answer = comparison_json(comparison)
    json.dumps(answer, allow_nan=False)
    bridge = answer["district"]["bridge"]
    assert sum(cents(row["amount"]) for row in bridge[:-1]) == cents(bridge[-1]["amount"])
    for row in answer["district"]["budget"] or []:
        assert cents(row["actual"]) + cents(row["prices"]) + cents(row["quantities"]) == cents(row["optimal"])
    tables = comparison_tables(comparison)
    assert set(tables) == {"columns", "bridge", "moves"} | (
        {"budget"} if comparison.budget is not None else set()
    )
    by_level = tables["bridge"].groupby("level")["amount"]
    for level, amounts in by_level:
        assert sum(map(cents, amounts.iloc[:-1])) == cents(amounts.iloc[-1]), level


def test_the_rest_of_rounding_goes_to_the_largest_part() -> None:
    parts = in_cents(
        [np.array([1.004, 0.0]), np.array([-2.004, 0.0]), np.array([0.004, 5.0])], np.array([-1.0, 5.0])
    )
    assert [part.tolist() for part in parts] == [[1.0, 0.0], [-2.0, 0.0], [0.0, 5.0]]
    parts = in_cents([np.array([1.004]), np.array([3.004]), np.array([0.004])], np.array([4.01]))
    assert [part.tolist() for part in parts] == [[1.0], [3.01], [0.0]]


def test_a_forgotten_part_is_a_fault() -> None:
    with pytest.raises(ArithmeticError, match=r"the parts miss the whole by \$2\.00"):
        in_cents([np.array([1.0])], np.array([3.0]))
