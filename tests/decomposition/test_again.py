"""A search for prices that fails is made once more from other schools, and only then is the whole matrix solved."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.sparse import csc_array

from models.errors import SolverFailure
from models.made import made_district
from models.status import Status
from optimizer import Options, solve, solving
from optimizer.blocks import Block
from optimizer.decomposition.prices import Prices
from optimizer.decomposition.pricing import FARTHEST, Pricing
from optimizer.decomposition.rounds import Rounds
from optimizer.decomposition.structure import structure_of
from optimizer.formulation import Model
from optimizer.matrix import Matrix
from optimizer.solvers.repeated import Repeated

DISTRICT = made_district(7, 2, 2, seed=3, pool="district", funding={"max_transfer_share": 0.05})


def failing(monkeypatch: pytest.MonkeyPatch, runs: set[int], status: Status | None = None) -> list[int]:
    """Let some runs of rounds fail, by number; returns the numbers of all."""
    seen: list[int] = []
    run = Rounds.run

    def sometimes(self: Rounds, price, spread):
        seen.append(len(seen))
        if seen[-1] in runs:
            failure = SolverFailure("The search for prices did not settle.")
            failure.status = status or failure.status
            raise failure
        return run(self, price, spread)

    monkeypatch.setattr(Rounds, "run", sometimes)
    return seen


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_once_more_from_others(monkeypatch: pytest.MonkeyPatch, stage: int) -> None:
    whole = solve(DISTRICT, "max_min", options=Options(method="simplex"))
    seen = failing(monkeypatch, {stage})
    told: list[str] = []
    plan = solve(DISTRICT, "max_min", options=Options(method="prices", say=told.append))
    assert seen == [0, 1, 2, 3]
    assert plan.solver.method == "prices"
    assert plan.certificate.holds
    assert plan.coverage == pytest.approx(whole.coverage, abs=1e-6)
    assert plan.spending == pytest.approx(whole.spending, rel=1e-6)
    once = (
        "Prices failed (The search for prices did not settle.); once more, from the prices of other schools"
    )
    assert told.count(once) == 1


def test_after_a_second_failure_the_whole_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, {1, 2})
    plan = solve(DISTRICT, "max_min", options=Options(method="prices"))
    assert plan.solver.method == "simplex"
    assert plan.certificate.holds


def test_when_time_is_up_nothing_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = failing(monkeypatch, {0}, Status.TIME_LIMIT)
    with pytest.raises(SolverFailure):
        solve(DISTRICT, options=Options(method="prices"))
    assert seen == [0]


def test_an_answer_out_of_all_proportion_is_drawn_near() -> None:
    """Two columns that may grow together for ever, at no cost, beside one between 1 and 2."""
    A = csc_array(np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]]))
    matrix = Matrix(A, np.array([0.0, 1.0]), np.array([0.0, 2.0]), np.zeros(3), np.full(3, np.inf))
    pricing = Pricing([Block(np.arange(2), np.arange(3), matrix, 0)], (2, 3), Options())
    usual = np.array([7.0, 7.0, 1.5])
    assert pricing._drawn_near(0, usual) is usual
    drawn = pricing._drawn_near(0, np.array([4e15, 4e15, 1.0]))
    assert drawn.max() == pytest.approx(3.0 * FARTHEST)
    assert drawn[0] == drawn[1]
    assert 1.0 <= drawn[2] <= 2.0


def test_such_an_answer_is_found_again_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    structure = structure_of(Model(DISTRICT).lp.matrix())
    pricing = Pricing(structure.blocks, structure.matrix.shape, Options())
    cost = np.ones(structure.matrix.shape[1])
    plain = pricing.answer(cost)
    solution, spoiled = Repeated.solution, []

    def garbage(self: Repeated):
        point, dual = solution(self)
        if not spoiled:
            spoiled.append(True)
            return 1e18 + point, dual
        return point, dual

    monkeypatch.setattr(Repeated, "solution", garbage)
    again = pricing.answer(cost)
    assert spoiled
    assert again.cost == pytest.approx(plain.cost, rel=1e-9)
    assert again.point.max() < 1e9


def test_a_certificate_that_does_not_hold_is_solved_whole_and_says_so(monkeypatch):
    district = made_district(7, 2, 2, pool="district")
    certify = solving.certificate_of
    weak = []

    def spoiled(matrix, results):
        proof = certify(matrix, results)
        if weak:
            return proof
        weak.append(proof)
        return dataclasses.replace(proof, gap=1e-3)

    monkeypatch.setattr(solving, "certificate_of", spoiled)
    plan = solve(district, options=Options(method="prices"))
    assert plan.solver.method == "simplex"
    assert plan.certificate.holds
    assert plan.notes == ("Solved again by simplex: prices left a certificate that does not hold.",)


def test_a_step_that_failed_by_prices_does_not_name_the_method_of_the_others(monkeypatch):
    """One stipend of several needs the whole matrix; the plan's own stages went by prices and are checked as such."""
    district = made_district(8, 2, 2, pool="district", leaders={"stipend_policy": "uniform"})
    run, failed = Prices._run, []

    def once(self, number, held):
        if number == 0 and not failed:
            failed.append(True)
            raise SolverFailure("Prices failed on purpose.", "")
        return run(self, number, held)

    monkeypatch.setattr(Prices, "_run", once)
    plan = solve(district, options=Options(method="prices"))
    assert failed
    assert plan.solver.method == "prices"


@pytest.mark.parametrize(
    ("settings", "method", "other"),
    [({}, "blocks", "simplex"), ({"pool": "district"}, "simplex", "ipm")],
    ids=["side by side", "whole"],
)
def test_a_certificate_that_does_not_hold_is_tried_by_another_method(settings, method, other, monkeypatch):
    """The plan of the better certificate is kept; a method that was asked for is not changed."""
    district = made_district(4, 2, 2, **settings)
    certify = solving.certificate_of
    gaps = iter((1e-3, 1e-9, 1e-3, 1e-2, 1e-3))

    def spoiled(matrix, results):
        return dataclasses.replace(certify(matrix, results), gap=next(gaps))

    monkeypatch.setattr(solving, "certificate_of", spoiled)
    plan = solve(district)
    assert plan.solver.method == other
    assert plan.certificate.gap == 1e-9
    assert plan.notes[0].startswith(f"Solved again by {other}: ")
    worse = solve(district)  # the second one is worse
    assert (worse.certificate.gap, worse.notes) == (1e-3, ())
    assert "simplex" in worse.solver.method or method == "blocks"
    asked = solve(district, options=Options(method="simplex"))
    assert (asked.certificate.gap, asked.notes) == (1e-3, ())
