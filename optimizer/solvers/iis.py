"""Irreducible infeasible subsets, as HiGHS finds them."""

from __future__ import annotations

import highspy
import numpy as np
from numpy.typing import NDArray

from optimizer.matrix import Matrix
from optimizer.solvers.highs import Session

Indices = NDArray[np.int64]

IIS_SECONDS = 20.0  # HiGHS may take minutes to reduce a large model; the caller has a way of its own


def conflicting_rows(matrix: Matrix) -> Indices | None:
    """Rows of an irreducible infeasible subset as HiGHS finds it; `None` when it finds none in time."""
    session = Session(matrix)
    highs = session.native
    strategy = int(highspy.IisStrategy.kIisStrategyFromLp) | int(highspy.IisStrategy.kIisStrategyIrreducible)
    highs.setOptionValue("iis_strategy", strategy)
    highs.setOptionValue("iis_time_limit", IIS_SECONDS)
    session.minimise(np.zeros(matrix.shape[1]))
    status, iis = highs.getIis()
    if status == highspy.HighsStatus.kError or not iis.valid_ or not len(iis.row_index_):
        return None
    return np.sort(np.array(iis.row_index_, dtype=np.int64))
