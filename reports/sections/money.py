"""What money buys, what each rule is worth, and which assumptions matter."""

from __future__ import annotations

from reports import shown, words
from reports.blocks import Paragraph, Section, Table, say
from reports.sections.pictures import pictures
from reports.story import Story


def money(story: Story) -> Section | None:
    """Show the frontier, where more money goes, the prices of rules and the tornado."""
    found: list[object] = list(pictures(story, "frontier", "extra", "prices", "tornado"))
    if not found:
        return None
    if story.explanation is not None and story.explanation.extra is not None:
        buys = _buys(story)
        if buys.rows:  # money that covers nobody more changes nothing
            found.insert(2 if story.frontier is not None else 1, buys)
    if story.tornado is not None and story.tornado.without_effect:
        names = ", ".join(words.setting(name) for name in story.tornado.without_effect)
        found.append(Paragraph(say("Without any effect on the share of pupils served: {}.", names), "quiet"))
    return Section("money", "What more money or looser rules would buy", found)


def _thing(name: str, unit: str) -> str:
    """A thing that money buys, with its unit."""
    if unit == "pupils":
        return "Pupils in teams" if name == "pupils in teams" else f"Pupils: {words.short(name, 90)}"
    return f"{words.short(name, 90)}, {unit}"


def _buys(story: Story) -> Table:
    assert story.explanation is not None
    extra = story.explanation.extra
    assert extra is not None
    rows = [
        [
            _thing(name, unit),
            shown.Shown(
                f"{'+' if amount > 0 else ''}{shown.number(amount, unit, 1).text}",
                amount,
                unit,
                f"buys.{number}",
            ),
        ]
        for number, (name, amount, unit) in enumerate(extra.buys)
        if abs(amount) >= 0.05
    ]
    caption = f"What {shown.dollars(extra.yearly).text} more a year changes, expected average of a year"
    return Table(caption, ["What", "More or less of it"], rows)
