"""Assembled matrices: triplets, further rows, parts."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from optimizer.matrix import Matrix
from optimizer.spread import assembled

INF = np.inf


def matrix() -> Matrix:
    entries = np.array([0, 0, 1, 2, 0]), np.array([0, 2, 1, 2, 0]), np.array([1.0, 2.0, 3.0, 4.0, 0.5])
    return Matrix(
        assembled(entries, (3, 3)),
        row_lower=np.array([-INF, 1, 0]),
        row_upper=np.array([5, 1, INF]),
        column_lower=np.zeros(3),
        column_upper=np.array([INF, 1, INF]),
    )


def test_entries_of_one_place_add_up() -> None:
    assert_array_equal(matrix().A.toarray(), [[1.5, 0, 2], [0, 3, 0], [0, 0, 4]])
    assert matrix().shape == (3, 3)
    assert_array_equal(matrix().column_lower, np.zeros(3))


def test_indices_are_narrow_so_that_they_go_to_the_solver_as_they_are() -> None:
    A = matrix().A
    assert A.indices.dtype == A.indptr.dtype == np.int32


def test_rows_are_added_at_the_end() -> None:
    more = matrix().with_rows(np.array([0.0, 1, -1]), np.array([2.0]), np.array([INF]))
    assert_array_equal(more.A.toarray()[-1], [0, 1, -1])
    assert_array_equal(more.row_lower, [-INF, 1, 0, 2])
    assert_array_equal(more.row_upper, [5, 1, INF, INF])
    assert matrix().shape == (3, 3)
    two = matrix().with_rows(np.eye(3)[:2], np.zeros(2), np.ones(2))
    assert two.shape == (5, 3)


def test_a_part() -> None:
    part = matrix().replace(integer=np.array([True, False, False])).part(np.array([2, 0]), np.array([0, 2]))
    assert_array_equal(part.A.toarray(), [[0, 4], [1.5, 2]])
    assert_array_equal(part.row_upper, [INF, 5])
    assert_array_equal(part.column_upper, [INF, INF])
    assert_array_equal(part.integer, [True, False])
    assert matrix().part(np.array([1]), np.array([1])).integer is None


def test_a_variant_shares_nothing_that_it_changes() -> None:
    first = matrix()
    assert_array_equal(first.replace(column_upper=np.zeros(3)).column_upper, np.zeros(3))
    assert_array_equal(first.column_upper, [INF, 1, INF])
