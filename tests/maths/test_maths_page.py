"""`docs/maths.md` says what the code does, all of it."""

from __future__ import annotations

import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from models.parameters import Parameters
from optimizer.formulation import Model
from optimizer.mathspage import PAGE, every_rule, render, write
from optimizer.mathswords import PARAMETERS, SETS, VARIABLES
from optimizer.objective_rules import OBJECTIVE_RULES, rule_of
from optimizer.objectives import stages_of
from optimizer.registry import RULES

ALL = [*RULES.values(), *OBJECTIVE_RULES.values()]
TABLE = [  # the rules of the formulation, in the order of its table
    *("placement", "equipment", "staffing_reach", "technology_reach", "positions"),
    *("stipend_take_up", "eligible_teachers", "leader_share"),
    *("seats", "training", "launch", "growth", "startup_cap", "startup_grant", "technology_cap"),
    *("staff_flow", "position_loss", "adult_floor"),
    *("reserve_cap", "school_floor", "transfer", "budget"),
]


def test_the_page_has_not_drifted() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run: ./run python -m optimizer.mathspage"


def test_writing_the_page(tmp_path: Path) -> None:
    write(tmp_path / "maths.md")
    assert [path.name for path in tmp_path.iterdir()] == ["maths.md"]
    assert (tmp_path / "maths.md").read_text(encoding="utf-8") == render()


def test_the_registry_is_the_rule_table() -> None:
    assert list(RULES) == TABLE
    assert list(OBJECTIVE_RULES) == ["worst_case", "max_min"]


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_every_entry_is_complete(rule) -> None:
    for text in (
        rule.equation,
        rule.unit,
        rule.words,
        rule.dual,
        rule.source,
        rule.setting,
        *rule.parts.values(),
    ):
        assert text.strip() == text != ""
    assert rule.equation.count("{") == rule.equation.count("}")
    assert "$" not in rule.equation  # a dollar would end the maths on the page
    module, name = rule.function.rsplit(".", 1)
    assert getattr(import_module(module), name) is rule.build
    assert f"### `{rule.id}`" in render()


def test_every_block_of_rows_belongs_to_one_entry_and_every_part_is_built() -> None:
    model = Model(every_rule())
    stages_of(model, "worst_case")
    stages_of(model, "max_min")
    assert set(model.lp.rules) == {block for rule in ALL for block in rule.blocks}
    for block in model.lp.rules:
        assert block in rule_of(block).blocks
    assert rule_of("training.stock") is RULES["training"]
    with pytest.raises(KeyError):
        rule_of("no_such_rule")


def test_every_axis_parameter_and_variable_is_described_and_no_other() -> None:
    model = Model(every_rule(), cut="district", shortfall=True)
    stages_of(model, "worst_case")
    stages_of(model, "max_min")
    assert set(SETS) == set(model.lp.labels)
    assert set(PARAMETERS) == {field.name for field in fields(Parameters)}
    assert set(VARIABLES) == set(model.lp.variables)


def test_the_axes_of_the_parameters_are_those_of_the_arrays() -> None:
    model = Model(every_rule())
    for name, (axes, _, _) in PARAMETERS.items():
        letters = re.findall("[a-zA-Z]", axes)
        assert getattr(model.p, name).shape == tuple(len(model.lp.labels[letter]) for letter in letters), name


def test_money_does_not_start_maths() -> None:
    """A dollar on the page is escaped or belongs to a mark of maths, so that no amount is set as a formula."""
    assert not re.search(r"(?<![\\`])\$(?!`)", render())
