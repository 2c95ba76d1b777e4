"""Variants of a district: every combination of some settings, and of cuts of all funding."""

from __future__ import annotations

import dataclasses
import itertools
import tomllib
from collections.abc import Sequence
from typing import Any

from datafiles.faults import Faults
from datafiles.schema import SETTINGS
from datafiles.settings_file import settings_of
from models.district import District
from models.errors import InputError
from models.settings import Settings

CUT = "cut"  # share by which all funding falls in every year, a variant that no setting expresses
NONE = "none"  # leaves a setting out, and with it its rule
NO_CELL = "Write a figure, or leave the setting out of --grid: each district has its own then."
Variant = dict[str, Any]


def parse_grid(texts: Sequence[str]) -> dict[str, list[Any]]:
    """Read `section.key=value,value` or `cut=0,0.07` into values by key; `none` leaves a rule's setting out.

    Raises
    ------
    InputError
        Unknown setting, no values, a value twice, or values that the setting does not admit.

    """
    grid: dict[str, list[Any]] = {}
    for text in texts:
        key, _, listed = text.partition("=")
        key = key.strip()
        if key not in known_keys():
            import difflib

            near = difflib.get_close_matches(key, known_keys(), n=1)
            hint = (
                f"Did you mean {near[0]}?"
                if near
                else "Write a setting as in district.toml, for example funding.growth, or cut."
            )
            raise InputError(f"--grid {text}: there is no setting '{key}'.", hint)
        values = [_value(key, part.strip(), text) for part in listed.split(",")]
        for value in values:
            _check(key, value)
        if len(set(values)) < len(values) or key in grid:  # 0 and 0.0 are one value
            raise InputError(
                f"--grid {text}: a value or a setting stands twice.", "Give each value of a setting once."
            )
        grid[key] = values
    return grid


def known_keys() -> list[str]:
    """Every key that a grid may vary."""
    keys = [CUT]
    for section in dataclasses.fields(Settings):
        value = getattr(Settings(), section.name)
        if dataclasses.is_dataclass(value):
            keys += [f"{section.name}.{entry.name}" for entry in dataclasses.fields(value)]
        elif section.name == "years":
            keys.append(section.name)
    return keys


def _may_be_left_out(key: str) -> bool:
    """Whether a setting is a rule that need not be: its default is `None`."""
    section, _, name = key.partition(".")
    return bool(name) and getattr(getattr(Settings(), section), name) is None


def _value(key: str, part: str, text: str) -> Any:
    if not part:
        raise InputError(
            f"--grid {text}: a value is missing.",
            "Write values with commas between them: funding.growth=0,0.02",
        )
    if part == NONE and _may_be_left_out(key):
        return None
    if part == NONE and key in SETTINGS.columns and NONE not in SETTINGS.columns[key].choices:
        raise InputError(
            f"--grid {text}: {key} cannot be left out; {SETTINGS.columns[key].expected} is expected.",
            f"{NONE} is for rules that a district may do without, such as funding.reserve_max_share.",
        )
    try:
        return tomllib.loads(f"value = {part}")["value"]
    except tomllib.TOMLDecodeError:
        return part


def _check(key: str, value: Any) -> None:
    """Hold one value of a setting to what district.toml admits; of a cut, to a share."""
    if key == CUT:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise InputError(
                f"--grid cut: {value} is no share between 0 and 1.", "A cut of 7 % is written 0.07."
            )
        return
    if value is None:
        return
    section, _, name = key.partition(".")
    faults = Faults()
    settings_of(
        {section: {name: value}} if name else {key: value},
        lambda section, name: f"--grid {f'{section}.{name}'.strip('.')}",
        faults,
    )
    faults.errors = [
        dataclasses.replace(problem, hint=NO_CELL) if "cell" in problem.hint else problem
        for problem in faults.errors
    ]
    faults.raise_if_any("--grid")


def variants(grid: dict[str, list[Any]]) -> list[Variant]:
    """Every combination, in the order of the grid; one empty variant without a grid."""
    return [dict(zip(grid, values)) for values in itertools.product(*grid.values())]


def vary(district: District, variant: Variant) -> District:
    """Apply a variant, checked by `parse_grid`, to a district."""
    sections: dict[str, Any] = {}
    for key, value in variant.items():
        if key == CUT:
            schools = district.schools
            district = district.replace(
                schools=dataclasses.replace(
                    schools,
                    funding_per_pupil=schools.funding_per_pupil * (1 - value),
                    fixed_funding=schools.fixed_funding * (1 - value),
                )
            )
        elif "." in key:
            section, _, name = key.partition(".")
            sections.setdefault(section, {})[name] = value
        else:
            sections[key] = value
    return district.with_settings(**sections) if sections else district
