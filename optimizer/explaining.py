"""The answer of `explain`: what a plan's rules are worth and what holds it back, or why there is no plan."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from models.district import District
from models.errors import NoPlan
from models.explanation import Amount, Collision, Conflict, Explanation
from models.plan import Plan
from models.settings import Objective
from models.status import Status
from optimizer.asking import collision
from optimizer.conflict import conflict
from optimizer.extra_money import YEARLY, extra_money
from optimizer.formulation import Model
from optimizer.levers import lever_prices, row_prices
from optimizer.limits import limits
from optimizer.loosening import questions
from optimizer.objectives import stages_of
from optimizer.pricing import Pricing
from optimizer.shortfall import CENT, Shortfall, least_shortfall
from optimizer.solving import solve, upper_of
from optimizer.staging import Options

Array = NDArray[np.float64]

SMALLEST_NAMED = 0.005  # $; a smaller amount at one place is a solver's rounding


def explain(
    district: District,
    objective: Objective | None = None,
    *,
    options: Options | None = None,
    solve_again: bool = True,
    extra: float = YEARLY,
) -> Explanation:
    """Explain a district's plan, or why it has none.

    Parameters
    ----------
    district
        The question.
    objective
        What is maximised; the district's own setting when not given.
    options
        Limits and threads; prices and conflicts come from HiGHS.
    solve_again
        Also answer what needs further solves of the whole model: settings one step looser, and more money.
    extra
        Dollars a year that are offered to the whole district.

    Raises
    ------
    SolverFailure
        The solver stopped early or failed.

    """
    options = dataclasses.replace((options or Options()).started(), solver="highs")
    goal: Objective = objective or district.settings.coverage.objective
    try:
        plan = solve(district, goal, options=options)
    except NoPlan:
        return _without_plan(district, goal, options)
    return _with_plan(plan, goal, options, extra if solve_again else None)


# ---- with a plan -------------------------------------------------------------------------------------------------


def _with_plan(plan: Plan, goal: Objective, options: Options, extra: float | None) -> Explanation:
    district = plan.district
    model = Model(district)
    stage = stages_of(model, goal)[0]
    step = None if plan.stipend_step is None else int(np.flatnonzero(model.p.sigma == plan.stipend_step)[0])
    options.tell("Prices of the rules")
    pricing = Pricing(model.lp.matrix().replace(column_upper=upper_of(model, step)), stage, options)
    prices = lever_prices(model, pricing)
    found = Explanation(
        district=district.name,
        status=Status.OPTIMAL,
        objective=goal,
        years=district.year_names,
        coverage=plan.coverage,
        scale=stage.scale,
        stipend_step=plan.stipend_step,
        prices=tuple(prices),
        rows=tuple(row_prices(model, pricing)),
        limits=tuple(limits(plan, model, pricing)),
        notes=tuple(_notes(district, goal, plan, degenerate=any(not price.unique for price in prices))),
        plan=plan,
    )
    if extra is None:
        return found
    first = next(iter(plan.stages.values()))
    answers = questions(district, goal, first, options)
    options.tell(f"What ${extra:,.0f} more a year would buy")
    return dataclasses.replace(
        found, settings=tuple(answers), extra=extra_money(plan, stage.scale, options, extra)
    )


def _notes(district: District, goal: str, plan: Plan, *, degenerate: bool) -> list[str]:
    notes = []
    if district.years > 1 or len(district.scenarios.id) > 1:
        notes.append("A pupil counts once in every plan year, weighted with the scenario's probability.")
    if np.ptp(district.schools.need_weight) > 0:
        notes.append(
            "Pupils are weighted with the need_weight of their school; a pupil of average weight counts once."
        )
    if plan.stipend_step is not None:
        notes.append(
            f"Prices hold for one stipend of ${plan.stipend_step:,.0f} everywhere, the step of this plan."
        )
    if goal != "expected":
        which = "the worst scenario" if goal == "worst_case" else "the worst school"
        notes.append(f"Gains are those of {which}'s coverage, which is maximised first.")
    if degenerate:
        notes.append(
            "The plan is degenerate: at some rules a step more gains less than a step less loses. Both were found by"
            " solving again, and the gain of a step more is the one shown."
        )
    return notes


# ---- without a plan ----------------------------------------------------------------------------------------------


def _without_plan(district: District, goal: Objective, options: Options) -> Explanation:
    options.tell("There is no plan: least extra funding")
    short: Shortfall | None
    try:
        short = least_shortfall(district, options)
    except NoPlan:
        short = None
    options.tell("There is no plan: which rules collide")
    found = Explanation(
        district=district.name,
        status=Status.INFEASIBLE,
        objective=goal,
        years=district.year_names,
        conflict=_conflict(district, short, options),
    )
    if short is None:
        return found
    missing = _amounts(district, short)
    notes = ["Amounts are rounded up to the cent; they may be placed differently at the same total."]
    if short.step is not None:
        step = district.stipends.stipend[district.steps][short.step]
        notes.append(f"With a stipend of ${step:,.0f} everywhere, the step that needs least.")
    if not missing:
        notes = ["Less than a cent is missing: the rules collide by no more than rounding."]
    return dataclasses.replace(
        found, missing=tuple(missing), missing_expected=short.expected, notes=tuple(notes)
    )


def _amounts(district: District, short: Shortfall) -> list[Amount]:
    """Missing funding by place, each amount rounded up to the cent."""
    tree = short.tree
    return [
        Amount(
            district.schools.id[s],
            district.schools.name[s],
            int(tree.year[n]) - 1 + district.settings.first_year,
            tree.labels[n],
            float(tree.probability[n]),
            math.ceil(float(short.amounts[s, n]) / CENT - 1e-6) * CENT,
        )
        for s, n in np.argwhere(short.amounts > SMALLEST_NAMED)
    ]


def _conflict(district: District, short: Shortfall | None, options: Options) -> Conflict | None:
    """Find the collision: for all stipends if they collide under all, else under the step that needs least.

    Without a plan at any funding, the rules that collide then are named: `budget` is none of them.
    """
    despite = short is None
    model = Model(district, shortfall=despite)
    rows = conflict(model, _without_grants(model, model.lp.matrix().column_upper), options)
    stipend = None
    if rows is None and model.p.sigma.size:
        step = short.step if short is not None and short.step is not None else 0
        stipend = float(model.p.sigma[step])
        rows = conflict(model, _without_grants(model, upper_of(model, step)), options)
    if rows is None:  # infeasible by no more than the solver's tolerance
        return None
    found: list[Collision] = [collision(model, int(row)) for row in rows]
    return Conflict(tuple(found), despite, stipend)


def _without_grants(model: Model, column_upper: Array) -> Array:
    """Upper bounds of the columns with no grant money where there is no grant: that is no rule that could be spared."""
    upper = column_upper.copy()
    upper[model.u.index[model.district.schools.startup_grant == 0]] = 0.0
    return upper
