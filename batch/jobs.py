"""What a batch has to do: one job a district and variant, in chunks of a fixed order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from batch.grid import Variant
from datafiles.bundle import Bundle, is_bundle, read_bundle
from datafiles.folder import FILES
from datafiles.workbook import is_workbook
from models.errors import InputError

Contents = Mapping[str, bytes]
WORKBOOK = "workbook"  # stands for the files of a district that is handed in as a workbook


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
        for source in sources:
            if is_bundle(source):
                bundle = read_bundle(source)
                self._sources += [(district, bundle) for district in bundle.ids]
            elif source.is_dir() or (is_workbook(source) and source.is_file()):
                place = source.resolve()  # "." has no name
                self._sources.append((place.stem if source.is_file() else place.name, source))
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
            districts.append((name, _contents(name, source), own))
        return Chunk(number, tuple(districts), self.objective, self.scenarios, self.time_limit, versions())

    def fingerprint(self) -> str:
        """Hash of everything that decides the results: files, variants, objective, scenarios, division into chunks."""
        digest = hashlib.sha256()
        settings: Any = [
            list(self.variants),
            self.objective,
            self.time_limit,
            self._per_chunk,
            *versions(),
        ]
        digest.update(json.dumps(settings, sort_keys=True, default=str).encode())
        digest.update(self.scenarios or b"")
        for name, content in self._files():
            digest.update(f"{len(name)}:{name}:{len(content)}:".encode())
            digest.update(content)
        return digest.hexdigest()

    def _files(self) -> Iterator[tuple[str, bytes]]:
        for name, source in self._sources:
            for file, content in sorted(_contents(name, source).items()):
                yield f"{name}/{file}", content


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
        return {file: (source / file).read_bytes() for file in FILES if (source / file).is_file()}
    except OSError as error:
        raise InputError(
            f"{error.filename or source} cannot be read: {error.strerror}.", "Check who may read it."
        ) from None
