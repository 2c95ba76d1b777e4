"""Price books: sourced prices, team models and rules that a new district starts from.

A book is a folder of `datafiles/books/`. Its tables are district tables with the text in place and the
figures left blank; `figures.csv` holds every figure with its low and high end, unit, tag and sources, the
settings too. So each figure stands in one place, and the tables that a district gets are made from it.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

from models.errors import InputError

Bound = Literal["best", "low", "high"]

TABLES = {  # table: the columns that make up a row's key, as `figures.csv` writes it with "/" between them
    "roles": ("role",),
    "grade_bands": ("grade_band",),
    "team_models": ("team_model", "pattern"),
    "technology": ("technology",),
    "device_types": ("device",),
    "stipends": ("stipend",),
    "scenarios": ("scenario",),
}
SETTINGS = "settings"
PARTS = "parts"  # figures that others are sums of; in no table
TAGS = {
    "V": "read in the source",
    "I": "our arithmetic, inference or assumption",
    "": "a choice",
}


@dataclass(frozen=True)
class Source:
    """A publication that a figure rests on."""

    short: str
    publication: str
    url: str


@dataclass(frozen=True)
class Figure:
    """One figure of a book.

    `best`, `low` and `high` are the cells as written; `low` and `high` are blank where a figure is a choice
    and not an estimate. `tag` is a key of `TAGS`.
    """

    table: str
    key: str
    column: str
    best: str
    low: str
    high: str
    unit: str
    tag: str
    sources: tuple[Source, ...]
    note: str

    def at(self, bound: Bound) -> str:
        """Return the cell at this bound; the best one where there is none."""
        return {"best": self.best, "low": self.low, "high": self.high}[bound] or self.best

    def as_dict(self, bound: Bound = "best") -> dict[str, object]:
        """Return the figure as plain data for `--json`; numbers as numbers, absent bounds as null."""
        return {
            "table": self.table,
            "key": self.key,
            "column": self.column,
            "value": _value(self.at(bound)),
            "best": _value(self.best),
            "low": _value(self.low),
            "high": _value(self.high),
            "unit": self.unit,
            "tag": self.tag,
            "note": self.note,
            "sources": [{"publication": s.publication, "url": s.url or None} for s in self.sources],
        }


@dataclass(frozen=True)
class Book:
    """A price book at one bound.

    Attributes
    ----------
    name : the book's name, also its folder's
    title : what the book is about, in a line
    bound : which end of every figure the tables and settings show
    figures : all figures, in the order of the book
    tables : CSV text of the tables of a district folder, by table name
    settings_toml : text of a `district.toml`, each line with its sources

    """

    name: str
    title: str
    bound: Bound
    figures: tuple[Figure, ...]
    tables: dict[str, str]

    @cached_property
    def settings_toml(self) -> str:
        """Write the settings as TOML, in the order of the book."""
        lines = [f"# Settings of the price book {self.name}; every line is yours to change."]
        section = ""
        for figure in (f for f in self.figures if f.table == SETTINGS):
            if figure.key != section:
                section = figure.key
                lines += ["", f"[{section}]"]
            value = _value(figure.at(self.bound))
            unit = f"{figure.unit}; " if figure.unit not in ("", "text") else ""
            text = json.dumps(value, ensure_ascii=False)
            lines.append(f"{figure.column} = {text}  # {unit}{figure.note} ({_cite(figure.sources)})")
        return "\n".join(lines) + "\n"

    def figure(self, table: str, key: str, column: str) -> float:
        """Return one figure of the book at its bound.

        Raises
        ------
        KeyError
            When the book has no such figure.

        """
        for figure in self.figures:
            if (figure.table, figure.key, figure.column) == (table, key, column):
                return float(figure.at(self.bound))
        raise KeyError(f"{self.name}: no figure {table} / {key} / {column}")


def book_names() -> tuple[str, ...]:
    """Name the shipped books, the national one first."""
    return tuple(_titles())


def load_book(name: str, bound: Bound = "best") -> Book:
    """Read a shipped price book.

    Parameters
    ----------
    name
        One of `book_names()`.
    bound
        Which end of each figure to use. `low` and `high` take every figure at that end, whatever it favours.

    Raises
    ------
    InputError
        When there is no such book.

    """
    if name not in book_names():
        near = difflib.get_close_matches(name, book_names(), n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        every = ", ".join(book_names())
        raise InputError(f'There is no price book "{name}".', f"{hint}The books are: {every}.")
    folder = _room() / name
    sources = {row.pop("source"): Source(**row) for row in _rows(_room() / "sources.csv")}
    figures = tuple(
        Figure(sources=tuple(sources[each] for each in row.pop("source").split()), **row)
        for row in _rows(folder / "figures.csv")
    )
    tables = {table: _fill(_rows(folder / f"{table}.csv"), table, figures, bound) for table in TABLES}
    return Book(name, _titles()[name], bound, figures, tables)


def _titles() -> dict[str, str]:
    return {row["book"]: row["title"] for row in _rows(_room() / "books.csv")}


def _room() -> Traversable:
    return files("datafiles") / "books"


def _rows(path: Traversable) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def _fill(rows: list[dict[str, str]], table: str, figures: tuple[Figure, ...], bound: Bound) -> str:
    """Put the figures of a table into its blank cells, and what they rest on into its `source` column."""
    for row in rows:
        key = "/".join(row[column] for column in TABLES[table])
        own = [figure for figure in figures if (figure.table, figure.key) == (table, key)]
        for figure in own:
            if row[figure.column]:
                raise ValueError(f"{table}, {key}: {figure.column} stands in the table and among the figures")
            row[figure.column] = figure.at(bound)
        if "source" in row:
            row["source"] = _cite(tuple(dict.fromkeys(source for figure in own for source in figure.sources)))
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _cite(sources: tuple[Source, ...]) -> str:
    """Name publications in short, our own assumptions last."""
    ours_last = sorted(sources, key=lambda source: source.short == "assumption")
    return "; ".join(source.short for source in ours_last)


def _value(cell: str) -> float | int | str | None:
    if cell == "":
        return None
    try:
        number = float(cell)
    except ValueError:
        return cell
    return int(number) if number.is_integer() and "." not in cell else number
