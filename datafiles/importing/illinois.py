"""Illinois: site-based expenditure reporting and the report card's general sheet (ISBE), by school.

Rows are keyed by RCDTS: region, county, district, type (11 digits together) and school (4). `*` marks what is redacted.
"""

from __future__ import annotations

import re

from datafiles.importing.grades import grade_of
from datafiles.importing.layouts import Layout
from datafiles.importing.published import Published, plain
from datafiles.importing.record import TEACHERS, DistrictRecord, Finance, SchoolRecord
from datafiles.importing.report import ImportReport
from datafiles.importing.selection import Selection
from models.errors import InputError

SBER = Layout(
    "sber", "ISBE site-based expenditure",
    ("RCDTS", "# School Enrollment|School Enrollment",
     "$ Total Per-Pupil Expenditures - Subtotal|$ Total Per-Pupil Expenditure - Subtotal|Total Per-Pupil Expenditures - Subtotal"),
)  # fmt: skip
GENERAL = Layout("general", "ISBE report card, general", ("RCDTS", "# Student Enrollment|Student Enrollment"))
LAYOUTS = (SBER, GENERAL)
LEVELS = ("Type", "Level")
NAMES = ("School Name", "School")


def read_illinois(
    tables: dict[str, list[Published]], selection: Selection, finance_year: int | None, report: ImportReport
) -> list[DistrictRecord]:
    """Return the districts with their schools: spending from SBER, pupils and teachers from the general sheet.

    Raises
    ------
    InputError
        When SBER is not among the tables, or the year of its dollars is not known.

    """
    if "sber" not in tables:
        raise InputError(
            "No table with site-based expenditure is among the files.",
            "Add the sheet Financial (2019) or Finance (2020 on) of the report card's public data set.",
        )
    schools: dict[str, SchoolRecord] = {}
    districts: dict[str, DistrictRecord] = {}
    years = {year for group in tables.values() for table in group if (year := _year(table.name)) is not None}
    year = finance_year or (max(years) if len(years) == 1 else None)
    if year is None:
        raise InputError(
            "Nothing in the files says of which school year the dollars are.",
            "Add --finance-year, for example 2025 for the report card of 2024-25.",
        )
    if finance_year is None:
        report.guessed.add(
            f"the dollars are of school year {year - 1}-{year % 100:02d}, after the name of the file"
        )
    for table in tables["sber"]:
        _sber(table, selection, year, schools, districts, report)
    for table in tables.get("general", []):
        _general(table, schools, report)
    if "general" not in tables:
        report.missing.add(
            "grades offered, low-income pupils and teachers of the report card's general sheet: give it too"
        )
    return list(districts.values())


def _year(name: str) -> int | None:
    found = re.search(r"(20\d\d)", name) or re.match(r"(\d\d)-RC", name)
    return int(found[1]) % 2000 + 2000 if found else None


def rcdts(text: str) -> str:
    """Return the 15 characters of a school or 11 of a district, without dashes and spaces."""
    bare = re.sub(r"[^0-9A-Za-z]", "", text)
    return bare.zfill(15) if len(bare) == 14 and bare.isdigit() else bare


def _sber(
    table: Published,
    selection: Selection,
    year: int,
    schools: dict[str, SchoolRecord],
    districts: dict[str, DistrictRecord],
    report: ImportReport,
) -> None:
    id_at, level_at, name_at, agency_at = (
        table.need("RCDTS"),
        table.at(*LEVELS),
        table.at(*NAMES),
        table.at("District", "District Name"),
    )
    pupils_at = table.need(*SBER.required[1].split("|"))
    total_at = table.need(*SBER.required[2].split("|"))
    cell, used = table.cells(report), 0
    for row in table.rows(report, SBER.title):
        key = rcdts(row[id_at])
        level = row[level_at].strip().casefold() if level_at is not None else ""
        if (level and not level.startswith("school")) or len(key) != 15 or key.endswith("0000"):
            report.dropped.add(f"row of {table.name} that is no school (a district or the state)")
            continue
        district = key[:11]
        if selection.id and selection.id not in (district, key):
            continue
        if key in schools:
            report.dropped.add(f"school that stands a second time in {table.name}", key)
            continue
        pupils, spending = cell(row, pupils_at), cell(row, total_at)
        if not pupils:
            report.dropped.add("school without enrollment", key)
            continue
        name = row[name_at].strip() if name_at is not None else key
        school = schools[key] = SchoolRecord(key, name, total=pupils)
        if spending is None:
            report.missing.add(
                "school without site-based expenditure: the district's average a pupil is used", key
            )
        else:
            school.spending = spending * pupils
        record = districts.get(district)
        if record is None:
            agency = row[agency_at].strip() if agency_at is not None else ""
            record = districts[district] = DistrictRecord(
                district, agency, "IL", year=year, finance=Finance(year, publisher=SBER.title)
            )
        record.schools.append(school)
        used += 1
    table.used(used)


def _general(table: Published, schools: dict[str, SchoolRecord], report: ImportReport) -> None:
    id_at, served_at = table.need("RCDTS"), table.at("Grades Served")
    teachers_at, poor_at = table.at("Total Teacher FTE"), table.at("% Student Enrollment - Low Income")
    cell, used = table.cells(report), 0
    for row in table.rows(report, GENERAL.title):
        school = schools.get(rcdts(row[id_at]))
        if school is None:
            report.dropped.add(f"row of {table.name} without site-based expenditure in the files")
            continue
        teachers, poor = cell(row, teachers_at), cell(row, poor_at)
        if teachers:
            school.staff[TEACHERS] = teachers
        if poor is not None:
            school.low_income = min(1.0, poor / 100.0)
        if served_at is not None:
            school.lowest, school.highest = served_grades(row[served_at])
        used += 1
    table.used(used)


def served_grades(text: str) -> tuple[int | None, int | None]:
    """Return the lowest and highest grade of `PK - 8`, `K-5`, `9-12` or `PK K 1 2 3`."""
    parts = [grade_of(part) for part in re.split(r"[\s,;-]+", plain(text)) if part]
    grades = [grade for grade in parts if grade is not None and grade <= 13]
    return (min(grades), max(grades)) if grades else (None, None)
