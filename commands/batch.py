"""`spanwise batch`: thousands of districts or variants, resumable, here or on a cluster."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.options import JSON, OBJECTIVE, POSITIVE, QUIET, folder_name, print_json, say, show
from commands.status import tell
from models.errors import InputError

if TYPE_CHECKING:
    from batch.running import Progress


# a plan, or the proof that there is none
ANSWERS = {"optimal", "short", "feasible", "infeasible", "unbounded"}


@click.command("batch")
@click.argument(
    "sources", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="BUNDLE|FOLDER..."
)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    callback=folder_name,
    required=True,
    metavar="DIR",
    help="Folder of the results; the same command resumes it.",
)
@click.option(
    "--grid",
    multiple=True,
    metavar="SETTING=V,V",
    help="Every combination of settings, for example funding.growth=0,0.02 or cut=0,0.07; may be repeated.",
)
@click.option(
    "--scenarios",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A scenarios.csv that replaces every district's own; checked before the first solve.",
)
@OBJECTIVE
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    help="Processes on this machine; default: one a core.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Solve on a Dask cluster, for example tcp://scheduler:8786 (trusted networks only).",
)
@click.option(
    "--time-limit",
    type=POSITIVE,
    default=None,
    metavar="SECONDS",
    help="Limit of one solve.",
)
@click.option(
    "--chunk",
    type=click.IntRange(min=1),
    default=None,
    help="Solves in one chunk, the unit that is resumed; default: by the number of solves, at most 60.",
)
@JSON
@QUIET
def command(
    sources: tuple[Path, ...],
    out: Path,
    grid: tuple[str, ...],
    scenarios: Path | None,
    objective: str | None,
    workers: int | None,
    cluster: str | None,
    time_limit: float | None,
    chunk: int | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Solve many districts, or many variants of some, and write one table of results.

    Finished chunks are on disk at once. After a kill or Ctrl-C the same command goes on where it stopped; a bad
    district is a row that says why, and the others are solved. Results do not depend on the number of workers. A
    worker that dies is replaced. In a grid, none leaves a rule's setting out: funding.reserve_max_share=none,0.05.

    \b
    Examples:
      spanwise batch examples/lakeside --grid cut=0,0.03,0.07,0.10,0.14 -o results
      spanwise batch nation.parquet --grid cut=0,0.07 --workers 8 -o nation
      spanwise batch nation.parquet --cluster tcp://scheduler:8786 -o nation
    """
    from batch.grid import parse_grid, variants
    from batch.jobs import Work
    from batch.running import run
    from batch.store import Store
    from reports.batch import batch_card

    values = parse_grid(grid)
    if objective is not None and "coverage.objective" in values:
        raise click.UsageError(
            "--objective and --grid coverage.objective both say what is maximised; give one."
        )
    work = Work(
        sources,
        variants(values),
        objective=objective,
        scenarios=_scenarios(scenarios),
        time_limit=time_limit,
        chunk_jobs=chunk,
    )
    teller = None if quiet else Teller()
    try:
        progress = run(
            work,
            Store(out, work),
            workers=workers or os.cpu_count() or 1,
            cluster=cluster,
            tell=teller,
        )
    except KeyboardInterrupt:
        say(f"\nStopped. Finished chunks are kept in {out}; the same command goes on from there.")
        return 130
    if teller is not None:
        teller.end(progress)
    summary = {
        "districts": work.districts,
        "variants": len(work.variants),
        "jobs": work.jobs,
        "resumed": progress.before,
        "endings": dict(sorted(progress.endings.items())),
        "seconds": progress.done / progress.rate if progress.done else 0.0,
        "troubles": [
            {name: row[name] for name in ("district_id", "status", "message")} for row in progress.troubles
        ],
        "table": str(out / "results.csv"),
    }
    if as_json:
        print_json(summary)
    else:
        show(batch_card(summary))
    return ending(progress.endings)


def ending(endings: Mapping[str, int]) -> int:
    """Exit code of a batch: 0 when every job has an answer, 5 when any was stopped or failed, else 3 for bad input."""
    open_ends = {status for status, count in endings.items() if count} - ANSWERS
    return 0 if not open_ends else 3 if open_ends == {InputError.status} else 5


class Teller:
    """Shows on standard error notes, and progress: one line that changes on a terminal, else a line now and then."""

    EVERY = 30.0  # seconds between lines where there is no terminal

    def __init__(self) -> None:
        self.terminal = sys.stderr.isatty()
        self.told = time.monotonic()
        self.notes = 0  # told so far

    def __call__(self, progress: Progress) -> None:
        """Tell what looks odd in the files, then how many of how many, how fast, how long still."""
        from reports.batch import progress_line

        self._tell_notes(progress)
        done = progress.before + progress.done
        if self.terminal:
            tell(progress_line(done, progress.jobs, progress.rate, progress.seconds_left))
        elif time.monotonic() - self.told >= self.EVERY:
            self.told = time.monotonic()
            say(progress_line(done, progress.jobs, progress.rate, progress.seconds_left))

    def end(self, progress: Progress) -> None:
        """Tell what is left of the notes: those of a batch that was done before, and how many were not told."""
        self._tell_notes(progress)
        if progress.notes_more:
            say(f"Note: and {progress.notes_more:,} more; all stand in the column notes of results.csv.")

    def _tell_notes(self, progress: Progress) -> None:
        for note in progress.notes[self.notes :]:
            say(f"Note: {note}")
        self.notes = len(progress.notes)


def _scenarios(path: Path | None) -> bytes | None:
    if path is None:
        return None
    from datafiles.folder import check_scenarios_file

    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", "Name a scenarios.csv as in a district folder."
        ) from None
    check_scenarios_file(content, str(path))  # once, and not as the fault of every district
    return content
