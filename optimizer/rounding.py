"""Whole positions in one independent block: a first plan by diving, the branch and bound of HiGHS, and a clean finish.

A column of positions counts steps here (its coefficients are multiplied by the step), so that whole means integer.
Every plan that leaves this file has its integers fixed exactly and the rest re-solved as an LP: no decision rests on
the tolerance within which a solver calls 2.9999995 an integer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.errors import SolverFailure
from models.status import Status
from optimizer.matrix import Matrix

if TYPE_CHECKING:
    from optimizer.solution import Solution
    from optimizer.solvers.highs import Session

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Runner = Callable[["Session", Array, float | None], "Solution"]  # a gap for a search, none for an LP on trial

NEAR = 1e-6  # share of a step within which a relaxed value counts as whole
PROVEN = 1e-6  # relative gap from which a plan counts as proven best


@dataclass(eq=False)
class Part:
    """One block of the model in whole positions.

    Attributes
    ----------
    matrix : the block, with its integer columns flagged and counted in steps
    columns : the columns of the whole model that the block holds
    costs : what each stage minimises, one array a stage
    give : what a later stage may give up of each earlier one, in units of its cost
    year : plan year of each column; 0 for columns that are not integer
    need : row of the rule `positions` of each column; -1 for columns that are not positions
    step : FTE of one step
    relaxed : cost of the first stage in the LP, a bound from below
    point : the best plan known, `None` before there is one
    bound : proven bound of each stage's cost, as far as the stages were searched

    """

    matrix: Matrix
    columns: Indices
    costs: list[Array]
    give: list[float]
    year: NDArray[np.int64]
    need: NDArray[np.int64]
    step: float
    relaxed: float
    point: Array | None = None
    bound: tuple[float, ...] = ()
    reached: tuple[float, ...] = ()
    points: tuple[Array, ...] = ()
    refused: bool = False

    @property
    def integers(self) -> Indices:
        """Columns that take whole values."""
        assert self.matrix.integer is not None
        return np.flatnonzero(self.matrix.integer)

    @property
    def proven(self) -> bool:
        """Whether every stage searched so far is within `PROVEN` of its bound."""
        return all(gap_of(value, bound) <= PROVEN for value, bound in zip(self.reached, self.bound))


def gap_of(value: float, bound: float) -> float:
    """Relative distance of a cost from its bound from below; nothing where both are next to zero, all without a bound."""
    if not np.isfinite(bound):
        return 1.0
    size = max(abs(value), abs(bound))
    return max(0.0, value - bound) / size if size > 1e-9 else 0.0


def start_by_dive(part: Part, seconds: float | None, gap: float, run: Runner) -> None:
    """Give the part the plan of a dive, if one is met; the gap is for searches."""
    del gap
    part.point = dive(part, run, seconds)


def search_first(part: Part, seconds: float | None, gap: float, run: Runner) -> None:
    """Search the first stage from a dive's plan; sets `refused` when no plan in whole positions exists.

    Raises
    ------
    SolverFailure
        Time ran out before any plan was found.

    """
    from optimizer.solvers.highs import Session

    ends = None if seconds is None else time.monotonic() + seconds
    start = (
        part.point if part.point is not None else dive(part, run, None if seconds is None else seconds / 2)
    )
    solution = _branch(Session(part.matrix, time_limit=_left(ends)), part.costs[0], gap, run, start)
    if solution is None or (solution.point is None and start is None):
        _refuse(part, solution)
        return
    point = solution.point if solution.point is not None else start
    assert point is not None
    _settle(part, 0, finish(part, point, 0, ()), solution.bound)


def search_rest(part: Part, seconds: float | None, gap: float, run: Runner) -> None:
    """Search the later stages, each holding the earlier ones; where time is short the integers stay as they are."""
    from optimizer.solvers.highs import Session

    ends = None if seconds is None else time.monotonic() + seconds
    for stage in range(1, len(part.costs)):
        assert part.point is not None
        holds = tuple(part.reached[number] + part.give[number] for number in range(stage))
        start = finish(part, part.point, stage, holds)
        share = None if ends is None else (ends - time.monotonic()) / (len(part.costs) - stage)
        session = Session(part.matrix, time_limit=None if share is None else max(share, 0.01))
        for cost, most in zip(part.costs, holds):
            session.hold(-cost, -most)
        solution = _branch(session, part.costs[stage], gap, run, start)
        better = None if solution is None else solution.point
        ended = start if better is None else finish(part, better, stage, holds)
        if part.costs[stage] @ ended > part.costs[stage] @ start:
            ended = start
        _settle(part, stage, ended, None if solution is None else solution.bound)


def _left(ends: float | None) -> float | None:
    return None if ends is None else max(0.01, ends - time.monotonic())


def _settle(part: Part, stage: int, point: Array, bound: float | None) -> None:
    """Note a stage's plan; without a bound from the search, the LP's is the bound of the first stage."""
    value = float(part.costs[stage] @ point)
    known = part.relaxed if stage == 0 else -np.inf
    if bound is not None and np.isfinite(bound):
        known = max(known, bound)
    part.point = point
    part.points = (*part.points, point)
    part.reached = (*part.reached, value)
    part.bound = (*part.bound, min(known, value))


def _refuse(part: Part, solution: Solution | None) -> None:
    if solution is None or solution.status is Status.INFEASIBLE:
        part.refused = True
        return
    if solution.status is Status.TIME_LIMIT:
        error = SolverFailure(
            "Time ran out before a plan in whole positions was found; there is no plan to show.",
            "Give it more time with --time-limit, or a finer step with --whole 0.5.",
        )
        error.status = solution.status
        raise error
    solution.require("the district in whole positions")


def _branch(session: Session, cost: Array, gap: float, run: Runner, start: Array | None) -> Solution | None:
    if start is not None:
        session.propose(start)
    return run(session, cost, gap)


# ---- a first plan ------------------------------------------------------------------------------------------------

GRACE = (
    5.0  # s that a dive may take for its first plan, however short the time: a late plan is better than none
)
MARGINS = (0.5, 0.0, 1.0)  # steps set aside for the rounding of a later year's positions, tried in this order


def dive(part: Part, run: Runner, seconds: float | None = None) -> Array | None:
    """Round the LP plan to a plan in whole positions, year by year, the LP re-solved in between; `None` if none is met.

    Positions are rounded up, because a position fewer than the teams need breaks a rule and one more costs only
    money. So that early years leave later ones the money for it, each later position is planned with a margin. Schools
    that the LP launches in part are launched; where that leads nowhere, only those that must be, and then the cheapest
    plan is rounded in the place of the best. The best of the plans found by then is returned. A plunge comes first: with
    a whole step set aside everywhere, all years can be rounded at once, so that there is some plan after three LPs.
    """
    from optimizer.solvers.highs import Session

    if part.integers.size == 0:
        return None
    session = Session(part.matrix.replace(integer=None))
    begun = time.monotonic()
    ends = np.inf if seconds is None else begun + max(seconds, GRACE)
    found: list[tuple[float, Array]] = []
    plunged = _plunge(_Dive(session, part, run, part.costs[0], 1.0, True, ends))
    if plunged is not None:
        found.append((float(part.costs[0] @ plunged), plunged))
    for launch, cost in ((True, part.costs[0]), (False, part.costs[0]), (False, part.costs[-1])):
        for margin in MARGINS:
            late = seconds is not None and time.monotonic() > begun + seconds
            if found and (late or gap_of(min(found, key=_first)[0], part.relaxed) <= PROVEN):
                break  # there is a plan, and no time for another, or none can be better
            point = _dive_by_year(_Dive(session, part, run, cost, margin, launch, ends))
            if point is not None:
                found.append((float(part.costs[0] @ point), point))
        if found:
            return min(found, key=_first)[1]
    return None


def _first(entry: tuple[float, Array]) -> float:
    return entry[0]


@dataclass(frozen=True, eq=False)
class _Dive:
    """One dive: its LP session, the margin in steps, whether launches are rounded up, and when time is up."""

    session: Session
    part: Part
    run: Runner
    cost: Array
    margin: float
    launch: bool
    ends: float

    def solve(self) -> Array | None:
        """Plan of the LP as it is now, from the basis of the last one; `None` without one."""
        if time.monotonic() > self.ends:
            return None
        before = self.session.basis
        solution = self.run(self.session, self.cost, None)
        if solution.status is Status.OPTIMAL:
            return solution.point
        self.session.start_from(before)  # an infeasible end would have the next run start cold
        return None

    def free(self, columns: Indices) -> None:
        """Give columns back their own bounds."""
        matrix = self.part.matrix
        self.session.change_columns(columns, matrix.column_lower[columns], matrix.column_upper[columns])

    def fix(self, columns: Indices, values: Array) -> Array | None:
        """Fix columns and re-solve; they are free again where there is no plan."""
        values = np.maximum(values, 0.0)
        self.session.change_columns(columns, values, values)
        point = self.solve()
        if point is None:
            self.free(columns)
        return point

    def set_aside(self, columns: Indices, margin: float) -> None:
        """Plan the positions of these columns with a margin in steps over what the teams need."""
        matrix, rows = self.part.matrix, self.part.need[columns]
        rows = rows[rows >= 0]
        self.session.change_rows(
            rows, matrix.row_lower[rows] + margin * self.part.step, matrix.row_upper[rows]
        )


def _plunge(dive: _Dive) -> Array | None:
    """Launch the schools that the LP with a margin launches, then round all positions at once, down or else up."""
    part = dive.part
    whole = part.integers
    shares = whole[part.need[whole] < 0]
    counts = whole[part.need[whole] >= 0]
    dive.set_aside(whole, dive.margin)
    point = dive.solve()
    point = None if point is None else dive.fix(shares, np.ceil(point[shares] - NEAR))
    if point is None:
        return None
    dive.set_aside(whole, 0.0)
    for target in (np.floor(point[counts] + NEAR), np.ceil(point[counts] - NEAR)):
        rounded = dive.fix(counts, target)
        if rounded is not None:
            return finish(part, rounded, 0, ())
    return None


def _dive_by_year(dive: _Dive) -> Array | None:
    part = dive.part
    whole, year = part.integers, part.year[part.integers]
    dive.free(whole)
    dive.set_aside(whole, dive.margin)
    for y in np.unique(year):
        own = whole[year == y]
        dive.set_aside(own, 0.0)
        point = dive.solve()
        groups = [own]
        while groups:
            group = groups.pop()
            if point is None:
                return None
            up = np.ceil(point[group] - NEAR)
            down = np.floor(point[group] + NEAR)
            shares = part.need[group] < 0
            target = up if dive.launch else np.where(shares, down, up)
            fixed = dive.fix(group, target)
            if fixed is None and group.size == 1:
                fixed = dive.fix(group, np.where(target == up, down, up))
                if fixed is None:
                    return None
            if fixed is None:
                half = group.size // 2
                groups += [group[half:], group[:half]]
            else:
                point = fixed
    return point if point is None else finish(part, point, 0, ())


# ---- a clean finish ----------------------------------------------------------------------------------------------


def finish(part: Part, point: Array, stage: int, holds: tuple[float, ...]) -> Array:
    """Fix the integers of a point exactly and re-solve the rest for a stage; the point itself if that fails."""
    from optimizer.solvers.highs import Session

    whole = part.integers
    lower, upper = part.matrix.column_lower.copy(), part.matrix.column_upper.copy()
    lower[whole] = upper[whole] = np.round(point[whole])
    session = Session(part.matrix.replace(integer=None, column_lower=lower, column_upper=upper))
    for cost, most in zip(part.costs, holds):
        session.hold(-cost, -most)
    solution = session.minimise(part.costs[stage], method="simplex")
    found = solution.point if solution.status is Status.OPTIMAL and solution.point is not None else point
    return np.clip(found, lower, upper)
