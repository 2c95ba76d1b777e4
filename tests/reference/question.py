"""Sections 1 and 2: a district folder as index sets and parameters."""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ADMITTED = 1e-9  # relative slack of a class load against its limit


@dataclass
class Node:
    """A node of the scenario tree."""

    name: int
    parent: int | None
    year: int
    funding: float
    enrollment: float
    pay: float
    p: float = 0.0
    line: tuple[int, ...] = ()  # its ancestors and itself, from the root


class Question:
    """A district folder, read: the sets of section 1 and the parameters of section 2."""

    def __init__(self, folder: Path | str) -> None:
        folder = Path(folder)
        settings = tomllib.loads((folder / "district.toml").read_text(encoding="utf-8"))

        def table(name: str) -> list[dict[str, str]]:
            path = folder / f"{name}.csv"
            if not path.exists():
                return []
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = [{k: v.strip() for k, v in row.items()} for row in csv.DictReader(file)]
            return [row for row in rows if any(row.values())]

        def number(row: dict[str, str], column: str, otherwise: float = 0.0) -> float:
            return float(row[column]) if row.get(column) else otherwise

        def setting(section: str, key: str, otherwise):
            return settings.get(section, {}).get(key, otherwise)

        self.years = int(settings.get("years", 1))
        self.growth = setting("funding", "growth", 0.0)
        self.price_growth = setting("funding", "price_growth", 0.0)
        self.pool = setting("funding", "pool", "school")
        self.max_transfer_share = setting("funding", "max_transfer_share", None)
        self.reserve_max_share = setting("funding", "reserve_max_share", None)
        self.policy = setting("leaders", "stipend_policy", "by_school")
        self.beta = setting("leaders", "stipend_benefits_rate", 0.0)
        self.eligible_share = setting("leaders", "eligible_share", 1.0)
        self.max_leader_share = setting("leaders", "max_leader_share", None)
        self.mobility = setting("staff", "mobility", "school")
        self.layoff_cost = setting("staff", "layoff_cost", 0.0)
        self.hiring_cost = setting("staff", "hiring_cost", 0.0)
        self.max_position_loss_share = setting("staff", "max_position_loss_share", None)
        self.min_adults = setting("staff", "min_adults_per_100_pupils", None)
        self.turnover = setting("launch", "turnover", 0.0)
        self.startup_max_share = setting("launch", "startup_max_share", None)
        self.technology_max_share = setting("technology", "max_share", None)
        self.objective = setting("coverage", "objective", "expected")
        self.max_growth = setting("coverage", "max_growth_per_year", None)
        self.min_school_share = setting("coverage", "min_school_share", None)

        # Section 1: index sets
        schools = {row["school_id"]: row for row in table("schools")}
        bands = {row["grade_band"]: row for row in table("grade_bands")}
        roles = {row["role"]: row for row in table("roles")}
        models = {(row["team_model"], row["pattern"]): row for row in table("team_models")}
        packages = {row["technology"]: row for row in table("technology")}
        devices = {row["device"]: row for row in table("device_types")}
        self.S, self.G, self.R, self.M = list(schools), list(bands), list(roles), list(models)
        self.K, self.V = list(packages), list(devices)
        self.kind = {r: roles[r]["kind"] for r in self.R}
        self.pool_of = {r: roles[r]["pool"] for r in self.R}
        self.P = list(dict.fromkeys(self.pool_of.values()))
        self.team_taught = {m for m in self.M if models[m]["team_taught"].lower() == "yes"}
        release = {m: number(models[m], "release") for m in self.M}
        size = {m: number(models[m], "pupils") for m in self.M}
        fte = {(m, r): number(models[m], r) for m in self.M for r in self.R}

        def bands_of(row: dict[str, str]) -> list[str]:
            named = [part.strip() for part in row.get("grade_bands", "").split(";") if part.strip()]
            return named or self.G

        self.M_of: dict[str, list] = {}
        for g in self.G:
            self.M_of[g] = []
            for m in self.M:
                teaching = sum(fte[m, r] for r in self.R if self.kind[r] == "teacher")
                teaching += sum(fte[m, r] for r in self.R if self.kind[r] == "leader") * (1 - release[m])
                limit = number(bands[g], "max_pupils_per_teacher") * (1 + ADMITTED)
                if g in bands_of(models[m]) and teaching > 0 and size[m] / teaching <= limit:
                    self.M_of[g].append(m)
        self.K_of = {g: [k for k in self.K if g in bands_of(packages[k])] for g in self.G}
        self.device_of = {k: packages[k].get("device") or None for k in self.K}

        # Section 2: parameters
        self.a = {(m, r): fte[m, r] / size[m] for m in self.M for r in self.R}
        self.gamma = {m: number(models[m], "credit") for m in self.M}
        self.rho = {k: number(packages[k], "reach") for k in self.K}
        self.u = sorted({v for v in [*self.gamma.values(), *self.rho.values()] if v > 0})
        self.omega = {s: number(schools[s], "need_weight", 1.0) for s in self.S}
        low, high = setting("leaders", "stipend_min", None), setting("leaders", "stipend_max", None)
        steps = [(number(row, "stipend"), number(row, "take_up")) for row in table("stipends")]
        steps = [(v, q) for v, q in steps if (low is None or v >= low) and (high is None or v <= high)]
        self.sigma = [v for v, _ in steps]
        self.tau = [q for _, q in steps]
        self.attrition = {r: number(roles[r], "attrition_rate") for r in self.R}
        self.life = {v: number(devices[v], "life_years") for v in self.V}
        self.grant = {s: number(schools[s], "startup_grant") for s in self.S}
        self.team_today = {s: number(schools[s], "team_pupils") for s in self.S}
        self.h0 = {s: number(schools[s], "trained_pupils", self.team_today[s]) for s in self.S}
        self.opening_reserve = {s: number(schools[s], "opening_reserve") for s in self.S}
        base = defaultdict(float)
        for row in table("enrollment"):
            base[row["school_id"], row["grade_band"]] = number(row, "pupils")
        self.G_of = {s: [g for g in self.G if base[s, g] > 0] for s in self.S}
        self.today = {s: sum(base[s, g] for g in self.G) for s in self.S}
        self.o0 = dict.fromkeys(self.S, 0.0)
        for s in self.S:
            if self.today[s] > 0:
                self.o0[s] = min(1.0, self.team_today[s] / self.today[s])
        self.f0 = dict.fromkeys([(s, r) for s in self.S for r in self.R], 0.0)
        self.minimum = dict(self.f0)
        for row in table("staff"):
            s, r = row["school_id"], row["role"]
            self.f0[s, r] = number(row, "fte")
            protected = self.f0[s, r] if self.kind[r] == "nonclassroom" else 0.0
            self.minimum[s, r] = number(row, "minimum", protected)
        self.seats_today = [
            (row["school_id"], row["device"], number(row, "seats"), number(row, "age_years"))
            for row in table("devices")
        ]

        self._plant(table("scenarios"), number)

        def since(n: int) -> int:
            return self.nodes[n].year - 1

        price = {n: (1 + self.price_growth) ** since(n) for n in self.N}
        self.discount = {n: 1 / price[n] for n in self.N}
        self.e, self.E, self.F, self.X, self.c = {}, {}, {}, {}, {}
        for s in self.S:
            row = schools[s]
            for n in self.N:
                node = self.nodes[n]
                for g in self.G:
                    grown = base[s, g] * (1 + number(row, "enrollment_growth")) ** since(n)
                    self.e[s, g, n] = grown * (1 + node.enrollment)
                self.E[s, n] = sum(self.e[s, g, n] for g in self.G)
                money = number(row, "funding_per_pupil") * self.E[s, n] + number(row, "fixed_funding")
                self.F[s, n] = money * (1 + self.growth) ** since(n) * (1 + node.funding)
                self.X[s, n] = number(row, "fixed_spending") * price[n]
                for r in self.R:
                    pay = number(roles[r], "salary") * (1 + number(roles[r], "benefits_rate"))
                    pay *= number(row, "pay_index", 1.0) * (1 + number(roles[r], "annual_raise")) ** since(n)
                    self.c[s, r, n] = pay * (1 + node.pay)
        seat = {v: number(devices[v], "purchase_per_seat") for v in self.V}
        yearly = {k: number(packages[k], "annual_per_pupil") for k in self.K}
        self.buy = {(v, n): seat[v] * price[n] for v in self.V for n in self.N}
        self.run = {(k, n): yearly[k] * price[n] for k in self.K for n in self.N}
        self.launch = {n: setting("launch", "per_pupil", 0.0) * price[n] for n in self.N}
        self.fixlaunch = {n: setting("launch", "fixed_per_school", 0.0) * price[n] for n in self.N}
        self.pd = {n: setting("launch", "development_per_pupil", 0.0) * price[n] for n in self.N}

    def _plant(self, rows: list[dict[str, str]], number) -> None:
        """Grow the scenario tree: scenarios share a node while all their shocks so far agree."""
        chance: dict[str, float] = {}
        shock: dict[tuple[str, int], tuple[float, float, float]] = {}
        for row in rows:
            chance[row["scenario"]] = number(row, "probability")
            shock[row["scenario"], int(row["year"])] = (
                number(row, "funding_change"),
                number(row, "enrollment_change"),
                number(row, "pay_change"),
            )
        chance = chance or {"base": 1.0}
        self.nodes: list[Node] = []
        self.path: dict[str, list[int]] = {c: [] for c in chance}
        known: dict[tuple, int] = {}
        for year in range(1, self.years + 1):
            for c in chance:
                history = tuple(shock.get((c, y), (0.0, 0.0, 0.0)) for y in range(1, year + 1))
                if history not in known:
                    parent = known[history[:-1]] if year > 1 else None
                    line = self.nodes[parent].line if parent is not None else ()
                    known[history] = new = len(self.nodes)
                    self.nodes.append(Node(new, parent, year, *history[-1], line=(*line, new)))
                n = known[history]
                self.nodes[n].p += chance[c]
                self.path[c].append(n)
        self.N = [node.name for node in self.nodes]
