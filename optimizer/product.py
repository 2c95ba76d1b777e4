"""The full product of the axes of a coefficient, a rule and a variable, member by member."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from optimizer.reading import Shape

Indices = NDArray[np.int64]


def product_of(*shapes: Shape) -> tuple[str, tuple[int, ...]]:
    """Axes of a product, those of the first shape first, and their sizes."""
    size = {letter: count for axes, sizes in shapes for letter, count in zip(axes, sizes)}
    return "".join(size), tuple(size.values())


def every_place(shape: Shape, letters: str, sizes: tuple[int, ...]) -> Indices:
    """Where every member of a product stands along the axes of one of its shapes, counted in their order."""
    axes, own = shape
    count = np.arange(math.prod(own)).reshape(own)
    order = sorted(axes, key=letters.index)
    if order != list(axes):
        count = count.transpose([axes.index(letter) for letter in order])
    wide = count.reshape([size if letter in axes else 1 for letter, size in zip(letters, sizes)])
    places = np.empty(sizes, dtype=np.int64)
    places[...] = wide
    return places.reshape(-1)


def places_of(source: Indices, own: str, of: str, letters: str, sizes: tuple[int, ...]) -> Indices:
    """Where some members of a product stand along the axes `of`.

    They are those of some coefficients, numbered along the axes `own` that come first, and all of the other axes.
    """
    place = dict(zip(own, np.unravel_index(source, sizes[: len(own)]))) if own else {}
    count = len(letters) - len(own)
    found = np.zeros((source.size, *sizes[len(own) :]), dtype=np.int64)
    for letter in of:
        at = letters.index(letter)
        step = math.prod(sizes[letters.index(after)] for after in of[of.index(letter) + 1 :])
        if at < len(own):
            found += (place[letter] * step).reshape(-1, *(1,) * count)
        else:
            found += (np.arange(sizes[at]) * step).reshape(-1, *(1,) * (len(letters) - at - 1))
    return found.reshape(-1)
