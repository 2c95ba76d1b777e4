"""Every reading of a sensitivity is what an independent solve of the changed district gives."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from datafiles.folder import read_district
from models.dial import Dial, dial, dials
from models.errors import InputError, NoPlan
from models.made import made_district
from models.sensitivity import Reading
from optimizer import along, resolving, solve, tornado
from optimizer.objectives import Stage
from optimizer.resolving import Resolver, _best_of
from optimizer.steps import steps_of
from reports.frontier import tornado_card
from tests import districts
from tests.commands.runner import ROOT
from tests.maths.strategies import random_district
from tests.questions.test_stress import CASES, made


def first_stage(district):
    try:
        plan = solve(district)
    except NoPlan:
        return None
    return next(iter(plan.stages.values()))


def same(reading, district, change):
    try:
        expected = first_stage(change(district))
    except InputError:
        expected = None
    if expected is None:
        assert reading.coverage is None, reading
    else:
        assert reading.coverage == pytest.approx(expected, abs=1e-6), reading


@pytest.mark.parametrize("case", [CASES[1], CASES[3], CASES[7]], ids=str)
def test_every_bar_of_a_tornado_against_solves_of_its_own(case):
    district = made(case)
    found = tornado(district, 0.1)
    assert found.coverage == pytest.approx(first_stage(district), abs=1e-7)
    for bar in found.bars:
        for reading in (bar.low, bar.high):
            same(reading, district, lambda d, b=bar, r=reading: dial(b.setting, d).scaled(d, r.factor)[0])
    for name in found.without_effect[::6]:
        low, _ = dial(name, district).scaled(district, 0.9)
        assert first_stage(low) == pytest.approx(found.coverage, abs=1e-6)
    swings = [bar.swing(found.coverage) for bar in found.bars]
    assert swings == sorted(swings, reverse=True)
    every = {bar.setting for bar in found.bars} | set(found.without_effect) | set(found.absent)
    assert every == {each.label for each in dials()}


def test_a_tornado_starts_warm():
    found = tornado(made(CASES[1]))
    turned = len(found.bars) + len(found.without_effect)
    assert found.solves > turned  # where sides alone move, the duals may answer without a run
    assert found.cold <= 1 + sum(
        reading.coverage is None for bar in found.bars for reading in (bar.low, bar.high)
    )  # the first run, and a second look at what has no plan


def test_settings_that_change_the_shape_of_the_model():
    """A step more or less, other patterns and other levels are columns and rows more or less."""
    district = made(CASES[3])
    steps = district.stipends.stipend
    cases = {
        "leaders.stipend_max": [float(steps[0]), float(steps[-1])],
        "grade_bands.max_pupils_per_teacher": [24.0, 26.0, 31.0, 40.0],
        "team_models.credit": [0.0, 0.5, 1.0],
        "technology.reach": [0.2, 1.0],
        "device_types.life_years": [1.0, 3.0],
        "coverage.min_school_share": [0.0, 0.05, 0.9],
        "funding.reserve_max_share": [0.0, 0.1],
    }
    for setting, values in cases.items():
        found = along(district, setting, values)
        for reading in found.readings:
            same(reading, district, lambda d, s=setting, r=reading: dial(s, d).set(d, r.value))


def test_scaling_keeps_the_rows_apart_and_stops_at_one(tmp_path):
    oak = districts.district(tmp_path / "oak")
    scaled, stopped = dial("technology.reach", oak).scaled(oak, 1.1)
    assert stopped
    assert list(scaled.technology.reach) == [0.0, 1.0]
    found = along(oak, "roles.salary@teacher", factors=(0.99, 1.0, 1.01))
    assert found.today == 80_000
    assert [reading.value for reading in found.readings] == pytest.approx([79_200, 80_000, 80_800])
    cheaper = along(oak, "roles.salary@teacher", [79_200.0])
    assert cheaper.readings[0].coverage == pytest.approx(found.readings[0].coverage)
    assert found.readings[1].coverage == pytest.approx(0.6)
    assert (
        oak.roles.salary[1] == dial("roles.salary@teacher", oak).scaled(oak, 0.9)[0].roles.salary[1]
    )  # the leader's


def test_funding_along_is_the_frontier(tmp_path):
    oak = districts.district(tmp_path / "oak")
    found = along(oak, "schools.funding_per_pupil", [3_990.0, 4_000.0, 4_275.0, 4_330.0, 5_000.0])
    assert [reading.coverage for reading in found.readings] == [
        None,
        pytest.approx(0.0, abs=1e-7),
        pytest.approx(0.5),
        pytest.approx(0.6),
        pytest.approx(1.0),
    ]
    assert found.readings[0].note == "no plan"
    assert found.as_dict()["points"][0] == {
        "value": 3_990.0,
        "factor": None,
        "coverage": None,
        "note": "no plan",
    }


def test_a_limit_that_admits_no_pattern_is_a_reading_without_a_plan(tmp_path):
    oak = districts.district(tmp_path / "oak")
    found = along(oak, "grade_bands.max_pupils_per_teacher@K-5", [20.0, 26.0])
    assert found.readings[0].coverage is None
    assert found.readings[0].note == (
        "grade band K-5: has 500 pupils and no staffing pattern that it may use (class-size limit 20)."
    )
    assert found.readings[1].coverage is not None


def test_a_district_without_a_plan_has_no_tornado_but_can_go_along(tmp_path):
    poor = districts.district(
        tmp_path / "oak", {"schools": "school_id,school_name,funding_per_pupil\noak,Oak,3990\n"}
    )
    with pytest.raises(NoPlan):
        tornado(poor)
    found = along(poor, "schools.funding_per_pupil", factors=(1.0, 1.1))
    assert found.coverage is None
    assert [reading.coverage is None for reading in found.readings] == [True, False]


def test_every_dial_turns_and_turns_back():
    district = random_district(3, schools=2, years=2, scenarios=2, roles=6)
    for turned in dials():
        figures = turned.figures(district)
        if figures is None or turned.name == "grade_bands.max_pupils_per_teacher":
            continue  # half of the limit admits no pattern
        again, stopped = turned.scaled(district, 1.0)
        assert again == district
        assert not stopped
        half, _ = turned.scaled(district, 0.5)
        assert np.allclose(turned.figures(half), figures * 0.5)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("leaders.stipend_maximum", "Did you mean leaders.stipend_max?"),
        ("max_pupils_per_teacher", "Did you mean grade_bands.max_pupils_per_teacher?"),
        ("nonsense", "The settings are: funding.growth,"),
    ],
)
def test_unknown_settings_are_named_with_the_nearest(setting, said, tmp_path):
    with pytest.raises(InputError) as refused:
        along(districts.district(tmp_path / "oak"), setting)
    assert refused.value.what == f'There is no setting "{setting}" to go along.'
    assert refused.value.mend.startswith(said)


@pytest.mark.parametrize(
    ("setting", "values", "said"),
    [
        (
            "roles.salary@teachers",
            None,
            'roles.salary has no row "teachers".\n\nDid you mean roles.salary@teacher?',
        ),
        ("funding.growth@oak", None, 'funding.growth has no row "oak".\n\nWrite funding.growth.'),
        (
            "launch.startup_max_share",
            None,
            "launch.startup_max_share is blank in Oak: there is no such rule to scale.\n\n"
            "Give values of its own, for example --values 0.05,0.10.",
        ),
        (
            "leaders.eligible_share",
            [7.0],
            "leaders.eligible_share cannot be 7; a share from 0 to 1 is expected.\n\nFractions are written 0.07, never 7.",
        ),
        (
            "roles.salary",
            [-1.0],
            "roles.salary cannot be -1; 0 or more is expected.\n\nFractions are written 0.07, never 7.",
        ),
    ],
)
def test_wrong_values_are_refused_at_once(setting, values, said, tmp_path):
    with pytest.raises(InputError) as refused:
        along(districts.district(tmp_path / "oak"), setting, values)
    assert str(refused.value) == said


def test_a_tornado_of_nothing_is_refused(tmp_path):
    with pytest.raises(InputError) as refused:
        tornado(districts.district(tmp_path / "oak"), 0.0)
    assert (
        str(refused.value) == "A tornado of 0 is none.\n\nGive a share between 0 and 1: --tornado 10% or 0.1."
    )


def test_the_same_variant_twice_gives_the_same_value():
    """Bases are the base's own, so that the order of the questions does not matter."""
    district = made(CASES[2])
    resolver = Resolver(district)
    poorer, _ = Dial("schools.funding_per_pupil").scaled(district, 0.99)
    wider, _ = Dial("grade_bands.max_pupils_per_teacher").scaled(district, 1.2)
    first = [resolver.value(poorer), resolver.value(wider), resolver.value(district)]
    again = [resolver.value(poorer), resolver.value(wider), resolver.value(district)]
    assert first == pytest.approx(again, abs=1e-9)
    assert first[2] == pytest.approx(resolver.base, abs=1e-9)
    assert Reading(1.0, None, None).note == ""


@pytest.mark.parametrize("seed", range(4))
def test_steps_that_cannot_be_the_best_are_left_early(seed, monkeypatch):
    """One stipend for all schools: the value is that of the best step, in fewer runs than steps times schools."""
    monkeypatch.setattr(resolving, "SMALL", 0)  # school by school
    district = made_district(5, 2, 2, seed=seed).with_settings(
        leaders={"stipend_policy": "uniform"}, coverage={"max_growth_per_year": None}
    )
    resolver = Resolver(district)
    steps = len(steps_of(resolver.model))
    assert steps > 3 and len(resolver._parts) == 5
    for setting, factor in (
        ("schools.funding_per_pupil", 0.98),
        ("roles.salary", 1.02),
        ("stipends.take_up", 0.7),
        ("stipends.stipend", 1.4),
        ("schools.funding_per_pupil", 0.3),
    ):
        variant, _ = Dial(setting).scaled(district, factor)
        before = resolver.solves
        found = resolver.value(variant)
        asked = resolver.solves - before
        try:
            best = solve(variant).coverage
        except NoPlan:
            assert found is None and asked <= 5
        else:
            assert found == pytest.approx(best, abs=2e-6)
            assert asked < steps * 5


def test_a_part_that_any_mixture_cannot_afford_ends_the_question():
    stage = Stage("expected", np.zeros(0), -1.0, 1.0)
    costs = {None: [-3.0, -2.0, -4.0], 0: [-2.0, -2.0, -3.5], 1: [-2.9, -1.9, -3.9], 2: [-1.0, -2.0, -4.0]}
    asked = []

    def costs_of(step):
        for cost in costs[step]:
            asked.append(step)
            yield cost

    # step 0 reaches 7.5; step 1 8.7; step 2 is left after its first part: 1 + 2 + 4 is less than 8.7
    assert _best_of(stage, [0, 1, 2], 3, costs_of) == pytest.approx(8.7)
    assert [asked.count(step) for step in (None, 0, 1, 2)] == [3, 3, 3, 1]
    costs[1] = [-2.9, None, -3.9]  # no plan
    assert _best_of(stage, [0, 1, 2], 3, costs_of) == pytest.approx(7.5)
    costs[None] = [-3.0, None, -4.0]
    assert _best_of(stage, [0, 1, 2], 3, costs_of) is None


def test_bars_are_ranked_by_the_sides_that_have_a_plan():
    """To lose the plan is no move of coverage that could be the greatest: such settings are named apart."""
    oak = tornado(read_district(ROOT / "examples" / "oak"), 0.1)
    known = {
        bar.setting: max(
            [abs(side.coverage - oak.coverage) for side in (bar.low, bar.high) if side.coverage is not None],
            default=0.0,
        )
        for bar in oak.bars
    }
    assert list(known.values()) == sorted(known.values(), reverse=True)
    assert [bar.setting for bar in oak.greatest] == list(known)[:3]
    ends = {bar.setting: bar.without_plan for bar in oak.bars_without_plan}
    assert ends["schools.funding_per_pupil"] == "lower"
    assert ends["roles.salary"] == "higher"
    card = tornado_card(oak)
    named = card.partition(f"\n  {len(ends)} settings have no plan when 10 % worse: ")[2]
    assert named.startswith(", ".join(f"{setting} ({sides})" for setting, sides in ends.items()))
    lost = dataclasses.replace(oak, bars=tuple(bar for bar in oak.bars if known[bar.setting] < 0.0005))
    assert lost.greatest == ()


def test_a_setting_that_only_ever_loses_the_plan_is_not_without_effect(tmp_path: Path) -> None:
    """Classrooms of 25 that cover everybody, and a limit of 27: a tenth less admits none, a tenth more changes nothing."""
    tables = {
        "grade_bands": "grade_band,max_pupils_per_teacher\nK-5,27\n",
        "team_models": "team_model,pattern,team_taught,pupils,teacher,leader,aide,release,credit\nclassroom,25,no,25,1,,,,1\n",
    }
    found = tornado(districts.district(tmp_path / "oak", tables), 0.1)
    name = "grade_bands.max_pupils_per_teacher"
    (bar,) = [bar for bar in found.bars if bar.setting == name]
    assert (bar.without_plan, bar.high.coverage) == ("lower", pytest.approx(found.coverage))
    assert name not in found.without_effect
