"""The blocks of a model in whole positions, and their search side by side on the threads at hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.errors import Interrupted, SpanwiseError
from optimizer.blocks import Block, independent_blocks
from optimizer.formulation import Model
from optimizer.objectives import Stage
from optimizer.rounding import Part, Runner
from optimizer.staging import Options

if TYPE_CHECKING:
    from optimizer.solution import Solution
    from optimizer.solvers.highs import Session

Array = NDArray[np.float64]
Visit = Callable[[Part, float | None, float, Runner], None]


def steps_per_column(model: Model, step: float) -> Array:
    """FTE of one unit of each column: the step for positions, 1 for all others."""
    factor = np.ones(model.lp.matrix().shape[1])
    factor[model.q.index[model.q.index >= 0]] = step
    return factor


def parts_of(model: Model, stages: list[Stage], step: float, upper: Array, relaxed: Array) -> list[Part]:
    """Split the model in whole positions into its blocks; `relaxed` is the LP's plan for the first stage.

    Only the objective `expected` is a sum over blocks; with another one the model is one part.
    """
    from scipy.sparse import diags_array

    matrix = model.lp.matrix()
    factor = steps_per_column(model, step)
    year = np.zeros(matrix.shape[1], dtype=np.int64)
    for block in (model.q, model.o):
        present = block.index >= 0
        year[block.index[present]] = np.broadcast_to(model.tree.year, block.index.shape)[present]
    counted = matrix.replace(
        A=(matrix.A @ diags_array(factor)).tocsc(), column_upper=upper / factor, integer=year > 0
    )
    need = np.full(matrix.shape[1], -1, dtype=np.int64)
    need[model.q.index] = model.lp.rules["positions"].index
    every = Block(np.arange(matrix.shape[0]), np.arange(matrix.shape[1]), counted, 0)
    blocks = independent_blocks(counted) if len(stages) <= 2 else [every]
    return [
        Part(
            matrix=block.matrix,
            columns=block.columns,
            costs=[(stage.cost * factor)[block.columns] for stage in stages],
            give=[stage.give * stage.scale / len(blocks) for stage in stages],
            year=year[block.columns],
            need=_within(need[block.columns], block.rows),
            step=step,
            relaxed=float(stages[0].cost[block.columns] @ relaxed[block.columns]),
        )
        for block in blocks
    ]


def _within(rows: NDArray[np.int64], own: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers of rows inside a block that has these rows of the whole model, ascending; -1 stays."""
    return np.where(rows >= 0, np.searchsorted(own, rows), -1)


def side_by_side(
    parts: list[Part],
    visit: Visit,
    seconds: float | None,
    gap: float,
    options: Options,
    lost: Callable[[], bool] = lambda: False,
) -> None:
    """Visit all parts within some seconds, the small ones first, so that what they leave goes to the large ones.

    Parts that are not begun when `lost` turns true are left out.

    Raises
    ------
    Interrupted
        Ctrl-C; every run is stopped first.

    """
    threads = max(1, min(options.threads, len(parts)))
    ends = None if seconds is None else time.monotonic() + seconds
    ordered = sorted(parts, key=lambda part: int(part.integers.size))
    running: set[Session] = set()
    waiting, stopped, lock = len(parts), threading.Event(), threading.Lock()

    def run(session: Session, cost: Array, own_gap: float | None) -> Solution:
        with lock:
            if stopped.is_set():
                raise Interrupted("The solve was interrupted; there is no plan.", "Run it again.")
            running.add(session)
        try:
            return session.minimise(cost, interruptible=True, gap=own_gap, doubt=own_gap is not None)
        finally:
            with lock:
                running.discard(session)

    def one(part: Part) -> None:
        nonlocal waiting
        with lock:
            share = None if ends is None else max(0.0, ends - time.monotonic()) * threads / waiting
            waiting -= 1
        if not lost():
            left = None if ends is None else max(0.0, ends - time.monotonic())
            visit(part, None if share is None or left is None else max(0.01, min(share, left)), gap, run)

    if threads == 1:
        for part in ordered:
            one(part)
        return
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(one, part) for part in ordered]
        try:
            errors = [future.exception() for future in futures]
        except KeyboardInterrupt:
            stopped.set()
            with lock:
                for session in running:
                    session.stop()
            raise
    failed = [error for error in errors if error is not None]
    for error in failed:
        if not isinstance(error, SpanwiseError):
            raise error
    if failed:
        raise failed[0]
