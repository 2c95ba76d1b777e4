"""Large programs that questions are asked of: prices and crossover lead to the vertex from which they go on."""

import dataclasses

import numpy as np
import pytest

from models.dial import Dial
from models.made import made_district
from optimizer import Options, frontier, solve
from optimizer.decomposition.optimum import optimum
from optimizer.formulation import Model
from optimizer.live import Live
from optimizer.objectives import first_stage
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


def test_without_a_plan_there_is_none():
    schools = district().schools
    poor = district().replace(
        schools=dataclasses.replace(schools, funding_per_pupil=schools.funding_per_pupil * 0.5)
    )
    resolver = Resolver(district())
    assert resolver.value(poor) is None
    assert resolver.value(district()) == pytest.approx(resolver.base, abs=1e-9)
