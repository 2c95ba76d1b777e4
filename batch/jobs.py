"""What a batch has to do: one job a district and variant, in chunks of a fixed order."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from batch.grid import Variant
from datafiles.bundle import Bundle, is_bundle, read_bundle
from datafiles.folder import contents_of
from datafiles.workbook import is_workbook
from models.errors import InputError

Contents = (
    Mapping[str, bytes] | None
)  # the files of a district; None where they changed since the batch began
WORKBOOK = ""  # names the file of a district that is handed in as a workbook; no file of a bundle is nameless


MOST, SHARES = 60, 64  # jobs in a chunk, unless told: at most so many, and at least so many chunks


@dataclass(frozen=True)
class Chunk:
    """Some districts, each with some of its variants; the unit that is solved, written and resumed.

    `part` is 0, or the place of the job where a chunk is solved job by job. `versions` are those of the libraries that
    decide the results.
    """

    number: int
    districts: tuple[tuple[str, Contents, tuple[Variant, ...]], ...]
    objective: str | None
    scenarios: bytes | None
    time_limit: float | None
    versions: tuple[str, ...]
    part: int = 0

    @property
    def jobs(self) -> int:
        """Number of solves in the chunk."""
        return sum(len(variants) for _, _, variants in self.districts)

    def apart(self) -> list[Chunk]:
        """Each job as a chunk of its own, of the same number."""
        jobs = [
            (name, contents, (variant,))
            for name, contents, variants in self.districts
            for variant in variants
        ]
        return [replace(self, districts=(job,), part=part) for part, job in enumerate(jobs)]


class Work:
    """All jobs of a batch, from bundles and folders, in the order in which they were given.

    Chunks do not depend on the number of workers, so neither do the results.

    Raises
    ------
    InputError
        A source is no district and no bundle, cannot be read, or two districts have one name.

    """

    def __init__(
        self,
        sources: Sequence[Path],
        variants: Sequence[Variant],
        *,
        objective: str | None = None,
        scenarios: bytes | None = None,
        time_limit: float | None = None,
        chunk_jobs: int | None = None,
    ) -> None:
        self.variants, self.objective, self.scenarios, self.time_limit = (
            tuple(variants),
            objective,
            scenarios,
            time_limit,
        )
        self._sources: list[tuple[str, Bundle | Path]] = []
        self._seen: dict[int, bytes] = {}  # digests of districts as they were first read, by place
        for source in sources:
            if is_bundle(source):
                bundle = read_bundle(source)
                self._sources += [(district, bundle) for district in bundle.ids]
            elif source.is_dir() or (is_workbook(source) and source.is_file()):
                place = source.resolve()  # "." has no name
                self._sources.append((_name(place.stem if source.is_file() else place.name), source))
            else:
                raise InputError(
                    f"{source} is neither a district folder, a workbook nor a bundle (.csv, .parquet).",
                    "Name folders or bundles that exist; all folders of a place are place/*/ with the last slash.",
                )
        names = [name for name, _ in self._sources]
        twice = (
            next((name for name in names if names.count(name) > 1), None)
            if len(set(names)) < len(names)
            else None
        )
        if twice is not None:
            raise InputError(
                f"The district '{twice}' is given twice.",
                "Districts of a batch need different names; rename one folder.",
            )
        self._per_chunk = chunk_jobs or min(MOST, -(-self.jobs // SHARES))

    @property
    def districts(self) -> int:
        """Number of districts."""
        return len(self._sources)

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.jobs // self._per_chunk)

    @property
    def jobs(self) -> int:
        """Number of solves."""
        return self.districts * len(self.variants)

    def _span(self, number: int) -> tuple[int, int]:
        return number * self._per_chunk, min(self.jobs, (number + 1) * self._per_chunk)

    def jobs_of(self, number: int) -> int:
        """Number of solves in a chunk."""
        first, end = self._span(number)
        return end - first

    def chunk(self, number: int) -> Chunk:
        """Return one chunk with the contents of its districts' files."""
        first, end = self._span(number)
        each = len(self.variants)
        districts = []
        for place in range(first // each, -(-end // each)):
            name, source = self._sources[place]
            own = self.variants[max(0, first - place * each) : end - place * each]
            districts.append((name, self._unchanged(place, name, source), own))
        return Chunk(number, tuple(districts), self.objective, self.scenarios, self.time_limit, versions())

    def fingerprint(self) -> str:
        """Hash of everything that decides the results: files, variants, objective, scenarios, division into chunks."""
        settings: Any = [
            list(self.variants),
            self.objective,
            self.time_limit,
            self._per_chunk,
            *versions(),
        ]
        digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
        digest.update(self.scenarios or b"")
        for place, (name, source) in enumerate(self._sources):
            if place not in self._seen:
                self._seen[place] = _digest(name, _contents(name, source))
            digest.update(self._seen[place])
        return digest.hexdigest()

    def _unchanged(self, place: int, name: str, source: Bundle | Path) -> Contents:
        """Read a district again, unless it is another one by now: results of both would stand under one fingerprint."""
        if isinstance(source, Bundle):
            return source.contents(name)  # read once
        try:
            contents = _contents(name, source)
        except InputError:
            if place in self._seen:
                return None
            raise
        digest = _digest(name, contents)
        return contents if self._seen.setdefault(place, digest) == digest else None


def _digest(name: str, contents: Mapping[str, bytes]) -> bytes:
    digest = hashlib.sha256(f"{len(name)}:{name}:{len(contents)}:".encode())
    for file, content in sorted(contents.items()):
        digest.update(f"{len(file)}:{file}:{len(content)}:".encode())
        digest.update(content)
    return digest.digest()


def _name(name: str) -> str:
    """Hold the name of a folder or workbook, which is its district's id, to text that a table can hold."""
    try:
        name.encode()
    except UnicodeEncodeError:
        shown = os.fsencode(name).decode("utf-8", "backslashreplace")
        raise InputError(
            f"The name of '{shown}' is not UTF-8 text, and it would be its district's id in the results.",
            "Rename it.",
        ) from None
    return name


@cache
def versions() -> tuple[str, ...]:
    """Versions of what decides the results: Spanwise and HiGHS."""
    from importlib.metadata import version

    return version("spanwise"), version("highspy")


def _contents(name: str, source: Bundle | Path) -> dict[str, bytes]:
    if isinstance(source, Bundle):
        return source.contents(name)
    try:
        if source.is_file():
            return {WORKBOOK: source.read_bytes()}
        return contents_of(source)
    except OSError as error:
        raise InputError(
            f"{error.filename or source} cannot be read: {error.strerror}.", "Check who may read it."
        ) from None
