"""From a district to the rows of its tables and its settings, for folders and workbooks alike."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Sequence

import numpy as np

from datafiles.schema import TABLES
from datafiles.shocks import SHOCKS
from models.district import District, Flags
from models.errors import InputError
from models.settings import Settings

Cell = str | float
Rows = list[list[Cell]]


def tables_of(district: District) -> dict[str, Rows]:
    """Return the tables by name, headings first; numbers are floats and all else is text.

    Raises
    ------
    InputError
        When a pattern or package is listed for no band, which a table cannot say (blank means all bands).

    """
    schools, bands, roles, models = district.schools, district.bands, district.roles, district.team_models
    packages, types = district.technology, district.device_types
    device = [*types.id, ""]  # index -1 is blank
    tables: dict[str, Rows] = {
        "schools": _rows("schools", schools.id, schools.name, *(getattr(schools, f.name) for f in dataclasses.fields(schools)[2:])),
        "grade_bands": _rows("grade_bands", bands.id, bands.label, bands.max_pupils_per_teacher),
        "enrollment": _rows("enrollment", *_entries(district.enrollment, schools.id, bands.id)),
        "roles": _rows("roles", *(getattr(roles, f.name) for f in dataclasses.fields(roles))),
        "team_models": _rows(
            "team_models", models.team_model, models.pattern, models.label, _bands(models.id, models.listed, bands.id),
            ["yes" if taught else "no" for taught in models.team_taught], models.pupils, models.release, models.credit,
            models.source,
        ),
        "technology": _rows(
            "technology", packages.id, packages.label, _bands(packages.id, packages.listed, bands.id), packages.reach,
            [device[v] for v in packages.device], packages.annual_per_pupil, packages.source,
        ),
        "device_types": _rows("device_types", *(getattr(types, f.name) for f in dataclasses.fields(types))),
        "stipends": _rows("stipends", district.stipends.stipend, district.stipends.take_up),
        "staff": _staff(district),
        "scenarios": _scenarios(district),
    }  # fmt: skip
    at = 1 + list(TABLES["team_models"].columns).index("pupils")
    for row, cells in zip(tables["team_models"], [list(roles.id), *district.team_models.fte.tolist()]):
        row[at:at] = cells
    devices, budget = district.devices, district.budget
    if devices.seats.size:
        tables["devices"] = _rows(
            "devices", [schools.id[s] for s in devices.school], [types.id[v] for v in devices.device], devices.seats,
            devices.age_years,
        )  # fmt: skip
    if budget is not None:
        tables["budget"] = _rows(
            "budget", [schools.id[s] for s in budget.school], budget.category, budget.amount
        )
    return tables


def _rows(name: str, *columns: Sequence[Cell] | np.ndarray) -> Rows:
    """Headings, and one row for each entry of the columns."""
    cells = [column.tolist() if isinstance(column, np.ndarray) else column for column in columns]
    return [list(TABLES[name].columns), *map(list, zip(*cells))]


def _entries(values: np.ndarray, *names: Sequence[str]) -> tuple[Sequence[Cell] | np.ndarray, ...]:
    """Names and values of the entries that are not zero."""
    at = np.nonzero(values)
    return (*([axis[i] for i in index] for axis, index in zip(names, at)), values[at])


def _bands(ids: Sequence[str], listed: Flags, bands: Sequence[str]) -> list[str]:
    for row in map(int, np.flatnonzero(~listed.any(axis=1))):
        raise InputError(
            f"{ids[row]} is listed for no grade band; a file cannot say that.",
            "Leave it out of the district.",
        )
    return ["" if row.all() else ";".join(bands[g] for g in map(int, np.flatnonzero(row))) for row in listed]


def _staff(district: District) -> Rows:
    """Positions, without the rows that say what no row says."""
    fte, minimum = district.staff.fte, district.staff.minimum
    s, r = np.nonzero((fte != 0) | (minimum != 0))
    ids, roles = district.schools.id, district.roles.id
    return _rows("staff", [ids[i] for i in s], [roles[i] for i in r], fte[s, r], minimum[s, r])


def _scenarios(district: District) -> Rows:
    """One row for each year with a shock; a scenario without any has one row of zeros."""
    scenarios = district.scenarios
    shocks = np.stack([getattr(scenarios, name) for name in SHOCKS], axis=-1)
    shaken = shocks.any(axis=2)
    shaken[:, 0] |= ~shaken.any(axis=1)
    c, y = np.nonzero(shaken)
    return _rows(
        "scenarios", [scenarios.id[i] for i in c], [scenarios.label[i] for i in c], scenarios.probability[c],
        y + 1.0, *shocks[c, y].T,
    )  # fmt: skip


def settings_rows(settings: Settings) -> list[tuple[str, str, Cell]]:
    """Return section, key and value of every setting that differs from its neutral value, and of the name and years."""
    neutral = Settings()
    rows: list[tuple[str, str, Cell]] = []
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if not dataclasses.is_dataclass(value):
            rows.append(("", field.name, value))
            continue
        for key in dataclasses.fields(value):
            own = getattr(value, key.name)
            if own != getattr(getattr(neutral, field.name), key.name):
                rows.append((field.name, key.name, own))
    return rows


def toml_text(settings: Settings) -> str:
    """Return the text of `district.toml`."""
    lines, current = [], ""
    for section, key, value in settings_rows(settings):
        if section != current:
            lines += ["", f"[{section}]"]
            current = section
        quoted = (
            json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
            if isinstance(value, str)
            else figure(value)
        )
        lines.append(f"{key} = {quoted}")
    return "\n".join(lines) + "\n"


def csv_text(rows: Rows) -> str:
    """Return a table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([cell if isinstance(cell, str) else figure(cell) for cell in row] for row in rows)
    return out.getvalue()


def figure(value: float) -> str:
    """Write a number so that reading it back gives the same number, whole ones without a point."""
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
