"""The best value of a linear program as a function of one figure t that moves its right sides: exact, from duals.

The least cost is convex and piecewise linear in t. Two tangents of it meet at a breakpoint or above one, so that a
function of k breakpoints takes about 2 k solves (Eisner and Severance, 1976), each of them warm. Independent blocks
have functions of their own, which are added up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.polyline import Polyline, total
from optimizer.blocks import Block, components, split
from optimizer.chains import chains_of
from optimizer.crew import visit_all, worth
from optimizer.line_part import NARROW, Ask, Between, Part, Piece, Touch
from optimizer.matrix import Matrix
from optimizer.objectives import Stage
from optimizer.staging import Options

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Found = TypeVar("Found")

OPEN = 1e-8  # on the stage's own scale: two bounds nearer than this are one value
PRICED = 1e-6  # and where prices tell the values, which are as exact as a certificate asks


class Line:
    """A stage's value as a function of t, where t takes the place of some columns of a program.

    Parameters
    ----------
    matrix
        The program.
    stage
        What is maximised (or minimised) at every t.
    tied
        Columns that are all equal to `sign` × t.
    sign
        1 or −1.

    """

    def __init__(
        self, matrix: Matrix, stage: Stage, tied: Indices, sign: float = 1.0, options: Options | None = None
    ) -> None:
        self.options = (options or Options()).started()
        self.stage = stage
        tied = np.asarray(tied).reshape(-1)
        self._own = np.setdiff1d(np.arange(matrix.shape[1]), tied)
        direction = np.asarray(matrix.A[:, tied].sum(axis=1)).reshape(-1) * sign
        blocks = _blocks_with(matrix, self._own, direction)
        self._parts: list[Part] = []
        self._parents: list[int] = []  # positions among the parts
        at: dict[int, int] = {}
        for chain in chains_of(blocks):
            for number, parent in zip(chain.members, chain.parents):
                block = blocks[number]
                columns = self._own[block.columns[:-1]]
                cost = np.append(stage.cost[columns], 0.0)
                near = at.get(parent, -1)
                at[number] = len(self._parts)
                self._parents.append(near)
                parent_part = self._parts[near] if near >= 0 else None
                self._parts.append(Part(columns, block.matrix, cost, parent_part, self.options))
        self.block_count = len(self._parts)
        self._priced = any(part.priced for part in self._parts)
        # a block that has no others beside it uses the threads for itself; prices use them too
        self._alone = self.block_count == 1 and not self._priced

    @property
    def solves(self) -> int:
        """Runs of the solver so far, over all blocks."""
        return sum(live.solves for part in self._parts for live in part.lives.values())

    @property
    def cold(self) -> int:
        """Runs that started without a basis."""
        return sum(live.cold for part in self._parts for live in part.lives.values())

    def restrict(self, column_upper: Array) -> None:
        """Set the upper bounds of the program's columns; what was seen under the same bounds before is still known."""
        key = column_upper.tobytes()
        for part in self._parts:
            part.restrict(column_upper[part.columns], key)

    def reach(self, low: float, high: float) -> tuple[float, float] | None:
        """The part of [low, high] where the program has a solution; `None` when there is no such place.

        The greatest end, where most have one, is tried with the stage's own cost, which is what is asked for next; only a
        block that has no solution there is asked how far it goes. At the least end some school mostly has none, and what
        the others cost beyond it is of no use: there each of several blocks is asked how far it goes.
        """
        for part in self._without_a_plan(high, 1.0):
            found = part.farthest(low, high, 1.0)
            if found is None:
                return None
            high = min(high, found)
        poor = self._parts if self.block_count > 1 else self._without_a_plan(low, -1.0)
        least = self._of_each(lambda part: part.farthest(low, high, -1.0)) if poor else []
        if any(found is None for found in least):
            return None
        return max([low, *(found for found in least if found is not None)]), high

    def trace(self, low: float, high: float, tolerance: float = 1e-8) -> Polyline:
        """The stage's value over [low, high], where the program has a solution everywhere.

        Parameters
        ----------
        low, high
            The range, as `reach` gives it.
        tolerance
            On the stage's own scale: a bend smaller than this may be cut off.

        """
        allowed = self._allowed(tolerance)

        def between(ask: Ask, left: Touch, right: Touch) -> Touch | list[Piece]:
            return _up_to_a_bend(ask, left, right, allowed)

        return self._on_scale(total(self._walk(low, high, between)))

    def sample(self, at: Array) -> Polyline:
        """The stage's value at some places, straight between them.

        A place is solved for only where the duals at solved ones leave open what lies between (more than `OPEN`).

        Parameters
        ----------
        at
            Ascending places in the range, as `reach` gives it.

        """
        if at[-1] - at[0] <= NARROW:
            return self.trace(float(at[0]), float(at[-1]))
        allowed = self._allowed(OPEN)

        def between(ask: Ask, left: Touch, right: Touch) -> Touch | list[Piece]:
            return _at_most_open(ask, left, right, at, allowed)

        lines = self._walk(float(at[0]), float(at[-1]), between)
        value = np.sum([line(at) for line in lines], axis=0)
        slope = np.diff(value) / np.diff(at)
        return self._on_scale(Polyline.of(at.tolist(), value.tolist(), slope.tolist()))

    def _allowed(self, tolerance: float) -> float:
        """What a block may leave open, in units of cost."""
        if self._priced:
            tolerance = max(tolerance, PRICED)
        return tolerance * self.stage.scale / self.block_count

    def _walk(self, low: float, high: float, between: Between) -> list[Polyline]:
        """Every block's function over a range."""
        return self._of_each(lambda part: part.walk(low, high, between, alone=self._alone))

    def _on_scale(self, line: Polyline) -> Polyline:
        """Costs as values of the stage."""
        return line.scaled(self.stage.sign / self.stage.scale, self.stage.offset / self.stage.scale)

    def _of_each(self, visit: Callable[[Part], Found]) -> list[Found]:
        """What a visit finds at every block; each after the one that it starts from, on as many threads as there are."""
        found: dict[int, Found] = {}

        def one(_: Any, number: int) -> None:
            self.options.tell(f"Block {len(found) + 1} of {self.block_count}")
            found[number] = visit(self._parts[number])

        visit_all(self._parents, one, worth(self.options, self._own.size, self.block_count))
        return [found[number] for number in range(self.block_count)]

    def _without_a_plan(self, end: float, toward: float) -> list[Part]:
        """The blocks without a solution at an end of the range; all are asked, lest the bases depend on the threads."""
        touches = self._of_each(lambda part: part.at_end(end, toward, doubt=False))
        return [part for part, touch in zip(self._parts, touches) if touch is None]


def _up_to_a_bend(ask: Ask, left: Touch, right: Touch, allowed: float) -> Touch | list[Piece]:
    """Straight pieces between two places, or a place between them where the function lies above both tangents."""
    width = right.at - left.at
    straight = [Piece(right.at, right.value, (right.value - left.value) / width)]
    over_left = right.value - (left.value + left.slope * width)  # how far the other end lies above a tangent
    over_right = left.value - (right.value - right.slope * width)
    if width <= NARROW or min(abs(over_left), abs(over_right)) <= allowed or right.slope <= left.slope:
        return straight
    bend = left.at + over_right / (right.slope - left.slope)
    if not left.at + NARROW < bend < right.at - NARROW:
        return straight
    touch = ask(bend)
    if touch.value - (left.value + left.slope * (bend - left.at)) <= allowed:
        return [Piece(bend, touch.value, left.slope), Piece(right.at, right.value, right.slope)]
    return touch


def _at_most_open(ask: Ask, left: Touch, right: Touch, at: Array, allowed: float) -> Touch | list[Piece]:
    """A straight piece between two places, or the one of the places `at` where most is open between them.

    The function lies below the straight line and above both tangents.
    """
    inner = at[np.searchsorted(at, left.at, "right") : np.searchsorted(at, right.at)]
    slope = (right.value - left.value) / (right.at - left.at)
    if inner.size:
        above = left.value + slope * (inner - left.at)
        below = np.maximum(left.tangent(inner), right.tangent(inner))
        most = int((above - below).argmax())
        if above[most] - below[most] > allowed:
            return ask(float(inner[most]))
    return [Piece(right.at, right.value, slope)]


def _blocks_with(matrix: Matrix, own: Indices, direction: Array) -> list[Block]:
    """Independent blocks of some columns of a program, each with its rows of one further free column behind its own."""
    from scipy.sparse import csc_array, hstack

    A = matrix.A[:, own]
    owner = None if matrix.owner is None else matrix.owner[own]
    row_owner, column_owner, count = components(A, owner)
    moved = np.flatnonzero(direction)
    moved = moved[np.argsort(row_owner[moved], kind="stable")]
    ends = np.searchsorted(row_owner[moved], np.arange(count + 1))
    further = csc_array((direction[moved], moved, ends), shape=(matrix.shape[0], count))
    free = np.full(count, np.inf)
    widened = Matrix(
        hstack([A, further]).tocsc(),
        matrix.row_lower,
        matrix.row_upper,
        np.concatenate([matrix.column_lower[own], -free]),
        np.concatenate([matrix.column_upper[own], free]),
        owner=None if owner is None else np.concatenate([owner, np.full(count, -1)]),
    )
    return split(widened, row_owner, np.concatenate([column_owner, np.arange(count)]), count)
