"""A figure as it is shown: its text for people, and the raw value behind it, which tests and readers' tools can check."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from reports import figures

Text = str | Markup


@dataclass(frozen=True)
class Shown:
    """A figure for people.

    Attributes
    ----------
    text : as people read it, with its unit
    value : the raw value; NaN and `None` alike mean that there is none
    unit : `share`, `points`, `$`, `pupils`, `FTE`, `seats`, `ratio`, `years` or blank
    of : what it is a figure of, for example `coverage` or `money.salaries.2027`; blank where its place says so

    """

    text: str
    value: float | None
    unit: str
    of: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None and not math.isnan(self.value)

    @property
    def attributes(self) -> Markup:
        """The attributes `data-value`, `data-unit` and `data-of` of an HTML element that shows the figure."""
        if not self.known:
            return Markup("")
        named = Markup(' data-of="{}"').format(self.of) if self.of else Markup("")
        return Markup(' data-value="{}" data-unit="{}"{}').format(raw(self.value), self.unit, named)

    def __html__(self) -> str:
        return Markup('<span class="figure"{}>{}</span>').format(self.attributes, self.text)

    def __str__(self) -> str:
        return self.text


def raw(value: float | None) -> str:
    """A value with ten significant digits: `0.6828266567`."""
    return "" if value is None else f"{value + 0.0:.10g}"


def share(value: float | None, of: str = "", places: int = 1) -> Shown:
    """A share as `81.2 %`."""
    return Shown(figures.percent(value, places), value, "share", of)


def cut(value: float | None, of: str = "") -> Shown:
    """The depth of a cut as `0.46 %` or `12.3 %`, rounded down: a cut so deep leaves a plan."""
    return Shown(figures.cut(value), value, "share", of)


def change(value: float | None, of: str = "", places: int = 1) -> Shown:
    """A relative change with its sign: `+2.5 %`."""
    return Shown(_signed(figures.percent(value, places), value), value, "share", of)


def difference(value: float | None, of: str = "") -> Shown:
    """A difference of two shares: `+3.1 points`."""
    return Shown(figures.NOTHING if not _known(value) else figures.points(value or 0.0), value, "points", of)


def dollars(value: float | None, of: str = "") -> Shown:
    """Dollars at a glance: `$12.4 M`."""
    return Shown(figures.dollars(value), value, "$", of)


def more_exact_dollars(value: float | None, of: str = "") -> Shown:
    """Dollars to the dollar with their sign: `+$12,412`."""
    return Shown(_signed(figures.exact_dollars(value), value), value, "$", of)


def more_pupils(value: float | None, of: str = "") -> Shown:
    """Pupils in whole numbers with their sign: `+1,575`."""
    return Shown(_signed(figures.count(value), value), value, "pupils", of)


def more_dollars(value: float | None, of: str = "") -> Shown:
    """Dollars at a glance with their sign: `+$12,400`."""
    return Shown(_signed(figures.dollars(value), value), value, "$", of)


def exact_dollars(value: float | None, of: str = "") -> Shown:
    """Dollars to the dollar: `$12,412,345`."""
    return Shown(figures.exact_dollars(value), value, "$", of)


def pupils(value: float | None, of: str = "") -> Shown:
    """Pupils in whole numbers."""
    return Shown(figures.count(value), value, "pupils", of)


def some_pupils(value: float | None, of: str = "") -> Shown:
    """Pupils with more places where there are few: `387`, `21.5`, `1.88`."""
    size = abs(value) if _known(value) and value is not None else 0.0
    return Shown(figures.count(value, 0 if size >= 99.5 else 1 if size >= 9.95 else 2), value, "pupils", of)


def seats(value: float | None, of: str = "") -> Shown:
    """Seats in whole numbers."""
    return Shown(figures.count(value), value, "seats", of)


def fte(value: float | None, of: str = "") -> Shown:
    """Positions with one place."""
    return Shown(figures.count(value, 1), value, "FTE", of)


def more_fte(value: float | None, of: str = "") -> Shown:
    """Positions with one place and their sign."""
    return Shown(_signed(figures.count(value, 1), value), value, "FTE", of)


def ratio(value: float | None, of: str = "") -> Shown:
    """A ratio with two places."""
    return Shown(figures.ratio(value), value, "ratio", of)


def number(value: float | None, unit: str = "", places: int = 0, of: str = "") -> Shown:
    """A number with thousands separators; its unit stands beside it in the text around."""
    return Shown(figures.count(value, places), value, unit, of)


def residual(value: float | None, of: str = "") -> Shown:
    """A tiny number as a power of ten: `3e-09`."""
    return Shown(figures.NOTHING if not _known(value) else f"{value:.0e}", value, "", of)


def _known(value: float | None) -> bool:
    return value is not None and not math.isnan(value)


def _signed(text: str, value: float | None) -> str:
    """Put a plus before a text that shows more than nothing."""
    positive = value is not None and value > 0 and any(digit in "123456789" for digit in text)
    return f"+{text}" if positive else text
