"""The stipend and why that one: what each step finds, what a leader costs, and what the plan would be at another."""

from __future__ import annotations

from markupsafe import Markup

from reports import shown
from reports.blocks import Paragraph, Section, say
from reports.charts.stipends import needed, offers
from reports.sections.pictures import pictures
from reports.story import Story


def stipend(story: Story) -> Section | None:
    """Explain the stipend; nothing where the plan has no leader."""
    if story.plan.stipend is None:
        return None
    return Section(
        "stipend",
        "The leader stipend, and why that one",
        [Paragraph(_why(story)), *pictures(story, "stipends")],
    )


def _why(story: Story) -> Markup:
    plan = story.plan
    if plan.stipend_step is None:
        return say(
            "Each school pays what finds the leaders it needs; on average that is {} a year.",
            shown.dollars(plan.stipend, "stipend"),
        )
    text = say("One stipend is paid everywhere: {} a year. ", shown.dollars(plan.stipend_step, "stipend"))
    steps = {step.stipend: step for step in story.stipends if step.coverage is not None}
    found = [offer for offer in offers(story) if offer.inside]
    lower = [offer for offer in found if offer.stipend < plan.stipend_step - 0.005]
    higher = [offer for offer in found if offer.stipend > plan.stipend_step + 0.005]
    if lower:
        before = lower[-1]
        text += say(
            "The next lower step, {}, would find {} of the {} leaders that this plan needs in {}",
            shown.dollars(before.stipend),
            shown.fte(before.leaders, f"offer.{before.stipend:g}.leaders"),
            shown.fte(needed(story), "leaders.needed"),
            story.years[-1],
        )
        if before.stipend in steps:
            served = shown.share(steps[before.stipend].coverage, f"stipends.{before.stipend:g}.coverage")
            text += say("; the best plan with it serves {} of pupils fully", served)
        text += Markup(". ")
    if higher and higher[0].stipend in steps:
        after = higher[0].stipend
        text += say(
            "With the next higher step, {}, the best plan serves {}.",
            shown.dollars(after),
            shown.share(steps[after].coverage, f"stipends.{after:g}.coverage"),
        )
    return text
