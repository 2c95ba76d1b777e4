"""Today against the plan: three columns, the cost bridge, who becomes what, which schools gain, and the actual budget."""

from __future__ import annotations

import math

from markupsafe import Markup

from models.comparison import Comparison, Figure
from models.comparison_tables import budget_rows
from reports import shown, words
from reports.blocks import Bullets, Paragraph, Section, Table, say
from reports.sections.pictures import pictures
from reports.shown import Shown
from reports.story import Story


def today(story: Story) -> Section | None:
    """Compare year 1 of the base scenario."""
    if story.comparison is None:
        return None
    comparison = story.comparison
    blocks: list[object] = [Paragraph(_in_words(comparison)), _columns(story, comparison)]
    blocks += pictures(story, "bridge", "staffing", "schools")
    if comparison.budget is not None:
        blocks.append(_budget(comparison))
    blocks.append(Bullets([say("{}", note) for note in comparison.notes]))
    return Section("today", f"Today against the plan, {comparison.year}", blocks)


def _in_words(comparison: Comparison) -> Markup:
    cover = comparison.figure("coverage", "coverage")
    text = say(
        "Today {} of pupils are fully served; under the plan it is {} already in its first year. ",
        shown.share(cover.today, "today.coverage"),
        shown.share(cover.optimal, "optimal.coverage"),
    )
    if not math.isnan(cover.best_use):
        text += say(
            "Using today's people and money as well as the rules allow changes coverage by {};"
            " changing who does what, within the plan, by a further {}.",
            shown.difference(cover.reallocation, "reallocation.coverage"),
            shown.difference(cover.redesign, "redesign.coverage"),
        )
    return text


def _columns(story: Story, comparison: Comparison) -> Table:
    district = story.district
    figures = {(f.group, f.item): f for f in comparison.figures()}
    rows: list[list[str | Shown]] = []

    def add(title: str, group: str, item: str) -> None:
        rows.append([title, *_cells(figures[group, item])])

    add("Pupils fully served, weighted by need", "coverage", "coverage")
    add("Pupils in teams", "coverage", "team_pupils")
    for role, label in words.roles(district).items():
        add(f"{label}, FTE", "positions", role)
    add("All positions, FTE", "positions", "total")
    for item, label in words.SPENDING.items():
        add(label if item != "total" else "Total spending", "spending", item)
    add("Average stipend", "stipends", "stipend")
    head = ["", "Today", "Best use of today's people", "The plan", "Plan less today"]
    return Table(
        f"Three ways to run {comparison.year}: dollars, pupils and full-time equivalents (FTE)", head, rows
    )


def _cells(figure: Figure) -> list[Shown]:
    of = f"{{}}.{figure.group}.{figure.item}".format
    three = [("today", figure.today), ("best_use", figure.best_use), ("optimal", figure.optimal)]
    if figure.unit == "share":
        return [
            *(shown.share(value, of(name)) for name, value in three),
            shown.difference(figure.difference, of("difference")),
        ]
    if figure.unit.startswith("$"):
        return [
            *(shown.dollars(value, of(name)) for name, value in three),
            shown.more_dollars(figure.difference, of("difference")),
        ]
    if figure.unit == "FTE":
        return [
            *(shown.fte(value, of(name)) for name, value in three),
            shown.more_fte(figure.difference, of("difference")),
        ]
    return [
        *(shown.pupils(value, of(name)) for name, value in three),
        shown.more_pupils(figure.difference, of("difference")),
    ]


def _budget(comparison: Comparison) -> Table:
    rows: list[list[str | Shown]] = []
    for row in budget_rows(comparison):
        of = f"budget.{row['category']}"
        rows.append(
            [
                words.SPENDING[row["category"]],
                shown.exact_dollars(row["actual"], f"{of}.actual"),
                shown.exact_dollars(row["optimal"], f"{of}.optimal"),
                shown.more_exact_dollars(row["difference"], f"{of}.difference"),
                shown.more_exact_dollars(row["prices"], f"{of}.prices"),
                shown.more_exact_dollars(row["quantities"], f"{of}.quantities"),
            ]
        )
    head = ["Category", "Actual budget", "The plan", "Difference", "of it by prices", "of it by quantities"]
    return Table(f"Actual budget against the plan in {comparison.year}, dollars", head, rows, total=1)
