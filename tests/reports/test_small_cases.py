"""What a report says of districts at the ends: one school, one future, no plan, nothing to buy, many schools."""

import dataclasses
import io

import openpyxl
import pytest

from commands.storytelling import tell
from models.explanation import Amount, ExtraMoney
from models.made import made_district
from models.sensitivity import Bar, Reading
from optimizer import solve
from optimizer.staging import Options
from reports.board import board_report
from reports.charts import cuts, money, schools
from reports.charts.drawing import WIDE
from reports.charts.files import svg
from reports.charts.gallery import DRAWINGS, chart
from reports.charts.prices import steps
from reports.sections.path import path
from reports.story import Story
from reports.workbook.book import workbook


def test_a_plan_with_a_hole_has_no_prices_of_rules(story, short):
    """They tell what fills the hole: 39,424 pupils for a position, in a district of 4,500."""
    assert steps(story)
    assert steps(short) == []
    assert "Which rule, loosened" not in board_report(short)
    assert "Rules" not in openpyxl.load_workbook(io.BytesIO(workbook(short))).sheetnames


def test_without_any_plan_the_page_draws_no_cuts_and_the_picture_has_an_axis_that_means_something(short):
    page = board_report(short)
    assert "none: no plan even without a cut" in page
    assert "How deep a cut can each school absorb?" not in page
    drawn = svg(chart(short, "cuts"))
    assert ">2 %<" in drawn
    assert "0.002 %" not in drawn


def test_the_plan_has_its_diamond_also_where_each_school_has_its_own_stipend(story):
    alone = Story(story.plan)
    by_school = dataclasses.replace(story, plan=dataclasses.replace(story.plan, stipend_step=None))
    for told in (alone, by_school, story):
        layers = chart(told, "teams").to_dict(validate=False)["layer"]
        marks = [layer["mark"] for layer in layers if isinstance(layer["mark"], dict)]
        assert sum(mark.get("shape") == "diamond" for mark in marks) == 1


def with_extra(story, yearly, amounts):
    """A story whose extra dollars of every year go to its schools in these amounts."""
    ids, years = story.district.schools.id, story.tree.years
    used = tuple(Amount(own, own, 1, "y1", 1.0, amount * years) for own, amount in zip(ids, amounts))
    extra = ExtraMoney(yearly, 30.0, 0.01, used, (("pupils in teams", 12.0, "pupils"),))
    return dataclasses.replace(story, explanation=dataclasses.replace(story.explanation, extra=extra))


@pytest.mark.parametrize(
    ("amounts", "end"),
    [
        ((70_000.0, 30_000.0), "; most of it goes to "),
        ((40_000.0, 35_000.0, 25_000.0), "; the largest part of it goes to "),
        ((30_000.0, 20_000.0), "; $50,000 of it finds use in an average year; most of that goes to "),
        ((60_000.0,), "; $60,000 of it finds use in an average year; all of that goes to "),
    ],
)
def test_where_extra_money_goes_is_not_overstated(story, amounts, end):
    said = money.summary_extra(with_extra(story, 100_000.0, amounts)).striptags()
    assert end in said


def test_money_that_changes_nothing_has_no_table(story):
    told = with_extra(story, 100_000.0, (70_000.0,))
    extra = dataclasses.replace(told.explanation.extra, buys=())
    none = dataclasses.replace(told, explanation=dataclasses.replace(told.explanation, extra=extra))
    assert "more a year changes, expected" in board_report(told)
    assert "more a year changes, expected" not in board_report(none)


def test_two_bars_on_one_side_share_a_label_and_no_share_is_below_zero(story):
    base = story.tornado.coverage
    bars = (
        Bar("roles.salary", 1.0, Reading(0.9, 0.9, 0.0), Reading(1.1, 1.1, base + 0.01)),
        Bar("enrollment.pupils", 1.0, Reading(0.9, 0.9, base - 0.003), Reading(1.1, 1.1, base - 0.006)),
    )
    told = dataclasses.replace(story, tornado=dataclasses.replace(story.tornado, bars=bars))
    drawn = svg(chart(told, "tornado"))
    assert f"+10 %: {100 * (base - 0.006):.1f} %, −10 %: {100 * (base - 0.003):.1f} %" in drawn
    assert ">0 %<" in drawn
    assert ">-" not in drawn
    assert not any(f">−{share} %<" in drawn for share in (5, 10, 20, 25))


def test_scenarios_are_told_by_their_labels_and_one_future_by_none(story):
    labels = dict(zip(story.district.scenarios.id, story.district.scenarios.label))
    key = DRAWINGS["coverage"].key(story)
    assert all(f"{name}: {label}" in key for name, label in labels.items() if name != label)
    told = tell(solve(made_district(1, years=1, seed=4)), ("resilience",), Options(threads=1))
    assert DRAWINGS["coverage"].key(told) == ""
    assert DRAWINGS["cuts"].summary(told).startswith("The district can absorb a cut of ")
    assert "whatever the scenarios already hold" not in board_report(told)
    assert "whatever the scenarios already hold" in board_report(story)
    (name,) = told.tree.scenario_ids
    assert f"%  {name}" not in svg(chart(told, "coverage"))


def test_schools_that_are_left_out_are_told(story, monkeypatch):
    assert DRAWINGS["schools"].caption(story) == DRAWINGS["schools"].unit
    monkeypatch.setattr(schools, "MOST", 2)
    monkeypatch.setattr(cuts, "MOST", 2)
    assert (
        DRAWINGS["schools"]
        .caption(story)
        .endswith("Shown: the 1 schools of 3 that gain most and the 1 that gain least.")
    )
    assert DRAWINGS["cuts"].caption(story).endswith("Shown: the 2 schools of 3 that can absorb least.")
    assert "that gain least" in " ".join(chart(story, "schools", WIDE).to_dict()["title"]["subtitle"])


def test_shares_stand_beside_the_districts_own_limit(story):
    def limits(told):
        return [[str(cell) for cell in row[-2:]] for row in path(told).blocks[-1].rows], path(told).blocks[
            -1
        ].caption

    settings = story.district.settings
    for own, most, whose in ((0.045, "4.5 %", "the district's limit"), (None, "7 %", "the study's line")):
        launch = dataclasses.replace(settings.launch, startup_max_share=own)
        district = story.district.replace(settings=dataclasses.replace(settings, launch=launch))
        rows, caption = limits(
            dataclasses.replace(story, plan=dataclasses.replace(story.plan, district=district))
        )
        assert rows[0] == [most, f"within {whose} in every year"]
        assert ("study" in caption) == (own is None or settings.technology.max_share is None)
