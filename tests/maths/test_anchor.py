"""From one optimum to the next: what an anchor says is what a run from nothing says, or nothing at all."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csc_array

from models.made import made_district
from optimizer import anchor
from optimizer.anchor import Anchor
from optimizer.blocks import components
from optimizer.formulation import Model
from optimizer.matrix import Matrix
from optimizer.objectives import first_stage
from optimizer.solvers.highs import Session
from tests.maths.strategies import random_district


def anchored(matrix: Matrix, cost: np.ndarray) -> tuple[Anchor, float]:
    session = Session(matrix)
    solution = session.minimise(cost, method="simplex")
    assert solution.point is not None
    return Anchor(session.vertex, matrix, cost, solution.objective), solution.objective


def cold(matrix: Matrix, cost: np.ndarray) -> float | None:
    solution = Session(matrix).minimise(cost, method="simplex")
    return None if solution.point is None else solution.objective


def moved(matrix: Matrix, size: float, rng: np.random.Generator, some: object = slice(None)) -> Matrix:
    scale = np.ones(matrix.shape[0])
    scale[some] += size * rng.uniform(-1.0, 1.0, scale[some].size)
    return matrix.replace(row_lower=matrix.row_lower * scale, row_upper=matrix.row_upper * scale)


def loose(seed: int) -> tuple[Matrix, np.ndarray]:
    """A program of rows of every kind and of columns with both, one or no bound."""
    rng = np.random.default_rng(seed)
    A = rng.integers(-3, 4, (12, 18)) * (rng.random((12, 18)) < 0.4)
    inside = rng.uniform(0.0, 2.0, 18)
    activity = A @ inside
    lower, upper = activity - rng.uniform(0.0, 2.0, 12), activity + rng.uniform(0.0, 2.0, 12)
    lower[:4], upper[4:8], lower[11] = -np.inf, np.inf, upper[11]
    low, high = np.zeros(18), np.full(18, 3.0)
    low[:2], high[2:6] = -5.0, np.inf
    low[6], high[6] = -np.inf, np.inf
    cost = rng.uniform(0.1, 1.0, 18)
    cost[6] = 0.0  # the one without a bound
    return Matrix(csc_array(A.astype(float)), lower, upper, low, high), cost


@pytest.mark.parametrize("seed", range(20))
def test_any_program(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix, cost = loose(seed)
    start, reached = anchored(matrix, cost)
    assert start.value(matrix.row_lower, matrix.row_upper) == pytest.approx(reached, rel=1e-12)
    known = 0
    for size in (1e-4, 0.01, 0.1, 0.3) * 5:
        other = moved(matrix, size, rng)
        value = start.value(other.row_lower, other.row_upper)
        known += value is not None
        if value is not None:
            assert value == pytest.approx(cold(other, cost), rel=1e-8, abs=1e-8)
    assert known >= 8


def test_steps_are_what_answers_far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Districts with other budgets: the basis alone answers for few of them, a few steps for most."""

    def answers() -> list[tuple[float | None, float | None]]:
        found = []
        for seed in range(8):
            model = Model(random_district(seed, schools=2, years=2, plenty=1.3))
            cost, matrix = first_stage(model, "expected").cost, model.lp.matrix()
            start, _ = anchored(matrix, cost)
            budget, rng = model.lp.rules["budget"].index.reshape(-1), np.random.default_rng(seed)
            for _ in range(10):
                other = moved(matrix, 0.02, rng, budget)
                found.append((start.value(other.row_lower, other.row_upper), cold(other, cost)))
        return found

    by_steps = answers()
    for value, right in by_steps:
        assert value is None or value == pytest.approx(right, rel=1e-8, abs=1e-6)
    monkeypatch.setattr(anchor, "STEPS", 0)
    at_once = answers()
    known = [sum(value is not None for value, _ in each) for each in (at_once, by_steps)]
    assert known[0] < known[1] >= 40, known


def test_schools_take_their_steps_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the parts of a program known, two rounds of steps answer where eight schools need more than two steps in all."""
    monkeypatch.setattr(anchor, "STEPS", 2)
    together = apart = 0
    for seed in range(6):
        model = Model(made_district(8, 2, 2, seed=seed, coverage={"max_growth_per_year": None}))
        cost, matrix = first_stage(model, "expected").cost, model.lp.matrix()
        session = Session(matrix)
        reached = session.minimise(cost, method="simplex").objective
        parts = components(matrix.A, matrix.owner)
        assert parts[2] == 8
        one, all_at_once = (Anchor(session.vertex, matrix, cost, reached, *known) for known in ((), (parts,)))
        budget, rng = model.lp.rules["budget"].index.reshape(-1), np.random.default_rng(seed)
        for size in (0.02, 0.04, 0.06) * 3:
            other = moved(matrix, size, rng, budget)
            value = all_at_once.value(other.row_lower, other.row_upper)
            together += value is not None
            apart += one.value(other.row_lower, other.row_upper) is not None
            if value is not None:
                assert value == pytest.approx(cold(other, cost), rel=1e-8, abs=1e-6)
    assert together >= apart + 10 > 20, (together, apart)


def test_no_plan_and_sides_without_end_are_left_to_the_solver() -> None:
    model = Model(made_district(3, 1, 1))
    cost, matrix = first_stage(model, "expected").cost, model.lp.matrix()
    start, _ = anchored(matrix, cost)
    budget = model.lp.rules["budget"].index.reshape(-1)
    upper = matrix.row_upper.copy()
    upper[budget] *= 0.5
    assert cold(matrix.replace(row_upper=upper), cost) is None
    assert start.value(matrix.row_lower, upper) is None
    assert start.value(matrix.row_lower, np.full(upper.size, np.inf)) is None


def test_sides_that_cross_or_open_are_left_to_the_solver() -> None:
    """A row that was an equation may rest at either side of a range; one whose sides cross has no point."""
    A = csc_array(np.array([[1.0, 1.0]]))
    matrix = Matrix(A, np.array([2.0]), np.array([2.0]), np.zeros(2), np.full(2, 5.0))
    cost = np.array([-1.0, -2.0])
    start, reached = anchored(matrix, cost)
    assert reached == -4.0
    assert start.value(np.array([3.0]), np.array([3.0])) == pytest.approx(-6.0)
    assert start.value(np.array([1.0]), np.array([3.0])) is None
    assert start.value(np.array([2.0]), np.array([1.0])) is None


def test_the_start_stays_where_it_is() -> None:
    """Questions do not move the anchor: the same one has the same answer whatever was asked in between."""
    matrix, cost = loose(3)
    start, _ = anchored(matrix, cost)
    others = [moved(matrix, 0.1, np.random.default_rng(number)) for number in range(12)]
    first = [start.value(other.row_lower, other.row_upper) for other in others]
    assert [start.value(other.row_lower, other.row_upper) for other in reversed(others)] == first[::-1]
    assert any(value is not None for value in first)


def test_duals_that_disagree_are_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix, cost = loose(5)
    start, _ = anchored(matrix, cost)
    others = [moved(matrix, 0.3, np.random.default_rng(number)) for number in range(40)]
    right = [start.value(other.row_lower, other.row_upper) for other in others]
    monkeypatch.setattr(anchor, "STEPS", 0)
    stepped = [
        number
        for number, other in enumerate(others)
        if right[number] is not None and start.value(other.row_lower, other.row_upper) is None
    ]
    assert stepped
    monkeypatch.undo()
    start._value += 1.0  # as if rounding had spoiled it
    assert all(start.value(others[number].row_lower, others[number].row_upper) is None for number in stepped)
