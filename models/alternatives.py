"""Plans near the best one that ask for other moves: how far they are apart, and how many people each moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.district import Array
from models.plan import Plan

BEST, FEWEST = "best", "fewest moves"


@dataclass(frozen=True, eq=False)
class PlanMoves:
    """Staffing moves of a plan in FTE, year by year, against who is left of the year before after attrition.

    A position that a role gains at a school is filled by someone hired or by someone of its pool who changes role or,
    with district mobility, school. Positions that a pool loses beyond attrition are laid off. Attrition is no move.

    Attributes
    ----------
    gained : positions that roles gain, axes srn
    hired, changed, laid_off : axis n, the whole district

    """

    gained: Array
    hired: Array
    changed: Array
    laid_off: Array
    probability: Array
    years: int

    @classmethod
    def of(cls, plan: Plan) -> PlanMoves:
        """Count the moves of a plan from its positions alone."""
        district, tree, q = plan.district, plan.tree, plan.values["q"]
        before = np.where(tree.parent >= 0, q[:, :, tree.parent], district.staff.fte[:, :, None])
        change = q - (1.0 - district.roles.attrition_rate[:, None]) * before
        axes = "sPn" if district.settings.staff.mobility == "school" else "Pn"
        net = np.einsum(f"Pr,srn->{axes}", district.roles.in_pool, change).reshape(-1, tree.size)
        gained = np.maximum(change, 0.0)
        hired = np.maximum(net, 0.0).sum(axis=0)
        return cls(
            gained,
            hired,
            gained.sum(axis=(0, 1)) - hired,
            np.maximum(-net, 0.0).sum(axis=0),
            tree.probability,
            tree.years,
        )

    @property
    def total(self) -> float:
        """Expected moves in an average year, FTE: hired, changed and laid off."""
        return self.yearly(self.hired) + self.yearly(self.changed) + self.yearly(self.laid_off)

    @property
    def by_school(self) -> Array:
        """Positions filled with someone new to the role or school in an average year, axis s, FTE."""
        return np.asarray(self.gained.sum(axis=1) @ self.probability / self.years)

    def yearly(self, amount: Array) -> float:
        """Expected amount (axis n) in an average year."""
        return float(amount @ self.probability / self.years)


def needed(plan: Plan) -> Array:
    """Positions that the plan's teams need, with those outside all teams, axes srn, FTE; idle positions are left out."""
    taught = np.einsum("mr,sgmn->srn", plan.district.fte_per_pupil, plan.values["x"])
    return np.asarray(plan.district.staff.minimum[:, :, None] + taught)


def difference(plan: Plan, other: Plan) -> Array:
    """Positions that a plan needs more than another in an average year, by school and role, axes sr, FTE."""
    return np.asarray((needed(plan) - needed(other)) @ plan.tree.probability / plan.tree.years)


def distance(plan: Plan, other: Plan) -> float:
    """How far two plans are apart: Σ p |needed − needed| over schools, roles and nodes, FTE in an average year.

    A teacher's position that another plan makes an aide's counts 2: one place fewer, one more.
    """
    apart = np.abs(needed(plan) - needed(other)).sum(axis=(0, 1))
    return float(apart @ plan.tree.probability / plan.tree.years)


def folder_of(name: str) -> str:
    """Name of the folder that holds a plan of this name."""
    return name.replace(" ", "-")


@dataclass(frozen=True, eq=False)
class Alternatives:
    """The best plan and the plans near it.

    Attributes
    ----------
    plans : the best plan first, then the alternatives in the order in which they were found
    names : `best`, `alternative 1`, …, `fewest moves`
    within : how far below the best the coverage may be, as a share of it

    """

    plans: tuple[Plan, ...]
    names: tuple[str, ...]
    within: float

    @property
    def best(self) -> Plan:
        """The best plan, which the others are near to."""
        return self.plans[0]

    @cached_property
    def moves(self) -> tuple[PlanMoves, ...]:
        """Moves of every plan."""
        return tuple(PlanMoves.of(plan) for plan in self.plans)

    @cached_property
    def distances(self) -> Array:
        """Distance of every plan from every other, FTE in an average year."""
        return np.array([[distance(plan, other) for other in self.plans] for plan in self.plans])


def alternatives_json(found: Alternatives) -> dict[str, object]:
    """Return the object of `solve --alternatives --json`: every plan in full, with its moves and distances."""
    from models.plan_json import plan_json

    return {
        "status": str(found.best.status),
        "within": found.within,
        "plans": [
            {
                "name": name,
                "moves": _moves_json(found, number),
                "distance": dict(zip(found.names, map(float, found.distances[number]))),
                "plan": plan_json(plan),
            }
            for number, (name, plan) in enumerate(zip(found.names, found.plans))
        ],
    }


def _moves_json(found: Alternatives, number: int) -> dict[str, object]:
    moves, schools = found.moves[number], found.best.district.schools.id
    return {
        "total": moves.total,
        "hired": moves.yearly(moves.hired),
        "changed": moves.yearly(moves.changed),
        "laid_off": moves.yearly(moves.laid_off),
        "gained_by_school": dict(zip(schools, map(float, moves.by_school))),
    }


def named(plans: Sequence[Plan], fewest: Plan | None, within: float) -> Alternatives:
    """Put the best plan, the alternatives to it and the plan of the fewest moves under their names."""
    names = [BEST, *(f"alternative {number}" for number in range(1, len(plans)))]
    if fewest is None:
        return Alternatives(tuple(plans), tuple(names), within)
    return Alternatives((*plans, fewest), (*names, FEWEST), within)
