"""Efficiency against equity: the district's coverage when every school is to reach at least a given coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Equity:
    """District coverage against the least coverage that is asked of every school.

    Attributes
    ----------
    district : its name
    worst_school : least coverage of every school, ascending, a share, axis i: 0, the places where the price changes,
        and the most that all schools can reach together
    coverage : the best district coverage with it, a share, axis i
    price : points of district coverage given up for a further point of the worst school's, axis i; the last place has
        that of the piece that ends there
    solves, blocks, seconds : runs of the solver, independent blocks, and time taken

    """

    district: str
    worst_school: Array
    coverage: Array
    price: Array
    solves: int
    blocks: int
    seconds: float

    @property
    def free(self) -> float:
        """The worst school's coverage that costs the district nothing."""
        flat = np.flatnonzero(self.coverage >= self.coverage[0] - 1e-7)
        return float(self.worst_school[flat[-1]])

    def to_frame(self) -> pd.DataFrame:
        """One row a breakpoint."""
        import pandas as pd

        return pd.DataFrame(
            {"worst_school": self.worst_school, "coverage": self.coverage, "price": self.price}
        )

    def as_dict(self) -> dict[str, Any]:
        """The answer of `spanwise frontier --equity --json`."""
        return {
            "district": self.district,
            "points": self.to_frame().to_dict("records"),
            "solves": self.solves,
            "free": self.free,
            "blocks": self.blocks,
            "seconds": self.seconds,
        }
