"""What a district is made of: its columns and settings one by one, how they hang together, and how two differ.

An *atom* is one column of a table or one setting. Atoms over the same axis can be exchanged one at a time as long as
the axis has the same members; where members differ (a school more, a role less) they can only be exchanged together.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.district import District
from models.settings import Settings

Key = tuple[str | float, ...]
Cell = str | float | bool | None

OWN_AXES = {
    "schools": "s",
    "bands": "g",
    "enrollment": "sg",
    "roles": "r",
    "team_models": "m",
    "technology": "k",
    "device_types": "v",
    "stipends": "t",
    "staff": "sr",
    "devices": "sv",
    "budget": "s",
    "scenarios": "c",
}
"""The parts of a district in the order of docs/inputs.md, and the axes of their columns."""
WIDER = {
    ("team_models", "listed"): "mg",
    ("team_models", "fte"): "mr",
    ("technology", "listed"): "kg",
    ("technology", "device"): "kv",
    ("scenarios", "funding_change"): "cy",
    ("scenarios", "enrollment_change"): "cy",
    ("scenarios", "pay_change"): "cy",
}
WHOLE = ("enrollment", "devices", "budget")  # exchanged as a whole
ROWED = ("schools", "bands", "roles", "team_models", "technology", "device_types", "stipends", "scenarios")
NAMES = ("name", "label", "source", "first_year")  # what no plan depends on
TABLE = {"bands": "grade_bands"}
COLUMN = {
    "schools.name": "school_name",
    "team_models.listed": "grade_bands",
    "technology.listed": "grade_bands",
}
COLUMN |= {"enrollment": "pupils", "devices": "seats", "budget": "amount"}
ROW = "row"  # the column of a difference that is a whole row


@dataclass(frozen=True)
class Atom:
    """One column of a table, or one setting (part `settings`, field such as `funding.growth`)."""

    part: str
    field: str
    axes: str

    @property
    def table(self) -> str:
        """Name of the table, or `settings`."""
        return TABLE.get(self.part, self.part)

    @property
    def name(self) -> str:
        """Name for people: `schools.funding_per_pupil`, `enrollment`, or the setting's own."""
        if self.part == "settings":
            return self.field
        if self.part in WHOLE:
            return self.table
        return f"{self.table}.{COLUMN.get(f'{self.part}.{self.field}', self.field)}"

    @property
    def heading(self) -> str:
        """What is exchanged together when single columns would be too many: the table, or the settings' section."""
        return self.field.split(".")[0] if self.part == "settings" else self.table

    @property
    def counts(self) -> bool:
        """Whether a plan may depend on it."""
        return self.part != "budget" and self.field not in NAMES

    def of(self, district: District) -> Any:
        """Read its value in a district."""
        value: Any = getattr(district, self.part)
        for name in self.field.split(".") if self.part not in WHOLE else ():
            value = getattr(value, name)
        return value


@dataclass(frozen=True)
class InputDifference:
    """One cell that differs. A whole row that only one district has is told once, in the column `row`."""

    table: str
    key: Key
    column: str
    old: Cell
    new: Cell


@dataclass(frozen=True)
class Group:
    """Atoms that are exchanged together, and what to call them."""

    name: str
    atoms: tuple[Atom, ...]


def atoms() -> Iterator[Atom]:
    """Yield every atom, tables first in the order of docs/inputs.md and then the settings."""
    types = {field.name: field.type for field in dataclasses.fields(District)}
    assert set(OWN_AXES) | {"settings"} == set(types)
    for part, axes in OWN_AXES.items():
        if part in WHOLE:
            yield Atom(part, "", axes)
            continue
        for name in _fields_of(part):
            yield Atom(part, name, WIDER.get((part, name), axes))
    neutral = Settings()
    for field in dataclasses.fields(neutral):
        section = getattr(neutral, field.name)
        if not dataclasses.is_dataclass(section):
            yield Atom("settings", field.name, "y" if field.name == "years" else "")
            continue
        for key in dataclasses.fields(section):
            yield Atom("settings", f"{field.name}.{key.name}", "")


def _fields_of(part: str) -> list[str]:
    from models import district as room

    kinds: dict[str, type[Any]] = {
        "schools": room.Schools,
        "bands": room.GradeBands,
        "roles": room.Roles,
        "team_models": room.TeamModels,
        "technology": room.Technology,
        "device_types": room.DeviceTypes,
        "stipends": room.StipendSchedule,
        "staff": room.Staff,
        "scenarios": room.Scenarios,
    }
    return [field.name for field in dataclasses.fields(kinds[part])]


def members(district: District) -> dict[str, tuple[Any, ...]]:
    """Members of every axis, by letter, in their order."""
    return {
        "s": district.schools.id,
        "g": district.bands.id,
        "r": district.roles.id,
        "m": district.team_models.id,
        "k": district.technology.id,
        "v": district.device_types.id,
        "t": tuple(map(float, district.stipends.stipend)),
        "c": district.scenarios.id,
        "y": tuple(range(district.years)),
    }


# ---- exchanging --------------------------------------------------------------------------------------------------


def differing_groups(old: District, new: District) -> list[Group]:
    """Group the atoms that differ into the smallest sets that can be exchanged on their own."""
    before, after = members(old), members(new)
    moved = [letter for letter in before if before[letter] != after[letter]]
    root = {letter: letter for letter in moved}

    def find(letter: str) -> str:
        while root[letter] != letter:
            letter = root[letter]
        return letter

    for atom in atoms():
        tied = [letter for letter in atom.axes if letter in root]
        for letter in tied[1:]:
            root[find(letter)] = find(tied[0])
    found: dict[str, list[Atom]] = {}
    for atom in atoms():
        tied = [letter for letter in atom.axes if letter in root]
        if tied:
            found.setdefault(f"axis {find(tied[0])}", []).append(atom)
        elif not _equal(atom.of(old), atom.of(new)):
            found.setdefault(atom.name, []).append(atom)
    return [Group(_called(name, own), tuple(own)) for name, own in found.items()]


def _called(name: str, own: Sequence[Atom]) -> str:
    if not name.startswith("axis "):
        return name
    return "rows of " + ", ".join(
        dict.fromkeys(atom.heading if atom.part == "settings" else atom.table for atom in own)
    )


def at_most(groups: Sequence[Group], most: int) -> list[Group]:
    """Bring groups down to a number: columns of a table (settings of a section) together, then the last ones together."""
    if len(groups) <= most:
        return list(groups)
    by_heading: dict[str, list[Group]] = {}
    for group in groups:
        by_heading.setdefault(group.atoms[0].heading if len(group.atoms) == 1 else group.name, []).append(
            group
        )
    merged = [own[0] if len(own) == 1 else _together(heading, own) for heading, own in by_heading.items()]
    if len(merged) > most:
        rest = merged[most - 1 :]
        merged = [*merged[: most - 1], _together(", ".join(group.name for group in rest), rest)]
    return merged


def _together(name: str, groups: Sequence[Group]) -> Group:
    return Group(name, tuple(atom for group in groups for atom in group.atoms))


def exchanged(district: District, other: District, chosen: Sequence[Atom]) -> District:
    """Return the district with some atoms taken from another.

    Raises
    ------
    InputError
        When the mixture cannot be planned.

    """
    changes: dict[str, Any] = {}
    settings = district.settings
    columns: dict[str, dict[str, Any]] = {}
    for atom in chosen:
        value = atom.of(other)
        if atom.part in WHOLE:
            changes[atom.part] = value
        elif atom.part != "settings":
            columns.setdefault(atom.part, {})[atom.field] = value
        elif "." in atom.field:
            section, key = atom.field.split(".")
            replaced = dataclasses.replace(getattr(settings, section), **{key: value})
            settings = dataclasses.replace(settings, **{section: replaced})
        else:
            settings = dataclasses.replace(settings, **{atom.field: value})
    changes |= {part: dataclasses.replace(getattr(district, part), **own) for part, own in columns.items()}
    return district.replace(settings=settings, **changes)


# ---- telling -----------------------------------------------------------------------------------------------------


def input_differences(old: District, new: District) -> list[InputDifference]:
    """List every cell that differs, table by table."""
    found: list[InputDifference] = []
    told: set[tuple[str, Key]] = set()
    before, after = members(old), members(new)
    for atom in atoms():
        one, two = atom.of(old), atom.of(new)
        if _equal(one, two) and all(before[letter] == after[letter] for letter in atom.axes):
            continue
        cells_before, cells_after = _cells(atom, old), _cells(atom, new)
        rowed = atom.part in ROWED and not atom.axes.endswith("y")
        had, has = (_keys(atom, old), _keys(atom, new)) if rowed else (set(), set())
        for key, column in dict.fromkeys([*cells_before, *cells_after]):
            a, b = cells_before.get((key, column)), cells_after.get((key, column))
            if rowed and not (key in had and key in has):
                if (atom.table, key) not in told:
                    told.add((atom.table, key))
                    ends = ("absent", "present") if key in has else ("present", "absent")
                    found.append(InputDifference(atom.table, key, ROW, *ends))
            elif a != b and (atom.part == "settings" or {a, b} != {None, 0.0}):
                found.append(InputDifference(atom.table, key, column, a, b))
    return found


def _keys(atom: Atom, district: District) -> set[Key]:
    """Keys of the rows of a table whose rows are the members of an axis."""
    if atom.part == "team_models":
        return set(zip(district.team_models.team_model, district.team_models.pattern))
    return {(name,) for name in members(district)[OWN_AXES[atom.part]]}


def _cells(atom: Atom, district: District) -> Mapping[tuple[Key, str], Cell]:
    """Cells of an atom by key of the row and column."""
    value, names = atom.of(district), members(district)
    column = COLUMN.get(f"{atom.part}.{atom.field}") or COLUMN.get(atom.part) or atom.field
    if atom.part == "settings":
        section, _, key = atom.field.rpartition(".")
        return {((section,), key): value}
    if atom.part == "devices":
        return _summed(
            ((names["s"][s], names["v"][v], float(age)), float(seats))
            for s, v, age, seats in zip(value.school, value.device, value.age_years, value.seats)
        )
    if atom.part == "budget":
        rows = () if value is None else zip(value.school, value.category, value.amount)
        return {((names["s"][s], category), column): float(amount) for s, category, amount in rows}
    keys: list[Key] = [(name,) for name in names[atom.axes[0]]]
    if atom.part == "team_models":
        keys = list(zip(district.team_models.team_model, district.team_models.pattern))
    if atom.axes in ("mg", "kg"):
        return {
            (key, column): "" if row.all() else ";".join(names["g"][g] for g in np.flatnonzero(row))
            for key, row in zip(keys, value)
        }
    if atom.axes == "mr":
        return {
            (key, role): float(fte) for key, row in zip(keys, value) for role, fte in zip(names["r"], row)
        }
    if atom.axes == "kv":
        return {(key, column): names["v"][v] if v >= 0 else "" for key, v in zip(keys, value)}
    if len(atom.axes) == 2:  # sg, sr, cy: a row for each pair
        second = [y + 1.0 for y in names["y"]] if atom.axes[1] == "y" else list(names[atom.axes[1]])
        return {
            ((*key, name), column): float(cell)
            for key, row in zip(keys, value)
            for name, cell in zip(second, row)
        }
    plain = value.tolist() if isinstance(value, np.ndarray) else value
    return {(key, column): cell for key, cell in zip(keys, plain)}


def _summed(rows: Iterator[tuple[Key, float]]) -> dict[tuple[Key, str], Cell]:
    cells: dict[tuple[Key, str], float] = {}
    for key, amount in rows:
        cells[key, "seats"] = cells.get((key, "seats"), 0.0) + amount
    return dict(cells)


def _equal(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray):
        return isinstance(two, np.ndarray) and np.array_equal(one, two)
    if dataclasses.is_dataclass(one) and dataclasses.is_dataclass(two):
        return all(_equal(getattr(one, f.name), getattr(two, f.name)) for f in dataclasses.fields(one))
    return bool(one == two)
