"""Cells of a workbook whose formula failed (`#DIV/0!`, `#REF!`): readers of workbooks give them as blank."""

from __future__ import annotations

import io
import itertools
import posixpath
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

Place = tuple[int, int]  # row and column, from 0


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how the old binary format begins
OPEN_DOCUMENT = "content.xml"
REPEATED = 1_000  # copies of a failed row or cell that are told one by one


def hides_errors(content: bytes) -> bool:
    """Whether a workbook's format gives no sign of failed cells: the old binary one."""
    return content.startswith(OLE)


def error_cells(content: bytes) -> dict[str, dict[Place, str]]:
    """What stands in failed cells, by sheet and place; nothing for formats that are no archive (`hides_errors`)."""
    if not content.startswith(b"PK"):
        return {}
    found: dict[str, dict[Place, str]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if OPEN_DOCUMENT in archive.namelist():
                return _of_open_document(archive.read(OPEN_DOCUMENT))
            for name, part in _parts(archive).items():
                sheet = archive.read(part)
                if b't="e"' in sheet:
                    found[name] = dict(_failed(sheet))
    except (KeyError, StopIteration, ValueError, zipfile.BadZipFile, ElementTree.ParseError):
        return {}  # another format, or damaged: the reader will say so
    return found


def _of_open_document(content: bytes) -> dict[str, dict[Place, str]]:
    """Failed cells of an OpenDocument spreadsheet, where equal rows and cells stand once with a number."""
    if b'value-type="error"' not in content:
        return {}
    found: dict[str, dict[Place, str]] = {}
    for sheet in _named(ElementTree.fromstring(content), "table"):
        row = 0
        failed: dict[Place, str] = {}
        for line in _named(sheet, "table-row"):
            rows, column = _count(line, "number-rows-repeated"), 0
            for cell in line:
                columns = _count(cell, "number-columns-repeated")
                if any(key.endswith("}value-type") and value == "error" for key, value in cell.items()):
                    text = "".join(cell.itertext()).strip() or "#VALUE!"
                    copies = itertools.product(range(min(rows, REPEATED)), range(min(columns, REPEATED)))
                    failed |= {(row + i, column + j): text for i, j in copies}
                column += columns
            row += rows
        found[next(value for key, value in sheet.items() if key.endswith("}name"))] = failed
    return found


def _named(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (part for part in element.iter() if part.tag.endswith("}" + name))


def _count(element: ElementTree.Element, name: str) -> int:
    return next((int(value) for key, value in element.items() if key.endswith("}" + name)), 1)


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part of the archive that holds each sheet."""
    target = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    parts = {}
    for sheet in (element for element in book.iter() if element.tag.endswith("}sheet")):
        relation = next(value for key, value in sheet.items() if key.endswith("}id"))
        parts[sheet.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target[relation]))[1:]
    return parts


def _failed(sheet: bytes) -> Iterator[tuple[Place, str]]:
    from xlsxwriter.utility import xl_cell_to_rowcol

    for cell in ElementTree.fromstring(sheet).iter():
        if cell.get("t") == "e" and cell.get("r"):
            text = next((part.text for part in cell if part.tag.endswith("}v")), None)
            yield xl_cell_to_rowcol(cell.get("r")), text or "#VALUE!"
