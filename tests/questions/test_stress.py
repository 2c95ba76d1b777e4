"""The deepest cut against brute force: a plan exists just above it and none just below."""

from pathlib import Path

import numpy as np
import pytest

from optimizer import solve, stress
from optimizer.stress import without_teams
from reports.resilience import resilience_card
from tests import districts
from tests.maths.solving import plan_or_none
from tests.maths.strategies import random_district
from tests.questions.brute import Brute, hold_adults, hold_coverage, hold_plan, hold_year_one, no_teams

STEP = 2e-6  # of funding: a few dollars of a school
NO_LADDER = {"cuts": ()}

# seed, schools, years, scenarios, pool, mobility, policy; funding is scarce, so that every limit binds somewhere
CASES = [
    (0, 1, 1, 1, "school", "school", "by_school"),
    (8, 3, 1, 1, "school", "school", "by_school"),
    (3, 3, 3, 2, "school", "school", "by_school"),
    (1, 2, 2, 3, "school", "school", "uniform"),
    (6, 3, 1, 1, "district", "school", "by_school"),
    (1, 3, 2, 2, "district", "school", "by_school"),
    (1, 3, 2, 1, "school", "district", "by_school"),
    (4, 2, 3, 2, "district", "district", "uniform"),
]


def made(case):
    seed, schools, years, scenarios, pool, mobility, policy = case
    return random_district(
        seed,
        schools=schools,
        years=years,
        scenarios=scenarios,
        pool=pool,
        mobility=mobility,
        policy=policy,
        plenty=0.9,
    )


def check(brute, found, cut_of, *adds, **how):
    """`cut_of` makes a cut of a size; a plan exists a hair above the one found, and none a hair below."""
    if found is None:
        assert not brute.exists(cut_of(0.0), *adds, **how)
        return
    assert 0.0 <= found <= 1.0
    assert brute.exists(cut_of(max(0.0, found - STEP)), *adds, **how), f"no plan at {found} less a hair"
    if found < 1.0 - STEP:
        assert not brute.exists(cut_of(found + STEP), *adds, **how), f"still a plan at {found} and a hair"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_deepest_cut_is_where_plans_end(case, tmp_path):
    district = made(case)
    brute = Brute(district, tmp_path / "d")
    answer = stress(district, **NO_LADDER)
    assert answer.cut == answer.bare
    check(brute, answer.cut["all"].district, float)
    check(brute, answer.cut["traditional"].district, float, no_teams, floor=False)
    for school in district.schools.id[:2]:
        check(brute, answer.cut["all"].by_school[school], lambda cut, s=school: {s: cut})
        check(
            brute,
            answer.cut["traditional"].by_school[school],
            lambda cut, s=school: {s: cut},
            no_teams,
            floor=False,
        )


def test_the_cases_are_not_all_alike():
    found = [stress(made(case), **NO_LADDER).cut["all"].district for case in CASES]
    assert all(0.0 < cut < 1.0 for cut in found)


@pytest.mark.parametrize("case", CASES[1::2], ids=str)
def test_what_is_held_is_held(case, tmp_path):
    district = made(case)
    brute, plan = Brute(district, tmp_path / "d"), plan_or_none(district)
    answer = stress(district, hold_coverage=0.2, hold_adults=0.9, by_school=False, **NO_LADDER)
    check(brute, answer.cut["all"].district, float, hold_coverage(0.2), hold_adults(0.9))
    check(brute, answer.cut["traditional"].district, float, no_teams, hold_adults(0.9), floor=False)
    for name, share in (("quarter", 0.25), ("half", 0.5), ("all", 1.0)):
        if plan is None:
            assert answer.held[name].district is None
        else:
            check(brute, answer.held[name].district, float, hold_plan(plan, share))


@pytest.mark.parametrize("case", [CASES[2], CASES[3], CASES[5], CASES[6]], ids=str)
def test_a_surprise_leaves_year_one_as_planned(case, tmp_path):
    district = made(case)
    plan, brute = plan_or_none(district), Brute(district, tmp_path / "d")
    answer = stress(district, surprise=True, by_school=False, **NO_LADDER)
    if plan is None:
        assert answer.cut["all"].district is None
    else:
        check(brute, answer.cut["all"].district, float, hold_year_one(plan), step=plan.stipend_step)
        assert answer.cut["all"].district <= answer.bare["all"].district + 1e-9
    single = without_teams(district)
    traditional = None if single is None else plan_or_none(single)
    if traditional is None:
        assert answer.cut["traditional"].district is None
    else:
        check(
            brute,
            answer.cut["traditional"].district,
            float,
            no_teams,
            hold_year_one(traditional),
            floor=False,
            step=traditional.stipend_step,
        )


# ---- by hand ----------------------------------------------------------------------------------------------------------


def test_oak_by_hand(tmp_path):
    """$4,330 a pupil; a traditional pupil costs $4,000, a covered one $550 more, and 60 % are covered."""
    answer = stress(districts.district(tmp_path / "oak"), hold_coverage=0.3, **NO_LADDER)
    bare = 330 / 4330
    assert answer.coverage == pytest.approx(0.6)
    assert answer.bare["all"].district == answer.bare["traditional"].district == pytest.approx(bare)
    assert answer.cut["all"].district == pytest.approx((330 - 0.3 * 550) / 4330)
    assert answer.cut["traditional"].district == pytest.approx(bare)  # coverage cannot be held without teams
    for name, share in (("quarter", 0.15), ("half", 0.3), ("all", 0.6)):
        assert answer.held[name].district == pytest.approx((330 - share * 550) / 4330, abs=1e-6)
    assert answer.held["all"].district >= 0.0
    assert answer.cut["all"].by_school == {"oak": answer.cut["all"].district}


def test_adults_by_hand(tmp_path):
    """Oak has 20 teachers for 500 pupils; 90 % of them are 18, fewer than the 20 its classrooms need anyway."""
    oak = districts.district(tmp_path / "oak")
    assert stress(oak, hold_adults=0.9, **NO_LADDER).cut["all"].district == pytest.approx(330 / 4330)
    more = stress(
        oak, hold_adults=1.05, **NO_LADDER
    ).cut  # 21 adults: one more than needed, an aide at $40,000
    assert more["all"].district == pytest.approx((330 - 40_000 / 500) / 4330)
    assert more["traditional"].district == more["all"].district


def test_a_surprise_in_a_plan_of_one_year_is_what_the_plan_leaves_unspent(tmp_path):
    oak = districts.district(
        tmp_path / "oak", {"schools": "school_id,school_name,funding_per_pupil\noak,Oak,5050\n"}
    )
    plan = solve(oak)
    assert plan.coverage == pytest.approx(1.0)  # $4,550 a pupil
    assert stress(oak, surprise=True, **NO_LADDER).cut["all"].district == pytest.approx(500 / 5050, abs=1e-6)


def test_no_plan_at_all_is_none_everywhere(tmp_path):
    oak = districts.district(
        tmp_path / "oak", {"schools": "school_id,school_name,funding_per_pupil\noak,Oak,3990\n"}
    )
    answer = stress(oak, hold_coverage=0.1, surprise=True, cuts=(0.0, 0.03))
    empty = {"all": None, "traditional": None}
    said = answer.as_dict()
    assert said["cut"] == empty
    assert said["by_school"] == {"oak": empty}
    assert said["held"] == {name: {"cut": None, "by_school": {}} for name in ("quarter", "half", "all")}
    assert said["coverage"] is None
    assert answer.notes == (
        "No plan exists even without a cut (at Oak).",
        "Traditional classrooms alone leave no plan (at Oak).",
    )
    assert [rung.coverage for rung in answer.ladder] == [None, None]
    assert answer.ladder[0].missing == pytest.approx(10 * 500)
    assert answer.ladder[1].missing == pytest.approx((10 + 0.03 * 3990) * 500)


def test_teams_alone_leave_no_traditional_plan(tmp_path):
    oak = districts.district(
        tmp_path / "oak",
        {
            "schools": "school_id,school_name,funding_per_pupil\noak,Oak,5000\n",
            "team_models": (
                "team_model,pattern,grade_bands,team_taught,pupils,teacher,leader,aide,release,credit\n"
                "team,100,,yes,100,3,1,1,0.5,1\n"
            ),
        },
    )
    answer = stress(oak, surprise=True, **NO_LADDER)
    assert answer.bare["all"].district == pytest.approx(1 - 4500 / 5000)
    assert answer.bare["traditional"].district is None
    assert answer.cut["traditional"].district is None


def test_a_coverage_floor_binds_with_every_pattern_and_is_dropped_for_traditional(tmp_path):
    settings = districts.SETTINGS + "\n[coverage]\nmin_school_share = 0.2\n"
    answer = stress(districts.district(tmp_path / "oak", settings=settings), **NO_LADDER)
    assert answer.cut["all"].district == pytest.approx((330 - 0.2 * 550) / 4330)
    assert answer.cut["traditional"].district == pytest.approx(330 / 4330)


def test_a_school_without_pupils_and_one_without_leaders(tmp_path):
    tables = {
        "schools": "school_id,school_name,funding_per_pupil,fixed_funding\noak,Oak,4330,0\nempty,Empty,4000,50000\n",
        "staff": "school_id,role,fte\noak,teacher,20\nempty,aide,1\n",
    }
    both = stress(districts.district(tmp_path / "two", tables), **NO_LADDER)
    assert both.cut["all"].by_school["oak"] == pytest.approx(330 / 4330)
    assert both.cut["all"].by_school["empty"] == pytest.approx(1.0)  # nobody must stay there
    assert both.cut["all"].district == pytest.approx(330 / 4330)
    without = {
        "roles": "role,label,kind,pool,salary,benefits_rate\nteacher,Teacher,teacher,licensed,80000,0.25\n",
        "team_models": "team_model,pattern,grade_bands,team_taught,pupils,teacher,release,credit\nclassroom,25,,no,25,1,,0\n",
    }
    answer = stress(districts.district(tmp_path / "plain", without), **NO_LADDER)
    assert answer.cut["all"].district == answer.cut["traditional"].district == pytest.approx(330 / 4330)
    assert answer.coverage == 0.0


def test_independent_schools_take_one_solve_each_and_question():
    district = made(CASES[1])
    answer = stress(district, **NO_LADDER)
    assert answer.solves <= 3 * 5 * 2
    assert answer.cut["all"].district == pytest.approx(min(answer.cut["all"].by_school.values()))


def test_the_json_object_has_the_shape_that_is_promised(tmp_path):
    said = stress(districts.district(tmp_path / "oak")).as_dict()
    assert said["cut"].keys() == {"all", "traditional"}
    assert said["by_school"].keys() == {"oak"}
    assert said["by_school"]["oak"].keys() == {"all", "traditional"}
    assert said["bare"].keys() == {"cut", "by_school"}
    assert said["held"].keys() == {"quarter", "half", "all"}
    assert [rung["cut"] for rung in said["ladder"]] == [0.0, 0.03, 0.07, 0.10, 0.14]
    assert [rung["past_floor"] for rung in said["ladder"]] == [False, False, False, False, True]
    assert isinstance(said["solves"], int)


# ---- the ladder -------------------------------------------------------------------------------------------------------


def test_a_rung_is_the_best_plan_under_its_cut(tmp_path):
    district = made(CASES[2])
    brute = Brute(district, tmp_path / "d")
    answer = stress(district, cuts=(0.0, 0.05, 0.15, 0.25), by_school=False)
    assert answer.ladder[0].coverage == pytest.approx(answer.coverage)
    for rung in answer.ladder:
        q = brute.question(rung.cut)
        (program,) = brute.programs(q)
        status, value, _ = program.lp.solve({name: -share for name, share in program.expected().items()}, [])
        assert (rung.coverage is None) == (status != "optimal")
        if rung.coverage is not None:
            assert rung.coverage == pytest.approx(-value, abs=1e-6)
    depth = answer.cut["all"].district
    assert all((rung.coverage is not None) == (rung.cut <= depth) for rung in answer.ladder)


def test_what_gives_way_is_measured_against_the_plan(tmp_path):
    """Oak at −3 % has $129.90 a pupil less: coverage falls from 60 % by 129.9 / 550."""
    answer = stress(districts.district(tmp_path / "oak"), cuts=(0.0, 0.03, 0.10))
    whole, cut, gone = answer.ladder
    covered = 0.6 - 0.03 * 4330 / 550
    assert whole.gives_way == ()
    assert cut.coverage == pytest.approx(covered)
    assert cut.falls["coverage"] == pytest.approx(1 - covered / 0.6)
    assert cut.amounts["leaders"] == pytest.approx(10 * covered, abs=2e-5)
    assert cut.amounts["teachers"] == pytest.approx(40 - 10 * covered, abs=2e-5)
    assert cut.falls["teachers"] < 0  # classrooms of one teacher come back
    assert cut.positions["leader"] == pytest.approx(5 * covered, abs=2e-5)
    assert cut.amounts["technology"] == pytest.approx(50 * covered, abs=1e-3)
    assert set(cut.gives_way) == {"leaders", "aides", "technology", "coverage"}
    assert "specialists" not in cut.falls  # there are none
    card = resilience_card(answer, {"oak": "Oak"})
    assert ", coverage −39 %" in next(line for line in card.splitlines() if line.startswith("   3.0 %"))
    assert gone.coverage is None
    assert gone.missing == pytest.approx((0.10 * 4330 - 330) * 500)


def test_a_cut_strikes_from_the_second_year_on_or_the_one_year_there_is(tmp_path: Path) -> None:
    first = made(CASES[2]).settings.first_year
    assert stress(made(CASES[2]), by_school=False, **NO_LADDER).years == (first + 1, first + 2)
    assert stress(districts.district(tmp_path / "oak"), **NO_LADDER).years == (2027, 2027)


def test_training_on_a_rung_has_the_launch_in_it(tmp_path: Path) -> None:
    """Training at $100 a place and $5,000 for the school: a covered pupil costs $660 more, so half are covered."""
    settings = districts.SETTINGS + "\n[launch]\nper_pupil = 100\nfixed_per_school = 5000\n"
    answer = stress(districts.district(tmp_path / "oak", settings=settings), cuts=(0.0,), by_school=False)
    assert answer.ladder[0].coverage == pytest.approx(0.5)
    assert answer.ladder[0].amounts["training"] == pytest.approx(0.5 * (100 + 5000 / 500), abs=1e-3)


def test_positions_on_a_rung_are_those_expected_in_the_last_year() -> None:
    district = made(CASES[2])
    plan, rung = solve(district), stress(district, cuts=(0.0,), by_school=False).ladder[0]
    last = plan.tree.year == 3
    expected = plan.values["q"][:, :, last].sum(axis=0) @ plan.tree.probability[last]
    assert list(rung.positions.values()) == pytest.approx(list(expected), abs=1e-6)
    earlier = plan.values["q"][:, :, plan.tree.year == 1].sum(axis=(0, 2))
    assert not np.allclose(expected, earlier, rtol=1e-3)


def test_missing_funding_is_enough_and_a_dollar_less_is_not(tmp_path):
    district = made(CASES[2])
    rung = stress(district, cuts=(0.3,), by_school=False).ladder[0]
    assert rung.coverage is None
    assert rung.missing > 1.0
    brute = Brute(district, tmp_path / "d")

    def helped(dollars):
        def add(program):
            q = program.q
            short = {("short", s, n): q.nodes[n].p for s in q.S for n in q.N}
            for name, terms, _, _ in program.lp.rows:
                if name == "budget":
                    s, n = next((key[1], key[3]) for key in terms if key[0] == "q" and terms[key] > 0)
                    terms[program.lp.add("short", s, n)] = -1.0
            program.lp.rule("missing", short, high=dollars)

        return add

    assert brute.exists(0.3, helped(rung.missing + 1.0))
    assert not brute.exists(0.3, helped(rung.missing - 1.0))


# ---- wrong questions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"hold_coverage": 1.2},
            "Coverage cannot be held at 1.2.\n\nGive a share from 0 to 1, for example 0.5.",
        ),
        (
            {"hold_adults": -1.0},
            "Adults cannot be held at -1 times today's.\n\nGive a part of today's, for example 0.9.",
        ),
        ({"cuts": (0.0, 7.0)}, "A cut of 7 is none.\n\nA rung is a share from 0 to 1; a cut of 7 % is 0.07."),
    ],
)
def test_wrong_questions_are_refused(wrong, said, tmp_path):
    from models.errors import InputError

    with pytest.raises(InputError) as refused:
        stress(districts.district(tmp_path / "oak"), **wrong)
    assert str(refused.value) == said


def test_scaling_every_dollar_changes_no_cut():
    district = made(CASES[1])
    import dataclasses

    schools, roles = district.schools, district.roles
    k = 7.0
    scaled = district.replace(
        schools=dataclasses.replace(
            schools,
            **{
                name: getattr(schools, name) * k
                for name in (
                    "funding_per_pupil",
                    "fixed_funding",
                    "fixed_spending",
                    "startup_grant",
                    "opening_reserve",
                )
            },
        ),
        roles=dataclasses.replace(roles, salary=roles.salary * k),
        technology=dataclasses.replace(
            district.technology, annual_per_pupil=district.technology.annual_per_pupil * k
        ),
        device_types=dataclasses.replace(
            district.device_types, purchase_per_seat=district.device_types.purchase_per_seat * k
        ),
        stipends=dataclasses.replace(district.stipends, stipend=district.stipends.stipend * k),
    ).with_settings(
        staff={
            "layoff_cost": district.settings.staff.layoff_cost * k,
            "hiring_cost": district.settings.staff.hiring_cost * k,
        },
        launch={
            name: getattr(district.settings.launch, name) * k
            for name in ("per_pupil", "fixed_per_school", "development_per_pupil")
        },
        leaders={
            name: None if value is None else value * k
            for name, value in (
                ("stipend_min", district.settings.leaders.stipend_min),
                ("stipend_max", district.settings.leaders.stipend_max),
            )
        },
    )
    one, other = stress(district, **NO_LADDER), stress(scaled, **NO_LADDER)
    for patterns in ("all", "traditional"):
        assert np.allclose(
            list(one.cut[patterns].by_school.values()),
            list(other.cut[patterns].by_school.values()),
            atol=1e-7,
        )
