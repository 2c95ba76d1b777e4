"""Blocks of variables, and how a rule reads them: at its own node, at its parent, or at any node on its path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import SpanwiseError

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Named = tuple[str, Any]  # axes and an array of their sizes

NODE, EARLIER = "n", "a"  # a rule at node n may look at an earlier node a: its parent, or any on its path


class ProgramError(SpanwiseError):
    """A rule was written wrongly: unknown axis, wrong shape, or NaN. A fault of the formulation, not of the input."""


@dataclass(frozen=True, eq=False)
class Variable:
    """A block of variables; `index` has the sizes of `axes` and holds column numbers, -1 where there is none."""

    name: str
    axes: str
    index: Indices
    unit: str
    parent_of: Array | None = None  # incidence of the tree, axes an
    factor: Named | None = None  # further coefficient of every term, set by a shift along the tree

    def at_parent(self) -> Variable:
        """Read the block at the parent of node n; a root has none, and the term is absent there."""
        if self.parent_of is None:
            raise ProgramError(
                f"{self.name}: the program has no tree, so there is no parent.", "Give the program parent_of."
            )
        return self.over(EARLIER, (EARLIER + NODE, self.parent_of))

    def over(self, letter: str, factor: Named | None = None) -> Variable:
        """Read the block at node `letter` in the place of node n; the term's coefficients say which nodes count."""
        if NODE not in self.axes:
            raise ProgramError(
                f"{self.name}: a block over '{self.axes}' has no node, so there is nothing to shift along the tree.",
                "Shift blocks that have the axis n.",
            )
        axes = self.axes.replace(NODE, letter)
        return Variable(self.name, axes, self.index, self.unit, self.parent_of, factor)
