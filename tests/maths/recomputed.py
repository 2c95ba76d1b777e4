"""Every rule of the formulation worked out again with pandas, over the frames of `figures`.

Each rule is a method of the rule's name that returns a frame with `left`, `sense` and `right`.
"""

from __future__ import annotations

import pandas as pd

from tests.maths.figures import SN, Figures, tall


def rows(left: pd.Series, sense: str, right: pd.Series | float) -> pd.DataFrame:
    """A rule: both sides over the same index, absent amounts being 0."""
    frame = pd.DataFrame({"left": left})
    if isinstance(right, pd.Series):
        frame = frame.join(right.rename("right"), how="outer")
    else:
        frame["right"] = right
    return frame.fillna(0.0).assign(sense=sense)


class Recomputed(Figures):
    """The rules and objectives over a plan's figures."""

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
