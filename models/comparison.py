"""Today, the best use of today's people and the optimal plan, side by side for one year."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.district import BUDGET_CATEGORIES, Array, District, Flags
from models.moves import Moves
from models.plan import Plan
from models.standing import Standing

if TYPE_CHECKING:
    import pandas as pd

DISTRICT = "district"


@dataclass(frozen=True)
class Collision:
    """A smallest set of rules that today's people and money cannot keep together, and the schools where it happens.

    `missing` is the least money beyond today's spending that would make a use lawful, $ for these schools together;
    `None` where no money alone would.
    """

    schools: tuple[str, ...]
    rules: tuple[str, ...]
    words: tuple[str, ...]
    missing: float | None = None


@dataclass(frozen=True, eq=False)
class BridgeStep:
    """One step from today's spending to the plan's: name, words, and dollars in whole cents, axis s."""

    name: str
    words: str
    amounts: Array


@dataclass(frozen=True, eq=False)
class BudgetChange:
    """Actual against optimal in one category, axis s, $ in whole cents; 0 where `given` is false.

    actual + prices + quantities = optimal: `prices` is what today's people and goods cost at the plan's year-1 prices
    less what is budgeted for them, `quantities` is what the plan has more of them at those prices.
    """

    category: str
    given: Flags
    actual: Array
    prices: Array
    quantities: Array
    optimal: Array


@dataclass(frozen=True)
class Figure:
    """One figure in three columns. `best_use` is NaN where there is no lawful use; figures of `unit` share are no amounts."""

    level: str
    group: str
    item: str
    unit: str
    pupils: float
    today: float
    best_use: float
    optimal: float

    @property
    def reallocation(self) -> float:
        """What reallocation buys: best use less today."""
        return self.best_use - self.today

    @property
    def redesign(self) -> float:
        """What redesign buys: optimal less best use."""
        return self.optimal - self.best_use

    @property
    def difference(self) -> float:
        """Optimal less today."""
        return self.optimal - self.today

    def per_pupil(self, column: str) -> float:
        """A column's amount for each pupil; NaN for shares and averages, and where there are no pupils."""
        adds_up = self.unit in ("pupils", "FTE", "$")
        return getattr(self, column) / self.pupils if adds_up and self.pupils > 0 else math.nan


@dataclass(frozen=True, eq=False)
class Comparison:
    """Three columns of plan year 1 in the base scenario, and what lies between them.

    Attributes
    ----------
    plan : the optimal plan, all its years
    scenario, node : the base scenario and its first node
    today, best_use, optimal : the columns; `best_use` is `None` where today's people and money allow no lawful use
    bridge : steps from today's spending to the optimal plan's, in whole cents; they add up for every school
    moves : the fewest staffing moves from today's people to the plan's positions of year 1
    budget : actual against optimal by category, `None` without budget.csv
    collisions : why there is no lawful best use, where there is none
    notes : what a reader must know

    """

    plan: Plan
    scenario: str
    node: int
    today: Standing
    best_use: Standing | None
    optimal: Standing
    bridge: tuple[BridgeStep, ...]
    moves: Moves
    budget: tuple[BudgetChange, ...] | None
    collisions: tuple[Collision, ...]
    notes: tuple[str, ...]

    @property
    def district(self) -> District:
        """The question."""
        return self.plan.district

    @property
    def year(self) -> int:
        """The calendar year that is compared."""
        return self.district.settings.first_year

    def figures(self, school: int | None = None) -> Iterator[Figure]:
        """Yield every figure of the district, or of one school (index s)."""
        level = DISTRICT if school is None else self.district.schools.id[school]
        columns = [
            _rows(self.district, standing, school) for standing in (self.today, self.best_use, self.optimal)
        ]
        pupils = float(self.today.pupils.sum() if school is None else self.today.pupils[school])
        for (group, item), (unit, _) in columns[0].items():
            amounts = [column[group, item][1] if column else math.nan for column in columns]
            yield Figure(level, group, item, unit, pupils, *amounts)

    def figure(self, group: str, item: str, school: int | None = None) -> Figure:
        """Return one figure; a name that does not exist is a KeyError."""
        for figure in self.figures(school):
            if (figure.group, figure.item) == (group, item):
                return figure
        raise KeyError(f"There is no figure '{group}', '{item}'.")

    def to_frame(self, table: str = "columns") -> pd.DataFrame:
        """Return one tidy table as a data frame: columns, bridge, moves or budget."""
        from models.comparison_tables import comparison_tables

        tables = comparison_tables(self)
        if table not in tables:
            raise KeyError(f"There is no table '{table}'; there are {', '.join(tables)}.")
        return tables[table]


Rows = Mapping[tuple[str, str], tuple[str, float]]


def _rows(district: District, standing: Standing | None, school: int | None) -> Rows:
    """Figures of one column by group and item: unit and amount."""
    if standing is None:
        return {}
    where = slice(None) if school is None else slice(school, school + 1)
    absent = math.nan if school is not None and not standing.lawful[school] else 0.0

    def total(amounts: Array) -> float:
        return float(amounts[where].sum()) + absent

    if school is None:
        coverage, stipend = standing.district_coverage, standing.district_stipend
    else:
        coverage, stipend = (
            float(standing.coverage[school]) + absent,
            float(standing.stipend[school]) + absent,
        )
    rows = {
        ("coverage", "coverage"): ("share", coverage),
        ("coverage", "covered_pupils"): ("pupils", total(standing.covered)),
        ("coverage", "team_pupils"): ("pupils", total(standing.team_pupils)),
    }
    for r, role in enumerate(district.roles.id):
        rows["positions", role] = ("FTE", total(standing.positions[:, r]))
    rows["positions", "total"] = ("FTE", total(standing.positions.sum(axis=1)))
    for category in BUDGET_CATEGORIES:
        rows["spending", category] = ("$", total(standing.spending[category]))
    rows["spending", "total"] = ("$", total(standing.total))
    rows["stipends", "leaders"] = ("FTE", total(standing.leaders))
    rows["stipends", "stipend"] = ("$ per leader", stipend)
    rows["technology", "recurring"] = ("$", total(standing.recurring))
    rows["technology", "purchases"] = ("$", total(standing.purchases))
    for k, package in enumerate(district.technology.id):
        rows["technology", f"pupils.{package}"] = ("pupils", total(standing.packages[:, k]))
    return rows


def in_cents(parts: list[Array], whole: Array) -> list[Array]:
    """Round parts (axis s, $) to the cent so that they add up to `whole` (in whole cents) exactly.

    What the rounding leaves, a few cents, goes to the largest part.

    Raises
    ------
    ArithmeticError
        When the parts miss the whole by more than a dollar: a part was forgotten.

    """
    cents = np.rint(np.stack(parts) * 100.0)
    rest = np.rint(whole * 100.0) - cents.sum(axis=0)
    if (np.abs(rest) > 100.0).any():
        raise ArithmeticError(f"the parts miss the whole by ${np.abs(rest).max() / 100:,.2f}")
    cents[np.abs(cents).argmax(axis=0), np.arange(rest.size)] += rest
    return list(cents / 100.0)
