"""Figures that no solver can weigh against each other are input errors with their place, not words of a solver."""

from __future__ import annotations

import dataclasses

import pytest

from models.errors import InputError
from models.made import made_district


def test_a_team_of_hardly_any_pupils_is_named() -> None:
    district = made_district(2, 1, 1)
    pupils = district.team_models.pupils.copy()
    for figure in (1e-320, 1e-290, 1e-3):
        pupils[1] = figure
        with pytest.raises(InputError) as error:
            district.replace(team_models=dataclasses.replace(district.team_models, pupils=pupils))
        (problem,) = error.value.problems
        fte = district.team_models.fte[1].sum()
        assert str(problem) == (
            f"team_models.pupils: is {figure:g} for {fte:g} FTE of pattern {district.team_models.pattern[1]}.\n"
            "    Write the pupils whom one such team teaches."
        )


@pytest.mark.parametrize(
    ("years", "growth", "said"),
    [
        (50, {"price_growth": -0.99}, "funding.price_growth: is -0.99 a year, which makes 1e-98 of 1 within 50 years."),
        (50, {"growth": 1.0}, "funding.growth: is 1 a year, which makes 6e+14 of 1 within 50 years."),
    ],
)  # fmt: skip
def test_growth_beyond_all_measure_is_named(years: int, growth: dict[str, float], said: str) -> None:
    with pytest.raises(InputError) as error:
        made_district(2, years, 1, funding=growth)
    assert f"{said}\n    Growth of 2 % a year is written 0.02." in [
        str(each) for each in error.value.problems
    ]


def test_steep_growth_over_a_few_years_is_planned() -> None:
    assert made_district(2, 4, 1, funding={"price_growth": -0.9}).years == 4
