# ruff: noqa: E501 - whole messages stand on a line
"""Figures, codes, ids, grades and bands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datafiles.importing.cells import CODES, Unreadable, code, figure
from datafiles.importing.grades import ADULT, PREK, UNGRADED, Bands, grade_of, spread, whole
from datafiles.importing.pay_years import average_pay, growth
from datafiles.importing.prices import Prices
from datafiles.pricebook import book_names, load_book

BANDS = Bands("grade_band,label,max_pupils_per_teacher\nK-5,,28\n6-8,,30\n9-12,,31\n")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("12", 12), ("12.50", 12.5), ("$1,234", 1234), (" 1,234,567.8 ", 1234567.8), ("81.2%", 81.2), ("1e3", 1000), (".5", 0.5), ("7.", 7), ("0", 0)],
)  # fmt: skip
def test_figures(cell, value):
    assert figure(cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        "",
        " ",
        ".",
        "*",
        "s",
        "S",
        "-1",
        "-2",
        "-3",
        "-9",
        "-1.0",
        "†",
        "‡",
        "–",
        "—",
        "NA",
        "n/a",
        "null",
        "NaN",
        "-$2,384,388",
        "(500)",
    ],
)
def test_codes_are_no_figures(cell):
    assert figure(cell) is None


@pytest.mark.parametrize(
    "cell", ["many", "12 a", "1_000", "1,23", "1,2345", "inf", "1e999", "12;3", "0x10", "9999999999999"]
)
def test_what_is_neither_is_unreadable(cell):
    with pytest.raises(Unreadable):
        figure(cell)


@given(st.text(max_size=12))
def test_no_cell_is_ever_a_wrong_figure(cell):
    try:
        value = figure(cell)
    except Unreadable:
        return
    assert value is None or 0 <= value <= 1e12
    if cell.strip().casefold() in CODES:
        assert value is None


@pytest.mark.parametrize(
    ("cell", "width", "id_"),
    [("100005", 7, "0100005"), ("0100005", 7, "0100005"), ("100005.0", 7, "0100005"), ("'0013", 5, "00013"), ('="01902"', 6, "001902"), ("AL-101", 7, "AL-101")],
)  # fmt: skip
def test_ids(cell, width, id_):
    assert code(cell, width) == id_


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("Kindergarten", 0), ("KG", 0), ("K", 0), ("PK", PREK), ("Pre-Kindergarten", PREK), ("PE", PREK), ("Grade 3", 3), ("03", 3),
        ("3rd", 3), ("G7", 7), ("12", 12), ("Grade 13", 13), ("Ungraded", UNGRADED), ("UG", UNGRADED), ("Adult Education", ADULT),
        ("No Category Codes", None), ("M", None), ("N", None), ("99", None), ("Totals", None), ("", None), ("2.0", 2),
    ],
)  # fmt: skip
def test_grades(text, grade):
    assert grade_of(text) == grade


def test_bands_count_kindergarten_to_grade_12_and_spread_the_ungraded():
    assert BANDS.pupils({PREK: 50, 0: 30, 5: 30, 6: 20, 13: 20, ADULT: 9, UNGRADED: 10}) == [66.0, 22.0, 22.0]
    assert BANDS.pupils({UNGRADED: 10}) == [0.0, 0.0, 0.0], "a school of ungraded pupils alone has no band"


def test_spread_over_grades_offered():
    assert spread(90, 6, 8) == {6: 30, 7: 30, 8: 30}
    assert spread(90, -1, 1) == {0: 45, 1: 45}
    assert spread(90, -1, -1) == {PREK: 90}


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=6))
def test_whole_pupils_add_to_the_whole(counts):
    rounded = whole(counts)
    assert all(value.is_integer() for value in rounded)
    assert sum(rounded) == round(sum(counts))
    assert all(abs(a - b) <= 1 for a, b in zip(rounded, counts))


@pytest.mark.parametrize("name", book_names())
def test_every_book_can_price_an_import(name):
    prices = Prices(load_book(name))
    assert prices.class_loads == [25.0] * len(prices.bands.ids)
    assert set(range(13)) <= set(prices.bands.of_grade)
    assert prices.cart == ("cart_seat", 15.0, 178.0, 4.0)


def test_pay_of_the_book_is_that_of_its_year():
    assert average_pay()[2026] == load_book("us-2026").figure("roles", "teacher", "salary")


def test_growth():
    assert growth(2026, 2026) == 1.0
    assert growth(2016, 2026) == pytest.approx(76400 / 58353)
    assert growth(2010, 2015) == pytest.approx(1.02**5)
    assert growth(2019, 2024) * growth(2024, 2026) == pytest.approx(growth(2019, 2026))
    pay = list(average_pay().values())
    assert pay == sorted(pay)


def test_the_largest_parts_of_a_pupil_become_whole_ones() -> None:
    assert whole([10.2, 20.7, 30.1]) == [10.0, 21.0, 30.0]
    assert whole([0.6, 0.6, 0.8]) == [1.0, 0.0, 1.0]
