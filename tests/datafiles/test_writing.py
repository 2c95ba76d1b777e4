"""Files and folders appear whole or not at all, and nobody's work is overwritten unasked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from datafiles.folder import read_district, write_district
from datafiles.writing import whole_folder, write_new, write_whole
from models.errors import InputError
from tests.districts import district, oak, write_folder


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_appears_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.txt", "é\n")
    assert (tmp_path / "a.txt").read_bytes() == "é\n".encode()
    write_whole(tmp_path / "a.txt", b"\x00")
    assert (tmp_path / "a.txt").read_bytes() == b"\x00"
    assert names(tmp_path) == ["a.txt"]


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "a.txt", "\ud800")
    with pytest.raises(InputError) as caught:
        write_whole(tmp_path / "none" / "a.txt", "text")
    assert str(caught.value) == (
        f"{tmp_path}/none/a.txt cannot be written: No such file or directory.\n\nChoose a place that exists and may be written."
    )
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot be written: Is a directory"):
        write_whole(tmp_path / "folder", "text")
    assert names(tmp_path) == ["folder"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    write_whole(tmp_path / "a.txt", "old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"a\.txt cannot be written: No space left on device"):
        write_whole(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "deep" / "out") as part:
        (part / "a").write_text("1")
        assert not (tmp_path / "deep" / "out").exists()
    assert names(tmp_path / "deep") == ["out"]
    assert names(tmp_path / "deep" / "out") == ["a"]
    assert (tmp_path / "deep" / "out").stat().st_mode & 0o700 == 0o700


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_a_fault_midway_leaves_everything_as_it_was(fault: type[BaseException], tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a").write_text("old")
    with pytest.raises(fault), whole_folder(out, ours=["a", "b"]) as part:
        (part / "a").write_text("new")
        raise fault
    assert (names(tmp_path), names(out), (out / "a").read_text()) == (["out"], ["a"], "old")


def test_an_earlier_result_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for content in ("ab", "bc"):
        with whole_folder(out, ours="abc") as part:
            for name in content:
                (part / name).write_text(content)
    assert (names(out), (out / "b").read_text(), names(tmp_path)) == (["b", "c"], "bc", ["out"])


def test_foreign_files_are_never_replaced_unasked(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("a", "letter.doc", "photo.jpg", "tax.pdf", "will.txt"):
        (out / name).write_text("mine")
    with pytest.raises(InputError) as caught, whole_folder(out, ours="abc"):
        pytest.fail("the block must not run")
    assert str(caught.value) == (
        f"{out} is not empty: it holds letter.doc, photo.jpg, tax.pdf and 1 more.\n\n"
        "Name a new folder, or one that an earlier run wrote."
    )
    (out / "b").write_text("stale")
    with whole_folder(out, ours="abc", force=True) as part:
        (part / "a").write_text("new")
    assert names(out) == ["a", "letter.doc", "photo.jpg", "tax.pdf", "will.txt"]
    assert ((out / "a").read_text(), (out / "tax.pdf").read_text()) == ("new", "mine")


def test_a_place_that_cannot_be_renamed_is_filled_file_by_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mount point, for example: the folder stays and its files are replaced one by one."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "a").mkdir()
    (out / "b").write_text("stale")
    rename = Path.rename

    def busy(self: Path, target: Path) -> Path:
        if self == out:
            raise OSError(16, "Device or resource busy")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", busy)
    with whole_folder(out, ours="ab") as part:
        (part / "a").write_text("new")
    assert (names(out), (out / "a").read_text(), names(tmp_path)) == (["a"], "new", ["out"])


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError) as caught, whole_folder(tmp_path / "out", force=True):
        pytest.fail("the block must not run")
    assert (
        str(caught.value)
        == f"{tmp_path}/out is a file; a folder is to be written there.\n\nName another folder."
    )


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    with whole_folder(tmp_path / "link", ours="a") as part:
        (part / "a").write_text("1")
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path / "real") == ["a"]


def test_a_district_is_not_written_over_another_unasked(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "oak", *oak())
    (folder / "budget.csv").write_text("school_id,category,amount\noak,other,1\n")
    (folder / "notes.txt").write_text("mine")
    before = {name: (folder / name).read_bytes() for name in names(folder)}
    other = district(tmp_path / "other", settings='name = "Other"\n')
    with pytest.raises(InputError) as caught:
        write_district(other, folder)
    assert str(caught.value) == (
        f"{folder} is not empty: it holds budget.csv, device_types.csv, district.toml and 9 more.\n\n"
        "Name a new folder, or add --force to replace what is there; files of other names stay."
    )
    assert {name: (folder / name).read_bytes() for name in names(folder)} == before
    write_district(other, folder, force=True)
    assert read_district(folder) == other  # the old budget.csv is gone
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["plan.json", "tables.CSV", "book.xlsx"])
def test_a_folder_is_not_named_like_a_file(name: str, tmp_path: Path) -> None:
    """Somebody means a file; a folder of that name that is there is meant, and is taken."""
    out = tmp_path / name
    with pytest.raises(InputError) as caught, whole_folder(out):
        pytest.fail("nothing is to be filled")
    assert str(caught.value) == (
        f"{out} is named like a file ({out.suffix}); a folder is to be written there.\n\n"
        f"Name a folder: {out.with_suffix('')}"
    )
    assert list(tmp_path.iterdir()) == []
    out.mkdir()
    with whole_folder(out) as part:
        (part / "a").write_text("new")
    assert (out / "a").read_text() == "new"


@pytest.mark.usefixtures("any_disk")
def test_a_new_file_is_written_once(tmp_path):
    path = tmp_path / "batch.json"
    assert write_new(path, "first")
    assert not write_new(path, "second")
    assert path.read_text(encoding="utf-8") == "first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["batch.json"]


def test_a_new_file_that_a_full_disk_cuts_off_is_not_there(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"batch\.json cannot be written: No space left on device"):
        write_new(tmp_path / "batch.json", "first")
    assert list(tmp_path.iterdir()) == []
