"""What `spanwise check` says of a sound district: its size, the model it makes, and what looks odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.admission import exclusions
from models.district import District
from models.errors import Problem
from models.tree import Tree
from reports.figures import count
from reports.text import columns, heading


def summary(
    district: District, tree: Tree, variables: Mapping[str, int], rules: Mapping[str, int]
) -> dict[str, Any]:
    """Return the check as one JSON object."""
    return {
        "status": "sound",
        "name": district.name,
        "schools": len(district.schools.id),
        "pupils": float(district.enrollment.sum()),
        "years": district.years,
        "scenarios": len(district.scenarios.id),
        "nodes": tree.size,
        "excluded_patterns": [
            {"pattern": e.pattern, "grade_band": e.band, "reason": e.reason} for e in exclusions(district)
        ],
        "variables": dict(variables),
        "rules": dict(rules),
    }


def check_card(
    district: District,
    tree: Tree,
    variables: Mapping[str, int],
    rules: Mapping[str, int],
    warnings: Sequence[Problem],
    source: str,
) -> str:
    """Render the check as plain text; `variables` and `rules` are counts by block."""
    lines = [f"{district.name} is sound: every file reads, every figure is lawful."]
    years = f"{district.years} year{'s' if district.years > 1 else ''}"
    lines += heading("District") + columns(
        [
            ["Schools", count(len(district.schools.id))],
            ["Pupils", count(float(district.enrollment.sum()))],
            [
                "Positions today",
                f"{count(float(district.staff.fte.sum()), 1)} FTE in {len(district.roles.id)} roles",
            ],
            [
                "Staffing patterns",
                f"{len(district.team_models.pattern)}, of which {int(district.team_models.team_taught.sum())} team-taught",
            ],
            ["Technology packages", count(len(district.technology.id))],
            ["Stipend steps in use", f"{district.steps.size} of {district.stipends.stipend.size}"],
            [
                "Plan",
                f"{years}, {len(district.scenarios.id)} scenario{'s' if len(district.scenarios.id) > 1 else ''}, "
                f"{tree.size} node{'s' if tree.size > 1 else ''} of the tree",
            ],
        ]
    )
    excluded = exclusions(district)
    if excluded:
        lines += heading("Patterns that a band may not use") + columns(
            [[e.band, e.pattern, e.reason] for e in excluded]
        )
    lines += heading(f"Model: {sum(variables.values()):,} variables, {sum(rules.values()):,} rules")
    lines += columns(
        [["Variables", ", ".join(f"{name} {size:,}" for name, size in variables.items() if size)]]
    )
    lines += columns([["Rules", ", ".join(f"{name} {size:,}" for name, size in rules.items() if size)]])
    if warnings:
        lines += heading(f"Worth a look ({len(warnings)})") + [
            f"  {line}" for warning in warnings for line in str(warning).splitlines()
        ]
    else:
        lines += heading("Nothing looks odd.")
    return "\n".join([*lines, "", f"Next: spanwise solve {source}"])
