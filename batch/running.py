"""Running a batch: chunks handed to workers, results streamed to disk as they finish, in whatever order that is."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from batch.crew import TRIES, Crew
from batch.jobs import Chunk, Work
from batch.store import Store
from batch.work import row_of
from datafiles.faults import shorten

Results = list[dict[str, Any]]
SHOWN = 3  # troubles that are told at the end; all are in the table
NOTED = 20  # notes that are told while it runs; all are in the table


@dataclass
class Progress:
    """How far a batch is: jobs done now and before, of how many, since when, and how they ended."""

    jobs: int
    before: int = 0
    done: int = 0
    started: float = field(default_factory=time.monotonic)
    endings: Counter[str] = field(default_factory=Counter)
    troubles: Results = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    notes_more: int = 0
    _noted: set[str] = field(default_factory=set)  # districts: all variants of one have the same notes

    @property
    def rate(self) -> float:
        """Jobs a second in this run."""
        return self.done / max(1e-9, time.monotonic() - self.started)

    @property
    def seconds_left(self) -> float | None:
        """Time left at the present rate, in seconds; `None` before the first chunk."""
        return (self.jobs - self.before - self.done) / self.rate if self.done else None

    def count(self, results: Results) -> None:
        """Count how some jobs ended, and keep the first of those that ended badly, and of the notes."""
        self.endings.update(row["status"] for row in results)
        known = {row["district_id"] for row in self.troubles}
        for row in results:
            bad = row["status"] in ("invalid_input", "fault", "failed", "worker_died")
            if bad and len(self.troubles) < SHOWN and row["district_id"] not in known:
                self.troubles.append(row)
                known.add(row["district_id"])
            self._note(row)

    def _note(self, row: dict[str, Any]) -> None:
        if not row.get("notes") or row["district_id"] in self._noted:
            return
        self._noted.add(row["district_id"])
        room = max(0, NOTED - len(self.notes))
        self.notes += [f"{shorten(row['district_id'])}: {note}" for note in row["notes"][:room]]
        self.notes_more += len(row["notes"][room:])


def run(
    work: Work,
    store: Store,
    *,
    workers: int = 1,
    cluster: str | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> Progress:
    """Solve what is not done yet and write the table of results.

    Parameters
    ----------
    work, store
        The jobs and the folder of their results.
    workers
        Processes on this machine; not used with a cluster.
    cluster
        Address of a Dask scheduler, for example `tcp://127.0.0.1:8786`.
    tell
        Called at the start and after every chunk.

    Raises
    ------
    InputError
        The folder or the cluster cannot be used.
    SolverFailure
        Workers cannot start, or the cluster is gone.

    """
    store.open()
    progress = Progress(work.jobs)
    done = set()
    for number, rows in store.finished():
        done.add(number)
        progress.before += len(rows)
        progress.count(rows)
    tell = tell or (lambda _: None)
    todo = [number for number in range(work.chunks) if number not in done]
    if todo:
        progress.started = time.monotonic()
        tell(progress)
        with _crew(workers, cluster) as crew:
            for number, results in _finished(work, todo, crew):
                store.save(number, results)
                progress.done += len(results)
                progress.count(results)
                tell(progress)
    store.write_table()
    return progress


def _crew(workers: int, cluster: str | None) -> Crew:
    """Processes here, or the workers of a Dask cluster."""
    if cluster is None:
        from batch.processes import Processes

        return Processes(workers)
    from batch.cluster import Cluster

    return Cluster(cluster)


def _finished(work: Work, todo: list[int], crew: Crew) -> Iterator[tuple[int, Results]]:
    """Hand chunks out, a few at a time, and yield each when it is done.

    A chunk that workers died of is solved job by job, and a job that they died of becomes a row that says so.
    """
    waiting = iter(todo)
    flying = 0
    singles: deque[Chunk] = deque()
    apart: dict[int, dict[int, Results]] = {}  # results of the jobs of a chunk that is solved job by job
    while True:
        while crew.wants():
            if singles:
                crew.give(singles.popleft())
            elif (number := next(waiting, None)) is not None:
                crew.give(work.chunk(number))
            else:
                break
            flying += 1
        if not flying:
            return
        for chunk, results in crew.take():
            flying -= 1
            if results is None and chunk.jobs > 1:
                singles.extend(chunk.apart())
                apart[chunk.number] = {}
                continue
            if results is None:
                results = [_died(chunk)]
            if chunk.number in apart:
                parts = apart[chunk.number]
                parts[chunk.part] = results
                if len(parts) < work.jobs_of(chunk.number):
                    continue
                results = [row for part in sorted(parts) for row in parts[part]]
            yield chunk.number, results


def _died(chunk: Chunk) -> dict[str, Any]:
    name, _, (variant,) = chunk.districts[0]
    return row_of(name, variant) | {
        "status": "worker_died",
        "message": f"The worker process died, {TRIES} times, while it solved this; memory may be too short.",
    }
