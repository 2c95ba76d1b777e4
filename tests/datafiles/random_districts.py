"""Random districts that say everything a folder can say, for round trips."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from hypothesis import strategies as st

from datafiles.schema import SETTINGS, TABLES
from models.district import (
    BUDGET_CATEGORIES,
    KINDS,
    Budget,
    Devices,
    DeviceTypes,
    District,
    GradeBands,
    Roles,
    Scenarios,
    Schools,
    Staff,
    StipendSchedule,
    TeamModels,
    Technology,
)
from models.settings import Settings

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t"), max_size=12).map(
    str.strip
)
AWKWARD = [
    "007",
    "=1+1",
    "nan",
    "1e3",
    'the "new" school',
    "a,b",
    "Śródmieście",
    "📐",
    "yes",
    "-",
    "two\nlines",
    "#N/A",
]
NAMES = st.sampled_from(AWKWARD) | TEXT.filter(bool)
AMOUNTS = st.sampled_from([0.0, 1.0, 9500.0, 0.1 + 0.2, 1e12, 5e-324]) | st.floats(0, 1e12)
SHARES = st.sampled_from([0.0, 1.0, 0.07]) | st.floats(0, 1)
CHANGES = st.floats(-1, 1)


@st.composite
def districts(draw: st.DrawFn) -> District:
    def names(least: int, most: int, without: str = "", taken: Any = ()) -> tuple[str, ...]:
        fit = NAMES.filter(lambda name: name not in taken and not set(name) & set(without))
        return tuple(draw(st.lists(fit, min_size=least, max_size=most, unique=True)))

    def texts(size: int) -> tuple[str, ...]:
        return tuple(draw(st.lists(TEXT, min_size=size, max_size=size)))

    def figures(values: st.SearchStrategy[float], *shape: int) -> np.ndarray:
        size = int(np.prod(shape))
        return np.array(draw(st.lists(values, min_size=size, max_size=size)), dtype=float).reshape(shape)

    def listed(rows: int, columns: int) -> np.ndarray:
        flags = figures(st.sampled_from([0.0, 1.0]), rows, columns) > 0
        flags[0] = True
        flags[:, 0] |= ~flags.any(axis=1)
        return flags

    settings = draw(_settings())
    schools, bands, types = names(1, 4), names(1, 3, without=";"), names(0, 2)
    roles = names(1, 4, taken=TABLES["team_models"].columns)
    s, g, r, v = len(schools), len(bands), len(roles), len(types)
    kinds = ("teacher", *draw(st.lists(st.sampled_from(KINDS), min_size=r - 1, max_size=r - 1)))
    patterns = draw(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=4, unique=True))
    m = len(patterns)
    limit = figures(st.floats(1, 40), g)
    pupils = figures(st.floats(1, 200), m)
    fte = figures(st.sampled_from([0.0, 0.5, 1.0]), m, r)
    fte[0, 0] = pupils[0] / limit.min() + 1  # the first pattern is lawful in every band
    packages = names(1, 3)
    k = len(packages)
    steps = draw(st.lists(AMOUNTS, min_size=1, max_size=4, unique=True))
    scenarios = names(1, 3)
    c = len(scenarios)
    odds = figures(st.floats(0.01, 1), c)
    people = figures(AMOUNTS, s, g)
    people[0, 0] = 100.0
    weights = figures(AMOUNTS, s)
    weights[0] = 1.0
    seats = (
        draw(
            st.lists(
                st.tuples(st.integers(0, s - 1), st.integers(0, v - 1), AMOUNTS), unique=True, max_size=4
            )
        )
        if v
        else []
    )
    lines = draw(
        st.lists(
            st.tuples(st.integers(0, s - 1), st.sampled_from(BUDGET_CATEGORIES)), unique=True, max_size=4
        )
    )
    budget = Budget(
        np.array([a for a, _ in lines], np.int64), tuple(b for _, b in lines), figures(AMOUNTS, len(lines))
    )
    return District(
        settings,
        Schools(
            schools, names(s, s), figures(AMOUNTS, s), figures(st.floats(-1e12, 1e12), s), figures(AMOUNTS, s),
            weights, figures(AMOUNTS, s), figures(CHANGES, s), *(figures(AMOUNTS, s) for _ in range(4)),
        ),
        GradeBands(bands, texts(g), limit),
        people,
        Roles(
            roles, texts(r), kinds, names(r, r), figures(AMOUNTS, r), figures(SHARES, r), figures(SHARES, r),
            figures(CHANGES, r), texts(r),
        ),
        TeamModels(
            tuple(a for a, _ in patterns), tuple(b for _, b in patterns), texts(m), listed(m, g),
            figures(st.sampled_from([0.0, 1.0]), m) > 0, pupils, fte, figures(SHARES, m), figures(SHARES, m), texts(m),
        ),
        Technology(
            packages, texts(k), listed(k, g), figures(SHARES, k),
            np.array(draw(st.lists(st.integers(-1, v - 1), min_size=k, max_size=k)), np.int64), figures(AMOUNTS, k), texts(k),
        ),
        DeviceTypes(types, texts(v), figures(AMOUNTS, v), figures(st.floats(0.5, 10), v), texts(v)),
        StipendSchedule(np.array(steps), figures(SHARES, len(steps))),
        Staff(figures(AMOUNTS, s, r), figures(AMOUNTS, s, r)),
        Scenarios(
            scenarios, texts(c), odds / odds.sum(),
            *(figures(st.sampled_from([0.0, -0.07]) | CHANGES, c, settings.years) for _ in range(3)),
        ),
        Devices(
            np.array([a for a, _, _ in seats], np.int64), np.array([b for _, b, _ in seats], np.int64),
            figures(AMOUNTS, len(seats)), np.array([age for _, _, age in seats], dtype=float),
        ),
        draw(st.sampled_from([None, budget])),
    )  # fmt: skip


@st.composite
def _settings(draw: st.DrawFn) -> Settings:
    """Each setting of the schema, left out or at some value of its range; the schedule keeps all its steps."""
    given: dict[str, dict[str, Any]] = {"": {}}
    for name, column in SETTINGS.columns.items():
        section, _, key = name.rpartition(".")
        low, high = column.bounds
        if name in ("leaders.stipend_min", "leaders.stipend_max") or draw(st.booleans()):
            continue
        if column.choices:
            value: Any = draw(st.sampled_from(column.choices))
        elif column.type == "text":
            value = draw(NAMES)
        elif column.type == "whole":
            value = draw(st.integers(int(low), 4 if name == "years" else int(high)))
        else:
            value = draw(st.floats(low, high))
        given.setdefault(section, {})[key] = value
    neutral = Settings()
    parts = {s: dataclasses.replace(getattr(neutral, s), **values) for s, values in given.items() if s}
    return dataclasses.replace(neutral, **given[""], **parts)
