"""Chicago's roster: titles, shared units, vacancies, and no names of people."""

import pytest

from datafiles.importing.chicago import group_of
from models.errors import InputError
from tests.importing import samples
from tests.importing.reading import districts_of, imported, tables_of

FILES = (samples.CPS_ROSTER, samples.CPS_PROFILE, samples.CPS_MEMBERSHIP)


@pytest.fixture
def chicago(tmp_path):
    return imported("cps-positions", tmp_path, *FILES)


@pytest.mark.parametrize(
    ("title", "group"),
    [
        ("Regular Teacher", "teachers"),
        ("International Bacl Teacher", "teachers"),
        ("Military Instructor", "teachers"),
        ("Special Education Teacher", "special_teachers"),
        ("Special Ed Classroom Assist II", "special_aides"),
        ("Bil Spec Ed Classroom Asst II", "special_aides"),
        ("Bilingual Sp Educ Classrm Asst", "special_aides"),
        ("Teacher Assistant Bilingual II", "aides"),
        ("Teacher Asst-Montessori Prm", "aides"),
        ("Instructor Assistant II", "aides"),
        ("School Counselor", "counselors"),
        ("School Counseling Office Asst", ""),
        ("Curriculum And Instruct Coach", "coaches"),
        ("College/Career Coach", ""),
        ("Teacher-Speech Pathologist", ""),
        ("Teacher-Citywide", ""),
        ("Resident Teacher", ""),
        ("School Security Officer", ""),
        ("Dir of Military Instruction", ""),
    ],
)
def test_titles(title, group):
    assert group_of(title) == group


def test_two_campuses_of_a_unit_are_one_school_with_its_staff_once(chicago):
    oak, elm = chicago.records[0].schools
    assert (elm.id, elm.name, elm.staff["teachers"]) == ("22041", "ELM NORTH / ELM SOUTH", 4.0)
    assert sum(elm.pupils.values()) == pytest.approx(100.0)
    assert elm.low_income == pytest.approx(0.5)
    assert oak.staff == {
        "special_teachers": 1.0, "teachers": 2.5, "aides": 1.0, "special_aides": 1.0, "counselors": 1.0, "coaches": 1.0,
    }  # fmt: skip


def test_pay_and_payroll(chicago):
    oak, elm = chicago.records[0].schools
    assert oak.teacher_pay == pytest.approx((80000 + 90000 + 45000) / 2.5)
    assert chicago.records[0].finance.teacher_pay == pytest.approx((80000 + 90000 + 45000 + 360000) / 6.5)
    assert elm.spending == 480_000.0
    paid = 80000 + 90000 + 45000 + 36000 + 32000 + 85000 + 95000 + 37000 + 30000 * 4 + 15000 + 14000 * 3
    assert oak.spending == pytest.approx(paid * 8.5 / 7.5), (
        "the vacancy without a salary costs what the others do"
    )


def test_what_is_dropped_is_told(chicago):
    whom = chicago.report.dropped.whom
    assert whom["school whose teachers are not on the roster (charter and contract schools)"] == [
        "400001 CHARTER"
    ]
    assert whom["school of finance unit 0, which is no unit"] == ["610004 DORE"]
    assert whom[
        "FTE of units that are no school of the profile (central office, networks, citywide staff)"
    ] == ["11675"]
    assert (
        chicago.report.missing.counts[
            "rows of table0.csv that share a position number (two people on one position): all are counted"
        ]
        == 2
    )


def test_no_name_of_a_person_is_kept(chicago):
    texts = [text for _, own in chicago.districts() for text in own.values()]
    everything = "\n".join([*texts, chicago.report.markdown(), repr(chicago.records)])
    for name in ("Doe", "Roe", "Poe", "Loe", "Moe", "Jane"):
        assert name not in everything
    assert chicago.report.dropped.counts["column Name of table0.csv: names of people are not imported"] == 1


def test_grades_by_membership_or_by_what_is_offered(chicago):
    enrollment = {
        (row["school_id"], row["grade_band"]): row["pupils"] for row in tables_of(chicago)["enrollment"]
    }
    assert enrollment == {("22031", "K"): "20", ("22031", "1-3"): "20", ("22041", "9-12"): "100"}


def test_passes_check(chicago):
    (district,) = districts_of(chicago).values()
    assert district.roles.id[3] == "aide" and district.staff.fte[0, 5] == 1.0


def test_roster_alone_is_not_enough(tmp_path):
    with pytest.raises(InputError) as error:
        imported("cps-positions", tmp_path, samples.CPS_ROSTER)
    assert str(error.value) == (
        "CPS school profile is not among the files.\n\nAdd it: a table with School_ID, Finance_ID, Student_Count_Total."
    )
