"""From a CSV text to a raw table: delimiter, headings, rows."""

from __future__ import annotations

import csv
import io
import re

from datafiles.decoding import decode
from datafiles.raw import CsvFile, Origin, RawTable
from datafiles.schema import TABLES
from datafiles.thousands import MOST_TOLD, Split, perhaps_numbers, split_numbers
from models.errors import Problem

DELIMITERS = (",", ";", "\t", "|")


def read_table(name: str, content: bytes, file: str = "") -> tuple[RawTable, list[Problem], list[Problem]]:
    """Read the bytes of one CSV table; return it with its errors and its warnings.

    UTF-8, UTF-16 and Windows-1252, commas, semicolons, tabs and bars are all understood. A table with an
    error of its form (damaged, without headings, a row with too many or too few cells) comes back without
    the rows that could not be read.
    """
    origin = CsvFile(file or TABLES[name].file)
    empty = RawTable(name, (), (), [], [], origin)
    decoded = decode(content)
    if decoded.wrong:
        return empty, [empty.problem(decoded.wrong, decoded.mend)], []
    warnings = []
    if decoded.guessed:
        warnings.append(
            empty.problem(
                f"is not UTF-8; it was read as {decoded.guessed}.",
                "Check accented letters, or save it as CSV UTF-8.",
            )
        )
    if not decoded.text.strip():
        return (
            empty,
            [empty.problem("is empty.", f"Its first row names the columns: {_heading(name)}")],
            warnings,
        )
    delimiter = _delimiter(name, decoded.text)
    records, broken = _records(decoded.text, delimiter)
    table, errors = shape_table(name, records, origin, commas=delimiter == ",")
    if broken:
        errors.append(
            Problem(f"{origin.file} row {len(records) + 1}", *broken, origin.file, len(records) + 1)
        )
    return table, errors, warnings


def _heading(name: str) -> str:
    return ",".join(column for column, row in TABLES[name].columns.items() if row.required)


def _delimiter(name: str, text: str) -> str:
    """Choose the delimiter that finds most known headings in the first line that is not blank."""
    stated = re.match(r"sep=(.)\r?\n", text)
    if stated:
        return stated[1]
    line = next((line for line in text.splitlines() if line.strip(' ,;\t|"')), "")
    known = TABLES[name].columns

    def found(delimiter: str) -> int:
        return sum(cell.strip().strip('"').casefold() in known for cell in line.split(delimiter))

    return max(DELIMITERS, key=found)


def _records(text: str, delimiter: str) -> tuple[list[list[str]], tuple[str, str] | None]:
    """Split into records; the second value says what stopped the splitting, and how to mend it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        if "field limit" in str(error):
            return records, (
                "has a cell of more than 131,072 characters.",
                "A quote that was never closed swallows the rows below it; close or remove it.",
            )
        return records, (
            "has a quote in the wrong place; rows from here on were not read.",
            'Put quotes around the whole cell and write a quote inside it twice: "the ""new"" school".',
        )
    return records, None


def shape_table(
    name: str, records: list[list[str]], origin: Origin, *, commas: bool = False
) -> tuple[RawTable, list[Problem]]:
    """Find the headings, leave out blank rows and columns, and hold each row to the width of the headings.

    With `commas` as delimiter, a row with too many cells may be one whose numbers have thousands separators.
    """
    start = next((i for i, record in enumerate(records) if _filled(record)), len(records))
    if start == len(records):
        empty = RawTable(name, (), (), [], [], origin)
        return empty, [
            empty.problem("has no headings.", f"Its first row names the columns: {_heading(name)}")
        ]
    heading = [cell.strip() for cell in records[start]]
    width = max(i for i, cell in enumerate(heading) if cell) + 1
    rows: list[list[str]] = []
    numbers: list[int] = []
    wrong: list[tuple[int, list[str]]] = []
    for number, record in enumerate(records[start + 1 :], start + 2):
        row = [cell.strip() for cell in record]
        if len(row) != width:
            if not any(row):
                continue
            if len(row) < width or any(row[width:]) or (commas and _split(name, heading, width, row)):
                wrong.append((number, row))
                continue
            del row[width:]
        elif not any(row):
            continue
        rows.append(row)
        numbers.append(number)
    positions = [i for i, cell in enumerate(heading[:width]) if cell or any(row[i] for row in rows)]
    if len(positions) < width:
        rows = [[row[i] for i in positions] for row in rows]
    table = RawTable(name, tuple(heading[i] for i in positions), tuple(positions), rows, numbers, origin)
    errors = [
        _of_another_width(
            number, len(row), width, origin, _split(name, heading, width, row) if commas else []
        )
        for number, row in wrong
    ]
    return table, errors


def _split(name: str, heading: list[str], width: int, row: list[str]) -> list[Split]:
    """Numbers that commas may have split in a row, which goes beyond the blank columns that the headings have at their end."""
    beyond = len(row) - (len(heading) - width)
    return split_numbers(name, heading[:width], row[:beyond])


def _of_another_width(number: int, cells: int, width: int, origin: Origin, split: list[Split]) -> Problem:
    """A row with more or fewer cells than the headings, and what probably made it so."""
    message = f"has {cells} cell{'s' if cells != 1 else ''}; the headings have {width}."
    place = origin.place(number, None, "", "")
    if cells < width:
        return Problem(place, message, "Write a delimiter for each blank cell.", origin.file, number)
    if 0 < len(split) <= MOST_TOLD:
        column, cell = split[0] if len(split) == 1 else ("", "")
        return Problem(place, message, perhaps_numbers(split), origin.file, number, column, cell)
    hint = 'Put quotes around a cell that contains the delimiter ("Oak, North"), or name the column.'
    return Problem(place, message, hint, origin.file, number)


def _filled(record: list[str]) -> bool:
    return any(cell.strip() for cell in record) and not record[0].startswith("sep=")
