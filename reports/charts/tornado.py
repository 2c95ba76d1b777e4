"""Which assumptions matter most?"""

from __future__ import annotations

from typing import Any

import altair as alt
from markupsafe import Markup

from models.sensitivity import Reading, Tornado
from reports import shown, words
from reports.blocks import Table, listed, say
from reports.charts.drawing import DARK, GREY, INK, LIGHT, PERCENT, Chart, Drawing, compact, data, names_axis
from reports.figures import percent
from reports.story import Story

MOST = 14
SHARES = f"datum.value < -1e-9 || datum.value > 1 + 1e-9 ? '' : {PERCENT}"
"""Room for labels goes below 0 % and above 100 %, where there are no shares."""


def _tornado(story: Story) -> Tornado:
    assert story.tornado is not None
    return story.tornado


def draw(story: Story, width: int) -> Chart:
    """Draw a bar from the coverage with a setting lower to that with it higher; where there is no plan, say so."""
    tornado = _tornado(story)
    base, step = tornado.coverage, percent(tornado.change, 0)
    rows: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for bar in tornado.bars[:MOST]:
        name = words.setting(bar.setting)
        for side, reading in (("lower", bar.low), ("higher", bar.high)):
            if reading.coverage is None:
                notes.append({"setting": name, "side": side})
            else:
                rows.append({"setting": name, "side": side, "from": base, "to": reading.coverage})
    reach = [row["to"] for row in rows] + [base]
    span = max(max(reach) - min(reach), 0.01)
    pad = span * (0.62 if compact(width) else 0.28)
    x = alt.X(
        "from:Q",
        scale=alt.Scale(domain=[min(reach) - pad, max(reach) + pad], nice=False),
        axis=alt.Axis(
            labelExpr=SHARES, title="Pupils fully served, % of pupils", tickCount=4 if compact(width) else 8
        ),
    )
    order = [words.setting(bar.setting) for bar in tornado.bars[:MOST]]
    y = alt.Y("setting:N", sort=order, axis=names_axis(width))
    height = 26 * len(order)
    drawn = alt.Chart(
        data([{**row, "low": min(row["to"], base), "high": max(row["to"], base)} for row in rows]),
        height=height,
    )
    color = alt.condition("datum.side == 'higher'", alt.value(DARK), alt.value(LIGHT))
    layers = [drawn.mark_bar(stroke=DARK, height=14).encode(x=x, x2="to:Q", y=y, color=color)]
    labelled = _labelled(rows, step, short=compact(width))
    for side, align, dx in (("datum.to < datum.from", "right", -5), ("datum.to > datum.from", "left", 5)):
        text = (
            alt.Chart(data(labelled))
            .transform_filter(side)
            .mark_text(align=align, dx=dx, color=INK, fontSize=11)
        )
        layers.append(text.encode(x=alt.X("to:Q"), y=y, text="label:N"))
    none = [
        {**note, "from": base, "label": f"{'+' if note['side'] == 'higher' else '−'}{step}: no plan"}
        for note in notes
    ]
    if none:
        text = alt.Chart(data(none)).mark_text(
            align="right", dx=-6, color=INK, fontSize=11, fontStyle="italic"
        )
        layers.append(text.encode(x=x, y=y, text="label:N"))
    layers.append(alt.Chart(data([{"from": base}])).mark_rule(color=GREY).encode(x="from:Q"))
    return alt.layer(*layers)


def _labelled(rows: list[dict[str, Any]], step: str, *, short: bool) -> list[dict[str, Any]]:
    """A label a bar; where both bars of a setting lie on one side, one label for both at the end of the longer."""

    def label(row: dict[str, Any]) -> str:
        sign = f"{'+' if row['side'] == 'higher' else '−'}{step}"
        return sign if short else f"{sign}: {percent(row['to'])}"

    found: dict[tuple[str, bool], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: -abs(row["to"] - row["from"])):
        if abs(row["to"] - row["from"]) > 0.0005:
            place = (row["setting"], row["to"] > row["from"])
            if place in found:
                found[place]["label"] += f", {label(row)}"
            else:
                found[place] = {**row, "label": label(row)}
    return list(found.values())


def _cell(reading: Reading, of: str) -> shown.Shown | str:
    return "no plan" if reading.coverage is None else shown.share(reading.coverage, of)


def table(story: Story) -> Table:
    """Coverage with every assumption lower and higher."""
    tornado = _tornado(story)
    step = percent(tornado.change, 0)
    rows = [
        [
            words.setting(bar.setting),
            _cell(bar.low, f"tornado.{bar.setting}.low"),
            _cell(bar.high, f"tornado.{bar.setting}.high"),
        ]
        for bar in tornado.bars
    ]
    caption = f"Pupils fully served when one assumption is {step} lower or higher (of its own value)"
    return Table(caption, ["Assumption", f"{step} lower", f"{step} higher"], rows)


def summary(story: Story) -> Markup:
    """Name what moves the plan most, and apart from it what ends every plan."""
    tornado = _tornado(story)
    if not tornado.bars:
        return say("No assumption moves the share of pupils served.")
    names = [words.setting(bar.setting) for bar in tornado.greatest]
    parts = [say("What matters most: {}.", ", ".join(names))] if names else []
    ends = [f"{words.setting(bar.setting)} ({bar.without_plan})" for bar in tornado.bars_without_plan]
    if ends:
        parts.append(
            say(
                "{} no plan that keeps all rules when {} {} worse: {}.",
                "1 assumption leaves" if len(ends) == 1 else f"{len(ends)} assumptions leave",
                "it is" if len(ends) == 1 else "one of them is",
                percent(tornado.change, 0),
                listed(ends),
            )
        )
    return Markup(" ").join(parts)


DRAWING = Drawing(
    "tornado",
    "Which assumptions matter most?",
    "Share of pupils fully served when one assumption is a tenth lower (light) or higher (dark) than assumed.",
    "tornado",
    draw,
    table,
    summary,
    lambda story: bool(_tornado(story).bars),
)
