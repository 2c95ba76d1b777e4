"""What more money would buy: dollars offered to the whole district every year, placed where the plan wants them."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from models.district import District
from models.explanation import Amount, ExtraMoney
from models.plan import Plan, SolverRun
from models.settings import Objective
from optimizer.formulation import Model
from optimizer.objectives import TIE, stages_of
from optimizer.solving import plan_of, run_stages, upper_of, version_of, way_of
from optimizer.staging import Options

YEARLY = 100_000.0  # $, offered in every plan year and scenario, in dollars of that year
LITTLE = 0.005


def plan_with_more(
    district: District, yearly: float, objective: Objective | None = None, options: Options | None = None
) -> Plan:
    """Plan with up to `yearly` dollars more for the district in every node, placed at any schools.

    The money stands on the right of `budget`; caps that are shares of funding do not rise with it. Where the money goes
    is `plan.shortfall`, axes sn, $; what the plan does not need it does not take.

    Raises
    ------
    NoPlan
        There is no plan even with this money.

    """
    options = (options or Options()).started()
    started = time.perf_counter()
    goal: Objective = objective or district.settings.coverage.objective
    model = Model(district, shortfall=True)
    assert model.short is not None
    model.lp.rule("extra_money", "n", [(1, model.short)], at_most=yearly)
    stages = stages_of(model, goal)
    idle = TIE * model.lp.expression([("n", model.tree.probability, model.short)])
    stages[-1] = replace(stages[-1], cost=stages[-1].cost + idle)
    matrix = model.lp.matrix()
    way = way_of(matrix, stages, options)
    results, step = run_stages(model, way, stages)
    run = SolverRun(
        options.solver,
        version_of(options.solver),
        way.method,
        time.perf_counter() - started,
        0.0,
        matrix.shape[1],
        matrix.shape[0],
        sum(result.iterations for result in results),
        way.block_count,
    )
    return plan_of(model, goal, results, run, upper_of(model, step), step)


def extra_money(plan: Plan, scale: float, options: Options, yearly: float = YEARLY) -> ExtraMoney:
    """Compare a plan with the one that has more money every year; `scale` is that of the objective's first stage."""
    richer = plan_with_more(plan.district, yearly, plan.objective, options)  # type: ignore[arg-type]
    first = next(iter(richer.stages))
    share = max(0.0, richer.stages[first] - plan.stages[first])
    assert richer.shortfall is not None
    district, tree = plan.district, plan.tree
    used = tuple(
        Amount(
            district.schools.id[s],
            district.schools.name[s],
            int(tree.year[n]) - 1 + district.settings.first_year,
            tree.labels[n],
            float(tree.probability[n]),
            float(richer.shortfall[s, n]),
        )
        for s, n in np.argwhere(richer.shortfall > LITTLE)
    )
    return ExtraMoney(yearly, share * scale, share, used, tuple(_buys(plan, richer)))


def _buys(plan: Plan, richer: Plan) -> list[tuple[str, float, str]]:
    """Differences that a planner sees, as expected averages of a year: positions, stipend, seats, packages."""
    district, weight = plan.district, plan.tree.probability / plan.tree.years
    found: list[tuple[str, float, str]] = []
    positions = np.einsum("srn,n->r", richer.values["q"] - plan.values["q"], weight)
    found += [(name, float(more), "FTE") for name, more in zip(district.roles.label, positions)]
    team = float(((richer.team_pupils - plan.team_pupils) @ weight).sum())
    found.append(("pupils in teams", team, "pupils"))
    packages = np.einsum("sgkn,n->k", richer.values["w"] - plan.values["w"], weight)
    found += [(name, float(more), "pupils") for name, more in zip(district.technology.label, packages)]
    seats = np.einsum("svn,n->v", richer.values["b"] - plan.values["b"], weight)
    found += [(name, float(more), "seats bought") for name, more in zip(district.device_types.label, seats)]
    if richer.stipend is not None and plan.stipend is not None:
        found.append(("average leader stipend", richer.stipend - plan.stipend, "$"))
    return [(name, more, unit) for name, more, unit in found if abs(more) > (0.5 if unit == "$" else 5e-3)]
