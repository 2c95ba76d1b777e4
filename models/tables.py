"""The tidy tables of a plan: one row a school, year, scenario node and item. Columns carry their unit in `UNITS`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.money import SPENT

if TYPE_CHECKING:
    from models.plan import Plan

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

UNITS = {
    "probability": "share",
    "pupils": "pupils",
    "team_pupils": "pupils",
    "covered_pupils": "pupils",
    "coverage": "share",
    "level": "share",
    "fte": "FTE",
    "fte_needed": "FTE",
    "fte_today": "FTE",
    "stipend": "$",
    "offered": "FTE",
    "leaders": "FTE",
    "recurring": "$",
    "seats_bought": "seats",
    "purchase": "$",
    "amount": "$",
}
LINES = (
    *SPENT,
    "funding",
    "reserve_before",
    "transfer_in",
    "transfer_out",
    "shortfall",
    "reserve",
    "unspent",
)
TOLERANCE = 1e-7  # smaller amounts (pupils, FTE, seats) are a solver's rounding and get no row


def plan_tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return the tables `design`, `positions`, `stipends`, `technology`, `coverage` and `money` of a plan."""
    return {
        "design": design(plan),
        "positions": positions(plan),
        "stipends": stipends(plan),
        "technology": technology(plan),
        "coverage": coverage(plan),
        "money": money(plan),
    }


def paired(plan: Plan) -> Array:
    """Pupils under pattern m with package k, paired best with best, axes sgnmk.

    Within a band the pupils on the patterns of the highest credit get the packages of the widest reach first
    (formulation, section 4), so a pair's pupils are where their two places in the queues overlap.
    """
    credit, reach = plan.district.team_models.credit, plan.district.technology.reach
    by_credit, by_reach = np.argsort(-credit, kind="stable"), np.argsort(-reach, kind="stable")
    x = np.moveaxis(plan.values["x"], 2, -1)[..., by_credit]  # sgnm
    w = np.moveaxis(plan.values["w"], 2, -1)[..., by_reach]  # sgnk
    end_x, end_w = np.cumsum(x, axis=-1), np.cumsum(w, axis=-1)
    overlap = np.minimum(end_x[..., :, None], end_w[..., None, :]) - np.maximum(
        (end_x - x)[..., :, None], (end_w - w)[..., None, :]
    )
    pupils = np.zeros_like(overlap)
    pupils[..., by_credit[:, None], by_reach[None, :]] = np.maximum(overlap, 0.0)
    return pupils


def _frame(
    plan: Plan,
    axes: str,
    items: Mapping[str, tuple[str, Sequence[Any]]],
    columns: Mapping[str, Array],
    keep: Flags,
) -> pd.DataFrame:
    """Lay arrays over axes `s…n` out as rows where `keep` is true; `items` gives a column of names by axis letter."""
    places = dict(zip(axes, np.nonzero(keep)))
    s, n = places["s"], places["n"]
    tree = plan.tree
    frame = {
        "school_id": np.array(plan.district.schools.id, dtype=object)[s],
        "year": tree.year[n] - 1 + plan.district.settings.first_year,
        "node": np.array(tree.labels, dtype=object)[n],
        "probability": tree.probability[n],
    }
    frame |= {name: np.array(names, dtype=object)[places[letter]] for name, (letter, names) in items.items()}
    where = tuple(places.values())
    frame |= {name: np.broadcast_to(values, keep.shape)[where] for name, values in columns.items()}
    table = pd.DataFrame(frame)
    order = np.lexsort((np.arange(len(table)), n, s))  # school, node, then the items as they come
    return table.iloc[order].reset_index(drop=True)


def design(plan: Plan) -> pd.DataFrame:
    """Pupils by band, staffing pattern and technology package, paired best with best, and the level they are covered to."""
    district, models = plan.district, plan.district.team_models
    pupils = paired(plan)
    level = np.minimum(models.credit[:, None], district.technology.reach)
    return _frame(
        plan,
        "sgnmk",
        {
            "grade_band": ("g", district.bands.id),
            "team_model": ("m", models.team_model),
            "pattern": ("m", models.pattern),
            "technology": ("k", district.technology.id),
        },
        {"pupils": pupils, "level": level, "covered_pupils": pupils * level},
        pupils > TOLERANCE,
    )


def positions(plan: Plan) -> pd.DataFrame:
    """Positions of every role: planned, needed by teams and outside them, and in place today."""
    district, q = plan.district, plan.values["q"]
    need = district.staff.minimum[:, :, None] + np.einsum(
        "mr,sgmn->srn", district.fte_per_pupil, plan.values["x"]
    )
    return _frame(
        plan,
        "srn",
        {"role": ("r", district.roles.id)},
        {"fte": q, "fte_needed": need, "fte_today": np.broadcast_to(district.staff.fte[:, :, None], q.shape)},
        np.ones(q.shape, dtype=bool),
    )


def stipends(plan: Plan) -> pd.DataFrame:
    """Eligible teachers who are offered each stipend step, and the leaders who accept."""
    offered = plan.values["lam"]
    sigma = np.broadcast_to(plan.parameters.sigma[:, None], offered.shape)
    return _frame(
        plan, "stn", {}, {"stipend": sigma, "offered": offered, "leaders": plan.leaders}, offered > TOLERANCE
    )


def technology(plan: Plan) -> pd.DataFrame:
    """Pupils and yearly cost of every package, and seats bought of every device type."""
    district, p = plan.district, plan.parameters
    pupils, seats = plan.values["w"].sum(axis=1), plan.values["b"]
    packages = _frame(
        plan,
        "skn",
        {"item": ("k", district.technology.id)},
        {"pupils": pupils, "recurring": pupils * p.run},
        pupils > TOLERANCE,
    )
    devices = _frame(
        plan,
        "svn",
        {"item": ("v", district.device_types.id)},
        {"seats_bought": seats, "purchase": seats * p.buy},
        seats > TOLERANCE,
    )
    both = pd.concat([packages.assign(kind="package"), devices.assign(kind="device")], ignore_index=True)
    figures = ["pupils", "recurring", "seats_bought", "purchase"]
    both = both.reindex(columns=["school_id", "year", "node", "probability", "kind", "item", *figures])
    return both.assign(**{name: both[name].astype(float).fillna(0.0) for name in figures})


def coverage(plan: Plan) -> pd.DataFrame:
    """Pupils, pupils in teams and covered pupils of every school; coverage is blank where there are no pupils."""
    pupils = plan.parameters.E
    share = np.divide(plan.covered, pupils, out=np.full_like(pupils, np.nan), where=pupils > 0)
    return _frame(
        plan,
        "sn",
        {},
        {
            "pupils": pupils,
            "team_pupils": plan.team_pupils,
            "covered_pupils": plan.covered,
            "coverage": share,
        },
        np.ones(pupils.shape, dtype=bool),
    )


def money(plan: Plan) -> pd.DataFrame:
    """Every money line in dollars of the plan year; see `models.money` for how the lines add up."""
    amounts = np.stack([plan.money[line] for line in LINES], axis=1)  # s, line, n
    return _frame(
        plan, "sLn", {"line": ("L", LINES)}, {"amount": amounts}, np.ones(amounts.shape, dtype=bool)
    )
