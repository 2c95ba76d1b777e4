"""Registry entries of the rules that an objective brings along: `worst_case` and `max_min`."""

from __future__ import annotations

from optimizer import objectives
from optimizer.registry import RULES, Rule

OBJECTIVE_RULES: dict[str, Rule] = {
    "worst_case": Rule(
        id="worst_case",
        equation=(
            r"\theta \le \frac{\sum_{n \in \mathrm{path}(c)} \sum_s \omega_s C_{sn}}"
            r"{\sum_{n \in \mathrm{path}(c)} \sum_s \omega_s E_{sn}}"
        ),
        unit="pupils",
        words="the worst scenario covers at least this share of its pupils",
        dual="weight of the scenario in the worst case, per pupil of its path; only the worst scenarios have any",
        source="definition of the objective",
        setting="coverage.objective",
        build=objectives.worst_case,
    ),
    "max_min": Rule(
        id="max_min",
        equation=r"\varphi \le \frac{\sum_n p_n C_{sn}}{\sum_n p_n E_{sn}}",
        unit="pupils",
        words="the worst school covers at least this share of its pupils",
        dual="weight of the school in the least coverage, per pupil; only the worst schools have any",
        source="definition of the objective",
        setting="coverage.objective",
        build=objectives.max_min,
    ),
}


def rule_of(block: str) -> Rule:
    """Return the entry that a block of rows belongs to: `training.stock` is a part of `training`."""
    name = block.partition(".")[0]
    return RULES[name] if name in RULES else OBJECTIVE_RULES[name]
