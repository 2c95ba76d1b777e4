"""Shared columns that balanced rows carry: the district's hiring cost, of which every school's budget bears a share.

A balanced row is met at the coupling row's price, so the master lets a shared column draw on the coupling rows directly
(`carried_entries`) and blocks are solved as if it were 0. That is exact while every block trades freely. Where a block may
give only so much, or giving has a cost of its own, a dollar inside the block is worth less than one in the pool. Two
corrections make it exact again:

- *trapped*: the part of a unit of the shared column that blocks pay with trapped money, which the pool could not have had,
  from the duals that the blocks answered. It is a part, not dollars, so that it stays right while prices move;
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

PRICED = 1e-9  # of the highest price of money, the least of which a part can be told


def carried_entries(
    structure: Structure, coupling: csr_array[Any], cost: Array, part: Array | None = None
) -> tuple[Array, Array]:
    """What a unit of each shared column asks of coupling rows and costs through balancing, axes (row, shared), (shared).

    With `part` (axis carried entry), only so much of it.
    """
    carried, balance, shared = structure.carried, structure.balance, structure.shared.size
    entries, own_cost = np.zeros((coupling.shape[0], shared)), np.zeros(shared)
    if carried is None:
        return entries, own_cost
    more = balance.more[carried.row]
    change = -carried.value / balance.relief[carried.row] * (1.0 if part is None else part)
    columns = coupling.tocsc()
    first = columns.indptr[more]
    np.add.at(entries, (columns.indices[first], carried.shared), change * columns.data[first])
    return entries, np.bincount(carried.shared, change * cost[more], shared)


@dataclass(frozen=True, eq=False)
class Trapped:
    """What shared columns cost beyond their price (mostly less) because money in the blocks is worth less than the pool's.

    Attributes
    ----------
    part : part of each carried entry that is paid with trapped money, axis carried entry
    rest : what a unit of a shared column costs beyond its price and these parts, axis shared
    change, size : both together, and the size of the price, axis shared

    """

    part: Array
    rest: Array
    change: Array
    size: Array


def trapped_in(structure: Structure, reduced: Array, row_dual: Array) -> Trapped | None:
    """Compare the price of money in the pool with what it is worth inside the blocks.

    Parameters
    ----------
    structure
        The matrix as blocks.
    reduced
        Cost of every column at the prices that were asked.
    row_dual
        What the blocks answered, as duals of all rows.

    """
    carried, balance, shared = structure.carried, structure.balance, structure.shared.size
    if carried is None:
        return None
    worth, inside = reduced[balance.more[carried.row]] / balance.relief[carried.row], row_dual[carried.row]
    priced = np.abs(worth) > PRICED * np.abs(worth).max(initial=0.0)
    part = np.clip(np.divide(worth - inside, worth, out=np.zeros(worth.size), where=priced), 0.0, 1.0)

    def of_shared(value: Array) -> Array:
        return np.bincount(carried.shared, value, shared)

    return Trapped(
        part,
        of_shared(carried.value * ((1.0 - part) * worth - inside)),
        of_shared(carried.value * (worth - inside)),
        of_shared(np.abs(carried.value * worth)),
    )


@dataclass(frozen=True, eq=False)
class Limits:
    """Rows that limit what a block gives and rise with what it carries.

    Attributes
    ----------
    row, block : the rows and their blocks, axis limit row
    giver, taker : what is given, the column that the row holds, and what is received
    slope : coefficient of what is given
    rise : by how much the side rises with a unit of each shared column, axes (limit row, shared)

    """

    row: Indices
    block: Indices
    giver: Indices
    taker: Indices
    slope: Array
    rise: csr_array[Any]

    @classmethod
    def of(cls, structure: Structure) -> Limits | None:
        """Find them; `None` where nothing is carried or limited."""
        from scipy.sparse import csr_array

        carried, balance = structure.carried, structure.balance
        if carried is None:
            return None
        budget = np.unique(carried.row[balance.limit[carried.row] >= 0])
        if budget.size == 0:
            return None
        limited = balance.limit[carried.row] >= 0
        at, slope = carried.row[limited], balance.slope
        rise = csr_array(
            (
                -carried.value[limited] / balance.relief[at] * slope[at],
                (np.searchsorted(budget, at), carried.shared[limited]),
            ),
            shape=(budget.size, structure.shared.size),
        )
        giver = balance.less[budget]
        return cls(
            balance.limit[budget], structure.owner[giver], giver, balance.more[budget], slope[budget], rise
        )

    def room(self, level: Array) -> Array:
        """How far each side rises at a level of the shared columns, axis limit row."""
        return np.asarray(self.rise @ level)

    def lawful(self, point: Array, upper: Array, blocks: Indices) -> Indices:
        """Those of some blocks whose point keeps the raised limits; `upper` has the sides of all rows."""
        activity = self.slope * point[self.giver]
        broken = self.block[activity > upper[self.row] + 1e-7 * (1.0 + np.abs(upper[self.row]))]
        return blocks[~np.isin(blocks, broken)]
