"""Today's column, one decision at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.parameters import Parameters
from models.standing import Standing
from models.tree import Tree
from optimizer.comparing import base_scenario
from optimizer.today import likely_stipend, today
from tests.compare import hand
from tests.districts import SETTINGS


def column(path: Path, tables: dict[str, str] | None = None, settings: str = SETTINGS) -> Standing:
    district = hand.district(path / "oak", {"budget": "", **(tables or {})}, settings)
    tree = Tree.of(district.scenarios, district.years)
    return today(district, Parameters.of(district, tree), int(tree.path[base_scenario(district), 0]))


def schools(team_pupils: str) -> dict[str, str]:
    return {"schools": f"school_id,school_name,funding_per_pupil,team_pupils\noak,Oak,4443,{team_pupils}\n"}


PATTERNS = "team_model,pattern,grade_bands,team_taught,pupils,teacher,leader,aide,release,credit\n"
TWO_BANDS = {
    "grade_bands": "grade_band,label,max_pupils_per_teacher\nK-5,,30\n6-8,,30\n",
    "enrollment": "school_id,grade_band,pupils\noak,K-5,300\noak,6-8,200\n",
    "technology": "technology,reach,device,annual_per_pupil\nall,1,,0\n",
    "device_types": "device,purchase_per_seat,life_years\n",
    "devices": "",
}


def test_a_seat_counts_as_long_as_it_lives(tmp_path: Path) -> None:
    devices = "school_id,device,seats,age_years\noak,laptop,40,3\noak,laptop,40,3.5\noak,laptop,40,4\n"
    assert column(tmp_path, {"devices": devices}).covered == pytest.approx([80])


def test_the_best_credit_meets_the_widest_reach(tmp_path: Path) -> None:
    # queue of teaching: 100 at 1.0, 400 at 0; queue of reach: 60 at 0.9, 30 at 0.5, 410 at 0.2
    tables = {
        "technology": (
            "technology,reach,device,annual_per_pupil\n"
            "shared,0.2,,0\nbasic,0.5,cart,10\nslow,0.6,laptop,10\nfast,0.9,laptop,50\n"
        ),
        "device_types": "device,purchase_per_seat,life_years\nlaptop,100,4\ncart,50,4\n",
        "devices": "school_id,device,seats,age_years\noak,laptop,60,1\noak,cart,30,1\n",
    }
    found = column(tmp_path, tables)
    assert found.covered == pytest.approx([60 * 0.9 + 30 * 0.5 + 10 * 0.2])
    assert found.packages == pytest.approx(np.array([[410, 30, 0, 60]]))
    assert found.spending["technology"] == pytest.approx([30 * 10 + 60 * 50])


def test_more_seats_than_pupils_help_nobody(tmp_path: Path) -> None:
    tables = {"devices": "school_id,device,seats,age_years\noak,laptop,9000,0\n"}
    found = column(tmp_path, tables)
    assert found.covered == pytest.approx([100])
    assert found.packages.sum() == pytest.approx(500)


def test_teams_are_thought_where_the_best_pattern_is_admitted(tmp_path: Path) -> None:
    patterns = (
        PATTERNS
        + "classroom,25,,no,25,1,,,,0\nteam,weak,K-5,yes,100,3,1,1,0.5,0.4\nteam,best,6-8,yes,100,3,1,1,0.5,0.9\n"
    )
    tables = TWO_BANDS | {"team_models": patterns} | schools("250")
    assert column(tmp_path, tables).covered == pytest.approx([200 * 0.9 + 50 * 0.4])


def test_a_pattern_that_is_not_admitted_gives_no_credit(tmp_path: Path) -> None:
    patterns = (
        PATTERNS
        + "classroom,25,,no,25,1,,,,0\nteam,weak,,yes,100,3,1,1,0.5,0.4\nteam,crowded,,yes,200,3,1,1,0.5,0.9\n"
    )
    assert column(tmp_path, TWO_BANDS | {"team_models": patterns} | schools("100")).covered == pytest.approx(
        [40]
    )


def test_more_team_pupils_than_pupils_are_as_many_as_there_are(tmp_path: Path) -> None:
    found = column(tmp_path, TWO_BANDS | schools("9999"))
    assert found.team_pupils == pytest.approx([500])
    assert found.covered == pytest.approx([500])


def test_pupils_outside_the_teams_have_the_least_credit_that_is_sure(tmp_path: Path) -> None:
    patterns = (
        PATTERNS
        + "classroom,25,,no,25,1,,,,0.1\nclassroom,20,,no,20,1,,,,0.3\nteam,100,,yes,100,3,1,1,0.5,1\n"
    )
    assert column(tmp_path, TWO_BANDS | {"team_models": patterns} | schools("100")).covered == pytest.approx(
        [100 + 400 * 0.1]
    )


def test_stipends_are_estimated_at_the_lowest_step_that_finds_the_leaders(tmp_path: Path) -> None:
    steps = "stipend,take_up\n2000,0.05\n4000,0.1\n9000,0.3\n"
    settings = SETTINGS.replace("eligible_share = 0.6", "eligible_share = 0.6\nstipend_benefits_rate = 0.1")
    for leaders, step in ((0.6, 2000), (0.61, 4000), (1.2, 4000), (3, 9000), (15, 9000)):
        staff = f"school_id,role,fte\noak,teacher,{20 - leaders}\noak,leader,{leaders}\n"
        found = column(tmp_path / str(leaders), {"stipends": steps, "staff": staff}, settings)
        assert found.stipend == pytest.approx([step])
        assert found.spending["stipends"] == pytest.approx([leaders * step])
        assert found.spending["benefits"] == pytest.approx([20 * 20_000 + 0.1 * leaders * step])


def test_without_leaders_there_is_no_stipend(tmp_path: Path) -> None:
    found = column(tmp_path, {"staff": "school_id,role,fte\noak,teacher,20\n"})
    assert np.isnan(found.stipend).all()
    assert found.spending["stipends"] == pytest.approx([0])
    assert np.isnan(found.district_stipend)


def test_without_leaders_and_stipends_in_the_files_there_is_no_step(tmp_path: Path) -> None:
    tables = {
        "stipends": "stipend,take_up\n",
        "roles": "role,label,kind,pool,salary,benefits_rate\nteacher,,teacher,licensed,80000,0.25\n",
        "team_models": "team_model,pattern,grade_bands,team_taught,pupils,teacher,release,credit\nclassroom,25,,no,25,1,,0\n",
        "staff": "school_id,role,fte\noak,teacher,20\n",
        "budget": "",
    }
    assert np.isnan(likely_stipend(hand.district(tmp_path / "oak", tables))).all()
    found = column(tmp_path / "again", tables)
    assert found.spending["stipends"] == pytest.approx([0])
    assert found.covered == pytest.approx([0])


def test_a_school_without_pupils_stands_there_with_its_staff(tmp_path: Path) -> None:
    tables = {
        "schools": "school_id,school_name,funding_per_pupil,fixed_funding,team_pupils\noak,Oak,4443,,100\nelm,Elm,4443,300000,50\n",
        "staff": "school_id,role,fte\noak,teacher,20\nelm,teacher,2\n",
    }
    found = column(tmp_path, tables)
    assert found.covered == pytest.approx([60, 0])
    assert found.team_pupils == pytest.approx([100, 0])
    assert np.isnan(found.coverage[1])
    assert found.district_coverage == pytest.approx(0.12)
    assert found.spending["salaries"] == pytest.approx([1_600_000, 160_000])


def test_prices_are_those_of_year_one_in_the_base_scenario(tmp_path: Path) -> None:
    scenarios = "scenario,label,probability,year,funding_change,enrollment_change,pay_change\nrise,,0.5,1,,0.1,0.05\nfall,,0.5,1,-0.1,,\n"
    found = column(tmp_path, {"scenarios": scenarios})
    assert found.pupils == pytest.approx([550])
    assert found.spending["salaries"] == pytest.approx([1_760_000 * 1.05])


def test_benefits_are_paid_on_the_stipends_that_are_budgeted(tmp_path: Path) -> None:
    """20 % of $30,000 beside the $440,000 of salaries; the schedule would say $10,000."""
    settings = SETTINGS + "stipend_benefits_rate = 0.2\n"
    budget = "school_id,category,amount\noak,stipends,30000\n"
    found = column(tmp_path, {"budget": budget}, settings).spending
    assert (list(found["stipends"]), list(found["benefits"])) == ([30_000.0], [446_000.0])
    assert list(column(tmp_path / "plain", settings=settings).spending["benefits"]) == [442_000.0]
