"""A district as a workbook to work in: notes on every heading, lists to choose from, formats, nothing protected."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datafiles.schema import SETTINGS, TABLES, Column
from datafiles.tables import Cell, Rows, settings_rows, tables_of
from datafiles.workbook import COLUMNS, README_SHEET, SETTINGS_SHEET
from datafiles.writing import write_whole
from models.district import District
from models.errors import InputError

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

LONGEST = 32_767  # characters in a cell of Office Open XML
SPARE = 500  # rows below the data that formats and lists reach, for what is still to be filled in
MONEY, SHARE, COUNT, PLAIN = "#,##0.00", "0.0##%", "#,##0.##", "General"


class Exact(float):
    """A number that is written with all its digits; the library's own way drops the seventeenth."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def write_workbook(district: District, path: Path, *, force: bool = False) -> None:
    """Write a district as `.xlsx`; reading it back gives an equal district. The file appears whole or not at all.

    Raises
    ------
    InputError
        When the file is there already and `force` is not set, or its place cannot be written.

    """
    if path.suffix.lower() != ".xlsx":
        raise InputError(
            f"{path} ends in '{path.suffix}'; workbooks are written as .xlsx.",
            f"Name it {path.with_suffix('.xlsx')}.",
        )
    if path.exists() and not force:
        raise InputError(f"{path} is there already.", "Name another file, or replace it with --force.")
    write_whole(path, workbook_bytes(district))


def workbook_bytes(district: District) -> bytes:
    """Return the bytes of a district's workbook."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        style = _styles(book)
        _readme(book, style, district)
        _settings(book, style, district)
        tables = tables_of(district)
        for name, table in TABLES.items():
            rows = tables.get(name) or [list(table.columns)]
            _sheet(book, style, name, rows)
    return buffer.getvalue()


def _styles(book: xlsxwriter.Workbook) -> dict[str, Any]:
    base = {"font_name": "Calibri", "font_size": 11}
    return {
        "heading": book.add_format(
            base
            | {
                "bold": True,
                "bg_color": "#1F4E79",
                "font_color": "#FFFFFF",
                "text_wrap": True,
                "valign": "top",
            }
        ),
        "required": book.add_format(
            base
            | {
                "bold": True,
                "bg_color": "#7F3F00",
                "font_color": "#FFFFFF",
                "text_wrap": True,
                "valign": "top",
            }
        ),
        "title": book.add_format(base | {"bold": True, "font_size": 16}),
        "wrap": book.add_format(base | {"text_wrap": True, "valign": "top"}),
        "bold": book.add_format(base | {"bold": True}),
        **{form: book.add_format(base | {"num_format": form}) for form in (MONEY, SHARE, COUNT, PLAIN)},
        "text": book.add_format(base | {"num_format": "@"}),
    }


def _form(column: Column | None) -> str:
    """Number format of a column."""
    if column is None:
        return COUNT
    if not column.is_figure:
        return "text"
    if column.type == "fraction":
        return SHARE
    if column.unit.startswith("$"):
        return MONEY
    return PLAIN if column.type == "whole" else COUNT


def _note(column: Column) -> str:
    """What a planner wants to know of a column: meaning, unit, default, what is expected."""
    lines = [f"{column.meaning[0].upper()}{column.meaning[1:]}."]
    if column.unit:
        lines.append(f"Unit: {column.unit}")
    lines.append("Required." if column.required else f"Blank means: {column.default or 'nothing'}")
    if column.range:
        lines.append(f"Allowed: {column.range}")
    return "\n".join(lines)


def _sheet(book: xlsxwriter.Workbook, style: dict[str, Any], name: str, rows: Rows) -> None:
    """One table: headings with notes, cells with formats, lists, frozen headings, a filter, widths."""
    sheet = book.add_worksheet(name)
    table = TABLES[name]
    headings = [str(cell) for cell in rows[0]]
    last = len(rows) - 1 + SPARE
    for position, heading in enumerate(headings):
        column = table.columns.get(heading)
        sheet.write_string(
            0, position, heading, style["required" if column is not None and column.required else "heading"]
        )
        note = (
            _note(column)
            if column is not None
            else f"FTE of the role {heading} in a team.\nUnit: FTE\nBlank means: 0"
        )
        sheet.write_comment(0, position, note, {"x_scale": 2, "y_scale": 1.2})
        cells = [row[position] for row in rows[1:]]
        form = _form(column)
        sheet.set_column(position, position, _width(heading, cells), style[form])
        _choices(sheet, column, position, last)
        for number, cell in enumerate(cells, 1):
            _write(sheet, number, position, cell, style[form])
    sheet.freeze_panes(1, len(table.key) if table.names_things else 0)
    sheet.autofilter(0, 0, max(len(rows) - 1, 1), len(headings) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, form: Any) -> None:
    if isinstance(cell, str):
        if len(cell) > LONGEST:
            raise InputError(
                f'A text of {len(cell):,} characters, "{cell[:40]}…", does not fit into a cell of a workbook ({LONGEST:,}).',
                "Shorten it, or keep the district in a folder.",
            )
        if cell:
            sheet.write_string(row, column, cell, form)
    else:
        sheet.write_number(row, column, Exact(cell), form)


def _width(heading: str, cells: list[Cell]) -> float:
    longest = max([len(heading), *(len(cell) if isinstance(cell, str) else 10 for cell in cells[:200])])
    return min(max(longest + 2, 10), 48)


def _choices(sheet: Worksheet, column: Column | None, position: int, last: int) -> None:
    """A list to choose from where a cell takes one of some words, or the key of another sheet."""
    if column is None:
        return
    warn = {"error_type": "warning", "ignore_blank": True}
    if column.refers_to:
        sheet.data_validation(
            1,
            position,
            last,
            position,
            {"validate": "list", "source": f"={column.refers_to}!$A$2:$A${1 + SPARE}", **warn},
        )
    elif column.choices:
        sheet.data_validation(
            1, position, last, position, {"validate": "list", "source": list(column.choices), **warn}
        )
    elif column.type in ("yes/no", "yesno", "yes-no"):
        sheet.data_validation(
            1, position, last, position, {"validate": "list", "source": ["yes", "no"], **warn}
        )


def _settings(book: xlsxwriter.Workbook, style: dict[str, Any], district: District) -> None:
    """All settings, those without a value too, each with unit and meaning."""
    sheet = book.add_worksheet(SETTINGS_SHEET)
    for position, (heading, width) in enumerate(
        zip((*COLUMNS, "unit", "meaning", "blank means"), (14, 28, 22, 18, 90, 24))
    ):
        sheet.write_string(0, position, heading, style["heading"])
        sheet.set_column(position, position, width)
    given = {(section, key): value for section, key, value in settings_rows(district.settings)}
    for number, column in enumerate(SETTINGS.columns.values(), 1):
        section, _, key = column.name.rpartition(".")
        form = style[_form(column)]
        sheet.write_string(number, 0, section)
        sheet.write_string(number, 1, key, style["bold"])
        if (section, key) in given:
            _write(sheet, number, 2, given[section, key], form)
        else:
            sheet.write_blank(number, 2, None, form)
        _choices(sheet, column, 2, number) if not column.choices else sheet.data_validation(
            number, 2, number, 2, {"validate": "list", "source": list(column.choices), "ignore_blank": True}
        )
        sheet.write_string(number, 3, column.unit)
        sheet.write_string(number, 4, column.meaning, style["wrap"])
        sheet.write_string(number, 5, "required" if column.required else column.default or "no such rule")
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _readme(book: xlsxwriter.Workbook, style: dict[str, Any], district: District) -> None:
    sheet = book.add_worksheet(README_SHEET)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 100)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, district.name, style["title"])
    lines = [
        (
            "What this is",
            "A district for Spanwise, which finds the staffing design that serves most pupils within its budget.",
        ),
        ("How to use it", "Change what is yours, save, close, and run: spanwise solve THIS-FILE.xlsx"),
        ("Before that", "spanwise check THIS-FILE.xlsx lists every problem with its cell."),
        (
            "Headings",
            "Brown headings must be filled in, blue ones have a default. Rest on a heading to read its meaning and unit.",
        ),
        ("Shares", "Cells with a percent sign hold shares: type 7% or 0.07."),
        ("Further sheets", "Add any you like; Spanwise reads those below and leaves the rest alone."),
    ]
    for row, (what, text) in enumerate(lines, 2):
        sheet.write_string(row, 0, what, style["bold"])
        sheet.write_string(row, 1, text, style["wrap"])
    row = len(lines) + 3
    sheet.write_string(row, 0, SETTINGS_SHEET, style["bold"])
    sheet.write_string(row, 1, SETTINGS.meaning, style["wrap"])
    for number, table in enumerate(TABLES.values(), row + 1):
        sheet.write_string(number, 0, table.name, style["bold"])
        sheet.write_string(number, 1, f"{table.meaning} ({table.needed})", style["wrap"])
