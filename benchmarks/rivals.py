"""The same linear program written in other ways: PuLP expressions and linopy, for comparison alone.

PuLP: coefficients by row are laid out beforehand (not timed); what is timed is what PuLP itself must do, one `lpSum` of
coefficient times variable a row. linopy: the very functions of `optimizer/rules` write into a program that
speaks linopy, so both write the same rules from the same arrays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np

from models.district import District


class PulpExpressions:
    """The first stage as PuLP expressions."""

    def __init__(self, district: District) -> None:
        from optimizer.formulation import Model
        from optimizer.objectives import stages_of

        model = Model(district)
        stage = stages_of(model, "expected")[0]
        self.matrix = model.lp.matrix()
        self.names = [f"x{column}" for column in range(self.matrix.shape[1])]
        self.cost, self.scale = stage.sign * stage.cost, stage.scale
        A = self.matrix.A.tocsr()
        ends = A.indptr.tolist()
        columns, values = A.indices.tolist(), A.data.tolist()
        self.rows = [
            (list(zip(values[start:end], columns[start:end])), low, high)
            for start, end, low, high in zip(
                ends, ends[1:], self.matrix.row_lower.tolist(), self.matrix.row_upper.tolist()
            )
        ]

    def build(self) -> Any:
        """Write the program in expressions, one `lpSum` a row."""
        import pulp

        problem = pulp.LpProblem("spanwise", pulp.LpMaximize)
        variables = [
            problem.add_variable(name, 0, None if upper == np.inf else upper)
            for name, upper in zip(self.names, self.matrix.column_upper.tolist())
        ]
        problem.setObjective(
            pulp.lpSum(value * variables[column] for column, value in enumerate(self.cost.tolist()) if value)
        )
        for terms, low, high in self.rows:
            left = pulp.lpSum(value * variables[column] for value, column in terms)
            if low == high:
                problem.addConstraint(left == low)
            else:
                if low > -np.inf:
                    problem.addConstraint(left >= low)
                if high < np.inf:
                    problem.addConstraint(left <= high)
        return problem

    def run(self, solver: str) -> tuple[float, float, float]:
        """Seconds to build, seconds to hand over and solve, and the objective as a share."""
        import pulp

        started = time.perf_counter()
        problem = self.build()
        built = time.perf_counter()
        problem.solve(pulp.getSolver(solver, msg=False))
        ended = time.perf_counter()
        return built - started, ended - built, float(problem.objective.value()) / self.scale


class LinopyProgram:
    """Takes the calls that `optimizer/rules` make to a `Program`, and writes them into a linopy model."""

    def __init__(self, axes: dict[str, Any], parent_of: np.ndarray | None = None, like: None = None) -> None:
        import linopy

        self.model = linopy.Model()
        self.labels = dict(axes)
        self.labels["a"] = self.labels["n"]
        self.parent_of = parent_of
        self.variables: dict[str, Any] = {}
        self.rules: dict[str, Any] = {}

    def _array(self, axes: str, values: Any) -> Any:
        import xarray

        return xarray.DataArray(
            np.asarray(values, float),
            dims=list(axes),
            coords={a: np.arange(len(self.labels[a])) for a in axes},
        )

    def variable(
        self, name: str, axes: str, *, where: Any = None, at_most: float = np.inf, unit: str = ""
    ) -> LinopyVariable:
        """Add a block."""
        import pandas as pd

        mask = None
        if where is not None:
            full = self._array(axes, np.ones([len(self.labels[a]) for a in axes]))
            mask = (self._array(*where) * full).transpose(*axes) != 0
        coords = [pd.RangeIndex(len(self.labels[a]), name=a) for a in axes]
        made = (
            self.model.add_variables(lower=0, upper=at_most, coords=coords, name=name, mask=mask)
            if axes
            else self.model.add_variables(lower=0, name=name)
        )
        block = LinopyVariable(self, axes, made)
        self.variables[name] = block
        return block

    def term(self, term: tuple, keep: str) -> Any:
        """One term, summed over the axes that the rule lacks."""
        own, coefficient, variable = term if len(term) == 3 else ("", term[0], term[1])
        expression = variable.read() * (self._array(own, coefficient) if own else float(coefficient))
        gone = [a for a in expression.dims if a not in keep and a != "_term"]
        return expression.sum(gone) if gone else expression

    def rule(
        self,
        name: str,
        axes: str,
        terms: list,
        *,
        equal: Any = None,
        at_least: Any = None,
        at_most: Any = None,
        where: Any = None,
    ) -> None:
        """Add a block of rules."""
        left = (
            sum(self.term(term, axes) for term in terms[1:]) + self.term(terms[0], axes)
            if len(terms) > 1
            else self.term(terms[0], axes)
        )
        mask = None
        if where is not None:
            full = self._array(axes, np.ones([len(self.labels[a]) for a in axes]))
            mask = (self._array(*where) * full).transpose(*axes) != 0
        for side, sign in ((equal, "="), (at_least, ">="), (at_most, "<=")):
            if side is not None:
                right = (
                    self._array(*side)
                    if isinstance(side, tuple)
                    else side
                    if np.isscalar(side)
                    else self._array(axes, side)
                )
                self.model.add_constraints(left, sign, right, name=name + sign, mask=mask)
        self.rules[name] = None


class LinopyVariable:
    """A block, read as it stands, at the parent, or at an earlier node."""

    def __init__(self, program: LinopyProgram, axes: str, made: Any, shift: str = "") -> None:
        self.program, self.axes, self.made, self.shift = program, axes, made, shift

    def at_parent(self) -> LinopyVariable:
        """Read the block at the parent of node n."""
        return LinopyVariable(self.program, self.axes, self.made, "parent")

    def over(self, letter: str) -> LinopyVariable:
        """Read the block at another node."""
        return LinopyVariable(self.program, self.axes, self.made, letter)

    def read(self) -> Any:
        """The linopy expression."""
        expression = 1.0 * self.made
        if self.shift == "parent":
            has = self.program.parent_of.sum(axis=0)
            expression = expression.isel(n=self.program.parent_of.argmax(axis=0)).assign_coords(
                n=np.arange(has.size)
            ) * self.program._array("n", has)
        elif self.shift:
            expression = expression.rename(n=self.shift)
        return expression


def run_linopy(district: District) -> tuple[float, float, float]:
    """Seconds to build, to hand over and solve, and the objective as a share, with linopy and HiGHS."""
    import warnings

    import linopy  # noqa: F401 - loaded before the clock starts

    import optimizer.formulation as formulation
    from optimizer.objectives import weights

    warnings.filterwarnings(
        "ignore", module="benchmarks.rivals"
    )  # masked variables count as 0, as in our own program

    started = time.perf_counter()
    with mock.patch.object(formulation, "Program", LinopyProgram):
        model = formulation.Model(district)
    lp: Any = model.lp
    weight = lp._array("sn", weights(model))
    covered = sum(lp.term(term, "sn") for term in model.covered())
    lp.model.add_objective((covered * weight).sum(), sense="max")
    built = time.perf_counter()
    lp.model.solve(solver_name="highs", io_api="direct", output_flag=False)
    ended = time.perf_counter()
    scale = float((weights(model) * model.p.E).sum())
    return built - started, ended - built, float(lp.model.objective.value) / scale


RUNS: dict[str, Callable[[District], tuple[float, float, float]]] = {
    "PuLP expressions, CBC": lambda district: PulpExpressions(district).run("COIN_CMD"),
    "PuLP expressions, HiGHS": lambda district: PulpExpressions(district).run("HiGHS"),
    "linopy, HiGHS": run_linopy,
}
