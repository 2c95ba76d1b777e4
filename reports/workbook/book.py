"""The workbook as a whole: which sheets it has, in which order."""

from __future__ import annotations

import datetime
import io
from typing import Any

from reports.blocks import Table
from reports.charts.gallery import DRAWINGS
from reports.sections.assumptions import assumptions
from reports.sections.sureness import sureness
from reports.sections.teams import teams
from reports.shown import Shown
from reports.story import Story
from reports.workbook.lines import lines
from reports.workbook.overview import bridge, coverage, money, summary
from reports.workbook.pen import Pen, columns_for, table_widths
from reports.workbook.schools_staff import devices, schools, staff
from reports.workbook.tidy import tidy

WIDE = 720  # of a chart, pixels
MOST = 30  # rows of a table that its chart draws
COLOURS = ("#B5D3E7", "#12436D")
PLAIN = {
    "stipends": "Stipends",
    "frontier": "Frontier",
    "extra": "Extra money",
    "prices": "Rules",
    "tornado": "Tornado",
    "cuts": "Cuts",
}
"""Charts whose table has a sheet of its own, with a native chart where one is drawn below."""


def workbook(story: Story) -> bytes:
    """Write the workbook of a story."""
    import xlsxwriter

    place = io.BytesIO()
    book = xlsxwriter.Workbook(
        place,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    day = story.made_on or datetime.date.today()
    created = datetime.datetime.combine(day, datetime.time())
    book.set_properties(
        {
            "title": f"{story.district.name}: staffing plan",
            "created": created,
            "comments": f"Inputs {story.fingerprint}",
        }
    )
    pen = Pen(book, story.district.name)
    summary(pen, story)
    if story.comparison is not None:
        lines(pen, story)
        bridge(pen, story)
    money(pen, story)
    coverage(pen, story)
    schools(pen, story)
    staff(pen, story)
    devices(pen, story)
    _blocks(pen, "Teams", teams(story))
    for name, title in PLAIN.items():
        _drawing(pen, story, name, title)
    _blocks(pen, "Assumptions", assumptions(story))
    _blocks(pen, "How sure", sureness(story))
    tidy(pen, story)
    book.close()
    return place.getvalue()


def _blocks(pen: Pen, title: str, section: Any) -> None:
    """A sheet with the tables of a report's section, one under the other."""
    tables = [block for block in (section.blocks if section else []) if getattr(block, "kind", "") == "table"]
    if not tables:
        return
    sheet = pen.sheet(title)
    row = 0
    for table in tables:
        row = pen.table(sheet, row, table) + 1
    table_widths(sheet, *tables)
    sheet.print_area(0, 0, row, max(len(table.head) for table in tables) - 1)


def _has_values(table: Table, column: int) -> bool:
    """Whether a column has a figure to draw: it may say "no plan" in every row."""
    return any(isinstance(row[column], Shown) and row[column].known for row in table.rows)


def _drawing(pen: Pen, story: Story, name: str, title: str) -> None:
    """A sheet with the table of a chart, and the chart itself to edit."""
    drawing = DRAWINGS[name]
    if not drawing.shows(story):
        return
    table = drawing.table(story)
    long = len(table.rows) > 45  # the chart then stands on a page of its own
    sheet = pen.sheet(title, wide=len(table.rows) <= 16, tall=0 if long else 1)
    pen.text(sheet, 0, 0, drawing.question, bold=True)
    end = pen.table(sheet, 3, table)
    pixels = columns_for(table_widths(sheet, table), WIDE)
    pen.folded(sheet, 1, f"{drawing.summary(story).striptags()} {drawing.caption(story)}", pixels)
    pen.folded(sheet, 3, table.caption, pixels, heading=True)
    sheet.freeze_panes(5, 1)
    figures = [i for i in range(len(table.head)) if _has_values(table, i)]
    first, last = 5, min(end - table.total, 5 + MOST) - 1
    kind = "line" if name in ("frontier", "stipends") else "bar"
    drawn = figures[1:2] if name == "stipends" else figures[:2]
    chart = pen.book.add_chart({"type": kind})
    for column, colour in zip(drawn, COLOURS if len(drawn) > 1 else COLOURS[1:]):
        chart.add_series(
            {
                "name": [title, 4, column],
                "categories": [title, first, 0, last, 0],
                "values": [title, first, column, last, column],
                **(
                    {
                        "line": {"color": colour},
                        "marker": {"type": "circle", "size": 7, "fill": {"color": colour}},
                    }
                    if kind == "line"
                    else {"fill": {"color": colour}, "border": {"color": COLOURS[1]}}
                ),
            }
        )
    chart.set_title({"name": drawing.question, "name_font": {"size": 12}})
    chart.set_size({"width": WIDE, "height": max(320, 22 * (last - first + 1) + 120)})
    figures_axis = _axis(story, name, table, drawn[0] if drawn else 1)
    if kind == "bar":
        chart.set_y_axis({"reverse": True, "label_position": "low"})
        chart.set_x_axis(figures_axis)
    else:
        chart.set_x_axis({"name": table.head[0]})
        chart.set_y_axis(figures_axis)
    if len(drawn) == 1:
        chart.set_legend({"none": True})
    low = pen.chart(sheet, end + 1, chart, f"{drawing.question} {drawing.summary(story).striptags()}")
    if long:
        sheet.set_h_pagebreaks([end + 1])
    sheet.print_area(0, 0, low, len(pixels) - 1)


def _axis(story: Story, name: str, table: Table, column: int) -> dict[str, object]:
    """The axis of a chart's figures: what they count, from zero; the bars of a tornado begin at the plan."""
    if name == "tornado":
        axis: dict[str, object] = {"name": "Pupils fully served", "num_format": "0%"}
        return axis if story.tornado is None else axis | {"crossing": story.tornado.coverage}
    known = next((row[column] for row in table.rows if isinstance(row[column], Shown)), None)
    unit = known.unit if isinstance(known, Shown) else ""
    formats = {"share": "0.0%" if name == "cuts" else "0%", "$": '"$"#,##0'}
    titles = {"cuts": "Deepest cut, share of funding", "extra": "Dollars of an average year"}
    named = titles.get(name, table.head[column])
    return {"name": named, "num_format": formats.get(unit, "#,##0"), "min": 0}
