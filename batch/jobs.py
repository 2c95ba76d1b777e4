"""What a batch has to do: one job a district and variant, in chunks of a fixed order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch.grid import Variant
from datafiles.bundle import Bundle, is_bundle, read_bundle
from datafiles.folder import FILES
from datafiles.workbook import is_workbook
from models.errors import InputError

Contents = Mapping[str, bytes]
WORKBOOK = "workbook"  # stands for the files of a district that is handed in as a workbook


@dataclass(frozen=True)
class Chunk:
    """Some districts, each with all its variants; the unit that is solved, written and resumed."""

    number: int
    districts: tuple[tuple[str, Contents], ...]
    variants: tuple[Variant, ...]
    objective: str | None
    scenarios: bytes | None
    time_limit: float | None

    @property
    def jobs(self) -> int:
        """Number of solves in the chunk."""
        return len(self.districts) * len(self.variants)


class Work:
    """All jobs of a batch, from bundles and folders, in the order in which they were given.

    Chunks do not depend on the number of workers, so neither do the results.
    """

    def __init__(
        self,
        sources: Sequence[Path],
        variants: Sequence[Variant],
        *,
        objective: str | None = None,
        scenarios: bytes | None = None,
        time_limit: float | None = None,
        chunk_jobs: int = 60,
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
                self._sources.append((source.stem if source.is_file() else source.name, source))
            else:
                raise InputError(
                    f"{source} is neither a district folder, a workbook nor a bundle (.csv, .parquet).",
                    "Name folders or bundles that exist.",
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
        self._per_chunk = max(1, chunk_jobs // len(self.variants))

    @property
    def districts(self) -> int:
        """Number of districts."""
        return len(self._sources)

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.districts // self._per_chunk)

    @property
    def jobs(self) -> int:
        """Number of solves."""
        return self.districts * len(self.variants)

    def chunk(self, number: int) -> Chunk:
        """Return one chunk with the contents of its districts' files."""
        part = self._sources[number * self._per_chunk : (number + 1) * self._per_chunk]
        return Chunk(
            number,
            tuple((name, _contents(name, source)) for name, source in part),
            self.variants,
            self.objective,
            self.scenarios,
            self.time_limit,
        )

    def fingerprint(self) -> str:
        """Hash of everything that decides the results: files, variants, objective, scenarios, division into chunks."""
        from importlib.metadata import version

        digest = hashlib.sha256()
        settings: Any = [
            list(self.variants),
            self.objective,
            self.time_limit,
            self._per_chunk,
            version("spanwise"),
            version("highspy"),
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


def _contents(name: str, source: Bundle | Path) -> dict[str, bytes]:
    if isinstance(source, Bundle):
        return source.contents(name)
    if source.is_file():
        return {WORKBOOK: source.read_bytes()}
    return {file: (source / file).read_bytes() for file in FILES if (source / file).is_file()}
