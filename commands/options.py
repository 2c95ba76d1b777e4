"""Options that several commands share, and how a command reads its district and says what it does."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.status import clear, tell

if TYPE_CHECKING:
    from models.district import District
    from models.errors import SpanwiseError
    from models.plan import Plan
    from optimizer.staging import Options


class Finite(click.FloatRange):
    """A figure within a range; "nan" is none, and without a limit is said by leaving the option out."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the figure."""
        figure = super().convert(value, param, ctx)
        if not math.isfinite(figure):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return figure


POSITIVE = Finite(min=0, min_open=True)
FOLDER = click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on standard output and nothing else there."
)


def folder_name(_context: click.Context, _option: click.Parameter, place: Path | None) -> Path | None:
    """Refuse a file's name for a folder before anything is solved for it."""
    from datafiles.writing import hold_to_folder_name

    if place is not None:
        hold_to_folder_name(place)
    return place


OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    callback=folder_name,
    metavar="DIR",
    help="Write the result tables as CSV.",
)
QUIET = click.option("--quiet", "-q", is_flag=True, help="No progress, no warnings.")
OBJECTIVE = click.option(
    "--objective",
    type=click.Choice(["expected", "worst_case", "max_min"]),
    help="What is maximised: expected coverage, the worst scenario's, or the worst school's. Default: the district's own setting.",
)
METHODS = ["auto", "simplex", "ipm", "pdlp", "blocks", "prices"]


def solving_options[Command: Callable[..., Any]](command: Command) -> Command:
    """Add the options of solving: --solver, --method, --time-limit, --threads."""
    for option in reversed(
        [
            click.option(
                "--solver",
                default="highs",
                metavar="NAME",
                help="highs (default), cbc, glpk, scip, or any solver PuLP knows.",
            ),
            click.option(
                "--method",
                default="auto",
                type=click.Choice(METHODS),
                help="How HiGHS solves; auto chooses by structure.",
            ),
            click.option(
                "--time-limit",
                type=POSITIVE,
                metavar="SECONDS",
                help="Stop after this long, without a plan.",
            ),
            click.option(
                "--threads",
                type=click.IntRange(min=1),
                default=None,
                help="Threads to use; default: one a core, at most 8.",
            ),
        ]
    ):
        command = option(command)
    return command


def options_of(
    solver: str = "highs",
    method: str = "auto",
    time_limit: float | None = None,
    threads: int | None = None,
    *,
    quiet: bool = False,
) -> Options:
    """Build the solving options; progress goes to a terminal's standard error."""
    if solver != "highs" and method != "auto":
        raise click.UsageError(f"--method goes with HiGHS; {solver} has ways of its own.")
    import os

    from optimizer.staging import Options

    return Options(
        solver=solver,
        method=method,
        time_limit=time_limit,
        threads=threads or min(os.cpu_count() or 1, 8),
        say=None if quiet or not sys.stderr.isatty() else tell,
    )


def show(text: str) -> None:
    """Print a card; on a terminal its sentences are folded to the width there is."""
    if sys.stdout.isatty():
        import shutil

        from reports.fitting import fit

        text = fit(text, shutil.get_terminal_size().columns)
    clear()
    click.echo(text)


def say(text: str) -> None:
    """Write a line of progress or warning to standard error."""
    clear()
    click.echo(text, err=True)


def read(path: Path, *, quiet: bool = False, saved: bool = False) -> District:
    """Read the district of a folder or workbook, or also of a saved plan; what looks odd in it goes to standard error."""
    from datafiles.reading import read_any
    from datafiles.saved_plan import DISTRICT, is_saved_plan

    global _district
    _district = path / DISTRICT if saved and is_saved_plan(path) else path
    district, warnings = read_any(_district)
    if not quiet:
        for warning in warnings:
            say(f"Note: {warning}")
    return district


_district: Path | None = None  # that was read last


def name_district(error: SpanwiseError) -> None:
    """Write the district that was read into the command that an error proposes, so that it can be copied."""
    if _district is not None:
        error.mend = error.mend.replace("explain FOLDER", f"explain {typed(_district)}")


def typed(path: Path) -> str:
    """Write a path as a shell takes it, so that a next step can be copied: one with spaces stands in quotes."""
    import shlex

    text = str(path)
    return text if all(c.isalnum() or c in "/._-+:@~\\" for c in text) else shlex.quote(text)


def print_json(answer: dict[str, Any]) -> None:
    """Print the one JSON object of a command; what has no value is null."""
    import json

    clear()
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False))


def ending(plan: Plan, *, gap_met: bool = True) -> int:
    """Exit code of a plan: 0, or 5 when a search for whole positions stopped before its gap was closed."""
    from models.status import Status

    return 5 if plan.status is Status.FEASIBLE and not gap_met else 0
