"""Piecewise linear functions: sums, envelopes, and what is left of their points."""

import numpy as np
import pytest

from models.polyline import Polyline, total, upper_envelope


def concave(rng, low, high):
    at = np.sort(np.concatenate([[low, high], rng.uniform(low, high, rng.integers(1, 6))]))
    slope = np.sort(rng.normal(0.5, 1.0, at.size - 1))[::-1]
    value = rng.normal() + np.concatenate([[0.0], np.cumsum(slope * np.diff(at))])
    return Polyline.of(at, value, slope)


def test_sums_and_envelopes_agree_with_the_functions_everywhere():
    rng = np.random.default_rng(5)
    for _ in range(40):
        lows = np.sort(rng.choice([0.0, 0.1, 0.35], 4))
        lines = [concave(rng, low, 1.0) for low in lows]
        grid = rng.uniform(0.351, 1.0, 50)
        same = [concave(rng, 0.0, 1.0) for _ in range(3)]
        assert total(same)(grid) == pytest.approx(sum(line(grid) for line in same))
        best = upper_envelope(lines, [3, 4, 5, 6])
        assert best(grid) == pytest.approx(np.max([line(grid) for line in lines], axis=0))
        inside = grid[np.abs(grid[:, None] - best.at).min(axis=1) > 1e-6]
        owners = best.piece[np.searchsorted(best.at, inside, side="right") - 1]
        assert [
            lines[owner - 3](np.array([place]))[0] for owner, place in zip(owners, inside)
        ] == pytest.approx(best(inside))
        assert best.at[0] == lows[0]


def test_a_function_that_begins_above_makes_a_jump():
    low = Polyline.of([0.0, 1.0], [0.0, 0.1], [0.1])
    late = Polyline.of([0.5, 1.0], [0.8, 0.9], [0.2])
    best = upper_envelope([low, late], [0, 1])
    assert best.at == pytest.approx([0.0, 0.5, 0.5, 1.0])
    assert best.value == pytest.approx([0.0, 0.05, 0.8, 0.9])
    assert list(best.piece) == [0, 1, 1]
    assert best.without_straight_points(1e-9).at.size == 4


def test_of_functions_that_are_alike_the_first_is_the_greatest():
    """A dearer stipend that covers no more than a cheaper one, but for rounding, does not take over."""
    cheap = Polyline.of([0.0, 0.5, 1.0], [0.2, 0.6, 0.7], [0.8, 0.2])
    dear = Polyline.of([0.0, 0.4, 1.0], [0.1, 0.58 + 3e-12, 0.7 + 4e-12], [1.2, 0.2 + 2e-12])
    alike = Polyline.of([0.0, 0.5, 1.0], [0.2 + 1e-13, 0.6, 0.7], [0.8 + 1e-12, 0.2 + 1e-12])
    best = upper_envelope([cheap, alike], [0, 1])
    assert list(best.piece) == [0, 0]
    best = upper_envelope([cheap, dear], [0, 1])
    assert best.piece[-1] == 0 and best(np.array([1.0]))[0] == pytest.approx(0.7)
    assert upper_envelope([cheap.only_at(np.array([1.0])), dear.only_at(np.array([1.0]))], [0, 1]).value == [
        0.7
    ]


def test_of_two_functions_that_begin_together_the_steeper_one_is_on_top() -> None:
    flat, steep = Polyline.of([0.0, 1.0], [0.0, 0.1], [0.1]), Polyline.of([0.0, 1.0], [0.0, 1.0], [1.0])
    for lines, on_top in (([flat, steep], 1), ([steep, flat], 0)):
        best = upper_envelope(lines, [0, 1])
        assert (list(best.at), list(best.value), list(best.piece)) == ([0.0, 1.0], [0.0, 1.0], [on_top])


def test_straight_points_are_left_out():
    line = Polyline.of([0.0, 0.5, 1.0], [0.0, 1.0, 2.0], [2.0, 2.0 + 1e-12])
    assert line.without_straight_points(1e-9).at == pytest.approx([0.0, 1.0])
