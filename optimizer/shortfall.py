"""The least missing funding that leaves a district without a plan, and the plan that carries that hole."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.district import District
from models.plan import Plan, SolverRun
from models.settings import Objective
from models.status import Status
from models.tree import Tree
from optimizer.formulation import Model
from optimizer.objectives import Stage, stages_of
from optimizer.solution import refusal
from optimizer.solving import plan_of, run_stages, solve, upper_of, version_of
from optimizer.staging import Options, Whole, make_session
from optimizer.steps import steps_of

Array = NDArray[np.float64]

CENT = 0.01  # $: what later stages may add to the least shortfall, and what counts as none
UNLIKELY = 1e-6  # weight of a dollar missing where a scenario has probability 0, so that none is missing idly


@dataclass(frozen=True, eq=False)
class Shortfall:
    """The least extra funding that gives a district a plan.

    Attributes
    ----------
    expected : Σ p_n short, $ of the plan years
    amounts : missing funding, axes sn, $; where several placements are equally small, this is one of them
    tree : the scenario tree of the nodes
    step : the uniform stipend step (index t) that needs least; `None` when steps may differ by school

    """

    expected: float
    amounts: Array
    tree: Tree
    step: int | None

    @property
    def exists(self) -> bool:
        """Whether a cent or more is missing anywhere, if only in a scenario that is said never to happen."""
        return bool(self.amounts.max(initial=0.0) > CENT)


def shortfall_stage(model: Model) -> Stage:
    """Σ p short, to be minimised before everything else and held to the cent."""
    assert model.short is not None
    probability = np.where(model.tree.probability > 0, model.tree.probability, UNLIKELY)
    return Stage("shortfall", model.lp.expression([("n", probability, model.short)]), 1.0, 1.0, give=CENT)


def least_shortfall(district: District, options: Options | None = None) -> Shortfall:
    """Find the least expected funding that must be added for a plan to exist.

    Under the uniform stipend policy every step is tried and the one that needs least is kept.

    Raises
    ------
    NoPlan
        No amount of funding gives a plan.

    """
    options = (options or Options()).started()
    model = Model(district, shortfall=True)
    stage = shortfall_stage(model)
    matrix = model.lp.matrix()
    best: tuple[float, Array, int | None] | None = None
    for step in steps_of(model):
        options.tell(f"Least shortfall ({matrix.shape[1]:,} variables)")
        solution = _solve(model, stage, step, options)
        if solution is None:
            continue
        value = stage.value(solution)
        if best is None or value < best[0] - CENT:
            best = (value, solution, step)
    if best is None:
        raise refusal(Status.INFEASIBLE, "", "the district, even with unlimited funding")
    amounts = model.lp.values("short", best[1])
    return Shortfall(float((amounts @ model.tree.probability).sum()), amounts, model.tree, best[2])


def _solve(model: Model, stage: Stage, step: int | None, options: Options) -> Array | None:
    """Point of least shortfall at a step; `None` when no amount of funding helps."""
    matrix = model.lp.matrix().replace(column_upper=upper_of(model, step))
    session: Any = make_session(matrix, options)
    method = Whole(matrix, [stage], options).method
    solution = session.minimise(stage.cost, method=method, interruptible=True)
    if solution.status is Status.INFEASIBLE:
        return None
    point, _, _ = solution.require("the district")
    return np.asarray(np.clip(point, matrix.column_lower, matrix.column_upper))


def solve_with_shortfall(
    district: District, objective: Objective | None = None, options: Options | None = None
) -> Plan:
    """Plan with the least missing funding, then as usual; the status is `short`.

    A district that has a plan without any shortfall gets that plan, with status `optimal`. The least shortfall is held
    to the cent by the later stages, which may place it at other schools and years. Prices are those of the first stage
    after it, with the hole held.

    Raises
    ------
    NoPlan
        No amount of funding gives a plan.
    SolverFailure
        The solver stopped early or failed.

    """
    options = (options or Options()).started()
    if not least_shortfall(district, options).exists:
        return solve(district, objective, options=options)
    started = time.perf_counter()
    goal: Objective = objective or district.settings.coverage.objective
    model = Model(district, shortfall=True)
    later = stages_of(model, goal)  # may add a column
    missing = shortfall_stage(model)
    stages = [missing, *later]
    matrix = model.lp.matrix()
    way = Whole(matrix, stages, options)
    built = time.perf_counter() - started
    results, step = run_stages(model, way, stages)
    run = SolverRun(
        options.solver,
        version_of(options.solver),
        way.method,
        time.perf_counter() - started,
        built,
        matrix.shape[1],
        matrix.shape[0],
        sum(result.iterations for result in results),
    )
    return plan_of(model, goal, results, run, upper_of(model, step), step, Status.SHORT)
