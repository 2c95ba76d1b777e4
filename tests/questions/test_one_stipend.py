"""Questions under one stipend for all schools: the best step counts, not the first one and not the worst."""

from pathlib import Path

import pytest

from models.district import District
from optimizer import stress
from tests import districts

TEAMS = (
    "team_model,pattern,team_taught,pupils,teacher,leader,aide,release,credit\nteam,100,yes,100,3,1,1,0.5,1\n"
)


def teams_alone(folder: Path, funding: int, stipends: str) -> District:
    """Oak with teams alone: $4,400 a pupil and a hundredth of the stipend."""
    tables = {
        "schools": f"school_id,school_name,funding_per_pupil\noak,Oak,{funding}\n",
        "team_models": TEAMS,
        "stipends": f"stipend,take_up\n{stipends}",
    }
    settings = districts.SETTINGS.replace("stipend_max = 20000", 'stipend_policy = "uniform"')
    return districts.district(folder, tables, settings)


@pytest.mark.parametrize("stipends", ["10000,0.5\n20000,0.9\n", "20000,0.9\n10000,0.5\n"])
def test_the_deepest_cut_is_that_of_the_step_that_bears_most(stipends: str, tmp_path: Path) -> None:
    answer = stress(teams_alone(tmp_path / "oak", 5000, stipends), cuts=())
    assert answer.bare["all"].district == pytest.approx(1 - 4500 / 5000)
    assert answer.bare["all"].by_school == {"oak": pytest.approx(1 - 4500 / 5000)}


@pytest.mark.parametrize("stipends", ["10000,0.5\n20000,0.9\n", "20000,0.9\n10000,0.5\n"])
def test_missing_money_is_that_of_the_step_that_lacks_least(stipends: str, tmp_path: Path) -> None:
    answer = stress(teams_alone(tmp_path / "oak", 4490, stipends), cuts=(0.0,), by_school=False)
    assert answer.ladder[0].missing == pytest.approx(10 * 500)
