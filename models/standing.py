"""Where a district stands in one year: coverage, positions and spending by budget category, school by school."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from models.district import BUDGET_CATEGORIES, Array, Flags

if TYPE_CHECKING:
    from models.plan import Plan

CATEGORY_LINES: Mapping[str, tuple[str, ...]] = {
    "salaries": ("salaries",),
    "benefits": ("benefits", "stipend_benefits"),
    "stipends": ("stipends",),
    "technology": ("technology", "devices"),
    "development": ("development", "training"),
    "other": ("launch", "startup_grant", "hiring", "layoffs", "out_of_scope"),
}
"""Money lines of a plan (see `models.money`) in the categories of `budget.csv`; a grant counts against `other`."""


def whole_cents(amounts: Array) -> Array:
    """Dollars rounded to the cent."""
    return np.asarray(np.rint(np.asarray(amounts) * 100.0) / 100.0)


@dataclass(frozen=True, eq=False)
class Standing:
    """One column of a comparison, in dollars of the year it shows.

    Attributes
    ----------
    name : `today`, `best_use` or `optimal`
    pupils, covered, team_pupils : axis s, pupils
    need : axis s, weight of a pupil
    positions : axes sr, FTE
    leaders : axis s, FTE
    stipend : axis s, average stipend of a leader in $, NaN where there is no leader or no figure
    spending : by budget category, axis s, $ in whole cents
    recurring, purchases : axis s, yearly technology cost and seats bought in $; NaN where only their sum is known
    packages : axes sk, pupils by technology package
    lawful : axis s; false where no lawful use was found and today's figures stand in

    """

    name: str
    pupils: Array
    covered: Array
    team_pupils: Array
    need: Array
    positions: Array
    leaders: Array
    stipend: Array
    spending: Mapping[str, Array]
    recurring: Array
    purchases: Array
    packages: Array
    lawful: Flags

    @cached_property
    def coverage(self) -> Array:
        """Coverage of every school, a share of its pupils, axis s; NaN without pupils."""
        return np.divide(
            self.covered, self.pupils, out=np.full_like(self.pupils, np.nan), where=self.pupils > 0
        )

    @property
    def district_coverage(self) -> float:
        """Coverage of the district, weighted by need; NaN without pupils."""
        whole = float(self.need @ self.pupils)
        return float(self.need @ self.covered) / whole if whole > 0 else float("nan")

    @cached_property
    def total(self) -> Array:
        """Spending over all categories, axis s, $ in whole cents."""
        return whole_cents(
            sum((self.spending[name] for name in BUDGET_CATEGORIES), np.zeros_like(self.pupils))
        )

    @property
    def district_stipend(self) -> float:
        """Average stipend over the leaders of all schools, $; NaN where there is none or one is not known."""
        led = self.leaders > 1e-9
        return (
            float(self.stipend[led] @ self.leaders[led] / self.leaders[led].sum())
            if led.any()
            else float("nan")
        )


def standing_of(plan: Plan, n: int, name: str) -> Standing:
    """Read the standing of a plan at a node of its tree."""
    p, money = plan.parameters, plan.money
    leaders = plan.leaders[:, :, n]  # st
    found = leaders.sum(axis=1)
    average = np.divide(leaders @ p.sigma, found, out=np.full_like(found, np.nan), where=found > 1e-9)
    return Standing(
        name=name,
        pupils=p.E[:, n],
        covered=plan.covered[:, n],
        team_pupils=plan.team_pupils[:, n],
        need=plan.district.schools.need_weight,
        positions=plan.values["q"][:, :, n],
        leaders=plan.values["q"][:, :, n] @ plan.district.roles.of_kind("leader"),
        stipend=average,
        spending={
            category: whole_cents(np.sum([money[line][:, n] for line in lines], axis=0))
            for category, lines in CATEGORY_LINES.items()
        },
        recurring=money["technology"][:, n],
        purchases=money["devices"][:, n],
        packages=plan.values["w"][:, :, :, n].sum(axis=1),
        lawful=np.ones(found.size, dtype=bool),
    )
