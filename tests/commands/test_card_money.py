"""The card's money: every column closes, limits are the district's own, prices are those of a step in a whole year."""

from __future__ import annotations

import dataclasses
import shutil

import numpy as np
import pytest

from datafiles.folder import read_district
from models.made import made_district
from models.plan import RulePrices
from models.tree import Tree
from optimizer import solve
from optimizer.shortfall import solve_with_shortfall
from reports.card import _against, card
from reports.words import closing
from tests.commands.runner import ROOT, spanwise

LAKESIDE = ROOT / "examples" / "lakeside"


def rows_of(text: str) -> dict[str, str]:
    return {line.strip().split("  ")[0]: line for line in text.splitlines() if line.startswith("  ")}


def test_no_start_up_grant_is_nothing_and_not_minus_nothing(tmp_path) -> None:
    assert spanwise("solve", ROOT / "examples" / "oak", "--out", tmp_path / "plan", "--quiet").code == 0
    money = (tmp_path / "plan" / "money.csv").read_text(encoding="utf-8")
    assert ",startup_grant,0.0\n" in money and "-0.0\n" not in money


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.3])
def test_what_is_there_is_spent_kept_or_left_over(factor: float) -> None:
    district = read_district(LAKESIDE)
    schools = dataclasses.replace(
        district.schools, funding_per_pupil=factor * district.schools.funding_per_pupil
    )
    plan = solve_with_shortfall(district.replace(schools=schools))
    money, shown = plan.money, closing(plan.money)
    assert ("Missing funding" in shown) == (factor < 1.0)
    signs = {"funding": 1, "reserve_before": 1, "shortfall": 1, "spending": -1, "reserve": -1, "unspent": -1}
    rest = sum(signs[line] * money[line].sum(axis=0) for line in shown.values())
    assert np.abs(rest).max() < 1.0
    lines = rows_of(card(plan))
    assert all(title in lines for title in shown)


def test_one_year_shows_what_is_left_over() -> None:
    plan = solve(made_district(2, 1, 1, funding={"reserve_max_share": None}))
    assert "Reserve kept for next year" not in closing(plan.money)
    assert ("Left over, not spent" in closing(plan.money)) == (plan.money["unspent"].max() > 0.5)


def test_shares_stand_beside_the_districts_own_limit_or_the_studys_line() -> None:
    district = made_district(2, 1, 1)
    own = district.with_settings(launch={"startup_max_share": 0.055}, technology={"max_share": None})
    lines = rows_of(card(solve(own)))
    assert "Start-up share of funding (limit 5.5 %)" in lines
    assert "Recurring technology share of funding (study's line 2 %)" in lines


def test_a_share_is_over_its_limit_where_it_is_above_it_and_not_where_it_meets_it() -> None:
    shares = np.array([0.069, 0.07, 0.07 + 1e-12, 0.0704, 0.09])
    assert _against("Start-up", shares, 0.07, 0.02) == [
        "Start-up (limit 7 %)", "6.9 %", "7.0 %", "7.0 %", "7.0 % over", "9.0 % over"
    ]  # fmt: skip


def test_a_price_is_that_of_a_step_in_every_scenario_of_the_year() -> None:
    tree = Tree.of(read_district(LAKESIDE).scenarios, 3)
    nodes = tree.size
    dual = np.arange(2.0 * nodes).reshape(2, nodes)
    dual[1, tree.year == 2] = np.nan
    prices = RulePrices("sn", dual, dual + 1.0).by_year(tree)
    assert prices.axes == "sy"
    assert prices.dual[0].tolist() == [dual[0, tree.year == year].sum() for year in (1, 2, 3)]
    assert np.isnan(prices.dual[1, 1]) and np.isnan(prices.slack[1, 1])
    assert prices.slack[0].tolist() == [dual[0, tree.year == year].min() + 1.0 for year in (1, 2, 3)]
    same = RulePrices("s", dual[:, 0], dual[:, 0])
    assert same.by_year(tree) is same


def test_no_plan_names_the_district_in_its_next_step(tmp_path) -> None:
    poor = tmp_path / "poor"
    shutil.copytree(ROOT / "examples" / "oak", poor)
    head, row = (poor / "schools.csv").read_text(encoding="utf-8").splitlines()[:2]
    cells = dict(zip(head.split(","), row.split(","))) | {"funding_per_pupil": "100"}
    (poor / "schools.csv").write_text(f"{head}\n{','.join(cells.values())}\n", encoding="utf-8")
    ran = spanwise("solve", poor)
    assert ran.code == 4
    assert f"Run 'spanwise explain {poor}' to see which rules collide" in ran.err


def test_other_objectives_gain_points_of_what_they_maximise() -> None:
    """One more position that the dearest school may lose: solved again with a hundredth of it."""
    district = read_district(LAKESIDE)
    plan = solve(district, "max_min")
    prices = plan.prices["position_loss"].by_year(plan.tree)
    assert plan.price_scale is not None
    points = 100.0 * prices.strength[prices.strongest] / plan.price_scale
    line = next(line for line in card(plan).splitlines() if "the limit on lost positions" in line)
    assert f"one more adds up to {points:.2g} points at " in line
    assert "pupils" not in line
    assert 0.1 < points < 100.0
