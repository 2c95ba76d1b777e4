"""Choices for a board: plans near the best one that differ as much as possible, or move the fewest people.

Modelling to generate alternatives: coverage may fall by a share, and among all plans that keep that much the next one
is as far as possible from all those found so far. The distance of two plans is the sum of |positions needed| that
differ, over schools, roles and nodes (`models.alternatives.distance`); the largest least distance is a convex problem
turned upside down, so it is climbed: a distance is at least s · (needed − needed of the other) for any signs s, the LP
that maximises the least of these never loses ground, and the signs are then read anew, until nothing is gained. The
climbs start from the plans with most and least of every role, most of every team model, and most of mixed wishes (one
school more teachers, another fewer; drawn once, always the same). The distance reached is that of the best climb, not
proven to be the largest there is.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.alternatives import Alternatives, named
from models.district import District
from models.plan import Plan
from models.settings import Objective
from optimizer.near_best import Held, NearBest
from optimizer.objectives import Stage
from optimizer.solving import solve
from optimizer.staging import Options, Reached

Array = NDArray[np.float64]

MIXED = 8  # starts of mixed wishes
CLIMBS = 4  # starts that are climbed for each alternative
ROUNDS = 5  # LPs of one climb at most
GAINED = 1e-3  # relative; a climb that gains less has ended
GIVEN = 1e-3  # share of the distance that least spending may give up
ALIKE = 0.05  # FTE a year; plans that are nearer than this are one choice to a board
TRACE = 1e-6  # share of the fewest moves, and FTE, that least spending may give up


def alternatives(
    district: District,
    count: int,
    within: float = 0.01,
    *,
    fewest: bool = False,
    objective: Objective | None = None,
    options: Options | None = None,
    best: Plan | None = None,
) -> Alternatives:
    """Find the best plan and plans near it that differ as much as possible in the positions they need.

    Parameters
    ----------
    district
        The question.
    count
        Alternatives to find; fewer are returned where no further plan differs.
    within
        How far the objective and the coverage may be below the best plan's, as a share of them.
    fewest
        Find the plan of the fewest staffing moves as well.
    objective, options
        As in `solve`.
    best
        The best plan, if it is known already.

    Raises
    ------
    NoPlan, SolverFailure, Interrupted
        As `solve`.
    ValueError
        When the count is negative or the share is not between 0 and 1.

    """
    if count < 0:
        raise ValueError(f"count is {count}; 0 or more alternatives are expected.")
    if not 0 <= within <= 1:
        raise ValueError(f"within is {within}; a share between 0 and 1 is expected.")
    options = (options or Options()).started()
    best = best or solve(district, objective, options=options)
    room = NearBest(best, within, options)
    plans = [best]
    if count:
        search = _Search(room)
        for number in range(1, count + 1):
            options.tell(f"Alternative {number} of {count}")
            plan = search.next()
            if plan is None:
                break
            plans.append(plan)
    moved = _fewest(room) if fewest else None
    return named(plans, moved, within)


def fewest_moves(
    district: District,
    within: float = 0.01,
    *,
    objective: Objective | None = None,
    options: Options | None = None,
    best: Plan | None = None,
) -> Plan:
    """Find the plan near the best one that asks for the fewest staffing moves, then costs least.

    A move is one FTE hired, laid off, or changed to another role (with district mobility: or school) of its pool; the
    moves of every node count with its probability. The other parameters and errors are those of `alternatives`.
    """
    found = alternatives(district, 0, within, fewest=True, objective=objective, options=options, best=best)
    return found.plans[-1]


def _fewest(room: NearBest) -> Plan:
    """Fewest moves: what roles gain counts people hired or changed; layoffs come on top."""
    room.options.tell("Fewest moves")
    started = time.perf_counter()
    model = room.model
    weight = room.model.tree.probability
    cost = model.lp.expression([("n", weight, room.up), ("n", weight, model.l)])
    stage = Stage("moves", cost, 1.0, 1.0)
    session = room.session(room.held)
    reached = room.reached(stage, room.solve(session, cost), room.held)
    stage = dataclasses.replace(stage, give=TRACE * (1.0 + reached.value))
    session.hold(stage.vector, stage.bound(reached.value))
    held = (*room.held, (stage, stage.bound(reached.value)))
    return _timed(room.cheapest(session, [reached], held), started)


def _timed(plan: Plan, started: float) -> Plan:
    return dataclasses.replace(
        plan, solver=dataclasses.replace(plan.solver, seconds=time.perf_counter() - started)
    )


@dataclass(frozen=True, eq=False)
class _Corner:
    """A plan of the room: the positions it needs (axes srn, without what stays outside all teams), and its basis."""

    needed: Array
    basis: Any = None


class _Search:
    """The plans found, and the corners of the room from which climbs start."""

    def __init__(self, room: NearBest) -> None:
        self.room = room
        self.found = [self._needed_of(room.best.values["x"])]
        self.session = room.session(room.held)
        self.starts = self._corners()

    def _needed_of(self, x: Array) -> Array:
        return np.asarray(np.einsum("mr,sgmn->srn", self.room.model.a, x))

    def _needed_at(self, point: Array) -> Array:
        return self._needed_of(self.room.model.lp.values("x", point))

    def _corners(self) -> list[_Corner]:
        """Plans with most and least of every role, most of every team model, and most of mixed wishes."""
        room, model = self.room, self.room.model
        yearly = room.yearly
        costs = []
        for r in np.flatnonzero((model.a > 0).any(axis=0)):
            role = model.lp.expression([("mn", np.outer(model.a[:, r], yearly), model.x)])
            costs += [role, -role]
        names = np.array(model.district.team_models.team_model)
        for name in dict.fromkeys(names):
            chosen = (names == name).astype(float)
            costs.append(-model.lp.expression([("mn", np.outer(chosen, yearly), model.x)]))
        draw = np.random.default_rng(0)  # the same wishes every time: the same question has the same answer
        for _ in range(MIXED):
            wishes = draw.choice([-1.0, 1.0], size=model.q.index.shape[:2])[:, :, None] * yearly
            costs.append(model.lp.expression([("mr", model.a, model.x)], "srn", wishes))
        corners = []
        for number, cost in enumerate(costs):
            solution = room.solve(self.session, cost, again=number > 0)
            assert solution.point is not None
            corners.append(
                _Corner(self._needed_at(solution.point), self.session.basis if room.warm else None)
            )
        return corners

    def apart(self, corner: _Corner) -> float:
        """Least distance from the plans found."""
        return min(
            float((np.abs(corner.needed - other).sum(axis=(0, 1)) * self.room.yearly).sum())
            for other in self.found
        )

    def next(self) -> Plan | None:
        """Climb from the farthest corners and finish the farthest plan with least spending; `None` if all are alike."""
        started = time.perf_counter()
        ranked = sorted(self.starts, key=self.apart, reverse=True)
        far = max((self._climb(start) for start in ranked[:CLIMBS]), key=self.apart)
        if self.apart(far) <= ALIKE:
            return None
        plan = self._finish(far)
        self.found.append(self._needed_of(plan.values["x"]))
        return _timed(plan, started)

    def _rows(self, corner: _Corner) -> Held:
        """Rows apart ≤ s · (needed − needed of each plan found), with the signs of the corner."""
        model, rows = self.room.model, []
        for number, other in enumerate(self.found):
            signs = np.where(corner.needed >= other, 1.0, -1.0) * self.room.yearly
            vector = model.lp.expression([("mr", model.a, model.x)], "srn", signs)
            vector[self.room.apart.index] -= 1.0
            rows.append((Stage(f"apart from {number}", -vector, -1.0, 1.0), float((signs * other).sum())))
        return tuple(rows)

    def _farthest(self, corner: _Corner) -> tuple[Any, Reached]:
        """One LP of a climb: the largest least distance as the signs of the corner measure it, and its session.

        The corner itself satisfies all rows, so that primal simplex may start from its basis.
        """
        room, rows = self.room, self._rows(corner)
        cost = np.zeros(room.matrix.shape[1])
        cost[room.apart.index] = -1.0
        held = (*room.held, *rows)
        if room.warm:
            session = self.session
            session.start_from(corner.basis)
            for stage, at_least in rows:
                session.hold(stage.vector, at_least)
        else:
            session = room.session(held)
        solution = room.solve(session, cost, again=True)
        return session, room.reached(Stage("apart", cost, -1.0, 1.0), solution, held)

    def _leave(self, rows: int) -> None:
        """Take the rows of a climb out of the session that all climbs share."""
        if self.room.warm:
            self.session.drop(rows)

    def _climb(self, corner: _Corner) -> _Corner:
        at = self.apart(corner)
        for _ in range(ROUNDS):
            _, reached = self._farthest(corner)
            self._leave(len(self.found))
            better = _Corner(self._needed_at(reached.point), corner.basis)
            gained = self.apart(better) - at
            if gained <= GAINED * max(at, ALIKE):
                break
            corner, at = better, at + gained
        return corner

    def _finish(self, corner: _Corner) -> Plan:
        """Hold almost all of the distance, then spend least."""
        session, reached = self._farthest(corner)
        stage = dataclasses.replace(reached.stage, give=GIVEN * reached.value)
        session.hold(stage.vector, stage.bound(reached.value))
        plan = self.room.cheapest(session, [reached], (*reached.held, (stage, stage.bound(reached.value))))
        self._leave(len(self.found) + 1)
        return plan
