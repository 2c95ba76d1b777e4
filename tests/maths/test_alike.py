"""A program that takes over places from one like it is the same program, and duals answer for sides that moved."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from models.dial import Dial
from models.made import made_district
from optimizer import members, program
from optimizer.formulation import Model
from optimizer.live import Live
from optimizer.objectives import first_stage, stages_of
from optimizer.program import Program
from optimizer.resolving import Resolver
from optimizer.solving import solve
from tests.maths.strategies import random_district

CHANGES = {
    "nothing": lambda d: d,
    "sides alone": lambda d: Dial("schools.funding_per_pupil").scaled(d, 0.98)[0],
    "coefficients": lambda d: Dial("roles.salary").scaled(d, 1.02)[0],
    "a rule less": lambda d: d.with_settings(leaders={"max_leader_share": None}),
    "a rule more": lambda d: d.with_settings(coverage={"min_school_share": 0.1}),
    "a step less": lambda d: d.with_settings(leaders={"stipend_max": 12_000.0}),
    "a zero": lambda d: d.with_settings(launch={"development_per_pupil": 0.0, "turnover": 0.0}),
    "pooled": lambda d: d.with_settings(funding={"pool": "district"}),
    "other shocks": lambda d: Dial("scenarios.funding_change").scaled(d, 1.5)[0],
    "one year": lambda d: made_district(4, 1, 1),
    "other schools": lambda d: made_district(4, 2, 2, seed=9),
    "more schools": lambda d: made_district(5, 2, 2, seed=9),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_model_like_another_is_the_model(change: str) -> None:
    district = made_district(4, 2, 2)
    base = Model(district)
    stages_of(base, "expected")  # expressions are taken over as well
    variant = CHANGES[change](district)
    for objective in ("expected", "max_min"):
        own, alike = Model(variant), Model(variant, like=base)
        stages = [stages_of(model, objective) for model in (own, alike)]  # max_min adds a rule
        for one, other in zip(*stages, strict=True):
            assert one.cost == pytest.approx(other.cost, rel=1e-12)
        same(own, alike)
        assert own.lp.row_labels() == alike.lp.row_labels()
        assert own.lp.column_labels() == alike.lp.column_labels()
    again = Model(district, like=Model(variant, like=base))  # and back, over two
    same(Model(district), again)


def same(own: Model, alike: Model) -> None:
    one, other = own.lp.matrix(), alike.lp.matrix()
    assert one.shape == other.shape
    for name in ("indptr", "indices"):
        assert np.array_equal(getattr(one.A, name), getattr(other.A, name))
    assert one.A.data == pytest.approx(other.A.data, rel=1e-15)
    for name in ("row_lower", "row_upper", "column_lower", "column_upper", "owner"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_a_tree_is_taken_over_only_where_it_is_the_same() -> None:
    base = Model(made_district(4, 2, 2))
    assert Model(CHANGES["coefficients"](base.district), like=base).tree is base.tree
    assert Model(CHANGES["other shocks"](base.district), like=base).tree is not base.tree
    harder = dataclasses.replace(base.tree, funding=base.tree.funding - 0.01)  # not that of the scenarios
    assert Model(base.district, like=Model(base.district, harder)).tree is not harder


def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every program be taken for a large one."""
    monkeypatch.setattr(program, "layout_of", lambda readings: None)
    monkeypatch.setattr(members, "SMALL", 0)


def test_terms_of_large_programs_go_where_those_of_small_ones_go(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Model(made_district(4, 2, 2))
    same(known, known)  # assembled before
    one_by_one(monkeypatch)
    same(known, Model(made_district(4, 2, 2)))


@pytest.mark.parametrize("change", CHANGES)
def test_a_large_model_like_another_is_the_model(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one(monkeypatch)
    test_a_model_like_another_is_the_model(change)


def test_sides_alone_share_the_coefficients() -> None:
    base = Model(made_district(4, 2, 2))
    poorer = Model(CHANGES["sides alone"](base.district), like=base)
    assert poorer.lp.matrix().A is base.lp.matrix().A
    assert not np.array_equal(poorer.lp.matrix().row_upper, base.lp.matrix().row_upper)


@pytest.mark.parametrize("seed", range(6))
def test_duals_answer_for_sides_that_moved(seed: int) -> None:
    """The value of a live program is that of a fresh one, whether a run was needed or not."""
    rng = np.random.default_rng(seed)
    model = Model(random_district(seed, schools=2, years=2, plenty=1.3))
    cost, matrix = first_stage(model, "expected").cost, model.lp.matrix()
    live = Live(matrix)
    live.minimise(cost)
    budget = np.isin(np.arange(matrix.shape[0]), model.lp.rules["budget"].index)
    for number, size in enumerate((1e-6, 1e-4, 1e-3, 1e-2, 0.05, 0.2) * 2):
        some = budget if number % 2 else slice(None)
        scale = np.ones(matrix.shape[0])
        scale[some] += size * rng.uniform(-1.0, 1.0, scale[some].size)
        moved = matrix.replace(row_lower=matrix.row_lower * scale, row_upper=matrix.row_upper * scale)
        live.sides(moved.row_lower, moved.row_upper)
        fresh = Live(moved).minimise(cost)
        value = live.value(cost)
        if fresh.point is None:
            assert value is None
        else:
            assert value == pytest.approx(fresh.objective, rel=1e-7, abs=1e-6)


def test_a_small_move_needs_no_run() -> None:
    model = Model(made_district(6, 2, 2))
    cost, matrix = first_stage(model, "expected").cost, model.lp.matrix()
    live = Live(matrix)
    live.minimise(cost)
    rows = model.lp.rules["budget"].index.reshape(-1)
    upper = matrix.row_upper.copy()
    upper[rows] *= 1.0 + 1e-7
    live.sides(matrix.row_lower, upper)
    value = live.value(cost)
    assert live.solves == 1
    assert value == pytest.approx(Live(matrix.replace(row_upper=upper)).minimise(cost).objective, rel=1e-9)
    upper[rows] *= 0.8
    live.sides(matrix.row_lower, upper)
    assert live.value(cost) is None  # no plan
    assert live.solves > 1


def told_as_fresh(live: Live, cost: np.ndarray) -> None:
    fresh = Live(live.matrix).minimise(cost)
    assert live.value(cost) == pytest.approx(fresh.objective, rel=1e-9)


def test_what_was_known_is_forgotten_where_more_than_sides_changes() -> None:
    """Coefficients, costs, a basis from elsewhere: each asks for a new run, even where sides move as well."""
    model = Model(made_district(4, 2, 2))
    cost, matrix = first_stage(model, "expected").cost, model.lp.matrix()
    live = Live(matrix)
    live.minimise(cost)
    other = live.basis
    rows = model.lp.rules["budget"].index.reshape(-1)

    def move(factor: float) -> None:
        upper = live.matrix.row_upper.copy()
        upper[rows] *= factor
        live.sides(live.matrix.row_lower, upper)

    move(1.0 + 1e-7)
    told_as_fresh(live, cost)
    A = live.matrix.A.copy()
    A.data *= 1.001
    live.change(live.matrix.replace(A=A))
    move(1.0 + 1e-7)
    told_as_fresh(live, cost)
    told_as_fresh(live, cost * np.linspace(1.0, 1.5, cost.size))
    move(1.0 - 1e-7)
    told_as_fresh(live, cost)
    live.start_from(other)
    move(1.0 + 1e-7)
    told_as_fresh(live, cost)
    mine = cost.copy()
    told_as_fresh(live, mine)
    mine *= 2.0  # changed in place by whoever owns it
    told_as_fresh(live, mine)


def test_a_value_told_beside_the_solver_has_no_reduced_cost() -> None:
    model = Model(made_district(4, 2, 2))
    cost, matrix = first_stage(model, "expected").cost, model.lp.matrix()
    live = Live(matrix)
    live.value(cost)
    live.reduced_cost(0)
    upper = matrix.row_upper.copy()
    upper[model.lp.rules["budget"].index.reshape(-1)] *= 1.0 + 1e-7
    live.sides(matrix.row_lower, upper)
    live.value(cost)
    assert live.solves == 1
    with pytest.raises(ValueError, match="without a run"):
        live.reduced_cost(0)


def test_a_small_program_of_many_schools_is_asked_beside_the_solver() -> None:
    """Its schools take their steps together, so that one per cent of everybody's funding needs no run."""
    district = made_district(20, 1, 1, coverage={"max_growth_per_year": None})
    resolver = Resolver(district)
    before = resolver.solves
    for change in (1.01, 0.99, 1.005):
        variant = Dial("schools.funding_per_pupil").scaled(district, change)[0]
        assert resolver.value(variant) == pytest.approx(solve(variant).coverage, abs=2e-6)
    assert resolver.solves == before


ALL, FIRST, LAST = [1.0, 1.0, 1.0], [1.0, 1.0, 0.0], [1.0, 0.0, 1.0]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"columns": FIRST}, {"columns": LAST}),
        ({"rows": FIRST}, {"rows": LAST}),
        ({"figures": FIRST}, {"figures": LAST}),
        ({}, {"idle": True}),
    ],
    ids=["other columns", "other rows", "other zeros", "a column more that no rule has"],
)
def test_programs_of_one_shape_have_their_own_places(
    one: dict[str, Any], other: dict[str, Any], large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small programs whose terms have the same shapes share a layout, and large ones take over what is alike: places too."""
    if large:
        one_by_one(monkeypatch)
    known: Program | None = None
    for change in (one, other, one):
        known, right = built(known if large else None, **change)
        assert np.array_equal(known.matrix().A.toarray(), right)


def built(
    like: Program | None,
    columns: list[float] = ALL,
    rows: list[float] = ALL,
    figures: list[float] = ALL,
    idle: bool = False,
) -> tuple[Program, np.ndarray]:
    """Build a diagonal of 2, 3 and 4 with some rows, columns and figures left out, and what its matrix is."""
    lp = Program({"s": ["oak", "elm", "ash"]}, like=like)
    x = lp.variable("x", "s", where=("s", columns))
    if idle:
        lp.variable("idle", "")
    diagonal = np.array(figures) * [2.0, 3.0, 4.0]
    lp.rule("least", "s", [("s", diagonal, x)], at_least=1, where=("s", rows))
    whole = np.diag(diagonal)[np.array(rows) > 0][:, np.array(columns) > 0]
    return lp, np.hstack([whole, np.zeros((len(whole), int(idle)))])
