"""`spanwise convert`: a folder to a workbook, or a workbook to a folder."""

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

    Comments of district.toml stay behind: a workbook has no place for them, and a folder is written without.

    \b
    Examples:
      spanwise convert examples/lakeside lakeside.xlsx
      spanwise convert lakeside.xlsx lakeside
    """
    from datafiles.reading import write_any

    write_any(read(source, quiet=quiet), target, force=force)
    click.echo(f"{target} holds the district of {source}.\nNext: spanwise check {typed(target)}")
    return 0
