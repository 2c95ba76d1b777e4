"""`spanwise solve --whole`: card, JSON and exit codes."""

from __future__ import annotations

import json

import pytest

from tests.commands.runner import ROOT, spanwise

OAK = ROOT / "examples" / "oak"
POOLED = ROOT / "examples" / "pooled"


def test_oak_in_whole_positions() -> None:
    """Two leaders and two associates teach 250 of 500 pupils in teams; a third team has no money (docs/hand-solved.md)."""
    ran = spanwise("solve", OAK, "--whole", "1")
    assert (ran.code, ran.err) == (0, "")
    assert "Coverage: 50.0 % of pupils fully served" in ran.out
    assert "Whole positions of 1 FTE: LP bound 60.0 %, gap 0.00 %, rounding cost 10.00 % of pupils" in ran.out
    assert "A plan in whole positions has no prices" in ran.out


def test_json() -> None:
    ran = spanwise("solve", OAK, "--whole", "1.0", "--json")
    answer = json.loads(ran.out)
    assert (ran.code, answer["status"]) == (0, "optimal")
    assert answer["whole"] == pytest.approx(
        {"step": 1.0, "bound": 0.6, "gap": 0.0, "rounding_cost": 0.1}, abs=1e-6
    )
    assert answer["certificate"]["dual"] is None
    positions = answer["schools"][0]["positions"].values()
    assert all(fte == round(fte) for fte in positions)


def test_a_gap_that_is_met_ends_well_and_one_that_is_not_ends_with_5() -> None:
    met = spanwise("solve", POOLED, "--whole", "0.5", "--gap", "0.2", "--time-limit", "30", "--json")
    whole = json.loads(met.out)["whole"]
    assert met.code == 0
    assert 0 <= whole["gap"] <= 0.2
    early = spanwise("solve", POOLED, "--whole", "0.5", "--time-limit", "2", "--json")
    answer = json.loads(early.out)
    assert (early.code, answer["status"]) == (5, "feasible")
    assert answer["coverage"] <= answer["whole"]["bound"]


def test_wrong_steps_and_a_gap_without_whole_are_wrong_usage() -> None:
    ran = spanwise("solve", OAK, "--whole", "0.75")
    assert ran.code == 2
    assert "'0.75' is not one of '0.5', '1.0', '1'" in ran.err
    ran = spanwise("solve", OAK, "--gap", "0.1")
    assert ran.code == 2 and "--gap goes with --whole." in ran.err
