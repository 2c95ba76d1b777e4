"""Every row of the plan: the tidy tables as sheets with a filter and sums that follow it."""

from __future__ import annotations

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from models.tables import UNITS
from reports.story import Story
from reports.workbook.pen import Pen, settled, widths

TOP = 4  # first row of figures
MOST = 1_000_000  # rows of a sheet; longer tables go on in a further one
FORMATS = {"share": "share", "$": "$", "FTE": "FTE", "pupils": "pupils", "seats": "seats"}
ADDED = (
    "pupils",
    "team_pupils",
    "covered_pupils",
    "fte",
    "fte_needed",
    "leaders",
    "recurring",
    "seats_bought",
    "purchase",
    "amount",
)
"""Columns that a sum means something for, each row weighted with its probability."""


def tidy(pen: Pen, story: Story) -> None:
    """Write every table of the plan."""
    for name, table in story.plan.tables.items():
        for part, start in enumerate(range(0, max(len(table), 1), MOST)):
            _sheet(pen, f"{name} rows{part + 1 if part else ''}", table.iloc[start : start + MOST])


def _title(column: str) -> str:
    """A column with its unit, where its name does not say it: `fte_today, FTE`, `pupils`."""
    unit = UNITS.get(column, "")
    return f"{column}, {unit}" if unit not in ("", column) else column


def _sheet(pen: Pen, name: str, table: object) -> None:
    import pandas as pd

    assert isinstance(table, pd.DataFrame)
    sheet = pen.sheet(name)
    pen.heading(sheet, 0, f"{name.split(' ')[0]}: one row a school, year, scenario node and item")
    pen.text(sheet, 1, 0, "Expected sum of the rows shown (each row times its probability)", bold=True)
    columns = list(table.columns)
    pen.row(sheet, TOP - 1, [_title(column) for column in columns])
    end, samples = TOP + len(table), []
    chance = xl_col_to_name(columns.index("probability"))
    for c, column in enumerate(columns):
        values, unit = table[column].to_numpy(), UNITS.get(column, "")
        figures = values.dtype.kind in "fiu"
        style = pen.number(FORMATS.get(unit, "years" if column == "year" else ""))
        if figures:
            for row, value in enumerate(values.astype(float), start=TOP):
                if np.isfinite(value):
                    sheet.write_number(row, c, settled(value, unit), style)
        else:
            plain = pen.format()
            for row, value in enumerate(values, start=TOP):
                sheet.write_string(row, c, str(value), plain)
        if column in ADDED and figures and len(table):
            letter = xl_col_to_name(c)
            first, span = f"{letter}{TOP + 1}", f"{letter}{TOP + 1}:{letter}{end}"
            shown = f"SUBTOTAL(103,OFFSET({chance}{TOP + 1},ROW({span})-ROW({first}),0))"
            formula = f"=SUMPRODUCT({shown},{chance}{TOP + 1}:{chance}{end},{span})"
            whole = float(np.nansum(values.astype(float) * table["probability"].to_numpy(dtype=float)))
            pen.formula(sheet, 2, c, formula, whole, FORMATS.get(unit, ""), total=True)
        samples.append(
            [column, *map(str, values[:50])] if not figures else [f"{column}, share", "$00,000,000"]
        )
    widths(sheet, samples)
    if len(table):
        sheet.autofilter(TOP - 1, 0, end - 1, len(columns) - 1)
    sheet.freeze_panes(TOP, 1)
    sheet.repeat_rows(TOP - 1)
    sheet.print_area(0, 0, max(end - 1, TOP), len(columns) - 1)
