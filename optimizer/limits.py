"""What holds each school back: the rule whose loosening by one percent would cover most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.explanation import Limit
from models.plan import Plan
from optimizer.formulation import Model
from optimizer.objectives import HOLD
from optimizer.pricing import Pricing

Array = NDArray[np.float64]
Level = Callable[[Plan, Model], Array]

PERCENT = 0.01
NOTHING = 1e-6  # share of a school's pupils; a smaller gain is a solver's rounding
WORTH_NAMING = 0.1  # of the main limit's gain; what is below is not named
NEARLY_ALL = 2 * HOLD  # share of the district's pupils: later stages may give up this much, at any one school
ALL = "nothing: all pupils are covered"
AS_FAR = "its patterns and packages: coverage is as high as they reach"
ELSEWHERE = "nothing here: no rule of this school holds the objective back"
NOBODY = "no pupils"


@dataclass(frozen=True)
class Family:
    """A rule that may hold a school back; `level` is what a percent is taken of, over the rule's axes.

    `sign` is -1 where a smaller right side is the looser one.
    """

    name: str
    rule: str
    level: Level
    sign: float = 1.0


def _funding_share(section: str, key: str) -> Level:
    def level(plan: Plan, model: Model) -> Array:
        return np.asarray((getattr(getattr(model.settings, section), key) or 0.0) * model.p.F)

    return level


def _side(rule: str) -> Level:
    """Size of the rule's own right side."""

    def level(plan: Plan, model: Model) -> Array:
        matrix = model.lp.matrix()
        side = np.where(np.isfinite(matrix.row_upper), matrix.row_upper, matrix.row_lower)
        return np.abs(model.lp.of_rule(rule, side))

    return level


def _licensed(plan: Plan, model: Model) -> Array:
    """Teachers and leaders who are needed at the school, FTE."""
    need = np.einsum("m,sgmn->sn", model.a @ model.licensed, plan.values["x"])
    return np.asarray(need + model.licensed_minimum[:, None])


def _eligible(plan: Plan, model: Model) -> Array:
    return np.asarray(model.settings.leaders.eligible_share * _licensed(plan, model))


def _leaders_allowed(plan: Plan, model: Model) -> Array:
    return np.asarray((model.settings.leaders.max_leader_share or 0.0) * _licensed(plan, model))


def _in_pool(plan: Plan, model: Model) -> Array:
    return np.asarray(np.einsum("Pr,srn->sPn", model.district.roles.in_pool, plan.values["q"]))


def _seats(plan: Plan, model: Model) -> Array:
    device = model.district.technology.device
    needs = (device[:, None] == np.arange(len(model.district.device_types.id))).astype(float)
    return np.asarray(np.einsum("kv,sgkn->svn", needs, plan.values["w"]))


FAMILIES = (
    Family("funding", "budget", lambda plan, model: model.p.F),
    Family("start-up cap", "startup_cap", _funding_share("launch", "startup_max_share")),
    Family("technology cap", "technology_cap", _funding_share("technology", "max_share")),
    Family("start-up grant", "startup_grant.total", _side("startup_grant.total")),
    Family("reserve cap", "reserve_cap", _funding_share("funding", "reserve_max_share")),
    Family("transfers", "transfer.limit", _funding_share("funding", "max_transfer_share")),
    Family("stipend take-up", "eligible_teachers", _eligible),
    Family("leader share", "leader_share", _leaders_allowed),
    Family("growth", "growth", _side("growth")),
    Family("training", "training.stock", lambda plan, model: plan.values["h"]),
    Family("devices", "seats", _seats),
    Family("staff: hiring", "staff_flow", _in_pool),
    Family("staff: positions to keep", "position_loss", _side("position_loss"), -1.0),
    Family("staff: adults to have", "adult_floor", _side("adult_floor"), -1.0),
    Family("staff: outside the teams", "positions", _side("positions"), -1.0),
    Family("coverage floor", "school_floor", _side("school_floor"), -1.0),
)


def limits(plan: Plan, model: Model, pricing: Pricing) -> list[Limit]:
    """Return what limits each school, in the district's order.

    A family's gain is in covered pupils: all rows of the school are loosened by one percent of their level and the
    first stage is solved again, for the families that have a dual there. A dual alone could mislead: two rules that
    bind together have duals and gain nothing one by one.
    """
    schools = plan.district.schools
    levels = {family: _levels(family, plan, model) for family in FAMILIES if family.rule in model.lp.rules}
    reachable = _reachable(model)
    covered = plan.covered @ plan.tree.probability
    pupils = model.p.E @ plan.tree.probability
    near = NEARLY_ALL * pupils.sum()
    found = []
    for s, school in enumerate(schools.id):
        share, name = plan.coverage_by_school[school], schools.name[s]
        done = (
            NOBODY
            if pupils[s] <= 0
            else ALL
            if pupils[s] - covered[s] <= near
            else AS_FAR
            if reachable[s] - covered[s] <= near
            else ""
        )
        found.append(
            Limit(school, name, share, done) if done else _limit(model, pricing, levels, s, share, pupils[s])
        )
    return found


def _limit(
    model: Model,
    pricing: Pricing,
    levels: dict[Family, Array | None],
    s: int,
    share: float | None,
    pupils: float,
) -> Limit:
    school, name = model.district.schools.id[s], model.district.schools.name[s]
    duals: dict[str, float] = {}
    gains: dict[str, float] = {}
    least = NOTHING * pupils
    for family, level in levels.items():
        direction = _direction(model, family, level, s)
        first_order = pricing.gain(direction)
        if first_order > least:
            duals[family.name] = first_order
            whole = pricing.slope(direction).whole
            if whole > least:
                gains[family.name] = whole
    order = sorted(gains, key=lambda family: -gains[family])
    if order:
        others = tuple(family for family in order[1:] if gains[family] >= WORTH_NAMING * gains[order[0]])
        return Limit(school, name, share, order[0], others, gains)
    together = sorted(duals, key=lambda family: -duals[family])
    return Limit(school, name, share, " and ".join(together) + ", only together" if together else ELSEWHERE)


def _levels(family: Family, plan: Plan, model: Model) -> Array | None:
    """One percent of the family's level over its rows, signed so that it loosens; `None` where schools share the rows."""
    block = model.lp.rules[family.rule]
    if "s" not in block.axes:
        return None
    level = np.nan_to_num(np.broadcast_to(family.level(plan, model), block.index.shape))
    return np.asarray(PERCENT * family.sign * level)


def _direction(model: Model, family: Family, level: Array | None, s: int) -> Array:
    direction = np.zeros(model.lp.matrix().shape[0])
    if level is not None:
        index = model.lp.rules[family.rule].index[s]
        direction[index[index >= 0]] = level[s][index >= 0]
    return direction


def _reachable(model: Model) -> Array:
    """Expected pupils of each school that its patterns and packages could cover at best, axis s."""
    district = model.district
    credit = np.where(district.admitted, district.team_models.credit[:, None], 0.0).max(axis=0, initial=0.0)
    reach = np.where(district.technology.listed, district.technology.reach[:, None], 0.0).max(
        axis=0, initial=0.0
    )
    return np.asarray(np.einsum("g,sgn,n->s", np.minimum(credit, reach), model.p.e, model.tree.probability))
