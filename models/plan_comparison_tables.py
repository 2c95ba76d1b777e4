"""A comparison of two plans as tidy tables and as one JSON object."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from models.anatomy import InputDifference
from models.decisions import Decisions
from models.plan_comparison import PlanComparison


def plan_comparison_tables(comparison: PlanComparison) -> dict[str, pd.DataFrame]:
    """Return the tables `inputs`, `effects`, `decisions` and `results`; what has no value is blank."""
    tables = {
        "inputs": (_inputs(comparison), ["table", "key", "column", "old", "new"]),
        "effects": (
            [asdict(effect) for effect in comparison.effects],
            ["name", "coverage_before", "coverage", "spending_before", "spending"],
        ),
        "decisions": (
            [asdict(difference) for difference in comparison.decisions],
            ["kind", "school_id", "year", "item", "unit", "old", "new"],
        ),
        "results": (
            [{"school_id": name, "old": old, "new": new} for name, old, new in comparison.results()],
            ["school_id", "old", "new"],
        ),
    }
    return {name: pd.DataFrame(rows, columns=columns) for name, (rows, columns) in tables.items()}


def plan_comparison_json(comparison: PlanComparison) -> dict[str, Any]:
    """Return plain values: shares between 0 and 1, first-year dollars in whole cents, pupils, FTE."""
    return {
        "old": {"name": comparison.names[0], **_summary(comparison.old)},
        "new": {"name": comparison.names[1], **_summary(comparison.new)},
        "difference": {
            "coverage": comparison.coverage_difference,
            "spending": comparison.spending_difference,
        },
        "inputs": _inputs(comparison),
        "effects": [asdict(effect) for effect in comparison.effects],
        "decisions": [asdict(difference) for difference in comparison.decisions],
        "coverage_by_school": [
            {"school_id": name, "old": old, "new": new} for name, old, new in comparison.results()
        ],
        "notes": list(comparison.notes),
    }


def written_key(difference: InputDifference) -> str:
    """Key of a row as people write it: `oak, K-5`."""
    return ", ".join(
        f"{part:g}" if isinstance(part, float) else part for part in difference.key if part != ""
    )


def _inputs(comparison: PlanComparison) -> list[dict[str, Any]]:
    return [
        {"table": d.table, "key": written_key(d), "column": d.column, "old": d.old, "new": d.new}
        for d in comparison.inputs
    ]


def _summary(decisions: Decisions) -> dict[str, Any]:
    return {
        "status": decisions.status,
        "objective": decisions.objective,
        "coverage": decisions.coverage,
        "spending": round(decisions.spending, 2),
    }
