"""A lawful plan out of mixtures that were found at several levels of what is carried.

What a block may give is limited, and what it has to give falls with what it carries, so a mixture found at one level may
break the limit at another. Here the level is free, every limit that some known point could break is a row, and a block may
give less than its points do, for money that it does not give may stay unspent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.status import Status
from optimizer.decomposition.carrying import Known, Limits
from optimizer.decomposition.problem import Problem
from optimizer.matrix import Matrix
from optimizer.staging import Options

if TYPE_CHECKING:
    from scipy.sparse import csc_array

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

HELD_BY = (
    1e-8  # part by which a held stage may give way: what holds it exactly may be out of reach by rounding
)
SEEN = 1e3  # what the largest cost is in the solver


def recover(
    problem: Problem, limits: Limits, side: Array, level: Array, known: list[Known], options: Options
) -> Array | None:
    """Find the best lawful mixture of known points; `None` if there is none.

    Points and mixture pay what they carry at a level of the own columns; `side` has the limits, axis limit row.

    Columns: a share of each point of each block; the own columns; what a block gives less than its points do, in each row
    that binds. Rows: the coupling rows, each divided by its unit; shares of a block sum to 1; the limits that bind.
    """
    from scipy.sparse import csc_array, csr_array, diags_array, hstack, vstack

    from optimizer.solvers.highs import Session

    plain = problem.plain(level)
    held = np.arange(plain.lower.size) >= plain.rows.size
    lower = np.where(held, plain.lower - HELD_BY * np.abs(plain.lower), plain.lower)
    points = [_Shares.of(problem, limits, point, blocks) for point, blocks in known]
    block = np.concatenate([blocks for _, blocks in known])
    given: Any = hstack([part.given for part in points]).tocsr()
    most = np.asarray(given.max(axis=1).todense()).ravel() if given.nnz else np.zeros(limits.row.size)
    side = side - limits.rise @ level
    bind = np.flatnonzero(most > side)
    giver, slope = limits.giver[bind], limits.slope[bind]
    sizes = block.size, plain.own_cost.size, bind.size
    scale, money = 1.0 / plain.unit, 1.0 / np.maximum(np.abs(side[bind]), 1.0)
    coupling: Any = hstack(
        [*(part.use for part in points), csc_array(plain.own_entries), -problem.coupling[:, giver]]
    )
    limiting: Any = hstack([given[bind], -limits.rise[bind], diags_array(-slope)])
    mixing = csr_array(
        (np.ones(block.size), (block, np.arange(block.size))), shape=(problem.block_count, sum(sizes))
    )
    A: Any = vstack([diags_array(scale) @ coupling, mixing, diags_array(money) @ limiting], format="csc")
    A.indices, A.indptr = A.indices.astype(np.int32), A.indptr.astype(np.int32)
    present = (np.bincount(block, minlength=problem.block_count) > 0).astype(float)
    matrix = Matrix(
        A,
        np.concatenate([lower * scale, present, np.full(bind.size, -np.inf)]),
        np.concatenate([plain.upper * scale, present, side[bind] * money]),
        np.concatenate([np.zeros(sizes[0]), plain.own_lower, np.zeros(sizes[2])]),
        np.concatenate([np.full(sizes[0], np.inf), plain.limit, np.full(sizes[2], np.inf)]),
    )
    cost = np.concatenate([*(part.cost for part in points), plain.own_cost, -problem.cost[giver]])
    session = Session(matrix, time_limit=options.left())
    session.native.setOptionValue(
        "run_crossover", "off"
    )  # any mixture will do, and a vertex takes most of the time
    solution = session.minimise(
        cost * (SEEN / max(float(np.abs(cost).max()), 1e-300)), method="ipm", doubt=False
    )
    if solution.status is not Status.OPTIMAL or solution.point is None:
        return None
    share, own, less = np.split(solution.point, np.cumsum(sizes)[:2])
    plan = _mixture(problem, known, np.maximum(share, 0.0))
    plan[giver] -= less
    plan[problem.structure.shared] = own
    return plan


@dataclass(frozen=True, eq=False)
class _Shares:
    """A point as columns, one for each block it knows: cost, use of the coupling rows, and what is given in each limit row."""

    cost: Array
    use: csc_array[Any]
    given: csc_array[Any]

    @classmethod
    def of(cls, problem: Problem, limits: Limits, point: Array, blocks: Indices) -> _Shares:
        from scipy.sparse import csc_array

        cost, use = problem.by_block(point)
        place = np.full(problem.block_count, -1, dtype=np.int64)
        place[blocks] = np.arange(blocks.size)
        row = np.flatnonzero(place[limits.block] >= 0)
        given = limits.slope[row] * (point[limits.giver[row]] - point[limits.taker[row]])
        shape = limits.row.size, blocks.size
        return cls(
            cost[blocks],
            csc_array(use[:, blocks]),
            csc_array((given, (row, place[limits.block[row]])), shape=shape),
        )


def _mixture(problem: Problem, known: list[Known], share: Array) -> Array:
    """Mix points by the share of each in each of its blocks."""
    owner = problem.structure.owner
    plan, owned, start = np.zeros(owner.size), owner >= 0, 0
    for point, blocks in known:
        of_block = np.zeros(problem.block_count)
        of_block[blocks] = share[start : start + blocks.size]
        plan[owned] += of_block[owner[owned]] * point[owned]
        start += blocks.size
    return plan
