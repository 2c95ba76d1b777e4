"""Independent blocks solved side by side: one HiGHS session a thread, each block started from its neighbour's basis.

Only the last stage couples the blocks, through the one row that holds the first stage's value. Each block first holds
its own part of it; then the block where coverage is dearest is given the 10⁻⁶ that the hold leaves, and the duals of
the others are raised to that price with the duals of their first stage (sums of dual feasible points stay dual
feasible), so that the certificate is one of the whole matrix.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import Interrupted, NoPlan
from optimizer.blocks import Block
from optimizer.matrix import Matrix
from optimizer.objectives import HOLD, Stage
from optimizer.staging import Options, Reached

Array = NDArray[np.float64]


@dataclass(eq=False)
class _Part:
    """What is known of one block: its columns' upper bounds and the results of both stages."""

    block: Block
    matrix: Matrix
    cover: Array  # coefficients of the first stage's vector, the greater the better
    spend: Array
    basis: Any = None
    reached: float = 0.0
    cover_dual: Array | None = None
    point: Array | None = None
    dual: Array | None = None
    price: float = 0.0
    iterations: int = 0


class SideBySide:
    """Blocks in chains over the threads; for the objective `expected` alone, whose stages are sums over blocks."""

    method = "simplex, blocks"

    def __init__(
        self, matrix: Matrix, blocks: Sequence[Block], stages: Sequence[Stage], options: Options
    ) -> None:
        self.matrix, self.options = matrix, options
        self.first_stage, self.last_stage = stages
        self.block_count = len(blocks)
        ordered = sorted(blocks, key=lambda block: (block.shape_key, int(block.columns[0])))
        self._parts = [
            _Part(
                block,
                block.matrix,
                self.first_stage.vector[block.columns],
                self.last_stage.cost[block.columns],
            )
            for block in ordered
        ]
        self._stop = threading.Event()

    def restrict(self, column_upper: Array) -> None:
        """Set the upper bounds of the columns; bases are kept as starts."""
        for part in self._parts:
            part.matrix = part.block.matrix.replace(column_upper=column_upper[part.block.columns])

    def first(self) -> Reached:
        """Solve the first stage of every block."""
        self.options.tell(f"Stage 1 of 2: {self.first_stage.name} ({self.block_count:,} blocks)")
        self._chain(_solve_first)
        point, dual = self._gather("point"), self._gather("cover_dual")
        return Reached(
            self.first_stage,
            self.first_stage.value(point),
            point,
            dual,
            (),
            np.zeros(0),
            sum(part.iterations for part in self._parts),
        )

    def rest(self, reached: Reached) -> list[Reached]:
        """Solve the last stage of every block, each holding its part of the first, then spend what the hold leaves."""
        self.options.tell(f"Stage 2 of 2: {self.last_stage.name} ({self.block_count:,} blocks)")
        self._chain(_solve_first, only=lambda part: part.basis is None or part.cover_dual is None)
        self._chain(_solve_last)
        self._give_away(HOLD * self.first_stage.scale)
        price = max(part.price for part in self._parts)
        for part in self._parts:
            if part.dual is not None and part.cover_dual is not None:
                part.dual = part.dual + (price - part.price) * part.cover_dual
        point = self._gather("point")
        bound = self.first_stage.bound(reached.value)
        return [
            Reached(
                self.last_stage,
                self.last_stage.value(point),
                point,
                self._gather("dual"),
                ((self.first_stage, bound),),
                np.array([price]),
                sum(part.iterations for part in self._parts),
            )
        ]

    def _give_away(self, slack: float) -> None:
        """Give the slack of the hold to the block where a covered pupil is dearest, down to the next one's price."""
        from optimizer.solvers.highs import Session

        ranked = sorted(self._parts, key=lambda part: part.price, reverse=True)
        for part, after in zip(ranked, [*ranked[1:], None]):
            floor = after.price if after is not None else 0.0
            part_slack = slack
            session = Session(part.matrix)
            for _ in range(40):
                session.load(part.matrix, part.basis)
                _hold_and_spend(session, part, part_slack)
                if part.price >= floor * (1 - 1e-9) or part_slack < 1e-6 * slack:
                    break
                part_slack /= 2.0
            slack -= part_slack
            if slack <= 1e-3 * HOLD * self.first_stage.scale:
                return

    def _gather(self, name: str) -> Array:
        rows = name in ("dual", "cover_dual")
        whole = np.zeros(self.matrix.shape[0] if rows else self.matrix.shape[1])
        for part in self._parts:
            whole[part.block.rows if rows else part.block.columns] = getattr(part, name)
        return whole

    def _chain(
        self, visit: Callable[[Any, _Part], None], only: Callable[[_Part], bool] = lambda part: True
    ) -> None:
        """Visit all blocks, in one chain a thread; Ctrl-C stops every chain at its next block."""
        from optimizer.solvers.highs import Session

        parts = [part for part in self._parts if only(part)]
        if not parts:
            return
        self._stop.clear()
        threads = max(1, min(self.options.threads, len(parts) // 4 or 1))
        chains = [list(chain) for chain in np.array_split(np.array(parts, dtype=object), threads)]

        def run(chain: list[_Part]) -> None:
            session = Session(chain[0].matrix, time_limit=self.options.left())
            before: _Part | None = None
            for part in chain:
                if self._stop.is_set():
                    raise Interrupted("The solve was interrupted; there is no plan.", "Run it again.")
                start = part.basis
                if start is None and before is not None and before.block.shape_key == part.block.shape_key:
                    start = before.basis
                session.load(part.matrix, start)
                visit(session, part)
                before = part

        if threads == 1:
            run(chains[0])
            return
        with ThreadPoolExecutor(threads) as pool:
            futures = [pool.submit(run, chain) for chain in chains]
            try:
                errors = [future.exception() for future in futures]
            except KeyboardInterrupt:
                self._stop.set()
                raise
        failed = [error for error in errors if error is not None]
        for error in failed:
            if isinstance(error, NoPlan) or error is failed[-1]:
                raise error


def _solve_first(session: Any, part: _Part) -> None:
    solution = session.minimise(-part.cover, method="simplex")
    point, part.cover_dual, _ = solution.require("the district")
    part.point = np.clip(point, part.matrix.column_lower, part.matrix.column_upper)
    part.basis = session.basis
    part.reached = float(part.cover @ part.point)
    part.iterations = solution.iterations


def _solve_last(session: Any, part: _Part) -> None:
    _hold_and_spend(session, part, 0.0)


def _hold_and_spend(session: Any, part: _Part, slack: float) -> None:
    """Least spending while the block keeps its own part of the first stage, less the slack."""
    session.hold(part.cover, part.reached - slack)
    solution = session.minimise(part.spend, method="primal")
    point, dual, _ = solution.require("the district")
    part.point = np.clip(point, part.matrix.column_lower, part.matrix.column_upper)
    part.dual, part.price = dual[: part.matrix.shape[0]], max(0.0, float(dual[-1]))
    part.iterations += solution.iterations
