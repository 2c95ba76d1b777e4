"""Technology by package with refresh years."""

from __future__ import annotations

import numpy as np

from reports import shown
from reports.blocks import Paragraph, Section, Table, say
from reports.sections.pictures import pictures
from reports.story import Story


def technology(story: Story) -> Section | None:
    """Show packages by year, devices by vintage and when they fall due."""
    if not story.district.technology.id:
        return None
    text = say(
        "A package is what a pupil has: a device or a share of one, with its software. It costs"
        " money every year; its device is bought once and"
        " must be replaced when its life ends."
    )
    return Section(
        "technology",
        "Technology, and when devices are replaced",
        [Paragraph(text), _packages(story), *pictures(story, "devices")],
    )


def _packages(story: Story) -> Table:
    district, years = story.district, story.years
    weighted = np.einsum("sgkn,n->kn", story.plan.values["w"], story.tree.probability)
    pupils = np.zeros((weighted.shape[0], len(years)))
    np.add.at(pupils.T, story.tree.year - 1, weighted.T)
    cost = np.zeros_like(pupils)
    np.add.at(cost.T, story.tree.year - 1, (weighted * story.parameters.run).T)
    rows = [
        [
            label,
            *(shown.pupils(float(pupils[k, y]), f"package.{name}.{year}") for y, year in enumerate(years)),
            shown.dollars(float(cost[k].sum()) / len(years), f"package.{name}.cost"),
        ]
        for k, (name, label) in enumerate(zip(district.technology.id, district.technology.label))
        if pupils[k].max() >= 0.5
    ]
    together = [shown.dollars(float(cost.sum()) / len(years), "technology.average")]
    rows.append(
        [
            "All pupils",
            *(shown.pupils(float(pupils[:, y].sum()), f"package.all.{year}") for y, year in enumerate(years)),
            *together,
        ]
    )
    head = ["Package", *map(str, years), "Yearly cost, average year"]
    return Table("Pupils by technology package, expected over the scenarios", head, rows, total=1)
