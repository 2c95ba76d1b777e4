"""Which schools gain, and how much? Today against the plan, school by school."""

from __future__ import annotations

import altair as alt
import numpy as np
from markupsafe import Markup

from reports import shown
from reports.blocks import Table, say
from reports.charts.drawing import (
    DARK,
    GREY,
    INK,
    PERCENT,
    Chart,
    Drawing,
    chart_names,
    compact,
    data,
    names_axis,
    unique_names,
)
from reports.figures import percent
from reports.story import Story

MOST = 30


def _shares(story: Story) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coverage today, in the plan's first year and in its last, axis s; NaN without pupils."""
    assert story.comparison is not None
    return story.comparison.today.coverage, story.comparison.optimal.coverage, story.school_coverage[:, -1]


def _order(story: Story) -> list[int]:
    """Schools with pupils, the greatest gain first."""
    today, _, last = _shares(story)
    known = np.isfinite(today) & np.isfinite(last)
    return sorted(np.flatnonzero(known).tolist(), key=lambda s: (-(last[s] - today[s]), s))


def draw(story: Story, width: int) -> Chart:
    """Draw a hollow dot today, a tick in the first year, and a full dot in the last, joined by a line."""
    today, first, last = _shares(story)
    order = _order(story)
    if len(order) > MOST:
        order = order[: MOST // 2] + order[-(MOST - MOST // 2) :]
    names = chart_names(story.district.schools.name, story.district.schools.id, width)
    rows = [
        {
            "school": names[s],
            "today": float(today[s]),
            "first": float(first[s]),
            "last": float(last[s]),
            "right": float(max(today[s], first[s], last[s])),
            "label": percent(float(last[s]), 0),
        }
        for s in order
    ]
    end = 1.12 if compact(width) else 1.06
    y = alt.Y("school:N", sort=None, axis=names_axis(width))
    x = alt.X(
        "today:Q",
        scale=alt.Scale(domain=[-0.02, end], nice=False),
        axis=alt.Axis(
            labelExpr=PERCENT, values=[0, 0.25, 0.5, 0.75, 1], orient="top", title="Pupils fully served, %"
        ),
    )
    base = alt.Chart(data(rows), height=28 * len(rows)).encode(y=y)
    line = base.mark_rule(color=GREY, strokeWidth=2).encode(x=x, x2="last:Q")
    tick = base.mark_tick(color=INK, thickness=2, size=12).encode(x="first:Q")
    hollow = base.mark_point(
        filled=True, fill="white", stroke=DARK, strokeWidth=2, size=80, opacity=1
    ).encode(x=x)
    full = base.mark_point(filled=True, color=DARK, size=100, opacity=1).encode(x="last:Q")
    text = base.mark_text(align="left", dx=9, color=INK).encode(x="right:Q", text="label:N")
    return alt.layer(line, tick, hollow, full, text)


def table(story: Story) -> Table:
    """Coverage of every school today, in the first year and in the last."""
    today, first, last = _shares(story)
    ids, names = (
        story.district.schools.id,
        unique_names(story.district.schools.name, story.district.schools.id),
    )
    rows = [
        [
            names[s],
            shown.share(float(today[s]), f"school.{ids[s]}.today"),
            shown.share(float(first[s]), f"school.{ids[s]}.first"),
            shown.share(float(last[s]), f"school.{ids[s]}.last"),
            shown.difference(float(last[s] - today[s]), f"school.{ids[s]}.gain"),
        ]
        for s in _order(story)
    ]
    year = story.comparison.year if story.comparison else story.years[0]
    head = ["School", "Today", str(year), f"{story.years[-1]}, expected", "Gain"]
    if len(story.years) == 1:
        head[3] = f"{year}, all scenarios"
    return Table("Pupils fully served, share of the school's pupils", head, rows)


def summary(story: Story) -> Markup:
    """Name the schools that gain most and least."""
    today, _, last = _shares(story)
    order, names = _order(story), story.district.schools.name
    if not order:
        return Markup()
    ids = story.district.schools.id

    def gain(s: int) -> shown.Shown:
        return shown.difference(float(last[s] - today[s]), f"school.{ids[s]}.gain")

    if len(order) == 1:
        return say("{} changes by {}.", names[order[0]], gain(order[0]))
    best, least = order[0], order[-1]
    if gain(best).text == gain(least).text:
        return say("Every school changes by {}.", gain(best))
    return say("{} gains most ({}), {} least ({}).", names[best], gain(best), names[least], gain(least))


def key(story: Story) -> str:
    """Which schools are drawn, where there are more than fit."""
    whole = len(_order(story))
    if whole <= MOST:
        return ""
    return f"Shown: the {MOST // 2} schools of {whole} that gain most and the {MOST - MOST // 2} that gain least."


DRAWING = Drawing(
    "schools",
    "Which schools gain, and how much?",
    "Hollow dot: today. Tick: the plan's first year. Full dot with its figure: the plan's last year.",
    "comparison",
    draw,
    table,
    summary,
    key=key,
)
