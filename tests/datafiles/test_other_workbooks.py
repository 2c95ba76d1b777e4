"""Workbooks of other formats: OpenDocument, and the old binary one."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import pytest

from datafiles import workbook
from datafiles.error_cells import error_cells
from datafiles.folder import read_district
from datafiles.workbook import district_of_workbook
from datafiles.workbook_writing import workbook_bytes
from models.errors import InputError
from tests.commands.runner import ROOT

SPACES = " ".join(
    f'xmlns:{name}="urn:{urn}"'
    for name, urn in {
        "office": "oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "oasis:names:tc:opendocument:xmlns:text:1.0",
        "calcext": "org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }.items()
)
MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
FAILED = (
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value=""'
    ' calcext:value-type="error"{more}><text:p>#DIV/0!</text:p></table:table-cell>'
)


def cell_of(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, str) and value.startswith("#"):
        return FAILED.format(more="")
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value!r}"><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'


def open_document(sheets: dict[str, str]) -> bytes:
    """An OpenDocument spreadsheet of sheets that are written out as rows."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{rows}</table:table>" for name, rows in sheets.items()
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {SPACES}><office:body>'
            f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


@pytest.fixture
def oak_sheets() -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(
        io.BytesIO(workbook_bytes(read_district(ROOT / "examples" / "oak"))), data_only=True
    )
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def written(sheets: dict[str, list[list[object]]]) -> bytes:
    return open_document(
        {
            name: "".join(f"<table:table-row>{''.join(map(cell_of, row))}</table:table-row>" for row in rows)
            for name, rows in sheets.items()
        }
    )


def test_open_document_is_read_like_any_workbook(oak_sheets) -> None:
    district, warnings = district_of_workbook(written(oak_sheets), "oak.ods")
    assert district.schools.id == read_district(ROOT / "examples" / "oak").schools.id
    assert warnings == ()


def test_a_formula_that_failed_in_open_document_is_no_blank(oak_sheets) -> None:
    heading = oak_sheets["schools"][0]
    oak_sheets["schools"][1][heading.index("enrollment_growth")] = "#DIV/0!"
    with pytest.raises(InputError) as error:
        district_of_workbook(written(oak_sheets), "oak.ods")
    text = "\n".join(map(str, error.value.problems))
    assert 'schools!H2: "#DIV/0!" is not a number' in text
    assert "The spreadsheet's formula failed; mend it there, or type the value." in text


def test_a_formula_without_a_value_in_open_document_is_no_blank(oak_sheets) -> None:
    place = oak_sheets["schools"][0].index("enrollment_growth")
    oak_sheets["schools"][1][place] = "=OF"
    spoilt = written(oak_sheets)
    with zipfile.ZipFile(io.BytesIO(spoilt)) as archive:
        text = archive.read("content.xml").decode()
    cell = '<table:table-cell table:formula="of:=[.A1]*2"/>'
    text = text.replace(
        '<table:table-cell office:value-type="string"><text:p>=OF</text:p></table:table-cell>', cell
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", text)
    with pytest.raises(InputError) as error:
        district_of_workbook(out.getvalue(), "oak.ods")
    assert [str(problem) for problem in error.value.problems] == [
        'schools!H2: holds a formula without a value: "=[.A1]*2".\n'
        "    Open the workbook in a spreadsheet and save it, which computes the formula; or type the value."
    ]


def test_repeated_rows_and_cells_are_counted() -> None:
    empty = '<table:table-cell table:number-columns-repeated="3"/>'
    rows = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        + f"<table:table-row>{empty}{FAILED.format(more=' table:number-columns-repeated="2"')}</table:table-row>"
        + f'<table:table-row table:number-rows-repeated="2"><table:covered-table-cell/>{FAILED.format(more="")}</table:table-row>'
    )
    places = [(2, 3), (2, 4), (3, 1), (4, 1)]
    assert error_cells(open_document({"schools": rows})) == {"schools": dict.fromkeys(places, "#DIV/0!")}
    assert error_cells(open_document({"schools": "<table:table-row/>"})) == {}
    assert error_cells(open_document({"schools": "<torn"})) == {}


def test_the_old_format_warns_that_it_hides_failed_formulas(oak_sheets, monkeypatch) -> None:
    """Nothing here writes that format, so the reader of sheets stands in for it."""
    sheets = {
        name: [["" if cell is None else cell for cell in row] for row in rows]
        for name, rows in oak_sheets.items()
    }
    monkeypatch.setattr(workbook, "_sheets", lambda content, source: sheets)
    _, warnings = district_of_workbook(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "oak.xls")
    assert [str(warning) for warning in warnings] == [
        "oak.xls: is in the old binary format, in which a formula that failed (#DIV/0!) looks like an empty cell.\n"
        "    Save it as .xlsx to have such cells told."
    ]
    assert district_of_workbook(b"PK", "oak.xlsx")[1] == ()


def test_two_sheets_of_one_name_are_refused(oak_sheets) -> None:
    oak_sheets["Schools "] = oak_sheets["schools"]
    with pytest.raises(InputError) as error:
        district_of_workbook(written(oak_sheets), "oak.ods")
    assert str(error.value) == (
        'oak.ods has two sheets of the name schools: "schools" and "Schools ".\n\n'
        "Keep one of them, or give the other another name."
    )
