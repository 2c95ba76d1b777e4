"""The Annual Survey of School System Finances (F-33), as NCES and as the Census Bureau publish it.

NCES writes whole dollars (`sdf22_1a.txt`), the Census Bureau thousands (`elsec22.xls`); both mark missing figures with negative
codes. Columns differ by era, so each is found by its heading.
"""

from __future__ import annotations

import re

from datafiles.importing.cells import code
from datafiles.importing.grades import grade_of
from datafiles.importing.layouts import Layout
from datafiles.importing.published import Published
from datafiles.importing.record import TEACHERS, DistrictRecord, Finance, SchoolRecord
from datafiles.importing.report import ImportReport
from datafiles.importing.selection import STATE_OF, Selection
from models.errors import InputError

NCES = Layout("f33", "F-33 district finance (NCES)", ("LEAID", "TCURINST", "V33|MEMBERSCH"), ("NCESSCH",))
CENSUS = Layout(
    "f33_census", "F-33 district finance (Census Bureau)", ("NCESID", "IDCENSUS", "ENROLL|V33", "TCURINST")
)
LAYOUTS = (NCES, CENSUS)
LEVELS = {"01": (0, 8), "02": (9, 12), "03": (0, 12)}  # SCHLEV: elementary, secondary, unified system
NOT_OPERATING = {"06": "a system that runs no school", "07": "an educational service agency"}
INSTRUCTION_PAY = ("Z33", "V10")
CURRENT_PARTS = ("TCURINST", "TCURSSVC", "TCURONON")
LATER_COUNT = re.compile(r"ccd(\d\d)(\d\d)_enrollment")  # a table that was joined with later counts of CCD


def read_f33(
    tables: list[Published], selection: Selection, year: int | None, report: ImportReport
) -> dict[str, DistrictRecord]:
    """Return each district as one unit with its finance, by LEAID.

    Raises
    ------
    InputError
        When neither the table nor `year` says of which fiscal year its dollars are.

    """
    found: dict[str, DistrictRecord] = {}
    for table in tables:
        census = "NCESID" in table
        title = (CENSUS if census else NCES).title
        position = table.at("YEAR", "YRDATA", "FISCALYEAR")
        if position is None and year is None:
            raise InputError(
                f"{table.name} does not say of which fiscal year its dollars are.",
                "Add --finance-year, for example 2019 for the school year 2018-19.",
            )
        _read(table, title, 1000.0 if census else 1.0, position, year, selection, report, found)
    return found


def _read(
    table: Published,
    title: str,
    unit: float,
    year_at: int | None,
    year: int | None,
    selection: Selection,
    report: ImportReport,
    found: dict[str, DistrictRecord],
) -> None:
    cell = table.cells(report)
    leaid = table.need("LEAID", "NCESID")
    name, state, level = (
        table.at("NAME", "LEANM", "LEA_NAME"),
        table.at("STABBR", "ST", "state"),
        table.at("SCHLEV"),
    )
    low, high = table.at("GSLO"), table.at("GSHI")
    members = [i for i in (table.at("MEMBERSCH"), table.at("V33"), table.at("ENROLL")) if i is not None]
    money = {item: table.at(item) for item in ("TOTALREV", "TCURELSC", *CURRENT_PARTS, *INSTRUCTION_PAY)}
    later = next((heading for heading in table.header if LATER_COUNT.fullmatch(heading)), "")
    count_at = table.at(later) if later else None
    teachers_at = table.at(later.replace("enrollment", "teachers_fte")) if later else None
    used = 0
    for row in table.rows(report, title):
        district = code(row[leaid], 7)
        if not district or not selection.may_hold(district):
            continue
        kind = row[level].strip().zfill(2) if level is not None else ""
        if kind in NOT_OPERATING:
            report.dropped.add(NOT_OPERATING[kind], district)
            continue
        if district in found:
            report.dropped.add(f"district that stands a second time in {table.name}", district)
            continue
        own_year = _year(row[year_at]) if year_at is not None else None
        fiscal = own_year or year
        if fiscal is None:
            raise InputError(
                f"{table.name}: district {district} has no fiscal year.",
                "Add --finance-year, for example 2019.",
            )
        if year is not None and own_year is not None and own_year != year:
            report.dropped.add(f"row of {table.name} of another fiscal year than {year}", district)
            continue
        dollars = {item: _scaled(cell(row, i), unit) for item, i in money.items()}
        pupils = next((value for i in members if (value := cell(row, i)) is not None), None)
        finance = Finance(
            fiscal,
            pupils,
            _current(dollars, district, report),
            dollars["TCURINST"],
            _sum(dollars, INSTRUCTION_PAY),
            revenue=dollars["TOTALREV"],
            publisher=title,
        )
        school = SchoolRecord(district, row[name].strip() if name is not None else "", total=pupils)
        school.lowest, school.highest = LEVELS.get(kind, (0, 12))
        if low is not None and high is not None:
            first, last = grade_of(row[low]), grade_of(row[high])
            if first is not None and last is not None and last <= 13:
                school.lowest, school.highest = first, last
        record = DistrictRecord(
            district,
            school.name,
            row[state].strip().upper()
            if state is not None and row[state].strip()
            else STATE_OF.get(district[:2], ""),
            [school],
            finance=finance,
            whole_district=True,
            year=fiscal,
        )
        count = cell(row, count_at)
        if count:
            school.total = count
            record.year = _year(later[5:7])
        teachers = cell(row, teachers_at)
        if teachers:
            record.staff[TEACHERS] = teachers
        found[district] = record
        used += 1
    table.used(used)


def _year(text: str) -> int | None:
    """Fiscal year of `22`, `2022` or `2022.0`."""
    digits = text.strip().removesuffix(".0")
    if not digits.isdigit():
        return None
    value = int(digits)
    return value if value > 1900 else (2000 if value < 70 else 1900) + value


def _scaled(value: float | None, unit: float) -> float | None:
    return None if value is None else value * unit


def _sum(dollars: dict[str, float | None], items: tuple[str, ...]) -> float | None:
    """Sum of some items, `None` when one is missing."""
    values = [dollars[item] for item in items]
    return (
        None
        if any(value is None for value in values)
        else sum(value for value in values if value is not None)
    )


def _current(dollars: dict[str, float | None], district: str, report: ImportReport) -> float | None:
    """Current spending on elementary and secondary education; where it is not given, the sum of its parts."""
    if dollars["TCURELSC"]:
        return dollars["TCURELSC"]
    parts = [dollars[item] for item in CURRENT_PARTS]
    if not parts[0] or not parts[1]:
        return None
    if parts[2] is None:
        report.guessed.add(
            "current spending is instruction and support services; food service and the like are not in the data",
            district,
        )
    return sum(value or 0.0 for value in parts)
