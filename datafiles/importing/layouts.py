"""Which publisher's table is this? Told by its headings, never by the name of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from datafiles.faults import shorten
from datafiles.importing.published import Published, plain
from models.errors import InputError


@dataclass(frozen=True)
class Layout:
    """The headings that a publisher's table has, and those that it never has.

    A heading written `A|B` is promised under one of these names.
    """

    id: str
    title: str
    required: tuple[str, ...]
    never: tuple[str, ...] = ()

    def lacking(self, headings: frozenset[str]) -> list[str]:
        """Required headings that are not among these."""
        return [
            name.split("|")[0]
            for name in self.required
            if not any(plain(each) in headings for each in name.split("|"))
        ]

    def fits(self, headings: frozenset[str]) -> bool:
        """Whether a table with these headings is one of this layout."""
        return not self.lacking(headings) and not any(plain(name) in headings for name in self.never)


def recognise(table: Published, layouts: Sequence[Layout]) -> Layout | None:
    """Find the headings of a table and its layout; the layout that asks for most wins."""
    head = table.head()
    for number, row in enumerate(head):
        headings = frozenset(plain(cell) for cell in row if cell.strip())
        fitting = [layout for layout in layouts if layout.fits(headings)]
        if fitting:
            table.begin(number, row)
            return max(fitting, key=lambda layout: len(layout.required))
    number, row = max(
        enumerate(head), key=lambda entry: sum(bool(cell.strip()) for cell in entry[1]), default=(0, [])
    )
    table.begin(number, row)
    return None


def sort_tables(
    source: str,
    tables: Sequence[Published],
    layouts: Sequence[Layout],
    others: Sequence[tuple[str, Layout]] = (),
) -> dict[str, list[Published]]:
    """Return the tables by layout id.

    Parameters
    ----------
    source
        Name of the importer, for errors.
    tables
        The tables; sheets of a workbook that are not known are left aside when another sheet of it is.
    layouts
        Those that the importer reads.
    others
        Layouts of other importers, to propose the right one.

    Raises
    ------
    InputError
        When a table has the headings of none.

    """
    found: dict[str, list[Published]] = {}
    unknown: list[Published] = []
    for table in tables:
        layout = recognise(table, layouts)
        if layout is None:
            unknown.append(table)
        else:
            found.setdefault(layout.id, []).append(table)
    known_files = {_file(table) for group in found.values() for table in group}
    for table in unknown:
        if _file(table) not in known_files:
            raise InputError(*_not_known(source, table, layouts, others))
    return found


def _file(table: Published) -> str:
    return table.name.split(", sheet ")[0].split("/")[0]


def _not_known(
    source: str, table: Published, layouts: Sequence[Layout], others: Sequence[tuple[str, Layout]]
) -> tuple[str, str]:
    shown = ", ".join(shorten(cell, 40) for cell in table.header[:6] if cell) or "nothing"
    what = f"{table.name}: its headings are of no table that 'spanwise import {source}' reads. They begin: {shown}."
    for name, other in others:
        if recognise(table, [other]):
            return what, f"It is {other.title}: use 'spanwise import {name}'."
    headings = frozenset(plain(cell) for cell in table.header)
    near = min(layouts, key=lambda layout: len(layout.lacking(headings)) / len(layout.required))
    lacking = near.lacking(headings)
    hint = "It reads: " + "; ".join(layout.title for layout in layouts) + "."
    if lacking and len(lacking) < len(near.required):
        hint = f"Nearest is {near.title}, but it lacks {', '.join(lacking[:6])}. {hint}"
    return what, hint
