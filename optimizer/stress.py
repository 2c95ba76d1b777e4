"""How far can funding fall? The deepest cut of the district and of every school, and the cut ladder."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from models.district import District
from models.errors import InputError, NoPlan
from models.plan import Plan
from models.preset import Preset
from models.resilience import Absorbed, Resilience
from optimizer.absorption import Absorption, Case
from optimizer.ladder import LADDER, preset_rungs, rungs
from optimizer.solving import solve
from optimizer.staging import Options

HELD = {"quarter": 0.25, "half": 0.5, "all": 1.0}
SLACK = (
    1e-6  # of a school's pupils: what holding a plan's own coverage gives up, so that the plan itself passes
)


def stress(
    district: District,
    *,
    hold_coverage: float | None = None,
    hold_adults: float | None = None,
    surprise: bool = False,
    by_school: bool = True,
    cuts: Sequence[float] = LADDER,
    presets: Sequence[Preset] = (),
    options: Options | None = None,
) -> Resilience:
    """Find the deepest cut of funding, announced in year 1 and in force from year 2 on, that leaves a plan.

    In a plan of one year it strikes that year. A cut is a share of funding, 0 to 1; `None` where there is no plan
    even without a cut. Every figure comes from a linear program with the cut as its variable (formulation, section 7).

    Parameters
    ----------
    district
        The question.
    hold_coverage
        Share of its pupils that every school covers in the last plan year; holds with every pattern, not for
        traditional classrooms.
    hold_adults
        Part of today's teachers, leaders and aides per pupil that every school keeps in every year.
    surprise
        The cut is announced after year 1: every decision of year 1 is held at the optimal plan (at the best
        traditional plan where only traditional classrooms are allowed). Trained places and money left unspent at the
        end of year 1 follow from those decisions and the rules.
    by_school
        Also the deepest cut of each school while the others keep their funding; with pooled money or people each
        takes a solve of its own.
    cuts
        Rungs of the cut ladder, as shares.
    presets
        Sourced shocks to plan for as well, from `datafiles.presets`.
    options
        Time limit and progress; the solver is HiGHS.

    Raises
    ------
    InputError
        A share that is none.
    SolverFailure, Interrupted
        As in `solve`.

    """
    _check(hold_coverage, hold_adults, cuts)
    started = time.perf_counter()
    options = (options or Options()).started()
    plan = _plan(district, options)
    program = Absorption(district, options)
    p = program.model.p
    coverage = None if hold_coverage is None else hold_coverage * p.E
    adults = None
    if hold_adults is not None:
        today = district.staff.fte @ program.model.adult
        with np.errstate(divide="ignore", invalid="ignore"):
            a_pupil = np.where(p.E0 > 0, today / p.E0, 0.0)
        adults = hold_adults * a_pupil[:, None] * p.E
    cases = {
        "bare.all": Case(by_school=by_school),
        "bare.traditional": Case(teams=False, by_school=by_school),
    }
    if plan is not None:
        for name, share in HELD.items():
            held = share * plan.covered - SLACK * p.E
            cases[f"held.{name}"] = Case(coverage=held, by_school=False)
    asked = coverage is not None or adults is not None or surprise
    traditional = _plan(without_teams(district), options) if surprise else None
    if asked and (plan is not None or not surprise):
        year_one = plan if surprise else None
        cases["all"] = Case(coverage=coverage, adults=adults, year_one=year_one, by_school=by_school)
    if asked and (traditional is not None or not surprise):
        cases["traditional"] = Case(teams=False, adults=adults, year_one=traditional, by_school=by_school)
    answers = dict(zip(cases, program.deepest(list(cases.values()))))
    none = Absorbed(None, dict.fromkeys(district.schools.id))
    bare = {patterns: answers[f"bare.{patterns}"] for patterns in ("all", "traditional")}
    first = 1 if program.model.tree.years > 1 else 0
    return Resilience(
        district=district.name,
        cut={patterns: answers.get(patterns, none) for patterns in bare} if asked else bare,
        bare=bare,
        held={name: answers.get(f"held.{name}", Absorbed(None)) for name in HELD},
        hold_coverage=hold_coverage,
        hold_adults=hold_adults,
        surprise=surprise,
        coverage=None if plan is None else plan.coverage,
        ladder=rungs(district, plan, tuple(cuts), options),
        presets=preset_rungs(district, plan, tuple(presets), options),
        years=(district.year_names[first], district.year_names[-1]),
        solves=program.solves,
        cold=program.cold,
        seconds=time.perf_counter() - started,
        notes=_notes(district, bare),
    )


def without_teams(district: District) -> District | None:
    """The district with classrooms of one teacher alone and no coverage floor; `None` where a band has no such pattern."""
    from dataclasses import replace

    models = district.team_models
    single = replace(models, listed=models.listed & ~models.team_taught[:, None])
    try:
        return district.replace(team_models=single).with_settings(coverage={"min_school_share": None})
    except InputError:
        return None


def _plan(district: District | None, options: Options) -> Plan | None:
    if district is None:
        return None
    try:
        return solve(district, options=options)
    except NoPlan:
        return None


def _notes(district: District, bare: dict[str, Absorbed]) -> tuple[str, ...]:
    names = dict(zip(district.schools.id, district.schools.name))
    words = {
        "all": "No plan exists even without a cut",
        "traditional": "Traditional classrooms alone leave no plan",
    }
    notes = []
    for patterns, absorbed in bare.items():
        if absorbed.district is None:
            where = ", ".join(names[school] for school in absorbed.without_plan[:5])
            more = f" and {len(absorbed.without_plan) - 5} more" if len(absorbed.without_plan) > 5 else ""
            notes.append(f"{words[patterns]}{f' (at {where}{more})' if where else ''}.")
    return tuple(notes)


def _check(hold_coverage: float | None, hold_adults: float | None, cuts: Sequence[float]) -> None:
    if hold_coverage is not None and not 0 <= hold_coverage <= 1:
        raise InputError(
            f"Coverage cannot be held at {hold_coverage:g}.", "Give a share from 0 to 1, for example 0.5."
        )
    if hold_adults is not None and not 0 <= hold_adults <= 10:
        raise InputError(
            f"Adults cannot be held at {hold_adults:g} times today's.",
            "Give a part of today's, for example 0.9.",
        )
    for cut in cuts:
        if not 0 <= cut <= 1:
            raise InputError(
                f"A cut of {cut:g} is none.", "A rung is a share from 0 to 1; a cut of 7 % is 0.07."
            )
