"""Piecewise linear functions of one figure: sums, upper envelopes, and the points where the slope changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SAME = 1e-9  # two places this near are one
LEVEL = 1e-8  # two values this near are one: of functions that are alike the first is the greatest


@dataclass(frozen=True, eq=False)
class Polyline:
    """A piecewise linear function.

    Attributes
    ----------
    at : ascending places, axis i; a place that stands twice is a jump
    value : values there, axis i
    slope : slopes between a place and the next, axis i − 1; of a jump it is 0
    piece : what holds between a place and the next (for an envelope: which of its functions), axis i − 1

    """

    at: Array
    value: Array
    slope: Array
    piece: NDArray[np.int64]

    @classmethod
    def of(cls, at: Sequence[float], value: Sequence[float], slope: Sequence[float]) -> Polyline:
        """Make a continuous function from its points and the slopes between them."""
        return cls(
            np.array(at, dtype=float),
            np.array(value, dtype=float),
            np.array(slope, dtype=float),
            np.zeros(len(slope), dtype=np.int64),
        )

    def __call__(self, at: Array) -> Array:
        """Values at some places inside the domain, along the line between the points."""
        return np.asarray(np.interp(at, self.at, self.value))

    def slope_at(self, at: Array) -> Array:
        """Slopes at places inside the domain that are no breakpoints."""
        if not self.slope.size:
            return np.zeros_like(at)
        place = np.clip(np.searchsorted(self.at, at, side="right") - 1, 0, self.slope.size - 1)
        return np.asarray(self.slope[place])

    def scaled(self, factor: float, offset: float = 0.0) -> Polyline:
        """Return factor × the function + offset."""
        return Polyline(self.at, factor * self.value + offset, factor * self.slope, self.piece)

    def without_straight_points(self, tolerance: float) -> Polyline:
        """Leave out the points between two pieces of the same slope (within `tolerance`) and the same name."""
        if self.slope.size < 2:
            return self
        jump = np.diff(self.at) <= 0
        turns = (np.abs(np.diff(self.slope)) > tolerance) | (np.diff(self.piece) != 0) | jump[1:] | jump[:-1]
        kept = np.concatenate([[True], turns, [True]])
        return Polyline(
            self.at[kept], self.value[kept], self.slope[np.flatnonzero(kept)[:-1]], self.piece[kept[:-1]]
        )

    def only_at(self, places: Array) -> Polyline:
        """Leave out the points that stand at none of some ascending places; it is straight between those that are left."""
        after = np.clip(np.searchsorted(places, self.at), 1, places.size - 1)
        near = np.minimum(np.abs(places[after] - self.at), np.abs(places[after - 1] - self.at))
        kept = np.flatnonzero(near <= 2.0 * SAME)
        at, value = self.at[kept], self.value[kept]
        width = np.diff(at)
        slope = np.divide(np.diff(value), width, out=np.zeros(width.size), where=width > 0)
        return Polyline(at, value, slope, self.piece[kept[:-1]])


def total(lines: Sequence[Polyline]) -> Polyline:
    """Sum of continuous functions that have the same domain."""
    at = np.unique(np.concatenate([line.at for line in lines]))
    at = at[np.concatenate([[True], np.diff(at) > SAME])]
    middle = (at[1:] + at[:-1]) / 2.0
    value = sum((line(at) for line in lines), np.zeros_like(at))
    slope = sum((line.slope_at(middle) for line in lines), np.zeros_like(middle))
    return Polyline(at, value, slope, np.zeros(middle.size, dtype=np.int64))


def upper_envelope(lines: Sequence[Polyline], names: Sequence[int]) -> Polyline:
    """The greatest of several functions at every place where at least one of them is defined, the first of those alike.

    The functions may have different domains; where one of them begins above the others there is a jump.
    """
    cuts = np.unique(np.concatenate([line.at for line in lines]))
    cuts = cuts[np.concatenate([[True], np.diff(cuts) > SAME])]
    if cuts.size == 1:
        values = np.array([line.value[0] for line in lines])
        best = int(np.argmax(values >= values.max() - LEVEL))
        return Polyline(cuts, lines[best].value[:1], np.zeros(0), np.zeros(0, dtype=np.int64))
    low, high = cuts[:-1], cuts[1:]
    # axes: line, stretch between two places
    inside = np.array([(line.at[0] <= low + SAME) & (line.at[-1] >= high - SAME) for line in lines])
    value = np.where(inside, [line(low) for line in lines], -np.inf)
    slope = np.array([line.slope_at((low + high) / 2.0) for line in lines])
    rise = slope * (high - low)
    end = value + rise
    top = value >= value.max(axis=0) - LEVEL
    first = (top & (rise >= np.where(top, rise, -np.inf).max(axis=0) - LEVEL)).argmax(axis=0)
    stretches: list[_Stretch] = []
    for i in np.flatnonzero(inside.any(axis=0)).tolist():
        straight = [
            _Stretch(float(low[i]), float(high[i]), float(value[k, i]), float(slope[k, i]), names[k])
            for k in (
                [int(first[i])]
                if end[first[i], i] >= end[:, i].max() - LEVEL  # nothing crosses it
                else np.flatnonzero(inside[:, i]).tolist()
            )
        ]
        stretches += _greatest(straight, float(low[i]), float(high[i]))
    return _stitch(stretches)


@dataclass(frozen=True)
class _Stretch:
    """A straight part from `low` to `high` that begins at `value`."""

    low: float
    high: float
    value: float
    slope: float
    name: int

    def at(self, place: float) -> float:
        return self.value + self.slope * (place - self.low)


def _greatest(straight: Sequence[_Stretch], low: float, high: float) -> list[_Stretch]:
    """The upper envelope of straight lines between two places: from one crossing to the next."""
    best = _first_of_the_best(straight, high - low)
    place, parts = low, []
    while True:
        crossings = [
            (low + (best.value - line.value) / (line.slope - best.slope), line)
            for line in straight
            if line.slope > best.slope + SAME and line.at(high) > best.at(high) + LEVEL
        ]
        ahead = [(where, line) for where, line in crossings if place + SAME < where < high - SAME]
        end, after = min(ahead, key=lambda entry: (entry[0], -entry[1].slope), default=(high, best))
        parts.append(_Stretch(place, end, best.at(place), best.slope, best.name))
        if not ahead:
            return parts
        place, best = end, after


def _first_of_the_best(straight: Sequence[_Stretch], width: float) -> _Stretch:
    """The line that begins highest and then rises most; rounding does not choose among those that are alike."""
    top = max(line.value for line in straight)
    high = [line for line in straight if line.value >= top - LEVEL]
    most = max(line.slope for line in high) * width
    return next(line for line in high if line.slope * width >= most - LEVEL)


def _stitch(stretches: Sequence[_Stretch]) -> Polyline:
    at, value = [stretches[0].low], [stretches[0].value]
    slope: list[float] = []
    piece: list[int] = []
    for part in stretches:
        if abs(part.value - value[-1]) > 2 * LEVEL * (1.0 + abs(part.value)):
            at, value, slope, piece = (
                [*at, part.low],
                [*value, part.value],
                [*slope, 0.0],
                [*piece, part.name],
            )
        at.append(part.high)
        value.append(part.at(part.high))
        slope.append(part.slope)
        piece.append(part.name)
    return Polyline(np.array(at), np.array(value), np.array(slope), np.array(piece, dtype=np.int64))
