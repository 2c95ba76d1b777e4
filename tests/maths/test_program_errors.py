"""What a wrongly written rule is told: the whole message, with the rule's name."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.program import Program
from optimizer.variable import ProgramError

ONCE = "\n\nWrite one letter an axis."
SIZES = "\n\nGive every array the sizes of its axes, in their order."
NUMBER = "\n\nEvery figure must be a number."
OWN = "\n\nUse only the rule's own axes."
NAME = "\n\nGive each block its own name."
STRAY = "\n\nSum it over that axis first, or name the axis it belongs to."


@pytest.fixture
def lp() -> Program:
    return Program(
        {"s": ["oak", "elm"], "r": ["teacher", "aide", "leader"], "n": ["y1", "y2"]}, np.eye(2, k=1)
    )


@pytest.fixture
def q(lp: Program):
    return lp.variable("q", "srn", unit="FTE")


WRONG = {
    "unknown axis of a rule": (
        lambda lp, q: lp.rule("pay", "sx", [(1, q)], at_most=1),
        "pay: axes 'sx' are wrong; known axes are 'srna', each at most once." + ONCE,
    ),
    "axis twice": (
        lambda lp, q: lp.rule("pay", "ss", [(1, q)], at_most=1),
        "pay: axes 'ss' are wrong; known axes are 'srna', each at most once." + ONCE,
    ),
    "unknown axis of a variable": (
        lambda lp, q: lp.variable("y", "sz"),
        "y: axes 'sz' are wrong; known axes are 'srna', each at most once." + ONCE,
    ),
    "unknown axis of a coefficient": (
        lambda lp, q: lp.rule("pay", "s", [("k", [1.0], q)], at_most=1),
        "pay: axes 'k' are wrong; known axes are 'srna', each at most once." + ONCE,
    ),
    "axis of a coefficient that nobody has": (
        lambda lp, q: lp.rule("pay", "s", [("a", [1.0, 2.0], q)], at_most=1),
        "pay: a coefficient of q has axes 'a', but neither the rule ('s') nor the variable ('srn') has 'a'."
        + STRAY,
    ),
    "coefficient of the wrong shape": (
        lambda lp, q: lp.rule("pay", "s", [("r", [1.0, 2.0], q)], at_most=1),
        "pay: a coefficient of q has shape (2,); axes 'r' need (3,)." + SIZES,
    ),
    "coefficient with axes in another order": (
        lambda lp, q: lp.rule("pay", "s", [("rs", np.ones((2, 3)), q)], at_most=1),
        "pay: a coefficient of q has shape (2, 3); axes 'rs' need (3, 2)." + SIZES,
    ),
    "coefficient without axes, as an array": (
        lambda lp, q: lp.rule("pay", "s", [("", [1.0], q)], at_most=1),
        "pay: a coefficient of q has shape (1,); axes '' need ()." + SIZES,
    ),
    "NaN in a coefficient": (
        lambda lp, q: lp.rule("pay", "s", [("sr", [[1, 1, 1], [1, np.nan, 1]], q)], at_most=1),
        "pay: a coefficient of q is nan at elm,aide." + NUMBER,
    ),
    "infinite coefficient": (
        lambda lp, q: lp.rule("pay", "s", [("r", [1, np.inf, 1], q)], at_most=1),
        "pay: a coefficient of q is inf at aide." + NUMBER,
    ),
    "number that is NaN": (
        lambda lp, q: lp.rule("pay", "s", [(np.nan, q)], at_most=1),
        "pay: a coefficient is nan." + NUMBER,
    ),
    "right side of the wrong shape": (
        lambda lp, q: lp.rule("pay", "s", [(1, q)], at_most=[1.0, 2.0, 3.0]),
        "pay: the right side has shape (3,); axes 's' need (2,)." + SIZES,
    ),
    "NaN in the right side": (
        lambda lp, q: lp.rule("pay", "s", [(1, q)], at_least=[1.0, np.nan]),
        "pay: the right side is nan at elm." + NUMBER,
    ),
    "right side that is NaN": (
        lambda lp, q: lp.rule("pay", "s", [(1, q)], at_least=np.nan),
        "pay: the right side is nan at oak." + NUMBER,
    ),
    "equal to infinity": (
        lambda lp, q: lp.rule("pay", "s", [(1, q)], equal=("s", [1.0, np.inf])),
        "pay: the right side is inf at elm." + NUMBER,
    ),
    "right side over an axis that the rule lacks": (
        lambda lp, q: lp.rule("pay", "s", [(1, q)], equal=("r", np.ones(3))),
        "pay: axes 'r' do not all belong to 's'." + OWN,
    ),
    "mask over an axis that the rule lacks": (
        lambda lp, q: lp.rule("pay", "s", [(1, q)], equal=0, where=("r", np.ones(3))),
        "pay: axes 'r' do not all belong to 's'." + OWN,
    ),
    "mask of the wrong shape": (
        lambda lp, q: lp.rule("pay", "s", [(1, q)], equal=0, where=("s", np.ones(3))),
        "pay: the mask has shape (3,); axes 's' need (2,)." + SIZES,
    ),
    "NaN in a mask": (
        lambda lp, q: lp.variable("y", "s", where=("s", [1, np.nan])),
        "y: the mask is nan at elm." + NUMBER,
    ),
    "no side": (
        lambda lp, q: lp.rule("pay", "s", [(1, q)]),
        "pay: the rule has no right side.\n\nGive equal, at_least or at_most.",
    ),
    "second rule of a name": (
        lambda lp, q: [lp.rule("pay", "s", [(1, q)], at_most=1) for _ in range(2)],
        "pay: there is a rule of this name already." + NAME,
    ),
    "second variable of a name": (
        lambda lp, q: lp.variable("q", "s"),
        "q: there is a variable of this name already." + NAME,
    ),
    "weight of an expression": (
        lambda lp, q: lp.expression([(1, q)], "s", [1.0]),
        "expression: the weight has shape (1,); axes 's' need (2,)." + SIZES,
    ),
    "coefficient of an expression": (
        lambda lp, q: lp.expression([("r", [np.nan, 1, 1], q)]),
        "expression: a coefficient of q is nan at teacher." + NUMBER,
    ),
    "bound that is NaN": (
        lambda lp, q: lp.variable("y", "s", at_most=np.nan),
        "y: the upper bound is nan; a number of at least 0 is expected." + NUMBER,
    ),
    "bound below 0": (
        lambda lp, q: lp.variable("y", "s", at_most=-1.0),
        "y: the upper bound is -1.0; a number of at least 0 is expected." + NUMBER,
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_message(wrong: str, lp: Program, q) -> None:
    act, message = WRONG[wrong]
    with pytest.raises(ProgramError) as caught:
        act(lp, q)
    assert str(caught.value) == message


@pytest.mark.parametrize("wrong", WRONG)
def test_a_refused_block_leaves_no_trace(wrong: str, lp: Program, q) -> None:
    """After an error the program is as it was, so that nothing half built is ever solved."""
    if wrong == "second rule of a name":
        lp.rule("pay", "s", [(1, q)], at_most=1)
    before = (lp.matrix().shape, set(lp.rules), set(lp.variables))
    act, _ = WRONG[wrong]
    with pytest.raises(ProgramError):
        act(lp, q)
    lp._matrix = None  # assemble again
    assert (lp.matrix().shape, set(lp.rules), set(lp.variables)) == before


def test_a_rule_without_a_tree_has_no_parent() -> None:
    lp = Program({"n": ["y1", "y2"]})
    h = lp.variable("h", "n")
    with pytest.raises(ProgramError) as caught:
        lp.rule("stock", "n", [(1, h), (-1, h.at_parent())], at_most=0)
    assert (
        str(caught.value)
        == "h: the program has no tree, so there is no parent.\n\nGive the program parent_of."
    )


def test_a_variable_without_nodes_has_no_parent(lp: Program) -> None:
    y = lp.variable("y", "s")
    with pytest.raises(ProgramError) as caught:
        y.at_parent()
    assert str(caught.value) == (
        "y: a block over 's' has no node, so there is nothing to shift along the tree.\n\n"
        "Shift blocks that have the axis n."
    )
