"""Dollars of one fiscal year in dollars of another, by the growth of teacher pay."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("pay_years.csv")
YEARLY = 0.02  # growth a year outside the table


@cache
def average_pay() -> dict[int, float]:
    """Average pay of a public school teacher in the United States by fiscal year; sources in `pay_years.csv`."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {int(row["year"]): float(row["pay"]) for row in csv.DictReader(file)}


def known_years() -> tuple[int, int]:
    """First and last year of the table."""
    return min(average_pay()), max(average_pay())


def growth(year: int, to: int) -> float:
    """What a dollar of `year` is in dollars of `to`.

    About four fifths of what a district spends is pay, and a plan is priced in pay: so the growth of teacher pay and not that
    of consumer prices. Outside the table 2 % a year.
    """
    return _level(to) / _level(year)


def _level(year: int) -> float:
    first, last = known_years()
    inside = min(max(year, first), last)
    return average_pay()[inside] * (1.0 + YEARLY) ** (year - inside)
