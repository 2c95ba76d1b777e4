"""`spanwise convert`: a folder to a workbook, a workbook to a folder, or a copy of either."""

from __future__ import annotations

from pathlib import Path

import click

from commands.options import QUIET, read, typed


@click.command("convert")
@click.argument("source", type=click.Path(path_type=Path), metavar="FROM")
@click.argument("target", type=click.Path(path_type=Path), metavar="TO")
@click.option("--force", is_flag=True, help="Replace TO if it is there.")
@QUIET
def command(source: Path, target: Path, force: bool, quiet: bool) -> int:
    """Convert a district folder to a workbook (.xlsx) or the other way; no figure is lost.

    The ending of TO decides: .xlsx is a workbook, a name without an ending a folder. A folder to a folder makes a copy.
    Comments of district.toml stay behind: a workbook has no place for them, and a folder is written without.

    \b
    Examples:
      spanwise convert examples/lakeside lakeside.xlsx
      spanwise convert lakeside.xlsx lakeside
    """
    from datafiles.reading import write_any
    from datafiles.workbook import is_workbook
    from datafiles.writing import hold_to_folder_name

    if not is_workbook(target):
        start = f"spanwise convert {typed(source)}"
        folder, workbook = typed(target.with_suffix("")), typed(target.with_suffix(".xlsx"))
        hold_to_folder_name(
            target, f"Type: {start} {folder}  (a folder of CSV tables), or: {start} {workbook}  (a workbook)"
        )
    write_any(read(source, quiet=quiet), target, force=force)
    click.echo(f"{target} holds the district of {source}.\nNext: spanwise check {typed(target)}")
    return 0
