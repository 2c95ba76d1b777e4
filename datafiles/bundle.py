"""Many districts in one table: a bundle of district files as CSV or Parquet.

A bundle has three columns: `district_id`, `file` and `content`, one row for each file of each district, with the content
that the file would have in a district folder. Files that all districts share (roles, team models, technology, stipends)
stand once, under the district id `*`; a district's own file of the same name wins.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from datafiles.writing import write_whole
from models.errors import InputError

COLUMNS = ("district_id", "file", "content")
SHARED = "*"
SUFFIXES = (".csv", ".parquet")
ENDS = ("\n", "\r")
Cells = Sequence[object]  # of a row, as they stand in the file


class Bundle:
    """The files of many districts, by district id in the order of the bundle."""

    def __init__(self, files: Mapping[str, Mapping[str, str]]) -> None:
        self._shared = dict(files.get(SHARED, {}))
        self._own = {district: dict(own) for district, own in files.items() if district != SHARED}

    @property
    def ids(self) -> list[str]:
        """District ids, in order."""
        return list(self._own)

    def contents(self, district: str) -> dict[str, bytes]:
        """Files of one district by name, the shared ones included."""
        return {name: text.encode("utf-8") for name, text in (self._shared | self._own[district]).items()}


def is_bundle(path: Path) -> bool:
    """Whether a path is named like a bundle file."""
    return path.suffix.lower() in SUFFIXES


def read_bundle(path: Path) -> Bundle:
    """Read a bundle.

    Raises
    ------
    InputError
        When the file is not there, is not a bundle, or names a file twice.

    """
    if not path.is_file():
        raise InputError(
            f"{path} does not exist.",
            "Make a bundle with: spanwise import ccd FILES --all-districts --out BUNDLE.csv",
        )
    rows = _parquet_rows(path) if path.suffix.lower() == ".parquet" else _csv_rows(path)
    files: dict[str, dict[str, str]] = {}
    for number, cells in rows:
        district, file, content = _checked(f"{path} row {number}", cells)
        own = files.setdefault(district, {})
        if file in own:
            raise InputError(
                f"{path} row {number}: {file} of district {district} stands twice.",
                "Keep one row a file and district.",
            )
        own[file] = content
    if not files.keys() - {SHARED}:
        raise InputError(f"{path} holds no district.", "A bundle has one row for each file of each district.")
    return Bundle(files)


def _checked(place: str, cells: Cells) -> tuple[str, str, str]:
    """Hold the three cells of a row to what they may be; blanks around a name are dropped, as in every other table."""
    texts = []
    for column, cell in zip(COLUMNS, cells):
        if isinstance(cell, int) and not isinstance(cell, bool) and column == COLUMNS[0]:
            cell = str(cell)  # Parquet may hold district numbers as figures
        if not isinstance(cell, str):
            what = "is missing" if cell is None else f"is {type(cell).__name__}, not text"
            raise InputError(
                f"{place}, column {column}: the cell {what}.",
                "Write all three columns as text: district id, file name, and what the file holds.",
            )
        texts.append(cell)
    district, file, content = texts[0].strip(), texts[1].strip(), texts[2]
    for column, name in (("district_id", district), ("file", file)):
        if not name:
            raise InputError(
                f"{place}, column {column}: the cell is blank.",
                f"Every row names its district and its file; files that all districts share have the district id {SHARED}.",
            )
    return district, file, content


def _csv_rows(path: Path) -> Iterable[tuple[int, Cells]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            f"{path} is not UTF-8 text.", "A bundle is written by 'spanwise import --all-districts'."
        ) from None
    limit = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # a cell holds a whole file
    try:  # all at once: the limit is the whole process's, and whoever reads may stop midway
        records = list(_records(path, csv.reader(io.StringIO(text, newline=""), strict=True)))
    finally:
        csv.field_size_limit(limit)
    yield from records
    number, cells = records[-1] if records else (1, ("\n",))
    if not text.endswith(ENDS) and not cells[-1].endswith(
        ENDS
    ):  # cut between two quotes, or before the first
        raise _cut_off(path, number, "its last line has no end")


def _records(path: Path, reader: Iterator[list[str]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    rows = enumerate(_whole_rows(path, reader), start=1)
    if tuple(next(rows, (1, []))[1]) != COLUMNS:
        raise InputError(
            f"{path} is no bundle: its first line is not {','.join(COLUMNS)}.",
            "Give a bundle, or district folders.",
        )
    for number, row in rows:
        if len(row) != len(COLUMNS):
            raise InputError(
                f"{path} row {number} has {len(row)} cells; {len(COLUMNS)} are expected.",
                "Write the bundle anew.",
            )
        yield number, tuple(row)


def _whole_rows(path: Path, reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield the rows; what a lenient reader would swallow, half a district at the end of the file, is an error."""
    number = 0
    try:
        for row in reader:
            number += 1
            yield row
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise _cut_off(path, number + 1, "a quote is opened and never closed") from None
        raise InputError(
            f"{path} row {number + 1} cannot be read: {error}.",
            'Put quotes around the whole cell and write a quote inside it twice: "the ""new"" school".',
        ) from None


def _cut_off(path: Path, row: int, how: str) -> InputError:
    return InputError(
        f"{path} row {row}: the file is cut off: {how}.", "Copy it again, or write the bundle anew."
    )


def _parquet_rows(path: Path) -> Iterable[tuple[int, Cells]]:
    pandas_parquet = _parquet()
    try:
        table = pandas_parquet.read_table(path)
    except Exception as error:
        raise InputError(f"{path} cannot be read as Parquet: {error}", "Write the bundle anew.") from error
    if tuple(table.column_names) != COLUMNS:
        raise InputError(
            f"{path} is no bundle: its columns are not {', '.join(COLUMNS)}.",
            "Give a bundle, or district folders.",
        )
    yield from enumerate(zip(*(table.column(name).to_pylist() for name in COLUMNS)), start=1)


def _parquet():  # noqa: ANN202 - a module that may be missing
    try:
        import pyarrow.parquet
    except ImportError:
        raise InputError(
            "Parquet needs the library pyarrow, which is not installed.",
            "pip install 'spanwise[parquet]', or use .csv.",
        ) from None
    return pyarrow.parquet


def write_bundle(
    path: Path, districts: Iterable[tuple[str, Mapping[str, str]]], shared: Mapping[str, str] | None = None
) -> int:
    """Write a bundle as CSV or Parquet by the path's ending, whole or not at all; returns how many districts it holds.

    Raises
    ------
    InputError
        When the ending is another one, there is no district, or the place cannot be written.

    """
    if not is_bundle(path):
        raise InputError(f"{path} ends in '{path.suffix}'; a bundle ends in .csv or .parquet.", "Name it so.")
    rows = [(SHARED, file, content) for file, content in (shared or {}).items()]
    count = 0
    for district, files in districts:
        count += 1
        rows += [(district, file, content) for file, content in files.items()]
    if not count:
        raise InputError(
            f"{path} would be empty: no district that has pupils is left.",
            "Look at what the files hold: import one of their districts, which says what was dropped and why.",
        )
    buffer = io.BytesIO()
    if path.suffix.lower() == ".parquet":
        import pyarrow

        table = pyarrow.table({name: [row[i] for row in rows] for i, name in enumerate(COLUMNS)})
        _parquet().write_table(table, buffer)
    else:
        text = io.TextIOWrapper(buffer, encoding="utf-8", newline="")
        csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
        text.flush()
        text.detach()
    write_whole(path, buffer.getvalue())
    return count
