"""From a published district and a price book to the files of a district folder."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from datafiles.decoding import CONTROL
from datafiles.importing import assumptions
from datafiles.importing.funding import Funding, funding
from datafiles.importing.grades import ADULT, PREK, SCHOOL_GRADES, spread
from datafiles.importing.prices import BOOK_YEAR, Prices
from datafiles.importing.record import DistrictRecord, SchoolRecord
from datafiles.importing.report import ImportReport
from datafiles.importing.staffing import Staffing, staffing
from datafiles.schema import TABLES
from models.district import Array

SHARED_TABLES = ("grade_bands", "roles", "team_models", "technology", "device_types", "stipends")
Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Shape:
    """How the districts are to be written.

    Attributes
    ----------
    years
        Years of the plan.
    scenarios
        Whether the book's scenarios of cuts and shortfalls come along; the data know one future, the base.
    comments
        Whether `district.toml` says where each setting is from.

    """

    years: int = 5
    scenarios: bool = False
    comments: bool = True


def shared_files(prices: Prices) -> dict[str, str]:
    """Return the files that all districts of one book have in common."""
    return {TABLES[name].file: prices.book.tables[name] for name in SHARED_TABLES}


def district_files(
    record: DistrictRecord, prices: Prices, shape: Shape, report: ImportReport
) -> dict[str, str] | None:
    """Return the district's own files by name, or `None` where it has no pupils to plan for (the report says so)."""
    schools, pupils = _schools(record, prices, report)
    if not schools:
        return None
    enrollment = pupils.sum(axis=1)
    staff = staffing(record, schools, pupils, prices, report)
    money = funding(record, schools, enrollment, staff, prices, report)
    files = {
        "schools": _school_rows(schools, money),
        "enrollment": [
            {"school_id": school.id, "grade_band": band, "pupils": _short(pupils[s, g])}
            for s, school in enumerate(schools)
            for g, band in enumerate(prices.bands.ids)
            if pupils[s, g] > 0
        ],
        "staff": _staff_rows(schools, staff),
        "devices": _device_rows(schools, enrollment, prices),
    }
    report.guessed.add(assumptions.TEXTS["devices"], record.id)
    texts = {TABLES[name].file: csv_of(rows, list(TABLES[name].columns)) for name, rows in files.items()}
    texts["district.toml"] = _settings(record, enrollment, staff, prices, shape, report)
    if shape.scenarios:
        texts["scenarios.csv"] = prices.book.tables["scenarios"]
    _count(record, schools, enrollment, staff, money, report)
    return texts


# ---- schools and pupils ------------------------------------------------------------------------------------------


def _schools(
    record: DistrictRecord, prices: Prices, report: ImportReport
) -> tuple[list[SchoolRecord], Array]:
    """Schools with pupils in kindergarten to grade 12, and their pupils by band, axes sg."""
    kept: list[SchoolRecord] = []
    rows: list[list[float]] = []
    for school in record.schools:
        who = record.id if record.whole_district else f"{record.id} {school.name or school.id}"
        if not any(school.pupils.values()) and school.total:
            lowest = school.lowest if school.lowest is not None else SCHOOL_GRADES[0]
            highest = school.highest if school.highest is not None else SCHOOL_GRADES[-1]
            school.pupils = spread(school.total, lowest, highest)
            report.guessed.add(assumptions.TEXTS["grades"], record.id)
        counts = prices.bands.pupils(school.pupils)
        for grade, what in ((PREK, "pre-kindergarten"), (ADULT, "adult education")):
            outside = round(school.pupils.get(grade, 0.0))
            report.dropped.add(f"pupils of {what}: outside the plan", record.id, outside)
        if sum(counts) > 0:
            kept.append(school)
            rows.append(counts)
        else:
            what = "district" if record.whole_district else "school"
            report.dropped.add(f"{what} without pupils in kindergarten to grade 12", who)
    if record.schools and not kept and not record.whole_district:
        report.dropped.add("district without pupils in kindergarten to grade 12", record.id)
    elif not record.schools:
        report.dropped.add("district without a school", record.id)
    if kept and record.whole_district:
        report.guessed.add(assumptions.TEXTS["units" if record.units else "one_unit"], record.id)
    return kept, np.array(rows).reshape(len(kept), len(prices.bands.ids))


def _school_rows(schools: list[SchoolRecord], money: Funding) -> Rows:
    return [
        {
            "school_id": school.id,
            "school_name": school.name or school.id,
            "funding_per_pupil": _short(money.per_pupil[s]),
            "fixed_funding": _short(money.fixed[s]),
            "fixed_spending": _short(money.fixed_spending[s]),
            "need_weight": _short(1.0 + assumptions.LOW_INCOME_WEIGHT * (school.low_income or 0.0), 3),
            "pay_index": _short(money.pay_index[s], 4),
        }
        for s, school in enumerate(schools)
    ]


def _staff_rows(schools: list[SchoolRecord], staff: Staffing) -> Rows:
    return [
        {
            "school_id": school.id,
            "role": role,
            "fte": _short(fte[s], 2),
            "minimum": _short(staff.minimum[role][s], 2) if role in staff.minimum else "",
        }
        for s, school in enumerate(schools)
        for role, fte in staff.fte.items()
        if fte[s] > 0
    ]


def _device_rows(schools: list[SchoolRecord], enrollment: Array, prices: Prices) -> Rows:
    device, _, _, life = prices.cart
    ages = range(max(1, int(life)))
    return [
        {
            "school_id": school.id,
            "device": device,
            "seats": _short(enrollment[s] / len(ages), 4),
            "age_years": age,
        }
        for s, school in enumerate(schools)
        for age in ages
    ]


# ---- settings ----------------------------------------------------------------------------------------------------


def _settings(
    record: DistrictRecord,
    enrollment: Array,
    staff: Staffing,
    prices: Prices,
    shape: Shape,
    report: ImportReport,
) -> str:
    """Return `district.toml`: the book's settings, and what the data say otherwise."""
    changes: dict[tuple[str, str], object] = {
        ("", "name"): _line(record.name or record.id),
        ("", "years"): shape.years,
    }
    first = int(prices.setting("", "first_year"))
    if first != BOOK_YEAR:
        report.guessed.add(assumptions.TEXTS["label"].format(first=first, year=BOOK_YEAR), record.id)
    rate = float(prices.roles["teacher"]["annual_raise"] or 0.0)
    changes["funding", "growth"] = rate
    if shape.years > 1:
        report.guessed.add(
            assumptions.TEXTS["funding_growth"].format(percent=round(100 * rate, 2)), record.id
        )
    floor = prices.setting("staff", "min_adults_per_100_pupils")
    adults = sum(staff.fte.get(role, np.zeros_like(enrollment)) for role in ("teacher", "leader", "aide"))
    own = math.floor(10000.0 * float((adults / enrollment).min())) / 100.0
    if own < floor:
        changes["staff", "min_adults_per_100_pupils"] = own or None
        report.guessed.add(assumptions.TEXTS["adults"], record.id)
    if record.whole_district:
        units = max(1.0, record.units or round(float(enrollment.sum()) / assumptions.PUPILS_PER_UNIT))
        each = prices.setting("launch", "fixed_per_school")
        changes["launch", "fixed_per_school"] = int(each * units)
    return prices.settings_toml(changes, comments=shape.comments)


def _count(
    record: DistrictRecord,
    schools: list[SchoolRecord],
    enrollment: Array,
    staff: Staffing,
    money: Funding,
    report: ImportReport,
) -> None:
    report.add_totals(
        {
            "districts": 1.0,
            "schools" if not record.whole_district else "districts as one unit": float(len(schools)),
            "pupils": float(enrollment.sum()),
            **{f"FTE {role.replace('_', ' ')}": float(fte.sum()) for role, fte in staff.fte.items()},
            "$ today's staff in scope": float(money.staff_cost.sum()),
            "$ out of scope": float(money.fixed_spending.sum()),
            "$ funding": float((money.per_pupil * enrollment + money.fixed).sum()),
        }
    )


def csv_of(rows: Rows, columns: list[str]) -> str:
    """Return rows as CSV, with those of the columns that a row has."""
    used = [name for name in columns if any(name in row for row in rows)] or columns
    text = io.StringIO()
    writer = csv.DictWriter(text, used, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({name: _line(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _line(value: object) -> object:
    """Return text as one line without control characters, which no table may hold."""
    return " ".join(CONTROL.sub(" ", value).split()) if isinstance(value, str) else value


def _short(value: float, places: int = 0) -> str:
    """Write a figure without idle digits."""
    text = f"{float(value):.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole_files(own: Mapping[str, str], prices: Prices) -> dict[str, str]:
    """Return all files of one district."""
    return {**shared_files(prices), **own}
