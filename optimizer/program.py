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

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.matrix import Matrix
from optimizer.members import Members
from optimizer.spread import Spread, entries_of, owners, same
from optimizer.variable import EARLIER, NODE, Named, ProgramError, Variable

if TYPE_CHECKING:
    from optimizer.solvers.pulp_gateway import LpProblem

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Term = tuple[Any, ...]  # (number, variable) or (axes, array, variable)


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
    like
        A program that this one probably resembles. Where a block has the same places it is taken over, and only its
        figures are worked out again; the result is the same as without.

    """

    def __init__(
        self,
        axes: Mapping[str, Sequence[str]],
        parent_of: Array | None = None,
        like: Program | None = None,
    ) -> None:
        self.labels = {letter: tuple(names) for letter, names in axes.items()}
        if NODE in self.labels:
            self.labels[EARLIER] = self.labels[NODE]
        self.parent_of = parent_of
        self._size = {letter: len(names) for letter, names in self.labels.items()}
        self._sizes: dict[str, tuple[int, ...]] = {}
        self._members: dict[tuple[str, str], Members] = {}  # by kind and name of a block
        alike = like is not None and like._size == self._size and same(like.parent_of, parent_of)
        self._like = like if alike else None
        self.variables: dict[str, Variable] = {}
        self.rules: dict[str, RuleBlock] = {}
        self._columns = 0
        self._rows = 0
        self._upper: list[Array] = []
        self._sides: list[tuple[Array, Array]] = []
        self._terms: dict[str, list[Spread]] = {}
        self._expressions: list[tuple[Indices, list[Spread]]] = []
        self._matrix: Matrix | None = None
        self._order: Indices | None = None

    # ---- shapes ------------------------------------------------------------------------------------------------

    def sizes(self, axes: str, owner: str = "") -> tuple[int, ...]:
        """Sizes of some axes; an unknown letter is an error."""
        known = self._sizes.get(axes)
        if known is not None:
            return known
        unknown = [letter for letter in axes if letter not in self.labels]
        if unknown or len(set(axes)) != len(axes):
            raise ProgramError(
                f"{owner}: axes '{axes}' are wrong; known axes are '{''.join(self.labels)}', each at most once.",
                "Write one letter an axis.",
            )
        return self._sizes.setdefault(axes, tuple(self._size[letter] for letter in axes))

    def _array(self, values: Any, axes: str, owner: str, what: str, *, infinite: bool = False) -> Array:
        """Check an array against its axes; NaN and wrong shapes fail with the owner's name."""
        array = np.asarray(values, dtype=float)
        sizes = self.sizes(axes, owner)
        if array.shape != sizes:
            raise ProgramError(
                f"{owner}: {what} has shape {array.shape}; axes '{axes}' need {sizes}.",
                "Give every array the sizes of its axes, in their order.",
            )
        if not np.isfinite(array).all() and (not infinite or np.isnan(array).any()):
            where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
            raise ProgramError(
                f"{owner}: {what} is {array[where]} at {self._place(axes, where)}.",
                "Every figure must be a number.",
            )
        return array

    def _side(self, values: Any, members: Members, owner: str, *, infinite: bool = True) -> Array:
        """Right side of a rule row by row: from a number, an array of the rule's axes, or (axes, array)."""
        what, axes = "the right side", members.axes
        if isinstance(values, (int, float)):
            if not (math.isfinite(values) or (infinite and not math.isnan(values))):
                self._array(np.full(members.index.shape, float(values)), axes, owner, what, infinite=infinite)
            return _level(members.count, float(values))
        if isinstance(values, tuple):
            own, array = values
            given = self._array(array, own, owner, what, infinite=infinite)
            return members.of_present(
                np.broadcast_to(_expand(given, own, axes, owner), members.index.shape)
            ).copy()
        return members.of_present(self._array(values, axes, owner, what, infinite=infinite))

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
        members = self._numbered("variable", name, axes, where, self._columns)
        self._columns += members.count
        self._upper.append(np.full(members.count, at_most))
        block = Variable(name, axes, members.index, unit, self.parent_of)
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
        members = self._numbered("rule", name, axes, where, self._rows)
        if equal is not None:
            lower = upper = self._side(equal, members, name, infinite=False)
        else:
            lower = self._side(-np.inf if at_least is None else at_least, members, name)
            upper = self._side(np.inf if at_most is None else at_most, members, name)
        known = [] if self._like is None else self._like._terms.get(name, [])
        spread = [
            self._spread(term, axes, members.index, name, known[i] if i < len(known) else None)
            for i, term in enumerate(terms)
        ]
        self._rows += members.count
        self._sides.append((lower, upper))
        self._terms[name] = spread
        block = self.rules[name] = RuleBlock(name, axes, members.index)
        self._matrix = None
        return block

    def _numbered(self, kind: str, name: str, axes: str, where: Named | None, first: int) -> Members:
        """Members of a block that are present, numbered from `first` on; those of a program that is alike are taken over."""
        sizes = self.sizes(axes, name)
        mask = None if where is None else (where[0], self._array(where[1], where[0], name, "the mask"))
        known = None if self._like is None else self._like._members.get((kind, name))
        if known is not None and known.repeated(axes, first, mask):
            members = known
        elif mask is None:
            members = Members.all(axes, sizes, first)
        else:
            own, flags = mask
            present = np.broadcast_to(_expand(flags, own, axes, name), sizes) != 0
            members = Members.of(axes, present, first, mask)
        self._members[kind, name] = members
        return members

    # ---- coefficients ------------------------------------------------------------------------------------------

    def _spread(
        self, term: Term, axes: str, rows: Indices, owner: str, known: Spread | None = None
    ) -> Spread:
        """Row, column and value of every coefficient of a term; `known` is the term of a program that is alike.

        Only the non-zero coefficients are visited: their own axes come from `nonzero`, the remaining axes of
        rule and variable as a full product.
        """
        own, given, variable = term if len(term) == 3 else ("", term[0], term[1])
        figures = np.asarray(given, dtype=float) if len(term) == 3 else float(given)
        written = own, figures, variable.factor is not None
        place = variable.index, variable.axes, rows
        if known is not None and known.repeated(written, *place):
            return known
        own, coefficient = self._read(term, owner)
        if known is not None and (filled := known.filled(written, coefficient, *place)) is not None:
            return filled
        stray = [letter for letter in own if letter not in axes and letter not in variable.axes]
        if stray:
            raise ProgramError(
                f"{owner}: a coefficient of {variable.name} has axes '{own}', but neither the rule ('{axes}') nor the "
                f"variable ('{variable.axes}') has '{''.join(stray)}'.",
                "Sum it over that axis first, or name the axis it belongs to.",
            )
        return Spread.of(written, own, coefficient, *place, axes)

    def _read(self, term: Term, owner: str) -> tuple[str, Array]:
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
        return own, coefficient

    def expression(self, terms: Sequence[Term], axes: str = "", weights: Any = 1.0) -> Array:
        """Coefficients over all columns of a weighted sum of terms: an objective, or a figure to read from a solution.

        The terms are read as in a rule over `axes`; `weights` has those axes.
        """
        sizes = self.sizes(axes, "expression")
        weight = self._array(weights, axes, "expression", "the weight").reshape(-1)
        index, known = self._expression_like(sizes)
        spread = [
            self._spread(term, axes, index, "expression", known[i] if i < len(known) else None)
            for i, term in enumerate(terms)
        ]
        self._expressions.append((index, spread))
        vector = np.zeros(self._columns)
        if spread:
            values = np.concatenate([term.value * weight[term.row] for term in spread])
            column = np.concatenate([term.column for term in spread])
            vector += np.bincount(column, values, minlength=self._columns)
        return vector

    def _expression_like(self, sizes: tuple[int, ...]) -> tuple[Indices, list[Spread]]:
        """Numbers of an expression's weights, and the terms of the like program's expression of the same place."""
        at = len(self._expressions)
        if self._like is not None and at < len(self._like._expressions):
            index, known = self._like._expressions[at]
            if index.shape == sizes:
                return index, known
        return np.arange(math.prod(sizes)).reshape(sizes), []

    def matrix(self) -> Matrix:
        """Assemble all blocks; the arrays are shared with this program until a block is added."""
        if self._matrix is None:
            nothing = np.zeros(0)
            sides = self._sides or [(nothing, nothing)]
            lower, upper = (np.concatenate([pair[side] for pair in sides]) for side in (0, 1))
            column_upper = np.concatenate(self._upper) if self._upper else nothing
            first = next(iter(self.labels), "")
            self._matrix = self._assembled_like(lower, upper, column_upper) or Matrix.of(
                *entries_of(chain(*self._terms.values())),
                (self._rows, self._columns),
                row_lower=lower,
                row_upper=upper,
                column_upper=column_upper,
                owner=owners(
                    self._columns,
                    [
                        block.index
                        for block in self.variables.values()
                        if first and block.axes.startswith(first)
                    ],
                ),
            )
            self._like = None  # not needed any more, and it may be large
        return self._matrix

    def _assembled_like(self, lower: Array, upper: Array, column_upper: Array) -> Matrix | None:
        """The matrix of the program that this one is like, with our figures; `None` unless all places are the same."""
        like = self._like
        if like is None or list(like._terms) != list(self._terms):
            return None
        if (like._rows, like._columns) != (self._rows, self._columns):
            return None
        its, ours = list(chain(*like._terms.values())), list(chain(*self._terms.values()))
        changed = [(own, other) for own, other in zip(ours, its) if own is not other]
        if len(its) != len(ours) or any(own.places_id != other.places_id for own, other in changed):
            return None
        matrix = like.matrix()
        A = matrix.A
        if changed:
            data = np.bincount(like._positions(), entries_of(ours)[2], minlength=A.nnz)
            A = type(A)((data, A.indices, A.indptr), shape=A.shape)
        self._order = like._order
        return matrix.replace(A=A, row_lower=lower, row_upper=upper, column_upper=column_upper)

    def _positions(self) -> Indices:
        """For every coefficient its position among the matrix's data."""
        if self._order is None:
            row, column, _ = entries_of(chain(*self._terms.values()))
            _, self._order = np.unique(column * self._rows + row, return_inverse=True)
        return self._order

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
    ) -> LpProblem:
        """Return the program as a `pulp.LpProblem` with readable names: add a rule of your own and solve it anywhere."""
        from optimizer.solvers.pulp_gateway import to_pulp

        return to_pulp(
            self.matrix(), objective, self.column_labels(), self.row_labels(), maximise=maximise, name=name
        )


@lru_cache(maxsize=128)
def _level(count: int, value: float) -> Array:
    """One figure for all rows of a rule; shared, and so not to be changed."""
    side = np.full(count, value)
    side.flags.writeable = False
    return side


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
