"""Where a district without a plan breaks first: the earliest year, and in it the schools and scenarios."""

from __future__ import annotations

import dataclasses

import numpy as np

from models.district import District
from models.errors import InputError, NoPlan
from models.status import Status
from models.subset import only_schools
from optimizer.formulation import Model
from optimizer.shortfall import shortfall_stage
from optimizer.solution import refusal
from optimizer.solvers.highs import Session

LARGE = 150_000  # columns beyond which the search would take as long as the solve
CENT = 0.005


def with_first_break(error: NoPlan, model: Model) -> NoPlan:
    """Return the error with a sentence that says which school, year and scenario of a model break first."""
    where = first_break(model)
    if not where:
        return error
    told = refusal(Status.INFEASIBLE, "", "the district")
    assert isinstance(told, NoPlan)
    return type(error)(f"{told.what} It breaks first {where}.", told.mend)


def first_break(whole: Model) -> str:
    """Say where the shortest plan that cannot exist breaks, in words; empty for a district too large to search."""
    district = whole.district
    for years in range(1, district.years + 1):
        try:
            short = district.with_settings(years=years)
        except InputError:  # every pupil is away in these years: no plan to break
            continue
        if years < district.years:  # the coverage floor is one of the last year alone
            short = short.with_settings(coverage={"min_school_share": None})
        model = Model(short) if years < district.years else whole
        if model.lp.matrix().shape[1] > LARGE:
            return ""
        matrix = model.lp.matrix()
        end = Session(matrix).minimise(np.zeros(matrix.shape[1]))
        if end.status is Status.INFEASIBLE:
            return _missing_money(model, ends=years < district.years) or _without_money(short)
    return ""


def _missing_money(refused: Model, *, ends: bool) -> str:
    """Name the schools of the last year that lack money, if money alone is missing; `ends` where the true plan goes on."""
    district = refused.district
    model = Model(district, refused.tree, shortfall=True, like=refused)
    assert model.short is not None
    tree = model.tree
    stage = shortfall_stage(model)
    end = Session(model.lp.matrix()).minimise(stage.cost)
    if end.status is not Status.OPTIMAL or end.point is None:
        return ""
    missing = model.lp.values("short", end.point)
    last = np.flatnonzero(tree.year == tree.years)
    at_last = missing[:, last]
    if at_last.max(initial=0.0) <= CENT:
        last = np.flatnonzero(missing.max(axis=0) > CENT)[:1]
        at_last = missing[:, last]
    if not at_last.size or at_last.max() <= CENT:
        return ""
    s, i = np.unravel_index(int(at_last.argmax()), at_last.shape)
    n = int(last[i])
    others = int((at_last.max(axis=1) > CENT).sum()) - 1
    more = f" ({others} other school{'s' if others > 1 else ''} as well)" if others else ""
    return (
        f"at {district.schools.name[s]} in {_when(district, model, n)}: ${at_last[s, i]:,.0f} of funding is missing"
        f"{more}{', even if the plan ended there' if ends else ''}"
    )


def _when(district: District, model: Model, n: int) -> str:
    """The year of a node, and its scenarios where there are several."""
    tree = model.tree
    year = district.settings.first_year + int(tree.year[n]) - 1
    through = np.flatnonzero(tree.path[:, tree.year[n] - 1] == n)
    if through.size == len(tree.scenario_ids):
        return f"{year}, in every scenario" if through.size > 1 else f"{year}"
    names = ", ".join(tree.scenario_ids[c] for c in through)
    return f"{year}, in scenario{'s' if through.size > 1 else ''} {names}"


def _without_money(district: District) -> str:
    """Name the first school that has no lawful plan whatever its funding, or the district as a whole."""
    year = district.settings.first_year + district.years - 1
    equal = district.replace(  # a school whose pupils weigh nothing makes no district of its own
        schools=dataclasses.replace(district.schools, need_weight=np.ones(len(district.schools.id)))
    )
    for s, name in enumerate(district.schools.name):
        if not district.enrollment[s].any():
            continue
        alone = Model(only_schools(equal, np.array([s])), shortfall=True)
        matrix = alone.lp.matrix()
        if Session(matrix).minimise(np.zeros(matrix.shape[1])).status is Status.INFEASIBLE:
            return f"at {name} in {year}, and a grant of any size would not mend it"
    return f"in {year}, in what the schools share, and a grant of any size would not mend it"
