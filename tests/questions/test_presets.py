"""The sourced presets: each is laid on a district as its words say, and its figures are those of its source."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from datafiles.presets import preset, presets
from models.errors import InputError
from models.parameters import Parameters
from optimizer import solve, stress
from optimizer.shocks import shocked, tree_of
from tests import districts
from tests.questions.test_stress import CASES, made

MORE = {"schools": "school_id,school_name,funding_per_pupil,fixed_funding\noak,Oak,4330,60000\n"}


def rung(district, name, **held):
    answer = stress(district, cuts=(), presets=(preset(name),), by_school=False, **held)
    return answer.presets[0], answer


def test_every_preset_has_words_a_size_and_a_source():
    assert [each.name for each in presets()] == [
        "cps-2016",
        "cps-fy2026",
        "cps-fy2027",
        "enrollment-miss",
        "esser-cliff",
        "grants-end",
        "severe",
        "maintenance-of-effort",
        "pay-shock",
    ]
    for each in presets():
        assert all((each.label, each.shock, each.how, each.source))
        assert each.tag in ("V", "I")
        assert each.url == "" or each.url.startswith("http")
    sizes = {each.name: each.size for each in presets()}
    assert sizes["cps-2016"] == pytest.approx(4_087 / 4_390 - 1, abs=5e-4)  # the base rate of February 2016
    assert sizes["cps-fy2026"] == pytest.approx(-734 / 10_250, abs=5e-4)  # the gap over the budget, $ M
    assert sizes["maintenance-of-effort"] == -0.10


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(InputError) as refused:
        preset("cps-fy26")
    assert str(refused.value).startswith('There is no preset "cps-fy26".\n\nDid you mean cps-fy20')


@pytest.mark.parametrize(
    ("name", "cut"), [("cps-fy2026", 0.072), ("esser-cliff", 0.086), ("maintenance-of-effort", 0.1)]
)
def test_cuts_of_all_funding_are_rungs(name, cut):
    district = made(CASES[2])
    answer = stress(district, cuts=(cut,), presets=(preset(name),), by_school=False)
    assert answer.presets[0].cut == pytest.approx(cut)
    assert answer.presets[0].coverage == pytest.approx(answer.ladder[0].coverage)
    assert not answer.presets[0].past_floor
    assert answer.presets[0].source == preset(name).source


def test_a_midyear_cut_takes_half_of_the_rate_and_leaves_people_in_post(tmp_path):
    """Oak has $330 to spend above its classrooms; half of 6.9 % of $4,330 is $149.4, but nobody can leave."""
    district = districts.district(tmp_path / "oak", MORE)
    plan = solve(district)
    shock = shocked(district, preset("cps-2016"), plan)
    assert shock.lost == pytest.approx(
        np.array([[0.069 / 2 * 4_330 * 500]])
    )  # fixed funding does not follow pupils
    found, answer = rung(district, "cps-2016")
    spare = (
        60_000 + 330 * 500 - plan.coverage * 550 * 500
    )  # what the plan leaves, and technology alone can give way
    technology = plan.coverage * 50 * 500
    assert answer.coverage == plan.coverage
    gone = 0.069 / 2 * 4_330 * 500 - spare
    assert gone > technology
    assert found.coverage is None
    assert found.missing == pytest.approx(gone - technology, abs=1.0)


def test_a_midyear_cut_leaves_positions_and_stipends_of_the_first_year_as_planned() -> None:
    district = made(CASES[2])
    plan = solve(district)
    model = shocked(district, preset("cps-2016"), plan).model()
    lower, upper = model.lp.matrix().row_lower, model.lp.matrix().row_upper
    for name in ("q", "lam"):
        rows = model.lp.rules[f"in_post.{name}"].index
        assert ((rows >= 0) == (plan.tree.year == 1)).all()
        for side in (lower, upper):
            assert side[rows[rows >= 0]] == pytest.approx(plan.values[name][rows >= 0], rel=1e-6, abs=1e-6)


def test_later_years_of_a_midyear_cut_have_their_funding():
    district = made(CASES[2])
    shock = shocked(district, preset("cps-2016"), None)
    assert (shock.lost[:, shock.tree.year > 1] == 0).all()
    assert (shock.lost[:, shock.tree.year == 1] > 0).any()


def test_pupils_that_stay_away_take_their_funding_along(tmp_path):
    district = districts.district(tmp_path / "oak", MORE)
    found, _ = rung(district, "enrollment-miss")
    fewer = district.replace(
        scenarios=dataclasses.replace(district.scenarios, enrollment_change=np.array([[-0.14]]))
    )
    assert found.coverage == pytest.approx(solve(fewer).coverage)
    assert found.coverage == pytest.approx((330 + 60_000 / 430) / 550)  # the fixed part is shared by fewer
    assert found.falls["coverage"] < 0


def test_the_higher_ratio_costs_teachers_up_to_the_limit(tmp_path):
    """Oak has 500 pupils and 20 teachers, 25 each; at 26 each it has 19.23, a loss of 0.77 at $100,000."""
    district = districts.district(tmp_path / "oak")
    shock = shocked(district, preset("cps-fy2027"), None)
    assert shock.lost == pytest.approx(np.array([[(20 - 500 / 26) * 100_000]]))
    assert shock.how.endswith("no role of this district is an assistant principal, so that part is left out")
    tables = {
        "enrollment": "school_id,grade_band,pupils\noak,K-5,500\n",
        "staff": "school_id,role,fte\noak,teacher,200\n",
    }
    crowded = districts.district(tmp_path / "many", tables)  # 2.5 pupils each: 57 would go, four do
    assert shocked(crowded, preset("cps-fy2027"), None).lost == pytest.approx(np.array([[4 * 100_000]]))
    high = districts.district(
        tmp_path / "high",
        {
            "grade_bands": "grade_band,label,max_pupils_per_teacher\n9-12,High school,30\n",
            "enrollment": "school_id,grade_band,pupils\noak,9-12,500\n",
            "staff": "school_id,role,fte\noak,teacher,200\n",
        },
    )
    assert shocked(high, preset("cps-fy2027"), None).lost == pytest.approx(np.array([[6 * 100_000]]))


def test_a_small_school_loses_its_assistant_principal(tmp_path):
    tables = {
        "roles": districts.TABLES["roles"]
        + "assistant_principal,Assistant principal,nonclassroom,office,100000,0.25\n",
        "team_models": (
            "team_model,pattern,grade_bands,team_taught,pupils,teacher,leader,aide,release,credit\n"
            "classroom,25,,no,25,1,,,,0\n"
        ),
        "schools": "school_id,school_name,funding_per_pupil\noak,Oak,9000\nelm,Elm,9000\n",
        "enrollment": "school_id,grade_band,pupils\noak,K-5,500\nelm,K-5,200\n",
        "staff": "school_id,role,fte\noak,teacher,20\noak,assistant_principal,1\nelm,teacher,8\nelm,assistant_principal,1\n",
    }
    district = districts.district(tmp_path / "two", tables)
    shock = shocked(district, preset("cps-fy2027"), None)
    assert shock.lost[0, 0] == pytest.approx((20 - 500 / 26) * 100_000)
    assert shock.lost[1, 0] == pytest.approx((8 - 200 / 26) * 100_000 + 125_000)
    assert list(shock.district.staff.minimum[:, 3]) == [1.0, 0.0]
    assert list(district.staff.minimum[:, 3]) == [1.0, 1.0]


def test_a_school_of_250_pupils_is_not_below_250(tmp_path: Path) -> None:
    tables = {
        "roles": districts.TABLES["roles"]
        + "assistant_principal,Assistant principal,nonclassroom,office,100000,0.25\n",
        "enrollment": "school_id,grade_band,pupils\noak,K-5,250\n",
        "staff": "school_id,role,fte\noak,teacher,10\noak,assistant_principal,1\n",
        "team_models": (
            "team_model,pattern,grade_bands,team_taught,pupils,teacher,leader,aide,release,credit\n"
            "classroom,25,,no,25,1,,,,0\n"
        ),
    }
    shock = shocked(districts.district(tmp_path / "oak", tables), preset("cps-fy2027"), None)
    assert shock.lost == pytest.approx(np.array([[(10 - 250 / 26) * 100_000]]))
    assert list(shock.district.staff.minimum[0]) == [0.0, 0.0, 0.0, 1.0]


def test_pupils_stay_away_from_the_second_year_on() -> None:
    district = made(CASES[2])
    tree, shock = tree_of(district), shocked(district, preset("enrollment-miss"), None)
    fewer = np.where(tree.year >= 2, 0.86, 1.0)
    assert shock.tree.enrollment == pytest.approx((1.0 + tree.enrollment) * fewer - 1.0)


def test_grants_end_where_there_are_grants():
    district = made(CASES[2])
    granted = district.replace(
        schools=dataclasses.replace(district.schools, startup_grant=np.full(3, 50_000.0))
    )
    assert list(shocked(granted, preset("grants-end"), None).district.schools.startup_grant) == [35_000.0] * 3
    none = district.replace(schools=dataclasses.replace(district.schools, startup_grant=np.zeros(3)))
    assert shocked(none, preset("grants-end"), None).how.endswith(
        "no school here has one, so nothing changes"
    )


def test_fewer_positions_are_a_limit_in_the_years_that_are_struck():
    district = made(CASES[2]).with_settings(
        staff={"max_position_loss_share": None, "min_adults_per_100_pupils": None}
    )
    model = shocked(district, preset("severe"), None).model()
    plan = solve(district, model=model)
    most = 0.88 * district.staff.fte.sum(axis=1)
    limited = model.lp.rules["fewer_positions"].index >= 0
    assert (limited == (plan.tree.year > 1)).all()
    later = plan.values["q"].sum(axis=1)[:, plan.tree.year > 1]
    assert (later <= most[:, None] + 1e-6).all()


def test_pay_outruns_revenue(tmp_path):
    one = districts.district(tmp_path / "oak")
    shock = shocked(one, preset("pay-shock"), None)
    assert list(shock.district.roles.salary) == pytest.approx(
        [86_000, 86_000, 32_000]
    )  # aides are no teachers
    funding = Parameters.of(shock.district, shock.tree).F
    assert funding == pytest.approx(np.array([[4_330 * 1.03 * 500]]))
    many = shocked(made(CASES[2]), preset("pay-shock"), None).district
    assert many.settings.funding.growth == 0.03
    licensed, before = many.roles.of_kind("teacher", "leader") > 0, made(CASES[2]).roles.annual_raise
    assert list(many.roles.annual_raise) == list(np.where(licensed, 0.075, before))
    assert (before[~licensed] != 0.075).all()


def test_a_shock_leaves_the_tree_and_the_district_as_they_were():
    district = made(CASES[2])
    before = tree_of(district)
    for each in presets():
        shock = shocked(district, each, None)
        assert (shock.tree.parent == before.parent).all()
        assert shock.model().lp.matrix().shape[1] > 0
    assert district == made(CASES[2])
