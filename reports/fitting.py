"""Cards on a narrow terminal: sentences and long labels go on under where they began, columns of figures stay as they are."""

from __future__ import annotations

import re
import textwrap

ROOM = 24  # columns below which a sentence goes on under its line's beginning instead
HANGING = 4  # by how much it is indented there
FIGURES = 2  # behind a label that may be folded; a wider table keeps its rows
SENTENCE = 30  # characters from which words behind other cells are no heading or figure of a table
GAP = re.compile(r"(?<=\S) {2,}(?=\S)")  # between the cells of a line
COMMAND = "spanwise "  # is copied, and must stay on one line
WORD = re.compile(r"[^\W\d_]{2,}")


def fit(text: str, width: int) -> str:
    """Fold the lines of a text that are longer than a width.

    A line ends with a sentence, or with figures behind a label; figures that leave a label no room are left to the terminal.
    """
    return "\n".join(
        folded
        for line in text.split("\n")
        for folded in ([line] if len(line) <= width else _folded(line, width))
    )


def _folded(line: str, width: int) -> list[str]:
    margin = len(line) - len(line.lstrip())
    gaps = list(GAP.finditer(line))
    start = gaps[-1].end() if gaps else margin
    head, sentence = line[:start], line[start:]
    if COMMAND in sentence:
        return [line]
    if not WORD.search(sentence) or (head.strip() and len(sentence) < SENTENCE):
        return _with_figures(line, gaps, width)
    if not head.strip():
        return _wrapped(sentence, head, margin + HANGING, width)
    if width - start >= ROOM:
        return _wrapped(sentence, head, start, width)
    indent = margin + HANGING
    return [*fit(head.rstrip(), width).split("\n"), *_wrapped(sentence, " " * indent, indent, width)]


def _with_figures(line: str, gaps: list[re.Match[str]], width: int) -> list[str]:
    """A long label over several lines, its figures flush right behind the last one."""
    if not 0 < len(gaps) <= FIGURES or WORD.search(line[gaps[0].end() :]):
        return [line]
    label, figures = line[: gaps[0].start()], line[gaps[0].end() :]
    room = width - len(figures) - 2
    if room < ROOM or not WORD.search(label):
        return [line]
    margin = len(label) - len(label.lstrip())
    *lines, last = _wrapped(label.lstrip(), label[:margin], margin + 2, room)
    return [*lines, last + figures.rjust(width - len(last))]


def _wrapped(sentence: str, first: str, indent: int, width: int) -> list[str]:
    return textwrap.wrap(
        sentence,
        max(width, indent + ROOM),
        initial_indent=first,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
