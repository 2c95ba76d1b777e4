"""A comparison as a folder: tidy tables as CSV and the JSON object, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datafiles.writing import whole_folder

if TYPE_CHECKING:
    import pandas as pd

ONE = ("columns", "bridge", "moves", "budget")
TWO = ("inputs", "decisions", "effects", "results")
FILE = "comparison.json"
OURS = (FILE, *(f"{name}.csv" for name in (*ONE, *TWO)))


def write_comparison(
    tables: Mapping[str, pd.DataFrame], answer: Mapping[str, Any], folder: Path
) -> tuple[str, ...]:
    """Write the tables of a comparison and its JSON object; returns the names of the tables.

    Raises
    ------
    InputError
        When the place holds other files or cannot be written.

    """
    with whole_folder(folder, ours=OURS) as place:
        text = json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False)
        (place / FILE).write_text(text + "\n", encoding="utf-8")
        for name, table in tables.items():
            table.to_csv(place / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
    return tuple(tables)
