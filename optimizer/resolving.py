"""Variants of one district, each solved from the basis of the first: only what differs is told to the solver."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.district import District
from models.errors import NoPlan
from models.settings import Objective
from models.status import Status
from optimizer.blocks import Block, components, independent_blocks
from optimizer.formulation import Model
from optimizer.live import Live
from optimizer.matrix import Matrix
from optimizer.objectives import Stage, first_stage
from optimizer.priced import Priced, standing
from optimizer.program import Program, RuleBlock
from optimizer.solution import refusal
from optimizer.solving import upper_of
from optimizer.staging import Options
from optimizer.steps import steps_of
from optimizer.variable import Variable

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

SMALL = 5000  # columns; see docs/benchmarks/resolves.md
HAIR = 1e-9  # relative: a step that costs more than this above the best one cannot be it


@dataclass(eq=False)
class _Part:
    """A block of the base model: where its coefficients stand among those of the whole matrix, and its bases."""

    block: Block
    entries: Indices
    live: Live | Priced
    row_slice: slice  # where its rows and columns stand among those of all parts, one part after another
    column_slice: slice
    bases: dict[int | None, Any] = field(default_factory=dict)  # by stipend step
    at_base: bool = True  # whether its coefficients are the base's


class Resolver:
    """First-stage values of variants of a district, from one model that stays alive.

    A variant whose matrix has its coefficients in the same places changes sides, bounds and coefficients of the model
    in place. One that has other columns or rows (a stipend step more, a pattern less) gets a model of its own and starts
    from the base's basis, taken over by the names of rows and columns. `scale` is that of the base's first stage.
    """

    def __init__(
        self, district: District, objective: Objective | None = None, options: Options | None = None
    ) -> None:
        self.objective: Objective = objective or district.settings.coverage.objective
        self.options = (options or Options()).started()
        self.model, stage = self._build(district)
        self.scale = stage.scale
        self.matrix = self.model.lp.matrix()
        numbered = self.matrix.replace(A=_numbered(self.matrix))
        self._parts: list[_Part] = []
        before: dict[int, Live | Priced] = {}
        blocks = _blocks(numbered)
        several = len(blocks) > 1 or components(self.matrix.A, self.matrix.owner)[2] > 1
        self._rows = np.concatenate([block.rows for block in blocks])
        self._columns = np.concatenate([block.columns for block in blocks])
        row = column = 0
        for block in blocks:
            entries = np.asarray(block.matrix.A.data, dtype=np.int64) - 1
            own = block.matrix.replace(A=_filled(block.matrix.A, self.matrix.A.data[entries]))
            start = before.get(block.shape_key)
            live = standing(
                own,
                self.options,
                None if start is None else start.basis,
                anchored=several,
                perturb=False,
            )
            end, last = row + block.rows.size, column + block.columns.size
            self._parts.append(_Part(block, entries, live, slice(row, end), slice(column, last)))
            row, column = end, last
            live.minimise(stage.cost[block.columns])
            before[block.shape_key] = live
        self._last: Matrix | None = None  # what all parts are told
        self._other = [0, 0]  # solves of models of other shapes: all, cold
        # what the base costs under every stipend step that has a plan
        self._known: dict[int | None, float] = {}
        self.base = self._base(stage)
        self._statuses: dict[int | None, tuple[Indices, Indices]] = {}

    @property
    def solves(self) -> int:
        """Runs of the solver so far."""
        return sum(part.live.solves for part in self._parts) + self._other[0]

    @property
    def cold(self) -> int:
        """Runs that started without a basis."""
        return sum(part.live.cold for part in self._parts) + self._other[1]

    def value(self, variant: District) -> float | None:
        """The first stage's value of a variant; `None` when it has no plan."""
        model, stage = self._build(variant, self.model)
        matrix = model.lp.matrix()
        alike = matrix.A is self.matrix.A or (
            matrix.shape == self.matrix.shape
            and np.array_equal(matrix.A.indptr, self.matrix.A.indptr)
            and np.array_equal(matrix.A.indices, self.matrix.A.indices)
        )
        return self._best(model, stage) if alike else self._elsewhere(model, stage)

    def _build(self, district: District, like: Model | None = None) -> tuple[Model, Stage]:
        model = Model(district, like=like)
        return model, first_stage(model, self.objective)

    def _base(self, stage: Stage) -> float | None:
        """Solve the base for every stipend step, keep what each costs and all bases, and take the best."""
        steps = steps_of(self.model)
        for step in [None, *steps] if _mixes(steps, len(self._parts)) else steps:
            costs = []
            for cost, part in zip(self._costs_of(self.model, stage, step), self._parts):
                if cost is None:
                    break
                part.bases[step] = part.live.basis
                costs.append(cost)
            else:
                self._known[step] = sum(costs)
        least = min((cost for step, cost in self._known.items() if step in steps), default=None)
        return None if least is None else stage.worth(least)

    def _best(self, model: Model, stage: Stage) -> float | None:
        """Solve a model of the base's shape for every stipend step, those that did well in the base first; take the best."""
        steps = sorted(steps_of(model), key=lambda step: self._known.get(step, np.inf))
        return _best_of(stage, steps, len(self._parts), lambda step: self._costs_of(model, stage, step))

    def _costs_of(self, model: Model, stage: Stage, step: int | None) -> Iterator[float | None]:
        """What each part costs under a stipend step (`None`: any mixture of them), one after another as asked for."""
        matrix = model.lp.matrix().replace(column_upper=upper_of(model, step))
        rows, columns, last = self._rows, self._columns, self._last
        lower, upper = matrix.row_lower[rows], matrix.row_upper[rows]
        bounds = matrix.column_lower[columns], matrix.column_upper[columns]
        ordered = stage.cost[columns]
        sides_alone = (
            last is not None
            and matrix.A is last.A
            and np.array_equal(matrix.column_lower, last.column_lower)
            and np.array_equal(matrix.column_upper, last.column_upper)
        )
        self._last = None  # until all parts are told
        for part in self._parts:
            live, own = part.live, part.row_slice
            if sides_alone:
                live.sides(lower[own], upper[own])
            else:
                low, high = (side[part.column_slice] for side in bounds)
                live.change(
                    live.matrix.replace(
                        A=self._coefficients(matrix, part),
                        row_lower=lower[own],
                        row_upper=upper[own],
                        column_lower=low,
                        column_upper=high,
                    )
                )
            last_is_nearest = sides_alone and step is None
            if step in part.bases and not last_is_nearest:
                live.start_from(part.bases[step])
            yield live.value(ordered[part.column_slice])
        self._last = matrix

    def _coefficients(self, matrix: Matrix, part: _Part) -> Any:
        """A block's coefficients in a matrix that has them where the base has them; the present ones if they are the same."""
        A = part.live.matrix.A
        if matrix.A is self.matrix.A and part.at_base:
            return A
        data = matrix.A.data[part.entries]
        part.at_base = matrix.A is self.matrix.A
        return A if np.array_equal(data, A.data) else _filled(A, data)

    # ---- models of another shape -----------------------------------------------------------------------------------

    def _elsewhere(self, model: Model, stage: Stage) -> float | None:
        """Solve a model of another shape, block by block, from the base's basis."""
        from optimizer.solvers.basis import basis_of

        columns, rows = self._transfer(model.lp)
        blocks = _blocks(model.lp.matrix())
        lives = [
            standing(block.matrix, self.options, basis_of(columns[block.columns], rows[block.rows]))
            for block in blocks
        ]

        def costs_of(step: int | None) -> Iterator[float | None]:
            upper = upper_of(model, step)
            for block, live in zip(blocks, lives):
                live.bounds(block.matrix.column_lower, upper[block.columns])
                yield live.value(stage.cost[block.columns])

        best = _best_of(stage, steps_of(model), len(blocks), costs_of)
        self._other[0] += sum(live.solves for live in lives)
        self._other[1] += sum(live.cold for live in lives)
        return best

    def _transfer(self, program: Program) -> tuple[Indices, Indices]:
        """Status of every column and row of another program: the base's where it has one of the same name."""
        from optimizer.solvers.basis import AT_LOWER, BASIC, basis_status

        if not self._statuses:
            columns = np.full(self.matrix.shape[1], AT_LOWER)
            rows = np.full(self.matrix.shape[0], BASIC)
            for part in self._parts:
                known = next(iter(part.bases.values()), None)
                if known is not None:
                    columns[part.block.columns], rows[part.block.rows] = basis_status(known)
            self._statuses[None] = columns, rows
        columns, rows = self._statuses[None]
        base = self.model.lp
        shape = program.matrix().shape
        return (
            _carried(base, program, base.variables, program.variables, columns, np.full(shape[1], AT_LOWER)),
            _carried(base, program, base.rules, program.rules, rows, np.full(shape[0], BASIC)),
        )


def _mixes(steps: Sequence[int | None], count: int) -> bool:
    """Whether parts are asked for any mixture of steps too: it tells something where there are several steps and parts."""
    return len(steps) > 1 and count > 1


def _best_of(
    stage: Stage,
    steps: Sequence[int | None],
    count: int,
    costs_of: Callable[[int | None], Iterator[float | None]],
) -> float | None:
    """The best value of a stage under one stipend step for all parts; `None` where no step has a plan.

    Every part is first asked for what it costs under any mixture of steps (`_mixes`): a step is left as soon as its parts so
    far and the least of the others cost more than the best step.
    """
    least = [-np.inf] * count
    if _mixes(steps, count):
        least = []
        for cost in costs_of(None):
            if cost is None:
                return None
            least.append(cost)
    rest = [*itertools.accumulate(reversed(least), initial=0.0)][::-1][1:]  # of the parts behind each
    best = np.inf
    for step in steps:
        total = 0.0
        for cost, others in zip(costs_of(step), rest):
            total += np.inf if cost is None else cost
            if total + others > best + HAIR * (1.0 + abs(best)) or np.isinf(total):
                break
        else:
            best = min(best, total)
    return None if np.isinf(best) else stage.worth(best)


def _blocks(matrix: Matrix) -> list[Block]:
    """Independent blocks of a large matrix; a small one is solved whole, where one warm run is quicker than many."""
    if matrix.shape[1] > SMALL:
        return independent_blocks(matrix)
    return [Block(np.arange(matrix.shape[0]), np.arange(matrix.shape[1]), matrix, 0)]


def _numbered(matrix: Matrix) -> Any:
    """The coefficients' places: entry i of the data is i + 1."""
    return _filled(matrix.A, np.arange(1.0, matrix.A.nnz + 1.0))


def _filled(A: Any, data: Array) -> Any:
    """The same places with other coefficients."""
    from scipy.sparse import csc_array

    return csc_array((data, A.indices, A.indptr), shape=A.shape)


def _carried(
    base: Program,
    other: Program,
    known: dict[str, Variable] | dict[str, RuleBlock],
    wanted: dict[str, Variable] | dict[str, RuleBlock],
    figures: Indices,
    default: Indices,
) -> Indices:
    """Figures by row or column of a base program, for another program, matched by block and labels."""
    for name, block in wanted.items():
        if name not in known or known[name].axes != block.axes:
            continue
        index = known[name].index
        for position, letter in enumerate(block.axes):
            place = {label: i for i, label in enumerate(base.labels[letter])}
            match = np.array([place.get(label, -1) for label in other.labels[letter]], dtype=np.int64)
            index = np.moveaxis(
                np.where(match < 0, -1, np.moveaxis(index, position, -1)[..., match]), -1, position
            )
        both = (index >= 0) & (block.index >= 0)
        default[block.index[both]] = figures[index[both]]
    return default


def require_base(resolver: Resolver) -> float:
    """The value of the district as it is.

    Raises
    ------
    NoPlan
        It has no plan.

    """
    if resolver.base is None:
        error = refusal(Status.INFEASIBLE, "", "the district")
        assert isinstance(error, NoPlan)
        raise error
    return resolver.base
