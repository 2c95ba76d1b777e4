"""The full public files beside the project become districts that `check` accepts; a few of them are solved."""

import dataclasses
import random

import pytest

from datafiles.importing.importing import read_source
from datafiles.importing.selection import Selection
from models.status import Status
from optimizer import explain
from optimizer.solving import solve
from tests.importing.reading import districts_of

SEED = 7
CHECKED, SOLVED = 40, 4


def some(result, count):
    """A random sample of an import's districts, the largest and the smallest with them."""
    by_size = sorted(result.records, key=lambda record: sum(school.total or 0.0 for school in record.schools))
    chosen = [by_size[0], by_size[-1], *random.Random(SEED).sample(by_size[1:-1], count - 2)]
    return dataclasses.replace(result, records=chosen)


def test_us_districts(shared_data):
    file = shared_data / "national" / "joined_f33_fy2019_x_ccd_2023_24.csv.gz"
    result = read_source("f33", [file], Selection(), years=1, finance_year=2019, comments=False)
    assert len(result.records) == 12_768
    districts = districts_of(some(result, CHECKED))
    assert len(districts) == CHECKED
    for district in list(districts.values())[2 : 2 + SOLVED]:
        assert 0 < solve(district).coverage <= 1


def test_us_table_is_its_parts(shared_data):
    """F-33 and the counts of CCD, given apart, are the joined table but for districts that CCD does not have."""
    national = shared_data / "national"
    whole = read_source(
        "f33", [national / "joined_f33_fy2019_x_ccd_2023_24.csv.gz"], Selection(state="IL"), finance_year=2019
    )
    parts = read_source(
        "f33",
        [
            national / "f33_fy2019_edfacts_saipe_districts.csv.gz",
            national / "ccd_2023_24_district_enrollment_teachers.csv.gz",
        ],
        Selection(state="IL"),
        finance_year=2019,
    )
    assert len(whole.records) == len(parts.records) == 843
    one = {
        record.id: (record.staff.get("teachers"), record.schools[0].total, record.finance)
        for record in whole.records
    }
    two = {
        record.id: (record.staff.get("teachers"), record.schools[0].total, record.finance)
        for record in parts.records
    }
    assert one == two
    assert one["1709930"][0] == pytest.approx(22_000, rel=0.2)


def test_texas(shared_data):
    file = shared_data / "national" / "tx_2015_16_joined_finance_staff.csv.gz"
    result = read_source("tx", [file], Selection(), years=1, finance_year=2016, comments=False)
    assert len(result.records) == 1_199
    assert sum(record.staff.get("teachers", 0.0) for record in result.records) == pytest.approx(
        347_000, rel=0.005
    )
    districts = districts_of(some(result, CHECKED))
    for district in list(districts.values())[2 : 2 + SOLVED]:
        assert 0 < solve(district).coverage <= 1


def test_a_district_of_200_000_pupils_without_a_plan_is_explained(shared_data):
    """The colliding rules of Houston under the book's scenarios; its elastic model once passed for unbounded."""
    national = shared_data / "national"
    files = [
        national / "tx_tapr_2015_16_district_staff_students.csv.gz",
        national / "tx_peims_finance_by_district_2012_2016.csv.gz",
    ]
    (district,) = districts_of(read_source("tx", files, Selection("101912"), scenarios=True)).values()
    answer = explain(district)
    assert answer.status is Status.INFEASIBLE
    assert "budget" in {rule.rule for rule in answer.conflict.rules}


def test_texas_from_the_publishers_own_tables(shared_data):
    """TAPR and PEIMS as published (bare carriage returns, $ and commas, five years) are the joined table, district by district."""
    national = shared_data / "national"
    joined = read_source(
        "tx", [national / "tx_2015_16_joined_finance_staff.csv.gz"], Selection(), finance_year=2016
    )
    apart = read_source(
        "tx",
        [
            national / "tx_peims_finance_by_district_2012_2016.csv.gz",
            national / "tx_tapr_2015_16_district_staff_students.csv.gz",
        ],
        Selection(),
        finance_year=2016,
    )
    published = {record.id: record for record in apart.records}
    for record in joined.records:
        own = published[record.id]
        assert own.schools[0].pupils == record.schools[0].pupils
        assert own.staff.get("teachers") == record.staff.get("teachers")
        assert own.finance.current == record.finance.current
        assert own.finance.pupils == record.finance.pupils


def test_chicago(shared_data):
    chicago = shared_data / "chicago"
    files = [
        chicago / "cps_positions_20190630.csv.gz",
        chicago / "cps_school_profile_sy1819.csv",
        chicago / "cps_enrollment_by_grade_20thday_sy1516.csv",
    ]
    result = read_source("cps-positions", files, Selection(), years=1)
    assert [use.rows for use in result.report.files] == [39_181, 678, 660]
    ((name, district),) = districts_of(result).items()
    assert name == "1709930" and len(district.schools.id) == 509
    positions = dict(zip(district.roles.id, district.staff.fte.sum(axis=0)))
    assert positions["special_education_assistant"] == pytest.approx(4_141, abs=1)
    assert positions["counselor"] == pytest.approx(710.5, abs=0.1)
    assert positions["teacher"] + positions["specialist"] == pytest.approx(17_908, rel=0.01)
    assert district.enrollment.sum() == pytest.approx(297_974 - 19_853, abs=10)


def test_illinois_sample_by_mapping(shared_data, tmp_path):
    """The reshaped sample of ISBE's site-based expenditure, read as a planner would read it: with a mapping."""
    from datafiles.importing.importing import read_own_table

    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        '[table]\nyear = 2025\nname = "Chicago, 23 schools"\n[columns]\nschool_id = "school_id"\nschool_name = "school_name"\n'
        'pupils = "enroll_total"\ngrades = "grades_served"\nteachers = "teacher_fte"\nspending_per_pupil = "ppe_total"\n'
        'low_income_percent = "low_income_pct"\n',
        encoding="utf-8",
    )
    result = read_own_table(
        shared_data / "chicago" / "cps_isbe_sber_sample_sy2425.csv",
        mapping,
        Selection(),
        book="chicago-fy26",
        years=1,
    )
    (district,) = districts_of(result).values()
    assert len(district.schools.id) == 23
    assert 0 < solve(district).coverage <= 1


def test_massachusetts_repeats_district_figures(shared_data):
    from datafiles.importing.importing import own_table
    from datafiles.importing.wizard import propose

    mapping, _ = propose(own_table(shared_data / "national" / "ma_public_schools_2017.csv.gz"))
    assert set(mapping.repeated) >= {"teachers", "teacher_pay"}
    assert mapping.grades == {
        "PK": "PK_Enrollment",
        "K": "K_Enrollment",
        **{str(n): f"{n}_Enrollment" for n in range(1, 13)},
    }
    assert mapping.columns["pupils"] == "TOTAL_Enrollment"
