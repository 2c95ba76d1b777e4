"""Room for wide letters: no name loses its first letters where only Verdana or DejaVu Sans is there."""

import dataclasses
import re

import pytest

from reports.charts.drawing import NARROW, WIDE, chart_names
from reports.charts.files import svg
from reports.charts.gallery import DRAWINGS, chart
from reports.charts.room import roomy, text_width, wrapped

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="100" height="50" viewBox="0 0 100 50">'
GROUND = '<rect width="100" height="50" fill="white"/>'


def picture(*texts):
    return f'{HEAD}{GROUND}<g transform="translate(20,10)">{"".join(texts)}</g></svg>'


def text(words, x=0, anchor="start", more=""):
    return f'<text text-anchor="{anchor}" transform="translate({x},5)" font-size="10px"{more}>{words}</text>'


def box(drawn):
    return [float(part) for part in re.search(r'viewBox="([^"]+)"', drawn)[1].split()]


def test_a_text_is_measured_in_wide_letters():
    assert text_width("Wm", 10) == pytest.approx(9.89 + 9.74)
    assert text_width("é", 10) == text_width("e", 10)
    assert text_width("…漢", 10) == 20
    assert text_width("Wm", 10, bold=True) > text_width("Wm", 10)


def test_a_picture_whose_texts_fit_stays_as_it_is():
    drawn = picture(text("in"), text("x" * 90, more=' opacity="0"'), "<text>no size</text>")
    assert roomy(drawn) == drawn
    assert roomy("<svg></svg>") == "<svg></svg>"


def test_a_text_that_sticks_out_gets_room_and_the_picture_stays_as_wide():
    long = text("W" * 6, anchor="end", x=30)
    drawn = roomy(picture(long))
    left, _, wide, tall = box(drawn)
    assert left == pytest.approx(50 - 6 * 9.89 - 2)
    assert (wide, tall) == (pytest.approx(100 - left), 50)
    assert 'width="100" height="' in drawn
    assert float(re.search(r'height="([\d.]+)" viewBox', drawn)[1]) == pytest.approx(
        50 * 100 / wide, rel=1e-4
    )
    assert f'<rect x="{left:.6g}" width="{wide:.6g}"' in drawn
    right = roomy(picture(text("<tspan>i</tspan><tspan>" + "W" * 12 + "</tspan>")))
    assert box(right)[0] == 0
    assert box(right)[2] == pytest.approx(20 + 12 * 9.89 + 2)


def test_an_upright_title_asks_for_no_room():
    upright = text("W" * 40).replace("translate(0,5)", "translate(-15,20) rotate(-90) translate(0,-3)")
    assert roomy(picture(upright)) == picture(upright)


def test_lines_are_folded_where_wide_letters_end():
    lines = wrapped("How many pupils are fully served, year by year?", 120, 10, bold=True)
    assert " ".join(lines) == "How many pupils are fully served, year by year?"
    assert all(text_width(line, 10, bold=True) <= 120 for line in lines)
    assert wrapped("W" * 50, 10, 10) == ["W" * 50]


@pytest.mark.parametrize("name", ["schools", "cuts", "extra", "tornado"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_long_names_have_room_in_every_chart(story, name, width):
    names = ("WILLIAM & MARY WOODROW WILSON MIDDLE SCHOOL", "Mmmmmmmmmmm Wwwwwwwwwwww " * 4, "Oak")
    schools = dataclasses.replace(story.district.schools, name=names)
    plan = dataclasses.replace(story.plan, district=story.district.replace(schools=schools))
    told = dataclasses.replace(story, plan=plan)
    if not DRAWINGS[name].shows(told):
        pytest.skip(f"the small district has nothing for {name}")
    drawn = svg(chart(told, name, width))
    assert box(drawn)[2] < 1.35 * width


def test_long_names_lose_their_middle_and_stay_apart():
    names = ("The Honorable Wilhelmina Wollstonecraft Elementary School of the Performing Arts 40",) * 2
    names += ("The Honorable Wilhelmina Wollstonecraft Early College High School 41", "Oak")
    found = chart_names(names, ("a", "b", "c", "d"), WIDE)
    assert len(set(found)) == 4
    assert found[0].startswith("The Honorable")
    assert found[0].endswith("Arts 40 (a)")
    assert found[2].endswith("High School 41")
    assert found[3] == "Oak"
