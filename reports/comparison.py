"""The card of `compare FOLDER`: today, the best use of today's people and the optimal plan, side by side."""

from __future__ import annotations

import math

from models.comparison import Comparison, Figure
from models.comparison_tables import bridge_rows, budget_rows
from reports.figures import NOTHING, count, dollars, exact_dollars, more, more_dollars, percent, points
from reports.text import columns, heading

SPENDING = {
    "salaries": "Salaries",
    "benefits": "Benefits",
    "stipends": "Leader stipends",
    "technology": "Technology and devices",
    "development": "Development and training",
    "other": "Other",
    "total": "Total",
}
MOVES = {
    "left": "leave of themselves",
    "converted": "change their role",
    "moved": "change their school",
    "hired": "are hired",
    "laid_off": "are laid off",
}
HEAD = ["Today", "Best use", "Optimal", "Reallocation", "Redesign"]
HEAD_WITHOUT = ["Today", "Optimal", "Difference"]  # where today's people and money have no lawful use
RIGHT = range(1, len(HEAD) + 1)
MOST = 12  # rows of a list on the card; the tables have all


def comparison_card(comparison: Comparison, school: int | None = None, source: str = "FOLDER") -> str:
    """Render the card of the district, or of one school (index s), as plain text."""
    lines = [
        *_title(comparison, school),
        *_columns(comparison, school),
        *_per_pupil(comparison, school),
        *(_by_school(comparison) if school is None else []),
        *_bridge(comparison, school),
        *_moves(comparison, school),
        *_budget(comparison, school),
        *_unlawful(comparison, school),
        *heading("Notes"),
        *(f"  {note}" for note in comparison.notes),
        "  'Best use' keeps today's people in their pools and spends no more than today.",
        *heading("Next"),
        *columns(
            [
                [f"spanwise compare {source} --school ID", "the same for one school"],
                [f"spanwise compare {source} --out DIR", "all figures as CSV, and comparison.json"],
                [f"spanwise compare {source} OTHER", "two districts or saved plans against each other"],
            ]
        ),
    ]
    return "\n".join(lines)


def _title(comparison: Comparison, school: int | None) -> list[str]:
    district = comparison.district
    who = district.name
    if school is not None:
        who += f", {district.schools.name[school]}"
    elif len(district.schools.id) > 1:
        who += f", {len(district.schools.id):,} schools"
    pupils = comparison.today.pupils
    size = count(float(pupils.sum() if school is None else pupils[school]))
    lines = [f"{who}, {size} pupils: {comparison.year} three ways"]
    cover = comparison.figure("coverage", "coverage", school)
    if math.isnan(cover.best_use) and not math.isnan(cover.difference):
        lines += [
            "",
            f"The plan adds {_points(cover.difference)} of coverage. Today's people and money have no lawful use; see below.",
        ]
    elif not math.isnan(cover.difference):
        lines += [
            "",
            f"Reallocation buys {_points(cover.reallocation)} of coverage, redesign {_points(cover.redesign)}.",
        ]
    return lines


def _columns(comparison: Comparison, school: int | None) -> list[str]:
    district = comparison.district
    figures = {(f.group, f.item): f for f in comparison.figures(school)}
    without = math.isnan(figures["coverage", "covered_pupils"].best_use)
    rows = [["", *(HEAD_WITHOUT if without else HEAD)]]

    def add(title: str, figure: Figure) -> None:
        rows.append([title, *(_cells_without(figure) if without else _cells(figure))])

    add("Coverage" + ("" if school is not None else ", weighted by need"), figures["coverage", "coverage"])
    add("Covered pupils", figures["coverage", "covered_pupils"])
    add("Pupils in teams", figures["coverage", "team_pupils"])
    rows.append(["Positions (FTE)"])
    for role, label in zip(district.roles.id, district.roles.label):
        add(f"  {_short(label)}", figures["positions", role])
    add("  All", figures["positions", "total"])
    rows.append(["Spending"])
    for item, label in SPENDING.items():
        if any(getattr(figures["spending", item], name) for name in ("today", "best_use", "optimal")):
            add(f"  {label}", figures["spending", item])
    add("Average stipend", figures["stipends", "stipend"])
    rows.append(["Pupils by technology package"])
    for package, label in zip(district.technology.id, district.technology.label):
        add(f"  {_short(label)}", figures["technology", f"pupils.{package}"])
    return ["", *columns(rows, right=RIGHT)]


def _per_pupil(comparison: Comparison, school: int | None) -> list[str]:
    total = comparison.figure("spending", "total", school)
    if not total.pupils > 0:
        return []
    without = math.isnan(total.best_use)

    def amounts(figure: Figure) -> list[float]:
        today, best, optimal = (figure.per_pupil(name) for name in ("today", "best_use", "optimal"))
        return (
            [today, optimal, optimal - today]
            if without
            else [today, best, optimal, best - today, optimal - best]
        )

    rows = [["For each pupil", *(HEAD_WITHOUT if without else HEAD)]]
    own = 2 if without else 3  # amounts; what follows are differences
    for item, label in SPENDING.items():
        shown = amounts(comparison.figure("spending", item, school))
        if any(shown):
            rows.append([label, *map(dollars, shown[:own]), *map(more_dollars, shown[own:])])
    positions = amounts(comparison.figure("positions", "total", school))
    per_100 = [(count if place < own else more)(100.0 * value, 2) for place, value in enumerate(positions)]
    rows.append(["Positions for 100 pupils", *per_100])
    return ["", *columns(rows, right=RIGHT)]


def _by_school(comparison: Comparison) -> list[str]:
    schools = comparison.district.schools
    if len(schools.id) == 1:
        return []
    gains = comparison.optimal.covered - comparison.today.covered
    order = sorted(range(len(schools.id)), key=lambda s: -gains[s])
    rows = [["School", *HEAD, "Spending, optimal less today"]]
    for s in order[:MOST]:
        spending = comparison.figure("spending", "total", s)
        rows.append(
            [
                schools.name[s],
                *_cells(comparison.figure("coverage", "coverage", s)),
                more_dollars(spending.difference),
            ]
        )
    lines = heading("Coverage by school, most covered pupils gained first") + columns(
        rows, right=(*RIGHT, len(HEAD) + 1)
    )
    return lines + _and_more(len(order) - MOST, "schools")


def _bridge(comparison: Comparison, school: int | None) -> list[str]:
    rows = []
    for row in bridge_rows(comparison, school):
        if row["step"] in ("today", "optimal"):
            rows.append([row["words"][0].upper() + row["words"][1:], exact_dollars(row["amount"])])
        elif abs(row["amount"]) >= 0.5:
            sign = "+" if row["amount"] > 0 else ""
            rows.append([f"  {row['words']}", sign + exact_dollars(row["amount"])])
    return heading("Cost bridge") + columns(rows, right=(1,))


def _moves(comparison: Comparison, school: int | None) -> list[str]:
    district = comparison.district
    found = comparison.moves.rows(district)
    if school is not None:
        own = district.schools.id[school]
        found = [row for row in found if own in (row["from_school"], row["to_school"])]
    if not found:
        return [*heading("Staffing moves"), "  none: every position stays as it is"]
    totals: dict[tuple[str, str], float] = {}
    for row in found:
        words = MOVES[str(row["move"])]
        posts = [str(row[end]) for end in ("from_role", "to_role") if row[end]]
        key = (words, " to ".join(dict.fromkeys(posts)))
        totals[key] = totals.get(key, 0.0) + float(row["fte"])
    rows = [[f"{count(fte, 1)} FTE", *key] for key, fte in totals.items() if fte >= 0.05]
    return (
        heading("Staffing moves")
        + columns(rows[: 2 * MOST], right=(0,))
        + _and_more(len(rows) - 2 * MOST, "kinds")
    )


def _budget(comparison: Comparison, school: int | None) -> list[str]:
    rows = budget_rows(comparison, school)
    if not rows:
        return []
    table = [["", "Budgeted", "Optimal", "Difference", "by prices", "by quantities"]]
    table += [
        [
            SPENDING[row["category"]],
            dollars(row["actual"]),
            dollars(row["optimal"]),
            more_dollars(row["difference"]),
            more_dollars(row["prices"]),
            more_dollars(row["quantities"]),
        ]
        for row in rows
    ]
    return heading("Actual budget against the optimal plan") + columns(table, right=range(1, 6))


def _unlawful(comparison: Comparison, school: int | None) -> list[str]:
    names = dict(zip(comparison.district.schools.id, comparison.district.schools.name))
    own = None if school is None else comparison.district.schools.id[school]
    lines: list[str] = []
    for collision in comparison.collisions:
        if own is not None and own not in collision.schools:
            continue
        shown = [names[school_id] for school_id in collision.schools[:MOST]]
        if len(collision.schools) > MOST:
            shown.append(f"{len(collision.schools) - MOST} more")
        lines += [
            f"  {', '.join(shown) or 'The district'}: these cannot all be kept",
            *(f"    - {w}" for w in collision.words),
        ]
        if collision.missing is not None:
            lines.append(
                f"    {exact_dollars(math.ceil(collision.missing))} more than today would make it lawful."
            )
    return [*heading("Why today's people and money have no lawful use"), *lines] if lines else []


# ---- cells -------------------------------------------------------------------------------------------------------


def _cells_without(figure: Figure) -> list[str]:
    """Today, optimal and their difference, in the figure's unit."""
    return _written(figure, [figure.today, figure.optimal], [figure.difference])


def _cells(figure: Figure) -> list[str]:
    """Three columns and two differences of a figure, in its unit."""
    return _written(
        figure, [figure.today, figure.best_use, figure.optimal], [figure.reallocation, figure.redesign]
    )


def _written(figure: Figure, amounts: list[float], differences: list[float]) -> list[str]:
    if figure.unit == "share":
        return [*map(percent, amounts), *map(_points, differences)]
    if figure.unit.startswith("$"):
        return [*map(dollars, amounts), *map(more_dollars, differences)]
    places = 1 if figure.unit == "FTE" else 0
    return [*(count(value, places) for value in amounts), *(more(value, places) for value in differences)]


def _points(difference: float) -> str:
    return NOTHING if math.isnan(difference) else points(difference)


def _short(label: str, most: int = 40) -> str:
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"


def _and_more(number: int, what: str) -> list[str]:
    return [f"  and {number:,} more {what}; see --out or --json"] if number > 0 else []
