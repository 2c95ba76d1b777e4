"""Column generation in a box: blocks answer prices, the master mixes their answers and tries new prices near the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import SolverFailure
from optimizer.chains import Few
from optimizer.decomposition.carrying import Known
from optimizer.decomposition.clearing import Clearing
from optimizer.decomposition.master import RAY, Master
from optimizer.decomposition.pricing import Pricing, Ray
from optimizer.decomposition.problem import Problem
from optimizer.staging import Options

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

CLEARINGS, AGAIN = 40, 3  # answers that may bound nothing before the master goes on, at first and later
MOST = 150  # answers after which a search is given up
MISSING = 1e-9  # of the unit of a coupling row
CLOSED = 1e-5  # of a price's own size, the least width of the box: ties are a little wider
OPENING = 16.0  # growth of the box where only what is missing is left to settle
WORTHLESS = 1e-6  # part of the highest price of its kind below which a price is rounding
IDLE, NEARLY = 4, 1e-6  # answers on end with nothing new, after which a gap that is nearly the target will do
SETTLED = 1e-8  # relative gain of own columns at prices that need no other
OUTGROWN = 1e6  # growth of the box after which prices are said to have no bound
NEAR_LEAST = 0.1  # part of what is missing that the bound may lack where the least is asked for


class Unbounded(Exception):
    """Prices rise without end: the coupling rows ask for more than the blocks have."""


@dataclass(frozen=True, eq=False)
class Found:
    """Where a search ended.

    Attributes
    ----------
    point : mixture of the blocks' points, axis column; the district's own columns are in `own` and, where they are
        columns of the matrix, in the point too
    own : level of the district's own columns in the master
    price, row_dual : prices of the coupling rows, and what the blocks answered to them as duals of all rows
    value, bound, missing : cost of the mixture, Lagrangian bound, and what the mixture lacks in the coupling rows
    known : the points in the mixture, for searches to come

    """

    point: Array
    own: Array
    price: Array
    row_dual: Array
    value: float
    bound: float
    missing: float
    known: list[Known]
    iterations: int
    answers: int

    @property
    def gap(self) -> float:
        """Relative distance of value and bound."""
        return (self.value - self.bound) / (1.0 + abs(self.value))


class Search:
    """A search for the prices of one problem, among all blocks or some that stand for all.

    Parameters
    ----------
    problem, pricing
        The stage and its blocks.
    few
        Blocks that take part and stand for all; every block once when not given.

    """

    def __init__(
        self,
        problem: Problem,
        pricing: Pricing,
        options: Options,
        few: Few | None = None,
    ) -> None:
        self.problem, self.pricing, self.options = problem, pricing, options
        self.chosen = np.arange(problem.block_count) if few is None else few.chosen
        self._only = None if few is None else [int(number) for number in few.chosen]
        self._weight = np.zeros(problem.block_count)
        self._weight[self.chosen] = 1.0 if few is None else few.weight
        self._points: list[Array] = []
        self._use: list[tuple[Array, Array, Flags]] = []  # cost, use and presence by block
        self._rays: list[Ray] = []
        self._clearing = Clearing(problem)
        self._bound = -np.inf
        self._best, self._dual = np.zeros(0), np.zeros(0)
        self._iterations = self._answers = 0

    def run(
        self,
        price: Array,
        spread: float,
        target: float,
        known: Sequence[Known] = (),
        patience: int | None = None,
        outgrown: float = OUTGROWN,
    ) -> Found:
        """Search from first prices, trusted to a part `spread`, until value and bound are within `target` (relative).

        With some patience, the best prices after so many answers will do. Prices are said to rise without end where the box has
        `outgrown` their size.

        Raises
        ------
        Unbounded
            Prices rise without end.
        NoPlan, SolverFailure, Interrupted
            A block has no point; the solver failed or prices did not settle; Ctrl-C.

        """
        size = self._size(price)
        self._ask_near(price, size, CLEARINGS)
        master = self._master(known, price)
        width, way = spread * size, np.zeros(price.size)
        least, gained, stuck, settled, idle = CLOSED * size, True, False, False, 0
        while True:
            centre = self._best if self._best.size else price
            master.set_box(centre, width)
            master.solve(self.options.left())
            ahead = master.value - self._bound
            moved = master.price - centre
            edge = np.abs(moved) >= 0.99 * width
            self._trace(master, width / size)
            near = ahead <= target * (1.0 + abs(master.value))
            if near and master.shortage > MISSING:  # these rows need a wider box, now and later
                short = edge | (master.missing > MISSING)
                width = np.where(short, OPENING * width, width)
                least = np.where(short, width, least)
                if (width > outgrown * size).any():
                    raise Unbounded
                continue
            if near and not settled and self.problem.strain(self._best) > SETTLED:
                settled = True
                self._settle(master, target)
                continue
            nothing_left = idle >= IDLE and ahead <= NEARLY * (1.0 + abs(master.value))
            if near or (nothing_left and master.shortage <= MISSING):
                return self._found(master)
            if patience is not None and self._answers >= patience and self._best.size:
                return self._found(master)
            if self._answers >= MOST:
                raise SolverFailure("The search for prices did not settle.", "Try --method ipm.")
            before = self._bound
            half = not gained and not stuck and bool(np.isfinite(before))
            bound = self._ask_near(centre + 0.5 * moved if half else master.price, size, AGAIN)
            gain = (bound - before) / ahead if 0 < ahead < np.inf else float(np.isfinite(bound)) - 1.0
            new = self._offer(master, 1e-12 * (1.0 + abs(master.value)))
            gained, stuck = gain > 0.0, not new and bound <= before
            idle = idle + 1 if stuck else 0
            if not np.isfinite(self._bound):  # no price in the box may bound anything
                width = 2.0 * width
            elif stuck:  # nothing unknown in the box
                width = width if half else 4.0 * width
            elif gained:
                turned = moved * way < 0
                way = np.where(moved != 0, moved, way)
                wider = np.where(edge, (4.0 if gain > 0.3 else 2.0) * width, width)
                width = np.where(turned, 0.6 * width, wider)
            else:
                width = width * (0.9 if gain > -2.0 else 0.5)
            width = np.maximum(width, least)
            if outgrown < OUTGROWN and (width > outgrown * size).any():
                raise Unbounded

    def reach(self, known: Sequence[Known] = (), *, least: bool = False) -> Found:
        """Find how much must be missing in the coupling rows, in their units, whatever it costs: 0 where they can be met.

        The problem must have no cost. The bound found is what is missing at least, the point one that misses the least; without
        `least` it ends as soon as something must be missing.
        """
        price = np.zeros(self.problem.lower.size)
        self._ask(price)
        master = self._master(known, price)
        while True:
            master.set_box(price, 1.0 / self.problem.unit)
            master.solve(self.options.left())
            self._trace(master, np.zeros(1))
            enough = NEAR_LEAST * master.value if least else np.inf
            proven = self._bound > 1e-6 * self.problem.block_count
            if master.value - max(self._bound, 0.0) <= MISSING or (
                proven and master.value - self._bound <= enough
            ):
                return self._found(master)
            if self._answers >= MOST:
                raise SolverFailure("The search for a plan did not settle.", "Try --method ipm.")
            self._ask(master.price)
            self._offer(master, 1e-12)

    def _settle(self, master: Master, target: float) -> None:
        """Take the master's prices for the best where they bound as well: no own column gains at them."""
        best = self._bound, self._best, self._dual
        self._bound = -np.inf
        self._ask(master.price)
        if master.value - self._bound > target * (1.0 + abs(master.value)):
            self._bound, self._best, self._dual = best
            self._offer(master, 1e-12 * (1.0 + abs(master.value)))

    # ---- steps -------------------------------------------------------------------------------------------------

    def _ask_near(self, price: Array, size: Array, times: int) -> float:
        """Ask at prices, or as near to them as nothing is known to gain for ever; again while more of that turns up."""
        bound = -np.inf
        for _ in range(times):
            lessons = self._clearing.lessons
            bound = self._ask(self._clearing.cleared(price, size, self.options.left()))
            if np.isfinite(bound) or self._clearing.lessons == lessons:
                break
        return bound

    def _ask(self, price: Array) -> float:
        """Ask the blocks at prices, keep their points, and return the bound."""
        answer = self.pricing.answer(self.problem.reduced(price), self._only)
        self._iterations += answer.iterations
        self._answers += 1
        bound = self.problem.bound(price, float(self._weight @ answer.cost))
        if bound > self._bound:
            self._bound, self._best, self._dual = bound, price, answer.row_dual
        self._keep(answer.point, [ray.block for ray in answer.rays])
        self._rays += self._clearing.learn(answer.rays)
        return bound

    def _keep(self, point: Array, without: Sequence[int] = ()) -> None:
        """Keep points, but of blocks that went for ever."""
        cost, use = self.problem.by_block(point)
        present = np.ones(cost.size, dtype=bool)
        present[list(without)] = False
        self._points.append(point)
        self._use.append((cost, use, present))

    def _master(self, known: Sequence[Known], price: Array) -> Master:
        """Open a master with the first answer and with known points; every block needs one."""
        cost, use, _ = self._use[0]
        # where only shared columns cost, a block is worth what it puts into the rows
        usual = np.maximum(np.abs(cost), np.abs(price) @ np.abs(use))[self.chosen]
        master = Master(self.problem, self._weight, float(usual.mean()))
        self._add(master, 0, self.chosen)
        for point, blocks in known:
            self._keep(point)
            self._add(master, len(self._points) - 1, blocks)
        lacking = self.chosen[~self._use[0][2][self.chosen]]
        if lacking.size:
            still = self.pricing.answer(np.zeros(self.problem.cost.size), [int(block) for block in lacking])
            self._keep(still.point)
            self._add(master, len(self._points) - 1, lacking)
        self._add_rays(master)
        return master

    def _add(self, master: Master, answer: int, blocks: Indices) -> None:
        cost, use, present = self._use[answer]
        blocks = blocks[present[blocks]]
        master.add(answer, blocks, cost[blocks], use[:, blocks])

    def _add_rays(self, master: Master) -> None:
        for ray in self._rays[master.rays_known :]:
            cost, size, use = self.problem.of_ray(ray.block, ray.direction)
            master.add_ray(ray.block, cost + 1e-10 * size, use)

    def _offer(self, master: Master, slack: float) -> int:
        """Give the last answers to the master where they are better than its mixtures at its prices; says how many."""
        before = master.rays_known
        self._add_rays(master)
        cost, use, present = self._use[-1]
        gain = np.where(present, master.block_price - (cost - master.price @ use), 0.0)
        better = self.chosen[gain[self.chosen] > slack]
        self._add(master, len(self._points) - 1, better)
        return better.size + master.rays_known - before

    def _size(self, price: Array) -> Array:
        """What counts as a price's own size: itself, or a tenth of what is usual for rows of its unit."""
        unit, worth = self.problem.unit, np.abs(price) * self.problem.unit
        size = np.zeros(price.size)
        for row in range(price.size):
            alike = (worth > 0) & (unit > unit[row] / 30.0) & (unit < unit[row] * 30.0)
            alike &= worth > WORTHLESS * worth[alike].max(initial=0.0)
            usual = float(np.median(worth[alike])) if alike.any() else float(worth.max(initial=0.0)) or 1.0
            size[row] = max(abs(price[row]), 0.1 * usual / unit[row])
        return size

    # ---- the end -----------------------------------------------------------------------------------------------

    def _found(self, master: Master) -> Found:
        owner, shared = self.problem.structure.owner, self.problem.structure.shared
        level = self._levels(master)
        level /= np.maximum(level.sum(axis=0), 1e-12)
        point, owned = np.zeros(owner.size), owner >= 0
        for share, answer in zip(level, self._points):
            if share.any():
                point[owned] += share[owner[owned]] * answer[owned]
        for position, number in master.ray_of.items():
            block, ray = master.point_of[position][1], self._rays[number]
            if master.level[position] > 0:
                point[self.problem.structure.blocks[block].columns] += (
                    master.level[position] / self._weight[block] * ray.direction
                )
        point[shared] = master.own
        point[master.rays] += master.ray_level
        return Found(
            point, master.own, self._best, self._dual, master.value, self._bound, master.shortage, self._known(master),
            self._iterations, self._answers,
        )  # fmt: skip

    def _levels(self, master: Master) -> Array:
        """Level of every answer of every block in the mixture, axes (answer, block)."""
        level = np.zeros((len(self._points), self.problem.block_count))
        answer, block = np.array(master.point_of).T
        mixed = answer != RAY
        np.add.at(level, (answer[mixed], block[mixed]), master.level[mixed])
        return level

    def _known(self, master: Master) -> list[Known]:
        """Points in the mixture, in layers: the first point of every block, then the second of those that have two."""
        share, owner = self._levels(master) > 1e-9, self.problem.structure.owner
        place = np.where(share, share.cumsum(axis=0) - 1, -1)  # layer of each answer of each block
        known = []
        for layer in range(int(place.max(initial=-1)) + 1):
            point, (answers, blocks) = np.zeros(owner.size), np.nonzero(place == layer)
            of_block = np.full(self.problem.block_count, -1)
            of_block[blocks] = answers
            of_column = np.where(owner >= 0, of_block[owner], -1)
            for answer in np.unique(answers):
                mine = of_column == answer
                point[mine] = self._points[answer][mine]
            known.append((point, blocks))
        return known

    def _trace(self, master: Master, width: Array) -> None:
        self.options.tell(
            f"  prices {self._answers}: value {master.value:.8g}, bound {self._bound:.8g}, "
            f"gap {(master.value - self._bound) / (1 + abs(master.value)):.1e}, missing {master.shortage:.1e}, "
            f"box {width.min(initial=np.inf):.1e} to {width.max(initial=0.0):.1e}, {self._iterations:,} iterations"
        )
