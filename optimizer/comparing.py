"""`compare`: where the district stands today, what reallocation buys and what redesign buys.

The base scenario is the first one without shocks, or the first where every one has some. All three columns show its
plan year 1 with that year's pupils and prices:

- *today*: see `optimizer.today`;
- *best use of today's people*: see `optimizer.reallocation`;
- *optimal*: year 1 of the plan over all years and scenarios, on year 1's funding.

The bridge goes from today's spending to the optimal plan's. Its first step reprices: today's people and goods at the
plan's year-1 prices, leaders at the stipend that the plan pays (at their school, else in the district, else by the
schedule). What is budgeted for technology is taken as it is, as far as it lies between the cheapest and the best
packages that today's seats can carry: the files do not say which of them it buys. All further steps are quantities at
those prices, so a category's `prices` and `quantities` add up to its difference; a category that holds more than the
plan models (development of everybody, say) shows that under `prices`. Figures are in whole cents and add up exactly,
for every school and for the district.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from models.comparison import BridgeStep, BudgetChange, Comparison, in_cents
from models.district import BUDGET_CATEGORIES, Array, District
from models.moves import Moves, staffing_moves
from models.plan import Plan
from models.settings import Objective
from models.standing import Standing, standing_of, whole_cents
from optimizer.reallocation import Reallocation, best_use
from optimizer.solving import solve
from optimizer.staging import Options
from optimizer.today import budgeted, goods_at_prices, least_technology, likely_stipend, today

STEPS = {
    "prices": "today's people and goods at the plan's year-1 prices",
    "left": "people who leave of themselves",
    "laid_off": "people laid off",
    "converted": "people who change their role",
    "moved": "people who change their school",
    "hired": "people hired",
    "stipends": "leader stipends, with benefits",
    "technology": "technology, recurring",
    "devices": "devices bought",
    "development": "yearly development of teams",
    "training": "start-up training",
    "launch": "start-up of schools",
    "startup_grant": "paid from start-up grants",
    "hiring": "cost of hiring",
    "layoffs": "cost of layoffs",
}


def compare(
    district: District,
    objective: Objective | None = None,
    *,
    plan: Plan | None = None,
    options: Options | None = None,
) -> Comparison:
    """Compare today, the best use of today's people and the optimal plan in plan year 1 of the base scenario.

    Parameters
    ----------
    district
        The question.
    objective
        What is maximised; the district's own setting when not given.
    plan
        The optimal plan, if it is there already; its own district and objective count then.
    options
        Solver, method, limits; see `Options`.

    Raises
    ------
    NoPlan
        No plan satisfies all rules.
    SolverFailure
        The solver stopped early or failed.
    Interrupted
        Ctrl-C.

    """
    options = (options or Options()).started()
    if plan is None:
        plan = solve(district, objective, options=options)
    district = plan.district
    goal: Objective = plan.objective  # type: ignore[assignment]
    scenario = base_scenario(district)
    n = int(plan.tree.path[scenario, 0])
    now = today(district, plan.parameters, n)
    options.tell("Best use of today's people")
    found = best_use(district, scenario, now.total, goal, options)
    optimal = standing_of(plan, n, "optimal")
    moves = staffing_moves(district, plan.values["q"][:, :, n])
    priced = _priced(plan, n, now, optimal)
    best = _best_use_column(found, now)
    notes = _notes(district, scenario, now, plan.parameters.F[:, n], found)
    if best is not None and _moved_for_nothing(best, now):
        notes.append(
            "Best use covers no more pupils than today: where its positions differ, that gains nothing."
        )
    return Comparison(
        plan=plan,
        scenario=plan.tree.scenario_ids[scenario],
        node=n,
        today=now,
        best_use=best,
        optimal=optimal,
        bridge=_bridge(plan, n, now, optimal, moves, priced),
        moves=moves,
        budget=None if district.budget is None else _budget(district, now, optimal, priced),
        collisions=found.collisions,
        notes=tuple(notes),
    )


def base_scenario(district: District) -> int:
    """Index of the first scenario without shocks; of the first where every one has some."""
    scenarios = district.scenarios
    shaken = np.any(
        [scenarios.funding_change, scenarios.enrollment_change, scenarios.pay_change], axis=(0, 2)
    )
    return int(np.argmin(shaken))


def _best_use_column(found: Reallocation, now: Standing) -> Standing | None:
    """The column of the best use; schools without a lawful one stand as they do today and are flagged."""
    if found.plan is None:
        return None
    best = standing_of(found.plan, 0, "best_use")

    def merged(own: Array, other: Array) -> Array:
        whole = own.copy()
        whole[found.lawful] = other
        return whole

    arrays = {
        f.name: merged(getattr(now, f.name), getattr(best, f.name))
        for f in dataclasses.fields(Standing)
        if f.name not in ("name", "spending", "lawful")
    }
    spending = {name: merged(now.spending[name], best.spending[name]) for name in BUDGET_CATEGORIES}
    return Standing(name="best_use", spending=spending, lawful=found.lawful, **arrays)


def _priced(plan: Plan, n: int, now: Standing, optimal: Standing) -> dict[str, Array]:
    """Today's people and goods at the plan's year-1 prices, by category, axis s, $."""
    everywhere = optimal.district_stipend
    otherwise = (
        likely_stipend(plan.district) if np.isnan(everywhere) else np.full_like(optimal.stipend, everywhere)
    )
    stipend = np.where(np.isnan(optimal.stipend), otherwise, optimal.stipend)
    priced = goods_at_prices(plan.district, plan.parameters, n, stipend, now.packages, now.team_pupils)
    least = least_technology(plan.district, plan.parameters, n)
    priced["technology"] = np.clip(
        now.spending["technology"], np.minimum(least, priced["technology"]), priced["technology"]
    )
    return priced


def _bridge(
    plan: Plan, n: int, now: Standing, optimal: Standing, moves: Moves, priced: dict[str, Array]
) -> tuple[BridgeStep, ...]:
    money = {name: amounts[:, n] for name, amounts in plan.money.items()}
    beta = plan.district.settings.leaders.stipend_benefits_rate
    amounts = {
        "prices": sum(
            (priced[name] - now.spending[name] for name in BUDGET_CATEGORIES), np.zeros_like(now.pupils)
        ),
        **moves.pay_changes(plan.parameters.c[:, :, n]),
        "stipends": money["stipends"] + money["stipend_benefits"] - (1.0 + beta) * priced["stipends"],
        "technology": money["technology"] - priced["technology"],
        "development": money["development"] - priced["development"],
    }
    amounts |= {name: money[name] for name in STEPS if name not in amounts}
    exact = in_cents([amounts[name] for name in STEPS], whole_cents(optimal.total - now.total))
    return tuple(BridgeStep(name, words, step) for (name, words), step in zip(STEPS.items(), exact))


def _budget(
    district: District, now: Standing, optimal: Standing, priced: dict[str, Array]
) -> tuple[BudgetChange, ...]:
    _, rows = budgeted(district)
    changes = []
    for name in BUDGET_CATEGORIES:
        given = rows[name]
        actual, planned = now.spending[name] * given, optimal.spending[name] * given
        prices, quantities = in_cents(
            [(priced[name] - actual) * given, (planned - priced[name]) * given], whole_cents(planned - actual)
        )
        changes.append(BudgetChange(name, given, actual, prices, quantities, planned))
    return tuple(changes)


def _moved_for_nothing(best: Standing, now: Standing) -> bool:
    """Whether the best use has other positions than today and covers no more pupils: one of many uses as good."""
    gained = float((best.need * (best.covered - now.covered)).sum())
    moved = np.abs(best.positions.sum(axis=0) - now.positions.sum(axis=0)).max(initial=0.0)
    return bool(gained <= 1e-4 * float((now.need * now.pupils).sum()) and moved >= 0.05)


# ---- what a reader must know -------------------------------------------------------------------------------------


def _notes(
    district: District, scenario: int, now: Standing, funding: Array, found: Reallocation
) -> list[str]:
    notes = [_base_note(district, scenario)]
    _, rows = budgeted(district)
    if district.budget is None:
        notes.append("Today's spending is estimated from staff, seats and prices: there is no budget.csv.")
    elif not all(given.all() for given in rows.values()):
        missing = [name for name in BUDGET_CATEGORIES if not rows[name].all()]
        notes.append(
            f"budget.csv lacks {', '.join(missing)} for some schools; there today's spending is estimated."
        )
    over = now.total - funding - district.schools.opening_reserve
    if (over > 0.005).any():
        count, where = int((over > 0.005).sum()), district.schools.name[int(over.argmax())]
        how = "1 school, by" if count == 1 else f"{count:,} schools, by up to"
        notes.append(f"Today's spending is above funding and reserve at {how} ${over.max():,.0f} at {where}.")
    if not found.lawful.all():
        unlawful = [name for name, lawful in zip(district.schools.name, found.lawful) if not lawful]
        who = ", ".join(unlawful[:5]) + (f" and {len(unlawful) - 5} more" if len(unlawful) > 5 else "")
        stand = "" if found.plan is None else " In the district's best use they stand as they do today."
        notes.append(f"Today's people and money allow no lawful use at {who}.{stand}")
    return notes


def _base_note(district: District, scenario: int) -> str:
    name = district.scenarios.id[scenario]
    if len(district.scenarios.id) == 1:
        return f"All columns show {district.settings.first_year}, with its pupils and prices."
    shocks = district.scenarios
    calm = not any(
        getattr(shocks, field)[scenario].any()
        for field in ("funding_change", "enrollment_change", "pay_change")
    )
    why = "which has no shocks" if calm else "the first one, since every scenario has shocks"
    return f"All columns show {district.settings.first_year} in scenario {name}, {why}, with its pupils and prices."
