"""The figures of section 2 of the formulation, year by year and node by node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.district import Array, District
from models.tree import Tree


@dataclass(frozen=True, eq=False)
class Parameters:
    """Section 2 of the formulation as arrays; the axes are the letters in each comment.

    Money is in dollars of the plan year, people in FTE, pupils in head count.
    """

    e: Array  # sgn, pupils: enrollment
    E: Array  # sn, pupils: enrollment of the school
    E0: Array  # s, pupils: today's enrollment
    c: Array  # srn, $/FTE: loaded cost of a position
    F: Array  # sn, $: funding
    X: Array  # sn, $: spending outside the plan's scope
    buy: Array  # vn, $/seat
    run: Array  # kn, $/pupil and year
    launch: Array  # n, $/newly trained pupil-place
    fixlaunch: Array  # n, $/school launched
    develop: Array  # n, $/team-taught pupil and year
    sigma: Array  # t, $: stipend of a step inside the bounds
    tau: Array  # t, share of eligible teachers who accept
    alive: Array  # van: 1 where a seat bought in node a still lives in node n
    seats0: Array  # svn, seats of today that still live
    o0: Array  # s, share of the school launched today
    kept: Array  # sn: min(1, E / E0), the part of today's size; 1 for a school without pupils
    discount: Array  # n: to first-year dollars

    @classmethod
    def of(cls, district: District, tree: Tree) -> Parameters:
        """Work out all figures of a district on its tree."""
        schools, roles, settings = district.schools, district.roles, district.settings
        since = tree.year - 1.0  # years since the first, axis n
        e = (
            district.enrollment[:, :, None]
            * ((1.0 + schools.enrollment_growth[:, None]) ** since)[:, None, :]
            * (1.0 + tree.enrollment)
        )
        E = e.sum(axis=1)
        E0 = district.enrollment.sum(axis=1)
        price: Array = np.asarray((1.0 + settings.funding.price_growth) ** since, dtype=float)
        funding = (
            (schools.funding_per_pupil[:, None] * E + schools.fixed_funding[:, None])
            * (1.0 + settings.funding.growth) ** since
            * (1.0 + tree.funding)
        )
        pay = roles.salary * (1.0 + roles.benefits_rate)
        c = (
            schools.pay_index[:, None, None]
            * (pay[:, None] * (1.0 + roles.annual_raise[:, None]) ** since)[None, :, :]
            * (1.0 + tree.pay)
        )
        life = district.device_types.life_years
        age = tree.year[None, :] - tree.year[:, None]  # an
        alive = tree.on_path[None, :, :] * (age[None, :, :] < life[:, None, None])
        seats0 = np.zeros((len(schools.id), len(district.device_types.id), tree.size))
        devices = district.devices
        if devices.seats.size:
            living = (since[None, :] + devices.age_years[:, None]) < life[devices.device][:, None]
            np.add.at(seats0, (devices.school, devices.device), devices.seats[:, None] * living)
        with np.errstate(divide="ignore", invalid="ignore"):
            o0 = np.where(E0 > 0, np.minimum(1.0, schools.team_pupils / E0), 0.0)
            kept = np.where(E0[:, None] > 0, np.minimum(1.0, E / E0[:, None]), 1.0)
        return cls(
            e=e,
            E=E,
            E0=E0,
            c=c,
            F=funding,
            X=schools.fixed_spending[:, None] * price,
            buy=district.device_types.purchase_per_seat[:, None] * price,
            run=district.technology.annual_per_pupil[:, None] * price,
            launch=settings.launch.per_pupil * price,
            fixlaunch=settings.launch.fixed_per_school * price,
            develop=settings.launch.development_per_pupil * price,
            sigma=district.stipends.stipend[district.steps],
            tau=district.stipends.take_up[district.steps],
            alive=alive,
            seats0=seats0,
            o0=o0,
            kept=kept,
            discount=1.0 / price,
        )
