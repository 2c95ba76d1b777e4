"""A stage with what earlier stages hold, told apart by what it asks of blocks and of the master."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.decomposition.structure import Structure
from optimizer.objectives import Stage

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Setting:
    """A stage with its held rows, told apart: those that rest on one shared column, which then need not move.

    A stage like "the least coverage" is one column; holding it fixes the column, for no later stage gains by more of it.

    Attributes
    ----------
    held : the other held rows; `moving` are their positions among all
    resting : the column of each held row that rests on one; `fixed` its level by position among the shared columns
    row_lower, row_upper : sides of the blocks' rows; a level row whose shared columns move has none
    levelled : whether there is such a row

    """

    stage: Stage
    held: list[tuple[Array, float]]
    moving: list[int]
    resting: dict[int, int]
    fixed: dict[int, float]
    row_lower: Array
    row_upper: Array
    levelled: bool

    @classmethod
    def of(cls, structure: Structure, stage: Stage, held: list[tuple[Array, float]]) -> Setting:
        """Tell the held rows apart and set the sides of the blocks' rows."""
        matrix, shared = structure.matrix, structure.shared
        resting: dict[int, int] = {}
        fixed: dict[int, float] = {}
        for number, (vector, bound) in enumerate(held):
            column = np.flatnonzero(vector)
            if column.size == 1 and _hinders(structure, int(column[0]), stage, float(vector[column[0]])):
                resting[number] = int(column[0])
                position = int(np.searchsorted(shared, column[0]))
                fixed[position] = max(fixed.get(position, -np.inf), bound / vector[column[0]])
        lower, upper, levelled = matrix.row_lower.copy(), matrix.row_upper.copy(), False
        if structure.levels is not None:
            level = np.zeros(shared.size)
            level[list(fixed)] = list(fixed.values())
            asked = structure.levels.asked(level, lower.size)
            lower, upper = lower - asked, upper - asked
            free = structure.levels.row[~np.isin(structure.levels.shared, list(fixed))]
            lower[free], upper[free] = -np.inf, np.inf
            levelled = free.size > 0
        moving = [number for number in range(len(held)) if number not in resting]
        return cls(stage, [held[number] for number in moving], moving, resting, fixed, lower, upper, levelled)


def _hinders(structure: Structure, column: int, stage: Stage, coefficient: float) -> bool:
    """Whether more of a shared column than is held can only hinder: it costs nothing and tightens every row it is in."""
    if structure.owner[column] >= 0 or stage.cost[column] != 0 or coefficient <= 0:
        return False
    matrix = structure.matrix
    entries = slice(matrix.A.indptr[column], matrix.A.indptr[column + 1])
    row, value = matrix.A.indices[entries], matrix.A.data[entries]
    return bool(
        np.where(value > 0, np.isneginf(matrix.row_lower[row]), np.isposinf(matrix.row_upper[row])).all()
    )
