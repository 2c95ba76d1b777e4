"""District workbooks: the tables of a folder as sheets of the same names, and a `settings` sheet."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datafiles.assembly import assemble
from datafiles.delimited import shape_table
from datafiles.error_cells import error_cells, hides_errors, uncomputed_cells
from datafiles.faults import Faults, nearest, shorten
from datafiles.raw import RawTable, Sheet
from datafiles.schema import ALWAYS, OPTIONAL, SETTINGS, TABLES
from datafiles.settings_file import settings_of
from datafiles.tables import figure
from models.district import District
from models.errors import InputError, Problem
from models.settings import Settings

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")
SETTINGS_SHEET, README_SHEET = "settings", "readme"
COLUMNS = ("section", "key", "value")
LAST_ROW = 200_000  # far more than the tables of the largest district; what is longer is no district workbook

Cell = str | float | int | bool | datetime.date | datetime.time | datetime.datetime | datetime.timedelta


def is_workbook(path: Path) -> bool:
    """Whether a path is named like a workbook."""
    return path.suffix.lower() in SUFFIXES


def read_workbook(path: Path) -> tuple[District, tuple[Problem, ...]]:
    """Read the district of a workbook, and what looks odd in it without being an error.

    Raises
    ------
    InputError
        With every problem of every sheet, each with its cell (`schools!C7`), value and a hint.

    """
    try:
        content = path.read_bytes()
    except OSError as error:
        near = (
            nearest(path.name, (entry.name for entry in path.parent.iterdir()))
            if path.parent.is_dir()
            else ""
        )
        hint = (
            f"Did you mean {path.with_name(near)}?"
            if near
            else "Make one with: spanwise convert FOLDER district.xlsx"
        )
        raise InputError(f"{path} cannot be read: {error.strerror}.", hint) from None
    return district_of_workbook(content, str(path))


def district_of_workbook(content: bytes, source: str) -> tuple[District, tuple[Problem, ...]]:
    """Read a district from the bytes of a workbook, as `read_workbook` reads a file's.

    Formulas count with the value that the spreadsheet saved, hidden sheets like others, further sheets not at all.
    """
    faults = Faults()
    sheets = _sheets(content, source)
    _only_once(list(sheets), source)
    names = {name.strip().casefold(): name for name in sheets}
    ours = [name for name in (SETTINGS_SHEET, *TABLES) if name in names]
    uncomputed = uncomputed_cells(content, [names[name] for name in ours])
    for name in ours:
        _without_value(name, sheets[names[name]], uncomputed.get(names[name], {}), faults)
    settings = _settings(sheets[names[SETTINGS_SHEET]], faults) if SETTINGS_SHEET in names else Settings()
    raws: dict[str, RawTable] = {}
    for name in TABLES:
        if name in names:
            rows = sheets[names[name]]
            if any(any(cell != "" for cell in row) for row in rows):
                raw, errors = shape_table(name, [[_text(cell) for cell in row] for row in rows], Sheet(name))
                if not raw.rows and TABLES[name].needed == OPTIONAL and not errors:
                    continue  # headings alone: a sheet to fill in, or not
                raws[name] = raw
                for problem in errors:
                    faults.error(problem, name)
                continue
        _missing(name, list(sheets), faults)
    if SETTINGS_SHEET not in names:
        _missing(SETTINGS_SHEET, list(sheets), faults)
    if not raws:
        raise InputError(
            f"{source} is no district workbook: none of its sheets ({', '.join(sheets) or 'there is none'}) is a table of a district.",
            f"Its sheets are {SETTINGS_SHEET}, {', '.join(TABLES)}. Make one with: spanwise convert examples/lakeside district.xlsx",
        )
    if hides_errors(content):
        faults.warn(
            Problem(
                source,
                "is in the old binary format, in which a formula that failed (#DIV/0!) looks like an empty cell.",
                "Save it as .xlsx to have such cells told.",
            )
        )
    district = assemble(raws, settings, faults, source)
    return district, tuple(faults.warnings)


def raw_tables(path: Path) -> dict[str, RawTable]:
    """Tables of a workbook as text with their row numbers, for what names places in it after it was read."""
    sheets = {name.strip().casefold(): rows for name, rows in _sheets(path.read_bytes(), str(path)).items()}
    return {
        name: shape_table(name, [[_text(cell) for cell in row] for row in sheets[name]], Sheet(name))[0]
        for name in TABLES
        if sheets.get(name)
    }


def _sheets(content: bytes, source: str) -> dict[str, list[list[Cell]]]:
    """Cells of every sheet that is a table or the settings; of others the name alone."""
    import python_calamine as calamine

    mend = "Open it in your spreadsheet and save it as an ordinary .xlsx workbook."
    if (
        content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        and b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e" in content
    ):
        raise InputError(
            f"{source} is protected by a password.",
            "Save a copy without a password (File, Info, Protect Workbook).",
        )
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        failures = error_cells(content)
        sheets: dict[str, list[list[Cell]]] = {}
        for name in workbook.sheet_names:
            known = name.strip().casefold()
            sheets[name] = []
            if known in TABLES or known == SETTINGS_SHEET:
                sheet = workbook.get_sheet_by_name(name)
                if sheet.total_height > LAST_ROW:
                    raise InputError(
                        f"{source}: sheet {name} has {sheet.total_height:,} rows; a district has far fewer than {LAST_ROW:,}.",
                        "Remove the empty formatted rows, or import public data with: spanwise import",
                    )
                sheets[name] = sheet.to_python(skip_empty_area=False)
                for (row, column), failed in failures.get(name, {}).items():
                    if row < len(sheets[name]) and column < len(sheets[name][row]):
                        sheets[name][row][column] = failed
    except InputError:
        raise
    except calamine.PasswordError:
        raise InputError(
            f"{source} is protected by a password.",
            "Save a copy without a password (File, Info, Protect Workbook).",
        ) from None
    except Exception as error:  # damaged files end in many ways
        text = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{source} cannot be read as a workbook: {text}.", mend) from None
    return sheets


def _without_value(
    name: str, rows: list[list[Cell]], formulas: Mapping[tuple[int, int], str], faults: Faults
) -> None:
    """Tell of formulas under the headings that were saved without a value: blank, they would take the default."""
    top = next((number for number, row in enumerate(rows) if any(cell != "" for cell in row)), 0)
    origin = Sheet(name)
    for (row, column), formula in sorted(formulas.items()):
        heading = _text(rows[top][column]).strip() if rows and column < len(rows[top]) else ""
        if row > top and heading:
            problem = Problem(
                origin.place(row + 1, column, heading, ""),
                f'holds a formula without a value: "{shorten(formula)}".',
                "Open the workbook in a spreadsheet and save it, which computes the formula; or type the value.",
                name,
                row + 1,
                heading,
                formula,
                origin.cell(row + 1, column),
            )
            faults.settle(problem, "settings" if name == SETTINGS_SHEET else name, heading)


def _only_once(sheets: list[str], source: str) -> None:
    """Sheets of one name, but for spaces and capitals: nobody could tell which one counts."""
    for number, name in enumerate(sheets):
        known = name.strip().casefold()
        same = [other for other in sheets[:number] if other.strip().casefold() == known]
        if same and (known in TABLES or known == SETTINGS_SHEET):
            raise InputError(
                f'{source} has two sheets of the name {known}: "{same[0]}" and "{name}".',
                "Keep one of them, or give the other another name.",
            )


def _text(cell: Cell) -> str:
    """A cell as the text that a CSV file would hold."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        return figure(cell)
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, datetime.date | datetime.time) else str(cell)


def _missing(name: str, present: list[str], faults: Faults) -> None:
    """A sheet that is not there, or is empty."""
    known = {*TABLES, SETTINGS_SHEET, README_SHEET}
    alike = nearest(name, (sheet for sheet in present if sheet.strip().casefold() not in known), cutoff=0.75)
    if name != SETTINGS_SHEET and TABLES[name].needed != ALWAYS:
        if alike:
            faults.warn(
                Problem(
                    f"sheet {alike}",
                    "is no sheet of a district and is ignored.",
                    f"Name it {name} if that is what it is.",
                )
            )
        return
    if alike:
        hint = f"The workbook has a sheet {alike}; name it {name}."
    elif name == SETTINGS_SHEET:
        hint = "Add it with the headings section, key, value, if only with a row for the key name."
    else:
        needed = ", ".join(column.name for column in TABLES[name].columns.values() if column.required)
        hint = f"Add it, with the columns {needed} at least: {TABLES[name].meaning[0].lower()}{TABLES[name].meaning[1:]}"
    faults.error(Problem(f"sheet {name}", "is missing or empty.", hint, name), name)


def _settings(rows: list[list[Cell]], faults: Faults) -> Settings:
    """Settings of the sheet with the columns section, key, value."""
    origin = Sheet(SETTINGS_SHEET)
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(cell != "" for cell in row)]
    if not filled:
        faults.error(
            Problem(f"sheet {SETTINGS_SHEET}", "is empty.", "Its headings are section, key, value."),
            "settings",
        )
        return Settings()
    heading = [_text(cell).strip().casefold() for cell in filled[0][1]]
    lacking = [name for name in COLUMNS if name not in heading]
    if lacking:
        faults.error(
            Problem(
                SETTINGS_SHEET,
                f'has no column "{lacking[0]}".',
                f"Its headings are {', '.join(COLUMNS)}.",
                SETTINGS_SHEET,
            ),
            "settings",
        )
        return Settings()
    at = [heading.index(name) for name in COLUMNS]
    values: dict[str, Any] = {}
    places: dict[tuple[str, str], str] = {}
    for number, row in filled[1:]:
        section, key = (_text(row[i]).strip() for i in at[:2])
        place = origin.place(number, at[2], "value", "")
        if row[at[2]] == "" and (section or key):
            continue  # a setting without a value takes the neutral one
        if not key:
            faults.error(
                Problem(
                    origin.place(number, at[1], "key", ""),
                    "is blank; the name of a setting is expected.",
                    "Name the setting.",
                ),
                "settings",
            )
            continue
        if (section, key) in places:
            faults.error(
                Problem(
                    place, f"is the second value of {section}.{key}.".replace(" .", " "), "Keep one of them."
                ),
                "settings",
            )
            continue
        places[section, key] = place
        name = f"{section}.{key}" if section else key
        home = values.setdefault(section, {}) if section else values
        if isinstance(home, dict):
            home[key] = _value(row[at[2]], name)

    def place_of(section: str, key: str) -> str:
        found = places.get((section, key))
        return (
            f"{found} ({section}{'.' if section else ''}{key})"
            if found
            else f"sheet {SETTINGS_SHEET}, {section or key}"
        )

    return settings_of(values, place_of, faults, SETTINGS_SHEET)


def _value(cell: Cell, name: str) -> object:
    """A setting's value: whole numbers as such, text that is a number where a number belongs."""
    column = SETTINGS.columns.get(name)
    if column is not None and column.is_figure and isinstance(cell, str):
        try:
            cell = float(cell)
        except ValueError:
            return cell.strip()
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return _text(cell).strip()
    if column is not None and not column.is_figure:
        return _text(cell)
    return int(cell) if float(cell).is_integer() else float(cell)


def texts_of(district: District) -> Mapping[str, bytes]:
    """Return the files of a district folder by name, for what needs them in the place of a workbook."""
    from datafiles.folder import FILES
    from datafiles.tables import csv_text, tables_of, toml_text

    texts = {FILES[0]: toml_text(district.settings)}
    texts |= {TABLES[name].file: csv_text(rows) for name, rows in tables_of(district).items()}
    return {name: text.encode("utf-8") for name, text in texts.items()}
