"""How many pupils are fully served, in each scenario and year?"""

from __future__ import annotations

import altair as alt
import numpy as np
from markupsafe import Markup

from reports import shown
from reports.blocks import Table, say
from reports.charts.drawing import DARK, INK, PERCENT, Chart, Drawing, apart, compact, data
from reports.figures import percent
from reports.story import Story

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (10, 4), (4, 4, 1, 4))


def _labels(story: Story) -> dict[str, str]:
    labels = dict(zip(story.district.scenarios.id, story.district.scenarios.label))
    return {name: labels.get(name) or name for name in story.tree.scenario_ids}


def draw(story: Story, width: int) -> Chart:
    """Draw a line a scenario; scenarios share their line until they part."""
    height = 300
    share, years = story.scenario_coverage, story.years
    known = np.isfinite(share).all(axis=1)
    names = [name for name, shows in zip(story.tree.scenario_ids, known) if shows]
    share = share[known]
    rows = [
        {"scenario": name, "year": year, "share": float(share[c, y])}
        for c, name in enumerate(names)
        for y, year in enumerate(years)
    ]
    spots = apart([float(value) for value in share[:, -1]], 17 / height)
    ends = [
        {
            "year": years[-1],
            "at": spot,
            "label": f"{percent(float(share[c, -1]), 0)}  {name if len(story.tree.scenario_ids) > 1 else ''}".rstrip(),
        }
        for c, (name, spot) in enumerate(zip(names, spots))
    ]
    order = alt.Sort(names)
    span = max(years[-1] - years[0], 1)
    room = span * (0.46 if compact(width) else 0.16)
    axis = alt.Axis(title=None, values=list(years), format="d", grid=False)
    x = alt.X(
        "year:Q", axis=axis, scale=alt.Scale(domain=[years[0] - 0.06 * span, years[-1] + room], nice=False)
    )
    y_axis = alt.Axis(labelExpr=PERCENT, title="Pupils fully served, % of pupils", tickCount=6)
    y = alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), axis=y_axis)
    dashes = [list(DASHES[i % len(DASHES)]) for i in range(len(names))]
    shapes = [SHAPES[i % len(SHAPES)] for i in range(len(names))]
    base = alt.Chart(data(rows), height=height).encode(x=x, y=y)
    lines = base.mark_line(color=DARK, strokeWidth=2).encode(
        detail="scenario:N",
        strokeDash=alt.StrokeDash(
            "scenario:N", sort=order, legend=None, scale=alt.Scale(domain=names, range=dashes)
        ),
    )
    points = base.mark_point(color=DARK, filled=True, size=70, opacity=1).encode(
        shape=alt.Shape("scenario:N", sort=order, legend=None, scale=alt.Scale(domain=names, range=shapes))
    )
    text = (
        alt.Chart(data(ends))
        .mark_text(align="left", dx=12, color=INK, fontSize=12 if compact(width) else 13)
        .encode(x=x, y=alt.Y("at:Q"), text="label:N")
    )
    return alt.layer(lines, points, text)


def table(story: Story) -> Table:
    """Coverage by scenario and year, and what is expected over all scenarios."""
    chance = dict(zip(story.tree.scenario_ids, story.tree.scenario_probability))
    overall = story.plan.coverage_by_scenario
    rows: list[list[shown.Shown | str]] = [
        [
            name if label == name else f"{name}: {label}",
            shown.share(float(chance[name]), f"chance.{name}", 0),
            *(
                shown.share(float(value), f"coverage.{name}.{year}")
                for value, year in zip(story.scenario_coverage[c], story.years)
            ),
            shown.share(overall.get(name), f"coverage.{name}"),
        ]
        for c, (name, label) in enumerate(_labels(story).items())
    ]
    expected = [
        shown.share(float(value), f"coverage.expected.{year}")
        for value, year in zip(story.plan.coverage_by_year, story.years)
    ]
    rows.append(["Expected", "", *expected, shown.share(story.plan.coverage, "coverage")])
    head = ["Scenario", "Chance", *map(str, story.years), "All years"]
    return Table("Pupils fully served, share of all pupils weighted by need", head, rows, total=1)


def summary(story: Story) -> Markup:
    """Say where coverage begins and ends."""
    share = story.plan.coverage_by_year
    first, last = story.years[0], story.years[-1]
    begins = shown.share(float(share[0]), f"coverage.expected.{first}")
    if first == last:
        return say("{} of pupils are expected to be fully served in {}.", begins, first)
    ends = shown.share(float(share[-1]), f"coverage.expected.{last}")
    return say("Expected coverage goes from {} in {} to {} in {}.", begins, first, ends, last)


def key(story: Story) -> str:
    """What the scenarios' short names stand for."""
    labels = _labels(story)
    if len(labels) == 1 or all(name == label for name, label in labels.items()):
        return ""
    return "; ".join(f"{name}: {label}" for name, label in labels.items()) + "."


DRAWING = Drawing(
    "coverage",
    "How many pupils are fully served, year by year, if things go well or badly?",
    "Share of pupils fully served in each scenario, weighted by need.",
    "",
    draw,
    table,
    summary,
    key=key,
)
