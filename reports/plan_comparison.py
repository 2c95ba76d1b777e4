"""The card of `compare A B`: inputs that differ, what each does to coverage and cost, and decisions that differ."""

from __future__ import annotations

from models.plan_comparison import PlanComparison
from models.plan_comparison_tables import written_key
from reports.figures import NOTHING, dollars, more, more_dollars, percent, points
from reports.text import columns, heading

MOST = 12  # rows of a list on the card; the tables have all
YEARS = 8  # years beside each other
KINDS = {
    "positions": "Positions (FTE)",
    "team_pupils": "Pupils in teams",
    "technology": "Pupils by technology package",
    "seats": "Seats bought",
}


def plan_comparison_card(comparison: PlanComparison) -> str:
    """Render the comparison as plain text."""
    first, second = comparison.names
    old, new = comparison.old, comparison.new
    lines = [f"{old.district.name}: {first}", f"{new.district.name}: {second}", ""]
    lines += columns(
        [
            ["", _short(first), _short(second), "Difference"],
            [
                "Expected coverage",
                percent(old.coverage),
                percent(new.coverage),
                points(comparison.coverage_difference),
            ],
            [
                "Spending over the plan, first-year dollars",
                dollars(old.spending),
                dollars(new.spending),
                more_dollars(comparison.spending_difference),
            ],
        ],
        right=(1, 2, 3),
    )
    lines += [*_effects(comparison), *_inputs(comparison), *_decisions(comparison), *_schools(comparison)]
    if comparison.notes:
        lines += heading("Notes") + [f"  {note}" for note in comparison.notes]
    return "\n".join(lines)


def _effects(comparison: PlanComparison) -> list[str]:
    if not comparison.effects:
        return [*heading("What each difference does"), "  nothing: the plans reach and cost the same"]
    rows = [["Inputs switched, one after the other", "Coverage", "Spending"]]
    rows += [
        [effect.name, points(effect.coverage), more_dollars(effect.spending)] for effect in comparison.effects
    ]
    rows.append(
        ["All together", points(comparison.coverage_difference), more_dollars(comparison.spending_difference)]
    )
    lines = heading("What each difference does to coverage and cost") + columns(rows, right=(1, 2))
    if len(comparison.effects) > 1:
        lines.append(
            "  Each on top of those above it; in another order they may share the difference otherwise."
        )
    return lines


def _inputs(comparison: PlanComparison) -> list[str]:
    found = comparison.inputs
    if not found:
        return [*heading("Inputs"), "  the same"]
    rows = [["Table", "Row", "Column", "Old", "New"]]
    rows += [[d.table, written_key(d), d.column, _cell(d.old), _cell(d.new)] for d in found[: 2 * MOST]]
    lines = heading(f"Inputs that differ: {len(found):,}") + columns(rows, right=(3, 4))
    return lines + _and_more(len(found) - 2 * MOST)


def _decisions(comparison: PlanComparison) -> list[str]:
    if not comparison.decisions:
        return [*heading("Decisions"), "  the same"]
    lines = heading("Decisions, new less old over all schools (expected)")
    old, new = comparison.old.stipend, comparison.new.stipend
    if old != new:
        lines.append(f"  Average stipend over the plan: {dollars(old)} before, {dollars(new)} now")
    years = sorted({difference.year for difference in comparison.decisions})
    shown = years if len(years) <= YEARS else [*years[: YEARS - 1], years[-1]]
    rows = []
    kind_before = ""
    for (kind, item), by_year in comparison.changes().items():
        places = 1 if kind == "positions" else 0
        cells = [more(by_year.get(year, 0.0), places) for year in shown]
        if kind != "team_pupils" and kind != kind_before:
            rows.append([KINDS[kind]])
        rows.append([KINDS[kind] if kind == "team_pupils" else f"  {item}", *cells])
        kind_before = kind
    lines += columns([["", *map(str, shown)], *rows], right=range(1, len(shown) + 1)) if rows else []
    return [
        *lines,
        f"  {len(comparison.decisions):,} decisions of single schools and years differ; see --out or --json.",
    ]


def _schools(comparison: PlanComparison) -> list[str]:
    rows = [(name, old, new) for name, old, new in comparison.results() if old != new]
    rows.sort(key=lambda row: -abs((row[2] or 0.0) - (row[1] or 0.0)))
    rows = [row for row in rows if row[1] is None or row[2] is None or abs(row[2] - row[1]) >= 0.0005]
    if len(comparison.results()) < 2 or not rows:
        return []
    table = [["School", "Old", "New", "Difference"]]
    districts = (comparison.old.district, comparison.new.district)
    names = {id_: name for d in districts for id_, name in zip(d.schools.id, d.schools.name)}
    for school, old, new in rows[:MOST]:
        difference = NOTHING if old is None or new is None else points(new - old)
        table.append([names[school], percent(old), percent(new), difference])
    return (
        heading("Expected coverage by school") + columns(table, right=(1, 2, 3)) + _and_more(len(rows) - MOST)
    )


def _cell(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    return str(value) or "blank"


def _short(name: str, most: int = 24) -> str:
    return name if len(name) <= most else f"…{name[1 - most :]}"


def _and_more(number: int) -> list[str]:
    return [f"  and {number:,} more; see --out or --json"] if number > 0 else []
