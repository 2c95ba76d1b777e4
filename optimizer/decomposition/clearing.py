"""Prices at which nothing is known to gain for ever, as near as can be to prices at which something does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.status import Status
from optimizer.decomposition.pricing import Ray
from optimizer.decomposition.problem import Problem
from optimizer.matrix import Matrix

Array = NDArray[np.float64]

CLEAR, CLEAREST = 1e-9, 1e-6  # part of its terms by which a ray must lose, at first and at most
AGAIN = 10.0  # times as much where it came again all the same
ALIKE = 1e-9  # relative difference of rays that say the same


class Clearing:
    """What rays of blocks ask of the prices of a problem: cost − price · use ≥ 0, one row a ray."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._use = np.zeros((0, problem.lower.size))
        self._cost, self._size, self._margin = np.zeros(0), np.zeros(0), np.zeros(0)
        self.lessons = 0  # rays that were new, and those that had been kept clear of by too little

    def learn(self, rays: Sequence[Ray]) -> list[Ray]:
        """Take note of rays, and return those that say something new; of the others prices will keep clear by more."""
        news = []
        for ray in rays:
            cost, size, use = self.problem.of_ray(ray.block, ray.direction)
            alike = np.abs(self._cost - cost) <= ALIKE * (size + 1e-300)
            alike &= np.abs(self._use - use).max(axis=1, initial=0.0) <= ALIKE * np.abs(use).max(initial=0.0)
            if alike.any():
                self.lessons += bool((self._margin[alike] < CLEAREST).any())
                self._margin[alike] = np.minimum(AGAIN * self._margin[alike], CLEAREST)
                continue
            self._use = np.vstack([self._use, use])
            self._cost, self._size = np.append(self._cost, cost), np.append(self._size, size)
            self._margin = np.append(self._margin, CLEAR)
            self.lessons += 1
            news.append(ray)
        return news

    def cleared(self, price: Array, size: Array, seconds: float | None) -> Array:
        """Prices at which no ray gains, nor an own column more than before if that can be; the given ones where there are none.

        The sum of the changes, each in units of its price's own `size`, is the least there is.
        """
        most = self._cost - self._margin * self._size - self._use @ price
        if (most >= 0.0).all():
            return price
        own, left = self.problem.own_entries.T, np.maximum(self.problem.own_reduced(price)[0], 0.0)
        change = self._least_change(np.vstack([self._use, own]), np.append(most, left), price, size, seconds)
        if change is None:
            change = self._least_change(self._use, most, price, size, seconds)
        return price if change is None else price + change

    def _least_change(
        self, use: Array, most: Array, price: Array, size: Array, seconds: float | None
    ) -> Array | None:
        """The least change of prices, in their sizes, with use · change ≤ most; `None` where there is none."""
        from scipy.sparse import csc_array

        from optimizer.solvers.highs import Session

        problem, rows = self.problem, price.size
        A = use * size
        scale = np.abs(A).max(axis=1, initial=0.0)
        scale[scale == 0.0] = 1.0
        A = A / scale[:, None]
        up = np.where(np.isneginf(problem.lower), np.maximum(-price, 0.0), np.inf) / size
        down = np.where(np.isposinf(problem.upper), np.maximum(price, 0.0), np.inf) / size
        matrix = Matrix(
            csc_array(np.hstack([A, -A])),
            np.full(most.size, -np.inf),
            most / scale,
            np.zeros(2 * rows),
            np.concatenate([up, down]),
        )
        end = Session(matrix, time_limit=seconds).minimise(np.ones(2 * rows), method="simplex", doubt=False)
        if end.status is not Status.OPTIMAL or end.point is None:
            return None
        return np.asarray((end.point[:rows] - end.point[rows:]) * size)
