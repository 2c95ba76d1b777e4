"""CCD and F-33 joined by LEAID: who is there and what is spent."""

from __future__ import annotations

from datafiles.importing.ccd import Ccd
from datafiles.importing.f33 import read_f33
from datafiles.importing.published import Published
from datafiles.importing.record import DistrictRecord
from datafiles.importing.report import ImportReport
from datafiles.importing.selection import Selection

SAME = (0.5, 2.0)  # enrollment of CCD over that of F-33: outside, the two are not about the same district


def read_national(
    tables: dict[str, list[Published]],
    selection: Selection,
    finance_year: int | None,
    report: ImportReport,
    *,
    by_finance: bool,
) -> list[DistrictRecord]:
    """Return the districts of CCD with their finance, or those of F-33 with their staff and pupils.

    Parameters
    ----------
    tables
        Tables by layout id.
    selection
        Which districts are wanted; others are not kept in memory.
    finance_year
        Fiscal year of the dollars, where the table does not say.
    report
        Takes what is dropped and guessed.
    by_finance
        Whether the districts are those of F-33 (`import f33`) or those of CCD (`import ccd`).

    Raises
    ------
    InputError
        When the fiscal year is not known.

    """
    ccd = Ccd(selection, report)
    ccd.read(tables)
    people = ccd.records()
    money = read_f33(tables.get("f33", []) + tables.get("f33_census", []), selection, finance_year, report)
    if not by_finance:
        for leaid in people.keys() - money.keys() if money else ():
            report.missing.add("district of CCD without a row of finance", leaid)
        for leaid in money.keys() - people.keys():
            report.dropped.add("district of F-33 without pupils in CCD", leaid)
        records = {leaid: joined(record, money.get(leaid), report) for leaid, record in people.items()}
    else:
        for leaid in people.keys() - money.keys():
            report.dropped.add("district of CCD without a row of finance", leaid)
        records = {}
        for leaid, own in money.items():
            known = people.get(leaid)
            records[leaid] = joined(known, own, report) if known is not None else _alone(own, ccd, report)
    return list(records.values())


def _alone(record: DistrictRecord, ccd: Ccd, report: ImportReport) -> DistrictRecord:
    """A district of F-33 that CCD has no pupils of, with the staff that CCD may have."""
    record.staff = {**record.staff, **ccd.staff.get(record.id, {})}
    record.units = ccd.units.get(record.id)
    return _checked(record, sum(school.total or 0.0 for school in record.schools), report)


def joined(record: DistrictRecord, money: DistrictRecord | None, report: ImportReport) -> DistrictRecord:
    """Put a district's finance beside its pupils and staff, if both are about the same district."""
    if money is None:
        return record
    record.name = record.name or money.name
    record.state = record.state or money.state
    record.finance = money.finance
    for group, fte in money.staff.items():
        record.staff.setdefault(group, fte)
    for school in record.schools if record.whole_district else ():
        if not any(school.pupils.values()):
            school.lowest, school.highest = money.schools[0].lowest, money.schools[0].highest
            school.name = school.name or money.name
    pupils = sum(sum(school.pupils.values()) or school.total or 0.0 for school in record.schools)
    return _checked(record, pupils, report)


def _checked(record: DistrictRecord, pupils: float, report: ImportReport) -> DistrictRecord:
    """Leave the finance aside where its pupils are not those of the staff: reorganised and virtual districts."""
    finance = record.finance
    if (
        finance is not None
        and finance.pupils
        and pupils
        and not SAME[0] <= pupils / finance.pupils <= SAME[1]
    ):
        report.dropped.add(
            "finance of a district with less than half or more than twice the pupils that its staff is for: not used",
            f"{record.id}: {pupils:,.0f} and {finance.pupils:,.0f} pupils",
        )
        record.finance = None
    return record
