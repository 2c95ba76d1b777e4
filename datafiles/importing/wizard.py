"""Proposes a mapping for a planner's table, by the names of its columns and by what they hold."""

from __future__ import annotations

import csv
import difflib
import itertools
import re
from functools import cache
from pathlib import Path

from datafiles.importing.cells import Unreadable, figure
from datafiles.importing.grades import grade_of
from datafiles.importing.mapping import DOLLARS, FIGURE_COLUMNS, GRADE_KEYS, Mapping
from datafiles.importing.published import Published
from datafiles.importing.report import ImportReport
from models.errors import InputError

LOOKED_AT = 2000  # rows
NEAR = 0.8

ALIASES = Path(__file__).with_name("aliases.csv")  # names that publishers use, the likeliest first


def propose(table: Published) -> tuple[Mapping, dict[str, str]]:
    """Propose a mapping, and say for each proposal how sure it is.

    Raises
    ------
    InputError
        When the table has headings or rows of no kind.

    """
    table.begin_widest()
    rows = list(itertools.islice(table.rows(ImportReport(""), ""), LOOKED_AT))
    if len([heading for heading in table.header if heading]) < 2 or not rows:
        raise InputError(
            f"{table.name} has no headings and rows to propose a mapping for.",
            "Give a table with a row of headings.",
        )
    mapping = Mapping(grades=_grades(table.header))
    taken = set(mapping.grades.values())
    scores = sorted(
        (
            (-_score(heading, alias, rank), target, heading)
            for target, names in aliases().items()
            for rank, alias in enumerate(names)
            for heading in table.header
            if heading and heading not in taken
        ),
        key=lambda entry: entry[0],
    )
    notes: dict[str, str] = {}
    for score, target, heading in scores:
        if -score < NEAR or target in mapping.columns or heading in taken:
            continue
        if target in FIGURE_COLUMNS and not _holds_figures(rows, table.header.index(heading)):
            continue
        mapping.columns[target] = heading
        taken.add(heading)
        if -score < 0.95:
            notes[target] = "check: the name is only near"
    if "spending" in mapping.columns:
        mapping.columns.pop("spending_per_pupil", None)
    if _names_tell_schools_apart(table, mapping, rows):
        mapping.columns["school_id"] = mapping.columns["school_name"]
        notes["school_id"] = "no column has ids: names tell the schools apart"
    mapping.repeated = _repeated(table, mapping, rows)
    for target in mapping.repeated:
        notes[target] = "the same on every row of a district: taken for the district's"
    return mapping, notes


@cache
def aliases() -> dict[str, list[str]]:
    """Return the names under which publishers write each target, from `aliases.csv`."""
    found: dict[str, list[str]] = {}
    with ALIASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["target"], []).append(row["heading"])
    return found


def _words(heading: str) -> str:
    """Return a heading in plain words: `TOTAL_Enrollment` is `total enrollment`, and ELSI's `[District] 2023-24` is left out."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"\[[^\]]*\].*", "", heading))
    return " ".join(re.sub(r"[^a-z0-9%]+", " ", spaced.casefold()).split())


def _score(heading: str, alias: str, rank: int) -> float:
    words = _words(heading)
    if words == alias:
        return 1.0 - 0.001 * rank
    ratio = difflib.SequenceMatcher(None, words, alias).ratio()
    return 0.94 * ratio - 0.001 * rank


def _grades(header: tuple[str, ...]) -> dict[str, str]:
    """Find columns with pupils by grade: `K`, `01`, `Grade 3`, `3_Enrollment`, `PK_Enrollment`, `fte_g4`."""
    names = {grade: key for key, grade in GRADE_KEYS.items()}
    found: dict[str, str] = {}
    for heading in header:
        words = re.sub(
            r"\b(enrollment|enrolment|students|pupils|count|total|enroll|membership)\b", " ", _words(heading)
        )
        grade = grade_of(" ".join(words.split())) if words.strip() else None
        key = names.get(grade) if grade is not None else None
        if key is not None and key not in found:
            found[key] = heading
    return found if len(found) >= 3 else {}


def _holds_figures(rows: list[list[str]], position: int) -> bool:
    """Whether most cells of a column are figures or codes for missing ones, and some are figures."""
    good = figures = 0
    for row in rows:
        try:
            figures += figure(row[position]) is not None
            good += 1
        except Unreadable:
            pass
    return figures > 0 and good >= 0.8 * len(rows)


def _names_tell_schools_apart(table: Published, mapping: Mapping, rows: list[list[str]]) -> bool:
    """Whether a table without ids has a school on each row: names differ where a district stands on several rows.

    Without an id the rows would be districts, and all but the first of each district dropped.
    """
    name = mapping.columns.get("school_name")
    if name is None or "school_id" in mapping.columns:
        return False
    district = mapping.columns.get("district_id") or mapping.columns.get("district_name")
    at, of = table.need(name), table.need(district) if district else None
    named = [("" if of is None else row[of].strip(), row[at].strip()) for row in rows if row[at].strip()]
    return len(set(named)) == len(named) > len({district for district, _ in named})


def _repeated(table: Published, mapping: Mapping, rows: list[list[str]]) -> list[str]:
    """Find figures that are the same on all rows of every district that has several schools.

    Of three such districts and more, staff and money alike, and one in twenty may differ. Fewer tell money alone (schools have
    one counselor each by their own right), and only where every cell is filled and the same on three rows or more.
    """
    if "school_id" not in mapping.columns:
        return []
    district = mapping.columns.get("district_id") or mapping.columns.get("district_name")
    groups: dict[str, list[list[str]]] = {}
    for row in rows:  # a table that names no district is one
        groups.setdefault(row[table.need(district)].strip() if district else "", []).append(row)
    several = [group for group in groups.values() if len(group) > 1]
    if len(several) < 3 and sum(map(len, several)) < 3:
        return []
    repeated = []
    for target in FIGURE_COLUMNS if len(several) >= 3 else DOLLARS:
        heading = mapping.columns.get(target)
        if heading is None or target in ("pupils", "low_income_pupils", "low_income_percent"):
            continue
        position = table.need(heading)
        if len(several) >= 3:
            same = sum(
                len({row[position] for row in group if row[position].strip()}) <= 1 for group in several
            )
            found = same >= 0.95 * len(several)
        else:
            found = all(_one_amount([row[position] for row in group]) for group in several)
        if found:
            repeated.append(target)
    return repeated


def _one_amount(cells: list[str]) -> bool:
    """Whether all cells are one and the same amount, and not 0."""
    try:
        amounts = {figure(cell) for cell in cells}
    except Unreadable:
        return False
    return len(amounts) == 1 and bool(amounts.pop())
