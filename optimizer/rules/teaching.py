"""Rules of teaching and equipping: every pupil has a pattern and a package, and coverage needs both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.registry import rule

if TYPE_CHECKING:
    from optimizer.formulation import Model

LEDGER = "accounting identity"


@rule(
    equation=r"\sum_{m \in M_g} x_{sgmn} = e_{sgn}",
    unit="pupils",
    source=LEDGER,
    setting="enrollment.csv, pupils",
    words="every pupil of a band is taught under one staffing pattern",
    dual="covered pupils gained by one more enrolled pupil; negative where a pupil costs more than they bring",
)
def placement(m: Model) -> None:
    """Σ_{m∈M_g} x = e."""
    m.lp.rule("placement", "sgn", [(1, m.x)], equal=m.p.e, where=("sg", m.district.enrollment > 0))


@rule(
    equation=r"\sum_{k \in K_g} w_{sgkn} = e_{sgn}",
    unit="pupils",
    source=LEDGER,
    setting="enrollment.csv, pupils",
    words="every pupil of a band is equipped with one technology package",
    dual="covered pupils gained by one more pupil to equip; negative where packages are scarce",
)
def equipment(m: Model) -> None:
    """Σ_{k∈K_g} w = e."""
    m.lp.rule("equipment", "sgn", [(1, m.w)], equal=m.p.e, where=("sg", m.district.enrollment > 0))


@rule(
    equation=r"z_{sgjn} \le \sum_{m \in M_g :\, \gamma_m \ge u_j} x_{sgmn}",
    unit="pupils",
    source="definition of coverage",
    setting="team_models.csv, credit",
    words="a pupil is covered to a level only under a pattern whose credit reaches it",
    dual="covered pupils gained by one more pupil whose teaching reaches this level",
)
def staffing_reach(m: Model) -> None:
    """z[s,g,j,n] ≤ Σ_{m: γ[m] ≥ u_j} x."""
    reaches = (m.district.team_models.credit[:, None] >= m.district.levels).astype(float)
    m.lp.rule(
        "staffing_reach",
        "sgjn",
        [("mj", reaches, m.x), (-1, m.z)],
        at_least=0,
        where=("sg", m.district.enrollment > 0),
    )


@rule(
    equation=r"z_{sgjn} \le \sum_{k \in K_g :\, \rho_k \ge u_j} w_{sgkn}",
    unit="pupils",
    source="definition of coverage",
    setting="technology.csv, reach",
    words="a pupil is covered to a level only with a package whose reach attains it",
    dual="covered pupils gained by one more pupil whose technology reaches this level",
)
def technology_reach(m: Model) -> None:
    """z[s,g,j,n] ≤ Σ_{k: ρ[k] ≥ u_j} w."""
    reaches = (m.district.technology.reach[:, None] >= m.district.levels).astype(float)
    m.lp.rule(
        "technology_reach",
        "sgjn",
        [("kj", reaches, m.w), (-1, m.z)],
        at_least=0,
        where=("sg", m.district.enrollment > 0),
    )


@rule(
    equation=r"q_{srn} \ge \mathrm{need}_{srn} = \mathrm{min}_{sr} + \sum_{g,\, m \in M_g} a_{mr}\, x_{sgmn}",
    unit="FTE",
    source=LEDGER,
    setting="staff.csv, minimum; team_models.csv, FTE of each role",
    words="every team has its people, beside the positions that stay outside all teams",
    dual="covered pupils gained by one position less that must stay outside the teams",
)
def positions(m: Model) -> None:
    """q ≥ need = min[s,r] + Σ_{g,m} a[m,r] x."""
    m.lp.rule("positions", "srn", [(1, m.q), ("mr", -m.a, m.x)], at_least=("sr", m.district.staff.minimum))
