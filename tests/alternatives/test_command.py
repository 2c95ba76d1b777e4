"""`spanwise solve --alternatives` and `--fewest-moves`: card, JSON, folders and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.made import made_district
from optimizer.alternatives import alternatives
from reports.alternatives import alternatives_card
from tests.commands.runner import ROOT, spanwise

OAK = ROOT / "examples" / "oak"


def test_card_of_oak() -> None:
    """A hundredth of Oak's 300 covered pupils are three: 0.1 positions and $1,800 (docs/hand-solved.md)."""
    ran = spanwise("solve", OAK, "--alternatives", "2", "--fewest-moves")
    assert (ran.code, ran.err) == (0, "")
    lines = [line.rstrip() for line in ran.out.splitlines()]
    assert lines[:2] == [
        "Oak: choices near the best plan",
        "All of them cover at least 59.4 % of pupils, within 1.0 % of the best.",
    ]
    assert "                                           best  alternative 1  fewest moves" in lines
    assert "  Coverage                               60.0 %         59.4 %        59.4 %" in lines
    assert "    3 fewer pupils: team" in lines
    assert (
        "  2 alternatives were asked for; within 1.0 % the search met no further plan that differs." in lines
    )
    assert f"  spanwise solve {OAK} --alternatives 2 --fewest-moves --out DIR" in ran.out


def test_card_names_schools_roles_and_team_models() -> None:
    found = alternatives(made_district(12, 1, 1, seed=3), 1, 0.02, fewest=True, objective="max_min")
    card = alternatives_card(found, 1, "made")
    assert "All of them cover in their worst school at least" in card
    assert "Coverage of the worst school" in card
    assert "  2 other schools" in card
    change = found.distances[0, 1]
    assert "Apart from the best plan, FTE a year" in card and f"{change:,.1f}" in card
    for line in (" FTE: ", " pupils: ", "    most at School "):
        assert line in card
    assert "nan" not in card


def test_json_and_folders(tmp_path: Path) -> None:
    ran = spanwise("solve", OAK, "--alternatives", "1", "--fewest-moves", "--json", "--out", tmp_path / "out")
    answer = json.loads(ran.out)
    assert (ran.code, answer["status"], answer["within"]) == (0, "optimal", 0.01)
    assert [plan["name"] for plan in answer["plans"]] == ["best", "alternative 1", "fewest moves"]
    best, other, fewest = answer["plans"]
    assert best["plan"]["coverage"] == pytest.approx(0.6, abs=1e-6)
    assert other["plan"]["coverage"] == pytest.approx(0.594, abs=1e-5)
    assert other["distance"]["best"] == pytest.approx(best["distance"]["alternative 1"])
    assert fewest["moves"]["total"] <= best["moves"]["total"] + 1e-6
    for plan in answer["plans"]:
        moves = plan["moves"]
        assert moves["total"] == pytest.approx(moves["hired"] + moves["changed"] + moves["laid_off"])
    folders = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert folders == ["alternative-1", "best", "fewest-moves"]
    saved = json.loads((tmp_path / "out" / "fewest-moves" / "plan.json").read_text(encoding="utf-8"))
    assert saved["coverage"] == pytest.approx(fewest["plan"]["coverage"])


def test_wrong_combinations() -> None:
    ran = spanwise("solve", OAK, "--alternatives", "1", "--whole", "1")
    assert ran.code == 2
    assert "--whole goes with neither --with-shortfall, --alternatives nor --fewest-moves." in ran.err
    assert spanwise("solve", OAK, "--alternatives", "0").code == 2
