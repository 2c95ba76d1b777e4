"""Solvers behind PuLP that are odd: whole seconds, no prices, unreadable answers, no numbers."""

from __future__ import annotations

import math
import time
from types import SimpleNamespace

import pulp
import pytest
from pulp import const

from models.errors import SolverFailure
from models.made import made_district
from optimizer import Options, solve
from optimizer.solvers import pulp_gateway


class Odd:
    """A solver that PuLP knows as GLPK: solves by CBC, gives no prices, and does what it is told with the values."""

    def __init__(self, monkeypatch, change=lambda value: value, fault=None, status=None):
        self.change, self.fault, self.status = change, fault, status
        self.limits = []
        monkeypatch.setattr(pulp, "listSolvers", lambda onlyAvailable: ["COIN_CMD", "GLPK_CMD", "SCIP_CMD"])
        monkeypatch.setattr(pulp, "getSolver", self.get)
        monkeypatch.setattr(pulp.LpProblem, "solve", lambda problem, solver: self.solve(problem))

    def get(self, name, msg, timeLimit):
        assert (name, msg) == ("GLPK_CMD", False)
        self.limits.append(timeLimit)

    def solve(self, problem):
        if self.fault is not None:
            raise self.fault
        stats = pulp.COIN_CMD(msg=False).solve(problem)
        rows = [SimpleNamespace(name=constraint.name, pi=None) for constraint in problem.constraints()]
        columns = [
            SimpleNamespace(varValue=self.change(variable.varValue)) for variable in problem.variables()
        ]
        problem.constraints, problem.variables = lambda: rows, lambda: columns
        return SimpleNamespace(status=self.status or stats.status, status_str="its words")


@pytest.fixture
def district():
    return made_district(2)


def test_a_limit_is_in_whole_seconds_for_a_solver_that_takes_no_others(monkeypatch, district):
    odd = Odd(monkeypatch)
    solve(district, options=Options(solver="glpk", time_limit=60.0))
    assert set(odd.limits) == {60}
    assert all(isinstance(limit, int) for limit in odd.limits)


def test_a_plan_without_prices_says_why_nothing_certifies_it(monkeypatch, district):
    Odd(monkeypatch)
    plan = solve(district, options=Options(solver="glpk"))
    assert not plan.certificate.holds
    assert plan.notes == (
        "glpk gives no prices of rules through PuLP: nothing certifies this plan, and no rule has a price; "
        "highs and cbc give them.",
    )
    assert solve(district).notes == ()


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"fault": pulp.PulpError("cannot execute glpsol")}, "PulpError: cannot execute glpsol"),
        ({"fault": AssertionError()}, "AssertionError"),
        ({"change": lambda value: math.nan}, "optimal, with values that are no numbers"),
        ({"status": const.LpSolveStatus.Undefined}, "its words"),
    ],
)
def test_an_answer_that_is_none_is_a_failure_of_the_solver(odd, words, monkeypatch, district):
    Odd(monkeypatch, **odd)
    with pytest.raises(SolverFailure) as caught:
        solve(district, options=Options(solver="glpk"))
    assert caught.value.what == f"The solver failed on the district (its own words: {words})."


@pytest.mark.parametrize("odd", [{"fault": AssertionError()}, {"status": const.LpSolveStatus.Undefined}])
def test_after_the_limit_it_was_the_time(odd, monkeypatch, district):
    """GLPK says "undefined" then, and PuLP finds that odd."""
    odd = Odd(monkeypatch, **odd)
    done = odd.solve

    def slow(problem):
        clock = time.monotonic
        monkeypatch.setattr(pulp_gateway.time, "monotonic", lambda: clock() + 100.0)
        return done(problem)

    odd.solve = slow
    with pytest.raises(SolverFailure, match="reached its time limit"):
        solve(district, options=Options(solver="glpk", time_limit=50.0))


def test_what_else_pulp_finds_is_there_under_its_own_name(monkeypatch):
    Odd(monkeypatch)
    assert pulp_gateway.available() == ["cbc", "glpk", "SCIP_CMD"]
