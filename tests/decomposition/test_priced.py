"""Programs too large for bases are asked by prices from nothing; here small ones are taken to be so large."""

import dataclasses

import numpy as np
import pytest

from models.dial import Dial
from models.errors import SolverFailure
from models.made import made_district
from optimizer import Options, frontier, priced, solve, stress
from optimizer.formulation import Model
from optimizer.line import Line
from optimizer.live import Live
from optimizer.objectives import first_stage
from optimizer.priced import Priced, standing
from optimizer.resolving import Resolver
from optimizer.sensitivity import tornado


def district(**changes):
    return made_district(30, 3, 2, seed=5, pool="district", **changes)


@pytest.fixture
def all_are_large(monkeypatch):
    monkeypatch.setattr(priced, "LARGE", 0)


def test_which_programs_are_asked_by_prices(monkeypatch):
    matrix = Model(district()).lp.matrix()
    assert isinstance(standing(matrix), Live)
    monkeypatch.setattr(priced, "LARGE", 0)
    assert isinstance(standing(matrix), Priced)
    assert isinstance(standing(matrix, Options(method="simplex")), Live)
    small = Model(made_district(3, 2, 2, pool="district")).lp.matrix()
    assert isinstance(standing(small), Live)


@pytest.mark.parametrize("change", [-0.03, 0.0, 0.04])
def test_value_and_slope_are_those_of_the_solver(change):
    """The column t is how much funding changes; its reduced cost is the slope of the frontier."""
    model = Model(district(), cut="everywhere")
    stage = first_stage(model, "expected")
    part = Line(model.lp.matrix(), stage, model.cut.index, -1.0)._parts[0]
    answers = []
    for asked in (Priced(part.matrix), Live(part.matrix, perturb=False)):
        asked.bound(-1, change, change)
        answers.append((asked.value(part.cost), asked.reduced_cost(-1)))
    (value, slope), (known, known_slope) = answers
    assert value == pytest.approx(known, rel=1e-7)
    assert slope == pytest.approx(known_slope, rel=1e-3)  # places are chosen by it, nothing is read from it
    solution = asked.minimise(part.cost)
    assert solution.point[-1] == change


def test_a_frontier_by_prices_is_the_one_of_the_solver(all_are_large):
    base = district()
    line = frontier(base, -0.05, 0.05, points=4)
    for change in line.funding_change:
        other, _ = Dial("schools.funding_per_pupil").scaled(base, 1.0 + change)
        whole = solve(other, options=Options(method="simplex")).coverage
        assert line.coverage_at(float(change)) == pytest.approx(whole, abs=2e-6)


def test_how_far_funding_can_fall_and_a_cut_can_go(all_are_large, monkeypatch):
    """From the end without a plan to the first place with one; and stress, whose cut has its own column."""
    by_prices = frontier(district(), -0.5, 0.1, points=3), stress(district(), by_school=False, cuts=())
    monkeypatch.undo()
    line, resilience = frontier(district(), -0.5, 0.1, points=3), stress(district(), by_school=False, cuts=())
    assert by_prices[0].least_funding_change == pytest.approx(line.least_funding_change, abs=1e-6)
    for name, cut in resilience.bare.items():
        assert by_prices[1].bare[name].district == pytest.approx(cut.district, abs=1e-6)
    for name, cut in resilience.held.items():
        assert by_prices[1].held[name].district == pytest.approx(cut.district, abs=1e-5)


def test_how_far_where_nothing_helps_and_where_a_school_stands_in_the_way():
    """No plan at any place of the range; and a range whose far part breaks the rules of single schools."""
    model = Model(district(), cut="everywhere")
    part = Line(model.lp.matrix(), first_stage(model, "expected"), model.cut.index, -1.0)._parts[0]
    asked = Priced(part.matrix)
    asked.bound(-1, -0.9, -0.8)
    assert asked.farthest(-1, -1.0) is None
    whole = Live(part.matrix, perturb=False)
    for low, high in ((-2.0, 0.0), (-0.3, 0.1)):
        asked.bound(-1, low, high)
        whole.bound(-1, low, high)
        assert asked.farthest(-1, -1.0) == pytest.approx(whole.farthest(-1, -1.0), abs=1e-6)
    assert asked.farthest(-1, 1.0) == 0.1


@pytest.mark.parametrize(
    ("lacks", "low", "high", "toward", "found"),
    [
        (lambda at: None if at > 0 else (0.0, 0.0), 0.0, 1.0, 1.0, 0.0),  # a plan at the near end alone
        (lambda at: None if at < 1 else (0.0, 0.0), 0.0, 1.0, -1.0, 1.0),
        (lambda at: None if at > 0.3 else (0.0, 0.0), 0.0, 1.0, 1.0, 0.3),
        (lambda at: None if at > 0.5 else (max(0.0, 9 * (at - 0.2)), 9.0), 0.0, 1.0, 1.0, 0.2),
        (lambda at: (1.0 + at, 1.0), 0.0, 1.0, 1.0, None),
        (lambda at: (2.0, -1.0), 0.0, 1.0, 1.0, None),  # less helps, and there is no less
        (lambda at: None, 0.0, 1.0, 1.0, None),
    ],
)
def test_how_far_by_what_is_missing(monkeypatch, lacks, low, high, toward, found):
    """`lacks` says of a place what is missing there and its slope, or that a school has no plan by itself."""
    from optimizer.decomposition import optimum

    monkeypatch.setattr(optimum, "_missing", lambda matrix, column, at, *_: lacks(at) or (None, 0.0))
    matrix = Model(made_district(2, 1, 1)).lp.matrix()
    matrix = matrix.with_column(np.zeros(matrix.shape[0]), low, high)
    reached = optimum.farthest(matrix, matrix.shape[1] - 1, toward, Options())
    assert reached == (None if found is None else pytest.approx(found, abs=1e-7))


def test_a_frontier_by_prices_is_no_finer_than_they_are(monkeypatch):
    model = Model(district(), cut="everywhere")

    def line(**how):
        stage = first_stage(model, "expected")
        return Line(model.lp.matrix(), stage, model.cut.index, -1.0, Options(**how))

    assert line()._alone and line()._allowed(1e-8) / line().stage.scale == pytest.approx(1e-8)
    monkeypatch.setattr(priced, "LARGE", 0)
    assert not line()._alone and line()._allowed(1e-8) / line().stage.scale == pytest.approx(1e-6)
    exact = line(method="simplex")
    assert exact._alone and exact._allowed(1e-8) / exact.stage.scale == pytest.approx(1e-8)


def test_what_ifs_by_prices(all_are_large):
    resolver = Resolver(district())
    less, _ = Dial("schools.funding_per_pupil").scaled(district(), 0.97)
    assert resolver.value(less) == pytest.approx(solve(less).coverage, abs=1e-6)
    poor, _ = Dial("schools.funding_per_pupil").scaled(district(), 0.5)
    assert resolver.value(poor) is None
    assert resolver.value(district()) == pytest.approx(resolver.base, abs=1e-8)
    assert resolver.solves == resolver.cold == 4  # the base, two variants, and the base again


def test_a_tornado_by_prices(all_are_large, monkeypatch):
    by_prices = tornado(district()).bars
    monkeypatch.undo()
    known = {bar.setting: bar for bar in tornado(district()).bars}
    assert len(known) == len(by_prices) > 5
    for bar in by_prices:
        for end in ("low", "high"):
            one, other = getattr(bar, end).coverage, getattr(known[bar.setting], end).coverage
            assert one == pytest.approx(other, abs=2e-6)


def test_where_prices_lead_to_nothing_the_whole_matrix_is_solved(monkeypatch):
    """The solver takes it over, and says so; with no time left the first failure stands."""
    from optimizer.decomposition import optimum

    def fails(*_):
        raise SolverFailure("Prices did not settle.", "Report this.")

    monkeypatch.setattr(optimum, "optimum", fails)
    model = Model(made_district(6, 2, 2, pool="district"))
    stage = first_stage(model, "expected")
    matrix = model.lp.matrix()
    heard = []
    asked = Priced(matrix, Options(say=heard.append))
    whole = Live(matrix).minimise(stage.cost)
    assert asked.value(stage.cost) == pytest.approx(whole.objective, rel=1e-7)
    assert heard == ["Prices led to nothing; interior point on the whole matrix"]
    poor = dataclasses.replace(matrix, row_upper=np.where(matrix.row_upper > 1e4, 1.0, matrix.row_upper))
    asked.change(poor)
    assert asked.value(stage.cost) is None
    with pytest.raises(SolverFailure, match="Prices did not settle"):
        Priced(matrix, Options(time_limit=1.0, deadline=0.0)).minimise(stage.cost)
