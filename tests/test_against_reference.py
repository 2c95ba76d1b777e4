"""The engine against the independent reference, on random districts with every rule, objective and policy."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import optimizer
from datafiles.folder import read_district
from models.errors import NoPlan
from tests import reference
from tests.reference.folders import RandomFolder

SEEDS = range(48)


def compare(folder: Path) -> str:
    """Solve a folder both ways; returns what was found by both."""
    answer = reference.solve(folder)
    district = read_district(folder)
    if answer.status == "infeasible":
        with pytest.raises(NoPlan):
            optimizer.solve(district)
        return "infeasible"
    assert answer.status == "optimal"
    plan = optimizer.solve(district)
    assert plan.certificate.holds
    assert next(iter(plan.stages.values())) == pytest.approx(answer.objective, abs=2e-6)
    assert plan.coverage == pytest.approx(answer.coverage, abs=2e-6)
    assert plan.spending == pytest.approx(answer.spending, rel=5e-6)
    return "optimal"


@pytest.mark.parametrize("first", range(SEEDS.start, SEEDS.stop, 6))
def test_random_districts(first: int, tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    for seed in range(first, first + 6):
        found[compare(RandomFolder(tmp_path / str(seed), seed).path)] += 1
    assert found["optimal"] >= 3, f"too few solvable districts to mean anything: {found}"


def test_the_random_districts_vary(tmp_path: Path) -> None:
    """Every objective, policy, pool and mobility is among the districts compared, and every optional rule."""
    questions = [reference.Question(RandomFolder(tmp_path / str(seed), seed).path) for seed in SEEDS]
    for attribute, kinds in {
        "objective": {"expected", "worst_case", "max_min"}, "policy": {"by_school", "uniform"},
        "pool": {"school", "district"}, "mobility": {"school", "district"}, "years": {1, 2, 3},
    }.items():  # fmt: skip
        assert {getattr(question, attribute) for question in questions} == kinds
    for rule in (
        "max_transfer_share",
        "reserve_max_share",
        "max_leader_share",
        "max_position_loss_share",
        "min_adults",
        "startup_max_share",
        "technology_max_share",
        "max_growth",
        "min_school_share",
    ):
        assert {getattr(question, rule) is None for question in questions} == {True, False}, rule
