"""What a batch says while it runs and when it is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.figures import count, plural, seconds
from reports.text import columns

WORDS = {
    "optimal": "solved to the optimum",
    "infeasible": "without a plan",
    "invalid_input": "with bad input",
    "time_limit": "reached the time limit",
    "failed": "on which the solver failed",
    "worker_died": "whose process died",
    "fault": "with a fault of Spanwise",
}


def progress_line(done: int, jobs: int, rate: float, left: float | None) -> str:
    """One line of progress: how many of how many, how fast, how long still."""
    remaining = "" if left is None else f", {seconds(left)} left"
    return f"{done:,} of {jobs:,} solves ({done / jobs:.0%}), {rate:.1f} a second{remaining}"


def batch_card(summary: Mapping[str, Any]) -> str:
    """Render the end of a batch as plain text."""
    lines = [
        f"{plural(summary['jobs'], 'solve')}: {plural(summary['districts'], 'district')} × {plural(summary['variants'], 'variant')}"
    ]
    if summary["resumed"]:
        lines.append(f"  {count(summary['resumed'])} of them were there already")
    lines += columns(
        [[count(number), WORDS.get(ending, ending)] for ending, number in summary["endings"].items()],
        right=(0,),
    )
    lines += [f"  {row['district_id']}: {shortened(row['message'])}" for row in summary["troubles"]]
    return "\n".join([*lines, f"  in {seconds(summary['seconds'])}", "", f"Results: {summary['table']}"])


def shortened(text: str | None, most: int = 110) -> str:
    """A message on one line."""
    line = " ".join((text or "").split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
