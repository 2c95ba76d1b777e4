"""The scenario tree: who is told what, and when."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from models.district import Scenarios
from models.tree import Tree


def scenarios(funding, enrollment=None, pay=None, probability=None) -> Scenarios:
    funding = np.array(funding, dtype=float)
    count = len(funding)
    return Scenarios(
        tuple("abcdef"[:count]),
        ("",) * count,
        np.full(count, 1 / count) if probability is None else np.array(probability),
        funding,
        np.zeros_like(funding) if enrollment is None else np.array(enrollment, dtype=float),
        np.zeros_like(funding) if pay is None else np.array(pay, dtype=float),
    )


def test_one_scenario_is_a_chain() -> None:
    tree = Tree.of(scenarios([[0, -0.1, 0]]), 3)
    assert_array_equal(tree.parent, [-1, 0, 1])
    assert_array_equal(tree.year, [1, 2, 3])
    assert_array_equal(tree.probability, [1, 1, 1])
    assert_array_equal(tree.funding, [0, -0.1, 0])
    assert tree.labels == ("y1", "y2", "y3")


def test_scenarios_part_in_the_year_of_the_cut_and_never_meet_again() -> None:
    tree = Tree.of(scenarios([[0, 0, 0], [0, -0.1, 0]], probability=[0.7, 0.3]), 3)
    assert_array_equal(tree.path, [[0, 1, 3], [0, 2, 4]])
    assert_array_equal(tree.parent, [-1, 0, 0, 1, 2])
    assert_array_equal(tree.year, [1, 2, 2, 3, 3])
    assert tree.probability == pytest.approx([1, 0.7, 0.3, 0.7, 0.3])
    assert tree.labels == ("y1", "y2.a", "y2.b", "y3.a", "y3.b")
    assert_array_equal(tree.is_root, [1, 0, 0, 0, 0])
    assert_array_equal(tree.parent_of.sum(axis=0), [0, 1, 1, 1, 1])
    assert_array_equal(np.flatnonzero(tree.on_path[:, 4]), [0, 2, 4])


def test_several_roots() -> None:
    tree = Tree.of(scenarios([[-0.1, 0], [0, 0], [-0.1, 0.02]]), 2)
    assert_array_equal(tree.path, [[0, 2], [1, 3], [0, 4]])
    assert_array_equal(tree.parent, [-1, -1, 0, 1, 0])
    assert tree.labels == ("y1.a+c", "y1.b", "y2.a", "y2.b", "y2.c")
    assert tree.probability == pytest.approx([2 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3])


def test_minus_zero_is_zero() -> None:
    tree = Tree.of(scenarios([[0.0, 0.0], [-0.0, 0.0]], enrollment=[[-0.0, 0.0], [0.0, -0.0]]), 2)
    assert tree.size == 2
    assert_array_equal(tree.path, [[0, 1], [0, 1]])


@pytest.mark.parametrize("shock", ["enrollment", "pay"])
def test_any_of_the_three_shocks_parts_scenarios(shock: str) -> None:
    assert Tree.of(scenarios([[0, 0], [0, 0]], **{shock: [[0, 0], [0, 0.01]]}), 2).size == 3


def test_scenarios_that_never_differ_are_one_path() -> None:
    tree = Tree.of(scenarios([[0, -0.1], [0, -0.1]], probability=[0.25, 0.75]), 2)
    assert tree.size == 2
    assert tree.probability == pytest.approx([1, 1])


def test_a_scenario_of_probability_0_has_its_own_nodes() -> None:
    tree = Tree.of(scenarios([[0], [-0.3]], probability=[1, 0]), 1)
    assert_array_equal(tree.probability, [1, 0])


@given(st.data(), st.integers(1, 5), st.integers(1, 4))
def test_the_definition(data: st.DataObject, count: int, years: int) -> None:
    """Two scenarios share a node in a year exactly when all their shocks up to it agree."""
    shocks = np.array(
        data.draw(
            st.lists(
                st.lists(st.sampled_from([0.0, -0.0, -0.1]), min_size=years * 3, max_size=years * 3),
                min_size=count,
                max_size=count,
            )
        )
    ).reshape(count, 3, years)
    tree = Tree.of(scenarios(shocks[:, 0], shocks[:, 1], shocks[:, 2]), years)
    for c in range(count):
        for d in range(count):
            for y in range(years):
                agree = (shocks[c, :, : y + 1] == shocks[d, :, : y + 1]).all()
                assert (tree.path[c, y] == tree.path[d, y]) == agree
        assert_array_equal(tree.parent[tree.path[c]], [-1, *tree.path[c, :-1]])
        assert_array_equal(tree.year[tree.path[c]], np.arange(1, years + 1))
        assert_array_equal(tree.funding[tree.path[c]], shocks[c, 0])
        assert_array_equal(np.flatnonzero(tree.on_path[:, tree.path[c, -1]]), tree.path[c])
    for y in range(1, years + 1):
        assert tree.probability[tree.year == y].sum() == pytest.approx(1)
    assert (np.diff(tree.year) >= 0).all()
    assert len(set(tree.labels)) == tree.size


def test_the_same_scenarios_have_one_tree_and_others_their_own() -> None:
    funding = [[0, 0, 0], [0, -0.1, 0]]
    tree = Tree.of(scenarios(funding, probability=[0.7, 0.3]), 3)
    assert Tree.of(scenarios(funding, probability=[0.7, 0.3]), 3) is tree
    others = [
        Tree.of(scenarios(funding, probability=[0.6, 0.4]), 3),
        Tree.of(scenarios(funding, probability=[0.7, 0.3]), 2),
        Tree.of(scenarios([[0, 0, 0], [0, -0.1, -0.1]], probability=[0.7, 0.3]), 3),
        Tree.of(scenarios(funding, pay=[[0, 0, 0], [0, 0.1, 0]], probability=[0.7, 0.3]), 3),
        Tree.of(scenarios(funding, enrollment=[[0.1] * 3] * 2, probability=[0.7, 0.3]), 3),
    ]
    assert len({id(other) for other in [tree, *others]}) == 6
    assert_array_equal(others[0].scenario_probability, [0.6, 0.4])
    assert others[1].years == 2
    assert others[2].funding[-1] == -0.1
    assert sorted(others[3].pay) == [0, 0, 0, 0, 0.1]
    assert_array_equal(others[4].enrollment, 0.1)


def test_probabilities_changed_in_place_make_another_tree() -> None:
    own = scenarios([[0, 0], [0, -0.1]], probability=[0.7, 0.3])
    tree = Tree.of(own, 2)
    own.probability[:] = [0.5, 0.5]
    assert Tree.of(own, 2) is not tree
    assert_array_equal(tree.probability, [1, 0.7, 0.3])


def test_a_shared_tree_cannot_be_written_to() -> None:
    tree = Tree.of(scenarios([[0, 0], [0, -0.1]]), 2)
    with pytest.raises(ValueError, match="read-only"):
        tree.funding[0] = 1.0
