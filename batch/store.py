"""Results on disk: one file a finished chunk, which appears whole; a batch resumes from those that are there."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from batch.jobs import Work
from batch.work import row_of
from datafiles.writing import PART, whole_file, write_new, write_whole
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

    def open(self) -> None:
        """Make the folder, or take up the batch that it holds; of several that begin at once, one makes it."""
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError(
                f"{self.folder} is a file; a folder for the results is expected.",
                "Name another place with -o.",
            )
        path = self.folder / MANIFEST
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # looked for twice: another one may have begun between the two looks
            if not path.exists() and self._holds_others() and not path.exists():
                raise InputError(
                    f"{self.folder} is not empty and holds no batch.", "Name a new folder with -o."
                )
        except OSError as error:
            raise InputError(
                f"{self.folder} cannot be made: {error.strerror}.", "Name a place that is yours."
            ) from error
        if not path.exists():
            write_new(path, json.dumps(self.manifest, indent=2) + "\n")
        if _fingerprint(path) != self.manifest["fingerprint"]:
            raise InputError(
                f"{self.folder} holds the results of another batch (other districts, grid, scenarios, --chunk or version).",
                "Name another folder with -o, or remove that one.",
            )
        (self.folder / CHUNKS).mkdir(exist_ok=True)

    def _holds_others(self) -> bool:
        """Whether the folder holds more than a batch leaves that was stopped before it began."""
        for entry in self.folder.iterdir():
            if entry.name == CHUNKS and entry.is_dir():
                if any(not _is_left_over(inner) for inner in entry.iterdir()):
                    return True
            elif not _is_left_over(entry):
                return True
        return False

    def finished(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Yield the chunks that are done, with their rows; one that is torn or short is not done."""
        for number in range(self.work.chunks):
            rows = self._rows(number)
            if rows is not None:
                yield number, rows

    def _rows(self, number: int) -> list[dict[str, Any]] | None:
        """Read a chunk; `None` where it is not there, or not as a finished one is."""
        try:
            text = self._path(number).read_text(encoding="utf-8")
            rows = [json.loads(line) for line in text.split("\n") if line]  # no other line end counts
        except (OSError, ValueError):
            return None
        whole = all(isinstance(row, dict) and {"district_id", "status"} <= row.keys() for row in rows)
        return rows if whole and len(rows) == self.work.jobs_of(number) else None

    def _path(self, number: int) -> Path:
        return self.folder / CHUNKS / f"{number:06d}.jsonl"

    def save(self, number: int, results: list[dict[str, Any]]) -> None:
        """Write a finished chunk; it appears whole or not at all."""
        write_whole(
            self._path(number), "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in results)
        )

    def results(self) -> Iterator[dict[str, Any]]:
        """Yield the results of all chunks, in the order of the jobs.

        Raises
        ------
        InputError
            When a chunk is gone or torn since it was written; a table without its rows would look whole.

        """
        for number in range(self.work.chunks):
            rows = self._rows(number)
            if rows is None:
                raise InputError(
                    f"{self._path(number)} is gone, or is no longer as it was written.",
                    "Run the same command again: it solves this chunk anew, and keeps all others.",
                )
            yield from rows

    def write_table(self) -> Path:
        """Write all results as one CSV table, without what differs from run to run."""
        names = list(row_of("", dict.fromkeys(key for variant in self.work.variants for key in variant)))
        path = self.folder / TABLE
        with whole_file(path) as file:
            table = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
            table.writeheader()
            table.writerows(
                row | {"notes": " ".join(row["notes"]) if row.get("notes") else None}
                for row in self.results()
            )
        return path


def _is_left_over(path: Path) -> bool:
    """Whether a file is what a kill leaves of one that was being written."""
    return path.name.startswith(".") and path.name.endswith(PART) and path.is_file()


def _fingerprint(path: Path) -> str:
    """Read which batch a folder holds."""
    try:
        manifest = json.loads(path.read_bytes())
        return str(manifest["fingerprint"])
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", "Check who may read it, or name another folder."
        ) from None
    except (ValueError, KeyError, TypeError):
        what = "is empty" if not path.stat().st_size else "is cut off or damaged"
        raise InputError(
            f"{path} {what}, so that nobody can tell which batch its folder holds.",
            "Remove the folder, or name another one with -o; the batch begins anew.",
        ) from None
