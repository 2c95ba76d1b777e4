"""The same figures in every form that spreadsheets and editors give a text file read the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from datafiles.folder import read_district, read_district_with_warnings
from datafiles.raw import RawTable, Sheet
from tests.districts import SETTINGS, TABLES, district, oak, write_folder


def recoded(encoding: str) -> Callable[[str], bytes]:
    return lambda text: text.encode(encoding)


def divided(delimiter: str) -> Callable[[str], bytes]:
    return lambda text: text.replace(",", delimiter).encode()


def quoted(text: str) -> bytes:
    return "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()).encode()


FORMS: dict[str, Callable[[str], bytes]] = {
    "UTF-8 with mark": recoded("utf-8-sig"),
    "UTF-16 with mark": recoded("utf-16"),
    "UTF-16 without mark": recoded("utf-16-le"),
    "UTF-16 big end first": recoded("utf-16-be"),
    "UTF-32": recoded("utf-32"),
    "semicolons": divided(";"),
    "tabs": divided("\t"),
    "bars": divided("|"),
    "stated delimiter": lambda text: b"sep=;\r\n" + text.replace(",", ";").encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "old Macintosh": lambda text: text.replace("\n", "\r").encode(),
    "no line end at the end": lambda text: text.rstrip("\n").encode(),
    "end mark of old systems": lambda text: text.encode() + b"\x1a",
    "blank lines": lambda text: ("\n\n" + text.replace("\n", "\n\n") + "\n,,\n").encode(),
    "quoted cells": quoted,
    "spaces around cells": lambda text: text.replace(",", " , ").encode(),
    "hard spaces around cells": lambda text: text.replace(",", "\u00a0,\u00a0").encode(),
    "blank columns at the end": lambda text: text.replace("\n", ",,\n").encode(),
    "a blank column in front": lambda text: ("," + text.replace("\n", "\n,").rstrip(",")).encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_form(form: str, tmp_path: Path) -> None:
    tables = {name: FORMS[form](text) for name, text in TABLES.items()}
    folder = write_folder(tmp_path / "form", tables, SETTINGS)  # type: ignore[arg-type]
    found, warnings = read_district_with_warnings(folder)
    assert found == district(tmp_path / "oak")
    assert warnings == ()


def test_columns_in_any_order(tmp_path: Path) -> None:
    turned = "\n".join(",".join(reversed(line.split(","))) for line in TABLES["roles"].splitlines())
    assert district(tmp_path / "turned", {"roles": turned}) == district(tmp_path / "oak")


def test_windows_1252_is_a_guess_and_says_so(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "oak", *oak())
    (folder / "schools.csv").write_bytes(
        "school_id,school_name,funding_per_pupil\noak,École “Chêne”,4330\n".encode("cp1252")
    )
    found, warnings = read_district_with_warnings(folder)
    assert found.schools.name == ("École “Chêne”",)
    assert list(map(str, warnings)) == [
        "schools.csv: is not UTF-8; it was read as Windows-1252.\n    Check accented letters, or save it as CSV UTF-8."
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_settings_in_other_encodings(encoding: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "oak", *oak())
    (folder / "district.toml").write_bytes(
        SETTINGS.replace("Oak", "Chêne").replace("\n", "\r\n").encode(encoding)
    )
    assert read_district(folder).name == "Chêne"


@pytest.mark.parametrize("cell", ["500.0", "+500", "5e2", "0500", " 500 ", "500."])
def test_ways_to_write_a_number(cell: str, tmp_path: Path) -> None:
    found = district(tmp_path / "oak", {"enrollment": f"school_id,grade_band,pupils\noak,K-5,{cell}\n"})
    assert found.enrollment.tolist() == [[500.0]]


@pytest.mark.parametrize("yes", ["yes", "Yes", "TRUE", "true"])
def test_ways_to_write_yes(yes: str, tmp_path: Path) -> None:
    models = TABLES["team_models"].replace("yes", yes).replace(",no,", ",FALSE,")
    assert district(tmp_path / "oak", {"team_models": models}).team_models.team_taught.tolist() == [
        False,
        True,
    ]


def test_sheets_name_cells() -> None:
    """A workbook's reader hands in the same raw tables; only places differ."""
    table = RawTable("schools", ("school_id", "pay_index"), (0, 28), [["oak", "x"]], [7], Sheet("schools"))
    problem = table.problem("is wrong.", row=0, column="pay_index", value="x", key="oak")
    assert (problem.place, problem.file, problem.row, problem.cell) == ("schools!AC7", "schools", 7, "AC7")
    assert table.problem("is wrong.", row=0, key="oak").place == "schools row 7 (oak)"
    assert table.problem("is wrong.", column="pay_index").place == "schools, column pay_index"
    assert table.problem("is wrong.").place == "schools"
    assert Sheet("schools").cell(1, 25) == "Z1"
    assert Sheet("schools").cell(1, 26) == "AA1"
    assert Sheet("schools").names("roles") == "sheet roles"
