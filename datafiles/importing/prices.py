"""What a price book says that an import needs: pay, the traditional class, carts, the floors."""

from __future__ import annotations

import csv
import io
import re
from functools import cached_property

from datafiles.importing.grades import Bands
from datafiles.pricebook import Book

BOOK_YEAR = 2026  # both shipped books are in dollars of fiscal 2026


class Prices:
    """A price book, read for an import."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.bands = Bands(book.tables["grade_bands"])
        self.roles = {row["role"]: row for row in self._rows("roles")}

    def _rows(self, table: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.book.tables[table])))

    def has(self, role: str) -> bool:
        """Whether the book knows a role."""
        return role in self.roles

    def loaded(self, role: str) -> float:
        """Yearly cost of a position, benefits included, in dollars of the book's year."""
        row = self.roles[role]
        return float(row["salary"]) * (1.0 + float(row["benefits_rate"]))

    def salary(self, role: str) -> float:
        """Yearly salary of a position."""
        return float(self.roles[role]["salary"])

    def attrition(self, role: str) -> float:
        """Share of a role that leaves in a year."""
        return float(self.roles[role]["attrition_rate"] or 0.0)

    def setting(self, section: str, key: str) -> float:
        """One setting of the book, 0 where it has none."""
        try:
            return self.book.figure("settings", section, key)
        except KeyError:
            return 0.0

    @cached_property
    def class_loads(self) -> list[float]:
        """Pupils of one teacher in the largest class of the book without a team, by band."""
        caps = [float(row["max_pupils_per_teacher"]) for row in self._rows("grade_bands")]
        loads = [0.0] * len(caps)
        for row in self._rows("team_models"):
            teachers = float(row["teacher"] or 0.0)
            if row["team_taught"] != "no" or not teachers:
                continue
            listed = row["grade_bands"].split(";") if row["grade_bands"] else self.bands.ids
            load = float(row["pupils"]) / teachers
            for g, band in enumerate(self.bands.ids):
                if band in listed and load <= caps[g] * (1 + 1e-9):
                    loads[g] = max(loads[g], load)
        return [load or cap for load, cap in zip(loads, caps)]

    @cached_property
    def cart(self) -> tuple[str, float, float, float]:
        """Device of the package with the least reach, its yearly cost per pupil, price of a seat and life in years."""
        package = min(
            (row for row in self._rows("technology") if row["device"]), key=lambda row: float(row["reach"])
        )
        device = next(row for row in self._rows("device_types") if row["device"] == package["device"])
        return (
            device["device"],
            float(package["annual_per_pupil"] or 0.0),
            float(device["purchase_per_seat"]),
            float(device["life_years"]),
        )

    def settings_toml(self, changes: dict[tuple[str, str], object], *, comments: bool) -> str:
        """Return the book's `district.toml` with some settings changed (`None` takes one out)."""
        import json

        lines, section, left = [], "", dict(changes)
        for line in self.book.settings_toml.splitlines():
            heading = re.fullmatch(r"\[(\w+)\]", line)
            key = re.match(r"(\w+) = ", line)
            if heading:
                section = heading[1]
            if key and (section, key[1]) in left:
                value = left.pop((section, key[1]))
                if value is not None:
                    lines.append(
                        f"{key[1]} = {json.dumps(value, ensure_ascii=False)}"
                        + ("  # from the imported data; see import-report.md" if comments else "")
                    )
            elif comments or not line.startswith("#"):
                lines.append(line if comments else re.sub(r"  # .*", "", line))
        if any(value is not None for value in left.values()):
            raise KeyError(f"{self.book.name} has no setting {left}")
        return "\n".join(lines).strip() + "\n"
