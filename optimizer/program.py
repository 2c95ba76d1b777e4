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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.layout import layout_of
from optimizer.matrix import Matrix
from optimizer.members import Members, expand
from optimizer.reading import Reading
from optimizer.spread import Spread, assembled, entries_of, spread_of
from optimizer.variable import EARLIER, NODE, Named, ProgramError, Variable

if TYPE_CHECKING:
    from scipy.sparse import csc_array

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
        alike = like is not None and like._size == self._size and _same(like.parent_of, parent_of)
        self._like = like if alike else None
        self.variables: dict[str, Variable] = {}
        self.rules: dict[str, RuleBlock] = {}
        self._columns = 0
        self._rows = 0
        self._upper: list[Array] = []
        self._sides: list[tuple[Array, Array]] = []
        self._terms: dict[str, list[Reading]] = {}
        self._spread: dict[str, list[Spread]] = {}  # the terms of a large program, once it is assembled
        self._expressions: list[tuple[Indices, list[Spread]]] = []  # and those of its expressions
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
        finite = np.isfinite(array)
        # a search among bytes takes a third of the time of `all`, and there are a hundred small arrays a program
        if b"\0" in finite.tobytes() and (not infinite or np.isnan(array).any()):
            where = tuple(int(i) for i in np.argwhere(~finite)[0])
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
            self._belong(own, axes, owner)
            side = np.empty(members.index.shape)
            side[...] = expand(given, own, axes)
            return members.of_present(side)
        return members.of_present(self._array(values, axes, owner, what, infinite=infinite))

    def _belong(self, own: str, axes: str, owner: str) -> None:
        """Check that some axes are among those of a block."""
        if own != axes and any(letter not in axes for letter in own):
            raise ProgramError(
                f"{owner}: axes '{own}' do not all belong to '{axes}'.", "Use only the rule's own axes."
            )

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
        self._upper.append(_level(members.count, float(at_most)))
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
        readings = [self._read(term, axes, members.index, name) for term in terms]
        self._rows += members.count
        self._sides.append((lower, upper))
        self._terms[name] = readings
        block = self.rules[name] = RuleBlock(name, axes, members.index)
        self._matrix = None
        return block

    def _numbered(self, kind: str, name: str, axes: str, where: Named | None, first: int) -> Members:
        """Members of a block that are present, numbered from `first` on; those of a program that is alike are taken over."""
        sizes = self.sizes(axes, name)
        mask = None
        if where is not None:
            mask = where[0], self._array(where[1], where[0], name, "the mask")
            self._belong(where[0], axes, name)
        known = None if self._like is None else self._like._members.get((kind, name))
        members = self._members[kind, name] = Members.of(axes, sizes, first, mask, known)
        return members

    # ---- coefficients ------------------------------------------------------------------------------------------

    def _read(self, term: Term, axes: str, rows: Indices, owner: str) -> Reading:
        """A term over some rows: its coefficient as one array over the axes that it has, times the variable's own factor."""
        if len(term) == 2:
            own, number, variable = "", float(term[0]), term[1]
            if not math.isfinite(number):
                raise ProgramError(f"{owner}: a coefficient is {term[0]}.", "Every figure must be a number.")
            coefficient = np.asarray(number)
        else:
            own, given, variable = term
            coefficient = self._array(given, own, owner, f"a coefficient of {variable.name}").copy()
        if variable.factor is not None:
            other, factor = variable.factor
            union = own + "".join(letter for letter in other if letter not in own)
            coefficient = np.einsum(f"{own},{other}->{union}", coefficient, factor)
            own = union
        if own.strip(axes + variable.axes):
            stray = [letter for letter in own if letter not in axes + variable.axes]
            raise ProgramError(
                f"{owner}: a coefficient of {variable.name} has axes '{own}', but neither the rule ('{axes}') nor the "
                f"variable ('{variable.axes}') has '{''.join(stray)}'.",
                "Sum it over that axis first, or name the axis it belongs to.",
            )
        return Reading(own, coefficient, axes, rows, variable.axes, variable.index)

    def expression(self, terms: Sequence[Term], axes: str = "", weights: Any = 1.0) -> Array:
        """Coefficients over all columns of a weighted sum of terms: an objective, or a figure to read from a solution.

        The terms are read as in a rule over `axes`; `weights` has those axes.
        """
        sizes = self.sizes(axes, "expression")
        weight = self._array(weights, axes, "expression", "the weight").reshape(-1)
        index, known = self._expression_like(sizes)
        readings = [self._read(term, axes, index, "expression") for term in terms]
        layout = layout_of(readings)
        if layout is not None:
            return layout.totals(readings, weight, self._columns)
        spread = spread_of(readings, known)
        self._expressions.append((index, spread))
        row, column, value = entries_of(spread)
        return np.bincount(column, value * weight[row], minlength=self._columns)

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
            readings = list(chain(*self._terms.values()))
            layout = layout_of(readings)
            shape = self._rows, self._columns
            A = self._assembled(shape) if layout is None else layout.coefficients(readings, shape)
            self._matrix = Matrix(A, lower, upper, np.zeros(self._columns), column_upper, owner=self._owner())
            self._like = None  # not needed any more, and it may be large
        return self._matrix

    def _owner(self) -> Indices:
        """For each column its member of the program's first axis, −1 where its block lacks that axis."""
        first = next(iter(self.labels), "")
        blocks = [self._members["variable", name] for name in self.variables]
        if not blocks:
            return np.zeros(0, dtype=np.int64)
        return np.concatenate(
            [
                members.along_first
                if first and members.axes.startswith(first)
                else np.full(members.count, -1)
                for members in blocks
            ]
        )

    def _assembled(self, shape: tuple[int, int]) -> csc_array[Any]:
        """The coefficients of a large program; where they stand in the places of the one that it is like, those are taken over."""
        like = self._like
        known = {} if like is None else like._spread
        self._spread = {
            name: spread_of(readings, known.get(name, [])) for name, readings in self._terms.items()
        }
        if like is None or list(known) != list(self._spread) or like.matrix().shape != shape:
            return assembled(entries_of(self._every_term()), shape)
        pairs = list(zip_longest(self._every_term(), like._every_term()))
        changed = [(own, other) for own, other in pairs if own is not other]
        if any(None in pair or pair[0].places_id != pair[1].places_id for pair in changed):
            return assembled(entries_of(self._every_term()), shape)
        A = like.matrix().A
        if changed:
            data = np.bincount(like._positions(), entries_of(self._every_term())[2], minlength=A.nnz)
            A = type(A)((data, A.indices, A.indptr), shape=A.shape)
        self._order = like._order
        return A

    def _every_term(self) -> Iterator[Spread]:
        return chain(*self._spread.values())

    def _positions(self) -> Indices:
        """For every coefficient its position among the matrix's data."""
        if self._order is None:
            row, column, _ = entries_of(self._every_term())
            _, self._order = np.unique(column * self._rows + row, return_inverse=True)
        return self._order

    # ---- reading back ------------------------------------------------------------------------------------------

    def values(self, name: str, point: Array) -> Array:
        """Values of a variable block at a point (all columns), with the block's axes; 0 where there is no column."""
        return self._members["variable", name].spread(point, 0.0)

    def of_rule(self, name: str, figures: Array) -> Array:
        """Figures given by row (duals, slacks) of a rule block, with its axes; NaN where the rule has no row."""
        return self._members["rule", name].spread(figures, np.nan)

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
    """One figure for all members of a block; shared, and so not to be changed."""
    side = np.full(count, value)
    side.flags.writeable = False
    return side


def _same(one: Array | None, other: Array | None) -> bool:
    """Whether two arrays are equal, or both are absent."""
    return one is other or (one is not None and other is not None and np.array_equal(one, other))
