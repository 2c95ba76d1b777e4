"""The plan's card: what was decided, what it reaches, what it costs and how sure it is, on one screen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.plan import YEAR, Plan
from models.status import Status
from reports.figures import count, dollars, few_points, percent, plural, ratio, seconds
from reports.text import columns, heading
from reports.words import closing

Array = NDArray[np.float64]

CATEGORIES = {
    "Salaries": ("salaries",),
    "Benefits": ("benefits",),
    "Leader stipends, with benefits": ("stipends", "stipend_benefits"),
    "Technology, recurring": ("technology",),
    "Technology, devices bought": ("devices",),
    "Development": ("development",),
    "Start-up: training and launch": ("training", "launch"),
    "Paid from start-up grants": ("startup_grant",),
    "Hiring and layoffs": ("hiring", "layoffs"),
    "Outside the plan's scope": ("out_of_scope",),
}
STARTUP_LINE, TECHNOLOGY_LINE = 0.07, 0.02  # LEAP Innovations and Afton Partners, 2018
OBJECTIVES = {
    "expected": "expected coverage",
    "worst_case": "coverage in the worst scenario",
    "max_min": "coverage of the worst school",
}


def card(plan: Plan, source: str = "FOLDER") -> str:
    """Render the card as plain text; `source` is what the planner typed, for the next steps."""
    lines = [
        *_title(plan),
        *_coverage(plan),
        *_decisions(plan),
        *_money(plan),
        *_tightest(plan),
        *_sure(plan),
        *_next(source),
    ]
    return "\n".join(lines)


def _years(plan: Plan) -> list[str]:
    return [str(year) for year in plan.district.year_names]


def _by_year(plan: Plan, amounts: Array) -> Array:
    """Expected amounts (axes sn) summed over schools, axis y."""
    return np.bincount(plan.tree.year - 1, plan.tree.probability * amounts.sum(axis=0), plan.tree.years)


def _title(plan: Plan) -> list[str]:
    district = plan.district
    size = (
        f"{plural(len(district.schools.id), 'school')}, {plural(float(district.enrollment.sum()), 'pupil')}"
    )
    span = (
        f"{district.year_names[0]}"
        if plan.tree.years == 1
        else f"{district.year_names[0]} to {district.year_names[-1]}"
    )
    scenarios = len(plan.tree.scenario_ids)
    lines = [f"{district.name}: {size}, {span}" + (f", {scenarios} scenarios" if scenarios > 1 else "")]
    if plan.status is Status.SHORT:
        assert plan.shortfall is not None
        lines += [
            "",
            f"THIS PLAN HAS A HOLE: {dollars(float((plan.shortfall @ plan.tree.probability).sum()))} of funding "
            "is missing (expected, all years).",
        ]
        where = sorted(np.argwhere(plan.shortfall > 0.005), key=lambda at: -plan.shortfall[tuple(at)])  # type: ignore[index]
        lines += [
            f"  {district.schools.name[s]} in {_when(plan, n)}: {dollars(float(plan.shortfall[s, n]))}"
            for s, n in where[:8]
        ]
        if len(where) > 8:
            lines.append(f"  and {len(where) - 8} more; see 'spanwise explain'")
    if plan.status is Status.FEASIBLE and plan.rounding is not None:
        lines += [
            "",
            "PROVEN BEST IN COVERAGE, BUT NOT CHEAPEST: the search for least spending stopped early."
            if plan.rounding.gap <= 1e-6
            else f"NOT PROVEN BEST: the search stopped at a gap of {percent(plan.rounding.gap, 2)}.",
        ]
    return lines


def _coverage(plan: Plan) -> list[str]:
    lines = heading(
        f"Coverage: {percent(plan.coverage)} of pupils fully served (maximised: {OBJECTIVES[plan.objective]})"
    )
    for name in ("worst_case", "max_min"):
        if name in plan.stages:
            lines.append(
                f"  {OBJECTIVES[name][0].upper()}{OBJECTIVES[name][1:]}: {percent(plan.stages[name])}"
            )
    if plan.tree.years > 1:
        lines += columns(
            [
                ["By year", *_years(plan)],
                ["expected", *(percent(float(share)) for share in plan.coverage_by_year)],
            ],
            right=range(1, plan.tree.years + 1),
        )
    if len(plan.tree.scenario_ids) > 1:
        labels = dict(zip(plan.district.scenarios.id, plan.district.scenarios.label))
        chance = dict(zip(plan.tree.scenario_ids, plan.tree.scenario_probability))
        lines += ["", "  By scenario"]
        lines += columns(
            [
                [name, percent(share), f"(chance {percent(float(chance[name]), 0)})", labels.get(name, "")]
                for name, share in plan.coverage_by_scenario.items()
            ],
            right=(1,),
            indent=4,
        )
    known = {school: share for school, share in plan.coverage_by_school.items() if share is not None}
    if len(known) > 1:
        names = dict(zip(plan.district.schools.id, plan.district.schools.name))
        low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
        alike = percent(known[low]) == percent(known[high])
        lines += [
            "",
            f"  Between schools: {percent(known[low])} at every one of them"
            if alike
            else f"  Between schools: {percent(known[low])} at {names[low]} to {percent(known[high])} at {names[high]}",
        ]
    return lines


def _decisions(plan: Plan) -> list[str]:
    p, tree, district = plan.parameters, plan.tree, plan.district
    every = np.broadcast_to(tree.probability, plan.covered.shape)
    _, leaders, aides = (float((fte * every).sum()) for fte in plan.team_fte)
    policy = " everywhere" if plan.stipend_step is not None else " on average"
    stipend = (
        "none: the plan has no leader" if plan.stipend is None else f"{dollars(plan.stipend)} a year{policy}"
    )
    span = ratio(plan.teachers_per_leader)
    last = [n for n in range(tree.size) if tree.year[n] == tree.years]
    rows = [
        ["Leader stipend", stipend],
        [
            "Teachers per leader in teams",
            span if leaders <= 1e-9 else f"{span}  (aides per leader {ratio(aides / leaders)})",
        ],
        ["Pupils in teams, last year", percent(_share(plan.team_pupils, p.E, tree.probability, last))],
    ]
    lines = heading("Decided") + columns(rows)
    equipped = np.einsum("sgkn,n->k", plan.values["w"], tree.probability)
    if equipped.sum() > 0:
        lines += ["", "  Technology, pupils by package (average year)"]
        lines += columns(
            [
                [
                    district.technology.label[k] or district.technology.id[k],
                    count(equipped[k] / tree.years),
                    percent(equipped[k] / equipped.sum()),
                ]
                for k in range(len(equipped))
                if equipped[k] > 0.5
            ],
            right=(1, 2),
            indent=4,
        )
    return lines


def _share(part: Array, whole: Array, probability: Array, nodes: list[int]) -> float | None:
    below = float((whole * probability)[:, nodes].sum())
    return float((part * probability)[:, nodes].sum()) / below if below > 0 else None


def _money(plan: Plan) -> list[str]:
    money, years = plan.money, plan.tree.years
    table = [["Expected, in dollars of the year", *_years(plan)]]
    for title, names in CATEGORIES.items():
        amounts = _by_year(plan, sum((money[name] for name in names), np.zeros_like(plan.covered)))
        if np.abs(amounts).max() >= 0.5:
            table.append([title, *(dollars(float(amount)) for amount in amounts)])
    table += [
        [title, *(dollars(float(amount)) for amount in _by_year(plan, money[line]))]
        for title, line in closing(money).items()
    ]
    funding = _by_year(plan, money["funding"])
    startup, technology = _by_year(plan, money["startup"]), _by_year(plan, money["technology"])
    lines = heading("Money") + columns(table, right=range(1, years + 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [
            _against(f"{title} share of funding", amounts / funding, limit, line)
            for title, amounts, limit, line in (
                ("Start-up", startup, plan.district.settings.launch.startup_max_share, STARTUP_LINE),
                (
                    "Recurring technology",
                    technology,
                    plan.district.settings.technology.max_share,
                    TECHNOLOGY_LINE,
                ),
            )
        ]
    lines += ["", *columns(shares, right=range(1, years + 1))]
    lines += [
        "",
        f"  Expected spending over the plan, in dollars of {plan.district.year_names[0]}: {dollars(plan.spending)}",
    ]
    return lines


def _against(title: str, shares: Array, limit: float | None, line: float) -> list[str]:
    """Shares by year beside the district's own limit, or else the line that the study's schools kept."""
    most, whose = (line, "study's line") if limit is None else (limit, "limit")
    over = [" over" if share > most + 1e-9 else "" for share in shares]
    cells = [percent(float(share)) + mark for share, mark in zip(shares, over)]
    return [f"{title} ({whose} {percent(most, 0 if round(most * 100, 9).is_integer() else 1)})", *cells]


WORDS = {
    "budget": "the budget",
    "startup_cap": "the start-up cap",
    "technology_cap": "the technology cap",
    "growth": "the growth limit",
    "seats": "seats for pupils",
    "training": "trained places",
    "launch": "the launch of the school",
    "staff_flow": "people to hire or keep",
    "position_loss": "the limit on lost positions",
    "adult_floor": "the floor of adults",
    "leader_share": "the leader share",
    "eligible_teachers": "eligible teachers",
    "stipend_take_up": "stipend take-up",
    "reserve_cap": "the reserve cap",
    "school_floor": "the coverage floor",
    "startup_grant": "the start-up grant",
    "transfer": "the pool between schools",
}
PRICED = tuple(
    name
    for name in WORDS
    if name not in ("training", "launch", "staff_flow", "stipend_take_up", "seats", "transfer")
)

IN_DOLLARS = ("budget", "startup_cap", "technology_cap", "reserve_cap", "startup_grant")


def _tightest(plan: Plan) -> list[str]:
    """Name the rules where a step everywhere (one unit, $1,000) would be worth most, each at its dearest place."""
    title = "Tightest rules"
    if plan.rounding is not None or plan.status is Status.SHORT:
        kind = "in whole positions" if plan.rounding is not None else "with a hole"
        price = (
            "those of the plan in fractions"
            if plan.rounding is not None
            else "what restores a plan without one"
        )
        return heading(title) + [f"  A plan {kind} has no prices; 'spanwise explain' gives {price}."]
    rows = []
    for rule in PRICED:
        if rule not in plan.prices:
            continue
        strength = plan.prices[rule].strength
        if strength.max(initial=0.0) <= 1e-9:
            continue
        binding = int((strength > 1e-9).sum())
        prices = plan.prices[rule].by_year(plan.tree)
        at = prices.strongest
        per = 1_000.0 if rule in IN_DOLLARS else 1.0
        unit = "$1,000 more" if per > 1 else "one more"
        gain = float(prices.strength[at]) * per
        worth = (
            f"covers up to {count(gain, 2)} more pupils"
            if plan.objective == "expected" or not plan.price_scale
            else f"adds up to {few_points(gain / plan.price_scale)}"
        )
        rows.append(
            (
                float(strength.sum()) * per,
                [
                    WORDS[rule],
                    f"binds {binding:,} of {np.isfinite(plan.prices[rule].dual).sum():,} times",
                    f"{unit} {worth} at {_place(plan, prices.axes, at)}",
                ],
            )
        )
    if not rows:
        return heading(title) + ["  None: every pupil that can be covered is."]
    rows.sort(key=lambda row: -row[0])
    return heading(f"{title} (at most what a step is worth; 'spanwise explain' takes the steps)") + columns(
        [row for _, row in rows[:5]]
    )


def _place(plan: Plan, axes: str, at: tuple[np.intp, ...]) -> str:
    names = {
        "s": plan.district.schools.name,
        "g": plan.district.bands.id,
        "P": plan.district.roles.pools,
        "v": plan.district.device_types.id,
        "r": plan.district.roles.id,
    }
    parts = []
    for letter, i in zip(axes, at):
        if letter == YEAR:
            parts.append(f"in {plan.district.year_names[i]}")
        elif letter in names:
            parts.append(names[letter][i])
    return " ".join(parts) or "the district"


def _year(plan: Plan, n: np.intp) -> int:
    return plan.district.settings.first_year - 1 + int(plan.tree.year[n])


def _when(plan: Plan, n: np.intp) -> str:
    """The year of a node, and its scenarios where they are not all: `2029 (cut7)`."""
    _, _, scenarios = plan.tree.labels[n].partition(".")
    return f"{_year(plan, n)} ({scenarios})" if scenarios else f"{_year(plan, n)}"


def _sure(plan: Plan) -> list[str]:
    proof, run = plan.certificate, plan.solver
    word = "holds" if proof.holds else "DOES NOT HOLD to 1e-6"
    figures = ", ".join(
        f"{name} {value:.0e}"
        for name, value in (("primal", proof.primal), ("dual", proof.dual), ("gap", proof.gap))
        if value is not None
    )
    lines = heading(f"Certificate: {word} ({figures}; recomputed without the solver)")
    lines.append(
        f"  {plan.status}, {run.name} {run.version} ({run.method}), {run.variables:,} variables, "
        f"{run.rules:,} rules, {seconds(run.seconds)}"
    )
    if plan.rounding is not None:
        lines.append(
            f"  Whole positions of {plan.rounding.step:g} FTE: LP bound {percent(plan.rounding.bound)}, "
            f"gap {percent(plan.rounding.gap, 2)}, "
            f"rounding cost {percent(plan.rounding_cost, 2)} of pupils"
        )
    return lines + [f"  {note}" for note in plan.notes]


def _next(source: str) -> list[str]:
    steps = [
        [f"spanwise explain {source}", "what limits coverage, and what more money would buy"],
        [f"spanwise compare {source}", "today against the optimal plan"],
        [f"spanwise stress {source}", "how deep a cut the district can absorb"],
        [f"spanwise solve {source} --out DIR", "all tables as CSV, and plan.json"],
    ]
    return heading("Next") + columns(steps)
