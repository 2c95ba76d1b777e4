"""A figure of a district that can be turned: a setting or a column of a table, by the name a planner writes."""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.district import District
from models.errors import InputError

Array = NDArray[np.float64]

SHARE, AMOUNT, RATE = "share", "amount", "rate"
"""From 0 to 1; 0 or more; anything above −1 (a yearly growth or a shock)."""

SETTINGS = {
    "funding.growth": RATE,
    "funding.price_growth": RATE,
    "funding.max_transfer_share": SHARE,
    "funding.reserve_max_share": SHARE,
    "leaders.stipend_min": AMOUNT,
    "leaders.stipend_max": AMOUNT,
    "leaders.stipend_benefits_rate": SHARE,
    "leaders.eligible_share": SHARE,
    "leaders.max_leader_share": SHARE,
    "staff.layoff_cost": AMOUNT,
    "staff.hiring_cost": AMOUNT,
    "staff.max_position_loss_share": SHARE,
    "staff.min_adults_per_100_pupils": AMOUNT,
    "launch.per_pupil": AMOUNT,
    "launch.fixed_per_school": AMOUNT,
    "launch.development_per_pupil": AMOUNT,
    "launch.turnover": SHARE,
    "launch.startup_max_share": SHARE,
    "technology.max_share": SHARE,
    "coverage.max_growth_per_year": SHARE,
    "coverage.min_school_share": SHARE,
}
COLUMNS = {
    "schools.funding_per_pupil": AMOUNT,
    "schools.fixed_funding": "any",
    "schools.fixed_spending": AMOUNT,
    "schools.startup_grant": AMOUNT,
    "schools.enrollment_growth": RATE,
    "schools.pay_index": AMOUNT,
    "grade_bands.max_pupils_per_teacher": AMOUNT,
    "enrollment.pupils": AMOUNT,
    "roles.salary": AMOUNT,
    "roles.benefits_rate": SHARE,
    "roles.attrition_rate": SHARE,
    "roles.annual_raise": RATE,
    "team_models.release": SHARE,
    "team_models.credit": SHARE,
    "technology.reach": SHARE,
    "technology.annual_per_pupil": AMOUNT,
    "device_types.purchase_per_seat": AMOUNT,
    "device_types.life_years": AMOUNT,
    "stipends.stipend": AMOUNT,
    "stipends.take_up": SHARE,
    "staff.minimum": AMOUNT,
    "scenarios.funding_change": RATE,
    "scenarios.enrollment_change": RATE,
    "scenarios.pay_change": RATE,
}
DOLLARS = {
    "leaders.stipend_min",
    "leaders.stipend_max",
    "staff.layoff_cost",
    "staff.hiring_cost",
    "launch.per_pupil",
    "launch.fixed_per_school",
    "launch.development_per_pupil",
    "schools.funding_per_pupil",
    "schools.fixed_funding",
    "schools.fixed_spending",
    "schools.startup_grant",
    "roles.salary",
    "technology.annual_per_pupil",
    "device_types.purchase_per_seat",
    "stipends.stipend",
}
PARTS = {"grade_bands": "bands"}  # tables that a district calls by another name


@dataclass(frozen=True)
class Dial:
    """One figure, or one column of figures, of a district.

    `member` is the row of the column (a school, band, role, pattern, package, device, stipend or scenario); blank for
    all rows.
    """

    name: str
    member: str = ""

    @property
    def label(self) -> str:
        """The name as a planner writes it: `section.key`, `table.column` or `table.column@row`."""
        return f"{self.name}@{self.member}" if self.member else self.name

    @property
    def range(self) -> str:
        """What values it takes: share, amount, rate or any."""
        return SETTINGS.get(self.name) or COLUMNS[self.name]

    def figures(self, district: District) -> Array | None:
        """Its values in a district, any shape; `None` for a setting that is blank (no such rule)."""
        section, key = self.name.split(".")
        if self.name in SETTINGS:
            value = getattr(getattr(district.settings, section), key)
            return None if value is None else np.array([float(value)])
        if self.name == "enrollment.pupils":
            return np.asarray(district.enrollment[self._rows(district)])
        return np.asarray(getattr(getattr(district, PARTS.get(section, section)), key)[self._rows(district)])

    def value(self, district: District) -> float | None:
        """The one value it has in a district; `None` where it is blank or its rows differ."""
        figures = self.figures(district)
        if figures is None or figures.size == 0 or np.ptp(figures) > 0:
            return None
        return float(figures.flat[0])

    def scaled(self, district: District, factor: float) -> tuple[District, bool]:
        """The district with its values times a factor, and whether a value was stopped at the end of its range."""
        figures = self.figures(district)
        if figures is None:
            raise InputError(
                f"{self.label} is blank in {district.name}: there is no such rule to scale.",
                "Give values of its own, for example --values 0.05,0.10.",
            )
        wanted = figures * factor
        given = np.minimum(wanted, 1.0) if self.range == SHARE else wanted
        return self._with(district, given), bool((given != wanted).any())

    def set(self, district: District, value: float) -> District:
        """The district with the value in all its rows.

        Raises
        ------
        InputError
            The value is outside the figure's range, or leaves no district that can be planned.

        """
        wrong = (
            (self.range == SHARE and not 0 <= value <= 1, "a share from 0 to 1"),
            (self.range == AMOUNT and value < 0, "0 or more"),
            (self.range == RATE and value < -1, "-1 or more"),
        )
        for is_wrong, expected in wrong:
            if is_wrong or not np.isfinite(value):
                raise InputError(
                    f"{self.label} cannot be {value:g}; {expected} is expected.",
                    "Fractions are written 0.07, never 7.",
                )
        figures = self.figures(district)
        return self._with(district, np.full(1 if figures is None else figures.shape, value))

    def _with(self, district: District, figures: Array) -> District:
        section, key = self.name.split(".")
        if self.name in SETTINGS:
            return district.with_settings(**{section: {key: float(figures[0])}})
        rows = self._rows(district)
        if self.name == "enrollment.pupils":
            pupils = district.enrollment.copy()
            pupils[rows] = figures
            return district.replace(enrollment=pupils)
        part = PARTS.get(section, section)
        table: Any = getattr(district, part)
        column = getattr(table, key).copy()
        column[rows] = figures
        return district.replace(**{part: dataclasses.replace(table, **{key: column})})

    def _rows(self, district: District) -> Any:
        if not self.member:
            return slice(None)
        return [members_of(self.name, district).index(self.member)]


def members_of(name: str, district: District) -> list[str]:
    """Names of the rows of a table column."""
    table = name.split(".")[0]
    if table in ("enrollment", "staff"):
        return list(district.schools.id)
    if table == "stipends":
        return [f"{stipend:g}" for stipend in district.stipends.stipend]
    return list(getattr(district, PARTS.get(table, table)).id)


def unit_of(label: str) -> str:
    """How a dial's values are told, by its label: `$`, `share` (of 1) or blank for plain numbers."""
    name = label.partition("@")[0]
    if name in DOLLARS:
        return "$"
    return "share" if (SETTINGS | COLUMNS).get(name) in (SHARE, RATE) else ""


def dials() -> tuple[Dial, ...]:
    """Every figure that can be turned, settings first."""
    return tuple(Dial(name) for name in (*SETTINGS, *COLUMNS))


def dial(text: str, district: District) -> Dial:
    """The dial that a planner names: `section.key`, `table.column` or `table.column@row`.

    Raises
    ------
    InputError
        There is no such figure, or the table has no such row.

    """
    name, _, member = text.partition("@")
    known = (*SETTINGS, *COLUMNS)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1) or [
            one for one in known if one.endswith(f".{name}")
        ]
        hint = f"Did you mean {near[0]}? " if near else ""
        raise InputError(
            f'There is no setting "{name}" to go along.', f"{hint}The settings are: {', '.join(known)}."
        )
    if member:
        rows = [] if name in SETTINGS else members_of(name, district)
        if member not in rows:
            near = difflib.get_close_matches(member, rows, n=1)
            hint = (
                f"Did you mean {name}@{near[0]}?"
                if near
                else f"Its rows are: {', '.join(rows)}."
                if rows
                else f"Write {name}."
            )
            raise InputError(f'{name} has no row "{member}".', hint)
    return Dial(name, member)
