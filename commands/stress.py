"""`spanwise stress`: how far funding can fall."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.options import JSON, OUT, POSITIVE, QUIET, options_of, print_json, read, show, typed
from commands.shares import SHARE, SHARES

if TYPE_CHECKING:
    from models.preset import Preset


@click.command("stress")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER", required=False)
@click.option(
    "--hold-coverage",
    type=SHARE,
    metavar="SHARE",
    help="Every school covers this share of its pupils in the last plan year.",
)
@click.option(
    "--hold-adults",
    type=SHARE,
    metavar="SHARE",
    help="Every school keeps this part of today's teachers, leaders and aides per pupil.",
)
@click.option(
    "--surprise",
    is_flag=True,
    help="The cut is announced after the first year: that year is held at the plan.",
)
@click.option(
    "--ladder",
    "cuts",
    type=SHARES,
    metavar="CUTS",
    help="Rungs of the cut ladder, for example 0,3%,7%. Default: 0,3%,7%,10%,14%.",
)
@click.option(
    "--preset",
    "wanted",
    multiple=True,
    metavar="NAME",
    help="Also a sourced shock; may be given several times, 'all' for every one.",
)
@click.option("--presets", "list_presets", is_flag=True, help="List the sourced shocks and end.")
@click.option(
    "--district-only",
    is_flag=True,
    help="No cuts of single schools; quicker where schools pool money or people.",
)
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
    folder: Path | None,
    hold_coverage: float | None,
    hold_adults: float | None,
    surprise: bool,
    cuts: tuple[float, ...] | None,
    wanted: tuple[str, ...],
    list_presets: bool,
    district_only: bool,
    as_json: bool,
    out: Path | None,
    time_limit: float | None,
    quiet: bool,
) -> int:
    """Find the deepest cut that the district and each school can absorb, and what gives way on the way down.

    A cut is a share of all funding that is announced before the first year is planned and strikes from the second
    year on; in a plan of one year it strikes that year. All patterns stand beside traditional classrooms alone.

    \b
    Examples:
      spanwise stress examples/lakeside
      spanwise stress examples/lakeside --hold-coverage 50% --hold-adults 95%
      spanwise stress examples/lakeside --preset cps-2016 --preset enrollment-miss
      spanwise stress --presets
    """
    from datafiles.presets import preset, presets

    if list_presets:
        _list(presets(), as_json=as_json)
        return 0
    if folder is None:
        raise click.UsageError("Missing argument 'FOLDER'.")
    shocks = presets() if "all" in wanted else tuple(preset(name) for name in dict.fromkeys(wanted))
    district = read(folder, quiet=quiet)
    from optimizer.ladder import LADDER
    from optimizer.stress import stress

    answer = stress(
        district,
        hold_coverage=hold_coverage,
        hold_adults=hold_adults,
        surprise=surprise,
        by_school=not district_only,
        cuts=LADDER if cuts is None else cuts,
        presets=shocks,
        options=options_of(time_limit=time_limit, quiet=quiet),
    )
    written: list[str] = []
    if out is not None:
        from datafiles.answer_files import write_answer

        written = write_answer("stress", answer.tables, answer.as_dict(), out)
    if as_json:
        print_json(answer.as_dict())
    else:
        from reports.resilience import resilience_card

        names = dict(zip(district.schools.id, district.schools.name))
        show(resilience_card(answer, names, typed(folder)))
        if written:
            click.echo(f"\nWritten to {out}: {', '.join(written)}")
    return 0 if answer.coverage is not None else 4


def _list(presets: tuple[Preset, ...], *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        print_json({"presets": [asdict(each) for each in presets]})
        return
    for each in presets:
        click.echo(f"{each.name}\n  {each.label}: {each.shock}")
        click.echo(f"  Laid on a district: {each.how}.")
        click.echo(f"  Source: {each.source}{f', {each.url}' if each.url else ''}")
