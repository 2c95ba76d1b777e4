"""The optimum of any program of many schools by common prices, for whoever goes on from there, and how far a column can go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.errors import NoPlan, SolverFailure
from optimizer.decomposition.prices import Prices
from optimizer.decomposition.structure import Structure, structure_of
from optimizer.matrix import Matrix
from optimizer.objectives import Stage
from optimizer.staging import Options

if TYPE_CHECKING:
    from optimizer.solvers.highs import Session

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

TINY = 1e-6  # missing in the units of the coupling rows: nothing
CLOSE = 1e-8  # relative: steps of a column this short are none
MOST = 100  # places of a column that are asked


def optimum(matrix: Matrix, cost: Array, options: Options) -> tuple[Array, Array] | None:
    """Minimise cost · x by prices: the point and the duals of the rows; `None` where the schools cannot be told apart.

    Raises
    ------
    NoPlan
        No point satisfies all rules.
    SolverFailure
        The solver stopped early, or prices led to nothing.

    """
    structure, free = _moving(matrix)
    if structure is None:
        return None
    reached = _prices(structure, cost[free], options).first()
    point = matrix.column_lower.copy()
    point[free] = reached.point
    return point, reached.row_dual


def goes_to_vertex(session: Session, matrix: Matrix, cost: Array, options: Options) -> bool:
    """Have a session of a large program of many schools stand at its best vertex, which prices find earliest; says whether it does.

    Raises
    ------
    NoPlan
        No point satisfies all rules.

    """
    try:
        found = optimum(matrix, cost, options)
    except SolverFailure:
        return False
    return found is not None and session.cross_over(matrix.A, cost, *found)


def farthest(matrix: Matrix, column: int, toward: float, options: Options) -> float | None:
    """The greatest (`toward` 1) or least (−1) value of a column at which there is a point; `None` where there is none at any.

    It is sought from the end that is asked for, where mostly something is missing. What is missing at least, and its duals, say
    up to where something must be missing, which is asked next; a block that has no point by itself, which may be so towards the
    end that is asked for alone, halves the way.

    Raises
    ------
    SolverFailure
        The solver stopped early, or prices do not tell.

    """
    ends = float(matrix.column_lower[column]), float(matrix.column_upper[column])
    at, last = ends if toward < 0 else ends[::-1]
    entries = np.asarray(matrix.A[:, [column]].todense()).ravel()
    close = CLOSE * (1.0 + abs(at) + abs(last))
    good: float | None = None
    bad: float | None = None  # where a block has no point; between the two nothing is known
    for _ in range(MOST):
        missing, slope = _missing(matrix, column, at, entries, options)
        if missing is None:
            bad = at
        elif missing > TINY:
            if toward * slope <= 0:  # as much or more on the way to the other end
                return None
            step = missing / abs(slope)
            if step <= close:
                return at
            at, bad = at - toward * step, None  # nowhere beyond
            if toward * (last - at) > close:
                return None
            at = max(at, last) if toward > 0 else min(at, last)
            continue
        else:
            good = at
        if bad is None:
            return good
        rest = last if good is None else good
        if abs(bad - rest) > close:
            at = (bad + rest) / 2.0
        elif good is None and at != last:
            at = last
        else:
            return good
    raise SolverFailure("How far the column can go was not found.", "Report this.")


def _missing(
    matrix: Matrix, column: int, at: float, entries: Array, options: Options
) -> tuple[float | None, float]:
    """What is missing at least where a column stands at some value, and its slope; `None` where a block has no point."""
    low, high = matrix.column_lower.copy(), matrix.column_upper.copy()
    low[column] = high[column] = at
    structure, free = _moving(matrix.replace(column_lower=low, column_upper=high))
    if structure is None:
        raise SolverFailure("The schools cannot be told apart.", "Try --method ipm.")
    try:
        missing, row_dual = _prices(structure, np.zeros(free.size), options).missing()
    except NoPlan:
        return None, 0.0
    if np.isnan(missing):
        raise SolverFailure("Prices do not tell whether there is a plan.", "Try --method ipm.")
    return missing, -float(row_dual @ entries)


def _moving(matrix: Matrix) -> tuple[Structure | None, Indices]:
    """The structure of the columns that can move, and which these are.

    A column of no school that stands still (how much funding changes) is no part of what couples them, and goes to the sides.
    """
    assert matrix.owner is not None
    still = (matrix.owner < 0) & (matrix.column_lower == matrix.column_upper)
    fixed, free = np.flatnonzero(still), np.flatnonzero(~still)
    moved = matrix.A[:, fixed] @ matrix.column_lower[fixed]
    rest = Matrix(
        matrix.A[:, free],
        matrix.row_lower - moved,
        matrix.row_upper - moved,
        matrix.column_lower[free],
        matrix.column_upper[free],
        owner=matrix.owner[free],
    )
    return structure_of(rest), free


def _prices(structure: Structure, cost: Array, options: Options) -> Prices:
    stage = Stage("optimum", cost, 1.0, 1.0)
    return Prices(structure, [stage, stage], options)  # as if another stage held it: as exact as that
