"""Shares on the command line: 0.07, 7% or 7 %, alone or as a list."""

from __future__ import annotations

from typing import Any

import click


def share_of(text: str) -> float:
    """Read a share.

    Raises
    ------
    ValueError
        It is no number.

    """
    plain = text.strip().replace("−", "-")
    if plain.endswith("%"):
        return float(plain[:-1].strip()) / 100.0
    return float(plain)


class Share(click.ParamType[float]):
    """A share, written 0.07 or 7%."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read one share."""
        if isinstance(value, float):
            return value
        try:
            share = share_of(str(value))
        except ValueError:
            self.fail(f"{value!r} is no share; write 0.07 or 7%.", param, ctx)
        if abs(share) > 1 and not str(value).strip().endswith("%"):
            self.fail(f"{value!r} is more than all of it; write 0.07 or 7%.", param, ctx)
        return share


class Shares(click.ParamType[tuple[float, ...]]):
    """Several shares, divided by commas."""

    name = "shares"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[float, ...]:
        """Read a list of shares."""
        if isinstance(value, tuple):
            return value
        return tuple(SHARE.convert(part, param, ctx) for part in str(value).split(",") if part.strip())


SHARE, SHARES = Share(), Shares()
