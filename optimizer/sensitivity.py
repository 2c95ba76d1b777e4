"""How coverage moves along one setting, and with every setting in turn."""

from __future__ import annotations

import time
from collections.abc import Sequence

from models.dial import Dial, dial, dials
from models.district import District
from models.errors import InputError
from models.sensitivity import Bar, Reading, Sensitivity, Tornado
from models.settings import Objective
from optimizer.resolving import Resolver, require_base
from optimizer.staging import Options

STEPS = (0.8, 0.9, 1.0, 1.1, 1.2)
MOVES = 1e-7  # a smaller move of coverage is none
NO_PLAN = "no plan"


def along(
    district: District,
    setting: str,
    values: Sequence[float] | None = None,
    *,
    factors: Sequence[float] = STEPS,
    objective: Objective | None = None,
    options: Options | None = None,
) -> Sensitivity:
    """Coverage at several values of one setting, everything else as it is.

    Parameters
    ----------
    district
        The question.
    setting
        `section.key` of the settings, `table.column` (all rows), or `table.column@row`, for example
        `leaders.stipend_max` or `grade_bands.max_pupils_per_teacher@K-5`.
    values
        Values that it takes in turn, in all rows that are named.
    factors
        Where no values are given: parts of today's figures, row by row.
    objective
        What is maximised; the district's own setting when not given. Its first stage is read.
    options
        Time limit and progress; the solver is HiGHS.

    Raises
    ------
    InputError
        There is no such setting or row, or a value is out of its range.
    SolverFailure, Interrupted
        As in `solve`.

    """
    started = time.perf_counter()
    turned = dial(setting, district)
    if values is None and turned.figures(district) is None:
        turned.scaled(district, 1.0)  # raises: a blank setting cannot be scaled
    for value in values or ():
        _fits(turned, district, value)
    resolver = Resolver(district, objective, options)
    readings = (
        [_scaled(resolver, turned, district, factor) for factor in factors]
        if values is None
        else [_valued(resolver, turned, district, value) for value in values]
    )
    return Sensitivity(
        district.name,
        resolver.objective,
        turned.label,
        turned.value(district),
        resolver.base,
        tuple(readings),
        resolver.solves,
        resolver.cold,
        time.perf_counter() - started,
    )


def tornado(
    district: District,
    change: float = 0.10,
    *,
    objective: Objective | None = None,
    options: Options | None = None,
) -> Tornado:
    """Coverage with every numeric setting and table column lower and higher by the same share, one at a time.

    Bars are ranked by the sides that have a plan. Shares stop at 1. Settings that are blank or zero everywhere have no
    tenth and are named apart.

    Raises
    ------
    InputError
        The change is no share between 0 and 1.
    NoPlan
        The district as it is has no plan.
    SolverFailure, Interrupted
        As in `solve`.

    """
    if not 0 < change < 1:
        raise InputError(
            f"A tornado of {change:g} is none.", "Give a share between 0 and 1: --tornado 10% or 0.1."
        )
    started = time.perf_counter()
    resolver = Resolver(district, objective, options)
    base = require_base(resolver)
    bars, idle, absent = [], [], []
    for turned in dials():
        figures = turned.figures(district)
        if figures is None or not figures.any():
            absent.append(turned.label)
            continue
        resolver.options.tell(f"Tornado: {turned.label}")
        low, high = (_scaled(resolver, turned, district, factor) for factor in (1.0 - change, 1.0 + change))
        bar = Bar(turned.label, turned.value(district), low, high)
        if bar.swing(base) > MOVES or bar.without_plan:
            bars.append(bar)
        else:
            idle.append(turned.label)
    bars.sort(key=lambda bar: -bar.swing(base))
    return Tornado(
        district.name,
        resolver.objective,
        change,
        base,
        tuple(bars),
        tuple(idle),
        tuple(absent),
        resolver.solves,
        resolver.cold,
        time.perf_counter() - started,
    )


def _scaled(resolver: Resolver, turned: Dial, district: District, factor: float) -> Reading:
    today = turned.value(district)
    try:
        variant, stopped = turned.scaled(district, factor)
    except InputError as error:  # for example no pattern within the class-size limit any more
        return Reading(None if today is None else today * factor, factor, None, _short(error))
    found = resolver.value(variant)
    note = "limited to 1" if stopped else ""
    return Reading(turned.value(variant), factor, found, note if found is not None else NO_PLAN)


def _valued(resolver: Resolver, turned: Dial, district: District, value: float) -> Reading:
    try:
        variant = turned.set(district, value)
    except InputError as error:
        return Reading(value, None, None, _short(error))
    found = resolver.value(variant)
    return Reading(value, None, found, "" if found is not None else NO_PLAN)


def _fits(turned: Dial, district: District, value: float) -> None:
    """Refuse a value outside the figure's range at once; a value that leaves no pattern is a reading without a plan."""
    try:
        turned.set(district, value)
    except InputError as error:
        if not error.problems:
            raise


def _short(error: InputError) -> str:
    return str(error.problems[0]).splitlines()[0] if error.problems else error.what
