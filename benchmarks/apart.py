"""A measurement in a process of its own: the peak of memory is that of one way, a crash is a row, and patience ends."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.peak import peak_mb

if TYPE_CHECKING:
    from benchmarks.instances import Instance


@contextmanager
def laid_out(it: Instance) -> Iterator[Path]:
    """Lay an instance out on disk for the processes: the district, also as a folder, and the matrix for bare HiGHS."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "district.pickle").write_bytes(pickle.dumps(it.district))
        context = multiprocessing.get_context("spawn")
        writer = context.Process(target=_write, args=(place,))
        writer.start()
        writer.join()
        yield place


def _write(place: Path) -> None:
    from benchmarks.bare import write_matrix
    from benchmarks.ways import district_of
    from datafiles.folder import write_district

    write_matrix(district_of(place), place / "matrix.npz")
    write_district(district_of(place), place / "folder")  # here, lest a measurement bear the memory of it


def measure(name: str, place: Path, warm: Path, patience: float) -> dict[str, Any]:
    """Run a way once; its figures and peak, or `error` in words, with the peak until then."""
    return answer_of(_way, name, place, warm, patience=patience)


def answer_of(run: Callable[..., dict[str, Any]], *arguments: Any, patience: float) -> dict[str, Any]:
    """Call a function in a process of its own: its answer, or `error` in words."""
    from optimizer.apart import apart  # not in the new process, whose memory is that of one way alone

    answer: dict[str, Any] = apart(
        _child,
        run,
        arguments,
        patience=patience,
        late=lambda process: {"error": f"more than {patience:,.0f} s", "peak": peak_mb(process)},
        died=lambda: {"error": "the process ended by itself"},
    )
    return answer


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.killpg(0, signal.SIGKILL)


def _child(pipe: Any, run: Callable[..., dict[str, Any]], arguments: tuple[Any, ...]) -> None:
    os.setsid()  # what it starts, as PuLP does CBC, ends with it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.dup2(2, 1)  # solvers print
    try:
        pipe.send(run(*arguments))
    except Exception as error:
        pipe.send({"error": f"{type(error).__name__}: {error}".splitlines()[0]})
    pipe.close()
    signal.pause()  # until it is killed with all that it started


def _way(name: str, place: Path, warm: Path) -> dict[str, Any]:
    from benchmarks.ways import WAYS

    way = WAYS[name]
    way.run(warm, way.argument)  # libraries are loaded before the clock starts
    gc.collect()  # a collection of what loading them left takes as long as a small district
    return way.run(place, way.argument) | {"peak": peak_mb()}
