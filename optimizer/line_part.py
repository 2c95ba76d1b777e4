"""One independent block of a line: the least cost as a function of t, asked for place by place from bases that lead on."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import Interrupted, NoPlan
from models.polyline import Polyline
from optimizer.crew import visit_all
from optimizer.live import Live
from optimizer.matrix import Matrix
from optimizer.priced import Priced, is_priced, standing
from optimizer.staging import Options

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

NARROW = 1e-9  # pieces narrower than this are not told apart
NUDGE = (0.0, 1e-9, 1e-8, 1e-7, 1e-6)  # how far an end of the feasible range is moved inside, at most
HALVINGS = 2  # after which the stretches of a block that is alone are walked side by side, however many threads there are


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
class Piece:
    """A straight piece: where it ends, the value there, and its slope."""

    end: float
    value: float
    slope: float


Ask = Callable[[float], Touch]
# straight pieces between two places, or a place where there is a bend
Between = Callable[[Ask, Touch, Touch], Touch | list[Piece]]
Stretch = tuple[Touch, Touch] | list[Piece]  # between two places; as pieces, once they are known


@dataclass(eq=False)
class Part:
    """A block with the column t behind its own columns, and the one whose bases it starts from.

    A block has a session for every lane; lanes go on at the same time.
    """

    columns: Indices
    matrix: Matrix
    cost: Array
    near: Part | None
    options: Options
    lives: dict[int, Live | Priced] = field(default_factory=dict)
    bases: dict[float, Any] = field(default_factory=dict)  # at the least (−1) and the greatest t (1)
    farthest_basis: Any = None  # at which it was last asked how far t goes
    known: dict[float, Touch] = field(default_factory=dict)  # under the bounds that are set
    seen: dict[bytes, dict[float, Touch]] = field(default_factory=dict)  # and under all that have been

    @property
    def moved(self) -> Array:
        """Coefficients of t."""
        A = self.matrix.A
        return np.asarray(A.data[A.indptr[-2] :])

    def __post_init__(self) -> None:
        self.halted = threading.Event()
        self.options = replace(self.options, halted=self.halted)

    @property
    def priced(self) -> bool:
        """Whether prices alone answer, which are as exact as a certificate asks."""
        return is_priced(self.matrix, self.options)

    def restrict(self, column_upper: Array, key: bytes) -> None:
        """Set the upper bounds of its own columns; what was seen under the same `key` before is still known."""
        upper = np.append(column_upper, self.matrix.column_upper[-1])
        self.matrix = self.matrix.replace(column_upper=upper)
        self.known = self.seen.setdefault(key, {})
        for live in self.lives.values():
            live.bounds(self.matrix.column_lower, self.matrix.column_upper)

    def _live(self, low: float, high: float, lane: int = 0) -> Live | Priced:
        """The block in the solver, with t between two places."""
        live = self.lives.get(lane)
        if live is None:
            live = self.lives[lane] = standing(self.matrix, self.options, perturb=False)
        live.bound(-1, low, high)
        return live

    def _halt(self) -> None:
        """Stop what the lanes are at: searches for prices at their next answer, runs of the solver at once."""
        self.halted.set()
        for live in list(self.lives.values()):
            live.halt()

    # ---- places ------------------------------------------------------------------------------------------------

    def farthest(self, low: float, high: float, toward: float) -> float | None:
        """The least (`toward` −1) or greatest t between two places at which there is a solution."""
        dollars = max(1.0, float(np.abs(self.moved).max(initial=0.0)))
        live = self._live(low, high)
        start = self.farthest_basis
        if start is None and self.near is not None:
            start = self.near.farthest_basis
        if start is not None:
            live.start_from(start)
        found = live.farthest(-1, toward, size=dollars)
        self.farthest_basis = live.basis
        return found

    def at_end(self, at: float, toward: float, *, doubt: bool = True) -> Touch | None:
        """The function at an end, or next to it; `None` where there is no solution.

        It starts from the basis that this block, the one near it or the one before that had there, or else at the other end,
        if prices do not find one.
        """
        if at in self.known:
            return self.known[at]
        live = self._live(at, at)
        known: Part | None = self
        start = None
        while start is None and known is not None:
            start, known = known.bases.get(toward), known.near
        if start is None and not live.by_prices:
            start = self.bases.get(-toward)
        if start is None:
            live.start_cold()
        else:
            live.start_from(start)
        touch = self.touch(at, doubt=doubt)
        if touch is not None:
            self.bases[toward] = live.basis
        return touch

    def touch(self, at: float, *, doubt: bool = True, lane: int = 0) -> Touch | None:
        """Least cost at t, and its slope; `None` where there is no solution."""
        if at not in self.known:
            live = self._live(at, at, lane)
            value = live.value(self.cost, doubt=doubt)
            if value is None:
                return None
            self.known[at] = Touch(at, value, live.reduced_cost(-1))
        return self.known[at]

    def _inside(self, at: float, lane: int = 0) -> Touch:
        """The function between two places with a solution."""
        touch = self.touch(at, lane=lane)
        if touch is None:
            raise NoPlan(
                f"No plan satisfies all rules at {at:g}, between two places with one.", "Report this."
            )
        return touch

    def _end(self, at: float, inward: float) -> Touch:
        """The function at an end of the range, moved inside by a hair where rounding asks for it."""
        for doubt, nudge in itertools.product((False, True), NUDGE):
            touch = self.at_end(at + inward * nudge, -inward, doubt=doubt)
            if touch is not None:
                return Touch(at, touch.value - touch.slope * inward * nudge, touch.slope)
        raise NoPlan(
            f"No plan satisfies all rules at {at:g}, although one does nearby.",
            "Narrow the range a little.",
        )

    # ---- from one end to the other -----------------------------------------------------------------------------

    def walk(self, low: float, high: float, between: Between, *, alone: bool) -> Polyline:
        """The function over [low, high]: `between` says of two places what lies between them, or asks for one more.

        A block that is `alone` uses the threads for itself.
        """
        right = self._end(high, -1.0)
        if not self.moved.size or high - low <= NARROW:
            return Polyline.of([low, high], [right.value] * 2, [0.0])
        left = self._end(low, 1.0)
        walked = self._in_lanes if alone else partial(self._in_a_row, ask=self._inside)
        pieces = walked(between, left=left, right=right)
        return Polyline.of(
            [low, *(piece.end for piece in pieces)],
            [left.value, *(piece.value for piece in pieces)],
            [piece.slope for piece in pieces],
        )

    def _in_a_row(self, between: Between, ask: Ask, left: Touch, right: Touch) -> list[Piece]:
        """Straight pieces between two places, each place asked for from the basis of the one before."""
        pieces: list[Piece] = []
        pairs = [(left, right)]
        while pairs:
            first, last = pairs.pop()
            found = between(ask, first, last)
            if isinstance(found, Touch):
                pairs += [(found, last), (first, found)]
            else:
                pieces += found
        return pieces

    def _in_lanes(self, between: Between, left: Touch, right: Touch) -> list[Piece]:
        """The same, but the stretches between the first places are walked at the same time, each in a lane of its own.

        Where a lane starts depends on its stretch alone, so that the number of threads changes nothing.
        """
        ends = {left.at: self.bases.get(-1.0), right.at: self.bases.get(1.0)}
        bases = {at: basis for at, basis in ends.items() if basis is not None}
        stretches: list[Stretch] = [(left, right)]
        for _ in range(HALVINGS):
            found = self._of_each(stretches, between, bases)
            stretches = [half for stretch, what in zip(stretches, found) for half in _halves(stretch, what)]
        walked = self._of_each(stretches, partial(self._in_a_row, between), bases)
        return [piece for pieces in walked if isinstance(pieces, list) for piece in pieces]

    def _of_each(
        self, stretches: Sequence[Stretch], work: Between, bases: dict[float, Any]
    ) -> list[Touch | list[Piece]]:
        """What some work finds between the two places of every stretch; straight pieces are left as they are."""
        found: list[Touch | list[Piece]] = [[]] * len(stretches)

        def visit(_: Any, lane: int) -> None:
            stretch = stretches[lane]
            if isinstance(stretch, list):
                found[lane] = stretch
            else:
                found[lane] = work(self._asking(lane, stretch, bases), *stretch)

        visit_all([-1] * len(stretches), visit, self.options, each=1, halt=self._halt)
        return found

    def _asking(self, lane: int, stretch: tuple[Touch, Touch], bases: dict[float, Any]) -> Ask:
        """Ask in a lane, the first time from the basis at the nearer end of a stretch; bases are kept by place."""
        begun = False

        def ask(at: float) -> Touch:
            nonlocal begun
            if at in self.known:
                return self.known[at]
            if self.halted.is_set():
                raise Interrupted("The frontier was interrupted.", "Run it again.")
            if not begun:
                begun = True
                ends = sorted((touch.at for touch in stretch), key=lambda end: abs(end - at))
                start = next((bases[end] for end in ends if end in bases), None)
                if start is not None:
                    self._live(at, at, lane).start_from(start)
            touch = self._inside(at, lane)
            bases[at] = self.lives[lane].basis
            return touch

        return ask


def _halves(stretch: Stretch, found: Touch | list[Piece]) -> list[Stretch]:
    """A stretch with a place found in it, in two; one that is known is left as it is."""
    if isinstance(found, Touch) and isinstance(stretch, tuple):
        return [(stretch[0], found), (found, stretch[1])]
    assert isinstance(found, list)
    return [found]
