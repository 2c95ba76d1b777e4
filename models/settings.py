"""The district's settings: `district.toml`, section by section, with neutral defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Pool = Literal["school", "district"]
StipendPolicy = Literal["by_school", "uniform"]
Objective = Literal["expected", "worst_case", "max_min"]


@dataclass(frozen=True)
class Funding:
    """Revenue: growth and price growth a year, pooling, transfers, reserve (shares of funding)."""

    growth: float = 0.0
    price_growth: float = 0.0
    pool: Pool = "school"
    max_transfer_share: float | None = None
    reserve_max_share: float | None = None


@dataclass(frozen=True)
class Leaders:
    """Teacher leaders: stipend policy and bounds ($), benefits on stipends, eligibility and share caps."""

    stipend_policy: StipendPolicy = "by_school"
    stipend_min: float | None = None
    stipend_max: float | None = None
    stipend_benefits_rate: float = 0.0
    eligible_share: float = 1.0
    max_leader_share: float | None = None


@dataclass(frozen=True)
class Staffing:
    """People: mobility between schools, costs of hiring and layoff ($/FTE), protection of positions."""

    mobility: Pool = "school"
    layoff_cost: float = 0.0
    hiring_cost: float = 0.0
    max_position_loss_share: float | None = None
    min_adults_per_100_pupils: float | None = None


@dataclass(frozen=True)
class Launch:
    """Start-up: cost per newly trained pupil-place and per school ($), yearly development, turnover, cap."""

    per_pupil: float = 0.0
    fixed_per_school: float = 0.0
    development_per_pupil: float = 0.0
    turnover: float = 0.0
    startup_max_share: float | None = None


@dataclass(frozen=True)
class TechnologyCap:
    """Recurring technology as a share of funding."""

    max_share: float | None = None


@dataclass(frozen=True)
class Coverage:
    """What is maximised, how fast teams may grow, and the least coverage of every school."""

    objective: Objective = "expected"
    max_growth_per_year: float | None = None
    min_school_share: float | None = None


@dataclass(frozen=True)
class Settings:
    """All settings of a district. A setting that is `None` means: no such rule.

    Source of every field: `docs/inputs.md`, section `district.toml`.
    """

    name: str = "District"
    first_year: int = 1
    years: int = 1
    funding: Funding = field(default_factory=Funding)
    leaders: Leaders = field(default_factory=Leaders)
    staff: Staffing = field(default_factory=Staffing)
    launch: Launch = field(default_factory=Launch)
    technology: TechnologyCap = field(default_factory=TechnologyCap)
    coverage: Coverage = field(default_factory=Coverage)
