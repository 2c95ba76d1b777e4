"""Progress on a terminal: one line that changes, and is gone before anything else is printed."""

from __future__ import annotations

import shutil

import click

_standing = False  # whether there is such a line now


def tell(text: str) -> None:
    """Show where the work is, in the place of what was shown before."""
    global _standing
    _standing = True
    room = shutil.get_terminal_size().columns - 1
    click.echo(f"\r{text.strip()[:room].ljust(room)}", err=True, nl=False)


def clear() -> None:
    """Take the line away, if there is one."""
    global _standing
    if _standing:
        _standing = False
        click.echo(f"\r{' ' * (shutil.get_terminal_size().columns - 1)}\r", err=True, nl=False)
