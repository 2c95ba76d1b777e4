"""What would more or less money do, and where would another $100,000 do most?"""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
from markupsafe import Markup

from models.frontier import Frontier
from reports import shown
from reports.blocks import Table, say
from reports.charts.drawing import (
    ACCENT,
    DARK,
    DOLLARS,
    GREY,
    INK,
    PERCENT,
    SIGNED_PERCENT,
    Chart,
    Drawing,
    chart_names,
    compact,
    data,
    names_axis,
)
from reports.figures import cut_places, dollars, percent
from reports.story import Story

POINTS = 200
MOST = 15


def _frontier(story: Story) -> Frontier:
    assert story.frontier is not None
    return story.frontier


def _at(frontier: Frontier) -> list[float]:
    """Places for the table: the ends, every 2.5 % between them, and no change."""
    low, high = float(frontier.funding_change[0]), float(frontier.funding_change[-1])
    between = [step / 40 for step in range(-40, 41) if low + 1e-9 < step / 40 < high - 1e-9]
    return [low, *between, high]


def _places(change: float) -> int:
    """As many as the depth of a cut has: one would round a place to another; steps of 2.5 % need one alone."""
    return 1 if abs(change * 1000 - round(change * 1000)) < 1e-9 else cut_places(change)


def draw_frontier(story: Story, width: int) -> Chart:
    """Draw coverage against the change of funding; the plan stands at no change."""
    frontier = _frontier(story)
    change, coverage = frontier.funding_change, frontier.coverage
    if change.size > POINTS:  # more would not be seen
        kept = np.unique(
            np.concatenate(
                [np.searchsorted(change, np.linspace(change[0], change[-1], POINTS)), [0, change.size - 1]]
            )
        )
        kept = kept[kept < change.size]
        change, coverage = change[kept], coverage[kept]
    rows = [{"change": float(x), "share": float(y)} for x, y in zip(change, coverage)]
    low, high = min(float(change[0]), frontier.asked[0]), max(float(change[-1]), frontier.asked[1])
    x = alt.X(
        "change:Q",
        scale=alt.Scale(domain=[low, high], nice=False),
        axis=alt.Axis(
            labelExpr=SIGNED_PERCENT,
            title="Change of funding, every year",
            tickCount=5 if compact(width) else 9,
        ),
    )
    y = alt.Y(
        "share:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(labelExpr=PERCENT, title="Pupils fully served, % of pupils"),
    )
    base = alt.Chart(data(rows), height=300).encode(x=x, y=y)
    layers = [base.mark_line(color=DARK, strokeWidth=3)]
    here = frontier.coverage_at(0.0)
    if here is not None:
        spot = alt.Chart(
            data([{"change": 0.0, "share": here, "label": f"this plan {percent(here, 0)}"}])
        ).encode(x=x, y=y)
        layers.append(spot.mark_point(filled=True, shape="diamond", size=200, color=ACCENT, opacity=1))
        right = frontier.funding_change[-1] - 0.0 > 0.25 * (high - low)
        layers.append(
            spot.mark_text(
                align="left" if right else "right",
                dx=14 if right else -14,
                dy=16,
                color=INK,
                fontWeight="bold",
            ).encode(text="label:N")
        )
    if frontier.least_funding_change is not None:
        edge = frontier.least_funding_change
        line = alt.Chart(
            data(
                [
                    {
                        "change": edge,
                        "label": f"no plan below {shown.change(edge, places=cut_places(edge)).text}",
                    }
                ]
            )
        ).encode(x=x)
        layers.append(line.mark_rule(color=GREY, strokeDash=[4, 3]))
        inside = edge - low > (0.5 if compact(width) else 0.3) * (high - low)  # room for the words
        layers.append(
            line.mark_text(align="right" if inside else "left", dx=-6 if inside else 6, color=INK).encode(
                y=alt.value(12), text="label:N"
            )
        )
    return alt.layer(*layers)


def table_frontier(story: Story) -> Table:
    """Coverage at round changes of funding, and at the ends."""
    frontier = _frontier(story)
    rows = [
        [
            "no change" if abs(change) < 1e-12 else shown.change(change, places=_places(change)).text,
            shown.share(frontier.coverage_at(change), f"frontier.{change:.4f}"),
        ]
        for change in _at(frontier)
    ]
    return Table(
        "Pupils fully served at a change of all funding", ["Funding, every year", "Pupils fully served"], rows
    )


def summary_frontier(story: Story) -> Markup:
    """Say what a little more money does, and where plans end."""
    frontier = _frontier(story)
    more = min(0.01, float(frontier.funding_change[-1]))
    text = Markup()
    here, there = frontier.coverage_at(0.0), frontier.coverage_at(more)
    if here is not None and there is not None and more > 0:
        text += say(
            "{} more funding in every year changes the share of pupils served by {}. ",
            shown.share(more),
            shown.difference(there - here, "frontier.one"),
        )
    if frontier.least_funding_change is not None:
        edge = frontier.least_funding_change
        text += (
            say(
                "A cut of all funding by more than {}, from the first year on, leaves no plan that keeps all rules.",
                shown.share(-edge, "frontier.least", cut_places(edge)),
            )
            if edge <= 0
            else say(
                "There is a plan only with {} more funding.",
                shown.share(edge, "frontier.least", cut_places(edge)),
            )
        )
    return text


def _placed(story: Story) -> list[tuple[int, float]]:
    """Schools and the expected extra dollars a year that the plan would place there, the most first."""
    explanation = story.explanation
    assert explanation is not None
    assert explanation.extra is not None
    ids = story.district.schools.id
    amounts = np.zeros(len(ids))
    for amount in explanation.extra.used:
        amounts[ids.index(amount.school_id)] += amount.probability * amount.amount / story.tree.years
    return [(int(s), float(amounts[s])) for s in np.argsort(-amounts, kind="stable") if amounts[s] >= 0.5]


def draw_extra(story: Story, width: int) -> Chart:
    """Draw a bar a school: dollars of an average year."""
    names = chart_names(story.district.schools.name, story.district.schools.id, width)
    rows: list[dict[str, Any]] = [
        {"school": names[s], "amount": amount, "label": dollars(amount)}
        for s, amount in _placed(story)[:MOST]
    ]
    top = max(row["amount"] for row in rows) * (1.4 if compact(width) else 1.12)
    axis = alt.Axis(
        labelExpr=DOLLARS, title="Dollars of an average year", tickCount=3 if compact(width) else 5
    )
    x = alt.X("amount:Q", axis=axis, scale=alt.Scale(domain=[0, top], nice=False))
    base = alt.Chart(data(rows), height=30 * len(rows)).encode(
        x=x, y=alt.Y("school:N", sort=None, axis=names_axis(width))
    )
    return alt.layer(
        base.mark_bar(color=DARK, height=16),
        base.mark_text(align="left", dx=6, color=INK).encode(text="label:N"),
    )


def table_extra(story: Story) -> Table:
    """Extra dollars of an average year by school, and in all."""
    names, ids = story.district.schools.name, story.district.schools.id
    placed = _placed(story)
    rows = [[names[s], shown.exact_dollars(amount, f"extra.{ids[s]}")] for s, amount in placed]
    rows.append(
        ["Used in an average year", shown.exact_dollars(sum(amount for _, amount in placed), "extra.total")]
    )
    return Table(
        "Where the extra money goes, expected dollars of an average year", ["School", "Amount"], rows, total=1
    )


def summary_extra(story: Story) -> Markup:
    """Say what the money buys."""
    assert story.explanation is not None
    extra = story.explanation.extra
    assert extra is not None
    text = say("With {} more a year, ", shown.dollars(extra.yearly, "extra.yearly"))
    if story.explanation.objective == "expected":
        served = shown.some_pupils(extra.gain / story.tree.years, "extra.pupils")
        text += say("{} more pupils are fully served in an average year (weighted by need); ", served)
    return text + _whither(story, extra.yearly)


def _whither(story: Story, yearly: float) -> Markup:
    """Say how much of the money finds use, and where the most of it goes."""
    placed = _placed(story)
    (first, largest), used = placed[0], sum(amount for _, amount in placed)
    name, text = story.district.schools.name[first], Markup()
    if used < 0.99 * yearly:
        text += say("{} of it finds use in an average year; ", shown.exact_dollars(used, "extra.total"))
    if len(placed) == 1:
        return text + say("all of that goes to {}." if text else "all of it goes to {}.", name)
    part = "most" if largest > used / 2 else "the largest part"
    return text + say(f"{part} of {'that' if text else 'it'} goes to {{}}.", name)


def _key_extra(story: Story) -> str:
    """Which schools are drawn, where there are more than fit."""
    whole = len(_placed(story))
    return f"Shown: the {MOST} schools of {whole} that get most." if whole > MOST else ""


FRONTIER = Drawing(
    "frontier",
    "What would more or less money do?",
    "Share of pupils fully served against a change of all funding in every year and scenario.",
    "frontier",
    draw_frontier,
    table_frontier,
    summary_frontier,
)
EXTRA = Drawing(
    "extra",
    "Where would another $100,000 do most?",
    "Where the plan places the extra dollars of an average year, expected over the scenarios.",
    "explanation",
    draw_extra,
    table_extra,
    summary_extra,
    lambda story: bool(story.explanation and story.explanation.extra and _placed(story)),
    key=_key_extra,
)
