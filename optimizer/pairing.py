"""Covered pupils where nothing asks for them: a school without need weight, or a node that never happens.

There the objective leaves z free below what teaching and technology reach. The formulation (section 4) counts best with
best: every pupil whom both reach.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from optimizer.formulation import Model
from optimizer.objectives import weights

Array = NDArray[np.float64]


def values_of(model: Model, point: Array) -> dict[str, Array]:
    """Every variable block of a plan's point over its axes; z is paired where it has no weight."""
    values = {name: model.lp.values(name, point) for name in model.lp.variables}
    values["z"] = _paired(model, values)
    return values


def _paired(model: Model, values: Mapping[str, Array]) -> Array:
    """Covered pupils z, axes sgjn, raised to what both reach where they have no weight."""
    idle = weights(model) <= 0  # sn
    z = values["z"]
    if not idle.any():
        return z
    district = model.district
    taught = district.team_models.credit[:, None] >= district.levels  # mj
    equipped = district.technology.reach[:, None] >= district.levels  # kj
    both = np.minimum(
        np.einsum("mj,sgmn->sgjn", taught.astype(float), values["x"]),
        np.einsum("kj,sgkn->sgjn", equipped.astype(float), values["w"]),
    )
    return np.where(idle[:, None, None, :], np.maximum(z, both), z)
