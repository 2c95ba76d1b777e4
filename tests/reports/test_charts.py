"""Charts: valid specifications whose titles are questions, that stay apart in greyscale and ask nothing of a network."""

import dataclasses
import re

import pytest

from commands.storytelling import tell
from models.errors import InputError
from models.explanation import Amount
from models.made import made_district
from models.sensitivity import Bar, Reading
from optimizer import solve
from optimizer.staging import Options
from reports.charts import drawing as board
from reports.charts import money, schools
from reports.charts.drawing import NARROW, WIDE, apart, unique_names
from reports.charts.files import inline, png, svg
from reports.charts.gallery import DRAWINGS, chart, drawing
from reports.charts.money import _places
from reports.shown import Shown
from reports.story import Story

NAMES = list(DRAWINGS)


def test_the_charts_that_were_promised_are_there():
    assert {
        "coverage",
        "bridge",
        "frontier",
        "schools",
        "teams",
        "staffing",
        "devices",
        "tornado",
        "prices",
        "extra",
    } <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_is_a_valid_specification_with_a_question_and_units(story, name):
    own = DRAWINGS[name]
    assert own.question.endswith("?")
    assert own.unit.endswith(".")
    if not own.shows(story):
        pytest.skip(f"the small district has nothing for {name}")
    spec = chart(story, name).to_dict(validate=True)
    title = spec["title"]
    assert " ".join(title["text"]) == own.question
    assert "url" not in spec.get("data", {})
    assert own.summary(story)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_chart_keeps_to_its_width_and_holds_names_as_text(story, name, width):
    own = DRAWINGS[name]
    if not own.shows(story):
        pytest.skip(f"the small district has nothing for {name}")
    drawn = svg(own.chart(story, width))
    assert float(re.search(r'<svg[^>]* width="([\d.]+)"', drawn)[1]) <= width + 1
    assert "<b>" not in drawn
    assert "<script" not in drawn
    assert not re.search(r'(href|src)="http', drawn)
    assert "NaN" not in drawn
    assert "undefined" not in drawn


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_a_chart_has_figures_for_every_row(story, name):
    own = DRAWINGS[name]
    if not own.shows(story):
        pytest.skip(f"the small district has nothing for {name}")
    table = own.table(story)
    assert table.rows
    assert all(len(row) == len(table.head) for row in table.rows)
    assert any(isinstance(cell, Shown) and cell.known for row in table.rows for cell in row)


def luminance(colour):
    """Relative luminance of an sRGB colour, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_texts_can_be_read_and_fills_told_apart_in_greyscale():
    for colour in (board.INK, board.GREY):
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5
    for colour in (board.DARK, board.MID, board.ACCENT, board.GREY):
        assert 1.05 / (luminance(colour) + 0.05) >= 3.0
    dark, light = luminance(board.DARK), luminance(board.LIGHT)
    assert (light + 0.05) / (dark + 0.05) >= 3.0


def test_a_png_is_a_png(story):
    assert png(chart(story, "coverage")).startswith(b"\x89PNG")


def test_the_same_story_draws_the_same_svg(story):
    assert svg(chart(story, "staffing")) == svg(chart(story, "staffing"))


def test_an_svg_in_a_page_has_ids_of_its_own_and_a_label():
    drawn = inline(
        '<svg xmlns="http://www.w3.org/2000/svg" width="1"><clipPath id="clip0"/><g clip-path="url(#clip0)"/></svg>',
        "one",
        'a "b" <c>?',
    )
    assert 'id="one-clip0"' in drawn
    assert "url(#one-clip0)" in drawn
    assert "xmlns" not in drawn
    assert 'aria-label="a &#34;b&#34; &lt;c&gt;?"' in drawn


def test_labels_move_apart_as_little_as_may_be():
    assert apart([0.0, 1.0, 5.0], 1.0) == [0.0, 1.0, 5.0]
    moved = apart([2.0, 2.0, 2.1], 1.0)
    assert moved[1] - moved[0] >= 1.0 - 1e-9
    assert moved[2] - moved[1] >= 1.0 - 1e-9
    assert sum(moved) == pytest.approx(6.1)


def test_names_that_stand_twice_are_told_apart():
    assert unique_names(("Oak", "Pine", "Oak"), ("a", "b", "c")) == ["Oak (a)", "Pine", "Oak (c)"]


def test_an_unknown_chart_names_the_nearest():
    with pytest.raises(InputError) as error:
        drawing("covrage")
    assert (
        str(error.value)
        == f'There is no chart "covrage".\n\nDid you mean coverage? The charts are: {", ".join(NAMES)}.'
    )


def test_a_chart_without_its_answer_says_what_to_hand_over(story):
    with pytest.raises(InputError) as error:
        chart(story.plan, "bridge")
    assert str(error.value) == (
        'The chart "bridge" shows the comparison, which a plan alone does not hold.\n\n'
        "Work it out and hand both over: Story(plan, comparison=optimizer.comparing.compare(district, plan=plan)) from reports.story."
    )


def test_a_chart_with_nothing_to_show_says_so(story):
    bare = dataclasses.replace(story.tornado, bars=())
    with pytest.raises(InputError, match="has nothing to show"):
        chart(dataclasses.replace(story, tornado=bare), "tornado")


def test_a_plan_draws_itself_and_shows_a_card(story):
    pytest.importorskip("altair")
    drawn = story.plan.chart("coverage").to_dict()
    assert " ".join(drawn["title"]["text"]).endswith("?")
    card = story.plan._repr_html_()
    assert f'data-value="{story.plan.coverage:.10g}"' in card
    assert "&lt;Sons&gt;" in card
    assert "<Sons>" not in card
    assert Story(story.plan).fingerprint == story.fingerprint


def test_where_plans_end_is_told_as_the_text_beside_it_tells_it():
    assert [_places(change) for change in (-0.15, 0.025, -0.005, -0.00464)] == [1, 1, 1, 2]


def test_what_matters_most_is_what_moves_coverage_and_not_what_ends_every_plan(story):
    """Three bars: a small move and no plan, a great move, and no plan on either side."""

    def bar(setting, low, high):
        return Bar(setting, 1.0, Reading(0.9, 0.9, low), Reading(1.1, 1.1, high))

    base = story.tornado.coverage
    bars = (
        bar("leaders.eligible_share", base - 0.3, base),
        bar("roles.salary", base + 0.01, None),
        bar("enrollment.pupils", None, None),
    )
    summary = DRAWINGS["tornado"].summary(
        dataclasses.replace(story, tornado=dataclasses.replace(story.tornado, bars=bars))
    )
    assert summary == (
        "What matters most: teachers who may lead, salaries. 2 assumptions leave no plan that keeps all rules when one of"
        " them is 10 % worse: salaries (higher) and pupils (lower or higher)."
    )
    only = dataclasses.replace(story, tornado=dataclasses.replace(story.tornado, bars=bars[2:]))
    assert DRAWINGS["tornado"].summary(only).startswith("1 assumption leaves no plan")
    assert svg(chart(only, "tornado"))


def test_schools_that_gain_alike_are_not_told_as_most_and_least():
    told = tell(solve(made_district(3, years=1, scenarios=1)), ["comparison"], Options(threads=1))
    text = re.sub("<[^>]+>", "", str(schools.summary(told)))
    assert text == "Every school changes by +35.0 points."


def test_where_more_money_goes_is_told_as_it_is(story):
    """A third of it is not most of it, and money that finds no use is not spent."""
    extra = story.explanation.extra

    def told(*shares: float) -> str:
        years = story.tree.years
        used = tuple(
            Amount(school, "", 2027, "y1", 1.0, share * extra.yearly * years)
            for school, share in zip(story.district.schools.id, shares)
        )
        answer = dataclasses.replace(story.explanation, extra=dataclasses.replace(extra, used=used))
        text = str(money.summary_extra(dataclasses.replace(story, explanation=answer)))
        return re.sub("<[^>]+>", "", text).partition("(weighted by need); ")[2]

    first = "=HYPERLINK(&#34;http://evil.example&#34;,&#34;x&#34;)"
    assert told(0.4, 0.3, 0.3) == f"the largest part of it goes to {first}."
    assert told(0.6, 0.4) == f"most of it goes to {first}."
    assert told(1.0) == f"all of it goes to {first}."
    assert told(0.05) == f"$5,000 of it finds use in an average year; all of that goes to {first}."


def test_stipends_without_a_plan_are_no_table(story):
    """A plan with a hole has no other plan at any stipend: its schools are told instead of a table of dashes."""
    none = tuple(dataclasses.replace(step, coverage=None) for step in story.stipends)
    table = DRAWINGS["teams"].table(dataclasses.replace(story, stipends=none))
    assert table.caption == "Stipend and teachers for each leader, by school"
    assert DRAWINGS["teams"].table(story).caption == "The best plan at every stipend of the schedule"
