"""F-33 in both forms: dollars and thousands, missing codes, years, and the join with CCD."""

from pathlib import Path

import pytest

from datafiles.importing.f33 import _year
from models.errors import InputError
from tests.importing import samples
from tests.importing.reading import districts_of, imported, record_of, tables_of


def test_nces_writes_dollars(tmp_path):
    finance = record_of("f33", tmp_path, samples.F33_NCES, district="0100005").finance
    assert (finance.year, finance.pupils, finance.current) == (2022, 300.0, 3_600_000.0)
    assert (finance.instruction, finance.instruction_pay, finance.revenue) == (
        2_000_000.0,
        1_680_000.0,
        4_500_000.0,
    )


def test_the_year_of_the_dollars_is_told_where_the_plan_is_called_by_another(tmp_path):
    text = (
        "the plan's first year is called 2027, and its dollars are those of fiscal 2026: funding and prices rise from the second"
        " year on (first_year in district.toml gives it another name)"
    )
    told = imported("f33", tmp_path, samples.F33_NCES, district="0100005")
    tables_of(told)
    assert text in told.report.guessed.whom
    chicago = imported("f33", tmp_path, samples.F33_NCES, district="0100005", book="chicago-fy26")
    tables_of(chicago)
    assert not [text for text in chicago.report.guessed.whom if text.startswith("the plan's first year")]


def test_census_writes_thousands(tmp_path):
    finance = record_of("f33", tmp_path, samples.F33_CENSUS).finance
    assert (finance.year, finance.pupils, finance.current, finance.instruction) == (
        2016,
        310.0,
        3_600_000.0,
        2_000_000.0,
    )


def test_missing_codes_are_no_dollars(tmp_path):
    finance = record_of("f33", tmp_path, samples.F33_NCES, district="5508520").finance
    assert finance.revenue is None and finance.instruction_pay is None
    assert finance.current == 36_000_000.0, "the parts, where the total is missing; -2 adds nothing"


def test_service_agency_is_dropped(tmp_path):
    result = imported("f33", tmp_path, samples.F33_NCES)
    assert [record.id for record in result.records] == ["0100005", "5508520"]
    assert result.report.dropped.whom["an educational service agency"] == ["0199999"]


def test_grades_offered_spread_the_pupils(tmp_path):
    tables = tables_of(imported("f33", tmp_path, samples.F33_NCES, district="0100005"))
    assert [(row["grade_band"], row["pupils"]) for row in tables["enrollment"]] == [
        ("K-5", "139"),
        ("6-8", "69"),
        ("9-12", "92"),
    ]


def test_finance_without_a_year_is_an_error(tmp_path):
    text = "LEAID,MEMBERSCH,TCURINST,TCURSSVC\n0100005,300,2000000,1400000\n"
    with pytest.raises(InputError) as error:
        imported("f33", tmp_path, text)
    assert str(error.value) == (
        "table0.csv does not say of which fiscal year its dollars are.\n\n"
        "Add --finance-year, for example 2019 for the school year 2018-19."
    )
    assert record_of("f33", tmp_path, text, finance_year=2019).finance.year == 2019


@pytest.mark.parametrize(
    ("text", "year"), [("22", 2022), ("2016", 2016), ("98", 1998), ("2019.0", 2019), ("", None), ("FY", None)]
)
def test_years(text, year):
    assert _year(text) == year


def test_joined_with_ccd(tmp_path):
    record = record_of(
        "ccd",
        tmp_path,
        samples.CCD_SCHOOL_DIRECTORY,
        samples.CCD_SCHOOL_MEMBERSHIP,
        samples.F33_NCES,
        district="0100005",
    )
    assert len(record.schools) == 2 and record.finance.current == 3_600_000.0


def test_finance_of_a_reorganised_district_is_not_used(tmp_path):
    few = samples.CCD_DISTRICT_MEMBERSHIP.replace("1500", "500").replace("1000", "300").replace("2500", "800")
    result = imported("ccd", tmp_path, few, samples.F33_NCES, district="5508520")
    assert result.records[0].finance is None
    reason = "finance of a district with less than half or more than twice the pupils that its staff is for: not used"
    assert result.report.dropped.whom[reason] == ["5508520: 800 and 2,600 pupils"]


def test_finance_for_half_of_the_pupils_or_fewer_is_not_used_either(tmp_path: Path) -> None:
    for grade_6, used in (("4200", True), ("4201", False)):  # with grade 9 there are 5,200, twice 2,600
        many = samples.CCD_DISTRICT_MEMBERSHIP.replace("1500", grade_6)
        result = imported("ccd", tmp_path, many, samples.F33_NCES, district="5508520")
        assert (result.records[0].finance is not None) == used


def test_every_district_passes_check(tmp_path):
    assert len(districts_of(imported("f33", tmp_path, samples.F33_NCES, samples.CCD_DISTRICT_STAFF))) == 2
