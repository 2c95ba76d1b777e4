"""`spanwise books`: the shipped price books, and every figure of one with its bounds and sources."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import TYPE_CHECKING

import click

from commands.options import JSON, print_json

if TYPE_CHECKING:
    from datafiles.pricebook import Book, Bound, Figure

HEADINGS = ("item", "figure", "value", "low", "high", "unit", "", "sources")
NUMBERS = (2, 3, 4)  # columns that end flush


@click.command("books")
@click.argument("name", required=False, metavar="[BOOK]")
@click.option("--low", "bound", flag_value="low", type=str, help="Show every figure at its low end.")
@click.option("--high", "bound", flag_value="high", type=str, help="Show every figure at its high end.")
@JSON
def command(name: str | None, bound: Bound | None, as_json: bool) -> None:
    """List the shipped price books, or show every figure of BOOK: value, low, high, unit, tag and sources.

    Tags: V read in the source; I our arithmetic, inference or assumption; blank a choice. A district folder made by
    `spanwise init` holds these figures as rows of its own tables; any of them is yours to change there.
    """
    from datafiles.pricebook import book_names, load_book

    if name is None:
        books = [load_book(each) for each in book_names()]
        if as_json:
            listed = [{"name": b.name, "title": b.title, "figures": len(b.figures)} for b in books]
            print_json({"books": listed})
            return
        _show(None, [(b.name, b.title, f"{len(b.figures)} figures") for b in books])
        click.echo(f"Show one: spanwise books {books[0].name}")
        return
    book = load_book(name, bound or "best")
    if as_json:
        figures = [figure.as_dict(book.bound) for figure in book.figures]
        print_json({"name": book.name, "title": book.title, "bound": book.bound, "figures": figures})
        return
    _print_book(book)


def _print_book(book: Book) -> None:
    shown = {
        "best": "value is the best estimate",
        "low": "value is the low end",
        "high": "value is the high end",
    }
    click.echo(f"{book.name}: {book.title}; {shown[book.bound]}.")
    for table, figures in groupby(book.figures, key=lambda figure: figure.table):
        _show(table.replace("_", " "), [HEADINGS, *(_row(figure, book.bound) for figure in figures)])
    sources = {source.short: source for figure in book.figures for source in figure.sources}
    click.echo("\nsources")
    for short, source in sorted(sources.items()):
        click.echo(f"  {short}: {source.publication}" + (f"\n    {source.url}" if source.url else ""))
    click.echo("\nV read in the source; I our arithmetic, inference or assumption; blank a choice.")
    click.echo(f"Start a district with it: spanwise init FOLDER --book {book.name}")


def _row(figure: Figure, bound: Bound) -> tuple[str, ...]:
    cells = (_figure(cell, figure.unit) for cell in (figure.at(bound), figure.low, figure.high))
    sources = "; ".join(source.short for source in figure.sources)
    return (figure.key or "district", figure.column, *cells, figure.unit, figure.tag, sources)


def _figure(cell: str, unit: str) -> str:
    """Write a number for people: thousands separated, but not in a calendar year."""
    try:
        number = float(cell)
    except ValueError:
        return cell
    return f"{number:,.0f}" if abs(number) >= 1000 and unit != "year" else f"{number:g}"


def on_terminal() -> bool:
    """Whether a person is reading standard output."""
    return sys.stdout.isatty()


def _show(title: str | None, rows: list[tuple[str, ...]]) -> None:
    """Show rows as a table on a terminal and as aligned plain text elsewhere."""
    if not on_terminal():
        from reports.text import columns, heading

        click.echo("\n".join([*(heading(title) if title else []), *columns(rows, right=NUMBERS)]))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    headed = rows[0] == HEADINGS
    table = Table(title=title, title_justify="left", show_header=headed, box=None, pad_edge=False)
    for number, head in enumerate(HEADINGS if headed else rows[0]):
        table.add_column(
            head,
            justify="right" if headed and number in NUMBERS else "left",
            overflow="fold",
            no_wrap=headed and number < 5,  # words may break, names and numbers may not
        )
    for row in rows[1:] if headed else rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
