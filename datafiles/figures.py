"""From a cell's text to a figure; where that fails, what is wrong and what was probably meant."""

from __future__ import annotations

import math
import re

from datafiles.faults import shorten
from datafiles.schema import LARGEST, Column

PLAIN = re.compile(r"[0-9eE+\-.\n]*")
LOOKALIKES = str.maketrans(
    {
        "O": "0",
        "o": "0",
        "l": "1",
        "I": "1",
        "−": "-",
        "–": "-",
        "\u00a0": "",
        "\u202f": "",
        " ": "",
        "'": "",
        "’": "",
    }
)
NOTHING = {"-", "--", "n/a", "na", "#n/a", "none", "null", "nan", "?", "*", "†", "‡", "tbd"}


def wrong_figure(cell: str, column: Column) -> tuple[str, str] | None:
    """Return what is wrong with a figure's cell and how to mend it, or None when nothing is."""
    if not cell:
        return f"is blank; {column.expected} is expected.", f"Fill it in: {column.meaning}."
    value = _plain(cell)
    if value is None:
        return f'"{shorten(cell)}" is not a number; {column.expected} is expected.', _meant(cell, column)
    return wrong_value(value, f'"{shorten(cell)}"', column)


def wrong_value(value: float, shown: str, column: Column) -> tuple[str, str] | None:
    """Return what is wrong with a figure and how to mend it, or None when it lies in the column's range."""
    low, high = column.bounds
    if math.isnan(value):
        return f"{shown} is not a number; {column.expected} is expected.", "Fill it in."
    if not math.isfinite(value) or abs(value) > LARGEST:
        return (
            f"{shown} is beyond any figure of a district; {column.expected} is expected.",
            "Check the number of digits.",
        )
    if column.type == "whole" and value != int(value):
        return f"{shown} is not whole; {column.expected} is expected.", ""
    if low <= value <= high:
        return None
    if column.type == "fraction" and value > high:
        hint = (
            f"Fractions are written 0.07, never 7: write {_short(value / 100)} if {_short(value)} % is meant."
        )
        return (
            f"{shown} is above {_short(high)}; {column.expected} is expected.",
            hint if value <= 100 * high else "",
        )
    if low >= 0 and value < 0:
        return f"{shown} is negative; {column.expected} is expected.", "Check the sign."
    return f"{shown} is out of range; {column.expected} is expected.", _range_hint(column)


def _range_hint(column: Column) -> str:
    if column.type == "fraction":
        return "A cut of 7 % is written -0.07."
    return "Plan year 1 is the first year of the plan." if column.unit == "plan year" else ""


def _plain(cell: str) -> float | None:
    """Read a number written with digits, point, sign and exponent alone."""
    if not PLAIN.fullmatch(cell):
        return None
    try:
        return float(cell)
    except ValueError:
        return None


def _meant(cell: str, column: Column) -> str:
    """Guess what a planner meant and say how to write it."""
    if cell.casefold() in NOTHING:
        return "Fill it in." if column.required else "Leave the cell blank for the default."
    if cell.startswith("#"):
        return "The spreadsheet's formula failed; mend it there, or type the value."
    text = cell.strip("$€£ ").translate(LOOKALIKES)
    negative = text.startswith("(") and text.endswith(")")
    if negative:
        text = "-" + text.strip("()").strip("$")
        if column.bounds[0] >= 0:
            return f"Brackets mean a negative amount, which it cannot be: write {text[1:].replace(',', '')} if that is meant."
    percent = text.endswith("%")
    text = text.rstrip("%").replace("$", "")
    grouped = re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text)
    if grouped and not percent:
        plain = text.replace(",", "")
        if text.count(",") == 1 and "." not in text and "$" not in cell:
            return f"Write it as {plain}, or as {text.replace(',', '.')} if the comma is a decimal point."
        return f"Write it as {plain}."
    value = _plain(text.replace(",", "") if grouped else text.replace(",", "."))
    if value is None or not text:
        return "Write digits and a decimal point alone, for example 9500 or 0.07."
    if percent and column.type != "fraction":
        return "Write the number itself, not a percentage."
    if percent:
        value /= 100
    return f"Write it as {_short(value)}."


def _short(value: float) -> str:
    return f"{value:.10g}"
