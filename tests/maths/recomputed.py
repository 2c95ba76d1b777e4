"""Every rule of the formulation worked out again with pandas, from a district's figures and a plan's tables.

Shares no code with the builder: no `Parameters`, no `Model`, no index notation. Positions, pupils by pattern and package,
stipends, seats and money are read from `plan.tables`; the stocks that no table shows (training, launch, hires, layoffs)
from `plan.values`. Each rule is a method of the rule's name that returns a frame with `left`, `sense` and `right`.
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


def rows(left: pd.Series, sense: str, right: pd.Series | float) -> pd.DataFrame:
    """A rule: both sides over the same index, absent amounts being 0."""
    frame = pd.DataFrame({"left": left})
    if isinstance(right, pd.Series):
        frame = frame.join(right.rename("right"), how="outer")
    else:
        frame["right"] = right
    return frame.fillna(0.0).assign(sense=sense)


class Recomputed:
    """A plan's figures as frames, and the rules over them."""

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

    # ---- rules ---------------------------------------------------------------------------------------------------

    def placement(self) -> pd.DataFrame:
        return rows(
            self.taught.groupby(["school_id", "grade_band", "node"])["pupils"].sum(), "=", self._there()
        )

    def equipment(self) -> pd.DataFrame:
        return rows(
            self.equipped.groupby(["school_id", "grade_band", "node"])["pupils"].sum(), "=", self._there()
        )

    def _there(self) -> pd.Series:
        return self.pupils_by_band[self.pupils_by_band > 0]

    def _reach(self, frame: pd.DataFrame, column: str) -> pd.DataFrame:
        """Pupils covered to each level against those whose pattern or package reaches it."""
        frames = []
        for j, level in enumerate(self.district.levels):
            z = tall(self.plan.values["z"][:, :, j], "z", school_id=self.S, grade_band=self.G, node=self.N)
            z = z.set_index(["school_id", "grade_band", "node"])["z"]
            reached = (
                frame[frame[column] >= level].groupby(["school_id", "grade_band", "node"])["pupils"].sum()
            )
            frames.append(rows(z, "≤", reached))
        return pd.concat(frames, ignore_index=True)

    def staffing_reach(self) -> pd.DataFrame:
        return self._reach(self.taught, "credit")

    def technology_reach(self) -> pd.DataFrame:
        return self._reach(self.equipped, "reach")

    def positions(self) -> pd.DataFrame:
        return rows(self.q.set_index(["school_id", "role", "node"])["fte"], "≥", self.need)

    def stipend_take_up(self) -> pd.DataFrame:
        return rows(self.positions_of("leader"), "=", self.sum_places(self.stipends, "found"))

    def eligible_teachers(self) -> pd.DataFrame:
        share = self.settings.leaders.eligible_share
        return rows(self.sum_places(self.stipends, "offered"), "≤", share * self.need_of("teacher", "leader"))

    def leader_share(self) -> pd.DataFrame | None:
        share = self.settings.leaders.max_leader_share
        return (
            None
            if share is None
            else rows(self.positions_of("leader"), "≤", share * self.need_of("teacher", "leader"))
        )

    def seats(self) -> pd.DataFrame:
        used = (
            self.equipped.dropna(subset=["device"]).groupby(["school_id", "device", "node"])["pupils"].sum()
        )
        today = self.district.devices
        living = {}
        for school, device, node in self.seats_bought.index:
            year, life = self.nodes["y"][node], self.devices["life"][device]
            still = sum(
                seats
                for s, v, seats, age in zip(today.school, today.device, today.seats, today.age_years)
                if self.S[s] == school and self.V[v] == device and year - 1 + age < life
            )
            bought = sum(
                self.seats_bought[school, device, a]
                for a in self.line(node)
                if year - self.nodes["y"][a] < life
            )
            living[school, device, node] = still + bought
        right = pd.Series(living, dtype=float)
        right.index = (
            pd.MultiIndex.from_tuples(living, names=["school_id", "device", "node"]) if living else used.index
        )
        return rows(used, "≤", right)

    def training(self) -> pd.DataFrame:
        kept = 1 - self.settings.launch.turnover
        stock = self.of("h")
        fresh = kept * self.before(stock, self.schools["trained_pupils"]) + self.of("d")
        return pd.concat([rows(self.team_pupils, "≤", stock), rows(stock, "≤", fresh)])

    def launch(self) -> pd.DataFrame:
        share = self.of("o")
        return pd.concat(
            [
                rows(self.team_pupils, "≤", self.pupils * share),
                rows(share, "≥", self.before(share, self.launched_today)),
                rows(share, "≤", 1.0),
            ]
        )

    def growth(self) -> pd.DataFrame | None:
        share = self.settings.coverage.max_growth_per_year
        before = self.before(self.team_pupils, self.schools["team_pupils"])
        return None if share is None else rows(self.team_pupils - before, "≤", share * self.pupils)

    def startup_cap(self) -> pd.DataFrame | None:
        share = self.settings.launch.startup_max_share
        return None if share is None else rows(self.startup, "≤", share * self.funding)

    def startup_grant(self) -> pd.DataFrame:
        used = self.of("u")
        so_far = pd.Series(
            {(s, n): sum(used[s, a] for a in self.line(n)) for s, n in used.index}
        ).rename_axis(SN)
        return pd.concat([rows(used, "≤", self.startup), rows(so_far, "≤", self.places["startup_grant"])])

    def technology_cap(self) -> pd.DataFrame | None:
        share = self.settings.technology.max_share
        return (
            None if share is None else rows(self.sum_places(self.equipped, "cost"), "≤", share * self.funding)
        )

    def staff_flow(self) -> pd.DataFrame:
        keys = ["school_id", "pool", "node"] if self.settings.staff.mobility == "school" else ["pool", "node"]
        frame = self.q.assign(up=self.q["node"].map(self.parent), today=self.q["fte_today"])
        last = self.q[["school_id", "role", "node", "fte"]].rename(columns={"node": "up", "fte": "last"})
        frame = frame.merge(last, on=["school_id", "role", "up"], how="left")
        frame["stays"] = (1 - frame["attrition"]) * frame["last"].where(frame["up"].notna(), frame["today"])
        axes = {"school_id": self.S, "pool": self.pools, "node": self.N}
        axes = {key: axes[key] for key in keys}
        moved = [tall(self.plan.values[block], "moved", **axes).set_index(keys)["moved"] for block in "il"]
        sums = frame.groupby(keys)[["fte", "stays"]].sum()
        return rows(sums["fte"], "=", sums["stays"] + moved[0] - moved[1])

    def position_loss(self) -> pd.DataFrame | None:
        share = self.settings.staff.max_position_loss_share
        if share is None:
            return None
        today = self.places["today"]
        kept = (self.pupils / today.where(today > 0)).clip(upper=1.0).fillna(1.0)
        return rows(self.positions_of(), "≥", (1 - share) * kept * self.sum_places(self.q, "fte_today"))

    def adult_floor(self) -> pd.DataFrame | None:
        floor = self.settings.staff.min_adults_per_100_pupils
        return (
            None
            if floor is None
            else rows(self.positions_of("teacher", "leader", "aide"), "≥", floor * self.pupils / 100)
        )

    def reserve_cap(self) -> pd.DataFrame:
        share = self.settings.funding.reserve_max_share
        return rows(self.of("R"), "≤", (share or 0.0) * self.funding)

    def school_floor(self) -> pd.DataFrame | None:
        share = self.settings.coverage.min_school_share
        if share is None:
            return None
        last = self.nodes.index[self.nodes["y"] == self.settings.years]
        there = self.covered.index.get_level_values("node").isin(last)
        return rows(self.covered[there], "≥", share * self.pupils[self.covered.index[there]])

    def transfer(self) -> pd.DataFrame:
        given, taken = (self.of(name).groupby(level="node").sum() for name in ("out", "in"))
        limit = self.settings.funding.max_transfer_share
        frames = [rows(given, "=", taken)]
        if self.settings.funding.pool == "school":
            frames.append(rows(self.of("out"), "=", 0.0))
        elif limit is not None:
            frames.append(rows(self.of("out"), "≤", limit * self.funding))
        return pd.concat(frames)

    def budget(self) -> pd.DataFrame:
        return rows(self.lines["unspent"], "≥", 0.0)

    # ---- objectives ----------------------------------------------------------------------------------------------

    def worst_case(self) -> pd.DataFrame:
        """Coverage of every scenario along its path."""
        left = {}
        weight = self.places["need_weight"]
        for name, path in zip(self.plan.tree.scenario_ids, self.plan.tree.path):
            there = self.places.index.get_level_values("node").isin([self.N[n] for n in path])
            pupils = (weight * self.pupils)[there].sum()
            if pupils > 0:
                left[name] = (weight * self.covered)[there].sum() / pupils
        return rows(pd.Series(left), "≥", self.plan.stages.get("worst_case", 0.0))

    def max_min(self) -> pd.DataFrame:
        """Expected coverage of every school."""
        both = pd.DataFrame({"covered": self.covered, "pupils": self.pupils}).mul(self.places["p"], axis=0)
        sums = both.groupby(level="school_id").sum()
        sums = sums[sums["pupils"] > 0]
        return rows(sums["covered"] / sums["pupils"], "≥", self.plan.stages.get("max_min", 0.0))

    def expected(self) -> float:
        weight = self.places["p"] * self.places["need_weight"]
        return float((weight * self.covered).sum() / (weight * self.pupils).sum())

    def spending(self) -> float:
        """Expected spending in first-year dollars."""
        spent = self.lines["funding"] + self.lines["reserve_before"] + self.lines["transfer_in"]
        spent = spent - self.lines["transfer_out"] + self.lines["shortfall"]
        spent = spent - self.lines["reserve"] - self.lines["unspent"]
        discount = 1 / self.price.reindex(self.places.index, level="node")
        return float((spent * discount * self.places["p"]).sum())
