"""Writes samples to files and imports them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from datafiles.folder import district_of_contents
from datafiles.importing.district_files import whole_files
from datafiles.importing.importing import Imported, read_source
from datafiles.importing.record import DistrictRecord
from datafiles.importing.selection import Selection
from models.district import District


def files(folder: Path, texts: Mapping[str, str | bytes]) -> list[Path]:
    """Write some files and return their paths."""
    for name, text in texts.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return [folder / name for name in texts]


def imported(
    source: str, folder: Path, *texts: str | bytes, district: str = "", state: str = "", **more
) -> Imported:
    """Import texts, each as a file of its own whose name says nothing."""
    named = {f"table{i}.csv": text for i, text in enumerate(texts)}
    return read_source(source, files(folder, named), Selection(district, state), **more)


def record_of(source: str, folder: Path, *texts: str | bytes, **more) -> DistrictRecord:
    """Return the one district of some texts as published."""
    (record,) = imported(source, folder, *texts, **more).records
    return record


def tables_of(result: Imported) -> dict[str, list[dict[str, str]]]:
    """Return the rows of the one district's own tables."""
    ((_, own),) = result.districts()
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(text)))
        for name, text in own.items()
        if name.endswith(".csv")
    }


def districts_of(result: Imported) -> dict[str, District]:
    """Read every district of an import as `check` does; a fault or a warning of its files is an error."""
    found = {}
    for name, own in result.districts():
        contents = {file: text.encode() for file, text in whole_files(own, result.prices).items()}
        found[name], warnings = district_of_contents(contents, name)
        assert warnings == ()
    return found
