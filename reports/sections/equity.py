"""Equity between schools, by need: who is served today, who under the plan, and what evening out would cost."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from models.district import Array, Flags
from reports import shown
from reports.blocks import Paragraph, Section, Table, counted, say
from reports.shown import Shown
from reports.story import Story

GROUPS = 5
"""More different need weights than this are drawn together into thirds."""


def equity(story: Story) -> Section | None:
    """Compare schools by need; nothing for one school."""
    if len(story.district.schools.id) < 2:
        return None
    blocks: list[object] = [Paragraph(_in_words(story)), _by_need(story)]
    if story.equity is not None:
        blocks.append(Paragraph(_price(story)))
    return Section("equity", "Fairness between schools, by need", blocks)


def _groups(story: Story) -> list[tuple[str, Flags]]:
    weight = story.district.schools.need_weight
    values = np.unique(weight)
    if values.size <= GROUPS:
        return [(f"{value:g}", weight == value) for value in values]
    low, high = np.quantile(weight, [1 / 3, 2 / 3])
    parts = [
        ("lowest third", weight <= low),
        ("middle third", (weight > low) & (weight <= high)),
        ("highest third", weight > high),
    ]
    return [(name, inside) for name, inside in parts if inside.any()]


def _share(part: Array, whole: Array, inside: Flags) -> float | None:
    below = float(whole[inside].sum())
    return float(part[inside].sum()) / below if below > 0 else None


def _by_need(story: Story) -> Table:
    plan, p = story.plan, story.tree.probability
    covered, pupils = story.by_school_and_year(plan.covered), story.by_school_and_year(story.parameters.E)
    spending = plan.money["spending"] @ p
    last = story.years[-1]
    rows: list[list[str | Shown]] = []
    for name, inside in _groups(story):
        of = f"need.{name}"
        row: list[str | Shown] = [name, shown.number(int(inside.sum()), "schools", of=f"{of}.schools")]
        row.append(shown.pupils(float(story.district.enrollment[inside].sum()), f"{of}.pupils"))
        if story.comparison is not None:
            now = story.comparison.today
            row.append(shown.share(_share(now.covered, now.pupils, inside), f"{of}.today"))
        row.append(shown.share(_share(covered[:, -1], pupils[:, -1], inside), f"{of}.last"))
        row.append(shown.share(_share(covered.sum(axis=1), pupils.sum(axis=1), inside), f"{of}.all"))
        row.append(shown.dollars(_share(spending, pupils.sum(axis=1), inside), f"{of}.spending"))
        rows.append(row)
    today = ["Fully served today"] if story.comparison is not None else []
    head = [
        "Need weight",
        "Schools",
        "Pupils today",
        *today,
        f"In {last}",
        "All years",
        "Spending per pupil and year, in dollars of the year",
    ]
    return Table("Schools by need weight (a higher weight means more need)", head, rows)


def _in_words(story: Story) -> Markup:
    shares = {s: share for s, share in enumerate(story.plan.coverage_by_school.values()) if share is not None}
    if not shares:
        return say("No school has pupils.")
    ids, names = story.district.schools.id, story.district.schools.name
    low, high = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    lowest, highest = (shown.share(shares[s], f"school.{ids[s]}.coverage") for s in (low, high))
    text = (
        say("Over all years coverage is {} at every school. ", lowest)
        if lowest.text == highest.text
        else say(
            "Over all years coverage goes from {} at {} to {} at {}. ",
            lowest,
            names[low],
            highest,
            names[high],
        )
    )
    weights = story.district.schools.need_weight
    if np.ptp(weights) == 0:
        return text + say("All schools have the same need weight, so a pupil counts the same everywhere.")
    top, count = float(weights.max()), int((weights == weights.max()).sum())
    return text + say(
        "The highest need weight is {} ({}): a pupil there counts that many times in the choice of the plan.",
        shown.Shown(f"{top:g}", top, "ratio", "need.highest"),
        counted(count, "school"),
    )


def _price(story: Story) -> Markup:
    found = story.equity
    assert found is not None
    free, most = found.free, float(found.worst_school[-1])
    text = say(
        "Every school can be brought to {} at no cost to the district’s coverage. ",
        shown.share(free, "equity.free"),
    )
    if most > free + 1e-6:
        lost = float(found.coverage[0] - found.coverage[-1])
        return text + say(
            "The most that all schools can reach together is {}; it costs the district {} of coverage.",
            shown.share(most, "equity.most"),
            shown.Shown(shown.difference(-lost).text.lstrip("−"), lost, "points", "equity.cost"),
        )
    return text + say(
        "More than that is not possible at every school: there rules or money end it, not the other schools."
    )
