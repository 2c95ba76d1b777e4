"""Settings one step looser, each answered by solving the first stage again: for what acts through more than one side."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.district import District
from models.explanation import Question
from models.settings import Objective
from optimizer.resolving import Resolver
from optimizer.staging import Options

POINT = 0.01  # one percentage point


@dataclass(frozen=True)
class _Share:
    """A setting that is a share: which way loosens it, and its words."""

    section: str
    key: str
    words: str
    looser: float = POINT
    least: float = 0.0
    most: float = 1.0


SHARES = (
    _Share("leaders", "eligible_share", "one percentage point more of the teachers eligible to lead"),
    _Share("leaders", "max_leader_share", "leaders allowed one percentage point more of a school's teachers"),
    _Share("launch", "startup_max_share", "start-up spending allowed one percentage point more of funding"),
    _Share("launch", "turnover", "one percentage point less turnover of trained staff", -POINT),
    _Share("technology", "max_share", "recurring technology allowed one percentage point more of funding"),
    _Share(
        "coverage",
        "max_growth_per_year",
        "teams allowed to grow by one percentage point more of a school a year",
    ),
    _Share("coverage", "min_school_share", "a coverage floor one percentage point lower", -POINT),
    _Share(
        "staff",
        "max_position_loss_share",
        "schools allowed to lose one percentage point more of their positions",
    ),
    _Share(
        "staff", "min_adults_per_100_pupils", "0.1 fewer adults required for 100 pupils", -0.1, most=np.inf
    ),
    _Share("funding", "reserve_max_share", "a reserve allowed one percentage point more of funding"),
    _Share("funding", "max_transfer_share", "transfers allowed one percentage point more of funding"),
)


def questions(district: District, objective: Objective, value: float, options: Options) -> list[Question]:
    """Answer every question that the district's settings raise; `value` is the first stage's value today.

    Gains are in covered pupils of the first stage. The pupils do not change, so the scale is the same throughout.
    """
    answers = []
    resolver = Resolver(district, objective, options)
    scale = resolver.scale
    for question, variant in _variants(district):
        options.tell(f"What if: {question.words}")
        if variant is None:
            answers.append(question)
            continue
        reached = resolver.value(variant)
        # a looser district keeps every plan; only the solver's tolerance could say otherwise
        if reached is None:
            continue
        gain = max(0.0, (reached - value) * scale)
        answers.append(dataclasses.replace(question, gain=gain if gain > 1e-6 * scale else 0.0))
    return answers


def _variants(district: District) -> Iterator[tuple[Question, District | None]]:
    yield from _class_sizes(district)
    yield from _stipends(district)
    for share in SHARES:
        now = getattr(getattr(district.settings, share.section), share.key)
        if now is None:
            continue
        after = round(float(np.clip(now + share.looser, share.least, share.most)), 10)
        if after == now:
            continue
        words = share.words
        question = Question(f"{share.section}.{share.key}", words, float(now), after, 0.0)
        yield question, district.with_settings(**{share.section: {share.key: after}})


def _class_sizes(district: District) -> Iterator[tuple[Question, District | None]]:
    """Yield one more pupil a teacher for each band: it acts by admitting patterns, so no dual tells its worth."""
    bands = district.bands
    for g in np.flatnonzero(district.enrollment.sum(axis=0) > 0):
        limit = float(bands.max_pupils_per_teacher[g])
        limits = bands.max_pupils_per_teacher.copy()
        limits[g] = limit + 1.0
        words = f"one more pupil allowed per teacher in {bands.label[g]}"
        looser = district.replace(bands=dataclasses.replace(bands, max_pupils_per_teacher=limits))
        question = Question("grade_bands.max_pupils_per_teacher", words, limit, limit + 1.0, 0.0)
        admitted = np.flatnonzero(looser.admitted[:, g] & ~district.admitted[:, g])
        if admitted.size:
            names = ", ".join(district.team_models.id[m] for m in admitted)
            yield dataclasses.replace(question, note=f"admits {names}"), looser
            continue
        waiting = district.class_load[district.team_models.listed[:, g] & ~district.admitted[:, g]]
        waiting = waiting[np.isfinite(waiting)]
        note = "it admits no further pattern"
        if waiting.size:
            note += f"; the next one needs a limit of {np.ceil(waiting.min() * 10 - 1e-6) / 10:g}"
        yield dataclasses.replace(question, note=note), None


def _stipends(district: District) -> Iterator[tuple[Question, District | None]]:
    """Yield the next step of the schedule above the highest stipend allowed, and below the lowest."""
    leaders, schedule = district.settings.leaders, np.sort(district.stipends.stipend)
    if leaders.stipend_max is not None:
        above = schedule[schedule > leaders.stipend_max]
        if above.size:
            yield (
                Question("leaders.stipend_max", f"a stipend of ${above[0]:,.0f} allowed", leaders.stipend_max, float(above[0]), 0.0),
                district.with_settings(leaders={"stipend_max": float(above[0])}),
            )  # fmt: skip
    if leaders.stipend_min is not None:
        below = schedule[schedule < leaders.stipend_min]
        if below.size:
            yield (
                Question("leaders.stipend_min", f"a stipend of ${below[-1]:,.0f} allowed", leaders.stipend_min, float(below[-1]), 0.0),
                district.with_settings(leaders={"stipend_min": float(below[-1])}),
            )  # fmt: skip
