"""From published staff to the roles of a price book: who teaches a class, who may join a team, who stays outside."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from datafiles.importing import assumptions
from datafiles.importing.grades import PREK
from datafiles.importing.prices import Prices
from datafiles.importing.record import (
    AIDES,
    COACHES,
    COUNSELORS,
    PREK_TEACHERS,
    SPECIAL_AIDES,
    SPECIAL_TEACHERS,
    TEACHERS,
    DistrictRecord,
    SchoolRecord,
)
from datafiles.importing.report import ImportReport
from models.district import Array

ODD = (2.0, 60.0)  # pupils per teacher


@dataclass
class Staffing:
    """Positions today by role, and the part that stays outside all teams, FTE, axis s each.

    `lacking` are the core teachers that the traditional classes ask for and the school does not have.
    """

    fte: dict[str, Array] = field(default_factory=dict)
    minimum: dict[str, Array] = field(default_factory=dict)
    lacking: Array = field(default_factory=lambda: np.zeros(0))


def staffing(
    record: DistrictRecord, schools: list[SchoolRecord], pupils: Array, prices: Prices, report: ImportReport
) -> Staffing:
    """Give each school its positions.

    Parameters
    ----------
    record
        The district, with the staff that is known for it as a whole.
    schools
        Its schools with pupils in kindergarten to grade 12.
    pupils
        Their pupils by band, axes sg.
    prices
        The price book.
    report
        Takes every assumption that is made.

    """
    enrollment = pupils.sum(axis=1)
    told = _Groups(record, schools, enrollment, report)
    teachers, special = _teachers(told, schools, enrollment)
    need = _up((pupils / np.array(prices.class_loads)).sum(axis=1))
    core = np.minimum(teachers, need)
    if special is None:
        report.guessed.add(assumptions.TEXTS["special"], record.id)
        special = assumptions.SPECIAL_SHARE * teachers
    for s in np.flatnonzero(teachers - special < core - 0.05 * need):
        report.guessed.add(assumptions.TEXTS["special_in_class"], _who(record, schools[s]))
    special = np.minimum(special, teachers - core)
    report.guessed.add(assumptions.TEXTS["core"], record.id)
    others = teachers - core
    stay = np.minimum(others, special + assumptions.PREPARATION * core)
    result = Staffing(
        {"teacher": _up(core), "specialist": _up(others)}, {"specialist": np.round(stay, 2)}, need - core
    )
    result.minimum["specialist"] = np.minimum(result.minimum["specialist"], result.fte["specialist"])
    for s in np.flatnonzero(result.lacking > 0.05 * need):
        report.missing.add(assumptions.TEXTS["lean"], _who(record, schools[s]))
    with np.errstate(divide="ignore"):
        ratio = enrollment / teachers
    for s in np.flatnonzero((ratio < ODD[0]) | (ratio > ODD[1])):
        report.missing.add(assumptions.TEXTS["odd_ratio"], _who(record, schools[s]))
    _helpers(told, prices, result, report, record)
    return result


def _teachers(told: _Groups, schools: list[SchoolRecord], enrollment: Array) -> tuple[Array, Array | None]:
    """Teachers of kindergarten to grade 12, and those of special education where they are known."""
    record, report = told.record, told.report
    prek = np.array([school.pupils.get(PREK, 0.0) for school in schools])
    teachers = told.of(
        TEACHERS, enrollment + prek
    )  # the district's teach pre-kindergarten too, which leaves below
    if teachers is None or not (teachers > 0).any():
        report.guessed.add(assumptions.TEXTS["teachers"], record.id)
        return enrollment / assumptions.PUPILS_PER_TEACHER, told.of(SPECIAL_TEACHERS)
    early = told.of(PREK_TEACHERS, prek)
    if early is not None:
        teachers = np.maximum(teachers - early, 0.0)
    else:
        if (prek > 0).any():
            report.guessed.add(assumptions.TEXTS["prek"], record.id)
            teachers = teachers * enrollment / np.maximum(enrollment + prek, 1e-9)
    return teachers, told.of(SPECIAL_TEACHERS)


def _helpers(
    told: _Groups, prices: Prices, result: Staffing, report: ImportReport, record: DistrictRecord
) -> None:
    """Aides, counselors and coaches."""
    aides, special = told.of(AIDES), told.of(SPECIAL_AIDES)
    if aides is None and special is None:
        report.guessed.add(assumptions.TEXTS["no_aides"], record.id)
    elif special is None:
        assert aides is not None
        report.guessed.add(assumptions.TEXTS["aides"], record.id)
        result.fte["aide"] = _up(aides)
        result.minimum["aide"] = np.round(assumptions.AIDES_STAY * aides, 2)
    elif prices.has("special_education_assistant"):
        result.fte["special_education_assistant"] = _up(special)
        if aides is not None:
            report.guessed.add(assumptions.TEXTS["aides"], record.id)
            result.fte["aide"] = _up(aides)
            result.minimum["aide"] = np.round(assumptions.AIDES_STAY * aides, 2)
    else:
        result.fte["aide"] = _up(special if aides is None else aides + special)
        result.minimum["aide"] = np.round(special, 2)
    counselors = told.of(COUNSELORS)
    if counselors is None:
        report.guessed.add(assumptions.TEXTS["no_counselors"], record.id)
    else:
        result.fte["counselor"] = _up(counselors)
    coaches = told.of(COACHES)
    if coaches is not None:
        result.fte["leader"] = _up(coaches)


@dataclass
class _Groups:
    """Staff by group and school: the school's own, else its part of the district's."""

    record: DistrictRecord
    schools: list[SchoolRecord]
    enrollment: Array
    report: ImportReport

    def of(self, group: str, weights: Array | None = None) -> Array | None:
        """FTE of a group, axis s, the district's spread by `weights` (enrollment); `None` when nothing is known."""
        weights = self.enrollment if weights is None or not weights.any() else weights
        own = [school.staff.get(group) for school in self.schools]
        known = np.array([value is not None for value in own])
        total = self.record.staff.get(group)
        if not known.any():
            if total is None:
                return None
            if len(self.schools) > 1:
                self.report.guessed.add(assumptions.TEXTS["spread"], self.record.id)
            return np.asarray(total * weights / weights.sum())
        values = np.array([value or 0.0 for value in own])
        if not known.all():
            rate = values[known].sum() / max(self.enrollment[known].sum(), 1.0)
            how = "as many a pupil as in the district's other schools"
            if total is not None and total > values.sum():
                rate = (total - values.sum()) / max(self.enrollment[~known].sum(), 1.0)
                how = "what the other schools leave of the district's"
            values = np.where(known, values, rate * self.enrollment)
            for s in np.flatnonzero(~known):
                self.report.guessed.add(
                    f"{group.replace('_', ' ')} of a school are not in the data: {how}",
                    _who(self.record, self.schools[s]),
                )
        return values


def _up(fte: Array) -> Array:
    """Hundredths of a position, rounded up, so that what is needed is there."""
    return np.asarray(np.ceil(np.round(fte * 100.0, 6)) / 100.0)


def _who(record: DistrictRecord, school: SchoolRecord) -> str:
    return record.id if record.whole_district else f"{record.id} {school.name or school.id}".strip()
