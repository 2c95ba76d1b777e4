"""What the plan would be at every step of the stipend schedule, so that the chosen step can be judged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StipendStep:
    """The best plan when one stipend is paid everywhere and always.

    Attributes
    ----------
    stipend : $ a year
    coverage : expected coverage, a share; `None`, like all below, where there is no plan at this step
    spending : expected total spending over the plan in first-year dollars
    leaders : teacher leaders, expected yearly average over the plan, FTE
    teachers_per_leader : teachers ÷ leaders over team-taught patterns; `None` also where there is no leader

    """

    stipend: float
    coverage: float | None = None
    spending: float | None = None
    leaders: float | None = None
    teachers_per_leader: float | None = None
