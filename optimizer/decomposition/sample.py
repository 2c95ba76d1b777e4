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
SPARE = 0.02  # of what blocks put into a coupling row; prices at the very edge of what can be met are steep


@dataclass(frozen=True, eq=False)
class Sampled:
    """Prices of the coupling rows of a few blocks, what a block puts into each row on average, own columns, and the cost."""

    price: Array
    use: Array
    own: Array
    value: float


@dataclass(frozen=True, eq=False)
class _Program:
    """A problem of a few blocks as one program; `first` is its first coupling row, `columns` how many the blocks have."""

    matrix: Matrix
    cost: Array
    first: int
    columns: int

    @classmethod
    def of(
        cls, problem: Problem, few: Few, column_upper: Array, row_lower: Array, row_upper: Array
    ) -> _Program:
        from scipy.sparse import block_array, block_diag, csr_array, diags_array

        blocks = [problem.structure.blocks[block] for block in few.chosen]
        columns = np.concatenate([block.columns for block in blocks])
        rows = np.concatenate([block.rows for block in blocks])
        often = np.concatenate(
            [np.full(block.columns.size, weight) for block, weight in zip(blocks, few.weight)]
        )
        local = block_diag([block.matrix.A for block in blocks], format="csr")
        coupling = problem.coupling[:, columns] @ diags_array(often)
        A = _narrow(block_array([[local, None], [coupling, csr_array(problem.own_entries)]], format="csc"))
        matrix = Matrix(
            A,
            np.concatenate([row_lower[rows], problem.lower]),
            np.concatenate([row_upper[rows], problem.upper]),
            np.concatenate([problem.structure.matrix.column_lower[columns], problem.own_lower]),
            np.concatenate([column_upper[columns], problem.own_upper]),
        )
        cost = np.concatenate([problem.cost[columns] * often, problem.own_cost])
        return cls(matrix, cost, rows.size, columns.size)

    def use(self, point: Array) -> Array:
        """What the blocks put into every coupling row at a point, in size."""
        return np.asarray(abs(self.matrix.A[self.first :, : self.columns]) @ np.abs(point[: self.columns]))


def _narrow(A: Any) -> Any:
    A.indices, A.indptr = A.indices.astype(np.int32), A.indptr.astype(np.int32)
    return A


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
    from optimizer.solvers.highs import EQUILIBRATED, Session

    program = _Program.of(problem, few, column_upper, row_lower, row_upper)
    # prices of another vertex, from simplex or another scaling, lead some large districts astray; see docs/benchmarks/pooled.md
    session = Session(program.matrix, time_limit=options.left(), scale=EQUILIBRATED)
    session.limit_iterations(INSIDE, AFTER)
    solution = session.minimise(program.cost, method="ipm", doubt=False)
    if solution.status is not Status.OPTIMAL or solution.point is None or solution.row_dual is None:
        raise SolverFailure("The blocks that stand for all have no plan.", "Try --method ipm.")
    return Sampled(
        solution.row_dual[program.first :],
        program.use(solution.point) / problem.block_count,
        solution.point[program.columns :],
        float(program.cost @ solution.point),
    )


def within_reach(
    problem: Problem, few: Few, column_upper: Array, row_lower: Array, row_upper: Array, options: Options
) -> tuple[Array, Array]:
    """Sides of the coupling rows that a few blocks can meet: let out by what is missing, and by `SPARE` of what they use.

    Where money is just enough for all, the schools that stand for them may be those for which it is not.

    Raises
    ------
    SolverFailure
        The blocks have no plan at any sides, or the solver failed.

    """
    from scipy.sparse import csc_array, eye_array, hstack, vstack

    from optimizer.solvers.highs import Session

    program = _Program.of(problem, few, column_upper, row_lower, row_upper)
    matrix, count = program.matrix, problem.lower.size
    beyond = vstack([csc_array((program.first, count)), eye_array(count)])
    elastic = Matrix(
        _narrow(hstack([matrix.A, beyond, -beyond], format="csc")),
        matrix.row_lower,
        matrix.row_upper,
        np.concatenate([matrix.column_lower, np.zeros(2 * count)]),
        np.concatenate([matrix.column_upper, np.full(2 * count, np.inf)]),
    )
    missing = np.concatenate([np.zeros(matrix.shape[1]), np.ones(2 * count)])
    # interior point takes some of these programs for infeasible
    found = Session(elastic, time_limit=options.left()).minimise(missing, method="simplex", doubt=False)
    if found.point is None:
        raise SolverFailure("The blocks that stand for all have no plan at any sides.", "Try --method ipm.")
    point = found.point[: matrix.shape[1]]
    reached = (matrix.A @ point)[program.first :]
    spare = SPARE * program.use(point)
    return np.minimum(problem.lower, reached - spare), np.maximum(problem.upper, reached + spare)


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
