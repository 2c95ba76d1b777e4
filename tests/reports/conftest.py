"""A small district with every answer, and a browser."""

import dataclasses
import datetime

import numpy as np
import pytest

from commands.storytelling import tell
from models.district import Budget
from models.made import made_district
from optimizer import solve
from optimizer.shortfall import solve_with_shortfall
from optimizer.staging import Options
from reports.board import board_report
from reports.story import ANSWERS

HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "+Plus & <b>Bold</b> School",
    '@Quote\'s "High" </style><script>alert(1)</script>',
)


def small_district():
    """Three schools with names that are formulas and markup, two years, two scenarios, and an actual budget."""
    district = made_district(3, years=2, scenarios=2, seed=4)
    schools = dataclasses.replace(district.schools, name=HOSTILE, need_weight=np.array([1.0, 1.5, 1.0]))
    budget = Budget(np.array([0, 1, 2]), ("salaries",) * 3, np.array([1.0e6, 1.1e6, 1.2e6]))
    settings = dataclasses.replace(district.settings, name='Smith & <Sons> "District" </title>')
    return district.replace(schools=schools, budget=budget, settings=settings)


@pytest.fixture(scope="session")
def story():
    """Every answer about the small district."""
    told = tell(solve(small_district()), ANSWERS, Options(threads=1))
    return dataclasses.replace(told, made_on=datetime.date(2027, 3, 1))


@pytest.fixture(scope="session")
def board(story):
    """Its board report."""
    return board_report(story)


@pytest.fixture(scope="session")
def short():
    """A plan with a hole: no cut can be absorbed, and no price, frontier or tornado is there."""
    schools = small_district().schools
    poor = dataclasses.replace(schools, funding_per_pupil=schools.funding_per_pupil * 0.7)
    district = small_district().replace(schools=poor)
    return tell(solve_with_shortfall(district), ANSWERS, Options(threads=1))


@pytest.fixture(scope="session")
def browser(chromium, tmp_path_factory):
    """A Chromium with a profile of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            str(tmp_path_factory.mktemp("profile")),
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            headless=True,
        )
        yield context
        context.close()
