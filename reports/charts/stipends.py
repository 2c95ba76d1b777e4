"""How many teachers would lead at each stipend, and how many leaders does the plan need?"""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import numpy as np
from markupsafe import Markup

from reports import shown
from reports.blocks import Table, say
from reports.charts.drawing import ACCENT, DARK, DOLLARS, INK, LIGHT, Chart, Drawing, compact, data
from reports.figures import count, dollars
from reports.story import Story


@dataclass(frozen=True)
class Offer:
    """One step of the stipend schedule.

    Attributes
    ----------
    stipend : $ a year
    take_up : share of eligible teachers who accept
    leaders : leaders found in the last plan year, expected, FTE
    each : cost of one leader found, stipend with benefits, $
    next_one : cost of one more leader found over the step before: the higher stipend is paid to all of them, $
    inside : whether the settings allow it

    """

    stipend: float
    take_up: float
    leaders: float
    each: float
    next_one: float | None
    inside: bool


def eligible(story: Story) -> float:
    """Teachers who may lead, expected in the last plan year, over all schools, FTE."""
    district, plan = story.district, story.plan
    need = district.staff.minimum[:, :, None] + np.einsum(
        "mr,sgmn->srn", district.fte_per_pupil, plan.values["x"]
    )
    staff = np.einsum("r,srn->sn", district.roles.of_kind("teacher", "leader"), need)
    return district.settings.leaders.eligible_share * float(story.by_year(staff)[-1])


def needed(story: Story) -> float:
    """Leaders that the plan needs in its last year, expected, FTE."""
    leaders = np.einsum("r,srn->sn", story.district.roles.of_kind("leader"), story.plan.values["q"])
    return float(story.by_year(leaders)[-1])


def offers(story: Story) -> list[Offer]:
    """Every step of the schedule, lowest first."""
    district = story.district
    schedule, pool = district.stipends, eligible(story)
    order = np.argsort(schedule.stipend, kind="stable")
    benefits = 1.0 + district.settings.leaders.stipend_benefits_rate
    found: list[Offer] = []
    for t in order:
        stipend, take_up = float(schedule.stipend[t]), float(schedule.take_up[t])
        before = found[-1] if found else None
        more = take_up - (before.take_up if before else 0.0)
        bill = stipend * take_up - (before.stipend * before.take_up if before else 0.0)
        found.append(
            Offer(
                stipend,
                take_up,
                take_up * pool,
                stipend * benefits,
                bill / more * benefits if more > 1e-9 else None,
                int(t) in district.steps,
            )
        )
    return found


def _paid(story: Story) -> set[float]:
    """Stipends that the plan pays somewhere."""
    sums = story.plan.leaders.sum(axis=(0, 2))
    return {float(stipend) for stipend, leaders in zip(story.parameters.sigma, sums) if leaders > 1e-6}


def draw(story: Story, width: int) -> Chart:
    """Draw leaders found against the stipend; a line shows how many the plan needs."""
    found, need, paid = offers(story), needed(story), _paid(story)
    places = 0 if max(offer.leaders for offer in found) >= 20 else 1
    rows = [
        {
            "stipend": offer.stipend,
            "leaders": offer.leaders,
            "paid": offer.stipend in paid,
            "label": f"{dollars(offer.stipend)}: {count(offer.leaders, places)}"
            if not compact(width)
            else count(offer.leaders, places),
        }
        for offer in found
    ]
    top = max([row["leaders"] for row in rows] + [need]) * 1.18
    right = max(row["stipend"] for row in rows) * (1.08 if compact(width) else 1.14)
    x = alt.X(
        "stipend:Q",
        scale=alt.Scale(domain=[0, right], nice=False),
        axis=alt.Axis(
            labelExpr=DOLLARS,
            title="Stipend, dollars a year",
            tickCount=4 if compact(width) else 8,
            grid=False,
        ),
    )
    y = alt.Y("leaders:Q", scale=alt.Scale(domain=[0, top], nice=False), title="Teachers who would lead, FTE")
    base = alt.Chart(data(rows), height=280).encode(x=x, y=y)
    line = base.mark_line(color=DARK, strokeWidth=2)
    other = base.transform_filter("!datum.paid").mark_point(
        filled=True, fill=LIGHT, stroke=DARK, size=70, opacity=1
    )
    own = base.transform_filter("datum.paid").mark_point(
        filled=True, shape="diamond", color=ACCENT, size=200, opacity=1
    )
    text = base.mark_text(dy=10, dx=10, align="left", color=INK).encode(text="label:N")
    want = alt.Chart(
        data([{"leaders": need, "stipend": right, "label": f"the plan needs {count(need, 1)}"}])
    ).encode(y=y)
    rule = want.mark_rule(color=INK, strokeDash=[5, 3])
    early = max(paid, default=right) < right / 4  # a low line runs into the first steps at its left
    note = want.mark_text(align="right" if early else "left", dx=-4 if early else 4, dy=-9, color=INK).encode(
        x=alt.value("width" if early else 0), text="label:N"
    )
    return alt.layer(rule, line, other, own, text, note)


def table(story: Story) -> Table:
    """Every step: how many accept, what a leader costs, and what one more leader costs."""
    paid = _paid(story)
    rows = []
    for offer in offers(story):
        of = f"offer.{offer.stipend:g}"
        mark = " (this plan)" if offer.stipend in paid else "" if offer.inside else " (outside the limits)"
        rows.append(
            [
                dollars(offer.stipend) + mark,
                shown.share(offer.take_up, f"{of}.take_up", 0),
                shown.fte(offer.leaders, f"{of}.leaders"),
                shown.dollars(offer.each, f"{of}.each"),
                shown.dollars(offer.next_one, f"{of}.next"),
            ]
        )
    return Table(
        f"What each stipend finds and costs, {story.years[-1]}; one more leader costs more than a"
        " stipend because all are paid the higher one",
        ["Stipend", "Accept", "Leaders found, FTE", "Cost per leader found", "Cost of one more leader"],
        rows,
    )


def summary(story: Story) -> Markup:
    """Say how many are needed of how many who may lead."""
    need = shown.fte(needed(story), "leaders.needed")
    may = shown.fte(eligible(story), "leaders.eligible")
    return say(
        "In {} the plan needs {} leaders out of {} teachers who may lead (FTE).", story.years[-1], need, may
    )


DRAWING = Drawing(
    "stipends",
    "How many teachers would lead at each stipend?",
    "Leaders found among the teachers who may lead, full-time equivalents. Diamond: the stipend of this plan.",
    "",
    draw,
    table,
    summary,
    lambda story: story.plan.stipend is not None,
)
