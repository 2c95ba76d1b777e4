"""The tidy tables of an answer as CSV files of a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datafiles.writing import whole_folder

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "explain": ("prices", "rows", "limits", "settings", "extra", "conflict", "missing"),
    "stress": ("cuts", "ladder"),
    "frontier": ("frontier",),
    "along": ("along",),
    "tornado": ("tornado",),
    "equity": ("equity",),
}
"""Kinds of answers, with the names of their tables."""


def write_answer(
    kind: str, tables: Mapping[str, pd.DataFrame], answer: Mapping[str, Any], folder: Path
) -> list[str]:
    """Write `KIND.json` and one CSV file for each table; the folder appears whole or not at all.

    Returns
    -------
    Names of the files.

    Raises
    ------
    InputError
        The place cannot be written, or holds files of another kind.

    """
    names = [f"{name}.csv" for name in KINDS[kind]]
    with whole_folder(folder, ours=(f"{kind}.json", *names)) as place:
        text = json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False)
        (place / f"{kind}.json").write_text(text + "\n", encoding="utf-8")
        for name, file in zip(KINDS[kind], names):
            tables[name].to_csv(place / file, index=False, encoding="utf-8", lineterminator="\n")
    return [f"{kind}.json", *names]
