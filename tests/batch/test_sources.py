"""Where districts come from: what changes under a batch, what is odd in it, and what has no name."""

import json
import os
import shutil
from typing import Any

import pandas as pd
import pytest

from batch.jobs import Work
from batch.running import NOTED, Progress, run
from batch.store import Store
from batch.work import solve_chunk
from commands.batch import Teller, ending
from datafiles import folder as folder_files
from datafiles import workbook
from datafiles.bundle import write_bundle
from datafiles.reading import read_any, write_any
from tests.batch.made import OAK, files_of
from tests.commands.runner import spanwise

NOTE = (
    "scenario.csv: is no file of a district and is ignored. Save it as scenarios.csv if that is what it is."
)


@pytest.fixture
def folders(tmp_path):
    """Four folders of one district."""
    made = [tmp_path / f"d{number}" for number in range(4)]
    for folder in made:
        shutil.copytree(OAK, folder)
    return made


# ---- what changes while a batch runs -----------------------------------------------------------------------------


def edit(folder):
    table = folder / "schools.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("Oak", "Elm"), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        edit,
        shutil.rmtree,
        lambda folder: (folder / "stipends.csv").unlink(),
        lambda folder: (folder / "devices.csv").write_text("school_id,device,seats\n", encoding="utf-8"),
        lambda folder: (folder / "roles.csv").rename(folder / "role.csv"),
    ],
    ids=["edited", "removed", "a file less", "a file more", "a file renamed"],
)
def test_a_district_that_changed_while_the_batch_ran_is_a_row_that_says_so(folders, tmp_path, change):
    work = Work(folders, [{}], chunk_jobs=1)
    store = Store(tmp_path / "out", work)
    change(folders[2])
    progress = run(work, store)
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    assert list(table.status) == ["optimal", "optimal", "invalid_input", "optimal"]
    assert table.message[2] == "d2 changed while the batch ran; run it again in a new folder."
    assert ending(progress.endings) == 3


def test_a_workbook_that_changed_is_told_too(tmp_path):
    book = tmp_path / "oak.xlsx"
    write_any(read_any(OAK)[0], book)
    work = Work([book], [{}])
    store = Store(tmp_path / "out", work)
    book.write_bytes(book.read_bytes() + b" ")
    run(work, store)
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    assert table.message[0] == "oak changed while the batch ran; run it again in a new folder."


def test_other_contents_are_another_batch(folders):
    before = Work(folders, [{}]).fingerprint()
    assert Work(folders, [{}]).fingerprint() == before
    edit(folders[3])
    assert Work(folders, [{}]).fingerprint() != before


@pytest.mark.parametrize(
    "change",
    [{"objective": "max_min"}, {"scenarios": b"scenario\n"}, {"time_limit": 5.0}, {"chunk_jobs": 2}],
    ids=lambda change: next(iter(change)),
)
def test_another_question_is_another_batch(change: dict[str, Any]) -> None:
    plain = {"objective": "expected", "scenarios": None, "time_limit": 4.0, "chunk_jobs": 1}
    one, other = (Work([OAK], [{}], **(plain | own)).fingerprint() for own in ({}, change))
    assert one != other
    assert one != Work([OAK], [{"cut": 0.01}], **plain).fingerprint()


# ---- notes -------------------------------------------------------------------------------------------------------


def test_what_looks_odd_is_told_and_stands_in_the_table(folders, tmp_path):
    (folders[1] / "scenario.csv").write_text("scenario\n", encoding="utf-8")
    out = tmp_path / "out"
    arguments = ["batch", *folders, "--grid", "cut=0,0.001", "--workers", "1", "-o", out]
    ran = spanwise(*arguments)
    assert (ran.code, ran.err) == (0, f"Note: d1: {NOTE}\n")
    table = pd.read_csv(out / "results.csv", keep_default_na=False)
    assert list(table.columns)[-2:] == ["message", "notes"]
    assert list(table.notes) == ["", "", NOTE, NOTE, "", "", "", ""]
    assert spanwise(*arguments).err == f"Note: d1: {NOTE}\n", "a batch that is resumed tells it again"
    assert spanwise(*arguments, "-q").err == ""
    assert json.loads(spanwise(*arguments, "--json").out)["jobs"] == 8


def test_a_workbooks_notes_are_told(tmp_path, monkeypatch):
    book = tmp_path / "oak.xlsx"
    write_any(read_any(OAK)[0], book)
    monkeypatch.setattr(workbook, "hides_errors", lambda _: True)
    (row,) = solve_chunk(Work([book], [{}]).chunk(0))
    assert row["notes"] == [
        "oak: is in the old binary format, in which a formula that failed (#DIV/0!) looks like an empty cell. "
        "Save it as .xlsx to have such cells told."
    ]


def test_unknown_files_of_a_bundle_are_told(tmp_path):
    bundle = tmp_path / "b.csv"
    write_bundle(bundle, [("x", files_of(OAK) | {"school.csv": "a\n", "../evil.csv": "a\n"})])
    ran = spanwise("batch", bundle, "--workers", "1", "-o", tmp_path / "out")
    assert (ran.code, ran.err) == (
        0,
        "Note: x: ../evil.csv: is no file of a district and is ignored.\n"
        "Note: x: school.csv: is no file of a district and is ignored. Did you mean schools.csv?\n",
    )


def test_notes_are_told_up_to_twenty(capsys):
    progress, teller = Progress(100), Teller()
    rows = [{"district_id": f"d{n:02d}", "status": "optimal", "notes": ["one", "two"]} for n in range(13)]
    progress.count(rows[:2])
    teller(progress)
    progress.count(rows)
    teller(progress)
    teller.end(progress)
    told = capsys.readouterr().err.splitlines()
    assert told == [
        *(f"Note: d{n:02d}: {note}" for n in range(NOTED // 2) for note in ("one", "two")),
        "Note: and 6 more; all stand in the column notes of results.csv.",
    ]


# ---- names -------------------------------------------------------------------------------------------------------


def test_a_folder_whose_name_is_no_text_is_an_error(tmp_path):
    folder = os.fsencode(tmp_path) + b"/oak\xff"
    try:
        shutil.copytree(os.fsencode(OAK), folder)
    except OSError:
        pytest.skip("this disk takes no such name")
    ran = spanwise("batch", os.fsdecode(folder), "-o", tmp_path / "out")
    assert (ran.code, ran.err) == (
        3,
        "The name of 'oak\\xff' is not UTF-8 text, and it would be its district's id in the results.\n\nRename it.\n",
    )


def test_a_fault_of_a_reader_is_the_row_of_its_district_alone(folders, monkeypatch):
    work = Work(folders[:2], [{}], chunk_jobs=2)
    chunk = work.chunk(0)
    read = folder_files.district_of_contents

    def once(contents, name):
        if name.endswith("d0"):
            raise ValueError("a bad day")
        return read(contents, name)

    monkeypatch.setattr(folder_files, "district_of_contents", once)
    first, second = solve_chunk(chunk)
    assert (first["status"], first["message"]) == ("fault", "ValueError: a bad day")
    assert second["status"] == "optimal"
