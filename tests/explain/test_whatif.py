"""Limits, settings one step looser and more money, each against the same question asked through the district's figures."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from models.made import made_district
from optimizer.explaining import explain
from optimizer.extra_money import _buys, plan_with_more
from optimizer.limits import ALL, AS_FAR, ELSEWHERE, NOBODY
from optimizer.loosening import _stipends, questions
from optimizer.solving import solve
from optimizer.staging import Options
from tests.districts import SETTINGS
from tests.districts import district as oak
from tests.explain.made import DISTRICTS, first_stage, funded, value


def first_value(district):
    plan = solve(district, "expected")
    return plan.stages["expected"], plan.price_scale


def _limit(answer, school):
    return next(limit for limit in answer.limits if limit.school_id == school)


# ---- limits ------------------------------------------------------------------------------------------------------


def test_oak_is_limited_by_funding_and_one_percent_of_it_is_worth_39_pupils(tmp_path):
    """1 % of $2,165,000 covers 21,650 / 550 = 39.4 pupils more."""
    limit = _limit(explain(oak(tmp_path / "oak"), solve_again=False), "oak")
    assert limit.main == "funding"
    assert limit.gains["funding"] == pytest.approx(21_650 / 550)
    assert limit.coverage == pytest.approx(0.6, abs=2e-6)


@pytest.mark.parametrize(
    ("settings", "tables", "main"),
    [
        ("\n[coverage]\nmax_growth_per_year = 0.2\n", {}, "growth"),
        ("max_leader_share = 0.05\n", {}, "leader share"),
        ("", {"stipends": "stipend,take_up\n5000,0\n10000,0.05\n"}, "stipend take-up"),
        ("\n[technology]\nmax_share = 0.001\n", {}, "technology cap"),
        ("\n[launch]\nper_pupil = 300\nstartup_max_share = 0.01\n", {}, "start-up cap"),
    ],
)
def test_a_rich_oak_is_limited_by_the_rule_that_is_tightened(tmp_path, settings, tables, main):
    rich = {"schools": "school_id,school_name,funding_per_pupil\noak,Oak Elementary,9000\n"} | tables
    answer = explain(oak(tmp_path / "oak", rich, SETTINGS + settings), solve_again=False)
    limit = _limit(answer, "oak")
    assert limit.main == main
    assert 0 < limit.coverage < 1


def test_what_binds_nowhere_is_said(tmp_path):
    rich = {"schools": "school_id,school_name,funding_per_pupil\noak,Oak Elementary,9000\n"}
    assert _limit(explain(oak(tmp_path / "all", rich), solve_again=False), "oak").main == ALL
    weak = rich | {"technology": "technology,reach,device,annual_per_pupil\nnone,0,,0\nbasic,0.5,,50\n"}
    answer = explain(oak(tmp_path / "far", weak), solve_again=False)
    assert _limit(answer, "oak").main == AS_FAR
    assert _limit(answer, "oak").coverage == pytest.approx(0.5, abs=2e-6)
    two = {
        "schools": "school_id,school_name,funding_per_pupil\noak,Oak Elementary,4100\nelm,Elm,4400\nash,Ash,9\n",
        "enrollment": "school_id,grade_band,pupils\noak,K-5,500\nelm,K-5,500\n",
    }
    answer = explain(oak(tmp_path / "two", two), "max_min", solve_again=False)
    assert _limit(answer, "oak").main == "funding"
    assert _limit(answer, "elm").main == ELSEWHERE
    assert _limit(answer, "ash").main == NOBODY
    assert _limit(answer, "ash").coverage is None


def test_one_percent_more_funding_is_what_a_richer_district_covers():
    """No cap of this district is a share of funding that binds, so the gain is that of the school's own figures."""
    district = DISTRICTS["shared people"]().with_settings(launch={"startup_max_share": None}, technology={"max_share": None},
                                                          funding={"reserve_max_share": None})  # fmt: skip
    district = district.with_settings(
        staff={"hiring_cost": 0.0, "layoff_cost": 0.0}
    )  # shared by shares of funding
    answer = explain(district, solve_again=False)
    base, scale = first_value(district)
    for s, limit in enumerate(answer.limits):
        more, _ = first_value(funded(district, 1.01, [s]))
        assert limit.gains.get("funding", 0.0) == pytest.approx((more - base) * scale, abs=1e-4)


def test_what_gains_less_than_a_tenth_of_the_main_limit_is_not_named() -> None:
    for limit in explain(DISTRICTS["shared people"](), solve_again=False).limits:
        most = limit.gains[limit.main]
        named = [name for name, gain in limit.gains.items() if gain >= 0.1 * most]
        assert {limit.main, *limit.others} == set(named)
        assert 1 < len(named) < len(limit.gains)


# ---- settings ----------------------------------------------------------------------------------------------------


def test_stipends_are_loosened_to_the_next_step_of_the_schedule(tmp_path: Path) -> None:
    steps = "stipend,take_up\n4000,0.1\n6000,0.2\n10000,0.5\n20000,0.6\n30000,0.7\n"
    settings = SETTINGS.replace("stipend_max = 20000", "stipend_min = 10000\nstipend_max = 10000")
    asked = {
        question.setting: (question.words, question.before, question.after, variant.settings.leaders)
        for question, variant in _stipends(oak(tmp_path / "oak", {"stipends": steps}, settings))
        if variant is not None
    }
    words, before, after, leaders = asked["leaders.stipend_max"]
    assert (words, before, after) == ("a stipend of $20,000 allowed", 10_000, 20_000)
    assert (leaders.stipend_min, leaders.stipend_max) == (10_000, 20_000)
    words, before, after, leaders = asked["leaders.stipend_min"]
    assert (words, before, after) == ("a stipend of $6,000 allowed", 10_000, 6_000)
    assert (leaders.stipend_min, leaders.stipend_max) == (6_000, 10_000)


def test_one_more_pupil_per_teacher_admits_the_team_that_covers_300(tmp_path):
    """A team has 100 pupils for 3.5 teaching FTE, 28.6 each: a limit of 28 shuts it out, 29 lets it in."""
    tables = {"grade_bands": "grade_band,label,max_pupils_per_teacher\nK-5,grades K–5,28\n"}
    answer = explain(oak(tmp_path / "oak", tables))
    assert answer.coverage == 0
    question = answer.settings[0]
    assert question.words == "one more pupil allowed per teacher in grades K–5"
    assert (question.before, question.after, question.note) == (28, 29, "admits team/100")
    assert question.gain == pytest.approx(300, abs=1e-3)


def test_a_class_size_that_admits_nothing_names_the_limit_that_would(tmp_path):
    tables = {"grade_bands": "grade_band,label,max_pupils_per_teacher\nK-5,,25\n"}
    question = explain(oak(tmp_path / "oak", tables)).settings[0]
    assert question.gain == 0
    assert question.note == "it admits no further pattern; the next one needs a limit of 28.6"


def test_every_setting_s_gain_is_that_of_a_cold_solve():
    district = DISTRICTS["two schools, three years, two scenarios"]().with_settings(
        leaders={"stipend_max": 10_000.0}, staff={"min_adults_per_100_pupils": 5.0}
    )
    base, scale = first_value(district)
    asked = {q.setting: q for q in questions(district, "expected", base, Options())}
    for setting, changed in (
        ("leaders.eligible_share", {"leaders": {"eligible_share": 0.61}}),
        ("leaders.max_leader_share", {"leaders": {"max_leader_share": 0.16}}),
        ("leaders.stipend_max", {"leaders": {"stipend_max": 13_000.0}}),
        ("launch.turnover", {"launch": {"turnover": 0.14}}),
        ("launch.startup_max_share", {"launch": {"startup_max_share": 0.08}}),
        ("technology.max_share", {"technology": {"max_share": 0.03}}),
        ("coverage.max_growth_per_year", {"coverage": {"max_growth_per_year": 0.36}}),
        ("staff.max_position_loss_share", {"staff": {"max_position_loss_share": 0.16}}),
        ("staff.min_adults_per_100_pupils", {"staff": {"min_adults_per_100_pupils": 4.9}}),
        ("funding.reserve_max_share", {"funding": {"reserve_max_share": 0.06}}),
    ):
        reached = solve(district.with_settings(**changed)).stages["expected"]
        assert asked[setting].gain == pytest.approx((reached - base) * scale, abs=2e-6 * scale), setting
    assert max(q.gain for q in asked.values()) > 0
    assert not {"coverage.min_school_share", "funding.max_transfer_share", "leaders.stipend_min"} & set(asked)


# ---- more money --------------------------------------------------------------------------------------------------


def test_more_money_at_one_school_is_more_fixed_funding(tmp_path):
    """$100,000 covers 100,000 / 550 = 181.8 pupils more; the last of them are all 200 that $110,000 would cover."""
    heading = "school_id,school_name,funding_per_pupil,fixed_funding\n"
    answer = explain(oak(tmp_path / "oak"))
    richer = oak(tmp_path / "rich", {"schools": f"{heading}oak,Oak Elementary,4330,100000\n"})
    assert answer.extra.gain == pytest.approx(100_000 / 550)
    assert answer.extra.share == pytest.approx(
        solve(richer).stages["expected"] - solve(oak(tmp_path / "o2")).stages["expected"]
    )
    assert [(used.school_id, round(used.amount)) for used in answer.extra.used] == [("oak", 100_000)]
    buys = {what: more for what, more, _ in answer.extra.buys}
    assert buys["Teacher leader"] == pytest.approx(100_000 / 550 / 100, abs=1e-4)
    assert buys["pupils in teams"] == pytest.approx(100_000 / 550, abs=1e-3)


def test_more_money_than_can_be_used_is_left(tmp_path):
    answer = explain(oak(tmp_path / "oak"), extra=1e6)
    assert answer.extra.gain == pytest.approx(200)
    assert sum(used.amount for used in answer.extra.used) == pytest.approx(110_000, abs=1)


@pytest.mark.parametrize("name", ["pooled", "two schools, three years, two scenarios"])
def test_no_money_is_taken_to_lie_idle(name: str) -> None:
    richer = plan_with_more(DISTRICTS[name](), 1e6)
    assert richer.shortfall is not None and richer.shortfall.max() > 1000
    assert np.minimum(richer.shortfall, richer.money["unspent"]).max() < 0.01


@pytest.mark.parametrize("name", ["two schools, three years, two scenarios", "shared people"])
def test_more_money_is_worth_what_its_placement_is_and_no_placement_is_worth_more(name):
    """The budget's right sides are raised by the money that is named, then by other placements of the same total."""
    district = DISTRICTS[name]()
    extra = explain(district, extra=50_000.0).extra
    model, matrix, cost = first_stage(district)
    base = value(matrix, cost)

    def gained(amounts):
        shift = np.zeros(matrix.shape[0])
        shift[model.lp.rules["budget"].index] = amounts
        return value(matrix, cost, shift) - base

    named = np.zeros(model.p.F.shape)
    for used in extra.used:
        named[district.schools.id.index(used.school_id), model.tree.labels.index(used.node)] = used.amount
    assert extra.gain > 1
    assert (named.sum(axis=0) <= 50_000 + 0.01).all()
    tolerance = 1e-5 * extra.gain + 2e-6 * float(
        model.p.E.sum()
    )  # the last stage may give up 1e-6 of coverage
    assert gained(named) == pytest.approx(extra.gain, abs=tolerance)
    rng = np.random.default_rng(1)
    count = len(district.schools.id)
    for weights in (*np.eye(count), np.full(count, 1 / count), *rng.dirichlet(np.ones(count), 6)):
        assert gained(50_000 * weights[:, None]) <= extra.gain + tolerance


def test_what_more_money_buys_is_told_for_an_average_year() -> None:
    """Three years in two scenarios: pupils in teams of a year, and not of all years and scenarios added up."""
    district = DISTRICTS["two schools, three years, two scenarios"]()
    plan, richer = solve(district), plan_with_more(district, 50_000.0)
    buys = {what: more for what, more, _ in explain(district, extra=50_000.0).extra.buys}
    by_year = [
        float(
            ((richer.team_pupils - plan.team_pupils) * plan.tree.probability)[:, plan.tree.year == year].sum()
        )
        for year in (1, 2, 3)
    ]
    assert buys["pupils in teams"] == pytest.approx(np.mean(by_year), rel=1e-4)
    assert abs(np.mean(by_year)) > 1


def test_half_a_dollar_of_stipend_is_rounding_and_not_what_money_buys(tmp_path: Path) -> None:
    plan = solve(oak(tmp_path / "oak", {"stipends": "stipend,take_up\n10000,0.5\n20000,0.5\n"}))
    lam = plan.values["lam"]

    def bought(dollars: float) -> list[tuple[str, float, str]]:
        share = np.array([1.0 - dollars / 10_000, dollars / 10_000])[None, :, None]
        return _buys(plan, dataclasses.replace(plan, values=plan.values | {"lam": lam[:, :1] * share}))

    assert bought(0.4) == []
    assert bought(0.6) == [("average leader stipend", pytest.approx(0.6), "$")]


def test_a_made_district_that_money_does_not_limit_is_told_so():
    answer = explain(made_district(2, 1, seed=2))
    assert answer.extra.gain == pytest.approx(0.0, abs=1e-3)
    assert answer.extra.used == ()


@pytest.mark.parametrize("size", [0.3, 1.0, 10.0])
def test_gains_are_told_in_pupils_whatever_the_size_of_the_need_weights(size):
    """Three in ten pupils more of a thousand are three hundred, though each weighs ten."""
    district = DISTRICTS["pooled"]()
    weights = size * np.array([1.0, 1.5, 2.0])
    answer = explain(
        district.replace(schools=dataclasses.replace(district.schools, need_weight=weights)), extra=100_000.0
    )
    assert answer.extra.gain > 0
    pupils = float(district.enrollment.sum()) * district.years
    assert answer.extra.gain == pytest.approx(answer.extra.share * pupils, rel=0.02)  # schools grow apart
