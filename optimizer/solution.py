"""What a solver hands back, the same from every gateway."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import Interrupted, NoPlan, SolverFailure
from models.status import Status

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Solution:
    """End of one minimisation: status, point and duals.

    `row_dual` is the change of the objective per unit of a row's binding side, `column_dual` the reduced cost.
    The arrays are `None` unless the status is optimal or feasible. `bound` and `gap` (relative) are of a MILP alone.
    """

    status: Status
    point: Array | None
    row_dual: Array | None
    column_dual: Array | None
    objective: float
    seconds: float
    iterations: int = 0
    bound: float | None = None
    gap: float | None = None
    words: str = ""

    def require(self, what: str = "the model") -> tuple[Array, Array, Array]:
        """Return point, row duals and reduced costs of an optimal solution.

        Raises
        ------
        NoPlan
            No point satisfies all rules.
        Interrupted
            The planner stopped it.
        SolverFailure
            The solver stopped at a limit or failed.

        """
        if (
            self.status is Status.OPTIMAL
            and self.point is not None
            and self.row_dual is not None
            and self.column_dual is not None
        ):
            return self.point, self.row_dual, self.column_dual
        raise refusal(self.status, self.words, what)


def refusal(status: Status, words: str, what: str = "the model") -> NoPlan | SolverFailure | Interrupted:
    """Return the error that a status without a plan becomes."""
    error: NoPlan | SolverFailure | Interrupted
    if status is Status.INFEASIBLE:
        error = NoPlan(
            f"No plan satisfies all rules of {what}.",
            "Run 'spanwise explain FOLDER' to see which rules collide and what would restore a plan.",
        )
    elif status is Status.UNBOUNDED:
        error = NoPlan(
            f"The solver found {what} unbounded, which a lawful district never is.",
            "Look for prices that are zero or missing.",
        )
    elif status is Status.INTERRUPTED:
        error = Interrupted(
            "The solve was interrupted; there is no plan.", "Run it again; --time-limit stops it by itself."
        )
    elif status in (Status.TIME_LIMIT, Status.ITERATION_LIMIT):
        limit = "time" if status is Status.TIME_LIMIT else "iteration"
        error = SolverFailure(
            f"The solver reached its {limit} limit before {what} was solved; there is no plan to show.",
            "Give it more time with --time-limit, or choose another --method.",
        )
    else:
        error = SolverFailure(
            f"The solver failed on {what} (its own words: {words or 'none'}).",
            "Try another --method or --solver.",
        )
    error.status = status
    return error
