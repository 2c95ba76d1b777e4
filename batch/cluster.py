"""Workers of a Dask cluster."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

from batch.crew import TRIES, Answer
from batch.jobs import Chunk
from models.errors import InputError, SolverFailure, SpanwiseError

AHEAD = 3  # chunks in flight a thread of a worker: enough to keep it busy, few enough to keep memory flat
PATIENCE = 30.0  # seconds to wait for a first worker, and for a scheduler that went away
LOOK = 5.0  # seconds between looks at who is there
UNDONE = "pending", "lost"  # lost: a worker died with the result, and another one solves it again


class Cluster:
    """The workers behind a Dask scheduler; more may join, and some may die, while it runs.

    Raises
    ------
    InputError
        On entry: distributed is not installed, no scheduler answers, or it has no workers.
    SolverFailure
        The scheduler went away, or a worker cannot solve at all.

    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._flying: dict[Any, Chunk] = {}
        self._width = 0
        self._looked = 0.0
        self._woken = threading.Event()

    def __enter__(self) -> Cluster:
        try:
            from distributed import Client
        except ImportError:
            raise InputError(
                "A cluster needs the library distributed, which is not installed.",
                "pip install 'spanwise[cluster]'",
            ) from None
        for name in ("distributed", "distributed.client", "distributed.core", "distributed.utils"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # its tracebacks are not for planners
        try:
            self._client = Client(self.address, timeout=5, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(
                f"No Dask scheduler answers at {self.address}: {error}",
                "Start one with 'dask scheduler', and workers with 'dask worker'.",
            ) from None
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            self._client.close()
            raise InputError(
                f"The Dask scheduler at {self.address} has no workers.",
                f"Start some where spanwise[cluster] is installed: dask worker {self.address}",
            ) from None
        return self

    def __exit__(self, *ended: object) -> None:
        for future in self._flying:
            future.release()
        self._client.close(timeout=2)

    def wants(self) -> bool:
        """Whether the workers that are there now have less than their due ahead."""
        return len(self._flying) < AHEAD * max(1, self._threads())

    def _threads(self) -> int:
        if time.monotonic() - self._looked > LOOK:
            try:
                self._width = sum(self._client.nthreads().values())
            except Exception:  # whatever the network says; `take` finds out whether the scheduler is gone
                self._width = 0
            self._looked = time.monotonic()
        return self._width

    def give(self, chunk: Chunk) -> None:
        """Send a chunk; when its worker dies, Dask gives it to another one, a few times."""
        from batch.work import solve_chunk

        future = self._client.submit(solve_chunk, chunk, pure=False, retries=TRIES)
        future.add_done_callback(lambda _: self._woken.set())
        self._flying[future] = chunk

    def take(self) -> Iterator[Answer]:
        """Wait until a chunk is done or given up."""
        gone: float | None = None
        while not (ready := [future for future in self._flying if future.status not in UNDONE]):
            self._woken.wait(1.0)
            self._woken.clear()
            if self._client.status == "running":
                gone = None
            else:
                gone = gone or time.monotonic()
                if time.monotonic() - gone > PATIENCE or self._client.status in ("closed", "closing"):
                    raise self._lost()
        for future in ready:
            chunk = self._flying.pop(future)
            yield chunk, self._results(future, chunk)

    def _results(self, future: Any, chunk: Chunk) -> list[dict[str, Any]] | None:
        from distributed.scheduler import KilledWorker

        if future.status == "cancelled":
            raise self._lost()
        try:
            results: list[dict[str, Any]] = future.result(timeout=PATIENCE)
        except KilledWorker:
            return None
        except SpanwiseError:
            raise
        except (OSError, TimeoutError):
            raise self._lost() from None
        except Exception as error:
            raise SolverFailure(
                f"A worker of the cluster cannot solve chunk {chunk.number}: {type(error).__name__}: {error}",
                "Every worker needs this version of Spanwise: pip install 'spanwise[cluster]'",
            ) from error
        return results

    def _lost(self) -> SolverFailure:
        return SolverFailure(
            f"The Dask scheduler at {self.address} went away.",
            "Finished chunks are kept; start it again, and the same command goes on.",
        )
