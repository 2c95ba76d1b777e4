"""When are devices bought, and when must they be replaced?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from markupsafe import Markup

from reports import shown, words
from reports.blocks import Table, say
from reports.charts.drawing import DARK, INK, LIGHT, Chart, Drawing, compact, data
from reports.figures import count
from reports.story import Story

SMALL = 0.5  # seats


@dataclass(frozen=True)
class Vintage:
    """Seats of one device that came in one year: `first` in use, `last` in use; `bought` is false for today's."""

    device: str
    v: int
    first: float
    last: float
    seats: float
    cost: float
    bought: bool


def vintages(story: Story) -> list[Vintage]:
    """Seats in place today by the last year they serve, and expected purchases by year; devices in their order."""
    district, p, first = story.district, story.parameters, story.years[0]
    life = district.device_types.life_years
    found: list[Vintage] = []
    for v, label in enumerate(district.device_types.label):
        old: dict[float, float] = {}
        for device, seats, age in zip(
            district.devices.device, district.devices.seats, district.devices.age_years
        ):
            last = first + life[v] - age - 1
            if device == v and last >= first:
                old[float(last)] = old.get(float(last), 0.0) + float(seats)
        found += [Vintage(label, v, first, last, seats, 0.0, False) for last, seats in sorted(old.items())]
        price = np.array([p.buy[v, story.tree.year == y + 1].mean() for y in range(story.tree.years)])
        for y, seats in enumerate(story.seats_by_year[v]):
            if seats >= SMALL:
                year = first + y
                found.append(
                    Vintage(
                        label,
                        v,
                        year,
                        year + float(life[v]) - 1,
                        float(seats),
                        float(seats * price[y]),
                        True,
                    )
                )
    return found


def _name(vintage: Vintage) -> str:
    return f"{vintage.device}, {vintage.first:.0f}" if vintage.bought else f"{vintage.device}, in place"


def draw(story: Story, width: int) -> Chart:
    """Draw a bar a purchase, over the years it serves, under the name of its device."""
    found = vintages(story)
    most = max(vintage.seats for vintage in found)
    rows: list[dict[str, Any]] = []
    heads: list[dict[str, Any]] = []
    for before, vintage in zip([None, *found], found):
        if before is None or before.v != vintage.v:
            heads.append(
                {
                    "row": len(rows) + len(heads),
                    "label": words.short(vintage.device, 44 if compact(width) else 80),
                }
            )
        rows.append(
            {
                "row": len(rows) + len(heads),
                "when": f"bought {vintage.first:.0f}" if vintage.bought else "in place",
                "first": vintage.first,
                "end": vintage.last + 1,
                "label": f"{count(vintage.seats)} seat{'s' if count(vintage.seats) != '1' else ''}",
                "thick": 5 + 13 * (vintage.seats / most) ** 0.5,
                "bought": vintage.bought,
            }
        )
    whole = len(rows) + len(heads)
    start, end = story.years[0], max(row["end"] for row in rows)
    every = 1 if end - start <= (5 if compact(width) else 12) else 2
    years = alt.Axis(
        values=list(range(int(start), int(end) + 1, every)), format="d", title="Beginning of the year"
    )
    left, room = (3.6, 1.9) if compact(width) else (1.4, 0.9)
    x = alt.X(
        "first:Q", scale=alt.Scale(domain=[start - left, end + room], nice=False, zero=False), axis=years
    )
    y = alt.Y("row:O", scale=alt.Scale(domain=list(range(whole))), axis=None)
    base = alt.Chart(data(rows), height=25 * whole).encode(y=y)
    bars = base.mark_bar(stroke=DARK).encode(
        x=x,
        x2="end:Q",
        size=alt.Size("thick:Q", scale=None),
        color=alt.condition("datum.bought", alt.value(DARK), alt.value(LIGHT)),
    )
    seats = base.mark_text(align="left", dx=6, color=INK).encode(x="end:Q", text="label:N")
    when = base.mark_text(align="right", dx=-6, color=INK).encode(x="first:Q", text="when:N")
    title = alt.Chart(data(heads)).mark_text(align="left", color=INK, fontWeight="bold", dy=3)
    return alt.layer(bars, seats, when, title.encode(y=y, x=alt.value(0), text="label:N"))


def table(story: Story) -> Table:
    """Every vintage: seats, cost, first and last year of use, and the year in which it must be replaced."""
    rows = [
        [
            _name(vintage),
            shown.seats(
                vintage.seats, f"vintage.{vintage.v}.{vintage.first:.0f}.seats" if vintage.bought else ""
            ),
            shown.exact_dollars(vintage.cost, f"vintage.{vintage.v}.{vintage.first:.0f}.cost")
            if vintage.bought
            else "in place today",
            f"{vintage.first:.0f} to {vintage.last:.0f}",
            f"{vintage.last + 1:.0f}",
        ]
        for vintage in vintages(story)
    ]
    return Table(
        "Devices by year of purchase, expected over the scenarios",
        ["Device, year bought", "Seats", "Cost, $ of the year", "In use", "Replace in"],
        rows,
    )


def summary(story: Story) -> Markup:
    """Say how many seats are bought and what they cost."""
    bought = [vintage for vintage in vintages(story) if vintage.bought]
    if not bought:
        return say("No devices are bought.")
    after = sorted({int(vintage.last + 1) for vintage in bought})
    return say(
        "{} seats are bought for {} in all; they fall due for replacement in {}.",
        shown.seats(sum(vintage.seats for vintage in bought), "seats.bought"),
        shown.dollars(sum(vintage.cost for vintage in bought), "seats.cost"),
        ", ".join(map(str, after)),
    )


DRAWING = Drawing(
    "devices",
    "When are devices bought, and when must they be replaced?",
    "Seats by year of purchase, over the years they serve, expected over the scenarios. Light: in place today.",
    "",
    draw,
    table,
    summary,
    lambda story: bool(vintages(story)),
)
