"""The plans near the best one as a model: its rules, and every stage held within a share of what the best plan reaches."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.plan import Plan, RulePrices, SolverRun
from models.status import Status
from optimizer.formulation import Model
from optimizer.objectives import Stage, spending_vector, stages_of
from optimizer.pairing import values_of
from optimizer.solution import Solution
from optimizer.solving import certificate_of, upper_of
from optimizer.staging import Options, Reached, make_session, whole_method
from optimizer.variable import Variable

Array = NDArray[np.float64]
Held = tuple[tuple[Stage, float], ...]

OURS = ("up", "apart", "moved")  # blocks that only the search needs; no plan shows them


class NearBest:
    """All plans whose objective and coverage are at most a share `within` below those of the best plan.

    Attributes
    ----------
    model : the district's model, with two further blocks: `up[s,r,n]`, positions that a role gains over who is left of
        the year before, and `apart`, a distance
    held : the stages of the best plan that are held, with the right sides of their rows
    spending : the last stage

    """

    def __init__(self, best: Plan, within: float, options: Options) -> None:
        self.best, self.options = best, options
        self.model = Model(best.district, best.tree)
        self.up = self._count_moves()
        self.apart = self.model.lp.variable("apart", "", unit="FTE")
        stages = stages_of(self.model, best.objective)  # type: ignore[arg-type]
        self.spending = stages[-1]
        self.held: Held = tuple(
            (stage, stage.bound(best.stages[stage.name] * (1.0 - within))) for stage in stages[:-1]
        )
        step = None
        if best.stipend_step is not None:
            step = int(np.flatnonzero(self.model.p.sigma == best.stipend_step)[0])
        self.matrix = self.model.lp.matrix().replace(column_upper=upper_of(self.model, step))

    def _count_moves(self) -> Variable:
        """Add up ≥ q − (1 − attrition) q at the parent, with today's staff before the root."""
        model = self.model
        up = model.lp.variable("up", "srn", unit="FTE")
        staying = 1.0 - model.district.roles.attrition_rate  # r
        before = np.einsum("r,sr,n->srn", staying, model.district.staff.fte, model.tree.is_root)
        terms = [(1, up), (-1, model.q), ("r", staying, model.q.at_parent())]
        model.lp.rule("moved", "srn", terms, at_least=-before)
        return up

    @property
    def yearly(self) -> Array:
        """Weight of a node in an average year, axis n."""
        return np.asarray(self.model.tree.probability / self.model.tree.years)

    def session(self, held: Held) -> Any:
        """Open a session that holds these stages."""
        session = make_session(self.matrix, self.options)
        for stage, at_least in held:
            session.hold(stage.vector, at_least)
        return session

    @property
    def warm(self) -> bool:
        """Whether runs start from the basis of an earlier one: simplex of HiGHS, in a model it suits."""
        return self.options.solver == "highs" and self.method == "simplex"

    @property
    def method(self) -> str:
        """Method of a run from nothing."""
        if self.options.method in ("auto", "blocks", "prices"):
            return whole_method(self.matrix)
        return self.options.method

    def solve(self, session: Any, cost: Array, *, again: bool = False) -> Solution:
        """Minimise in a session; `again` when there is a basis that still satisfies all rows, or nearly all."""
        method = "primal" if again and self.warm else self.method
        solution: Solution = session.minimise(cost, method=method, interruptible=True)
        solution.require("the plans near the best one")
        return solution

    def cheapest(self, session: Any, reached: list[Reached], held: Held) -> Plan:
        """Finish: least spending in a session that holds everything so far, as a plan with its certificate."""
        solution = self.solve(session, self.spending.cost, again=True)
        results = [*reached, self.reached(self.spending, solution, held)]
        return self._plan(results)

    def reached(self, stage: Stage, solution: Solution, held: Held) -> Reached:
        """Read a stage from a solution."""
        point, row_dual, _ = solution.require("the plans near the best one")
        point = np.clip(point, self.matrix.column_lower, self.matrix.column_upper)
        rows = self.matrix.shape[0]
        return Reached(
            stage, stage.value(point), point, row_dual[:rows], held, row_dual[rows:], solution.iterations
        )

    def _plan(self, results: list[Reached]) -> Plan:
        """Read the last stage as a plan; no prices, because its duals are not those of the coverage."""
        model, lp, final = self.model, self.model.lp, results[-1]
        point, matrix = final.point, self.matrix
        cost, fixed = spending_vector(model)
        stages = {stage.name: stage.value(point) for stage, _ in self.held}
        activity = matrix.A @ point
        slack = np.minimum(activity - matrix.row_lower, matrix.row_upper - activity)
        nothing = np.full(matrix.shape[0], np.nan)
        run = self.best.solver
        return Plan(
            district=model.district,
            tree=model.tree,
            status=Status.OPTIMAL,
            objective=self.best.objective,
            coverage=stages["expected"],
            stages=stages | {self.spending.name: final.value},
            spending=float(np.pad(cost, (0, point.size - cost.size)) @ point) + fixed,
            values={name: block for name, block in values_of(self.model, point).items() if name not in OURS},
            prices={
                name: RulePrices(block.axes, lp.of_rule(name, nothing), lp.of_rule(name, slack))
                for name, block in lp.rules.items()
                if name not in OURS
            },
            certificate=certificate_of(matrix, results),
            solver=SolverRun(
                run.name,
                run.version,
                self.method,
                0.0,
                run.build_seconds,
                matrix.shape[1],
                matrix.shape[0],
                sum(result.iterations for result in results),
            ),
            stipend_step=self.best.stipend_step,
        )
