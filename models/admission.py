"""Which staffing pattern may teach which band, and why the others may not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.district import District


@dataclass(frozen=True)
class Exclusion:
    """A pattern that a band lists but may not use, and the class load (pupils per teaching FTE) against its limit."""

    pattern: str
    band: str
    load: float
    limit: float

    @property
    def reason(self) -> str:
        """The reason in words."""
        if not np.isfinite(self.load):
            return "nobody in the team teaches"
        return f"{self.load:.1f} pupils per teaching FTE, the limit is {self.limit:g}"


def exclusions(district: District) -> list[Exclusion]:
    """Patterns that a band with pupils lists but that its class-size limit excludes, band by band."""
    taught = district.enrollment.sum(axis=0) > 0
    excluded = district.team_models.listed & ~district.admitted & taught
    return [
        Exclusion(
            district.team_models.id[m],
            district.bands.id[g],
            float(district.class_load[m]),
            float(district.bands.max_pupils_per_teacher[g]),
        )
        for g, m in np.argwhere(excluded.T)
    ]
