"""Solve a random district, or step aside when it has no plan; stages and their prices for tests that need them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import assume

from models.district import District
from models.errors import NoPlan
from models.plan import Plan
from optimizer.formulation import Model
from optimizer.objectives import HOLD, stages_of
from optimizer.solving import solve
from optimizer.staging import Options, Reached, Whole


def plan_of(district: District, objective: str | None = None, **options) -> Plan:
    """The plan; hypothesis leaves the example out when there is none."""
    plan = plan_or_none(district, objective, **options)
    assume(plan is not None)
    assert plan is not None
    return plan


def plan_or_none(district: District, objective: str | None = None, **options) -> Plan | None:
    try:
        return solve(district, objective, options=Options(**options))
    except NoPlan:
        return None


@dataclass
class Run:
    """All stages of a district, solved whole, with what the tests want to know of them."""

    model: Model
    stages: list[Reached]

    @property
    def first(self) -> Reached:
        return self.stages[0]

    @property
    def steepness(self) -> float:
        """Dollars that one unit of coverage (0..1) costs at the margin, summed over the stages held."""
        last = self.stages[-1]
        return float(sum(price * stage.scale for price, (stage, _) in zip(np.abs(last.held_dual), last.held)))


def run(district: District, objective: str | None = None) -> Run:
    """Solve all stages in one session of simplex; the stipend policy is by school."""
    model = Model(district)
    stages = stages_of(model, objective or district.settings.coverage.objective)
    way = Whole(model.lp.matrix(), stages, Options(method="simplex"))
    first = way.first()
    return Run(model, [first, *way.rest(first)])


def assert_same_spending(plan: Plan, other: float, known: float = 1e-9) -> None:
    """Hold a plan's spending to another way's, to 1e-6.

    A coverage that is known to 1e-9 only can cost more than that where the last pupils are dear; then that cost is
    allowed as well.
    """
    difference = abs(plan.spending - other)
    if difference > 1e-6 * abs(other):
        district = plan.district
        if plan.stipend_step is not None:
            one = {
                "stipend_min": plan.stipend_step,
                "stipend_max": plan.stipend_step,
                "stipend_policy": "by_school",
            }
            district = district.with_settings(leaders=one)
        steepness = run(district, plan.objective).steepness
        assert difference <= 1e-6 * abs(other) + known * steepness, (plan.spending, other, steepness)


__all__ = ["HOLD", "Run", "assert_same_spending", "plan_of", "plan_or_none", "run"]
