"""Dual answers mixed: where blocks turn their minds about trapped money, no single answer prices what they carry, a mixture does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DEAR = 1e5  # times the value, what a strain of 1 may cost in bound


@dataclass(frozen=True, eq=False)
class Dual:
    """Prices and what the blocks answered: a dual solution of the whole matrix but for the own columns.

    Attributes
    ----------
    price, row_dual : prices of the coupling rows, duals of all rows
    bound : of the stage itself, if no own column gains
    left, size : reduced costs of the own columns (only those without a limit), and the size of their terms, axis own

    """

    price: Array
    row_dual: Array
    bound: float
    left: Array
    size: Array

    @property
    def strain(self) -> float:
        """Relative gain of the own columns, as a certificate has it."""
        return float((-self.left / self.size).max(initial=0.0))


def mixed(duals: Sequence[Dual]) -> Dual:
    """Mix dual solutions for the best bound at which no own column gains; bounds and reduced costs mix as the duals do."""
    if len(duals) == 1 or duals[-1].left.size == 0:
        return duals[-1]
    from scipy.optimize import linprog

    best = max(dual.bound for dual in duals)
    unit = 1.0 + abs(best)
    duals = [dual for dual in duals if dual.bound > best - unit]
    bound = np.array([dual.bound for dual in duals])
    left = (np.array([dual.left for dual in duals]) / duals[-1].size).T
    result = linprog(
        np.append(-(bound - bound.max()) / unit, DEAR),
        A_ub=np.hstack([-left, -np.ones((left.shape[0], 1))]),
        b_ub=np.zeros(left.shape[0]),
        A_eq=np.append(np.ones(bound.size), 0.0)[None, :],
        b_eq=[1.0],
        method="highs-ds",
    )
    if result.x is None:
        return duals[-1]
    weight = np.maximum(result.x[:-1], 0.0)
    weight /= weight.sum()

    def mix(parts: list[Array]) -> Array:
        return np.asarray(sum(share * part for share, part in zip(weight, parts) if share > 0))

    return Dual(
        mix([dual.price for dual in duals]),
        mix([dual.row_dual for dual in duals]),
        float(weight @ bound),
        mix([dual.left for dual in duals]),
        mix([dual.size for dual in duals]),
    )
