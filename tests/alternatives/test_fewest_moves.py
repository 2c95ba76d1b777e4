"""The plan of the fewest moves against an LP of the independent reference, and moves counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import optimizer
from datafiles.folder import read_district
from models.alternatives import PlanMoves
from models.made import made_district
from models.plan import Plan
from optimizer.alternatives import fewest_moves
from tests.reference.folders import RandomFolder
from tests.reference.question import Question
from tests.reference.stages import Stages


def least_moves(folder: Path, best: Plan, within: float) -> float:
    """Least expected moves over all years as an LP of the reference: hired, changed and laid off in plain loops."""
    q = Question(folder)
    step = None if best.stipend_step is None else q.sigma.index(best.stipend_step)
    stages = Stages(q, only_step=step)
    lp, cost = stages.lp, {}
    for n in q.N:
        node = q.nodes[n]
        for s in q.S:
            for r in q.R:
                gain = lp.add("gain", s, r, n)
                cost[gain] = node.p
                stays = 1 - q.attrition[r]
                if node.parent is None:
                    lp.rule("gain", {gain: 1.0, ("q", s, r, n): -1.0}, low=-stays * q.f0[s, r])
                else:
                    lp.rule(
                        "gain", {gain: 1.0, ("q", s, r, n): -1.0, ("q", s, r, node.parent): stays}, low=0.0
                    )
        for name in lp.column:
            if name[0] == "l" and name[-1] == n:
                cost[name] = node.p
    held = [("held", stages.expected(), (1 - within) * best.coverage - 1e-6, np.inf)]
    status, value, _ = lp.solve(cost, held)
    assert status == "optimal"
    return value


@pytest.mark.parametrize("seed", [1, 2, 5, 10, 13, 18])
def test_the_reference_agrees(seed: int, tmp_path: Path) -> None:
    folder = RandomFolder(tmp_path / "district", seed).path
    district = read_district(folder)
    best = optimizer.solve(district, "expected")
    plan = fewest_moves(district, 0.02, best=best)
    moves = PlanMoves.of(plan).total * district.years
    assert moves == pytest.approx(least_moves(folder, best, 0.02), abs=1e-4, rel=1e-5)
    assert moves <= PlanMoves.of(best).total * district.years + 1e-4
    assert plan.certificate.holds


@pytest.mark.parametrize("mobility", ["school", "district"])
def test_more_room_asks_for_fewer_moves(mobility: str) -> None:
    district = made_district(3, 3, 2, seed=3, mobility=mobility)
    best = optimizer.solve(district)
    totals = [
        PlanMoves.of(fewest_moves(district, within, best=best)).total for within in (0.0, 0.02, 0.1, 1.0)
    ]
    assert PlanMoves.of(best).total >= totals[0] - 1e-6
    assert totals == sorted(totals, reverse=True)
    assert totals[0] > totals[-1]


def test_moves_by_hand() -> None:
    """Positions of one school over two years, written down, and their moves counted with a pencil."""
    district = made_district(1, 2, 1, seed=3)
    plan = optimizer.solve(district)
    roles = dict(zip(district.roles.id, range(4)))
    before = dict(zip(district.roles.id, district.staff.fte[0]))
    stays = dict(zip(district.roles.id, 1 - district.roles.attrition_rate))
    q = plan.values["q"]
    q[0, :, 0] = [before[name] * stays[name] for name in roles]
    q[0, roles["teacher"], 0] -= 3  # two become leaders, one becomes a specialist
    q[0, roles["leader"], 0] += 2
    q[0, roles["specialist"], 0] += 1
    q[0, roles["aide"], 0] += 1.5  # hired
    q[0, :, 1] = [q[0, roles[name], 0] * stays[name] for name in roles]
    q[0, roles["teacher"], 1] -= 1  # one becomes a leader, the specialist's half is laid off
    q[0, roles["leader"], 1] += 1
    q[0, roles["specialist"], 1] -= 0.5
    moves = PlanMoves.of(plan)
    assert moves.hired == pytest.approx([1.5, 0.0])
    assert moves.changed == pytest.approx([3.0, 1.0])
    assert moves.laid_off == pytest.approx([0.0, 0.5])
    assert moves.total == pytest.approx((1.5 + 3.0 + 1.0 + 0.5) / 2)
    assert moves.by_school == pytest.approx([(4.5 + 1.0) / 2])


def test_people_who_change_their_school_are_moves_and_no_hires() -> None:
    district = made_district(2, 1, 1, seed=3, mobility="district")
    plan = optimizer.solve(district)
    q = plan.values["q"]
    q[:, :, 0] = district.staff.fte * (1 - district.roles.attrition_rate)
    q[0, 0, 0] -= 2
    q[1, 0, 0] += 2
    moves = PlanMoves.of(plan)
    assert (moves.hired[0], moves.changed[0], moves.laid_off[0]) == pytest.approx((0.0, 2.0, 0.0))
    alone = made_district(2, 1, 1, seed=3)
    apart = optimizer.solve(alone)
    apart.values["q"][:] = q
    moves = PlanMoves.of(apart)
    assert (moves.hired[0], moves.changed[0], moves.laid_off[0]) == pytest.approx((2.0, 0.0, 2.0))
