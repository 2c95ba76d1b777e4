"""Rules of people: who stays, moves, is hired or leaves, and how many adults a school keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.registry import rule

if TYPE_CHECKING:
    from optimizer.formulation import Model


@rule(
    equation=r"\sum_{r \in P} q_{srn} = \sum_{r \in P} (1-\mathrm{attrition}_r)\, q_{sr\pi(n)} + i_{sPn} - l_{sPn}",
    unit="FTE",
    source="accounting identity",
    setting="roles.csv, pool and attrition_rate; staff.csv, fte",
    words="positions of a pool come from last year's people, hires and layoffs",
    dual="covered pupils gained by one person given to the pool",
)
def staff_flow(m: Model) -> None:
    """Σ_{r∈P} q = Σ_{r∈P} (1 − attrition) q at the parent + i − l; today's staff before the root."""
    in_pool = m.district.roles.in_pool
    staying = in_pool * (1.0 - m.district.roles.attrition_rate)
    before = np.einsum("Pr,sr,n->sPn", staying, m.district.staff.fte, m.tree.is_root)
    terms = [("Pr", in_pool, m.q), ("Pr", -staying, m.q.at_parent()), (-1, m.i), (1, m.l)]
    if m.settings.staff.mobility == "district":
        m.lp.rule("staff_flow", "Pn", terms, equal=before.sum(axis=0))
    else:
        m.lp.rule("staff_flow", "sPn", terms, equal=before)


@rule(
    equation=r"\sum_r q_{srn} \ge (1-\mathrm{max\_position\_loss\_share}) \min\left(1, \frac{E_{sn}}{E^0_s}\right) \sum_r f^0_{sr}",
    unit="FTE",
    source="districts cap the loss of positions a school (Chicago FY2027: 4 to 6 teachers)",
    setting="staff.max_position_loss_share",
    words="a school keeps at least a given part of its positions, in step with its pupils",
    dual="covered pupils gained by letting the school give up one more position",
)
def position_loss(m: Model) -> None:
    """Σ_r q ≥ (1 − max_position_loss_share) × min(1, E ÷ today's enrollment) × Σ_r f0."""
    share = m.settings.staff.max_position_loss_share
    if share is not None:
        today = m.district.staff.fte.sum(axis=1)[:, None]
        m.lp.rule("position_loss", "sn", [(1, m.q)], at_least=(1.0 - share) * m.p.kept * today)


@rule(
    equation=r"\sum_{r\,\mathrm{teacher,leader,aide}} q_{srn} \ge \frac{\mathrm{min\_adults\_per\_100\_pupils}}{100} E_{sn}",
    unit="FTE",
    source="a floor of adults with pupils, set by the district",
    setting="staff.min_adults_per_100_pupils",
    words="a school has at least a given number of teachers, leaders and aides for 100 pupils",
    dual="covered pupils gained by asking for one adult less",
)
def adult_floor(m: Model) -> None:
    """Σ_{r teacher, leader or aide} q ≥ min_adults_per_100_pupils / 100 × E."""
    floor = m.settings.staff.min_adults_per_100_pupils
    if floor is not None:
        m.lp.rule("adult_floor", "sn", [("r", m.adult, m.q)], at_least=floor / 100.0 * m.p.E)
