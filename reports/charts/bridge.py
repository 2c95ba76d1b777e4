"""What makes the plan cost more or less than today?"""

from __future__ import annotations

from typing import Any

import altair as alt
from markupsafe import Markup

from models.comparison import Comparison
from models.comparison_tables import bridge_rows
from reports import shown
from reports.blocks import Table, say
from reports.charts.drawing import (
    ACCENT,
    DARK,
    DOLLARS,
    GREY,
    INK,
    LIGHT,
    Chart,
    Drawing,
    compact,
    data,
    names_axis,
)
from reports.figures import dollars
from reports.story import Story

SMALL = 0.5  # $; a smaller step is not drawn, and its row says $0


def _comparison(story: Story) -> Comparison:
    assert story.comparison is not None
    return story.comparison


NAMES = {
    "today": "Today",
    "prices": "Prices and pay",
    "left": "People who leave",
    "laid_off": "Layoffs",
    "converted": "Changes of role",
    "moved": "Changes of school",
    "hired": "New hires",
    "stipends": "Leader stipends",
    "technology": "Technology, yearly",
    "devices": "Devices bought",
    "development": "Team development",
    "training": "Start-up training",
    "launch": "Start-up of schools",
    "startup_grant": "Start-up grants",
    "hiring": "Cost of hiring",
    "layoffs": "Cost of layoffs",
    "optimal": "The plan",
}


def _words(step: str, words: str, year: int) -> str:
    ends = {"today": "Today", "optimal": f"The plan in {year}"}
    return ends.get(step, words[0].upper() + words[1:])


def draw(story: Story, width: int) -> Chart:
    """Draw every step as a bar from where the one before ended; totals are lines, since the axis does not begin at 0."""
    comparison = _comparison(story)
    steps = [
        row
        for row in bridge_rows(comparison)
        if row["step"] in ("today", "optimal") or abs(row["amount"]) >= SMALL
    ]
    rows: list[dict[str, Any]] = []
    level = 0.0
    for row in steps:
        whole = row["step"] in ("today", "optimal")
        start, level = (row["amount"], row["amount"]) if whole else (level, level + row["amount"])
        label = dollars(row["amount"]) if whole else shown.more_dollars(row["amount"]).text
        rows.append(
            {
                "step": NAMES.get(row["step"], row["words"]),
                "low": min(start, level),
                "high": max(start, level),
                "whole": whole,
                "rise": row["amount"] > 0,
                "label": label,
            }
        )
    bounds = min(row["low"] for row in rows), max(row["high"] for row in rows)
    room = max(bounds[1] - bounds[0], 1.0) * (0.34 if compact(width) else 0.16)
    y = alt.Y("step:N", sort=[row["step"] for row in rows], axis=names_axis(width))
    x = alt.X(
        "low:Q",
        scale=alt.Scale(domain=[bounds[0] - room * 0.3, bounds[1] + room], nice=False, zero=False),
        axis=alt.Axis(
            labelExpr=DOLLARS,
            title="Spending a year, dollars",
            tickCount=4 if compact(width) else 7,
        ),
    )
    base = alt.Chart(data(rows), height=26 * len(rows)).encode(y=y)
    bars = (
        base.transform_filter("!datum.whole")
        .mark_bar(stroke=DARK, height=14)
        .encode(x=x, x2="high:Q", color=alt.condition("datum.rise", alt.value(DARK), alt.value(LIGHT)))
    )
    totals = base.transform_filter("datum.whole").mark_tick(thickness=4, size=20, color=ACCENT).encode(x=x)
    text = base.mark_text(align="left", dx=6, color=INK).encode(x=alt.X("high:Q"), text="label:N")
    today = rows[0]["low"]
    line = alt.Chart(data([{"x": today}])).mark_rule(color=GREY, strokeDash=[3, 3]).encode(x="x:Q")
    return alt.layer(line, bars, totals, text)


def table(story: Story) -> Table:
    """Today's spending, every step, and the plan's; the steps add up to the cent."""
    comparison = _comparison(story)
    rows = []
    for row in bridge_rows(comparison):
        figure = shown.exact_dollars if row["step"] in ("today", "optimal") else shown.more_dollars
        cell = figure(row["amount"], f"bridge.{row['step']}")
        exact = shown.exact_dollars(row["amount"]).text
        cell = shown.Shown(
            f"+{exact}" if cell.text.startswith("+") else exact, cell.value, cell.unit, cell.of
        )
        rows.append([_words(row["step"], row["words"], comparison.year), cell])
    return Table(
        f"From today's spending to the plan's in {comparison.year}, dollars",
        ["Step", "Amount"],
        rows,
        total=1,
    )


def summary(story: Story) -> Markup:
    """Say what today and the plan cost."""
    comparison = _comparison(story)
    rows = bridge_rows(comparison)
    first, last = rows[0]["amount"], rows[-1]["amount"]
    change = shown.dollars(abs(last - first), "bridge.difference")
    more = "more" if last > first else "less"
    return say(
        "Today's way costs {}; the plan costs {} in {}, {} {}.",
        shown.dollars(first, "bridge.today"),
        shown.dollars(last, "bridge.optimal"),
        comparison.year,
        change,
        more,
    )


DRAWING = Drawing(
    "bridge",
    "What makes the plan cost more or less than today?",
    "Dollars of the plan's first year. Dark bars add cost, light bars save it; the axis does not begin at zero.",
    "comparison",
    draw,
    table,
    summary,
)
