"""A comparison as tidy tables: the three columns, the bridge, the staffing moves, and the budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from models.comparison import DISTRICT, Comparison, Figure
from models.district import Array

Rows = Callable[[Comparison, int | None], list[dict[str, Any]]]
COLUMNS = ("today", "best_use", "optimal")


def comparison_tables(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """Return the tables `columns`, `bridge`, `moves` and, where budget.csv is given, `budget`.

    `level` is `district` or a school_id, and the district's rows come first. Amounts are in dollars of the year that is
    compared, pupils or FTE, as `unit` says; what has no value is blank.
    """
    tables = {
        "columns": pd.DataFrame([figure_row(figure) for figure in every_figure(comparison)]),
        "bridge": _by_level(comparison, bridge_rows),
        "moves": _moves(comparison),
    }
    if comparison.budget is not None:
        tables["budget"] = _by_level(comparison, budget_rows)
    return tables


def every_figure(comparison: Comparison) -> Iterator[Figure]:
    """Yield the figures of the district and then of every school."""
    yield from comparison.figures()
    for s in range(len(comparison.district.schools.id)):
        yield from comparison.figures(s)


def figure_row(figure: Figure) -> dict[str, Any]:
    """One figure: its three columns, each for a pupil too, and the differences between them."""
    return {
        "level": figure.level,
        "group": figure.group,
        "item": figure.item,
        "unit": figure.unit,
        **{name: getattr(figure, name) for name in COLUMNS},
        **{f"{name}_per_pupil": figure.per_pupil(name) for name in COLUMNS},
        "reallocation": figure.reallocation,
        "redesign": figure.redesign,
        "difference": figure.difference,
    }


def bridge_rows(comparison: Comparison, school: int | None = None) -> list[dict[str, Any]]:
    """Today's spending, the steps, and the optimal plan's, in whole cents."""
    rows = [("today", "today's spending", comparison.today.total)]
    rows += [(step.name, step.words, step.amounts) for step in comparison.bridge]
    rows.append(("optimal", "the optimal plan's spending", comparison.optimal.total))
    return [{"step": name, "words": words, "amount": cents(amounts, school)} for name, words, amounts in rows]


def budget_rows(comparison: Comparison, school: int | None = None) -> list[dict[str, Any]]:
    """Actual against optimal by category, where budget.csv has a row, and in total."""
    names = ("actual", "prices", "quantities", "optimal")
    rows = {
        change.category: [cents(getattr(change, name), school) for name in names]
        for change in comparison.budget or ()
        if (change.given.any() if school is None else change.given[school])
    }
    if rows:
        rows["total"] = [round(sum(amounts), 2) for amounts in zip(*rows.values())]
    return [
        {"category": category, **dict(zip(names, amounts)), "difference": round(amounts[3] - amounts[0], 2)}
        for category, amounts in rows.items()
    ]


def cents(amounts: Array, school: int | None) -> float:
    """Dollars in whole cents of the district (`None`) or a school; sums of whole cents stay whole cents."""
    return round(float(amounts.sum() if school is None else amounts[school]), 2) + 0.0


def _by_level(comparison: Comparison, rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"level": DISTRICT if school is None else comparison.district.schools.id[school], **row}
            for school in (None, *range(len(comparison.district.schools.id)))
            for row in rows(comparison, school)
        ]
    )


def _moves(comparison: Comparison) -> pd.DataFrame:
    names = ["move", "pool", "from_school", "from_role", "to_school", "to_role", "fte"]
    return pd.DataFrame(comparison.moves.rows(comparison.district), columns=names)
