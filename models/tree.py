"""The scenario tree: what is decided together because nothing told the scenarios apart yet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from models.district import Array, Integers, Scenarios


@dataclass(frozen=True, eq=False)
class Tree:
    """Nodes of the tree, axis n, sorted by year and then by first scenario.

    Two scenarios share their node in year y exactly when their shocks agree in all years 1..y (formulation,
    section 1): a plan cannot act on a cut that has not been announced.

    Attributes
    ----------
    parent : axis n, index of the parent node, -1 at a root
    year : axis n, plan year 1..Y
    probability : axis n, p_n
    funding, enrollment, pay : axis n, relative shocks
    path : axes cy, the node of scenario c in plan year y + 1

    """

    years: int
    scenario_ids: tuple[str, ...]
    scenario_probability: Array
    parent: Integers
    year: Integers
    probability: Array
    funding: Array
    enrollment: Array
    pay: Array
    path: Integers

    @classmethod
    def of(cls, scenarios: Scenarios, years: int) -> Tree:
        """Build the tree of some scenarios over `years` plan years; the same scenarios have one tree, made once."""
        changes = scenarios.funding_change, scenarios.enrollment_change, scenarios.pay_change
        shocks = tuple([np.asarray(change, dtype=float)[:, :years].tobytes() for change in changes])
        return _made(years, scenarios.id, tuple(scenarios.probability.tolist()), shocks)

    @property
    def size(self) -> int:
        """Number of nodes."""
        return int(self.parent.size)

    @cached_property
    def is_root(self) -> Array:
        """Indicator of the roots, axis n."""
        return (self.parent < 0).astype(float)

    @cached_property
    def parent_of(self) -> Array:
        """Incidence: 1 where node a is the parent of node n, axes an."""
        incidence = np.zeros((self.size, self.size))
        children = np.flatnonzero(self.parent >= 0)
        incidence[self.parent[children], children] = 1.0
        return incidence

    @cached_property
    def on_path(self) -> Array:
        """Incidence: 1 where node a is node n or an ancestor of it, axes an."""
        incidence = np.eye(self.size)
        for n in range(self.size):  # parents come first
            if self.parent[n] >= 0:
                incidence[:, n] += incidence[:, self.parent[n]]
        return incidence

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Readable node names: the plan year, and the scenarios when not all pass, for example `y3.cut10`."""
        names = []
        for n in range(self.size):
            through = np.flatnonzero(self.path[:, self.year[n] - 1] == n)
            everyone = through.size == len(self.scenario_ids)
            suffix = "" if everyone else "." + "+".join(self.scenario_ids[c] for c in through)
            names.append(f"y{self.year[n]}{suffix}")
        return tuple(names)


@lru_cache(maxsize=64)
def _made(
    years: int, ids: tuple[str, ...], probability: tuple[float, ...], shocks: tuple[bytes, ...]
) -> Tree:
    """The tree of scenarios with these probabilities and shocks: of funding, enrollment and pay, axes cy, as bytes."""
    changes = np.stack([np.frombuffer(shock).reshape(len(ids), years) for shock in shocks], axis=-1)
    path = np.zeros((len(ids), years), dtype=np.int64)
    parent: list[int] = []
    year: list[int] = []
    triple: list[tuple[float, ...]] = []
    for y in range(years):
        known: dict[tuple[int, tuple[float, ...]], int] = {}
        for c in range(len(ids)):
            above = int(path[c, y - 1]) if y else -1
            key = (above, tuple(float(value) + 0.0 for value in changes[c, y]))
            if key not in known:
                known[key] = len(parent)
                parent.append(above)
                year.append(y + 1)
                triple.append(key[1])
            path[c, y] = known[key]
    chance = np.zeros(len(parent))
    for y in range(years):
        np.add.at(chance, path[:, y], probability)
    columns = np.array(triple).reshape(-1, 3)
    arrays = (
        np.array(probability, dtype=float),
        np.array(parent),
        np.array(year),
        chance,
        columns[:, 0],
        columns[:, 1],
        columns[:, 2],
        path,
    )
    for array in arrays:
        array.flags.writeable = False  # they are shared
    return Tree(years, ids, *arrays)
