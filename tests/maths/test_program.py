"""The builder against a build by plain loops, and what it gives back: labels, keys, values, duals by rule."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from optimizer.program import Program

SIZES = {"s": 2, "g": 3, "m": 2, "r": 3, "n": 4}
PARENT = np.array([-1, 0, 0, 1])  # of each node; the tree of the tests
PARENT_OF = np.array([[float(PARENT[n] == a) for n in range(4)] for a in range(4)])
ON_PATH = np.array([[1, 1, 1, 1], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1]], dtype=float)


def program() -> Program:
    return Program({axis: [f"{axis}{i}" for i in range(size)] for axis, size in SIZES.items()}, PARENT_OF)


def axes_of(letters: str = "sgmrn", least: int = 0) -> st.SearchStrategy[str]:
    return st.permutations(letters).flatmap(
        lambda order: st.integers(least, len(order)).map(lambda count: "".join(order[:count]))
    )


def array_of(draw: st.DrawFn, axes: str, zeros: float = 0.3) -> np.ndarray:
    rng = np.random.default_rng(draw(st.integers(0, 2**20)))
    shape = tuple(SIZES["n" if letter == "a" else letter] for letter in axes)
    return np.round(rng.normal(size=shape), 2) * (rng.random(shape) > zeros)


@st.composite
def rules(draw: st.DrawFn):
    """Random variables with masks, and a rule of random terms over them, some shifted along the tree."""
    lp = program()
    variables = []
    for number in range(draw(st.integers(1, 2))):
        axes = draw(axes_of())
        mask = None
        if draw(st.booleans()):
            own = draw(axes_of(axes)) if axes else ""
            mask = (own, array_of(draw, own) != 0)
        variables.append(lp.variable(f"v{number}", axes, where=mask))
    axes = draw(axes_of())
    where = None
    if draw(st.booleans()):
        own = draw(axes_of(axes)) if axes else ""
        where = (own, array_of(draw, own) != 0)
    terms, plain = (
        [],
        [],
    )  # as the builder reads them, and as (axes, array, variable, variable's axes) for the loops
    for _ in range(draw(st.integers(1, 3))):
        variable = draw(st.sampled_from(variables))
        shift = (
            draw(st.sampled_from(["none", "parent", "path"]))
            if "n" in axes and "n" in variable.axes
            else "none"
        )
        seen = variable.axes if shift == "none" else variable.axes.replace("n", "a")
        reach = "".join(dict.fromkeys(axes + seen))
        if draw(st.booleans()) and shift != "path":
            own, array = "", np.asarray(float(draw(st.sampled_from([-2.0, 0.0, 1.0, 3.5]))))
            term = (float(array), variable)
        else:
            own = draw(axes_of(reach)) if reach else ""
            array = array_of(draw, own)
            term = (own, array, variable)
        if shift == "parent":
            terms.append((*term[:-1], variable.at_parent()))
        elif shift == "path":
            left = own.replace("a", "").replace("n", "")  # the coefficient says which nodes count
            array = np.einsum(f"{left},an->{left}an", array_of(draw, left), ON_PATH)
            own = left + "an"
            terms.append((own, array, variable.over("a")))
        else:
            terms.append(term)
        plain.append((own, array, variable, seen, shift))
    return lp, axes, where, terms, plain


def by_loops(lp: Program, axes: str, where, plain) -> np.ndarray:
    """Rows of the rule as a dense array, one index at a time."""
    columns = lp.matrix().shape[1]
    lines = []
    for row in product(*(range(SIZES[letter]) for letter in axes)):
        at = dict(zip(axes, row))
        if where is not None and not where[1][tuple(at[letter] for letter in where[0])]:
            continue
        line = np.zeros(columns)
        for own, array, variable, seen, shift in plain:
            for place in np.ndindex(variable.index.shape):
                if variable.index[place] < 0:
                    continue
                names = dict(zip(seen, place))
                if any(at.get(letter, i) != i for letter, i in names.items()):
                    continue
                names = at | names
                if shift == "parent" and PARENT[names["n"]] != names["a"]:
                    continue
                line[variable.index[place]] += array[tuple(names[letter] for letter in own)]
        lines.append(line)
    return np.array(lines).reshape(len(lines), columns)


@given(rules())
@settings(max_examples=150)
def test_a_rule_is_the_sum_over_the_axes_it_lacks(drawn) -> None:
    lp, axes, where, terms, plain = drawn
    block = lp.rule("rule", axes, terms, at_most=0, where=where)
    expected = by_loops(lp, axes, where, plain)
    assert_array_equal(block.index[block.index >= 0], np.arange(len(expected)))
    np.testing.assert_allclose(lp.matrix().A.toarray().reshape(expected.shape), expected, atol=1e-12)


@given(rules(), st.data())
@settings(max_examples=60)
def test_an_expression_is_the_weighted_sum_of_a_rules_rows(drawn, data: st.DataObject) -> None:
    lp, axes, _, terms, plain = drawn
    weights = array_of(data.draw, axes)
    expected = weights.reshape(-1) @ by_loops(lp, axes, None, plain)
    np.testing.assert_allclose(lp.expression(terms, axes, weights), expected, atol=1e-12)


def test_an_expression_without_axes_sums_everything() -> None:
    lp = program()
    q = lp.variable("q", "sr")
    r = lp.variable("r", "s")
    assert_array_equal(lp.expression([("r", [1.0, 2, 3], q)]), [1, 2, 3, 1, 2, 3, 0, 0])
    assert_array_equal(lp.expression([(2, r)], weights=3.0), [0, 0, 0, 0, 0, 0, 6, 6])


# ---- sides ---------------------------------------------------------------------------------------------------------

INF = np.inf
SIDES = {
    "equal, a number": ({"equal": 3}, [[3, 3], [3, 3]]),
    "equal, an array": ({"equal": [1.0, 2.0]}, [[1, 1], [2, 2]]),
    "at least": ({"at_least": 1}, [[1, INF], [1, INF]]),
    "at most": ({"at_most": [1.0, INF]}, [[-INF, 1], [-INF, INF]]),
    "both": ({"at_least": -1, "at_most": [0.0, 4.0]}, [[-1, 0], [-1, 4]]),
    "over its axes": ({"at_most": ("s", [5.0, 6.0])}, [[-INF, 5], [-INF, 6]]),
    "over none": ({"at_most": ("", 7.0)}, [[-INF, 7], [-INF, 7]]),
}


@pytest.mark.parametrize("kind", SIDES)
def test_sides(kind: str) -> None:
    sides, expected = SIDES[kind]
    lp = program()
    lp.rule("rule", "s", [(1, lp.variable("y", "s"))], **sides)
    matrix = lp.matrix()
    assert_array_equal(np.column_stack([matrix.row_lower, matrix.row_upper]), expected)


def test_a_side_over_some_axes_is_repeated_over_the_others_in_the_rules_order() -> None:
    lp = program()
    y = lp.variable("y", "sg")
    lp.rule("rule", "gs", [(1, y)], at_most=("s", [5.0, 6.0]))
    lp.rule("two", "gs", [(1, y)], at_most=("sg", [[1.0, 2, 3], [4, 5, 6]]))
    assert_array_equal(lp.matrix().row_upper, [5, 6, 5, 6, 5, 6, 1, 4, 2, 5, 3, 6])


def test_a_masked_row_takes_no_side() -> None:
    lp = program()
    lp.rule("rule", "g", [(1, lp.variable("y", "g"))], equal=[1.0, 2.0, 3.0], where=("g", [1, 0, 1]))
    assert_array_equal(lp.matrix().row_lower, [1, 3])


# ---- blocks --------------------------------------------------------------------------------------------------------


def test_columns_come_in_order_and_not_where_the_mask_is_false() -> None:
    lp = program()
    y = lp.variable("y", "gs", where=("s", [0, 1]), unit="pupils")
    z = lp.variable("z", "", at_most=1.0)
    assert_array_equal(y.index, [[-1, 0], [-1, 1], [-1, 2]])
    assert int(z.index) == 3
    matrix = lp.matrix()
    assert_array_equal(matrix.column_lower, np.zeros(4))
    assert_array_equal(matrix.column_upper, [INF, INF, INF, 1])
    assert matrix.shape == (0, 4)
    assert y.unit == "pupils"


def test_two_terms_of_one_variable_add_up() -> None:
    lp = program()
    y = lp.variable("y", "s")
    lp.rule("rule", "s", [(2, y), ("s", [1.0, -2.0], y)], at_most=0)
    assert_array_equal(lp.matrix().A.toarray(), [[3, 0], [0, 0]])


def test_at_a_root_a_parents_term_is_absent() -> None:
    lp = program()
    y = lp.variable("y", "n")
    lp.rule("rule", "n", [(1, y), (-0.5, y.at_parent())], at_most=0)
    assert_array_equal(
        lp.matrix().A.toarray(), [[1, 0, 0, 0], [-0.5, 1, 0, 0], [-0.5, 0, 1, 0], [0, -0.5, 0, 1]]
    )


def test_over_reads_every_node_that_the_coefficient_names() -> None:
    lp = program()
    y = lp.variable("y", "n")
    lp.rule("rule", "n", [("an", ON_PATH, y.over("a"))], at_most=0)
    assert_array_equal(lp.matrix().A.toarray(), ON_PATH.T)


def test_the_matrix_is_assembled_anew_after_a_block_is_added() -> None:
    lp = program()
    y = lp.variable("y", "s")
    before = lp.matrix()
    assert lp.matrix() is before
    lp.rule("rule", "s", [(1, y)], at_most=1)
    assert lp.matrix().shape == (2, 2)
    lp.variable("z", "s")
    assert lp.matrix().shape == (2, 4)


def test_an_empty_program() -> None:
    assert program().matrix().shape == (0, 0)


# ---- labels and keys -----------------------------------------------------------------------------------------------


@pytest.fixture
def lp() -> Program:
    lp = program()
    y = lp.variable("y", "sg", where=("sg", [[1, 0, 1], [0, 1, 1]]))
    z = lp.variable("z", "")
    lp.rule("cap", "gs", [(1, y)], at_most=1, where=("g", [0, 1, 1]))
    lp.rule("none", "s", [(1, y)], at_most=1, where=("s", [0, 0]))
    lp.rule("total", "", [(1, y), (1, z)], at_most=1)
    return lp


def test_labels(lp: Program) -> None:
    assert lp.column_labels() == ["y[s0,g0]", "y[s0,g2]", "y[s1,g1]", "y[s1,g2]", "z"]
    assert lp.row_labels() == ["cap[g1,s0]", "cap[g1,s1]", "cap[g2,s0]", "cap[g2,s1]", "total"]
    assert [lp.row_label(row) for row in range(5)] == lp.row_labels()


def test_row_keys(lp: Program) -> None:
    assert lp.row_key(2) == ("cap", {"g": 2, "s": 0})
    assert lp.row_key(4) == ("total", {})
    with pytest.raises(IndexError):
        lp.row_key(5)


def test_values_of_a_variable_are_0_where_it_has_no_column(lp: Program) -> None:
    point = np.array([1.0, 2, 3, 4, 5])
    assert_array_equal(lp.values("y", point), [[1, 0, 2], [0, 3, 4]])
    assert_array_equal(lp.values("z", point), 5)


def test_figures_of_a_rule_are_nan_where_it_has_no_row(lp: Program) -> None:
    figures = np.array([1.0, 2, 3, 4, 5])
    assert_array_equal(lp.of_rule("cap", figures), [[np.nan, np.nan], [1, 2], [3, 4]])
    assert_array_equal(lp.of_rule("none", figures), [np.nan, np.nan])
    assert_array_equal(lp.of_rule("total", figures), 5)


def test_the_program_as_pulp(lp: Program) -> None:
    problem = lp.to_pulp(np.array([1.0, 0, 0, 0, -2]), maximise=True, name="little")
    assert [variable.name for variable in problem.variables()] == [
        "y(s0,g0)",
        "y(s0,g2)",
        "y(s1,g1)",
        "y(s1,g2)",
        "z",
    ]
    assert [constraint.name for constraint in problem.constraints()] == [
        *("cap(g1,s0)", "cap(g1,s1)", "cap(g2,s0)", "cap(g2,s1)", "total")
    ]
