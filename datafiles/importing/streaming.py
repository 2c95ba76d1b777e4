"""From a publisher's file, packed or not, to lines of text: read as they are needed, never a whole file at once."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from models.errors import InputError

PEEK = 1 << 16
TABULAR = (".csv", ".txt", ".tsv", ".tab", ".dat", "")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
DEFLATE64 = 9
FALLBACK = "spanwise-windows-1252"
UNZIP = "Unzip it first and give the file inside, for example: unzip -p {name} '*.csv' > table.csv"
AGAIN = "It is cut off or damaged; download it again."
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as Windows-1252, one by one: federal files mix both."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    text = error.object[error.start : error.end].decode("cp1252", errors="ignore")
    return text or "\ufffd", error.end


codecs.register_error(FALLBACK, _windows_1252)


class Stored:
    """One stored file: on disk as it is, or a member of an archive. Opened anew for every reading."""

    def __init__(self, path: Path, member: str = "") -> None:
        self.path, self.member = path, member

    @property
    def name(self) -> str:
        """How a planner knows it: `sdf22_1a.zip/sdf22_1a.txt`."""
        return f"{self.path.name}/{self.member}" if self.member else self.path.name

    @property
    def suffix(self) -> str:
        """Ending of the unpacked file, in small letters."""
        name = Path(self.member or self.path.name)
        if name.suffix.casefold() == ".gz":
            name = name.with_suffix("")
        return name.suffix.casefold()

    @contextmanager
    def unpacked(self) -> Iterator[IO[bytes]]:
        """Open the unpacked bytes.

        Raises
        ------
        InputError
            When the file is not there, may not be read, or is damaged, also while it is being read.

        """
        try:
            if self.member:
                with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as stream:
                    yield stream
            else:
                with self.path.open("rb") as plain:
                    packed = plain.read(2) == b"\x1f\x8b"
                    plain.seek(0)
                    if packed:
                        with gzip.GzipFile(fileobj=plain) as stream:
                            yield stream  # type: ignore[misc]
                    else:
                        yield plain
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            raise InputError(f"{self.path} cannot be unpacked to its end: {error}.", AGAIN) from error
        except OSError as error:
            raise InputError(
                f"{self.path} cannot be read: {error.strerror or error}.",
                "Name a file that exists and may be read.",
            ) from error

    @contextmanager
    def text(self) -> Iterator[IO[str]]:
        """Open the text; line ends stay as they are, for the CSV reader to understand.

        Raises
        ------
        InputError
            When it is no text: a workbook, a web page, a PDF, or bytes of something else.

        """
        with self.unpacked() as stream:
            buffered = io.BufferedReader(_Raw(stream), PEEK)
            start = buffered.peek(PEEK)[:PEEK]
            encoding = self._encoding(start)
            yield io.TextIOWrapper(buffered, encoding, errors=FALLBACK, newline="")

    def _encoding(self, start: bytes) -> str:
        if re.match(
            rb"\s*(<!doctype html|<html|<head|<\?xml)", start.removeprefix(codecs.BOM_UTF8)[:200], re.I
        ):
            raise InputError(
                f"{self.name} is a web page, not a table: a download that failed, or a page that was saved.",
                "Open the address in a browser and download the data file itself.",
            )
        for mark, what in ((b"%PDF", "a PDF"), (b"PAR1", "a Parquet file"), (b"<%", "a script")):
            if start.startswith(mark):
                raise InputError(f"{self.name} is {what}, not a table.", "Save the table as CSV.")
        for mark, encoding in MARKS:
            if start.startswith(mark):
                return encoding
        half = start[: 4096 & ~1]
        if b"\0" in half:
            for encoding, zeros in (("utf-16-le", half[1::2]), ("utf-16-be", half[::2])):
                if zeros.count(0) > 0.8 * len(zeros):
                    return encoding
            raise InputError(
                f"{self.name} is no text: it holds NUL bytes.",
                "Give the publisher's CSV, tab-separated text or workbook, not the SAS or SPSS form.",
            )
        return "utf-8"


class _Raw(io.RawIOBase):
    """Any stream of bytes as a raw stream, so that its start can be looked at."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = self._stream.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


def stored_files(path: Path) -> list[Stored]:
    """Return the files that a path holds: itself, or the tables of a zip archive.

    Raises
    ------
    InputError
        When there is no such file, or the archive cannot be used.

    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; a publisher's file is expected.", "Name the files in it.")
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", "Name a file that exists and may be read."
        ) from None
    if not start:
        raise InputError(f"{path} is empty.", "Download it again.")
    if not start.startswith(b"PK") or path.suffix.casefold() in WORKBOOKS:
        return [Stored(path)]
    try:
        with zipfile.ZipFile(path) as archive:
            members = [entry for entry in archive.infolist() if not entry.is_dir()]
    except zipfile.BadZipFile as error:
        raise InputError(f"{path} cannot be unpacked: {error}.", AGAIN) from None
    names = [entry.filename for entry in members]
    if "[Content_Types].xml" in names:  # a workbook under another name
        return [Stored(path)]
    kept = [
        entry
        for entry in members
        if Path(entry.filename).suffix.casefold() in (*TABULAR, *WORKBOOKS)
        and "__MACOSX" not in entry.filename
    ]
    if not kept:
        raise InputError(
            f"{path} holds no table: {', '.join(names[:5]) or 'it is empty'}.",
            "A CSV, a tab-separated text or a workbook is expected inside.",
        )
    for entry in kept:
        if entry.flag_bits & 1:
            raise InputError(
                f"{path}: {entry.filename} is protected by a password.", UNZIP.format(name=path.name)
            )
        if entry.compress_type == DEFLATE64:
            raise InputError(
                f"{path}: {entry.filename} is packed with DEFLATE64, which Python cannot unpack.",
                UNZIP.format(name=path.name),
            )
        if entry.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
            zipfile.ZIP_BZIP2,
            zipfile.ZIP_LZMA,
        ):
            raise InputError(
                f"{path}: {entry.filename} is packed by method {entry.compress_type}, which Python cannot unpack.",
                UNZIP.format(name=path.name),
            )
    return [Stored(path, entry.filename) for entry in kept]
