"""A district: the whole question that a planner asks, as immutable arrays with named axes.

Axes, one letter each, as everywhere in Spanwise: s school, g grade band, m staffing pattern, k technology package,
v device type, r role, P conversion pool, t stipend step, c scenario, y plan year, n node of the scenario tree.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.settings import Settings

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

KINDS = ("teacher", "leader", "aide", "nonclassroom")
BUDGET_CATEGORIES = ("salaries", "benefits", "stipends", "technology", "development", "other")
ADMISSION_TOLERANCE = 1e-9  # relative; a load of 125/4.5 equals a cap typed as 27.777777778


class Labelled:
    """An axis whose members have a label for people; a blank label takes the member's id."""

    def __post_init__(self) -> None:
        ids, labels = self.id, self.label  # type: ignore[attr-defined]
        if "" in labels and len(ids) == len(labels):
            object.__setattr__(self, "label", tuple(label or name for name, label in zip(ids, labels)))


@dataclass(frozen=True, eq=False)
class Schools:
    """The schools, axis s. Money in dollars of the first plan year, people in pupils."""

    id: tuple[str, ...]
    name: tuple[str, ...]
    funding_per_pupil: Array
    fixed_funding: Array
    fixed_spending: Array
    need_weight: Array
    pay_index: Array
    enrollment_growth: Array
    startup_grant: Array
    team_pupils: Array
    trained_pupils: Array
    opening_reserve: Array


@dataclass(frozen=True, eq=False)
class GradeBands(Labelled):
    """The grade bands, axis g; `max_pupils_per_teacher` is the class-size limit of contract or law."""

    id: tuple[str, ...]
    label: tuple[str, ...]
    max_pupils_per_teacher: Array


@dataclass(frozen=True, eq=False)
class Roles(Labelled):
    """The roles, axis r: kind, conversion pool, pay ($ a year per FTE) and yearly rates."""

    id: tuple[str, ...]
    label: tuple[str, ...]
    kind: tuple[str, ...]
    pool: tuple[str, ...]
    salary: Array
    benefits_rate: Array
    attrition_rate: Array
    annual_raise: Array
    source: tuple[str, ...]

    def of_kind(self, *kinds: str) -> Array:
        """Indicator of the roles of these kinds, axes r (1.0 or 0.0)."""
        return np.array([kind in kinds for kind in self.kind], dtype=float)

    @cached_property
    def pools(self) -> tuple[str, ...]:
        """The conversion pools, axis P, in order of first mention."""
        return tuple(dict.fromkeys(self.pool))

    @cached_property
    def in_pool(self) -> Array:
        """Indicator of role r in pool P, axes Pr."""
        return np.array([[float(own == pool) for own in self.pool] for pool in self.pools]).reshape(
            len(self.pools), len(self.id)
        )


@dataclass(frozen=True, eq=False)
class TeamModels(Labelled):
    """The staffing patterns, axis m: who teaches how many pupils, and the coverage credit they give.

    `listed` (axes mg) says which bands the pattern's row names; `fte` (axes mr) is FTE per team of `pupils`.
    """

    team_model: tuple[str, ...]
    pattern: tuple[str, ...]
    label: tuple[str, ...]
    listed: Flags
    team_taught: Flags
    pupils: Array
    fte: Array
    release: Array
    credit: Array
    source: tuple[str, ...]

    @property
    def id(self) -> tuple[str, ...]:
        """Names of the patterns, `team_model/pattern`."""
        return tuple(f"{model}/{pattern}" for model, pattern in zip(self.team_model, self.pattern))


@dataclass(frozen=True, eq=False)
class Technology(Labelled):
    """The technology packages, axis k. `listed` (axes kg): bands named; `device` (axis k): v index or -1."""

    id: tuple[str, ...]
    label: tuple[str, ...]
    listed: Flags
    reach: Array
    device: Integers
    annual_per_pupil: Array
    source: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class DeviceTypes(Labelled):
    """The device types, axis v: price of a seat ($) and its life in years."""

    id: tuple[str, ...]
    label: tuple[str, ...]
    purchase_per_seat: Array
    life_years: Array
    source: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class StipendSchedule:
    """The leader stipend schedule, axis t (all steps): dollars, and the share of eligible teachers who accept."""

    stipend: Array
    take_up: Array


@dataclass(frozen=True, eq=False)
class Staff:
    """Positions in place today and the part that must stay outside all patterns, both FTE, axes sr."""

    fte: Array
    minimum: Array


@dataclass(frozen=True, eq=False)
class Scenarios(Labelled):
    """The scenarios, axis c: probabilities and yearly shocks (relative changes), axes cy."""

    id: tuple[str, ...]
    label: tuple[str, ...]
    probability: Array
    funding_change: Array
    enrollment_change: Array
    pay_change: Array


@dataclass(frozen=True, eq=False)
class Devices:
    """Seats in place today, one entry a row of `devices.csv`: school and device index, seats, age in years."""

    school: Integers
    device: Integers
    seats: Array
    age_years: Array


@dataclass(frozen=True, eq=False)
class Budget:
    """What is actually budgeted this year ($), one entry a row of `budget.csv`."""

    school: Integers
    category: tuple[str, ...]
    amount: Array


@dataclass(frozen=True, eq=False)
class District:
    """A district as a planner hands it in.

    `enrollment` has axes sg, in pupils today. Two districts are equal when all their figures are.

    Raises
    ------
    InputError
        On construction, when a figure is NaN or negative where it may not be, shapes disagree, there is no
        school, or nothing can be taught (a band with pupils that no pattern or package admits).

    """

    settings: Settings
    schools: Schools
    bands: GradeBands
    enrollment: Array
    roles: Roles
    team_models: TeamModels
    technology: Technology
    device_types: DeviceTypes
    stipends: StipendSchedule
    staff: Staff
    scenarios: Scenarios
    devices: Devices = field(
        default_factory=lambda: Devices(
            np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
        )
    )
    budget: Budget | None = None

    def __post_init__(self) -> None:
        from models.checking import check_district

        problems = check_district(self)
        if problems:
            raise InputError.of(problems, self.settings.name)

    @property
    def name(self) -> str:
        """The district's name."""
        return self.settings.name

    @property
    def years(self) -> int:
        """Length of the plan in years, Y."""
        return self.settings.years

    @property
    def year_names(self) -> tuple[int, ...]:
        """Calendar years of the plan, axis y."""
        return tuple(self.settings.first_year + y for y in range(self.years))

    @cached_property
    def teaching_fte(self) -> Array:
        """Teaching FTE of a team, axis m: teachers + leaders × (1 − release) (formulation, section 2)."""
        teachers = self.team_models.fte @ self.roles.of_kind("teacher")
        leaders = self.team_models.fte @ self.roles.of_kind("leader")
        return np.asarray(teachers + leaders * (1.0 - self.team_models.release))

    @cached_property
    def class_load(self) -> Array:
        """Pupils per teaching FTE, axis m; infinite where nobody teaches."""
        with np.errstate(divide="ignore", invalid="ignore"):
            load = self.team_models.pupils / self.teaching_fte
        return np.asarray(np.where(self.teaching_fte > 0, load, np.inf))

    @cached_property
    def admitted(self) -> Flags:
        """M_g: pattern m is listed for band g and its class load is within the band's limit, axes mg."""
        limit = self.bands.max_pupils_per_teacher[None, :] * (1.0 + ADMISSION_TOLERANCE)
        return np.asarray(self.team_models.listed & (self.class_load[:, None] <= limit))

    @cached_property
    def fte_per_pupil(self) -> Array:
        """a[m,r]: FTE of role r per pupil taught under pattern m."""
        return np.asarray(self.team_models.fte / self.team_models.pupils[:, None])

    @cached_property
    def levels(self) -> Array:
        """u[j]: the distinct positive coverage levels among all credits and reaches, ascending."""
        values = np.concatenate([self.team_models.credit, self.technology.reach])
        return np.unique(values[values > 0])

    @cached_property
    def steps(self) -> Integers:
        """Indices of the stipend steps inside the bounds of the settings, axis t of the model."""
        low, high = self.settings.leaders.stipend_min, self.settings.leaders.stipend_max
        inside = np.ones(self.stipends.stipend.size, dtype=bool)
        if low is not None:
            inside &= self.stipends.stipend >= low
        if high is not None:
            inside &= self.stipends.stipend <= high
        return np.flatnonzero(inside)

    def replace(self, **changes: Any) -> District:
        """Return a variant with some parts exchanged; nothing is mutated."""
        return dataclasses.replace(self, **changes)

    def with_settings(self, **sections: Any) -> District:
        """Return a variant with settings changed, for example `with_settings(funding={"growth": 0.0}, years=1)`."""
        changes = {
            key: dataclasses.replace(getattr(self.settings, key), **value)
            if isinstance(value, dict)
            else value
            for key, value in sections.items()
        }
        district = self
        if "years" in changes:
            district = district.replace(
                scenarios=_cut_years(district.scenarios, int(changes["years"])),
                settings=dataclasses.replace(self.settings, years=int(changes["years"])),
            )
        return district.replace(settings=dataclasses.replace(district.settings, **changes))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, District) and _same(self, other)

    def __hash__(self) -> int:
        return hash((self.name, self.schools.id, self.years))


def _cut_years(scenarios: Scenarios, years: int) -> Scenarios:
    """Shocks of the first `years` plan years; years beyond what is known are without shock."""

    def cut(shock: Array) -> Array:
        known = shock[:, :years]
        return np.pad(known, ((0, 0), (0, years - known.shape[1])))

    return dataclasses.replace(
        scenarios,
        funding_change=cut(scenarios.funding_change),
        enrollment_change=cut(scenarios.enrollment_change),
        pay_change=cut(scenarios.pay_change),
    )


def _same(one: Any, two: Any) -> bool:
    """Compare parts by value, arrays element by element."""
    if isinstance(one, np.ndarray) or isinstance(two, np.ndarray):
        return isinstance(one, np.ndarray) and isinstance(two, np.ndarray) and np.array_equal(one, two)
    if dataclasses.is_dataclass(one) and dataclasses.is_dataclass(two):
        return type(one) is type(two) and all(
            _same(getattr(one, f.name), getattr(two, f.name)) for f in dataclasses.fields(one)
        )
    return bool(one == two)
