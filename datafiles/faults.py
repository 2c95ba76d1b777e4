"""All faults of a source, gathered while it is read, so that a planner sees them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from models.errors import InputError, Problem

SHOWN_PER_COLUMN = 20


def shorten(cell: str, limit: int = 60) -> str:
    """Keep a message readable when the cell is not: one line, not too long, no control characters."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(cell.split()))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known name that is nearest to this one, or nothing when none is near."""
    names = list(known)
    folded = {candidate.casefold(): candidate for candidate in reversed(names)}
    if name.casefold() in folded:
        return folded[name.casefold()]
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else ""


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Phrase the nearest known name as a hint."""
    near = nearest(name, known)
    return f'Did you mean "{shorten(near)}"?' if near else otherwise


@dataclass
class Faults:
    """Errors and warnings so far, the columns whose values cannot be relied on, and cells (file, cell) of which all is said."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    doubtful: set[tuple[str, str]] = field(default_factory=set)
    settled: set[tuple[str, str]] = field(default_factory=set)

    def error(self, problem: Problem, table: str = "", column: str = "") -> None:
        """Keep an error; with a table and column, note that the column is not to be relied on."""
        if not problem.cell or (problem.file, problem.cell) not in self.settled:
            self.errors.append(problem)
        if table:
            self.doubtful.add((table, column))

    def settle(self, problem: Problem, table: str, column: str) -> None:
        """Keep an error that says all there is to say of its cell: that it looks blank is not told beside it."""
        self.error(problem, table, column)
        self.settled.add((problem.file, problem.cell))

    def warn(self, problem: Problem) -> None:
        """Keep a warning."""
        self.warnings.append(problem)

    def trusted(self, table: str, *columns: str) -> bool:
        """Whether the table was read without a fault in these columns (all its columns when none is named)."""
        return not any(t == table and (not c or not columns or c in columns) for t, c in self.doubtful)

    def raise_if_any(self, source: str) -> None:
        """Raise all errors as one.

        Raises
        ------
        InputError
            When there is an error, with the problems of each file in the order of its rows.

        """
        if self.errors:
            ordered = in_order(self.errors)
            raise InputError.of(ordered, source, fold(ordered))


def in_order(problems: list[Problem]) -> list[Problem]:
    """Sort problems by file, in the order in which files were read, and by row."""
    files = {file: i for i, file in enumerate(dict.fromkeys(p.file for p in problems))}
    return sorted(problems, key=lambda p: (files[p.file], p.row or 0))


def fold(problems: list[Problem]) -> list[Problem]:
    """Of many problems in one column show the first twenty and say between which rows the others are."""
    shown: list[Problem] = []
    seen: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        alike = seen.setdefault((problem.file, problem.column), [])
        alike.append(problem)
        if problem.row is None or len(alike) <= SHOWN_PER_COLUMN:
            shown.append(problem)
    for (file, column), alike in seen.items():
        hidden = [p for p in alike[SHOWN_PER_COLUMN:] if p.row is not None]
        if hidden:
            first, last = hidden[0].row, hidden[-1].row
            where = f", column {column}" if column else ""
            message = f"{len(hidden):,} more problem{'s' if len(hidden) > 1 else ''} between row {first} and row {last}."
            shown.append(
                replace(hidden[0], place=f"{file}{where}", message=message, hint="", value="", cell="")
            )
    return shown
