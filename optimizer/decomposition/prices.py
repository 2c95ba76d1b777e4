"""Solving by prices, stage after stage: a way beside the whole matrix and independent blocks.

First prices come from a handful of blocks that stand for all, better ones from some dozens, and the last from all. The
mixture of the blocks' points is a plan of the whole district, and the prices with the duals of the last answers bound it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.errors import SolverFailure
from models.status import Status
from optimizer.chains import representatives
from optimizer.decomposition.engine import Found, Known, Search, Unbounded
from optimizer.decomposition.pooling import pool_of
from optimizer.decomposition.pricing import Pricing
from optimizer.decomposition.problem import Problem
from optimizer.decomposition.sample import Sample
from optimizer.decomposition.structure import Structure
from optimizer.objectives import HOLD, Stage
from optimizer.solution import refusal
from optimizer.staging import Options, Reached, Whole

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

FEW, SOME = 4, 64  # blocks that stand for all: in the sample, and in the first search
FROM = 120  # blocks from which a first search among some pays
COARSE = 1e-4  # gap of the first search in the last stage
HELD = 1e-7  # and in the stages that are held later
WIDE, NARROW = 0.2, 0.02  # part of the prices by which they are distrusted at first
FINE = 1e-8  # gap of the last search
ACCEPTED = 5e-7  # gap and violation with which a stage is taken; the certificate allows 1e-6


class Prices:
    """The stages of a model by price decomposition, with interior point on the whole matrix where that fails."""

    def __init__(self, structure: Structure, stages: Sequence[Stage], options: Options) -> None:
        self.structure, self.stages, self.options = structure, list(stages), options
        self.method = "prices"
        self.block_count = len(structure.blocks)
        self._pool = pool_of(structure, [stage.cost for stage in self.stages])
        self._pricing = Pricing(structure.blocks, structure.matrix.shape, options)
        self._whole: Whole | None = None
        self.restrict(structure.matrix.column_upper)

    def restrict(self, column_upper: Array) -> None:
        """Set the upper bounds of the columns and forget what was held; solved blocks start the next search."""
        self._upper = column_upper
        inside = column_upper
        if self._pool is not None:
            inside = column_upper.copy()
            inside[self._pool.member] = 0.0
        self._pricing.set_upper(inside)
        self._sample: Sample | None = None
        self._whole = None
        self._known: list[Known] = []
        self._coarse_known: list[Known] = []
        self._coarse_held: list[tuple[Array, float]] = []

    def first(self) -> Reached:
        """Solve the first stage."""
        self._known, self._coarse_known, self._coarse_held = [], [], []
        try:
            return self._run(0, ())
        except SolverFailure as failure:
            return self._fall_back(failure).first()

    def rest(self, reached: Reached) -> list[Reached]:
        """Hold the first stage and solve the others in turn."""
        if self._whole is not None:
            return self._whole.rest(reached)
        first, results = reached, []
        held: tuple[tuple[Stage, float], ...] = ()
        try:
            for number in range(1, len(self.stages)):
                held = (*held, (reached.stage, reached.stage.bound(reached.value)))
                reached = self._run(number, held)
                results.append(reached)
        except SolverFailure as failure:
            return self._fall_back(failure).rest(first)
        return results

    def _fall_back(self, failure: SolverFailure) -> Whole:
        """Turn to the whole matrix, unless it was the time that ran out."""
        if getattr(failure, "status", None) in (Status.TIME_LIMIT, Status.ITERATION_LIMIT):
            raise failure
        self.options.tell(f"Prices failed ({failure.what}); the whole matrix by interior point instead")
        self.method = "ipm"
        self._whole = Whole(self.structure.matrix, self.stages, replace(self.options, method="ipm"))
        self._whole.restrict(self._upper)
        return self._whole

    # ---- one stage ---------------------------------------------------------------------------------------------

    def _run(self, number: int, held: tuple[tuple[Stage, float], ...]) -> Reached:
        stage = self.stages[number]
        self.options.tell(
            f"Stage {number + 1} of {len(self.stages)}: {stage.name} ({self.block_count:,} blocks at common prices)"
        )
        rows = [(earlier.vector, bound) for earlier, bound in held]
        found, scale = self._search(stage, number, rows)
        self._known = found.known
        return self._reached(stage, held, found, scale)

    def _search(self, stage: Stage, number: int, held: list[tuple[Array, float]]) -> tuple[Found, float]:
        """Search among a few, some and all blocks; returns what was found and the factor of its costs."""
        price = self._sampled(number)
        problem = self._problem(stage.cost, held)
        scale = self._scale(problem, price) if number + 1 < len(self.stages) else 1.0
        problem.rescale(scale)
        price, spread = price * scale, WIDE
        if self.block_count >= FROM:
            better = self._coarse(number, price, scale)
            if better is not None:
                price, spread = better, NARROW
        try:
            return Search(problem, self._pricing, self.options).run(price, spread, FINE, self._known), scale
        except Unbounded:
            self._check_reach(held)
            raise SolverFailure("The search for prices did not settle.", "Try --method ipm.") from None

    def _problem(self, cost: Array, held: list[tuple[Array, float]]) -> Problem:
        count = self.structure.rows.size + len(held)
        problem = Problem.of(self.structure, cost, held, np.ones(count), self._pool)
        problem.unit[:] = self._units(problem)
        return problem

    def _scale(self, problem: Problem, price: Array) -> float:
        """Factor of the costs that brings the prices of the largest unit (money) near 1, where a solver's tolerances are."""
        own = slice(self.structure.rows.size)
        money = np.abs(price[own])[problem.unit[own] > 1e-3 * problem.unit[own].max(initial=0.0)]
        return 1.0 / float(money.max()) if (money > 0).any() else 1.0

    def _coarse(self, number: int, price: Array, scale: float) -> Array | None:
        """Prices among some blocks that stand for all, each stage held as they reached it; `None` where they cannot be met."""
        if number and len(self._coarse_held) < number:
            return None
        chosen, weight = representatives(self.structure.blocks, SOME)
        stage, last = self.stages[number], number + 1 == len(self.stages)
        problem = self._problem(stage.cost, self._coarse_held[:number])
        problem.rescale(scale)
        search = Search(problem, self._pricing, self.options, chosen, weight)
        try:
            found = search.run(price, WIDE, COARSE if last else HELD, self._coarse_known)
        except Unbounded:
            return None
        self._coarse_known = found.known
        self._coarse_held[number:] = [(stage.vector, -found.value / scale - HOLD * stage.scale)]
        return found.price

    def _sampled(self, number: int) -> Array:
        if self._sample is None:
            chosen, weight = representatives(self.structure.blocks, FEW)
            self._sample = Sample(self.structure, self._upper, chosen, weight, self.options)
        price = self._sample.prices(self.stages, number)
        if price is None:
            raise SolverFailure("The sample has no plan.", "Try --method ipm.")
        return price

    def _units(self, problem: Problem) -> Array:
        """Size of what a block puts into each coupling row: absolute coefficients times what the sample uses."""
        assert self._sample is not None
        use = self._sample.size_of(problem.coupling, self.block_count)
        return np.maximum(use, max(1e-6, 1e-3 * float(use[: self.structure.rows.size].max(initial=0.0))))

    def _check_reach(self, held: list[tuple[Array, float]]) -> None:
        """Say that there is no plan when the coupling rows cannot be met at any price."""
        problem = self._problem(np.zeros(self.structure.matrix.shape[1]), held)
        missing, known = Search(problem, self._pricing, self.options).reach(self._known)
        self._known = known
        if missing > 1e-6:
            raise refusal(Status.INFEASIBLE, "", "the district")

    def _reached(
        self, stage: Stage, held: tuple[tuple[Stage, float], ...], found: Found, scale: float
    ) -> Reached:
        """Read point and duals of the whole matrix, and check them."""
        structure, matrix = self.structure, self.structure.matrix
        point = found.point
        if structure.carried is not None:
            asked = structure.carried.asked(point[structure.shared], matrix.shape[0])
            point = structure.balance.settle(point, asked)
        row_dual = found.row_dual / scale
        row_dual[structure.rows] = found.price[: structure.rows.size] / scale
        held_dual = found.price[structure.rows.size :] / scale
        if self._pool is not None:
            point = self._pool.share(structure, point, found.own[structure.shared.size :])
            reduced = stage.cost - matrix.A.T @ row_dual
            for (earlier, _), dual in zip(held, held_dual):
                reduced -= dual * earlier.vector
            row_dual = self._pool.support(row_dual, reduced)
        point = np.clip(point, matrix.column_lower, self._upper)
        self._check(stage, point, found, scale)
        return Reached(stage, stage.value(point), point, row_dual, held, held_dual, found.iterations)

    def _check(self, stage: Stage, point: Array, found: Found, scale: float) -> None:
        matrix = self.structure.matrix
        activity = matrix.A @ point
        side = 1.0 + np.minimum(np.abs(activity), 1e12)
        outside = np.maximum(matrix.row_lower - activity, activity - matrix.row_upper) / side
        gap = (float(stage.cost @ point) - found.bound / scale) / (1.0 + abs(found.bound / scale))
        self.options.tell(f"  gap {gap:.1e}, violation {outside.max():.1e}")
        if gap > ACCEPTED or outside.max() > ACCEPTED:
            raise SolverFailure(
                f"A plan by prices came out with gap {gap:.1e} and violation {outside.max():.1e}.",
                "Try --method ipm.",
            )
