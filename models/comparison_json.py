"""A comparison as one JSON object, as `compare --json` prints it and `comparison.json` holds it."""

from __future__ import annotations

import math
from typing import Any

from models.comparison import DISTRICT, Comparison
from models.comparison_tables import bridge_rows, budget_rows, figure_row


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Return plain numbers: shares between 0 and 1, dollars, pupils, FTE; what has no value is `None`."""
    best = comparison.best_use
    unlawful = [] if best is not None and best.lawful.all() else [
        {"schools": list(c.schools), "rules": list(c.rules), "words": list(c.words), "missing": c.missing} for c in comparison.collisions
    ]  # fmt: skip
    coverage = comparison.figure("coverage", "coverage")
    names = ("today", "best_use", "optimal", "reallocation", "redesign", "difference")
    answer = {
        "status": str(comparison.plan.status),
        "name": comparison.district.name,
        "objective": comparison.plan.objective,
        "year": comparison.year,
        "scenario": comparison.scenario,
        "coverage": {name: getattr(coverage, name) for name in names},
        "best_use": {
            "status": "none lawful" if best is None else "optimal" if best.lawful.all() else "some lawful",
            "collisions": unlawful,
        },
        "district": _level(comparison, None),
        "schools": [_level(comparison, s) for s in range(len(comparison.district.schools.id))],
        "moves": comparison.moves.rows(comparison.district),
        "notes": list(comparison.notes),
    }
    cleaned: dict[str, Any] = without_nan(answer)
    return cleaned


def _level(comparison: Comparison, school: int | None) -> dict[str, Any]:
    schools = comparison.district.schools
    figures: dict[str, dict[str, Any]] = {}
    pupils = 0.0
    for figure in comparison.figures(school):
        row = {
            key: value for key, value in figure_row(figure).items() if key not in ("level", "group", "item")
        }
        figures.setdefault(figure.group, {})[figure.item] = row
        pupils = figure.pupils
    named = {} if school is None else {"school_id": schools.id[school], "school_name": schools.name[school]}
    best = comparison.best_use
    lawful = best is not None and bool(best.lawful.all() if school is None else best.lawful[school])
    return {
        "level": DISTRICT if school is None else "school",
        **named,
        "pupils": pupils,
        "best_use_lawful": lawful,
        **figures,
        "bridge": bridge_rows(comparison, school),
        "budget": None if comparison.budget is None else budget_rows(comparison, school),
    }


def without_nan(value: Any) -> Any:
    """Replace every NaN by `None`, at any depth."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value
