"""Parts of a district: some of its schools alone."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from models.district import Devices, District, Integers, Schools, Staff


def only_schools(district: District, kept: Integers) -> District:
    """Return the district with some of its schools alone, by index, funded and staffed each for itself."""

    def cut(values: Any) -> Any:
        return tuple(values[s] for s in kept) if isinstance(values, tuple) else values[kept]

    fields = {
        field.name: cut(getattr(district.schools, field.name))
        for field in dataclasses.fields(district.schools)
    }
    schools = Schools(**fields)
    place = np.full(len(district.schools.id), -1)
    place[kept] = np.arange(kept.size)
    rows = place[district.devices.school] >= 0
    devices = Devices(
        place[district.devices.school[rows]],
        district.devices.device[rows],
        district.devices.seats[rows],
        district.devices.age_years[rows],
    )
    staff = Staff(district.staff.fte[kept], district.staff.minimum[kept])
    return district.replace(
        schools=schools, enrollment=district.enrollment[kept], staff=staff, devices=devices, budget=None
    )
