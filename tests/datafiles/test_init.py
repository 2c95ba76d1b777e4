"""`spanwise init` in a process of its own would be slow; the command is called as click calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from commands.init import command
from datafiles import starting
from datafiles.folder import read_district
from datafiles.pricebook import book_names
from models.errors import InputError
from tests.districts import oak, write_folder

EXAMPLES = starting.example_names()


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_a_new_district_says_what_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "lake-side"
    assert run(folder).splitlines() == [
        f"{folder} is a new district with prices, team models and rules of the price book us-2026.",
        "Fill in, in any spreadsheet (save as CSV) or editor:",
        "  schools.csv     one row for each school: id, name, funding per pupil",
        "  enrollment.csv  pupils of each school and grade band",
        "  staff.csv       positions today, by school and role",
        "  district.toml   name, first year, years and the rules that bind you",
        "All other tables hold figures with their sources; change what is different where you are.",
        f"Next: spanwise check {folder}  (says what is left to fill in)",
    ]
    with pytest.raises(InputError) as caught:
        read_district(folder)
    assert str(caught.value) == (
        f"{folder} has 2 problems:\n"
        "schools.csv: has headings and no rows.\n"
        "    Add a row for each school, with school_id, school_name, funding_per_pupil at least.\n"
        "enrollment.csv: has headings and no rows.\n"
        "    Add a row for each school and grade band, with school_id, grade_band, pupils at least.\n\n"
        "All problems are listed; mend them and run the command again."
    )


@pytest.mark.parametrize("book", book_names())
def test_a_filled_in_district_reads(book: str, tmp_path: Path) -> None:
    """Two lines are enough: a school, and its pupils in a band of the book."""
    run(tmp_path / "new", "--book", book)
    band = (tmp_path / "new" / "grade_bands.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    with (tmp_path / "new" / "schools.csv").open("a", encoding="utf-8") as file:
        file.write("oak,Oak Elementary,12000" + "," * 9 + "\n")
    with (tmp_path / "new" / "enrollment.csv").open("a", encoding="utf-8") as file:
        file.write(f"oak,{band},400\n")
    found = read_district(tmp_path / "new")
    assert (found.schools.id, found.enrollment.sum(), found.staff.fte.sum()) == (("oak",), 400.0, 0.0)


def test_an_unknown_book_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='There is no price book "us-2062"'):
        run(tmp_path / "new", "--book", "us-2062")
    assert not (tmp_path / "new").exists()


def test_somebodys_district_is_not_replaced_unasked(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "oak", *oak())
    with pytest.raises(
        InputError,
        match=r"is not empty: it holds device_types\.csv, district\.toml, enrollment\.csv and 7 more",
    ):
        run(folder)
    assert read_district(folder).name == "Oak"
    run(folder, "--force")
    assert (folder / "schools.csv").read_text(encoding="utf-8").count("\n") == 1


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_copied(example: str, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert run(folder, "--example", example).splitlines() == [
        f"{folder} is a copy of the example {example}.",
        f"Next: spanwise solve {folder}",
    ]
    home = next(home / example for home in starting.HOMES if (home / example).is_dir())
    assert read_district(folder) == read_district(home)
    assert (folder / "district.toml").read_bytes() == (home / "district.toml").read_bytes()


def test_an_unknown_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "examples" / "lakeside", *oak())
    monkeypatch.setattr(starting, "HOMES", (tmp_path / "none", tmp_path / "examples"))
    for name, hint in (("lakesid", "Did you mean lakeside? "), ("..", ""), ("/", "")):
        with pytest.raises(InputError) as caught:
            starting.copy_example(name, tmp_path / "new")
        assert str(caught.value) == f'There is no example "{name}".\n\n{hint}The examples are: lakeside.'
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("name", "more", "mend"),
    [
        ("w.xlsx", (), "spanwise init {0}/w, then: spanwise convert {0}/w {0}/w.xlsx"),
        ("w.ODS", (), "spanwise init {0}/w, then: spanwise convert {0}/w {0}/w.xlsx"),
        ("w.toml", ("--example", "oak"), "spanwise init {0}/w --example oak"),
    ],
)
def test_a_file_s_name_is_no_folder_s(name: str, more: tuple[str, ...], mend: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run(tmp_path / name, *more)
    assert str(caught.value) == (
        f"{tmp_path / name} is named like a file ({Path(name).suffix}); a folder is to be written there.\n\n"
        f"Type: {mend.format(tmp_path)}"
    )
    assert not (tmp_path / name).exists()
    run(tmp_path / "lake.side")
    assert (tmp_path / "lake.side" / "district.toml").is_file()
