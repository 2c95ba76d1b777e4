"""The best use of today's people: the one-year model of the root with each pool's total held and today's money.

Against the plan's own model (formulation, section 7, `compare`):

- one year, the base scenario, nobody leaves, is hired or laid off, so that each pool's total stays at its f0; leaders
  come out of the pool they belong to;
- in `budget` today's spending stands in the place of funding and reserve (with a district pool it may move between
  schools as funding may); caps that are shares of funding keep funding, and start-up grants stay what they are;
- `school_floor`, which speaks of the last plan year, is left out unless that is year 1.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from models.comparison import Collision
from models.district import Array, District, Flags
from models.errors import InputError, NoPlan
from models.plan import Plan
from models.settings import Objective
from models.subset import only_schools
from optimizer.blocks import independent_blocks
from optimizer.formulation import Model
from optimizer.matrix import Matrix
from optimizer.objective_rules import OBJECTIVE_RULES
from optimizer.registry import RULES
from optimizer.solving import solve
from optimizer.staging import Options, make_session

HELD = "held_people"
ROUNDED = 0.03  # $: today's spending is the sum of six categories in whole cents, each rounded by half a cent at most
BOOKKEEPING = ("launch", "startup_grant", "transfer")  # always kept, and never named as the reason
SAID = {
    HELD: "nobody is hired and nobody is laid off",
    "budget": "spending is at most today's",
    "staff_flow": "each pool keeps the people it has today",
}


@dataclass(frozen=True, eq=False)
class Reallocation:
    """Best use of today's people: a plan of the schools where there is one, and what collides at the others."""

    plan: Plan | None
    lawful: Flags  # axis s
    collisions: tuple[Collision, ...]


def best_use(
    district: District, scenario: int, spending: Array, objective: Objective, options: Options
) -> Reallocation:
    """Find the best use of today's people.

    Where today's people and money allow no lawful use, the rules that collide are named. Schools that no rule couples
    are judged one by one; with a district pool or district mobility there is a use for all schools or for none.

    Parameters
    ----------
    district
        The question, with all its years and scenarios.
    scenario
        Index of the base scenario.
    spending
        Today's spending, axis s, $.
    objective, options
        What is maximised, and how to solve.

    Raises
    ------
    SolverFailure
        The solver stopped early or failed.

    """
    options = dataclasses.replace(options, method="auto")  # the plan's method may not suit one year
    lawful = np.ones(spending.size, dtype=bool)
    variant = one_year(district, scenario)
    model = held_model(variant, spending, floor=district.years == 1)
    try:
        return Reallocation(solve(variant, objective, options=options, model=model), lawful, ())
    except NoPlan:
        collisions = colliding_rules(model, options) or (
            Collision(district.schools.id, ("stipend_policy",), ("one stipend is paid everywhere",)),
        )
        collisions = tuple(
            _with_missing(collision, variant, spending, options, floor=district.years == 1)
            for collision in collisions
        )
    named = {school for collision in collisions for school in collision.schools}
    lawful = np.array([school not in named for school in district.schools.id])
    settings = district.settings
    coupled = settings.funding.pool == "district" or settings.staff.mobility == "district"
    if coupled or not lawful.any():
        return Reallocation(None, np.zeros_like(lawful), collisions)
    try:
        rest = only_schools(variant, np.flatnonzero(lawful))
        model = held_model(rest, spending[lawful], floor=district.years == 1)
        return Reallocation(solve(rest, objective, options=options, model=model), lawful, collisions)
    except (InputError, NoPlan):  # the other schools have no pupils, or no stipend suits them all
        return Reallocation(None, np.zeros_like(lawful), collisions)


def one_year(district: District, scenario: int) -> District:
    """The district in plan year 1 of one scenario, where nobody leaves."""
    scenarios = district.scenarios
    first = dataclasses.replace(
        scenarios,
        id=(scenarios.id[scenario],),
        label=(scenarios.label[scenario],),
        probability=np.ones(1),
        **{
            name: getattr(scenarios, name)[scenario : scenario + 1, :1]
            for name in ("funding_change", "enrollment_change", "pay_change")
        },
    )
    roles = dataclasses.replace(district.roles, attrition_rate=np.zeros_like(district.roles.attrition_rate))
    funding = dataclasses.replace(district.settings.funding, reserve_max_share=None)
    settings = dataclasses.replace(district.settings, years=1, funding=funding)
    return district.replace(scenarios=first, roles=roles, settings=settings)


def held_model(district: District, spending: Array, *, floor: bool, shortfall: bool = False) -> Model:
    """Build the model of `one_year` with people held and today's spending (axis s, $) in the place of funding.

    With `shortfall` money may be missing, as in the plan's own `budget`.
    """
    left_out = {"budget"} if floor else {"budget", "school_floor"}
    model = Model(district, only=frozenset(RULES) - left_out, shortfall=shortfall)
    terms = model.spending()
    if model.take is not None and model.give is not None:
        terms += [(-1, model.take), (1, model.give)]
    if model.short is not None:
        terms.append((-1, model.short))
    model.lp.rule("budget", "sn", terms, at_most=spending[:, None] + ROUNDED - model.spending_fixed)
    model.lp.rule(HELD, model.i.axes, [(1, model.i), (1, model.l)], at_most=0)
    return model


# ---- why there is none -------------------------------------------------------------------------------------------


def colliding_rules(model: Model, options: Options) -> tuple[Collision, ...]:
    """Find, for every independent part without a lawful use, a smallest set of rules that collide.

    Rules are left out one after the other, and each stays out as long as the rest still collides: what remains is
    irreducible (beside the bookkeeping of start-up and transfers no proper subset of it collides), though not always
    the only such set.
    """
    matrix = model.lp.matrix()
    rule_of = np.empty(matrix.shape[0], dtype=object)
    school_of = np.full(matrix.shape[0], -1)
    for name, block in model.lp.rules.items():
        places = np.argwhere(block.index >= 0)
        rows = block.index[tuple(places.T)]
        rule_of[rows] = name.partition(".")[0]
        if "s" in block.axes:
            school_of[rows] = places[:, block.axes.index("s")]
    found: dict[tuple[str, ...], list[str]] = {}
    for part in independent_blocks(matrix):
        if _feasible(part.matrix, options):
            continue
        names = rule_of[part.rows]
        schools = [model.district.schools.id[s] for s in np.unique(school_of[part.rows]) if s >= 0]
        found.setdefault(_irreducible(part.matrix, names, options), []).extend(schools)
    return tuple(
        Collision(tuple(schools), rules, tuple(SAID.get(name) or RULES[name].words for name in rules))
        for rules, schools in found.items()
    )


def _with_missing(
    collision: Collision, district: District, spending: Array, options: Options, *, floor: bool
) -> Collision:
    """Add the least money beyond today's spending with which the schools of a collision have a lawful use."""
    if "budget" not in collision.rules:
        return collision
    own = np.flatnonzero(np.isin(district.schools.id, collision.schools))
    model = held_model(only_schools(district, own), spending[own], floor=floor, shortfall=True)
    assert model.short is not None
    cost = model.lp.expression([(1, model.short)], "sn", np.ones((own.size, 1)))
    solution = make_session(model.lp.matrix(), options).minimise(cost)
    try:
        point, _, _ = solution.require("the best use of today's people")
    except NoPlan:
        return collision
    return dataclasses.replace(collision, missing=float(cost @ point))


def _irreducible(matrix: Matrix, names: np.ndarray, options: Options) -> tuple[str, ...]:
    lower, upper = matrix.row_lower.copy(), matrix.row_upper.copy()
    needed = []
    order = [*RULES, *OBJECTIVE_RULES, HELD]
    for name in sorted(set(names) - set(BOOKKEEPING), key=order.index):
        own = names == name
        kept = lower[own], upper[own]
        lower[own], upper[own] = -np.inf, np.inf
        if _feasible(matrix.replace(row_lower=lower, row_upper=upper), options):
            lower[own], upper[own] = kept
            needed.append(name)
    return tuple(needed)


def _feasible(matrix: Matrix, options: Options) -> bool:
    if not matrix.shape[1]:
        return bool((matrix.row_lower <= 0).all() and (matrix.row_upper >= 0).all())
    solution = make_session(matrix, options).minimise(np.zeros(matrix.shape[1]))
    try:
        solution.require("the best use of today's people")
    except NoPlan:
        return False
    return True
