"""`spanwise solve`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from commands.options import (
    FOLDER,
    JSON,
    OBJECTIVE,
    OUT,
    QUIET,
    Finite,
    ending,
    options_of,
    print_json,
    read,
    show,
    solving_options,
    typed,
)


@click.command("solve")
@FOLDER
@JSON
@OUT
@OBJECTIVE
@solving_options
@click.option(
    "--with-shortfall",
    is_flag=True,
    help="Plan with the least missing funding when there is no plan; status short.",
)
@click.option(
    "--whole",
    type=click.Choice(["0.5", "1.0", "1"]),
    help="Whole positions: every position a multiple of this FTE.",
)
@click.option(
    "--gap",
    type=Finite(min=0),
    help="With --whole: a proven gap that is good enough, for example 0.01; default: the best plan, proven.",
)
@click.option(
    "--alternatives",
    type=click.IntRange(min=1),
    metavar="N",
    help="Also N plans that differ as much as possible in who moves.",
)
@click.option(
    "--fewest-moves", is_flag=True, help="Also the near-best plan that asks for the fewest staffing moves."
)
@click.option(
    "--within",
    type=Finite(0, 1),
    default=0.01,
    show_default=True,
    help="How far alternatives may be below the best coverage (share).",
)
@click.option(
    "--save-lp",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the first stage's model as .lp with readable names.",
)
@click.option(
    "--save-mps", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it as .mps."
)
@QUIET
def command(
    folder: Path,
    as_json: bool,
    out: Path | None,
    objective: Any,
    solver: str,
    method: str,
    time_limit: float | None,
    threads: int | None,
    with_shortfall: bool,
    whole: str | None,
    gap: float | None,
    alternatives: int | None,
    fewest_moves: bool,
    within: float,
    save_lp: Path | None,
    save_mps: Path | None,
    quiet: bool,
) -> int:
    """Find the best staffing design of a district and certify it.

    FOLDER holds district.toml and the CSV tables (see docs/inputs.md), or is a workbook (.xlsx).

    \b
    Examples:
      spanwise solve examples/lakeside
      spanwise solve examples/lakeside --objective max_min --out results
      spanwise solve examples/lakeside --json > plan.json
    """
    if gap is not None and whole is None:
        raise click.UsageError("--gap goes with --whole.")
    if whole is not None and (with_shortfall or alternatives or fewest_moves):
        raise click.UsageError(
            "--whole goes with neither --with-shortfall, --alternatives nor --fewest-moves."
        )
    if with_shortfall and (alternatives or fewest_moves):
        raise click.UsageError("--with-shortfall goes with neither --alternatives nor --fewest-moves.")
    district = read(folder, quiet=quiet)
    options = options_of(solver, method, time_limit, threads, quiet=quiet)
    if save_lp or save_mps:
        from optimizer.saving import save_model

        save_model(district, objective, lp=save_lp, mps=save_mps)
    if alternatives or fewest_moves:
        from commands.solve_variants import show_alternatives

        return show_alternatives(
            district,
            objective,
            options,
            alternatives or 0,
            within,
            fewest=fewest_moves,
            out=out,
            as_json=as_json,
            source=typed(folder),
        )
    plan = _solve(district, objective, options, with_shortfall=with_shortfall, whole=whole, gap=gap)
    if out is not None:
        from datafiles.plan_files import write_plan

        write_plan(plan, out)
    if as_json:
        from models.plan_json import plan_json

        print_json(plan_json(plan))
    else:
        from reports.card import card

        show(card(plan, typed(folder)))
        if out is not None:
            click.echo(
                f"\nWritten: {out}/plan.json and the tables design, positions, stipends, technology, coverage, money (.csv)"
            )
    return ending(plan, gap_met=gap is not None and plan.rounding is not None and plan.rounding.gap <= gap)


def _solve(
    district: Any, objective: Any, options: Any, *, with_shortfall: bool, whole: str | None, gap: float | None
) -> Any:
    if with_shortfall:
        from optimizer.shortfall import solve_with_shortfall

        return solve_with_shortfall(district, objective, options)
    if whole is not None:
        from optimizer.whole import solve_whole

        return solve_whole(district, float(whole), gap=gap, objective=objective, options=options)
    from optimizer.solving import solve

    return solve(district, objective, options=options)
