"""A story: a plan with the answers to the questions around it, all that a report, workbook or chart can show."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from models.comparison import Comparison
from models.district import Array, District
from models.equity import Equity
from models.explanation import Explanation
from models.frontier import Frontier
from models.parameters import Parameters
from models.plan import Plan
from models.resilience import Resilience
from models.sensitivity import Tornado
from models.stipend_choice import StipendStep
from models.tree import Tree

ANSWERS = ("comparison", "resilience", "frontier", "equity", "explanation", "tornado", "stipends")
"""Fields of a story that may be absent; a section or chart that needs one appears when it is there."""


@dataclass(frozen=True)
class Publication:
    """What a figure rests on: the full title of a source and where it was published."""

    title: str
    url: str = ""


@dataclass(frozen=True, eq=False)
class Story:
    """A plan and the answers that were worked out for it.

    Attributes
    ----------
    plan : the optimal plan (or a short or feasible one, which the report then says first)
    comparison, resilience, frontier, equity, explanation, tornado : answers for the same district, where there are any
    stipends : the plan at every step of the stipend schedule
    publications : by the short names that the tables' `source` columns use
    version : of Spanwise
    made_on : the date that the report shows
    source : what the planner typed

    """

    plan: Plan
    comparison: Comparison | None = None
    resilience: Resilience | None = None
    frontier: Frontier | None = None
    equity: Equity | None = None
    explanation: Explanation | None = None
    tornado: Tornado | None = None
    stipends: tuple[StipendStep, ...] = ()
    publications: Mapping[str, Publication] = field(default_factory=dict)
    version: str = ""
    made_on: datetime.date | None = None
    source: str = "FOLDER"

    @property
    def district(self) -> District:
        """The question."""
        return self.plan.district

    @property
    def tree(self) -> Tree:
        """The plan's scenario tree."""
        return self.plan.tree

    @property
    def parameters(self) -> Parameters:
        """The figures of section 2 of the formulation."""
        return self.plan.parameters

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years of the plan, axis y."""
        return self.district.year_names

    @cached_property
    def fingerprint(self) -> str:
        """A short name for the inputs: it changes when any figure or name of the district does."""
        return fingerprint(self.district)

    # ---- sums that several sections and charts show ----------------------------------------------------------------

    def by_year(self, amounts: Array) -> Array:
        """Expected amounts (axes sn) summed over schools, axis y."""
        whole = self.tree.probability * amounts.sum(axis=0)
        return np.bincount(self.tree.year - 1, whole, self.tree.years)

    def by_school_and_year(self, amounts: Array) -> Array:
        """Expected amounts (axes sn) of every school, axes sy."""
        weighted = amounts * self.tree.probability
        whole = np.zeros((amounts.shape[0], self.tree.years))
        np.add.at(whole.T, self.tree.year - 1, weighted.T)
        return whole

    @cached_property
    def school_coverage(self) -> Array:
        """Expected coverage of every school in every year, axes sy; NaN without pupils."""
        covered = self.by_school_and_year(self.plan.covered)
        pupils = self.by_school_and_year(self.parameters.E)
        return np.divide(covered, pupils, out=np.full_like(covered, np.nan), where=pupils > 0)

    @cached_property
    def scenario_coverage(self) -> Array:
        """Coverage of every scenario in every year, weighted by need, axes cy; NaN without pupils."""
        need, path = self.district.schools.need_weight, self.tree.path
        covered, pupils = (need @ self.plan.covered)[path], (need @ self.parameters.E)[path]
        return np.divide(covered, pupils, out=np.full(path.shape, np.nan), where=pupils > 0)

    @cached_property
    def has_teams(self) -> bool:
        """Whether pupils learn in teams in any year, with leaders or without; half a pupil is a solver's rounding."""
        return bool(self.by_year(self.plan.team_pupils).max() > 0.5)

    @property
    def spending_of_all_years(self) -> str:
        """How a sum of spending over the years is headed: every such sum of a report is in the dollars of one year."""
        if len(self.years) == 1:
            return f"Spending in {self.years[0]}, $"
        return f"Spending, all years, $\u00a0of\u00a0{self.years[0]}"

    @cached_property
    def scenario_spending(self) -> Array:
        """Spending of every scenario over all years in first-year dollars, axis c; expected, it is `plan.spending`."""
        spending = self.plan.money["spending"].sum(axis=0) * self.parameters.discount
        return np.asarray(spending[self.tree.path].sum(axis=1))

    @cached_property
    def seats_by_year(self) -> Array:
        """Expected seats bought of every device, axes vy."""
        weighted = self.plan.values["b"].sum(axis=0) * self.tree.probability
        whole = np.zeros((weighted.shape[0], self.tree.years))
        np.add.at(whole.T, self.tree.year - 1, weighted.T)
        return whole

    @cached_property
    def positions_by_year(self) -> Array:
        """Expected positions of every school and role, axes sry, FTE."""
        weighted = self.plan.values["q"] * self.tree.probability
        whole = np.zeros((*weighted.shape[:2], self.tree.years))
        np.add.at(np.moveaxis(whole, 2, 0), self.tree.year - 1, np.moveaxis(weighted, 2, 0))
        return whole


def fingerprint(district: District) -> str:
    """The first 16 digits of a SHA-256 over every figure and name of a district, in the order of its fields."""
    digest = hashlib.sha256()
    _feed(digest, district)
    return digest.hexdigest()[:16]


def _feed(digest: Any, value: Any) -> None:
    if dataclasses.is_dataclass(value):
        for entry in dataclasses.fields(value):
            digest.update(f"[{entry.name}]".encode())
            _feed(digest, getattr(value, entry.name))
    elif isinstance(value, np.ndarray):
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update((value + 0.0 if value.dtype.kind == "f" else value).tobytes())
    else:
        digest.update(f"{value!r};".encode())
