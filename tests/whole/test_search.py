"""How the search for whole positions ends: proven, at a gap, out of time, without a plan, or interrupted."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import json
import re
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from models.errors import NoPlan, SolverFailure
from models.made import made_district
from models.plan import Rounding
from models.plan_json import plan_json
from models.status import Status
from optimizer.formulation import Model
from optimizer.objectives import stages_of
from optimizer.parts import parts_of, side_by_side
from optimizer.rounding import PROVEN, Part, Runner, dive, gap_of, search_first, search_rest
from optimizer.solvers.highs import Session
from optimizer.solving import upper_of, way_of
from optimizer.staging import Options
from optimizer.whole import solve_whole
from reports.card import card
from tests.whole.tiny import small


def one_part(objective: str = "expected") -> Part:
    """A school over three years and two scenarios, whose search takes a moment."""
    model = Model(made_district(1, 3, 2, seed=3))
    stages = stages_of(model, objective)  # type: ignore[arg-type]
    relaxed = way_of(model.lp.matrix(), stages, Options()).first()
    return parts_of(model, stages, 0.5, upper_of(model, None), relaxed.point)[0]


def plainly(session: Session, cost: np.ndarray, gap: float | None) -> object:
    return session.minimise(cost, gap=gap)


def out_of_time(session: Session, cost: np.ndarray, gap: float | None) -> object:
    """Run LPs as they are; a branch and bound sees its clock run out at once."""
    if gap is not None:
        session.native.setOptionValue("time_limit", 0.0)
    return session.minimise(cost, gap=gap)


def test_there_is_a_plan_before_the_search() -> None:
    part = one_part()
    point = dive(part, plainly)  # type: ignore[arg-type]
    assert point is not None
    whole = part.integers
    assert (point[whole] == np.round(point[whole])).all()
    activity = part.matrix.A @ point
    scale = 1 + np.abs(part.matrix.A) @ np.abs(point)
    assert ((part.matrix.row_lower - activity) / scale).max() < 1e-7
    assert ((activity - part.matrix.row_upper) / scale).max() < 1e-7
    assert part.costs[0] @ point >= part.relaxed - 1e-6


def test_out_of_time_keeps_the_rounded_plan_and_the_bound_of_the_lp() -> None:
    part = one_part()
    search_first(part, None, PROVEN, out_of_time)  # type: ignore[arg-type]
    search_rest(part, None, PROVEN, out_of_time)  # type: ignore[arg-type]
    best = one_part()
    search_first(best, None, PROVEN, plainly)  # type: ignore[arg-type]
    assert part.relaxed - 1e-6 <= part.bound[0] <= best.reached[0] <= part.reached[0]
    assert not part.proven
    assert part.costs[0] @ part.points[1] <= part.reached[0] + part.give[0] + 1e-6
    assert part.costs[1] @ part.points[1] <= part.costs[1] @ part.points[0] + 1e-6


def test_a_time_limit_ends_feasible_with_its_gap() -> None:
    """The search for this district takes many times the limit; what is found by then is shown and not called optimal."""
    district = made_district(12, 5, 4, seed=4)
    plan = solve_whole(district, 0.5, objective="max_min", options=Options(time_limit=4.0))
    assert plan.status is Status.FEASIBLE
    assert plan.rounding is not None
    assert plan.stages["max_min"] <= plan.rounding.bound
    assert (
        plan.rounding.gap > PROVEN
        or "Spending is at most" in plan.notes[0]
        or "not searched" in plan.notes[0]
    )
    assert plan.certificate.primal < 1e-6
    assert json.loads(json.dumps(plan_json(plan), allow_nan=False))["status"] == "feasible"


def test_a_gap_that_is_asked_for_is_met() -> None:
    district = made_district(3, 3, 2, seed=3)
    plan = solve_whole(district, 1.0, gap=0.2)
    best = solve_whole(district, 1.0)
    assert plan.rounding is not None and plan.rounding.gap <= 0.2
    assert best.coverage * (1 - 0.2) - 1e-9 <= plan.coverage <= best.coverage + 1e-9
    assert best.coverage <= plan.coverage / (1 - plan.rounding.gap) + 1e-9


def test_json() -> None:
    plan = solve_whole(made_district(1, 1, 1, seed=3), 1.0)
    assert plan.rounding is not None
    assert plan_json(plan)["whole"] == {
        "step": 1.0,
        "bound": plan.rounding.bound,
        "gap": plan.rounding.gap,
        "rounding_cost": plan.rounding.bound - plan.coverage,
    }


def short_of_money(folder: Path, extra: float = 0.0) -> object:
    """Oak needs 4.4 teachers: it can pay them, but not five."""
    schools = f"school_id,school_name,funding_per_pupil,fixed_funding\noak,Oak Elementary,4100,{extra}\n"
    return small(folder, {"schools": schools})


def test_no_plan_names_the_funding_that_would_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoPlan) as error:
        solve_whole(short_of_money(tmp_path), 1.0)  # type: ignore[arg-type]
    assert str(error.value) == (
        "No plan in positions of 1 FTE satisfies all rules, although there is one in fractions of positions. "
        "This much more funding would make one: $49,000 at Oak Elementary in 1.\n\n"
        "To have one, add that funding, try a finer step (--whole 0.5), or pool the schools' funding (funding.pool)."
    )


def test_the_funding_named_makes_the_plan_and_a_cent_less_does_not(tmp_path: Path) -> None:
    with pytest.raises(NoPlan) as error:
        solve_whole(short_of_money(tmp_path / "short"), 1.0)  # type: ignore[arg-type]
    named = re.search(r"\$([\d,]+) at", error.value.what)
    assert named is not None
    amount = float(named[1].replace(",", ""))
    assert solve_whole(short_of_money(tmp_path / "enough", amount), 1.0).status is Status.OPTIMAL  # type: ignore[arg-type]
    with pytest.raises(NoPlan):
        solve_whole(short_of_money(tmp_path / "less", amount - 0.01), 1.0)  # type: ignore[arg-type]


def test_no_plan_whatever_the_funding(tmp_path: Path) -> None:
    """Not one whole leader may be paid, but the school has begun and its staff must stay: five teachers are too many."""
    settings = 'name = "Oak"\nyears = 1\n[leaders]\neligible_share = 0.6\n[launch]\nfixed_per_school = 200000\nstartup_max_share = 0.07\n'
    schools = (
        "school_id,school_name,funding_per_pupil,team_pupils,trained_pupils\noak,Oak Elementary,4900,22,22\n"
    )
    with pytest.raises(NoPlan) as error:
        solve_whole(small(tmp_path, {"schools": schools}, settings), 1.0)
    assert str(error.value) == (
        "No plan in positions of 1 FTE satisfies all rules, although there is one in fractions of positions. "
        "More funding alone would not make one.\n\n"
        "To have one, try a finer step (--whole 0.5), or loosen the rules on positions, launch and start-up spending."
    )


def test_wrong_steps_and_gaps_are_refused() -> None:
    district = made_district(1, 1, 1)
    with pytest.raises(ValueError, match=r"step is nan; a number of FTE above 0 is expected\."):
        solve_whole(district, float("nan"))
    with pytest.raises(ValueError, match=r"step is 0; a number of FTE above 0 is expected\."):
        solve_whole(district, 0)
    with pytest.raises(ValueError, match=r"gap is -0\.1; a share of 0 or more is expected\."):
        solve_whole(district, 1.0, gap=-0.1)


def test_another_solver_is_refused() -> None:
    with pytest.raises(SolverFailure) as error:
        solve_whole(made_district(1, 1, 1), 1.0, options=Options(solver="cbc"))
    assert str(error.value) == (
        "Whole positions are searched by HiGHS alone; 'cbc' was asked for.\n\n"
        "Leave --solver out, or write the model with --save-mps and solve it elsewhere."
    )


def test_an_lp_without_a_plan_is_an_lp_without_a_plan(tmp_path: Path) -> None:
    schools = "school_id,school_name,funding_per_pupil\noak,Oak Elementary,3000\n"
    with pytest.raises(
        NoPlan, match=r"No plan satisfies all rules of the district\. It breaks first at Oak Elementary"
    ):
        solve_whole(small(tmp_path, {"schools": schools}), 1.0)


@pytest.mark.parametrize(
    ("value", "bound", "gap"), [(-8.0, -10.0, 0.2), (0.0, 0.0, 0.0), (-5.0, -4.0, 0.0), (3.0, -np.inf, 1.0)]
)
def test_gap(value: float, bound: float, gap: float) -> None:
    assert gap_of(value, bound) == pytest.approx(gap)


class Endless:
    """A session whose run ends only when it is told to stop."""

    def __init__(self) -> None:
        self.stopped = threading.Event()

    def minimise(self, cost: np.ndarray, **how: object) -> None:
        assert self.stopped.wait(20), "nobody stopped the run"

    def stop(self) -> None:
        self.stopped.set()


def test_ctrl_c_stops_every_run(monkeypatch: pytest.MonkeyPatch) -> None:
    parts, sessions = [one_part() for _ in range(2)], [Endless(), Endless()]
    begun = threading.Barrier(3)

    def visit(part: Part, seconds: float | None, gap: float, run: Runner) -> None:
        session = sessions[parts.index(part)]
        begun.wait(20)
        run(session, part.costs[0], gap)  # type: ignore[arg-type]

    def interrupted(self: object, timeout: float | None = None) -> None:
        begun.wait(20)
        while len(running()) < 2:
            time.sleep(0.001)
        raise KeyboardInterrupt

    def running() -> list[Endless]:
        return [session for session in sessions if session in seen]

    seen: set[Endless] = set()
    original = Endless.minimise

    def noted(self: Endless, cost: np.ndarray, **how: object) -> None:
        seen.add(self)
        original(self, cost, **how)

    monkeypatch.setattr(Endless, "minimise", noted)
    monkeypatch.setattr(concurrent.futures.Future, "exception", interrupted)
    with pytest.raises(KeyboardInterrupt):
        side_by_side(parts, visit, None, PROVEN, Options(threads=2))
    assert all(session.stopped.is_set() for session in sessions)


@pytest.mark.parametrize(
    ("gap", "says"),
    [
        (0.0123, "NOT PROVEN BEST: the search stopped at a gap of 1.23 %."),
        (0.0, "PROVEN BEST IN COVERAGE, BUT NOT CHEAPEST: the search for least spending stopped early."),
    ],
)
def test_the_card_says_what_is_not_proven(gap: float, says: str) -> None:
    plan = solve_whole(made_district(1, 1, 1, seed=3), 1.0)
    early = dataclasses.replace(plan, status=Status.FEASIBLE, rounding=Rounding(1.0, 0.5, gap))
    assert says in card(early).splitlines()
    assert "PROVEN BEST" not in card(plan)
