"""Team-teaching ratios: how many teachers work with one leader, school by school."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from models.district import Array
from reports import shown
from reports.blocks import Paragraph, Section, Table, say
from reports.charts.drawing import unique_names
from reports.sections.pictures import pictures
from reports.story import Story


def teams(story: Story) -> Section | None:
    """Show ratios by school, and without leaders the pupils in teams; nothing where there are no teams."""
    if not story.has_teams:
        return None
    if story.plan.teachers_per_leader is None:
        text = say("The teams of this plan work without a teacher leader; no stipend is paid for them.")
        return Section(
            "teams", "Teams by school", [Paragraph(text), _without_leaders(story), _patterns(story)]
        )
    return Section(
        "teams", "Teams by school", [Paragraph(_in_words(story)), *pictures(story, "teams"), *_tables(story)]
    )


def _in_words(story: Story) -> Markup:
    return say(
        "A teacher leader leads a team and is paid the stipend on top of salary. A mix of two kinds of teams gives a number of teachers"
        " between them: 4.5 means that half of the teams have four and half have five."
    )


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 1e-6)


def _tables(story: Story) -> list[Table]:
    plan, district = story.plan, story.district
    teachers, leaders, aides = (story.by_school_and_year(fte) for fte in plan.team_fte)
    taught, pupils = story.by_school_and_year(plan.team_pupils), story.by_school_and_year(story.parameters.E)
    ids, names = district.schools.id, unique_names(district.schools.name, district.schools.id)
    every = _ratio(teachers.sum(axis=1), leaders.sum(axis=1))
    spread = _ratio(teachers, leaders)
    share = np.divide(taught, pupils, out=np.full_like(taught, np.nan), where=pupils > 0)
    helpers = _ratio(aides.sum(axis=1), leaders.sum(axis=1))
    last = story.years[-1]
    rows = [
        [
            names[s],
            *(
                shown.ratio(float(spread[s, y]), f"school.{ids[s]}.ratio.{year}")
                for y, year in enumerate(story.years)
            ),
            shown.ratio(float(every[s]), f"school.{ids[s]}.ratio"),
            shown.ratio(float(helpers[s]), f"school.{ids[s]}.aides"),
            shown.share(float(share[s, -1]), f"school.{ids[s]}.team_share.{last}"),
        ]
        for s in range(len(ids))
    ]
    head = ["School", *map(str, story.years), "All years", "Aides per leader", f"Pupils in teams, {last}"]
    return [
        Table("Teachers for each leader in teams, expected over the scenarios", head, rows),
        _patterns(story),
    ]


def _without_leaders(story: Story) -> Table:
    """Pupils in teams by school and year."""
    taught, pupils = (
        story.by_school_and_year(amounts) for amounts in (story.plan.team_pupils, story.parameters.E)
    )
    ids, names = story.district.schools.id, story.district.schools.name
    share = np.divide(taught, pupils, out=np.full_like(taught, np.nan), where=pupils > 0)
    rows = [
        [
            name,
            *(
                shown.share(float(share[s, y]), f"school.{ids[s]}.team_share.{year}")
                for y, year in enumerate(story.years)
            ),
        ]
        for s, name in enumerate(unique_names(names, ids))
    ]
    caption = "Share of a school's pupils in teams, expected over the scenarios"
    return Table(caption, ["School", *map(str, story.years)], rows)


def _patterns(story: Story) -> Table:
    """Pupils by staffing pattern and year."""
    district = story.district
    weighted = np.einsum("sgmn,n->mn", story.plan.values["x"], story.tree.probability)
    by_year = np.zeros((weighted.shape[0], story.tree.years))
    np.add.at(by_year.T, story.tree.year - 1, weighted.T)
    rows = [
        [
            label,
            *(
                shown.pupils(float(by_year[m, y]), f"pattern.{name}.{year}")
                for y, year in enumerate(story.years)
            ),
        ]
        for m, (name, label) in enumerate(zip(district.team_models.id, district.team_models.label))
        if by_year[m].max() >= 0.5
    ]
    return Table(
        "Pupils by way of teaching, expected over the scenarios",
        ["Way of teaching", *map(str, story.years)],
        rows,
    )
