"""Figures as a planner reads them: units, thousands separators, sensible rounding."""

from __future__ import annotations

import math

NOTHING = "–"
HAIR = 1e-6  # of the last place shown: a depth of 7 % that a search found a hair below is 7 %


def dollars(amount: float | None) -> str:
    """Dollars at a glance, never with cents, which would stand beside thousands: `$12.4 M`, `$845,200`, `$6,200`, `$5`."""
    if amount is None or math.isnan(amount):
        return NOTHING
    sign, size = ("−" if amount < 0 else ""), abs(amount)
    if size >= 999_950_000:
        return f"{sign}${size / 1e9:,.2f} B"
    if size >= 999_950:
        return f"{sign}${size / 1e6:,.1f} M"
    if size >= 99_950:
        return f"{sign}${round(size, -2):,.0f}"
    return exact_dollars(amount)


def exact_dollars(amount: float | None) -> str:
    """Dollars to the dollar, for tables: `$1,234,567`; less than half a dollar is `$0`."""
    if amount is None or math.isnan(amount):
        return NOTHING
    text = f"{abs(amount):,.0f}"
    return f"−${text}" if amount < 0 and text != "0" else f"${text}"


def more_dollars(amount: float) -> str:
    """A change in dollars with its sign; less than half a dollar is a solver's rounding: `+$6,200`, `−$1.2 M`, `$0`."""
    if abs(amount) < 0.5:
        return "$0"
    return f"+{dollars(amount)}" if amount > 0 else dollars(amount)


def more(amount: float, places: int = 0) -> str:
    """A change in pupils, seats or positions with its sign: `+316`, `−1.5`, `0`."""
    text = count(amount, places)
    return f"+{text}" if amount > 0 and text != count(0.0, places) else text


def percent(share: float | None, places: int = 1) -> str:
    """A share as `81.2 %`; of nothing there is none."""
    if share is None or not math.isfinite(share):
        return NOTHING
    text = f"{abs(share) * 100:,.{places}f}"
    return f"−{text} %" if share < 0 and float(text.replace(",", "")) else f"{text} %"


def cut(share: float | None) -> str:
    """The depth of a cut, never deeper than it is: two places below 10 %, where a tenth would make different cuts one."""
    if share is None or not math.isfinite(share):
        return NOTHING
    places = 2 if share < 0.1 * (1 - HAIR) else 1
    size = 10 ** (places + 2)
    return percent(math.floor(share * size + HAIR) / size, places)


def cut_places(share: float | None) -> int:
    """The places of a depth of a cut."""
    return 2 if share is not None and abs(share) < 0.09995 else 1


def points(difference: float) -> str:
    """Difference of two shares in percentage points, signed: `+3.1 points`."""
    text = f"{abs(difference) * 100:.1f}"
    sign = "±" if float(text) == 0 else "+" if difference > 0 else "−"
    return f"{sign}{text} points"


def few_points(difference: float) -> str:
    """A small gain in percentage points with two figures, however small: `0.044 points`."""
    return f"{100.0 * difference:.2g} points"


def count(amount: float | None, places: int = 0) -> str:
    """Pupils, seats or positions with thousands separators: `4,512`, with one place for FTE: `23.4`."""
    if amount is None or math.isnan(amount):
        return NOTHING
    text = f"{abs(amount):,.{places}f}"
    return f"−{text}" if amount < 0 and float(text.replace(",", "")) else text


def plural(number: float, noun: str) -> str:
    """A count with its noun: `1 school`, `4,500 pupils`."""
    text = count(number)
    return f"{text} {noun}{'' if text == '1' else 's'}"


def ratio(amount: float | None) -> str:
    """A ratio with two places: `4.20`."""
    return NOTHING if amount is None or math.isnan(amount) else f"{amount:.2f}"


def seconds(amount: float) -> str:
    """A duration: `0.41 s`, `12 s`, `3 min 20 s`."""
    if round(amount) >= 100:
        minutes, rest = divmod(round(amount), 60)
        return f"{minutes} min {rest} s"
    return f"{amount:.0f} s" if round(amount, 2) >= 10 else f"{amount:.2f} s"
