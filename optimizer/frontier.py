"""What does money buy? Coverage as a function of a uniform funding change, from duals and not from a grid."""

from __future__ import annotations

import time

import numpy as np

from models.district import District
from models.errors import InputError
from models.frontier import Frontier
from models.polyline import Polyline
from models.settings import Objective
from models.status import Status
from optimizer.formulation import Model
from optimizer.line import Line
from optimizer.objectives import first_stage, weights
from optimizer.policy_line import best_line, sampled_line
from optimizer.solution import refusal
from optimizer.staging import Options
from optimizer.steps import steps_of

EXACT = 1e-8  # on the 0..1 scale of coverage: a smaller bend is not looked for
NOTHING = 1e-9  # pupils per $1,000; a smaller slope is rounding


def frontier(
    district: District,
    low: float = -0.15,
    high: float = 0.15,
    *,
    objective: Objective | None = None,
    tolerance: float = EXACT,
    points: int | None = None,
    options: Options | None = None,
) -> Frontier:
    """Trace coverage while funding is F × (1 + change) wherever it occurs, in every node.

    With one stipend for all schools the frontier is the greatest of one function for each step: still exact, but
    no longer concave, and it jumps where a better step becomes affordable.

    Parameters
    ----------
    district
        The question.
    low, high
        The range of the change, −1 ≤ low < high; 0.05 is five percent more.
    objective
        What is maximised; the district's own setting when not given. Its first stage is traced.
    tolerance
        Bends smaller than this, in coverage, may be cut off; of a city that goes by prices (`optimizer.priced`) those below 1e-6.
    points
        Coverage at this many places (2 or more), evenly over the part of the range that has plans, and at today's funding,
        in the place of the breakpoints: many times quicker, exact there, and straight between them, where the true curve
        lies above.
    options
        Time limit and progress; the solver is HiGHS.

    Raises
    ------
    InputError
        The range is empty or goes below −1.
    NoPlan
        No plan satisfies all rules anywhere in the range.
    SolverFailure, Interrupted
        As in `solve`.

    """
    if not -1.0 <= low < high:
        raise InputError(
            f"The frontier cannot go from {low:g} to {high:g}.",
            "Give a range such as --from -0.15 --to 0.15; no funding at all is -1.",
        )
    if points is not None and points < 2:
        raise InputError(f"A frontier of {points} points is none.", "Give 2 or more: --points 60.")
    started = time.perf_counter()
    model = Model(district, cut="everywhere")
    stage = first_stage(model, objective or district.settings.coverage.objective)
    assert model.cut is not None
    line = Line(model.lp.matrix(), stage, model.cut.index, -1.0, options)
    whole = (
        best_line(model, line, low, high, tolerance)
        if points is None
        else sampled_line(model, line, low, high, points)
    )
    if whole is None:
        least, most = (f"{change * 100:+.4g} %".replace("-", "−") for change in (low, high))
        raise refusal(Status.INFEASIBLE, "", f"the district at any change of funding from {least} to {most}")
    funding = float(model.tree.probability @ model.p.F.sum(axis=0))
    pupils = float((weights(model) * model.p.E).sum())
    buys = whole.slope * pupils / funding * 1000.0 if funding > 0 else np.zeros_like(whole.slope)
    buys = np.where(np.abs(buys) > NOTHING, buys, 0.0)
    whole = Polyline(whole.at, whole.value, buys, whole.piece)
    if points is None:
        whole = whole.without_straight_points(NOTHING)
    last = np.append(np.arange(whole.slope.size), whole.slope.size - 1)
    jumps = np.flatnonzero(np.diff(whole.at) <= 0)
    own = last.copy()
    own[jumps] -= 1  # the lower end of a jump belongs to the step before
    slope = whole.slope.copy()
    slope[jumps] = np.nan
    uniform = steps_of(model) != [None]
    return Frontier(
        district=district.name,
        objective=stage.name,
        funding_change=whole.at,
        coverage=whole.value,
        pupils_per_1000_dollars=slope[last] if slope.size else np.zeros(1),
        stipend=model.p.sigma[whole.piece[own]] if uniform and whole.piece.size else None,
        asked=(low, high),
        least_funding_change=float(whole.at[0]) if whole.at[0] > low + 1e-9 else None,
        solves=line.solves,
        blocks=line.block_count,
        seconds=time.perf_counter() - started,
        sampled=points is not None,
    )
