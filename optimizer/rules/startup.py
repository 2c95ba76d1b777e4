"""Rules of starting up: seats, training, launch, growth, and the caps on one-time and recurring technology money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.registry import rule

if TYPE_CHECKING:
    from optimizer.formulation import Model

STUDY = "LEAP Innovations and Afton Partners, 2018"


@rule(
    equation=r"\sum_{g,\,k : v(k)=v} w_{sgkn} \le \mathrm{seats0}_{svn} + \sum_{a \preceq n :\, y(n)-y(a) < L_v} b_{sva}",
    unit="seats",
    source="life of a device",
    setting="devices.csv; device_types.csv, life_years",
    words="every pupil with a device has a seat that still lives",
    dual="covered pupils gained by one seat given to the school",
)
def seats(m: Model) -> None:
    """Σ_{g, k: v(k)=v} w ≤ surviving starting seats + Σ of living purchases on the path."""
    device = m.district.technology.device
    needs = (device[:, None] == np.arange(len(m.district.device_types.id))).astype(float)
    m.lp.rule("seats", "svn", [("kv", needs, m.w), ("van", -m.p.alive, m.b.over("a"))], at_most=m.p.seats0)


@rule(
    equation=r"\sum_{g,\,m \in M^T} x_{sgmn} \le h_{sn}, \qquad h_{sn} \le (1-\mathrm{turnover})\, h_{s\pi(n)} + d_{sn}",
    unit="pupil-places",
    source=f"replacement of trained staff; {STUDY}",
    setting="launch.turnover; schools.csv, trained_pupils",
    words="teams work with trained people, and some of the training leaves with people each year",
    dual="covered pupils gained by one more pupil taught in teams without training",
    parts={"stock": "covered pupils gained by one trained pupil-place given to the school"},
)
def training(m: Model) -> None:
    """Σ_{M^T} x ≤ h; h ≤ (1 − turnover) h at the parent + d, with trained_pupils before the root."""
    kept = 1.0 - m.settings.launch.turnover
    before = kept * m.district.schools.trained_pupils[:, None] * m.tree.is_root
    m.lp.rule("training", "sn", [*m.team_pupils(), (-1, m.h)], at_most=0)
    m.lp.rule("training.stock", "sn", [(1, m.h), (-kept, m.h.at_parent()), (-1, m.d)], at_most=before)


@rule(
    equation=r"\sum_{g,\,m \in M^T} x_{sgmn} \le E_{sn}\, o_{sn}, \qquad o_{sn} \ge o_{s\pi(n)}",
    unit="pupils",
    source=f"start-up has a fixed part a school; {STUDY}",
    setting="launch.fixed_per_school; schools.csv, team_pupils",
    words="teams work where the school has been launched, and a launch lasts",
    dual="covered pupils gained by launching one more pupil's share of the school for nothing",
    parts={"lasting": "covered pupils gained by letting the school undo its whole launch"},
)
def launch(m: Model) -> None:
    """Σ_{M^T} x ≤ E o; o ≥ o at the parent, o0 before the root."""
    m.lp.rule("launch", "sn", [*m.team_pupils(), ("sn", -m.p.E, m.o)], at_most=0)
    m.lp.rule(
        "launch.lasting", "sn", [(1, m.o), (-1, m.o.at_parent())], at_least=m.p.o0[:, None] * m.tree.is_root
    )


@rule(
    equation=r"\sum_{g,\,m \in M^T} x_{sgmn} - \sum_{g,\,m \in M^T} x_{sgm\pi(n)} \le \mathrm{max\_growth\_per\_year}\; E_{sn}",
    unit="pupils",
    source="planners limit change from one year to the next",
    setting="coverage.max_growth_per_year",
    words="team teaching grows by at most a given share of the school a year",
    dual="covered pupils gained by letting one more pupil join teams this year",
)
def growth(m: Model) -> None:
    """Σ_{M^T} x − Σ_{M^T} x at the parent ≤ max_growth_per_year × E; today's team pupils before the root."""
    share = m.settings.coverage.max_growth_per_year
    if share is not None:
        before = m.district.schools.team_pupils[:, None] * m.tree.is_root
        m.lp.rule(
            "growth",
            "sn",
            [*m.team_pupils(), ("m", -m.team, m.x.at_parent())],
            at_most=share * m.p.E + before,
        )


@rule(
    equation=r"U_{sn} \le \mathrm{startup\_max\_share}\; F_{sn}",
    unit="$",
    source=f"{STUDY}: start-up at most 7 % of per-pupil funding",
    setting="launch.startup_max_share",
    words="start-up spending of a year is at most a given share of funding",
    dual="covered pupils gained by $1,000 more of start-up allowed",
)
def startup_cap(m: Model) -> None:
    """U ≤ startup_max_share × F."""
    share = m.settings.launch.startup_max_share
    if share is not None:
        m.lp.rule(
            "startup_cap",
            "sn",
            [*m.startup(), *m.cut_funding(share)],
            at_most=share * m.p.F + m.startup_before,
        )


@rule(
    equation=r"u_{sn} \le U_{sn}, \qquad \sum_{a \preceq n} u_{sa} \le \mathrm{startup\_grant}_s",
    unit="$",
    source="grants pay for start-up alone (LEAP cohorts: $310,000 to $363,000 a school)",
    setting="schools.csv, startup_grant",
    words="a start-up grant pays for start-up alone, and only once",
    dual="covered pupils gained by letting the grant pay for $1,000 that is not start-up",
    parts={"total": "covered pupils gained by $1,000 more of start-up grant"},
)
def startup_grant(m: Model) -> None:
    """u ≤ U; Σ of u over the path ≤ startup_grant."""
    m.lp.rule("startup_grant", "sn", [(1, m.u), *m.startup(-1)], at_most=-m.startup_before)
    m.lp.rule(
        "startup_grant.total",
        "sn",
        [("an", m.tree.on_path, m.u.over("a"))],
        at_most=("s", m.district.schools.startup_grant),
    )


@rule(
    equation=r"\sum_{g,k} \mathrm{run}_{kn}\, w_{sgkn} \le \mathrm{technology\_max\_share}\; F_{sn}",
    unit="$",
    source=f"{STUDY}: recurring technology near 2 % of the budget by year five",
    setting="technology.max_share",
    words="recurring technology is at most a given share of funding",
    dual="covered pupils gained by $1,000 more of recurring technology allowed",
)
def technology_cap(m: Model) -> None:
    """Σ run$ w ≤ technology_max_share × F."""
    share = m.settings.technology.max_share
    if share is not None:
        m.lp.rule(
            "technology_cap", "sn", [("kn", m.p.run, m.w), *m.cut_funding(share)], at_most=share * m.p.F
        )
