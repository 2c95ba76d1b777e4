"""What a plan decided, as far as two plans can be compared: read from a plan, or from the files of a saved one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.district import District
from models.plan import Plan
from models.status import Status

if TYPE_CHECKING:
    import pandas as pd

KEY = ["kind", "school_id", "year", "item"]


@dataclass(frozen=True, eq=False)
class Decisions:
    """The decisions of a plan and what they reach.

    Attributes
    ----------
    district : the question that was asked
    status, objective : how the solve ended, and what was maximised
    coverage : expected coverage, a share
    spending : expected total spending in first-year dollars
    coverage_by_school : expected coverage by school_id; `None` without pupils
    whole : planned in whole positions
    tables : the tidy tables `positions`, `stipends`, `technology` and `coverage` of the plan

    """

    district: District
    status: str
    objective: str
    coverage: float
    spending: float
    coverage_by_school: Mapping[str, float | None]
    whole: bool
    tables: Mapping[str, pd.DataFrame]

    @property
    def plain(self) -> bool:
        """Whether it is the optimum of the linear program, so that solving its district again gives the same."""
        return self.status == Status.OPTIMAL and not self.whole

    @property
    def stipend(self) -> float | None:
        """Average stipend of a leader over the plan, $; `None` without leaders."""
        table = self.tables["stipends"]
        led = (table["probability"] * table["leaders"]).to_numpy(float)
        return float(led @ table["stipend"].to_numpy(float) / led.sum()) if led.sum() > 1e-9 else None

    def yearly(self) -> pd.DataFrame:
        """Return the expected decisions by kind, school, calendar year and item, one `amount` each.

        Kinds: `positions` (FTE by role), `stipend` ($ a leader, average), `team_pupils`, `technology` (pupils by
        package) and `seats` (bought, by device).
        """
        import pandas as pd

        packages = self.tables["technology"][self.tables["technology"]["kind"] == "package"]
        devices = self.tables["technology"][self.tables["technology"]["kind"] == "device"]
        parts = [
            _expected(self.tables["positions"], "positions", "fte", "role"),
            _stipends(self.tables["stipends"]),
            _expected(self.tables["coverage"], "team_pupils", "team_pupils"),
            _expected(packages, "technology", "pupils", "item"),
            _expected(devices, "seats", "seats_bought", "item"),
        ]
        return pd.concat([part for part in parts if len(part)], ignore_index=True)

    def school_years(self) -> set[tuple[str, int]]:
        """Schools and calendar years that the plan speaks of."""
        table = self.tables["coverage"]
        return set(zip(table["school_id"], map(int, table["year"])))


def decisions_of(plan: Plan) -> Decisions:
    """Read the decisions of a plan."""
    return Decisions(
        district=plan.district,
        status=str(plan.status),
        objective=plan.objective,
        coverage=plan.coverage,
        spending=plan.spending,
        coverage_by_school=plan.coverage_by_school,
        whole=plan.rounding is not None,
        tables={name: plan.tables[name] for name in ("positions", "stipends", "technology", "coverage")},
    )


def _expected(table: pd.DataFrame, kind: str, column: str, item: str | None = None) -> pd.DataFrame:
    """Sum a column over the nodes of a year, each with its probability."""
    rows = table[["school_id", "year"]].assign(
        kind=kind, item="" if item is None else table[item], amount=table["probability"] * table[column]
    )
    return rows.groupby(KEY, sort=False)["amount"].sum().reset_index()


def _stipends(table: pd.DataFrame) -> pd.DataFrame:
    """Average stipend of a leader; no row where there is no leader."""
    led = table["probability"] * table["leaders"]
    rows = table[["school_id", "year"]].assign(kind="stipend", item="", led=led, paid=led * table["stipend"])
    sums = rows.groupby(KEY, sort=False, as_index=False)[["led", "paid"]].sum()
    sums = sums[sums["led"] > 1e-9].copy()
    sums["amount"] = sums["paid"] / sums["led"]
    return sums[[*KEY, "amount"]]
