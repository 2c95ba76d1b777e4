"""How deep a cut can each school absorb, with teams and with traditional classrooms alone?"""

from __future__ import annotations

from typing import Any

import altair as alt
from markupsafe import Markup

from models.resilience import Resilience
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
from reports.figures import cut
from reports.story import Story

MOST = 30
DISTRICT = "The whole district"


def _resilience(story: Story) -> Resilience:
    assert story.resilience is not None
    return story.resilience


def _rows(story: Story) -> list[dict[str, Any]]:
    """The district and its schools, the shallowest cut first: cuts with every pattern and with traditional classrooms."""
    bare = _resilience(story).bare
    ids = story.district.schools.id
    names = dict(zip(ids, unique_names(story.district.schools.name, ids)))
    every, traditional = bare["all"], bare["traditional"]
    schools = [
        {
            "id": school,
            "name": names[school],
            "all": every.by_school.get(school),
            "traditional": traditional.by_school.get(school),
        }
        for school in ids
        if school in every.by_school
    ]
    schools.sort(key=lambda row: -1.0 if row["all"] is None else row["all"])
    whole = {"id": "district", "name": DISTRICT, "all": every.district, "traditional": traditional.district}
    return [whole, *(schools if len(ids) > 1 else [])]


def draw(story: Story, width: int) -> Chart:
    """Draw a full dot for every pattern and a hollow one for traditional classrooms."""
    shown_as = _short(story, width)
    rows = [
        {
            **row,
            "name": shown_as.get(row["id"], DISTRICT),
            "right": max(row["all"] or 0.0, row["traditional"] or 0.0),
            "label": _label(row),
        }
        for row in _rows(story)[: MOST + 1]
    ]
    top = max(row["right"] for row in rows) or 0.08  # without any plan an axis that means something
    x = alt.X(
        "all:Q",
        scale=alt.Scale(domain=[0, top * (1.5 if compact(width) else 1.25)], nice=False),
        axis=alt.Axis(
            labelExpr=PERCENT, title="Deepest cut, % of funding", tickCount=3 if compact(width) else 6
        ),
    )
    base = alt.Chart(data(rows), height=28 * len(rows)).encode(
        y=alt.Y("name:N", sort=None, axis=names_axis(width))
    )
    with_plan = base.transform_filter("isValid(datum.all)")
    without = base.transform_filter("isValid(datum.traditional)")
    line = (
        with_plan.transform_filter("isValid(datum.traditional)")
        .mark_rule(color=GREY, strokeWidth=2)
        .encode(x=x, x2="traditional:Q")
    )
    full = with_plan.mark_point(filled=True, color=DARK, size=110, opacity=1).encode(x=x)
    hollow = without.mark_point(
        filled=True, fill="white", stroke=DARK, strokeWidth=2, size=45, opacity=1
    ).encode(x="traditional:Q")
    text = base.mark_text(align="left", dx=10, color=INK).encode(x="right:Q", text="label:N")
    return alt.layer(line, full, hollow, text)


def _short(story: Story, width: int) -> dict[str, str]:
    """Names of schools as they fit beside the chart, by id."""
    schools = story.district.schools
    return dict(zip(schools.id, chart_names(schools.name, schools.id, width)))


def _key(story: Story) -> str:
    """Which schools are drawn, where there are more than fit."""
    whole = len(_rows(story)) - 1
    return f"Shown: the {MOST} schools of {whole} that can absorb least." if whole > MOST else ""


def _label(row: dict[str, Any]) -> str:
    return "no plan" if row["all"] is None else cut(row["all"])


def table(story: Story) -> Table:
    """The deepest cuts of the district and of every school alone."""
    rows = [
        [
            row["name"],
            "no plan" if row["all"] is None else shown.cut(row["all"], f"cut.all.{row['id']}"),
            "no plan"
            if row["traditional"] is None
            else shown.cut(row["traditional"], f"cut.traditional.{row['id']}"),
        ]
        for row in _rows(story)
    ]
    first, last = _resilience(story).years
    when = f"{first}" if first == last else f"{first} to {last}"
    return Table(
        f"Deepest cut of funding that leaves a lawful plan, {when}; a school's row cuts that school alone",
        ["Where", "With teams", "Traditional classrooms alone"],
        rows,
    )


def summary(story: Story) -> Markup:
    """Say how deep the whole district can be cut either way."""
    row = _rows(story)[0]
    if row["all"] is None:
        return say("There is no plan even without a cut.")
    lead = (
        "Beyond the scenarios that the plan already carries, the district can absorb a further cut of {}"
        if len(story.tree.scenario_ids) > 1
        else "The district can absorb a cut of {}"
    )
    text = say(lead, shown.cut(row["all"], "cut.all.district"))
    if row["traditional"] is None:
        return text + Markup("; traditional classrooms alone leave no plan.")
    return text + say(
        "; with traditional classrooms alone it is {}.",
        shown.cut(row["traditional"], "cut.traditional.district"),
    )


DRAWING = Drawing(
    "cuts",
    "How deep a cut can each school absorb?",
    "Deepest further cut of funding that leaves a lawful plan. Full dot: with teams. Hollow dot: traditional classrooms alone.",
    "resilience",
    draw,
    table,
    summary,
    key=_key,
)
