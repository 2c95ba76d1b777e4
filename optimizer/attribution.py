"""`compare A B`: what each input that differs between two plans does to coverage and cost.

The inputs that differ are switched from the old to the new one group after another, in the order of docs/inputs.md
(tables first, then settings), and the district is solved again after each. A group is one column or one setting; where
rows were added or taken out, all tables that speak of them switch together. The effect of a group is what it changes
on top of the groups before it, so the effects add up to the whole difference exactly; in another order the same
difference may be shared out differently. Where a mixture has no plan, its group is switched together with the next.
"""

from __future__ import annotations

from models.anatomy import Atom, at_most, differing_groups, exchanged, input_differences
from models.decisions import Decisions, decisions_of
from models.district import District
from models.errors import InputError, NoPlan
from models.plan import Plan
from models.plan_comparison import Effect, PlanComparison, decision_differences
from models.settings import Objective
from optimizer.solving import solve
from optimizer.staging import Options

MOST = 16  # groups that are switched, each with a solve of its own
Side = District | Plan | Decisions
Result = tuple[float, float]  # coverage, a share; spending, $ in whole cents


def compare_plans(
    old: Side,
    new: Side,
    objective: Objective | None = None,
    *,
    names: tuple[str, str] = ("A", "B"),
    most: int = MOST,
    options: Options | None = None,
) -> PlanComparison:
    """Compare two plans, or the optimal plans of two districts.

    Parameters
    ----------
    old, new
        Districts, plans, or the decisions of saved plans.
    objective
        What is maximised where a district is to be solved; its own setting when not given.
    names
        What to call the two.
    most
        How many groups of inputs are switched at most, at least 1; columns of a table, and then the last groups, are
        switched together to keep to it.
    options
        Solver, method, limits; see `Options`.

    Raises
    ------
    NoPlan
        One of the districts has no plan; the message says which.
    SolverFailure
        The solver stopped early or failed.
    Interrupted
        Ctrl-C.

    """
    options = (options or Options()).started()
    before = _decided(old, objective, names[0], options)
    after = _decided(new, objective, names[1], options)
    effects = _effects(before, after, names, max(1, most), options)
    decisions = tuple(decision_differences(before, after))
    return PlanComparison(
        names=names,
        old=before,
        new=after,
        inputs=tuple(input_differences(before.district, after.district)),
        effects=tuple(effects),
        decisions=decisions,
        notes=tuple(_notes(before, after, names, differ=bool(effects or decisions))),
    )


def _decided(side: Side, objective: Objective | None, name: str, options: Options) -> Decisions:
    if isinstance(side, Decisions):
        return side
    if isinstance(side, Plan):
        return decisions_of(side)
    options.tell(f"Solving {name}")
    try:
        return decisions_of(solve(side, objective, options=options))
    except NoPlan as error:
        told = NoPlan(f"{name}: {error.what}", error.mend)
        raise told from error


def _asked(decisions: Decisions) -> District:
    """The district with the objective that the plan was made for."""
    return decisions.district.with_settings(coverage={"objective": decisions.objective})


def _result(decisions: Decisions) -> Result:
    return decisions.coverage, round(decisions.spending, 2)


def _effects(
    before: Decisions, after: Decisions, names: tuple[str, str], most: int, options: Options
) -> list[Effect]:
    start, end = _asked(before), _asked(after)
    groups = at_most(
        [group for group in differing_groups(start, end) if any(a.counts for a in group.atoms)], most
    )
    effects: list[Effect] = []
    reached = _result(before)
    pending: list[str] = []

    def arrive(result: Result) -> None:
        nonlocal reached
        effects.append(
            Effect(
                ", ".join(pending),
                reached[0],
                result[0] - reached[0],
                reached[1],
                round(result[1] - reached[1], 2),
            )
        )
        reached = result
        pending.clear()

    if not before.plain:
        pending.append(f"{names[0]} solved to the optimum")
        if (result := _solved(start, options)) is not None:
            arrive(result)
    switched: list[Atom] = []
    for number, group in enumerate(groups):
        pending.append(group.name)
        switched += group.atoms
        if number == len(groups) - 1 and after.plain:
            break  # all that counts is switched: this is the new plan itself
        options.tell(f"Switching {group.name} ({number + 1} of {len(groups)})")
        try:
            mixture = exchanged(start, end, switched)
        except InputError:
            continue  # no district yet; it becomes one with the next group
        if (result := _solved(mixture, options)) is not None:
            arrive(result)
    if not after.plain:
        pending.append(f"{names[1]} as it was planned")
    if pending or _result(after) != reached:
        pending = pending or ["how the two were solved"]
        arrive(_result(after))
    return effects


def _solved(district: District, options: Options) -> Result | None:
    """Coverage and spending of the optimal plan; `None` where there is no plan."""
    try:
        return _result(decisions_of(solve(district, options=options)))
    except NoPlan:
        return None


def _notes(before: Decisions, after: Decisions, names: tuple[str, str], *, differ: bool) -> list[str]:
    notes = []
    for name, side in zip(names, (before, after)):
        if not side.plain:
            how = "in whole positions" if side.whole else f"with status '{side.status}'"
            notes.append(
                f"{name} was planned {how}; the step that says so is the distance to its district's optimum."
            )
    if before.district == after.district and before.objective == after.objective:
        if differ:
            notes.append("The inputs are the same: what differs comes from how the two were solved.")
    elif not {year for _, year in before.school_years()} & {year for _, year in after.school_years()}:
        notes.append(
            "The plans have no calendar year in common; they are laid over each other plan year by plan year."
        )
    if before.objective != after.objective:
        notes.append(f"{names[0]} maximises {before.objective}, {names[1]} {after.objective}.")
    return notes
