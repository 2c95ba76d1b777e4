"""Cells of a workbook whose formula failed (`#DIV/0!`, `#REF!`): readers of workbooks give them as blank."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from xml.etree import ElementTree

CELL = re.compile(rb"<c\b([^>]*)>(.*?)</c>", re.DOTALL)
PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
VALUE = re.compile(rb"<v>([^<]*)</v>")

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


def _failed(sheet: bytes) -> list[tuple[Place, str]]:
    cells = []
    for attributes, inside in CELL.findall(sheet):
        place, value = PLACE.search(attributes), VALUE.search(inside)
        if b't="e"' in attributes and place is not None and value is not None:
            column = 0
            for letter in place[1]:
                column = 26 * column + letter - ord("A") + 1
            cells.append(((int(place[2]) - 1, column - 1), value[1].decode()))
    return cells
