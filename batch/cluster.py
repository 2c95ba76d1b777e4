"""Workers of a Dask cluster."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

from batch.crew import TRIES, Answer
from batch.jobs import Chunk
from models.errors import InputError, SolverFailure, SpanwiseError

AHEAD = 3  # chunks in flight a thread of a worker: enough to keep it busy, few enough to keep memory flat
PATIENCE = 30.0  # seconds to wait for a worker, and for a scheduler that does not answer
LOOK = 5.0  # seconds between looks at who is there
UNDONE = "pending", "lost"  # lost: a worker died with the result, and another one solves it again


class Cluster:
    """The workers behind a Dask scheduler; more may join, and some may die, while it runs.

    Raises
    ------
    InputError
        On entry: distributed is not installed, no scheduler answers, or it has no workers.
    SolverFailure
        The scheduler went away or is frozen, all workers are gone, or one cannot solve at all.

    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._client: Any = None
        self._flying: dict[Any, Chunk] = {}
        self._width = 0  # threads of all workers, when last looked
        self._looked = 0.0
        self._answered = self._manned = time.monotonic()  # when the scheduler answered last, and had workers
        self._woken = threading.Event()

    def __enter__(self) -> Cluster:
        try:
            from distributed import Client
        except ImportError:
            raise InputError(
                "A cluster needs the library distributed, which is not installed.",
                "pip install 'spanwise[cluster]'",
            ) from None
        noisy = "distributed", "distributed.client", "distributed.core", "distributed.utils", "asyncio"
        for name in noisy:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # its tracebacks are not for planners
        self._client = Client.__new__(Client)  # in two steps, to have it in hand where the second one fails
        try:
            Client.__init__(self._client, self.address, timeout=5, set_as_default=False)
        except Exception as error:  # what a wrong address raises differs from one to the next
            self._client.status = "closed"  # else it closes itself when it is forgotten, with a traceback
            raise InputError(
                f"No Dask scheduler answers at {self.address or 'a blank address'}: {error}",
                "Start one with 'dask scheduler', and workers with 'dask worker'.",
            ) from None
        started = time.monotonic()
        while not self._count():
            if time.monotonic() - started > PATIENCE:
                self._close()
                if self._answered < started:
                    raise self._lost(f"has not answered for {PATIENCE:.0f} seconds")
                raise InputError(
                    f"The Dask scheduler at {self.address} has no workers.",
                    f"Start some where spanwise[cluster] is installed: dask worker {self.address}",
                )
            time.sleep(0.2)
        return self

    def __exit__(self, *ended: object) -> None:
        for future in self._flying:
            future.release()
        self._close()

    def _close(self) -> None:
        with contextlib.suppress(Exception):  # a scheduler that does not answer cannot say goodbye
            self._client.close(timeout=2)
        self._client.status = "closed"  # else it is tried once more, with a traceback, when the program ends

    def wants(self) -> bool:
        """Whether the workers that are there now have less than their due ahead."""
        self._look()
        return len(self._flying) < AHEAD * max(1, self._width)

    def _look(self) -> None:
        """Look now and then who is there; ends the batch when nobody has been for too long."""
        if self._client.status in ("closed", "closing"):
            raise self._lost("went away")
        if time.monotonic() - self._looked < LOOK:
            return
        self._count()
        self._looked = time.monotonic()
        if self._looked - self._answered > PATIENCE:
            raise self._lost(f"has not answered for {PATIENCE:.0f} seconds")
        if self._answered - self._manned > PATIENCE:
            raise SolverFailure(
                f"The Dask scheduler at {self.address} has had no workers for {PATIENCE:.0f} seconds.",
                f"Finished chunks are kept; start workers (dask worker {self.address}), and the same command goes on.",
            )

    def _count(self) -> int:
        """Ask the scheduler for its workers' threads; it may be frozen, so not for long."""
        try:
            ask = self._client.scheduler.ncores
            self._width = sum(self._client.sync(ask, callback_timeout=LOOK).values())
        except Exception:  # whatever the network says; how long it has said so decides
            self._width = 0
        else:
            self._answered = time.monotonic()
            self._manned = self._answered if self._width else self._manned
        return self._width

    def give(self, chunk: Chunk) -> None:
        """Send a chunk; when its worker dies, Dask gives it to another one, a few times."""
        from batch.work import solve_chunk

        future = self._client.submit(solve_chunk, chunk, pure=False, retries=TRIES)
        future.add_done_callback(lambda _: self._woken.set())
        self._flying[future] = chunk

    def take(self) -> Iterator[Answer]:
        """Wait until a chunk is done or given up."""
        while not (ready := [future for future in self._flying if future.status not in UNDONE]):
            self._woken.wait(1.0)
            self._woken.clear()
            self._look()
        for future in ready:
            chunk = self._flying.pop(future)
            yield chunk, self._results(future, chunk)

    def _results(self, future: Any, chunk: Chunk) -> list[dict[str, Any]] | None:
        from distributed import CancelledError
        from distributed.scheduler import KilledWorker

        while True:
            if future.status == "cancelled":
                raise self._lost("went away")
            try:
                results: list[dict[str, Any]] = future.result(timeout=PATIENCE)
            except KilledWorker:
                return None
            except TimeoutError:  # the worker died with it; another one solves it again, if there is one
                self._look()
            except SpanwiseError:
                raise
            except (OSError, CancelledError):
                raise self._lost("went away") from None
            except Exception as error:
                raise SolverFailure(
                    f"A worker of the cluster cannot solve chunk {chunk.number}: {type(error).__name__}: {error}",
                    "Every worker needs this version of Spanwise: pip install 'spanwise[cluster]'",
                ) from error
            else:
                return results

    def _lost(self, how: str) -> SolverFailure:
        return SolverFailure(
            f"The Dask scheduler at {self.address} {how}.",
            "Finished chunks are kept; start it again, and the same command goes on.",
        )
