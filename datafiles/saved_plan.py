"""Plans saved by `solve --out DIR`, read back with the district they answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datafiles.reading import read_any
from datafiles.settings_file import FILE
from models.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from models.decisions import Decisions
    from models.district import District
    from models.errors import Problem

PLAN, DISTRICT = "plan.json", "district"
NEEDED = ("status", "objective", "coverage", "spending", "coverage_by_school")
TABLES = {
    "positions": ("school_id", "year", "probability", "role", "fte"),
    "stipends": ("school_id", "year", "probability", "stipend", "leaders"),
    "technology": ("school_id", "year", "probability", "kind", "item", "pupils", "seats_bought"),
    "coverage": ("school_id", "year", "probability", "pupils", "team_pupils", "covered_pupils"),
}
TEXTS = ("school_id", "node", "role", "kind", "item")
SAVE = "Save it again with: spanwise solve FOLDER --out DIR"


def is_saved_plan(path: Path) -> bool:
    """Whether a folder holds a plan that `solve --out` saved; a district with a plan.json beside its tables is none."""
    return (Path(path) / PLAN).is_file() and not (Path(path) / FILE).is_file()


def district_of(path: Path) -> tuple[District, tuple[Problem, ...]]:
    """Read the district of a folder or workbook, or the one that a saved plan answers; and the warnings about it.

    Raises
    ------
    InputError
        With every problem of every file.

    """
    path = Path(path)
    return read_any(path / DISTRICT if is_saved_plan(path) else path)


def read_saved_plan(path: Path) -> Decisions:
    """Read a plan that `solve --out` saved.

    Raises
    ------
    InputError
        When `plan.json`, a table or the district inside is missing or damaged.

    """
    from models.decisions import Decisions

    path = Path(path)
    answer = _answer(path / PLAN)
    district, _ = read_any(path / DISTRICT)
    return Decisions(
        district=district,
        status=str(answer["status"]),
        objective=str(answer["objective"]),
        coverage=float(answer["coverage"]),
        spending=float(answer["spending"]),
        coverage_by_school=answer["coverage_by_school"],
        whole="whole" in answer,
        tables={name: _table(path / f"{name}.csv", columns) for name, columns in TABLES.items()},
    )


def _answer(file: Path) -> dict[str, Any]:
    try:
        answer = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", SAVE) from error
    except ValueError as error:
        raise InputError(f"{file} is no JSON: {error}.", SAVE) from error
    missing = [name for name in NEEDED if name not in answer] if isinstance(answer, dict) else list(NEEDED)
    if missing:
        raise InputError(f"{file} is no saved plan: it lacks {', '.join(missing)}.", SAVE)
    faulty = [
        name
        for name in ("coverage", "spending")
        if isinstance(answer[name], bool) or not isinstance(answer[name], int | float)
    ]
    if faulty or not isinstance(answer["coverage_by_school"], dict):
        name = (faulty or ["coverage_by_school"])[0]
        raise InputError(f"{file}: {name} is {answer[name]!r}; that is not what a saved plan holds.", SAVE)
    return dict(answer)


def _table(file: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    try:
        table = pd.read_csv(file, dtype=dict.fromkeys(TEXTS, str), keep_default_na=False, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", SAVE) from error
    except ValueError as error:
        raise InputError(f"{file} is no table of a saved plan: {error}.", SAVE) from error
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise InputError(
            f"{file} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.", SAVE
        )
    for name in columns:
        if name in TEXTS:
            continue
        figures = pd.to_numeric(table[name], errors="coerce")
        if figures.isna().any():
            row = int(figures.isna().to_numpy().argmax())
            raise InputError(
                f"{file} row {row + 2}: {name} is {table[name].iloc[row]!r}; a number is expected.", SAVE
            )
        table[name] = figures
    return table
