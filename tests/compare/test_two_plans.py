"""Two plans against each other: inputs, decisions, and effects that add up."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import optimizer
from datafiles.plan_files import write_plan
from datafiles.saved_plan import read_saved_plan
from models.anatomy import InputDifference, at_most, atoms, differing_groups, exchanged, input_differences
from models.decisions import decisions_of
from models.district import District
from models.errors import NoPlan
from models.made import made_district
from models.plan_comparison import PlanComparison
from models.plan_comparison_tables import plan_comparison_json, plan_comparison_tables
from tests.compare import hand
from tests.districts import SETTINGS, TABLES


def check_effects(comparison: PlanComparison) -> None:
    """The effects chain from the old plan to the new one without a gap, and sum exactly."""
    at = (comparison.old.coverage, round(comparison.old.spending, 2))
    for effect in comparison.effects:
        assert (effect.coverage_before, effect.spending_before) == at
        at = (at[0] + effect.coverage, round(at[1] + effect.spending, 2))
    assert at[0] == pytest.approx(comparison.new.coverage, abs=1e-15)
    assert at[1] == round(comparison.new.spending, 2)
    assert sum(round(100 * effect.spending) for effect in comparison.effects) == round(
        100 * comparison.spending_difference
    )


# ---- by hand -----------------------------------------------------------------------------------------------------


def test_effects_by_hand(tmp_path: Path) -> None:
    # 650 x - 6,000 dollars cover x pupils: $13,000 more cover 20 more; a stipend of $16,500 in the place of $10,000
    # then makes it 715 x - 6,000 = 234,500
    old = hand.district(tmp_path / "old")
    new = hand.district(
        tmp_path / "new",
        {
            "schools": hand.TABLES["schools"].replace("4443", "4469"),
            "stipends": "stipend,take_up\n5000,0\n16500,0.5\n",
        },
    )
    found = optimizer.compare_plans(old, new)
    check_effects(found)
    assert [effect.name for effect in found.effects] == ["schools.funding_per_pupil", "rows of stipends"]
    assert found.effects[0].coverage == pytest.approx(20 / 500, abs=3e-6)
    assert found.effects[0].spending == pytest.approx(13_000, abs=2)
    assert found.effects[1].coverage == pytest.approx((240_500 / 715 - 370) / 500, abs=3e-6)
    assert found.effects[1].spending == pytest.approx(0, abs=2)
    assert found.inputs == (
        InputDifference("schools", ("oak",), "funding_per_pupil", 4443.0, 4469.0),
        InputDifference("stipends", (10000.0,), "row", "present", "absent"),
        InputDifference("stipends", (16500.0,), "row", "absent", "present"),
    )
    told = {(d.kind, d.item): (d.old, d.new) for d in found.decisions}
    assert told["stipend", ""] == pytest.approx((10_000, 16_500))
    assert told["team_pupils", ""] == pytest.approx((350, 240_500 / 715), abs=1e-2)
    assert told["positions", "leader"] == pytest.approx((3.5, 240_500 / 71_500), abs=1e-4)
    assert told["technology", "adaptive"] == pytest.approx((350, 240_500 / 715), abs=1e-2)
    assert told["seats", "laptop"] == pytest.approx((290, 240_500 / 715 - 60), abs=1e-2)
    assert found.notes == ()


def test_each_effect_is_what_a_solve_of_its_own_gives() -> None:
    old = made_district(3, 2, 2, seed=3)
    new = old.with_settings(leaders={"max_leader_share": 0.05}, funding={"growth": 0.03})
    schools = dataclasses.replace(old.schools, funding_per_pupil=old.schools.funding_per_pupil * 1.01)
    roles = dataclasses.replace(old.roles, salary=old.roles.salary * 1.002)
    new = new.replace(schools=schools, roles=roles)
    found = optimizer.compare_plans(old, new)
    check_effects(found)
    names = ["schools.funding_per_pupil", "roles.salary", "funding.growth", "leaders.max_leader_share"]
    assert [effect.name for effect in found.effects] == names
    chain = [
        old,
        old.replace(schools=schools),
        old.replace(schools=schools, roles=roles),
        old.replace(schools=schools, roles=roles).with_settings(funding={"growth": 0.03}),
        new,
    ]
    plans = [optimizer.solve(district) for district in chain]
    for effect, before, after in zip(found.effects, plans, plans[1:]):
        assert effect.coverage == pytest.approx(after.coverage - before.coverage, abs=1e-9)
        assert effect.spending == pytest.approx(after.spending - before.spending, abs=0.02)


def test_the_same_district_twice() -> None:
    district = made_district(2, 2)
    found = optimizer.compare_plans(district, district)
    assert (found.effects, found.inputs, found.decisions, found.notes) == ((), (), (), ())
    assert found.coverage_difference == found.spending_difference == 0


def test_names_and_budgets_differ_without_an_effect() -> None:
    old = made_district(2)
    new = old.replace(schools=dataclasses.replace(old.schools, name=("North", "South"))).with_settings(
        name="Elsewhere"
    )
    found = optimizer.compare_plans(old, new)
    assert found.effects == ()
    assert [(d.table, d.key, d.column, d.new) for d in found.inputs] == [
        ("schools", ("s000",), "school_name", "North"),
        ("schools", ("s001",), "school_name", "South"),
        ("settings", ("",), "name", "Elsewhere"),
    ]


def test_a_school_more_switches_with_all_tables_that_speak_of_it() -> None:
    whole = made_district(3, 2, seed=4)
    from models.subset import only_schools

    old = only_schools(whole, np.array([0, 1])).with_settings(launch={"per_pupil": 400.0})
    found = optimizer.compare_plans(old, whole)
    check_effects(found)
    assert [effect.name for effect in found.effects] == [
        "rows of schools, enrollment, staff, devices, budget",
        "launch.per_pupil",
    ]
    assert InputDifference("schools", ("s002",), "row", "absent", "present") in found.inputs
    assert all(d.column in ("row", "pupils", "fte", "minimum", "per_pupil") for d in found.inputs)
    more = [d for d in found.decisions if d.school_id == "s002"]
    assert more
    assert all(d.old is None for d in more)
    assert found.results()[2][:2] == ("s002", None)


def test_years_and_scenarios_switch_together() -> None:
    old = made_district(2, 2, 2)
    new = made_district(2, 3, 3)
    found = optimizer.compare_plans(old, new)
    check_effects(found)
    assert [effect.name for effect in found.effects] == ["rows of scenarios, years"]
    assert {d.year for d in found.decisions if d.old is None} == {2029}


def test_the_order_of_schools_is_no_difference() -> None:
    from models.subset import only_schools

    old = made_district(3, seed=2)
    found = optimizer.compare_plans(old, only_schools(old, np.array([2, 0, 1])))
    check_effects(found)
    assert found.inputs == ()
    assert found.decisions == ()
    assert abs(found.coverage_difference) < 1e-9


def test_plans_of_other_years_are_laid_over_each_other() -> None:
    old = made_district(1, 2)
    new = old.with_settings(first_year=2040, funding={"growth": 0.05})
    found = optimizer.compare_plans(old, new)
    assert {d.year for d in found.decisions} <= {2027, 2028}
    assert "no calendar year in common" in found.notes[0]


# ---- mixtures without a plan -------------------------------------------------------------------------------------


def test_a_mixture_without_a_plan_switches_together_with_the_next(tmp_path: Path) -> None:
    old = hand.district(tmp_path / "old")
    new = hand.district(
        tmp_path / "new",
        {
            "enrollment": "school_id,grade_band,pupils\noak,K-5,400\n",
            "schools": hand.TABLES["schools"].replace(
                "4443", "3500"
            ),  # too little for 500 pupils, and for 400
            "roles": TABLES["roles"].replace("80000", "60000"),
        },
    )
    found = optimizer.compare_plans(old, new)
    check_effects(found)
    assert [effect.name for effect in found.effects] == [
        "schools.funding_per_pupil, enrollment, roles.salary"
    ]


def test_a_mixture_that_is_no_district_switches_together_with_the_next(tmp_path: Path) -> None:
    old = hand.district(tmp_path / "old")
    band = "grade_band,label,max_pupils_per_teacher\nK-5,Elementary,20\n"
    patterns = TABLES["team_models"].replace("no,25,1", "no,20,1").replace("yes,100,", "yes,70,")
    new = hand.district(
        tmp_path / "new",
        {
            "grade_bands": band,
            "team_models": patterns,
            "schools": hand.TABLES["schools"].replace("4443", "6500"),
        },
    )
    found = optimizer.compare_plans(old, new)
    check_effects(found)
    assert [effect.name for effect in found.effects] == [
        "schools.funding_per_pupil",
        "grade_bands.max_pupils_per_teacher, team_models.pupils",
    ]


def test_a_district_without_a_plan_is_named(tmp_path: Path) -> None:
    poor = hand.district(tmp_path / "poor", {"schools": hand.TABLES["schools"].replace("4443", "10")})
    with pytest.raises(NoPlan, match=r"^next year: No plan satisfies all rules of the district\."):
        optimizer.compare_plans(hand.district(tmp_path / "old"), poor, names=("this year", "next year"))


# ---- groups ------------------------------------------------------------------------------------------------------


def many_changes() -> tuple[District, District]:
    old = made_district(2, 2, 2)
    changed = {
        name: getattr(old.schools, name) + 0.01
        for name in ("funding_per_pupil", "fixed_funding", "fixed_spending", "need_weight", "pay_index")
    }
    new = old.replace(
        schools=dataclasses.replace(old.schools, **changed),
        roles=dataclasses.replace(
            old.roles, salary=old.roles.salary + 1, annual_raise=old.roles.annual_raise + 0.001
        ),
        technology=dataclasses.replace(old.technology, annual_per_pupil=old.technology.annual_per_pupil + 1),
    )
    return old, new.with_settings(
        funding={"growth": 0.03}, leaders={"eligible_share": 0.7, "max_leader_share": None}
    )


@pytest.mark.parametrize(
    ("most", "names"),
    [
        (50, [
            "schools.funding_per_pupil", "schools.fixed_funding", "schools.fixed_spending", "schools.need_weight",
            "schools.pay_index", "roles.salary", "roles.annual_raise", "technology.annual_per_pupil", "funding.growth",
            "leaders.eligible_share", "leaders.max_leader_share",
        ]),
        (10, ["schools", "roles", "technology.annual_per_pupil", "funding.growth", "leaders"]),
        (3, ["schools", "roles", "technology.annual_per_pupil, funding.growth, leaders"]),
        (1, ["schools, roles, technology.annual_per_pupil, funding.growth, leaders"]),
    ],
)  # fmt: skip
def test_groups_are_brought_down_to_a_number(most: int, names: list[str]) -> None:
    old, new = many_changes()
    groups = at_most(differing_groups(old, new), most)
    assert [group.name for group in groups] == names
    assert exchanged(old, new, [atom for group in groups for atom in group.atoms]) == new


def test_the_number_of_groups_is_kept_and_the_sum_with_it() -> None:
    old, new = many_changes()
    found = optimizer.compare_plans(old, new, most=2)
    check_effects(found)
    assert len(found.effects) == 2


def test_every_figure_of_a_district_is_an_atom() -> None:
    old = made_district(1)
    names = {(atom.part, atom.field) for atom in atoms()}
    for field in dataclasses.fields(District):
        part = getattr(old, field.name)
        if field.name in ("enrollment", "devices", "budget"):
            assert (field.name, "") in names
        elif field.name == "settings":
            assert ("settings", "funding.reserve_max_share") in names
        else:
            assert {(field.name, own.name) for own in dataclasses.fields(part)} <= names


def test_a_setting_that_is_left_out_is_not_zero() -> None:
    old = made_district(1).with_settings(coverage={"min_school_share": None})
    new = old.with_settings(coverage={"min_school_share": 0.0})
    assert input_differences(old, new) == [
        InputDifference("settings", ("coverage",), "min_school_share", None, 0.0)
    ]


def test_differences_of_every_kind_of_cell(tmp_path: Path) -> None:
    scenarios = "scenario,label,probability,year,funding_change,enrollment_change,pay_change\n"
    old = hand.district(tmp_path / "old", {"scenarios": scenarios + "base,,1,1,,,\n"})
    new = hand.district(
        tmp_path / "new",
        {
            "grade_bands": TABLES["grade_bands"] + "6-8,,30\n",
            "team_models": TABLES["team_models"].replace("classroom,25,,", "classroom,25,K-5,").replace("3,1,1,0.5,1", "3,1,2,0.5,1"),
            "technology": hand.TABLES["technology"].replace("none,0,,", "none,0,laptop,"),
            "devices": "school_id,device,seats,age_years\noak,laptop,70,1\n",
            "budget": "school_id,category,amount\noak,stipends,12000\n",
            "staff": "school_id,role,fte,minimum\noak,teacher,19,2\noak,aide,5,\n",
            "scenarios": scenarios + "base,,0.5,1,-0.01,,\ncut,,0.5,1,-0.02,,\n",
        },
        SETTINGS.replace("eligible_share = 0.6", "eligible_share = 0.5"),
    )  # fmt: skip
    assert [(d.table, d.key, d.column, d.old, d.new) for d in input_differences(old, new)] == [
        ("grade_bands", ("6-8",), "row", "absent", "present"),
        ("team_models", ("classroom", "25"), "grade_bands", "", "K-5"),
        ("team_models", ("team", "100"), "aide", 1.0, 2.0),
        ("technology", ("none",), "device", "", "laptop"),
        ("staff", ("oak", "leader"), "fte", 1.0, 0.0),
        ("staff", ("oak", "teacher"), "minimum", 0.0, 2.0),
        ("devices", ("oak", "laptop", 1.0), "seats", 60.0, 70.0),
        ("devices", ("oak", "laptop", 4.0), "seats", 200.0, None),
        ("budget", ("oak", "stipends"), "amount", 10000.0, 12000.0),
        ("budget", ("oak", "technology"), "amount", 35000.0, None),
        ("scenarios", ("cut",), "row", "absent", "present"),
        ("scenarios", ("base",), "probability", 1.0, 0.5),
        ("scenarios", ("base", 1.0), "funding_change", 0.0, -0.01),
        ("scenarios", ("cut", 1.0), "funding_change", None, -0.02),
        ("settings", ("leaders",), "eligible_share", 0.6, 0.5),
    ]


# ---- saved plans -------------------------------------------------------------------------------------------------


def test_a_saved_plan_says_what_the_plan_said(tmp_path: Path) -> None:
    plan = optimizer.solve(made_district(3, 2, 2))
    write_plan(plan, tmp_path / "saved")
    saved, fresh = read_saved_plan(tmp_path / "saved"), decisions_of(plan)
    assert saved.district == plan.district
    assert (saved.coverage, saved.spending, saved.objective) == (plan.coverage, plan.spending, plan.objective)
    assert saved.coverage_by_school == plan.coverage_by_school
    assert saved.stipend == pytest.approx(plan.stipend)
    assert saved.plain
    found = optimizer.compare_plans(saved, fresh)
    assert (found.effects, found.inputs, found.decisions) == ((), (), ())


def test_a_saved_plan_against_a_folder_and_a_plan_against_a_saved_one(tmp_path: Path) -> None:
    old = hand.district(tmp_path / "old")
    new = hand.district(tmp_path / "new", {"schools": hand.TABLES["schools"].replace("4443", "4469")})
    write_plan(optimizer.solve(old), tmp_path / "saved")
    for pair in (
        (read_saved_plan(tmp_path / "saved"), new),
        (optimizer.solve(old), new),
        (old, optimizer.solve(new)),
    ):
        found = optimizer.compare_plans(*pair)
        check_effects(found)
        assert found.coverage_difference == pytest.approx(0.04, abs=3e-6)
        assert [effect.name for effect in found.effects] == ["schools.funding_per_pupil"]


def test_an_objective_that_was_asked_for_counts_as_an_input() -> None:
    district = made_district(3, 2, 2, seed=6)
    fair, most = optimizer.solve(district, "max_min"), optimizer.solve(district)
    found = optimizer.compare_plans(most, fair)
    check_effects(found)
    assert [effect.name for effect in found.effects] == ["coverage.objective"]
    assert found.notes == ("A maximises expected, B max_min.",)
    back = optimizer.compare_plans(
        fair, made_district(3, 2, 2, seed=6).with_settings(launch={"per_pupil": 400.0})
    )
    check_effects(back)
    assert [effect.name for effect in back.effects] == ["launch.per_pupil", "coverage.objective"]


def test_a_plan_that_is_no_optimum_is_first_brought_to_its_optimum() -> None:
    district = made_district(2, 2)
    plan = optimizer.solve(district)
    rounded = dataclasses.replace(
        decisions_of(plan), whole=True, coverage=plan.coverage - 0.01, spending=plan.spending - 1000
    )
    richer = district.replace(
        schools=dataclasses.replace(district.schools, fixed_funding=district.schools.fixed_funding + 10_000)
    )
    found = optimizer.compare_plans(rounded, richer)
    check_effects(found)
    assert [effect.name for effect in found.effects] == ["A solved to the optimum", "schools.fixed_funding"]
    assert found.effects[0].coverage == pytest.approx(0.01, abs=1e-9)
    assert found.effects[0].spending == pytest.approx(1000, abs=0.02)
    found = optimizer.compare_plans(richer, rounded)
    check_effects(found)
    assert [effect.name for effect in found.effects] == ["schools.fixed_funding", "B as it was planned"]
    assert found.effects[1].coverage == pytest.approx(-0.01, abs=1e-9)
    assert found.notes == (
        "B was planned in whole positions; the step that says so is the distance to its district's optimum.",
    )
    same = optimizer.compare_plans(plan, rounded)
    check_effects(same)
    assert [effect.name for effect in same.effects] == ["B as it was planned"]


def test_tables_and_json(tmp_path: Path) -> None:
    import json

    old = hand.district(tmp_path / "old")
    new = hand.district(tmp_path / "new", {"schools": hand.TABLES["schools"].replace("4443", "4469")})
    found = optimizer.compare_plans(old, new, names=("old", "new"))
    answer = json.loads(json.dumps(plan_comparison_json(found), allow_nan=False))
    assert answer["inputs"] == [
        {"table": "schools", "key": "oak", "column": "funding_per_pupil", "old": 4443.0, "new": 4469.0}
    ]
    assert answer["difference"]["coverage"] == pytest.approx(sum(e["coverage"] for e in answer["effects"]))
    assert answer["old"]["name"] == "old"
    tables = plan_comparison_tables(found)
    assert {name: len(table) for name, table in tables.items()} == {
        "inputs": 1, "effects": 1, "decisions": len(found.decisions), "results": 1,
    }  # fmt: skip
    assert found.to_frame("effects").equals(tables["effects"])
    with pytest.raises(
        KeyError, match="There is no table 'bridge'; there are inputs, effects, decisions, results"
    ):
        found.to_frame("bridge")
