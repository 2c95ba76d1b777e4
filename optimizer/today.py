"""Where the district stands today, told in the model's own terms (formulation, section 7, `compare`).

What the files do not say is decided here, always so that nothing is claimed that they do not back:

- Prices are those of plan year 1 in the base scenario; so are the pupils, so that all columns have the same.
- The pupils taught in teams fill the bands with the best team pattern first. A pupil outside the teams counts at the
  least credit of the patterns without a team that the band admits (0 in the usual table), and a pupil without a living
  seat at the least reach of the packages that need none.
- A seat carries the package of the widest reach for its device among those of the school's bands (the cheapest one of
  equals), and costs that package's yearly price where no budget says better.
- A category that `budget.csv` gives for a school is taken from there. The others are estimated: salaries and benefits
  from the positions, stipends from today's leaders at the lowest step that finds as many among today's eligible
  teachers, technology from the packages above, development from the pupils in teams, other from `fixed_spending`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.district import BUDGET_CATEGORIES, Array, District, Flags, Integers
from models.parameters import Parameters
from models.standing import Standing, whole_cents


def today(district: District, p: Parameters, n: int) -> Standing:
    """Tell where the district stands today, at the prices and with the pupils of node n."""
    schools, roles = district.schools, district.roles
    packages, equipped, reach = _equipment(district, p, n)
    team, credits = _teaching(district, p, n)
    stipend = likely_stipend(district)
    spending = goods_at_prices(district, p, n, stipend, packages, team.sum(axis=1))
    given, rows = budgeted(district)
    amount = np.where(rows["stipends"], given["stipends"], spending["stipends"])
    beta = district.settings.leaders.stipend_benefits_rate
    spending["benefits"] = spending["benefits"] + beta * (amount - spending["stipends"])
    spending = {
        name: whole_cents(np.where(rows[name], given[name], spending[name])) for name in BUDGET_CATEGORIES
    }
    leaders = district.staff.fte @ roles.of_kind("leader")
    known = leaders > 1e-9
    recurring = packages @ p.run[:, n]
    return Standing(
        name="today",
        pupils=p.E[:, n],
        covered=_best_with_best(credits, team, p.e[:, :, n], equipped, reach),
        team_pupils=team.sum(axis=1),
        need=schools.need_weight,
        positions=district.staff.fte,
        leaders=leaders,
        stipend=np.divide(spending["stipends"], leaders, out=np.full_like(leaders, np.nan), where=known),
        spending=spending,
        recurring=np.where(rows["technology"], np.nan, recurring),
        purchases=np.where(rows["technology"], np.nan, 0.0),
        packages=packages,
        lawful=np.ones(leaders.size, dtype=bool),
    )


def budgeted(district: District) -> tuple[dict[str, Array], dict[str, Flags]]:
    """Amounts of `budget.csv` by category, axis s ($), and where a row gives one."""
    count = len(district.schools.id)
    amounts = {name: np.zeros(count) for name in BUDGET_CATEGORIES}
    rows = {name: np.zeros(count, dtype=bool) for name in BUDGET_CATEGORIES}
    if district.budget is not None:
        for s, name, amount in zip(district.budget.school, district.budget.category, district.budget.amount):
            amounts[name][s] += amount
            rows[name][s] = True
    return amounts, rows


def likely_stipend(district: District) -> Array:
    """Lowest step that finds as many leaders as today among today's eligible teachers, axis s, $.

    The highest step where none finds so many; NaN where there is no step.
    """
    schedule = district.stipends
    steps = district.steps[np.argsort(schedule.stipend[district.steps], kind="stable")]
    count = len(district.schools.id)
    if not steps.size:
        return np.full(count, np.nan)
    roles, fte = district.roles, district.staff.fte
    eligible = district.settings.leaders.eligible_share * (fte @ roles.of_kind("teacher", "leader"))
    enough = eligible[:, None] * schedule.take_up[steps] >= (fte @ roles.of_kind("leader"))[:, None] - 1e-9
    first = np.where(enough.any(axis=1), enough.argmax(axis=1), steps.size - 1)
    return np.asarray(schedule.stipend[steps][first])


def goods_at_prices(
    district: District, p: Parameters, n: int, stipend: Array, packages: Array, team_pupils: Array
) -> dict[str, Array]:
    """Today's people and goods at the prices of node n, by budget category, axis s, $.

    `stipend` (axis s) is what a leader is paid; a leader without one (NaN) is paid none.
    """
    fte, rate = district.staff.fte, district.roles.benefits_rate
    pay = p.c[:, :, n] / (1.0 + rate) * fte
    leaders = fte @ district.roles.of_kind("leader")
    stipends = leaders * np.nan_to_num(stipend)
    return {
        "salaries": pay.sum(axis=1),
        "benefits": pay @ rate + district.settings.leaders.stipend_benefits_rate * stipends,
        "stipends": stipends,
        "technology": packages @ p.run[:, n],
        "development": p.develop[n] * team_pupils,
        "other": p.X[:, n],
    }


def least_technology(district: District, p: Parameters, n: int) -> Array:
    """Yearly cost of today's technology if every seat carried the cheapest package for its device, axis s, $."""
    packages, _, _ = _equipment(district, p, n, cheapest=True)
    return np.asarray(packages @ p.run[:, n])


# ---- coverage ----------------------------------------------------------------------------------------------------


def _teaching(district: District, p: Parameters, n: int) -> tuple[Array, Mapping[str, Array]]:
    """Pupils in teams by band, axes sg, and the credits of a band's pupils in teams and outside them, axis g."""
    taught, credit = district.team_models.team_taught, district.team_models.credit
    with_team = district.admitted & taught[:, None]
    without = district.admitted & ~taught[:, None]
    in_team = np.where(with_team, credit[:, None], -1.0).max(axis=0)
    outside = np.where(without, credit[:, None], np.inf).min(axis=0)
    order = np.argsort(-in_team, kind="stable")
    room = np.where(in_team >= 0, p.e[:, :, n], 0.0)[:, order]
    before = np.cumsum(room, axis=1) - room
    team = np.empty_like(room)
    team[:, order] = np.clip(district.schools.team_pupils[:, None] - before, 0.0, room)
    return team, {"team": np.maximum(in_team, 0.0), "outside": np.where(np.isinf(outside), 0.0, outside)}


def _equipment(
    district: District, p: Parameters, n: int, *, cheapest: bool = False
) -> tuple[Array, Array, Array]:
    """Pupils by technology package, axes sk; and by device (and without one, last): pupils and reach, axes sv+1."""
    technology, count = district.technology, len(district.schools.id)
    offered = (p.e[:, :, n] > 0).astype(float) @ technology.listed.T > 0  # sk
    kinds = len(district.device_types.id)
    chosen = np.full((count, kinds + 1), -1, dtype=np.int64)
    reach = np.zeros((count, kinds + 1))
    for device in range(kinds + 1):
        own = np.flatnonzero(technology.device == (device if device < kinds else -1))
        if own.size:
            price, wide = p.run[own, n], technology.reach[own]
            by_reach = (price, -wide if device < kinds else wide)
            order = np.lexsort((wide, price) if cheapest else by_reach)
            first = _first_offered(own[order], offered)
            chosen[:, device] = first
            reach[:, device] = np.where(first >= 0, technology.reach[first], 0.0)
    seats = np.where(chosen[:, :kinds] >= 0, p.seats0[:, :, n], 0.0)
    pupils = np.zeros((count, kinds + 1))
    best_first = np.argsort(-reach[:, :kinds], axis=1, kind="stable")
    queued = np.take_along_axis(seats, best_first, axis=1)
    before = np.cumsum(queued, axis=1) - queued
    taken = np.clip(p.E[:, [n]] - before, 0.0, queued)
    np.put_along_axis(pupils[:, :kinds], best_first, taken, axis=1)
    pupils[:, kinds] = p.E[:, n] - taken.sum(axis=1)
    packages = np.zeros((count, len(technology.id)))
    s, v = np.nonzero((chosen >= 0) & (pupils > 0))
    np.add.at(packages, (s, chosen[s, v]), pupils[s, v])
    return packages, pupils, reach


def _first_offered(packages: Integers, offered: Flags) -> Integers:
    """First of some packages that a school's bands may use, axis s; -1 where they may use none of them."""
    own = offered[:, packages]
    return np.where(own.any(axis=1), packages[own.argmax(axis=1)], -1)


def _best_with_best(
    credits: Mapping[str, Array], team: Array, pupils: Array, equipped: Array, reach: Array
) -> Array:
    """Covered pupils, axis s: queues by credit and by reach, each best first, and the lesser of the two where they meet."""
    credit = np.broadcast_to(
        np.concatenate([credits["team"], credits["outside"]]), (team.shape[0], 2 * team.shape[1])
    )
    taught = np.concatenate([team, pupils - team], axis=1)
    level_taught, end_taught, start_taught = _queue(credit, taught)
    level_equipped, end_equipped, start_equipped = _queue(reach, equipped)
    overlap = np.minimum(end_taught[:, :, None], end_equipped[:, None, :]) - np.maximum(
        start_taught[:, :, None], start_equipped[:, None, :]
    )
    level = np.minimum(level_taught[:, :, None], level_equipped[:, None, :])
    return np.asarray((np.maximum(overlap, 0.0) * level).sum(axis=(1, 2)))


def _queue(level: Array, pupils: Array) -> tuple[Array, Array, Array]:
    order = np.argsort(-level, axis=1, kind="stable")
    ordered = np.take_along_axis(pupils, order, axis=1)
    end = np.cumsum(ordered, axis=1)
    return np.take_along_axis(level, order, axis=1), end, end - ordered
