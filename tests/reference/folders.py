"""Random district folders: small, mostly solvable, with every rule and every blank cell now and then."""

from __future__ import annotations

import csv
import random
from pathlib import Path

TEACHER_COST = 98_000  # $ a year, about
STEPS = [[0, 0.0], [3_000, 0.1], [8_000, 0.25], [15_000, 0.45]]


class RandomFolder:
    """A district folder drawn from a seed and written to `path`."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path, self.draw = path, random.Random(seed)
        path.mkdir(parents=True, exist_ok=True)
        self.years = self.draw.randint(1, 3)
        self.schools = [f"s{i}" for i in range(self.draw.randint(1, 4))]
        self.bands = ["a", "b"][: self.draw.randint(1, 2)]
        self._pupils()
        self._choices()
        self._schools()
        self._scenarios()
        self._settings(seed)

    def _write(self, table: str, columns: str, rows: list[list]) -> None:
        with (self.path / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([columns.split(), *rows])

    def _some_bands(self) -> str:
        return self.draw.choice(["", "", "", *self.bands])

    def _pupils(self) -> None:
        pick = self.draw.choice
        pupils = {(s, g): pick([0, 60, 120, 250, 400]) for s in self.schools for g in self.bands}
        if not any(pupils.values()):
            pupils[self.schools[0], self.bands[0]] = 200
        self.total = {s: sum(pupils[s, g] for g in self.bands) for s in self.schools}
        self._write(
            "grade_bands", "grade_band max_pupils_per_teacher", [[g, pick([26, 28, 30])] for g in self.bands]
        )
        self._write(
            "enrollment",
            "school_id grade_band pupils",
            [[*k, v] for k, v in pupils.items() if v or pick([0, 1])],
        )

    def _choices(self) -> None:
        pick, bands = self.draw.choice, self._some_bands
        self._write("roles", "role kind pool salary benefits_rate attrition_rate annual_raise", [
            ["t", "teacher", "T", 70_000, 0.4, pick([0, 0.08]), pick([0, 0.03])],
            ["l", "leader", "T", 72_000, 0.4, pick([0, 0.08]), 0.03],
            ["sp", "nonclassroom", "T", 68_000, 0.4, 0.05, 0.03],
            ["ra", "aide", "A", pick([30_000, 35_000]), 0.5, pick([0, 0.2]), 0.02],
            ["c", "nonclassroom", "C", 70_000, 0.4, 0.1, ""],
        ])  # fmt: skip
        self._write("team_models", "team_model pattern grade_bands team_taught pupils t l ra release credit", [
            ["trad", "1", "", "no", 25, 1, "", "", "", 0],
            ["trad", "aide", "", "no", 25, 1, 0, 0.5, 0, pick([0, 0.2])],
            ["m", "3", bands(), "yes", pick([90, 100]), 3, 1, 1, 0.5, 1],
            ["m", "6", bands(), "yes", pick([160, 170]), 6, 1, 1, 0.5, 0.8],
            ["core", "4", bands(), "yes", 125, 4, 1, 0, 0.1, pick([0.6, 0.65])],
            ["pod", "1", "", "yes", 50, 1, 1, 1, 0.1, 0.9],
        ])  # fmt: skip
        self._write("technology", "technology grade_bands reach device annual_per_pupil", [
            ["none", "", 0, "", ""], ["cart", bands(), 0.4, "cart", 15], ["one", "", 0.7, "lap", 40],
            ["full", bands(), 1, "lap", 140],
        ])  # fmt: skip
        lives = [["cart", 150, pick([2, 3, 2.5])], ["lap", 350, pick([2, 4])]]
        self._write("device_types", "device purchase_per_seat life_years", lives)
        seats = [
            [s, pick(["cart", "lap"]), pick([30, 100]), pick(["", 1, 1.5])]
            for s in self.schools
            if pick([0, 1])
        ]
        self._write("devices", "school_id device seats age_years", seats)
        self._write("stipends", "stipend take_up", STEPS[pick([0, 1]) :])

    def _schools(self) -> None:
        draw, pick, schools, staff = self.draw, self.draw.choice, [], []
        for s in self.schools:
            pupils = self.total[s]
            teachers = pupils / 25 * draw.uniform(0.95, 1.1)
            specialists, aides = pupils / 50 * draw.uniform(0.7, 1.3), pupils / 100
            staff.append([s, "t", round(teachers, 1), ""])
            staff.append([s, "sp", round(specialists, 1), round(specialists * draw.uniform(0.4, 0.9), 1)])
            staff.append([s, "ra", round(aides, 1), round(aides * draw.random(), 1)])
            if pick([True, False]):
                staff.append([s, "c", 0.5 if pupils else 1, ""])
            outside = pupils * 4_000
            today = (teachers + specialists + 0.5) * TEACHER_COST + aides * 50_000 + outside
            funding = today * draw.uniform(0.99, 1.12) + 1_000
            per_pupil = round(funding / 2 / max(pupils, 1))
            team = round(pick([0, 0, 0.2, 0.5]) * pupils)
            schools.append([
                s, s.upper(), per_pupil, round(funding - per_pupil * pupils), outside, pick(["", 1.5, 0.8]),
                pick(["", 0.95, 1.1]), pick(["", 0.02, -0.02]), pick(["", 50_000]), team,
                pick(["", round(team * 0.8)]), pick(["", 40_000]),
            ])  # fmt: skip
        self._write("schools", (
            "school_id school_name funding_per_pupil fixed_funding fixed_spending need_weight pay_index "
            "enrollment_growth startup_grant team_pupils trained_pupils opening_reserve"), schools)  # fmt: skip
        self._write("staff", "school_id role fte minimum", staff)

    def _scenarios(self) -> None:
        pick, Y = self.draw.choice, self.years
        if pick([True, True, True, False]):
            p, cut, miss = pick([0.2, 0.3]), pick([0.02, 0.05]), pick([0.05, 0.1])
            rows: list[list] = [["base", 1 - 2 * p, 1, "", "", ""]]
            rows += [["cut", p, y, -cut, "", ""] for y in range(min(Y, pick([1, 2])), Y + 1)]
            rows += [
                ["miss", p, y, "", -miss, pick(["", 0.02])] for y in range(min(Y, pick([1, 2, 3])), Y + 1)
            ]
            self._write(
                "scenarios", "scenario probability year funding_change enrollment_change pay_change", rows
            )

    def _settings(self, seed: int) -> None:
        pick = self.draw.choice

        def maybe(key: str, value: object, chance: float = 0.6) -> str:
            return f"{key} = {value}\n" if self.draw.random() < chance else ""

        pool = pick(["school", "school", "district"])
        text = f'name = "Random {seed}"\nyears = {self.years}\n\n[funding]\npool = "{pool}"\n'
        text += (
            maybe("growth", pick([0.02, 0.03]))
            + maybe("price_growth", 0.025)
            + maybe("reserve_max_share", 0.04)
        )
        text += maybe("max_transfer_share", 0.05) if pool == "district" else ""
        text += f'\n[leaders]\nstipend_policy = "{pick(["by_school", "uniform"])}"\n' + maybe(
            "stipend_min", 2_000
        )
        text += maybe("stipend_max", 10_000, 0.2) + maybe("stipend_benefits_rate", 0.28)
        text += maybe("eligible_share", 0.6) + maybe("max_leader_share", 0.15)
        text += f'\n[staff]\nmobility = "{pick(["school", "school", "district"])}"\n' + maybe(
            "layoff_cost", 10_000
        )
        text += maybe("hiring_cost", 4_000) + maybe("max_position_loss_share", 0.15)
        text += maybe("min_adults_per_100_pupils", 4.2)
        text += "\n[launch]\n" + maybe("per_pupil", 300) + maybe("fixed_per_school", 50_000)
        text += (
            maybe("development_per_pupil", 60) + maybe("turnover", 0.15) + maybe("startup_max_share", 0.06)
        )
        text += "\n[technology]\n" + maybe("max_share", 0.015)
        text += f'\n[coverage]\nobjective = "{pick(["expected", "worst_case", "max_min"])}"\n'
        text += maybe("max_growth_per_year", 0.4) + maybe("min_school_share", 0.1, 0.2)
        (self.path / "district.toml").write_text(text, encoding="utf-8")
