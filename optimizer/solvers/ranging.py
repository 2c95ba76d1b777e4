"""How far right sides may move before the basis that HiGHS found stops being optimal."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from models.errors import SolverFailure
from optimizer.matrix import Matrix
from optimizer.solvers.highs import Session

Array = NDArray[np.float64]

NOISE = 1e-9  # relative; a smaller step of a ratio test is no step


@dataclass(frozen=True, eq=False)
class RowRanges:
    """How far each row's binding side may move, one by one, before the basis at hand stops being optimal.

    `low` ≤ 0 ≤ `high` are changes of the side, infinite where nothing stops them; a row that does not bind has NaN.
    """

    low: Array
    high: Array


def row_ranges(session: Session) -> RowRanges:
    """Read the ranging of HiGHS for the rows of the last run.

    Raises
    ------
    SolverFailure
        HiGHS has no ranging, which needs an optimal basis.

    """
    highs = session.native
    status, ranging = highs.getRanging()
    if status == highspy.HighsStatus.kError or not ranging.valid:
        raise SolverFailure("HiGHS gave no ranges for the prices.", "Use --method simplex.")
    activity = np.array(highs.getSolution().row_value)
    basic = np.array([int(s) for s in highs.getBasis().row_status]) == int(highspy.HighsBasisStatus.kBasic)
    low = np.minimum(_finite(ranging.row_bound_dn.value_) - activity, 0.0)
    high = np.maximum(_finite(ranging.row_bound_up.value_) - activity, 0.0)
    small = NOISE * (1.0 + np.abs(activity))
    low, high = np.where(low > -small, 0.0, low), np.where(high < small, 0.0, high)
    return RowRanges(np.where(basic, np.nan, low), np.where(basic, np.nan, high))


def _finite(values: object) -> Array:
    figures = np.array(values, dtype=float)
    return np.where(np.abs(figures) >= highspy.kHighsInf, np.copysign(np.inf, figures), figures)


def reach(session: Session, matrix: Matrix, direction: Array) -> tuple[float, float]:
    """Return how far the sides may move along a direction (one figure a row) before the basis stops being optimal.

    The two-sided ratio test in the basis of the last run: t from the first figure (≤ 0) to the second (≥ 0). For a
    single row it is the ranging of HiGHS; a direction moves several rows together.
    """
    highs = session.native
    point, activity = np.array(highs.getSolution().col_value), np.array(highs.getSolution().row_value)
    at_bound = np.array([int(s) for s in highs.getBasis().row_status]) != int(highspy.HighsBasisStatus.kBasic)
    status, basic = highs.getBasicVariables()
    status, step = highs.getBasisSolve(np.where(at_bound, direction, 0.0))
    if status != highspy.HighsStatus.kOk:
        raise SolverFailure("HiGHS has no basis to move from.", "Use --method simplex.")
    basic, step = np.array(basic), np.array(step)
    column, row = basic >= 0, -basic - 1
    rows, columns = row[~column], basic[column]
    value = np.concatenate([point[columns], activity[rows]])
    lower = np.concatenate([matrix.column_lower[columns], matrix.row_lower[rows]])
    upper = np.concatenate([matrix.column_upper[columns], matrix.row_upper[rows]])
    moved = np.concatenate([np.zeros(columns.size), direction[rows]])  # the side of a slack row moves as well
    change = np.concatenate([step[column], -step[~column]]) - moved
    size = 1.0 + np.abs(value)
    room_up, room_down = np.maximum(upper - value, 0.0), np.maximum(value - lower, 0.0)
    room_up, room_down = (np.where(room < NOISE * size, 0.0, room) for room in (room_up, room_down))
    tiny = np.abs(change) <= NOISE
    with np.errstate(divide="ignore", invalid="ignore"):
        forth = np.where(change > 0, room_up / change, room_down / -change)
        back = np.where(change > 0, room_down / change, room_up / -change)
    return -float(np.min(back[~tiny], initial=np.inf)), float(np.min(forth[~tiny], initial=np.inf))
