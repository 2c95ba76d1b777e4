"""A linear program in plain dictionaries, solved by scipy."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

# A coverage that is off by 1e-8 can cost hundreds of dollars where a held stage is steep, so the default 1e-7 is too wide.
# The other attempts are for the rare program that ends in numerical trouble.
ATTEMPTS = [
    ("highs", {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}),
    ("highs", {}),
    ("highs-ipm", {}),
    ("highs", {"presolve": False}),
]


class Program:
    """Rows and columns in plain dictionaries. All variables are at least 0."""

    def __init__(self) -> None:
        self.column: dict[tuple, int] = {}
        self.upper: dict[tuple, float] = {}
        self.rows: list[tuple[str, dict[tuple, float], float, float]] = []
        self.whole: set[tuple] = set()

    def add(self, *name) -> tuple:
        self.column.setdefault(name, len(self.column))
        return name

    def rule(self, name: str, terms: dict[tuple, float], low: float = -np.inf, high: float = np.inf) -> None:
        self.rows.append((name, dict(terms), low, high))

    def solve(self, cost: dict[tuple, float], extra: list) -> tuple[str, float, dict[tuple, float]]:
        """Minimise `cost` under all rules and the `extra` ones."""
        width, rows = len(self.column), self.rows + extra
        c = np.zeros(width)
        for name, value in cost.items():
            c[self.column[name]] += value
        i, j, data = [], [], []
        low, high = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])
        for number, (_, terms, _, _) in enumerate(rows):
            size = max(map(abs, terms.values()), default=0.0) or 1.0  # dollars and shares alike near 1
            low[number], high[number] = low[number] / size, high[number] / size
            for name, value in terms.items():
                i.append(number)
                j.append(self.column[name])
                data.append(value / size)
        A = csr_array((data, (i, j)), shape=(len(rows), width))
        upper = np.full(width, np.inf)
        for name, value in self.upper.items():
            upper[self.column[name]] = value
        if self.whole:
            integrality = np.zeros(width)
            integrality[[self.column[name] for name in self.whole]] = 1
            found = milp(
                c,
                integrality=integrality,
                bounds=Bounds(0, upper),
                options={"mip_rel_gap": 1e-6},
                constraints=LinearConstraint(A, low, high),
            )
        else:
            equal = low == high
            above, below = ~equal & (high < np.inf), ~equal & (low > -np.inf)
            for method, options in ATTEMPTS:
                found = linprog(
                    c,
                    A_eq=A[equal],
                    b_eq=low[equal],
                    A_ub=vstack([A[above], -A[below]], format="csr"),
                    b_ub=np.concatenate([high[above], -low[below]]),
                    bounds=np.column_stack([np.zeros(width), upper]),
                    method=method,
                    options=options,
                )
                if found.status in (0, 2, 3):
                    break
            assert found.status in (0, 2, 3), f"the reference could not be solved: {found.message}"
        status = {0: "optimal", 2: "infeasible", 3: "unbounded"}.get(found.status, "failed")
        if status != "optimal":
            return status, float("nan"), {}
        return status, float(found.fun), {name: float(found.x[k]) for name, k in self.column.items()}


def total(*parts: tuple[float, dict[tuple, float]]) -> dict[tuple, float]:
    """Add up linear expressions, each with a factor."""
    sum_: dict[tuple, float] = defaultdict(float)
    for factor, terms in parts:
        for name, value in terms.items():
            sum_[name] += factor * value
    return dict(sum_)
