"""How deep a cut a district and its schools can absorb, and what gives way on the way down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models.rung import Rung

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Absorbed:
    """The deepest cut that leaves a plan, as a share of funding; `None` where there is no plan even without a cut.

    `by_school` is the cut of one school while all others keep their funding. It is empty where it was not asked for.
    `without_plan` names the schools that stand in the way when there is no plan.
    """

    district: float | None
    by_school: Mapping[str, float | None] = field(default_factory=dict)
    without_plan: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Figures by name."""
        return {"cut": self.district, "by_school": dict(self.by_school)}


@dataclass(frozen=True)
class Resilience:
    """The answer of `spanwise stress`.

    Attributes
    ----------
    district : its name
    cut : the cut with every pattern (`all`) and with classrooms of one teacher alone (`traditional`), under what was
        asked to be held
    bare : the same with nothing held: what the rules allow
    held : every pattern, every school held at a `quarter`, `half` and `all` of its planned last-year coverage
    hold_coverage, hold_adults, surprise : what was asked to be held
    coverage : coverage of the plan without a cut; `None` when there is none
    ladder, presets : the rungs of the cut ladder, and the sourced presets
    years : plan years that a cut strikes, first and last calendar year
    solves, cold, seconds : runs of the solver for the cuts, those without a basis to start from, time of all

    """

    district: str
    cut: Mapping[str, Absorbed]
    bare: Mapping[str, Absorbed]
    held: Mapping[str, Absorbed]
    hold_coverage: float | None
    hold_adults: float | None
    surprise: bool
    coverage: float | None
    ladder: tuple[Rung, ...]
    presets: tuple[Rung, ...]
    years: tuple[int, int]
    solves: int
    cold: int
    seconds: float
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The answer of `spanwise stress --json`."""
        return {
            "district": self.district,
            "cut": {patterns: absorbed.district for patterns, absorbed in self.cut.items()},
            "by_school": _by_school(self.cut),
            "bare": {
                "cut": {patterns: absorbed.district for patterns, absorbed in self.bare.items()},
                "by_school": _by_school(self.bare),
            },
            "held": {share: absorbed.as_dict() for share, absorbed in self.held.items()},
            "hold_coverage": self.hold_coverage,
            "hold_adults": self.hold_adults,
            "surprise": self.surprise,
            "coverage": self.coverage,
            "years": list(self.years),
            "ladder": [rung.as_dict() for rung in self.ladder],
            "presets": [rung.as_dict() for rung in self.presets],
            "solves": self.solves,
            "seconds": self.seconds,
            "notes": list(self.notes),
        }

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Tidy tables: `cuts`, one row a question and school; `ladder`, one row a rung and item."""
        import pandas as pd

        questions = [
            *((f"asked.{patterns}", absorbed) for patterns, absorbed in self.cut.items()),
            *((f"bare.{patterns}", absorbed) for patterns, absorbed in self.bare.items()),
            *((f"held.{share}", absorbed) for share, absorbed in self.held.items()),
        ]
        cuts = [
            {"question": name, "school": school, "cut": cut}
            for name, absorbed in questions
            for school, cut in (("", absorbed.district), *absorbed.by_school.items())
        ]
        ladder = [
            {
                "rung": rung.name,
                "plan": rung.coverage is not None,
                "item": item,
                "amount": amount,
                "fall": rung.falls.get(item),
            }
            for rung in (*self.ladder, *self.presets)
            for item, amount in rung.amounts.items()
        ]
        return {
            "cuts": pd.DataFrame(cuts, columns=["question", "school", "cut"]),
            "ladder": pd.DataFrame(ladder, columns=["rung", "plan", "item", "amount", "fall"]),
        }


def _by_school(answers: Mapping[str, Absorbed]) -> dict[str, dict[str, float | None]]:
    schools: dict[str, dict[str, float | None]] = {}
    for patterns, absorbed in answers.items():
        for school, cut in absorbed.by_school.items():
            schools.setdefault(school, {})[patterns] = cut
    return schools
