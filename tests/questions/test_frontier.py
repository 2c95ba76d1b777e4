"""The frontiers against grids of independent solves, by hand, and by what economics promises."""

import dataclasses
import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import optimizer
from models.equity import Equity
from models.errors import InputError, NoPlan
from models.frontier import Frontier
from models.made import made_district
from models.subset import only_schools
from optimizer.equity import equity
from optimizer.frontier import frontier
from optimizer.line_part import Part
from optimizer.live import Live
from optimizer.staging import Options
from reports.frontier import equity_card, frontier_card, signed
from tests import districts
from tests.explain.made import funded
from tests.questions.brute import Brute
from tests.questions.test_stress import CASES, made
from tests.reference.program import total as add_up

LOW, HIGH = -0.25, 0.3


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_place_of_a_grid_lies_on_the_frontier(case, tmp_path):
    district = made(case)
    brute = Brute(district, tmp_path / "d")
    found = frontier(district, LOW, HIGH)
    assert found.funding_change.size > 4
    for change in np.linspace(LOW, HIGH, 12):
        value = brute.best(float(change), found.objective)
        if value is None:
            assert change < found.least_funding_change + 1e-6
        else:
            assert found.coverage_at(float(change)) == pytest.approx(value, abs=1e-6)
    if found.least_funding_change is not None:
        assert brute.best(found.least_funding_change + 2e-6) is not None
        assert brute.best(found.least_funding_change - 2e-6) is None


def both_sides(curve, change):
    """What a curve comes to at a place from the left and from the right."""
    at, value = curve.funding_change, curve.coverage
    for i in np.flatnonzero(np.diff(at) > 0):
        if at[i] - 1e-8 <= change <= at[i + 1] + 1e-8:
            yield value[i] + (value[i + 1] - value[i]) * (change - at[i]) / (at[i + 1] - at[i])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_sampled_places_lie_on_the_frontier(case):
    """A walk of 20 places finds the exact curve there, and bends nowhere else."""
    district = made(case)
    exact, sampled = frontier(district, LOW, HIGH), frontier(district, LOW, HIGH, points=20)
    low, high = exact.funding_change[[0, -1]]
    assert sampled.funding_change[[0, -1]] == pytest.approx([low, high], abs=1e-8)
    grid = np.sort(np.append(np.linspace(low, high, 20)[1:-1], 0.0))  # at an end a jump may stand
    grid = grid[(grid > low) & (grid < high)]
    for change in grid:
        assert sampled.coverage_at(change) == pytest.approx(exact.coverage_at(change), abs=1e-7)
    if sampled.stipend is None:
        assert np.abs(sampled.funding_change[1:-1, None] - grid).min(axis=1).max(initial=0.0) < 1e-9
    for change, coverage in zip(sampled.funding_change, sampled.coverage):
        assert min(abs(coverage - right) for right in both_sides(exact, change)) < 1e-7
    with pytest.raises(InputError):
        frontier(district, points=1)


def test_places_between_equal_duals_take_no_run(tmp_path):
    """Three straight pieces at oak: however many places, a few runs find all of them."""
    oak = districts.district(tmp_path / "oak")
    few, many = (frontier(oak, -0.15, 0.15, points=points) for points in (20, 500))
    assert few.solves <= 12
    assert many.solves <= 20
    for change in np.linspace(-330 / 4330, 0.15, 500):
        assert many.coverage_at(change) == pytest.approx(min(1.0, (330 + 4330 * change) / 550), abs=1e-4)
    at = np.linspace(-330 / 4330, 0.15, 500)[::25]  # exact at the places themselves
    assert [many.coverage_at(place) for place in at] == pytest.approx(
        np.minimum(1.0, (330 + 4330 * at) / 550), abs=1e-8
    )


@pytest.mark.parametrize("case", [case for case in CASES if case[6] == "by_school"], ids=str)
def test_more_money_never_hurts_and_buys_less_and_less(case):
    found = frontier(made(case), LOW, HIGH)
    assert found.concave
    assert (np.diff(found.coverage) >= -1e-9).all()
    assert (np.diff(found.funding_change) > 0).all()
    assert (found.pupils_per_1000_dollars >= 0).all()
    assert (np.diff(found.pupils_per_1000_dollars[:-1]) < -1e-9).all()  # no place where it goes on straight


@pytest.mark.parametrize("objective", ["worst_case", "max_min"])
def test_other_objectives_have_frontiers_of_their_own(objective, tmp_path):
    district = made(CASES[5])
    brute = Brute(district, tmp_path / "d")
    found = frontier(district, LOW, HIGH, objective=objective)
    assert found.objective == objective
    for change in (-0.2, -0.15, -0.05, 0.0, 0.1):
        value = brute.best(change, objective)
        assert (found.coverage_at(change) is None) == (value is None)
        if value is not None:
            assert found.coverage_at(change) == pytest.approx(value, abs=1e-6)


def test_slopes_are_what_a_little_more_money_buys():
    """Finite differences inside every piece that is wide enough, in pupils per $1,000 of expected funding."""
    district = made(CASES[2])
    found = frontier(district, LOW, HIGH)
    from models.parameters import Parameters
    from models.tree import Tree

    tree = Tree.of(district.scenarios, district.years)
    p = Parameters.of(district, tree)
    funding = float((p.F * tree.probability).sum())
    need = district.schools.need_weight * p.E0.sum() / (district.schools.need_weight @ p.E0)
    pupils = float((need[:, None] * p.E * tree.probability).sum())
    assert found.funding_change.size > 3
    for i in range(found.funding_change.size - 1):
        width = found.funding_change[i + 1] - found.funding_change[i]
        if width > 1e-4:
            bought = (found.coverage[i + 1] - found.coverage[i]) * pupils / (width * funding) * 1000.0
            assert found.pupils_per_1000_dollars[i] == pytest.approx(bought, abs=1e-3)


def test_oak_by_hand(tmp_path):
    """From $4,000 a pupil (nobody covered) to $4,550 (everybody): $1,000 covers 1000 / 550 pupils."""
    found = frontier(districts.district(tmp_path / "oak"), -0.15, 0.15)
    assert found.funding_change == pytest.approx([-330 / 4330, 220 / 4330, 0.15])
    assert found.coverage == pytest.approx([0.0, 1.0, 1.0])
    assert found.pupils_per_1000_dollars == pytest.approx([1000 / 550, 0.0, 0.0])
    assert found.least_funding_change == pytest.approx(-330 / 4330)
    assert found.stipend is None
    assert found.coverage_at(0.0) == pytest.approx(0.6)
    assert found.coverage_at(-0.1) is None


def test_one_stipend_for_all_can_bend_upward(tmp_path):
    """Two steps, each with a limit of leaders: the dearer one takes over with a jump of the slope."""
    tables = {"stipends": "stipend,take_up\n2000,0.02\n30000,0.5\n"}
    settings = districts.SETTINGS.replace("stipend_max = 20000", 'stipend_policy = "uniform"')
    district = districts.district(tmp_path / "oak", tables, settings)
    found, brute = frontier(district, -0.1, 0.3), Brute(district, tmp_path / "again")
    assert not found.concave
    assert set(found.stipend) == {2000.0, 30000.0}
    for change in np.linspace(-0.07, 0.3, 12):
        assert found.coverage_at(float(change)) == pytest.approx(brute.best(float(change)), abs=1e-7)


def test_plans_in_all_of_the_range_have_no_least_funding(tmp_path: Path) -> None:
    found = frontier(districts.district(tmp_path / "oak"), -0.05, 0.15)
    assert found.funding_change[0] == -0.05
    assert found.least_funding_change is None
    assert "there is no plan" not in frontier_card(found)


STEPS = Frontier(
    district="Oak",
    objective="expected",
    funding_change=np.array([-0.02, -0.01, -0.01, 0.1]),
    coverage=np.array([0.2, 0.3, 0.5, 0.6]),
    pupils_per_1000_dollars=np.array([2.5, np.nan, 0.25, 0.25]),
    stipend=np.array([3000.0, 3000.0, 6000.0, 6000.0]),
    asked=(-0.15, 0.1),
    least_funding_change=-0.02,
    solves=7,
    blocks=1,
    seconds=0.1,
)


def test_a_step_that_begins_above_another_makes_a_jump(tmp_path):
    """The lower end has the stipend of its own step and no slope: nothing is bought there bit by bit."""
    tables = {  # a team costs less than classrooms, so that the cheapest plan of the dear step covers everybody at once
        "schools": "school_id,school_name,funding_per_pupil\noak,Oak,4400\n",
        "grade_bands": "grade_band,max_pupils_per_teacher\nK-5,40\n",
        "team_models": "team_model,pattern,team_taught,pupils,teacher,leader,aide,release,credit\n"
        "classroom,25,no,25,1,,,,0\nteam,120,yes,120,3,1,1,0.5,1\n",
        "technology": "technology,reach,device,annual_per_pupil\nnone,0,,0\nadaptive,1,,0\n",
        "stipends": "stipend,take_up\n2000,0.2\n30000,0.9\n",
        "staff": "school_id,role,fte,minimum\noak,teacher,20,\noak,leader,2,2\n",
    }
    settings = districts.SETTINGS.replace("stipend_max = 20000", 'stipend_policy = "uniform"')
    district = districts.district(tmp_path / "oak", tables, settings)
    found, brute = frontier(district, -0.1, 0.3), Brute(district, tmp_path / "again")
    (low,) = np.flatnonzero(found.jumps)
    assert found.funding_change[low] == found.funding_change[low + 1]
    assert found.coverage[low] < found.coverage[low + 1] - 0.01
    assert list(found.stipend[[low, low + 1]]) == [2000.0, 30000.0]
    assert np.isnan(found.pupils_per_1000_dollars[low])
    assert np.isfinite(np.delete(found.pupils_per_1000_dollars, low)).all()
    hair = 1e-6
    for side, at in ((low, -hair), (low + 1, hair)):
        there = found.funding_change[low] + at
        assert brute.best(float(there)) == pytest.approx(found.coverage[side], abs=1e-4)
    assert not found.concave


def test_jumps_on_the_card_and_in_the_json():
    card = frontier_card(STEPS)
    assert card.splitlines()[3:9] == [
        "   Funding  coverage  the next $1,000 covers  stipend",
        "   −2.00 %   20.00 %            2.500 pupils   $3,000",
        "   −1.00 %   30.00 %                   jumps   $3,000",
        "   −1.00 %   50.00 %            0.250 pupils   $6,000",
        "  +10.00 %   60.00 %            0.250 pupils   $6,000",
        "  At today's funding: 50.91 %",
    ]
    assert "  Exact between these places; 7 solves." in card
    points = STEPS.as_dict()["points"]
    assert [point["pupils_per_1000_dollars"] for point in points] == [2.5, None, 0.25, 0.25]
    json.dumps(points, allow_nan=False)


def test_a_card_of_some_of_the_places_is_exact_at_these_alone():
    """Both ends of a jump are shown where one is."""
    at = np.sort(np.append(np.linspace(-0.15, 0.15, 200), 0.0501))
    step = int(np.flatnonzero(at == 0.0501)[0])
    at = np.insert(at, step, at[step])  # a jump
    jump = np.append(np.diff(at) <= 0, False)
    many = dataclasses.replace(
        STEPS,
        funding_change=at,
        coverage=np.where(np.arange(at.size) > step, 0.9, np.linspace(0.2, 0.5, at.size)),
        pupils_per_1000_dollars=np.where(jump, np.nan, 1.0),
        stipend=np.where(np.arange(at.size) > step, 6000.0, 3000.0),
        least_funding_change=None,
    )
    lines = frontier_card(many).splitlines()
    ends = [line.split()[-2:] for line in lines if line.strip().startswith(signed(at[step]))]
    assert ends == [["jumps", "$3,000"], ["pupils", "$6,000"]]
    shown = sum(line.endswith(("$3,000", "$6,000")) for line in lines)
    assert f"  {shown} of 202 places where the slope changes; --json and --out have all" in lines
    assert "  Exact at these places, and straight between all 202; 7 solves." in frontier_card(many)
    assert "between these places" not in frontier_card(many)


def test_a_district_without_a_plan_today_is_told_so():
    today = "  At today's funding: no plan"
    late = dataclasses.replace(STEPS, funding_change=STEPS.funding_change + 0.05, least_funding_change=0.03)
    assert today in frontier_card(late).splitlines()
    assert "today" not in frontier_card(dataclasses.replace(late, asked=(0.01, 0.2)))


def test_equity_of_some_of_its_places_is_exact_at_these_alone():
    floor = np.linspace(0.1, 0.9, 100)
    few, many = (
        Equity("Oak", floor[:size], 1.0 - floor[:size] ** 2, 2 * floor[:size], 5, 1, 0.1) for size in (5, 100)
    )
    assert "  Expected coverage over the whole plan. Exact between these places; 5 solves." in equity_card(
        few
    )
    assert "plan. Exact at these places, and straight between all 100; 5 solves." in equity_card(many)


def test_a_floor_that_costs_no_more_than_rounding_is_free() -> None:
    cost = np.array([0.7, 0.7 - 5e-8, 0.7 - 5e-7, 0.6])
    assert Equity("Oak", np.array([0.0, 0.2, 0.3, 0.5]), cost, np.zeros(4), 5, 1, 0.1).free == 0.2


def test_few_places_still_tell_the_plan_of_today(tmp_path):
    """Today's funding is a place of its own, and no place that was asked for is left out for being straight."""
    district = districts.district(tmp_path / "oak")
    exact, sampled = frontier(district, -0.15, 0.15), frontier(district, -0.15, 0.15, points=5)
    assert sampled.coverage_at(0.0) == pytest.approx(exact.coverage_at(0.0), abs=1e-9)
    assert sampled.sampled and not exact.sampled
    asked = np.linspace(sampled.funding_change[0], 0.15, 5)
    assert np.abs(sampled.funding_change - asked[:, None]).min(axis=1).max() < 1e-9
    card = frontier_card(sampled)
    assert "Exact between these places" in frontier_card(exact)
    assert "Exact at these places" in card
    assert "where the slope changes" not in card


def test_the_json_object_has_the_shape_that_is_promised(tmp_path):
    said = optimizer.frontier(districts.district(tmp_path / "oak"), -0.15, 0.15).as_dict()
    assert said["points"][0].keys() == {"funding_change", "coverage", "pupils_per_1000_dollars"}
    assert isinstance(said["solves"], int)
    assert said["concave"] is True
    assert said["objective"] == "expected"


def test_independent_schools_take_about_two_solves_for_each_breakpoint():
    district = made(CASES[1])
    found = frontier(district, -0.1, 0.2)
    assert found.blocks >= 3
    assert found.solves <= 2 * found.funding_change.size + 6 * found.blocks


def test_empty_ranges_and_impossible_ones_are_refused(tmp_path):
    oak = districts.district(tmp_path / "oak")
    with pytest.raises(InputError) as refused:
        frontier(oak, 0.1, -0.1)
    assert str(refused.value) == (
        "The frontier cannot go from 0.1 to -0.1.\n\n"
        "Give a range such as --from -0.15 --to 0.15; no funding at all is -1."
    )
    with pytest.raises(NoPlan) as none:
        frontier(oak, -0.5, -0.2)
    assert (
        none.value.what
        == "No plan satisfies all rules of the district at any change of funding from −50 % to −20 %."
    )


# ---- equity -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [CASES[2], CASES[3], CASES[5]], ids=str)
def test_equity_against_a_grid_of_floors(case, tmp_path):
    district = made(case)
    brute = Brute(district, tmp_path / "d")
    found = equity(district)

    def floor(share):
        def add(program):
            for s in program.q.S:
                if program.q.today[s] > 0:
                    program.lp.rule("floor", program.school(s), low=share)

        return add

    most = float(found.worst_school[-1])
    assert most == pytest.approx(brute.best(0.0, "max_min"), abs=1e-6)
    assert found.coverage[0] == pytest.approx(brute.best(0.0), abs=1e-6)
    for share in np.linspace(0.0, most - 1e-6, 6):
        value = float(np.interp(share, found.worst_school, found.coverage))
        assert value == pytest.approx(brute.best(0.0, "expected", floor(float(share))), abs=1e-6)
    if case[6] == "by_school":
        assert (np.diff(found.price) >= -1e-7).all()  # equity gets dearer
    assert brute.best(0.0, "expected", floor(most + 1e-5)) is None


def test_equity_by_hand(tmp_path):
    """A covered pupil costs $550 at oak and $1,100 at elm, where pay is doubled; the pool has $165,000 to spend."""
    tables = {
        "schools": ("school_id,school_name,funding_per_pupil,pay_index\noak,Oak,4330,1\nelm,Elm,8330,2\n"),
        "enrollment": "school_id,grade_band,pupils\noak,K-5,500\nelm,K-5,500\n",
        "technology": "technology,reach,device,annual_per_pupil\nnone,0,,0\nadaptive,1,,0\n",
        "stipends": "stipend,take_up\n0,1\n",
        "staff": "school_id,role,fte\noak,teacher,20\nelm,teacher,40\n",
    }
    settings = districts.SETTINGS + '\n[funding]\npool = "district"\n'
    found = equity(districts.district(tmp_path / "two", tables, settings))
    # a covered pupil costs $400 more at oak (4 × 1,000 + 400 aide), $800 at elm; $330,000 in the pool
    oak_first = (500 + 130_000 / 800) / 1000
    both = 330_000 / (500 * 1200)
    assert found.worst_school[-1] == pytest.approx(both)
    assert found.coverage[0] == pytest.approx(oak_first)
    assert found.coverage[-1] == pytest.approx(both)
    assert found.free == pytest.approx(130_000 / 800 / 500)
    assert found.price[0] == 0.0
    assert found.price[-1] == pytest.approx(
        0.5
    )  # a further pupil at elm takes two at oak: half a point of the district
    assert add_up((1.0, {}), (1.0, {})) == {}


def test_the_frontier_pays_the_stipend_that_the_plan_pays():
    """Where money is plenty every stipend covers as much, and the plan pays the least of them."""
    district = made_district(2, 2, 1, seed=3, leaders={"stipend_policy": "uniform"})
    found = frontier(district, 0.0, 1.0, points=4)
    assert found.stipend is not None
    for change, stipend in zip(found.funding_change, found.stipend):
        assert optimizer.solve(funded(district, 1.0 + change)).stipend_step == stipend
    assert "between them another stipend may take over" in frontier_card(found)


@pytest.mark.parametrize("pool", ["school", "district"])
@pytest.mark.parametrize("points", [None, 12])
def test_the_frontier_does_not_depend_on_the_number_of_threads(points: int | None, pool: str) -> None:
    """Independent schools go to the threads one by one; of a district with common money the stretches between places do."""
    district = made_district(12, 3, 3, seed=5, pool=pool)
    one, two, three = (
        frontier(district, points=points, options=Options(threads=threads)) for threads in (1, 2, 3)
    )
    assert one.blocks == (12 if pool == "school" else 1)
    assert one.solves == two.solves == three.solves
    assert np.array_equal(one.funding_change, two.funding_change)
    assert np.array_equal(one.coverage, two.coverage)
    assert np.array_equal(one.coverage, three.coverage)


def test_ctrl_c_halts_the_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heard while lanes are at it, it ends their searches and runs; no further place is asked for."""
    touch, first = Part.touch, threading.Lock()
    after: list[float] = []

    def interrupted(self: Part, at: float, **how: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            if first.acquire(blocking=False):  # one signal, not one of each lane
                os.kill(os.getpid(), signal.SIGINT)
            elif self.halted.is_set():
                after.append(at)
            assert self.halted.wait(20)  # the main thread has heard it
        return touch(self, at, **how)

    monkeypatch.setattr(Part, "touch", interrupted)
    district = made_district(12, 3, 3, seed=5, pool="district")
    with pytest.raises(KeyboardInterrupt):
        frontier(district, options=Options(threads=2))
    assert len(after) <= 1  # one that was on its way


def test_a_range_without_a_plan_at_one_block_ends_where_that_block_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Eleven schools have plans at half of their funding, one has none: the frontier begins where it has one.

    What the others cost below is not asked.
    """
    asked = []
    touch = Part.touch
    monkeypatch.setattr(Part, "touch", lambda self, at, **how: asked.append(at) or touch(self, at, **how))
    district = made_district(12, 1, 1, seed=5)
    rich = district.schools.funding_per_pupil * np.where(np.arange(12) == 7, 1.0, 2.0)
    district = district.replace(schools=dataclasses.replace(district.schools, funding_per_pupil=rich))
    found = frontier(district, -0.4, 0.1)
    assert min(asked) >= found.least_funding_change - 1e-9
    alone = frontier(only_schools(district, np.array([7])), -0.4, 0.1)
    assert found.least_funding_change == pytest.approx(alone.least_funding_change, abs=1e-6)


@pytest.mark.parametrize("points", [None, 9])
def test_no_place_is_solved_for_twice(points: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stipend steps are gone through again and again; what is known of one is still known when its turn comes."""
    places = []
    value = Live.value
    monkeypatch.setattr(
        Live,
        "value",
        lambda self, cost, **how: (
            places.append((id(self), self.matrix.column_lower.tobytes(), self.matrix.column_upper.tobytes()))
            or value(self, cost, **how)
        ),
    )
    district = made_district(3, 2, 2).with_settings(leaders={"stipend_policy": "uniform"})
    frontier(district, points=points)
    assert len(places) > 20
    assert len(set(places)) == len(places)
