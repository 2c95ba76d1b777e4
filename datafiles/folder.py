"""District folders: `district.toml` and one CSV file for each table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from datafiles.assembly import assemble, check_scenarios
from datafiles.delimited import read_table
from datafiles.faults import Faults, nearest, shorten
from datafiles.raw import RawTable
from datafiles.schema import ALWAYS, TABLES
from datafiles.settings_file import FILE, read_settings
from datafiles.tables import csv_text, tables_of, toml_text
from datafiles.writing import whole_folder
from models.district import District
from models.errors import InputError, Problem
from models.settings import Settings

FILES = (FILE, *(table.file for table in TABLES.values()))
TABULAR = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")
TEXTS = (".txt", ".ini", ".yaml", ".yml", ".json")


def read_district(path: Path) -> District:
    """Read the district of a folder.

    Raises
    ------
    InputError
        With every problem of every file, each with its row, column and value.

    """
    return read_district_with_warnings(path)[0]


def read_district_with_warnings(path: Path) -> tuple[District, tuple[Problem, ...]]:
    """Read the district of a folder, and what looks odd in its files without being an error.

    Warnings that need the district alone come from `models.warnings.district_warnings`.
    """
    path = Path(path)
    return _assembled(*_contents(path), str(path))


def district_of_contents(contents: Mapping[str, bytes], source: str) -> tuple[District, tuple[Problem, ...]]:
    """Read a district from the bytes of its files by name, as `read_district_with_warnings` reads a folder's.

    Raises
    ------
    InputError
        With every problem of every file.

    """
    faults = Faults()
    for file in FILES:
        if file not in contents:
            _missing(file, list(contents), faults)
    told = {problem.file for problem in faults.warnings}
    for name in sorted(contents.keys() - set(FILES) - told):
        meant = next((file for file in FILES if _looks_like(name, file)), "")
        hint = f"Did you mean {meant}?" if meant else ""
        faults.warn(Problem(shorten(name), "is no file of a district and is ignored.", hint, name))
    return _assembled(contents, faults, source)


def contents_of(path: Path) -> dict[str, bytes]:
    """Read the bytes of a folder's files by name; of a file that may be meant for a missing one, the name alone.

    Raises
    ------
    OSError
        When one cannot be read.

    """
    contents = {file: (path / file).read_bytes() for file in FILES if (path / file).is_file()}
    missing = [file for file in FILES if file not in contents]
    present = sorted(entry.name for entry in path.iterdir()) if missing else []
    alike = [name for name in present if name not in FILES and any(_looks_like(name, f) for f in missing)]
    return contents | {shorten(name): b"" for name in alike}


def check_scenarios_file(content: bytes, file: str) -> None:
    """Hold a scenarios table that is to stand in many districts to what holds in every one of them.

    Raises
    ------
    InputError
        With every problem of the file, named as `file`.

    """
    faults = Faults()
    raw, errors, _ = read_table("scenarios", content, file)
    for problem in errors:
        faults.error(problem, "scenarios")
    check_scenarios(raw, faults)
    faults.raise_if_any(file)


def _assembled(
    contents: Mapping[str, bytes], faults: Faults, source: str
) -> tuple[District, tuple[Problem, ...]]:
    """Put the tables of all files together; every problem at once."""
    settings = Settings()
    if FILE in contents:
        settings = read_settings(contents[FILE], faults)
    raws: dict[str, RawTable] = {}
    for name, table in TABLES.items():
        if table.file in contents:
            raws[name], errors, warnings = read_table(name, contents[table.file])
            for problem in errors:
                faults.error(problem, name)
            faults.warnings.extend(warnings)
    district = assemble(raws, settings, faults, source)
    return district, tuple(faults.warnings)


def write_district(district: District, path: Path, *, force: bool = False) -> None:
    """Write a district as a folder; reading it back gives an equal district.

    The folder appears whole or not at all. Text is stripped when it is read, and a blank label takes the key.

    Raises
    ------
    InputError
        When the place holds other files and `force` is not set, or the district cannot be said in files (a
        pattern that is listed for no band).

    """
    texts = {FILE: toml_text(district.settings)}
    texts |= {TABLES[name].file: csv_text(rows) for name, rows in tables_of(district).items()}
    with whole_folder(path, ours=FILES, precious=True, force=force) as folder:
        for name, text in texts.items():
            (folder / name).write_bytes(text.encode("utf-8"))


def _contents(path: Path) -> tuple[dict[str, bytes], Faults]:
    """Read the bytes of all files of the folder; missing and misnamed ones are faults."""
    if not path.exists():
        near = nearest(path.name, (p.name for p in path.parent.iterdir())) if path.parent.is_dir() else ""
        hint = f"Did you mean {path.with_name(near)}?" if near else "Start one with: spanwise init FOLDER"
        raise InputError(f"{path} does not exist.", hint)
    if not path.is_dir():
        hint = (
            f"Name the folder: {path.parent}"
            if path.name in FILES
            else "Name a folder with district.toml and its tables."
        )
        raise InputError(f"{path} is a file; a district folder is expected.", hint)
    faults = Faults()
    try:
        present = sorted(entry.name for entry in path.iterdir())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check who may read it.") from error
    if not set(FILES) & set(present) and not any(
        _looks_like(name, file) for name in present for file in FILES
    ):
        raise InputError(
            f"{path} is no district folder: it holds {'no file' if not present else 'none of its files'}.",
            f"A district folder holds district.toml and tables such as schools.csv. Start one with: spanwise init {path}",
        )
    contents: dict[str, bytes] = {}
    for file in FILES:
        if file in present:
            try:
                contents[file] = (path / file).read_bytes()
            except OSError as error:
                faults.error(
                    Problem(file, f"cannot be read: {error.strerror}.", "Check who may read it.", file),
                    _table(file),
                )
                contents.pop(file, None)
        else:
            _missing(file, present, faults)
    return contents, faults


def _missing(file: str, present: list[str], faults: Faults) -> None:
    """A file that is not there: an error when it is always needed, a warning when another looks like it."""
    alike = [name for name in present if name not in FILES and _looks_like(name, file)]
    table = TABLES.get(_table(file))
    if table is not None and table.needed != ALWAYS:
        if alike:
            hint = f"Save it as {file} if that is what it is."
            faults.warn(Problem(alike[0], "is no file of a district and is ignored.", hint, alike[0]))
        return
    if alike:
        hint = f"The folder has {alike[0]}; save it as {file}."
    elif table is None:
        hint = 'Add it, if only with a line: name = "My district"'
    else:
        needed = ", ".join(column.name for column in table.columns.values() if column.required)
        meaning = f"{table.meaning[0].lower()}{table.meaning[1:]}"
        hint = f"Add it, with the columns {needed} at least: {meaning}"
    faults.error(Problem(file, "is missing.", hint, file), _table(file))


def _table(file: str) -> str:
    return "settings" if file == FILE else file.removesuffix(".csv")


def _looks_like(name: str, file: str) -> bool:
    """Whether a file may be meant by a name: `School.CSV`, `schools.xlsx`; any .toml file for the settings."""
    stem, suffix = Path(name).stem, Path(name).suffix.casefold()
    if file == FILE:
        return suffix == ".toml" or (suffix in TEXTS and nearest(stem, ["district"], cutoff=0.8) != "")
    return suffix in TABULAR and nearest(stem, TABLES, cutoff=0.8) == _table(file)
