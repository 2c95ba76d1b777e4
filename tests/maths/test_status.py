"""How a run ended: every word of both solver libraries is known, and a run that stopped early is never optimal."""

from __future__ import annotations

from types import SimpleNamespace

import highspy
import numpy as np
import pulp
import pytest
from pulp import const

from models.errors import Interrupted, NoPlan, SolverFailure
from models.made import made_district
from models.status import Status
from optimizer import solve
from optimizer.formulation import Model
from optimizer.objectives import stages_of
from optimizer.solution import Solution, refusal
from optimizer.solvers import highs, pulp_gateway
from optimizer.staging import Options

HIGHS = {
    "kOptimal": Status.OPTIMAL,
    "kModelEmpty": Status.OPTIMAL,
    "kInfeasible": Status.INFEASIBLE,
    "kUnboundedOrInfeasible": Status.INFEASIBLE,
    "kUnbounded": Status.UNBOUNDED,
    "kTimeLimit": Status.TIME_LIMIT,
    "kIterationLimit": Status.ITERATION_LIMIT,
    "kSolutionLimit": Status.ITERATION_LIMIT,
    "kInterrupt": Status.INTERRUPTED,
    "kHighsInterrupt": Status.INTERRUPTED,
    "kNotset": Status.FAILED,
    "kLoadError": Status.FAILED,
    "kModelError": Status.FAILED,
    "kPresolveError": Status.FAILED,
    "kSolveError": Status.FAILED,
    "kPostsolveError": Status.FAILED,
    "kObjectiveBound": Status.FAILED,
    "kObjectiveTarget": Status.FAILED,
    "kMemoryLimit": Status.FAILED,
    "kUnknown": Status.FAILED,
}
PULP = {
    "Optimal": Status.OPTIMAL,
    "Infeasible": Status.INFEASIBLE,
    "Unbounded": Status.UNBOUNDED,
    "TimeLimit": Status.TIME_LIMIT,
    "IterationLimit": Status.ITERATION_LIMIT,
    "NodeLimit": Status.ITERATION_LIMIT,
    "SolutionLimit": Status.ITERATION_LIMIT,
    "Interrupted": Status.INTERRUPTED,
    "NotSolved": Status.FAILED,
    "Undefined": Status.FAILED,
    "MemoryLimit": Status.FAILED,
    "GapLimit": Status.FAILED,
    "Stopped": Status.FAILED,
    "NumericalError": Status.FAILED,
}


def test_every_status_of_highs_is_known() -> None:
    members = highspy.HighsModelStatus.__members__
    assert set(highs.STATUS) == set(members.values())
    assert {name: highs.status_of(member) for name, member in members.items() if name in HIGHS} == HIGHS
    assert {members[name] for name in HIGHS} == set(members.values())  # further names are synonyms


def test_every_status_of_pulp_is_known() -> None:
    assert {member.name: pulp_gateway.status_of(member) for member in const.LpSolveStatus} == PULP


def test_an_unknown_status_is_an_error() -> None:
    with pytest.raises(SolverFailure) as caught:
        highs.status_of("kBetterThanOptimal")
    assert str(caught.value) == (
        "HiGHS ended with a status that Spanwise does not know: kBetterThanOptimal.\n\nReport this."
    )
    with pytest.raises(SolverFailure) as caught:
        pulp_gateway.status_of(17)
    assert str(caught.value) == "PuLP ended with a status that Spanwise does not know: 17.\n\nReport this."


REFUSALS = {
    Status.INFEASIBLE: (
        NoPlan,
        "No plan satisfies all rules of oak.\n\n"
        "Run 'spanwise explain FOLDER' to see which rules collide and what would restore a plan.",
    ),
    Status.UNBOUNDED: (
        NoPlan,
        "The solver found oak unbounded, which a lawful district never is.\n\n"
        "Look for prices that are zero or missing.",
    ),
    Status.INTERRUPTED: (
        Interrupted,
        "The solve was interrupted; there is no plan.\n\nRun it again; --time-limit stops it by itself.",
    ),
    Status.TIME_LIMIT: (
        SolverFailure,
        "The solver reached its time limit before oak was solved; there is no plan to show.\n\n"
        "Give it more time with --time-limit, or choose another --method.",
    ),
    Status.ITERATION_LIMIT: (
        SolverFailure,
        "The solver reached its iteration limit before oak was solved; there is no plan to show.\n\n"
        "Give it more time with --time-limit, or choose another --method.",
    ),
    Status.FAILED: (
        SolverFailure,
        "The solver failed on oak (its own words: Solve error).\n\nTry another --method or --solver.",
    ),
}


@pytest.mark.parametrize("status", REFUSALS)
def test_refusals(status: Status) -> None:
    kind, text = REFUSALS[status]
    error = refusal(status, "Solve error", "oak")
    assert type(error) is kind
    assert str(error) == text
    with pytest.raises(kind):
        Solution(status, None, None, None, np.nan, 0.0).require("oak")


def test_an_optimal_end_without_arrays_is_refused() -> None:
    with pytest.raises(SolverFailure):
        Solution(Status.OPTIMAL, None, None, None, 0.0, 0.0).require("oak")


def test_statuses_with_a_plan() -> None:
    assert {status for status in Status if status.has_plan} == {Status.OPTIMAL, Status.SHORT, Status.FEASIBLE}


# ---- real runs that stop early -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def program():
    """A program that no method solves in one iteration, nor before the first look at the clock."""
    model = Model(made_district(6, 3, 3, pool="district"))
    stages = stages_of(model, "expected")
    return model.lp.matrix(), stages[0].cost


@pytest.mark.parametrize(
    ("method", "option"),
    [
        ("simplex", "simplex_iteration_limit"),
        ("primal", "simplex_iteration_limit"),
        ("ipm", "ipm_iteration_limit"),
    ],
)
def test_an_iteration_limit_is_not_optimal(program, method: str, option: str) -> None:
    matrix, cost = program
    session = highs.Session(matrix)
    session.native.setOptionValue("presolve", "off")
    session.native.setOptionValue(option, 1)
    end = session.minimise(cost, method=method)
    assert end.status is Status.ITERATION_LIMIT
    assert end.point is None and end.row_dual is None and end.column_dual is None


@pytest.mark.parametrize("method", ["simplex", "ipm"])
def test_a_time_limit_is_not_optimal(program, method: str) -> None:
    matrix, cost = program
    end = highs.Session(matrix, time_limit=1e-3).minimise(cost, method=method)
    assert end.status is Status.TIME_LIMIT
    assert end.point is None


def test_no_time_left_is_not_optimal(program) -> None:
    matrix, cost = program
    assert highs.Session(matrix, time_limit=0.0).minimise(cost).status is Status.TIME_LIMIT
    assert pulp_gateway.Session(matrix, time_limit=0.0).minimise(cost).status is Status.TIME_LIMIT


@pytest.mark.parametrize("theirs", [member for member in const.LpSolveStatus if member.name != "Optimal"])
def test_pulp_hands_on_a_plan_only_when_it_is_optimal(program, theirs, monkeypatch) -> None:
    """Whatever values PuLP's variables hold, an end that is not optimal comes without a point."""
    matrix, cost = program
    stats = SimpleNamespace(status=theirs, status_str=theirs.name)
    monkeypatch.setattr(pulp.LpProblem, "solve", lambda problem, solver: stats)
    end = pulp_gateway.Session(matrix).minimise(cost)
    assert end.status is not Status.OPTIMAL
    assert end.point is None
    assert end.words == theirs.name


@pytest.mark.parametrize("options", [Options(), Options(method="ipm"), Options(solver="cbc")])
@pytest.mark.parametrize("pool", ["school", "district"])
def test_a_district_is_refused_when_the_time_is_up(options: Options, pool: str) -> None:
    limited = Options(options.solver, options.method, time_limit=1e-4)
    with pytest.raises(SolverFailure) as caught:
        solve(made_district(4, 2, 2, pool=pool), options=limited)
    assert str(caught.value) == (
        "The solver reached its time limit before the district was solved; there is no plan to show.\n\n"
        "Give it more time with --time-limit, or choose another --method."
    )


def test_a_solver_that_is_not_here() -> None:
    with pytest.raises(SolverFailure) as caught:
        solve(made_district(1), options=Options(solver="gurobi"))
    message, mend = str(caught.value).split("\n\n")
    assert message.startswith("The solver 'gurobi' is not on this machine (here: highs, ")
    assert mend == "pip install gurobipy"


def test_numerical_trouble_is_tried_once_more_from_scratch(program, monkeypatch) -> None:
    """A first end that is no answer, or a warm one without a plan, is not believed."""
    matrix, cost = program
    truth = highs.Session(matrix).minimise(cost, method="simplex").objective
    real = highs.Session._minimise_by
    for method, said in (
        ("simplex", Status.FAILED),
        ("ipm", Status.FAILED),
        ("primal", Status.INFEASIBLE),
        ("primal", Status.UNBOUNDED),
    ):
        runs: list[str] = []

        def liar(self, by: str, interruptible: bool, read: bool, runs=runs, said=said) -> Solution:
            runs.append(by)
            return (
                Solution(said, None, None, None, np.nan, 0.0)
                if len(runs) == 1
                else real(self, by, interruptible, read)
            )

        with monkeypatch.context() as patch:
            patch.setattr(highs.Session, "_minimise_by", liar)
            end = highs.Session(matrix).minimise(cost, method=method)
        assert end.objective == pytest.approx(truth, rel=1e-9)
        assert len(runs) == 2 and runs[0] == method != runs[1]


@pytest.mark.parametrize("most", [200_000, 0])
def test_infeasible_by_interior_point_is_believed_where_simplex_says_so(
    program, monkeypatch, most: int
) -> None:
    """Interior point took a feasible program of real schools for infeasible; beyond some size simplex cannot be asked."""
    matrix, cost = program
    real = highs.Session._minimise_by

    def liar(self, by: str, interruptible: bool, read: bool) -> Solution:
        if by == "ipm":
            return Solution(Status.INFEASIBLE, None, None, None, np.nan, 0.0)
        return real(self, by, interruptible, read)

    monkeypatch.setattr(highs.Session, "_minimise_by", liar)
    monkeypatch.setattr(highs, "CONFIRMED", most)
    end = highs.Session(matrix).minimise(cost, method="ipm")
    assert end.status is (Status.OPTIMAL if most else Status.INFEASIBLE)


def test_a_program_that_seems_unbounded_is_scaled_otherwise(program, monkeypatch) -> None:
    """Every variable is bounded by the rules: in some models of very large districts rounding alone says otherwise."""
    matrix, cost = program
    real = highs.Session._minimise_by
    truth = highs.Session(matrix).minimise(cost, method="simplex").objective
    scales: list[int] = []

    def liar(self, by: str, interruptible: bool, read: bool) -> Solution:
        scales.append(self.native.getOptionValue("simplex_scale_strategy")[1])
        if scales[-1] == highs.LARGEST:
            return Solution(Status.UNBOUNDED, None, None, None, np.nan, 0.0)
        return real(self, by, interruptible, read)

    session = highs.Session(matrix)
    with monkeypatch.context() as patch:
        patch.setattr(highs.Session, "_minimise_by", liar)
        assert session.minimise(cost, method="simplex").objective == pytest.approx(truth, rel=1e-9)
    assert scales == [highs.LARGEST, highs.EQUILIBRATED]
    assert session.native.getOptionValue("simplex_scale_strategy")[1] == highs.LARGEST


def test_a_doubt_that_ends_in_trouble_is_settled_by_interior_point(program, monkeypatch) -> None:
    """Simplex from nothing says "unknown" of some schools without a plan: that is neither a plan nor a failure."""
    matrix, cost = program
    impossible = matrix.replace(
        row_upper=np.minimum(matrix.row_upper, -1.0), row_lower=matrix.row_lower - 2.0
    )
    real = highs.Session._minimise_by
    runs: list[str] = []

    def unsure(self, by: str, interruptible: bool, read: bool) -> Solution:
        runs.append(by)
        if len(runs) == 2:
            return Solution(Status.FAILED, None, None, None, np.nan, 0.0)
        return real(self, by, interruptible, read)

    monkeypatch.setattr(highs.Session, "_minimise_by", unsure)
    end = highs.Session(impossible, perturb=False).minimise(cost, method="primal")
    assert runs == ["primal", "simplex", "ipm"]
    assert end.status is Status.INFEASIBLE


@pytest.mark.parametrize("read", [True, False])
def test_a_run_that_goes_in_circles_is_done_again_with_perturbation(monkeypatch, read: bool) -> None:
    model = Model(made_district(2, 2, 2))
    matrix, cost = model.lp.matrix(), stages_of(model, "expected")[0].cost
    whole = highs.Session(matrix).minimise(cost, method="simplex")
    monkeypatch.setattr(highs, "circles", lambda rows, columns: 3)
    session = highs.Session(matrix, perturb=False)
    stopped = session.minimise(cost, method="simplex", doubt=False, read=read)
    assert stopped.status is Status.ITERATION_LIMIT
    again = session.minimise(cost, method="simplex", read=read)
    assert again.status is Status.OPTIMAL
    assert again.objective == pytest.approx(whole.objective)


def test_short_runs_have_an_end_well_before_long() -> None:
    assert highs.circles(10, 10) == 5_000
    assert highs.circles(900, 1_000) == 38_000


@pytest.mark.parametrize("method", ["simplex", "ipm"])
def test_highs_may_have_run_with_other_threads_before(method) -> None:
    """As it does when an analyst solves by HiGHS through PuLP, and then asks us again."""
    highspy.Highs.resetThreadScheduler(True)
    theirs = highspy.Highs()
    theirs.setOptionValue("output_flag", False)
    theirs.setOptionValue("threads", 2)
    theirs.addVar(0, 1)
    assert theirs.run() == highspy.HighsStatus.kOk
    try:
        assert solve(made_district(2), options=Options(method=method)).certificate.holds
    finally:
        highspy.Highs.resetThreadScheduler(True)
