"""A measurement in a process of its own: the peak of memory is its own, a crash is an answer, and patience ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any


def apart(
    work: Callable[..., None],
    *arguments: Any,
    patience: float | None,
    late: Callable[[int], Any],
    died: Callable[[], Any],
) -> Any:
    """Return what `work` sends from a new process, or what `late` (of its number) or `died` say in its place.

    `work` gets the end of a pipe before its arguments; its module alone is imported there. The process ends with all
    that it started, if `work` made it a group of its own: PuLP calls some solvers as programs.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=work, args=(there, *arguments), daemon=True)
    worker.start()
    assert worker.pid is not None
    there.close()
    try:
        return here.recv() if here.poll(patience) else late(worker.pid)
    except EOFError:
        return died()
    finally:
        if worker.is_alive():
            try:
                os.killpg(worker.pid, signal.SIGKILL)
            except (AttributeError, OSError):  # not on Windows, or it was no group of its own yet
                worker.kill()
        worker.join()
