"""Plans in whole positions: every position a multiple of a step, every school launched or not (formulation, section 6).

The model is the LP's with integers, so its LP plan bounds what any such plan can cover. Independent blocks are searched
side by side and their bounds added up; under the uniform stipend policy each step is its own search, in the order of the
LP's bounds, and a step is left as soon as its bound falls below the best plan found.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.district import District
from models.errors import NoPlan, SolverFailure
from models.plan import Plan, Rounding, SolverRun
from models.settings import Objective
from models.status import Status
from optimizer.certificate import certify
from optimizer.formulation import Model
from optimizer.objectives import Stage, stages_of
from optimizer.parts import parts_of, side_by_side, steps_per_column
from optimizer.rounding import PROVEN, Part, finish, gap_of, search_first, search_rest, start_by_dive
from optimizer.solving import feasible_steps, plan_of, upper_of, version_of, way_of
from optimizer.staging import Options, Reached
from optimizer.steps import steps_of

Array = NDArray[np.float64]

FIRST_SHARE = 0.7  # of the time, for the first stage; the rest is for coverage and spending


@dataclass(eq=False)
class Candidate:
    """The search under one stipend step (`None`: no uniform step): its blocks and the LP's value on the planner's scale."""

    step: int | None
    relaxed: float
    parts: list[Part]
    searched: bool = False

    def reached(self, stages: list[Stage], number: int) -> float:
        """Value of a stage on the planner's scale."""
        return stages[number].worth(sum(part.reached[number] for part in self.parts))

    def bound(self, stages: list[Stage], number: int = 0) -> float:
        """Proven bound of a stage on the planner's scale; the LP's where the search did not get."""
        if number == 0:
            return stages[0].worth(sum((part.bound or (part.relaxed,))[0] for part in self.parts))
        return stages[number].worth(sum(part.bound[number] for part in self.parts))


def solve_whole(
    district: District,
    step: float,
    *,
    gap: float | None = None,
    objective: Objective | None = None,
    options: Options | None = None,
) -> Plan:
    """Find the best plan whose positions are multiples of `step` FTE and whose schools are launched or not.

    Parameters
    ----------
    district
        The question.
    step
        FTE, for example 0.5 or 1.0.
    gap
        Stop at this proven gap (share of the bound); 1e-6 when not given.
    objective
        What is maximised; the district's own setting when not given.
    options
        Time limit and threads; the solver is HiGHS.

    Returns
    -------
    Plan
        With `rounding`: the LP bound of the objective and the proven gap. Its status is `optimal` when every stage is
        proven best within 1e-6, and `feasible` when the search stopped earlier, at the gap or at the time limit.

    Raises
    ------
    NoPlan
        No plan in whole positions satisfies all rules; the message says what funding would make one.
    SolverFailure
        Time ran out before a plan was found, or another solver than HiGHS was asked for.
    ValueError
        When the step or the gap is not a lawful number.

    """
    if not (np.isfinite(step) and step > 0):
        raise ValueError(f"step is {step}; a number of FTE above 0 is expected.")
    if gap is not None and not gap >= 0:
        raise ValueError(f"gap is {gap}; a share of 0 or more is expected.")
    options = (options or Options()).started()
    if options.solver != "highs":
        raise SolverFailure(
            f"Whole positions are searched by HiGHS alone; '{options.solver}' was asked for.",
            "Leave --solver out, or write the model with --save-mps and solve it elsewhere.",
        )
    started = time.perf_counter()
    goal: Objective = objective or district.settings.coverage.objective
    model = Model(district)
    stages = stages_of(model, goal)
    built = time.perf_counter() - started
    candidates = _candidates(model, stages, step, options)
    found = _search(model, step, candidates, stages, PROVEN if gap is None else gap, options)
    if not found:
        from optimizer.whole_refusal import whole_refusal

        raise whole_refusal(district, step, options)
    best = _finish(found, stages, PROVEN if gap is None else gap, options)
    matrix = model.lp.matrix()
    run = SolverRun(
        "highs",
        version_of("highs"),
        "branch and bound" + (", blocks" if len(best.parts) > 1 else ""),
        time.perf_counter() - started,
        built,
        matrix.shape[1],
        matrix.shape[0],
        0,
        len(best.parts),
    )
    return _plan(model, goal, stages, candidates, best, step, run)


# ---- the search --------------------------------------------------------------------------------------------------


def _candidates(model: Model, stages: list[Stage], step: float, options: Options) -> list[Candidate]:
    """Solve the LP's first stage under every stipend step and order the steps by it, the most promising first."""
    way = way_of(model.lp.matrix(), stages, options)
    try:
        if steps_of(model) == [None]:
            firsts: dict[int | None, Reached] = {None: way.first()}
        else:
            firsts = dict(feasible_steps(model, way))
    except NoPlan as error:
        from optimizer.breaking import with_first_break

        raise with_first_break(error, model) from None
    made = [
        Candidate(number, first.value, parts_of(model, stages, step, upper_of(model, number), first.point))
        for number, first in firsts.items()
    ]
    return sorted(made, key=lambda candidate: -candidate.relaxed)


def _search(
    model: Model, step: float, candidates: list[Candidate], stages: list[Stage], gap: float, options: Options
) -> list[Candidate]:
    """Search the first stage of all candidates that may still be best; returns those that have a plan."""
    found: list[Candidate] = []
    best, timeout = -np.inf, None
    left = options.left()
    ends = None if left is None else time.monotonic() + FIRST_SHARE * left
    for number, candidate in enumerate(candidates):
        if not stages[0].holds(candidate.relaxed, best) or (
            found and ends is not None and time.monotonic() >= ends
        ):
            continue
        share = None if ends is None else max(0.01, ends - time.monotonic())
        if share is not None and number + 1 < len(candidates):
            share /= 2.0  # the LP promises most of the first; what it leaves goes to the others

        def lost(candidate: Candidate = candidate, best: float = best) -> bool:
            return not stages[0].holds(candidate.bound(stages), best) or any(
                part.refused for part in candidate.parts
            )

        if len(stages) > 2:
            _start_by_blocks(model, candidate, step, options, None if share is None else share / 2.0)
        options.tell(
            f"Whole positions, stage 1 of {len(stages)}: {stages[0].name} ({len(candidate.parts):,} blocks)"
            + ("" if candidate.step is None else f", stipend step {number + 1} of {len(candidates)}")
        )
        try:
            side_by_side(candidate.parts, search_first, share, gap, options, lost)
        except SolverFailure as error:
            if not any(part.refused for part in candidate.parts):
                timeout = error
            continue
        if all(part.point is not None for part in candidate.parts):
            candidate.searched = True
            found.append(candidate)
            best = max(best, candidate.reached(stages, 0))
    if not found and timeout is not None:
        raise timeout
    return found


def _start_by_blocks(
    model: Model, candidate: Candidate, step: float, options: Options, seconds: float | None
) -> None:
    """Give the one part a first plan, found block by block, where only the objective couples the blocks."""
    free = Model(model.district, model.tree)
    stages = stages_of(free, "expected")
    relaxed = np.zeros(free.lp.matrix().shape[1])
    parts = parts_of(free, stages, step, upper_of(free, candidate.step), relaxed)
    if len(parts) == 1:
        return
    for part in parts:
        part.relaxed = -np.inf
    side_by_side(parts, start_by_dive, seconds, PROVEN, options)
    points = [part.point for part in parts]
    whole = candidate.parts[0]
    start = np.zeros(whole.matrix.shape[1])  # columns of the objective come last
    for part, point in zip(parts, points):
        if point is None:
            return
        start[part.columns] = point
    whole.point = finish(whole, start, 0, ())


def _finish(found: list[Candidate], stages: list[Stage], gap: float, options: Options) -> Candidate:
    """Go through the later stages of the best candidate, and of all that tie with it; choose as the LP does."""
    best = max(candidate.reached(stages, 0) for candidate in found)
    tied = [candidate for candidate in found if stages[0].holds(candidate.reached(stages, 0), best)]
    for number, candidate in enumerate(tied):
        left = options.left()
        options.tell(f"Whole positions, {', then '.join(stage.name for stage in stages[1:])}")
        side_by_side(
            candidate.parts, search_rest, None if left is None else left / (len(tied) - number), gap, options
        )
    if len(stages) > 2:  # coverage is a stage of its own, behind the objective
        most = max(candidate.reached(stages, 1) for candidate in tied)
        tied = [candidate for candidate in tied if stages[1].holds(candidate.reached(stages, 1), most)]
    last = len(stages) - 1
    return min(tied, key=lambda candidate: (round(candidate.reached(stages, last), 2), candidate.step or 0))


# ---- the plan ----------------------------------------------------------------------------------------------------


def _plan(
    model: Model,
    goal: Objective,
    stages: list[Stage],
    candidates: list[Candidate],
    best: Candidate,
    step: float,
    run: SolverRun,
) -> Plan:
    """Put the blocks together; no duals, because a plan in whole positions has no prices."""
    matrix = model.lp.matrix()
    results: list[Reached] = []
    held: tuple[tuple[Stage, float], ...] = ()
    for number, stage in enumerate(stages):
        point = _gather(model, best.parts, number, step)
        value = stage.value(point)
        nothing = np.full(matrix.shape[0], np.nan)
        results.append(Reached(stage, value, point, nothing, held, np.full(len(held), np.nan)))
        held = (*held, (stage, stage.bound(value)))
    value = results[0].value
    bound = max(
        candidate.bound(stages)
        for candidate in candidates
        if not any(part.refused for part in candidate.parts)
    )
    rounding = Rounding(step, candidates[0].relaxed, gap_of(-value, -max(bound, value)))
    spent, least = best.reached(stages, len(stages) - 1), best.bound(stages, len(stages) - 1)
    proven = rounding.gap <= PROVEN and all(part.proven for part in best.parts)
    notes: tuple[str, ...] = ()
    if gap_of(spent, least) > PROVEN:
        known = np.isfinite(least)
        notes = (
            f"Spending is at most ${spent - least:,.0f} above the least for this coverage; the search stopped there."
            if known
            else "The least spending for this coverage was not searched; time ran out.",
        )
    upper = upper_of(model, best.step)
    plan = plan_of(model, goal, results, run, upper, best.step, Status.OPTIMAL if proven else Status.FEASIBLE)
    certificate = None
    for result in results:
        held_matrix = matrix.replace(column_upper=upper)
        for stage, at_least in result.held:
            held_matrix = held_matrix.with_rows(stage.vector, np.array([at_least]), np.array([np.inf]))
        own = certify(held_matrix, result.stage.cost, result.point, None)
        own = dataclasses.replace(own, primal=max(own.primal, _off_whole(model, result.point, step)))
        certificate = own if certificate is None else certificate.worst(own)
    assert certificate is not None
    return dataclasses.replace(plan, certificate=certificate, rounding=rounding, notes=notes)


def _gather(model: Model, parts: list[Part], number: int, step: float) -> Array:
    """Plan of a stage over all columns, positions in FTE again."""
    counted = np.zeros(model.lp.matrix().shape[1])
    for part in parts:
        counted[part.columns] = part.points[number]
    return counted * steps_per_column(model, step)


def _off_whole(model: Model, point: Array, step: float) -> float:
    """How far positions are from multiples of the step and launches from 0 or 1, relative to their size."""
    counted = point / steps_per_column(model, step)
    whole = np.concatenate([model.q.index.ravel(), model.o.index.ravel()])
    values = counted[whole[whole >= 0]]
    return float((np.abs(values - np.round(values)) / (1.0 + np.abs(values))).max(initial=0.0))
