"""Why there is no plan in whole positions, though there is one in fractions: the funding that would make one."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from models.district import District
from models.errors import NoPlan, SpanwiseError
from optimizer.formulation import Model
from optimizer.objectives import Stage
from optimizer.parts import parts_of, side_by_side
from optimizer.rounding import PROVEN, search_first
from optimizer.solving import upper_of
from optimizer.staging import Options
from optimizer.steps import steps_of

SEARCH = 20.0  # s at most, over all stipend steps
SHOWN = 4  # schools and years named


def whole_refusal(district: District, step: float, options: Options) -> NoPlan:
    """Return the error, with funding that is enough for a plan in whole positions, by school and year.

    The amounts are those of the least total (weighted by probability) that the search found in its time; a plan
    exists once they are added.
    """
    head = f"No plan in positions of {step:g} FTE satisfies all rules, although there is one in fractions of positions."
    finer = (
        "try a finer step (--whole 0.5), " if step > 0.5 else "plan in fractions and round with each school, "
    )
    missing = _missing(district, step, options)
    if missing is None:
        return NoPlan(
            f"{head} More funding alone would not make one.",
            f"To have one, {finer}or loosen the rules on positions, launch and start-up spending.",
        )
    named = [f"{_dollars(amount)} at {place}" for place, amount in missing[:SHOWN]]
    rest = missing[SHOWN:]
    if rest:
        named.append(f"{_dollars(sum(amount for _, amount in rest))} in {len(rest)} further places")
    return NoPlan(
        f"{head} This much more funding would make one: {'; '.join(named)}.",
        f"To have one, add that funding, {finer}or pool the schools' funding (funding.pool).",
    )


def _dollars(amount: float) -> str:
    return f"${amount:,.0f}"


def _missing(district: District, step: float, options: Options) -> list[tuple[str, float]] | None:
    """Places and amounts ($, rounded up) of the least missing funding found; `None` when no funding helps."""
    model = Model(district, shortfall=True)
    assert model.short is not None
    cost = model.lp.expression([("n", model.tree.probability, model.short)])
    stage = Stage("short", cost, 1.0, 1.0)
    steps = steps_of(model)
    nothing = np.zeros(cost.size)
    least, best = math.inf, None
    for number in steps:
        parts = parts_of(model, [stage], step, upper_of(model, number), nothing)
        try:
            side_by_side(
                parts,
                search_first,
                SEARCH / len(steps),
                PROVEN,
                dataclasses.replace(options, time_limit=None, deadline=None),
            )
        except SpanwiseError:
            continue
        if any(part.point is None for part in parts):
            continue
        total = sum(part.reached[0] for part in parts)
        if total < least:
            least = total
            point = np.zeros(cost.size)
            for part in parts:
                point[part.columns] = part.points[0]
            best = model.lp.values("short", point)
    if best is None:
        return None
    places = [
        (_place(model, int(s), int(n)), float(math.ceil(best[s, n] - 1e-6)))
        for s, n in np.argwhere(best > 1e-3)
    ]
    return sorted(places, key=lambda place: -place[1])


def _place(model: Model, s: int, n: int) -> str:
    tree = model.tree
    year = model.settings.first_year + int(tree.year[n]) - 1
    through = np.flatnonzero(tree.path[:, tree.year[n] - 1] == n)
    names = "" if through.size == len(tree.scenario_ids) else ", ".join(tree.scenario_ids[c] for c in through)
    return f"{model.district.schools.name[s]} in {year}" + (f" ({names})" if names else "")
