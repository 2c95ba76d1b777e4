"""Alternatives: near enough to the best plan, and as far apart as an exhaustive search says they can be."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

import optimizer
from models.alternatives import difference, distance, needed
from models.district import District
from models.made import made_district
from optimizer.alternatives import ALIKE, GIVEN, alternatives
from optimizer.formulation import Model
from optimizer.objectives import expected
from optimizer.staging import Options
from tests.districts import district as oak


class Room:
    """Plans that cover nearly as much as the best, as a polytope for scipy: one LP for every direction asked for."""

    def __init__(self, district: District, least: float) -> None:
        self.model = Model(district)
        self.matrix = self.model.lp.matrix()
        stage = expected(self.model)
        A = self.matrix.A.toarray()
        equal = self.matrix.row_lower == self.matrix.row_upper
        above = ~equal & np.isfinite(self.matrix.row_upper)
        below = ~equal & np.isfinite(self.matrix.row_lower)
        self.given = {
            "A_eq": A[equal],
            "b_eq": self.matrix.row_lower[equal],
            "A_ub": np.vstack([A[above], -A[below], stage.cost[None, :]]),
            "b_ub": np.concatenate(
                [self.matrix.row_upper[above], -self.matrix.row_lower[below], [-least * stage.scale]]
            ),
            "bounds": np.column_stack([self.matrix.column_lower, self.matrix.column_upper]),
        }

    def most(self, signs: np.ndarray) -> np.ndarray:
        """Positions needed (axes srn) of the plan that has most of signs · needed."""
        vector = self.model.lp.expression([("mr", self.model.a, self.model.x)], "srn", signs)
        found = linprog(-vector, **self.given)
        assert found.status == 0, found.message
        x = self.model.lp.values("x", found.x)
        return np.einsum("mr,sgmn->srn", self.model.a, x) + self.model.district.staff.minimum[:, :, None]


@pytest.mark.parametrize("seed", range(4))
def test_the_first_alternative_is_the_farthest_of_all(seed: int) -> None:
    """One school, one year: every sign of every role tried; one of them is that of the farthest plan."""
    district = made_district(1, seed=seed)
    best = optimizer.solve(district)
    found = alternatives(district, 1, 0.05, best=best)
    room = Room(district, 0.95 * best.coverage - 1e-6)
    tried = []
    for signs in itertools.product([-1.0, 1.0], repeat=3):
        plan = room.most(np.array([*signs, 0.0])[None, :, None])
        tried.append(float(np.abs(plan - needed(best)).sum()))
    assert len(found.plans) == 2
    assert max(tried) > 0.2
    assert found.distances[0, 1] == pytest.approx(max(tried), rel=2 * GIVEN)


def test_each_alternative_is_farther_than_naive_ones() -> None:
    """Naive: the plan with most, or fewest, of one role at one school. None is farther from all found before."""
    district = made_district(3, 2, 2, seed=3)
    best = optimizer.solve(district)
    found = alternatives(district, 3, 0.02, best=best)
    room = Room(district, 0.98 * best.coverage - 1e-6)
    weight = best.tree.probability / best.tree.years
    naive = []
    for s, r, sign in itertools.product(range(3), range(3), (-1.0, 1.0)):
        signs = np.zeros(best.values["q"].shape)
        signs[s, r] = sign * weight
        naive.append(room.most(signs))
    assert len(found.plans) == 4
    for number in range(1, 4):
        before = [needed(plan) for plan in found.plans[:number]]
        reached = found.distances[number, :number].min()
        for plan in naive:
            apart = min(float((np.abs(plan - other).sum(axis=(0, 1)) * weight).sum()) for other in before)
            assert reached >= apart * (1 - 2 * GIVEN)


@pytest.mark.parametrize("objective", ["expected", "worst_case", "max_min"])
def test_every_alternative_keeps_the_objective_and_the_coverage(objective: str) -> None:
    district = made_district(2, 2, 2, seed=3)
    best = optimizer.solve(district, objective)  # type: ignore[arg-type]
    found = alternatives(district, 2, 0.01, fewest=True, best=best)
    assert found.names == ("best", "alternative 1", "alternative 2", "fewest moves")
    assert found.best is best
    for plan in found.plans[1:]:
        assert plan.coverage >= 0.99 * best.coverage - 2e-6
        assert plan.stages[objective] >= 0.99 * best.stages[objective] - 2e-6
        assert plan.stages[objective] <= best.stages[objective] + 1e-6
        assert plan.certificate.holds and plan.certificate.gap is not None
        assert plan.money["unspent"].min() > -0.01
        assert set(plan.values) == set(best.values)
        assert set(plan.prices) == set(best.prices)
        assert np.isnan(plan.prices["budget"].dual).all()
        values = dict(plan.coverage_by_scenario) if objective == "worst_case" else plan.coverage_by_school
        if objective != "expected":
            assert plan.stages[objective] <= min(v for v in values.values() if v is not None) + 1e-6
    assert (found.distances[~np.eye(4, dtype=bool)] >= 0).all()
    assert found.distances[1, 0] > ALIKE and found.distances[2, :2].min() > ALIKE


def test_alternatives_spend_no_more_than_their_positions_ask() -> None:
    """Least spending is the last stage: no plan with the same coverage and positions is cheaper by idle money."""
    district = made_district(2, 1, 1, seed=3)
    found = alternatives(district, 1, 0.02)
    plan = found.plans[1]
    room = Room(district, plan.coverage - 1e-9)
    cost = room.model.lp.expression(
        room.model.spending(), "sn", np.ones(plan.covered.shape)
    )  # one year: dollars as they are
    low, high = room.given["bounds"].T.copy()
    for block in (room.model.x, room.model.q):
        where = block.index[block.index >= 0]
        low[where] = high[where] = plan.values[block.name][block.index >= 0]
    low, high = low - 1e-7, high + 1e-7
    cheapest = linprog(cost, **(room.given | {"bounds": np.column_stack([np.maximum(low, 0), high])}))
    assert cheapest.status == 0
    assert plan.spending <= cheapest.fun + float(room.model.spending_fixed.sum()) + 1.0


def test_the_uniform_stipend_stays() -> None:
    district = made_district(2, 1, 1, seed=3, leaders={"stipend_policy": "uniform"})
    found = alternatives(district, 1, 0.05, fewest=True)
    for plan in found.plans:
        assert plan.stipend_step == found.best.stipend_step
        paid = plan.values["lam"].sum(axis=(0, 2)) > 1e-9
        assert set(plan.parameters.sigma[paid]) <= {found.best.stipend_step}


def test_fewer_are_found_where_plans_are_alike(tmp_path: Path) -> None:
    """Oak has one team and one stipend: a hundredth of its coverage is a tenth of a position, and then nothing is left."""
    found = alternatives(oak(tmp_path), 5, 0.01)
    assert found.names == ("best", "alternative 1")
    assert found.distances[0, 1] == pytest.approx(
        0.01 * 300 * (1 / 25 - 3 / 100 + 1 / 100 + 1 / 100), rel=5e-3
    )
    assert alternatives(oak(tmp_path), 5, 0.0).names == ("best",)


def test_another_method_and_solver_find_plans_as_far() -> None:
    district = made_district(2, 1, 1, seed=3)
    best = optimizer.solve(district)
    warm = alternatives(district, 2, 0.02, best=best)
    for options in (Options(method="ipm"), Options(solver="highs-pulp")):
        cold = alternatives(district, 2, 0.02, best=best, options=options)
        assert cold.distances[0, 1] == pytest.approx(warm.distances[0, 1], rel=0.05)


def test_difference_and_distance_by_hand() -> None:
    district = made_district(2, 1, 1, seed=3)
    best = optimizer.solve(district)
    other = optimizer.solve(district.with_settings(coverage={"max_growth_per_year": 0.1}))
    change = difference(other, best)
    taught = {}
    for name, plan in (("best", best), ("other", other)):
        total = np.zeros((2, 4))
        for s, g, m in itertools.product(range(2), range(3), range(7)):
            total[s] += (
                plan.values["x"][s, g, m, 0] * district.team_models.fte[m] / district.team_models.pupils[m]
            )
        taught[name] = total
    assert change == pytest.approx(taught["other"] - taught["best"], abs=1e-9)
    assert distance(other, best) == pytest.approx(np.abs(change).sum(), abs=1e-9)
    assert distance(best, best) == 0.0


@pytest.mark.parametrize(
    ("count", "within", "text"),
    [
        (-1, 0.01, r"count is -1; 0 or more alternatives are expected\."),
        (1, 1.5, r"within is 1\.5; a share between 0 and 1 is expected\."),
        (1, float("nan"), r"within is nan; a share between 0 and 1 is expected\."),
    ],
)
def test_wrong_counts_and_shares_are_refused(count: int, within: float, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        alternatives(made_district(1), count, within)
