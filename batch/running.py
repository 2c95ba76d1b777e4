"""Running a batch: chunks handed to workers, results streamed to disk as they finish, in whatever order that is."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from batch.jobs import Work
from batch.store import Store
from batch.work import solve_chunk
from models.errors import InputError, SolverFailure

AHEAD = 3  # chunks in flight a worker: enough to keep it busy, few enough to keep memory flat
TRIES = 3  # times that a chunk is handed out when its worker dies


@dataclass
class Progress:
    """How far a batch is: jobs done now and before, of how many, since when, and how they ended."""

    jobs: int
    before: int = 0
    done: int = 0
    started: float = field(default_factory=time.monotonic)
    endings: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Jobs a second in this run."""
        return self.done / max(1e-9, time.monotonic() - self.started)

    @property
    def seconds_left(self) -> float | None:
        """Time left at the present rate, in seconds; `None` before the first chunk."""
        return (self.jobs - self.before - self.done) / self.rate if self.done else None


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
        Called after every chunk.

    Raises
    ------
    InputError
        The folder or the cluster cannot be used.
    SolverFailure
        Workers die whatever is done.

    """
    done = store.open()
    progress = Progress(work.jobs)
    for row in store.results():
        progress.before += 1
        progress.endings[row["status"]] += 1
    todo = [number for number in range(work.chunks) if number not in done]
    if todo:
        with _executor(workers, cluster) as (executor, width):
            for number, results in _finished(work, todo, executor, width * AHEAD):
                store.save(number, results)
                progress.done += len(results)
                progress.endings.update(row["status"] for row in results)
                if tell is not None:
                    tell(progress)
    store.write_table()
    return progress


def _finished(
    work: Work, todo: list[int], executor: Executor, ahead: int
) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Hand chunks out, a few at a time, and yield each when it is done."""
    waiting = iter(todo)
    flying: dict[Any, int] = {}
    try:
        while True:
            while len(flying) < ahead and (number := next(waiting, None)) is not None:
                flying[executor.submit(solve_chunk, work.chunk(number))] = number
            if not flying:
                return
            ready, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in ready:
                number = flying.pop(future)
                try:
                    results = future.result()
                except Exception as error:
                    raise SolverFailure(
                        f"A worker ended while it solved chunk {number}: {type(error).__name__}: {error}",
                        "Run the same command again: finished chunks are kept, and it goes on. If memory is short: fewer --workers.",
                    ) from error
                yield number, results
    finally:
        for future in flying:
            future.cancel()


@contextmanager
def _executor(workers: int, cluster: str | None) -> Iterator[tuple[Executor, int]]:
    """Processes here, or the workers of a Dask cluster behind the same interface."""
    if cluster is None:
        pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
        try:
            yield pool, workers
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list((pool._processes or {}).values()):  # a solve cannot be cancelled from outside
                process.terminate()
            raise
        pool.shutdown()
        return
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "A cluster needs the library distributed, which is not installed.",
            "pip install 'spanwise[cluster]'",
        ) from None
    try:
        client = Client(cluster, timeout=5, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"No Dask scheduler answers at {cluster}: {error}",
            "Start one with 'dask scheduler', and workers with 'dask worker'.",
        ) from None
    with client:
        width = max(
            1, sum(info["nthreads"] for info in client.scheduler_info(n_workers=-1)["workers"].values())
        )
        yield client.get_executor(pure=False, retries=TRIES), width
