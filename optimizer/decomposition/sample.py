"""First prices: the same question for a handful of blocks that stand for all, solved as one small program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import SolverFailure
from models.status import Status
from optimizer.chains import Few
from optimizer.decomposition.problem import Problem
from optimizer.matrix import Matrix
from optimizer.staging import Options

Array = NDArray[np.float64]

# iterations of interior point, and of simplex after it: what is out of reach takes far more
INSIDE, AFTER = 150, 5_000


@dataclass(frozen=True, eq=False)
class Sampled:
    """Prices of the coupling rows of a few blocks, what a block puts into each row on average, own columns, and the cost."""

    price: Array
    use: Array
    own: Array
    value: float


def sample(
    problem: Problem, few: Few, column_upper: Array, row_lower: Array, row_upper: Array, options: Options
) -> Sampled:
    """Solve a problem of a few blocks as one program.

    Parameters
    ----------
    problem, few
        The stage, put together for these blocks.
    column_upper, row_lower, row_upper
        Bounds and sides of the blocks' columns and rows, as they are asked.
    options
        For the time that is left.

    Raises
    ------
    SolverFailure
        The sample has no plan, or the solver failed.

    """
    from scipy.sparse import block_array, block_diag, csr_array, diags_array

    from optimizer.solvers.highs import EQUILIBRATED, Session

    blocks = [problem.structure.blocks[block] for block in few.chosen]
    columns = np.concatenate([block.columns for block in blocks])
    rows = np.concatenate([block.rows for block in blocks])
    often = np.concatenate([np.full(block.columns.size, weight) for block, weight in zip(blocks, few.weight)])
    local = block_diag([block.matrix.A for block in blocks], format="csr")
    coupling = problem.coupling[:, columns] @ diags_array(often)
    A: Any = block_array([[local, None], [coupling, csr_array(problem.own_entries)]], format="csc")
    A.indices, A.indptr = A.indices.astype(np.int32), A.indptr.astype(np.int32)
    matrix = Matrix(
        A,
        np.concatenate([row_lower[rows], problem.lower]),
        np.concatenate([row_upper[rows], problem.upper]),
        np.concatenate([problem.structure.matrix.column_lower[columns], problem.own_lower]),
        np.concatenate([column_upper[columns], problem.own_upper]),
    )
    cost = np.concatenate([problem.cost[columns] * often, problem.own_cost])
    # prices of another vertex, from simplex or another scaling, lead some large districts astray; see docs/benchmarks/pooled.md
    session = Session(matrix, time_limit=options.left(), scale=EQUILIBRATED)
    session.limit_iterations(INSIDE, AFTER)
    solution = session.minimise(cost, method="ipm", doubt=False)
    if solution.status is not Status.OPTIMAL or solution.point is None or solution.row_dual is None:
        raise SolverFailure("The blocks that stand for all have no plan.", "Try --method ipm.")
    use = abs(coupling) @ np.abs(solution.point[: columns.size])
    return Sampled(
        solution.row_dual[rows.size :],
        np.asarray(use) / problem.block_count,
        solution.point[columns.size :],
        float(cost @ solution.point),
    )


def spread_prices(price: Array, of_few: Problem, few: Few, problem: Problem) -> Array:
    """Prices for all coupling rows from those among a few: a level row takes the price of the one that stands for it."""
    level_of, place = problem.structure.level_of, {int(row): i for i, row in enumerate(of_few.rows)}
    position = {int(row): i for i, row in enumerate(problem.structure.rows)}
    of_block = {
        int(level_of[position[int(row)]]): price[i]
        for i, row in enumerate(of_few.rows)
        if level_of[position[int(row)]] >= 0
    }
    usual = float(np.mean(list(of_block.values()))) if of_block else 0.0
    own = np.zeros(problem.rows.size)
    for i, row in enumerate(problem.rows):
        block = int(level_of[position[int(row)]])
        if block < 0:
            own[i] = price[place[int(row)]]
        else:
            one = int(few.stands[block])
            own[i] = of_block.get(int(few.chosen[one]), usual) if one >= 0 else usual
    return np.concatenate([own, price[of_few.rows.size :]])
