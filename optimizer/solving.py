"""From a district to a certified plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.district import District
from models.errors import NoPlan, SolverFailure
from models.plan import Certificate, Plan, RulePrices, SolverRun
from models.settings import Objective
from models.status import Status
from optimizer.blocks import independent_blocks
from optimizer.certificate import certify
from optimizer.formulation import Model
from optimizer.matrix import Matrix
from optimizer.objectives import Stage, spending_vector, stages_of
from optimizer.pairing import values_of
from optimizer.side_by_side import SideBySide
from optimizer.staging import Options, Reached, Way, Whole, is_for_prices, whole_method
from optimizer.steps import steps_of

Array = NDArray[np.float64]

UNPRICED = "{} gives no prices of rules through PuLP: nothing certifies this plan, and no rule has a price; highs and cbc give them."


def solve(
    district: District,
    objective: Objective | None = None,
    *,
    options: Options | None = None,
    model: Model | None = None,
) -> Plan:
    """Find the best plan of a district and certify it.

    Parameters
    ----------
    district
        The question.
    objective
        What is maximised; the district's own setting when not given.
    options
        Solver, method, limits; see `Options`.
    model
        A model of this very district, if there is one already.

    Raises
    ------
    NoPlan
        No plan satisfies all rules.
    SolverFailure
        The solver stopped early or failed.
    Interrupted
        Ctrl-C.

    """
    options = (options or Options()).started()
    started = time.perf_counter()
    goal: Objective = objective or district.settings.coverage.objective
    model = model or Model(district)
    stages = stages_of(model, goal)
    matrix = model.lp.matrix()
    way = way_of(matrix, stages, options)
    built = time.perf_counter() - started
    try:
        results, step = run_stages(model, way, stages)
    except NoPlan as error:
        from optimizer.breaking import with_first_break

        raise with_first_break(error, model) from None
    run = SolverRun(
        options.solver,
        version_of(options.solver),
        way.method,
        time.perf_counter() - started,
        built,
        matrix.shape[1],
        matrix.shape[0],
        sum(result.iterations for result in results),
        way.block_count,
    )
    plan = plan_of(model, goal, results, run, upper_of(model, step), step)
    if options.solver != "highs" and not any(result.row_dual.any() for result in results):
        return replace(plan, notes=(*plan.notes, UNPRICED.format(options.solver)))
    if plan.certificate.holds or options.solver != "highs" or options.method in ("simplex", "ipm", "pdlp"):
        return plan
    return _again(plan, district, goal, options, way.method, matrix)


def _again(
    plan: Plan, district: District, goal: Objective, options: Options, method: str, matrix: Matrix
) -> Plan:
    """Solve once more by another method where a certificate does not hold; keep the plan whose certificate is better."""
    other = "ipm" if method == whole_method(matrix) else whole_method(matrix)
    if other == method:
        return plan
    way = {"prices": "prices", "blocks": "schools side by side"}.get(method, method)
    options.tell(f"A certificate that does not hold was left by {way}; {other} instead")
    second = solve(district, goal, options=replace(options, method=other))
    if not second.certificate.largest < plan.certificate.largest:
        return plan
    note = f"Solved again by {other}: {way} left a certificate that does not hold."
    return replace(second, notes=(*second.notes, note))


def way_of(matrix: Matrix, stages: list[Stage], options: Options) -> Way:
    """Choose between blocks side by side and the whole matrix, from the matrix itself."""
    owner = matrix.owner
    one_school = owner is not None and owner.size > 0 and owner.min() == owner.max()
    split = options.method == "blocks" or (options.method == "auto" and not one_school)
    if options.solver == "highs" and split and len(stages) == 2:
        blocks = independent_blocks(matrix)
        if len(blocks) > 1:
            return SideBySide(matrix, blocks, stages, options)
    for_prices = options.method == "prices" or (options.method == "auto" and is_for_prices(matrix))
    if options.solver == "highs" and for_prices:
        from optimizer.decomposition.prices import Prices
        from optimizer.decomposition.structure import structure_of

        structure = structure_of(matrix)
        if structure is not None:
            return Prices(structure, stages, options)
        if options.method == "prices":  # nothing to split at common prices
            return way_of(matrix, stages, replace(options, method="auto"))
    if options.method == "blocks":
        if options.solver != "highs":
            why = f"The solver {options.solver} takes the model whole, not block by block."
        elif len(stages) != 2:
            why = f"The objective {stages[0].name} couples all schools: there are no independent blocks."
        else:
            why = "The model does not fall into independent blocks."
        raise SolverFailure(why, "Leave --method out, or choose ipm or simplex.")
    return Whole(matrix, stages, options)


def version_of(solver: str) -> str:
    """Version of a solver, or of PuLP, which calls it."""
    if solver == "highs":
        from optimizer.solvers import highs

        return highs.version()
    from importlib.metadata import version

    return f"PuLP {version('pulp')}"


# ---- stipend policies --------------------------------------------------------------------------------------------


def upper_of(model: Model, step: int | None) -> Array:
    """Upper bounds of the columns when one stipend step (index t) is paid everywhere; all steps when `None`."""
    upper = model.lp.matrix().column_upper
    if step is None:
        return upper
    upper, columns = upper.copy(), model.lam.index  # every school has every step
    kept = upper[columns[:, step]]
    upper[columns] = 0.0
    upper[columns[:, step]] = kept
    return upper


def run_stages(model: Model, way: Way, stages: list[Stage]) -> tuple[list[Reached], int | None]:
    """Go through the stages under the district's stipend policy; returns the stages reached and the uniform step."""
    if steps_of(model) == [None]:
        first = way.first()
        return [first, *way.rest(first)], None
    firsts = contenders(model, way, stages[0])
    candidates = []
    for step in _as_good(stages[0], [(step, first.value) for step, first in firsts.items()]):
        way.restrict(upper_of(model, step))
        first = way.first()
        candidates.append((step, [first, *way.rest(first)]))
    for number, stage in enumerate(stages[1:-1], start=1):
        kept = _as_good(stage, [(step, results[number].value) for step, results in candidates])
        candidates = [entry for entry in candidates if entry[0] in kept]
    least = min(results[-1].value for _, results in candidates)
    # steps that cost the same up to rounding: the lowest, whatever the solver's last digits say
    step, results = next(entry for entry in candidates if entry[1][-1].value <= least + 1e-9 * abs(least))
    return results, step


def _as_good(stage: Stage, values: list[tuple[int, float]]) -> list[int]:
    """Return the steps whose value of a stage is as good as the best of them."""
    better = max if stage.sign < 0 else min
    best = better(value for _, value in values)
    return [step for step, value in values if stage.holds(value, best)]


def contenders(model: Model, way: Way, stage: Stage) -> dict[int, Reached]:
    """First stage of the stipend steps that may be the best one; the most promising are solved first, where that is known."""
    values: list[float] = []
    hopes: dict[int, float] = {}

    def promising(value: float, steps: list[int]) -> list[int]:
        values.append(value)
        best = min(values, key=lambda value: stage.sign * value)

        def may_be_best(step: int) -> bool:
            return stage.holds(hopes.get(step, stage.ideal), best)

        for step in filter(may_be_best, steps):  # what was said at earlier prices stays true
            hopes[step] = _hope(way, upper_of(model, step), stage)
        return sorted(filter(may_be_best, steps), key=lambda step: stage.sign * hopes[step])

    return dict(feasible_steps(model, way, promising))


def _hope(way: Way, upper: Array, stage: Stage) -> float:
    """The best that a stage may reach under some upper bounds; the worst there is where no plan satisfies all rules."""
    try:
        return way.at_best(upper)
    except NoPlan:
        return -stage.ideal


def feasible_steps(
    model: Model, way: Way, promising: Callable[[float, list[int]], list[int]] | None = None
) -> Iterator[tuple[int, Reached]]:
    """First stage of every stipend step that has a plan; infeasible steps are skipped.

    Where the first step has none, all steps together are tried: a district that has no plan then is not asked further.
    After each step that has a plan `promising` says, from its value, which of those that are left are asked, and in which order.

    Raises
    ------
    NoPlan
        No step has a plan.

    """
    refused: NoPlan | None = None
    some = False
    left = list(range(model.p.sigma.size))
    while left:
        step = left.pop(0)
        way.restrict(upper_of(model, step))
        try:
            reached = way.first()
        except NoPlan as error:
            if refused is None and not some:
                way.restrict(upper_of(model, None))
                way.first()
            refused = error
        else:
            some = True
            yield step, reached
            left = left if promising is None else promising(reached.value, left)
    if not some and refused is not None:
        raise refused


# ---- the plan ----------------------------------------------------------------------------------------------------


def plan_of(
    model: Model,
    objective: str,
    results: list[Reached],
    run: SolverRun,
    upper: Array,
    step: int | None,
    status: Status = Status.OPTIMAL,
) -> Plan:
    """Read a plan from the stages reached, with its certificate on the whole matrix."""
    final = results[-1]
    first = next(result for result in results if result.stage.name != "shortfall")
    lp = model.lp
    values = values_of(model, final.point)
    stages = {result.stage.name: result.value for result in results}
    cost, fixed = spending_vector(model)
    cost = np.pad(cost, (0, final.point.size - cost.size))
    matrix = lp.matrix().replace(column_upper=upper)
    return Plan(
        district=model.district,
        tree=model.tree,
        status=status,
        objective=objective,
        coverage=stages["expected"],
        stages=stages,
        spending=float(cost @ final.point) + fixed,
        values=values,
        prices=prices_of(model, first, final),
        certificate=certificate_of(matrix, results),
        solver=run,
        stipend_step=None if step is None else float(model.p.sigma[step]),
        shortfall=values.get("short"),
        price_scale=first.stage.scale,
    )


def certificate_of(matrix: Matrix, results: list[Reached]) -> Certificate:
    """Worst certificate over the stages, each with the rows that it held."""
    worst: Certificate | None = None
    for result in results:
        own = certify(
            matrix,
            result.stage.cost,
            result.point,
            np.concatenate([result.row_dual, result.held_dual]),
            held=np.array([stage.vector for stage, _ in result.held]) if result.held else None,
            at_least=np.array([bound for _, bound in result.held]),
        )
        worst = own if worst is None else worst.worst(own)
    assert worst is not None
    return worst


def prices_of(model: Model, first: Reached, final: Reached) -> dict[str, RulePrices]:
    """Duals of the first stage (on its own scale, covered pupils for `expected`) and slacks of the final plan."""
    lp, matrix = model.lp, model.lp.matrix()
    activity = matrix.A @ final.point
    slack = np.minimum(activity - matrix.row_lower, matrix.row_upper - activity)
    dual = -first.row_dual  # stages minimise; a planner asks what is gained
    return {
        name: RulePrices(block.axes, lp.of_rule(name, dual), lp.of_rule(name, slack))
        for name, block in lp.rules.items()
    }
