"""One rung of a cut ladder: a plan under a shock, beside the plan without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GIVES_WAY = 0.01
"""An item gives way when it is at least this share below the plan without the shock."""


@dataclass(frozen=True)
class Rung:
    """What a shock leaves of a plan.

    Attributes
    ----------
    name, label : of the shock
    shock : in words; `source` and `url` say where it comes from, and `how` it was laid on this district
    cut : the cut of funding as a share, where the shock is one
    coverage : expected coverage; `None` when there is no plan
    spending : expected spending over the plan in first-year dollars
    amounts : expected figures a year and pupil over the whole plan, by item: FTE per 1,000 pupils (teachers, leaders,
        aides, specialists), $ per pupil (technology, devices, development, training), share of pupils (coverage)
    falls : what part of each item is lost against the plan without the shock, negative where it grows
    positions : expected FTE of the last plan year, by role
    missing : the least money ($, expected, all years) whose addition to the budgets would make a plan; only where there is
        none, and `None` where another rule than `budget` stands in the way
    past_floor : beyond the line of Title I's maintenance of effort, 90 % of last year's state and local funding

    """

    name: str
    label: str
    shock: str
    how: str = ""
    source: str = ""
    url: str = ""
    cut: float | None = None
    coverage: float | None = None
    spending: float | None = None
    amounts: Mapping[str, float] = field(default_factory=dict)
    falls: Mapping[str, float] = field(default_factory=dict)
    positions: Mapping[str, float] = field(default_factory=dict)
    missing: float | None = None
    past_floor: bool = False

    @property
    def gives_way(self) -> tuple[str, ...]:
        """Items that give way, the hardest hit first."""
        hit = [item for item, fall in self.falls.items() if fall >= GIVES_WAY]
        return tuple(sorted(hit, key=lambda item: -self.falls[item]))

    def as_dict(self) -> dict[str, Any]:
        """Figures by name."""
        return {
            "name": self.name,
            "label": self.label,
            "shock": self.shock,
            "how": self.how,
            "source": self.source,
            "url": self.url or None,
            "cut": self.cut,
            "status": "optimal" if self.coverage is not None else "infeasible",
            "coverage": self.coverage,
            "spending": self.spending,
            "positions": dict(self.positions),
            "amounts": dict(self.amounts),
            "falls": dict(self.falls),
            "gives_way": list(self.gives_way),
            "missing": self.missing,
            "past_floor": self.past_floor,
        }
