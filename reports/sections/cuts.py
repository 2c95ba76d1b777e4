"""Cut resilience: how deep a cut the district can absorb, with teams and in the traditional school, and what gives way."""

from __future__ import annotations

from markupsafe import Markup

from models.resilience import Resilience
from models.rung import Rung
from reports import shown
from reports.blocks import Bullets, Paragraph, Section, Table, say
from reports.sections.pictures import pictures
from reports.shown import Shown
from reports.story import Story

HELD = {
    "quarter": "every school keeps a quarter of its planned coverage",
    "half": "every school keeps half of its planned coverage",
    "all": "every school keeps all of its planned coverage",
}
ITEMS = {
    "teachers": "teachers",
    "leaders": "leaders",
    "aides": "aides",
    "specialists": "staff outside classrooms",
    "technology": "yearly technology",
    "devices": "devices",
    "development": "team development",
    "training": "training",
    "coverage": "pupils served",
}


def cuts(story: Story) -> Section | None:
    """Answer how far funding can fall."""
    if story.resilience is None:
        return None
    found = story.resilience
    blocks: list[object] = [Paragraph(_in_words(story, found)), _held(found)]
    absorbed = (found.bare["all"].district, *found.bare["all"].by_school.values())
    if any(cut is not None for cut in absorbed):  # else the chart would say "no plan" on every line
        blocks += pictures(story, "cuts")
    if len(found.ladder) > 1:
        caption = "The cut ladder: what a cut leaves, planned with the cut in mind"
        blocks.append(_ladder(caption, story.spending_of_all_years, found.ladder))
    if found.presets:
        caption = "Cuts that have happened elsewhere, laid on this district"
        blocks.append(_ladder(caption, story.spending_of_all_years, found.presets))
    if found.notes:
        blocks.append(Bullets([say("{}", note) for note in found.notes]))
    return Section("cuts", "How deep a cut the district can absorb", blocks)


def _in_words(story: Story, found: Resilience) -> Markup:
    first, last = found.years
    when = f"in {first}" if first == last else f"from {first} to {last}"
    beyond = ", on top of whatever the scenarios already hold" if len(story.tree.scenario_ids) > 1 else ""
    return say(
        "The cut is announced in the first year and strikes {}{}. “With teams” may use every way of"
        " teaching; “traditional” means classrooms of one teacher alone, as before. A plan that is"
        " merely lawful may serve few pupils, so the table also"
        " asks how deep a cut leaves every school a part of what it was promised.",
        when,
        beyond,
    )


def _cut(value: float | None, of: str) -> str | Shown:
    return "none: no plan even without a cut" if value is None else shown.cut(value, of)


def _held(found: Resilience) -> Table:
    rows: list[list[str | Shown]] = [
        ["Lawful, with teams", _cut(found.bare["all"].district, "cut.all.district")],
        [
            "Lawful, traditional classrooms alone",
            _cut(found.bare["traditional"].district, "cut.traditional.district"),
        ],
    ]
    rows += [
        [f"With teams, {words_for}", _cut(found.held[name].district, f"cut.held.{name}")]
        for name, words_for in HELD.items()
        if name in found.held
    ]
    return Table(
        "Deepest further cut of all funding that leaves a plan", ["What is kept", "Deepest cut"], rows
    )


def _ladder(caption: str, spending: str, rungs: tuple[Rung, ...]) -> Table:
    rows: list[list[str | Shown]] = []
    for rung in rungs:
        of = f"rung.{rung.name}"
        if rung.coverage is None:
            missing = shown.dollars(rung.missing, f"{of}.missing")
            gives = say("no plan keeps all rules; {} more would be needed in all", missing)
            rows.append([rung.label, "no plan", "", gives])
            continue
        gives = ", ".join(ITEMS.get(item, item) for item in rung.gives_way) or "nothing"
        rows.append(
            [
                rung.label,
                shown.share(rung.coverage, f"{of}.coverage"),
                shown.dollars(rung.spending, f"{of}.spending"),
                gives,
            ]
        )
    return Table(caption, ["Cut", "Pupils fully served", spending, "What gives way first"], rows)
