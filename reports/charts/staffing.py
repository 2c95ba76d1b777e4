"""Who becomes what? Today's people on the left, the plan's first-year positions on the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from markupsafe import Markup

from models.comparison import Comparison
from reports import shown, words
from reports.blocks import Table, say
from reports.charts.drawing import ACCENT, DARK, INK, LIGHT, MID, Chart, Drawing, apart, compact, data
from reports.figures import count
from reports.story import Story

HIRED, LEFT, LAID_OFF = "Newly hired", "Leave of themselves", "Laid off"
SMALL = 0.05  # FTE; smaller flows are left out of the picture and stand in the table
GAP = 0.035  # between two stacks, as a part of the whole height
CURVE = 24  # places along a ribbon


@dataclass(frozen=True)
class Flow:
    """People who go from one role to another, over all schools."""

    before: str
    after: str
    fte: float
    how: str


def _comparison(story: Story) -> Comparison:
    assert story.comparison is not None
    return story.comparison


def flows(story: Story) -> list[Flow]:
    """Sum the staffing moves of the plan's first year by role; those who keep their role come first."""
    comparison, district = _comparison(story), story.district
    labels = list(words.roles(district).values())
    moves, today = comparison.moves, district.staff.fte
    left, laid_off, hired = moves.left.sum(axis=0), moves.laid_off.sum(axis=0), moves.hired.sum(axis=0)
    changed = np.zeros((len(labels), len(labels)))
    for pairs in (moves.converted, moves.moved):
        np.add.at(changed, (pairs.from_role, pairs.to_role), pairs.fte)
    between = changed.copy()
    np.fill_diagonal(between, 0.0)
    stay = today.sum(axis=0) - left - laid_off - between.sum(axis=1)
    found = [Flow(labels[r], labels[r], float(stay[r]), "stay") for r in range(len(labels))]
    found += [
        Flow(labels[a], labels[b], float(between[a, b]), "converted") for a, b in np.argwhere(between > 0)
    ]
    found += [Flow(labels[r], LEFT, float(left[r]), "left") for r in range(len(labels))]
    found += [Flow(labels[r], LAID_OFF, float(laid_off[r]), "laid_off") for r in range(len(labels))]
    found += [Flow(HIRED, labels[r], float(hired[r]), "hired") for r in range(len(labels))]
    return [flow for flow in found if flow.fte > 1e-6]


def _stack(story: Story, drawn: list[Flow]) -> tuple[list[str], list[str]]:
    labels = list(words.roles(story.district).values())
    before = [name for name in (*labels, HIRED) if any(flow.before == name for flow in drawn)]
    after = [name for name in (*labels, LEFT, LAID_OFF) if any(flow.after == name for flow in drawn)]
    return before, after


def draw(story: Story, width: int) -> Chart:
    """Draw a ribbon a flow, as wide as its people."""
    drawn = [flow for flow in flows(story) if flow.fte >= SMALL]
    before, after = _stack(story, drawn)
    whole = sum(flow.fte for flow in drawn)
    gap = GAP * whole
    height = 60 + 30 * max(len(before), len(after))

    def tops(names: list[str], end: str) -> tuple[dict[str, float], dict[str, float]]:
        top, starts, sizes = 0.0, {}, {}
        for name in names:
            sizes[name] = sum(flow.fte for flow in drawn if getattr(flow, end) == name)
            starts[name] = top
            top += sizes[name] + gap
        return starts, sizes

    left_at, left_size = tops(before, "before")
    right_at, right_size = tops(after, "after")
    used_left, used_right = dict(left_at), dict(right_at)
    ribbons: list[dict[str, Any]] = []
    for number, flow in enumerate(
        sorted(drawn, key=lambda f: (before.index(f.before), after.index(f.after)))
    ):
        a, b = used_left[flow.before], used_right[flow.after]
        used_left[flow.before] += flow.fte
        used_right[flow.after] += flow.fte
        for t in np.linspace(0.0, 1.0, CURVE):
            bend = t * t * (3 - 2 * t)
            low = a + (b - a) * bend
            ribbons.append(
                {"flow": number, "how": flow.how, "x": round(float(t), 4), "low": low, "high": low + flow.fte}
            )

    def labels(starts: dict[str, float], sizes: dict[str, float], x: float) -> list[dict[str, Any]]:
        middles = [starts[name] + sizes[name] / 2 for name in starts]
        spread = apart(middles, 17 / height * (whole + gap * max(len(before), len(after))))
        return [
            {
                "x": x,
                "y": y,
                "low": starts[name],
                "high": starts[name] + sizes[name],
                "label": f"{words.short(name, 15 if compact(width) else 28)}  {count(sizes[name], 1)}",
            }
            for name, y in zip(starts, spread)
        ]

    side = 1.85 if compact(width) else 0.75
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-side, 1 + side], nice=False))
    scale = alt.Scale(reverse=True, nice=False, zero=False)
    y = alt.Y("low:Q", axis=None, scale=scale)
    hows = ["stay", "converted", "left", "laid_off", "hired"]
    color = alt.Color(
        "how:N", legend=None, scale=alt.Scale(domain=hows, range=[LIGHT, DARK, "#c9c9c9", ACCENT, MID])
    )
    bands = (
        alt.Chart(data(ribbons), height=height)
        .mark_area(opacity=0.9, stroke="white", strokeWidth=1)
        .encode(x=x, y=y, y2="high:Q", detail="flow:N", color=color)
    )
    stacks = labels(left_at, left_size, 0.0), labels(right_at, right_size, 1.0)
    layers = [bands]
    for rows, align, dx in ((stacks[0], "right", -8), (stacks[1], "left", 8)):
        base = alt.Chart(data(rows))
        layers.append(base.mark_rule(color=INK, strokeWidth=5).encode(x=x, y=y, y2="high:Q"))
        layers.append(
            base.mark_text(align=align, dx=dx, color=INK, fontSize=11 if compact(width) else 12).encode(
                x=x, y=alt.Y("y:Q", axis=None, scale=scale), text="label:N"
            )
        )
    heads = data(
        [
            {"x": 0.0, "label": "Today", "a": 1},
            {"x": 1.0, "label": f"Plan, {_comparison(story).year}", "a": 0},
        ]
    )
    for anchor, align in (("datum.a == 1", "right"), ("datum.a == 0", "left")):
        head = (
            alt.Chart(heads)
            .transform_filter(anchor)
            .mark_text(align=align, fontWeight="bold", dy=-16, color=INK)
        )
        layers.append(head.encode(x=x, y=alt.value(0), text="label:N"))
    return alt.layer(*layers)


def table(story: Story) -> Table:
    """Every flow, the largest changes first, and the rest that stays."""
    names = {"stay": 5, "converted": 0, "hired": 1, "left": 2, "laid_off": 3}
    rows = [
        [
            f"{flow.before} → {flow.after}" if flow.how != "stay" else flow.before,
            words.MOVES[flow.how],
            shown.fte(flow.fte, f"flow.{flow.before}.{flow.after}"),
        ]
        for flow in sorted(flows(story), key=lambda flow: (names[flow.how], -flow.fte))
    ]
    return Table(
        f"From today's staff to the plan's positions of {_comparison(story).year}, full-time equivalents (FTE)",
        ["Role", "What happens", "FTE"],
        rows,
    )


def summary(story: Story) -> Markup:
    """Say how many change, leave, come and are laid off."""
    found = flows(story)
    total = {how: sum(flow.fte for flow in found if flow.how == how) for how in words.MOVES}
    figures = {how: shown.fte(amount, f"moves.{how}") for how, amount in total.items()}
    return say(
        "Of {} positions, {} keep their role and {} change it; {} leave of themselves, {} are laid off and {} are hired (FTE, first year).",
        shown.fte(float(story.district.staff.fte.sum()), "moves.today"),
        figures["stay"],
        figures["converted"],
        figures["left"],
        figures["laid_off"],
        figures["hired"],
    )


DRAWING = Drawing(
    "staffing",
    "Who becomes what?",
    "Full-time equivalents, all schools, from today to the plan's first year. Dark: a new role. Orange: laid off.",
    "comparison",
    draw,
    table,
    summary,
)
