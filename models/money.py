"""The lines of a plan's budget, worked out from the decisions alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from models.plan import Plan

Array = NDArray[np.float64]

SPENT = (
    "salaries",
    "benefits",
    "stipends",
    "stipend_benefits",
    "technology",
    "development",
    "devices",
    "training",
    "launch",
    "startup_grant",
    "hiring",
    "layoffs",
    "out_of_scope",
)
"""Lines that add up to the left side of `budget` less the reserve; `startup_grant` counts against the others."""


def money_lines(plan: Plan) -> dict[str, Array]:
    """Every money line in dollars of the plan year, axes sn.

    The lines of `SPENT` add up to `spending`; `funding` + `reserve_before` + `transfer_in` − `transfer_out` + `shortfall` −
    `spending` − `reserve` is `unspent`, the slack of the rule `budget`.
    """
    district, p, values = plan.district, plan.parameters, plan.values
    settings, roles = district.settings, district.roles
    rate = roles.benefits_rate[:, None]
    payroll = p.c * values["q"]  # srn
    stipends = np.einsum("t,stn->sn", p.sigma, plan.leaders)
    opened = values["o"] - _before(plan, values["o"], p.o0)
    lines = {
        "salaries": (payroll / (1.0 + rate)).sum(axis=1),
        "benefits": (payroll * rate / (1.0 + rate)).sum(axis=1),
        "stipends": stipends,
        "stipend_benefits": settings.leaders.stipend_benefits_rate * stipends,
        "technology": np.einsum("kn,sgkn->sn", p.run, values["w"]),
        "development": p.develop * plan.team_pupils,
        "devices": np.einsum("vn,svn->sn", p.buy, values["b"]),
        "training": p.launch * values["d"],
        "launch": p.fixlaunch * opened,
        "startup_grant": 0.0 - values["u"],  # none is 0.0, not -0.0
        "hiring": settings.staff.hiring_cost * _movers(plan, "i"),
        "layoffs": settings.staff.layoff_cost * _movers(plan, "l"),
        "out_of_scope": p.X,
    }
    nothing = np.zeros_like(p.F)
    lines["spending"] = sum((lines[name] for name in SPENT), nothing)
    lines["startup"] = lines["devices"] + lines["training"] + lines["launch"]
    lines["funding"] = p.F
    lines["reserve"] = values.get("R", nothing)
    lines["reserve_before"] = _before(plan, lines["reserve"], district.schools.opening_reserve)
    lines["transfer_in"] = values.get("in", nothing)
    lines["transfer_out"] = values.get("out", nothing)
    lines["shortfall"] = values.get("short", nothing)
    lines["unspent"] = (
        lines["funding"]
        + lines["reserve_before"]
        + lines["transfer_in"]
        - lines["transfer_out"]
        + lines["shortfall"]
        - lines["spending"]
        - lines["reserve"]
    )
    return lines


def _before(plan: Plan, stock: Array, today: Array) -> Array:
    """A stock (axes sn) at the parent of each node; today's at the roots."""
    parent = plan.tree.parent
    return np.where(parent >= 0, stock[:, parent], today[:, None])


def _movers(plan: Plan, block: str) -> Array:
    """Hires or layoffs, axes sn; those of a district with mobility are shared by funding."""
    values = plan.values[block]
    if values.ndim == 3:
        return np.asarray(values.sum(axis=1))
    whole = plan.parameters.F.sum(axis=0)
    even = np.full_like(plan.parameters.F, 1.0 / plan.parameters.F.shape[0])
    return np.asarray(np.divide(plan.parameters.F, whole, out=even, where=whole > 0) * values.sum(axis=0))
