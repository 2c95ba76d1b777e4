"""`spanwise init`: a new district folder from a price book, or a copy of an example."""

from __future__ import annotations

from pathlib import Path

import click

from commands.options import typed


@click.command(name="init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--book", default="us-2026", show_default=True, metavar="NAME", help="Price book to start from."
)
@click.option("--example", metavar="NAME", help="Copy this example instead, for instance lakeside.")
@click.option("--force", is_flag=True, help="Replace the district in FOLDER; files of other names stay.")
def command(folder: Path, book: str, example: str | None, force: bool) -> None:
    """Start a district in FOLDER: prices, roles, team models and rules filled in, your schools left to fill in."""
    from datafiles.starting import copy_example, start_district
    from datafiles.workbook import is_workbook
    from datafiles.writing import hold_to_folder_name

    plain, more = typed(folder.with_suffix("")), f" --example {typed(Path(example))}" if example else ""
    then = f", then: spanwise convert {plain} {typed(folder.with_suffix('.xlsx'))}"
    hold_to_folder_name(folder, f"Type: spanwise init {plain}{more}{then if is_workbook(folder) else ''}")
    if example:
        copy_example(example, folder, force=force)
        click.echo(f"{folder} is a copy of the example {example}.")
        click.echo(f"Next: spanwise solve {typed(folder)}")
        return
    start_district(book, folder, force=force)
    click.echo(f"{folder} is a new district with prices, team models and rules of the price book {book}.")
    click.echo("Fill in, in any spreadsheet (save as CSV) or editor:")
    for name, what in (
        ("schools.csv", "one row for each school: id, name, funding per pupil"),
        ("enrollment.csv", "pupils of each school and grade band"),
        ("staff.csv", "positions today, by school and role"),
        ("district.toml", "name, first year, years and the rules that bind you"),
    ):
        click.echo(f"  {name:<15} {what}")
    click.echo("All other tables hold figures with their sources; change what is different where you are.")
    click.echo(f"Next: spanwise check {typed(folder)}  (says what is left to fill in)")
