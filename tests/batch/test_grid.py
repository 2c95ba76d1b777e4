"""Grids: every combination of values, and wrong ones told before anything is solved."""

import pytest

from batch.grid import parse_grid, variants, vary
from datafiles.folder import read_district
from models.errors import InputError
from tests.commands.runner import ROOT, spanwise

NONE = "none is for rules that a district may do without, such as funding.reserve_max_share."
ONCE = "Give each value of a setting once."
FIGURE = "Write a figure, or leave the setting out of --grid: each district has its own then."


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (
            "funding.grwth=0",
            "--grid funding.grwth=0: there is no setting 'funding.grwth'.\n\nDid you mean funding.growth?",
        ),
        ("funding.growth=", "--grid funding.growth=: a value is missing."),
        ("funding.growth=0,0", "a value or a setting stands twice"),
        ("cut=1.5", "--grid cut: 1.5 is no share between 0 and 1.\n\nA cut of 7 % is written 0.07."),
        ("funding.growth=7", "--grid funding.growth"),
        ("funding.pool=state", "--grid funding.pool"),
        ("launch.turnover=none", "--grid launch.turnover"),
        ("launch.turnover=true", "--grid launch.turnover: true is not a number"),
        ('funding.pool=["school"]', "--grid funding.pool: a list is not text"),
        (
            "funding.growth=0,0.0",
            f"--grid funding.growth=0,0.0: a value or a setting stands twice.\n\n{ONCE}",
        ),
        ("cut=0.07,0.070", f"--grid cut=0.07,0.070: a value or a setting stands twice.\n\n{ONCE}"),
        (
            "years=1.0",
            "--grid years: 1.0 is not written as a whole number; a whole number from 1 to 50 is expected.\n    Write it as 1.",
        ),
        (
            "funding.growth=none",
            "--grid funding.growth=none: funding.growth cannot be left out; a fraction from -1 to 1 is expected.\n\n"
            + NONE,
        ),
        (
            "years=none",
            f"--grid years=none: years cannot be left out; a whole number from 1 to 50 is expected.\n\n{NONE}",
        ),
        (
            "funding.growth=n/a",
            f'--grid funding.growth: "n/a" is text; a fraction from -1 to 1 is expected.\n    {FIGURE}',
        ),
    ],
)
def test_wrong_grids(grid, message):
    with pytest.raises(InputError) as error:
        parse_grid([grid])
    assert message in str(error.value)


def test_grid_is_every_combination():
    grid = parse_grid(["funding.growth=0,0.02", "cut=0,0.07", "leaders.stipend_policy=uniform"])
    assert variants(grid) == [
        {"funding.growth": growth, "cut": cut, "leaders.stipend_policy": "uniform"}
        for growth in (0, 0.02)
        for cut in (0, 0.07)
    ]


def test_none_leaves_a_rule_out():
    assert parse_grid(["funding.reserve_max_share=none,0.05"]) == {"funding.reserve_max_share": [None, 0.05]}
    district = read_district(ROOT / "examples" / "lakeside").with_settings(
        funding={"reserve_max_share": 0.02}
    )
    assert vary(district, {"funding.reserve_max_share": None}).settings.funding.reserve_max_share is None


def test_an_objective_that_the_grid_varies_is_said_once(tmp_path):
    """The option went before: rows of the grid had the objective of the option under another one's name."""
    ran = spanwise(
        "batch",
        ROOT / "examples" / "oak",
        "--grid",
        "coverage.objective=max_min,expected",
        "--objective",
        "worst_case",
        "-o",
        tmp_path / "out",
    )
    assert ran.code == 2
    assert "--objective and --grid coverage.objective both say what is maximised; give one." in ran.err
    assert not (tmp_path / "out").exists()
