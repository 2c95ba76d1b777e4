"""The schema agrees with the models, with itself, with the rules it names and with `docs/inputs.md`."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path

import pytest

from datafiles.page import ELSEWHERE, render
from datafiles.schema import SETTINGS, TABLES, Column, schema
from models import district as axes
from models.district import BUDGET_CATEGORIES, KINDS
from models.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "inputs.md"
TYPES = ("key", "text", "number", "fraction", "whole", "one of", "yes or no", "bands")


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert render(page) == page, "run: python -m datafiles.page docs/inputs.md"
    assert all(f"`{column.name}`" in page for column in schema())
    assert render("<!-- generated: settings -->\nold\n<!-- end -->").count("\n") == len(SETTINGS.columns) + 3


def test_every_row_is_whole() -> None:
    assert {column.table for column in schema()} == {*TABLES, "settings"}
    for column in schema():
        assert column.type in TYPES or column.refers_to in TABLES, column
        assert column.meaning, column
        assert column.default, column
        assert bool(column.range) == (
            column.is_figure or column.type in ("one of", "yes or no", "bands") or "no ;" in column.range
        )
        if column.is_figure and column.default[0].isdigit():
            low, high = column.bounds
            assert low <= float(column.default) <= high, column


def test_rules_that_are_named_exist() -> None:
    import optimizer.formulation  # noqa: F401 - registers the rules
    from optimizer.registry import RULES

    named = {rule for column in schema() for rule in column.used_in.split("; ")} - set(ELSEWHERE)
    assert named <= set(RULES)


def test_settings_are_those_of_the_models() -> None:
    """Same sections and keys, same neutral values, same words to choose from."""
    neutral, told = Settings(), {}
    for part in dataclasses.fields(Settings):
        value = getattr(neutral, part.name)
        if dataclasses.is_dataclass(value):
            hints = typing.get_type_hints(type(value))
            told |= {
                f"{part.name}.{f.name}": (getattr(value, f.name), hints[f.name])
                for f in dataclasses.fields(value)
            }
        else:
            told[part.name] = (value, type(value))
    assert set(told) == set(SETTINGS.columns)
    for name, (value, hint) in told.items():
        column = SETTINGS.columns[name]
        if value is None:
            assert column.default in ("no rule", "no reserve", "whole schedule"), name
        elif column.is_figure:
            assert float(column.default) == value, name
        else:
            assert column.default == value, name
        assert column.choices == (
            typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()
        ), name


@pytest.mark.parametrize(
    ("table", "part"),
    [
        ("schools", axes.Schools), ("grade_bands", axes.GradeBands), ("roles", axes.Roles), ("team_models", axes.TeamModels),
        ("technology", axes.Technology), ("device_types", axes.DeviceTypes), ("stipends", axes.StipendSchedule),
    ],
)  # fmt: skip
def test_columns_are_those_of_the_models(table: str, part: type) -> None:
    own = {
        "id": {
            "schools": "school_id",
            "grade_bands": "grade_band",
            "roles": "role",
            "device_types": "device",
        }.get(table, table)
    }
    own |= {"name": "school_name", "listed": "grade_bands", "fte": None}  # type: ignore[dict-item]
    fields = [own.get(f.name, f.name) for f in dataclasses.fields(part)]
    assert [name for name in fields if name] == list(TABLES[table].columns) or {*fields} - {None} == set(
        TABLES[table].columns
    )


def test_words_are_those_of_the_models() -> None:
    assert TABLES["roles"].columns["kind"].choices == KINDS
    assert TABLES["budget"].columns["category"].choices == BUDGET_CATEGORIES


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (TABLES["schools"].columns["funding_per_pupil"], "a number ($ per pupil), 0 or more,"),
        (TABLES["schools"].columns["fixed_funding"], "a number ($ a year)"),
        (TABLES["schools"].columns["need_weight"], "a number, 0 or more,"),
        (TABLES["team_models"].columns["pupils"], "a number (pupils per team) above 0"),
        (TABLES["roles"].columns["annual_raise"], "a fraction from -1 to 1"),
        (TABLES["scenarios"].columns["year"], "a whole number from 1 to 50"),
        (SETTINGS.columns["funding.pool"], "school or district"),
        (SETTINGS.columns["name"], "text"),
    ],
)
def test_what_is_expected(column: Column, expected: str) -> None:
    assert column.expected == expected
