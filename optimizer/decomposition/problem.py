"""One stage to be solved by prices: its cost, the coupling rows with those of held stages, the district's own columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.decomposition.pooling import Pool
from optimizer.decomposition.structure import Structure

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(eq=False)
class Problem:
    """min cost · x within blocks and coupling rows.

    Attributes
    ----------
    coupling : axes (coupling row, column of the matrix); the held rows come behind the matrix's own
    lower, upper : sides of the coupling rows
    unit : size of what a block puts into each coupling row, so that rows of money and of people weigh alike
    own_cost, own_lower, own_upper, own_entries : the district's own columns in the master: shared columns (with what
        carrying them asks of the coupling rows), then stocks; entries have axes (coupling row, own column)

    """

    structure: Structure
    cost: Array
    coupling: csr_array[Any]
    lower: Array
    upper: Array
    unit: Array
    own_cost: Array
    own_lower: Array
    own_upper: Array
    own_entries: Array

    @classmethod
    def of(
        cls,
        structure: Structure,
        cost: Array,
        held: list[tuple[Array, float]],
        unit: Array,
        pool: Pool | None,
    ) -> Problem:
        """Put a stage together; held rows are vector · x ≥ bound."""
        from scipy.sparse import csr_array, vstack

        matrix, shared = structure.matrix, structure.shared
        coupling = structure.coupling
        lower, upper = matrix.row_lower[structure.rows], matrix.row_upper[structure.rows]
        if held:
            coupling = vstack([coupling, csr_array(np.array([vector for vector, _ in held]))]).tocsr()
            lower = np.concatenate([lower, [bound for _, bound in held]])
            upper = np.concatenate([upper, np.full(len(held), np.inf)])
        entries = coupling[:, shared].toarray()
        own_cost, own_lower, own_upper = (
            cost[shared],
            matrix.column_lower[shared],
            matrix.column_upper[shared],
        )
        if structure.carried is not None:
            carried, balance = structure.carried, structure.balance
            more = balance.more[carried.row]
            change = -carried.value / balance.relief[carried.row]
            columns = coupling.tocsc()
            position = columns.indptr[more]
            np.add.at(entries, (columns.indices[position], carried.shared), change * columns.data[position])
            own_cost = own_cost + np.bincount(carried.shared, change * cost[more], shared.size)
        if pool is not None:
            stocks = pool.capacity.size
            effect = np.zeros((lower.size, stocks))
            effect[: pool.use.shape[0]] = pool.use
            entries = np.hstack([entries, effect])
            own_cost = np.append(own_cost, np.zeros(stocks))
            own_lower, own_upper = np.append(own_lower, np.zeros(stocks)), np.append(own_upper, pool.capacity)
        return cls(structure, cost, coupling, lower, upper, unit, own_cost, own_lower, own_upper, entries)

    def rescale(self, factor: float) -> None:
        """Multiply all costs."""
        self.cost, self.own_cost = self.cost * factor, self.own_cost * factor

    @property
    def block_count(self) -> int:
        """Number of blocks."""
        return len(self.structure.blocks)

    def reduced(self, price: Array) -> Array:
        """Cost of every column at prices of the coupling rows."""
        return np.asarray(self.cost - self.coupling.T @ price)

    @cached_property
    def _places(self) -> tuple[Indices, Indices, Array]:
        """Entries of the blocks in the coupling rows: place in the table by_block makes, column, coefficient."""
        entries = self.coupling.tocoo()
        row, column = (part.astype(np.int64) for part in entries.coords)
        owner = self.structure.owner[column]
        mine = owner >= 0
        return row[mine] * self.block_count + owner[mine], column[mine], entries.data[mine]

    def by_block(self, point: Array) -> tuple[Array, Array]:
        """What the blocks' points cost (axis block) and put into the coupling rows (axes coupling row, block)."""
        owner = self.structure.owner
        owned = owner >= 0
        cost = np.bincount(owner[owned], (self.cost * point)[owned], self.block_count)
        place, column, value = self._places
        use = np.bincount(place, value * point[column], self.lower.size * self.block_count)
        return cost, use.reshape(self.lower.size, self.block_count)

    def bound(self, price: Array, block_cost: float) -> float:
        """Lagrangian bound: worth of the coupling rows at these prices, and least cost of the blocks and of own columns."""
        side = np.where(price > 0, self.lower, self.upper)
        used = price != 0
        worth = float(price[used] @ side[used])
        left = self.own_cost - self.own_entries.T @ price
        size = np.abs(self.own_cost) + np.abs(self.own_entries).T @ np.abs(price)
        left[np.abs(left) <= 1e-9 * size] = 0.0
        at = np.where(left > 0, self.own_lower, self.own_upper)
        counted = left != 0
        return worth + block_cost + float(left[counted] @ at[counted])
