"""Why there is no plan: a smallest set of rules that collide.

A conflict is narrowed before it is searched, so that it is short and the same on every run: to the first independent
block without a plan, to the fewest plan years, to one path of scenarios, to the rules that are needed at all, and to
the rows that an elastic model has to break. HiGHS then names an irreducible subset (IIS), and each row of it is taken
out once to see that the others can be kept; where HiGHS finds none in time the elastic model's rows go through that
same sieve.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.errors import SolverFailure
from models.status import Status
from optimizer.blocks import independent_blocks
from optimizer.formulation import Model
from optimizer.matrix import Matrix
from optimizer.staging import Options, whole_method

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

# Taken out in this order: what a planner would look at last goes first, and what is left is what the others rest on.
LEAST_TELLING = (
    "staffing_reach", "technology_reach", "school_floor", "reserve_cap", "growth", "startup_cap", "technology_cap",
    "launch", "training", "seats", "leader_share", "position_loss", "adult_floor", "startup_grant", "eligible_teachers",
    "stipend_take_up", "transfer", "staff_flow", "equipment", "budget", "positions", "placement",
)  # fmt: skip
FREE = 1e-9  # a row whose elastic dual is smaller has no part in the conflict


def conflict(model: Model, column_upper: Array, options: Options) -> Indices | None:
    """Rows of the model that cannot be kept together, of which none can be spared; `None` when there is a plan.

    Raises
    ------
    SolverFailure
        The time limit was reached, or the solver failed.

    """
    matrix = model.lp.matrix().replace(column_upper=column_upper)
    for block in independent_blocks(matrix):
        search = _Search(block.matrix, options)
        own = np.arange(block.rows.size)
        if search.feasible(own):
            continue
        years = _row_years(model)[block.rows]
        own = search.first(own, [years <= year for year in range(1, model.tree.years)])
        own = search.first(
            own, [_on_path(model, block.rows, leaf) for leaf in _ends(model, int(years[own].max()))]
        )
        names = _row_names(model)[block.rows]
        for name in LEAST_TELLING:
            own = search.without(own, own[names[own] == name])
        order = np.array([LEAST_TELLING.index(name) if name in LEAST_TELLING else -1 for name in names])
        own = search.elastic(own)
        own = search.named(own)
        own = search.sieve(own, order)
        return np.asarray(np.sort(block.rows[own]))
    return None


def _row_names(model: Model) -> NDArray[np.str_]:
    """Id of the rule of every row."""
    names = np.empty(model.lp.matrix().shape[0], dtype="U32")
    for name, block in model.lp.rules.items():
        names[block.index[block.index >= 0]] = name.partition(".")[0]
    return names


def _row_nodes(model: Model) -> Indices:
    """Node of every row; -1 for a row of no node."""
    nodes = np.full(model.lp.matrix().shape[0], -1)
    for block in model.lp.rules.values():
        if "n" in block.axes:
            present = block.index >= 0
            at = np.indices(block.index.shape)[block.axes.index("n")]
            nodes[block.index[present]] = at[present]
    return nodes


def _row_years(model: Model) -> Indices:
    nodes = _row_nodes(model)
    return np.where(nodes >= 0, model.tree.year[nodes], 0)


def _ends(model: Model, year: int) -> Indices:
    """Nodes of a plan year."""
    return np.flatnonzero(model.tree.year == year)


def _on_path(model: Model, rows: Indices, leaf: int) -> NDArray[np.bool_]:
    """Rows whose node is a node or one of its ancestors."""
    nodes = _row_nodes(model)[rows]
    return np.asarray((nodes < 0) | (model.tree.on_path[nodes, leaf] > 0))


class _Search:
    """Sets of rows of one block, asked again and again whether they can be kept together."""

    def __init__(self, matrix: Matrix, options: Options) -> None:
        self.matrix, self.options = matrix, options
        self._nothing = np.zeros(matrix.shape[1])
        self._method = whole_method(matrix)

    def feasible(self, rows: Indices) -> bool:
        """Whether some point keeps these rows and the bounds of the columns."""
        from optimizer.solvers.highs import Session

        part = self.matrix.part(rows, np.arange(self.matrix.shape[1]))
        session = Session(part, time_limit=self.options.left())
        return _answer(session.minimise(self._nothing, interruptible=True).status)

    def first(self, rows: Indices, choices: Sequence[NDArray[np.bool_]]) -> Indices:
        """Rows cut down to the first choice (flags over all rows) that cannot be kept; all rows when each can."""
        for flags in choices:
            fewer = rows[flags[rows]]
            if fewer.size == rows.size:
                return rows
            if not self.feasible(fewer):
                return fewer
        return rows

    def without(self, rows: Indices, spared: Indices) -> Indices:
        """Rows without some of them, if they still cannot be kept together."""
        if not spared.size:
            return rows
        fewer = np.setdiff1d(rows, spared, assume_unique=True)
        return rows if self.feasible(fewer) else fewer

    def elastic(self, rows: Indices) -> Indices:
        """Rows with a price in the model that may break every row at the same cost a unit: a conflict among them all."""
        from scipy.sparse import eye_array, hstack

        from optimizer.solvers.highs import Session

        part = self.matrix.part(rows, np.arange(self.matrix.shape[1]))
        size = np.maximum(1.0, abs(part.A).max(axis=1).toarray().ravel())
        part = part.replace(
            A=(part.A.T * (1.0 / size)).T.tocsc(),
            row_lower=part.row_lower / size,
            row_upper=part.row_upper / size,
        )
        count, columns = part.shape
        unit = eye_array(count, format="csc")
        loose = part.replace(
            A=hstack([part.A, unit, -unit]).tocsc(),
            column_lower=np.concatenate([part.column_lower, np.zeros(2 * count)]),
            column_upper=np.concatenate([part.column_upper, np.full(2 * count, np.inf)]),
        )
        session = Session(loose, time_limit=self.options.left())
        cost = np.concatenate([np.zeros(columns), np.ones(2 * count)])
        _, dual, _ = session.minimise(cost, method=self._method, interruptible=True).require(
            "the elastic model"
        )
        priced = rows[np.abs(dual) > FREE]
        return priced if priced.size and not self.feasible(priced) else rows

    def named(self, rows: Indices) -> Indices:
        """Rows of the irreducible subset that HiGHS finds, if they cannot be kept together indeed."""
        from optimizer.solvers.iis import conflicting_rows

        found = conflicting_rows(self.matrix.part(rows, np.arange(self.matrix.shape[1])))
        if found is None or found.size >= rows.size:
            return rows
        return rows if self.feasible(rows[found]) else rows[found]

    def sieve(self, rows: Indices, order: Indices) -> Indices:
        """Take out every row that can be spared, in an order; of what is left none can be."""
        from optimizer.solvers.highs import Session

        part = self.matrix.part(rows, np.arange(self.matrix.shape[1]))
        session = Session(part, time_limit=self.options.left())
        kept = np.ones(rows.size, dtype=bool)
        for i in np.argsort(order[rows], kind="stable"):
            one = np.array([i])
            session.change_rows(one, np.array([-np.inf]), np.array([np.inf]))
            if _answer(session.minimise(self._nothing, method="simplex", interruptible=True).status):
                session.change_rows(one, part.row_lower[one], part.row_upper[one])
            else:
                kept[i] = False
        return rows[kept]


def _answer(status: Status) -> bool:
    if status not in (Status.OPTIMAL, Status.INFEASIBLE):
        raise SolverFailure(
            f"The search for the colliding rules ended early ({status}).",
            "Give it more time with --time-limit.",
        )
    return status is Status.OPTIMAL
