"""What a district folder may hold: every table, column and setting with type, unit, default, range and meaning.

The rows stand in `schema.csv` beside this file. They feed the checks of the readers, the writers and the page
`docs/inputs.md`; `python -m datafiles.page` writes that page.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

LARGEST = 1e12  # a trillion dollars or pupils is beyond any district, and larger figures overflow in products
SCHEMA_FILE = Path(__file__).with_name("schema.csv")


@dataclass(frozen=True)
class Column:
    """One column of a table, or one setting (table `settings`, name `section.key` or `key`)."""

    table: str
    name: str
    type: str
    unit: str
    default: str
    range: str
    meaning: str
    used_in: str

    @property
    def required(self) -> bool:
        """Whether a blank cell, or a missing setting, is an error."""
        return self.default == "required"

    @property
    def is_figure(self) -> bool:
        """Whether the column holds numbers."""
        return self.type in ("number", "fraction", "whole")

    @property
    def refers_to(self) -> str:
        """The table whose keys the column holds, or nothing."""
        return self.type[4:] if self.type.startswith("ref ") else ""

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """The words a cell may hold; none when any text will do."""
        return tuple(self.range.split(" | ")) if " | " in self.range else ()

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest figure, both included; `> 0` shows as the smallest positive number."""
        if " to " in self.range:
            low, high = self.range.split(" to ")
            return float(low), float(high)
        if self.range == "> 0":
            return 5e-324, LARGEST
        return (0.0 if self.range == ">= 0" else -LARGEST), LARGEST

    @cached_property
    def expected(self) -> str:
        """What a cell is expected to hold, as the end of an error: `… is expected`."""
        if self.choices:
            return f"{', '.join(self.choices[:-1])} or {self.choices[-1]}"
        if self.type == "fraction":
            return f"a fraction from {self.range}"
        if self.type == "whole":
            return f"a whole number from {self.range}"
        if self.type == "number":
            words = {">= 0": ", 0 or more,", "> 0": " above 0"}.get(self.range, "")
            return f"a number{f' ({self.unit})' if self.unit else ''}{words}"
        return "a short name" if self.type == "key" else "text"


@dataclass(frozen=True)
class Table:
    """One table: its key columns, whether it may be left out, and what it is for."""

    name: str
    key: tuple[str, ...]
    needed: str
    meaning: str

    @property
    def names_things(self) -> bool:
        """Whether a row introduces something of its own; else it says how much of something there is."""
        return self.name not in ("enrollment", "staff", "devices", "budget")

    @property
    def file(self) -> str:
        """Name of the file in a district folder."""
        return f"{self.name}.csv"

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns by name, in the order in which they are written."""
        return {column.name: column for column in schema() if column.table == self.name}


ALWAYS, OPTIONAL = "always", "optional"
IF_LEADERS, IF_DEVICES = "when a role is a leader", "when a package names a device"

TABLES = {
    table.name: table
    for table in (
        Table("schools", ("school_id",), ALWAYS, "The schools, their funding and where they stand today."),
        Table("grade_bands", ("grade_band",), ALWAYS, "The grade bands and their class-size limits."),
        Table("enrollment", ("school_id", "grade_band"), ALWAYS, "Pupils today; no row, no pupils."),
        Table("roles", ("role",), ALWAYS, "The positions and their pay."),
        Table(
            "team_models",
            ("team_model", "pattern"),
            ALWAYS,
            "The staffing patterns: who teaches how many pupils.",
        ),
        Table(
            "technology",
            ("technology",),
            ALWAYS,
            "The technology packages; one without cost stands for none.",
        ),
        Table("device_types", ("device",), IF_DEVICES, "The seats that packages need."),
        Table(
            "stipends", ("stipend",), IF_LEADERS, "The stipend schedule: what share accepts which stipend."
        ),
        Table("staff", ("school_id", "role"), ALWAYS, "Positions today; no row, no positions."),
        Table(
            "scenarios",
            ("scenario", "year"),
            OPTIONAL,
            "The futures to plan for; without it, one with no shock.",
        ),
        Table("devices", ("school_id", "device", "age_years"), OPTIONAL, "Seats in place today."),
        Table("budget", ("school_id", "category"), OPTIONAL, "What is budgeted this year, for comparison."),
    )
}
SETTINGS = Table("settings", (), OPTIONAL, "Everything that holds for the whole district.")


@cache
def schema() -> tuple[Column, ...]:
    """Return all rows of `schema.csv`, in order."""
    with SCHEMA_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(Column(*row.values()) for row in csv.DictReader(file))
