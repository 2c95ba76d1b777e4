"""What `spanwise solve` does with --alternatives and --fewest-moves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.options import print_json, show

if TYPE_CHECKING:
    from models.district import District
    from optimizer.staging import Options


def show_alternatives(
    district: District,
    objective: Any,
    options: Options,
    count: int,
    within: float,
    *,
    fewest: bool,
    out: Path | None,
    as_json: bool,
    source: str = "FOLDER",
) -> int:
    """Find the alternatives, print their card or JSON, and write each plan to a folder of its own; returns the exit code."""
    from models.alternatives import folder_of
    from optimizer.alternatives import alternatives

    found = alternatives(district, count, within, fewest=fewest, objective=objective, options=options)
    if out is not None:
        from datafiles.plan_files import write_plan

        for name, plan in zip(found.names, found.plans):
            write_plan(plan, out / folder_of(name))
    if as_json:
        from models.alternatives import alternatives_json

        print_json(alternatives_json(found))
        return 0
    from reports.alternatives import alternatives_card

    show(alternatives_card(found, count, source))
    if out is not None:
        folders = ", ".join(map(folder_of, found.names))
        click.echo(f"\nWritten to {out}: {folders}, each with plan.json and its tables (.csv)")
    return 0
