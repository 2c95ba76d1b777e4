"""Each warning about a district: when it is given, word for word, and when it is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.parameters import Parameters
from models.tree import Tree
from models.warnings import district_warnings, least_cost
from tests.districts import SETTINGS, TABLES, district

SCHOOLS = "school_id,school_name,funding_per_pupil,opening_reserve,fixed_spending,team_pupils\n"
SCENARIOS = "scenario,probability,year,funding_change\n"


def warned(tmp_path: Path, tables: dict[str, str] | None = None, settings: str | None = None) -> list[str]:
    return list(map(str, district_warnings(district(tmp_path / "oak", tables, settings))))


def test_oak_is_in_order(tmp_path: Path) -> None:
    assert warned(tmp_path) == []


def test_least_cost_by_hand(tmp_path: Path) -> None:
    """500 pupils at $4,000, one aide who must stay at $40,000, $60,000 outside the plan, the free package."""
    tables = {
        "schools": SCHOOLS + "oak,Oak,4330,0,60000,0\n",
        "staff": "school_id,role,fte,minimum\noak,aide,1,1\n",
    }
    oak = district(tmp_path / "oak", tables)
    cost = least_cost(oak, Parameters.of(oak, Tree.of(oak.scenarios, 1)))
    assert cost.tolist() == [[2_100_000.0]]


def test_least_cost_with_leaders_pays_the_lowest_accepted_stipend(tmp_path: Path) -> None:
    """Teams alone: 4 × $100,000 + $40,000 + $10,000 × 1.28 for 100 pupils; nobody accepts the step at $5,000."""
    models = TABLES["team_models"].replace("classroom,25,,no,25,1,,,,0\n", "")
    oak = district(tmp_path / "oak", {"team_models": models}, SETTINGS + "stipend_benefits_rate = 0.28\n")
    cost = least_cost(oak, Parameters.of(oak, Tree.of(oak.scenarios, 1)))
    assert cost.tolist() == [[pytest.approx(5 * (440_000 + 12_800))]]


def test_a_school_that_cannot_pay(tmp_path: Path) -> None:
    text = [
        "school oak: its cheapest lawful staffing costs $2,000,000 in year 1, $50,000 more than the $1,950,000 it has; there is no"
        " plan.\n    Add funding, lower minimum positions or fixed_spending, or allow larger classes."
    ]
    assert warned(tmp_path, {"schools": SCHOOLS + "oak,Oak,3900,,,\n"}) == text
    assert warned(tmp_path, {"schools": SCHOOLS + "oak,Oak,4000,,,\n"}) == []
    assert warned(tmp_path, {"schools": SCHOOLS + "oak,Oak,3900,50000,,\n"}) == []
    assert warned(tmp_path, {"schools": SCHOOLS + "oak,Oak,3900,40000,,\n"}) == [
        text[0].replace("$50,000", "$10,000").replace("$1,950,000", "$1,990,000")
    ]


def test_a_school_that_cannot_pay_in_one_scenario(tmp_path: Path) -> None:
    scenarios = SCENARIOS + "base,0.5,1,0\ncut,0.5,1,-0.1\n"
    assert [w.split(";")[0] for w in warned(tmp_path, {"scenarios": scenarios})] == [
        "school oak: its cheapest lawful staffing costs $2,000,000 in year 1 in scenario cut, $51,500 more than the $1,948,500 it has"
    ]
    later = SETTINGS.replace(
        "years = 1\n", "years = 2\n"
    )  # what comes later can be met by choices made before
    assert warned(tmp_path, {"scenarios": SCENARIOS + "base,1,2,-0.4\n"}, later) == []


def test_a_district_with_pooled_funding_is_compared_as_a_whole(tmp_path: Path) -> None:
    tables = {
        "schools": SCHOOLS + "oak,Oak,3900,,,\nelm,Elm,4100,,,\n",
        "enrollment": "school_id,grade_band,pupils\noak,K-5,500\nelm,K-5,500\n",
        "staff": TABLES["staff"] + "elm,teacher,20\n",
    }
    pooled = SETTINGS + '[funding]\npool = "district"\n'
    assert len(warned(tmp_path, tables)) == 1
    assert warned(tmp_path, tables, pooled) == []
    tables["schools"] = tables["schools"].replace("4100", "4000")
    assert [w.split(";")[0] for w in warned(tmp_path, tables, pooled)] == [
        "the district: its cheapest lawful staffing costs $4,000,000 in year 1, $50,000 more than the $3,950,000 it has"
    ]


def test_leaders_whom_nobody_pays_enough(tmp_path: Path) -> None:
    tables = {"team_models": TABLES["team_models"].replace("classroom,25,,no,25,1,,,,0\n", "")}
    assert warned(tmp_path, tables, SETTINGS.replace("20000", "5000")) == [
        "school oak: needs leaders, and no stipend inside the bounds has a take-up above 0; there is no plan.\n"
        "    Widen the bounds of the stipend, or lower the minimum of leaders.",
        "stipends: nobody accepts the leader role: take-up is 0 at every stipend from $5,000 to $5,000.\n"
        "    No pattern with a leader can be used; check take_up, or raise leaders.stipend_max.",
    ]
    minimum = {"staff": "school_id,role,fte,minimum\noak,teacher,20,\noak,leader,1,1\n"}
    assert warned(tmp_path, minimum, SETTINGS.replace("20000", "5000"))[0].startswith(
        "school oak: needs leaders"
    )


def test_take_up_that_falls(tmp_path: Path) -> None:
    assert warned(tmp_path, {"stipends": "stipend,take_up\n13000,0.4\n5000,0\n10000,0.5\n"}) == [
        "stipends: take-up falls from 50 % at $10,000 to 40 % at $13,000.\n"
        "    More money should not win fewer leaders; check the two rows."
    ]


def test_patterns_that_no_band_can_use(tmp_path: Path) -> None:
    models = TABLES["team_models"] + "large,40,,no,40,1,,,,0\naides,20,,no,20,,,1,,0\n"
    hint = "\n    Put more teachers in it, take pupils out, or leave the row out."
    assert warned(tmp_path, {"team_models": models}) == [
        f"pattern large/40: no grade band can use it: it has 40 pupils per teaching FTE, and the limit is 30.{hint}",
        f"pattern aides/20: no grade band can use it: nobody in it teaches, and the limit is 30.{hint}",
    ]


def test_bands_that_cannot_be_covered(tmp_path: Path) -> None:
    assert warned(tmp_path, {"technology": TABLES["technology"].replace("adaptive,1", "adaptive,0")}) == [
        "grade band K-5: may use no technology package with a reach above 0; its coverage is 0 in every plan.\n"
        "    List the band in such a row."
    ]
    assert warned(tmp_path, {"team_models": TABLES["team_models"].replace("0.5,1\n", "0.5,0\n")}) == [
        "grade band K-5: may use no pattern with a credit above 0; its coverage is 0 in every plan.\n    List the band in such a row."
    ]


def test_sizes_and_staff(tmp_path: Path) -> None:
    tables = {
        "schools": SCHOOLS + "oak,Oak,4330,,,600\nelm,Elm,4330,,,\nash,Ash,4330,,,\n",
        "grade_bands": TABLES["grade_bands"] + "6-8,Middle,30\n",
        "enrollment": TABLES["enrollment"] + "ash,K-5,300\n",
        "staff": "school_id,role,fte,minimum\noak,teacher,20,\noak,aide,1,2.5\n",
    }
    assert warned(tmp_path, tables) == [
        "grade band 6-8: has no pupils in any school.",
        "school elm: has no pupils; it keeps its staff and funding.\n    Add its rows to enrollment.",
        "school oak: teaches 600 pupils in teams today and has 500.\n    Check team_pupils; it counts pupils, not teams.",
        "school oak: must keep 2.5 FTE of role aide outside all patterns and has 1 today.\n"
        "    The plan hires the difference; check minimum if that is not meant.",
        "school ash: has pupils and no staff today; every position is a hire.\n    Add its rows to staff.",
    ]


def test_rates_that_look_like_percents_and_pay_in_thousands(tmp_path: Path) -> None:
    tables = {
        "roles": "role,kind,pool,salary,benefits_rate,annual_raise\nteacher,teacher,t,80000,0.25,0.5\nleader,leader,t,80,1,0\n",
        "team_models": "team_model,pattern,team_taught,pupils,teacher,leader,credit\nclassroom,25,no,25,1,,0\nteam,99,yes,99,3,1,1\n",
        "scenarios": SCENARIOS + "base,1,1,0.7\n",
    }
    assert warned(tmp_path, tables, SETTINGS + "[funding]\ngrowth = 1.0\n") == [
        "role leader: benefits_rate is 1, that is 100 %.\n    Write 0.01 if 1 % is meant.",
        "role teacher: annual_raise is 0.5, that is 50 %.\n    Write 0.005 if 0.5 % is meant.",
        "scenario base: funding_change is 0.7, that is 70 %.\n    Write 0.007 if 0.7 % is meant.",
        "setting funding: growth is 1, that is 100 %.\n    Write 0.01 if 1 % is meant.",
        "role leader: salary is $80 a year.\n    Figures are dollars: write 80000 if thousands are meant.",
    ]


def test_settings_without_effect(tmp_path: Path) -> None:
    settings = SETTINGS.replace("years = 1\n", "years = 2\n") + "[funding]\nmax_transfer_share = 0.1\n"
    assert warned(tmp_path, {"schools": SCHOOLS + "oak,Oak,4330,5000,,\n"}, settings) == [
        'setting funding: max_transfer_share has no effect with pool = "school".\n    Set pool = "district", or take it out.',
        "setting funding: schools open with reserves of $5,000 and reserve_max_share is left out: what year 1 does not spend is lost.\n"
        "    Set reserve_max_share to let schools carry money over.",
    ]


def test_many_alike_are_counted(tmp_path: Path) -> None:
    schools = SCHOOLS + "oak,Oak,4330,,,\n" + "".join(f"s{i},S,4330,,,\n" for i in range(25))
    found = warned(tmp_path, {"schools": schools})
    assert len(found) == 11
    assert found[-1] == "15 more warnings like the last one."


def test_a_warned_school_has_no_plan_and_an_unwarned_one_can_have(tmp_path: Path) -> None:
    """The bound is one: at its own edge Oak solves, a dollar a pupil below it does not."""
    from models.errors import NoPlan
    from optimizer.solving import solve

    edge = district(tmp_path / "edge", {"schools": SCHOOLS + "oak,Oak,4000,,,\n"})
    assert solve(edge).coverage == pytest.approx(0.0, abs=1e-6)
    below = edge.replace(
        schools=type(edge.schools)(**{**vars(edge.schools), "funding_per_pupil": np.array([3999.0])})
    )
    assert district_warnings(below)
    with pytest.raises(NoPlan):
        solve(below)
