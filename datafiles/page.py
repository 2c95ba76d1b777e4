"""The generated parts of `docs/inputs.md`; `python -m datafiles.page docs/inputs.md` brings the page up to date."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from datafiles.schema import ALWAYS, OPTIONAL, SETTINGS, TABLES, Column, Table
from datafiles.writing import write_whole

BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

ELSEWHERE = ("", "reports", "compare", "objectives", "objective expected")  # used in no rule of the model


def render(page: str) -> str:
    """Return the page with each of its generated blocks made anew from the schema."""
    made = {"tables": tables(), "settings": settings()}
    return BLOCK.sub(lambda block: f"{block[1]}{made[block[2]]}\n{block[3]}", page)


def tables() -> str:
    """Return a section for each table of a district."""
    return "\n\n".join(_table(table) for table in TABLES.values())


def settings() -> str:
    """Return a table of all settings, section by section."""
    return _rows(SETTINGS.columns.values(), "setting")


def _table(table: Table) -> str:
    needed = {
        ALWAYS: "Always needed.",
        OPTIONAL: "May be left out.",
    }.get(table.needed, f"Needed {table.needed}.")
    key = " and ".join(f"`{name}`" for name in table.key)
    lines = [
        f"### `{table.name}`",
        "",
        f"{table.meaning} {needed} Key: {key}.",
        "",
        _rows(table.columns.values(), "column"),
    ]
    if table.name == "team_models":
        lines += [
            "",
            "One more column for each role of `roles`, headed by the role: its FTE in a team, 0 or more, 0 where blank.",
        ]
    return "\n".join(lines)


def _rows(columns: Iterable[Column], first: str) -> str:
    lines = [
        f"| {first} | type | unit | blank means | range | meaning | used in |",
        "|---|---|---|---|---|---|---|",
    ]
    for column in columns:
        name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
        kind = f"key of `{column.refers_to}`" if column.refers_to else column.type
        blank = "an error" if column.required else column.default
        used = "; ".join(rule if rule in ELSEWHERE else f"`{rule}`" for rule in column.used_in.split("; "))
        cells = (name, kind, column.unit, blank, column.range, column.meaning, used)
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("$", "\\$") for cell in cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    write_whole(place, render(place.read_text(encoding="utf-8")))
