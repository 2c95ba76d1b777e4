"""How many teachers work with one leader, and would another stipend change that?"""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
from markupsafe import Markup

from reports import shown
from reports.blocks import Table, say
from reports.charts.drawing import DARK, DOLLARS, GREY, INK, LIGHT, Chart, Drawing, compact, data
from reports.figures import dollars, percent, ratio
from reports.story import Story


def _schools(story: Story) -> list[dict[str, Any]]:
    """Stipend and ratio of every school that has leaders, over the whole plan."""
    plan, p = story.plan, story.tree.probability
    teachers, leaders, _ = (fte @ p for fte in plan.team_fte)
    found = np.einsum("stn,n->st", plan.leaders, p)
    return [
        {
            "s": s,
            "stipend": float(plan.parameters.sigma @ found[s] / found[s].sum()),
            "ratio": float(teachers[s] / leaders[s]),
        }
        for s in range(len(teachers))
        if leaders[s] > 1e-6 and found[s].sum() > 1e-6
    ]


def _steps(story: Story) -> list[dict[str, Any]]:
    return [
        {
            "stipend": step.stipend,
            "ratio": step.teachers_per_leader,
            "label": percent(step.coverage, 0),
            "own": story.plan.stipend_step is not None
            and abs(step.stipend - story.plan.stipend_step) < 0.005,
        }
        for step in story.stipends
        if step.teachers_per_leader is not None
    ]


def draw(story: Story, width: int) -> Chart:
    """Draw a ring a school; where the other stipends were worked out, a dot with its coverage for each of them."""
    schools, steps = _schools(story), _steps(story)
    values = [row["ratio"] for row in (*schools, *steps)]
    top = max(values, default=1.0) * 1.15
    axis = alt.Axis(
        labelExpr=DOLLARS,
        title="Leader stipend, dollars a year",
        grid=False,
        tickCount=4 if compact(width) else 8,
    )
    domain = [0, max((row["stipend"] for row in (*schools, *steps)), default=1.0) * 1.06]
    x = alt.X("stipend:Q", axis=axis, scale=alt.Scale(domain=domain, nice=False))
    y = alt.Y("ratio:Q", title="Teachers for each leader", scale=alt.Scale(domain=[0, top]))
    height = 300
    rings = alt.Chart(data(schools), height=height)
    layers = [rings.mark_point(filled=True, fill=LIGHT, stroke=DARK, size=45, opacity=0.9).encode(x=x, y=y)]
    if steps:
        base = alt.Chart(data(steps), height=height).encode(x=x, y=y)
        layers.append(base.mark_line(color=GREY, strokeDash=[4, 3]))
        layers.append(
            base.mark_point(filled=True, color=GREY, size=60, opacity=1).transform_filter("!datum.own")
        )
        text = base.mark_text(dy=-15, color=INK).encode(text="label:N")
        layers.append(text.transform_filter("!datum.own"))
    plan = story.plan
    if plan.stipend is not None and plan.teachers_per_leader is not None:
        own = {"stipend": plan.stipend, "ratio": plan.teachers_per_leader, "label": percent(plan.coverage, 0)}
        spot = alt.Chart(data([own]), height=height).encode(x=x, y=y)
        layers.append(spot.mark_point(filled=True, color=DARK, size=170, shape="diamond", opacity=1))
        bold = spot.mark_text(align="right", dy=16, dx=-10, color=INK, fontWeight="bold")
        layers.append(bold.encode(text="label:N"))
    return alt.layer(*layers)


def table(story: Story) -> Table:
    """Every stipend's best plan where there are some, else every school."""
    if any(
        step.coverage is not None for step in story.stipends
    ):  # a plan with a hole has none at any stipend
        rows = [
            [
                dollars(step.stipend) + (" (this plan)" if story.plan.stipend_step == step.stipend else ""),
                shown.ratio(step.teachers_per_leader, f"stipends.{step.stipend:g}.ratio"),
                shown.fte(step.leaders, f"stipends.{step.stipend:g}.leaders"),
                shown.share(step.coverage, f"stipends.{step.stipend:g}.coverage"),
                shown.dollars(step.spending, f"stipends.{step.stipend:g}.spending"),
            ]
            for step in story.stipends
        ]
        head = [
            "Stipend paid everywhere",
            "Teachers per leader",
            "Leaders (average year)",
            "Pupils fully served",
            story.spending_of_all_years,
        ]
        return Table("The best plan at every stipend of the schedule", head, rows)
    ids, names = story.district.schools.id, story.district.schools.name
    schools = [
        [
            names[row["s"]],
            shown.dollars(row["stipend"], f"school.{ids[row['s']]}.stipend"),
            shown.ratio(row["ratio"], f"school.{ids[row['s']]}.ratio"),
        ]
        for row in _schools(story)
    ]
    return Table(
        "Stipend and teachers for each leader, by school",
        ["School", "Stipend, $ a year", "Teachers per leader"],
        schools,
    )


def summary(story: Story) -> Markup:
    """Say the plan's stipend and ratio, and where schools lie."""
    plan = story.plan
    if plan.stipend is None or plan.teachers_per_leader is None:
        return say("The plan needs no leaders.")
    text = say(
        "At {} a year, {} teachers work with one leader on average",
        shown.dollars(plan.stipend, "stipend"),
        shown.ratio(plan.teachers_per_leader, "teachers_per_leader"),
    )
    ratios = [row["ratio"] for row in _schools(story)]
    if ratios and ratio(min(ratios)) != ratio(max(ratios)):
        text += say(
            ", and from {} to {} at the schools",
            shown.Shown(ratio(min(ratios)), min(ratios), "ratio", "ratio.lowest"),
            shown.Shown(ratio(max(ratios)), max(ratios), "ratio", "ratio.highest"),
        )
    return text + Markup(".")


DRAWING = Drawing(
    "teams",
    "How many teachers work with one leader, and would another stipend change that?",
    "Rings: schools in this plan. Diamond: this plan. Dots: the best plan at that stipend, with the share of pupils it serves fully.",
    "",
    draw,
    table,
    summary,
    lambda story: bool(_schools(story)),
    ("stipends",),
)
