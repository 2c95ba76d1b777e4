"""What the tool does not decide."""

from __future__ import annotations

from reports.blocks import Bullets, Section, say
from reports.story import Story


def limits(story: Story) -> Section:
    """Name what remains for people to decide, and what the figures are not."""
    items = [
        "Who the leaders are. The plan says how many are needed and what they are paid, not which teachers are chosen.",
        "Which pupils learn in which team, and the timetable.",
        "Whether team teaching and technology work at your schools. The plan takes the credit and"
        " the reach in the tables above as given; it does not test them.",
        "What pupils will learn. Coverage is a planning measure of how fully pupils are served, not a predicted test score.",
        "What people will do. How many accept a stipend, and how many leave, are estimates; the"
        " figure “Which assumptions matter most?” shows what hangs on them.",
        "Law and contract. Limits on class size, on lost positions and on leaders are in the plan as"
        " they were handed in; check them with counsel and with the union.",
    ]
    if story.plan.stipend is None:  # nobody leads, and nobody is offered a stipend
        items = [item for item in items if not item.startswith("Who the leaders are.")]
    if story.plan.rounding is None:
        items.append(
            "Whole people. Positions are parts of a full-time person; the option --whole of the command plans in halves or wholes."
        )
    return Section("limits", "What this plan does not decide", [Bullets([say("{}", item) for item in items])])
