"""The best value of a linear program as a function of one figure t that moves its right sides: exact, from duals.

The least cost is convex and piecewise linear in t. Two tangents of it meet at a breakpoint or above one, so that a
function of k breakpoints takes about 2 k solves (Eisner and Severance, 1976), each of them warm. Independent blocks
have functions of their own, which are added up.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.errors import NoPlan
from models.polyline import Polyline, total
from optimizer.blocks import Block, components, split
from optimizer.chains import chains_of
from optimizer.crew import visit_all
from optimizer.live import Live
from optimizer.matrix import Matrix
from optimizer.objectives import Stage
from optimizer.staging import Options

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Found = TypeVar("Found")

NARROW = 1e-9  # pieces narrower than this are not told apart
WORTH = 250  # columns a block from which threads take less time than they cost
OPEN = 1e-8  # on the stage's own scale: two bounds nearer than this are one value
NUDGE = (0.0, 1e-9, 1e-8, 1e-7, 1e-6)  # how far an end of the feasible range is moved inside, at most


@dataclass(frozen=True)
class Touch:
    """The function at one place: value and slope of a tangent."""

    at: float
    value: float
    slope: float

    def tangent(self, at: Array) -> Array:
        """The tangent at other places."""
        return self.value + self.slope * (at - self.at)


@dataclass(frozen=True)
class _Piece:
    """A straight piece: where it ends, the value there, and its slope."""

    end: float
    value: float
    slope: float


@dataclass(eq=False)
class _Part:
    """A block with the column t behind its own columns, and the one whose bases it starts from."""

    columns: Indices
    matrix: Matrix
    cost: Array
    near: _Part | None
    live: Live | None = None
    bases: dict[float, Any] = field(default_factory=dict)  # at the least (−1) and the greatest t (1)
    farthest: Any = None  # the basis at which it was last asked how far t goes
    known: dict[float, Touch] = field(default_factory=dict)  # under the bounds that are set
    seen: dict[bytes, dict[float, Touch]] = field(default_factory=dict)  # and under all that have been

    @property
    def moved(self) -> Array:
        """Coefficients of t."""
        A = self.matrix.A
        return np.asarray(A.data[A.indptr[-2] :])


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
        self._parts: list[_Part] = []
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
                self._parts.append(
                    _Part(columns, block.matrix, cost, self._parts[near] if near >= 0 else None)
                )
        self.block_count = len(self._parts)

    @property
    def solves(self) -> int:
        """Runs of the solver so far, over all blocks."""
        return sum(part.live.solves for part in self._parts if part.live is not None)

    @property
    def cold(self) -> int:
        """Runs that started without a basis."""
        return sum(part.live.cold for part in self._parts if part.live is not None)

    def restrict(self, column_upper: Array) -> None:
        """Set the upper bounds of the program's columns; what was seen under the same bounds before is still known."""
        key = column_upper.tobytes()
        for part in self._parts:
            upper = np.append(column_upper[part.columns], part.matrix.column_upper[-1])
            part.matrix = part.matrix.replace(column_upper=upper)
            part.known = part.seen.setdefault(key, {})
            if part.live is not None:
                part.live.bounds(part.matrix.column_lower, part.matrix.column_upper)

    def reach(self, low: float, high: float) -> tuple[float, float] | None:
        """The part of [low, high] where the program has a solution; `None` when there is no such place.

        The greatest end, where most have one, is tried with the stage's own cost, which is what is asked for next; only a
        block that has no solution there is asked how far it goes. At the least end some school mostly has none, and what
        the others cost beyond it is of no use: there each of several blocks is asked how far it goes.
        """
        for part in self._without_a_plan(high, 1.0):
            found = self._farthest(part, low, high, 1.0)
            if found is None:
                return None
            high = min(high, found)
        poor = self._parts if len(self._parts) > 1 else self._without_a_plan(low, -1.0)
        least = self._of_each(lambda part: self._farthest(part, low, high, -1.0)) if poor else []
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
        allowed = tolerance * self.stage.scale / len(self._parts)
        lines = self._of_each(lambda part: self._trace(part, low, high, allowed))
        factor = self.stage.sign / self.stage.scale
        return total(lines).scaled(factor, self.stage.offset / self.stage.scale)

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
        allowed = OPEN * self.stage.scale / len(self._parts)
        value = np.sum(self._of_each(lambda part: self._heights(part, at, allowed)), axis=0)
        line = Polyline.of(at.tolist(), value.tolist(), (np.diff(value) / np.diff(at)).tolist())
        return line.scaled(self.stage.sign / self.stage.scale, self.stage.offset / self.stage.scale)

    def _of_each(self, visit: Callable[[_Part], Found]) -> list[Found]:
        """What a visit finds at every block; each after the one that it starts from, on as many threads as there are."""
        found: dict[int, Found] = {}

        def one(_: Any, number: int) -> None:
            self.options.tell(f"Block {len(found) + 1} of {self.block_count}")
            found[number] = visit(self._parts[number])

        small = self._own.size < WORTH * self.block_count
        visit_all(self._parents, one, replace(self.options, threads=1) if small else self.options)
        return [found[number] for number in range(self.block_count)]

    def _without_a_plan(self, end: float, toward: float) -> list[_Part]:
        """The blocks without a solution at an end of the range; all are asked, lest the bases depend on the threads."""
        touches = self._of_each(lambda part: self._at_end(part, end, toward, doubt=False))
        return [part for part, touch in zip(self._parts, touches) if touch is None]

    # ---- one block -----------------------------------------------------------------------------------------------

    def _live(self, part: _Part, low: float, high: float) -> Live:
        """A block in the solver, with t between two places."""
        if part.live is None:
            part.live = Live(part.matrix, self.options, perturb=False)
        part.live.bound(-1, low, high)
        return part.live

    def _farthest(self, part: _Part, low: float, high: float, toward: float) -> float | None:
        """The least (`toward` −1) or greatest t between two places at which a block has a solution."""
        cost = np.zeros(part.cost.size)
        dollars = max(1.0, float(np.abs(part.moved).max(initial=0.0)))  # to stand clear of tolerances
        cost[-1] = -toward * dollars
        live = self._live(part, low, high)
        start = part.near.farthest if part.farthest is None and part.near is not None else part.farthest
        if start is not None:
            live.start_from(start)
        solution = live.minimise(cost)
        part.farthest = live.basis
        return None if solution.point is None else float(solution.point[-1])

    def _at_end(self, part: _Part, at: float, toward: float, *, doubt: bool = True) -> Touch | None:
        """The function at an end, or next to it.

        It starts from the basis that this block, the one near it or the one before that had there, or else at the other end,
        if prices do not find one.
        """
        if at in part.known:
            return part.known[at]
        live = self._live(part, at, at)
        known: _Part | None = part
        start = None
        while start is None and known is not None:
            start, known = known.bases.get(toward), known.near
        if start is None and not live.by_prices:
            start = part.bases.get(-toward)
        if start is None:
            live.start_cold()
        else:
            live.start_from(start)
        touch = self._touch(part, at, doubt=doubt)
        if touch is not None:
            part.bases[toward] = live.basis
        return touch

    def _touch(self, part: _Part, at: float, *, doubt: bool = True) -> Touch | None:
        """Least cost of a block at t, and its slope; `None` where there is no solution."""
        if at not in part.known:
            live = self._live(part, at, at)
            value = live.value(part.cost, doubt=doubt)
            if value is None:
                return None
            part.known[at] = Touch(at, value, live.reduced_cost(-1))
        return part.known[at]

    def _heights(self, part: _Part, at: Array, allowed: float) -> Array:
        """Least cost of a block at ascending places, of which the outer ones are the ends of its range.

        Between two places the function lies below the straight line and above both tangents. Where these leave more
        open than `allowed`, the place where they leave most is solved for.
        """
        right = self._end(part, float(at[-1]), -1.0)
        left = self._end(part, float(at[0]), 1.0)
        value = np.empty(at.size)
        value[0], value[-1] = left.value, right.value
        pairs = [(0, left, at.size - 1, right)]
        while pairs:
            i, left, j, right = pairs.pop()
            if j == i + 1:
                continue
            inner = at[i + 1 : j]
            above = left.value + (right.value - left.value) / (right.at - left.at) * (inner - left.at)
            below = np.maximum(left.tangent(inner), right.tangent(inner))
            value[i + 1 : j] = (above + below) / 2.0
            most = int((above - below).argmax())
            if above[most] - below[most] > allowed:
                middle = self._inside(part, float(inner[most]))
                most += i + 1
                value[most] = middle.value
                pairs += [(most, middle, j, right), (i, left, most, middle)]
        return value

    def _inside(self, part: _Part, at: float) -> Touch:
        """The function between two places with a solution."""
        touch = self._touch(part, at)
        if touch is None:
            raise NoPlan(
                f"No plan satisfies all rules at {at:g}, between two places with one.", "Report this."
            )
        return touch

    def _end(self, part: _Part, at: float, inward: float) -> Touch:
        """The function at an end of the range, moved inside by a hair where rounding asks for it."""
        for doubt, nudge in itertools.product((False, True), NUDGE):
            touch = self._at_end(part, at + inward * nudge, -inward, doubt=doubt)
            if touch is not None:
                return Touch(at, touch.value - touch.slope * inward * nudge, touch.slope)
        raise NoPlan(
            f"No plan satisfies all rules at {at:g}, although one does nearby.",
            "Narrow the range a little.",
        )

    def _trace(self, part: _Part, low: float, high: float, tolerance: float) -> Polyline:
        first = self._end(part, low, 1.0)
        if not part.moved.size or high - low <= NARROW:
            return Polyline.of([low, high], [first.value] * 2, [0.0])
        pieces: list[_Piece] = []
        pairs = [(first, self._end(part, high, -1.0))]
        while pairs:
            left, right = pairs.pop()
            between = self._between(part, left, right, tolerance)
            if isinstance(between, Touch):
                pairs += [(between, right), (left, between)]
            else:
                pieces += between
        return Polyline.of(
            [low, *(piece.end for piece in pieces)],
            [first.value, *(piece.value for piece in pieces)],
            [piece.slope for piece in pieces],
        )

    def _between(self, part: _Part, left: Touch, right: Touch, tolerance: float) -> Touch | list[_Piece]:
        """Straight pieces between two places, or a place between them where the function lies above both tangents."""
        width = right.at - left.at
        straight = [_Piece(right.at, right.value, (right.value - left.value) / width)]
        over_left = right.value - (
            left.value + left.slope * width
        )  # how far the other end lies above a tangent
        over_right = left.value - (right.value - right.slope * width)
        if width <= NARROW or min(abs(over_left), abs(over_right)) <= tolerance or right.slope <= left.slope:
            return straight
        bend = left.at + over_right / (right.slope - left.slope)
        if not left.at + NARROW < bend < right.at - NARROW:
            return straight
        touch = self._inside(part, bend)
        if touch.value - (left.value + left.slope * (bend - left.at)) <= tolerance:
            return [_Piece(bend, touch.value, left.slope), _Piece(right.at, right.value, right.slope)]
        return touch


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
