"""Sections 5 and 6: the objectives as stages, least spending, and one stipend for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.reference.design import Design
from tests.reference.program import total
from tests.reference.question import Question

HELD = 1e-6  # a later stage may give up this much of an earlier one, on the 0..1 scale
TIE_BREAK = 1e-4  # $ a dollar, and $ a seat and year; far below any price, far above the solver's tolerance


@dataclass
class Answer:
    """What the reference found; `values` holds every variable of the final plan by its name and indices."""

    status: str
    objective: float = float("nan")  # the value of the first stage
    coverage: float = float("nan")  # the value of the stage `expected`
    spending: float = float("nan")
    step: float | None = None  # the stipend of a uniform plan
    stipend: float | None = None  # average over all leaders and nodes
    by_scenario: dict[str, float] = field(default_factory=dict)
    by_school: dict[str, float] = field(default_factory=dict)
    values: dict[tuple, float] = field(default_factory=dict)


class Stages(Design):
    """Section 5 on top of the rules."""

    def expected(self) -> dict[tuple, float]:
        """Expected need-weighted share of pupils covered."""
        q = self.q
        pupils = sum(q.nodes[n].p * q.omega[s] * q.E[s, n] for s in q.S for n in q.N)
        return total(*((q.nodes[n].p * q.omega[s] / pupils, self.covered(s, n)) for s in q.S for n in q.N))

    def scenario(self, c: str) -> dict[tuple, float]:
        """Need-weighted share of pupils covered along a scenario's path."""
        q = self.q
        pupils = sum(q.omega[s] * q.E[s, n] for s in q.S for n in q.path[c])
        return total(*((q.omega[s] / pupils, self.covered(s, n)) for s in q.S for n in q.path[c]))

    def school(self, s: str) -> dict[tuple, float]:
        """Expected share of a school's pupils covered."""
        q = self.q
        pupils = sum(q.nodes[n].p * q.E[s, n] for n in q.N)
        return total(*((q.nodes[n].p / pupils, self.covered(s, n)) for n in q.N))

    def expected_spending(self) -> tuple[float, dict[tuple, float]]:
        """Expected spending in first-year dollars, as its constant and its terms."""
        q, constant, parts = self.q, 0.0, []
        for s in q.S:
            for n in q.N:
                fixed, terms = self.spending(s, n)
                constant += q.nodes[n].p * q.discount[n] * fixed
                parts.append((q.nodes[n].p * q.discount[n], terms))
        return constant, total(*parts)

    def tie_breaks(self) -> dict[tuple, float]:
        """Dollars transferred out, grant dollars used, and seats bought times the years still to come."""
        q, lp, terms = self.q, self.lp, {}
        for s in q.S:
            for n in q.N:
                p, node = q.nodes[n].p, q.nodes[n]
                terms[lp.add("gift", s, n)] = p
                for v in q.V:
                    terms[lp.add("b", s, v, n)] = p * (q.years - node.year)
                if q.pool == "district":
                    terms[lp.add("out", s, n)] = p
        return terms

    def answer(self, objective: str) -> Answer:
        """Solve stage by stage: the objective, then coverage, then least spending."""
        q, lp = self.q, self.lp
        least, extra = None, []
        with_pupils = [s for s in q.S if q.today[s] > 0]
        if objective != "expected":
            least = lp.add("least")
            parts = (
                [self.scenario(c) for c in q.path]
                if objective == "worst_case"
                else [self.school(s) for s in with_pupils]
            )
            extra += [("least", total((1, part), (-1, {least: 1.0})), 0, np.inf) for part in parts]
        stages = [{least: 1.0}] if least else []
        stages.append(self.expected())
        reached = []
        for stage in stages:
            status, value, _ = lp.solve(total((-1, stage)), extra)
            if status != "optimal":
                return Answer(status)
            reached.append(-value)
            extra = [*extra, ("held", stage, -value - HELD, np.inf)]
        constant, cost = self.expected_spending()
        status, _, values = lp.solve(total((1, cost), (TIE_BREAK, self.tie_breaks())), extra)
        if status != "optimal":
            return Answer(status)

        def worth(terms: dict[tuple, float]) -> float:
            return sum(value * values[name] for name, value in terms.items())

        paid = leaders = 0.0
        for s in q.S:
            for n in q.N:
                for t in self.steps:
                    leaders += q.nodes[n].p * q.tau[t] * values["lam", s, t, n]
                    paid += q.nodes[n].p * q.sigma[t] * q.tau[t] * values["lam", s, t, n]
        return Answer(
            "optimal",
            reached[0],
            reached[-1],
            constant + worth(cost),
            stipend=paid / leaders if leaders > 1e-7 else None,
            by_scenario={c: worth(self.scenario(c)) for c in q.path},
            by_school={s: worth(self.school(s)) for s in with_pupils},
            values=values,
        )


def solve(
    folder: Path | str, objective: str | None = None, policy: str | None = None, whole: float | None = None
) -> Answer:
    """Solve a district folder; `objective` and `policy` override its settings, `whole` rounds positions."""
    q = Question(folder)
    objective, policy = objective or q.objective, policy or q.policy
    if policy == "by_school":
        return Stages(q, whole=whole).answer(objective)
    found: list[Answer] = []
    for t in range(len(q.sigma)):
        answer = Stages(q, only_step=t, whole=whole).answer(objective)
        if answer.status == "optimal":
            answer.step = q.sigma[t]
            found.append(answer)
    if not found:
        return Answer("infeasible")
    best = max(answer.objective for answer in found)
    found = [answer for answer in found if answer.objective >= best - HELD]
    best = max(answer.coverage for answer in found)
    found = [answer for answer in found if answer.coverage >= best - HELD]
    return min(found, key=lambda answer: answer.spending)
