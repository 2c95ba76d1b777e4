"""The card of `solve --alternatives` and `--fewest-moves`: the best plan and its alternatives side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.alternatives import BEST, FEWEST, Alternatives, difference, folder_of
from models.plan import Plan
from reports.figures import count, dollars, percent, ratio
from reports.text import columns, heading

Array = NDArray[np.float64]

MOST_SCHOOLS = 10  # schools listed on the card; the tables of --out have all
MOST_DIFFERENCES = 3  # roles, team models and schools named for each plan
VISIBLE = 0.05  # FTE; smaller differences read as none


def alternatives_card(found: Alternatives, asked: int, source: str = "FOLDER") -> str:
    """Render the card as plain text; `asked` is how many alternatives were wanted, `source` what the planner typed."""
    lines = [
        *_title(found),
        *_side_by_side(found),
        *_by_school(found),
        *_differences(found),
        *_notes(found, asked),
        *_next(found, asked, source),
    ]
    return "\n".join(lines)


def _title(found: Alternatives) -> list[str]:
    best = found.best
    least = best.stages[best.objective] * (1.0 - found.within)
    goal = {
        "expected": "cover",
        "worst_case": "cover in their worst scenario",
        "max_min": "cover in their worst school",
    }[best.objective]
    return [
        f"{best.district.name}: choices near the best plan",
        f"All of them {goal} at least {percent(least)} of pupils, within {percent(found.within)} of the best.",
    ]


def _side_by_side(found: Alternatives) -> list[str]:
    plans, moves = found.plans, found.moves
    goals = [name for name in ("worst_case", "max_min") if name in found.best.stages]
    words = {"worst_case": "Coverage in the worst scenario", "max_min": "Coverage of the worst school"}
    rows = [
        ["", *found.names],
        ["Coverage", *(percent(plan.coverage) for plan in plans)],
        *([words[name], *(percent(plan.stages[name]) for plan in plans)] for name in goals),
        [
            f"Spending, in dollars of {found.best.district.year_names[0]}",
            *(dollars(plan.spending) for plan in plans),
        ],
        ["Leader stipend", *("none" if plan.stipend is None else dollars(plan.stipend) for plan in plans)],
        ["Teachers per leader in teams", *(ratio(plan.teachers_per_leader) for plan in plans)],
        ["Pupils in teams, last year", *(percent(_in_teams(plan)) for plan in plans)],
        ["Staffing moves a year, FTE", *(count(move.total, 1) for move in moves)],
        ["  hired", *(count(move.yearly(move.hired), 1) for move in moves)],
        ["  changed role or school", *(count(move.yearly(move.changed), 1) for move in moves)],
        ["  laid off", *(count(move.yearly(move.laid_off), 1) for move in moves)],
        [
            "Apart from the best plan, FTE a year",
            *("" if number == 0 else count(found.distances[0, number], 1) for number in range(len(plans))),
        ],
    ]
    return heading("Side by side") + columns(rows, right=range(1, len(plans) + 1))


def _in_teams(plan: Plan) -> float | None:
    last = plan.tree.probability * (plan.tree.year == plan.tree.years)
    pupils = float((plan.parameters.E @ last).sum())
    return float((plan.team_pupils @ last).sum()) / pupils if pupils > 0 else None


def _by_school(found: Alternatives) -> list[str]:
    """Positions filled anew by school; the schools where the plans differ most come first."""
    schools = found.best.district.schools.name
    if len(schools) == 1:
        return []
    gained = np.stack([move.by_school for move in found.moves], axis=1)  # s, plan
    order = np.argsort(-(gained.max(axis=1) - gained.min(axis=1)), kind="stable")[:MOST_SCHOOLS]
    rows = [["", *found.names]]
    rows += [[schools[s], *(count(float(amount), 1) for amount in gained[s])] for s in order]
    if len(schools) > MOST_SCHOOLS:
        rest = gained.sum(axis=0) - gained[order].sum(axis=0)
        rows.append(
            [f"{len(schools) - MOST_SCHOOLS:,} other schools", *(count(float(amount), 1) for amount in rest)]
        )
    return heading("People new to their role or school, by school (FTE a year)") + columns(
        rows, right=range(1, len(found.plans) + 1)
    )


def _differences(found: Alternatives) -> list[str]:
    lines = heading("How they differ from the best plan, in an average year")
    for name, plan in zip(found.names, found.plans):
        if name == BEST:
            continue
        parts = [*_roles(plan, found.best), *_team_models(plan, found.best)]
        where = _schools(plan, found.best)
        lines.append(f"  {name}{'' if parts else ': the same positions and teams'}")
        lines += [f"    {part}" for part in parts]
        if parts and where:
            lines.append(f"    most at {where}")
    return lines


def _more(amount: float, places: int) -> str:
    return f"{count(abs(amount), places)} {'more' if amount > 0 else 'fewer'}"


def _roles(plan: Plan, best: Plan) -> list[str]:
    change = difference(plan, best).sum(axis=0)  # r
    order = [r for r in np.argsort(-np.abs(change), kind="stable") if abs(change[r]) >= VISIBLE]
    return [
        f"{_more(float(change[r]), 1)} FTE: {plan.district.roles.label[r].split(' (')[0]}"
        for r in order[:MOST_DIFFERENCES]
    ]


def _team_models(plan: Plan, best: Plan) -> list[str]:
    models = plan.district.team_models
    pupils = np.einsum(
        "sgmn,n->m", plan.values["x"] - best.values["x"], plan.tree.probability / plan.tree.years
    )
    by_model = {
        name: float(sum(pupils[m] for m in range(pupils.size) if models.team_model[m] == name))
        for name in dict.fromkeys(models.team_model)
    }
    order = sorted(by_model, key=lambda name: -abs(by_model[name]))
    return [
        f"{_more(by_model[name], 0)} pupils: {name.replace('_', ' ')}"
        for name in order[:MOST_DIFFERENCES]
        if abs(by_model[name]) >= 0.5
    ]


def _schools(plan: Plan, best: Plan) -> str:
    change = np.abs(difference(plan, best)).sum(axis=1)  # s
    if change.size == 1:
        return ""
    order = [s for s in np.argsort(-change, kind="stable")[:MOST_DIFFERENCES] if change[s] >= VISIBLE]
    return ", ".join(f"{plan.district.schools.name[s]} ({count(float(change[s]), 1)} FTE)" for s in order)


def _notes(found: Alternatives, asked: int) -> list[str]:
    alternatives = sum(name.startswith("alternative") for name in found.names)
    lines = heading("Notes")
    lines.append("  Apart: positions that the teams of two plans need in another role or at another school.")
    if alternatives:
        lines.append(
            "  Each alternative is as far as the search got from all before it; a farther one may exist."
        )
    if alternatives < asked:
        lines.append(
            f"  {asked} alternatives were asked for; within {percent(found.within)} the search met no further plan that differs."
        )
    worst = max(
        figure
        for plan in found.plans
        for figure in (plan.certificate.primal, plan.certificate.dual, plan.certificate.gap)
        if figure is not None
    )
    word = "hold" if all(plan.certificate.holds for plan in found.plans) else "DO NOT HOLD to 1e-6"
    return [*lines, f"  The certificates of all plans {word} (worst figure {worst:.0e})."]


def _next(found: Alternatives, asked: int, source: str) -> list[str]:
    options = [f"--alternatives {asked}"] * (asked > 0) + ["--fewest-moves"] * (found.names[-1] == FEWEST)
    steps = [[f"spanwise solve {source} {' '.join(options)} --out DIR", "every plan in full"]]
    if len(found.plans) > 1:
        steps.append(
            [
                f"spanwise compare DIR/best DIR/{folder_of(found.names[1])}",
                "two of the plans against each other",
            ]
        )
    return heading("Next") + columns(steps)
