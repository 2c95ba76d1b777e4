"""Cells of a workbook whose formula failed (`#DIV/0!`, `#REF!`): readers of workbooks give them as blank."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

Place = tuple[int, int]  # row and column, from 0


def error_cells(content: bytes) -> dict[str, dict[Place, str]]:
    """What stands in failed cells, by sheet and place; nothing for other formats than Office Open XML."""
    if not content.startswith(b"PK"):
        return {}
    found: dict[str, dict[Place, str]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name, part in _parts(archive).items():
                sheet = archive.read(part)
                if b't="e"' in sheet:
                    found[name] = dict(_failed(sheet))
    except (KeyError, StopIteration, zipfile.BadZipFile, ElementTree.ParseError):
        return {}  # another format, or damaged: the reader will say so
    return found


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
