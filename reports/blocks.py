"""What a report is made of: sections of paragraphs, tables, charts, tiles and cards, before they become HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from markupsafe import Markup

from reports.shown import Shown

Cell = str | Markup | Shown
FOLD = 30
"""Rows from which a table is folded away; people open it, and print shows the heading."""


def say(text: str, *figures: object, **named: object) -> Markup:
    """A sentence with figures and names in the place of its braces, all of them as text and never as markup."""
    return Markup(text).format(*figures, **named)


def listed(names: Sequence[str], most: int = 5) -> str:
    """Name things in a row: `Oak, Pine and 3 more`."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 school`, `9 schools`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@dataclass(frozen=True)
class Paragraph:
    """Running text; `tone` is `lead`, `warning` or `quiet`, or blank."""

    text: Markup
    tone: str = ""
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: Sequence[Markup]
    kind: ClassVar[str] = "bullets"


@dataclass(frozen=True)
class Tile:
    """One headline figure: what it is, the figure, and a line that places it."""

    label: str
    figure: Shown | str
    note: Markup = field(default_factory=Markup)


@dataclass(frozen=True)
class Tiles:
    """Headline figures side by side."""

    tiles: Sequence[Tile]
    kind: ClassVar[str] = "tiles"


@dataclass(frozen=True)
class Table:
    """A table: the first cell of a row is its heading.

    Attributes
    ----------
    caption : what it shows and in which unit
    head : column headings
    rows : cells; figures are set flush right
    total : how many rows at the end are sums
    sums : places of further rows that are sums
    folded : shown on demand alone

    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: int = 0
    sums: tuple[int, ...] = ()
    folded: bool = False
    kind: ClassVar[str] = "table"

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Whether a column holds figures."""
        return tuple(
            any(isinstance(row[i], Shown) for row in self.rows if i < len(row)) for i in range(len(self.head))
        )

    def is_sum(self, place: int) -> bool:
        """Whether the row at a place is a sum."""
        return place in self.sums or place >= len(self.rows) - self.total

    @property
    def is_folded(self) -> bool:
        """Whether it is shown on demand alone: it was asked for, or it is long."""
        return self.folded or len(self.rows) > FOLD


@dataclass(frozen=True)
class Picture:
    """A chart with its question, what it says in words, how to read it, and the table of its figures."""

    name: str
    question: str
    summary: Markup
    unit: str
    wide: Markup
    narrow: Markup
    table: Table
    kind: ClassVar[str] = "picture"


@dataclass(frozen=True)
class Card:
    """A collapsed card: a heading with the figures to find it by, and what opens under it."""

    id: str
    title: str
    line: Markup
    blocks: Sequence[object]


@dataclass(frozen=True)
class Cards:
    """Cards that can be searched by name."""

    label: str
    cards: Sequence[Card]
    kind: ClassVar[str] = "cards"

    @property
    def printed_open(self) -> bool:
        """Whether print shows what the cards hold: not when that would be a book."""
        return len(self.cards) <= 40


@dataclass(frozen=True)
class Section:
    """A section of the report."""

    id: str
    title: str
    blocks: Sequence[object]
    intro: Markup = field(default_factory=Markup)
