"""Charts as blocks of a report."""

from __future__ import annotations

from reports.blocks import Picture
from reports.charts.drawing import NARROW, WIDE
from reports.charts.files import inline, svg
from reports.charts.gallery import drawing
from reports.story import Story


def pictures(story: Story, *names: str) -> list[Picture]:
    """The charts of these names for which the story has what they show, for a page and for a phone."""
    found = []
    for name in names:
        chart = drawing(name)
        if not chart.shows(story):
            continue
        drawn = [
            inline(svg(chart.chart(story, width, titled=False)), f"{name}-{width}", chart.question)
            for width in (WIDE, NARROW)
        ]
        found.append(
            Picture(
                name, chart.question, chart.summary(story), chart.caption(story), *drawn, chart.table(story)
            )
        )
    return found
