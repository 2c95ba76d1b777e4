"""Texas: masks, carriage returns alone, several years, ids that lost their zeros."""

import pytest

from models.errors import InputError
from tests.importing import samples
from tests.importing.reading import districts_of, imported, tables_of


@pytest.fixture
def texas(tmp_path):
    return imported("tx", tmp_path, samples.TX_TAPR, samples.TX_PEIMS)


def test_ids_are_padded_and_joined(texas):
    assert [(record.id, record.name) for record in texas.records] == [
        ("001902", "Cayuga ISD"),
        ("001903", "Elkhart ISD"),
        ("001904", ""),
    ]


def test_last_year_of_finance_counts(texas):
    finance = texas.records[0].finance
    assert (finance.year, finance.pupils, finance.current) == (2016, 568.0, 8_477_093.0)
    assert texas.report.dropped.counts["row of table1.csv of an earlier fiscal year than the last"] == 1


def test_another_year_on_request(tmp_path):
    result = imported("tx", tmp_path, samples.TX_TAPR, samples.TX_PEIMS, finance_year=2015)
    assert result.records[0].finance.current == 8_100_000.0
    assert result.records[1].finance is None


def test_masked_figures_are_not_known(texas):
    masked = texas.records[2]
    assert masked.staff == {} and masked.schools[0].low_income is None
    assert texas.report.missing.whom["district of TAPR without a row of PEIMS finance"] == ["001904"]


def test_average_pay_is_published_or_salaries_over_teachers(texas):
    assert texas.records[0].finance.teacher_pay == 45359.0
    assert texas.records[1].finance.teacher_pay == pytest.approx(4439591.2 / 100.3)


def test_early_education_is_outside_the_plan(texas):
    tables = tables_of(imported_one(texas, 1))
    assert sum(float(row["pupils"]) for row in tables["enrollment"]) == 1244 - 66


def imported_one(result, i):
    from dataclasses import replace

    return replace(result, records=[result.records[i]])


def test_every_district_passes_check(texas):
    assert len(districts_of(texas)) == 3


def test_students_and_staff_are_needed(tmp_path):
    with pytest.raises(InputError) as error:
        imported("tx", tmp_path, samples.TX_PEIMS)
    assert str(error.value) == (
        "No table with students and staff is among the files.\n\nAdd the district table of TAPR (DPETALLC, DPSTTOFC, …)."
    )
