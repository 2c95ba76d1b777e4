"""The folder of a batch: resumed from what is whole, begun by one alone, and never another batch's."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from batch.jobs import Work
from batch.running import run
from batch.store import Store
from models.errors import InputError
from tests.batch.made import OAK
from tests.commands.runner import ROOT, spanwise


def test_a_folder_of_another_batch_is_not_touched(nation, tmp_path):
    out = tmp_path / "out"
    assert spanwise("batch", OAK, "-o", out, "--workers", "1").code == 0
    ran = spanwise("batch", OAK, "--grid", "cut=0.01", "-o", out, "--workers", "1")
    assert ran.code == 3
    assert "holds the results of another batch" in ran.err
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    ran = spanwise("batch", OAK, "-o", tmp_path / "mine")
    assert ran.code == 3
    assert "is not empty and holds no batch" in ran.err


def test_store_ignores_chunks_that_never_appeared(tmp_path):
    work = Work([OAK], [{}])
    store = Store(tmp_path / "s", work)
    store.open()
    (tmp_path / "s" / "chunks" / ".000000.jsonl.1.part").write_text("half", encoding="utf-8")
    store.open()
    assert list(store.finished()) == []
    row = {"district_id": "oak", "status": "optimal"}
    store.save(0, [row])
    store.open()
    assert list(store.finished()) == [(0, [row])]
    assert list(store.results()) == [row]


@pytest.mark.parametrize("torn", ["", "{", "{}\n", "[]\n", "ROW\nROW\n", "ROW\n{", "\0" * 40, "1\n"])
def test_a_torn_chunk_is_solved_again(tmp_path, torn):
    work, whole = Work([OAK], [{"cut": 0}, {"cut": 0.01}], chunk_jobs=1), tmp_path / "whole"
    run(work, Store(whole, work))
    text = (whole / "results.csv").read_text(encoding="utf-8")
    chunk = whole / "chunks" / "000001.jsonl"
    chunk.write_text(torn.replace("ROW", chunk.read_text(encoding="utf-8").strip()), encoding="utf-8")
    (whole / "results.csv").unlink()
    progress = run(work, Store(whole, work))
    assert (progress.before, progress.done) == (1, 1)
    assert (whole / "results.csv").read_text(encoding="utf-8") == text


def test_no_table_is_written_without_a_chunk_that_went_away_while_the_batch_ran(tmp_path):
    work = Work([OAK], [{}])
    store = Store(tmp_path / "s", work)
    store.open()
    gone = tmp_path / "s" / "chunks" / "000000.jsonl"
    with pytest.raises(InputError) as error:
        store.write_table()
    assert str(error.value) == (
        f"{gone} is gone, or is no longer as it was written.\n\n"
        "Run the same command again: it solves this chunk anew, and keeps all others."
    )
    assert not (tmp_path / "s" / "results.csv").exists()


def test_odd_texts_come_back_as_they_were(tmp_path):
    work = Work([OAK], [{}])
    store = Store(tmp_path / "s", work)
    store.open()
    odd = {"district_id": "oak", "status": "fault", "message": 'a\u2028b\x85c, "d"\ne'}
    store.save(0, [odd])
    assert list(store.results()) == [odd]
    with store.write_table().open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["message"] == odd["message"]


@pytest.mark.parametrize(
    ("content", "what"), [("", "is empty"), ("{", "is cut off or damaged"), ("[]", "is cut off or damaged")]
)
def test_a_spoilt_manifest_is_told_as_what_it_is(tmp_path, content, what):
    work, out = Work([OAK], [{}]), tmp_path / "s"
    out.mkdir()
    (out / "batch.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        Store(out, work).open()
    assert str(error.value) == (
        f"{out / 'batch.json'} {what}, so that nobody can tell which batch its folder holds.\n\n"
        "Remove the folder, or name another one with -o; the batch begins anew."
    )


def test_a_folder_with_what_a_kill_left_before_the_batch_began_is_new(tmp_path):
    out = tmp_path / "s"
    (out / "chunks").mkdir(parents=True)
    (out / ".batch.json.123.part").write_text("{", encoding="utf-8")
    (out / "chunks" / ".000000.jsonl.123.part").write_text("", encoding="utf-8")
    assert spanwise("batch", OAK, "-o", out, "--workers", "1").code == 0


@pytest.mark.parametrize("other", ["chunks/000000.jsonl", "results.csv", ".hidden"])
def test_a_folder_with_results_and_no_manifest_is_not_taken(tmp_path, other):
    out = tmp_path / "s"
    (out / "chunks").mkdir(parents=True)
    (out / other).write_text("mine", encoding="utf-8")
    ran = spanwise("batch", OAK, "-o", out, "--workers", "1")
    assert (ran.code, ran.err) == (
        3,
        f"{out} is not empty and holds no batch.\n\nName a new folder with -o.\n",
    )


@pytest.mark.usefixtures("any_disk")
def test_of_two_batches_that_begin_at_once_one_gets_the_folder(tmp_path, monkeypatch):
    out = tmp_path / "s"
    ours, theirs = Work([OAK], [{}]), Work([OAK], [{"cut": 0.01}])
    look = Store._holds_others

    def begun_meanwhile(store):  # after the look whether there is a batch, and before our own is written
        monkeypatch.setattr(Store, "_holds_others", look)
        Store(out, theirs).open()
        return False

    monkeypatch.setattr(Store, "_holds_others", begun_meanwhile)
    monkeypatch.setattr(
        Path, "exists", lambda path, there=Path.exists: path.suffix != ".json" and there(path)
    )
    with pytest.raises(InputError, match="holds the results of another batch"):
        Store(out, ours).open()
    monkeypatch.undo()
    assert json.loads((out / "batch.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(Store(out, theirs).manifest)
    )
    assert sorted(entry.name for entry in out.iterdir()) == ["batch.json", "chunks"]


def test_the_same_batch_begun_twice_at_once_goes_on(tmp_path, monkeypatch):
    out, work = tmp_path / "s", Work([OAK], [{}])
    look = Store._holds_others

    def begun_meanwhile(store):
        monkeypatch.setattr(Store, "_holds_others", look)
        run(work, Store(out, work))
        return look(store)

    monkeypatch.setattr(Store, "_holds_others", begun_meanwhile)
    assert run(work, Store(out, work)).before == 1


def test_many_begin_at_once(tmp_path):
    """Four batches, two of them the same, in one new folder: those of one kind win, and the others are refused."""
    out = tmp_path / "s"
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", "import cli; cli.main()", "batch", str(OAK), "--grid", f"cut={cut}",
             "--workers", "1", "-q", "-o", str(out)],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for cut in (0, 0.001, 0, 0.001)
    ]  # fmt: skip
    ends = []
    for process in begun:
        _, err = process.communicate(timeout=120)
        ends.append((process.returncode, "holds the results of another batch" in err))
    assert ends in ([(0, False), (3, True)] * 2, [(3, True), (0, False)] * 2)
