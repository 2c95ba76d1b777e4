"""`spanwise compare A B`: what sets two plans apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.options import print_json, say, show

if TYPE_CHECKING:
    from models.settings import Objective
    from optimizer.attribution import Side
    from optimizer.staging import Options


def show_two(
    first: Path,
    second: Path,
    objective: Objective | None,
    options: Options,
    *,
    as_json: bool,
    out: Path | None,
    quiet: bool,
) -> int:
    """Compare two folders, workbooks or saved plans and show what sets them apart."""
    from models.plan_comparison_tables import plan_comparison_json, plan_comparison_tables
    from optimizer.attribution import compare_plans

    old, new = _read(first, quiet=quiet), _read(second, quiet=quiet)
    comparison = compare_plans(old, new, objective, names=(str(first), str(second)), options=options)
    if out is not None:
        from datafiles.comparison_files import write_comparison

        names = write_comparison(plan_comparison_tables(comparison), plan_comparison_json(comparison), out)
    if as_json:
        print_json(plan_comparison_json(comparison))
        return 0
    from reports.plan_comparison import plan_comparison_card

    show(plan_comparison_card(comparison))
    if out is not None:
        click.echo(f"\nWritten: {out}/comparison.json and the tables {', '.join(names)} (.csv)")
    return 0


def _read(path: Path, *, quiet: bool) -> Side:
    from datafiles.saved_plan import district_of, is_saved_plan, read_saved_plan

    if is_saved_plan(path):
        return read_saved_plan(path)
    district, warnings = district_of(path)
    if not quiet:
        for warning in warnings:
            say(f"Note: {path}: {warning}")
    return district
