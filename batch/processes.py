"""Workers on this machine: one process each, which is started anew when it dies."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

from batch.crew import TRIES, Answer
from batch.jobs import Chunk
from models.errors import SolverFailure

READY = "ready"


class Worker:
    """One process and the chunk that it has; one at a time, so that it is plain which chunk a process died of."""

    def __init__(self) -> None:
        self.chunk: Chunk | None = None
        self.deaths = 0  # of processes that had this chunk
        self.false_starts = 0
        self.start()

    def start(self) -> None:
        """Start a process; it says when it is ready."""
        context = multiprocessing.get_context("spawn")
        with _no_interrupt():
            self.pipe, there = context.Pipe()
            self.process = context.Process(target=_live, args=(there,), daemon=True)
            self.process.start()
            there.close()
            self.ready = False

    def give(self, chunk: Chunk) -> None:
        """Hand the chunk out, now or when the process is ready."""
        self.chunk = chunk
        if self.ready:
            self._send()

    def _send(self) -> None:
        with contextlib.suppress(OSError):  # it died; its pipe says so when it is read
            self.pipe.send(self.chunk)

    def hear(self) -> Answer | None:
        """Read what the process has to say, or that it is dead; returns a chunk that is done or given up."""
        try:
            said = self.pipe.recv()
        except (EOFError, OSError):
            return self._dead()
        if isinstance(said, str):
            self.ready, self.false_starts = True, 0
            if self.chunk is not None:
                self._send()
            return None
        return self._done(said)

    def _done(self, results: list[dict[str, Any]] | None) -> Answer | None:
        chunk, self.chunk, self.deaths = self.chunk, None, 0
        return None if chunk is None else (chunk, results)

    def _dead(self) -> Answer | None:
        self.process.join()
        if self.ready and self.chunk is not None:
            self.deaths += 1
        elif not self.ready:
            self.false_starts += 1
        if self.false_starts == TRIES:
            raise SolverFailure(
                f"A worker process ended {TRIES} times before it was ready (exit code {self.process.exitcode}).",
                "If memory is short: fewer --workers. Finished chunks are kept; the same command goes on.",
            )
        self.pipe.close()
        self.start()
        return self._done(None) if self.deaths == TRIES else None

    def end(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Processes:
    """A crew of processes on this machine."""

    def __init__(self, workers: int) -> None:
        self.size = workers
        self.workers: list[Worker] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *ended: object) -> None:
        for worker in self.workers:
            worker.end()

    def wants(self) -> bool:
        """Whether a process is idle or can still be started."""
        return len(self.workers) < self.size or any(worker.chunk is None for worker in self.workers)

    def give(self, chunk: Chunk) -> None:
        """Hand a chunk to an idle process, or to a new one."""
        idle = next((worker for worker in self.workers if worker.chunk is None), None)
        if idle is None:
            idle = Worker()
            self.workers.append(idle)
        idle.give(chunk)

    def take(self) -> Iterator[Answer]:
        """Wait until a process has something to say; those that died are started anew with the chunk they had."""
        by_pipe = {worker.pipe: worker for worker in self.workers}
        for pipe in wait(list(by_pipe)):
            answer = by_pipe[pipe].hear()  # type: ignore[index]
            if answer is not None:
                yield answer


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Hold Ctrl-C back; a process started meanwhile never hears it, not even while it still imports."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # at its own start it would let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live(pipe: Connection) -> None:
    """Be a worker: solve what comes; end with the process that started this one, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the first process decides
    # HiGHS is called beside the main thread: from within it every run would get a thread of its own, for Ctrl-C.
    threading.Thread(target=_serve, args=(pipe,), daemon=True).start()
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _serve(pipe: Connection) -> None:
    try:
        from batch.work import solve_chunk

        with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # nobody is there any more
            pipe.send(READY)
            while True:
                pipe.send(solve_chunk(pipe.recv()))
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(1)
