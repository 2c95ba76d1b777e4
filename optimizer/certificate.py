"""A certificate of optimality, from the arrays and the solution alone: no solver has a word in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.plan import Certificate
from optimizer.matrix import Matrix

Array = NDArray[np.float64]


def certify(
    matrix: Matrix,
    cost: Array,
    point: Array,
    row_dual: Array | None,
    *,
    held: Array | None = None,
    at_least: Array | None = None,
) -> Certificate:
    """Measure how far a point and its duals are from the conditions of optimality (Karush, Kuhn and Tucker).

    Every figure is relative: a violation of a row or bound to 1 + |its side| + the size of the row's terms, one of a
    dual to 1 + |cost| + the size of the column's terms, complementarity and gap to 1 + |objective|.

    Parameters
    ----------
    matrix
        The model that was solved.
    cost
        Coefficients that were minimised, one a column.
    point, row_dual
        One a column and one a row; without duals only the primal part is measured. A figure that is no number
        makes every figure infinite.
    held, at_least
        Further dense rows behind the matrix's, axes (held rows, columns), and their lower sides.

    """
    if not (np.isfinite(point).all() and (row_dual is None or np.isfinite(row_dual).all())):
        known = None if row_dual is None else np.inf
        return Certificate(np.inf, known, known, known)
    held = np.zeros((0, point.size)) if held is None else held
    row_lower, row_upper = matrix.row_lower, matrix.row_upper
    if len(held):
        row_lower = np.concatenate([row_lower, at_least if at_least is not None else []])
        row_upper = np.concatenate([row_upper, np.full(len(held), np.inf)])
    A, sizes = matrix.A, matrix.sizes
    activity = np.concatenate([A @ point, held @ point])
    size = np.concatenate([sizes @ np.abs(point), np.abs(held) @ np.abs(point)])
    primal = max(
        _worst(
            _outside(activity, row_lower, row_upper),
            1.0 + np.abs(_nearest(activity, row_lower, row_upper)) + size,
        ),
        _worst(_outside(point, matrix.column_lower, matrix.column_upper), 1.0 + np.abs(point)),
    )
    if row_dual is None:
        return Certificate(primal, None, None, None)
    own, further = row_dual[: matrix.shape[0]], row_dual[matrix.shape[0] :]
    reduced = cost - matrix.row_by_row @ own - further @ held
    scale = 1.0 + np.abs(cost) + matrix.sizes_row_by_row @ np.abs(own) + np.abs(further) @ np.abs(held)
    dual = max(
        _worst(unsupported(row_dual, row_lower, row_upper), 1.0 + np.abs(row_dual)),
        _worst(unsupported(reduced, matrix.column_lower, matrix.column_upper), scale),
    )
    value = float(cost @ point)
    bound = _supported(row_dual, row_lower, row_upper) + _supported(
        reduced, matrix.column_lower, matrix.column_upper
    )
    whole = 1.0 + abs(value)
    complementarity = max(
        _worst(_products(row_dual, activity, row_lower, row_upper), whole),
        _worst(_products(reduced, point, matrix.column_lower, matrix.column_upper), whole),
    )
    return Certificate(primal, dual, complementarity, abs(value - bound) / whole)


def _worst(amounts: Array, scale: Array | float) -> float:
    return float((amounts / scale).max(initial=0.0))


def _outside(values: Array, lower: Array, upper: Array) -> Array:
    return np.maximum(np.maximum(lower - values, values - upper), 0.0)


def _nearest(values: Array, lower: Array, upper: Array) -> Array:
    return np.minimum(np.maximum(values, lower), upper)  # infinite sides pull nowhere


def unsupported(dual: Array, lower: Array, upper: Array) -> Array:
    """Part of a dual that pushes against a side that is not there."""
    absent = np.where(dual > 0, lower == -np.inf, upper == np.inf)
    return np.asarray(absent * np.abs(dual))


def _pushed(dual: Array, lower: Array, upper: Array, otherwise: Array | float) -> Array:
    """The side that each dual pushes against; something else where there is none."""
    side = np.where(dual > 0, lower, upper)
    return np.where(np.isfinite(side), side, otherwise)


def _supported(dual: Array, lower: Array, upper: Array) -> float:
    """Part of the dual objective: duals times the sides they push against."""
    return float(dual @ _pushed(dual, lower, upper, 0.0))


def _products(dual: Array, values: Array, lower: Array, upper: Array) -> Array:
    """Dual times distance from the side it pushes against."""
    return np.abs(dual * (values - _pushed(dual, lower, upper, values)))
