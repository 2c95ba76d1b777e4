"""The optimum of any program of many schools by common prices, for whoever goes on from there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.decomposition.prices import Prices
from optimizer.decomposition.structure import structure_of
from optimizer.matrix import Matrix
from optimizer.objectives import Stage
from optimizer.staging import Options

Array = NDArray[np.float64]


def optimum(matrix: Matrix, cost: Array, options: Options) -> tuple[Array, Array] | None:
    """Minimise cost · x by prices: the point and the duals of the rows; `None` where the schools cannot be told apart.

    A column of no school that stands still (how much funding changes) is no part of what couples them, and goes to the sides.

    Raises
    ------
    NoPlan
        No point satisfies all rules.
    SolverFailure
        The solver stopped early, or prices led to nothing.

    """
    assert matrix.owner is not None
    still = (matrix.owner < 0) & (matrix.column_lower == matrix.column_upper)
    fixed, free = np.flatnonzero(still), np.flatnonzero(~still)
    point = matrix.column_lower.copy()
    moved = matrix.A[:, fixed] @ point[fixed]
    structure = structure_of(
        Matrix(
            matrix.A[:, free],
            matrix.row_lower - moved,
            matrix.row_upper - moved,
            matrix.column_lower[free],
            matrix.column_upper[free],
            owner=matrix.owner[free],
        )
    )
    if structure is None:
        return None
    stage = Stage("optimum", cost[free], 1.0, 1.0)
    twice = [stage, stage]  # as if another stage held it: as exact as that
    reached = Prices(structure, twice, options).first()
    point[free] = reached.point
    return point, reached.row_dual
