"""One `.lp` file a rule, from the tiny district, checked by eye once and kept.

After a wanted change, write them anew with `SPANWISE_UPDATE_GOLDEN=1 ./run pytest tests/maths/test_golden_lp.py -n 0`
and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.district import District
from optimizer.formulation import Model
from optimizer.objective_rules import OBJECTIVE_RULES
from optimizer.objectives import expected, spending, stages_of
from optimizer.registry import RULES
from tests.maths.tiny import tiny

GOLDEN = Path(__file__).parent.parent / "golden"
LOOKS_BACK = {"seats", "training", "launch", "growth", "startup_cap", "startup_grant", "staff_flow", "budget"}
BRANCHES = {"startup_grant", "school_floor", "worst_case", "max_min"}
VARIANTS = ("staff_flow.district", "budget.district", "budget.cut", "expected", "spending")


def district_of(name: str) -> District:
    """Two years where a rule looks at the year before, two scenarios where it speaks of more than one node a year."""
    years = 2 if name in LOOKS_BACK | BRANCHES else 1
    return tiny(years=years, cut=name in BRANCHES)


def text_of(name: str, folder: Path) -> str:
    """The rule's program as PuLP writes it."""
    district, only, objective = district_of(name), frozenset({name}), None
    if name == "staff_flow.district":
        model = Model(tiny(years=2, staff={"mobility": "district"}), only=frozenset({"staff_flow"}))
    elif name == "budget.district":
        model = Model(tiny(staff={"mobility": "district"}), only=frozenset({"budget"}))
    elif name == "budget.cut":
        district = tiny(years=2, funding={"pool": "school"})
        model = Model(district, cut="school", shortfall=True, only=frozenset({"budget"}))
    elif name in ("expected", "spending"):
        model = Model(tiny(years=2, cut=True), only=frozenset())
        objective = {"expected": expected, "spending": spending}[name](model).cost
    else:
        model = Model(district, only=only)
        if name in OBJECTIVE_RULES:
            objective = stages_of(model, name)[0].cost
    path = folder / f"{name}.lp"
    model.lp.to_pulp(objective, name=name).writeLP(str(path))
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*RULES, *OBJECTIVE_RULES, *VARIANTS])
def test_golden(name: str, tmp_path: Path) -> None:
    kept, text = GOLDEN / f"{name}.lp", text_of(name, tmp_path)
    if os.environ.get("SPANWISE_UPDATE_GOLDEN") == "1":
        kept.write_text(text, encoding="utf-8")
    assert kept.exists(), f"tests/golden/{name}.lp is missing; write it with SPANWISE_UPDATE_GOLDEN=1"
    assert text == kept.read_text(encoding="utf-8")


def test_every_rule_and_part_has_a_golden_file_and_no_other() -> None:
    files = {path.stem for path in GOLDEN.glob("*.lp")}
    assert files == {*RULES, *OBJECTIVE_RULES, *VARIANTS}
    for rule in [*RULES.values(), *OBJECTIVE_RULES.values()]:
        text = (GOLDEN / f"{rule.id}.lp").read_text(encoding="utf-8")
        for block in rule.blocks:
            assert f"\n{block}(" in text, f"{block} has no row in its golden file"


def test_a_golden_file_has_rows_of_its_rule_alone() -> None:
    for rule in [*RULES.values(), *OBJECTIVE_RULES.values()]:
        body = (
            (GOLDEN / f"{rule.id}.lp")
            .read_text(encoding="utf-8")
            .split("Subject To\n")[1]
            .split("Bounds\n")[0]
        )
        rows = [line.split("(")[0] for line in body.splitlines() if ": " in line]
        assert set(rows) == set(rule.blocks), rule.id
