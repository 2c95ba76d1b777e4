"""The members of a block of variables or rules: which of them there are, and their numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = tuple[str, Array]  # axes and flags: 0 where there is no member


@dataclass(frozen=True, eq=False)
class Members:
    """`index` has the sizes of `axes` and holds the numbers from `first` on, −1 where `mask` says that there is none."""

    axes: str
    index: Indices
    first: int
    count: int
    mask: Mask | None

    @classmethod
    def of(cls, axes: str, present: NDArray[np.bool_], first: int, mask: Mask) -> Members:
        """Number the members that are present, from `first` on."""
        count = int(np.count_nonzero(present))
        index = np.full(present.shape, -1, dtype=np.int64)
        index[present] = np.arange(first, first + count)
        return cls(axes, index, first, count, (mask[0], mask[1].copy()))

    @classmethod
    def all(cls, axes: str, sizes: tuple[int, ...], first: int) -> Members:
        """Number all members of a block of these sizes."""
        count = math.prod(sizes)
        return cls(axes, np.arange(first, first + count).reshape(sizes), first, count, None)

    def repeated(self, axes: str, first: int, mask: Mask | None) -> bool:
        """Whether a block over these axes, of axes of the same sizes, has the same members and numbers."""
        if axes != self.axes or first != self.first or (mask is None) != (self.mask is None):
            return False
        if mask is None or self.mask is None:
            return True
        (own, flags), (known_own, known) = mask, self.mask
        return own == known_own and flags.shape == known.shape and bool((flags == known).all())

    def of_present(self, figures: Array) -> Array:
        """Figures with the block's axes, for the members there are, in the order of their numbers."""
        return figures.reshape(-1) if self.count == self.index.size else figures[self.index >= 0]
