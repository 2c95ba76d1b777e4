"""Independent blocks solved side by side: one HiGHS session a thread, each block started from its neighbour's basis.

Only the last stage couples the blocks, through the one row that holds the first stage's value. Give coverage a price,
and the row is gone: every block minimises spending − price × coverage. At a high price a block gives up next to no coverage, so
that one run serves both stages: the first is then a few steps of primal simplex away, or none. The price is brought
down until the blocks together give up the 10⁻⁶ that the hold leaves, which only the few blocks notice where coverage is
dearest; with it the duals make one certificate of the whole matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.status import Status
from optimizer.blocks import Block
from optimizer.certificate import certify, unsupported
from optimizer.chains import chains_of
from optimizer.crew import forest_of, visit_all, worth
from optimizer.matrix import Matrix
from optimizer.objectives import HOLD, Stage
from optimizer.staging import Options, Reached

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

TRUSTED = 1e-9  # relative error of a dual that is taken as it is
DEAR = (
    30.0  # first price of coverage over the average spending of a pupil; measured with benchmarks/blocks.py
)
RAISE = 8.0  # factor of the price while blocks give up too much
DEAREST = 1e12  # times the first price, where raising ends
FAINT = 1e-10  # of a block's coverage: what it gives up without having given up anything


@dataclass(frozen=True, eq=False)
class _Answer:
    """A block's optimum at a price: its point and duals, and the coverage given up and dollars saved against the base."""

    point: Array
    dual: Array
    given: float = 0.0
    saved: float = 0.0


@dataclass(eq=False)
class _Part:
    """What is known of one block: the results of the first stage, and its optimum at the price it was asked at.

    That optimum stays the best down to the price `low`; down to there, and above where nothing was given up, the
    duals change with the price in the direction of the first stage's.
    """

    block: Block
    matrix: Matrix
    cover: Array  # coefficients of the first stage's vector, the greater the better
    spend: Array
    basis: Any = None
    reached: float = 0.0
    cover_point: Array = field(default_factory=lambda: np.zeros(0))
    cover_dual: Array = field(default_factory=lambda: np.zeros(0))
    price: float | None = None
    point: Array = field(default_factory=lambda: np.zeros(0))
    dual: Array = field(default_factory=lambda: np.zeros(0))
    low: float = 0.0
    iterations: int = 0

    @property
    def given(self) -> float:
        """Coverage that the optimum at the price gives up."""
        given = self.reached - float(self.cover @ self.point)
        return 0.0 if given <= FAINT * (1.0 + abs(self.reached)) else given

    def dual_at(self, price: float) -> Array:
        """Duals at another price that leaves the point the best."""
        assert self.price is not None
        return self.dual + (price - self.price) * self.cover_dual

    def clip(self, point: Array) -> Array:
        """A point within the bounds, to the last digit."""
        return np.clip(point, self.matrix.column_lower, self.matrix.column_upper)


@dataclass(frozen=True, eq=False)
class _Offer:
    """All blocks at one price of coverage: coverage given up, dollars saved, and the answers of those that move."""

    price: float
    moved: dict[_Part, _Answer] = field(default_factory=dict)

    @property
    def given(self) -> float:
        return sum(answer.given for answer in self.moved.values())

    @property
    def saved(self) -> float:
        return sum(answer.saved for answer in self.moved.values())

    def of(self, part: _Part) -> _Answer:
        """A block's optimum at this price."""
        return self.moved.get(part) or _Answer(part.point, part.dual_at(self.price))


class SideBySide:
    """Blocks over the threads; for the objective `expected` alone, whose stages are sums over blocks."""

    method = "simplex, blocks"

    def __init__(
        self, matrix: Matrix, blocks: Sequence[Block], stages: Sequence[Stage], options: Options
    ) -> None:
        self.matrix, self.options = matrix, worth(options, matrix.shape[1], len(blocks))
        self.first_stage, self.last_stage = stages
        self.block_count = len(blocks)
        cover, spend = self.first_stage.vector, self.last_stage.cost
        self._parts = [
            _Part(block, block.matrix, cover[block.columns], spend[block.columns]) for block in blocks
        ]
        self._parents = forest_of(chains_of(blocks), [block.shape_key for block in blocks])
        self._row_block = np.zeros(matrix.shape[0], dtype=np.int64)
        self._column_block = np.zeros(matrix.shape[1], dtype=np.int64)
        for number, block in enumerate(blocks):
            self._row_block[block.rows] = number
            self._column_block[block.columns] = number
        self._price = 0.0

    def restrict(self, column_upper: Array) -> None:
        """Set the upper bounds of the columns; bases are kept as starts."""
        self.matrix = self.matrix.replace(column_upper=column_upper)
        for part in self._parts:
            part.matrix = part.block.matrix.replace(column_upper=column_upper[part.block.columns])

    # ---- stages ------------------------------------------------------------------------------------------------

    def first(self) -> Reached:
        """Solve the first stage of every block, and on the way all of them at the first price."""
        self.options.tell(f"Stage 1 of 2: {self.first_stage.name} ({self.block_count:,} blocks)")
        if not self._price:
            self._open()
        visit_all(self._parents, self._solve_both, self.options)
        point = self._gather("cover_point")
        return Reached(
            self.first_stage,
            self.first_stage.value(point),
            point,
            self._gather("cover_dual"),
            (),
            np.zeros(0),
            sum(part.iterations for part in self._parts),
        )

    def at_best(self, column_upper: Array) -> float:
        """See `Way`: nothing is known."""
        return self.first_stage.ideal

    def rest(self, reached: Reached) -> list[Reached]:
        """Bring the price of coverage down to where the blocks give up what the hold leaves."""
        self.options.tell(f"Stage 2 of 2: {self.last_stage.name} ({self.block_count:,} blocks)")
        before = sum(part.iterations for part in self._parts)
        slack = HOLD * self.first_stage.scale
        self._raise(slack)
        self._find_lows()
        price = self._settle(slack)
        point = self._gather("point")
        return [
            Reached(
                self.last_stage,
                self.last_stage.value(point),
                point,
                self._gather("dual"),
                ((self.first_stage, self.first_stage.bound(reached.value)),),
                np.array([price]),
                sum(part.iterations for part in self._parts) - before,
            )
        ]

    def _open(self) -> None:
        """Solve the first stage of the blocks that start without a neighbour; what they spend sets the first price."""
        roots = [number for number, parent in enumerate(self._parents) if parent < 0]
        visit_all([-1] * len(roots), lambda session, k: _cover(session, self._parts[roots[k]]), self.options)
        first = [self._parts[number] for number in roots]
        spent = sum(abs(float(part.spend @ part.cover_point)) for part in first)
        pupils = self.first_stage.scale * len(first) / self.block_count
        self._price = DEAR * spent / pupils if spent > 0 else 1.0

    def _solve_both(self, session: Any, number: int) -> None:
        """A block at the first price, from its own basis or its parent's, and then its first stage."""
        part = self._parts[number]
        start = part.basis
        if start is None and self._parents[number] >= 0:
            start = self._parts[self._parents[number]].basis
        fresh = part.basis is not None and part.price is None  # the root of a chain, from its first stage
        session.load(part.matrix, start)
        part.iterations = 0
        _ask(session, part, self._price, "primal" if fresh else "simplex")
        part.basis = session.basis
        _cover(session, part, "primal")

    # ---- the price of coverage ---------------------------------------------------------------------------------

    def _raise(self, slack: float) -> None:
        """Raise the price for the blocks that give up coverage until all together give up no more than the slack."""
        price = self._price
        while sum(part.given for part in self._parts) > slack and price < DEAREST * self._price:
            price *= RAISE

            def again(session: Any, part: _Part, price: float = price) -> None:
                session.load(part.matrix, part.basis)
                _ask(session, part, price, "primal")
                part.basis = session.basis

            self._each([part for part in self._parts if part.given > 0], again)
        for part in self._parts:
            part.price = price if part.given > 0 else part.price

    def _find_lows(self) -> None:
        """Find down to which price every block's point stays the best with duals on the first stage's line."""
        price = np.array([part.price for part in self._parts])
        given = np.array([part.given for part in self._parts])
        point, dual, slope = (self._gather(name) for name in ("point", "dual", "cover_dual"))
        matrix, cover = self.matrix, self.first_stage.vector
        turned = matrix.A.T
        cost = self.last_stage.cost - price[self._column_block] * cover
        activity = matrix.A @ point
        drop = np.full(self.block_count, np.inf)
        for block, own, along, value, lower, upper, size in (
            (self._column_block, cost - turned @ dual, -cover - turned @ slope, point,
             matrix.column_lower, matrix.column_upper, 1.0 + np.abs(cost)),
            (self._row_block, dual, slope, activity, matrix.row_lower, matrix.row_upper, 1.0 + np.abs(dual)),
        ):  # fmt: skip
            np.minimum.at(drop, block, _room(own, along, value, lower, upper, 1e-9 * size))
        lows = np.where(given > 0, price, np.maximum(price - drop, 0.0))
        for part, low in zip(self._parts, lows.tolist()):
            part.low = low

    def _settle(self, slack: float) -> float:
        """Give up the slack of the hold where coverage is dearest, and return the one price that all blocks then share.

        Going down from the highest price, the blocks give up too little (`above`) and then too much (`below`); where
        the two save the same net of the price, no other point saves more, and a mixture of the two gives up the slack
        to the point.
        """
        slack -= sum(part.reached - float(part.cover @ part.point) for part in self._parts)
        highest = max(part.price or 0.0 for part in self._parts)
        ranked = np.sort([part.low for part in self._parts])[::-1].tolist()
        above, rank = _Offer(highest), 0
        below = self._offer(ranked[0] if ranked[0] < highest else ranked[0] / 2.0)
        while below.given < slack and below.price > 0:
            above, rank = below, 3 * rank + 2
            below = self._offer(min(below.price / 1.5, ranked[rank]) if rank < len(ranked) else 0.0)
        between, share = below, 1.0  # coverage that costs nothing
        if below.given > slack:
            for _ in range(100):
                share = (slack - above.given) / (below.given - above.given)
                price = max(0.0, (below.saved - above.saved) / (below.given - above.given))
                net = above.saved - price * above.given
                between = self._offer(price, above, below)
                if between.saved - price * between.given <= net + 1e-9 * (1.0 + abs(net)):
                    break
                above, below = (between, below) if between.given <= slack else (above, between)
        for part in self._parts:
            part.dual = between.of(part).dual
            part.point = share * below.of(part).point + (1.0 - share) * above.of(part).point
            part.price = between.price
        self._mend(between.price)
        return between.price

    def _offer(self, price: float, above: _Offer | None = None, below: _Offer | None = None) -> _Offer:
        """All blocks at a price; a block that answers the same at two prices around it is not asked again."""
        moved: dict[_Part, _Answer] = {}
        asked = []
        for part in self._parts:
            if part.low <= price:
                continue
            if above is not None and below is not None and part in below.moved:
                one, other = above.of(part), below.of(part)
                if other.given - one.given <= FAINT * (1.0 + abs(part.reached)):
                    share = (above.price - price) / (above.price - below.price)
                    moved[part] = replace(other, dual=share * other.dual + (1.0 - share) * one.dual)
                    continue
            asked.append(part)

        def ask(session: Any, part: _Part) -> None:
            moved[part] = self._at_price(session, part, price)

        self._each(asked, ask)
        return _Offer(price, {part: moved[part] for part in self._parts if part in moved})

    def _at_price(self, session: Any, part: _Part, price: float) -> _Answer:
        session.load(part.matrix, part.basis)
        solution = session.minimise(part.spend - price * part.cover, method="primal")
        point, dual, _ = solution.require("the district")
        point = part.clip(point)
        part.iterations += solution.iterations
        change = part.point - point
        return _Answer(point, dual, float(part.cover @ change), float(part.spend @ change))

    def _mend(self, price: float) -> None:
        """Solve again for the duals of blocks where rounding has crept into them."""
        cost = self.last_stage.cost - price * self.first_stage.vector
        wrong = self._dual_error(cost) > TRUSTED

        def again(session: Any, part: _Part) -> None:
            other = self._at_price(session, part, price).dual
            own = part.spend - price * part.cover
            part.dual = min(
                part.dual, other, key=lambda dual: certify(part.matrix, own, part.point, dual).dual or 0.0
            )

        self._each([part for part, bad in zip(self._parts, wrong) if bad], again)

    def _dual_error(self, cost: Array) -> Array:
        """Relative error of every block's duals, as in its certificate; axis (block)."""
        matrix, dual = self.matrix, self._gather("dual")
        turned = matrix.A.T
        reduced = cost - turned @ dual
        size = 1.0 + np.abs(cost) + matrix.sizes.T @ np.abs(dual)
        error = np.zeros(self.block_count)
        for block, own, lower, upper, scale in (
            (self._column_block, reduced, matrix.column_lower, matrix.column_upper, size),
            (self._row_block, dual, matrix.row_lower, matrix.row_upper, 1.0 + np.abs(dual)),
        ):
            np.maximum.at(error, block, unsupported(own, lower, upper) / scale)
        return error

    # ---- all blocks --------------------------------------------------------------------------------------------

    def _each(self, parts: Sequence[_Part], visit: Callable[[Any, _Part], None]) -> None:
        if parts:
            visit_all([-1] * len(parts), lambda session, k: visit(session, parts[k]), self.options)

    def _gather(self, name: str) -> Array:
        rows = name in ("dual", "cover_dual")
        whole = np.zeros(self.matrix.shape[0] if rows else self.matrix.shape[1])
        for part in self._parts:
            whole[part.block.rows if rows else part.block.columns] = getattr(part, name)
        return whole


def _cover(session: Any, part: _Part, method: str = "simplex") -> None:
    """The first stage of a block, from the model at hand or, at a root, from nothing."""
    if method == "simplex":
        session.load(part.matrix)
    solution = session.minimise(-part.cover, method=method)
    point, part.cover_dual, _ = solution.require("the district")
    part.cover_point = part.clip(point)
    part.reached = float(part.cover @ part.cover_point)
    part.iterations += solution.iterations
    if part.basis is None:
        part.basis = session.basis


def _ask(session: Any, part: _Part, price: float, method: str) -> None:
    """A block's optimum at a price."""
    cost = part.spend - price * part.cover
    solution = session.minimise(cost, method=method)
    if solution.status is Status.FAILED:  # the plain first stage says whether there is a plan at all
        _cover(session, part)
        solution = session.minimise(cost, method="primal")
    point, part.dual, _ = solution.require("the district")
    part.point, part.price = part.clip(point), price
    part.iterations += solution.iterations


def _room(own: Array, along: Array, value: Array, lower: Array, upper: Array, tolerance: Array) -> Array:
    """How far duals may go against a direction before one of them pushes against a side that it does not touch."""
    near = 1e-9 * (1.0 + np.abs(value))
    positive, negative = value <= lower + near, value >= upper - near  # signs that a dual may have
    with np.errstate(divide="ignore", invalid="ignore"):
        down = np.where(~negative & (along > tolerance), (own + tolerance) / along, np.inf)
        up = np.where(~positive & (along < -tolerance), (own - tolerance) / along, np.inf)
    return np.asarray(np.maximum(np.minimum(down, up), 0.0))
