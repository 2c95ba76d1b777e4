"""The cards of `spanwise frontier`: what money buys, what equity costs, and what every setting is worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.dial import unit_of
from models.equity import Equity
from models.frontier import Frontier
from models.sensitivity import Bar, Reading, Sensitivity, Tornado
from reports.figures import count, dollars, percent, plural, points
from reports.text import columns

Array = NDArray[np.float64]

SHOWN = 14  # places of a frontier on a card; all are in --json and --out
BARS = 20
WIDTH = 12  # characters of a bar to either side
COVERAGE = {
    "expected": "coverage",
    "worst_case": "coverage in the worst scenario",
    "max_min": "coverage of the worst school",
}


def signed(share: float) -> str:
    """A relative change as `+5.0 %`."""
    text = percent(abs(share), 2)
    return text if float(f"{abs(share):.6f}") == 0 else f"{'+' if share > 0 else '−'}{text}"


def frontier_card(answer: Frontier) -> str:
    """Render what money buys."""
    low, high = answer.asked
    what = COVERAGE[answer.objective]
    lines = [
        f"{answer.district}: what money buys, from {signed(low)} to {signed(high)} of all funding in every year"
    ]
    if answer.least_funding_change is not None:
        lines.append(f"  Below {signed(answer.least_funding_change)} there is no plan.")
    head = [
        "Funding",
        what,
        "on the way to the next, $1,000 covers" if answer.sampled else "the next $1,000 covers",
    ]
    rows = [head if answer.stipend is None else [*head, "stipend"]]
    for i in _with_both_ends(_chosen(answer.funding_change, answer.coverage), answer):
        row = [
            signed(float(answer.funding_change[i])),
            percent(float(answer.coverage[i]), 2),
            "jumps" if answer.jumps[i] else f"{float(answer.pupils_per_1000_dollars[i]):.3f} pupils",
        ]
        rows.append(row if answer.stipend is None else [*row, dollars(float(answer.stipend[i]))])
    lines += ["", *columns(rows, right=range(len(rows[0])))]
    size = answer.funding_change.size
    if size > len(rows) - 1:
        places = "places" if answer.sampled else "places where the slope changes"
        lines.append(f"  {len(rows) - 1} of {size:,} {places}; --json and --out have all")
    today = answer.coverage_at(0.0)
    if today is not None:
        lines.append(f"  At today's funding: {percent(today, 2)}")
    elif low <= 0.0 <= high:
        lines.append("  At today's funding: no plan")
    lines.append("")
    if not answer.concave:
        lines.append(
            "  One stipend for all schools: each step has a frontier of its own, and the best of them is"
        )
        lines.append(
            "  shown. It need not bend downward all the way, and it jumps where a better step becomes possible."
        )
    elif answer.stipend is None or not answer.sampled:
        lines.append("  Every further dollar buys at most as much as the one before.")
    if answer.sampled and answer.stipend is None:
        lines.append("  Exact at these places; between them coverage is higher than on a straight line.")
    elif answer.sampled:
        lines.append("  Exact at these places; between them another stipend may take over.")
    exact = "" if answer.sampled else f"{_exact(len(rows) - 1, size)}; "
    lines.append(
        f"  {exact}{plural(answer.solves, 'solve')}. Pupils are counted once a year, weighted by need."
    )
    return "\n".join(lines)


def _exact(shown: int, size: int) -> str:
    """Where a frontier is exact: a straight line between two places of a part of them would be too low."""
    if shown == size:
        return "Exact between these places"
    return f"Exact at these places, and straight between all {size:,}"


def _with_both_ends(chosen: list[int], answer: Frontier) -> list[int]:
    """Add the other end of each jump of which one is shown."""
    lower = np.flatnonzero(answer.jumps)
    pairs = [(int(i), int(i) + 1) for i in lower if {int(i), int(i) + 1} & {*chosen}]
    return sorted({*chosen, *(i for pair in pairs for i in pair)})


def _chosen(at: Array, value: Array) -> list[int]:
    """Both ends, and places between them that are evenly spread over both axes."""
    if at.size <= SHOWN:
        return list(range(at.size))
    chosen = {0, at.size - 1}
    for axis in (at, value):
        chosen |= {
            int(np.abs(axis - place).argmin()) for place in np.linspace(axis[0], axis[-1], SHOWN // 2 + 1)
        }
    return sorted(chosen)


def equity_card(answer: Equity) -> str:
    """Render what equity costs."""
    lines = [
        f"{answer.district}: what equity costs",
        f"  Every school can be held at {percent(answer.free, 2)} for nothing,"
        f" and at most at {percent(float(answer.worst_school[-1]), 2)}.",
        "",
    ]
    rows = [["every school at least", "district coverage", "a further point costs"]]
    rows += [
        [
            percent(float(answer.worst_school[i]), 2),
            percent(float(answer.coverage[i]), 2),
            f"{float(answer.price[i]) if answer.price[i] > 5e-4 else 0.0:.3f} points",
        ]
        for i in _chosen(answer.worst_school, answer.coverage)
    ]
    lines += columns(rows, right=(0, 1, 2))
    size = answer.worst_school.size
    if size > len(rows) - 1:
        lines.append(
            f"  {len(rows) - 1} of {size:,} places where the price changes; --json and --out have all"
        )
    lines += [
        "",
        f"  Expected coverage over the whole plan. {_exact(len(rows) - 1, size)}; {plural(answer.solves, 'solve')}.",
    ]
    return "\n".join(lines)


def sensitivity_card(answer: Sensitivity) -> str:
    """Render coverage along one setting."""
    today = "" if answer.today is None else f" (today {_figure(answer.setting, answer.today)})"
    lines = [f"{answer.district}: {COVERAGE[answer.objective]} along {answer.setting}{today}", ""]
    rows = [[answer.setting, COVERAGE[answer.objective], "difference", ""]]
    rows += [
        [_value(answer.setting, reading), *_outcome(reading, answer.coverage)] for reading in answer.readings
    ]
    lines += columns(rows, right=(0, 1, 2))
    base = "no plan" if answer.coverage is None else percent(answer.coverage, 2)
    return "\n".join(
        [
            *lines,
            "",
            f"  As it is: {base}. {plural(answer.solves, 'solve')}, {answer.cold:,} of them from scratch.",
        ]
    )


def _figure(setting: str, value: float) -> str:
    """A setting's value with its unit: `$10,000`, `$73.70`, `2.5 %`, `28`."""
    unit, size, sign = unit_of(setting), abs(value), "−" if value < 0 else ""
    if unit == "$":
        return f"{sign}${size:,.0f}" if size >= 1_000 or size == round(size) else f"{sign}${size:,.2f}"
    if unit == "share":
        return f"{sign}{size * 100:.4g} %"
    return f"{sign}{size:,.0f}" if size >= 1_000 else f"{sign}{size:.4g}"


def _value(setting: str, reading: Reading) -> str:
    if reading.value is not None:
        return _figure(setting, reading.value)
    return f"{(reading.factor or 0.0) * 100:g} % of today's"


def _outcome(reading: Reading, base: float | None) -> list[str]:
    if reading.coverage is None:
        return ["no plan", "", "" if reading.note == "no plan" else reading.note]
    return [
        percent(reading.coverage, 2),
        "" if base is None else points(reading.coverage - base),
        reading.note,
    ]


def tornado_card(answer: Tornado) -> str:
    """Render the tornado: the settings that move coverage most, with a bar to either side; those without a plan apart."""
    change = percent(answer.change, 0)
    lines = [
        f"{answer.district}: {COVERAGE[answer.objective]} with every setting {change} lower and higher, one at a time",
        f"  As it is: {percent(answer.coverage, 2)}",
        "",
    ]
    sides = [reading.coverage for bar in answer.bars for reading in (bar.low, bar.high)]
    reach = max((abs(coverage - answer.coverage) for coverage in sides if coverage is not None), default=0.0)
    rows = [["setting", "today", f"{change} lower", f"{change} higher", "lower  |  higher"]]
    rows += [_bar(bar, answer.coverage, reach) for bar in answer.bars[:BARS]]
    lines += columns(rows, right=(1, 2, 3))
    if len(answer.bars) > BARS:
        lines.append(f"  and {len(answer.bars) - BARS} more; --json and --out have all")
    lines += ["", "  + more coverage, - less, x no plan. Shares stop at 1."]
    ends = [f"{bar.setting} ({bar.without_plan})" for bar in answer.bars_without_plan]
    if ends:
        have = f"{plural(len(ends), 'setting')} {'has' if len(ends) == 1 else 'have'}"
        lines += ["", f"  {have} no plan when {change} worse: {', '.join(ends)}"]
    if answer.without_effect:
        lines += ["", "  No effect: " + ", ".join(answer.without_effect)]
    if answer.absent:
        lines += ["  Blank or zero here: " + ", ".join(answer.absent)]
    lines += ["", f"  {plural(answer.solves, 'solve')}, {count(answer.cold)} of them from scratch."]
    return "\n".join(lines)


def _bar(bar: Bar, base: float, reach: float) -> list[str]:
    return [
        bar.setting,
        "" if bar.today is None else _figure(bar.setting, bar.today),
        _side(bar.low, base),
        _side(bar.high, base),
        f"{_drawn(bar.low, base, reach).rjust(WIDTH)}|{_drawn(bar.high, base, reach)}",
    ]


def _side(reading: Reading, base: float) -> str:
    return "no plan" if reading.coverage is None else points(reading.coverage - base)


def _drawn(reading: Reading, base: float, reach: float) -> str:
    if reading.coverage is None:
        return "x"
    move = reading.coverage - base
    return ("+" if move > 0 else "-") * round(WIDTH * abs(move) / reach) if reach > 0 else ""
