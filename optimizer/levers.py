"""The rules that a planner can loosen, each with its step in words; the other rules are accounting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.explanation import Price, RowPrice
from optimizer.formulation import Model
from optimizer.pricing import Pricing, Slope
from optimizer.registry import RULES

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

LARGE = 10_000  # columns from which rows that move together are not ranged
EXAMINED = 3  # places of each rule whose slopes are found on both sides
NOTHING = 1e-7  # covered pupils per step; a smaller price is a solver's rounding


@dataclass(frozen=True)
class Lever:
    """A rule that can be loosened: the step (signed, in the unit of the rule's right side) and its words.

    `words` may name {school}, {year}, {band}, {role}, {device} and {pool}; nodes of one plan year move together, and
    with `always` those of all years.
    """

    rule: str
    step: float
    unit: str
    words: str
    always: bool = False


LEVERS = (
    Lever("budget", 1000, "$", "$1,000 more at {school} in {year}"),
    Lever("startup_grant.total", 1000, "$", "$1,000 more of start-up grant at {school}", always=True),
    Lever("startup_cap", 1000, "$", "$1,000 more of start-up spending allowed at {school} in {year}"),
    Lever("technology_cap", 1000, "$", "$1,000 more of recurring technology allowed at {school} in {year}"),
    Lever("reserve_cap", 1000, "$", "$1,000 more of reserve allowed at {school} after {year}"),
    Lever("transfer.limit", 1000, "$", "{school} allowed to give $1,000 more to the pool in {year}"),
    Lever("leader_share", 1, "FTE", "one more leader allowed at {school} in {year}"),
    Lever("eligible_teachers", 1, "FTE", "one more eligible teacher at {school} in {year}"),
    Lever("growth", 1, "pupils", "one more pupil allowed to join teams at {school} in {year}"),
    Lever("training.stock", 1, "pupil-places", "one more trained pupil-place given to {school} in {year}"),
    Lever("seats", 1, "seats", "one more seat ({device}) lent to {school} for {year}"),
    Lever("staff_flow", 1, "FTE", "one more person of the pool {pool} at {school} in {year}, not hired"),
    Lever("position_loss", -1, "FTE", "one position fewer that {school} must keep in {year}"),
    Lever("adult_floor", -1, "FTE", "one adult fewer that {school} must have in {year}"),
    Lever(
        "positions",
        -1,
        "FTE",
        "one position fewer of {role} that must stay outside the teams at {school} in {year}",
    ),
    Lever("school_floor", -1, "pupils", "one covered pupil fewer asked of {school} in {year}"),
)


def lever_prices(model: Model, pricing: Pricing) -> list[Price]:
    """Prices of the levers that bind, rule after rule in the order of `LEVERS`, the dearest place of each first."""
    prices: list[Price] = []
    for lever in LEVERS:
        if lever.rule in model.lp.rules:
            prices += _of_lever(model, pricing, lever)
    return prices


def _of_lever(model: Model, pricing: Pricing, lever: Lever) -> list[Price]:
    entries = []
    for key, rows in _groups(model, lever):
        if lever.rule == "positions" and model.district.staff.minimum[key["s"], key["r"]] < -lever.step:
            continue  # nothing that could be given up
        gain = float(pricing.dual[rows].sum()) * lever.step
        if gain > NOTHING:
            entries.append((gain, key, rows))
    entries.sort(key=lambda entry: -entry[0])
    large = model.lp.matrix().shape[1] > LARGE
    found = []
    for number, (gain, key, rows) in enumerate(entries):
        direction = np.zeros(pricing.dual.size)
        direction[rows] = lever.step
        examined = number < EXAMINED
        if examined:
            slope = pricing.slope(direction)
        else:
            low, high = (np.nan, np.nan) if large and rows.size > 1 else pricing.range_of(direction)
            slope = Slope(gain, gain, gain, np.nan, low, high, bool(low == 0 or high == 0), True)
        found.append(_price(model, lever, key, rows, slope, examined))
    return sorted(found, key=lambda price: -price.more)


def _groups(model: Model, lever: Lever) -> Iterator[tuple[dict[str, int], Indices]]:
    """Rows of a rule that one step moves: those of one place and plan year, in every scenario."""
    block = model.lp.rules[lever.rule]
    together: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for where in np.argwhere(block.index >= 0):
        key = {letter: int(i) for letter, i in zip(block.axes, where)}
        row = int(block.index[tuple(where)])
        if "n" in key:
            node = key.pop("n")
            if not lever.always:
                key["y"] = int(model.tree.year[node])
        together.setdefault(tuple(key.items()), []).append(row)
    for items, rows in together.items():
        yield dict(items), np.array(rows)


def _price(
    model: Model,
    lever: Lever,
    key: dict[str, int],
    rows: Indices,
    slope: Slope,
    examined: bool,
) -> Price:
    district = model.district
    school = district.schools.name[key["s"]] if "s" in key else ""
    year = district.settings.first_year - 1 + key["y"] if "y" in key else None
    item, named = "", {}
    for letter, name, ids, labels in (
        ("g", "band", district.bands.id, district.bands.label),
        ("r", "role", district.roles.id, district.roles.label),
        ("v", "device", district.device_types.id, district.device_types.label),
        ("P", "pool", district.roles.pools, district.roles.pools),
    ):
        if letter in key:
            item, named[name] = ids[key[letter]], labels[key[letter]].partition(" (")[0]
    size = abs(lever.step)
    return Price(
        rule=lever.rule,
        words=lever.words.format(school=school or "the district's schools", year=year, **named),
        school_id=district.schools.id[key["s"]] if "s" in key else "",
        school=school,
        year=year,
        nodes=_nodes(model, lever.rule, rows),
        item=item,
        step=size,
        unit=lever.unit,
        gain=slope.gain,
        low=slope.low * size,
        high=slope.high * size,
        more=slope.more,
        less=slope.less,
        whole=slope.whole,
        examined=examined,
        degenerate=slope.degenerate,
        less_exists=slope.less_exists,
    )


def _nodes(model: Model, rule: str, rows: Indices) -> tuple[str, ...]:
    block = model.lp.rules[rule]
    if "n" not in block.axes:
        return ()
    at = block.axes.index("n")
    return tuple(model.tree.labels[np.argwhere(block.index == row)[0][at]] for row in rows)


def row_prices(model: Model, pricing: Pricing) -> list[RowPrice]:
    """Dual and range of every row with a price, as the basis at hand has them."""
    priced = np.flatnonzero(np.abs(pricing.dual) > NOTHING)
    labels = model.lp.row_labels()
    found = []
    for name, block in model.lp.rules.items():
        rule = RULES.get(name.partition(".")[0])
        unit = rule.unit if rule else "share"
        per = 1000.0 if unit == "$" else 1.0
        own = np.sort(block.index[block.index >= 0])
        found += [
            RowPrice(
                name,
                labels[row],
                unit,
                per,
                per * float(pricing.dual[row]),
                float(pricing.low[row]),
                float(pricing.high[row]),
                rule.dual if rule else "",
            )
            for row in np.intersect1d(own, priced, assume_unique=True)
        ]
    return found
