"""The certificate on programs small enough to be certified by hand: right ones pass, wrong ones are caught."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csc_array

from models.plan import Certificate
from optimizer.certificate import certify
from optimizer.matrix import Matrix
from optimizer.solvers.highs import Session

INF = np.inf

# minimise −3x − 2y with x + y ≤ 4, x + 3y ≤ 6, 0 ≤ x ≤ 3: best at (3, 1), worth −11; the first row's dual is −2,
# the reduced cost of x is −1 (it stands at its upper bound) and the dual objective is 4 × −2 + 3 × −1 = −11
LP = Matrix(
    csc_array(np.array([[1.0, 1], [1, 3]])),
    np.array([-INF, -INF]),
    np.array([4.0, 6.0]),
    np.zeros(2),
    np.array([3.0, INF]),
)
COST = np.array([-3.0, -2.0])
POINT, DUAL = np.array([3.0, 1.0]), np.array([-2.0, 0.0])


def test_the_optimum_is_certified() -> None:
    certificate = certify(LP, COST, POINT, DUAL)
    assert certificate == Certificate(0, 0, 0, 0)
    assert certificate.holds


def test_without_duals_only_the_plan_is_measured() -> None:
    assert certify(LP, COST, POINT, None) == Certificate(0, None, None, None)


def test_a_point_outside_a_row() -> None:
    certificate = certify(LP, COST, np.array([3.0, 2.0]), None)  # 5 > 4 and 9 > 6
    assert certificate.primal == pytest.approx(3 / (1 + 6 + 9))
    assert not certificate.holds


def test_a_point_outside_its_bounds() -> None:
    assert certify(LP, COST, np.array([3.5, 0.0]), None).primal == pytest.approx(0.5 / 4.5)
    assert certify(LP, COST, np.array([0.0, -0.25]), None).primal == pytest.approx(0.25 / 1.25)


@pytest.mark.parametrize("wrong", [np.nan, INF, -INF])
def test_a_point_that_is_no_number(wrong: float) -> None:
    certificate = certify(LP, COST, np.array([wrong, 1.0]), DUAL)
    assert certificate.primal == INF
    assert not certificate.holds


def test_duals_that_are_no_numbers() -> None:
    certificate = certify(LP, COST, POINT, np.array([np.nan, 0.0]))
    assert certificate == Certificate(INF, INF, INF, INF)
    assert not certificate.holds


def test_a_point_that_is_not_best() -> None:
    certificate = certify(LP, COST, np.array([2.0, 1.0]), DUAL)  # worth −8, and the first row has slack 1
    assert (certificate.primal, certificate.dual) == (0, 0)
    assert certificate.complementarity == pytest.approx(2 / 9)  # dual −2 times slack 1
    assert certificate.gap == pytest.approx(3 / 9)
    assert not certificate.holds


def test_a_dual_of_the_wrong_sign() -> None:
    certificate = certify(LP, COST, POINT, np.array([-2.0, 0.5]))  # row 2 has no lower side to push against
    assert certificate.dual == pytest.approx(0.5 / 1.5)
    assert not certificate.holds


def test_a_reduced_cost_that_pushes_against_no_bound() -> None:
    certificate = certify(LP, COST, POINT, np.array([-1.0, 0.0]))  # y: −2 + 1 = −1, and y has no upper bound
    assert certificate.dual == pytest.approx(1 / (1 + 2 + 1))
    assert not certificate.holds


def test_duals_that_are_feasible_but_not_best() -> None:
    certificate = certify(LP, COST, POINT, np.array([-3.0, 0.0]))  # y: −2 + 3 = 1 at its bound 0 is allowed
    assert certificate.dual == 0
    assert certificate.complementarity == pytest.approx(1 / 12)  # reduced cost 1 times y = 1
    assert certificate.gap == pytest.approx(1 / 12)  # −12 against −11


def test_an_equality_supports_both_signs() -> None:
    equal = LP.replace(row_lower=np.array([4.0, -INF]))
    for cost, point, dual in (
        (np.array([1.0, 1.0]), np.array([3.0, 1.0]), np.array([1.0, 0.0])),
        (np.array([-1.0, -1.0]), np.array([3.0, 1.0]), np.array([-1.0, 0.0])),
    ):
        assert certify(equal, cost, point, dual) == Certificate(0, 0, 0, 0)


def test_a_program_without_rows_or_columns() -> None:
    nothing = Matrix(csc_array((0, 0)), np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0))
    assert certify(nothing, np.zeros(0), np.zeros(0), np.zeros(0)) == Certificate(0, 0, 0, 0)


def test_the_worse_of_two() -> None:
    assert Certificate(1, 2, 3, 4).worst(Certificate(4, 3, 2, 1)) == Certificate(4, 3, 3, 4)
    assert Certificate(1, None, 3, 4).worst(Certificate(0, 3, None, 1)) == Certificate(1, None, None, 4)


@pytest.mark.parametrize("figure", range(4))
def test_every_figure_counts(figure: int) -> None:
    for size, holds in ((1e-6, True), (2e-6, False), (np.nan, False)):
        figures = [0.0] * 4
        figures[figure] = size
        assert Certificate(*figures).holds is holds


@given(st.integers(0, 2**20))
@settings(max_examples=60)
def test_random_programs(seed: int) -> None:
    """A solver's optimum is certified, and a plan or dual that is moved away from it is not."""
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(1, 6, 2)
    inside = rng.uniform(0.2, 1, columns)
    A = rng.normal(size=(rows, columns))
    side = A @ inside
    equal = rng.random(rows) < 0.3
    matrix = Matrix(
        csc_array(A),
        np.where(equal, side, -INF),
        np.where(equal, side, side + rng.uniform(0, 1, rows)),
        np.zeros(columns),
        rng.uniform(1, 3, columns),
    )
    cost = rng.normal(size=columns)
    point, dual, _ = Session(matrix).minimise(cost, method="simplex").require()
    assert certify(matrix, cost, point, dual).holds
    assert not certify(matrix, cost, point + 1, dual).holds
    if np.abs(dual).max() > 1e-3:
        assert not certify(matrix, cost, point, dual * 2).holds
    shift = rng.normal(size=columns)
    if abs(shift @ point) > 1e-3:  # the same solution under another cost is not certified
        assert not certify(matrix, cost + shift, point, dual).holds or np.allclose(
            certify(matrix, cost + shift, point, dual).gap, 0, atol=1e-6
        )
