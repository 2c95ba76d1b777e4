"""Fairness between schools: groups by need weight, and what each group is served and costs."""

import dataclasses

import numpy as np
import pytest

from models.made import made_district
from models.money import SPENT
from reports.sections.equity import _by_need, _groups
from reports.shown import Shown
from reports.story import Story


def test_groups_equal_the_plans_tables(story: Story) -> None:
    cover, money = story.plan.to_frame("coverage"), story.plan.to_frame("money")
    shown = {cell.of: cell.value for row in _by_need(story).rows for cell in row if isinstance(cell, Shown)}
    for weight in (1.0, 1.5):
        inside = [
            school
            for school, own in zip(story.district.schools.id, story.district.schools.need_weight)
            if own == weight
        ]
        own = cover[cover["school_id"].isin(inside)]
        spent = money[money["school_id"].isin(inside) & money["line"].isin(SPENT)]
        sums = own[["covered_pupils", "pupils"]].mul(own["probability"], axis=0).groupby(own["year"]).sum()
        of = f"need.{weight:g}"
        assert shown[f"{of}.schools"] == len(inside)
        assert shown[f"{of}.last"] == pytest.approx(sums["covered_pupils"][2028] / sums["pupils"][2028])
        assert shown[f"{of}.all"] == pytest.approx(sums["covered_pupils"].sum() / sums["pupils"].sum())
        assert shown[f"{of}.spending"] == pytest.approx(
            (spent["amount"] * spent["probability"]).sum() / sums["pupils"].sum()
        )


def test_many_weights_are_thirds(story: Story) -> None:
    district = made_district(9, 1, 1)
    weights = np.array([1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8])
    schools = dataclasses.replace(district.schools, need_weight=weights)
    many = Story(dataclasses.replace(story.plan, district=district.replace(schools=schools)))
    assert [(name, np.flatnonzero(inside).tolist()) for name, inside in _groups(many)] == [
        ("lowest third", [0, 1, 2]),
        ("middle third", [3, 4, 5]),
        ("highest third", [6, 7, 8]),
    ]
