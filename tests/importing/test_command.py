# ruff: noqa: E501 - whole messages stand on a line
"""`spanwise import` from outside: folders, workbooks, bundles, reports, wrong usage."""

import json

import pytest

from datafiles.bundle import read_bundle
from datafiles.folder import FILES, read_district_with_warnings
from tests.commands.runner import process, spanwise
from tests.importing import samples
from tests.importing.reading import files

CCD = {
    "dir.csv": samples.CCD_SCHOOL_DIRECTORY,
    "members.csv": samples.CCD_SCHOOL_MEMBERSHIP,
    "staff.csv": samples.CCD_DISTRICT_STAFF,
    "f33.txt": samples.F33_NCES,
}


@pytest.fixture
def ccd(tmp_path):
    return files(tmp_path, CCD)


def test_folder_report_and_next_step(tmp_path, ccd):
    out = tmp_path / "alder"
    ran = process("import", "ccd", *ccd[:3], "--finance", ccd[3], "--leaid", "0100005", "--out", out)
    assert (ran.code, ran.err) == (0, "")
    assert "Alder" not in ran.out.splitlines()[0]
    assert ran.out.startswith(f"Imported ccd, Common Core of Data (NCES) into {out}, priced with us-2026.\n")
    assert "  - the district solves: " in ran.out
    assert ran.out.endswith(f"Next: spanwise check {out}, then spanwise solve {out}\n")
    district, warnings = read_district_with_warnings(out)
    assert warnings == () and district.name == "Alder City"
    assert {path.name for path in out.iterdir()} <= {*FILES, "import-report.md"}
    report = (out / "import-report.md").read_text(encoding="utf-8")
    assert "| f33.txt | F-33 district finance (NCES) | 3 | 1 |" in report
    assert "- school that is closed (010000500872)" in report
    assert process("check", out).code == 0


def test_json_is_one_object(tmp_path, ccd):
    ran = process("import", "ccd", *ccd, "--leaid", "0100005", "--out", tmp_path / "alder", "--json")
    answer = json.loads(ran.out)
    assert answer["plan"]["status"] == "optimal"
    assert answer["totals"]["pupils"] == 284.0
    assert {"statement": "school that is closed", "count": 1, "for": ["010000500872"]} in answer["dropped"]
    assert [use["file"] for use in answer["files"]] == ["dir.csv", "members.csv", "staff.csv", "f33.txt"]


def test_workbook(tmp_path, ccd):
    out = tmp_path / "alder.xlsx"
    ran = spanwise("import", "ccd", *ccd, "--leaid", "0100005", "--out", out, "--no-try")
    assert ran.code == 0
    assert (tmp_path / "alder.import-report.md").is_file()
    assert spanwise("check", out).code == 0


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_bundle_shares_the_price_tables(tmp_path, ccd, ending):
    out = tmp_path / f"all.{ending}"
    ran = spanwise("import", "ccd", *ccd, "--all-districts", "--out", out)
    assert ran.code == 0 and ran.out.endswith(f"Next: spanwise batch {out} -o results\n")
    bundle = read_bundle(out)
    assert bundle.ids == ["0100005", "5508520"]
    assert set(bundle.contents("0100005")) == {*FILES} - {"scenarios.csv", "budget.csv"}
    assert b"years = 1\n" in bundle.contents("0100005")["district.toml"]
    if ending == "csv":
        assert out.read_text(encoding="utf-8").count("\n*,team_models.csv,") == 1
    done = spanwise("batch", out, "-o", tmp_path / "results", "--workers", "1", "-q")
    assert done.code == 0
    results = (tmp_path / "results" / "results.csv").read_text(encoding="utf-8")
    assert results.count("optimal") == 2


def test_state_as_a_bundle(tmp_path, ccd):
    out = tmp_path / "wi.csv"
    assert spanwise("import", "ccd", *ccd, "--state", "wi", "--out", out).code == 0
    assert read_bundle(out).ids == ["5508520"]


def test_scenarios_come_on_request(tmp_path, ccd):
    one, two = tmp_path / "base", tmp_path / "cuts"
    spanwise("import", "ccd", *ccd, "--leaid", "0100005", "--out", one, "--no-try")
    spanwise("import", "ccd", *ccd, "--leaid", "0100005", "--out", two, "--no-try", "--scenarios")
    assert not (one / "scenarios.csv").exists()
    assert read_district_with_warnings(two)[0].scenarios.id == ("base", "cut7", "miss14")


def test_a_district_without_a_plan_says_why(tmp_path):
    text = "district_id,district_name,state,enrollment,instructional_staff\n100005,Alder City,AL,1000,20\n"
    (path,) = files(tmp_path, {"counts.csv": text})
    ran = spanwise("import", "ccd", path, "--out", tmp_path / "alder")
    assert ran.code == 0
    assert "there is no plan yet: No plan satisfies all rules of the district." in " ".join(ran.out.split())
    assert "fewer teachers than one for each traditional class" in " ".join(ran.out.split())


def test_own_table_from_proposal_to_plan(tmp_path):
    (table,) = files(tmp_path, {"schools.csv": samples.OWN_TABLE})
    mapping = tmp_path / "mapping.toml"
    ran = spanwise("import", "csv", table, "--map", "--mapping", mapping)
    assert ran.code == 0
    assert ran.out == (
        f"{mapping} holds a proposed mapping of schools.csv:\n"
        "  district_id          District Code\n"
        "  district_name        District Name\n"
        "  school_id            School Code\n"
        "  school_name          School Name\n"
        "  pupils               TOTAL_Enrollment\n"
        "  low_income_pupils    Economically Disadvantaged\n"
        "  teachers             FTE Count   (the same on every row of a district: taken for the district's)\n"
        "  teacher_pay          Average Salary   (the same on every row of a district: taken for the district's)\n"
        "  grade PK             PK_Enrollment\n"
        "  grade K              K_Enrollment\n"
        "  grade 1              1_Enrollment\n"
        "  grade 2              2_Enrollment\n"
        f"Check it, then: spanwise import csv {table} --mapping {mapping} --out FOLDER\n"
    )
    out = tmp_path / "abington"
    refused = spanwise("import", "csv", table, "--mapping", mapping, "--district", "007", "--out", out)
    assert refused.code == 3 and "teacher_pay hold dollars" in refused.err
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace("year = 0", "year = 2017"), encoding="utf-8"
    )
    ran = spanwise("import", "csv", table, "--mapping", mapping, "--district", "007", "--out", out)
    assert ran.code == 0 and "the district solves" in ran.out
    assert read_district_with_warnings(out)[0].schools.name == ("Abbey", "Beaver")
    again = spanwise("import", "csv", table, "--map", "--mapping", mapping)
    assert (again.code, again.err) == (
        3,
        f"{mapping} is there already.\n\nName another file with --mapping, or replace it with --force.\n",
    )


def test_several_districts_do_not_fit_a_folder(tmp_path, ccd):
    ran = spanwise("import", "ccd", *ccd, "--out", tmp_path / "all")
    assert (ran.code, ran.err) == (
        3,
        "The files hold 2 districts (0100005 Alder City, 5508520 Lakeside); a folder holds one.\n\n"
        "Pick one with --district ID, or take all with --all-districts and --out BUNDLE.csv.\n",
    )
    assert not (tmp_path / "all").exists()


def test_a_folder_named_like_a_file_is_refused_before_anything_is_read(tmp_path):
    out = tmp_path / "alder.json"
    ran = spanwise("import", "ccd", tmp_path / "nowhere.csv", "--leaid", "0100005", "--out", out)
    assert (ran.code, ran.err) == (
        3,
        f"{out} is named like a file (.json); a folder is to be written there.\n\nName a folder: {tmp_path / 'alder'}\n",
    )
    assert not out.exists()


def test_somebodys_folder_is_not_replaced(tmp_path, ccd):
    out = tmp_path / "alder"
    out.mkdir()
    (out / "schools.csv").write_text("mine", encoding="utf-8")
    arguments = ("import", "ccd", *ccd, "--leaid", "0100005", "--no-try", "--out", out)
    ran = spanwise(*arguments)
    assert ran.code == 3 and ran.err.startswith(f"{out} is not empty: it holds schools.csv.\n\n")
    assert (out / "schools.csv").read_text(encoding="utf-8") == "mine"
    assert spanwise(*arguments, "--force").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tx", "a.csv", "--map"), "--map and --mapping belong to 'import csv', not to 'import tx'."),
        (("csv", "a.csv", "b.csv", "--out", "x"), "'import csv' reads one table; the fiscal year of its dollars stands in the mapping."),
        (("tx", "a.csv"), "Say where to write with --out: a folder, or a bundle with --all-districts."),
        (("tx", "a.csv", "--all-districts", "--district", "1", "--out", "x.csv"), "--district picks one district; --all-districts takes all. Give one of the two."),
        (("tx", "a.csv", "--all-districts", "--out", "x"), "Many districts go into one bundle: name it --out x.csv or x.parquet."),
        (("tx", "a.csv", "--all-districts", "--state", "Texas", "--out", "x.csv"), "--state takes two letters, for example IL; 'Texas' is given."),
        (("tx", "a.csv", "--scenarios", "--years", "2", "--out", "x"), "The book's scenarios reach year 5; leave --years out, or --scenarios."),
    ],
)  # fmt: skip
def test_wrong_usage(arguments, message):
    ran = spanwise("import", *arguments)
    assert ran.code == 2 and message in ran.err


def test_help_names_every_source():
    from commands.importing import SOURCES
    from datafiles.importing import importing

    assert set(SOURCES) == {*importing.SOURCES, "csv"}
    out = spanwise("import", "--help").out
    assert all(f"  {source} " in out for source in SOURCES)
