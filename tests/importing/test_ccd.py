"""CCD: ids, streams of parts and totals, who is open, who teaches."""

from pathlib import Path

import pytest

from datafiles.importing.grades import ADULT, PREK, UNGRADED
from models.errors import InputError
from tests.importing import samples
from tests.importing.reading import districts_of, imported, record_of, tables_of

SCHOOLS = (
    samples.CCD_SCHOOL_DIRECTORY,
    samples.CCD_SCHOOL_MEMBERSHIP,
    samples.CCD_SCHOOL_STAFF,
    samples.CCD_DISTRICT_STAFF,
)


def test_pupils_of_school_are_parts_or_subtotals_never_both(tmp_path):
    record = record_of("ccd", tmp_path, *SCHOOLS, district="0100005")
    oak, elm = record.schools
    assert oak.pupils == {PREK: 20, 0: 40, 1: 60, UNGRADED: 4, ADULT: 6}
    assert elm.pupils == {9: 100, 10: 80}, "the suppressed part is no number; the subtotal of grade 10 is"


def test_ids_keep_their_leading_zeros(tmp_path):
    record = record_of("ccd", tmp_path, *SCHOOLS, district="100005")
    assert (record.id, record.state, record.name) == ("0100005", "AL", "Alder City")
    assert [school.id for school in record.schools] == ["010000500870", "010000500871"]


def test_order_of_files_does_not_matter(tmp_path):
    one = record_of("ccd", tmp_path, *SCHOOLS, district="0100005")
    assert record_of("ccd", tmp_path, *reversed(SCHOOLS), district="0100005") == one


def test_a_closed_school_is_dropped_and_told(tmp_path):
    result = imported("ccd", tmp_path, *SCHOOLS, district="0100005")
    assert result.report.dropped.whom["school that is closed"] == ["010000500872"]


def test_suppressed_and_subtotals_are_told(tmp_path):
    report = imported("ccd", tmp_path, *SCHOOLS, district="0100005").report
    assert report.missing.counts['figure of table1.csv, column STUDENT_COUNT: "-9" stands for none'] == 1
    assert report.dropped.counts["subtotal of table1.csv whose pupils are counted by grade already"] == 1


def test_teachers_are_the_derived_total_and_parts_only_where_it_is_missing(tmp_path):
    result = imported("ccd", tmp_path, samples.CCD_DISTRICT_MEMBERSHIP, samples.CCD_DISTRICT_STAFF)
    (record,) = result.records
    assert record.staff == {"teachers": 2114.93, "aides": 317.65, "counselors": 50.5}
    alder = record_of("ccd", tmp_path, *SCHOOLS, district="0100005")
    assert alder.staff == {"teachers": 22.0, "prek_teachers": 2.0}, "aides of -1 are not known, not 0"


def test_school_without_teachers_of_its_own_gets_what_the_others_leave(tmp_path):
    tables = tables_of(imported("ccd", tmp_path, *SCHOOLS, district="0100005"))
    by_school = {}
    for row in tables["staff"]:
        if row["role"] in ("teacher", "specialist"):
            by_school[row["school_id"]] = by_school.get(row["school_id"], 0.0) + float(row["fte"])
    # Oak reports 12, of whom the 2 of pre-kindergarten (it alone has such pupils) are outside; Elm has 22 - 12.
    assert by_school == pytest.approx({"010000500870": 10.0, "010000500871": 10.0}, abs=0.02)


def test_pupils_of_bands(tmp_path):
    tables = tables_of(imported("ccd", tmp_path, *SCHOOLS, district="0100005"))
    pupils = {(row["school_id"], row["grade_band"]): row["pupils"] for row in tables["enrollment"]}
    assert pupils == {("010000500870", "K-5"): "104", ("010000500871", "9-12"): "180"}


def test_lunch_gives_the_need_of_a_school(tmp_path):
    record = record_of("ccd", tmp_path, *SCHOOLS, samples.CCD_LUNCH, district="0100005")
    assert record.schools[0].low_income == pytest.approx(65 / 130)
    assert record.schools[1].low_income is None


def test_more_lunches_than_pupils_are_all_pupils(tmp_path: Path) -> None:
    lunch = samples.CCD_LUNCH.replace(",65,", ",140,")
    record = record_of("ccd", tmp_path, *SCHOOLS, lunch, district="0100005")
    assert record.schools[0].low_income == 1.0


def test_district_membership_makes_one_unit(tmp_path):
    record = record_of("ccd", tmp_path, samples.CCD_DISTRICT_MEMBERSHIP, samples.CCD_DISTRICT_STAFF)
    assert record.whole_district and record.schools[0].pupils == {6: 1500, 9: 1000}


def test_wide_staff_of_earlier_years(tmp_path):
    record = record_of("ccd", tmp_path, samples.CCD_WIDE_STAFF)
    assert record.staff == {"teachers": 25.0, "prek_teachers": 2.0, "counselors": 1.0}
    assert record.schools[0].total == 420


def test_zero_teachers_are_not_reported_teachers(tmp_path):
    text = "district_id,district_name,state,enrollment,instructional_staff,year\n100005,Alder City,AL,500,0,2023-24\n"
    result = imported("ccd", tmp_path, text)
    assert result.records[0].staff == {}
    assert result.report.missing.whom["district that reports no teachers: taken as not reported"] == [
        "0100005"
    ]


def test_a_state(tmp_path):
    result = imported("ccd", tmp_path, *SCHOOLS, state="WI")
    assert [record.id for record in result.records] == ["5508520"]


def test_every_district_passes_check(tmp_path):
    districts = districts_of(imported("ccd", tmp_path, *SCHOOLS))
    assert sorted(districts) == ["0100005", "5508520"]
    assert districts["0100005"].enrollment.sum() == 284


def test_unknown_district(tmp_path):
    with pytest.raises(InputError) as error:
        imported("ccd", tmp_path, *SCHOOLS, district="0100006")
    assert str(error.value) == (
        "The files hold nothing of 0100006.\n\n"
        "Check the id (LEAID has 7 digits with its leading zero) and that the files are of that state."
    )


def test_unknown_name_proposes_the_nearest(tmp_path):
    with pytest.raises(InputError) as error:
        imported("ccd", tmp_path, *SCHOOLS, district="Alder Citty")
    assert (
        str(error.value) == "The files hold no district Alder Citty; they hold 2.\n\nDid you mean Alder City?"
    )
