"""HiGHS alone on a finished matrix, in a process that has nothing of ours in it: the limit for time and memory."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import highspy
import numpy as np

TOLERANCE, LARGEST = 1e-9, 4  # as Spanwise asks of HiGHS


def write_matrix(district: object, path: Path) -> None:
    """Write the matrix of a district's first stage for `run_bare`."""
    from optimizer.formulation import Model
    from optimizer.objectives import stages_of

    model = Model(district)  # type: ignore[arg-type]
    stage = stages_of(model, "expected")[0]
    matrix = model.lp.matrix()
    np.savez(
        path,
        start=matrix.A.indptr,
        index=matrix.A.indices,
        value=matrix.A.data,
        row_lower=matrix.row_lower,
        row_upper=matrix.row_upper,
        column_lower=matrix.column_lower,
        column_upper=matrix.column_upper,
        cost=stage.cost,
        scale=np.array([stage.sign / stage.scale]),
    )


def bare_point(matrix: Any, cost: np.ndarray, **options: Any) -> np.ndarray:
    """Hand a matrix over and solve it from nothing, by HiGHS's own choices but for some options; the optimal point."""
    highs, lp = highspy.Highs(), highspy.HighsLp()
    highs.silent()
    for option, value in options.items():
        highs.setOptionValue(option, value)
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, matrix.column_lower, matrix.column_upper
    lp.row_lower_, lp.row_upper_ = matrix.row_lower, matrix.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.A.indptr, matrix.A.indices
    lp.a_matrix_.value_ = matrix.A.data
    highs.passModel(lp)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(highs.modelStatusToString(highs.getModelStatus()))
    return np.array(highs.getSolution().col_value)


def run_bare(path: Path, method: str) -> dict[str, float]:
    """Hand the matrix over and solve it; seconds, and the objective as a share.

    `method` is one of HiGHS, or `scaled`: simplex with the one option that Spanwise sets beside the tolerances.
    """
    with np.load(path) as file:
        arrays = dict(file)
    started = time.perf_counter()
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = arrays["row_lower"].size, arrays["cost"].size
    lp.col_cost_ = arrays["cost"]
    lp.col_lower_, lp.col_upper_ = arrays["column_lower"], arrays["column_upper"]
    lp.row_lower_, lp.row_upper_ = arrays["row_lower"], arrays["row_upper"]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = arrays["start"], arrays["index"]
    lp.a_matrix_.value_ = arrays["value"]
    highs = highspy.Highs()
    highs.silent()
    scaled = method == "scaled"
    for option, value in (("solver", "simplex" if scaled else method), ("threads", 1)):
        highs.setOptionValue(option, value)
    if scaled:
        highs.setOptionValue("simplex_scale_strategy", LARGEST)
    for option in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
        highs.setOptionValue(option, TOLERANCE)
    highs.passModel(lp)
    highs.run()
    seconds = time.perf_counter() - started
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS ended as {highs.modelStatusToString(highs.getModelStatus())}")
    point = np.array(highs.getSolution().col_value)
    objective = float(arrays["scale"][0] * (arrays["cost"] @ point))
    return {"solve": seconds, "total": seconds, "objective": objective}
