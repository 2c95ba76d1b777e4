"""Urban Institute: JSON pages and CSV, nulls, totals beside parts, pages that are missing."""

import json

import pytest

from models.errors import InputError
from tests.importing import samples
from tests.importing.reading import districts_of, imported, record_of

PAGES = (json.dumps(samples.URBAN_DIRECTORY), json.dumps(samples.URBAN_FINANCE))
SCHOOLS = (samples.URBAN_SCHOOLS, samples.URBAN_SCHOOL_ENROLLMENT)


def test_district_and_finance(tmp_path):
    record = record_of("urban", tmp_path, *PAGES)
    assert (record.id, record.units, record.year) == ("1100030", 115.0, 2019)
    assert record.staff == {"teachers": 4049.0, "aides": 1064.0, "counselors": 118.0}
    finance = record.finance
    assert (finance.year, finance.pupils, finance.current) == (2019, 48568.0, 1_099_353_000.0)
    assert finance.instruction_pay == 431_471_000.0 + 92_032_000.0
    assert finance.revenue is None


def test_schools_by_grade(tmp_path):
    record = record_of("urban", tmp_path, *SCHOOLS)
    (oak,) = record.schools
    assert (record.id, record.state, oak.id) == ("0100005", "AL", "010000500870")
    assert oak.pupils == {-1: 20.0, 0: 40.0, 1: 60.0}
    assert oak.staff == {"teachers": 9.5} and oak.low_income == 0.5


def test_what_is_dropped_is_told(tmp_path):
    dropped = imported("urban", tmp_path, *SCHOOLS).report.dropped.counts
    assert dropped["school that is not open"] == 1
    assert dropped["school with enrollment that is not open in the directory"] == 1
    assert dropped["part of table1.csv by race or sex: the total is used"] == 1
    assert dropped["total of table1.csv over all grades: the grades are used"] == 1


def test_missing_pages_are_an_error(tmp_path):
    page = json.dumps(samples.URBAN_DIRECTORY | {"count": 19_000, "next": "https://example.org/?page=2"})
    with pytest.raises(InputError) as error:
        imported("urban", tmp_path, page)
    assert str(error.value) == (
        "table0.csv: the list has 19,000 records and the files hold 1; pages are missing.\n\n"
        "Fetch the other pages ('next' in the answer says where) and give them all."
    )


def test_passes_check(tmp_path):
    assert len(districts_of(imported("urban", tmp_path, *PAGES))) == 1
    assert len(districts_of(imported("urban", tmp_path, *SCHOOLS))) == 1
