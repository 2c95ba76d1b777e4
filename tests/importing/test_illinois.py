"""Illinois: dashes in ids, redacted figures, the district's own row, the year of the dollars."""

import pytest

from models.errors import InputError
from tests.importing import samples
from tests.importing.reading import districts_of, imported, record_of, tables_of

FILES = (samples.ISBE_SBER, samples.ISBE_GENERAL)


def test_schools_of_the_district(tmp_path):
    record = record_of("isbe-sber", tmp_path, *FILES, finance_year=2025, district="15016299025")
    assert [school.id for school in record.schools] == ["150162990252959", "150162990252918"]
    skinner, coleman = record.schools
    assert skinner.spending == pytest.approx(515 * 15070.33)
    assert coleman.spending is None, "* is no figure"
    assert (skinner.lowest, skinner.highest) == (0, 8)
    assert (coleman.lowest, coleman.highest) == (-1, 8)
    assert skinner.low_income == pytest.approx(0.12)
    assert skinner.staff == {"teachers": 28.955}


def test_district_row_is_not_counted(tmp_path):
    report = imported("isbe-sber", tmp_path, *FILES, finance_year=2025).report
    assert report.dropped.counts["row of table0.csv that is no school (a district or the state)"] == 1


def test_funding_is_that_of_the_school(tmp_path):
    tables = tables_of(imported("isbe-sber", tmp_path, *FILES, finance_year=2025))
    skinner = tables["schools"][0]
    funding = float(skinner["funding_per_pupil"]) * 515 + float(skinner["fixed_funding"])
    assert funding == pytest.approx(515 * 15070.33 * 76400 / 74190, abs=515), "to the dollar a pupil"


def test_year_is_needed(tmp_path):
    with pytest.raises(InputError) as error:
        imported("isbe-sber", tmp_path, *FILES)
    assert str(error.value) == (
        "Nothing in the files says of which school year the dollars are.\n\n"
        "Add --finance-year, for example 2025 for the report card of 2024-25."
    )


def test_passes_check(tmp_path):
    assert len(districts_of(imported("isbe-sber", tmp_path, *FILES, finance_year=2025))) == 1
