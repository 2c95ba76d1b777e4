"""Districts small enough to try every plan in whole positions one by one."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

from models.district import District
from optimizer.formulation import Model
from tests.districts import district

SMALL = {
    "enrollment": "school_id,grade_band,pupils\noak,K-5,110\n",
    "schools": "school_id,school_name,funding_per_pupil\noak,Oak Elementary,4900\n",
    "staff": "school_id,role,fte\noak,teacher,5\n",
}
SETTINGS = """\
name = "Oak"
years = 1

[leaders]
stipend_max = 20000
eligible_share = 0.6

[launch]
fixed_per_school = 5000
"""


def small(folder: Path, tables: dict[str, str] | None = None, settings: str = SETTINGS) -> District:
    """Oak with 110 pupils: about five teachers, one leader and one aide."""
    return district(folder, SMALL | (tables or {}), settings)


def best_by_hand(question: District, step: float, most: dict[str, float]) -> tuple[float, float]:
    """Coverage and spending of the best plan: every number of positions up to `most`, launched or not, tried by scipy.

    One year, one scenario, schools that share nothing: each school is tried by itself.
    """
    model = Model(question)
    matrix, p = model.lp.matrix(), model.p
    cover = model.lp.expression(model.covered())
    cost = model.lp.expression(model.spending(), "sn", np.ones(p.F.shape))
    A = matrix.A.toarray()
    equal = matrix.row_lower == matrix.row_upper
    above, below = ~equal & np.isfinite(matrix.row_upper), ~equal & np.isfinite(matrix.row_lower)
    covered = spent = 0.0
    schools = len(question.schools.id)
    for s in range(schools):
        mine = np.zeros(A.shape[1], dtype=bool)
        for block in model.lp.variables.values():
            if block.index.size:
                mine[block.index[s][block.index[s] >= 0]] = True
        rows = np.abs(A[:, mine]).sum(axis=1) > 0

        def least(
            objective: np.ndarray, counts: tuple[float, ...], launched: float, held: float | None, s: int = s,
            mine: np.ndarray = mine, rows: np.ndarray = rows,
        ) -> float | None:  # fmt: skip
            low, high = matrix.column_lower.copy(), matrix.column_upper.copy()
            low[model.q.index[s, :, 0]] = high[model.q.index[s, :, 0]] = counts
            low[model.o.index[s, 0]] = high[model.o.index[s, 0]] = launched
            up = [A[above & rows], -A[below & rows]] + ([] if held is None else [-cover[None, :]])
            sides = [matrix.row_upper[above & rows], -matrix.row_lower[below & rows]]
            sides += [] if held is None else [np.array([-held])]
            found = linprog(
                objective[mine], A_ub=np.vstack(up)[:, mine], b_ub=np.concatenate(sides),
                A_eq=A[equal & rows][:, mine], b_eq=matrix.row_lower[equal & rows],
                bounds=np.column_stack([low, high])[mine],
            )  # fmt: skip
            return float(found.fun) if found.status == 0 else None

        grids = [np.arange(0.0, most[role] + step / 2, step) for role in question.roles.id]
        tried = {}
        for counts in itertools.product(*grids):
            for launched in (0.0, 1.0):
                value = least(-cover, counts, launched, None)
                if value is not None:
                    tried[counts, launched] = -value
        best = max(tried.values())
        ties = [plan for plan, value in tried.items() if value >= best - 1e-6]
        money = [least(cost, *plan, best - 1e-6) for plan in ties]
        covered += best
        spent += min(value for value in money if value is not None)
    return covered / float(p.E.sum()), spent + float(model.spending_fixed.sum())
