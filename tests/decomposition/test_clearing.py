"""Prices that are brought to where no known way of gaining for ever gains."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from models.made import made_district
from optimizer.decomposition.clearing import Clearing
from optimizer.decomposition.pricing import Ray
from optimizer.decomposition.problem import Problem
from optimizer.decomposition.structure import structure_of
from optimizer.formulation import Model
from optimizer.objectives import stages_of


def clearing(rays: list[tuple[float, list[float]]], lower=(0.0, 0.0), upper=(0.0, 0.0), own=None):
    """Two coupling rows and some rays: what each costs and puts into the rows."""
    entries = np.zeros((2, 0)) if own is None else np.array(own)[:, None]
    problem = SimpleNamespace(
        lower=np.array(lower),
        upper=np.array(upper),
        own_entries=entries,
        own_reduced=lambda price: (1.0 - entries.T @ price, None),
        of_ray=lambda block, _: (rays[block][0], abs(rays[block][0]), np.array(rays[block][1])),
    )
    made = Clearing(problem)
    made.learn([Ray(number, np.ones(1)) for number in range(len(rays))])
    return made


def test_prices_at_which_nothing_gains_stay_as_they_are():
    price = np.array([0.5, 0.5])
    assert clearing([(2.0, [1.0, 1.0])]).cleared(price, np.ones(2), None) is price


def test_the_change_is_the_least_in_the_prices_own_sizes():
    """Gains 1 at (2, 1) where it may gain nothing: the second price is ten times as easily moved."""
    found = clearing([(2.0, [1.0, 1.0])]).cleared(np.array([2.0, 1.0]), np.array([1.0, 10.0]), None)
    assert found == pytest.approx([2.0, 0.0], abs=1e-8)
    found = clearing([(2.0, [1.0, 1.0])]).cleared(np.array([2.0, 1.0]), np.array([10.0, 1.0]), None)
    assert found == pytest.approx([1.0, 1.0])


def test_a_row_with_one_side_keeps_the_sign_of_its_price():
    rows = {"lower": (0.0, 0.0), "upper": (np.inf, np.inf)}  # prices of at least 0
    found = clearing([(0.0, [1.0, 0.0])], **rows).cleared(np.array([3.0, 1.0]), np.ones(2), None)
    assert found == pytest.approx([0.0, 1.0])
    price = np.array([3.0, 1.0])
    assert clearing([(-1.0, [1.0, 0.0])], **rows).cleared(price, np.ones(2), None) is price  # out of reach


def test_an_own_column_does_not_come_to_gain():
    """One of cost 1 in the first row: its price stays below 1, so the second one falls."""
    found = clearing([(0.0, [-1.0, 1.0])], own=[1.0, 0.0]).cleared(
        np.array([0.9, 1.5]), np.array([10.0, 1.0]), None
    )
    assert found == pytest.approx([1.0, 1.0])


def test_a_ray_that_comes_again_is_kept_clear_of_by_more():
    made = clearing([(2.0, [1.0, 1.0])])
    assert made.lessons == 1
    for lessons, margin in ((2, 1e-8), (3, 1e-7), (4, 1e-6), (4, 1e-6)):  # and no more
        assert made.learn([Ray(0, np.ones(1))]) == []
        assert made.lessons == lessons
        assert made._margin == pytest.approx([margin], rel=1e-9)


def test_what_a_block_says_is_what_it_costs_and_uses():
    model = Model(made_district(5, 2, 2, pool="district"))
    structure = structure_of(model.lp.matrix())
    problem = Problem.of(structure, stages_of(model, "expected")[1].cost, [])
    made = Clearing(problem)
    direction = np.zeros(structure.blocks[2].columns.size)
    direction[:3] = 1.0
    (ray,) = made.learn([Ray(2, direction)])
    assert ray.block == 2
    whole = np.zeros(structure.matrix.shape[1])
    whole[structure.blocks[2].columns] = direction
    assert made._cost[0] == pytest.approx(problem.cost @ whole)
    assert made._use[0] == pytest.approx(problem.coupling @ whole)
