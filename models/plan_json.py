"""A plan as one JSON object, as `--json` prints it and `plan.json` holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from models.plan import Plan

Array = NDArray[np.float64]


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return the object of `docs/inputs.md`, section Results: plain numbers, shares between 0 and 1, dollars.

    `coverage` is the value of `expected` whatever the objective was; other objectives add theirs under their name.
    """
    rounded = None
    if plan.rounding is not None:
        rounded = {
            "step": plan.rounding.step,
            "bound": plan.rounding.bound,
            "gap": plan.rounding.gap,
            "rounding_cost": plan.rounding_cost,
        }
    answer: dict[str, Any] = {
        "status": str(plan.status),
        "name": plan.district.name,
        "objective": plan.objective,
        "coverage": plan.coverage,
        **{name: value for name, value in plan.stages.items() if name in ("worst_case", "max_min")},
        "coverage_by_scenario": plan.coverage_by_scenario,
        "coverage_by_school": plan.coverage_by_school,
        "spending": plan.spending,
        "stipend": plan.stipend,
        "stipend_step": plan.stipend_step,
        "teachers_per_leader": plan.teachers_per_leader,
        "solver": {
            "name": plan.solver.name,
            "version": plan.solver.version,
            "method": plan.solver.method,
            "seconds": plan.solver.seconds,
            "build_seconds": plan.solver.build_seconds,
            "variables": plan.solver.variables,
            "rules": plan.solver.rules,
            "iterations": plan.solver.iterations,
            "blocks": plan.solver.blocks,
        },
        "certificate": {
            "primal": plan.certificate.primal,
            "dual": plan.certificate.dual,
            "complementarity": plan.certificate.complementarity,
            "gap": plan.certificate.gap,
        },
        "years": [_year(plan, y) for y in range(plan.tree.years)],
        "schools": [_school(plan, s) for s in range(len(plan.district.schools.id))],
    }
    if rounded is not None:
        answer["whole"] = rounded
    if plan.shortfall is not None:
        answer["shortfall"] = _shortfall(plan)
    if plan.notes:
        answer["notes"] = list(plan.notes)
    return answer


def _weights(plan: Plan, *, school: int | None = None, year: int | None = None) -> Array:
    """Probabilities over axes sn, restricted to one school or one plan year."""
    weights = np.broadcast_to(plan.tree.probability, plan.covered.shape).copy()
    if school is not None:
        weights[np.arange(weights.shape[0]) != school] = 0.0
    if year is not None:
        weights[:, plan.tree.year != year + 1] = 0.0
    return weights


def _figures(plan: Plan, weights: Array) -> dict[str, Any]:
    """Expected figures with weights: money by line, positions by role, people and technology."""
    pupils = float((plan.parameters.E * weights).sum())
    roles = np.einsum("srn,sn->r", plan.values["q"], weights)
    packages = np.einsum("sgkn,sn->k", plan.values["w"], weights)
    devices = np.einsum("svn,sn->v", plan.values["b"], weights)
    return {
        "pupils": pupils,
        "team_pupils": float((plan.team_pupils * weights).sum()),
        "covered_pupils": float((plan.covered * weights).sum()),
        "stipend": plan.stipend_of(weights),
        "teachers_per_leader": plan.teachers_per_leader_of(weights),
        "positions": dict(zip(plan.district.roles.id, map(float, roles))),
        "technology": dict(zip(plan.district.technology.id, map(float, packages))),
        "seats_bought": dict(zip(plan.district.device_types.id, map(float, devices))),
        "money": {line: float((amount * weights).sum()) for line, amount in plan.money.items()},
    }


def _year(plan: Plan, y: int) -> dict[str, Any]:
    coverage = float(plan.coverage_by_year[y])
    return {
        "year": plan.district.year_names[y],
        "coverage": None if np.isnan(coverage) else coverage,
        **_figures(plan, _weights(plan, year=y)),
    }


def _school(plan: Plan, s: int) -> dict[str, Any]:
    """Return figures of a school as expected yearly averages over the plan."""
    school = plan.district.schools.id[s]
    return {
        "school_id": school,
        "school_name": plan.district.schools.name[s],
        "coverage": plan.coverage_by_school[school],
        **_figures(plan, _weights(plan, school=s) / plan.tree.years),
    }


def _shortfall(plan: Plan) -> list[dict[str, Any]]:
    assert plan.shortfall is not None
    return [
        {
            "school_id": plan.district.schools.id[s],
            "year": int(plan.tree.year[n]) - 1 + plan.district.settings.first_year,
            "node": plan.tree.labels[n],
            "amount": float(plan.shortfall[s, n]),
        }
        for s, n in np.argwhere(plan.shortfall > 0.005)
    ]
