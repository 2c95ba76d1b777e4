"""What makes a district impossible to plan, whoever built it: shapes, NaN, signs, order, missing patterns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from models.errors import Problem

if TYPE_CHECKING:
    from models.district import District


CROWDED = 100.0  # adults of a team for each of its pupils, far beyond any
FAR = 1e6  # times what a figure is today that it may become within a plan, or the other way


def check_district(district: District) -> list[Problem]:
    """Return every fault of a district built in code; files are checked earlier, with rows and columns."""
    shapes = list(_shapes(district))
    if shapes:
        return shapes
    return [*_figures(district), *_shares(district), *_sets(district), *_sizes(district)]


def _fields(district: District) -> Iterator[tuple[str, np.ndarray, tuple[int, ...]]]:
    s, g, r = len(district.schools.id), len(district.bands.id), len(district.roles.id)
    m, k, v = len(district.team_models.pattern), len(district.technology.id), len(district.device_types.id)
    c, y, t = len(district.scenarios.id), district.years, district.stipends.stipend.size
    rows = district.devices.seats.size
    for name in (
        "funding_per_pupil",
        "fixed_funding",
        "fixed_spending",
        "need_weight",
        "pay_index",
        "enrollment_growth",
        "startup_grant",
        "team_pupils",
        "trained_pupils",
        "opening_reserve",
    ):
        yield f"schools.{name}", getattr(district.schools, name), (s,)
    yield "grade_bands.max_pupils_per_teacher", district.bands.max_pupils_per_teacher, (g,)
    yield "enrollment", district.enrollment, (s, g)
    for name in ("salary", "benefits_rate", "attrition_rate", "annual_raise"):
        yield f"roles.{name}", getattr(district.roles, name), (r,)
    yield "team_models.fte", district.team_models.fte, (m, r)
    for name in ("pupils", "release", "credit", "team_taught"):
        yield f"team_models.{name}", getattr(district.team_models, name), (m,)
    yield "team_models.listed", district.team_models.listed, (m, g)
    for name in ("reach", "annual_per_pupil", "device"):
        yield f"technology.{name}", getattr(district.technology, name), (k,)
    yield "technology.listed", district.technology.listed, (k, g)
    for name in ("purchase_per_seat", "life_years"):
        yield f"device_types.{name}", getattr(district.device_types, name), (v,)
    yield "stipends.take_up", district.stipends.take_up, (t,)
    yield "staff.fte", district.staff.fte, (s, r)
    yield "staff.minimum", district.staff.minimum, (s, r)
    yield "scenarios.probability", district.scenarios.probability, (c,)
    for name in ("funding_change", "enrollment_change", "pay_change"):
        yield f"scenarios.{name}", getattr(district.scenarios, name), (c, y)
    for name in ("school", "device", "age_years"):
        yield f"devices.{name}", getattr(district.devices, name), (rows,)


def _shapes(district: District) -> Iterator[Problem]:
    if not district.schools.id:
        yield Problem("schools", "there is no school.", "Name at least one school.")
    for name, values, shape in _fields(district):
        if values.shape != shape:
            yield Problem(
                name,
                f"has shape {values.shape}; {shape} is expected.",
                "One entry for each member of its axes.",
            )


SIGNED = {
    "schools.enrollment_growth",
    "roles.annual_raise",
    "scenarios.funding_change",
    "scenarios.enrollment_change",
    "scenarios.pay_change",
    "schools.fixed_funding",
    "technology.device",
}


def _figures(district: District) -> Iterator[Problem]:
    for name, values, _ in _fields(district):
        figures = values.astype(float)
        if not np.isfinite(figures).all():
            where = tuple(int(i) for i in np.argwhere(~np.isfinite(figures))[0])
            yield Problem(
                name, f"is {figures[where]} at {where}; a finite number is expected.", "Fill it in."
            )
        elif name not in SIGNED and (figures < 0).any():
            where = tuple(int(i) for i in np.argwhere(figures < 0)[0])
            yield Problem(
                name,
                f"is {figures[where]:g} at {where}; it may not be negative.",
                "Write a positive number or 0.",
            )
    if (district.team_models.pupils <= 0).any():
        yield Problem("team_models.pupils", "is 0; a team teaches somebody.", "Write the pupils of one team.")
    if (district.device_types.life_years <= 0).any():
        yield Problem("device_types.life_years", "is 0; a seat lives some time.", "Write its life in years.")
    for name in ("funding_change", "enrollment_change", "pay_change"):
        if (getattr(district.scenarios, name) < -1).any():
            yield Problem(
                f"scenarios.{name}",
                "is below -1; nothing falls by more than all of it.",
                "A cut of 7 % is written -0.07.",
            )


def _shares(district: District) -> Iterator[Problem]:
    shares = {
        "team_models.release": district.team_models.release,
        "team_models.credit": district.team_models.credit,
        "technology.reach": district.technology.reach,
        "stipends.take_up": district.stipends.take_up,
        "roles.attrition_rate": district.roles.attrition_rate,
        "scenarios.probability": district.scenarios.probability,
    }
    for name, values in shares.items():
        if (values > 1).any():
            yield Problem(
                name, f"is {values.max():g}; a share is at most 1.", "Fractions are written 0.07, never 7."
            )
    total = float(district.scenarios.probability.sum())
    if abs(total - 1) > 1e-6:
        yield Problem(
            "scenarios.probability",
            f"sums to {total:g}; 1 is expected.",
            "Give each scenario its probability once.",
        )


def _sets(district: District) -> Iterator[Problem]:
    pupils = district.enrollment.sum(axis=0)
    if pupils.sum() <= 0:
        yield Problem("enrollment", "the district has no pupils.", "Enter pupils by school and grade band.")
    elif float(district.schools.need_weight @ district.enrollment.sum(axis=1)) <= 0:
        yield Problem(
            "schools.need_weight", "no school with pupils has a need weight above 0.", "Leave it blank for 1."
        )
    elif _pupils_to_come(district) <= 0:
        yield Problem(
            "scenarios.enrollment_change",
            "leaves no pupils in any plan year, in any scenario that may happen.",
            "A loss of 5 % is written -0.05; -1 is the loss of every pupil.",
        )
    for g in np.flatnonzero((pupils > 0) & ~district.admitted.any(axis=0)):
        limit = district.bands.max_pupils_per_teacher[g]
        yield Problem(
            f"grade band {district.bands.id[g]}",
            f"has {pupils[g]:,.0f} pupils and no staffing pattern that it may use (class-size limit {limit:g}).",
            "List the band in a row of team_models.csv whose pupils per teaching FTE are within the limit.",
        )
    for g in np.flatnonzero((pupils > 0) & ~district.technology.listed.any(axis=0)):
        yield Problem(
            f"grade band {district.bands.id[g]}",
            f"has {pupils[g]:,.0f} pupils and no technology package.",
            "List the band in a row of technology.csv; a package without device and cost stands for none.",
        )
    if (
        "leader" in district.roles.kind
        and district.steps.size == 0
        and district.team_models.fte
        @ district.roles.of_kind("leader")
        @ np.ones(len(district.team_models.pattern))
        > 0
    ):
        yield Problem(
            "stipends",
            "no step of the schedule lies inside the bounds of the settings.",
            "Widen leaders.stipend_min and stipend_max, or add a step.",
        )


def _sizes(district: District) -> Iterator[Problem]:
    """Figures so far apart that no solver can weigh them against each other."""
    teams = district.team_models
    with np.errstate(all="ignore"):
        load = teams.fte.sum(axis=1) / teams.pupils
    for m in np.flatnonzero((load > CROWDED) & (teams.pupils > 0)):
        yield Problem(
            "team_models.pupils",
            f"is {teams.pupils[m]:g} for {teams.fte[m].sum():g} FTE of pattern {teams.pattern[m]}.",
            "Write the pupils whom one such team teaches.",
        )
    funding = district.settings.funding
    for name, shares in (
        ("schools.enrollment_growth", district.schools.enrollment_growth),
        ("roles.annual_raise", district.roles.annual_raise),
        ("funding.growth", np.array([funding.growth])),
        ("funding.price_growth", np.array([funding.price_growth])),
    ):
        with np.errstate(all="ignore"):
            factor = (1.0 + shares) ** (district.years - 1)
        for share, times in zip(shares, factor):
            if times > FAR or 0 < times < 1.0 / FAR:
                yield Problem(
                    name,
                    f"is {share:g} a year, which makes {times:.0e} of 1 within {district.years} years.",
                    "Growth of 2 % a year is written 0.02.",
                )
                break


def _pupils_to_come(district: District) -> float:
    """Expected pupils of all plan years together, weighted by need."""
    scenarios = district.scenarios
    weighted = district.schools.need_weight * district.enrollment.sum(axis=1)  # s
    with np.errstate(all="ignore"):  # figures that are no numbers are reported by name
        grown = (1.0 + district.schools.enrollment_growth[:, None]) ** np.arange(district.years)  # sy
        expected = scenarios.probability @ (1.0 + scenarios.enrollment_change)  # y
        return float(weighted @ grown @ expected)
