"""Shared columns that balanced rows carry: the district's hiring cost, of which every school's budget bears a share.

Blocks pay their part at the level last seen (`Burden`), so what they answer there is exact. Beside that level the master lets
a shared column draw on the coupling rows directly (`carried_entries`), for a balanced row is met at the coupling row's price.
That is exact too while every block trades freely. Where a block may give only so much, or giving has a cost of its own, a
dollar inside the block is worth less than one in the pool: some of it is *trapped*. The part of a unit of the shared column
that blocks pay with trapped money, which the pool could not have had, is known from the duals that the blocks answered. It
is a part, not dollars, so that it stays right while prices move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.decomposition.structure import Structure

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Known = tuple[Array, Indices]  # a point over all columns, and the blocks whose columns it holds

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
class Burden:
    """What blocks pay of shared columns at a level of those, axis shared.

    Points are kept as if nothing was carried, so that they can be compared whatever the level they were found at.
    """

    structure: Structure
    limits: Limits | None
    level: Array

    def asked(self, level: Array | None = None) -> Array:
        """What every row of the matrix is asked, at this level or another."""
        rows = self.structure.matrix.shape[0]
        if self.structure.carried is None:
            return np.zeros(rows)
        return self.structure.carried.asked(self.level if level is None else level, rows)

    def paid(self, known: Sequence[Known]) -> list[Known]:
        """Known points with their part of the burden paid; some may then give more than their limits."""
        if self.structure.carried is None:
            return list(known)
        asked, settle = self.asked(), self.structure.balance.settle
        return [(settle(point, asked), blocks) for point, blocks in known]

    def lawful(self, known: Sequence[Known], row_upper: Array) -> list[Known]:
        """The same, giving no more than limits allow; `row_upper` has the sides of all rows."""
        paid = self.paid(known)
        if self.limits is None:
            return paid
        side = row_upper[self.limits.row]
        return [(self.limits.keep(point, side), blocks) for point, blocks in paid]

    def unpaid(self, point: Array) -> Array:
        """A point as if nothing was carried."""
        return self._beside(point, np.zeros_like(self.level))

    def settled(self, point: Array) -> Array:
        """A point with its burden paid at the level that it has itself."""
        return self._beside(point, point[self.structure.shared])

    def _beside(self, point: Array, level: Array) -> Array:
        if self.structure.carried is None:
            return point
        return self.structure.balance.settle(point, self.asked(level) - self.asked())


@dataclass(frozen=True, eq=False)
class Limits:
    """Rows that limit what a block gives; what it could give besides rises with what it no longer has to pay.

    Attributes
    ----------
    row, block : the rows and their blocks, axis limit row
    giver, taker : what is given, the column that the row holds, and what is received
    slope : coefficient of what is given
    rise : what a block gives less for a unit of each shared column, in its limit row, axes (limit row, shared)

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

    def keep(self, point: Array, side: Array) -> Array:
        """A point whose blocks give no more than their limits (axis limit row) allow: the rest stays unspent."""
        point = point.copy()
        point[self.giver] = np.minimum(point[self.giver], side / self.slope)
        return point
