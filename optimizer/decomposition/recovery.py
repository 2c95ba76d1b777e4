"""A lawful plan out of mixtures that were found at several levels of what is carried.

A limit of what a block gives rises with what it carries, so a mixture found with room for one level may break it at
another. Here the level is free, every limit that some known point could break is a row, and a block may give less than its
points do, for money that it does not give may stay unspent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.status import Status
from optimizer.decomposition.problem import Problem
from optimizer.matrix import Matrix
from optimizer.staging import Options

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Known = tuple[Array, Indices]  # a point over all columns, and the blocks whose columns it holds


@dataclass(frozen=True, eq=False)
class Limits:
    """Rows that limit what a block gives and rise with what it carries; axes limit row, (limit row, shared column)."""

    row: Indices
    block: Indices
    giver: Indices
    taker: Indices
    slope: Array
    side: Array
    rise: Array

    @classmethod
    def of(cls, problem: Problem, row_upper: Array) -> Limits | None:
        """Find them; `None` where nothing is carried or limited."""
        structure = problem.structure
        carried, balance = structure.carried, structure.balance
        if carried is None:
            return None
        budget = np.unique(carried.row[balance.limit[carried.row] >= 0])
        if budget.size == 0:
            return None
        place = np.full(balance.limit.size, -1, dtype=np.int64)
        place[budget] = np.arange(budget.size)
        limited = place[carried.row] >= 0
        rise = np.zeros((budget.size, structure.shared.size))
        entry = -carried.value / balance.relief[carried.row] * balance.slope[carried.row]
        np.add.at(rise, (place[carried.row[limited]], carried.shared[limited]), entry[limited])
        giver = balance.less[budget]
        return cls(
            balance.limit[budget], structure.owner[giver], giver, balance.more[budget], balance.slope[budget], row_upper[balance.limit[budget]], rise
        )


def recover(problem: Problem, limits: Limits, known: list[Known], options: Options) -> Array | None:
    """Find the best lawful mixture of known points, before blocks pay what they carry; `None` if there is none."""
    from scipy.sparse import csc_array, csr_array, diags_array, hstack, vstack

    from optimizer.solvers.highs import Session

    plain, structure = problem.plain(), problem.structure
    cost, use, need, owner, source = [], [], [], [], []
    for number, (point, blocks) in enumerate(known):
        of_block, entries = problem.by_block(point)
        given = np.zeros((limits.row.size, blocks.size))
        place = np.full(problem.block_count, -1, dtype=np.int64)
        place[blocks] = np.arange(blocks.size)
        mine = np.flatnonzero(place[limits.block] >= 0)
        given[mine, place[limits.block[mine]]] = limits.slope[mine] * (
            point[limits.giver[mine]] - point[limits.taker[mine]]
        )
        cost.append(of_block[blocks])
        use.append(csc_array(entries[:, blocks]))
        need.append(csc_array(given))
        owner.append(blocks)
        source.append(np.full(blocks.size, number))
    given = hstack(need).tocsr()
    most = np.asarray(given.max(axis=1).todense()).ravel() if given.nnz else np.zeros(limits.row.size)
    binding = np.flatnonzero(most > limits.side)
    block = np.concatenate(owner)
    gives = problem.coupling[:, limits.giver[binding]]
    sizes = block.size, plain.own_cost.size, binding.size
    rows, unit = plain.lower.size, plain.unit
    mixing = csr_array((np.ones(block.size), (block, np.arange(block.size))), shape=(problem.block_count, block.size))
    scale = 1.0 / unit
    coupling = hstack([hstack(use), csc_array(plain.own_entries), -gives]).multiply(scale[:, None])
    slope = limits.slope[binding]
    money = 1.0 / np.maximum(np.abs(limits.side[binding]), 1.0)
    limiting = hstack(
        [given[binding], csc_array(-limits.rise[binding]), diags_array(-slope, format="csc")]
    ).multiply(money[:, None])
    A = vstack([coupling, hstack([mixing, csc_array((problem.block_count, sizes[1] + sizes[2]))]), limiting]).tocsc()
    A.indices, A.indptr = A.indices.astype(np.int32), A.indptr.astype(np.int32)
    ones = np.bincount(block, minlength=problem.block_count) > 0
    matrix = Matrix(
        A,
        np.concatenate([plain.lower * scale, ones.astype(float), np.full(binding.size, -np.inf)]),
        np.concatenate([plain.upper * scale, ones.astype(float), limits.side[binding] * money]),
        np.concatenate([np.zeros(sizes[0]), plain.own_lower, np.zeros(sizes[2])]),
        np.concatenate([np.full(sizes[0], np.inf), plain.limit, np.full(sizes[2], np.inf)]),
    )
    costs = np.concatenate([*cost, plain.own_cost, -problem.cost[limits.giver[binding]]])
    largest = max(1.0, float(np.abs(costs).max()))
    session = Session(matrix, time_limit=options.left())
    session.native.setOptionValue("run_crossover", "off")  # any mixture will do, a vertex costs most of the time
    solution = session.minimise(costs * (1e3 / largest), method="ipm", doubt=False)
    if solution.status is not Status.OPTIMAL or solution.point is None:
        return None
    level, own, cut = np.split(solution.point, np.cumsum(sizes)[:2])
    number, plan = np.concatenate(source), np.zeros(structure.owner.size)
    owned = structure.owner >= 0
    for k, (point, _) in enumerate(known):
        share = np.zeros(problem.block_count)
        share[block[number == k]] = np.maximum(level[number == k], 0.0)
        if share.any():
            plan[owned] += share[structure.owner[owned]] * point[owned]
    plan[limits.giver[binding]] -= cut
    plan[structure.shared] = own
    return plan
