"""A plan: what was decided, what it reaches, what it costs, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.district import District
from models.parameters import Parameters
from models.status import Status
from models.tree import Tree

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Certificate:
    """How far a solution is from the conditions of optimality, all relative; worst over the stages.

    `dual`, `complementarity` and `gap` are `None` when the solver gave no duals.
    """

    primal: float
    dual: float | None
    complementarity: float | None
    gap: float | None

    def worst(self, other: Certificate) -> Certificate:
        """Return the worse of two certificates, figure by figure."""

        def worse(one: float | None, two: float | None) -> float | None:
            return None if one is None or two is None else max(one, two)

        return Certificate(
            max(self.primal, other.primal),
            worse(self.dual, other.dual),
            worse(self.complementarity, other.complementarity),
            worse(self.gap, other.gap),
        )

    @property
    def holds(self) -> bool:
        """Whether every figure that is known is within 1e-6."""
        return self.largest <= 1e-6

    @property
    def largest(self) -> float:
        """The largest figure that is known; NaN where one is."""
        figures = (self.primal, self.dual, self.complementarity, self.gap)
        return float(np.max([figure for figure in figures if figure is not None]))


@dataclass(frozen=True)
class SolverRun:
    """Who solved the plan, how, how long it took (s) and how large the model was."""

    name: str
    version: str
    method: str
    seconds: float
    build_seconds: float
    variables: int
    rules: int
    iterations: int = 0
    blocks: int = 1


@dataclass(frozen=True)
class Rounding:
    """How good a plan in whole positions is.

    Attributes
    ----------
    step : every position is a multiple of this, FTE
    bound : value of the objective in fractions of positions (the LP), which no plan in whole positions exceeds, a share
    gap : how far the objective may still be from the best such plan, proven, as a share of that best
    """

    step: float
    bound: float
    gap: float


YEAR = "y"  # the axis of plan years


@dataclass(frozen=True, eq=False)
class RulePrices:
    """Duals and slacks of one rule over its axes, NaN where it has no row.

    `dual` is in covered pupils (p ω weighted) of the first stage per unit of the rule's right side.
    """

    axes: str
    dual: Array
    slack: Array

    def by_year(self, tree: Tree) -> RulePrices:
        """Prices of a step in every scenario of a year: its nodes' added up, their least slack; the axis n becomes y.

        A rule without nodes stays as it is; NaN where it has no row in a whole year.
        """
        if "n" not in self.axes:
            return self
        at = self.axes.index("n")
        years = tree.year - 1

        def gathered(figures: Array, combine: np.ufunc, start: float) -> Array:
            moved = np.moveaxis(figures, at, 0)
            found = np.full((tree.years, *moved.shape[1:]), start)
            combine.at(found, years, np.where(np.isnan(moved), start, moved))
            return np.moveaxis(found, 0, at)

        present = gathered(np.where(np.isnan(self.dual), 0.0, 1.0), np.maximum, 0.0) > 0
        dual, slack = gathered(self.dual, np.add, 0.0), gathered(self.slack, np.minimum, np.inf)
        return RulePrices(
            self.axes.replace("n", YEAR), np.where(present, dual, np.nan), np.where(present, slack, np.nan)
        )

    @property
    def strength(self) -> Array:
        """|dual|, 0 where the rule has no row."""
        return np.nan_to_num(np.abs(self.dual))

    @property
    def strongest(self) -> tuple[int, ...]:
        """Where the dual is greatest; of places that are alike up to rounding the first."""
        strength = self.strength
        first = int((strength >= strength.max() * (1.0 - 1e-6)).argmax())
        return tuple(int(i) for i in np.unravel_index(first, strength.shape))


@dataclass(frozen=True, eq=False)
class Plan:
    """An optimal plan, or a short or feasible one that says so.

    Attributes
    ----------
    district, tree : the question
    status : how the solve ended
    objective : what was maximised
    coverage : value of the stage `expected`, a share of pupils
    stages : value of every stage by name
    spending : expected total spending in first-year dollars, without tie-breaks
    values : every variable block by name over its axes (x sgmn, w sgkn, z sgjn, q srn, lam stn, b svn, h sn, …)
    prices : duals and slacks by rule
    stipend_step : the one stipend under the uniform policy, $
    shortfall : missing funding, axes sn, $; where the model has any
    price_scale : what a price is divided by for a share of the objective: its pupils, all plan years

    """

    district: District
    tree: Tree
    status: Status
    objective: str
    coverage: float
    stages: Mapping[str, float]
    spending: float
    values: Mapping[str, Array]
    prices: Mapping[str, RulePrices]
    certificate: Certificate
    solver: SolverRun
    stipend_step: float | None = None
    price_scale: float | None = None
    rounding: Rounding | None = None
    shortfall: Array | None = None
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def parameters(self) -> Parameters:
        """The figures of section 2 of the formulation."""
        return Parameters.of(self.district, self.tree)

    # ---- coverage ----------------------------------------------------------------------------------------------

    @cached_property
    def covered(self) -> Array:
        """Covered pupils C, axes sn."""
        steps = np.diff(self.district.levels, prepend=0.0)
        return np.asarray(np.einsum("j,sgjn->sn", steps, self.values["z"]))

    @cached_property
    def coverage_by_scenario(self) -> dict[str, float]:
        """Coverage of every scenario along its path, weighted by need; a scenario without pupils is left out."""
        need = self.district.schools.need_weight
        covered, pupils = need @ self.covered, need @ self.parameters.E
        return {
            name: float(covered[path].sum() / pupils[path].sum())
            for name, path in zip(self.tree.scenario_ids, self.tree.path)
            if pupils[path].sum() > 0
        }

    @cached_property
    def coverage_by_school(self) -> dict[str, float | None]:
        """Expected coverage of every school; `None` for a school without pupils."""
        covered, pupils = self.covered @ self.tree.probability, self.parameters.E @ self.tree.probability
        return {
            school: float(covered[s] / pupils[s]) if pupils[s] > 0 else None
            for s, school in enumerate(self.district.schools.id)
        }

    @cached_property
    def coverage_by_year(self) -> Array:
        """Expected coverage in every plan year, weighted by need, axis y; NaN in a year without pupils."""
        need, p = self.district.schools.need_weight, self.tree.probability
        covered = np.bincount(self.tree.year - 1, p * (need @ self.covered), self.tree.years)
        pupils = np.bincount(self.tree.year - 1, p * (need @ self.parameters.E), self.tree.years)
        return np.asarray(np.divide(covered, pupils, out=np.full(self.tree.years, np.nan), where=pupils > 0))

    @property
    def rounding_cost(self) -> float | None:
        """What whole positions cost in the objective (share of pupils): the LP bound less the plan's value."""
        return None if self.rounding is None else self.rounding.bound - self.stages[self.objective]

    # ---- what is chosen ----------------------------------------------------------------------------------------

    @cached_property
    def leaders(self) -> Array:
        """Leader positions that the stipend finds, axes stn: τ λ in FTE."""
        tau = self.parameters.tau
        return np.asarray(self.values["lam"] * tau[:, None])

    def stipend_of(self, weights: Array) -> float | None:
        """Average stipend ($) over schools and nodes with weights (axes sn); `None` where there is no leader."""
        found = np.einsum("stn,sn->t", self.leaders, weights)
        return float(self.parameters.sigma @ found / found.sum()) if found.sum() > 1e-9 else None

    @property
    def stipend(self) -> float | None:
        """Average stipend of the plan ($), weighted by probability; `None` where there is no leader."""
        return self.stipend_of(np.broadcast_to(self.tree.probability, self.covered.shape))

    @cached_property
    def team_fte(self) -> tuple[Array, Array, Array]:
        """Teachers, leaders and aides (FTE) in team-taught patterns, axes sn each."""
        roles, a = self.district.roles, self.district.fte_per_pupil
        taught = np.einsum(
            "m,sgmn->smn", self.district.team_models.team_taught.astype(float), self.values["x"]
        )
        teachers, leaders, aides = (
            np.asarray(np.einsum("m,smn->sn", a @ roles.of_kind(kind), taught))
            for kind in ("teacher", "leader", "aide")
        )
        return teachers, leaders, aides

    def teachers_per_leader_of(self, weights: Array) -> float | None:
        """Teachers ÷ leaders over team-taught patterns with weights (axes sn); `None` where there is no leader."""
        teachers, leaders, _ = self.team_fte
        below = float((leaders * weights).sum())
        return float((teachers * weights).sum()) / below if below > 1e-9 else None

    @property
    def teachers_per_leader(self) -> float | None:
        """Team-teaching ratio of the plan, weighted by probability."""
        return self.teachers_per_leader_of(np.broadcast_to(self.tree.probability, self.covered.shape))

    @cached_property
    def team_pupils(self) -> Array:
        """Pupils taught in teams, axes sn."""
        return np.asarray(
            np.einsum("m,sgmn->sn", self.district.team_models.team_taught.astype(float), self.values["x"])
        )

    # ---- money -------------------------------------------------------------------------------------------------

    @cached_property
    def money(self) -> dict[str, Array]:
        """Every line of the budget in dollars of the plan year, axes sn, recomputed from the decisions."""
        from models.money import money_lines

        return money_lines(self)

    # ---- tables ------------------------------------------------------------------------------------------------

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tidy result tables by name: design, positions, stipends, technology, coverage, money."""
        from models.tables import plan_tables

        return plan_tables(self)

    def to_frame(self, table: str = "coverage") -> pd.DataFrame:
        """One result table as a data frame."""
        if table not in self.tables:
            raise KeyError(f"There is no table '{table}'; there are {', '.join(self.tables)}.")
        return self.tables[table]

    # ---- notebooks ---------------------------------------------------------------------------------------------

    def chart(self, name: str) -> Any:
        """Draw a chart of the plan by name, for example `coverage`, `stipends`, `teams`, `devices` or `prices`.

        Returns an altair chart, which a notebook shows. Charts that show more than the plan (a comparison, a
        frontier) take a `reports.story.Story`; the error says how.

        Raises
        ------
        InputError
            There is no such chart, or it shows more than a plan holds.

        """
        return _shown_by("chart")(self, name)

    def _repr_html_(self) -> str:
        """Headline figures as a table, for notebooks."""
        return str(_shown_by("card")(self))


def _shown_by(name: str) -> Any:
    """Find who shows plans by the entry points `spanwise.notebook`, since models knows no reports."""
    from importlib.metadata import entry_points

    found = entry_points(group="spanwise.notebook", name=name)
    if not found:
        raise LookupError(f"Nothing installed shows a plan's {name}; install Spanwise anew to register it.")
    return next(iter(found)).load()
