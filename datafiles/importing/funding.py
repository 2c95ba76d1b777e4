"""What today's staffing costs, what else the district spends, and the funding that affords both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from datafiles.importing import assumptions, pay_years
from datafiles.importing.prices import BOOK_YEAR, Prices
from datafiles.importing.record import DistrictRecord, Finance, SchoolRecord
from datafiles.importing.report import ImportReport
from datafiles.importing.staffing import Staffing
from models.district import Array

TEXTS = assumptions.TEXTS


@dataclass
class Funding:
    """Money by school in dollars of the book's year, axis s each."""

    per_pupil: Array
    fixed: Array
    fixed_spending: Array
    pay_index: Array
    staff_cost: Array


def funding(
    record: DistrictRecord,
    schools: list[SchoolRecord],
    enrollment: Array,
    staff: Staffing,
    prices: Prices,
    report: ImportReport,
) -> Funding:
    """Give each school the funding that affords today's staffing, and the spending outside the plan's scope.

    Funding is the district's current spending (`assumptions.TEXTS["funding"]`); where none is known it is what today's staff costs
    and a share for all else. So a plan that changes nothing is affordable, to the dollar.
    """
    index = _pay_index(record, schools, enrollment, staff, prices, report)
    at_book = sum((fte * prices.loaded(role) for role, fte in staff.fte.items()), np.zeros_like(enrollment))
    gone = sum((fte * prices.attrition(role) for role, fte in staff.fte.items()), np.zeros_like(enrollment))
    _, yearly, seat, life = prices.cart
    upkeep = prices.setting("staff", "hiring_cost") * gone + (yearly + seat / life) * enrollment
    spending = _spending(record, schools, enrollment, report)
    if spending is None:
        report.guessed.add(TEXTS["funding_by_cost"], record.id)
        share = assumptions.OUT_OF_SCOPE if "aide" in staff.fte else assumptions.OUT_OF_SCOPE_WITHOUT_AIDES
        rest = at_book * index * share / (1.0 - share)
        total_rest, cost = rest, at_book * index
    else:
        by_school = any(school.spending is not None for school in schools)
        report.guessed.add(TEXTS["funding_by_school" if by_school else "funding"], record.id)
        index = _affordable(index, at_book, upkeep, spending, record, report)
        cost = at_book * index
        least = assumptions.LEAST_OUT_OF_SCOPE * spending
        if by_school:
            total_rest = np.maximum(spending - cost - upkeep, least)
        else:
            left = max(float((spending - cost - upkeep).sum()), float(least.sum()))
            total_rest = left * enrollment / enrollment.sum()
    fixed = np.round(total_rest)
    hires = np.zeros_like(enrollment)
    if not record.whole_district:
        hires = staff.lacking * (prices.loaded("teacher") * index + prices.setting("staff", "hiring_cost"))
        for s in np.flatnonzero(hires > 0.0):
            report.guessed.add(TEXTS["lawful"], f"{record.id} {schools[s].name or schools[s].id}")
    per_pupil = np.ceil((cost + upkeep + hires) / np.maximum(enrollment, 1.0))
    return Funding(per_pupil, fixed, fixed, index, cost)


def _pay_index(
    record: DistrictRecord,
    schools: list[SchoolRecord],
    enrollment: Array,
    staff: Staffing,
    prices: Prices,
    report: ImportReport,
) -> Array:
    """Pay of each school over the book's, axis s."""
    finance = record.finance
    ones = np.ones_like(enrollment)
    if finance is None:
        report.guessed.add(TEXTS["pay_by_book"], record.id)
        return ones
    factor = _factor(finance, report, record.id)
    if finance.teacher_pay:
        report.guessed.add(TEXTS["pay_by_salary"], record.id)
        whole = finance.teacher_pay * factor / prices.salary("teacher")
        own = np.array([school.teacher_pay or finance.teacher_pay for school in schools])
        return np.asarray(_held(whole * own / finance.teacher_pay))
    teachers = sum(float(staff.fte[role].sum()) for role in ("teacher", "specialist")) * prices.loaded(
        "teacher"
    )
    aides = float(staff.fte.get("aide", ones * 0).sum()) * prices.loaded("aide")
    scale = factor * enrollment.sum() / finance.pupils if finance.pupils else 0.0
    if finance.instruction_pay and scale and teachers:
        report.guessed.add(TEXTS["pay_by_compensation"], record.id)
        return np.asarray(_held(ones * finance.instruction_pay * scale / (teachers + aides)))
    if finance.instruction and scale and teachers:
        report.guessed.add(TEXTS["pay_by_instruction"], record.id)
        return np.asarray(_held(ones * assumptions.TEACHER_SHARE * finance.instruction * scale / teachers))
    report.guessed.add(TEXTS["pay_by_book"], record.id)
    return ones


def _held(index: Array) -> Array:
    return np.clip(index, *assumptions.PAY_INDEX)


def _spending(
    record: DistrictRecord, schools: list[SchoolRecord], enrollment: Array, report: ImportReport
) -> Array | None:
    """Current spending by school in dollars of the book's year, axis s; `None` when it is not known."""
    finance = record.finance
    if finance is None:
        return None
    factor = _factor(finance, report, record.id)
    own = np.array([school.spending or np.nan for school in schools]) * factor
    if np.isfinite(own).any():
        average = np.nansum(own) / enrollment[np.isfinite(own)].sum()
        return np.where(np.isfinite(own), own, average * enrollment)
    if not finance.current or not finance.pupils:
        return None
    return np.asarray(finance.current / finance.pupils * factor * enrollment)


def _affordable(
    index: Array, at_book: Array, upkeep: Array, spending: Array, record: DistrictRecord, report: ImportReport
) -> Array:
    """Lower the pay index where today's staff would leave too little for everything else."""
    room = float(((1.0 - assumptions.LEAST_OUT_OF_SCOPE) * spending - upkeep).sum())
    cost = float((index * at_book).sum())
    if cost <= room:
        return index
    report.guessed.add(TEXTS["pay_lowered"], record.id)
    lowered = index * max(room, 0.0) / cost
    if (lowered < assumptions.LOWEST_PAY_INDEX).any():
        report.guessed.add(TEXTS["spending_raised"], record.id)
    return np.asarray(np.maximum(lowered, assumptions.LOWEST_PAY_INDEX))


def _factor(finance: Finance, report: ImportReport, whom: str) -> float:
    factor = pay_years.growth(finance.year, BOOK_YEAR)
    text = TEXTS["growth"].format(year=finance.year, to=BOOK_YEAR, factor=factor)
    first, last = pay_years.known_years()
    if not first <= finance.year <= last:
        text += f"; outside {first} to {last} at {100 * pay_years.YEARLY:g} % a year"
    report.guessed.add(text, whom)
    return factor
