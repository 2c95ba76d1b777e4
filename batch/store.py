"""Results on disk: one file a finished chunk, which appears whole; a batch resumes from those that are there."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from batch.jobs import Work
from batch.work import row_of
from datafiles.writing import whole_file, write_whole
from models.errors import InputError

MANIFEST, TABLE, CHUNKS = "batch.json", "results.csv", "chunks"


class Store:
    """The folder of a batch's results.

    Raises
    ------
    InputError
        On opening, when the folder holds results of another batch or other files.

    """

    def __init__(self, folder: Path, work: Work) -> None:
        self.folder, self.work = folder, work
        self.manifest = {
            "fingerprint": work.fingerprint(),
            "districts": work.districts,
            "variants": list(work.variants),
            "jobs": work.jobs,
            "chunks": work.chunks,
        }

    def open(self) -> set[int]:
        """Make the folder, or resume it; returns the numbers of the chunks that are done."""
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError(
                f"{self.folder} is a file; a folder for the results is expected.",
                "Name another place with -o.",
            )
        path = self.folder / MANIFEST
        if path.is_file():
            if self._fingerprint(path) != self.manifest["fingerprint"]:
                raise InputError(
                    f"{self.folder} holds the results of another batch (other districts, grid, scenarios, --chunk or version).",
                    "Name another folder with -o, or remove that one.",
                )
        elif self.folder.is_dir() and any(self.folder.iterdir()):
            raise InputError(f"{self.folder} is not empty and holds no batch.", "Name a new folder with -o.")
        try:
            (self.folder / CHUNKS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{self.folder} cannot be made: {error.strerror}.", "Name a place that is yours."
            ) from error
        write_whole(path, json.dumps(self.manifest, indent=2) + "\n")
        return {number for number in range(self.work.chunks) if self._path(number).is_file()}

    @staticmethod
    def _fingerprint(path: Path) -> str | None:
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return manifest.get("fingerprint") if isinstance(manifest, dict) else None

    def _path(self, number: int) -> Path:
        return self.folder / CHUNKS / f"{number:06d}.jsonl"

    def save(self, number: int, results: list[dict[str, Any]]) -> None:
        """Write a finished chunk; it appears whole or not at all."""
        write_whole(
            self._path(number), "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in results)
        )

    def results(self) -> Iterator[dict[str, Any]]:
        """Yield the results of all finished chunks, in the order of the jobs."""
        for number in range(self.work.chunks):
            if self._path(number).is_file():
                with self._path(number).open(
                    encoding="utf-8", newline="\n"
                ) as lines:  # no other line end counts
                    yield from map(json.loads, lines)

    def write_table(self) -> Path:
        """Write all results as one CSV table, without what differs from run to run."""
        names = list(row_of("", dict.fromkeys(key for variant in self.work.variants for key in variant)))
        path = self.folder / TABLE
        with whole_file(path) as file:
            table = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
            table.writeheader()
            table.writerows(self.results())
        return path
