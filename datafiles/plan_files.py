"""A plan as a folder: `plan.json`, the tidy tables as CSV, and the district it answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from datafiles.folder import write_district
from datafiles.writing import whole_folder

if TYPE_CHECKING:
    from models.plan import Plan

TABLES = ("design", "positions", "stipends", "technology", "coverage", "money")
OURS = ("plan.json", "district", *(f"{name}.csv" for name in TABLES))


def write_plan(plan: Plan, folder: Path, *, force: bool = False) -> None:
    """Write a plan as a folder; it appears whole or not at all.

    `district/` inside it is the question as it was asked, so that a saved plan can be read again and compared.

    Raises
    ------
    InputError
        When the place cannot be written.

    """
    from models.plan_json import plan_json

    with whole_folder(folder, ours=OURS, force=force) as place:
        (place / "plan.json").write_text(
            json.dumps(plan_json(plan), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        for name in TABLES:
            plan.tables[name].to_csv(
                place / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n"
            )
        write_district(plan.district, place / "district")
