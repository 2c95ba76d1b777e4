"""A cut-scenario preset: something that happened to a district, with its size and its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["funding", "midyear", "allocation", "enrollment", "grants", "positions", "pay"]


@dataclass(frozen=True)
class Preset:
    """A sourced shock.

    Attributes
    ----------
    name, label, shock : its name on the command line, its name for people, and what happened in words
    kind : how it is laid on a district, see `optimizer.shocks`
    size : relative change: of funding, the per-pupil rate, pupils, grants, positions or pay (−0.07 is a cut of 7 %)
    revenue : `pay`: growth of revenue beside it
    pupils : `allocation`: further pupils per allotted teacher
    loss, loss_high : `allocation`: most teachers that a school or a high school loses
    small : `allocation`: pupils below which a school loses its assistant principal
    how : what is laid on the district, in words
    tag : V the size was read in the source; I it is arithmetic or inference
    source, url : where it was published

    """

    name: str
    label: str
    shock: str
    kind: Kind
    size: float
    revenue: float
    pupils: float
    loss: float
    loss_high: float
    small: float
    how: str
    tag: str
    source: str
    url: str
