"""One door for every form of district: a folder, and a workbook where one is handed in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.district import District
    from models.errors import Problem


def read_any(path: Path) -> tuple[District, tuple[Problem, ...]]:
    """Read a district and the warnings about its files.

    Raises
    ------
    InputError
        With every problem that was found.

    """
    from datafiles.folder import read_district_with_warnings

    return read_district_with_warnings(path)
