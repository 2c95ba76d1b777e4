"""What money buys: coverage as a function of a uniform change of funding, with its exact breakpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frontier:
    """Coverage against funding × (1 + change) in every year and scenario.

    Attributes
    ----------
    district : its name
    objective : what is maximised; `coverage` is the value of its first stage
    funding_change : places where the slope changes, and the two ends, ascending, axis i
    coverage : coverage there, a share, axis i
    pupils_per_1000_dollars : covered pupils (need-weighted, years added up) for each further $1,000 of expected
        funding to the right of a place; NaN at the lower end of a jump, which has no slope; the last place has that of
        the piece that ends there, axis i
    stipend : the one stipend ($) under the uniform policy, axis i; `None` by school. It is that to the right of a place; at
        the lower end of a jump that of the piece that ends there
    asked : the range that was asked for
    least_funding_change : the least change at which a plan exists, where that is inside the range
    sampled : whether the places are those that were asked for, and the slopes those of straight lines between them,
        where the true curve lies above; else the curve bends at the places and nowhere else
    solves, blocks, seconds : runs of the solver, independent blocks, and time taken

    """

    district: str
    objective: str
    funding_change: Array
    coverage: Array
    pupils_per_1000_dollars: Array
    stipend: Array | None
    asked: tuple[float, float]
    least_funding_change: float | None
    solves: int
    blocks: int
    seconds: float
    sampled: bool = False

    @property
    def jumps(self) -> NDArray[np.bool_]:
        """Whether a place is the lower end of a jump: the next place stands at the same funding, axis i."""
        return np.append(np.diff(self.funding_change) <= 0, False)

    @property
    def concave(self) -> bool:
        """Whether no piece buys more than the one before; with one stipend for all it need not be so."""
        slope = self.pupils_per_1000_dollars[:-1]
        return not self.jumps.any() and bool((np.diff(slope) <= 1e-6 * (1.0 + np.abs(slope[:-1]))).all())

    def coverage_at(self, change: float) -> float | None:
        """Coverage at any change of funding inside the range; `None` where there is no plan."""
        if not self.funding_change[0] - 1e-9 <= change <= self.funding_change[-1] + 1e-9:
            return None
        return float(np.interp(change, self.funding_change, self.coverage))

    def to_frame(self) -> pd.DataFrame:
        """One row a breakpoint."""
        import pandas as pd

        table = {
            "funding_change": self.funding_change,
            "coverage": self.coverage,
            "pupils_per_1000_dollars": self.pupils_per_1000_dollars,
        }
        return pd.DataFrame(table if self.stipend is None else table | {"stipend": self.stipend})

    def as_dict(self) -> dict[str, Any]:
        """The answer of `spanwise frontier --json`."""
        return {
            "district": self.district,
            "objective": self.objective,
            "points": [
                {
                    name: None if figure != figure else figure for name, figure in point.items()
                }  # a jump has no slope
                for point in self.to_frame().to_dict("records")
            ],
            "solves": self.solves,
            "concave": self.concave,
            "sampled": self.sampled,
            "least_funding_change": self.least_funding_change,
            "blocks": self.blocks,
            "seconds": self.seconds,
        }
