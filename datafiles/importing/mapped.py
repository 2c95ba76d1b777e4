"""Any table with a mapping: a row is a school, or a district."""

from __future__ import annotations

from dataclasses import dataclass, field

from datafiles.importing.grades import UNGRADED, grade_of
from datafiles.importing.illinois import served_grades
from datafiles.importing.mapping import GRADE_KEYS, Mapping
from datafiles.importing.published import CellReader, Published
from datafiles.importing.record import GROUPS, DistrictRecord, Finance, SchoolRecord
from datafiles.importing.report import ImportReport
from datafiles.importing.selection import Selection

ONE = "district"  # id of the district of a table that names none
TITLE = "table with a mapping"


def read_mapped(
    table: Published, mapping: Mapping, selection: Selection, report: ImportReport
) -> list[DistrictRecord]:
    """Return the districts of a table.

    Rows without an id, second rows of a school, and figures that are the district's on the rows of its schools are each
    counted once, and told in the report.
    """
    reader = _Reader(table, mapping, report, table.cells(report))
    found: dict[str, DistrictRecord] = {}
    seen: set[tuple[str, str]] = set()
    used = 0
    for row in table.rows(report, TITLE):
        district = reader.text(row, "district_id") or reader.text(row, "district_name") or ONE
        if selection.district and selection.district.casefold() not in (
            district.casefold(), reader.text(row, "district_name").casefold(), district.lstrip("0"),
        ):  # fmt: skip
            continue
        school_id = reader.text(row, "school_id") if reader.by_school else district
        if not school_id:
            report.dropped.add(f"row of {table.name} without a school id", reader.text(row, "school_name"))
            continue
        if (district, school_id) in seen:
            report.dropped.add(f"row of {table.name} that names a {reader.what} a second time", school_id)
            continue
        seen.add((district, school_id))
        record = found.get(district)
        if record is None:
            record = found[district] = DistrictRecord(
                district,
                reader.text(row, "district_name") or mapping.name,
                reader.text(row, "state").upper(),
                whole_district=not reader.by_school,
                year=mapping.year,
            )
            reader.of_district(row, record)
        reader.compare(row, record)
        record.schools.append(reader.school(row, school_id))
        used += 1
    table.used(used)
    for record in found.values():
        reader.settle(record)
    return list(found.values())


@dataclass
class _Reader:
    """Reads rows by the mapping."""

    table: Published
    mapping: Mapping
    report: ImportReport
    cell: CellReader
    first: dict[tuple[str, str], str] = field(default_factory=dict)  # repeated cells by district and target

    @property
    def by_school(self) -> bool:
        """Whether a row is a school."""
        return "school_id" in self.mapping.columns

    @property
    def what(self) -> str:
        """What a row is."""
        return "school" if self.by_school else "district"

    def text(self, row: list[str], target: str) -> str:
        """Return a cell of text; spreadsheets are told by `="0100005"` to keep an id's zeros."""
        heading = self.mapping.columns.get(target)
        return row[self.table.need(heading)].strip().lstrip("=").strip('"').strip() if heading else ""

    def figure(self, row: list[str], target: str) -> float | None:
        heading = self.mapping.columns.get(target)
        return self.cell(row, self.table.need(heading)) if heading else None

    def own(self, target: str) -> bool:
        """Whether a figure is the row's own, and not the district's on each row."""
        return target not in self.mapping.repeated

    def of_district(self, row: list[str], record: DistrictRecord) -> None:
        """Read the figures that are the district's, from the first of its rows."""
        for group in GROUPS:
            if not self.own(group) and (fte := self.figure(row, group)) is not None:
                record.staff[group] = fte
        if self.mapping.year is None:
            return
        unit = self.mapping.unit
        record.finance = Finance(self.mapping.year, publisher=TITLE)
        for target in ("teacher_pay", "spending", "spending_per_pupil", "revenue"):
            value = self.figure(row, target)
            if value is None or (self.by_school and self.own(target)):
                continue
            value *= unit
            if target == "teacher_pay":
                record.finance.teacher_pay = value
            elif target == "revenue":
                record.finance.revenue = value
            else:
                record.finance.current = value
                record.finance.pupils = 1.0 if target == "spending_per_pupil" else None

    def compare(self, row: list[str], record: DistrictRecord) -> None:
        """Tell of a figure that is said to be the district's and is another one on some row: the first row's counts."""
        for target in self.mapping.repeated:
            cell = self.text(row, target)
            if cell and self.first.setdefault((record.id, target), cell) != cell:
                self.report.missing.add(
                    f"column {self.mapping.columns[target]} is in repeated (as {target}) and differs between the rows of a"
                    " district, of which the first counts: check which rows are its schools, or take it out of repeated",
                    record.id,
                )

    def school(self, row: list[str], school_id: str) -> SchoolRecord:
        """Read a row's own figures."""
        name = (
            self.text(row, "school_name") or self.text(row, "district_name") or self.mapping.name or school_id
        )
        school = SchoolRecord(school_id, name)
        for grade, heading in self.mapping.grades.items():
            pupils = self.cell(row, self.table.need(heading))
            if pupils:
                school.pupils[GRADE_KEYS[grade]] = pupils
        school.total = self.figure(row, "pupils")
        graded = sum(school.pupils.values())
        if school.total and graded and school.total - graded > 0.5:
            school.pupils[UNGRADED] = school.total - graded
            self.report.guessed.add(
                "pupils of the total that no grade column has are spread over the bands", school.name
            )
        school.lowest, school.highest = self._offered(row)
        poor, percent = self.figure(row, "low_income_pupils"), self.figure(row, "low_income_percent")
        pupils = school.total or graded
        if poor is not None and pupils:
            school.low_income = min(1.0, poor / pupils)
        elif percent is not None:
            school.low_income = min(1.0, percent / 100.0)
        for group in GROUPS:
            if self.own(group) and (fte := self.figure(row, group)) is not None:
                school.staff[group] = fte
        if self.mapping.year is not None and self.by_school:
            self._money(row, school, pupils)
        return school

    def _offered(self, row: list[str]) -> tuple[int | None, int | None]:
        text = self.text(row, "grades")
        if text:
            return served_grades(text)
        low, high = grade_of(self.text(row, "lowest_grade")), grade_of(self.text(row, "highest_grade"))
        return low, high

    def _money(self, row: list[str], school: SchoolRecord, pupils: float) -> None:
        unit = self.mapping.unit
        if self.own("teacher_pay") and (pay := self.figure(row, "teacher_pay")) is not None:
            school.teacher_pay = pay * unit
        if self.own("spending") and (spending := self.figure(row, "spending")) is not None:
            school.spending = spending * unit
        if (
            self.own("spending_per_pupil")
            and (each := self.figure(row, "spending_per_pupil")) is not None
            and pupils
        ):
            school.spending = each * unit * pupils

    def settle(self, record: DistrictRecord) -> None:
        """Fill in what needs all rows of a district: pupils behind its money, average pay."""
        finance = record.finance
        if finance is None:
            return
        self._counted_for_each(record)
        pupils = sum(sum(school.pupils.values()) or school.total or 0.0 for school in record.schools)
        if finance.current is not None and finance.pupils is None:
            finance.pupils = pupils or None
        if finance.teacher_pay is None:
            paid = [
                (school.teacher_pay, school.staff.get("teachers", 1.0))
                for school in record.schools
                if school.teacher_pay
            ]
            if paid:
                finance.teacher_pay = sum(pay * fte for pay, fte in paid) / max(
                    sum(fte for _, fte in paid), 1e-9
                )

    def _counted_for_each(self, record: DistrictRecord) -> None:
        """Warn where all schools spend the same sum: it is probably the district's, and each school would get the whole of it."""
        heading = self.mapping.columns.get("spending")
        sums = {school.spending for school in record.schools}
        if heading is None or len(record.schools) < 2 or len(sums) > 1 or not self.own("spending"):
            return
        if spent := sums.pop():
            listed = ", ".join(f'"{target}"' for target in (*self.mapping.repeated, "spending"))
            self.report.missing.add(
                f"column {heading} (spending) is the same on all rows of a district, and each of its schools gets the whole"
                f" sum; if the sum is the district's, write repeated = [{listed}] under [table] of the mapping",
                f"{record.id}: ${spent:,.0f}",
            )
