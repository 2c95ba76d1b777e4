"""New district folders: from a price book with the schools left to fill in, or from a shipped example."""

from __future__ import annotations

import shutil
from pathlib import Path

from datafiles.faults import nearest
from datafiles.folder import FILES
from datafiles.pricebook import load_book
from datafiles.schema import TABLES
from datafiles.writing import whole_folder
from models.errors import InputError

HOMES = (Path(__file__).parent / "examples", Path(__file__).parent.parent / "examples")
LEFT_TO_FILL = ("schools", "enrollment", "staff")


def start_district(book: str, folder: Path, *, force: bool = False) -> None:
    """Write a folder with a price book's tables; the planner's own tables have headings and no rows.

    Raises
    ------
    InputError
        When there is no such book, or the folder holds other files and `force` is not set.

    """
    prices = load_book(book)
    texts = {"district.toml": prices.settings_toml}
    texts |= {TABLES[table].file: text for table, text in prices.tables.items()}
    texts |= {TABLES[table].file: ",".join(TABLES[table].columns) + "\n" for table in LEFT_TO_FILL}
    _write(texts, folder, force=force)


def example_names() -> tuple[str, ...]:
    """Name the shipped examples."""
    return tuple(sorted({entry.parent.name for home in HOMES for entry in home.glob("*/district.toml")}))


def copy_example(name: str, folder: Path, *, force: bool = False) -> None:
    """Copy a shipped example.

    Raises
    ------
    InputError
        When there is no such example, or the folder holds other files and `force` is not set.

    """
    home = next((home / name for home in HOMES if name in example_names() and (home / name).is_dir()), None)
    if home is None:
        names = example_names()
        near = nearest(name, names)
        hint = f"Did you mean {near}? " if near else ""
        raise InputError(
            f'There is no example "{name}".', f"{hint}The examples are: {', '.join(names) or 'none'}."
        )
    with whole_folder(folder, ours=FILES, precious=True, force=force) as part:
        for entry in sorted(home.iterdir()):
            if entry.name in FILES:
                shutil.copyfile(entry, part / entry.name)


def _write(texts: dict[str, str], folder: Path, *, force: bool) -> None:
    with whole_folder(folder, ours=FILES, precious=True, force=force) as part:
        for name, text in texts.items():
            (part / name).write_bytes(text.encode("utf-8"))
