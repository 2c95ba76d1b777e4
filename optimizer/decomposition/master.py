"""The restricted master: coupling rows over mixtures of the points that the blocks have answered so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.errors import SolverFailure
from models.status import Status
from optimizer.matrix import Matrix
from optimizer.solution import refusal

if TYPE_CHECKING:
    from optimizer.decomposition.problem import Problem

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

SEEN = 1e3  # what the usual cost of a block is in the solver
STALLED = 5_000  # simplex iterations from the basis at hand after which a cold start is quicker
RAY = -1  # answer of a column that is a block's ray


class Master:
    """min cost over mixtures of known points, one mixture a block, and the district's own columns.

    `weight` says how often each block counts: once, or for the blocks that it stands for, or not at all.

    Rows: coupling rows (each divided by its unit), then one row a block (its mixture sums to its weight).
    Columns: for each coupling row what is missing below and above it, at a price that keeps the master's own prices in a
    box and lets there always be a solution; the district's own columns; the rays, one of each kind; the points.

    `usual` is the usual cost of a block, which the solver sees as 1,000: its tolerances are absolute.
    """

    def __init__(self, problem: Problem, weight: Array, usual: float = 1.0) -> None:
        from scipy.sparse import csc_array, hstack, vstack

        from optimizer.solvers.repeated import Repeated

        self.unit = problem.unit
        self._factor = SEEN / usual if usual > 0 else 1.0
        self.rows, self._own = problem.lower.size, problem.own_cost.size
        self.rays, use, ray_cost = _kinds(problem)
        self._problem = problem
        self._ray_use, self._ray_cost = use, ray_cost
        self._below, self._above = np.isneginf(problem.lower), np.isposinf(problem.upper)
        self._solver = Repeated()
        ones = csc_array(np.eye(self.rows))
        scaled = csc_array(np.hstack([problem.own_entries, use]) / self.unit[:, None])
        A = hstack([ones, -ones, scaled]).tocsc()
        A = vstack([A, csc_array((weight.size, A.shape[1]))]).tocsc()
        A.indices, A.indptr = A.indices.astype(np.int32), A.indptr.astype(np.int32)
        self._missing = 2 * self.rows
        self._rays = self._missing + self._own
        self._points = self._rays + self.rays.size
        self._cost = np.concatenate([np.zeros(self._missing), problem.own_cost + problem.change, ray_cost])
        self._solver.load(
            Matrix(
                A,
                np.concatenate([problem.lower / self.unit, weight]),
                np.concatenate([problem.upper / self.unit, weight]),
                np.concatenate([np.zeros(self._missing), problem.own_lower, np.zeros(self.rays.size)]),
                np.concatenate(
                    [np.full(self._missing, np.inf), problem.own_upper, np.full(self.rays.size, np.inf)]
                ),
            ),
            self._cost * self._factor,
        )
        self.point_of: list[
            tuple[int, int]
        ] = []  # (answer, block) of each point's column; (RAY, block) of a ray's
        self.ray_of: dict[int, int] = {}  # number of the ray of a column
        self.rays_known = 0
        self.value, self.shortage = np.inf, np.inf
        self.missing = np.full(self.rows, np.inf)
        self.price, self.block_price = np.zeros(self.rows), np.zeros(weight.size)
        self.level, self.own, self.ray_level = np.zeros(0), np.zeros(self._own), np.zeros(self.rays.size)

    def add(self, answer: int, blocks: Indices, cost: Array, use: Array) -> None:
        """Add points of some blocks: their costs and what they put into the coupling rows, axes (rows, blocks)."""
        if blocks.size == 0:
            return
        scaled = use.T / self.unit
        scaled[np.abs(scaled) < 1e-13] = 0.0
        place = np.nonzero(scaled)  # block by block
        end = np.cumsum(np.bincount(place[0], minlength=blocks.size) + 1)
        row, value = np.zeros(end[-1], dtype=np.int64), np.ones(end[-1])
        within = np.ones(row.size, dtype=bool)
        within[end - 1] = False
        row[within], value[within] = place[1], scaled[place]
        row[end - 1] = self.rows + blocks
        start = np.concatenate([[0], end[:-1]])
        self._solver.add_columns(
            cost * self._factor, np.zeros(blocks.size), np.full(blocks.size, np.inf), start, row, value
        )
        self._cost = np.concatenate([self._cost, cost])
        self.point_of += [(answer, int(block)) for block in blocks]

    def add_ray(self, block: int, cost: float, use: Array) -> None:
        """Add a direction in which a block may go for ever: it takes no part in the block's mixture."""
        scaled = use / self.unit
        scaled[np.abs(scaled) < 1e-10 * np.abs(scaled).max(initial=0.0)] = 0.0
        row = np.flatnonzero(scaled)
        self._solver.add_columns(
            np.array([cost * self._factor]),
            np.zeros(1),
            np.full(1, np.inf),
            np.zeros(1, dtype=np.int64),
            row,
            scaled[row],
        )
        self._cost = np.append(self._cost, cost)
        self.ray_of[len(self.point_of)] = self.rays_known
        self.point_of.append((RAY, block))
        self.rays_known += 1

    def set_box(self, centre: Array, width: Array) -> None:
        """Keep prices within centre ± width: what is missing costs the upper end, what is too much earns the lower."""
        self._cost[: self.rows] = (centre + width) * self.unit
        self._cost[self.rows : self._missing] = (width - centre) * self.unit
        self._solver.set_cost(self._cost * self._factor)

    def _bounding(self, price: Array) -> Array:
        """Take from prices the rounding that lets them bound little or nothing.

        A sign may be wrong by it, or a ray or an own column may gain by a hair, which is multiplied by how far it may go.
        """
        wrong = (price > 0) & self._below | (price < 0) & self._above
        price = np.where(wrong, 0.0, price)
        gain = self._ray_use.T @ price - self._ray_cost
        for ray in np.flatnonzero(gain > 0):
            use = self._ray_use[:, ray]
            row = int(np.argmax(np.abs(use) / self.unit))
            price[row] -= gain[ray] / use[row]
        return self._problem.rounded(price, self.own)

    def solve(self, seconds: float | None = None) -> None:
        """Solve for mixtures and prices."""
        from optimizer.solvers.repeated import PRIMAL

        self._solver.refresh()
        self._solver.limit_iterations(STALLED)
        status = self._solver.run(PRIMAL, seconds)
        if status not in (Status.OPTIMAL, Status.TIME_LIMIT):
            self._solver.forget()
            status = self._solver.run_inside(seconds)
        if status not in (Status.OPTIMAL, Status.TIME_LIMIT):
            self._solver.forget()
            status = self._solver.run_inside(seconds, crossover=False)
        if status is Status.TIME_LIMIT:
            raise refusal(status, "", "the district")
        if status is not Status.OPTIMAL:
            raise SolverFailure(
                f"The search for prices failed (its master is {status}).", "Try --method ipm."
            )
        x, y = self._solver.solution()
        self.value, y = self._solver.objective / self._factor, y / self._factor
        self.missing = np.maximum(x[: self.rows], x[self.rows : self._missing])
        self.shortage = float(self.missing.max(initial=0.0))
        self.own = x[self._missing : self._rays]
        self.price, self.block_price = self._bounding(y[: self.rows] / self.unit), y[self.rows :]
        self.ray_level = np.maximum(x[self._rays : self._points], 0.0)
        self.level = np.maximum(x[self._points :], 0.0)


def _kinds(problem: Problem) -> tuple[Indices, Array, Array]:
    """One column of every kind of ray: the columns, what they put into the coupling rows, and their costs."""
    rays = problem.structure.rays
    if rays.size == 0:
        return rays, np.zeros((problem.lower.size, 0)), np.zeros(0)
    use = problem.coupling[:, rays].toarray()
    _, first = np.unique(np.vstack([use, problem.cost[rays]]), axis=1, return_index=True)
    return rays[first], use[:, first], problem.cost[rays[first]]
