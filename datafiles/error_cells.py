"""Cells that readers of workbooks give as blank: a formula failed (`#DIV/0!`, `#REF!`) or was saved without its value."""

from __future__ import annotations

import io
import itertools
import posixpath
import re
import zipfile
from collections.abc import Callable, Collection, Iterator
from xml.etree import ElementTree

Place = tuple[int, int]  # row and column, from 0


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how the old binary format begins
OPEN_DOCUMENT = "content.xml"
FORMULA = re.compile(rb"<(\w+:)?f[ />]")
REPEATED = 1_000  # copies of such a row or cell that are told one by one


def hides_errors(content: bytes) -> bool:
    """Whether a workbook's format gives no sign of failed cells: the old binary one."""
    return content.startswith(OLE)


def error_cells(content: bytes) -> dict[str, dict[Place, str]]:
    """What stands in failed cells, by sheet and place; nothing for formats that are no archive (`hides_errors`)."""
    return _told(content, _of_open_document, lambda sheet: b't="e"' in sheet, _failed)


def uncomputed_cells(content: bytes, sheets: Collection[str]) -> dict[str, dict[Place, str]]:
    """Formulas that were saved without a value, by sheet (of those named) and place: a program wrote them, no spreadsheet opened them.

    A formula that gives an empty text has a value (`t="str"`); nothing is told of formats that are no archive.
    """
    every = _told(
        content, _uncomputed_of_open_document, lambda sheet: bool(FORMULA.search(sheet)), _uncomputed, sheets
    )
    return {name: cells for name, cells in every.items() if name in sheets}


def _told(
    content: bytes,
    of_open_document: Callable[[bytes], dict[str, dict[Place, str]]],
    has_any: Callable[[bytes], bool],
    of_sheet: Callable[[bytes], Iterator[tuple[Place, str]]],
    sheets: Collection[str] | None = None,
) -> dict[str, dict[Place, str]]:
    """What a reader of one cell has to tell, in the parts of an archive (of some sheets alone) in which there is any."""
    if not content.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if OPEN_DOCUMENT in archive.namelist():
                return of_open_document(archive.read(OPEN_DOCUMENT))
            parts = {
                name: archive.read(part)
                for name, part in _parts(archive).items()
                if sheets is None or name in sheets
            }
            return {name: dict(of_sheet(sheet)) for name, sheet in parts.items() if has_any(sheet)}
    except (KeyError, StopIteration, ValueError, zipfile.BadZipFile, ElementTree.ParseError):
        return {}  # another format, or damaged: the reader will say so


def _uncomputed(sheet: bytes) -> Iterator[tuple[Place, str]]:
    from xlsxwriter.utility import xl_cell_to_rowcol

    for cell in ElementTree.fromstring(sheet).iter():
        if cell.tag.endswith("}c") and cell.get("r") and cell.get("t") != "str":
            parts = {part.tag.rpartition("}")[2]: part.text or "" for part in cell}
            if "f" in parts and not parts.get("v"):
                yield xl_cell_to_rowcol(cell.get("r")), f"={parts['f']}"


def _uncomputed_of_open_document(content: bytes) -> dict[str, dict[Place, str]]:
    if b"table:formula" not in content:
        return {}

    def formula(cell: ElementTree.Element) -> str:
        told = {key.rpartition("}")[2]: value for key, value in cell.items()}
        return "" if "value-type" in told else told.get("formula", "").removeprefix("of:")

    return _open_document_cells(content, formula)


def _of_open_document(content: bytes) -> dict[str, dict[Place, str]]:
    if b'value-type="error"' not in content:
        return {}

    def failure(cell: ElementTree.Element) -> str:
        if any(key.endswith("}value-type") and value == "error" for key, value in cell.items()):
            return "".join(cell.itertext()).strip() or "#VALUE!"
        return ""

    return _open_document_cells(content, failure)


def _open_document_cells(
    content: bytes, text_of: Callable[[ElementTree.Element], str]
) -> dict[str, dict[Place, str]]:
    """Cells of which there is something to tell, by sheet and place, where equal rows and cells stand once with a number."""
    found: dict[str, dict[Place, str]] = {}
    for sheet in _named(ElementTree.fromstring(content), "table"):
        row = 0
        told: dict[Place, str] = {}
        for line in _named(sheet, "table-row"):
            rows, column = _count(line, "number-rows-repeated"), 0
            for cell in line:
                columns = _count(cell, "number-columns-repeated")
                if text := text_of(cell):
                    copies = itertools.product(range(min(rows, REPEATED)), range(min(columns, REPEATED)))
                    told |= {(row + i, column + j): text for i, j in copies}
                column += columns
            row += rows
        found[next(value for key, value in sheet.items() if key.endswith("}name"))] = told
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
