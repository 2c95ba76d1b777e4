"""Raw tables: header and text cells with their row numbers, whatever file they were read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from models.errors import Problem


class Origin(Protocol):
    """Where a table was read from; it knows how to name a place so that a planner finds it."""

    @property
    def file(self) -> str:
        """The file or sheet, as the planner knows it."""
        ...

    def names(self, table: str) -> str:
        """Name another table of the same source, as the planner knows it."""
        ...

    def cell(self, row: int, position: int) -> str:
        """Name of a cell in spreadsheet notation, or nothing where there is none."""
        ...

    def place(self, row: int | None, position: int | None, column: str, key: str) -> str:
        """Name a row (1 is the first of the file), a column (position from 0, and its heading), or both."""
        ...


@dataclass(frozen=True)
class CsvFile:
    """A table in a file of its own: `schools.csv row 7 (oak), column funding_per_pupil`."""

    file: str

    def names(self, table: str) -> str:
        """Tables are files."""
        return f"{table}.csv"

    def cell(self, row: int, position: int) -> str:
        """Text files have no cell names."""
        return ""

    def place(self, row: int | None, position: int | None, column: str, key: str) -> str:
        """Name the file, then the row with its key, then the column."""
        text = self.file if row is None else f"{self.file} row {row}{f' ({key})' if key else ''}"
        return f"{text}, column {column}" if column else text


@dataclass(frozen=True)
class Sheet:
    """A table in a sheet of a workbook: `schools!C7`."""

    file: str

    def names(self, table: str) -> str:
        """Tables are sheets."""
        return f"sheet {table}"

    def cell(self, row: int, position: int) -> str:
        """Column letters and row number."""
        letters, rest = "", position + 1
        while rest:
            rest, letter = divmod(rest - 1, 26)
            letters = chr(ord("A") + letter) + letters
        return f"{letters}{row}"

    def place(self, row: int | None, position: int | None, column: str, key: str) -> str:
        """Name the sheet and the cell; a whole row or column by the sheet and its number or heading."""
        if row is not None and position is not None:
            return f"{self.file}!{self.cell(row, position)}"
        text = self.file if row is None else f"{self.file} row {row}{f' ({key})' if key else ''}"
        return f"{text}, column {column}" if column else text


@dataclass(frozen=True)
class RawTable:
    """A table as text, before anything is known about its meaning.

    Attributes
    ----------
    name : name of the table, for example `schools`
    header : headings, stripped; those of blank columns are left out
    positions : position (from 0) of each heading in the file
    rows : one list of stripped cells for each row that is not blank, in the order of `header`
    numbers : row number in the file (1 is the first row) of each of `rows`

    """

    name: str
    header: tuple[str, ...]
    positions: tuple[int, ...]
    rows: list[list[str]]
    numbers: list[int]
    origin: Origin

    def problem(
        self,
        message: str,
        hint: str = "",
        *,
        row: int | None = None,
        column: str = "",
        value: str = "",
        key: str = "",
    ) -> Problem:
        """Build a problem at a place of this table; `row` counts `rows` from 0."""
        number = None if row is None else self.numbers[row]
        position = self.positions[self.header.index(column)] if column in self.header else None
        cell = self.origin.cell(number, position) if number is not None and position is not None else ""
        place = self.origin.place(number, position, column, key)
        return Problem(place, message, hint, self.origin.file, number, column, value, cell)
