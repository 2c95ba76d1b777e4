"""Districts of the explanation's tests, and brute force: the same question asked again with other figures."""

import dataclasses

import numpy as np

from models.district import District
from models.made import made_district
from optimizer.formulation import Model
from optimizer.matrix import Matrix
from optimizer.objectives import stages_of
from optimizer.solvers.highs import Session


def funded(district: District, factor: float, schools: slice | list[int] = slice(None)) -> District:
    """Scale the funding of some schools."""
    k = np.ones(len(district.schools.id))
    k[schools] = factor
    own = district.schools
    return district.replace(
        schools=dataclasses.replace(
            own, funding_per_pupil=own.funding_per_pupil * k, fixed_funding=own.fixed_funding * k
        )
    )


DISTRICTS = {
    "one school, one year": lambda: funded(made_district(1, 1), 0.8),
    "two schools, three years, two scenarios": lambda: funded(made_district(2, 3, 2, seed=3), 0.8),
    "pooled": lambda: funded(made_district(3, 2, 1, pool="district", seed=5), 0.8),
    "shared people": lambda: funded(made_district(2, 2, 2, mobility="district", seed=1), 0.84),
}


def first_stage(district: District, objective: str = "expected") -> tuple[Model, Matrix, np.ndarray]:
    """The model, its matrix and what the first stage minimises."""
    model = Model(district)
    stage = stages_of(model, objective)[0]
    return model, model.lp.matrix(), stage.cost


def value(matrix: Matrix, cost: np.ndarray, moved: np.ndarray | None = None) -> float:
    """What the first stage covers, from a cold start, with the right sides moved; NaN when there is no plan."""
    shift = np.zeros(matrix.shape[0]) if moved is None else moved
    changed = matrix.replace(row_lower=matrix.row_lower + shift, row_upper=matrix.row_upper + shift)
    end = Session(changed).minimise(cost, method="simplex")
    return np.nan if end.point is None else -end.objective


def feasible(matrix: Matrix, rows: np.ndarray | None = None) -> bool:
    """Whether the rows can be kept together, from a cold start."""
    part = matrix if rows is None else matrix.part(np.asarray(rows), np.arange(matrix.shape[1]))
    return Session(part).minimise(np.zeros(matrix.shape[1])).point is not None
