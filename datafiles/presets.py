"""The cut-scenario presets that are shipped: `presets.csv`, each with its size and source."""

from __future__ import annotations

import csv
import difflib
import io
from functools import cache
from importlib.resources import files
from typing import Any

from models.errors import InputError
from models.preset import Preset

NUMBERS = ("size", "revenue", "pupils", "loss", "loss_high", "small")


@cache
def presets() -> tuple[Preset, ...]:
    """Every shipped preset, in the order of the table."""
    text = files("datafiles").joinpath("presets.csv").read_text(encoding="utf-8")
    return tuple(_preset(row) for row in csv.DictReader(io.StringIO(text)))


def preset(name: str) -> Preset:
    """Return the preset of a name.

    Raises
    ------
    InputError
        When there is none of this name.

    """
    known = {each.name: each for each in presets()}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise InputError(f'There is no preset "{name}".', f"{hint}The presets are: {', '.join(known)}.")
    return known[name]


def _preset(row: dict[str, str]) -> Preset:
    values: dict[str, Any] = {
        column: float(row[column]) if column in NUMBERS else row[column] for column in row
    }
    return Preset(**values)
