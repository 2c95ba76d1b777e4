"""Shared columns that balanced rows carry: the district's hiring cost, of which every school's budget bears a share.

A balanced row is met at the coupling row's price, so the master lets a shared column draw on the coupling rows directly
(`carried_entries`) and blocks are solved as if it were 0. That is exact while every block trades freely. Where a block may
give only so much, or giving has a cost of its own, a dollar inside the block is worth less than one in the pool. Two
corrections make it exact again:

- *trapped*: what a unit of the shared column costs less because blocks pay part of it with trapped money, from the duals
  that the blocks answered;
- *room*: what blocks give counts before they pay their part, so their limit rises by it, at the level last seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.decomposition.structure import Structure

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


def carried_entries(structure: Structure, coupling: csr_array[Any], cost: Array) -> tuple[Array, Array]:
    """What a unit of each shared column asks of coupling rows and costs through balancing, axes (row, shared), (shared)."""
    carried, balance, shared = structure.carried, structure.balance, structure.shared.size
    entries, own_cost = np.zeros((coupling.shape[0], shared)), np.zeros(shared)
    if carried is None:
        return entries, own_cost
    more = balance.more[carried.row]
    change = -carried.value / balance.relief[carried.row]
    columns = coupling.tocsc()
    first = columns.indptr[more]
    np.add.at(entries, (columns.indices[first], carried.shared), change * columns.data[first])
    return entries, np.bincount(carried.shared, change * cost[more], shared)


@dataclass(frozen=True, eq=False)
class Trapped:
    """What a unit of every shared column costs beyond its price (mostly less), and the size of that price; axis shared."""

    change: Array
    size: Array


def trapped_in(structure: Structure, reduced: Array, row_dual: Array, weight: Array) -> Trapped | None:
    """Compare the price of money in the pool with what it is worth inside the blocks.

    Parameters
    ----------
    structure
        The matrix as blocks.
    reduced
        Cost of every column at the prices that were asked.
    row_dual
        What the blocks answered, as duals of all rows.
    weight
        For how many blocks each block stands, axis block.

    """
    carried, balance, shared = structure.carried, structure.balance, structure.shared.size
    if carried is None:
        return None
    worth = reduced[balance.more[carried.row]] / balance.relief[carried.row]
    often = weight[structure.owner[balance.more[carried.row]]]
    every = np.bincount(carried.shared, np.abs(carried.value), shared)
    seen = np.bincount(carried.shared, often * np.abs(carried.value), shared)
    factor = np.divide(every, seen, out=np.zeros(shared), where=seen > 0)
    change = np.bincount(carried.shared, often * carried.value * (worth - row_dual[carried.row]), shared)
    size = np.bincount(carried.shared, often * np.abs(carried.value * worth), shared)
    return Trapped(change * factor, size * factor)


@dataclass(frozen=True, eq=False)
class Room:
    """Rows that limit what blocks give, and how far each side rises at a level of the shared columns; axis limit row."""

    row: Indices
    block: Indices
    giver: Indices
    slope: Array
    rise: Array

    @classmethod
    def at(cls, structure: Structure, level: Array) -> Room | None:
        """Room at a level of the shared columns; `None` where nothing is carried or limited."""
        if structure.carried is None:
            return None
        balance = structure.balance
        asked = structure.carried.asked(level, structure.matrix.shape[0])
        row = np.flatnonzero((balance.limit >= 0) & (asked != 0))
        if row.size == 0:
            return None
        giver, slope = balance.less[row], balance.slope[row]
        rise = -asked[row] / balance.relief[row] * slope
        return cls(balance.limit[row], structure.owner[giver], giver, slope, rise)

    def worth(self, row_dual: Array, weight: Array) -> float:
        """What the rise is worth at duals of all rows, each block counted by its weight."""
        return float(weight[self.block] @ (self.rise * row_dual[self.row]))

    def lawful(self, point: Array, upper: Array, blocks: Indices) -> Indices:
        """Those of some blocks whose point keeps the raised limits; `upper` has the sides of all rows."""
        activity = self.slope * point[self.giver]
        broken = self.block[activity > upper[self.row] + 1e-7 * (1.0 + np.abs(upper[self.row]))]
        return blocks[~np.isin(blocks, broken)]
