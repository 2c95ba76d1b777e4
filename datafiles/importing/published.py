"""Tables as their publishers write them: headings somewhere near the top, rows streamed, sheets of workbooks too."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from datafiles.faults import shorten
from datafiles.importing.cells import Unreadable, figure
from datafiles.importing.report import FileUse, ImportReport
from datafiles.importing.streaming import WORKBOOKS, Stored, stored_files
from models.errors import InputError

DELIMITERS = (",", "\t", ";", "|")
HEAD = 30  # rows in which headings are looked for
LOOKED_AT = 10  # lines in which the delimiter is looked for
Rows = Iterator[list[str]]


def plain(heading: str) -> str:
    """Return a heading without what publishers vary: capitals, spaces, a trailing colon."""
    return " ".join(heading.replace("\ufeff", "").split()).casefold().rstrip(":")


class Published:
    """One table of a publisher's file.

    Until its headings are found (`begin`), `header` is empty. `rows` may be called more than once; each call reads the
    file anew from its start.
    """

    def __init__(self, name: str, open_rows: Callable[[], Any]) -> None:
        self.name = name
        self._open_rows = open_rows
        self.header: tuple[str, ...] = ()
        self._skip = 0
        self._index: dict[str, int] = {}
        self._use: FileUse | None = None
        self.promised = 0  # records that an API says it has, over all pages

    def head(self) -> list[list[str]]:
        """Return the first rows, blank ones included."""
        with self._open_rows() as rows:
            return list(itertools.islice(rows, HEAD))

    def begin(self, row: int, header: Sequence[str]) -> None:
        """Take a row (0 is the file's first) for the headings."""
        self._skip = row + 1
        self.header = tuple(cell.strip() for cell in header)
        self._index = {}
        for i, heading in enumerate(self.header):
            if heading:
                self._index.setdefault(plain(heading), i)

    def begin_widest(self) -> None:
        """Take the first row that is about as wide as the widest one for the headings."""
        head = self.head()
        filled = [sum(bool(cell.strip()) for cell in row) for row in head]
        number = next((n for n, count in enumerate(filled) if count >= 0.6 * max(filled)), 0)
        self.begin(number, head[number] if head else [])

    def __contains__(self, heading: str) -> bool:
        return plain(heading) in self._index

    def at(self, *headings: str) -> int | None:
        """Position of the first of these headings that the table has."""
        return next((self._index[plain(name)] for name in headings if plain(name) in self._index), None)

    def need(self, *headings: str) -> int:
        """Position of the first of these headings, one of which the table's layout promises."""
        position = self.at(*headings)
        if position is None:  # a layout that promises what it does not check
            raise KeyError(f"{self.name}: no column {' or '.join(headings)}")
        return position

    def rows(self, report: ImportReport, layout: str) -> Rows:
        """Yield the rows below the headings, each as wide as these; what is left out is counted in the report."""
        use = FileUse(self.name, layout)
        report.files.append(use)
        self._use = use
        width = len(self.header)
        with self._open_rows() as rows:
            for number, row in enumerate(itertools.islice(rows, self._skip, None), self._skip + 1):
                if len(row) != width:
                    if not any(cell.strip() for cell in row):
                        continue
                    if len(row) > width and not any(cell.strip() for cell in row[width:]):
                        del row[width:]
                    elif len(row) < width and _is_note(row):
                        report.dropped.add(f"note below the table of {self.name}", f"row {number}")
                        continue
                    else:
                        use.rows += 1
                        report.dropped.add(
                            f"row of {self.name} that has more or fewer cells than its headings ({width})",
                            f"row {number}: {len(row)}",
                        )
                        continue
                elif not any(row):
                    continue
                use.rows += 1
                yield row

    def used(self, count: int = 1) -> None:
        """Count rows that went into the result."""
        if self._use is not None:
            self._use.used += count

    def cells(self, report: ImportReport) -> CellReader:
        """Return a reader of this table's figures, which counts those that are missing."""
        return CellReader(self, report)


def _is_note(row: list[str]) -> bool:
    return sum(1 for cell in row if cell.strip()) <= 1


class CellReader:
    """Reads figures of one table; codes for missing figures and unreadable cells are counted in the report."""

    def __init__(self, table: Published, report: ImportReport) -> None:
        self._table, self._report = table, report

    def __call__(self, row: Sequence[str], position: int | None) -> float | None:
        """Return the figure at a position (`None`: there is no such column), or `None`."""
        if position is None:
            return None
        cell = row[position]
        try:
            value = figure(cell)
        except Unreadable:
            self._report.dropped.add(
                f"cell of {self._table.name}, column {self._table.header[position]}, that is no figure",
                f'"{shorten(cell, 30)}"',
            )
            return None
        if value is None and cell.strip():
            self._report.missing.add(
                f'figure of {self._table.name}, column {self._table.header[position]}: "{shorten(cell, 12)}" stands for none'
            )
        return value


# ---- from files to tables ----------------------------------------------------------------------------------------


def published_tables(paths: Sequence[Path]) -> list[Published]:
    """Return the tables of some files: CSV, tab-separated text, JSON of an API, workbooks; packed or not.

    Raises
    ------
    InputError
        When a file is not there or is of no such form.

    """
    tables: list[Published] = []
    for path in paths:
        for stored in stored_files(Path(path)):
            tables += _tables(stored)
    return tables


def _tables(stored: Stored) -> list[Published]:
    with stored.unpacked() as stream:
        start = stream.read(64)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or stored.suffix in WORKBOOKS:
        return _sheets(stored)
    if not start.strip(b"\xef\xbb\xbf \r\n\t"):
        with stored.unpacked() as stream:
            if not stream.read(1 << 20).strip():
                raise InputError(f"{stored.name} is empty.", "Download it again.")
    if start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"["):
        return [_json_table(stored)]
    return [Published(stored.name, lambda: _csv_rows(stored))]


@contextmanager
def _csv_rows(stored: Stored) -> Iterator[Rows]:
    with stored.text() as text:
        first = list(itertools.islice(text, LOOKED_AT))
        reader = csv.reader(itertools.chain(first, text), delimiter=_delimiter(first), strict=True)
        yield _guarded(stored, reader)


def _delimiter(lines: Sequence[str]) -> str:
    """Choose the delimiter that stands most often outside quotes in one of the first lines."""
    bare = [re.sub(r'"[^"]*"', "", line[:100_000]) for line in lines]
    return max(DELIMITERS, key=lambda delimiter: max((line.count(delimiter) for line in bare), default=0))


def _guarded(stored: Stored, reader: Any) -> Rows:
    number = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            mend = "Open it in a spreadsheet, mend that row and save it as CSV; or download it again."
            if "field limit" in str(error):
                what = "has a cell of more than 131,072 characters: a quote that is never closed swallows the rows below it"
            elif "unexpected end" in str(error):
                what, mend = "ends inside a quoted cell", "It is cut off; download it again."
            else:
                what = "has a quote in the wrong place"
            raise InputError(f"{stored.name} {what} (row {number + 1:,}).", mend) from None
        number += 1
        yield row


def _sheets(stored: Stored) -> list[Published]:
    """Sheets of a workbook, read as text; formulas count with the value that was saved."""
    import python_calamine as calamine

    with stored.unpacked() as stream:
        content = stream.read()
    protected = "EncryptedPackage".encode("utf-16-le") in content and content[:4] == b"\xd0\xcf\x11\xe0"
    try:
        if protected:
            raise InputError(f"{stored.name} is protected by a password.", "Save a copy without a password.")
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = list(workbook.sheet_names)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise InputError(
            f"{stored.name} cannot be read as a workbook: {error}.",
            "Open it in a spreadsheet and save it as CSV.",
        ) from error

    def opener(sheet: str) -> Callable[[], Any]:
        @contextmanager
        def rows() -> Iterator[Rows]:
            cells = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            yield ([_text(cell) for cell in row] for row in cells)

        return rows

    return [Published(f"{stored.name}, sheet {name}", opener(name)) for name in names]


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)


def _json_table(stored: Stored) -> Published:
    """Records of an API's answer, or a list of answers, as a table."""
    with stored.text() as text:
        try:
            content = json.load(text)
        except ValueError as error:
            raise InputError(
                f"{stored.name} is no whole JSON: {error}.", "It is cut off; download it again."
            ) from None
    pages = content if isinstance(content, list) else [content]
    records: list[dict[str, Any]] = []
    promised = 0
    for page in pages:
        if not isinstance(page, dict):
            raise InputError(
                f"{stored.name} is JSON, but no list of records.", "Give the API's answer as it came."
            )
        if isinstance(page.get("results"), list):
            records += page["results"]
            count = page.get("count")  # one that is no count promises nothing
            promised = max(
                promised, int(count) if isinstance(count, int | float) and math.isfinite(count) else 0
            )
        else:
            records.append(page)
    if not records:
        raise InputError(f"{stored.name} holds no record.", "Ask the API for a year and a place that it has.")
    header = list(dict.fromkeys(name for record in records for name in record))

    @contextmanager
    def rows() -> Iterator[Rows]:
        body = (
            ["" if record.get(name) is None else str(record[name]) for name in header] for record in records
        )
        yield itertools.chain([header], body)

    table = Published(stored.name, rows)
    table.promised = promised
    return table
