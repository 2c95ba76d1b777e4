"""Every row of the plan: the tidy tables as sheets with a filter and averages a year that follow it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from models.tables import UNITS
from reports.story import Story
from reports.workbook.pen import Pen, settled, widths

if TYPE_CHECKING:
    import pandas as pd

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
"""Columns that a sum over the rows of a year means something for, each row weighted with its probability."""
KINDS = "line"
"""A column whose rows are unlike things (salaries, funding, reserve): they are added where one of them is shown alone."""


def tidy(pen: Pen, story: Story) -> None:
    """Write every table of the plan."""
    for name, table in story.plan.tables.items():
        for part, start in enumerate(range(0, max(len(table), 1), MOST)):
            _sheet(pen, f"{name} rows{part + 1 if part else ''}", table.iloc[start : start + MOST])


def _title(column: str) -> str:
    """A column with its unit, where its name does not say it: `fte_today, FTE`, `pupils`."""
    unit = UNITS.get(column, "")
    return f"{column}, {unit}" if unit not in ("", column) else column


@dataclass(frozen=True)
class _Average:
    """The formulas over a table: they follow its filter, and divide by the years that are left, because people and
    pupils of several years are the same people and pupils."""

    table: pd.DataFrame
    columns: list[str]
    end: int

    def _span(self, column: str | int) -> str:
        letter = xl_col_to_name(self.columns.index(column) if isinstance(column, str) else column)
        return f"{letter}{TOP + 1}:{letter}{self.end}"

    @property
    def _shown(self) -> str:
        """One for every row that the filter leaves, zero for the others."""
        span = self._span("probability")
        first = span.split(":")[0]
        return f"SUBTOTAL(103,OFFSET({first},ROW({span})-ROW({first}),0))"

    @cached_property
    def years(self) -> list[int]:
        """The years of the table."""
        return sorted({int(year) for year in self.table["year"]})

    @property
    def years_formula(self) -> str:
        """How many years are shown: a hidden row counts as year 0, which is not counted, nor is what comes after."""
        places = ";".join(str(year) for year in [0, *self.years])
        counted = ";".join(["0", *"1" * len(self.years), "0"])
        return f"=SUMPRODUCT(SIGN(FREQUENCY({self._shown}*{self._span('year')},{{{places}}})),{{{counted}}})"

    def of(self, column: int) -> tuple[str, float]:
        """The formula of an average year, and what it is with every row shown: nothing where unlike lines are."""
        years = f"{xl_col_to_name(self.columns.index('year'))}3"
        average = f"SUMPRODUCT({self._shown},{self._span('probability')},{self._span(column)})/{years}"
        amounts = self.table[self.columns[column]].to_numpy(dtype=float)
        whole = float(np.nansum(amounts * self.table["probability"].to_numpy(dtype=float))) / len(self.years)
        if KINDS not in self.columns:
            return f'=IF({years}=0,"",{average})', whole
        kinds = self._span(KINDS)
        alone = f"SUMPRODUCT({self._shown}*({kinds}=LOOKUP(2,1/{self._shown},{kinds})))=SUBTOTAL(103,{kinds})"
        return f'=IFERROR(IF({alone},{average},""),"")', whole if self.table[KINDS].nunique() == 1 else np.nan


def _sheet(pen: Pen, name: str, table: pd.DataFrame) -> None:
    sheet = pen.sheet(name)
    pen.heading(sheet, 0, f"{name.split(' ')[0]}: one row a school, year, scenario node and item")
    columns = list(table.columns)
    note = "Expected average a year of the rows shown (each row times its probability, divided by the years shown)"
    if KINDS in columns:
        note += f"; filter one {KINDS} to see it, because the lines are unlike things"
    pen.text(sheet, 1, 0, note, bold=True)
    pen.row(sheet, TOP - 1, [_title(column) for column in columns])
    end, samples = TOP + len(table), []
    average = _Average(table, columns, end) if len(table) else None
    if average is not None:
        year = columns.index("year")
        pen.formula(sheet, 2, year, average.years_formula, len(average.years), "years shown", total=True)
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
        if column in ADDED and figures and average is not None:
            formula, whole = average.of(c)
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
