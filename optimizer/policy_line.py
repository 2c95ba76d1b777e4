"""A stage's best value along a line under the district's stipend policy: the greatest over the steps it may pay."""

from __future__ import annotations

import numpy as np

from models.polyline import Polyline, upper_envelope
from optimizer.formulation import Model
from optimizer.line import Line
from optimizer.solving import upper_of
from optimizer.steps import steps_of

ROUGH = 1e-3  # on the stage's scale: how exactly a step is traced to see where it may be the best
HAIR = 1e-8


def sampled_line(model: Model, line: Line, low: float, high: float, points: int) -> Polyline | None:
    """Sample every stipend step at places evenly over the range and at 0, and keep the greatest; `None` without any plan.

    A step that has a plan in a part of the range alone is sampled there. All steps are sampled where one of them begins or
    ends, so that every place of the result is exact; where two of them cross between places is not told.
    """
    steps = steps_of(model)
    reach: dict[int, tuple[float, float]] = {}
    for number, step in enumerate(steps):
        line.restrict(upper_of(model, step))
        found = line.reach(low, high)
        if found is not None:
            reach[number] = found
    if not reach:
        return None
    least, most = min(first for first, _ in reach.values()), max(last for _, last in reach.values())
    grid = np.linspace(least, most, points)
    if least < 0.0 < most and np.abs(grid).min() > HAIR:
        grid = np.sort(np.append(grid, 0.0))  # today's funding, which nobody should read off a straight line
    if len(reach) > 1:
        grid = np.unique(np.concatenate([grid, *reach.values()]))
    lines = []
    for number, (first, last) in reach.items():
        if len(reach) > 1:
            line.restrict(upper_of(model, steps[number]))
        inner = grid[(grid > first + HAIR) & (grid < last - HAIR)]
        lines.append(line.sample(np.concatenate([[first], inner, [last]])))
    return upper_envelope(lines, list(reach)).only_at(grid) if len(lines) > 1 else lines[0]


def best_line(model: Model, line: Line, low: float, high: float, tolerance: float) -> Polyline | None:
    """Trace every stipend step where it may be the best of all, and keep the greatest; `None` without any plan.

    `piece` of the result is the step's index. A rough trace lies below the exact function by at most its tolerance, so
    that a step is traced exactly only where it could be on top.
    """
    steps = steps_of(model)
    reach: dict[int, tuple[float, float]] = {}
    rough: dict[int, Polyline] = {}
    for number, step in enumerate(steps):
        line.restrict(upper_of(model, step))
        found = line.reach(low, high)
        if found is not None:
            reach[number] = found
            if len(steps) > 1:
                rough[number] = line.trace(*found, ROUGH)
    if not reach:
        return None
    exact: list[tuple[int, Polyline]] = []
    for number, (first, last) in reach.items():
        line.restrict(upper_of(model, steps[number]))
        hopeful = _where_it_may_win(rough, number) if len(reach) > 1 else [(first, last)]
        exact += [(number, line.trace(begin, end, tolerance)) for begin, end in hopeful]
    return upper_envelope([traced for _, traced in exact], [number for number, _ in exact])


def _where_it_may_win(rough: dict[int, Polyline], number: int) -> list[tuple[float, float]]:
    """The ranges outside which a step is surely not the best, from lower bounds that are at most `ROUGH` too low."""
    own = rough[number]
    others = upper_envelope(
        [line for other, line in rough.items() if other != number], [0] * (len(rough) - 1)
    )
    at = np.unique(np.concatenate([own.at, others.at[(others.at >= own.at[0]) & (others.at <= own.at[-1])]]))
    if at.size == 1:
        return [(float(at[0]), float(at[0]))]
    known = (at >= others.at[0]) & (at <= others.at[-1])
    # both functions are straight between two places, so a step that wins between them wins at one of the two; the
    # others may jump there, and then what they reach on either side counts
    least = np.minimum(others(at - HAIR), others(at + HAIR))
    wins = ~known | (own(at) + ROUGH >= least)
    wins = wins | np.append(wins[1:], False) | np.append(False, wins[:-1])  # up to a place where it does not
    begins = np.flatnonzero(wins & ~np.append(False, wins[:-1]))
    ends = np.flatnonzero(wins & ~np.append(wins[1:], False))
    return [(float(first), float(last)) for first, last in zip(at[begins], at[ends])]
