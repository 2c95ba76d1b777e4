"""Large programs that questions are asked of: prices and crossover lead to the vertex from which they go on."""

import dataclasses

import numpy as np
import pytest

from models.dial import Dial
from models.made import made_district
from optimizer import Options, frontier, solve
from optimizer import live as live_module
from optimizer.decomposition.optimum import optimum
from optimizer.formulation import Model
from optimizer.live import Live
from optimizer.objectives import first_stage
from optimizer.pricing import Pricing
from optimizer.resolving import Resolver
from optimizer.solvers.highs import Session
from optimizer.staging import is_for_prices


def district(**changes):
    return made_district(54, 4, 3, seed=5, pool="district", **changes)


CASES = {"pooled": {}, "both": {"mobility": "district", "funding": {"max_transfer_share": 0.02}}}


@pytest.mark.parametrize("objective", ["expected", "max_min"])
@pytest.mark.parametrize("case", CASES)
def test_a_large_program_starts_at_its_best_vertex(case, objective):
    model = Model(district(**CASES[case]))
    stage = first_stage(model, objective)
    matrix = model.lp.matrix()
    assert is_for_prices(matrix)
    live = Live(matrix)
    solution = live.minimise(stage.cost)
    whole = Session(matrix).minimise(stage.cost, method="ipm")
    assert solution.objective == pytest.approx(whole.objective, rel=1e-8)
    assert solution.iterations < 50  # the vertex was the best one, or next to it


def test_what_follows_goes_on_from_there():
    base = district()
    resolver = Resolver(base)
    assert resolver.cold == 1
    less, _ = Dial("schools.funding_per_pupil").scaled(base, 0.99)
    assert resolver.value(less) == pytest.approx(
        solve(less, options=Options(method="ipm")).coverage, abs=1e-6
    )
    assert resolver.cold == 1


def test_a_column_of_no_school_that_stands_still_goes_to_the_sides():
    model = Model(district())
    stage = first_stage(model, "expected")
    matrix = model.lp.matrix()
    budget = model.lp.rules["budget"].index
    asked = np.zeros(matrix.shape[0])
    asked[budget] = 1.0
    point, dual = optimum(matrix.with_column(asked, 2_000.0, 2_000.0), np.append(stage.cost, 0.0), Options())
    upper = matrix.row_upper.copy()
    upper[budget] -= 2_000.0
    whole = Session(matrix.replace(row_upper=upper)).minimise(stage.cost, method="ipm")
    assert point[-1] == 2_000.0
    assert float(stage.cost @ point[:-1]) == pytest.approx(whole.objective, rel=1e-7)
    assert dual.size == matrix.shape[0]


def test_a_frontier_of_places_begins_at_vertices_too():
    base = district()
    line = frontier(base, -0.05, 0.05, points=5)
    for change in (-0.05, 0.05):
        other, _ = Dial("schools.funding_per_pupil").scaled(base, 1.0 + change)
        assert line.coverage_at(change) == pytest.approx(
            solve(other, options=Options(method="ipm")).coverage, abs=2e-6
        )


def test_far_from_the_last_vertex_prices_are_asked_again():
    resolver = Resolver(district())
    poor, _ = Dial("schools.funding_per_pupil").scaled(district(), 0.85)
    assert resolver.value(poor) == pytest.approx(solve(poor).coverage, abs=1e-6)
    assert resolver.value(district()) == pytest.approx(resolver.base, abs=1e-9)


def test_how_far_simplex_may_go_adapts(monkeypatch):
    """Halved where it did not do, down to the least; doubled where it did, up to the most."""
    monkeypatch.setattr(live_module, "LEAST_FAR", 15)
    resolver = Resolver(district())
    live = resolver._parts[0].live
    poor, _ = Dial("schools.funding_per_pupil").scaled(district(), 0.9)
    live._far = 40
    assert resolver.value(poor) == pytest.approx(solve(poor).coverage, abs=1e-6)
    assert live._far == 20
    live.start_cold()  # nothing to go on from: nothing is learnt
    resolver._last = None
    assert resolver.value(poor) is not None
    live._far = 1_900
    near, _ = Dial("schools.funding_per_pupil").scaled(district(), 0.8999)
    live.change(live.matrix.replace(column_upper=live.matrix.column_upper.copy()))
    live._optimal = None  # no steps beside the solver
    assert resolver.value(near) is not None
    assert live._far == live_module.MOST_FAR


def test_the_prices_of_the_rules_begin_at_that_vertex_too():
    model = Model(district())
    stage = first_stage(model, "expected")
    seen = []

    def counted(session, *how, **options):
        solution = minimise(session, *how, **options)
        seen.append((session.columns, options.get("method"), solution.iterations))
        return solution

    minimise = Session.minimise
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "minimise", counted)
        pricing = Pricing(model.lp.matrix(), stage, Options())
    runs = [run for run in seen if run[0] == model.lp.matrix().shape[1]]
    assert len(runs) == 1 and runs[0][1] == "simplex" and runs[0][2] < 50
    whole = Session(model.lp.matrix()).minimise(stage.cost, method="simplex")
    assert float(stage.cost @ pricing.point) == pytest.approx(whole.objective, rel=1e-8)


def test_without_a_plan_there_is_none():
    schools = district().schools
    poor = district().replace(
        schools=dataclasses.replace(schools, funding_per_pupil=schools.funding_per_pupil * 0.5)
    )
    resolver = Resolver(district())
    assert resolver.value(poor) is None
    assert resolver.value(district()) == pytest.approx(resolver.base, abs=1e-9)
