"""Cards on a narrow terminal: no word is lost, and no table is torn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.fitting import fit

CARD = """\
Oak: 60.0 % of pupils fully served, which is more than any other of the designs that were tried
  eligible teachers            binds 11 of 108 times   one more covers 2.35 more pupils at Eastport
  Five-year device per pupil, adaptive products, technician    780  17.7 %
  School        Today  Best use  Optimal  Reallocation      Redesign  Spending
  Cedar Grove   0.0 %     3.2 %   32.1 %   +3.2 points  +28.8 points  −$122,300
  spanwise solve examples/oak --out DIR  all tables as CSV, and plan.json of it"""


def test_sentences_and_labels_go_on_where_they_began() -> None:
    assert fit(CARD, 60) == (
        """\
Oak: 60.0 % of pupils fully served, which is more than any
    other of the designs that were tried
  eligible teachers            binds 11 of 108 times
      one more covers 2.35 more pupils at Eastport
  Five-year device per pupil, adaptive
    products, technician                         780  17.7 %
  School        Today  Best use  Optimal  Reallocation      Redesign  Spending
  Cedar Grove   0.0 %     3.2 %   32.1 %   +3.2 points  +28.8 points  −$122,300
  spanwise solve examples/oak --out DIR
      all tables as CSV, and plan.json of it"""
    )
    assert fit(CARD, 80).split("\n")[2:4] == [
        "  eligible teachers            binds 11 of 108 times   one more covers 2.35 more",
        "                                                       pupils at Eastport",
    ]


def test_what_fits_stays_as_it_is() -> None:
    assert fit(CARD, 100) == CARD
    assert fit("", 10) == ""
    assert fit("a\n\nb\n", 1) == "a\n\nb\n"


def test_a_command_to_copy_stays_on_its_line() -> None:
    line = "Next: spanwise check the/folder/of/a/district/with/a/long/name --json"
    assert fit(line, 40) == line


@pytest.mark.parametrize("width", [1, 20, 40, 79])
def test_no_word_is_lost_on_any_terminal(width: int) -> None:
    assert fit(CARD, width).split() == CARD.split()


@given(st.text(alphabet="ab 1%$.,\n−", max_size=300), st.integers(1, 90))
def test_no_text_is_changed_but_for_its_spaces(text: str, width: int) -> None:
    assert "".join(fit(text, width).split()) == "".join(text.split())
