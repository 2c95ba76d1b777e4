"""Independent blocks solved side by side: one HiGHS session a thread, each block started from its neighbour's basis.

Only the last stage couples the blocks, through the one row that holds the first stage's value. Each block first holds
its own part of it; then the blocks where coverage is dearest give up the 10⁻⁶ that the hold leaves, down to one price of
coverage, and the duals of the others are raised to that price with the duals of their first stage (sums of dual feasible
points stay dual feasible), so that the certificate is one of the whole matrix.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import Interrupted, NoPlan
from models.status import Status
from optimizer.blocks import Block
from optimizer.certificate import certify
from optimizer.matrix import Matrix
from optimizer.objectives import HOLD, Stage
from optimizer.staging import Options, Reached

Array = NDArray[np.float64]

TRUSTED = 1e-9  # relative error of a dual that is taken as it is


@dataclass(eq=False)
class _Part:
    """What is known of one block: its columns' upper bounds and the results of both stages."""

    block: Block
    matrix: Matrix
    cover: Array  # coefficients of the first stage's vector, the greater the better
    spend: Array
    basis: Any = None
    reached: float = 0.0
    cover_dual: Array = field(default_factory=lambda: np.zeros(0))
    point: Array = field(default_factory=lambda: np.zeros(0))
    dual: Array = field(default_factory=lambda: np.zeros(0))
    price: float = 0.0
    iterations: int = 0

    def raised_dual(self, price: float) -> Array:
        """Duals of the last stage at a higher price of coverage: the held point stays optimal."""
        return self.dual + (price - self.price) * self.cover_dual


@dataclass(frozen=True, eq=False)
class _Offer:
    """All blocks at one price of coverage: coverage given up, dollars saved, and points and duals of those that move."""

    price: float
    given: float
    saved: float
    moved: dict[_Part, tuple[Array, Array]]


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
        self._chain(_solve_first, only=lambda part: part.basis is None)
        slack = HOLD * self.first_stage.scale
        most = slack / self.block_count
        self._chain(lambda session, part: _hold_and_spend(session, part, most))
        price = self._settle(slack)
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

    def _settle(self, slack: float) -> float:
        """Give up the slack of the hold where coverage is dearest, and return the one price that all blocks then share.

        At a price a block minimises spending − price × coverage; one whose own price is lower keeps what it holds, so
        only the dearest blocks move. Going down from the highest price, the blocks give up too little (`above`) and
        then too much (`below`); where the two save the same net of the price, no other point saves more, and a
        mixture of the two gives up the slack to the point.
        """
        slack -= sum(part.reached - float(part.cover @ part.point) for part in self._parts)
        ranked = sorted((part.price for part in self._parts), reverse=True)
        above, rank = _Offer(ranked[0], 0.0, 0.0, {}), 1
        below = self._offer(ranked[rank] if rank < len(ranked) else 0.0)
        while below.given < slack and below.price > 0:
            above, rank = below, 2 * rank + 1
            below = self._offer(ranked[rank] if rank < len(ranked) else 0.0)
        between = below
        for _ in range(100):
            if below.given <= slack:  # coverage that costs nothing, or the slack to the point
                between, share = below, 1.0
                break
            share = (slack - above.given) / (below.given - above.given)
            price = max(0.0, (below.saved - above.saved) / (below.given - above.given))
            net = above.saved - price * above.given
            between = self._offer(price)
            if between.saved - price * between.given <= net + 1e-9 * (1.0 + abs(net)):
                break
            above, below = (between, below) if between.given <= slack else (above, between)
        for part in self._parts:
            one, other = (offer.moved.get(part, (part.point, None))[0] for offer in (above, below))
            part.dual = between.moved[part][1] if part in between.moved else self._raised(part, between.price)
            part.point = share * other + (1.0 - share) * one
        return between.price

    def _raised(self, part: _Part, price: float) -> Array:
        """Duals of a block that keeps its point, at a higher price; solved for where rounding would be raised as well."""
        cost = part.spend - price * part.cover
        dual = part.raised_dual(price)
        if (certify(part.matrix, cost, part.point, dual).dual or 0.0) <= TRUSTED:
            return dual
        _, again, _ = self._at_price(part, price)
        return min(dual, again, key=lambda own: certify(part.matrix, cost, part.point, own).dual or 0.0)

    def _at_price(self, part: _Part, price: float) -> tuple[Array, Array, int]:
        """Point, duals and iterations of a block where coverage has a price and nothing is held."""
        from optimizer.solvers.highs import Session

        session = Session(part.matrix, time_limit=self.options.left())
        session.load(part.matrix, part.basis)
        solution = session.minimise(part.spend - price * part.cover, method="primal")
        point, dual, _ = solution.require("the district")
        return np.clip(point, part.matrix.column_lower, part.matrix.column_upper), dual, solution.iterations

    def _offer(self, price: float) -> _Offer:
        """What the blocks whose own price is higher would give up and save at a price."""
        given = saved = 0.0
        moved: dict[_Part, tuple[Array, Array]] = {}
        for part in self._parts:
            if part.price <= price:
                continue
            point, dual, iterations = self._at_price(part, price)
            part.iterations += iterations
            given += float(part.cover @ (part.point - point))
            saved += float(part.spend @ (part.point - point))
            moved[part] = point, dual
        return _Offer(price, given, saved, moved)

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


def _hold_and_spend(session: Any, part: _Part, most: float) -> None:
    """Least spending while the block keeps its own part of the first stage.

    What it reached is known to the solver's tolerance only. Where the solver finds nothing for that reason, it holds a
    trifle less, up to `most`.
    """
    for share in (0.0, 1e-6, 1e-4, 1e-2, 1.0):
        session.load(part.matrix, part.basis)
        session.hold(part.cover, part.reached - share * most)
        solution = session.minimise(part.spend, method="primal")
        if solution.status not in (Status.INFEASIBLE, Status.FAILED):
            break
    point, dual, _ = solution.require("the district")
    part.point = np.clip(point, part.matrix.column_lower, part.matrix.column_upper)
    part.dual, part.price = dual[: part.matrix.shape[0]], max(0.0, float(dual[-1]))
    part.iterations += solution.iterations
