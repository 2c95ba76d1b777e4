"""How a solve ended, in our own words."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """The end of a solve. Only `OPTIMAL`, `SHORT` and `FEASIBLE` come with a plan."""

    OPTIMAL = "optimal"
    """Proven best within the solver's tolerances."""
    SHORT = "short"
    """Best plan given the least funding shortfall; never called optimal."""
    FEASIBLE = "feasible"
    """A plan in whole positions with a proven gap, stopped before the gap was closed."""
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    TIME_LIMIT = "time_limit"
    ITERATION_LIMIT = "iteration_limit"
    INTERRUPTED = "interrupted"
    FAILED = "failed"

    @property
    def has_plan(self) -> bool:
        """Whether a plan may be read at all."""
        return self in (Status.OPTIMAL, Status.SHORT, Status.FEASIBLE)
