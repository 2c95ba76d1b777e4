"""Which rule, loosened by one step, would serve most pupils?"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass, replace

import altair as alt
from markupsafe import Markup

from models.explanation import Price
from models.plan import YEAR
from models.status import Status
from reports import shown, words
from reports.blocks import Table, say
from reports.charts.drawing import DARK, INK, Chart, Drawing, compact, data
from reports.story import Story

DEAR = {"budget", "startup_cap", "technology_cap", "reserve_cap", "startup_grant", "startup_grant.total"}
"""Rules whose right side is money; their step is $1,000."""
UNITS = {
    "growth": "one more pupil may join teams",
    "position_loss": "one more position may be lost",
    "leader_share": "one more leader allowed",
    "eligible_teachers": "one more teacher who may lead",
    "adult_floor": "one adult fewer required",
}
MOST = 10


@dataclass(frozen=True)
class Step:
    """What one step of a rule is worth: covered pupils over all plan years, at the place where it is worth most."""

    rule: str
    words: str
    gain: float


def _examined(prices: tuple[Price, ...]) -> list[Step]:
    best: dict[str, Price] = {}
    for price in prices:
        gain = price.whole if not math.isnan(price.whole) else price.more
        if price.examined and gain > 1e-6:
            known = best.get(price.rule)
            if known is None or gain > (known.whole if not math.isnan(known.whole) else known.more):
                best[price.rule] = price
    return [
        Step(
            rule,
            price.words[0].upper() + price.words[1:],
            price.whole if not math.isnan(price.whole) else price.more,
        )
        for rule, price in best.items()
    ]


def _from_duals(story: Story) -> list[Step]:
    found = []
    for rule, prices in story.plan.prices.items():
        if rule not in DEAR and rule not in UNITS:
            continue
        prices = prices.by_year(story.tree)
        strength = prices.strength
        if strength.max(initial=0.0) <= 1e-9:
            continue
        at = prices.strongest
        where = dict(zip(prices.axes, at))
        place = f" at {story.district.schools.name[where['s']]}" if "s" in where else ""
        when = f" in {story.years[where[YEAR]]}" if YEAR in where else ""
        per = 1000.0 if rule in DEAR else 1.0
        step = f"$1,000 more for {words.rule(rule)}" if rule in DEAR else UNITS[rule]
        text = f"{step}{place}{when}"
        found.append(Step(rule, text[0].upper() + text[1:], float(strength[at]) * per))
    return found


def steps(story: Story) -> list[Step]:
    """The dearest step of every rule, the most pupils first; solved again where an explanation is there.

    A plan with a hole has none: its prices say what fills the hole, not what serves pupils.
    """
    if story.plan.status is Status.SHORT:
        return []
    explanation = story.explanation
    found = (
        _examined(explanation.prices)
        if explanation is not None and explanation.prices
        else _from_duals(story)
    )
    factor = 1.0 if _in_pupils(story) else 100.0 / (story.plan.price_scale or 1.0)
    return sorted((replace(step, gain=factor * step.gain) for step in found), key=lambda step: -step.gain)


def _in_pupils(story: Story) -> bool:
    """Whether a step gains pupils; with other objectives it gains points of the share that is maximised."""
    return story.plan.objective == "expected"


def _gain(story: Story, gain: float, of: str = "") -> shown.Shown:
    return shown.some_pupils(gain, of) if _in_pupils(story) else shown.number(gain, "points", 2, of)


def _unit(story: Story) -> str:
    if _in_pupils(story):
        return "Pupils fully served, all plan years added up"
    return f"Points of {words.OBJECTIVES[story.plan.objective]}"


def draw(story: Story, width: int) -> Chart:
    """Draw a bar a rule, with its step in words above it."""
    rows = [
        {
            "name": f"{number:02d}",
            "rule": words.rule(step.rule),
            "words": step.words,
            "gain": step.gain,
            "label": _gain(story, step.gain).text,
        }
        for number, step in enumerate(steps(story)[:MOST])
    ]
    lines = 2 if compact(width) else 1
    for row in rows:
        row["words"] = "\n".join(
            textwrap.wrap(str(row["words"]), 50 if compact(width) else 110, max_lines=lines, placeholder=" …")
        )
    top = max(row["gain"] for row in rows) * 1.12
    x = alt.X(
        "gain:Q",
        axis=alt.Axis(title=_unit(story), tickCount=4 if compact(width) else 8),
        scale=alt.Scale(domain=[0, top], nice=False),
    )
    base = alt.Chart(data(rows), height=(34 + 14 * lines) * len(rows)).encode(
        y=alt.Y("name:N", sort=None, axis=None)
    )
    bars = base.mark_bar(color=DARK, height=12, yOffset=5 + 7 * lines).encode(x=x)
    figure = base.mark_text(align="left", dx=6, dy=5 + 7 * lines, color=INK, fontWeight="bold").encode(
        x=x, text="label:N"
    )
    text = base.mark_text(
        align="left",
        dy=-10,
        lineBreak="\n",
        baseline="middle",
        color=INK,
        fontSize=11 if compact(width) else 12,
    ).encode(x=alt.value(0), text="words:N")
    return alt.layer(bars, figure, text)


def table(story: Story) -> Table:
    """The dearest step of every rule."""
    rows = [
        [step.words, words.rule(step.rule), _gain(story, step.gain, f"price.{step.rule}")]
        for step in steps(story)
    ]
    return Table(
        f"What one step of a rule is worth, at the place where it is worth most ({_unit(story)[0].lower()}{_unit(story)[1:]})",
        ["Step", "Rule", "Pupils" if _in_pupils(story) else "Points"],
        rows,
    )


def summary(story: Story) -> Markup:
    """Say how to read a step."""
    text = (
        "Each bar is one small step at one school in one year; steps differ in kind and cost, so bars show"
        " where to look, not what to do."
    )
    return say(text)


DRAWING = Drawing(
    "prices",
    "Which rule, loosened by one step, would serve most pupils?",
    "One step of each rule, at the school and year where it is worth most.",
    "",
    draw,
    table,
    summary,
    lambda story: bool(steps(story)),
    ("explanation",),
)
