"""How coverage moves when one setting of a district does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


SEEN = 0.0005
"""A smaller move of coverage shows as 0.0 points."""


@dataclass(frozen=True)
class Reading:
    """Coverage at one value of a setting.

    Attributes
    ----------
    value : the value, or `None` where a table column with several values is scaled
    factor : how much of today's value it is, `None` for a value of its own
    coverage : value of the objective's first stage; `None` when there is no plan
    note : why there is none, or how the value was limited

    """

    value: float | None
    factor: float | None
    coverage: float | None
    note: str = ""


@dataclass(frozen=True)
class Sensitivity:
    """Coverage along one setting.

    `today` is the setting's present value (`None` for no such rule, or for several values), `coverage` the coverage
    there (`None` when there is no plan).
    """

    district: str
    objective: str
    setting: str
    today: float | None
    coverage: float | None
    readings: tuple[Reading, ...]
    solves: int
    cold: int
    seconds: float

    def to_frame(self) -> pd.DataFrame:
        """One row a value."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "setting": self.setting,
                    "value": r.value,
                    "factor": r.factor,
                    "coverage": r.coverage,
                    "note": r.note,
                }
                for r in self.readings
            ]
        )

    def as_dict(self) -> dict[str, Any]:
        """The answer of `spanwise frontier --along SETTING --json`."""
        return {
            "district": self.district,
            "objective": self.objective,
            "setting": self.setting,
            "today": self.today,
            "coverage": self.coverage,
            "points": [
                {"value": r.value, "factor": r.factor, "coverage": r.coverage, "note": r.note or None}
                for r in self.readings
            ],
            "solves": self.solves,
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class Bar:
    """One bar of a tornado: coverage with a setting lower and higher by the same share."""

    setting: str
    today: float | None
    low: Reading
    high: Reading

    def swing(self, base: float) -> float:
        """The greatest move of coverage to a side that has a plan; nothing where neither has one."""
        known = [reading.coverage for reading in (self.low, self.high) if reading.coverage is not None]
        return max((abs(coverage - base) for coverage in known), default=0.0)

    @property
    def without_plan(self) -> str:
        """The sides on which no plan is left: `lower`, `higher`, `lower or higher`, or blank."""
        sides = (("lower", self.low), ("higher", self.high))
        return " or ".join(name for name, reading in sides if reading.coverage is None)


@dataclass(frozen=True)
class Tornado:
    """Coverage with every numeric setting lower and higher by the same share, the greatest move to a plan first.

    A side without a plan has no move that could be compared; `bars_without_plan` are the settings with such a side.
    `without_effect` names the settings that move nothing, `absent` those that the district does not use (a blank
    setting, or a column of zeros, of which a share is nothing).
    """

    district: str
    objective: str
    change: float
    coverage: float
    bars: tuple[Bar, ...]
    without_effect: tuple[str, ...]
    absent: tuple[str, ...]
    solves: int
    cold: int
    seconds: float

    @property
    def greatest(self) -> tuple[Bar, ...]:
        """The three settings that move coverage most."""
        return tuple(bar for bar in self.bars if bar.swing(self.coverage) >= SEEN)[:3]

    @property
    def bars_without_plan(self) -> tuple[Bar, ...]:
        """The settings that leave no plan on a side, in the order of the bars."""
        return tuple(bar for bar in self.bars if bar.without_plan)

    def to_frame(self) -> pd.DataFrame:
        """One row a setting and side."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "setting": bar.setting,
                    "today": bar.today,
                    "factor": reading.factor,
                    "value": reading.value,
                    "coverage": reading.coverage,
                    "difference": None if reading.coverage is None else reading.coverage - self.coverage,
                    "note": reading.note,
                }
                for bar in self.bars
                for reading in (bar.low, bar.high)
            ],
            columns=["setting", "today", "factor", "value", "coverage", "difference", "note"],
        )

    def as_dict(self) -> dict[str, Any]:
        """The answer of `spanwise frontier --tornado 10% --json`."""

        def side(reading: Reading) -> dict[str, Any]:
            return {"value": reading.value, "coverage": reading.coverage, "note": reading.note or None}

        return {
            "district": self.district,
            "objective": self.objective,
            "change": self.change,
            "coverage": self.coverage,
            "bars": [
                {
                    "setting": bar.setting,
                    "today": bar.today,
                    "low": side(bar.low),
                    "high": side(bar.high),
                    "swing": bar.swing(self.coverage),
                    "no_plan": bar.without_plan or None,
                }
                for bar in self.bars
            ],
            "without_effect": list(self.without_effect),
            "absent": list(self.absent),
            "solves": self.solves,
            "seconds": self.seconds,
        }
