"""Independent blocks are found from the matrix, whatever the order of its rows and columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy.linalg import block_diag
from scipy.sparse import csc_array

from models.made import made_district
from optimizer.blocks import components, independent_blocks
from optimizer.formulation import Model
from optimizer.matrix import Matrix
from optimizer.objectives import stages_of
from optimizer.side_by_side import SideBySide
from optimizer.solving import certificate_of
from optimizer.staging import Options


def of(A: np.ndarray) -> Matrix:
    rows, columns = A.shape
    return Matrix(
        csc_array(A),
        np.arange(rows, dtype=float) - 100,
        np.arange(rows, dtype=float),
        np.zeros(columns),
        np.arange(columns, dtype=float),
    )


@st.composite
def block_matrices(draw: st.DrawFn):
    """Diagonal blocks, each connected by a full first row and column, with rows and columns shuffled."""
    rng = np.random.default_rng(draw(st.integers(0, 2**20)))
    sizes = draw(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=6))
    parts = []
    for rows, columns in sizes:
        part = rng.integers(0, 3, (rows, columns)).astype(float)
        part[0], part[:, 0] = 1.0, 2.0
        parts.append(part)
    whole = block_diag(*parts)
    rows, columns = rng.permutation(whole.shape[0]), rng.permutation(whole.shape[1])
    row_of = np.repeat(np.arange(len(sizes)), [size[0] for size in sizes])[rows]
    column_of = np.repeat(np.arange(len(sizes)), [size[1] for size in sizes])[columns]
    return whole[rows][:, columns], row_of, column_of


@given(block_matrices())
@settings(max_examples=80)
def test_shuffled_blocks_are_found(drawn) -> None:
    A, row_of, column_of = drawn
    matrix = of(A)
    blocks = independent_blocks(matrix)
    expected = {
        (tuple(np.flatnonzero(row_of == c)), tuple(np.flatnonzero(column_of == c)))
        for c in np.unique(column_of)
    }
    assert {(tuple(block.rows), tuple(block.columns)) for block in blocks} == expected
    assert [block.columns[0] for block in blocks] == sorted(block.columns[0] for block in blocks)
    for block in blocks:
        assert_array_equal(block.matrix.A.toarray(), A[block.rows][:, block.columns])
        assert_array_equal(block.matrix.row_lower, matrix.row_lower[block.rows])
        assert_array_equal(block.matrix.row_upper, matrix.row_upper[block.rows])
        assert_array_equal(block.matrix.column_upper, matrix.column_upper[block.columns])


@given(block_matrices(), st.integers(0, 3))
@settings(max_examples=30)
def test_empty_rows_and_columns_are_in_exactly_one_block(drawn, empty: int) -> None:
    A, _, _ = drawn
    A = np.pad(A, ((0, empty), (1, empty)))
    blocks = independent_blocks(of(A))
    assert_array_equal(np.sort(np.concatenate([block.rows for block in blocks])), np.arange(A.shape[0]))
    assert_array_equal(np.sort(np.concatenate([block.columns for block in blocks])), np.arange(A.shape[1]))
    assert sum(block.matrix.A.nnz for block in blocks) == np.count_nonzero(A)


@given(block_matrices(), st.integers(0, 2**20), st.booleans())
@settings(max_examples=80)
def test_owners_are_joined_where_a_row_couples_them(drawn, seed: int, coupled: bool) -> None:
    """Parts made of owners are the connected components of a matrix whose owners are connected."""
    A, _, column_of = drawn
    rng = np.random.default_rng(seed)
    owner = rng.permutation(np.unique(column_of).size)[column_of] + 3
    owner[rng.random(owner.size) < 0.2] = -1  # shared columns, each by itself
    if coupled:  # two owners
        A = np.vstack([A, np.isin(column_of, rng.choice(column_of, 2)).astype(float)])
    A = np.vstack([A, np.zeros(A.shape[1])])
    # with its shared columns taken out an owner may have fallen apart: a row of its own keeps it together
    for name in np.unique(owner[owner >= 0]):
        A = np.vstack([A, (owner == name).astype(float)])
    A = csc_array(A)
    for one, other in zip(components(A, owner), components(A, None), strict=True):
        assert_array_equal(one, other)


@pytest.mark.parametrize("pool", ["school", "district"])
@pytest.mark.parametrize("mobility", ["school", "district"])
def test_parts_of_districts_are_connected_components(pool: str, mobility: str) -> None:
    district = made_district(6, 2, 2, pool=pool).with_settings(staff={"mobility": mobility})
    matrix = Model(district).lp.matrix()
    known, found = components(matrix.A, matrix.owner), components(matrix.A, None)
    assert found[2] == (6 if (pool, mobility) == ("school", "school") else 1)
    for one, other in zip(known, found, strict=True):
        assert_array_equal(one, other)


def test_a_school_whose_columns_fall_apart_stays_one_block() -> None:
    blocks = independent_blocks(of(np.diag([1.0, 2.0, 3.0])).replace(owner=np.array([7, 7, 2])))
    assert [list(block.columns) for block in blocks] == [[0, 1], [2]]
    assert [list(block.rows) for block in blocks] == [[0, 1], [2]]


def test_a_row_over_everything_makes_one_block() -> None:
    A = np.vstack([np.eye(4), np.ones(4)])
    (block,) = independent_blocks(of(A))
    assert_array_equal(block.rows, np.arange(5))
    assert_array_equal(block.columns, np.arange(4))


def test_blocks_of_one_pattern_share_their_key() -> None:
    keys = [block.shape_key for block in independent_blocks(of(np.diag([1.0, 2, 3])))]
    assert len(keys) == 3 and len(set(keys)) == 1
    A = block_diag(np.ones((1, 2)), np.ones((2, 1)), np.full((1, 2), 7))
    one, two, three = (block.shape_key for block in independent_blocks(of(A)))
    assert one == three != two


def test_schools_are_blocks_unless_something_is_shared() -> None:
    def count(**settings: str) -> int:
        return len(independent_blocks(Model(made_district(5, 2, 2, **settings)).lp.matrix()))

    assert count() == 5
    assert count(pool="district") == 1
    assert count(mobility="district") == 1


def test_duals_that_rounding_has_spoiled_are_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block's duals are spoiled before the last look at them; the certificate of the whole holds all the same."""
    model = Model(made_district(6, 2, 2))
    stages = stages_of(model, "expected")
    matrix = model.lp.matrix()
    way = SideBySide(matrix, independent_blocks(matrix), stages, Options())
    first = way.first()
    mend = SideBySide._mend
    spoiled = []

    def after_spoiling(self: SideBySide, price: float) -> None:
        part = self._parts[2]
        part.dual = part.dual + 1e-3 * (1.0 + np.abs(part.dual))
        spoiled.append(part)
        mend(self, price)

    monkeypatch.setattr(SideBySide, "_mend", after_spoiling)
    results = [first, *way.rest(first)]
    assert spoiled
    assert certificate_of(matrix, results).holds
