"""`spanwise frontier`: what money buys, what equity costs, and what every setting is worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.options import FOLDER, JSON, OBJECTIVE, OUT, POSITIVE, QUIET, options_of, print_json, read, show
from commands.shares import SHARE, share_of

if TYPE_CHECKING:
    from models.district import District
    from models.sensitivity import Sensitivity
    from optimizer.staging import Options


@click.command("frontier")
@FOLDER
@click.option(
    "--from",
    "low",
    type=SHARE,
    default="-15%",
    show_default=True,
    metavar="CHANGE",
    help="Least change of funding.",
)
@click.option(
    "--to",
    "high",
    type=SHARE,
    default="15%",
    show_default=True,
    metavar="CHANGE",
    help="Greatest change of funding.",
)
@click.option(
    "--points",
    type=click.IntRange(min=2),
    metavar="COUNT",
    help="Coverage at this many changes, evenly spaced, in the place of every bend: quicker for large districts.",
)
@click.option(
    "--along",
    metavar="SETTING",
    help="Coverage along one setting, for example leaders.stipend_max or grade_bands.max_pupils_per_teacher@K-5.",
)
@click.option(
    "--values",
    metavar="LIST",
    help="With --along: its values, 0.05,0.07, or changes of today's, -10%,+10%. Default: -20% to +20%.",
)
@click.option(
    "--tornado",
    type=SHARE,
    metavar="CHANGE",
    help="Every setting lower and higher by this share, for example 10%.",
)
@click.option("--equity", is_flag=True, help="District coverage against the worst school's.")
@OBJECTIVE
@JSON
@OUT
@click.option(
    "--time-limit",
    type=POSITIVE,
    metavar="SECONDS",
    help="Stop after this long, without an answer.",
)
@QUIET
def command(
    folder: Path,
    low: float,
    high: float,
    points: int | None,
    along: str | None,
    values: str | None,
    tornado: float | None,
    equity: bool,
    objective: Any,
    as_json: bool,
    out: Path | None,
    time_limit: float | None,
    quiet: bool,
) -> int:
    """Trace coverage against a uniform change of funding: exact breakpoints and slopes, or a grid with --points.

    \b
    Examples:
      spanwise frontier examples/lakeside --from -0.15 --to 0.15
      spanwise frontier examples/lakeside --along leaders.stipend_max --values 6000,10000,14000
      spanwise frontier examples/lakeside --along roles.salary@teacher
      spanwise frontier examples/lakeside --tornado 10%
      spanwise frontier examples/lakeside --equity
    """
    if sum((along is not None, tornado is not None, equity)) > 1:
        raise click.UsageError("--along, --tornado and --equity are questions of their own; give one.")
    if values is not None and along is None:
        raise click.UsageError("--values goes with --along.")
    if points is not None and (along is not None or tornado is not None or equity):
        raise click.UsageError("--points goes with the frontier of funding alone.")
    if equity and objective is not None:
        raise click.UsageError("--equity has both objectives in it; leave --objective out.")
    district = read(folder, quiet=quiet)
    options = options_of(time_limit=time_limit, quiet=quiet)
    from reports import frontier as cards

    if along is not None:
        name = "along"
        answer: Any = _along(district, along, values, objective, options)
        card = cards.sensitivity_card
    elif tornado is not None:
        from optimizer.sensitivity import tornado as every_setting

        name, card = "tornado", cards.tornado_card  # type: ignore[assignment]
        answer = every_setting(district, tornado, objective=objective, options=options)
    elif equity:
        from optimizer.equity import equity as trace_equity

        name, card = "equity", cards.equity_card  # type: ignore[assignment]
        answer = trace_equity(district, options=options)
    else:
        from optimizer.frontier import frontier

        name, card = "frontier", cards.frontier_card  # type: ignore[assignment]
        answer = frontier(district, low, high, objective=objective, points=points, options=options)
    written: list[str] = []
    if out is not None:
        from datafiles.answer_files import write_answer

        written = write_answer(name, {name: answer.to_frame()}, answer.as_dict(), out)
    if as_json:
        print_json(answer.as_dict())
    else:
        show(card(answer))
        if written:
            click.echo(f"\nWritten to {out}: {', '.join(written)}")
    return 0


def _along(
    district: District, setting: str, values: str | None, objective: Any, options: Options
) -> Sensitivity:
    from optimizer.sensitivity import STEPS, along

    if values is None:
        return along(district, setting, factors=STEPS, objective=objective, options=options)
    parts = [part.strip().replace("−", "-") for part in values.split(",") if part.strip()]
    relative = [part for part in parts if part.endswith("%") and part[0] in "+-"]
    if relative and len(relative) != len(parts):
        raise click.UsageError(
            "--values are either changes, such as -10%,+10%, or values, such as 0.05,0.07."
        )
    try:
        figures = [share_of(part) for part in parts]
    except ValueError:
        raise click.UsageError(f"--values {values!r} are no numbers; write 0.05,0.07 or -10%,+10%.") from None
    if not figures:
        raise click.UsageError("--values names no value; write 0.05,0.07 or -10%,+10%.")
    if relative:
        return along(
            district,
            setting,
            factors=[1.0 + change for change in figures],
            objective=objective,
            options=options,
        )
    return along(district, setting, figures, objective=objective, options=options)
