"""The figures behind the rules worked out again with pandas, from a district's figures and a plan's tables.

Shares no code with the builder: no `Parameters`, no `Model`, no index notation. Positions, pupils by pattern and package,
stipends, seats and money are read from `plan.tables`; the stocks that no table shows (training, launch, hires, layoffs)
from `plan.values`.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from models.plan import Plan

SN = ["school_id", "node"]


def tall(array: np.ndarray, name: str, **axes) -> pd.DataFrame:
    """An array with named axes as one row a place."""
    index = pd.MultiIndex.from_product(list(axes.values()), names=list(axes))
    return pd.DataFrame({name: np.asarray(array, dtype=float).reshape(-1)}, index=index).reset_index()


class Figures:
    """A plan's figures, decisions and money as frames."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.district = plan, plan.district
        self.settings = plan.district.settings
        self.tables = plan.tables
        district, tree = self.district, plan.tree
        self.S, self.G, self.R = list(district.schools.id), list(district.bands.id), list(district.roles.id)
        self.N, self.V, self.K = (
            list(tree.labels),
            list(district.device_types.id),
            list(district.technology.id),
        )
        self.nodes = pd.DataFrame(
            {
                "node": self.N,
                "y": tree.year,
                "p": tree.probability,
                "funding_shock": tree.funding,
                "enrollment_shock": tree.enrollment,
                "pay_shock": tree.pay,
            }
        ).set_index("node")
        self.parent = {self.N[n]: self.N[a] if a >= 0 else None for n, a in enumerate(tree.parent)}
        s = district.schools
        self.schools = pd.DataFrame(
            {
                "school_id": self.S,
                **{
                    name: getattr(s, name)
                    for name in (
                        *("funding_per_pupil", "fixed_funding", "fixed_spending", "need_weight", "pay_index"),
                        *(
                            "enrollment_growth",
                            "startup_grant",
                            "team_pupils",
                            "trained_pupils",
                            "opening_reserve",
                        ),
                    )
                },
                "today": district.enrollment.sum(axis=1),
            }
        ).set_index("school_id")
        r = district.roles
        self.roles = pd.DataFrame(
            {
                "role": self.R,
                "kind": r.kind,
                "pool": r.pool,
                "pay": r.salary * (1 + r.benefits_rate),
                "benefits_rate": r.benefits_rate,
                "attrition": r.attrition_rate,
                "raise": r.annual_raise,
            }
        ).set_index("role")
        t = district.team_models
        self.patterns = pd.DataFrame(
            {
                "team_model": t.team_model,
                "pattern": t.pattern,
                "team": t.team_taught,
                "size": t.pupils,
                "credit": t.credit,
            }
        )
        self.fte = pd.DataFrame(t.fte, columns=pd.Index(self.R, name="role"))
        k = district.technology
        self.packages = pd.DataFrame(
            {
                "technology": self.K,
                "reach": k.reach,
                "yearly": k.annual_per_pupil,
                "device": [self.V[v] if v >= 0 else None for v in k.device],
            }
        )
        self.devices = pd.DataFrame(
            {
                "device": self.V,
                "seat": district.device_types.purchase_per_seat,
                "life": district.device_types.life_years,
            }
        ).set_index("device")

    # ---- figures -------------------------------------------------------------------------------------------------

    def line(self, node: str) -> list[str]:
        """The node and its ancestors."""
        found = [node]
        while self.parent[found[-1]] is not None:
            found.append(self.parent[found[-1]])
        return found

    @cached_property
    def years(self) -> pd.Series:
        """Years since the first, by node."""
        return self.nodes["y"] - 1

    @cached_property
    def price(self) -> pd.Series:
        return (1 + self.settings.funding.price_growth) ** self.years

    @cached_property
    def places(self) -> pd.DataFrame:
        """One row a school and node with everything that is known of both."""
        both = pd.MultiIndex.from_product([self.S, self.N], names=SN).to_frame(index=False)
        return both.merge(self.schools.reset_index()).merge(self.nodes.reset_index()).set_index(SN)

    @cached_property
    def pupils_by_band(self) -> pd.Series:
        base = tall(self.district.enrollment, "base", school_id=self.S, grade_band=self.G)
        frame = base.merge(self.places.reset_index(), on="school_id")
        grown = (
            frame["base"]
            * (1 + frame["enrollment_growth"]) ** (frame["y"] - 1)
            * (1 + frame["enrollment_shock"])
        )
        return grown.set_axis(pd.MultiIndex.from_frame(frame[["school_id", "grade_band", "node"]]))

    @cached_property
    def pupils(self) -> pd.Series:
        return self.pupils_by_band.groupby(level=SN).sum()

    @cached_property
    def funding(self) -> pd.Series:
        place = self.places
        growth = (1 + self.settings.funding.growth) ** (place["y"] - 1)
        money = place["funding_per_pupil"] * self.pupils + place["fixed_funding"]
        return money * growth * (1 + place["funding_shock"])

    # ---- decisions -----------------------------------------------------------------------------------------------

    def of(self, name: str) -> pd.Series:
        """A block over schools and nodes, 0 where the plan has none."""
        values = self.plan.values.get(name, np.zeros((len(self.S), len(self.N))))
        return tall(values, name, school_id=self.S, node=self.N).set_index(SN)[name]

    @cached_property
    def taught(self) -> pd.DataFrame:
        """Pupils by pattern, with the pattern's figures."""
        keys = ["school_id", "node", "grade_band", "team_model", "pattern"]
        return self.tables["design"].groupby(keys, as_index=False)["pupils"].sum().merge(self.patterns)

    @cached_property
    def equipped(self) -> pd.DataFrame:
        """Pupils by package, with the package's figures."""
        keys = ["school_id", "node", "grade_band", "technology"]
        frame = self.tables["design"].groupby(keys, as_index=False)["pupils"].sum().merge(self.packages)
        return frame.assign(cost=frame["pupils"] * frame["yearly"] * frame["node"].map(self.price))

    @cached_property
    def team_pupils(self) -> pd.Series:
        return self.sum_places(self.taught[self.taught["team"]], "pupils")

    def sum_places(self, frame: pd.DataFrame, column: str) -> pd.Series:
        """Sum of a column by school and node, 0 where there is no row."""
        return frame.groupby(SN)[column].sum().reindex(self.places.index, fill_value=0.0)

    @cached_property
    def q(self) -> pd.DataFrame:
        return self.tables["positions"].merge(self.roles.reset_index(), on="role")

    @cached_property
    def need(self) -> pd.Series:
        """Positions that patterns take and that stay outside them, by school, role and node."""
        index = pd.MultiIndex.from_product([self.S, self.R, self.N], names=["school_id", "role", "node"])
        each = self.taught.merge(
            self.fte.stack().rename("fte").reset_index(), left_on=self._pattern_number, right_on="level_0"
        )
        each["fte"] *= each["pupils"] / each["size"]
        patterns = each.groupby(["school_id", "role", "node"])["fte"].sum().reindex(index, fill_value=0.0)
        outside = tall(self.district.staff.minimum, "minimum", school_id=self.S, role=self.R)
        return (
            patterns
            + outside.set_index(["school_id", "role"])["minimum"].reindex(index.droplevel("node")).to_numpy()
        )

    @property
    def _pattern_number(self) -> pd.Series:
        number = {
            pair: m for m, pair in enumerate(zip(self.patterns["team_model"], self.patterns["pattern"]))
        }
        return pd.Series([number[pair] for pair in zip(self.taught["team_model"], self.taught["pattern"])])

    def need_of(self, *kinds: str) -> pd.Series:
        roles = self.roles.index[self.roles["kind"].isin(kinds)]
        return self.need[self.need.index.get_level_values("role").isin(roles)].groupby(level=SN).sum()

    def positions_of(self, *kinds: str) -> pd.Series:
        return self.sum_places(self.q[self.q["kind"].isin(kinds or set(self.roles["kind"]))], "fte")

    @cached_property
    def stipends(self) -> pd.DataFrame:
        frame = self.tables["stipends"]
        accept = dict(zip(self.district.stipends.stipend, self.district.stipends.take_up))
        return frame.assign(found=frame["offered"] * frame["stipend"].map(accept))

    @cached_property
    def seats_bought(self) -> pd.Series:
        frame = self.tables["technology"].query("kind == 'device'")
        index = pd.MultiIndex.from_product([self.S, self.V, self.N], names=["school_id", "device", "node"])
        return (
            frame.set_index(["school_id", "item", "node"])["seats_bought"]
            .rename_axis(index.names)
            .reindex(index, fill_value=0.0)
        )

    def before(self, stock: pd.Series, today: pd.Series) -> pd.Series:
        """A stock by school and node, at the node's parent; today's at a root."""
        return pd.Series(
            {
                (school, node): today[school]
                if self.parent[node] is None
                else stock[school, self.parent[node]]
                for school, node in self.places.index
            }
        ).rename_axis(SN)

    @cached_property
    def launched_today(self) -> pd.Series:
        share = self.schools["team_pupils"] / self.schools["today"].where(self.schools["today"] > 0)
        return share.clip(upper=1.0).fillna(0.0)

    @cached_property
    def opened(self) -> pd.Series:
        return self.of("o") - self.before(self.of("o"), self.launched_today)

    @cached_property
    def startup(self) -> pd.Series:
        launch, price = self.settings.launch, self.price.reindex(self.places.index, level="node")
        seats = self.seats_bought.reset_index(name="seats")
        seats["cost"] = (
            seats["seats"] * seats["device"].map(self.devices["seat"]) * seats["node"].map(self.price)
        )
        return (
            self.sum_places(seats, "cost")
            + launch.per_pupil * price * self.of("d")
            + launch.fixed_per_school * price * self.opened
        )

    @cached_property
    def covered(self) -> pd.Series:
        return self.sum_places(self.tables["design"], "covered_pupils")

    def movers(self, block: str) -> pd.Series:
        """Hires or layoffs of a school; of all schools together, by share of funding, with district mobility."""
        if self.settings.staff.mobility == "school":
            moved = tall(self.plan.values[block], block, school_id=self.S, pool=self.pools, node=self.N)
            return self.sum_places(moved, block)
        moved = (
            tall(self.plan.values[block], block, pool=self.pools, node=self.N).groupby("node")[block].sum()
        )
        whole = self.funding.groupby(level="node").sum()
        share = self.funding / whole.reindex(self.funding.index, level="node")
        return share * moved.reindex(self.funding.index, level="node")

    @property
    def pools(self) -> list[str]:
        return list(dict.fromkeys(self.roles["pool"]))

    # ---- money ---------------------------------------------------------------------------------------------------

    @cached_property
    def lines(self) -> dict[str, pd.Series]:
        """The lines of the budget, by their name in the table `money`."""
        settings, price = self.settings, self.price.reindex(self.places.index, level="node")
        q = self.q.merge(self.schools["pay_index"], left_on="school_id", right_index=True).merge(
            self.nodes, left_on="node", right_index=True, suffixes=("", "_node")
        )
        q["cost"] = (
            q["fte"] * q["pay"] * q["pay_index"] * (1 + q["raise"]) ** (q["y"] - 1) * (1 + q["pay_shock"])
        )
        q["salary"] = q["cost"] / (1 + q["benefits_rate"])
        paid = self.sum_places(
            self.stipends.assign(paid=self.stipends["found"] * self.stipends["stipend"]), "paid"
        )
        seats = self.seats_bought.reset_index(name="seats")
        seats["cost"] = (
            seats["seats"] * seats["device"].map(self.devices["seat"]) * seats["node"].map(self.price)
        )
        lines = {
            "salaries": self.sum_places(q, "salary"),
            "benefits": self.sum_places(q, "cost") - self.sum_places(q, "salary"),
            "stipends": paid,
            "stipend_benefits": settings.leaders.stipend_benefits_rate * paid,
            "technology": self.sum_places(self.equipped, "cost"),
            "development": settings.launch.development_per_pupil * price * self.team_pupils,
            "devices": self.sum_places(seats, "cost"),
            "training": settings.launch.per_pupil * price * self.of("d"),
            "launch": settings.launch.fixed_per_school * price * self.opened,
            "startup_grant": -self.of("u"),
            "hiring": settings.staff.hiring_cost * self.movers("i"),
            "layoffs": settings.staff.layoff_cost * self.movers("l"),
            "out_of_scope": self.places["fixed_spending"] * price,
        }
        spent = sum(lines.values())
        reserve = self.of("R")
        before = self.before(reserve, self.schools["opening_reserve"])
        have = self.funding + before + self.of("in") - self.of("out") + self.of("short")
        return lines | {
            "funding": self.funding,
            "reserve_before": before,
            "transfer_in": self.of("in"),
            "transfer_out": self.of("out"),
            "shortfall": self.of("short"),
            "reserve": reserve,
            "unspent": have - spent - reserve,
        }
