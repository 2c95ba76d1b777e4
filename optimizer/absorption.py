"""The deepest cut of funding that still leaves a plan: one linear program whose bounds change from case to case.

δ is a variable (formulation, section 7): F becomes F (1 − δ) wherever it occurs. What a case holds or forbids is a side
of a row or a bound of a column, so that one program serves all cases, and each run starts from a basis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.district import District
from models.plan import Plan
from models.resilience import Absorbed
from optimizer.blocks import Block, independent_blocks
from optimizer.formulation import Model
from optimizer.matrix import Matrix
from optimizer.priced import standing
from optimizer.solving import upper_of
from optimizer.staging import Options
from optimizer.steps import steps_of

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

FIRM = 1e-7  # relative: how near year 1 is held to the plan, whose own rules hold to 1e-7
ACCOUNTS = ("z", "h", "R")
"""Blocks of year 1 that follow from its decisions: pupils covered, training in stock, and what is left unspent."""


@dataclass(frozen=True, eq=False)
class Case:
    """One question.

    Attributes
    ----------
    teams : whether team-taught patterns are allowed; without them `school_floor` is dropped too
    coverage : covered pupils that every school keeps in the last plan year, axes sn; `None` for no such rule
    adults : teachers, leaders and aides that every school keeps, axes sn, FTE; `None` for no such rule
    year_one : the plan at which year 1 is held; `None` to plan year 1 with the cut in mind
    by_school : whether each school's own cut is asked for also where it takes a run of its own

    """

    teams: bool = True
    coverage: Array | None = None
    adults: Array | None = None
    year_one: Plan | None = None
    by_school: bool = True


class Absorption:
    """The program of all cases of one district."""

    def __init__(self, district: District, options: Options | None = None) -> None:
        self.district = district
        self.options = (options or Options()).started()
        self.model = Model(district, cut="school")
        lp, m = self.model.lp, self.model
        lp.rule("hold_coverage", "sn", m.covered(), at_least=-np.inf, where=("n", m.last_year))
        lp.rule("hold_adults", "sn", [("r", m.adult, m.q)], at_least=-np.inf)
        self.matrix = lp.matrix()
        assert m.cut is not None
        self.cut_columns: Indices = m.cut.index
        self.solves = self.cold = 0

    def deepest(self, cases: Sequence[Case]) -> list[Absorbed]:
        """Answer several cases; blocks of a district without pooling are answered one by one.

        Raises
        ------
        SolverFailure, Interrupted
            As in `solve`; a case without a plan is an answer and no error.

        """
        steps = steps_of(self.model)
        blocks = independent_blocks(self.matrix)
        schools = len(self.district.schools.id)
        whole = np.full((len(blocks), len(cases), len(steps)), np.nan)
        single = np.full((schools, len(cases), len(steps)), np.nan)
        bounds = [[self._bounds(case, step) for step in steps] for case in cases]
        start: dict[int, Any] = {}
        for number, block in enumerate(sorted(blocks, key=lambda block: block.shape_key)):
            part = _Part(block, self.cut_columns, self.options, start.get(block.shape_key))
            self.options.tell(f"Block {number + 1} of {len(blocks)}")
            for c, case in enumerate(cases):
                for t, bound in enumerate(bounds[c]):
                    if bound is None:
                        continue
                    whole[number, c, t], own = part.deepest(bound, by_school=case.by_school)
                    single[part.schools, c, t] = own
            start[block.shape_key] = part.live.basis
            self.solves += part.live.solves
            self.cold += part.live.cold
        return [self._absorbed(whole[:, c], single[:, c], case.by_school) for c, case in enumerate(cases)]

    def _absorbed(self, whole: Array, single: Array, by_school: bool) -> Absorbed:
        """Put blocks (axes block, step) and schools (axes s, step) together: the best step that every block can pay."""
        names = self.district.schools.id
        plans = ~np.isnan(whole).any(axis=0)  # steps that leave a plan without a cut
        if not plans.any():
            # schools that share money stand in the way together
            blamed = by_school and whole.shape[0] == len(names)
            alone = [name for name, cuts in zip(names, single) if blamed and np.isnan(cuts).all()]
            return Absorbed(None, dict.fromkeys(names) if by_school else {}, tuple(alone))
        own = single[:, plans].max(axis=1)
        known = {name: float(cut) for name, cut in zip(names, own)} if not np.isnan(own).any() else {}
        return Absorbed(float(whole[:, plans].min(axis=0).max()), known)

    # ---- what a case changes ---------------------------------------------------------------------------------------

    def _bounds(self, case: Case, step: int | None) -> Matrix | None:
        """The program of a case and a stipend step; `None` when year 1 was planned with another step."""
        m = self.model
        held = case.year_one
        if held is not None and step is not None and held.stipend_step != float(m.p.sigma[step]):
            return None
        upper = upper_of(m, step).copy()
        lower = self.matrix.column_lower.copy()
        rows = self.matrix.row_lower.copy()
        if not case.teams:
            off = m.x.index[:, :, m.team > 0, :]
            upper[off[off >= 0]] = 0.0
            if "school_floor" in m.lp.rules:
                floor = m.lp.rules["school_floor"].index
                rows[floor[floor >= 0]] = -np.inf
        for name, least in (("hold_coverage", case.coverage), ("hold_adults", case.adults)):
            if least is not None:
                index = m.lp.rules[name].index
                rows[index[index >= 0]] = least[index >= 0]
        if held is not None:
            self._hold_year_one(held, lower, upper)
        return self.matrix.replace(row_lower=rows, column_lower=lower, column_upper=upper)

    def _hold_year_one(self, plan: Plan, lower: Array, upper: Array) -> None:
        """Hold every decision of year 1 at the plan's; what follows from them stays free (`ACCOUNTS`)."""
        for name, block in self.model.lp.variables.items():
            if "n" not in block.axes or name in ACCOUNTS or name not in plan.values:
                continue
            roots = np.moveaxis(block.index, block.axes.index("n"), -1)[..., self.model.tree.parent < 0]
            values = np.moveaxis(plan.values[name], block.axes.index("n"), -1)[
                ..., self.model.tree.parent < 0
            ]
            columns, decided = roots[roots >= 0], values[roots >= 0]
            room = FIRM * (1.0 + np.abs(decided))
            lower[columns] = np.maximum(lower[columns], decided - room)
            upper[columns] = np.minimum(upper[columns], decided + room)


class _Part:
    """One block of the program, alive in the solver."""

    def __init__(self, block: Block, cut_columns: Indices, options: Options, start: Any) -> None:
        self.block, self.options = block, options
        self.schools = np.flatnonzero(np.isin(cut_columns, block.columns))
        self.own = np.searchsorted(block.columns, cut_columns[self.schools])  # δ of each school
        matrix = block.matrix
        self.together = self.own[0] if self.schools.size == 1 else matrix.shape[1]  # δ of all of them
        if self.schools.size != 1:
            matrix = matrix.with_column(matrix.A[:, self.own].sum(axis=1), 0.0, 1.0)
        self.base = matrix
        self.live = standing(matrix, options, start)
        A = matrix.A[:, [*self.own, self.together]] if self.schools.size else matrix.A[:, []]
        self.dollars = dict(
            zip([*self.own, self.together], np.maximum(1.0, abs(A).max(axis=0).toarray().ravel()))
        )

    def deepest(self, whole: Matrix, *, by_school: bool) -> tuple[float, Array]:
        """The deepest common cut and each school's own, NaN where there is no plan even without a cut.

        `whole` is the program of the case, of which this is a block.
        """
        columns = self.block.columns
        rows = whole.row_lower[self.block.rows]
        low, high = self.base.column_lower.copy(), self.base.column_upper.copy()
        low[: columns.size], high[: columns.size] = whole.column_lower[columns], whole.column_upper[columns]
        high[self.own] = 0.0
        self.live.sides(rows, self.base.row_upper)
        nothing = np.full(self.schools.size, np.nan)
        if self.schools.size == 1:
            cut = self._cut(self.together, low, high)
            return cut, np.array([cut])
        high[-1] = 0.0
        self.live.bounds(low, high)
        if self.live.minimise(np.zeros(high.size)).point is None:
            return np.nan, nothing
        if not self.schools.size:
            return 1.0, nothing
        uncut = self.live.basis
        together = self._cut(self.together, low, high, uncut)
        if not by_school:
            return together, nothing
        alone = []
        for number, column in enumerate(self.own, start=1):
            self.options.tell(f"Cut of school {number} of {self.own.size} alone")
            alone.append(self._cut(column, low, high, uncut))
        return together, np.array(alone)

    def _cut(self, column: int, low: Array, high: Array, uncut: Any = None) -> float:
        """Maximise one δ while the others are 0; from the basis of a plan without a cut only the cost is new.

        What is maximised is δ in dollars of funding: a reduced cost of δ itself would be lost in the solver's tolerance.
        """
        wide = high.copy()
        wide[column] = 1.0
        self.live.bounds(low, wide)
        if uncut is not None:
            self.live.start_from(uncut)
        deepest = self.live.farthest(column, 1.0, size=self.dollars[column], primal=uncut is not None)
        return np.nan if deepest is None else float(np.clip(deepest, 0.0, 1.0))
