"""All charts by name, and how one is asked for."""

from __future__ import annotations

import difflib

from models.errors import InputError
from models.plan import Plan
from reports.charts import (
    bridge,
    coverage,
    cuts,
    devices,
    money,
    prices,
    schools,
    staffing,
    stipends,
    teams,
    tornado,
)
from reports.charts.drawing import WIDE, Chart, Drawing
from reports.story import Story

DRAWINGS = {
    drawing.name: drawing
    for drawing in (
        coverage.DRAWING,
        bridge.DRAWING,
        schools.DRAWING,
        staffing.DRAWING,
        stipends.DRAWING,
        teams.DRAWING,
        devices.DRAWING,
        money.FRONTIER,
        money.EXTRA,
        prices.DRAWING,
        tornado.DRAWING,
        cuts.DRAWING,
    )
}
ANSWERED_BY = {
    "comparison": "optimizer.comparing.compare(district, plan=plan)",
    "resilience": "optimizer.stress.stress(district)",
    "frontier": "optimizer.frontier.frontier(district)",
    "explanation": "optimizer.explaining.explain(district)",
    "tornado": "optimizer.sensitivity.tornado(district)",
}


def drawing(name: str) -> Drawing:
    """The chart of that name.

    Raises
    ------
    InputError
        There is none; the nearest name is proposed.

    """
    if name in DRAWINGS:
        return DRAWINGS[name]
    near = difflib.get_close_matches(name, DRAWINGS, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise InputError(f'There is no chart "{name}".', f"{hint}The charts are: {', '.join(DRAWINGS)}.")


def chart(answer: Plan | Story, name: str, width: int = WIDE, *, titled: bool = True) -> Chart:
    """Draw a chart of a plan, or of a story where it shows more than the plan.

    Raises
    ------
    InputError
        There is no such chart, the story lacks the answer that it shows, or that answer is empty.

    """
    story = answer if isinstance(answer, Story) else Story(answer)
    wanted = drawing(name)
    if wanted.needs and not getattr(story, wanted.needs):
        raise InputError(
            f'The chart "{name}" shows the {wanted.needs}, which a plan alone does not hold.',
            f"Work it out and hand both over: Story(plan, {wanted.needs}={ANSWERED_BY[wanted.needs]}) from reports.story.",
        )
    if not wanted.shows(story):
        raise InputError(
            f'The chart "{name}" has nothing to show: {story.district.name} has none of what it draws.'
        )
    return wanted.chart(story, width, titled=titled)
