"""Blocks solved again and again at changing prices, in chains over the threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import Interrupted, NoPlan, SolverFailure
from models.status import Status
from optimizer.blocks import Block
from optimizer.chains import Chain, chains_of
from optimizer.matrix import Matrix
from optimizer.solution import refusal
from optimizer.staging import Options

Array = NDArray[np.float64]


NOISE = 1e-12  # part of a ray's largest entry that is nothing
SURE = 1e-6  # part of a ray's terms by which it must gain to be believed
HAIRS = 1e-9, 1e-7, 1e-5  # parts of costs by which they are raised where a block gains for ever by rounding
FARTHEST = 1e3  # times the largest side of a block that its points may go


@dataclass(frozen=True, eq=False)
class Ray:
    """A direction (axis column of the block) in which a block gains for ever."""

    block: int
    direction: Array


@dataclass(frozen=True, eq=False)
class Answer:
    """What all blocks answer to prices: points (all columns), duals of their rows (all rows), cost of each block.

    A block that would gain for ever has a ray in the place of a point, and a cost of −∞; so has one, beside its point, whose
    costs had to be raised by more than rounding before it had a best one.
    """

    point: Array
    row_dual: Array
    cost: Array
    iterations: int
    rays: list[Ray]


class Pricing:
    """Keeps every block alive in a solver of its own, with the basis of its last answer.

    The first answer of a block starts from a solved block like it (dual simplex: prices are the same, sides differ),
    later ones from its own last basis (primal simplex: sides are the same, prices differ).
    """

    def __init__(self, blocks: Sequence[Block], shape: tuple[int, int], options: Options) -> None:
        self.blocks, self.shape, self.options = blocks, shape, options
        self.chains = chains_of(blocks)
        self._solvers: list[Any] = [None] * len(blocks)
        self._sides: dict[int, tuple[Array, Array]] = {}
        self._upper: Array | None = None
        self._dual_first = [True] * len(blocks)
        self._stop = threading.Event()
        self._near: dict[int, Array] = {}  # some point of blocks that went far
        self._farthest = [FARTHEST * (1.0 + _largest(block.matrix)) for block in blocks]

    def set_upper(self, column_upper: Array) -> None:
        """Change the upper bounds of all columns."""
        self._upper = column_upper
        self._near.clear()
        for number, (block, solver) in enumerate(zip(self.blocks, self._solvers)):
            if solver is not None:
                solver.set_columns(block.matrix.column_lower, column_upper[block.columns])
                self._dual_first[number] = True

    def set_sides(self, row_lower: Array, row_upper: Array) -> None:
        """Change the sides of all rows."""
        self._near.clear()
        for number, (block, solver) in enumerate(zip(self.blocks, self._solvers)):
            sides = row_lower[block.rows], row_upper[block.rows]
            before = self._sides.get(number, (block.matrix.row_lower, block.matrix.row_upper))
            self._sides[number] = sides
            changed = np.flatnonzero((sides[0] != before[0]) | (sides[1] != before[1]))
            if solver is not None and changed.size:
                solver.set_rows(changed, sides[0][changed], sides[1][changed])
                self._dual_first[number] = True

    def answer(self, cost: Array, only: Sequence[int] | None = None) -> Answer:
        """Minimise every block, or those of `only`, for a cost over all columns.

        Raises
        ------
        NoPlan
            A block has no point at all.
        SolverFailure, Interrupted
            The solver stopped early or failed; Ctrl-C.

        """
        point, dual = np.zeros(self.shape[1]), np.zeros(self.shape[0])
        costs = np.zeros(len(self.blocks))
        iterations = np.zeros(len(self.blocks), dtype=np.int64)

        rays: list[Ray] = []

        def visit(number: int, parent: int) -> None:
            block = self.blocks[number]
            own = cost[block.columns]
            solver, ray, bounds = self._solve(number, parent, own)
            if ray is not None:
                rays.append(Ray(number, ray))
                costs[number] = -np.inf
                return
            x, y = solver.solution()
            if not self._is_near(number, x):  # a basis that rounding has spoiled, most likely
                x, y = self._afresh(number, own) or (x, y)
            np.clip(x, block.matrix.column_lower, self._bound(block), out=x)
            dual[block.rows] = y
            costs[number] = own @ x if bounds else -np.inf
            point[block.columns] = self._drawn_near(number, x)
            iterations[number] = solver.iterations

        chains = self.chains
        if only is not None:
            wanted = set(only)
            chains = [
                Chain(members, (-1, *members[:-1]))
                for members in (tuple(n for n in chain.members if n in wanted) for chain in chains)
                if members
            ]
        run_chains(chains, visit, self.options, self._stop)
        return Answer(point, dual, costs, int(iterations.sum()), sorted(rays, key=lambda ray: ray.block))

    def _bound(self, block: Block) -> Array:
        return block.matrix.column_upper if self._upper is None else self._upper[block.columns]

    def _solve(self, number: int, parent: int, cost: Array) -> tuple[Any, Array | None, bool]:
        """Solve a block; returns its solver, a direction in which it gains for ever, and whether its point is the best.

        There is a direction where there is no best point. One that is not the best is the best at costs raised by more than rounding.
        """
        from optimizer.solvers.repeated import DUAL, PRIMAL, Repeated

        solver, strategy = self._solvers[number], PRIMAL
        if solver is None:
            solver = Repeated(perturb=False)
            solver.load(self._stated(number), cost, self._solvers[parent].basis if parent >= 0 else None)
            self._solvers[number] = solver
            strategy = DUAL
        else:
            solver.set_cost(cost)
            if self._dual_first[number]:
                strategy = DUAL
        self._dual_first[number] = False
        left = self.options.left()
        status = solver.run(strategy, left)
        if status not in (Status.OPTIMAL, Status.UNBOUNDED, Status.TIME_LIMIT):  # once more, cold, to be sure
            solver = Repeated()
            solver.load(self._stated(number), cost)
            self._solvers[number] = solver
            status = solver.run(DUAL, left)
        unsure: Array | None = None
        for inside in (False, True):
            if status is Status.UNBOUNDED:
                ray = solver.ray()
                if _gains(ray, cost):
                    return solver, _direction(ray), False
                unsure = unsure if ray is None else ray  # rounding on a way that costs nothing, perhaps
                solver.forget()
                status = solver.run_inside(left) if inside else solver.run(DUAL, left)
        bounds = True
        for hair in HAIRS:
            if status is Status.UNBOUNDED:
                solver.set_cost(cost + hair * (1.0 + np.abs(cost)))
                solver.forget()
                status = solver.run(DUAL, left)
                bounds = hair <= HAIRS[0]
        if status is Status.OPTIMAL:
            return solver, None, bounds
        if status is not Status.TIME_LIMIT and unsure is not None:
            return solver, _direction(unsure), False
        if status is Status.INFEASIBLE and self._has_point(number):  # which no cost takes away
            raise SolverFailure("A block has no best answer to the prices.", "Try --method ipm.")
        raise refusal(status, "", "the district")

    def _stated(self, number: int) -> Matrix:
        """A block with the sides and bounds that hold now."""
        block = self.blocks[number]
        lower, upper = self._sides.get(number, (block.matrix.row_lower, block.matrix.row_upper))
        return block.matrix.replace(row_lower=lower, row_upper=upper, column_upper=self._bound(block))

    def _is_near(self, number: int, point: Array) -> bool:
        return float(np.abs(point).max(initial=0.0)) <= self._farthest[number]

    def _afresh(self, number: int, cost: Array) -> tuple[Array, Array] | None:
        """Point and duals of a block that is solved from nothing; `None` where that finds no best point."""
        from optimizer.solvers.repeated import DUAL, Repeated

        self._solvers[number] = solver = Repeated()
        solver.load(self._stated(number), cost)
        optimal = solver.run(DUAL, self.options.left()) is Status.OPTIMAL
        return solver.solution() if optimal else None

    def _drawn_near(self, number: int, point: Array) -> Array:
        """A point between one that is at hand and an answer that is out of all proportion.

        Along a way that costs nothing, up to rounding, simplex may go to 10¹⁵ and find that the best; a mixture of such a
        point would be rounding alone.
        """
        if self._is_near(number, point):
            return point
        far, farthest = float(np.abs(point).max()), self._farthest[number]
        near = self._near.get(number)
        if near is None:
            near = self._some_point(self._stated(number))
        if near is None:
            raise SolverFailure("A block has no best answer to the prices.", "Try --method ipm.")
        self._near[number] = near
        return near + farthest / far * (point - near)

    def _has_point(self, number: int) -> bool:
        """Whether a block has a point at all, with what it carries left out."""
        block = self.blocks[number]
        return self._some_point(block.matrix.replace(column_upper=self._bound(block))) is not None

    def _some_point(self, matrix: Matrix) -> Array | None:
        """Any point of a block, as it is stated; `None` where it has none."""
        from optimizer.solvers.repeated import DUAL, Repeated

        solver = Repeated()
        solver.load(matrix, np.zeros(matrix.shape[1]))
        if solver.run(DUAL, self.options.left()) is not Status.OPTIMAL:
            return None
        return np.clip(solver.solution()[0], matrix.column_lower, matrix.column_upper)


def _largest(matrix: Matrix) -> float:
    """The largest side of a block's rows."""
    sides = np.abs(np.concatenate([matrix.row_lower, matrix.row_upper]))
    return float(sides[np.isfinite(sides)].max(initial=0.0))


def _gains(ray: Array | None, cost: Array) -> bool:
    """Whether a direction gains by more than its terms may be off by rounding."""
    if ray is None:
        return False
    ray = np.where(np.abs(ray) > NOISE * np.abs(ray).max(initial=0.0), ray, 0.0)
    return float(cost @ ray) < -SURE * float(np.abs(cost) @ np.abs(ray))


def _direction(ray: Array | None) -> Array:
    """A ray with a largest entry of 1: solvers give them any length, and take no entries above 10¹⁵."""
    if ray is None or not np.abs(ray).max(initial=0.0) > 0:
        raise SolverFailure("A block has no best answer to the prices.", "Try --method ipm.")
    return ray / float(np.abs(ray).max())


def run_chains(
    chains: Sequence[Chain], visit: Callable[[int, int], None], options: Options, stop: threading.Event
) -> None:
    """Visit every member of every chain, chains side by side; Ctrl-C stops each at its next member.

    The chains do not depend on the number of threads, so neither do the answers.
    """
    stop.clear()

    def run(chain: Chain) -> None:
        for number, parent in zip(chain.members, chain.parents):
            if stop.is_set() or (options.halted is not None and options.halted.is_set()):
                raise Interrupted("The solve was interrupted; there is no plan.", "Run it again.")
            visit(number, parent)

    threads = max(1, min(options.threads, len(chains)))
    if threads == 1:
        for chain in chains:
            run(chain)
        return
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(run, chain) for chain in chains]
        try:
            errors = [future.exception() for future in futures]
        except KeyboardInterrupt:
            stop.set()
            raise
    failed = [error for error in errors if error is not None]
    for error in failed:
        if isinstance(error, NoPlan) or error is failed[-1]:
            raise error
