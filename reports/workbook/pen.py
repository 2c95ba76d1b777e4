"""Writes cells: formats by unit, text that stays text, sums as formulas, and pages that print."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from reports.blocks import Cell, Table
from reports.shown import Shown

NUMBER_FORMATS = {
    "$": '"$"#,##0;[Red]\\-"$"#,##0',
    "share": "0.0%",
    "share.0": "0%",
    "share.2": "0.00%",
    "points": '+0.0" points";\\-0.0" points";0.0" points"',
    "FTE": "#,##0.0",
    "pupils": "#,##0",
    "pupils.1": "#,##0.0",
    "pupils.2": "#,##0.00",
    "seats": "#,##0",
    "ratio": "0.00",
    "years": "0",
    "years shown": '0" shown"',
    "s": '0.00" s"',
    "residual": "0E+00",
    "": "#,##0.##########",
}
WIDEST, NARROWEST = 60, 9
DUST = 1e-6  # dollars, people, pupils: a smaller amount is a solver's rounding, and would show as a red "-$0"


LINE, PIXELS = 15.0, 20  # the height of a row, in points and in pixels
EMPTY, SPARE = 64, 12  # the width of a column that nothing sets, and room beside a chart, in pixels


def settled(value: float, unit: str) -> float:
    """An amount without the dust of a solver's rounding; shares and residuals stay as they are."""
    return 0.0 if unit in ("$", "FTE", "pupils", "seats") and abs(value) < DUST else value


class Pen:
    """Formats of one workbook, each made once."""

    def __init__(self, book: Any, title: str) -> None:
        self.book = book
        self.title = title
        self._heights: dict[tuple[int, int], int] = {}
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def format(self, **properties: object) -> Any:
        """A format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(
                {"font_name": "Arial", "font_size": 10, "valign": "top", **properties}
            )
        return self._formats[key]

    def number(self, unit: str, *, total: bool = False) -> Any:
        """The number format of a unit."""
        more: dict[str, object] = {"bold": True, "top": 1} if total else {}
        plain = NUMBER_FORMATS.get(unit.partition(".")[0], NUMBER_FORMATS[""])
        return self.format(num_format=NUMBER_FORMATS.get(unit, plain), **more)

    @property
    def head(self) -> Any:
        """The format of column headings."""
        return self.format(
            bold=True, bg_color="#12436D", font_color="#FFFFFF", text_wrap=True, valign="top", border=1
        )

    def sheet(self, name: str, *, wide: bool = True, tall: int = 0) -> Any:
        """A new sheet with page set-up: one page wide, `tall` pages high (0: as many as it takes), headings, page numbers."""
        sheet = self.book.add_worksheet(name)
        if wide:
            sheet.set_landscape()
        sheet.set_paper(1)
        sheet.fit_to_pages(1, tall)
        sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
        title = self.title.replace("&", "&&")[:120]
        sheet.set_header(f"&L{title}&R{name}")
        sheet.set_footer("&LMade by Spanwise&RPage &P of &N")
        sheet.hide_gridlines(2)
        return sheet

    @property
    def caption(self) -> Any:
        """The format of a heading that may need several lines."""
        return self.format(bold=True, font_size=13, font_color="#12436D", text_wrap=True)

    def heading(self, sheet: Any, row: int, text: str) -> None:
        """A heading over a table."""
        sheet.write_string(row, 0, text, self.format(bold=True, font_size=13, font_color="#12436D"))

    def text(
        self, sheet: Any, row: int, column: int, text: str, *, bold: bool = False, wrap: bool = False
    ) -> None:
        """Text that stays text, whatever it begins with."""
        sheet.write_string(
            row,
            column,
            text,
            self.format(bold=bold, text_wrap=True, valign="top") if wrap else self.format(bold=bold),
        )

    def figure(
        self, sheet: Any, row: int, column: int, value: float | None, unit: str, *, total: bool = False
    ) -> None:
        """A raw value in the format of its unit; a blank where there is none."""
        style = self.number(unit, total=total)
        if value is None or not math.isfinite(value):
            sheet.write_blank(row, column, None, style)
        else:
            sheet.write_number(row, column, value * 100 if unit == "points" else settled(value, unit), style)

    def formula(
        self, sheet: Any, row: int, column: int, formula: str, value: float, unit: str, *, total: bool = False
    ) -> None:
        """A formula with the value it has now, for readers that do not calculate."""
        sheet.write_formula(
            row, column, formula, self.number(unit, total=total), value if math.isfinite(value) else ""
        )

    def cell(self, sheet: Any, row: int, column: int, cell: Cell | object, *, total: bool = False) -> None:
        """A cell of a report's table: a figure as its raw value, anything else as text."""
        if isinstance(cell, Shown):
            unit = (
                "residual"
                if cell.unit == "" and cell.value is not None and 0 < abs(cell.value) < 1e-3
                else cell.unit
            )
            if unit == "share" and cell.known:  # as many places as the report shows
                unit = f"share.{len(cell.text.removesuffix(' %').partition('.')[2])}"
            if unit == "pupils" and cell.known and "." in cell.text:  # a part of a pupil is not none
                unit = f"pupils.{min(len(cell.text.partition('.')[2]), 2)}"
            self.figure(sheet, row, column, cell.value, unit, total=total)
        else:
            plain = cell.striptags() if hasattr(cell, "striptags") else str(cell)
            self.text(sheet, row, column, plain, bold=total, wrap=len(plain) > WIDEST)
            if len(plain) > WIDEST:
                self._lines(sheet, row, math.ceil(len(plain) / (1.1 * WIDEST)))

    def _lines(self, sheet: Any, row: int, lines: int) -> None:
        """Make a row as high as its longest text asks for: not every spreadsheet does so by itself."""
        place = (id(sheet), row)
        if lines > self._heights.get(place, 1):
            self._heights[place] = lines
            sheet.set_row(row, LINE * lines)

    def folded(
        self, sheet: Any, row: int, text: str, pixels: Sequence[int], *, heading: bool = False
    ) -> None:
        """A sentence or a heading over the columns of these widths, on as many lines as it needs."""
        style, letter, times = self.format(text_wrap=True), 6.5, 1.0
        if heading:
            style, letter, times = self.caption, 9.5, 1.3
        if len(pixels) > 1:
            sheet.merge_range(row, 0, row, len(pixels) - 1, "", style)
        sheet.write_string(row, 0, text, style)
        self._lines(sheet, row, math.ceil(times * math.ceil(len(text) * letter / sum(pixels))))

    def chart(self, sheet: Any, row: int, chart: Any, description: str) -> int:
        """Put a chart under a table; one without a series is left out, because no spreadsheet can open it.

        Returns the last row that it covers.
        """
        if not chart.series:
            return row
        sheet.insert_chart(row, 0, chart, {"description": description})
        return row + math.ceil(chart.height / PIXELS)

    def row(self, sheet: Any, row: int, titles: Sequence[str]) -> None:
        """A row of column headings."""
        for column, title in enumerate(titles):
            sheet.write_string(row, column, title, self.head)

    def table(self, sheet: Any, row: int, table: Table) -> int:
        """A report's table with its caption; returns the row after it."""
        self.heading(sheet, row, table.caption)
        first = row + 1
        if any(table.head):
            self.row(sheet, first, table.head)
            first += 1
        for number, cells in enumerate(table.rows):
            for column, cell in enumerate(cells):
                self.cell(sheet, first + number, column, cell, total=table.is_sum(number))
        return first + len(table.rows)


def widths(sheet: Any, columns: Sequence[Sequence[object]]) -> list[int]:
    """Set column widths to what they hold; `columns` are samples of every column's texts. Returns them in pixels."""
    found = []
    for column, texts in enumerate(columns):
        longest = max((len(str(text)) for text in texts), default=NARROWEST)
        wide = min(max(longest + 2, NARROWEST), WIDEST)
        sheet.set_column(column, column, wide)
        found.append(7 * wide + 5)
    return found


def columns_for(pixels: Sequence[int], wide: int) -> list[int]:
    """Widths of the columns and of as many empty ones after them as a chart of this width covers."""
    return [*pixels, *[EMPTY] * max(0, math.ceil((wide + SPARE - sum(pixels)) / EMPTY))]


def table_widths(sheet: Any, *tables: Table) -> list[int]:
    """Set column widths for tables that stand under each other, and return them in pixels."""
    wide = max(len(table.head) for table in tables)
    samples: list[list[object]] = [[] for _ in range(wide)]
    for table in tables:
        for row in table.rows:
            for column, cell in enumerate(row):
                samples[column].append(cell)
        for column, title in enumerate(table.head):
            samples[column].append(title[:24])
    return widths(sheet, samples)
