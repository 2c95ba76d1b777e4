"""Where a rule's dual is greatest."""

from __future__ import annotations

import numpy as np

from models.plan import RulePrices


def test_the_strongest_of_places_that_are_alike_up_to_rounding_is_the_first() -> None:
    dual = np.array([[np.nan, -2.0], [2.0 + 1e-12, 1.0]])
    prices = RulePrices("sn", dual, np.zeros((2, 2)))
    assert prices.strongest == (0, 1)
    assert prices.strength.tolist() == [[0.0, 2.0], [2.0 + 1e-12, 1.0]]


def test_a_dual_that_is_truly_greater_is_the_strongest() -> None:
    assert RulePrices("n", np.array([1.0, -1.1]), np.zeros(2)).strongest == (1,)
