"""A linear program in index notation: variable blocks and rule blocks over named axes.

Every array says which axes it has, one letter each, as in `numpy.einsum`. In a rule, a term's axes that the rule
lacks are summed, and those that the term lacks are broadcast:

>>> lp = Program({"s": ["oak", "elm"], "r": ["teacher", "aide"]})
>>> q = lp.variable("q", "sr", unit="FTE")
>>> lp.rule("payroll", "s", [("r", [100.0, 50.0], q)], at_most=1000.0)
>>> lp.matrix().shape
(2, 4)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.errors import SpanwiseError
from optimizer.matrix import Matrix

if TYPE_CHECKING:
    import pulp

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Named = tuple[str, Any]  # axes and an array of their sizes
Term = tuple[Any, ...]  # (number, variable) or (axes, array, variable)

NODE, EARLIER = "n", "a"  # a rule at node n may look at an earlier node a: its parent, or any on its path


class ProgramError(SpanwiseError):
    """A rule was written wrongly: unknown axis, wrong shape, or NaN. A fault of the formulation, not of the input."""


@dataclass(frozen=True, eq=False)
class Variable:
    """A block of variables; `index` has the sizes of `axes` and holds column numbers, -1 where there is none."""

    name: str
    axes: str
    index: Indices
    unit: str
    parent_of: Array | None = None  # incidence of the tree, axes an
    factor: Named | None = None  # further coefficient of every term, set by a shift along the tree

    def at_parent(self) -> Variable:
        """Read the block at the parent of node n; a root has none, and the term is absent there."""
        if self.parent_of is None:
            raise ProgramError(
                f"{self.name}: the program has no tree, so there is no parent.", "Give the program parent_of."
            )
        return replace(self.over(EARLIER), factor=(EARLIER + NODE, self.parent_of))

    def over(self, letter: str) -> Variable:
        """Read the block at node `letter` in the place of node n; the term's coefficients say which nodes count."""
        if NODE not in self.axes:
            raise ProgramError(
                f"{self.name}: a block over '{self.axes}' has no node, so there is nothing to shift along the tree.",
                "Shift blocks that have the axis n.",
            )
        return replace(self, axes=self.axes.replace(NODE, letter))


@dataclass(frozen=True, eq=False)
class RuleBlock:
    """A block of rules; `index` has the sizes of `axes` and holds row numbers, -1 where the rule does not apply."""

    name: str
    axes: str
    index: Indices


class Program:
    """Variable blocks, rule blocks and their coefficients; `matrix()` assembles all of it in one sweep.

    Parameters
    ----------
    axes
        Labels of each axis, by letter.
    parent_of
        Incidence of the scenario tree, axes an: 1 where a is the parent of n; what `Variable.at_parent` reads.

    """

    def __init__(self, axes: Mapping[str, Sequence[str]], parent_of: Array | None = None) -> None:
        self.labels = {letter: tuple(names) for letter, names in axes.items()}
        if NODE in self.labels:
            self.labels[EARLIER] = self.labels[NODE]
        self.parent_of = parent_of
        self.variables: dict[str, Variable] = {}
        self.rules: dict[str, RuleBlock] = {}
        self._columns = 0
        self._rows = 0
        self._upper: list[Array] = []
        self._sides: list[tuple[Array, Array]] = []
        self._entries: list[tuple[Indices, Indices, Array]] = []
        self._matrix: Matrix | None = None

    # ---- shapes ------------------------------------------------------------------------------------------------

    def sizes(self, axes: str, owner: str = "") -> tuple[int, ...]:
        """Sizes of some axes; an unknown letter is an error."""
        unknown = [letter for letter in axes if letter not in self.labels]
        if unknown or len(set(axes)) != len(axes):
            raise ProgramError(
                f"{owner}: axes '{axes}' are wrong; known axes are '{''.join(self.labels)}', each at most once.",
                "Write one letter an axis.",
            )
        return tuple(len(self.labels[letter]) for letter in axes)

    def _array(self, values: Any, axes: str, owner: str, what: str, *, infinite: bool = False) -> Array:
        """Check an array against its axes; NaN and wrong shapes fail with the owner's name."""
        array = np.asarray(values, dtype=float)
        sizes = self.sizes(axes, owner)
        if array.shape != sizes:
            raise ProgramError(
                f"{owner}: {what} has shape {array.shape}; axes '{axes}' need {sizes}.",
                "Give every array the sizes of its axes, in their order.",
            )
        if np.isnan(array).any() or (not infinite and np.isinf(array).any()):
            where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
            raise ProgramError(
                f"{owner}: {what} is {array[where]} at {self._place(axes, where)}.",
                "Every figure must be a number.",
            )
        return array

    def _side(self, values: Any, axes: str, owner: str, what: str, *, infinite: bool = True) -> Array:
        """Right side of a rule over its axes: a number, an array of the rule's axes, or (axes, array)."""
        if np.isscalar(values):
            return self._array(np.full(self.sizes(axes, owner), values), axes, owner, what, infinite=infinite)
        if isinstance(values, tuple):
            own, array = values
            given = self._array(array, own, owner, what, infinite=infinite)
            return np.ascontiguousarray(
                np.broadcast_to(_expand(given, own, axes, owner), self.sizes(axes, owner))
            )
        return self._array(values, axes, owner, what, infinite=infinite)

    def _place(self, axes: str, where: Iterable[Any]) -> str:
        return ",".join(self.labels[letter][i] for letter, i in zip(axes, where))

    # ---- blocks ------------------------------------------------------------------------------------------------

    def variable(
        self, name: str, axes: str, *, where: Named | None = None, at_most: float = np.inf, unit: str = ""
    ) -> Variable:
        """Add a block of variables ≥ 0 over some axes; none where `where` (axes, flags) is false."""
        if name in self.variables:
            raise ProgramError(
                f"{name}: there is a variable of this name already.", "Give each block its own name."
            )
        if not at_most >= 0:
            raise ProgramError(
                f"{name}: the upper bound is {at_most}; a number of at least 0 is expected.",
                "Every figure must be a number.",
            )
        index = np.full(self.sizes(axes, name), -1, dtype=np.int64)
        present = self._present(where, axes, name)
        count = int(present.sum())
        index[present] = np.arange(self._columns, self._columns + count)
        self._columns += count
        self._upper.append(np.full(count, at_most))
        block = Variable(name, axes, index, unit, self.parent_of)
        self.variables[name] = block
        self._matrix = None
        return block

    def rule(
        self,
        name: str,
        axes: str,
        terms: Sequence[Term],
        *,
        equal: Any = None,
        at_least: Any = None,
        at_most: Any = None,
        where: Named | None = None,
    ) -> RuleBlock:
        """Add a block of rules: the sum of the terms against a right side, one row for each index of `axes`.

        Rows where `where` (axes, flags) is false are left out.

        Raises
        ------
        ProgramError
            With the rule's name: an unknown axis, an array of the wrong shape, NaN, or no right side.

        """
        if name in self.rules:
            raise ProgramError(
                f"{name}: there is a rule of this name already.", "Give each block its own name."
            )
        if equal is None and at_least is None and at_most is None:
            raise ProgramError(f"{name}: the rule has no right side.", "Give equal, at_least or at_most.")
        present = self._present(where, axes, name)
        lower = self._side(-np.inf if at_least is None else at_least, axes, name, "the right side")
        upper = self._side(np.inf if at_most is None else at_most, axes, name, "the right side")
        if equal is not None:
            lower = upper = self._side(equal, axes, name, "the right side", infinite=False)
        index = np.full(present.shape, -1, dtype=np.int64)
        count = int(present.sum())
        index[present] = np.arange(self._rows, self._rows + count)
        block = RuleBlock(name, axes, index)
        entries = [self._spread(term, axes, index, name) for term in terms]
        self._rows += count
        self._sides.append((lower[present], upper[present]))
        self._entries.extend(entries)
        self.rules[name] = block
        self._matrix = None
        return block

    def _present(self, where: Named | None, axes: str, owner: str) -> NDArray[np.bool_]:
        sizes = self.sizes(axes, owner)
        if where is None:
            return np.ones(sizes, dtype=bool)
        own, flags = where
        given = self._array(flags, own, owner, "the mask")
        return np.asarray(np.broadcast_to(_expand(given, own, axes, owner), sizes) != 0)

    # ---- coefficients ------------------------------------------------------------------------------------------

    def _spread(self, term: Term, axes: str, rows: Indices, owner: str) -> tuple[Indices, Indices, Array]:
        """Row, column and value of every coefficient of a term.

        Only the non-zero coefficients are visited: their own axes come from `nonzero`, the remaining axes of
        rule and variable as a full product.
        """
        own, coefficient, variable = self._read(term, owner)
        named = axes + "".join(letter for letter in variable.axes if letter not in axes)
        stray = [letter for letter in own if letter not in named]
        if stray:
            raise ProgramError(
                f"{owner}: a coefficient of {variable.name} has axes '{own}', but neither the rule ('{axes}') nor the "
                f"variable ('{variable.axes}') has '{''.join(stray)}'.",
                "Sum it over that axis first, or name the axis it belongs to.",
            )
        places = np.nonzero(coefficient) if own else ()
        values = coefficient[places] if own else coefficient.reshape(1)[coefficient.reshape(1) != 0]
        rest = [letter for letter in named if letter not in own]
        grid = (
            np.indices(self.sizes("".join(rest), owner)).reshape(len(rest), -1)
            if rest
            else np.zeros((0, 1), int)
        )
        at = {letter: (place[:, None]) for letter, place in zip(own, places)}
        at |= {letter: line[None, :] for letter, line in zip(rest, grid)}
        shape = (values.size, grid.shape[1])

        def number(index: Indices, letters: str) -> Indices:
            flat = np.zeros(shape, dtype=np.int64)
            for letter, size in zip(letters, index.shape):
                flat *= size
                flat += at[letter]
            return np.asarray(index.reshape(-1)[flat].ravel())

        row, column = number(rows, axes), number(variable.index, variable.axes)
        kept = (row >= 0) & (column >= 0)
        return row[kept], column[kept], np.repeat(values, grid.shape[1])[kept]

    def _read(self, term: Term, owner: str) -> tuple[str, Array, Variable]:
        """Coefficient of a term as one array over the axes that it has, times the variable's own factor."""
        if len(term) == 2:
            own, coefficient, variable = "", np.asarray(float(term[0])), term[1]
            if not np.isfinite(coefficient):
                raise ProgramError(f"{owner}: a coefficient is {term[0]}.", "Every figure must be a number.")
        else:
            own, given, variable = term
            coefficient = self._array(given, own, owner, f"a coefficient of {variable.name}")
        if variable.factor is not None:
            other, factor = variable.factor
            union = own + "".join(letter for letter in other if letter not in own)
            coefficient = np.einsum(f"{own},{other}->{union}", coefficient, factor)
            own = union
        return own, coefficient, variable

    def expression(self, terms: Sequence[Term], axes: str = "", weights: Any = 1.0) -> Array:
        """Coefficients over all columns of a weighted sum of terms: an objective, or a figure to read from a solution.

        The terms are read as in a rule over `axes`; `weights` has those axes.
        """
        sizes = self.sizes(axes, "expression")
        weight = self._array(weights, axes, "expression", "the weight").reshape(-1)
        index = np.arange(weight.size).reshape(sizes)
        vector = np.zeros(self._columns)
        for term in terms:
            row, column, value = self._spread(term, axes, index, "expression")
            np.add.at(vector, column, value * weight[row])
        return vector

    def matrix(self) -> Matrix:
        """Assemble all blocks; the arrays are shared with this program until a block is added."""
        if self._matrix is None:
            nothing = np.zeros(0, dtype=np.int64)
            entries = self._entries or [(nothing, nothing, np.zeros(0))]
            rows = np.concatenate([row for row, _, _ in entries])
            columns = np.concatenate([column for _, column, _ in entries])
            values = np.concatenate([value for _, _, value in entries])
            sides = self._sides or [(np.zeros(0), np.zeros(0))]
            self._matrix = Matrix.of(
                rows,
                columns,
                values,
                (self._rows, self._columns),
                row_lower=np.concatenate([lower for lower, _ in sides]),
                row_upper=np.concatenate([upper for _, upper in sides]),
                column_upper=np.concatenate(self._upper) if self._upper else np.zeros(0),
                owner=self._owner(),
            )
        return self._matrix

    def _owner(self) -> Indices:
        """Member of the first axis that each column belongs to, −1 for none."""
        first = next(iter(self.labels), "")
        owner = np.full(self._columns, -1, dtype=np.int64)
        for block in self.variables.values():
            if block.axes.startswith(first) and first:
                place = np.nonzero(block.index >= 0)
                owner[block.index[place]] = place[0]
        return owner

    # ---- reading back ------------------------------------------------------------------------------------------

    def values(self, name: str, point: Array) -> Array:
        """Values of a variable block at a point (all columns), with the block's axes; 0 where there is no column."""
        index = self.variables[name].index
        return np.where(index >= 0, np.append(point, 0.0)[index], 0.0)

    def of_rule(self, name: str, figures: Array) -> Array:
        """Figures given by row (duals, slacks) of a rule block, with its axes; NaN where the rule has no row."""
        index = self.rules[name].index
        return np.where(index >= 0, np.append(figures, np.nan)[index], np.nan)

    def row_label(self, row: int) -> str:
        """Readable name of a row, for example `budget[oak,y1]`."""
        return self._label(self.rules, row)

    def column_label(self, column: int) -> str:
        """Readable name of a column, for example `q[oak,teacher,y1]`."""
        return self._label(self.variables, column)

    def row_key(self, row: int) -> tuple[str, dict[str, int]]:
        """Rule and index by axis letter of a row."""
        return self._find(self.rules, row)

    def _find(
        self, blocks: Mapping[str, Variable] | Mapping[str, RuleBlock], number: int
    ) -> tuple[str, dict[str, int]]:
        for name, block in blocks.items():
            present = block.index[block.index >= 0]
            if present.size and present[0] <= number <= present[-1]:
                where = np.argwhere(block.index == number)[0]
                return name, {letter: int(i) for letter, i in zip(block.axes, where)}
        raise IndexError(number)

    def _label(self, blocks: Mapping[str, Variable] | Mapping[str, RuleBlock], number: int) -> str:
        name, where = self._find(blocks, number)
        return f"{name}[{','.join(self.labels[a][i] for a, i in where.items())}]" if where else name

    def row_labels(self) -> list[str]:
        """Names of all rows, in order; made only when asked for."""
        return self._labels(self.rules, self._rows)

    def column_labels(self) -> list[str]:
        """Names of all columns, in order; made only when asked for."""
        return self._labels(self.variables, self._columns)

    def _labels(self, blocks: Mapping[str, Variable] | Mapping[str, RuleBlock], count: int) -> list[str]:
        names = [""] * count
        for name, block in blocks.items():
            for where in np.argwhere(block.index >= 0):
                place = self._place(block.axes, where)
                names[int(block.index[tuple(where)])] = f"{name}[{place}]" if place else name
        return names

    def to_pulp(
        self, objective: Array | None = None, *, maximise: bool = False, name: str = "spanwise"
    ) -> pulp.LpProblem:
        """Return the program as a `pulp.LpProblem` with readable names: add a rule of your own and solve it anywhere."""
        from optimizer.solvers.pulp_gateway import to_pulp

        return to_pulp(
            self.matrix(), objective, self.column_labels(), self.row_labels(), maximise=maximise, name=name
        )


def _expand(array: Array, own: str, axes: str, owner: str) -> Array:
    """Reorder an array to the order of `axes` and give it length-1 axes for those it lacks."""
    if any(letter not in axes for letter in own):
        raise ProgramError(
            f"{owner}: axes '{own}' do not all belong to '{axes}'.", "Use only the rule's own axes."
        )
    ordered = np.transpose(array, [own.index(letter) for letter in axes if letter in own])
    return ordered.reshape(
        [
            ordered.shape[[a for a in axes if a in own].index(letter)] if letter in own else 1
            for letter in axes
        ]
    )
