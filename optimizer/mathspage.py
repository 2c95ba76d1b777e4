"""The page `docs/maths.md`, made from the registry of rules and the program itself: `python -m optimizer.mathspage`.

Rules, their rows, the variables, their axes and units are read from the code; a test fails when the page has drifted.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from models.district import District
from models.made import made_district
from models.parameters import Parameters
from models.settings import Pool
from optimizer.formulation import Model
from optimizer.mathswords import (
    BEFORE,
    EXPRESSIONS,
    INTRO,
    OBJECTIVES,
    PARAMETERS,
    RULES_INTRO,
    SETS,
    VARIABLES,
)
from optimizer.objective_rules import OBJECTIVE_RULES
from optimizer.objectives import stages_of
from optimizer.program import Program
from optimizer.registry import RULES, Rule

PAGE = Path(__file__).parent.parent / "docs" / "maths.md"


def render() -> str:
    """Return the whole page."""
    models = [_model("school"), _model("district")]
    parts = [
        INTRO,
        "## Index sets\n",
        _table(("letter", "set", "members", "comes from"), _sets(models[0].lp)),
        "## Parameters\n",
        _table(("name", "axes", "meaning", "unit"), _parameters()),
        BEFORE,
        "## Variables\n\nAll are at least 0.\n",
        _table(("name", "axes", "meaning", "unit", "exists"), _variables(models)),
        EXPRESSIONS,
        RULES_INTRO,
        *(_rule(rule, models) for rule in RULES.values()),
        OBJECTIVES,
        *(_rule(rule, models) for rule in OBJECTIVE_RULES.values()),
    ]
    page = "\n".join(part.strip("\n") + "\n" for part in parts)
    return re.sub(r"(?<!`)\$(?!`)", r"\\$", page)  # a dollar of money is no mark of maths


def every_rule(mobility: Pool = "school") -> District:
    """Return a small district with every setting that switches a rule on."""
    return made_district(
        2,
        2,
        2,
        pool="district",
        mobility=mobility,
        funding={"max_transfer_share": 0.1},
        staff={"min_adults_per_100_pupils": 4.5},
        coverage={"min_school_share": 0.2},
    )


def _model(mobility: Pool) -> Model:
    model = Model(every_rule(mobility), cut="district", shortfall=True)
    stages_of(model, "worst_case")
    stages_of(model, "max_min")
    return model


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _sets(lp: Program) -> list[tuple[str, ...]]:
    return [(f"`{letter}`", *SETS[letter]) for letter in lp.labels]


def _parameters() -> list[tuple[str, ...]]:
    return [(f"`{field.name}`", *PARAMETERS[field.name]) for field in fields(Parameters)]


def _axes(options: Iterable[str]) -> str:
    shown = dict.fromkeys(f"`{', '.join(axes)}`" if axes else "one" for axes in options)
    return " or ".join(shown)


def _variables(models: Sequence[Model]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, block in models[0].lp.variables.items():
        symbol, words, exists = VARIABLES[name]
        axes = _axes(model.lp.variables[name].axes for model in models)
        rows.append((f"`{name}`" + (f" {symbol}" if symbol else ""), axes, words, block.unit, exists))
    return rows


def _sense(model: Model, name: str) -> str:
    index = model.lp.rules[name].index
    matrix, rows = model.lp.matrix(), index[index >= 0]
    lower, upper = matrix.row_lower[rows], matrix.row_upper[rows]
    if np.array_equal(lower, upper):
        return "="
    return "≥" if np.isposinf(upper).all() else "≤"


def _rule(rule: Rule, models: Sequence[Model]) -> str:
    first = models[0]
    rows = []
    for name in rule.blocks:
        axes = dict.fromkeys(model.lp.rules[name].axes for model in models)
        index = first.lp.rules[name].index
        example = first.lp.row_label(int(index[index >= 0][0]))
        shown = " or ".join(f"`{name}[{','.join(letters)}]`" for letters in axes)
        rows.append(("rows", f"{shown} ({_sense(first, name)}), for example `{example}`"))
    module = rule.build.__module__
    path = f"../{module.replace('.', '/')}.py"
    rows += [
        ("unit", rule.unit),
        ("comes from", f"`{rule.setting}`"),
        ("source", rule.source),
        ("function", f"[`{rule.function}`]({path})"),
        ("golden file", f"[`{rule.id}.lp`](../tests/golden/{rule.id}.lp)"),
        ("price", rule.dual),
        *((f"price of `{rule.id}.{part}`", words) for part, words in rule.parts.items()),
    ]
    words = rule.words[0].upper() + rule.words[1:]
    return f"### `{rule.id}`\n\n{words}.\n\n```math\n{rule.equation}\n```\n\n" + _table(("", ""), rows)


def write(page: Path = PAGE) -> None:
    """Write the page beside itself and then in its place."""
    beside = page.with_suffix(".new")
    beside.write_text(render(), encoding="utf-8")
    beside.replace(page)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE)
