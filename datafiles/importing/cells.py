"""Figures in publishers' cells: dollars, commas, percent signs, and the codes that stand for no figure."""

from __future__ import annotations

import re
from functools import lru_cache

# Not reported, not applicable, suppressed, rounded away, low quality: never a number, never 0 (the files' own legends:
# CCD and F-33 -1, -2, -3, -9 and †, –, ‡; TEA . and -1 to -3; Illinois and Massachusetts *; others s).
CODES = frozenset(
    {"", ".", "-", "–", "—", "−", "†", "‡", "*", "**", "***", "s", "n", "m", "x", "na", "n/a", "#n/a", "nan", "null", "none", "n<10", "tbd"}
)  # fmt: skip
PLAIN = re.compile(r"[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,3})?|[0-9]+\.")
GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
LARGEST = 1e12


class Unreadable(ValueError):
    """A cell that is neither a figure nor a known code for a missing one."""


@lru_cache(maxsize=1 << 17)
def figure(cell: str) -> float | None:
    """Read a figure that cannot be negative (people, pupils, dollars); `None` where the cell stands for none.

    Negative figures are codes in every source that Spanwise reads.

    Raises
    ------
    Unreadable
        When the cell is text that is no known code.

    """
    text = cell.strip().strip("\u00a0\u202f ")
    negative = text[:1] in "-−" or (text[:1] == "(" and text[-1:] == ")")
    if text.casefold() in CODES:
        return None
    text = text.strip("()-−").replace("$", "").replace(" ", "").removesuffix("%")
    if GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not PLAIN.fullmatch(text):
        raise Unreadable(cell)
    value = float(text)
    if value > LARGEST:
        raise Unreadable(cell)
    return None if negative else value


def code(cell: str, width: int) -> str:
    """Read an id of digits, its leading zeros restored; a spreadsheet's `13.0` and `'0013` are the same id."""
    text = cell.strip().strip("=\"'")
    if text.endswith(".0"):
        text = text[:-2]
    return text.zfill(width) if text.isdigit() else text
