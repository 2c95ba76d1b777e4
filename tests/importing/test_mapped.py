"""A planner's own table: the wizard's proposal, the mapping, district figures repeated on school rows."""

import tomllib

import pytest

from datafiles.importing.importing import own_table, read_own_table
from datafiles.importing.mapping import read_mapping
from datafiles.importing.selection import Selection
from datafiles.importing.wizard import propose
from models.errors import InputError
from tests.importing import samples
from tests.importing.reading import districts_of, files

MAPPING = """\
[table]
year = 2017
repeated = ["teachers", "teacher_pay"]

[columns]
school_id = "School Code"
school_name = "School Name"
district_id = "District Code"
district_name = "District Name"
pupils = "TOTAL_Enrollment"
low_income_pupils = "Economically Disadvantaged"
teachers = "FTE Count"
teacher_pay = "Average Salary"

[grades]
PK = "PK_Enrollment"
K = "K_Enrollment"
"1" = "1_Enrollment"
"2" = "2_Enrollment"
"""


def own(folder, mapping=MAPPING, table=samples.OWN_TABLE, district="007"):
    path, plan = files(folder, {"schools.csv": table, "mapping.toml": mapping})
    return read_own_table(path, plan, Selection(district))


def proposal(folder, table=samples.OWN_TABLE):
    (path,) = files(folder, {"schools.csv": table})
    published = own_table(path)
    return published, *propose(published)


def test_wizard_proposes_by_names_and_contents(tmp_path):
    _, mapping, notes = proposal(tmp_path)
    assert mapping.columns == {
        "school_id": "School Code",
        "school_name": "School Name",
        "district_id": "District Code",
        "district_name": "District Name",
        "pupils": "TOTAL_Enrollment",
        "low_income_pupils": "Economically Disadvantaged",
        "teachers": "FTE Count",
        "teacher_pay": "Average Salary",
    }
    assert mapping.grades == {
        "PK": "PK_Enrollment",
        "K": "K_Enrollment",
        "1": "1_Enrollment",
        "2": "2_Enrollment",
    }
    assert mapping.repeated == ["teachers", "teacher_pay"], "the same on every row of each district"
    assert notes["teachers"] == "the same on every row of a district: taken for the district's"


def test_proposal_reads_back(tmp_path):
    published, mapping, notes = proposal(tmp_path)
    mapping.year = 2017
    text = mapping.text("schools.csv", published.header, notes)
    (path,) = files(tmp_path, {"mapping.toml": text})
    assert read_mapping(path, published) == mapping
    assert "#   Remarks\n" in text
    assert tomllib.loads(text)["columns"]["coaches"] == ""


def test_repeated_figures_count_once(tmp_path):
    (record,) = own(tmp_path).records
    assert record.staff == {"teachers": 24.0}
    assert record.finance.teacher_pay == 74662.0
    assert [school.staff for school in record.schools] == [{}, {}]


def test_pupils_and_what_no_grade_column_has(tmp_path):
    result = own(tmp_path)
    abbey, beaver = result.records[0].schools
    assert abbey.pupils == {-1: 10, 0: 40, 1: 50}
    assert beaver.pupils == {2: 100, 98: 4.0}, "4 of the 104 are in no grade column"
    assert abbey.low_income == 0.2


def test_all_districts(tmp_path):
    districts = districts_of(own(tmp_path, district=""))
    assert sorted(districts) == ["007", "008", "009"]


def test_a_row_can_be_a_district(tmp_path):
    table = "name;pupils;teachers;money\nSouth Town;2,000;150;31000\n"
    mapping = (
        '[table]\nyear = 2026\ndollars_in = "thousands"\n[columns]\ndistrict_name = "name"\npupils = "pupils"\n'
        'teachers = "teachers"\nspending = "money"\n'
    )
    result = own(tmp_path, mapping, table, "South Town")
    (record,) = result.records
    assert (
        record.whole_district and record.finance.current == 31_000_000.0 and record.finance.pupils == 2000.0
    )
    (district,) = districts_of(result).values()
    assert (district.schools.fixed_funding + district.schools.funding_per_pupil * 2000)[0] == pytest.approx(
        31e6, abs=2000
    )


def test_second_row_of_a_school_and_rows_without_id_are_told(tmp_path):
    table = (
        samples.OWN_TABLE
        + "0010,Abbey,007,Abington,0,1,1,1,3,0,24,74662,again\n,Nameless,007,Abington,0,1,1,1,3,0,24,74662,\n"
    )
    report = own(tmp_path, table=table).report
    assert report.dropped.whom["row of schools.csv that names a school a second time"] == ["0010"]
    assert report.dropped.whom["row of schools.csv without a school id"] == ["Nameless"]


def test_all_faults_of_a_mapping_at_once(tmp_path):
    mapping = (
        '[table]\nyear = "2017"\nrepeated = ["teacher"]\nyaer = 1\n[colums]\n[columns]\npupil = "TOTAL"\nteachers = "FTE Cuont"\n'
        'spending = 5\n[grades]\n"14" = "K_Enrollment"\n'
    )
    with pytest.raises(InputError) as error:
        own(tmp_path, mapping)
    assert str(error.value) == (
        f"{tmp_path / 'mapping.toml'} has 9 problems:\n"
        'mapping.toml [colums]: is not known.\n    Did you mean "columns"?\n'
        'mapping.toml [table] yaer: is not known.\n    Did you mean "year"?\n'
        "mapping.toml [table] year: '2017' is no fiscal year.\n    Write 2025 for the school year 2024-25, without quotes.\n"
        "mapping.toml [table] repeated: ['teacher'] is no list of figures.\n"
        '    Write for example ["teachers", "spending"].\n'
        'mapping.toml [columns] pupil: is not known.\n    Did you mean "pupils"?\n'
        'mapping.toml [columns] teachers: schools.csv has no column "FTE Cuont".\n    Did you mean "FTE Count"?\n'
        "mapping.toml [columns] spending: 5 is no heading.\n    Write the column's heading in quotes.\n"
        "mapping.toml [grades] 14: is not known.\n    The grades are PK, K and 1 to 12.\n"
        "mapping.toml: names no column with pupils.\n    Fill in pupils in [columns], or the grades.\n\n"
        "All problems are listed; mend them and run the command again."
    )


def test_dollars_need_a_year(tmp_path):
    with pytest.raises(InputError) as error:
        own(tmp_path, MAPPING.replace("year = 2017\n", ""))
    assert str(error.value) == (
        f"{tmp_path / 'mapping.toml'} has 1 problem:\n"
        "mapping.toml [table] year: is needed: teacher_pay hold dollars.\n    Write 2025 for the school year 2024-25.\n\n"
        "Mend it and run the command again."
    )


def test_mapping_that_is_not_there(tmp_path):
    (path,) = files(tmp_path, {"schools.csv": samples.OWN_TABLE})
    with pytest.raises(InputError) as error:
        read_own_table(path, tmp_path / "mapping.toml", Selection())
    assert str(error.value) == (
        f"{tmp_path / 'mapping.toml'} cannot be read: No such file or directory.\n\n"
        "Propose a mapping with: spanwise import csv TABLE.csv --map"
    )


def test_elsi_export_by_its_own_headings(tmp_path):
    published, mapping, notes = proposal(tmp_path, samples.ELSI)
    (plan,) = files(tmp_path, {"mapping.toml": mapping.text("schools.csv", published.header, notes)})
    result = read_own_table(tmp_path / "schools.csv", plan, Selection())
    alder, other = result.records
    assert (alder.id, alder.name, alder.schools[0].total) == ("0100005", "ALDER CITY", 420.0)
    assert alder.schools[0].pupils == {-1: 20, 0: 100, 1: 150, 2: 150}
    assert alder.schools[0].staff == {"teachers": 30.5}, "low quality is no figure"
    assert other.schools[0].staff == {} and other.schools[0].total is None
    assert list(districts_of(result)) == ["0100005"]
    assert result.report.dropped.counts["note below the table of schools.csv"] == 2


def test_schools_without_ids_are_told_apart_by_their_names(tmp_path):
    """A table of names alone has a school on each row, and none of them is dropped."""
    table = "District,School,Students,Teachers\nA,One,400,20\nA,Two,300,15\nB,One,200,12\n"
    published, mapping, notes = proposal(tmp_path, table)
    assert mapping.columns["school_id"] == mapping.columns["school_name"] == "School"
    assert notes["school_id"] == "no column has ids: names tell the schools apart"
    text = mapping.text("schools.csv", published.header, notes)
    (record,) = own(tmp_path, text, table, "A").records
    assert [(school.id, school.total) for school in record.schools] == [("One", 400.0), ("Two", 300.0)]
    _, districts, _ = proposal(tmp_path, "District,Long name,Students\nA,Alder,400\nB,Birch,300\n")
    assert "school_id" not in districts.columns


# ---- sums of a district on the rows of its schools ---------------------------------------------------------------------

SUMS = "School Code,School Name,Students,Teachers,Total Expenditures\n"
THREE = SUMS + "1,One,100,6,12500000\n2,Two,80,6,12500000\n3,Three,60,6,12500000\n"
PLAIN = (
    '[table]\nyear = 2025\n{more}[columns]\nschool_id = "School Code"\nschool_name = "School Name"\npupils = "Students"\n'
    'spending = "Total Expenditures"\n'
)
COUNTED_FOR_EACH = (
    "column Total Expenditures (spending) is the same on all rows of a district, and each of its schools gets the whole sum;"
    ' if the sum is the district\'s, write repeated = ["spending"] under [table] of the mapping'
)


def of_districts(*rows):
    return "District Code," + SUMS + "".join(f"{row}\n" for row in rows)


@pytest.mark.parametrize(
    ("table", "repeated"),
    [
        (THREE, ["spending"]),
        (THREE.replace("12500000", '"12,500,000"'), ["spending"]),
        (of_districts("A,1,One,9,6,500", "A,2,Two,8,6,500", "B,3,Elm,9,6,700", "B,4,Ash,9,6,700"), ["spending"]),
        (of_districts("A,1,One,9,6,500", "A,2,Two,8,6,500", "B,3,Elm,9,6,700", "B,4,Ash,9,6,701"), []),
        (of_districts("A,1,One,9,6,500", "A,2,Two,8,6,500", "B,3,Elm,9,6,700"), []),
        (of_districts("A,1,One,9,6,500", "A,2,Two,8,6,500", "A,3,Elm,9,6,500", "B,4,Ash,9,6,1"), ["spending"]),
        (THREE.replace("60,6,12500000", "60,6,"), []),
        (THREE.replace("12500000", "0"), []),
        (of_districts("A,1,One,9,6,†", "A,2,Two,8,6,†", "A,3,Elm,9,6,†", "B,4,Ash,9,6,1"), []),
    ],
    ids=["one", "separators", "two", "two that differ", "two rows", "one of several", "a blank", "zero", "none"],
)  # fmt: skip
def test_a_sum_on_every_row_of_one_or_two_districts_is_theirs(tmp_path, table, repeated):
    """Money alone: six teachers at each school are no sum of the district."""
    _, mapping, notes = proposal(tmp_path, table)
    assert mapping.columns["spending"] == "Total Expenditures"
    assert mapping.repeated == repeated
    assert ("spending" in notes) is bool(repeated)


def test_the_sum_of_a_table_that_names_no_district_is_counted_once(tmp_path):
    result = own(tmp_path, PLAIN.format(more='repeated = ["spending"]\n'), THREE, "")
    (record,) = result.records
    assert (record.finance.current, record.finance.pupils) == (12.5e6, 240.0)
    assert [school.spending for school in record.schools] == [None, None, None]
    assert result.report.missing.counts == {}


def test_a_sum_that_every_school_gets_is_warned_of(tmp_path):
    result = own(tmp_path, PLAIN.format(more=""), THREE, "")
    assert [school.spending for school in result.records[0].schools] == [12.5e6, 12.5e6, 12.5e6]
    assert result.report.missing.counts == {COUNTED_FOR_EACH: 1}
    assert result.report.missing.whom == {COUNTED_FOR_EACH: ["district: $12,500,000"]}
    assert f"Still missing\n  - {COUNTED_FOR_EACH[:40]}" in result.report.card()
    other = own(tmp_path, PLAIN.format(more=""), THREE.replace("60,6,12500000", "60,6,12500001"), "")
    alone = own(tmp_path, PLAIN.format(more=""), SUMS + "1,One,100,6,12500000\n", "")
    assert other.report.missing.counts == alone.report.missing.counts == {}


def test_a_repeated_figure_that_differs_is_warned_of(tmp_path):
    table = samples.OWN_TABLE.replace("104,30,24,74662", "104,30,25,74662")
    report = own(tmp_path, table=table).report
    assert report.missing.whom == {
        "column FTE Count is in repeated (as teachers) and differs between the rows of a district, of which the first counts:"
        " check which rows are its schools, or take it out of repeated": ["007"]
    }


def test_the_district_s_teachers_of_pre_kindergarten_leave_where_its_pupils_are(tmp_path):
    """20 teachers of 200 pupils, 50 of them in pre-kindergarten: 15 teach kindergarten to grade 12, a pupil's tenth everywhere."""
    table = "id,name,PK,K,1,teachers\na,Ash,0,50,50,20\nb,Birch,50,25,25,20\n"
    mapping = (
        '[table]\nname = "Two"\nrepeated = ["teachers"]\n[columns]\nschool_id = "id"\nschool_name = "name"\nteachers = "teachers"\n'
        '[grades]\nPK = "PK"\nK = "K"\n"1" = "1"\n'
    )
    (csv, toml) = files(tmp_path, {"schools.csv": table, "mapping.toml": mapping})
    (district,) = districts_of(read_own_table(csv, toml, Selection())).values()
    assert district.staff.fte.sum(axis=1) == pytest.approx([10.0, 5.0], abs=0.02)
