"""One stage to be solved by prices: its cost, the coupling rows with those of held stages, the district's own columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.chains import Few
from optimizer.decomposition.carrying import carried_entries
from optimizer.decomposition.structure import Structure

if TYPE_CHECKING:
    from scipy.sparse import csc_array, csr_array

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

ROUNDING = 1e-8  # relative reduced cost of an own column that counts as nothing


@dataclass(eq=False)
class Problem:
    """min cost · x within blocks and coupling rows.

    Attributes
    ----------
    rows : rows of the matrix among the coupling rows
    coupling : axes (coupling row, column of the matrix); the held rows come behind the matrix's own
    lower, upper : sides of the coupling rows
    unit : size of what a block puts into each coupling row, so that rows of money and of people weigh alike
    own_cost, own_lower, own_upper, own_entries : the shared columns in the master, with what carrying them asks of the
        coupling rows; entries have axes (coupling row, shared column)
    own_row : the one coupling row that a shared column stands in itself, −1 where there are none or several
    one : a cost of 1 after rescaling
    change, limit : what own columns are made to cost beyond their cost, and how far they may go by themselves
    shift, base : by how much the sides of coupling rows are higher, and cost is, for what blocks already pay themselves

    """

    structure: Structure
    cost: Array
    rows: Indices
    coupling: csr_array[Any]
    lower: Array
    upper: Array
    unit: Array
    own_cost: Array
    own_lower: Array
    own_upper: Array
    own_entries: Array
    own_row: Indices
    one: float = 1.0

    def __post_init__(self) -> None:
        self.change, self.limit = np.zeros(self.own_cost.size), self.own_upper
        self.shift, self.base = np.zeros(self.lower.size), 0.0
        self._plain = self.own_entries, self.own_cost, self.lower, self.upper

    @classmethod
    def of(
        cls,
        structure: Structure,
        cost: Array,
        held: list[tuple[Array, float]],
        fixed: dict[int, float] | None = None,
        few: Few | None = None,
    ) -> Problem:
        """Put a stage together.

        Parameters
        ----------
        structure, cost, held
            Minimise cost · x over the structure, with held rows vector · x ≥ bound.
        fixed
            Level of shared columns (by position) that do not move; level rows without a free one belong to the blocks.
        few
            Blocks that stand for all; level rows of the others are left out.

        """
        from scipy.sparse import csr_array, vstack

        matrix, shared, fixed = structure.matrix, structure.shared, fixed or {}
        kept, weight = _kept(structure, fixed, few)
        rows, coupling = structure.rows[kept], structure.coupling[kept]
        lower, upper = matrix.row_lower[rows] * weight, matrix.row_upper[rows] * weight
        if held:
            coupling = vstack([coupling, csr_array(np.array([vector for vector, _ in held]))]).tocsr()
            lower = np.concatenate([lower, [bound for _, bound in held]])
            upper = np.concatenate([upper, np.full(len(held), np.inf)])
            weight = np.concatenate([weight, np.ones(len(held))])
        entries = coupling[:, shared].toarray() * weight[:, None]
        own_row = np.full(shared.size, -1)
        if entries.size:
            own_row = np.where((entries != 0).sum(axis=0) == 1, np.abs(entries).argmax(axis=0), -1)
        own_cost, own_lower, own_upper = (
            part[shared].copy() for part in (cost, matrix.column_lower, matrix.column_upper)
        )
        for position, level in fixed.items():
            own_lower[position] = own_upper[position] = level
        carried, carried_cost = carried_entries(structure, coupling, cost)
        entries += carried
        own_cost += carried_cost
        return cls(
            structure,
            cost,
            rows,
            coupling,
            lower,
            upper,
            np.ones(lower.size),
            own_cost,
            own_lower,
            own_upper,
            entries,
            own_row,
        )

    @property
    def block_count(self) -> int:
        """Number of blocks."""
        return len(self.structure.blocks)

    def rescale(self, factor: float) -> None:
        """Multiply all costs."""
        self.cost, self.own_cost, self.one = self.cost * factor, self.own_cost * factor, self.one * factor
        entries, cost, lower, upper = self._plain
        self._plain = entries, cost * factor, lower, upper
        self.base *= factor

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

    @cached_property
    def _columns(self) -> csc_array[Any]:
        return self.coupling.tocsc()

    def of_ray(self, block: int, direction: Array) -> tuple[float, float, Array]:
        """What a direction of one block (axis column of the block) costs, the size of that, and its use of the coupling rows."""
        columns = self.structure.blocks[block].columns
        moved = np.flatnonzero(direction)
        cost = self.cost[columns[moved]] * direction[moved]
        return (
            float(cost.sum()),
            float(np.abs(cost).sum()),
            self._columns[:, columns[moved]] @ direction[moved],
        )

    def steer(self, most: Array) -> None:
        """Let own columns go no further than `most`; axis own."""
        self.own_upper = np.minimum(self.limit, most)

    def at(self, level: Array, part: Array | None = None, rest: Array | None = None) -> None:
        """Have blocks pay themselves what they carry at a level of the own columns (axis own).

        Only what goes beyond it draws on the coupling rows, and of that a part of every carried entry is taken for paid with
        trapped money. Besides, own columns cost `rest` more.
        """
        entries, cost, lower, upper = self._plain
        carried, carried_cost = carried_entries(self.structure, self.coupling, self.cost)
        if part is not None:
            eased, eased_cost = carried_entries(self.structure, self.coupling, self.cost, part)
            carried, carried_cost = carried - eased, carried_cost - eased_cost
            entries, cost = entries - eased, cost - eased_cost
        self.own_entries, self.own_cost = entries, cost
        self.change = np.zeros(level.size) if rest is None else rest
        self.shift, self.base = carried @ level, -float(carried_cost @ level)
        self.lower, self.upper = lower + self.shift, upper + self.shift

    def plain(self, level: Array) -> Problem:
        """The problem with blocks that pay what they carry at a level, and no trapped money."""
        entries, cost, lower, upper = self._plain
        plain = replace(self, own_entries=entries, own_cost=cost, lower=lower, upper=upper)
        plain.limit = self.limit
        plain.at(level)
        return plain

    def met(self, price: Array, level: Array) -> Array:
        """Change the prices of rows that stand for own columns, so that those with a level (axis own) do not gain or lose."""
        return self._met(price, level > 0)

    def rounded(self, price: Array, level: Array) -> Array:
        """Change the prices of rows that stand for own columns, so that none gains that could go further (axis own)."""
        left = self.own_reduced(price)[0] + self.change
        return self._met(price, (left < 0) & (level < (1.0 - 1e-9) * self.own_upper))

    def _met(self, price: Array, chosen: Flags) -> Array:
        price = price.copy()
        for column in np.flatnonzero(chosen & (self.own_row >= 0) & np.isinf(self.limit)):
            row, entries = self.own_row[column], self.own_entries[:, column]
            left = self.own_cost[column] + self.change[column] - float(entries @ price)
            price[row] += left / entries[row]
        return price

    def bound(self, price: Array, block_cost: float) -> float:
        """Lagrangian bound: worth of the coupling rows at these prices, and least cost of the blocks and of own columns."""
        side = np.where(price > 0, self.lower, self.upper)
        used = price != 0
        worth = float(price[used] @ side[used])
        left, size = self.own_reduced(price)
        left = left + self.change
        left[np.abs(left) <= ROUNDING * size] = 0.0
        at = np.where(left > 0, self.own_lower, self.own_upper)
        counted = left != 0
        return worth + block_cost + float(left[counted] @ at[counted])

    def strain(self, price: Array) -> float:
        """By how much own columns without a limit gain at prices, as a certificate has it."""
        left, size = self.own_reduced(price)
        gain = np.where(np.isinf(self.limit), -(left + self.change), 0.0)
        return float((gain / (self.one + size)).max(initial=0.0))

    def own_reduced(self, price: Array) -> tuple[Array, Array]:
        """Reduced costs of the own columns at prices, and the size of their terms."""
        size = np.abs(self.own_cost) + np.abs(self.own_entries).T @ np.abs(price)
        return self.own_cost - self.own_entries.T @ price, size


def _kept(structure: Structure, fixed: dict[int, float], few: Few | None) -> tuple[Indices, Array]:
    """Coupling rows of a stage (positions in the structure's), and how often each counts.

    A level row whose shared columns are all fixed is left to its block; among few, one counts as often as its block.
    """
    level_of = structure.level_of
    free = np.zeros(structure.matrix.shape[0], dtype=bool)
    if structure.levels is not None:
        moving = ~np.isin(structure.levels.shared, list(fixed))
        free[structure.levels.row[moving]] = True
    wanted = (level_of < 0) | free[structure.rows]
    weight = np.ones(level_of.size)
    if few is not None:
        often = np.zeros(len(structure.blocks))
        often[few.chosen] = few.weight
        weight = np.where(level_of < 0, 1.0, often[level_of])
        wanted &= weight > 0
    kept = np.flatnonzero(wanted)
    return kept, weight[kept]
