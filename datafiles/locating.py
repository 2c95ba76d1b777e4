"""Row numbers of the places that an explanation names, found by reading the planner's files again."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING

from datafiles.decoding import decode
from datafiles.delimited import read_table
from datafiles.raw import RawTable
from datafiles.schema import TABLES
from datafiles.settings_file import FILE
from datafiles.workbook import is_workbook, raw_tables

if TYPE_CHECKING:
    from models.explanation import Explanation, Place


def with_rows(explanation: Explanation, path: Path) -> Explanation:
    """Return the explanation with the row of every place of its conflict, where the file has such a row.

    In a workbook the tables are sheets. A file that changed or vanished since it was read leaves its rows unknown.
    """
    if explanation.conflict is None:
        return explanation
    book = is_workbook(path) and not path.is_dir()
    try:
        tables = raw_tables(path) if book else _folder_tables(path)
        settings = "" if book else decode((path / FILE).read_bytes()).text
    except OSError:
        return explanation
    rules = tuple(
        dataclasses.replace(
            rule, places=tuple(_located(place, tables, settings, book=book) for place in rule.places)
        )
        for rule in explanation.conflict.rules
    )
    return dataclasses.replace(explanation, conflict=dataclasses.replace(explanation.conflict, rules=rules))


def _folder_tables(path: Path) -> dict[str, RawTable]:
    return {
        name: read_table(name, (path / table.file).read_bytes())[0]
        for name, table in TABLES.items()
        if (path / table.file).exists()
    }


def _located(place: Place, tables: dict[str, RawTable], settings: str, *, book: bool) -> Place:
    if place.file == FILE:
        row = _line_of(place.columns[0], settings)
        return dataclasses.replace(place, row=row, file="sheet settings" if book else FILE)
    name = place.file.removesuffix(".csv")
    table = tables.get(name)
    row = _row_of(place, table) if table is not None and place.keys else None
    return dataclasses.replace(place, row=row, file=f"sheet {name}" if book else place.file)


def _row_of(place: Place, table: RawTable) -> int | None:
    """Number of the first row whose key columns hold the place's keys; numbers count as equal whatever their form."""
    if any(column not in table.header for column, _ in place.keys):
        return None
    at = [(table.header.index(column), value) for column, value in place.keys]
    for number, row in zip(table.numbers, table.rows):
        if all(_same(row[position], value) for position, value in at):
            return number
    return None


def _same(cell: str, value: str) -> bool:
    if cell == value:
        return True
    try:
        return float(cell) == float(value)
    except ValueError:
        return False


def _line_of(setting: str, text: str) -> int | None:
    """Line of `key = …` in `[section]`, for example of `staff.mobility`."""
    section, _, key = setting.rpartition(".")
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        heading = re.match(r"\s*\[\s*([\w.-]+)\s*\]", line)
        if heading:
            current = heading[1]
        elif current == section and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
            return number
    return None
