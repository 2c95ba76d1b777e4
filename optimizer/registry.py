"""The registry of rules: each with its equation, unit, source and what its dual tells a planner.

`docs/maths.md` is generated from it, golden files are kept for each entry, and reports name rules by its ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.formulation import Model

Builder = Callable[["Model"], Any]


@dataclass(frozen=True)
class Rule:
    """One rule of the formulation.

    Attributes
    ----------
    id : name in code, row names, reports and docs
    equation : as in the rule table, in TeX
    unit : unit of the rule's two sides
    words : the rule in a planner's words
    dual : what the size of the dual means to a superintendent: the covered pupils that easing the rule gains
    source : where the rule comes from
    setting : the input that switches it on or sets its right side, as a planner finds it in the files
    build : adds the rule to a model, if the model has it
    parts : further blocks of rows, `id.part`, by part: what their duals mean

    """

    id: str
    equation: str
    unit: str
    words: str
    dual: str
    source: str
    setting: str
    build: Builder
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> tuple[str, ...]:
        """Names of the rule's blocks of rows: its id, then its parts."""
        return (self.id, *(f"{self.id}.{part}" for part in self.parts))

    @property
    def function(self) -> str:
        """Where the code of the rule stands."""
        return f"{self.build.__module__}.{self.build.__name__}"


RULES: dict[str, Rule] = {}


def rule(
    *,
    equation: str,
    unit: str,
    words: str,
    dual: str,
    source: str,
    setting: str,
    parts: Mapping[str, str] | None = None,
) -> Callable[[Builder], Builder]:
    """Register a function as the builder of the rule of its name."""

    def register(build: Builder) -> Builder:
        RULES[build.__name__] = Rule(
            build.__name__, equation, unit, words, dual, source, setting, build, parts or {}
        )
        return build

    return register
