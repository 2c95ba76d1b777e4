"""The members of a block of variables or rules: which of them there are, and their numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = tuple[str, Array]  # axes and flags: 0 where there is no member

SMALL = 4_096  # blocks up to this size are remembered: the next district of a batch mostly has the same


@dataclass(frozen=True, eq=False)
class Members:
    """`index` has the sizes of `axes` and holds the numbers from `first` on, −1 where `mask` says that there is none.

    The arrays are shared by all programs that have the block, and cannot be written to.
    """

    axes: str
    index: Indices
    first: int
    count: int
    mask: Mask | None

    @classmethod
    def of(
        cls, axes: str, sizes: tuple[int, ...], first: int, mask: Mask | None, known: Members | None = None
    ) -> Members:
        """Number the members of a block of these sizes from `first` on; `known` is a block of the same sizes."""
        if math.prod(sizes) > SMALL:
            if known is not None and known._repeated(axes, first, mask):
                return known
            return cls._made(axes, sizes, first, mask)
        if mask is None:
            return _remembered(axes, sizes, first, None)
        own, flags = mask
        return _remembered(axes, sizes, first, (own, flags.shape, flags.tobytes()))

    @classmethod
    def _made(cls, axes: str, sizes: tuple[int, ...], first: int, mask: Mask | None) -> Members:
        count = math.prod(sizes)
        if mask is None:
            index = np.arange(first, first + count).reshape(sizes)
        else:
            own, flags = mask
            present = np.broadcast_to(expand(flags, own, axes), sizes) != 0
            count = int(np.count_nonzero(present))
            index = np.full(sizes, -1, dtype=np.int64)
            index[present] = np.arange(first, first + count)
            mask = own, flags.copy()
        index.flags.writeable = False
        return cls(axes, index, first, count, mask)

    def _repeated(self, axes: str, first: int, mask: Mask | None) -> bool:
        """Whether a block over these axes has the same members and numbers."""
        if axes != self.axes or first != self.first or (mask is None) != (self.mask is None):
            return False
        if mask is None or self.mask is None:
            return True
        (own, flags), (known_own, known) = mask, self.mask
        return own == known_own and flags.shape == known.shape and bool((flags == known).all())

    def of_present(self, figures: Array) -> Array:
        """Figures with the block's axes, for the members there are, in the order of their numbers."""
        return figures.reshape(-1) if self.count == self.index.size else figures[self.index >= 0]

    def spread(self, figures: Array, absent: float) -> Array:
        """Figures of all blocks by number, for this block with its axes; `absent` where there is no member."""
        if self.count < self.index.size:
            figures = np.concatenate((figures, (absent,)))  # where −1 points to
        return figures[self.index]

    @cached_property
    def along_first(self) -> NDArray[np.intp]:
        """For the members there are, in the order of their numbers: where they stand along the first axis."""
        return np.nonzero(self.index >= 0)[0]


@lru_cache(maxsize=512)
def _remembered(
    axes: str, sizes: tuple[int, ...], first: int, mask: tuple[str, tuple[int, ...], bytes] | None
) -> Members:
    flags = None if mask is None else (mask[0], np.frombuffer(mask[2]).reshape(mask[1]))
    return Members._made(axes, sizes, first, flags)


def expand(array: Array, own: str, axes: str) -> Array:
    """Reorder an array over some of `axes` to their order, with axes of length 1 for those that it lacks."""
    if own == axes:
        return array
    ordered = np.transpose(array, [own.index(letter) for letter in axes if letter in own])
    size = dict(zip(own, array.shape))
    return ordered.reshape([size.get(letter, 1) for letter in axes])
