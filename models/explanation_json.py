"""An explanation as one JSON object, and as tidy tables."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from models.explanation import Explanation, ExtraMoney

if TYPE_CHECKING:
    import pandas as pd

TABLES = {
    "prices": (
        "rule", "words", "school_id", "year", "nodes", "item", "step", "unit", "whole", "more", "less", "low", "high",
        "examined", "degenerate", "unique", "less_exists",
    ),
    "rows": ("rule", "row", "unit", "per", "dual", "low", "high", "meaning"),
    "limits": ("school_id", "school", "coverage", "main", "others"),
    "settings": ("setting", "words", "before", "after", "gain", "note"),
    "extra": ("yearly", "school_id", "school", "year", "node", "probability", "amount"),
    "conflict": ("rule", "row", "words", "asks", "school_id", "school", "year", "node", "item", "places"),
    "missing": ("school_id", "school", "year", "node", "probability", "amount"),
}  # fmt: skip
"""Columns of each table; money in $, gains in covered pupils (p ω weighted, all plan years), ranges in the unit."""


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """Return the object that `explain --json` prints; what is infinite or was not examined is null."""
    answer: dict[str, Any] = {
        "status": str(explanation.status),
        "district": explanation.district,
        "objective": explanation.objective,
        "years": list(explanation.years),
    }
    if explanation.has_plan:
        answer |= {
            "coverage": explanation.coverage,
            "pupils": explanation.scale,
            "stipend_step": explanation.stipend_step,
            "limits": [_plain(limit) for limit in explanation.limits],
            "prices": [_plain(price) | {"unique": price.unique} for price in explanation.prices],
            "settings": [_plain(question) for question in explanation.settings],
            "extra": None if explanation.extra is None else _extra(explanation.extra),
        }
    else:
        conflict = explanation.conflict
        answer |= {
            "conflict": None if conflict is None else _plain(conflict),
            "missing_expected": explanation.missing_expected,
            "missing": [_plain(amount) for amount in explanation.missing],
        }
    return answer | {"notes": list(explanation.notes)}


def _extra(extra: ExtraMoney) -> dict[str, Any]:
    buys = [{"what": what, "more": more, "unit": unit} for what, more, unit in extra.buys]
    return {**_plain(extra), "buys": buys}


def _plain(part: Any) -> Any:
    """Dataclasses as dictionaries, tuples as lists, numbers without a value as null."""
    if dataclasses.is_dataclass(part):
        return {field.name: _plain(getattr(part, field.name)) for field in dataclasses.fields(part)}
    if isinstance(part, dict):
        return {key: _plain(value) for key, value in part.items()}
    if isinstance(part, tuple | list):
        return [_plain(value) for value in part]
    if isinstance(part, float) and not math.isfinite(part):
        return None
    return part


def explanation_tables(explanation: Explanation) -> dict[str, pd.DataFrame]:
    """Return the tables of `TABLES`; those that the answer has nothing for have no rows. Lists are joined by `; `."""
    import pandas as pd

    extra, conflict = explanation.extra, explanation.conflict
    rows: dict[str, list[dict[str, Any]]] = {
        "prices": [_plain(price) | {"unique": price.unique} for price in explanation.prices],
        "rows": [_plain(row) for row in explanation.rows],
        "limits": [_plain(limit) for limit in explanation.limits],
        "settings": [_plain(question) for question in explanation.settings],
        "extra": [] if extra is None else [_plain(used) | {"yearly": extra.yearly} for used in extra.used],
        "conflict": []
        if conflict is None
        else [_plain(c) | {"places": [*map(str, c.places)]} for c in conflict.rules],
        "missing": [_plain(amount) for amount in explanation.missing],
    }
    tables = {
        name: pd.DataFrame(
            [{column: _joined(row[column]) for column in columns} for row in rows[name]],
            columns=list(columns),
        )
        for name, columns in TABLES.items()
    }
    return {  # a price of all years has no year
        name: table.astype({"year": "Int64"}) if "year" in table else table for name, table in tables.items()
    }


def _joined(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list) else value
