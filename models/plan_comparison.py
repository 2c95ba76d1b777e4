"""Two plans against each other: inputs that differ, decisions that differ, and what each input does to the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.anatomy import InputDifference
from models.decisions import KEY, Decisions

if TYPE_CHECKING:
    import pandas as pd

UNITS = {
    "positions": "FTE",
    "stipend": "$ per leader",
    "team_pupils": "pupils",
    "technology": "pupils",
    "seats": "seats",
}
TOLERANCE = {"positions": 0.01, "stipend": 0.5, "team_pupils": 0.5, "technology": 0.5, "seats": 0.5}
"""Smaller differences are a solver's rounding, in the unit of the kind."""


@dataclass(frozen=True)
class DecisionDifference:
    """One decision that differs, expected over the scenarios of a year. `None`: no such school, year or leader."""

    kind: str
    school_id: str
    year: int
    item: str
    unit: str
    old: float | None
    new: float | None

    @property
    def size(self) -> float:
        """How much it differs; what one plan lacks counts as 0."""
        return abs((self.new or 0.0) - (self.old or 0.0))


@dataclass(frozen=True)
class Effect:
    """What a group of differing inputs does, switched after all earlier groups.

    Attributes
    ----------
    name : the inputs that are switched
    coverage, coverage_before : change of expected coverage and its value before, shares
    spending, spending_before : change of expected spending and its value before, first-year dollars in whole cents

    """

    name: str
    coverage_before: float
    coverage: float
    spending_before: float
    spending: float


@dataclass(frozen=True, eq=False)
class PlanComparison:
    """Two plans, old and new, and what sets them apart.

    Attributes
    ----------
    names : what the two are called
    old, new : their decisions
    inputs : input cells that differ
    effects : the differing inputs switched group by group from the old to the new; coverage and spending add up to the
        whole difference
    decisions : decisions that differ beyond `TOLERANCE`, the largest of each kind first
    notes : what a reader must know

    """

    names: tuple[str, str]
    old: Decisions
    new: Decisions
    inputs: tuple[InputDifference, ...]
    effects: tuple[Effect, ...]
    decisions: tuple[DecisionDifference, ...]
    notes: tuple[str, ...]

    @property
    def coverage_difference(self) -> float:
        """New coverage less old."""
        return self.new.coverage - self.old.coverage

    @property
    def spending_difference(self) -> float:
        """New spending less old, whole cents."""
        return round(round(self.new.spending, 2) - round(self.old.spending, 2), 2)

    def changes(self) -> dict[tuple[str, str], dict[int, float]]:
        """Change over all schools by kind and item, and in it by year; of the decisions that differ, without stipends.

        Items stand in the order of the district's tables.
        """
        districts = (self.new.district, self.old.district)
        names = [name for d in districts for name in (*d.roles.id, *d.technology.id, *d.device_types.id, "")]
        sums: dict[tuple[str, str], dict[int, float]] = {(kind, name): {} for kind in UNITS for name in names}
        for d in self.decisions:
            if d.kind != "stipend":
                years = sums.setdefault((d.kind, d.item), {})
                years[d.year] = years.get(d.year, 0.0) + (d.new or 0.0) - (d.old or 0.0)
        return {key: by_year for key, by_year in sums.items() if by_year}

    def results(self) -> list[tuple[str, float | None, float | None]]:
        """Coverage of every school of either district, old and new."""
        schools = dict.fromkeys([*self.old.district.schools.id, *self.new.district.schools.id])
        return [
            (school, self.old.coverage_by_school.get(school), self.new.coverage_by_school.get(school))
            for school in schools
        ]

    def to_frame(self, table: str = "decisions") -> pd.DataFrame:
        """Return one tidy table as a data frame: inputs, effects, decisions or results."""
        from models.plan_comparison_tables import plan_comparison_tables

        tables = plan_comparison_tables(self)
        if table not in tables:
            raise KeyError(f"There is no table '{table}'; there are {', '.join(tables)}.")
        return tables[table]


def decision_differences(old: Decisions, new: Decisions) -> list[DecisionDifference]:
    """List the decisions that differ beyond `TOLERANCE`, by kind, the largest first.

    Years are calendar years where the two plans have one in common, and plan years otherwise. Tables leave out what is
    zero, so an item that is absent counts as 0 where the plan has the school and the year.
    """
    import pandas as pd

    shift = 0
    years = {year for _, year in old.school_years()}
    if not years & {year for _, year in new.school_years()}:
        shift = old.district.settings.first_year - new.district.settings.first_year
    later = new.yearly()
    later["year"] += shift
    both = old.yearly().merge(later, on=KEY, how="outer", suffixes=("_old", "_new"), sort=False)
    known = (old.school_years(), {(school, year + shift) for school, year in new.school_years()})
    places = list(zip(both["school_id"], map(int, both["year"])))
    for side, there in zip(("amount_old", "amount_new"), known):
        present = pd.Series([place in there for place in places], index=both.index, dtype=bool)
        both[side] = both[side].mask(both[side].isna() & present & (both["kind"] != "stipend"), 0.0)
    found = [
        DecisionDifference(kind, school, int(year), item, UNITS[kind], _number(a), _number(b))
        for kind, school, year, item, a, b in both[[*KEY, "amount_old", "amount_new"]].itertuples(index=False)
        if _differs(kind, _number(a), _number(b))
    ]
    order = list(UNITS)
    return sorted(found, key=lambda d: (order.index(d.kind), -d.size, d.school_id, d.year, d.item))


def _number(value: float) -> float | None:
    return None if value != value else float(value)


def _differs(kind: str, old: float | None, new: float | None) -> bool:
    if kind == "stipend" and (old is None) != (new is None):
        return True
    return abs((new or 0.0) - (old or 0.0)) > TOLERANCE[kind]
