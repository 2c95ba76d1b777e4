"""The cut ladder: the best plan at every rung, and what gives way first against the plan without a cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.district import District
from models.errors import NoPlan
from models.plan import Plan
from models.preset import Preset
from models.rung import Rung
from optimizer.priced import standing
from optimizer.shocks import Shocked, funding_cut, shocked
from optimizer.solving import solve, upper_of
from optimizer.staging import Options
from optimizer.steps import steps_of

Array = NDArray[np.float64]

LADDER = (0.0, 0.03, 0.07, 0.10, 0.14)
"""Cuts of a first screen; sources: the presets, Title I's 10 % line, and CRPE's 14 % (2014)."""
FLOOR = 0.10
"""Title I's maintenance of effort: at least 90 % of last year's state and local funding."""


def rungs(
    district: District, plan: Plan | None, cuts: tuple[float, ...], options: Options
) -> tuple[Rung, ...]:
    """Plan the district at cuts of all its funding; `plan` is the one without a cut."""
    made = []
    for cut in cuts:
        options.tell(f"Cut ladder: {cut:.0%}")
        shock = funding_cut(district, cut)
        words = f"−{cut * 100:g} % of funding" if cut else "no cut"
        rung = Rung(f"{cut:g}", words, words, shock.how, cut=cut, past_floor=cut > FLOOR + 1e-9)
        made.append(_measured(rung, shock, plan, options))
    return tuple(made)


def preset_rungs(
    district: District, plan: Plan | None, presets: tuple[Preset, ...], options: Options
) -> tuple[Rung, ...]:
    """Plan the district under sourced shocks; `plan` is the one without a shock."""
    made = []
    for preset in presets:
        options.tell(f"Preset: {preset.name}")
        shock = shocked(district, preset, plan)
        rung = Rung(
            preset.name,
            preset.label,
            preset.shock,
            shock.how,
            preset.source,
            preset.url,
            cut=shock.cut,
            past_floor=shock.cut is not None and shock.cut > FLOOR + 1e-9,
        )
        made.append(_measured(rung, shock, plan, options))
    return tuple(made)


def _measured(rung: Rung, shock: Shocked, plan: Plan | None, options: Options) -> Rung:
    """Solve a rung and measure it, or find how much funding it lacks."""
    from dataclasses import replace

    try:
        under = solve(shock.district, options=options, model=shock.model())
    except NoPlan:
        return replace(rung, missing=least_missing(shock, options))
    amounts = items_of(under)
    without = {} if plan is None else items_of(plan)
    falls = {item: 1.0 - amounts[item] / before for item, before in without.items() if before > 1e-9}
    return replace(
        rung,
        coverage=under.coverage,
        spending=under.spending,
        amounts=amounts,
        falls={item: fall if abs(fall) > 1e-9 else 0.0 for item, fall in falls.items()},
        positions=positions_of(under),
    )


def items_of(plan: Plan) -> dict[str, float]:
    """What a plan has a year and pupil (expected, over all years); see `Rung.amounts`."""
    p, probability, kind = plan.parameters, plan.tree.probability, plan.district.roles.of_kind
    pupils = float((p.E * probability).sum())
    fte = {
        "teachers": kind("teacher"),
        "leaders": kind("leader"),
        "aides": kind("aide"),
        "specialists": kind("nonclassroom"),
    }
    money = {
        "technology": ("technology",),
        "devices": ("devices",),
        "development": ("development",),
        "training": ("training", "launch"),
    }
    items = {
        name: 1000.0 * float(np.einsum("srn,r,n->", plan.values["q"], of, probability)) / pupils
        for name, of in fte.items()
    }
    for name, lines in money.items():
        items[name] = float(sum((plan.money[line] * probability).sum() for line in lines)) / pupils
    return items | {"coverage": plan.coverage}


def positions_of(plan: Plan) -> dict[str, float]:
    """Expected FTE of the last plan year, by role."""
    last = plan.tree.probability * (plan.tree.year == plan.tree.years)
    fte = np.einsum("srn,n->r", plan.values["q"], last)
    return {role: float(amount) for role, amount in zip(plan.district.roles.id, fte)}


def least_missing(shock: Shocked, options: Options) -> float | None:
    """The least money ($, expected over all years) that makes a plan when it is added to the budgets.

    `None` where another rule than `budget` stands in the way.
    """
    model = shock.model(shortfall=True)
    assert model.short is not None
    cost = model.lp.expression([("n", model.tree.probability, model.short)])
    live = standing(model.lp.matrix(), options.started())
    found = []
    for step in steps_of(model):
        live.bounds(live.matrix.column_lower, upper_of(model, step))
        solution = live.minimise(cost)
        if solution.point is not None:
            found.append(float(cost @ solution.point))
    return min(found, default=None)
