"""The planner's questions by brute force: independent solves of the reference, which shares no code with the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from datafiles.folder import write_district
from models.district import District
from models.plan import Plan
from tests.reference.program import total
from tests.reference.question import Question
from tests.reference.stages import Stages

Adds = Callable[["Under"], None]


class Under(Stages):
    """The reference's program with other funding; shares of hiring cost stay at uncut funding."""

    def spending(self, s, n):
        cut, self.q.F = self.q.F, self.q.uncut
        try:
            return super().spending(s, n)
        finally:
            self.q.F = cut


class Brute:
    """One district, asked again and again from nothing."""

    def __init__(self, district: District, folder: Path) -> None:
        write_district(district, folder, force=True)
        self.district, self.folder = district, folder

    def question(self, cut: dict[str, float] | float = 0.0, *, everywhere: bool = False) -> Question:
        """The district with its funding cut, by school or all of it, in the years that a cut strikes."""
        q = Question(self.folder)
        q.uncut = dict(q.F)
        for s in q.S:
            share = cut if isinstance(cut, float) else cut.get(s, 0.0)
            for n in q.N:
                if everywhere or q.nodes[n].year >= 2 or q.years == 1:
                    q.F[s, n] *= 1.0 - share
        return q

    def programs(self, q: Question, *adds: Adds, step: float | None = None) -> list[Under]:
        """The program of every stipend policy that the district may choose."""
        steps = [None] if q.policy == "by_school" or not q.sigma else range(len(q.sigma))
        made = []
        for t in steps:
            if step is not None and t is not None and q.sigma[t] != step:
                continue
            program = Under(q, t)
            for add in adds:
                add(program)
            made.append(program)
        return made

    def exists(
        self, cut: dict[str, float] | float, *adds: Adds, floor: bool = True, step: float | None = None
    ) -> bool:
        """Whether some plan satisfies all rules."""
        q = self.question(cut)
        if not floor:
            q.min_school_share = None
        return any(program.lp.solve({}, [])[0] == "optimal" for program in self.programs(q, *adds, step=step))

    def best(self, change: float, objective: str = "expected", *adds: Adds) -> float | None:
        """The first stage's best value with all funding × (1 + change)."""
        values = []
        for program in self.programs(self.question(-change, everywhere=True), *adds):
            q, lp, extra = program.q, program.lp, []
            goal = program.expected()
            if objective != "expected":
                least = lp.add("least")
                with_pupils = [s for s in q.S if q.today[s] > 0]
                parts = (
                    [program.scenario(c) for c in q.path]
                    if objective == "worst_case"
                    else [program.school(s) for s in with_pupils]
                )
                extra = [("least", total((1, part), (-1, {least: 1.0})), 0.0, float("inf")) for part in parts]
                goal = {least: 1.0}
            status, value, _ = lp.solve(total((-1, goal)), extra)
            if status == "optimal":
                values.append(-value)
        return max(values, default=None)


# ---- what may be added to a program -----------------------------------------------------------------------------------


def no_teams(program: Under) -> None:
    """Forbid team-taught patterns."""
    for name in program.lp.column:
        if name[0] == "x" and name[3] in program.q.team_taught:
            program.lp.upper[name] = 0.0


def hold_coverage(share: float) -> Adds:
    """Every school covers a share of its pupils in the last plan year."""

    def add(program: Under) -> None:
        q = program.q
        for s in q.S:
            for n in q.N:
                if q.nodes[n].year == q.years:
                    program.lp.rule("hold", program.covered(s, n), low=share * q.E[s, n])

    return add


def hold_adults(part: float) -> Adds:
    """Every school keeps a part of today's adults per pupil in every year."""

    def add(program: Under) -> None:
        q = program.q
        for s in q.S:
            if q.today[s] > 0:
                today = (
                    sum(q.f0[s, r] for r in q.R if q.kind[r] in ("teacher", "leader", "aide")) / q.today[s]
                )
                for n in q.N:
                    adults = program.positions(s, n, "teacher", "leader", "aide")
                    program.lp.rule("hold", adults, low=part * today * q.E[s, n])

    return add


def hold_plan(plan: Plan, share: float) -> Adds:
    """Every school covers a share of what it covers in a plan's last year, less a millionth of its pupils."""

    def add(program: Under) -> None:
        q = program.q
        for i, s in enumerate(q.S):
            for n in q.N:
                if q.nodes[n].year == q.years:
                    low = share * plan.covered[i, n] - 1e-6 * q.E[s, n]
                    program.lp.rule("hold", program.covered(s, n), low=low)

    return add


def hold_year_one(plan: Plan) -> Adds:
    """Hold every decision of year 1 at a plan's."""
    names = {"x": "x", "w": "w", "q": "q", "lam": "lam", "b": "b", "d": "d", "o": "o", "u": "gift"}
    names |= {"i": "i", "l": "l", "in": "in", "out": "out"}
    axes = {
        "x": "sgm",
        "w": "sgk",
        "q": "sr",
        "lam": "st",
        "b": "sv",
        "d": "s",
        "o": "s",
        "u": "s",
        "in": "s",
        "out": "s",
    }
    d = plan.district
    mobile = d.settings.staff.mobility == "district"
    axes |= {"i": "P" if mobile else "sP", "l": "P" if mobile else "sP"}
    keys = {
        "s": d.schools.id,
        "g": d.bands.id,
        "k": d.technology.id,
        "r": d.roles.id,
        "v": d.device_types.id,
        "P": d.roles.pools,
        "m": tuple(zip(d.team_models.team_model, d.team_models.pattern)),
        "t": tuple(range(d.steps.size)),
    }

    def add(program: Under) -> None:
        import numpy as np

        for ours, theirs in names.items():
            if ours not in plan.values:
                continue
            values = plan.values[ours]
            for where in np.ndindex(values.shape):
                n = where[-1]
                if plan.tree.parent[n] >= 0:
                    continue
                key = [keys[letter][i] for letter, i in zip(axes[ours], where)]
                if axes[ours] == "P":
                    key = [None, *key]
                name = (theirs, *key, n)
                if name in program.lp.column:
                    room = 1e-7 * (1 + abs(values[where]))
                    program.lp.rule("year one", {name: 1.0}, values[where] - room, values[where] + room)

    return add
