"""First prices: the same question for a handful of blocks that stand for all, solved as one small program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.status import Status
from optimizer.decomposition.structure import Structure
from optimizer.matrix import Matrix
from optimizer.objectives import HOLD, Stage
from optimizer.staging import Options

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from optimizer.solvers.highs import Session

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


class Sample:
    """The chosen blocks with the coupling rows; each block counts as often as it stands for another.

    The stages are solved one after another, each held as in the whole district, so that there are first prices for all.
    """

    def __init__(
        self, structure: Structure, column_upper: Array, chosen: Indices, weight: Array, options: Options
    ) -> None:
        from scipy.sparse import diags_array, vstack

        self.structure, self.options = structure, options
        matrix = structure.matrix.replace(column_upper=column_upper)
        parts = [structure.blocks[block] for block in chosen]
        self._columns = np.concatenate([*(part.columns for part in parts), structure.shared])
        rows = np.concatenate([part.rows for part in parts])
        self._often = np.concatenate(
            [
                *(np.full(part.columns.size, often) for part, often in zip(parts, weight)),
                np.ones(structure.shared.size),
            ]
        )
        local = matrix.part(rows, self._columns)
        coupling = structure.coupling[:, self._columns] @ diags_array(self._often)
        A: Any = vstack([local.A, coupling]).tocsc()
        A.indices, A.indptr = A.indices.astype(np.int32), A.indptr.astype(np.int32)
        self._rows = rows.size
        self._matrix = Matrix(
            A,
            np.concatenate([local.row_lower, matrix.row_lower[structure.rows]]),
            np.concatenate([local.row_upper, matrix.row_upper[structure.rows]]),
            local.column_lower,
            local.column_upper,
        )
        self._session: Session | None = None
        self._reached: list[tuple[Array, float]] = []
        self._prices: list[Array | None] = []
        self._point = np.zeros(self._columns.size)

    def prices(self, stages: list[Stage], number: int) -> Array | None:
        """Prices of the coupling rows and of the rows that hold earlier stages; `None` where the sample has no plan."""
        while len(self._prices) <= number:
            self._prices.append(self._next(stages[len(self._prices)]))
        return self._prices[number]

    def size_of(self, coupling: csr_array[Any], blocks: int) -> Array:
        """What a block of the district puts into each row on average, by the sample's last point; all positive parts."""
        own = coupling[:, self._columns]
        return np.asarray(abs(own) @ (self._point * self._often)) / blocks

    def _next(self, stage: Stage) -> Array | None:
        from optimizer.solvers.highs import Session

        if self._prices and self._prices[-1] is None:
            return None
        first = self._session is None
        if self._session is None:
            self._session = Session(self._matrix, time_limit=self.options.left())
        for vector, bound in self._reached[-1:]:
            self._session.hold(vector, bound)
        cost = stage.cost[self._columns] * self._often
        solution = self._session.minimise(cost, method="ipm" if first else "primal")
        if solution.status is not Status.OPTIMAL or solution.point is None or solution.row_dual is None:
            return None
        self._point = np.abs(solution.point)
        self._reached.append((-cost, -float(cost @ solution.point) - HOLD * stage.scale))
        return solution.row_dual[self._rows :]
