"""Rows in which a comma within a number (15,500) was taken for the delimiter."""

from __future__ import annotations

import re
from functools import cache

from datafiles.schema import TABLES

START, MIDDLE, END = (re.compile(form) for form in (r"[+-]?\$?\d{1,3}", r"\d{3}", r"\d{3}(\.\d+)?"))
FIGURE = re.compile(r"([+-]?\$?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)?")  # or a blank cell
MOST = 6  # cells too many; a row with more is torn in another way
MOST_TOLD = 4  # ways to put numbers together; a longer list would help nobody

Split = tuple[str, str]  # column, and its number as it was typed


def split_numbers(name: str, heading: list[str], row: list[str]) -> list[Split]:
    """Return the numbers of a row that commas may have split, where putting numbers together makes it fit its headings."""
    excess, columns = len(row) - len(heading), TABLES[name].columns
    if not 0 < excess <= MOST:
        return []
    figures = [bool(word) and (word not in columns or columns[word].is_figure) for word in heading]

    def fits(cell: int, column: int, parts: int) -> bool:
        """Whether a column can hold some neighbouring cells as one number, or one cell as it is."""
        if parts == 1:
            return not figures[column] or FIGURE.fullmatch(row[cell]) is not None
        first, *middle, last = row[cell : cell + parts]
        return (
            figures[column]
            and all(map(MIDDLE.fullmatch, middle))
            and START.fullmatch(first) is not None
            and END.fullmatch(last) is not None
        )

    def steps(cell: int, column: int) -> range:
        return range(1, excess - (cell - column) + 2)  # how many cells a column may take

    @cache
    def ends(cell: int, column: int) -> bool:
        """Whether the cells from here on fit the columns from here on."""
        if column == len(heading):
            return cell == len(row)
        return any(
            fits(cell, column, parts) and ends(cell + parts, column + 1) for parts in steps(cell, column)
        )

    found: list[Split] = []
    reached = {0}  # cells at which a column may begin
    for column, word in enumerate(heading):
        onward = set()
        for cell in sorted(reached):
            for parts in steps(cell, column):
                if fits(cell, column, parts) and ends(cell + parts, column + 1):
                    onward.add(cell + parts)
                    found += [(word, ",".join(row[cell : cell + parts]))] * (parts > 1)
        reached = onward
    return found


def perhaps_numbers(found: list[Split]) -> str:
    """Say how to write numbers that commas may have split; a comma may also be a decimal point, which is not guessed."""
    said = ", ".join(f'"{cell}" in column {column}' for column, cell in found)
    plain = [cell.replace("$", "").replace(",", "") for _, cell in found]
    if len(found) > 1:
        return f"Commas perhaps split numbers: {said}. Write them without, as {' or '.join(plain)}."
    _, cell = found[0]
    decimal = cell.count(",") == 1 and "." not in cell and "$" not in cell
    point = f", or {cell.replace(',', '.')} if the comma is a decimal point" if decimal else ""
    return f"{said} is perhaps one number: write {plain[0]}{point}."
