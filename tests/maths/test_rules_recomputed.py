"""Every rule and every money line of random plans, worked out again with pandas (`recomputed.py`)."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.made import made_district
from optimizer import solve
from optimizer.objective_rules import OBJECTIVE_RULES
from optimizer.registry import RULES
from tests.maths.recomputed import SN, Recomputed
from tests.maths.solving import plan_of
from tests.maths.strategies import districts, random_district
from tests.maths.tiny import tiny

OBJECTIVES = st.sampled_from(["expected", "worst_case", "max_min"])
CENT = 0.005


def violations(again: Recomputed) -> dict[str, pd.DataFrame]:
    """Rows of each rule that do not hold, to 2e-6 of their side (what a hold gives up, for those of an objective)."""
    found = {}
    for rule in [*RULES, *OBJECTIVE_RULES]:
        frame = getattr(again, rule)()
        if frame is None:
            continue
        over = frame["left"] - frame["right"]
        size = 2e-6 * (1 + frame["right"].abs())
        wrong = {"≤": over > size, "≥": over < -size, "=": over.abs() > size}
        broken = frame[sum((frame["sense"] == sense) & there for sense, there in wrong.items()) > 0]
        if len(broken):
            found[rule] = broken
    return found


def check(plan) -> None:
    again = Recomputed(plan)
    assert violations(again) == {}
    assert again.expected() == pytest.approx(plan.coverage, abs=1.1e-6)
    assert again.spending() == pytest.approx(plan.spending, rel=1e-9, abs=CENT)
    table = plan.tables["money"].pivot_table(index=SN, columns="line", values="amount")
    for line, amounts in again.lines.items():
        shown = table[line].reindex(amounts.index)
        assert (shown - amounts).abs().max() <= CENT, line
    slack = pd.Series(plan.prices["budget"].slack.reshape(-1), again.places.index)
    assert (slack - again.lines["unspent"]).abs().max() <= CENT
    assert (slack - table["unspent"].reindex(slack.index)).abs().max() <= CENT


@given(districts(), OBJECTIVES)
@settings(max_examples=12)
def test_random_plans(district, objective: str) -> None:
    check(plan_of(district, objective))


@pytest.mark.parametrize("mobility", ["school", "district"])
@pytest.mark.parametrize("pool", ["school", "district"])
def test_a_larger_plan_with_every_setting(pool: str, mobility: str) -> None:
    district = made_district(
        6,
        4,
        3,
        pool=pool,
        mobility=mobility,
        staff={"min_adults_per_100_pupils": 4.0, "max_position_loss_share": 0.3},
        coverage={"min_school_share": 0.05},
    )
    if pool == "district":
        district = district.with_settings(funding={"max_transfer_share": 0.1})
    check(solve(district))


def test_every_rule_is_recomputed_on_some_plan() -> None:
    """No rule is skipped everywhere: each optional one is switched on in at least one of these plans."""
    seen = set()
    for seed in range(5):
        again = Recomputed(solve(random_district(seed, years=2, scenarios=2, pool="district", plenty=1.25)))
        seen |= {rule for rule in [*RULES, *OBJECTIVE_RULES] if getattr(again, rule)() is not None}
    assert seen == {*RULES, *OBJECTIVE_RULES}


@pytest.fixture(scope="module")
def plan():
    return solve(tiny(years=2, cut=True, coverage={"min_school_share": None}))


@pytest.mark.parametrize(
    ("block", "change", "broken"),
    [
        ("q", 0.5, {"positions", "stipend_take_up", "staff_flow"}),
        ("q", 2.0, {"staff_flow", "budget", "stipend_take_up"}),
        ("z", 2.0, {"staffing_reach", "technology_reach"}),
        ("lam", 3.0, {"stipend_take_up"}),
        ("h", 0.5, {"training"}),
        ("o", 0.5, {"launch"}),
        ("b", 0.3, {"seats"}),
    ],
)
def test_a_plan_that_is_tampered_with_is_caught(plan, block: str, change: float, broken: set[str]) -> None:
    """The recomputation is no rubber stamp: a block of figures that is changed breaks its rules."""
    assert plan.values[block].max() > 0
    wrong = dataclasses.replace(plan, values={**plan.values, block: plan.values[block] * change})
    assert broken <= set(violations(Recomputed(wrong)))


def test_a_table_that_is_tampered_with_is_caught(plan) -> None:
    wrong = dataclasses.replace(plan)
    wrong.tables["design"]["pupils"] *= 1.1
    assert {"placement", "equipment", "positions"} <= set(violations(Recomputed(wrong)))
    assert violations(Recomputed(plan)) == {}
