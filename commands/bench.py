"""`spanwise bench`: how fast this machine's solvers are, on the planner's district or on made ones."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from commands.options import JSON, POSITIVE, QUIET, options_of, print_json, read, show


def _numbers(ctx: click.Context, parameter: click.Parameter, value: str | None) -> list[int]:
    if not value:
        return []
    try:
        numbers = [int(part) for part in value.split(",")]
    except ValueError:
        raise click.BadParameter(f"'{value}' is not a list of whole numbers like 10,50,200.") from None
    if min(numbers) < 1:
        raise click.BadParameter("every number must be 1 or more.")
    return numbers


@click.command("bench")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option(
    "--schools",
    callback=_numbers,
    metavar="N,N,…",
    help="Made districts of these sizes, in the place of FOLDER; without either, one of 10.",
)
@click.option(
    "--years", type=click.IntRange(1, 20), default=1, show_default=True, help="Years of the made districts."
)
@click.option(
    "--scenarios",
    type=click.IntRange(1, 20),
    default=1,
    show_default=True,
    help="Scenarios of the made districts.",
)
@click.option(
    "--pool",
    type=click.Choice(["school", "district"]),
    default="school",
    show_default=True,
    help="Funding of the made districts.",
)
@click.option(
    "--solver",
    "solvers",
    multiple=True,
    metavar="NAME",
    help="Only this solver, or solver-method like highs-ipm; may be repeated, or separated by commas.",
)
@click.option(
    "--repeats",
    type=click.IntRange(1, 50),
    default=1,
    show_default=True,
    help="Runs of each; the median is shown.",
)
@click.option(
    "--time-limit",
    type=POSITIVE,
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="Limit of one run; one that reaches it is shown as such.",
)
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=None,
    help="Threads to use; default: one a core, at most 8.",
)
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the table: .json, .csv or .md.",
)
@JSON
@QUIET
def command(
    folder: Path | None,
    schools: list[int],
    years: int,
    scenarios: int,
    pool: Any,
    solvers: tuple[str, ...],
    repeats: int,
    time_limit: float,
    threads: int | None,
    save: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Time the solvers and methods of this machine on one district or on made ones.

    \b
    Examples:
      spanwise bench examples/lakeside
      spanwise bench --schools 10,50,200 --years 5 --scenarios 4
      spanwise bench --schools 50 --solver highs --solver cbc --json
    """
    from optimizer.bench import bench, machine, paths
    from reports.bench import bench_card

    if save is not None and save.suffix not in (".json", ".csv", ".md"):
        raise click.UsageError("--save takes a file that ends in .json, .csv or .md.")
    if save is not None and not save.parent.is_dir():  # said now, not when all is measured
        raise click.UsageError(f"--save: there is no folder {save.parent}.")
    if folder is not None and schools:
        raise click.UsageError("Give FOLDER or --schools, not both.")
    names = [name.strip() for part in solvers for name in part.split(",")]
    if not all(names):
        raise click.UsageError("--solver: a name is missing.")
    if folder is not None:
        source = click.get_current_context().get_parameter_source
        given = [n for n in ("years", "scenarios", "pool") if source(n) is not ParameterSource.DEFAULT]
        if given:
            raise click.UsageError(f"--{given[0]} is for made districts; {folder} has its own.")
        instances = [(folder.name, read(folder, quiet=quiet))]
    else:
        from models.made import made_district

        instances = [
            (
                f"made {size} × {years} × {scenarios}, {pool}",
                made_district(size, years, scenarios, pool=pool),
            )
            for size in schools or [10]
        ]
    options = options_of(time_limit=time_limit, threads=threads, quiet=quiet)
    here = machine()
    rows = [asdict(row) for row in bench(instances, paths(names), options, repeats)]
    if as_json:
        print_json({"machine": here, "rows": rows})
    else:
        show(bench_card(here, rows))
    if save is not None:
        _save(save, here, rows)
    return 0


def _save(path: Path, here: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    import json

    from datafiles.writing import write_whole
    from reports.bench import bench_markdown

    if path.suffix == ".json":
        text = json.dumps({"machine": here, "rows": rows}, indent=2)
    elif path.suffix == ".md":
        text = bench_markdown(here, rows)
    else:
        import pandas as pd

        text = pd.DataFrame(rows).to_csv(index=False)
    write_whole(path, text)
