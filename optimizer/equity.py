"""What does equity cost? The best district coverage when every school is to reach at least a given coverage."""

from __future__ import annotations

import time

import numpy as np

from models.district import District
from models.equity import Equity
from models.polyline import Polyline
from models.status import Status
from optimizer.formulation import Model
from optimizer.frontier import EXACT, NOTHING
from optimizer.line import Line
from optimizer.objectives import stages_of
from optimizer.policy_line import best_line
from optimizer.solution import refusal
from optimizer.staging import Options


def equity(district: District, *, tolerance: float = EXACT, options: Options | None = None) -> Equity:
    """Trace the best expected coverage against φ, the least coverage of every school, from 0 to the most there is.

    φ is the variable of the objective `max_min`: a school's expected coverage over the whole plan, unweighted.

    Raises
    ------
    NoPlan
        No plan satisfies all rules.
    SolverFailure, Interrupted
        As in `solve`.

    """
    started = time.perf_counter()
    model = Model(district)
    _, stage, _ = stages_of(model, "max_min")
    line = Line(model.lp.matrix(), stage, model.lp.variables["phi"].index, 1.0, options)
    whole = best_line(model, line, 0.0, 1.0, tolerance)
    if whole is None:
        raise refusal(Status.INFEASIBLE, "", "the district")
    price = np.where(np.abs(whole.slope) > NOTHING, -whole.slope, 0.0)
    whole = Polyline(whole.at, whole.value, price, whole.piece).without_straight_points(NOTHING)
    last = np.append(np.arange(whole.slope.size), whole.slope.size - 1)
    return Equity(
        district=district.name,
        worst_school=whole.at,
        coverage=whole.value,
        price=whole.slope[last] if whole.slope.size else np.zeros(1),
        solves=line.solves,
        blocks=line.block_count,
        seconds=time.perf_counter() - started,
    )
