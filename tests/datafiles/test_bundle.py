"""Bundles: what is cut off, blank or no text is an error with its row, and is never solved as if it were whole."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from datafiles.bundle import _csv_rows, read_bundle, write_bundle
from datafiles.delimited import read_table
from models.errors import InputError

TABLE = 'school_id,note\noak,"the ""new"" school"\n'
TEXT = "Write all three columns as text: district id, file name, and what the file holds."
NAMED = "Every row names its district and its file; files that all districts share have the district id *."


def error_of(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_bundle(path)
    assert caught.value.exit_code == 3
    return str(caught.value).replace(str(path), "BUNDLE")


def csv_bundle(tmp_path: Path, rows: str) -> Path:
    path = tmp_path / "bundle.csv"
    path.write_text(f"district_id,file,content\n{rows}", encoding="utf-8", newline="")
    return path


def test_a_bundle_that_is_cut_off_is_an_error_wherever_it_is_cut(tmp_path: Path) -> None:
    whole = tmp_path / "whole.csv"
    write_bundle(whole, [("x", {"schools.csv": TABLE}), ("y", {"schools.csv": TABLE})])
    text = whole.read_text(encoding="utf-8")
    start = text.index("y,")
    told = set()
    for end in range(start + 1, len(text) - 2):
        cut = tmp_path / "cut.csv"
        cut.write_text(text[:end], encoding="utf-8", newline="")
        told.add(error_of(cut))
    assert told == {
        "BUNDLE row 3 has 1 cells; 3 are expected.\n\nWrite the bundle anew.",
        "BUNDLE row 3 has 2 cells; 3 are expected.\n\nWrite the bundle anew.",
        "BUNDLE row 3: the file is cut off: a quote is opened and never closed.\n\nCopy it again, or write the bundle anew.",
        "BUNDLE row 3: the file is cut off: its last line has no end.\n\nCopy it again, or write the bundle anew.",
    }


def test_a_last_row_without_a_line_end_is_whole_where_what_it_holds_ends_in_one(tmp_path: Path) -> None:
    path = tmp_path / "whole.csv"
    write_bundle(path, [("x", {"schools.csv": TABLE})])
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    assert read_bundle(path).contents("x") == {"schools.csv": TABLE.encode()}


def test_a_quote_in_the_wrong_place_is_an_error(tmp_path: Path) -> None:
    assert error_of(csv_bundle(tmp_path, 'x,schools.csv,"a"b\n')) == (
        "BUNDLE row 2 cannot be read: ',' expected after '\"'.\n\n"
        'Put quotes around the whole cell and write a quote inside it twice: "the ""new"" school".'
    )


def test_the_table_of_a_folder_that_is_cut_off_within_quotes_is_an_error() -> None:
    _, errors, _ = read_table("schools", TABLE[:-6].encode())
    assert [str(error) for error in errors] == [
        "schools.csv row 2: has a quote in the wrong place; rows from here on were not read.\n"
        '    Put quotes around the whole cell and write a quote inside it twice: "the ""new"" school".'
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (",schools.csv,a\n", f"BUNDLE row 2, column district_id: the cell is blank.\n\n{NAMED}"),
        ("x,schools.csv,a\n  ,schools.csv,a\n", f"BUNDLE row 3, column district_id: the cell is blank.\n\n{NAMED}"),
        ("x, ,a\n", f"BUNDLE row 2, column file: the cell is blank.\n\n{NAMED}"),
        (
            "x,schools.csv,a\nx ,schools.csv,a\n",
            "BUNDLE row 3: schools.csv of district x stands twice.\n\nKeep one row a file and district.",
        ),
    ],
)  # fmt: skip
def test_names_that_are_blank_or_differ_by_blanks_alone(tmp_path: Path, rows: str, message: str) -> None:
    assert error_of(csv_bundle(tmp_path, rows)) == message


def test_blanks_around_names_are_dropped(tmp_path: Path) -> None:
    bundle = read_bundle(csv_bundle(tmp_path, " x ,schools.csv ,a\n* ,roles.csv,b\n"))
    assert bundle.ids == ["x"]
    assert bundle.contents("x") == {"roles.csv": b"b", "schools.csv": b"a"}


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"district_id": [None]}, f"BUNDLE row 1, column district_id: the cell is missing.\n\n{TEXT}"),
        ({"file": [None]}, f"BUNDLE row 1, column file: the cell is missing.\n\n{TEXT}"),
        ({"content": [None]}, f"BUNDLE row 1, column content: the cell is missing.\n\n{TEXT}"),
        ({"content": [b"a"]}, f"BUNDLE row 1, column content: the cell is bytes, not text.\n\n{TEXT}"),
        ({"district_id": [1.5]}, f"BUNDLE row 1, column district_id: the cell is float, not text.\n\n{TEXT}"),
        ({"district_id": [True]}, f"BUNDLE row 1, column district_id: the cell is bool, not text.\n\n{TEXT}"),
    ],
)  # fmt: skip
def test_parquet_cells_that_are_no_text(
    tmp_path: Path, columns: dict[str, list[object]], message: str
) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    row: dict[str, list[object]] = {"district_id": ["x"], "file": ["schools.csv"], "content": ["a"]}
    path = tmp_path / "bundle.parquet"
    parquet.write_table(pyarrow.table(row | columns), path)
    assert error_of(path) == message


def test_parquet_ids_may_be_whole_numbers(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "bundle.parquet"
    parquet.write_table(pyarrow.table({"district_id": [12], "file": ["a.csv"], "content": ["a"]}), path)
    assert read_bundle(path).ids == ["12"]


def test_a_bundle_that_is_left_midway_leaves_no_limit_behind(tmp_path):
    """The limit of a cell is the whole process's: a folder that is read next has its own."""
    bundle = tmp_path / "b.csv"
    bundle.write_text("district_id,file,content\nd1,schools.csv,x\n,schools.csv,x\n", encoding="utf-8")
    before = csv.field_size_limit()
    rows = iter(_csv_rows(bundle))
    next(rows)
    assert csv.field_size_limit() == before
