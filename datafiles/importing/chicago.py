"""Chicago Public Schools: the employee position roster, the school profile and the 20th-day membership by grade.

The roster has one row a position and is joined by finance unit (`Dept ID` = `Finance_ID`). Two campuses of one unit are one school: the
roster has their staff once. The names of people are never read.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache

from datafiles.importing.cells import code
from datafiles.importing.grades import grade_of
from datafiles.importing.layouts import Layout
from datafiles.importing.published import Published
from datafiles.importing.record import (
    AIDES,
    COACHES,
    COUNSELORS,
    SPECIAL_AIDES,
    SPECIAL_TEACHERS,
    TEACHERS,
    DistrictRecord,
    Finance,
    SchoolRecord,
)
from datafiles.importing.report import ImportReport
from datafiles.importing.selection import Selection
from models.errors import InputError

ROSTER = Layout(
    "roster", "CPS employee position roster",
    ("Dept ID|Unit ID", "FTE", "Job Title", "Annual Salary", "Annual Benefit Cost"),
)  # fmt: skip
PROFILE = Layout("profile", "CPS school profile", ("School_ID", "Finance_ID", "Student_Count_Total"))
MEMBERSHIP = Layout(
    "membership", "CPS 20th-day membership by grade", ("School ID", "K", "01|1", "08|8", "12")
)
LAYOUTS = (ROSTER, PROFILE, MEMBERSHIP)
LEAID, NAME = "1709930", "Chicago Public Schools"
NO_UNIT = "00000"

# Titles of the rosters of 2016 to 2025, the first rule that fits: special education and bilingual assistants before teachers.
TITLES = (
    (SPECIAL_AIDES, r"sp(ec(ial)?)?\.? ?ed(uc(ation)?)?\b.*(class|assist|asst)"),
    (
        "",
        r"speech|citywide|compliance|resident|residency|recruit|teacher (leadership|eng)|college|career|gear up|csi",
    ),
    (AIDES, r"(teacher|instructor)'?s? ass(is)?t"),
    (SPECIAL_TEACHERS, r"(special ed(ucation)?|diverse learner).*teacher|teacher.*special ed"),
    (COACHES, r"\bcoach\b|instructional support leader|\blead teacher"),
    (TEACHERS, r"\bteacher\b|^(senior )?military instructor"),
    (COUNSELORS, r"school counselor"),
)
PATTERNS = tuple((group, re.compile(pattern)) for group, pattern in TITLES)


@lru_cache(maxsize=4096)
def group_of(title: str) -> str:
    """Return the group of staff that a job title belongs to, blank for those outside the plan's scope."""
    plain = " ".join(title.split()).casefold()
    return next((group for group, pattern in PATTERNS if pattern.search(plain)), "")


@dataclass
class Unit:
    """The positions of one finance unit: FTE by group, payroll ($) and what of the FTE has a salary."""

    fte: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    payroll: float = 0.0
    paid_fte: float = 0.0
    all_fte: float = 0.0
    teacher_salaries: float = 0.0
    teachers_paid: float = 0.0

    @property
    def spending(self) -> float:
        """Salaries and benefits of all positions; those without a salary at the average of the others."""
        return self.payroll * self.all_fte / self.paid_fte if self.paid_fte else 0.0


def read_chicago(
    tables: dict[str, list[Published]], selection: Selection, finance_year: int | None, report: ImportReport
) -> list[DistrictRecord]:
    """Return Chicago's district-run schools as one district.

    Raises
    ------
    InputError
        When roster or profile is not among the files, or nothing says of which year the pay is.

    """
    for layout in (ROSTER, PROFILE):
        if layout.id not in tables:
            raise InputError(
                f"{layout.title} is not among the files.",
                f"Add it: a table with {', '.join(layout.required)}.",
            )
    units: dict[str, Unit] = {}
    for table in tables["roster"]:
        _roster(table, units, report)
    grades: dict[str, dict[int, float]] = {}
    for table in tables.get("membership", []):
        _membership(table, grades, report)
    schools: dict[str, SchoolRecord] = {}
    year: int | None = None
    for table in tables["profile"]:
        year = _profile(table, units, grades, schools, report) or year
    year = finance_year or year
    if year is None:
        raise InputError(
            "Nothing in the files says of which school year the pay is.",
            "Add --finance-year, for example 2019 for 2018-19.",
        )
    at_schools = [units[unit] for unit in schools]
    paid = sum(unit.teachers_paid for unit in at_schools)
    average = sum(unit.teacher_salaries for unit in at_schools) / paid if paid else None
    for unit, own in units.items():
        if unit not in schools:
            report.dropped.add(
                "FTE of units that are no school of the profile (central office, networks, citywide staff)",
                unit,
                round(own.all_fte),
            )
    report.used.add(
        "a school's spending is its payroll of the roster; non-personnel and central spending are not in it"
    )
    finance = Finance(year, teacher_pay=average, publisher=ROSTER.title)
    record = DistrictRecord(LEAID, NAME, "IL", list(schools.values()), finance=finance, year=year)
    return [record] if schools else []


def _roster(table: Published, units: dict[str, Unit], report: ImportReport) -> None:
    unit_at, fte_at, title_at = table.need("Dept ID", "Unit ID"), table.need("FTE"), table.need("Job Title")
    salary_at, benefit_at, position_at = (
        table.need("Annual Salary"),
        table.need("Annual Benefit Cost"),
        table.at("Pos #"),
    )
    cell, positions, used = table.cells(report), Counter[str](), 0
    if "Name" in table:
        report.dropped.add(f"column Name of {table.name}: names of people are not imported")
    for row in table.rows(report, ROSTER.title):
        fte = cell(row, fte_at)
        if fte is None:
            report.dropped.add(f"row of {table.name} without FTE", row[title_at].strip())
            continue
        unit = units.setdefault(code(row[unit_at], 5), Unit())
        group = group_of(row[title_at])
        salary, benefits = cell(row, salary_at), cell(row, benefit_at)
        unit.all_fte += fte
        if group:
            unit.fte[group] += fte
        if salary is None:
            report.missing.add(
                f"position of {table.name} without a salary (vacant): counted at its unit's average pay"
            )
        else:
            unit.paid_fte += fte
            unit.payroll += salary + (benefits or 0.0)
            if group in (TEACHERS, SPECIAL_TEACHERS):
                unit.teacher_salaries += salary
                unit.teachers_paid += fte
        if position_at is not None:
            positions[row[position_at].strip()] += 1
        used += 1
    table.used(used)
    shared = sum(count for number, count in positions.items() if number and count > 1)
    report.missing.add(
        f"rows of {table.name} that share a position number (two people on one position): all are counted",
        "",
        shared,
    )


def _membership(table: Published, grades: dict[str, dict[int, float]], report: ImportReport) -> None:
    """Read pupils by grade; totals of networks and of the district have no school id."""
    school_at, columns, used = table.need("School ID"), {}, 0
    for i, heading in enumerate(table.header):
        grade = grade_of(heading)
        if heading and grade is not None:
            columns[i] = grade
    cell = table.cells(report)
    for row in table.rows(report, MEMBERSHIP.title):
        school = code(row[school_at], 6)
        if not school.isdigit():
            report.dropped.add(f"total of {table.name}", row[school_at].strip() or "no id")
            continue
        own: dict[int, float] = {}
        for i, grade in columns.items():
            own[grade] = own.get(grade, 0.0) + (cell(row, i) or 0.0)
        if any(own.values()):
            grades[school] = own
        used += 1
    table.used(used)


def _profile(
    table: Published,
    units: dict[str, Unit],
    grades: dict[str, dict[int, float]],
    schools: dict[str, SchoolRecord],
    report: ImportReport,
) -> int | None:
    """Read the schools whose teachers are on the roster; returns the school year, named after its end."""
    school_at, unit_at, total_at = (
        table.need("School_ID"),
        table.need("Finance_ID"),
        table.need("Student_Count_Total"),
    )
    name_at, poor_at = table.at("Short_Name", "Long_Name"), table.at("Student_Count_Low_Income")
    offered_at, year_at = table.at("Grades_Offered_All"), table.at("School_Year")
    cell, year, used = table.cells(report), None, 0
    poor: dict[str, float] = defaultdict(float)
    for row in table.rows(report, PROFILE.title):
        school, unit = code(row[school_at], 6), code(row[unit_at], 5)
        name = row[name_at].strip() if name_at is not None else school
        if year_at is not None and (found := re.search(r"(\d{4})\s*[-–]\s*(\d{2,4})", row[year_at])):
            year = int(found[1]) + 1
        own = units.get(unit)
        if unit == NO_UNIT:
            report.dropped.add("school of finance unit 0, which is no unit", f"{school} {name}")
            continue
        if own is None or own.fte[TEACHERS] + own.fte[SPECIAL_TEACHERS] <= 0:
            report.dropped.add(
                "school whose teachers are not on the roster (charter and contract schools)",
                f"{school} {name}",
            )
            continue
        total = cell(row, total_at)
        if not total:
            report.dropped.add("school of the profile without pupils", f"{school} {name}")
            continue
        record = schools.get(unit)
        if record is None:
            record = schools[unit] = _school(unit, name, own)
        else:
            record.name = f"{record.name} / {name}"
            report.used.add("campuses of one finance unit are one school, with their staff once", record.name)
        for grade, pupils in _by_grade(grades.get(school), total, row, offered_at, report, school).items():
            record.pupils[grade] = record.pupils.get(grade, 0.0) + pupils
        poor[unit] += cell(row, poor_at) or 0.0
        record.low_income = min(1.0, poor[unit] / max(sum(record.pupils.values()), 1.0))
        used += 1
    table.used(used)
    return year


def _school(unit: str, name: str, own: Unit) -> SchoolRecord:
    record = SchoolRecord(unit, name, spending=own.spending)
    record.staff = {
        group: own.fte[group] for group in (SPECIAL_TEACHERS, AIDES, SPECIAL_AIDES, COUNSELORS, COACHES)
    }
    record.staff[TEACHERS] = own.fte[TEACHERS] + own.fte[SPECIAL_TEACHERS]
    record.teacher_pay = own.teacher_salaries / own.teachers_paid if own.teachers_paid else None
    return record


def _by_grade(
    counted: dict[int, float] | None,
    total: float,
    row: list[str],
    offered_at: int | None,
    report: ImportReport,
    school: str,
) -> dict[int, float]:
    """Pupils by grade: the profile's total by the shares of the membership file, else evenly over the grades offered."""
    if counted:
        whole = sum(counted.values())
        if abs(whole - total) > 0.5:
            report.guessed.add(
                "the profile's pupils are spread over grades as in the membership file, whose totals differ (another day or year)"
            )
        return {grade: pupils * total / whole for grade, pupils in counted.items()}
    offered = [grade_of(part) for part in row[offered_at].split(",")] if offered_at is not None else []
    grades = [grade for grade in offered if grade is not None] or list(range(13))
    report.guessed.add(
        "pupils of a school that the membership file lacks are spread evenly over the grades offered", school
    )
    return {grade: total / len(grades) for grade in grades}
