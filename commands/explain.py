"""`spanwise explain`: what limits a plan and what would help, or why there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from commands.options import (
    FOLDER,
    JSON,
    OBJECTIVE,
    OUT,
    POSITIVE,
    QUIET,
    options_of,
    print_json,
    read,
    show,
    typed,
)

NO_PLAN = 4


@click.command("explain")
@FOLDER
@JSON
@OUT
@OBJECTIVE
@click.option(
    "--extra",
    type=POSITIVE,
    default=100_000,
    show_default=True,
    metavar="DOLLARS",
    help="What this much more every year would buy.",
)
@click.option(
    "--prices-only",
    is_flag=True,
    help="Prices and limits alone: no settings and no extra money, which solve the model again.",
)
@click.option(
    "--time-limit",
    type=POSITIVE,
    metavar="SECONDS",
    help="Stop after this long, without an answer.",
)
@QUIET
def command(
    folder: Path,
    as_json: bool,
    out: Path | None,
    objective: Any,
    extra: float,
    prices_only: bool,
    time_limit: float | None,
    quiet: bool,
) -> int:
    """Say what limits coverage and what each rule is worth; without a plan, which rules collide and what funding lacks.

    A price is what one step of a rule covers, with the range over which it holds. Where there is no plan (exit
    code 4), a smallest set of colliding rules is named with its rows in the files, and the least extra funding by
    school and year.

    \b
    Examples:
      spanwise explain examples/lakeside
      spanwise explain examples/lakeside --extra 250000
      spanwise explain examples/lakeside --prices-only --out prices
    """
    from datafiles.locating import with_rows
    from models.explanation_json import explanation_json, explanation_tables
    from optimizer.explaining import explain

    district = read(folder, quiet=quiet)
    answer = explain(
        district,
        objective,
        options=options_of(time_limit=time_limit, quiet=quiet),
        solve_again=not prices_only,
        extra=extra,
    )
    answer = with_rows(answer, folder)
    written: list[str] = []
    if out is not None:
        from datafiles.answer_files import write_answer

        written = write_answer("explain", explanation_tables(answer), explanation_json(answer), out)
    if as_json:
        print_json(explanation_json(answer))
    else:
        from reports.explanation import explanation_card

        show(explanation_card(answer, typed(folder)))
        if written:
            click.echo(f"\nWritten to {out}: {', '.join(written)}")
    return 0 if answer.has_plan else NO_PLAN
