"""The Education Data API of the Urban Institute: CCD and F-33 as JSON pages or as CSV.

Field names are those of the live API, which differ from its documentation. Codes -1, -2, -3 and null stand for no figure; `year` is
the fall of the school year for CCD and the year in which the fiscal year begins for finance.
"""

from __future__ import annotations

from datafiles.importing.cells import code
from datafiles.importing.grades import ADULT, KINDERGARTEN, PREK, UNGRADED, grade_of
from datafiles.importing.layouts import Layout
from datafiles.importing.national import joined
from datafiles.importing.published import Published
from datafiles.importing.record import (
    AIDES,
    COUNSELORS,
    PREK_TEACHERS,
    TEACHERS,
    DistrictRecord,
    Finance,
    SchoolRecord,
)
from datafiles.importing.report import ImportReport
from datafiles.importing.selection import STATE_OF, Selection
from models.errors import InputError

DIRECTORY = Layout(
    "urban_directory",
    "Urban Institute, district directory",
    ("leaid", "year", "lea_name", "teachers_total_fte"),
    ("ncessch",),
)
FINANCE = Layout(
    "urban_finance",
    "Urban Institute, district finance",
    ("leaid", "year", "exp_current_instruction_total", "enrollment_fall_school|enrollment_fall_responsible"),
)
SCHOOLS = Layout(
    "urban_schools",
    "Urban Institute, school directory",
    ("leaid", "ncessch", "year", "school_name", "enrollment"),
    ("grade",),
)
SCHOOL_ENROLLMENT = Layout(
    "urban_school_enrollment",
    "Urban Institute, school enrollment by grade",
    ("leaid", "ncessch", "year", "grade", "enrollment"),
)
DISTRICT_ENROLLMENT = Layout(
    "urban_district_enrollment",
    "Urban Institute, district enrollment by grade",
    ("leaid", "year", "grade", "enrollment"),
    ("ncessch",),
)
LAYOUTS = (DIRECTORY, FINANCE, SCHOOLS, SCHOOL_ENROLLMENT, DISTRICT_ENROLLMENT)

STAFF = {
    "teachers_total_fte": TEACHERS,
    "teachers_prek_fte": PREK_TEACHERS,
    "instructional_aides_fte": AIDES,
    "guidance_counselors_total_fte": COUNSELORS,
}
ALL = {"99", "total", ""}  # race and sex of a total
# The API's grades: -1 pre-kindergarten, 0 kindergarten, 1 to 13, 14 adult education, 15 ungraded, 99 total; or words.
NUMBERS = {"-1": PREK, "0": KINDERGARTEN, "14": ADULT, "15": UNGRADED}
INSTRUCTION_PAY = ("salaries_instruction", "benefits_employee_instruction")
OPEN_STATUS = {
    "1",
    "3",
    "4",
    "5",
    "8",
    "",
}  # school_status of CCD: open, new, added, changed agency, reopened


def read_urban(
    tables: dict[str, list[Published]], selection: Selection, finance_year: int | None, report: ImportReport
) -> list[DistrictRecord]:
    """Return the districts of the pages: with their schools where there are school pages, else as one unit.

    Raises
    ------
    InputError
        When pages of a list are missing.

    """
    for group in tables.values():
        _whole(group)
    schools: dict[str, dict[str, SchoolRecord]] = {}
    for table in tables.get("urban_schools", []):
        _schools(table, selection, schools, report)
    for table in tables.get("urban_school_enrollment", []):
        _school_enrollment(table, selection, schools, report, bool(tables.get("urban_schools")))
    found: dict[str, DistrictRecord] = {}
    for table in tables.get("urban_directory", []):
        _directory(table, selection, found, report)
    for table in tables.get("urban_district_enrollment", []):
        _district_enrollment(table, selection, found, report)
    for leaid, own in schools.items():
        record = found.setdefault(leaid, DistrictRecord(leaid, state=STATE_OF.get(leaid[:2], "")))
        record.schools, record.whole_district = list(own.values()), False
    money: dict[str, DistrictRecord] = {}
    for table in tables.get("urban_finance", []):
        _finance(table, selection, finance_year, money, report)
    for leaid in money.keys() - found.keys():
        if tables.get("urban_directory"):
            report.dropped.add("district of finance without a row in the directory", leaid)
        else:
            found[leaid] = money[leaid]
    return [
        joined(record, money.get(leaid), report) if record is not money.get(leaid) else record
        for leaid, record in found.items()
    ]


def _whole(tables: list[Published]) -> None:
    """Refuse a list of which pages are missing: its sums would be wrong without a word."""
    promised = max((table.promised for table in tables), default=0)
    if not promised:
        return
    held = 0
    for table in tables:
        held += sum(1 for _ in table.rows(ImportReport(""), ""))
    if held < promised:
        raise InputError(
            f"{tables[0].name}: the list has {promised:,} records and the files hold {held:,}; pages are missing.",
            "Fetch the other pages ('next' in the answer says where) and give them all.",
        )


def _schools(
    table: Published, selection: Selection, found: dict[str, dict[str, SchoolRecord]], report: ImportReport
) -> None:
    leaid_at, school_at, name_at, count_at = (
        table.need(name) for name in ("leaid", "ncessch", "school_name", "enrollment")
    )
    teachers_at, status_at = table.at("teachers_fte"), table.at("school_status")
    low_at, high_at, lunch_at = (
        table.at("lowest_grade_offered"),
        table.at("highest_grade_offered"),
        table.at("free_or_reduced_price_lunch"),
    )
    cell, used = table.cells(report), 0
    for row in table.rows(report, SCHOOLS.title):
        leaid, school = code(row[leaid_at], 7), code(row[school_at], 12)
        if not selection.may_hold(leaid):
            continue
        status = code(row[status_at], 1) if status_at is not None else ""
        if status not in OPEN_STATUS:
            report.dropped.add("school that is not open", school)
            continue
        own = found.setdefault(leaid, {})
        if school in own:
            report.dropped.add(f"school that stands a second time in {table.name}", school)
            continue
        record = own[school] = SchoolRecord(school, row[name_at].strip(), total=cell(row, count_at))
        record.lowest, record.highest = _grade(row, low_at), _grade(row, high_at)
        teachers, lunch = cell(row, teachers_at), cell(row, lunch_at)
        if teachers:
            record.staff[TEACHERS] = teachers
        if lunch is not None and record.total:
            record.low_income = min(1.0, lunch / record.total)
        used += 1
    table.used(used)


def _school_enrollment(
    table: Published,
    selection: Selection,
    found: dict[str, dict[str, SchoolRecord]],
    report: ImportReport,
    directory: bool,
) -> None:
    leaid_at, school_at = table.need("leaid"), table.need("ncessch")
    for leaid, school, grade, pupils in _graded(
        table, SCHOOL_ENROLLMENT.title, leaid_at, school_at, selection, report
    ):
        own = found.setdefault(leaid, {})
        if school not in own and directory:
            report.dropped.add("school with enrollment that is not open in the directory", school)
            continue
        record = own.setdefault(school, SchoolRecord(school))
        record.pupils[grade] = pupils


def _district_enrollment(
    table: Published, selection: Selection, found: dict[str, DistrictRecord], report: ImportReport
) -> None:
    leaid_at = table.need("leaid")
    for leaid, _, grade, pupils in _graded(
        table, DISTRICT_ENROLLMENT.title, leaid_at, leaid_at, selection, report
    ):
        record = found.get(leaid)
        if record is None:
            record = found[leaid] = _unit(leaid, "")
        record.schools[0].pupils[grade] = pupils


def _graded(
    table: Published, title: str, leaid_at: int, unit_at: int, selection: Selection, report: ImportReport
) -> list[tuple[str, str, int, float]]:
    """Return district, unit, grade and pupils of the rows of all races and sexes together."""
    grade_at, count_at = table.need("grade"), table.need("enrollment")
    parts = [i for i in (table.at("race"), table.at("sex")) if i is not None]
    cell, found = table.cells(report), []
    seen: set[tuple[str, int]] = set()
    for row in table.rows(report, title):
        leaid, unit = code(row[leaid_at], 7), code(row[unit_at], 7 if unit_at == leaid_at else 12)
        if not selection.may_hold(leaid):
            continue
        if any(row[i].strip().casefold() not in ALL for i in parts):
            report.dropped.add(f"part of {table.name} by race or sex: the total is used")
            continue
        grade = _grade(row, grade_at)
        if grade is None:
            report.dropped.add(f"total of {table.name} over all grades: the grades are used")
            continue
        if (unit, grade) in seen:
            report.dropped.add(
                f"row of {table.name} that stands a second time", f"{unit} grade {row[grade_at]}"
            )
            continue
        count = cell(row, count_at)
        if count is not None:
            seen.add((unit, grade))
            found.append((leaid, unit, grade, count))
    table.used(len(found))
    return found


def _grade(row: list[str], position: int | None) -> int | None:
    if position is None:
        return None
    text = row[position].strip().removesuffix(".0")
    return NUMBERS.get(text, grade_of(text))


def _unit(leaid: str, name: str) -> DistrictRecord:
    return DistrictRecord(
        leaid, name, STATE_OF.get(leaid[:2], ""), [SchoolRecord(leaid, name)], whole_district=True
    )


def _directory(
    table: Published, selection: Selection, found: dict[str, DistrictRecord], report: ImportReport
) -> None:
    leaid_at, name_at, year_at = table.need("leaid"), table.need("lea_name"), table.need("year")
    pupils_at, schools_at = table.at("enrollment"), table.at("number_of_schools")
    low_at, high_at = table.at("lowest_grade_offered"), table.at("highest_grade_offered")
    staff = {group: i for name, group in STAFF.items() if (i := table.at(name)) is not None}
    cell, used = table.cells(report), 0
    for row in table.rows(report, DIRECTORY.title):
        leaid = code(row[leaid_at], 7)
        if not selection.may_hold(leaid):
            continue
        year = int(code(row[year_at], 4)) + 1 if code(row[year_at], 4).isdigit() else None
        if leaid in found and (found[leaid].year or 0) >= (year or 0):
            report.dropped.add(f"row of {table.name} of an earlier year, or a second one", leaid)
            continue
        record = found[leaid] = _unit(leaid, row[name_at].strip())
        record.year = year
        school = record.schools[0]
        school.total, record.units = cell(row, pupils_at), cell(row, schools_at)
        school.lowest, school.highest = _grade(row, low_at), _grade(row, high_at)
        record.staff = {group: value for group, i in staff.items() if (value := cell(row, i)) is not None}
        if record.staff.get(TEACHERS) == 0:
            report.missing.add("district that reports no teachers: taken as not reported", leaid)
            record.staff = {}
        used += 1
    table.used(used)


def _finance(
    table: Published,
    selection: Selection,
    wanted: int | None,
    found: dict[str, DistrictRecord],
    report: ImportReport,
) -> None:
    leaid_at, year_at = table.need("leaid"), table.need("year")
    pupils_at = table.need("enrollment_fall_school", "enrollment_fall_responsible")
    current_at, instruction_at = (
        table.at("exp_current_elsec_total"),
        table.need("exp_current_instruction_total"),
    )
    support_at, revenue_at = table.at("exp_current_supp_serve_total"), table.at("rev_total")
    pay = [table.at(name) for name in INSTRUCTION_PAY]
    cell, used = table.cells(report), 0
    for row in table.rows(report, FINANCE.title):
        leaid, start = code(row[leaid_at], 7), code(row[year_at], 4)
        if not selection.may_hold(leaid):
            continue
        year = int(start) + 1 if start.isdigit() else wanted
        if year is None:
            report.dropped.add(f"row of {table.name} without a year", leaid)
            continue
        if (wanted is not None and year != wanted) or (
            leaid in found and found[leaid].schools and (found[leaid].year or 0) >= year
        ):
            report.dropped.add(f"row of {table.name} of another fiscal year", leaid)
            continue
        instruction, current = cell(row, instruction_at), cell(row, current_at)
        if current is None:
            support = cell(row, support_at)
            current = instruction + support if instruction is not None and support is not None else None
        parts = [cell(row, i) for i in pay]
        record = _unit(leaid, "")
        record.year = year
        record.schools[0].total = cell(row, pupils_at)
        record.finance = Finance(
            year, record.schools[0].total, current, instruction,
            sum(part for part in parts if part is not None) if all(part is not None for part in parts) else None,
            revenue=cell(row, revenue_at), publisher=FINANCE.title,
        )  # fmt: skip
        found[leaid] = record
        used += 1
    table.used(used)
