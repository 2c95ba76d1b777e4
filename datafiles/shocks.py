"""The scenarios table: which shock holds in which plan year."""

from __future__ import annotations

import numpy as np

from datafiles.columns import TableReader
from models.district import Scenarios

SHOCKS = ("funding_change", "enrollment_change", "pay_change")


def without_shocks(years: int) -> Scenarios:
    """Return the one scenario of a district that has no table of them."""
    return Scenarios(("base",), ("base",), np.ones(1), *(np.zeros((1, years)) for _ in SHOCKS))


def read_scenarios(table: TableReader, years: int) -> Scenarios:
    """Read the scenarios, axes c and cy; a year beyond the plan is no part of it and gives a warning."""
    ids = table.texts("scenario")
    year, probability = table.numbers("year"), table.numbers("probability")
    shocks = {name: table.numbers(name) for name in SHOCKS}
    labels = table.texts("label")
    faults = table.faults
    if faults.trusted("scenarios", "scenario", "year"):
        table.unique(("scenario", "year"), list(zip(ids, map(float, year))))
    first: dict[str, int] = {}
    for row, scenario in enumerate(ids):
        first.setdefault(scenario, row)
    names = tuple(first)
    row_of = np.array([first[scenario] for scenario in ids], dtype=np.int64)
    known_labels = {scenario: label for scenario, label in zip(reversed(ids), reversed(labels)) if label}
    if faults.trusted("scenarios", "scenario", "probability"):
        _check_probabilities(table, names, row_of, probability, np.array([*first.values()], dtype=np.int64))
    c = np.array([names.index(scenario) for scenario in ids], dtype=np.int64)
    inside = (year >= 1) & (year <= years)
    columns = []
    for name in SHOCKS:
        shock = np.zeros((len(names), years))
        shock[c[inside], year[inside].astype(np.int64) - 1] = shocks[name][inside]
        columns.append(shock)
    for row in map(int, np.flatnonzero(year > years)):
        plan = "1 year" if years == 1 else f"{years} years"
        table.warn(
            row, "year", f"plan year {year[row]:g} lies beyond the plan of {plan}; the row is ignored.",
            "Set years in the settings higher to plan for it.", table.cells("year")[row],
        )  # fmt: skip
    return Scenarios(
        names, tuple(known_labels.get(name, name) for name in names), probability[[*first.values()]], *columns
    )


def _check_probabilities(
    table: TableReader, names: tuple[str, ...], row_of: np.ndarray, probability: np.ndarray, first: np.ndarray
) -> None:
    """Hold each scenario to one probability, and all of them to a sum of 1."""
    for row in map(int, np.flatnonzero(probability != probability[row_of])):
        earlier = int(row_of[row])
        table.error(
            row, "probability",
            f"{probability[row]:g} differs from {probability[earlier]:g} in row {table.raw.numbers[earlier]}.",
            "A scenario has one probability; write the same on each of its rows.", table.cells("probability")[row],
        )  # fmt: skip
    total = float(probability[first].sum())
    if abs(total - 1) > 1e-6 and names and table.faults.trusted("scenarios", "probability"):
        sum_of = " + ".join(f"{names[i]} {probability[row]:g}" for i, row in enumerate(first[:8].tolist()))
        more = " + …" if len(names) > 8 else ""
        problem = table.raw.problem(
            f"the scenarios sum to {total:.8g}; 1 is expected.",
            f"Mend one of: {sum_of}{more}.",
            column="probability",
        )
        table.faults.error(problem, "scenarios", "probability")
