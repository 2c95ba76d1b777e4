"""`spanwise compare`: where a district stands against its plan, or two plans against each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.options import (
    JSON,
    OBJECTIVE,
    OUT,
    QUIET,
    options_of,
    print_json,
    read,
    show,
    solving_options,
    typed,
)

if TYPE_CHECKING:
    from models.district import District


@click.command("compare")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.argument("other", type=click.Path(path_type=Path), metavar="[OTHER]", required=False)
@JSON
@OUT
@OBJECTIVE
@click.option("--school", metavar="ID", help="Show the card of one school in the place of the district's.")
@solving_options
@QUIET
def command(
    folder: Path,
    other: Path | None,
    as_json: bool,
    out: Path | None,
    objective: Any,
    school: str | None,
    solver: str,
    method: str,
    time_limit: float | None,
    threads: int | None,
    quiet: bool,
) -> int:
    """Show today, the best use of today's people and the optimal plan; or what sets two plans apart.

    With FOLDER alone, year 1 of the base scenario is shown three ways, with the cost bridge from today to the optimal
    plan and the staffing moves it asks for. With OTHER, two district folders, workbooks or plans saved by
    'solve --out' are compared: inputs, decisions, and what each input that differs does to coverage and cost.

    \b
    Examples:
      spanwise compare examples/lakeside
      spanwise compare examples/lakeside --school maple
      spanwise compare examples/lakeside lakeside-with-cut --json
      spanwise compare plan-of-march plan-of-may --out changes
    """
    options = options_of(solver, method, time_limit, threads, quiet=quiet)
    if other is not None:
        if school is not None:
            raise click.UsageError("--school goes with one FOLDER alone.")
        from commands.compare_plans import show_two

        return show_two(folder, other, objective, options, as_json=as_json, out=out, quiet=quiet)
    from models.comparison_json import comparison_json
    from models.comparison_tables import comparison_tables
    from optimizer.comparing import compare

    district = read(folder, quiet=quiet, saved=True)
    index = None if school is None else _index(district, school)
    comparison = compare(district, objective, options=options)
    if out is not None:
        from datafiles.comparison_files import write_comparison

        names = write_comparison(comparison_tables(comparison), comparison_json(comparison), out)
    if as_json:
        print_json(comparison_json(comparison))
        return 0
    from reports.comparison import comparison_card

    show(comparison_card(comparison, index, typed(folder)))
    if out is not None:
        click.echo(f"\nWritten: {out}/comparison.json and the tables {', '.join(names)} (.csv)")
    return 0


def _index(district: District, school: str) -> int:
    """Index of a school by its id.

    Raises
    ------
    InputError
        When no school has it.

    """
    if school in district.schools.id:
        return district.schools.id.index(school)
    import difflib

    from models.errors import InputError

    near = difflib.get_close_matches(school, district.schools.id, n=1, cutoff=0.5)
    raise InputError(
        f"--school is '{school}'; no school of {district.name} has this school_id.",
        f"Did you mean '{near[0]}'?" if near else f"There are {', '.join(district.schools.id[:20])}.",
    )
