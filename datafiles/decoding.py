"""From the bytes of a text file to its text, whatever program wrote it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NOT_TEXT = {
    b"PK\x03\x04": "a workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old or a password-protected workbook",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
}

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Decoded:
    """A text, and the encoding when it had to be guessed; or what is wrong with it, and how to mend it."""

    text: str = ""
    guessed: str = ""
    wrong: str = ""
    mend: str = ""


def decode(content: bytes) -> Decoded:
    """Read UTF-8, UTF-16 or UTF-32 by mark or pattern, and else Windows-1252."""
    for start, what in NOT_TEXT.items():
        if content.startswith(start):
            return Decoded(wrong=f"is {what}, not a text file.", mend="Save the table as CSV (UTF-8).")
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _strictly(content, encoding)
    half = content[: 4096 & ~1]
    if len(half) >= 4 and b"\0" in half:
        for encoding, zeros in (("utf-16-le", half[1::2]), ("utf-16-be", half[::2])):
            if zeros.count(0) > 0.8 * len(zeros):
                return _strictly(content, encoding)
    try:
        text = content.decode("utf-8")
        guessed = ""
    except UnicodeDecodeError:
        try:
            text, guessed = content.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError as error:
            return _undecodable(content, error.start)
    return _checked(text, guessed)


def _checked(text: str, guessed: str = "") -> Decoded:
    """Refuse characters that no table has: a terminal would obey them."""
    text = text.rstrip("\x1a")  # the end mark of old systems
    control = CONTROL.search(text)
    if not control:
        return Decoded(text, guessed)
    line = text.count("\n", 0, control.start()) + 1
    what = "a NUL byte" if control[0] == "\0" else f"the control character 0x{ord(control[0]):02X}"
    return Decoded(
        wrong=f"has {what} in line {line}: the file is damaged or is no text file.",
        mend="Save the table again as CSV (UTF-8).",
    )


def _strictly(content: bytes, encoding: str) -> Decoded:
    try:
        return _checked(content.decode(encoding))
    except UnicodeDecodeError as error:
        return _undecodable(content, error.start)


def _undecodable(content: bytes, start: int) -> Decoded:
    line = content.count(b"\n", 0, start) + 1
    byte = f"0x{content[start]:02X}" if start < len(content) else "cut off"
    return Decoded(
        wrong=f"is not text in a known encoding (byte {byte} in line {line}).",
        mend="Save it again as CSV (UTF-8).",
    )
