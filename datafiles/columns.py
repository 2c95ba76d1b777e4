"""From a raw table to typed columns: headings matched to the schema, cells converted a column at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter

import numpy as np

from datafiles.faults import Faults, did_you_mean, nearest, shorten
from datafiles.figures import PLAIN, wrong_figure
from datafiles.raw import CsvFile, RawTable
from datafiles.schema import TABLES, Column
from models.district import Array, Flags, Integers

YES_NO = {"yes": True, "no": False, "true": True, "false": False}


class TableReader:
    """The typed columns of one raw table; every fault goes to `faults`, and a neutral value in its place.

    Parameters
    ----------
    raw
        The table as text.
    faults
        Where errors are kept.
    more
        Columns that the table may have beside those of its schema (the roles, in `team_models`); None when
        they are not known because their own table has faults, and then no column is called unknown.

    """

    def __init__(self, raw: RawTable, faults: Faults, more: Sequence[str] | None = ()) -> None:
        self.raw = raw
        self.faults = faults
        self.table = TABLES[raw.name]
        self.columns = self.table.columns
        self.size = len(raw.rows)
        self._match(more)

    @classmethod
    def absent(cls, name: str, faults: Faults) -> TableReader:
        """Return the reader of a table that is not there: all its columns, no rows."""
        headings = tuple(TABLES[name].columns)
        return cls(
            RawTable(name, headings, tuple(range(len(headings))), [], [], CsvFile(TABLES[name].file)), faults
        )

    def _match(self, more: Sequence[str] | None) -> None:
        """Report headings that are unknown, blank or doubled, and required ones that are missing."""
        known = [*self.columns, *(more or ())]
        missing = [
            name for name, column in self.columns.items() if column.required and name not in self.raw.header
        ]
        if more is not None and not any(name.casefold() in known for name in self.raw.header):
            said = ", ".join(shorten(name, 20) for name in self.raw.header[:6])
            hint = f"Its first row names the columns: {', '.join(known)}."
            self._heading_error(f"has no heading that is known, but: {said}.", hint)
            return
        seen: set[str] = set()
        for position, name in enumerate(self.raw.header):
            if not name:
                self._heading_error(
                    f"column {self.raw.positions[position] + 1} has cells but no heading.",
                    "Name the column, or clear it.",
                )
            elif name in seen:
                self._heading_error(f'has two columns "{shorten(name)}".', "Keep one of them.", name)
            elif name not in known and more is not None:
                near = nearest(name, missing) or nearest(name, known)
                if near in missing:
                    missing.remove(near)
                    self.faults.doubtful.add((self.raw.name, near))
                hint = f'Did you mean "{shorten(near)}"?' if near else f"Its columns are: {', '.join(known)}."
                if more and not nearest(name, known, 0.8):  # a role that was taken out is not misspelt
                    roles = self.raw.origin.names("roles")
                    hint = (
                        f"Its roles are: {', '.join(more)}. Add the role to {roles}, or take the column out."
                    )
                self._heading_error(f'has an unknown column "{shorten(name)}".', hint, name)
            seen.add(name)
        for name in missing:
            self._heading_error(f'has no column "{name}".', f"Add it: {self.columns[name].meaning}.", name)

    def _heading_error(self, message: str, hint: str, column: str = "") -> None:
        problem = self.raw.problem(message, hint)
        self.faults.error(problem, self.raw.name, column)

    def has(self, name: str) -> bool:
        """Whether the column is in the file."""
        return name in self.raw.header

    def cells(self, name: str) -> list[str]:
        """Return the cells of a column as text, blank where the column is missing."""
        if name not in self.raw.header:
            return [""] * self.size
        return list(map(itemgetter(self.raw.header.index(name)), self.raw.rows))

    def cells_of(self, name: str) -> tuple[str, ...]:
        """Return the cells of a column that was checked already."""
        return tuple(self.cells(name))

    def key_of(self, row: int) -> str:
        """Return the key of a row, as a planner would say it."""
        cells = [self.raw.rows[row][self.raw.header.index(k)] for k in self.table.key if k in self.raw.header]
        return shorten(", ".join(cell for cell in cells if cell), 40)

    def error(self, row: int, column: str, message: str, hint: str = "", value: str = "") -> None:
        """Keep an error about a row, or about a cell when the column is named."""
        problem = self.raw.problem(message, hint, row=row, column=column, value=value, key=self.key_of(row))
        self.faults.error(problem, self.raw.name, column or self.table.key[0])

    def warn(self, row: int, column: str, message: str, hint: str = "", value: str = "") -> None:
        """Keep a warning about a row or a cell."""
        self.faults.warn(
            self.raw.problem(message, hint, row=row, column=column, value=value, key=self.key_of(row))
        )

    def readable(self, name: str) -> bool:
        """Whether the column's cells can be looked at: it is there, or it may be missing."""
        return self.has(name) or name not in self.columns or not self.columns[name].required

    def numbers(self, name: str, blank: Array | float | None = None, schema: Column | None = None) -> Array:
        """Return a column of figures; `blank` stands for blank cells where the schema's default is no figure."""
        column = schema or self.columns[name]
        cells = self.cells(name)
        if not self.readable(name):
            return np.zeros(self.size)
        if blank is None and not column.required:
            blank = float(column.default)
        if blank is not None and "" in cells:
            empty = np.array([not cell for cell in cells], dtype=bool)
            values = self._convert(name, column, [cell or "1" for cell in cells])
            return np.where(empty, blank, values)
        return self._convert(name, column, cells)

    def _convert(self, name: str, column: Column, cells: list[str]) -> Array:
        """Convert a whole column at once; only when that fails look at each cell."""
        if PLAIN.fullmatch("\n".join(cells)):
            try:
                values = np.fromiter(map(float, cells), dtype=float, count=self.size)
            except ValueError:
                pass
            else:
                low, high = column.bounds
                inside = bool(((values >= low) & (values <= high)).all())
                if inside and (column.type != "whole" or bool((values == np.floor(values)).all())):
                    return values
        values = np.zeros(self.size)
        for row, cell in enumerate(cells):
            wrong = wrong_figure(cell, column)
            if wrong:
                self.error(row, name, *wrong, value=cell)
            else:
                values[row] = float(cell)
        return values

    def texts(self, name: str, blank: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return a column of text; a blank cell takes the text of `blank` at its row."""
        cells = self.cells(name)
        if blank is not None and "" in cells:
            cells = [cell or other for cell, other in zip(cells, blank)]
        if self.columns[name].required and self.has(name):
            for row in [row for row, cell in enumerate(cells) if not cell]:
                self.error(
                    row,
                    name,
                    f"is blank; {self.columns[name].expected} is expected.",
                    f"Fill it in: {self.columns[name].meaning}.",
                )
        return tuple(cells)

    def choices(self, name: str) -> tuple[str, ...]:
        """Return a column whose cells are among a few words."""
        column, cells = self.columns[name], self.cells(name)
        if self.has(name) and not set(column.choices).issuperset(cells):
            for row in [row for row, cell in enumerate(cells) if cell not in column.choices]:
                said = f'"{shorten(cells[row])}" is unknown' if cells[row] else "is blank"
                self.error(
                    row,
                    name,
                    f"{said}; {column.expected} is expected.",
                    did_you_mean(cells[row], column.choices)
                    if cells[row]
                    else f"Fill it in: {column.meaning}.",
                    cells[row],
                )
        return tuple(cells)

    def yes_no(self, name: str) -> Flags:
        """Return a column of yes and no; true and false, as spreadsheets write them, are understood."""
        column, cells = self.columns[name], self.cells(name)
        flags = np.zeros(self.size, dtype=bool)
        if self.has(name):
            for row, cell in enumerate(cells):
                known = YES_NO.get(cell.casefold())
                if known is None:
                    said = f'"{shorten(cell)}" is unknown' if cell else "is blank"
                    self.error(
                        row, name, f"{said}; yes or no is expected.", f"Yes or no: {column.meaning}.", cell
                    )
                flags[row] = bool(known)
        return flags

    def keys(self, name: str) -> dict[str, int]:
        """Return the keys of the table by row; a blank or doubled key is an error."""
        cells = self.texts(name)
        self.unique((name,), list(zip(cells)))
        known: dict[str, int] = {}
        for row, cell in enumerate(cells):
            known.setdefault(cell, row)
        return known

    def unique(self, names: tuple[str, ...], keys: Sequence[tuple[object, ...]]) -> None:
        """Report each row whose key (the values of these columns) stands in an earlier row."""
        if len(set(keys)) == len(keys) or not all(map(self.has, names[:2])):
            return
        first: dict[tuple[object, ...], int] = {}
        for row, key in enumerate(keys):
            if not key[0]:
                continue
            earlier = first.setdefault(key, row)
            if earlier != row:
                shown = shorten(", ".join(part if isinstance(part, str) else f"{part:g}" for part in key))
                what = "" if len(names) == 1 else f" (key: {', '.join(names[:-1])} and {names[-1]})"
                mend = (
                    "give one of them another key"
                    if self.table.names_things
                    else "write the sum if both are meant"
                )
                self.error(
                    row, names[0] if len(names) == 1 else "",
                    f'"{shown}" stands in row {self.raw.numbers[earlier]} already{what}.',
                    f"Keep one of the two rows, or {mend}.", self.cells(names[0])[row],
                )  # fmt: skip

    def unique_keys(self) -> None:
        """Report rows whose key of text columns stands in an earlier row."""
        self.unique(self.table.key, list(zip(*(self.cells(name) for name in self.table.key))))

    def refer(self, name: str, known: Mapping[str, int] | None) -> Integers:
        """Return the indices of the keys that a column refers to, -1 where blank; None: the keys are not known."""
        cells = self.cells(name)
        column = self.columns[name]
        if not self.has(name) or known is None:
            return np.full(self.size, -1 if not column.required else 0, dtype=np.int64)
        found = np.fromiter((known.get(cell, -1) for cell in cells), dtype=np.int64, count=self.size)
        if found.size and found.min() < 0:
            for row in np.flatnonzero(found < 0):
                cell = cells[row]
                if cell:
                    where = self.raw.origin.names(column.refers_to)
                    named = did_you_mean(
                        cell,
                        known,
                        f"Add it to {where}{f', or use one of: {_some(known)}' if known else ''}.",
                    )
                    self.error(int(row), name, f'"{shorten(cell)}" is not in {where}.', named, cell)
                elif column.required:
                    self.error(
                        int(row),
                        name,
                        f"is blank; a {name} of {self.raw.origin.names(column.refers_to)} is expected.",
                        f"Fill it in, with one of: {_some(known)}." if known else "",
                    )
            if column.required:
                found = np.maximum(found, 0)
        return found

    def listed(self, name: str, known: Mapping[str, int] | None) -> Flags:
        """Return which bands each row lists, axes (rows, bands); a blank cell lists all."""
        bands = known or {}
        flags = np.ones((self.size, len(bands)), dtype=bool)
        if known is None:
            return flags
        for row, cell in enumerate(self.cells(name)):
            if not cell:
                continue
            flags[row] = False
            parts = [part for part in map(str.strip, cell.split(";")) if part]
            if not parts:
                self.error(
                    row,
                    name,
                    f'"{shorten(cell)}" names no band.',
                    "Leave the cell blank for all bands.",
                    cell,
                )
            for part in parts:
                if part in bands:
                    flags[row, bands[part]] = True
                else:
                    every = (
                        f"The bands are: {_some(bands)}. Divide them by ; and leave the cell blank for all."
                    )
                    hint = every if set(part) & set(",|/+") else did_you_mean(part, bands, every)
                    where = self.raw.origin.names("grade_bands")
                    self.error(row, name, f'"{shorten(part)}" is not in {where}.', hint, cell)
        return flags

    def each(self, wrong: Callable[[int], bool], column: str, message: str, hint: str = "") -> None:
        """Report every row for which `wrong` holds; the message goes on after the cell."""
        cells = self.cells(column)
        for row in range(self.size):
            if wrong(row):
                self.error(row, column, f'"{shorten(cells[row])}" {message}', hint, cells[row])


def _some(names: Mapping[str, int], limit: int = 12) -> str:
    shown = [shorten(name, 30) for name in list(names)[:limit]]
    return ", ".join(shown) + (", …" if len(names) > limit else "")
