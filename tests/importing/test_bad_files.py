# ruff: noqa: E501 - whole messages stand on a line
"""Files as they come: packed, marked, in other encodings, cut off, not tables at all. A right answer or a clear error."""

import gzip
import io
import struct
import tracemalloc
import zipfile

import pytest

from datafiles.importing.published import published_tables
from datafiles.importing.report import ImportReport
from models.errors import InputError
from tests.importing import samples
from tests.importing.reading import districts_of, files, imported, record_of

STAFF = samples.CCD_DISTRICT_STAFF
MEMBERS = samples.CCD_DISTRICT_MEMBERSHIP


def zipped(name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("readme.pdf", b"%PDF")
        archive.writestr(name, content)
    return buffer.getvalue()


FORMS = {
    "as it is": STAFF.encode(),
    "byte order mark": b"\xef\xbb\xbf" + STAFF.encode(),
    "utf-16": STAFF.encode("utf-16"),
    "utf-16 without a mark": STAFF.encode("utf-16-le"),
    "carriage returns alone": STAFF.replace("\n", "\r").encode(),
    "windows line ends": STAFF.replace("\n", "\r\n").encode(),
    "tabs": STAFF.replace(",", "\t").encode(),
    "semicolons": STAFF.replace(",", ";").encode(),
    "gzip": gzip.compress(STAFF.encode()),
    "zip": zipped("ccd_lea_059.csv", STAFF.encode()),
    "capitals and spaces in headings": STAFF.replace("STAFF_COUNT", " Staff_Count ").encode(),
    "lines above the headings": ("Source: NCES\nDownloaded today\n\n" + STAFF).encode(),
    "notes below the table": (STAFF + "Note: preliminary\n\n").encode(),
    "idle columns": STAFF.replace("\n", ",,\n").encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_district(tmp_path, form):
    record = record_of("ccd", tmp_path, MEMBERS, FORMS[form])
    assert record.staff == {"teachers": 2114.93, "aides": 317.65, "counselors": 50.5}
    assert record.name == "Lakeside"


def test_windows_1252_and_utf_8_in_one_file(tmp_path):
    text = (
        MEMBERS.replace("Lakeside", "Cañon").encode("cp1252")
        + MEMBERS.splitlines()[1].replace("Lakeside", "Cañon").encode()
    )
    assert record_of("ccd", tmp_path, text).name == "Cañon"


def test_workbook(tmp_path):
    import xlsxwriter

    path = tmp_path / "staff.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Read me").write_row(0, 0, ["About this file"])
        sheet = book.add_worksheet("Data")
        for r, line in enumerate(MEMBERS.splitlines()):
            for c, cell in enumerate(line.split(",")):
                if cell.isdigit() and r:
                    sheet.write_number(r, c, float(cell))  # as spreadsheets do: 0100005 is 100005
                else:
                    sheet.write_string(r, c, cell)
    assert record_of("ccd", tmp_path, path.read_bytes()).schools[0].pupils == {6: 1500, 9: 1000}


def deflate64(content: bytes) -> bytes:
    """An archive whose member claims method 9, as those of NCES do."""
    return content.replace(struct.pack("<HHH", 20, 0, 8), struct.pack("<HHH", 20, 0, 9))


def locked(content: bytes) -> bytes:
    """An archive whose member claims to be encrypted."""
    return content.replace(struct.pack("<HHH", 20, 0, 8), struct.pack("<HHH", 20, 1, 8))


HTML = "<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n"
ERRORS = {
    "empty": (b"", "{path} is empty.", "Download it again."),
    "blank": (b" \n\n", "table0.csv is empty.", "Download it again."),
    "web page": (
        HTML.encode(),
        "table0.csv is a web page, not a table: a download that failed, or a page that was saved.",
        "Open the address in a browser and download the data file itself.",
    ),
    "pdf": (b"%PDF-1.7\n", "table0.csv is a PDF, not a table.", "Save the table as CSV."),
    "sas": (
        b"SAS\0\0\1\2\3" * 50,
        "table0.csv is no text: it holds NUL bytes.",
        "Give the publisher's CSV, tab-separated text or workbook, not the SAS or SPSS form.",
    ),
    "cut-off gzip": (
        gzip.compress(STAFF.encode() * 50)[:-40],
        "{path} cannot be unpacked to its end: Compressed file ended before the end-of-stream marker was reached.",
        "It is cut off or damaged; download it again.",
    ),
    "cut-off zip": (
        zipped("a.csv", STAFF.encode())[:-60],
        "{path} cannot be unpacked: File is not a zip file.",
        "It is cut off or damaged; download it again.",
    ),
    "deflate64": (
        deflate64(zipped("a.csv", STAFF.encode())),
        "{path}: a.csv is packed with DEFLATE64, which Python cannot unpack.",
        "Unzip it first and give the file inside, for example: unzip -p table0.csv '*.csv' > table.csv",
    ),
    "password": (
        locked(zipped("a.csv", STAFF.encode())),
        "{path}: a.csv is protected by a password.",
        "Unzip it first and give the file inside, for example: unzip -p table0.csv '*.csv' > table.csv",
    ),
    "zip without a table": (
        zipped("a.sas7bdat", b"x"),
        "{path} holds no table: readme.pdf, a.sas7bdat.",
        "A CSV, a tab-separated text or a workbook is expected inside.",
    ),
    "cut off inside a quote": (
        (STAFF + '2021-2022,01,ALABAMA,AL,"Alder').encode(),
        "table0.csv ends inside a quoted cell (row 15).",
        "It is cut off; download it again.",
    ),
    "quote in the wrong place": (
        STAFF.replace("Alder City", '"Alder" City').encode(),
        "table0.csv has a quote in the wrong place (row 11).",
        "Open it in a spreadsheet, mend that row and save it as CSV; or download it again.",
    ),
    "broken json": (b'{"count": 3, "results": [{"a": 1}', None, "It is cut off; download it again."),
    "no workbook": (b"PK\x03\x04 nonsense", "{path} cannot be unpacked: File is not a zip file.", "It is cut off or damaged; download it again."),
    "other headings": (
        b"City,Budget\nOak,3\n",
        "table0.csv: its headings are of no table that 'spanwise import ccd' reads. They begin: City, Budget.",
        None,
    ),
    "another source's table": (
        samples.TX_TAPR.encode(),
        None,
        "It is TAPR district table (TEA): use 'spanwise import tx'.",
    ),
    "almost": (
        STAFF.replace("STAFF_COUNT", "COUNT").encode(),
        None,
        "Nearest is CCD district staff (059), but it lacks STAFF_COUNT. It reads: CCD school membership (052); CCD district"
        " membership (052); CCD school staff (059); CCD district staff (059); CCD school directory (029); CCD district directory"
        " (029); CCD school lunch (033); CCD district staff before 2014-15 (wide); enrollment and teachers by district, drawn from"
        " CCD; F-33 district finance (NCES); F-33 district finance (Census Bureau).",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_errors_have_two_parts(tmp_path, case):
    content, what, mend = ERRORS[case]
    with pytest.raises(InputError) as error:
        imported("ccd", tmp_path, content)
    if what is not None:
        assert error.value.what == what.format(path=tmp_path / "table0.csv")
    if mend is not None:
        assert error.value.mend == mend
    assert error.value.what and error.value.mend


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError) as error:
        published_tables([tmp_path / "none.csv"])
    assert str(error.value) == (
        f"{tmp_path / 'none.csv'} cannot be read: No such file or directory.\n\nName a file that exists and may be read."
    )


def test_ragged_rows_are_counted_not_guessed(tmp_path):
    text = (
        STAFF
        + "2021-2022,55,WISCONSIN,WI,Madison\n2021-2022,55,WISCONSIN,WI,Madison, Metropolitan,01,,WI-3269,5508520,Aides,1,A,R\n"
    )
    report = imported("ccd", tmp_path, MEMBERS, text).report
    statement = "row of table1.csv that has more or fewer cells than its headings (13)"
    assert report.dropped.counts[statement] == 2
    assert report.dropped.whom[statement] == ["row 15: 5", "row 16: 14"]


def test_text_where_a_figure_belongs_is_counted(tmp_path):
    report = imported("ccd", tmp_path, MEMBERS.replace(",1500,", ",many,"), STAFF).report
    assert report.dropped.whom["cell of table0.csv, column STUDENT_COUNT, that is no figure"] == ['"many"']


def test_a_long_file_is_streamed(tmp_path):
    """150,000 rows take no more memory than what is kept of them (the whole text has 19 MB)."""
    header, row = MEMBERS.splitlines()[:2]
    (path,) = files(tmp_path, {"long.csv": header + "\n" + (row + "\n") * 150_000})
    (table,) = published_tables([path])
    table.begin(0, header.split(","))
    tracemalloc.start()
    count = sum(1 for _ in table.rows(ImportReport(""), "rows"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 150_000
    assert peak < 2e6


def test_control_characters_in_names_do_not_reach_the_district(tmp_path):
    named = imported("ccd", tmp_path, samples.CCD_DISTRICT_MEMBERSHIP.replace("Lakeside", '"Lake\x07\nside"'))
    (district,) = districts_of(named).values()
    assert (district.name, district.schools.name) == ("Lake side", ("Lake side",))
