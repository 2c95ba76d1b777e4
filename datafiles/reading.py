"""One door for every form of district: a folder or a workbook."""

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
    from datafiles.workbook import is_workbook, read_workbook

    if is_workbook(path) and not path.is_dir():
        return read_workbook(path)
    from datafiles.folder import read_district_with_warnings
    from datafiles.saved_plan import DISTRICT, is_saved_plan

    if is_saved_plan(path):
        from models.errors import InputError

        raise InputError(
            f"{path} is a saved plan; a district is expected.",
            f"Name the district that it answers: {path / DISTRICT}. Saved plans go to 'spanwise report' and 'spanwise compare'.",
        )
    return read_district_with_warnings(path)


def write_any(district: District, path: Path, *, force: bool = False) -> None:
    """Write a district as a workbook where the path ends in `.xlsx`, else as a folder.

    Raises
    ------
    InputError
        When there is something already and `force` is not set, or the place cannot be written.

    """
    from datafiles.workbook import is_workbook

    if is_workbook(path):
        from datafiles.workbook_writing import write_workbook

        write_workbook(district, path, force=force)
    else:
        from datafiles.folder import write_district

        write_district(district, path, force=force)
