"""The mapping of a planner's own table: which of its columns holds what. Written as TOML, proposed by `wizard.py`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping as Values
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datafiles.decoding import decode
from datafiles.faults import did_you_mean, nearest
from datafiles.importing.grades import PREK, SCHOOL_GRADES
from datafiles.importing.published import Published
from datafiles.importing.record import GROUPS
from models.errors import InputError, Problem

TEXT_COLUMNS = {
    "district_id": "id of the district, where the table holds several",
    "district_name": "name of the district",
    "state": "two letters",
    "school_id": "id of the school; left out, a row is a district",
    "school_name": "name of the school",
    "grades": "grades offered, as K-5 or PK - 8; used where pupils are not given by grade",
    "lowest_grade": "lowest grade offered",
    "highest_grade": "highest grade offered",
}
FIGURE_COLUMNS = {
    "pupils": "all pupils; not needed where pupils are given by grade",
    "low_income_pupils": "pupils from low-income families",
    "low_income_percent": "the same in percent (0 to 100)",
    **{group: f"{group.replace('_', ' ')}, FTE" for group in GROUPS},
    "teacher_pay": "average yearly salary of a teacher, $",
    "spending": "current spending, $ a year",
    "spending_per_pupil": "current spending per pupil, $ a year",
    "revenue": "revenue from all sources, $ a year",
}
COLUMNS = TEXT_COLUMNS | FIGURE_COLUMNS
GRADE_KEYS = {"PK": PREK, "K": 0, **{str(grade): grade for grade in SCHOOL_GRADES[1:]}}
DOLLARS = ("teacher_pay", "spending", "spending_per_pupil", "revenue")
SECTIONS = ("table", "columns", "grades")
TABLE_KEYS = ("year", "dollars_in", "repeated", "name")
UNITS = {"dollars": 1.0, "thousands": 1000.0}


@dataclass
class Mapping:
    """Which column of a table holds what.

    Attributes
    ----------
    columns
        Heading by target (a key of `COLUMNS`).
    grades
        Heading by grade (a key of `GRADE_KEYS`).
    repeated
        Targets whose figure is the district's, repeated on the row of each of its schools: it is counted once.
    year
        Fiscal year of the dollars, named after the year in which it ends.
    unit
        Dollars in one unit of the money columns.
    name
        Name of the district, where no column has it.

    """

    columns: dict[str, str] = field(default_factory=dict)
    grades: dict[str, str] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    year: int | None = None
    unit: float = 1.0
    name: str = ""

    def text(self, file: str, headings: tuple[str, ...], notes: Values[str, str]) -> str:
        """Return the mapping as TOML to edit; `notes` say why a column was proposed."""
        lines = [
            f"# Which column of {file} holds what. Check every line, then run:",
            f"#   spanwise import csv {file} --mapping THIS_FILE --out FOLDER",
            "# A line that is blank or taken out is a figure that the table does not have.",
            "",
            "[table]",
            f"name = {_quoted(self.name)}  # the district's name, where no column has it",
            f"year = {self.year or 0}  # fiscal year of the dollars (2025 for 2024-25); 0 where there are none",
            'dollars_in = "dollars"  # or "thousands"',
            f"repeated = {_quoted(self.repeated)}  # columns whose figure is the district's, repeated for each of its schools",
            "",
            "[columns]",
        ]
        for target, meaning in COLUMNS.items():
            note = f" ({notes[target]})" if target in notes else ""
            lines.append(f"{target} = {_quoted(self.columns.get(target, ''))}  # {meaning}{note}")
        lines += ["", "[grades]  # pupils by grade"]
        lines += [f"{_quoted(grade)} = {_quoted(self.grades.get(grade, ''))}" for grade in GRADE_KEYS]
        used = {*self.columns.values(), *self.grades.values()}
        rest = [heading for heading in headings if heading and heading not in used]
        if rest:
            lines += ["", "# Columns that are not used:", *(f"#   {heading}" for heading in rest)]
        return "\n".join(lines) + "\n"


def read_mapping(path: Path, table: Published) -> Mapping:
    """Read a mapping and hold it to the headings of its table.

    Raises
    ------
    InputError
        With every fault: unknown keys, columns that the table does not have, no pupils, dollars without a year.

    """
    try:
        decoded = decode(path.read_bytes())
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.",
            "Propose a mapping with: spanwise import csv TABLE.csv --map",
        ) from None
    try:
        if decoded.wrong:
            raise tomllib.TOMLDecodeError(decoded.wrong)
        values = tomllib.loads(decoded.text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{path} is no TOML: {error}", 'A line is written: pupils = "TOTAL_Enrollment"'
        ) from None
    problems: list[Problem] = []

    def wrong(place: str, message: str, hint: str = "") -> None:
        problems.append(Problem(f"{path.name} {place}".strip(), message, hint, path.name))

    for section in values.keys() - set(SECTIONS):
        wrong(
            f"[{section}]",
            "is not known.",
            did_you_mean(section, SECTIONS, "The sections are table, columns, grades."),
        )
    mapping = Mapping()
    _table(values.get("table", {}), mapping, wrong)
    for section, known, into in (
        ("columns", COLUMNS, mapping.columns),
        ("grades", GRADE_KEYS, mapping.grades),
    ):
        for key, heading in _dict(values.get(section, {}), section, wrong).items():
            if key not in known:
                hint = (
                    did_you_mean(key, known) if section == "columns" else "The grades are PK, K and 1 to 12."
                )
                wrong(f"[{section}] {key}", "is not known.", hint)
            elif not isinstance(heading, str):
                wrong(
                    f"[{section}] {key}",
                    f"{heading!r} is no heading.",
                    "Write the column's heading in quotes.",
                )
            elif heading and heading not in table:
                near = nearest(heading, table.header)
                wrong(
                    f"[{section}] {key}",
                    f'{table.name} has no column "{heading}".',
                    f'Did you mean "{near}"?'
                    if near
                    else f"Its columns are: {', '.join(table.header[:12])}.",
                )
            elif heading:
                into[key] = heading
    _whole(mapping, wrong)
    if problems:
        raise InputError.of(problems, str(path))
    return mapping


def _dict(value: Any, section: str, wrong: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    wrong(f"[{section}]", "is no section.", f"Write [{section}] on a line of its own.")
    return {}


def _table(values: Any, mapping: Mapping, wrong: Any) -> None:
    own = _dict(values, "table", wrong)
    for key in own.keys() - set(TABLE_KEYS):
        wrong(f"[table] {key}", "is not known.", did_you_mean(key, TABLE_KEYS))
    year = own.get("year", 0)
    if not isinstance(year, int) or isinstance(year, bool) or (year and not 1980 <= year <= 2100):
        wrong(
            "[table] year",
            f"{year!r} is no fiscal year.",
            "Write 2025 for the school year 2024-25, without quotes.",
        )
    else:
        mapping.year = year or None
    unit = own.get("dollars_in", "dollars")
    if unit not in UNITS:
        wrong("[table] dollars_in", f'{unit!r} is not known; "dollars" or "thousands" is expected.')
    else:
        mapping.unit = UNITS[unit]
    repeated = own.get("repeated", [])
    if not isinstance(repeated, list) or any(each not in FIGURE_COLUMNS for each in repeated):
        wrong(
            "[table] repeated",
            f"{repeated!r} is no list of figures.",
            'Write for example ["teachers", "spending"].',
        )
    else:
        mapping.repeated = repeated
    mapping.name = str(own.get("name", ""))


def _whole(mapping: Mapping, wrong: Any) -> None:
    """Hold the mapping to what an import needs."""
    if not mapping.grades and "pupils" not in mapping.columns:
        wrong("", "names no column with pupils.", "Fill in pupils in [columns], or the grades.")
    dollars = [target for target in DOLLARS if target in mapping.columns]
    if dollars and mapping.year is None:
        wrong(
            "[table] year",
            f"is needed: {', '.join(dollars)} hold dollars.",
            "Write 2025 for the school year 2024-25.",
        )
    if "spending" in mapping.columns and "spending_per_pupil" in mapping.columns:
        wrong("[columns] spending_per_pupil", "stands beside spending.", "Keep one of the two.")


def _quoted(value: str | list[str]) -> str:
    """Return a string, or a list of strings, as TOML writes it."""
    return json.dumps(value, ensure_ascii=False)
