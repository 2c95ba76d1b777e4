"""Why this stipend? The best plan at every step of the schedule, each solved on its own."""

from __future__ import annotations

from models.district import District
from models.errors import InputError, NoPlan
from models.settings import Objective
from models.stipend_choice import StipendStep
from optimizer.solving import solve
from optimizer.staging import Options


def stipend_steps(
    district: District, objective: Objective | None = None, *, options: Options | None = None
) -> tuple[StipendStep, ...]:
    """Plan the district at every step of its schedule inside the bounds, lowest stipend first.

    At a step that one stipend is paid at every school, in every year and scenario, whatever the district's own policy.

    Raises
    ------
    SolverFailure, Interrupted
        As in `solve`; a step without a plan is no error.

    """
    options = (options or Options()).started()
    return tuple(
        _at(district, float(stipend), objective, options)
        for stipend in sorted(set(district.stipends.stipend[district.steps].tolist()))
    )


def _at(district: District, stipend: float, objective: Objective | None, options: Options) -> StipendStep:
    options.tell(f"Stipend of ${stipend:,.0f} everywhere")
    fixed = {"stipend_policy": "uniform", "stipend_min": stipend, "stipend_max": stipend}
    try:
        plan = solve(district.with_settings(leaders=fixed), objective, options=options)
    except (NoPlan, InputError):
        return StipendStep(stipend)
    leaders = float((plan.leaders.sum(axis=1) @ plan.tree.probability).sum()) / plan.tree.years
    return StipendStep(stipend, plan.coverage, plan.spending, leaders, plan.teachers_per_leader)
