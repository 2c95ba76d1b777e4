"""The sheets of schools, staff, staffing moves and devices."""

from __future__ import annotations

import numpy as np
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from reports import words
from reports.charts.devices import SMALL
from reports.charts.drawing import unique_names
from reports.story import Story
from reports.workbook.pen import Pen, columns_for, widths

TOP = 3  # first row of figures under a heading and a row of titles


def schools(pen: Pen, story: Story) -> None:
    """Every school: pupils, coverage today and under the plan, gain as a formula, need and spending."""
    name, first, last = "Schools", story.years[0], story.years[-1]
    sheet = pen.sheet(name)
    pen.heading(sheet, 0, "Schools, expected over the scenarios")
    titles = (
        "School",
        "Need weight",
        "Pupils today",
        "Fully served today",
        f"in {first}",
        f"in {last}",
        "Gain",
        f"Spending in {first}, $",
    )
    pen.row(sheet, TOP - 1, titles)
    names = unique_names(story.district.schools.name, story.district.schools.id)
    now = story.comparison.today.coverage if story.comparison is not None else np.full(len(names), np.nan)
    spending = story.by_school_and_year(story.plan.money["spending"])[:, 0]
    shares = story.school_coverage
    for s, school in enumerate(names):
        row = TOP + s
        pen.text(sheet, row, 0, school)
        figures = [
            (float(story.district.schools.need_weight[s]), "ratio"),
            (float(story.district.enrollment[s].sum()), "pupils"),
            (float(now[s]), "share"),
            (float(shares[s, 0]), "share"),
            (float(shares[s, -1]), "share"),
        ]
        for column, (value, unit) in enumerate(figures, start=1):
            pen.figure(sheet, row, column, value, unit)
        pen.formula(
            sheet,
            row,
            6,
            f'=IF(D{row + 1}="","",F{row + 1}-D{row + 1})',
            float(shares[s, -1] - now[s]),
            "share",
        )
        pen.figure(sheet, row, 7, float(spending[s]), "$")
    end = TOP + len(names)
    pen.text(sheet, end, 0, "All schools", bold=True)
    for column, value, unit in (
        (2, float(story.district.enrollment.sum()), "pupils"),
        (7, float(spending.sum()), "$"),
    ):
        letter = xl_col_to_name(column)
        pen.formula(sheet, end, column, f"=SUM({letter}{TOP + 1}:{letter}{end})", value, unit, total=True)
    chart = pen.book.add_chart({"type": "bar"})
    shown = min(end - 1, TOP + 39)
    for column, known, colour in ((3, now, "#B5D3E7"), (5, shares[:, -1], "#12436D")):
        if not np.isfinite(known).any():  # without a comparison nothing is known of today
            continue
        chart.add_series(
            {
                "name": [name, TOP - 1, column],
                "categories": [name, TOP, 0, shown, 0],
                "values": [name, TOP, column, shown, column],
                "fill": {"color": colour},
                "border": {"color": "#12436D"},
            }
        )
    chart.set_title({"name": "Which schools gain, and how much?", "name_font": {"size": 12}})
    chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%"})
    chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 720, "height": 140 + 34 * (shown - TOP + 1)})
    low = pen.chart(sheet, end + 2, chart, "Coverage of every school today and under the plan")
    pixels = widths(sheet, [names, *[["Pupils today"]] * 6, ["$000,000,000"]])
    sheet.autofilter(TOP - 1, 0, end - 1, len(titles) - 1)
    sheet.freeze_panes(TOP, 1)
    sheet.repeat_rows(TOP - 1)
    sheet.print_area(0, 0, low, len(columns_for(pixels, 720)) - 1)


def staff(pen: Pen, story: Story) -> None:
    """Positions by role: today, every year, and the difference; then who moves in the first year."""
    name, years = "Staff", story.years
    sheet = pen.sheet(name)
    pen.heading(sheet, 0, "Positions, FTE, expected over the scenarios")
    pen.row(sheet, TOP - 1, ("Role", "Today", *map(str, years), f"{years[-1]} less today"))
    labels = list(words.roles(story.district).values())
    now, planned = story.district.staff.fte.sum(axis=0), story.positions_by_year.sum(axis=0)
    wide = len(years) + 2
    for r, label in enumerate(labels):
        row = TOP + r
        pen.text(sheet, row, 0, label)
        for column, value in enumerate((now[r], *planned[r]), start=1):
            pen.figure(sheet, row, column, float(value), "FTE")
        pen.formula(
            sheet,
            row,
            wide,
            f"={xl_rowcol_to_cell(row, wide - 1)}-B{row + 1}",
            float(planned[r, -1] - now[r]),
            "FTE",
        )
    end = TOP + len(labels)
    pen.text(sheet, end, 0, "All positions", bold=True)
    sums = [now.sum(), *planned.sum(axis=0), planned[:, -1].sum() - now.sum()]
    for column, value in enumerate(sums, start=1):
        letter = xl_col_to_name(column)
        pen.formula(
            sheet, end, column, f"=SUM({letter}{TOP + 1}:{letter}{end})", float(value), "FTE", total=True
        )
    chart = pen.book.add_chart({"type": "bar"})
    for column, colour in ((1, "#B5D3E7"), (wide - 1, "#12436D")):
        chart.add_series(
            {
                "name": [name, TOP - 1, column],
                "categories": [name, TOP, 0, end - 1, 0],
                "values": [name, TOP, column, end - 1, column],
                "fill": {"color": colour},
                "border": {"color": "#12436D"},
            }
        )
    chart.set_title(
        {"name": "Who works in the schools, today and under the plan?", "name_font": {"size": 12}}
    )
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"name": "FTE"})
    chart.set_size({"width": 720, "height": 140 + 40 * len(labels)})
    low = pen.chart(sheet, end + 2, chart, "Positions by role today and in the last plan year")
    pixels = widths(sheet, [[*labels, "All positions"], *[["2031 less today"]] * wide])
    sheet.freeze_panes(TOP, 1)
    sheet.print_area(0, 0, low, len(columns_for(pixels, 720)) - 1)
    if story.comparison is not None:
        _moves(pen, story)


def _moves(pen: Pen, story: Story) -> None:
    """Every staffing move of the first year; the sum follows the filter."""
    assert story.comparison is not None
    sheet = pen.sheet("Moves")
    pen.heading(sheet, 0, f"Staffing moves of {story.comparison.year}, FTE")
    titles = ("Move", "From school", "From role", "To school", "To role", "FTE")
    pen.row(sheet, TOP - 1, titles)
    names, labels = (
        dict(zip(story.district.schools.id, story.district.schools.name)),
        words.roles(story.district),
    )
    rows = story.comparison.moves.rows(story.district)
    for number, move in enumerate(rows):
        row = TOP + number
        texts = (
            words.MOVES[str(move["move"])],
            names.get(str(move["from_school"]), ""),
            labels.get(str(move["from_role"]), ""),
            names.get(str(move["to_school"]), ""),
            labels.get(str(move["to_role"]), ""),
        )
        for column, text in enumerate(texts):
            pen.text(sheet, row, column, text)
        pen.figure(sheet, row, 5, float(move["fte"]), "FTE")
    end = TOP + len(rows)
    pen.text(sheet, end + 1, 0, "Sum of the rows shown", bold=True)
    whole = float(sum(float(move["fte"]) for move in rows))
    pen.formula(
        sheet, end + 1, 5, f"=SUBTOTAL(109,F{TOP + 1}:F{max(end, TOP + 1)})", whole, "FTE", total=True
    )
    widths(
        sheet,
        [
            ["leave of themselves"],
            list(names.values()),
            list(labels.values()),
            list(names.values()),
            list(labels.values()),
            ["00000.0"],
        ],
    )
    sheet.autofilter(TOP - 1, 0, max(end - 1, TOP), len(titles) - 1)
    sheet.freeze_panes(TOP, 0)
    sheet.repeat_rows(TOP - 1)
    sheet.print_area(0, 0, end + 1, len(titles) - 1)


def devices(pen: Pen, story: Story) -> None:
    """Seats bought by device and year, with sums, and the life of each device."""
    labels = story.district.device_types.label
    if not labels:
        return
    name, years = "Devices", story.years
    sheet = pen.sheet(name)
    pen.heading(sheet, 0, "Seats bought, expected over the scenarios")
    pen.row(sheet, TOP - 1, ("Device", *map(str, years), "All years", "Life, years", "Price of a seat, $"))
    wide = len(years) + 1
    for v, label in enumerate(labels):
        row = TOP + v
        pen.text(sheet, row, 0, label)
        for y in range(len(years)):
            pen.figure(sheet, row, y + 1, float(story.seats_by_year[v, y]), "seats")
        across = f"=SUM({xl_rowcol_to_cell(row, 1)}:{xl_rowcol_to_cell(row, wide - 1)})"
        pen.formula(sheet, row, wide, across, float(story.seats_by_year[v].sum()), "seats")
        pen.figure(sheet, row, wide + 1, float(story.district.device_types.life_years[v]), "years")
        pen.figure(sheet, row, wide + 2, float(story.district.device_types.purchase_per_seat[v]), "$")
    end = TOP + len(labels)
    pen.text(sheet, end, 0, "All devices", bold=True)
    sums = [*story.seats_by_year.sum(axis=0), story.seats_by_year.sum()]
    for column, value in enumerate(sums, start=1):
        letter = xl_col_to_name(column)
        pen.formula(
            sheet, end, column, f"=SUM({letter}{TOP + 1}:{letter}{end})", float(value), "seats", total=True
        )
    chart = pen.book.add_chart({"type": "column", "subtype": "stacked"})
    colours = ("#12436D", "#2A7AB0", "#B5D3E7", "#A8480A")
    for v in np.flatnonzero(story.seats_by_year.max(axis=1) >= SMALL).tolist():
        chart.add_series(
            {
                "name": [name, TOP + v, 0],
                "categories": [name, TOP - 1, 1, TOP - 1, len(years)],
                "values": [name, TOP + v, 1, TOP + v, len(years)],
                "fill": {"color": colours[v % len(colours)]},
                "border": {"color": "#12436D"},
            }
        )
    chart.set_title({"name": "When are devices bought?", "name_font": {"size": 12}})
    chart.set_y_axis({"name": "Seats", "num_format": "#,##0"})
    chart.set_size({"width": 720, "height": 360})
    low = pen.chart(sheet, end + 2, chart, "Seats bought by device and year")
    pixels = widths(
        sheet, [[*labels, "All devices"], *[["All years"]] * wide, ["Life, years"], ["Price of a seat"]]
    )
    sheet.freeze_panes(TOP, 1)
    sheet.print_area(0, 0, low, len(columns_for(pixels, 720)) - 1)
