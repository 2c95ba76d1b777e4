"""What a chart is: a question, a specification, a sentence that answers it, and the table of its figures."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
from markupsafe import Markup

from reports.blocks import Table
from reports.charts.room import text_width, wrapped
from reports.story import Story

WIDE, NARROW = 720, 340
"""Widths in pixels: for a page and for a phone."""

INK, GREY, RULE = "#1a1a1a", "#595959", "#d4d4d4"
DARK, MID, LIGHT, ACCENT = "#12436d", "#2a7ab0", "#b5d3e7", "#a8480a"
"""Fills that differ in lightness too, so that they stay apart in greyscale; labels carry the meaning all the same."""
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"

PERCENT = "format(datum.value * 100, '~g') + ' %'"
SIGNED_PERCENT = (
    "(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + format(abs(datum.value) * 100, '~g') + ' %'"
)
DOLLARS = (
    "(datum.value < 0 ? '−$' : '$') + (abs(datum.value) >= 999950"
    " ? format(abs(datum.value) / 1e6, '~g') + ' M' : format(abs(datum.value), ',.0f'))"
)
Chart = Any  # altair's classes of a top level share no useful base
Rows = Sequence[dict[str, Any]]

CONFIG = {
    "font": FONT,
    "background": "white",
    "aria": False,
    "padding": {"left": 2, "right": 16, "top": 4, "bottom": 2},
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": "#e4e4e4",
        "domainColor": GREY,
        "tickColor": GREY,
        "labelPadding": 4,
    },
    "title": {
        "anchor": "start",
        "color": INK,
        "fontSize": 16,
        "subtitleColor": GREY,
        "subtitleFontSize": 12,
        "offset": 12,
    },
    "text": {"color": INK, "fontSize": 12},
}


@dataclass(frozen=True)
class Drawing:
    """A chart by name.

    Attributes
    ----------
    name : as in `chart-NAME.svg`
    question : its title
    unit : what its axes count, for the subtitle
    needs : the answer of a story that it shows; blank where the plan alone is enough
    likes : further answers that it shows where they are there
    draw : the specification at a width in pixels, without its title
    table : its figures
    summary : what it says, in a sentence
    ready : whether there is something to draw, beyond `needs`
    key : what its short names stand for, or what it leaves out, in this story

    """

    name: str
    question: str
    unit: str
    needs: str
    draw: Callable[[Story, int], Chart]
    table: Callable[[Story], Table]
    summary: Callable[[Story], Markup]
    ready: Callable[[Story], bool] = lambda story: True
    likes: tuple[str, ...] = ()
    key: Callable[[Story], str] = lambda story: ""

    def shows(self, story: Story) -> bool:
        """Whether the story has what the chart needs."""
        return (not self.needs or bool(getattr(story, self.needs))) and self.ready(story)

    def caption(self, story: Story) -> str:
        """What stands under it: what its axes count, and its key."""
        return " ".join(part for part in (self.unit, self.key(story)) if part)

    def chart(self, story: Story, width: int = WIDE, *, titled: bool = True) -> Chart:
        """The finished specification."""
        drawn = self.draw(story, width).properties(
            width=width,
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
            config=alt.Config(**CONFIG),
        )
        if not titled:
            return drawn
        title = alt.Title(
            text=wrapped(self.question, width - 20, 16, bold=True),
            subtitle=wrapped(f"{story.district.name}. {self.caption(story)}", width - 20, 12),
        )
        return drawn.properties(title=title)


def data(rows: Rows) -> alt.Data:
    """Rows as inline data."""
    return alt.Data(values=list(rows))


def compact(width: int) -> bool:
    """Whether a chart is drawn for a phone."""
    return width < 500


def _name_limit(width: int) -> int:
    """How wide a name may be beside a chart, in pixels."""
    return 132 if compact(width) else 270


def chart_names(names: Sequence[str], ids: Sequence[str], width: int) -> list[str]:
    """Names of schools as they stand beside a chart: long ones lose their middle, because they often begin alike."""
    most = 1.15 * _name_limit(width)
    return unique_names([_without_middle(name, most) for name in names], ids)


def _without_middle(name: str, most: float) -> str:
    size = CONFIG["axis"]["labelFontSize"]
    if text_width(name, size) <= most:
        return name
    for kept in range(len(name) - 1, 1, -1):
        tail = kept * 2 // 5
        cut = f"{name[: kept - tail].rstrip()}…{name[len(name) - tail :].lstrip()}"
        if text_width(cut, size) <= most:
            return cut
    return name


def names_axis(width: int, **options: Any) -> alt.Axis:
    """An axis of names: no line, no ticks, cut where they are too long for the width."""
    return alt.Axis(
        title=None, labelLimit=1.3 * _name_limit(width), domain=False, ticks=False, grid=False, **options
    )


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Move labels up or down until no two are nearer than `gap`, as little as may be."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for _ in range(200):
        still = True
        for one, two in itertools.pairwise(order):
            lack = gap - (moved[two] - moved[one])
            if lack > 1e-12:
                moved[one] -= lack / 2
                moved[two] += lack / 2
                still = False
        if still:
            break
    return moved


def unique_names(names: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Names that tell members apart: one that stands twice is followed by its id."""
    return [f"{name} ({own})" if names.count(name) > 1 else name for name, own in zip(names, ids)]
