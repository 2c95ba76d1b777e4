"""What an importer knows about a district, in the publisher's own figures: before any price and any rule of ours."""

from __future__ import annotations

from dataclasses import dataclass, field

# Groups of staff (FTE). `teachers` counts all licensed teachers, those of special education and pre-kindergarten included.
TEACHERS, SPECIAL_TEACHERS, PREK_TEACHERS = "teachers", "special_teachers", "prek_teachers"
AIDES, SPECIAL_AIDES, COUNSELORS, COACHES = "aides", "special_aides", "counselors", "coaches"
GROUPS = (TEACHERS, SPECIAL_TEACHERS, PREK_TEACHERS, AIDES, SPECIAL_AIDES, COUNSELORS, COACHES)


@dataclass
class SchoolRecord:
    """One school, or a district as a whole where schools are not known.

    Attributes
    ----------
    pupils
        Pupils by grade (`grades.grade_of`).
    total
        All pupils, where they are not known by grade; `lowest` and `highest` are the grades offered.
    staff
        FTE by group, where they are known for the school.
    spending
        Current spending in dollars of the finance year, the school's share of central spending included.
    low_income
        Share of pupils from low-income families.
    teacher_pay
        Average pay of a full-time teacher, in dollars of the finance year.

    """

    id: str
    name: str = ""
    pupils: dict[int, float] = field(default_factory=dict)
    total: float | None = None
    lowest: int | None = None
    highest: int | None = None
    staff: dict[str, float] = field(default_factory=dict)
    spending: float | None = None
    low_income: float | None = None
    teacher_pay: float | None = None


@dataclass
class Finance:
    """A district's money of one fiscal year, in whole dollars of that year.

    Attributes
    ----------
    year
        Fiscal year, named after the year in which it ends.
    pupils
        Pupils that the figures are for.
    current
        Current spending on kindergarten to grade 12, capital and debt left out.
    instruction
        Current spending on instruction.
    instruction_pay
        Salaries and benefits of instruction staff.
    teacher_pay
        Average base salary of a full-time teacher.
    revenue
        Revenue from all sources.

    """

    year: int
    pupils: float | None = None
    current: float | None = None
    instruction: float | None = None
    instruction_pay: float | None = None
    teacher_pay: float | None = None
    revenue: float | None = None
    publisher: str = ""


@dataclass
class DistrictRecord:
    """One district as published.

    Attributes
    ----------
    staff
        FTE by group for the whole district; spread over its schools by enrollment where these have none of their own.
    units
        Number of schools that the one unit stands for, where `whole_district` is set; `None` when not known.
    whole_district
        The one "school" is the district as a whole.

    """

    id: str
    name: str = ""
    state: str = ""
    schools: list[SchoolRecord] = field(default_factory=list)
    staff: dict[str, float] = field(default_factory=dict)
    finance: Finance | None = None
    whole_district: bool = False
    units: float | None = None
    year: int | None = None
