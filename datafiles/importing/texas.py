"""Texas: the district tables of TAPR (students, staff, pay) and of PEIMS actual finance, joined by CDN.

TAPR marks masked figures with -1, -2, -3 and a point; PEIMS writes `"$1,234"` and holds several years.
"""

from __future__ import annotations

from datafiles.importing.cells import code
from datafiles.importing.grades import KINDERGARTEN, PREK
from datafiles.importing.layouts import Layout
from datafiles.importing.published import CellReader, Published
from datafiles.importing.record import (
    AIDES,
    SPECIAL_TEACHERS,
    TEACHERS,
    DistrictRecord,
    Finance,
    SchoolRecord,
)
from datafiles.importing.report import ImportReport
from datafiles.importing.selection import Selection
from models.errors import InputError

TAPR = Layout("tapr", "TAPR district table (TEA)", ("DISTRICT|cdn", "DPETALLC", "DPSTTOFC"))
PEIMS = Layout(
    "peims", "PEIMS actual finance by district (TEA)",
    ("State ID (CDN)|cdn", "Total Operating Expenditures (TOP)", "Reported Enrollment"),
)  # fmt: skip
BOTH = Layout("both", "TAPR joined with PEIMS finance", (*TAPR.required, *PEIMS.required))
LAYOUTS = (TAPR, PEIMS, BOTH)

GRADES = {"DPETGEEC": PREK, "DPETGPKC": PREK, "DPETGKNC": KINDERGARTEN} | {
    f"DPETG{n:02d}C": n for n in range(1, 13)
}
STAFF = {"DPSTTOFC": TEACHERS, "DPSTSPFC": SPECIAL_TEACHERS, "DPSETOFC": AIDES}
CDN = ("DISTRICT", "State ID (CDN)", "cdn")
SPENDING, INSTRUCTION, REVENUE = "Total Operating Expenditures (TOP)", "TOP - Instruction", "Total Revenue"


def read_texas(
    tables: dict[str, list[Published]], selection: Selection, finance_year: int | None, report: ImportReport
) -> list[DistrictRecord]:
    """Return the districts of TAPR, each as one unit, with the finance of PEIMS.

    Raises
    ------
    InputError
        When TAPR is not among the tables, or nothing says of which fiscal year the dollars are.

    """
    people = tables.get("both", []) + tables.get("tapr", [])
    if not people:
        raise InputError(
            "No table with students and staff is among the files.",
            "Add the district table of TAPR (DPETALLC, DPSTTOFC, …).",
        )
    records: dict[str, DistrictRecord] = {}
    pay: dict[str, float] = {}
    for table in people:
        _people(
            table,
            BOTH.title if table in tables.get("both", ()) else TAPR.title,
            selection,
            report,
            records,
            pay,
        )
    for table in tables.get("both", []):
        _finance(table, "", selection, finance_year, report, records)
    for table in tables.get("peims", []):
        _finance(table, PEIMS.title, selection, finance_year, report, records)
    for district, record in records.items():
        if record.finance is None:
            report.missing.add("district of TAPR without a row of PEIMS finance", district)
        elif district in pay:
            record.finance.teacher_pay = pay[district]
    return list(records.values())


def _people(
    table: Published,
    title: str,
    selection: Selection,
    report: ImportReport,
    records: dict[str, DistrictRecord],
    pay: dict[str, float],
) -> None:
    district_at, total_at, name_at = (
        table.need(*CDN),
        table.need("DPETALLC"),
        table.at("District Name", "DISTNAME"),
    )
    grades = {
        grade: [i for name, g in GRADES.items() if g == grade and (i := table.at(name)) is not None]
        for grade in GRADES.values()
    }
    staff = {group: i for name, group in STAFF.items() if (i := table.at(name)) is not None}
    pay_at, sum_at, poor_at = table.at("DPSTTOSA"), table.at("DPSTTOST"), table.at("DPETECOC")
    cell = table.cells(report)
    for row in table.rows(report, title):
        district = code(row[district_at], 6)
        if selection.id and district != selection.id:
            continue
        if district in records:
            report.dropped.add(f"district that stands a second time in {table.name}", district)
            continue
        school = SchoolRecord(
            district, row[name_at].strip() if name_at is not None else "", total=cell(row, total_at)
        )
        for grade, positions in grades.items():
            pupils = sum(value for i in positions if (value := cell(row, i)) is not None)
            if pupils:
                school.pupils[grade] = pupils
        poor = cell(row, poor_at)
        if poor is not None and school.total:
            school.low_income = min(1.0, poor / school.total)
        groups = {group: value for group, i in staff.items() if (value := cell(row, i)) is not None}
        records[district] = DistrictRecord(district, school.name, "TX", [school], groups, whole_district=True)
        average = _average(cell, row, pay_at, sum_at, groups.get(TEACHERS))
        if average:
            pay[district] = average
    table.used(len(records))


def _average(
    cell: CellReader, row: list[str], pay_at: int | None, sum_at: int | None, teachers: float | None
) -> float | None:
    """Average base salary of a teacher: published, else the sum of salaries over teachers."""
    average = cell(row, pay_at)
    if average:
        return average
    total = cell(row, sum_at)
    return total / teachers if total and teachers else None


def _finance(
    table: Published,
    title: str,
    selection: Selection,
    wanted: int | None,
    report: ImportReport,
    records: dict[str, DistrictRecord],
) -> None:
    """Read the finance of one year: the one that is asked for, else each district's last."""
    district_at, year_at, pupils_at = (
        table.need(*CDN[1:], CDN[0]),
        table.at("Year", "Fiscal Year"),
        table.need("Reported Enrollment"),
    )
    spending_at, instruction_at, revenue_at = table.need(SPENDING), table.at(INSTRUCTION), table.at(REVENUE)
    name_at = table.at("District Name")
    if year_at is None and wanted is None:
        raise InputError(
            f"{table.name} does not say of which fiscal year its dollars are.",
            "Add --finance-year, for example 2016 for the school year 2015-16.",
        )
    rows = table.rows(report, title) if title else table.rows(ImportReport(""), "")
    cell, used = table.cells(report if title else ImportReport("")), set()
    for row in rows:
        district = code(row[district_at], 6)
        if selection.id and district != selection.id:
            continue
        own = row[year_at].strip() if year_at is not None else ""
        year = int(own) if own.isdigit() else wanted
        if year is None:
            report.dropped.add(f"row of {table.name} without a year", district)
            continue
        record = records.get(district)
        if record is None:
            report.dropped.add(f"district of {table.name} without students and staff in TAPR", district)
            continue
        if wanted is not None and year != wanted:
            report.dropped.add(f"row of {table.name} of another fiscal year than {wanted}")
            continue
        if record.finance is not None and record.finance.year >= year:
            report.dropped.add(f"row of {table.name} of an earlier fiscal year than the last")
            continue
        if record.finance is not None:
            report.dropped.add(f"row of {table.name} of an earlier fiscal year than the last")
        record.finance = Finance(
            year, cell(row, pupils_at), cell(row, spending_at), cell(row, instruction_at), revenue=cell(row, revenue_at),
            publisher=PEIMS.title,
        )  # fmt: skip
        record.name = record.name or (row[name_at].strip() if name_at is not None else "")
        record.schools[0].name = record.schools[0].name or record.name
        used.add(district)
    table.used(len(used) if title else 0)
