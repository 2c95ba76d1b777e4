"""What looks odd in a district without being an error; each warning says what and why it matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from models.district import Array, District
from models.errors import Problem
from models.parameters import Parameters
from models.tree import Tree

SHOWN = 10  # of one kind; a district of 400 schools has 400 times the same to say
CENT = 0.01


def district_warnings(district: District) -> list[Problem]:
    """Return all warnings about a district, the gravest first."""
    kinds = (
        _too_dear(district), _take_up(district), _patterns(district), _no_coverage(district), _sizes(district),
        _staff(district), _percents(district), _dollars(district), _idle_settings(district),
    )  # fmt: skip
    return [problem for kind in kinds for problem in _first(list(kind))]


def _first(problems: list[Problem]) -> list[Problem]:
    """Keep the first few of each message's kind (its column) and count the others."""
    kept: list[Problem] = []
    for column in dict.fromkeys(p.column for p in problems):
        alike = [p for p in problems if p.column == column]
        kept += alike[:SHOWN]
        if len(alike) > SHOWN:
            kept.append(
                Problem("", f"{len(alike) - SHOWN:,} more warnings like the last one.", column=column)
            )
    return kept


def least_cost(district: District, parameters: Parameters) -> Array:
    """Return a lower bound on what a school spends, axes sn, in $.

    Every pupil in the cheapest admitted pattern of the band at the lowest stipend that somebody accepts, the
    cheapest package, the minimum positions and the out-of-scope spending. Position losses, the adult floor,
    hiring, layoffs and start-up come on top. Infinite where no pattern can be staffed.
    """
    pay = parameters.c.copy()
    leaders = district.roles.of_kind("leader")
    accepted = parameters.sigma[parameters.tau > 0]
    lowest = float(accepted.min()) if accepted.size else np.inf
    if leaders.any():
        pay[:, leaders > 0, :] += lowest * (1.0 + district.settings.leaders.stipend_benefits_rate)
    used = district.fte_per_pupil > 0
    priced = np.where(np.isfinite(pay), pay, 0.0)
    pattern = np.einsum("mr,srn->smn", district.fte_per_pupil, priced)
    if not np.isfinite(lowest):
        pattern[:, (used & (leaders > 0)).any(axis=1), :] = np.inf
    minimum = district.staff.minimum
    total = parameters.X + np.einsum("sr,srn->sn", minimum, priced)
    if not np.isfinite(lowest):
        total[(minimum * leaders).sum(axis=1) > 0] = np.inf
    for g in np.flatnonzero(district.enrollment.sum(axis=0) > 0):
        cheapest = pattern[:, district.admitted[:, g], :].min(axis=1)
        package = parameters.run[district.technology.listed[:, g]].min(axis=0)
        here = parameters.e[:, g, :] > 0
        total += np.where(here, parameters.e[:, g, :] * (np.where(here, cheapest, 0.0) + package), 0.0)
    return np.asarray(total)


def _too_dear(district: District) -> Iterator[Problem]:
    """Yield schools (with pooled funding: the district) whose least cost in year 1 is above all they have."""
    tree = Tree.of(
        district.scenarios, 1
    )  # the roots alone; later years can draw on reserves and earlier choices
    parameters = Parameters.of(district, tree)
    cost = least_cost(district, parameters)
    money = parameters.F + district.schools.opening_reserve[:, None]
    pooled = district.settings.funding.pool == "district"
    if pooled:
        cost, money = cost.sum(axis=0, keepdims=True), money.sum(axis=0, keepdims=True)
    hole = cost - money
    for s in np.flatnonzero((hole > CENT).any(axis=1)):
        n = int(hole[s].argmax())
        where = "the district" if pooled else f"school {district.schools.id[s]}"
        when = "" if tree.size == 1 else f" in scenario {tree.labels[n].partition('.')[2]}"
        if np.isinf(cost[s, n]):
            message = (
                "needs leaders, and no stipend inside the bounds has a take-up above 0; there is no plan."
            )
            yield Problem(
                where,
                message,
                "Widen the bounds of the stipend, or lower the minimum of leaders.",
                column="budget",
            )
            continue
        yield Problem(
            where,
            f"its cheapest lawful staffing costs ${cost[s, n]:,.0f} in year 1{when}, ${hole[s, n]:,.0f} more than the"
            f" ${money[s, n]:,.0f} it has; there is no plan.",
            "Add funding, lower minimum positions or fixed_spending, or allow larger classes.",
            column="budget",
        )


def _take_up(district: District) -> Iterator[Problem]:
    order = np.argsort(district.stipends.stipend, kind="stable")
    stipend, take_up = district.stipends.stipend[order], district.stipends.take_up[order]
    for t in np.flatnonzero(np.diff(take_up) < 0):
        yield Problem(
            "stipends",
            f"take-up falls from {_percent(take_up[t])} at ${stipend[t]:,.0f} to {_percent(take_up[t + 1])} at"
            f" ${stipend[t + 1]:,.0f}.",
            "More money should not win fewer leaders; check the two rows.",
            column="take_up",
        )
    steps = district.steps
    if steps.size and not (district.stipends.take_up[steps] > 0).any():
        low, high = district.stipends.stipend[steps].min(), district.stipends.stipend[steps].max()
        yield Problem(
            "stipends",
            f"nobody accepts the leader role: take-up is 0 at every stipend from ${low:,.0f} to ${high:,.0f}.",
            "No pattern with a leader can be used; check take_up, or raise leaders.stipend_max.",
            column="accepted",
        )


def _patterns(district: District) -> Iterator[Problem]:
    """Yield patterns that no band admits."""
    limits = district.bands.max_pupils_per_teacher
    for m in np.flatnonzero(~district.admitted.any(axis=1)):
        listed = district.team_models.listed[m]
        why = "it is listed for no grade band."
        if listed.any():
            load = district.class_load[m]
            teach = "nobody in it teaches" if np.isinf(load) else f"it has {load:.4g} pupils per teaching FTE"
            why = f"{teach}, and the limit is {limits[listed].max():.4g}."
        yield Problem(
            f"pattern {district.team_models.id[m]}", f"no grade band can use it: {why}",
            "Put more teachers in it, take pupils out, or leave the row out.", column="pattern",
        )  # fmt: skip


def _no_coverage(district: District) -> Iterator[Problem]:
    """Yield bands whose pupils cannot be covered at all."""
    for g in np.flatnonzero(district.enrollment.sum(axis=0) > 0):
        credit = district.team_models.credit[district.admitted[:, g]].max()
        reach = district.technology.reach[district.technology.listed[:, g]].max()
        if min(credit, reach) <= 0:
            what = "pattern with a credit" if credit <= 0 else "technology package with a reach"
            yield Problem(
                f"grade band {district.bands.id[g]}", f"may use no {what} above 0; its coverage is 0 in every plan.",
                "List the band in such a row.", column="coverage",
            )  # fmt: skip


def _sizes(district: District) -> Iterator[Problem]:
    pupils = district.enrollment.sum(axis=1)
    for g in np.flatnonzero(district.enrollment.sum(axis=0) <= 0):
        yield Problem(f"grade band {district.bands.id[g]}", "has no pupils in any school.", column="band")
    for s in np.flatnonzero(pupils <= 0):
        yield Problem(
            f"school {district.schools.id[s]}", "has no pupils; it keeps its staff and funding.",
            "Add its rows to enrollment.", column="pupils",
        )  # fmt: skip
    for s in np.flatnonzero((pupils > 0) & (district.schools.team_pupils > pupils)):
        yield Problem(
            f"school {district.schools.id[s]}",
            f"teaches {district.schools.team_pupils[s]:,.0f} pupils in teams today and has {pupils[s]:,.0f}.",
            "Check team_pupils; it counts pupils, not teams.",
            column="team_pupils",
        )


def _staff(district: District) -> Iterator[Problem]:
    fte, minimum, roles = district.staff.fte, district.staff.minimum, district.roles.id
    for s, r in np.argwhere(minimum > fte + 1e-9):
        yield Problem(
            f"school {district.schools.id[s]}",
            f"must keep {minimum[s, r]:.4g} FTE of role {roles[r]} outside all patterns and has {fte[s, r]:.4g} today.",
            "The plan hires the difference; check minimum if that is not meant.",
            column="minimum",
        )
    for s in np.flatnonzero((fte.sum(axis=1) <= 0) & (district.enrollment.sum(axis=1) > 0)):
        yield Problem(
            f"school {district.schools.id[s]}", "has pupils and no staff today; every position is a hire.",
            "Add its rows to staff.", column="fte",
        )  # fmt: skip


def _percents(district: District) -> Iterator[Problem]:
    """Yield rates that are lawful fractions but more than anyone has seen: 1 typed for 1 %."""
    roles, schools, scenarios, settings = (
        district.roles,
        district.schools,
        district.scenarios,
        district.settings,
    )
    named: list[tuple[str, Sequence[str], Array, float]] = [
        ("benefits_rate", [f"role {r}" for r in roles.id], roles.benefits_rate, 1.0),
        ("attrition_rate", [f"role {r}" for r in roles.id], roles.attrition_rate, 0.6),
        ("annual_raise", [f"role {r}" for r in roles.id], roles.annual_raise, 0.25),
        ("enrollment_growth", [f"school {s}" for s in schools.id], schools.enrollment_growth, 0.25),
    ]
    named += [
        (name, [f"scenario {c}" for c in scenarios.id], _largest(getattr(scenarios, name)), 0.5)
        for name in ("funding_change", "enrollment_change", "pay_change")
    ]
    named += [
        (key, [f"setting {section}"], np.array([getattr(getattr(settings, section), key)]), limit)
        for section, key, limit in (
            ("funding", "growth", 0.25), ("funding", "price_growth", 0.25), ("launch", "turnover", 0.8),
            ("leaders", "stipend_benefits_rate", 1.0),
        )
    ]  # fmt: skip
    for column, owners, values, limit in named:
        for i in map(int, np.flatnonzero(np.abs(values) >= limit)):
            yield Problem(
                owners[i], f"{column} is {values[i]:g}, that is {_percent(values[i])}.",
                f"Write {values[i] / 100:.10g} if {values[i]:g} % is meant.", column=column,
            )  # fmt: skip


def _dollars(district: District) -> Iterator[Problem]:
    """Yield pay and funding that look like thousands of dollars."""
    salary, funding = district.roles.salary, district.schools.funding_per_pupil
    for column, owner, ids, values in (
        ("salary", "role", district.roles.id, salary),
        ("funding_per_pupil", "school", district.schools.id, funding),
    ):
        for i in map(int, np.flatnonzero((values > 0) & (values < (1000 if column == "salary" else 100)))):
            yield Problem(
                f"{owner} {ids[i]}", f"{column} is ${values[i]:,.6g} a year.",
                f"Figures are dollars: write {values[i] * 1000:.10g} if thousands are meant.", column=column,
            )  # fmt: skip


def _idle_settings(district: District) -> Iterator[Problem]:
    funding = district.settings.funding
    if funding.pool == "school" and funding.max_transfer_share is not None:
        yield Problem(
            "setting funding", 'max_transfer_share has no effect with pool = "school".',
            'Set pool = "district", or take it out.', column="max_transfer_share",
        )  # fmt: skip
    if (
        funding.reserve_max_share is None
        and (district.schools.opening_reserve > 0).any()
        and district.years > 1
    ):
        total = district.schools.opening_reserve.sum()
        yield Problem(
            "setting funding",
            f"schools open with reserves of ${total:,.0f} and reserve_max_share is left out: what year 1 does not"
            " spend is lost.",
            "Set reserve_max_share to let schools carry money over.",
            column="reserve_max_share",
        )


def _largest(shocks: Array) -> Array:
    """Shock of the largest size, axis c."""
    return np.asarray(np.take_along_axis(shocks, np.abs(shocks).argmax(axis=1)[:, None], axis=1)[:, 0])


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
