"""What an import did: the files it read, what it used, dropped and guessed, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

SHOWN = 8


@dataclass
class Tally:
    """Statements, each with how often it holds and for whom."""

    counts: dict[str, int] = field(default_factory=dict)
    whom: dict[str, list[str]] = field(default_factory=dict)

    def add(self, statement: str, whom: str = "", count: int = 1) -> None:
        """Count a statement; `whom` names a district, school, row or cell that it holds for."""
        if count <= 0:
            return
        self.counts[statement] = self.counts.get(statement, 0) + count
        names = self.whom.setdefault(statement, [])
        if whom and whom not in names[-1:]:
            names.append(whom)

    def lines(self, districts: int = 0, alone: str = "") -> list[str]:
        """One line a statement, with its count where it is above one and the first names.

        What holds for most of many districts, or for the only one (`alone`), goes without names.
        """
        lines = []
        for statement, count in self.counts.items():
            names = self.whom.get(statement, [])
            most = len(names) > max(SHOWN, 0.5 * districts) and districts > SHOWN
            if most or names == [alone]:
                names = []
            shown = ", ".join(names[:SHOWN])
            more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
            times = f"{count:,} × " if count > 1 else ""
            lines.append(f"{times}{statement}" + (f" ({shown}{more})" if shown else ""))
        return lines

    def as_dict(self) -> list[dict[str, Any]]:
        """Plain data for `--json`, every name included."""
        return [
            {"statement": statement, "count": count, "for": self.whom.get(statement, [])}
            for statement, count in self.counts.items()
        ]

    def __len__(self) -> int:
        return len(self.counts)


@dataclass
class Assumptions(Tally):
    """Statements that hold once for a district or school, however often they are made."""

    def add(self, statement: str, whom: str = "", count: int = 1) -> None:
        """Count a statement, for each name once."""
        if not whom or whom not in self.whom.get(statement, [])[-1:]:
            super().add(statement, whom, count)


@dataclass
class FileUse:
    """One table that was read: which file, what it was recognised as, its rows, and those that were used."""

    file: str
    layout: str
    rows: int = 0
    used: int = 0


@dataclass
class ImportReport:
    """The report of one import.

    Attributes
    ----------
    source, book, out
        What was imported, with which price book, and where it went.
    alone
        Id of the district, where there is only one.
    files
        The tables that were read.
    dropped
        Rows, schools, districts and cells that are not in the result, with the reason.
    guessed
        Assumptions, each with its source.
    missing
        What a planner should still fill in or check.

    """

    source: str
    book: str = ""
    out: str = ""
    alone: str = ""
    files: list[FileUse] = field(default_factory=list)
    used: Tally = field(default_factory=Tally)
    dropped: Tally = field(default_factory=Tally)
    guessed: Assumptions = field(default_factory=Assumptions)
    missing: Tally = field(default_factory=Tally)
    totals: dict[str, float] = field(default_factory=dict)

    SECTIONS = (
        ("used", "Used"),
        ("dropped", "Dropped"),
        ("guessed", "Guessed"),
        ("missing", "Still missing"),
    )

    def add_totals(self, figures: Mapping[str, float]) -> None:
        """Add figures to the totals of the result."""
        for name, value in figures.items():
            self.totals[name] = self.totals.get(name, 0.0) + value

    @property
    def districts(self) -> int:
        """How many districts came out."""
        return int(self.totals.get("districts", 0))

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        return {
            "source": self.source,
            "book": self.book,
            "out": self.out,
            "files": [vars(use) for use in self.files],
            "totals": self.totals,
            **{name: getattr(self, name).as_dict() for name, _ in self.SECTIONS},
        }

    def markdown(self) -> str:
        """Return the text that is saved with the district."""
        parts = [f"# Import of {self.source}", "", f"Price book: {self.book}.", ""]
        parts += ["| file | read as | rows | used |", "|---|---|---|---|"]
        parts += [f"| {use.file} | {use.layout} | {use.rows:,} | {use.used:,} |" for use in self.files]
        parts += [
            "",
            "## Result",
            "",
            *(f"- {name}: {_number(value)}" for name, value in self.totals.items()),
        ]
        for name, title in self.SECTIONS:
            tally: Tally = getattr(self, name)
            parts += [
                "",
                f"## {title}",
                "",
                *(f"- {line}" for line in tally.lines(self.districts, self.alone) or ["nothing"]),
            ]
        return "\n".join(parts) + "\n"

    def card(self) -> str:
        """Return the text that is printed."""
        lines = [f"Imported {self.source} into {self.out}, priced with {self.book}.", ""]
        lines += [f"  {name:<28} {_number(value):>16}" for name, value in self.totals.items()]
        lines += ["", "Files"]
        lines += [f"  {use.file}: {use.layout}, {use.used:,} of {use.rows:,} rows used" for use in self.files]
        for name, title in self.SECTIONS:
            tally: Tally = getattr(self, name)
            lines += ["", title, *_indented(tally.lines(self.districts, self.alone) or ["nothing"])]
        return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:,.2f}"


def _indented(lines: Iterable[str]) -> list[str]:
    import textwrap

    return [
        textwrap.fill(line, 110, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False)
        for line in lines
    ]
