"""What is maximised, as stages: each holds what the earlier ones reached (formulation, section 5)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.settings import Objective
from optimizer.formulation import Model

Array = NDArray[np.float64]

HOLD = 1e-6  # absolute, on the 0..1 scale: what a later stage may give up of an earlier one
TIE = 1e-4  # $ per dollar moved or granted, and per seat and year bought too early; in no reported figure


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage: minimise `cost` · x. Its value on the planner's scale is (sign × cost · x + offset) / scale.

    `bound` of a value V gives the row vector · x ≥ bound that later stages keep; they may give up `give` of the value.
    """

    name: str
    cost: Array
    sign: float
    scale: float
    offset: float = 0.0
    give: float = HOLD

    def value(self, point: Array) -> float:
        """Value of the stage at a point: a share for coverage, dollars for spending."""
        return self.worth(float(self.cost @ point))

    def worth(self, cost: float) -> float:
        """Value of a cost · x."""
        return (self.sign * cost + self.offset) / self.scale

    @property
    def ideal(self) -> float:
        """A value that none is better than."""
        return -self.sign * np.inf

    @property
    def vector(self) -> Array:
        """Coefficients of the row that holds this stage (the greater the better)."""
        return -self.cost

    def bound(self, reached: float) -> float:
        """Right side of the row that holds the value reached, less what may be given up."""
        return -self.sign * (reached * self.scale - self.offset) - self.give * self.scale

    def holds(self, value: float, best: float) -> bool:
        """Whether a value is as good as the best, up to what may be given up."""
        return -self.sign * (value - best) >= -self.give


def needs(model: Model) -> Array:
    """ω_s, axis s: need weights over that of the average pupil today, so that what is gained is told in pupils.

    Their ratios alone count, and a solver's tolerances are absolute.
    """
    need, pupils = model.district.schools.need_weight, model.p.E0
    if not np.ptp(need):
        return np.ones(need.size)
    usual = float(need @ pupils) / float(pupils.sum()) if pupils.any() else 1.0
    return need / usual if usual > 0 else need


def weights(model: Model) -> Array:
    """p_n × ω_s of covered pupils, axes sn."""
    return np.asarray(needs(model)[:, None] * model.tree.probability)


def stages_of(model: Model, objective: Objective) -> list[Stage]:
    """Stages of an objective, in order; adds the rules of `worst_case` and `max_min` to the model.

    The last stage is always the least expected spending in first-year dollars.
    """
    first = {"expected": [], "worst_case": [worst_case], "max_min": [max_min]}[objective]
    made = [stage(model) for stage in first]  # may add a column, so it comes before the dense vectors
    return [_widen(stage, model) for stage in [*made, expected(model), spending(model)]]


def first_stage(model: Model, objective: Objective) -> Stage:
    """The first stage of an objective alone; adds its rules to the model."""
    return {"expected": expected, "worst_case": worst_case, "max_min": max_min}[objective](model)


def _widen(stage: Stage, model: Model) -> Stage:
    missing = model.lp.matrix().shape[1] - stage.cost.size
    return replace(stage, cost=np.pad(stage.cost, (0, missing))) if missing else stage


def expected(model: Model) -> Stage:
    """Σ p ω C / Σ p ω E, the expected coverage."""
    weight = weights(model)
    return Stage(
        "expected",
        -model.lp.expression(model.covered(), "sn", weight),
        -1.0,
        float((weight * model.p.E).sum()),
    )


def worst_case(model: Model) -> Stage:
    """θ ≤ the coverage of every scenario, its path's Σ ω C / Σ ω E."""
    lp, tree, need = model.lp, model.tree, needs(model)
    passes = np.zeros((len(tree.scenario_ids), tree.size))  # cn
    passes[np.arange(len(tree.scenario_ids))[:, None], tree.path] = 1.0
    pupils = passes @ (need @ model.p.E)  # c
    theta = lp.variable("theta", "", unit="share")
    weight = passes[:, None, :, None] * need[:, None, None] * model.steps  # csnj
    lp.rule(
        "worst_case",
        "c",
        [("csnj", weight, model.z), ("c", -pupils, theta)],
        at_least=0,
        where=("c", pupils > 0),
    )
    scale = float(pupils[pupils > 0].mean())
    return Stage("worst_case", -scale * lp.expression([(1, theta)]), -1.0, scale)


def max_min(model: Model) -> Stage:
    """φ ≤ every school's coverage, Σ p C / Σ p E, unweighted."""
    lp, probability = model.lp, model.tree.probability
    pupils = model.p.E @ probability  # s
    phi = lp.variable("phi", "", unit="share")
    weight = probability[:, None] * model.steps  # nj
    lp.rule(
        "max_min", "s", [("nj", weight, model.z), ("s", -pupils, phi)], at_least=0, where=("s", pupils > 0)
    )
    scale = float(pupils.sum())
    return Stage("max_min", -scale * lp.expression([(1, phi)]), -1.0, scale)


def spending(model: Model) -> Stage:
    """Σ p (1+price_growth)^−(y−1) × spending, plus the three tie-breaks that no reported figure contains."""
    cost, fixed = spending_vector(model)
    lp, tree = model.lp, model.tree
    early = tree.probability * (tree.years - tree.year)
    ties = [("n", TIE * tree.probability, model.u), ("n", TIE * early, model.b)]
    if model.give is not None:
        ties.append(("n", TIE * tree.probability, model.give))
    return Stage("spending", cost + lp.expression(ties), 1.0, 1.0, fixed)


def spending_vector(model: Model) -> tuple[Array, float]:
    """Expected spending in first-year dollars as coefficients over the columns, and its constant part."""
    if model.spent is None:
        weight = model.tree.probability * model.p.discount  # n
        over_schools = np.broadcast_to(weight, model.p.F.shape)
        fixed = float(model.spending_fixed.sum(axis=0) @ weight)
        model.spent = model.lp.expression(model.spending(), "sn", over_schools), fixed
    cost, fixed = model.spent
    missing = model.lp.matrix().shape[1] - cost.size  # columns of later objectives cost nothing
    return (np.pad(cost, (0, missing)) if missing else cost), fixed
