"""Plain text laid out in columns, for cards on a terminal or in a file."""

from __future__ import annotations

from collections.abc import Sequence


def columns(
    rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), indent: int = 2, gap: int = 2
) -> list[str]:
    """Align rows of cells; the columns numbered in `right` end flush."""
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows)))]
    lines = []
    for row in rows:
        cells = [cell.rjust(widths[i]) if i in right else cell.ljust(widths[i]) for i, cell in enumerate(row)]
        lines.append((" " * indent + (" " * gap).join(cells)).rstrip())
    return lines


def heading(text: str) -> list[str]:
    """A heading with an empty line before it."""
    return ["", text]
