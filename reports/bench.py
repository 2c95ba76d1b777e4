"""The benchmark table as text and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.figures import NOTHING, count
from reports.text import columns

TITLES = (
    "instance",
    "path",
    "solver",
    "method",
    "build",
    "hand-over",
    "solve",
    "total",
    "ratio",
    "peak MB",
    "objective",
    "gap",
    "status",
)


def cells(row: Mapping[str, Any]) -> list[str]:
    """One row of the table, figures as a person reads them."""

    def seconds(name: str) -> str:
        return (
            NOTHING if row[name] is None else f"{row[name]:.3f} s" if row[name] < 10 else f"{row[name]:.1f} s"
        )

    return [
        row["instance"],
        row["path"],
        row["solver"],
        row["method"],
        seconds("build_s"),
        seconds("handover_s"),
        seconds("solve_s"),
        seconds("total_s"),
        NOTHING if row["ratio"] is None else f"{row['ratio']:.1f} ×",
        count(row["peak_mb"]),
        NOTHING if row["objective"] is None else f"{row['objective']:.6f}",
        NOTHING if row["gap"] is None else f"{row['gap']:.0e}",
        row["status"] + (f": {row['note']}" if row["note"] else ""),
    ]


def bench_card(machine: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Render machine and rows as plain text."""
    lines = [_machine(machine), ""]
    lines += columns([list(TITLES), *map(cells, rows)], right=range(4, 12), indent=0)
    lines += [
        "",
        "Each row is a process of its own. 'plan' is all of 'spanwise solve', every stage and the certificate; the others solve the",
        "first stage alone. Ratio is to the fastest first stage that found the optimum; gap is recomputed without the solver.",
        "Made districts are schools × years × scenarios. Peak is of the process; a solver that PuLP calls as a program is not in it.",
    ]
    return "\n".join(lines)


def bench_markdown(machine: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Render machine and rows as a Markdown table."""
    lines = [_machine(machine), "", "| " + " | ".join(TITLES) + " |", "|" + "---|" * len(TITLES)]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _machine(machine: Mapping[str, Any]) -> str:
    memory = "" if machine["memory_gb"] is None else f"{machine['memory_gb']:g} GB, "
    return (
        f"{machine['processor']}, {machine['cores']} cores, {memory}{machine['system']}, Python {machine['python']}, "
        f"HiGHS {machine['highspy']}, PuLP {machine['pulp']}, {machine['date']}"
    )
