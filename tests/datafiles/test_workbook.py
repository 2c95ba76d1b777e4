"""Workbooks: what is written is read back the same, what a spreadsheet does to a file is understood or said plainly."""

import datetime
import io
import re
import zipfile

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from datafiles.error_cells import error_cells
from datafiles.folder import read_district, write_district
from datafiles.reading import read_any
from datafiles.schema import SETTINGS, TABLES
from datafiles.workbook import district_of_workbook
from datafiles.workbook_writing import workbook_bytes
from models.errors import InputError
from models.made import made_district
from tests.commands.runner import ROOT, spanwise

EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/district.toml"))
OAK = ROOT / "examples" / "oak"


@pytest.fixture(scope="module")
def oak_bytes():
    return workbook_bytes(read_district(OAK))


def edited(content, change):
    """The bytes of a workbook after a change by openpyxl."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_every_example_survives_both_ways(folder, tmp_path):
    book, again = tmp_path / "district.xlsx", tmp_path / "again"
    assert spanwise("convert", folder, book).code == 0
    assert spanwise("convert", book, again).code == 0
    assert read_any(book)[0] == read_any(folder)[0] == read_any(again)[0]


@given(
    seed=st.integers(0, 10**6),
    schools=st.integers(1, 4),
    years=st.integers(1, 4),
    scenarios=st.integers(1, 3),
    noise=st.floats(0.1, 10),
)
@hypothesis_settings(max_examples=15)
def test_random_districts_survive_to_the_last_digit(seed, schools, years, scenarios, noise):
    district = made_district(schools, years, scenarios, seed=seed)
    odd = np.random.default_rng(seed).random(district.enrollment.shape) * noise
    district = district.replace(enrollment=district.enrollment * odd)
    assert district_of_workbook(workbook_bytes(district), "made")[0] == district


def test_names_that_look_like_formulas_links_or_numbers_stay_text(tmp_path, oak_bytes):
    names = [
        "=1+1",
        "@SUM(A1)",
        "+49",
        "-",
        "007",
        "http://example.org",
        "<b>Ünïçødé</b> 学校",
        "TRUE",
        "1e5",
    ]

    def rename(book):
        sheet = book["schools"]
        for row, name in enumerate(names, 2):
            for column in range(1, sheet.max_column + 1):
                sheet.cell(row, column).value = sheet.cell(2, column).value
            sheet.cell(row, 1).value = f"{row:03d}"
            sheet.cell(row, 1).data_type = "s"
            sheet.cell(row, 2).value = name
            sheet.cell(row, 2).data_type = "s"
        for row in range(2, book["enrollment"].max_row + 1):
            book["enrollment"].cell(row, 1).value = "002"
        for name in ("staff", "devices", "budget"):
            for row in range(2, book[name].max_row + 1):
                book[name].cell(row, 1).value = "002"

    district, _ = district_of_workbook(edited(oak_bytes, rename), "book")
    assert district.schools.id[0] == "002"
    assert list(district.schools.name) == names
    write_district(district, tmp_path / "folder")
    assert district_of_workbook(workbook_bytes(read_district(tmp_path / "folder")), "book")[0] == district
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(district)))
    assert [book["schools"].cell(row, 2).data_type for row in range(2, 2 + len(names))] == ["s"] * len(names)


def test_saved_values_of_formulas_count(oak_bytes):
    book = openpyxl.load_workbook(io.BytesIO(oak_bytes))
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as copy:
        for sheet in book.worksheets:
            target = copy.add_worksheet(sheet.title)
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is None:
                        continue
                    if isinstance(cell.value, int | float):
                        target.write_formula(cell.row - 1, cell.column - 1, "=2+2", None, cell.value)
                    else:
                        target.write_string(cell.row - 1, cell.column - 1, cell.value)
    assert district_of_workbook(out.getvalue(), "book")[0] == read_district(OAK)


def test_spaces_blank_rows_hidden_and_further_sheets_change_nothing(oak_bytes):
    def clutter(book):
        for name in ("schools", "roles"):
            book[name].insert_rows(2, 2)
            book[name].cell(60, 30).value = "  "
        book["staff"].sheet_state = "hidden"
        book.create_sheet("my notes").append(["=1/0", "anything"])
        book["schools"].title = " Schools "

    district, warnings = district_of_workbook(edited(oak_bytes, clutter), "book")
    assert district == read_district(OAK)
    assert warnings == ()


def problems(content):
    with pytest.raises(InputError) as error:
        district_of_workbook(content, "book.xlsx")
    return str(error.value)


def test_errors_name_sheet_and_cell_all_at_once(oak_bytes):
    def spoil(book):
        heading = [cell.value for cell in book["schools"][1]]
        book["schools"].cell(2, heading.index("funding_per_pupil") + 1).value = "9,5OO"
        book["schools"].cell(2, heading.index("enrollment_growth") + 1).value = 7
        book["enrollment"].cell(2, 3).value = datetime.date(2026, 9, 1)
        settings = book["settings"]
        for row in range(2, settings.max_row + 1):
            if settings.cell(row, 2).value == "years":
                settings.cell(row, 3).value = "five"

    text = problems(edited(oak_bytes, spoil))
    assert (
        'schools!C2: funding_per_pupil "9,5OO" is not a number' in text
        or 'schools!C2: "9,5OO" is not a number' in text
    )
    assert "schools!H2: " in text
    assert "enrollment!C2: " in text
    assert "2026-09-01" in text
    assert "(years)" in text
    assert "settings!C" in text


def test_a_formula_that_failed_is_no_blank(oak_bytes):
    """Blank would take the default, and the planner would never know."""

    def spoil(book):
        heading = [cell.value for cell in book["schools"][1]]
        book["schools"].cell(2, heading.index("enrollment_growth") + 1).value = "#DIV/0!"
        styled = book["schools"].cell(2, heading.index("enrollment_growth"))
        styled.value, styled.font = (
            None,
            openpyxl.styles.Font(bold=True),
        )  # an empty cell of its own before it
        last = book["enrollment"].max_row
        book["enrollment"].cell(last, book["enrollment"].max_column).value = "#REF!"

    content = edited(oak_bytes, spoil)
    text = problems(content)
    assert 'schools!H2: "#DIV/0!" is not a number' in text
    assert "#REF!" in text
    assert "The spreadsheet's formula failed; mend it there, or type the value." in text
    assert error_cells(content)["schools"] == {(1, 7): "#DIV/0!"}
    assert error_cells(oak_bytes) == error_cells(b"PK no archive") == error_cells(b"") == {}


def test_missing_and_misspelt_sheets(oak_bytes):
    def drop(book):
        del book["roles"]
        book["enrollment"].title = "enrolment"

    text = problems(edited(oak_bytes, drop))
    assert (
        "sheet roles: is missing or empty.\n    Add it, with the columns role, kind, pool, salary, benefits_rate at least:"
        in text
    )
    assert "The workbook has a sheet enrolment; name it enrollment." in text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "book.xlsx cannot be read as a workbook"),
        (b"school_id,name\n", "book.xlsx cannot be read as a workbook"),
        (b"<html>not found</html>", "book.xlsx cannot be read as a workbook"),
        (b"PK\x03\x04 torn", "book.xlsx cannot be read as a workbook"),
    ],
)
def test_files_that_are_no_workbooks(content, message):
    assert problems(content).startswith(message)


def test_torn_and_foreign_workbooks(oak_bytes):
    assert problems(oak_bytes[: len(oak_bytes) // 2]).startswith("book.xlsx cannot be read as a workbook")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("Sheet1").write(0, 0, "hello")
    assert problems(out.getvalue()).startswith(
        "book.xlsx is no district workbook: none of its sheets (Sheet1) is a table"
    )


def test_a_password_is_said_plainly():
    ole = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 600
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 600
    )
    assert problems(ole).startswith("book.xlsx is protected by a password.\n\nSave a copy without a password")


def test_a_macro_workbook_is_read_and_its_macros_are_left_alone(oak_bytes, tmp_path):
    path = tmp_path / "district.xlsm"
    with zipfile.ZipFile(io.BytesIO(oak_bytes)) as old, zipfile.ZipFile(path, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename == "[Content_Types].xml":
                content = content.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")
            new.writestr(item, content)
        new.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macros")
    assert read_any(path)[0] == read_district(OAK)


def test_a_sheet_of_two_million_rows_is_refused():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("schools")
        sheet.write(0, 0, "school_id")
        sheet.write(1_048_575, 0, "last")
    assert "rows; a district has far fewer" in problems(out.getvalue())


def test_the_written_workbook_is_one_to_work_in(oak_bytes):
    book = openpyxl.load_workbook(io.BytesIO(oak_bytes))
    assert book.sheetnames == ["readme", "settings", *TABLES]
    assert [row[1].value for row in book["settings"].iter_rows(min_row=2)] == [
        name.rpartition(".")[2] for name in SETTINGS.columns
    ]
    for name in TABLES:
        sheet = book[name]
        assert sheet.freeze_panes is not None
        assert all(cell.comment is not None and cell.comment.text for cell in sheet[1]), name
        assert not sheet.protection.sheet
    staff = {
        str(rule.sqref).split(":")[0]: rule.formula1 for rule in book["staff"].data_validations.dataValidation
    }
    assert staff["A2"].startswith("schools!$A$2")
    kinds = [rule.formula1 for rule in book["roles"].data_validations.dataValidation]
    assert '"teacher,leader,aide,nonclassroom"' in kinds
    heading = [cell.value for cell in book["schools"][1]]
    assert book["schools"].cell(2, heading.index("funding_per_pupil") + 1).number_format == "#,##0.00"
    assert book["schools"].cell(2, heading.index("enrollment_growth") + 1).number_format.endswith("%")


def test_nothing_is_replaced_without_force(tmp_path):
    book = tmp_path / "district.xlsx"
    book.write_text("mine", encoding="utf-8")
    ran = spanwise("convert", OAK, book)
    assert (ran.code, book.read_text(encoding="utf-8")) == (3, "mine")
    assert f"{book} is there already.\n\nName another file, or replace it with --force.\n" == ran.err
    assert spanwise("convert", OAK, book, "--force").code == 0
    assert read_any(book)[0] == read_district(OAK)
    assert spanwise("convert", OAK, tmp_path / "district.ods").code == 3


def test_commands_take_a_workbook_where_they_take_a_folder(tmp_path):
    book = tmp_path / "oak.xlsx"
    assert spanwise("convert", OAK, book).code == 0
    assert "60.0 % of pupils fully served" in spanwise("solve", book).out
    assert "Oak is sound" in spanwise("check", book).out
    assert (
        "does not exist" in spanwise("solve", tmp_path / "elm.xlsx").err
        or "cannot be read" in spanwise("solve", tmp_path / "elm.xlsx").err
    )


@pytest.mark.parametrize("ending", ["csv", "toml", "html", "pdf"])
def test_a_district_is_converted_to_a_folder_or_a_workbook(tmp_path, ending):
    target = tmp_path / f"foo.{ending}"
    ran = spanwise("convert", OAK, target)
    assert (ran.code, ran.out, target.exists()) == (3, "", False)
    assert ran.err == (
        f"{target} is named like a file (.{ending}); a folder is to be written there.\n\n"
        f"Type: spanwise convert {OAK} {tmp_path / 'foo'}  (a folder of CSV tables),"
        f" or: spanwise convert {OAK} {tmp_path / 'foo.xlsx'}  (a workbook)\n"
    )
    other = spanwise("convert", OAK, tmp_path / "foo.ods")
    assert other.err == (
        f"{tmp_path / 'foo.ods'} ends in '.ods'; workbooks are written as .xlsx.\n\nName it {tmp_path / 'foo.xlsx'}.\n"
    )
    copied = spanwise("convert", OAK, tmp_path / "foo")
    assert (copied.code, read_any(tmp_path / "foo")[0]) == (0, read_district(OAK))
    assert "A folder to a folder makes a copy." in " ".join(spanwise("convert", "--help").out.split())


@pytest.mark.parametrize(
    ("command", "out"), [("solve", "plan.json"), ("frontier", "curve.csv"), ("batch", "results.csv")]
)
def test_results_do_not_go_into_a_folder_named_like_a_file(tmp_path, command, out):
    """That is said before anything is solved."""
    ran = spanwise(command, tmp_path / "nowhere", "--out", tmp_path / out)
    assert (ran.code, list(tmp_path.iterdir())) == (3, [])
    assert ran.err == (
        f"{tmp_path / out} is named like a file ({tmp_path.joinpath(out).suffix}); a folder is to be written there.\n\n"
        f"Name a folder: {tmp_path.joinpath(out).with_suffix('')}\n"
    )


OPEN_AND_SAVE = (
    "    Open the workbook in a spreadsheet and save it, which computes the formula; or type the value.\n"
)


def test_formulas_without_a_value_are_told(oak_bytes):
    """A program wrote them and no spreadsheet computed them: read as blank, an optional one would take the default."""

    def spoil(book):
        schools, settings = book["schools"], book["settings"]
        schools["A3"], schools["B3"] = "elm", '="Elm"'
        schools["C2"], schools["C3"], schools["D2"], schools["AA2"] = "=15000+500", 9000, "=C2*2", "=1/0"
        settings["C4"] = "=2+3"
        book.create_sheet("my notes")["A1"] = "=1+1"
        book["enrollment"].title = " Enrollment "
        book[" Enrollment "]["C2"] = "=250+250"

    content = edited(oak_bytes, spoil)
    assert problems(content) == (
        "book.xlsx has 5 problems:\n"
        f'settings!C4: holds a formula without a value: "=2+3".\n{OPEN_AND_SAVE}'
        f'schools!C2: holds a formula without a value: "=15000+500".\n{OPEN_AND_SAVE}'
        f'schools!D2: holds a formula without a value: "=C2*2".\n{OPEN_AND_SAVE}'
        f'schools!B3: holds a formula without a value: "="Elm"".\n{OPEN_AND_SAVE}'
        f'enrollment!C2: holds a formula without a value: "=250+250".\n{OPEN_AND_SAVE}\n'
        "All problems are listed; mend them and run the command again."
    )
    with pytest.raises(InputError) as error:
        district_of_workbook(content, "book.xlsx")
    first = next(problem for problem in error.value.problems if problem.file == "schools")
    assert (first.row, first.column, first.cell, first.value) == (2, "funding_per_pupil", "C2", "=15000+500")


def test_a_formula_that_gives_nothing_is_blank(oak_bytes):
    """`=IF(B2="";"";1)` has been computed: its value is an empty text, and the default holds."""
    empty = b'<c r="I2" t="str"><f>IF(B2="","",1)</f><v></v></c>'

    def mark(book):
        book["schools"]["I2"] = "=MARK"

    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(edited(oak_bytes, mark))) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for item in old.infolist():
            content = old.read(item)
            found = re.sub(rb'<c r="I2"[^>]*><f>MARK</f><v ?/?>(</v>)?</c>', empty, content)
            new.writestr(item, found)
            if item.filename == "xl/worksheets/sheet3.xml":
                assert found != content
    assert district_of_workbook(out.getvalue(), "book")[0] == read_district(OAK)
