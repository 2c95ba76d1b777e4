"""Room for letters that are wider than those a chart was measured with.

A chart is laid out with the letters of Liberation Sans or Arial. Where a reader's machine has neither, its texts are drawn
with what is there, and the widest letters in common use are those of Verdana and DejaVu Sans. A picture is therefore
given as much room on both sides as its texts need in these, so that no name loses its first letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from xml.etree import ElementTree

# fmt: off
ADVANCES = (  # of DejaVu Sans from the space to the tilde, thousandths of the font's size
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
    603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635,
    634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
)
# fmt: on
OTHER = 1000  # of a sign that is not in the table: an ellipsis, a letter of another script
BOLD = 1.15
SPARE = 2.0
MOVE = re.compile(r"translate\(\s*(-?[\d.]+(?:e-?\d+)?)")
SIZE = re.compile(r'^<svg[^>]*?\swidth="([\d.]+)" height="([\d.]+)" viewBox="0 0 ([\d.]+) ([\d.]+)"')


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is in the widest letters that are likely, in the unit of their size."""
    total = 0
    for sign in unicodedata.normalize("NFD", text):
        if unicodedata.combining(sign):
            continue
        place = 0 if sign.isspace() else ord(sign) - 32
        total += ADVANCES[place] if 0 <= place < len(ADVANCES) else OTHER
    return total * size / 1000.0 * (BOLD if bold else 1.0)


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines of a text, none wider than that in wide letters unless a single word is."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size, bold=bold) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def roomy(drawn: str) -> str:
    """An SVG of Vega with room for wide letters on both sides; it stays as wide as it was and is drawn a little smaller."""
    found = SIZE.match(drawn)
    if found is None:
        return drawn
    width, height, inner, tall = map(float, found.groups())
    spans = list(_spans(ElementTree.fromstring(drawn), 0.0))
    left = max([0.0] + [SPARE - start for start, _ in spans])
    right = max([0.0] + [end + SPARE - inner for _, end in spans])
    if left + right < SPARE:
        return drawn
    wide = inner + left + right
    box = f'width="{width:g}" height="{height * inner / wide:.6g}" viewBox="{0.0 - left:.6g} 0 {wide:.6g} {tall:g}"'
    head = drawn[: found.end()].replace(found[0][found[0].index("width=") :], box)
    ground = f'<rect width="{inner:g}" height="{tall:g}" fill="white"'
    wider = f'<rect x="{0.0 - left:.6g}" width="{wide:.6g}" height="{tall:g}" fill="white"'
    return head + drawn[found.end() :].replace(ground, wider, 1)


def _spans(node: ElementTree.Element, x: float) -> Iterator[tuple[float, float]]:
    """From where to where every text reaches; a text that stands upright is left out, it is no wider than it is high."""
    move = node.get("transform", "")
    if "rotate" in move:
        return
    if moved := MOVE.search(move):
        x += float(moved[1])
    if node.tag.endswith("}text") and node.get("opacity") != "0":
        size = float(node.get("font-size", "11px").removesuffix("px"))
        lines = [line.text or "" for line in node if line.tag.endswith("}tspan")] or [node.text or ""]
        wide = max(text_width(line, size, bold=node.get("font-weight") == "bold") for line in lines)
        start = x - {"end": 1.0, "middle": 0.5}.get(node.get("text-anchor", ""), 0.0) * wide
        yield start, start + wide
    for child in node:
        yield from _spans(child, x)
