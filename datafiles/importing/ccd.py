"""The Common Core of Data (CCD) of NCES: directory 029, membership 052, staff 059, lunch 033, for schools and districts.

Membership and staff are long tables that hold totals beside their parts; only one of the two is ever counted. The school file of
membership has about ten million rows: it is streamed, and only sums by school and grade are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from datafiles.importing.ccd_layouts import (
    CLOSED,
    COUNSELOR_PARTS,
    COUNTS,
    DISTRICT_DIRECTORY,
    DISTRICT_MEMBERSHIP,
    DISTRICT_STAFF,
    LUNCH,
    SCHOOL_DIRECTORY,
    SCHOOL_MEMBERSHIP,
    SCHOOL_STAFF,
    SET_A,
    STAFF_GROUPS,
    TEACHER_PARTS,
    UNIT_TOTAL,
    WIDE,
    WIDE_STAFF,
)
from datafiles.importing.cells import code
from datafiles.importing.grades import UNGRADED, grade_of
from datafiles.importing.published import Published
from datafiles.importing.record import (
    COUNSELORS,
    TEACHERS,
    DistrictRecord,
    SchoolRecord,
)
from datafiles.importing.report import ImportReport
from datafiles.importing.selection import STATE_OF, Selection


@dataclass
class Counted:
    """Pupils of one school or district: by grade from the parts, by grade from the subtotals, and the published total."""

    parts: dict[int, float] = field(default_factory=dict)
    subtotals: dict[int, float] = field(default_factory=dict)
    total: float | None = None

    def by_grade(self) -> dict[int, float]:
        """Pupils by grade: the published subtotal where there is one, else the sum of its parts."""
        return {**self.parts, **self.subtotals}


@dataclass
class Ccd:
    """What the tables of CCD say, by school and district."""

    selection: Selection
    report: ImportReport
    schools: dict[str, SchoolRecord] = field(default_factory=dict)
    district_of: dict[str, str] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    school_pupils: dict[str, Counted] = field(default_factory=dict)
    district_pupils: dict[str, Counted] = field(default_factory=dict)
    staff: dict[str, dict[str, float]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    totals: dict[str, float] = field(default_factory=dict)
    units: dict[str, float] = field(default_factory=dict)
    year: int | None = None

    def read(self, tables: dict[str, list[Published]]) -> None:
        """Read all tables, the directories first: they say which schools are open."""
        readers: dict[str, Callable[[Published], None]] = {
            "school_directory": self._school_directory,
            "district_directory": self._district_directory,
            "school_membership": self._membership,
            "district_membership": self._membership,
            "school_staff": self._school_staff,
            "district_staff": self._district_staff,
            "wide_staff": self._wide_staff,
            "counts": self._counts,
            "lunch": self._lunch,
        }
        for layout, reader in readers.items():
            for table in tables.get(layout, ()):
                reader(table)

    # ---- directories ---------------------------------------------------------------------------------------------

    def _school_directory(self, table: Published) -> None:
        at = {name: table.need(name) for name in ("LEAID", "NCESSCH", "SY_STATUS", "GSLO", "GSHI")}
        name, agency, used = table.at("SCH_NAME"), table.at("LEA_NAME"), 0
        for row in table.rows(self.report, SCHOOL_DIRECTORY.title):
            leaid, school = code(row[at["LEAID"]], 7), code(row[at["NCESSCH"]], 12)
            if not self.selection.may_hold(leaid):
                continue
            status = row[at["SY_STATUS"]].strip()
            if status in CLOSED:
                self.left_out.add(school)
                self.report.dropped.add(f"school that is {CLOSED[status]}", school)
                continue
            record = self._school(school, leaid, row[name] if name is not None else "")
            record.lowest, record.highest = grade_of(row[at["GSLO"]]), grade_of(row[at["GSHI"]])
            if agency is not None:
                self.names.setdefault(leaid, row[agency].strip())
            used += 1
        table.used(used)

    def _district_directory(self, table: Published) -> None:
        leaid_at, name, used = table.need("LEAID"), table.need("LEA_NAME"), 0
        count, cell = table.at("OPERATIONAL_SCHOOLS"), table.cells(self.report)
        for row in table.rows(self.report, DISTRICT_DIRECTORY.title):
            leaid = code(row[leaid_at], 7)
            if self.selection.may_hold(leaid):
                self.names[leaid] = row[name].strip()
                schools = cell(row, count)
                if schools:
                    self.units[leaid] = schools
                used += 1
        table.used(used)

    # ---- pupils --------------------------------------------------------------------------------------------------

    def _membership(self, table: Published) -> None:
        """Read 052 of schools or of districts: sums over race and sex by grade, and the published subtotals."""
        school_at, leaid_at = table.at("NCESSCH"), table.need("LEAID")
        grade_at, count_at, kind_at = (
            table.need("GRADE"),
            table.need("STUDENT_COUNT"),
            table.need("TOTAL_INDICATOR"),
        )
        name_at, year_at = table.at("SCH_NAME", "LEA_NAME"), table.at("SCHOOL_YEAR")
        by_school = school_at is not None
        counted = self.school_pupils if by_school else self.district_pupils
        title = (SCHOOL_MEMBERSHIP if by_school else DISTRICT_MEMBERSHIP).title
        cell, selection, used, doubled = table.cells(self.report), self.selection, 0, 0
        for row in table.rows(self.report, title):
            leaid = code(row[leaid_at], 7)
            if not selection.may_hold(leaid):
                continue
            unit = code(row[school_at], 12) if school_at is not None else leaid
            if unit in self.left_out:
                continue
            kind = row[kind_at].casefold()
            own = counted.get(unit)
            if own is None:
                own = counted[unit] = Counted()
                name = row[name_at].strip() if name_at is not None else ""
                if by_school:
                    self._school(unit, leaid, name)
                else:
                    self.names.setdefault(leaid, name)
                if year_at is not None:
                    self._set_year(row[year_at])
            count = cell(row, count_at)
            if count is None:
                continue
            used += 1
            grade = grade_of(row[grade_at])
            if kind.startswith(UNIT_TOTAL):
                own.total = count
            elif kind.startswith(SET_A):
                if grade is None:
                    grade = UNGRADED
                    self.report.guessed.add(
                        "pupils of no known grade count as ungraded", f"{unit}: {row[grade_at]}"
                    )
                own.parts[grade] = own.parts.get(grade, 0.0) + count
            elif grade is not None and "by grade" in kind:
                own.subtotals[grade] = count
            else:
                doubled += 1
        table.used(used)
        self.report.dropped.add(
            f"subtotal of {table.name} whose pupils are counted by grade already", "", doubled
        )

    # ---- staff ---------------------------------------------------------------------------------------------------

    def _school_staff(self, table: Published) -> None:
        leaid_at, school_at, teachers_at = table.need("LEAID"), table.need("NCESSCH"), table.need("TEACHERS")
        kind_at, name_at, used = table.need("TOTAL_INDICATOR"), table.at("SCH_NAME"), 0
        cell = table.cells(self.report)
        for row in table.rows(self.report, SCHOOL_STAFF.title):
            leaid, school = code(row[leaid_at], 7), code(row[school_at], 12)
            if not self.selection.may_hold(leaid) or school in self.left_out:
                continue
            if not row[kind_at].casefold().startswith(UNIT_TOTAL):
                self.report.dropped.add(f"row of {table.name} that is no total of a school")
                continue
            teachers = cell(row, teachers_at)
            if teachers is not None:
                self._school(school, leaid, row[name_at] if name_at is not None else "").staff[TEACHERS] = (
                    teachers
                )
                used += 1
        table.used(used)

    def _district_staff(self, table: Published) -> None:
        """Read 059 of districts: `Teachers` is a derived total, the rest are parts; never both."""
        leaid_at, what_at, count_at = table.need("LEAID"), table.need("STAFF"), table.need("STAFF_COUNT")
        name_at, year_at, used = table.at("LEA_NAME"), table.at("SCHOOL_YEAR"), 0
        cell = table.cells(self.report)
        told: dict[str, dict[str, float]] = {}
        for row in table.rows(self.report, DISTRICT_STAFF.title):
            leaid = code(row[leaid_at], 7)
            if not self.selection.may_hold(leaid):
                continue
            if leaid not in told and year_at is not None:
                self._set_year(row[year_at])
            own = told.setdefault(leaid, {})
            if name_at is not None:
                self.names.setdefault(leaid, row[name_at].strip())
            count = cell(row, count_at)
            if count is not None:
                own[" ".join(row[what_at].split()).casefold()] = count
                used += 1
        table.used(used)
        for leaid, own in told.items():
            groups = {group: own[what] for what, group in STAFF_GROUPS.items() if what in own}
            for group, parts in ((TEACHERS, TEACHER_PARTS), (COUNSELORS, COUNSELOR_PARTS)):
                known = [own[part] for part in parts if part in own]
                if group not in groups and known:
                    groups[group] = sum(known)
            self._staff(leaid, groups)
        others = sorted(
            {what for own in told.values() for what in own}
            - set(STAFF_GROUPS)
            - set(TEACHER_PARTS)
            - set(COUNSELOR_PARTS)
        )
        if others:
            self.report.used.add("other staff of CCD 059 is in out-of-scope spending: " + ", ".join(others))

    def _wide_staff(self, table: Published) -> None:
        leaid_at, name_at, member_at, used = (
            table.need("LEAID"),
            table.at("NAME", "LEA_NAME", "LEANM"),
            table.at("MEMBER"),
            0,
        )
        cell = table.cells(self.report)
        for row in table.rows(self.report, WIDE_STAFF.title):
            leaid = code(row[leaid_at], 7)
            if not self.selection.may_hold(leaid):
                continue
            if name_at is not None:
                self.names.setdefault(leaid, row[name_at].strip())
            groups = {
                group: value
                for what, group in WIDE.items()
                if (value := cell(row, table.at(what))) is not None
            }
            self._staff(leaid, groups)
            pupils = cell(row, member_at)
            if pupils:
                self.totals[leaid] = pupils
            used += 1
        table.used(used)

    def _counts(self, table: Published) -> None:
        leaid_at, used = table.need("district_id"), 0
        pupils_at, teachers_at = table.need("enrollment"), table.need("instructional_staff")
        name_at, year_at, cell = table.at("district_name"), table.at("year"), table.cells(self.report)
        for row in table.rows(self.report, COUNTS.title):
            leaid = code(row[leaid_at], 7)
            if not self.selection.may_hold(leaid):
                continue
            if name_at is not None:
                self.names.setdefault(leaid, row[name_at].strip())
            pupils, teachers = cell(row, pupils_at), cell(row, teachers_at)
            if pupils:
                self.totals[leaid] = pupils
            if teachers is not None:
                self._staff(leaid, {TEACHERS: teachers})
            if year_at is not None:
                self._set_year(row[year_at])
            used += 1
        table.used(used)

    def _staff(self, leaid: str, groups: dict[str, float]) -> None:
        """Keep a district's staff; no teachers at all means that they were not reported."""
        if groups.get(TEACHERS) == 0:
            self.report.missing.add("district that reports no teachers: taken as not reported", leaid)
            groups = {}
        self.staff.setdefault(leaid, {}).update(groups)

    def _lunch(self, table: Published) -> None:
        """Read free and reduced-price lunch: the need of a school, where its pupils are known."""
        school_at, leaid_at, count_at = (
            table.need("NCESSCH"),
            table.need("LEAID"),
            table.need("STUDENT_COUNT"),
        )
        group_at, kind_at, used = table.need("DATA_GROUP"), table.at("TOTAL_INDICATOR"), 0
        cell = table.cells(self.report)
        for row in table.rows(self.report, LUNCH.title):
            school = code(row[school_at], 12)
            record = self.schools.get(school)
            if record is None or not self.selection.may_hold(code(row[leaid_at], 7)):
                continue
            if "reduced" not in row[group_at].casefold():
                self.report.dropped.add(
                    f"row of {table.name} of another count than free and reduced-price lunch"
                )
                continue
            if kind_at is not None and not row[kind_at].casefold().startswith(UNIT_TOTAL):
                continue
            count = cell(row, count_at)
            pupils = sum(self.school_pupils.get(school, Counted()).by_grade().values())
            if count is not None and pupils:
                record.low_income = min(1.0, count / pupils)
                used += 1
        table.used(used)

    # ---- together ------------------------------------------------------------------------------------------------

    def _school(self, school: str, leaid: str, name: str) -> SchoolRecord:
        record = self.schools.get(school)
        if record is None:
            record = self.schools[school] = SchoolRecord(school)
            self.district_of[school] = leaid
        record.name = record.name or name.strip()
        return record

    def _set_year(self, text: str) -> None:
        """Keep the school year of `2021-2022` or `2023-24`, named after its end."""
        start = text.strip()[:4]
        if start.isdigit():
            self.year = int(start) + 1

    def records(self) -> dict[str, DistrictRecord]:
        """Return the districts whose pupils are known, by LEAID: with their schools, else as one unit."""
        found: dict[str, DistrictRecord] = {}
        for school, record in self.schools.items():
            counted = self.school_pupils.get(school)
            if counted is None:
                if self.school_pupils:
                    self.report.dropped.add("school without a row of membership", school)
                continue
            record.pupils = counted.by_grade()
            self._check_total(school, counted)
            if not any(record.pupils.values()):
                record.total = counted.total
            found.setdefault(
                self.district_of[school], self._district(self.district_of[school])
            ).schools.append(record)
        for leaid in (*self.district_pupils, *self.totals):
            if leaid in found:
                continue
            record = SchoolRecord(leaid, self.names.get(leaid, ""))
            counted = self.district_pupils.get(leaid)
            if counted is not None:
                record.pupils = counted.by_grade()
                self._check_total(leaid, counted)
            record.total = counted.total if counted is not None else self.totals[leaid]
            district = self._district(leaid)
            district.schools.append(record)
            district.whole_district = True
            found[leaid] = district
        return found

    def _check_total(self, unit: str, counted: Counted) -> None:
        graded = sum(counted.by_grade().values())
        if counted.total is not None and graded and abs(graded - counted.total) > 0.5:
            self.report.missing.add(
                "pupils by grade do not add to the published total",
                f"{unit}: {graded:,.0f} of {counted.total:,.0f}",
            )

    def _district(self, leaid: str) -> DistrictRecord:
        return DistrictRecord(
            leaid,
            self.names.get(leaid, ""),
            STATE_OF.get(leaid[:2], ""),
            staff=dict(self.staff.get(leaid, {})),
            units=self.units.get(leaid),
            year=self.year,
        )
