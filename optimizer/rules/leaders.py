"""Rules of teacher leadership: who accepts the role at which stipend, and how many leaders there may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.registry import rule

if TYPE_CHECKING:
    from optimizer.formulation import Model


@rule(
    equation=r"\sum_{r\,\mathrm{leader}} q_{srn} = \sum_t \tau_t\, \lambda_{stn}",
    unit="FTE",
    source="stipend schedule: share of eligible teachers who accept",
    setting="stipends.csv, take_up",
    words="leaders are those who accept the stipend that is offered",
    dual="covered pupils gained by one leader found without a stipend",
)
def stipend_take_up(m: Model) -> None:
    """Σ_{r leader} q = Σ_t τ[t] λ."""
    m.lp.rule("stipend_take_up", "sn", [("r", m.leader, m.q), ("t", -m.p.tau, m.lam)], equal=0)


@rule(
    equation=r"\sum_t \lambda_{stn} \le \mathrm{eligible\_share} \sum_{r\,\mathrm{teacher,leader}} \mathrm{need}_{srn}",
    unit="FTE",
    source="eligibility, for example years of service (Chicago: three years)",
    setting="leaders.eligible_share",
    words="the role can be offered only to eligible teachers who are needed at the school",
    dual="covered pupils gained by one more eligible teacher",
)
def eligible_teachers(m: Model) -> None:
    """Σ_t λ ≤ eligible_share × Σ_{r teacher or leader} need."""
    share = m.settings.leaders.eligible_share
    m.lp.rule(
        "eligible_teachers",
        "sn",
        [(1, m.lam), *m.licensed_need(-share)],
        at_most=("s", share * m.licensed_minimum),
    )


@rule(
    equation=r"\sum_{r\,\mathrm{leader}} q_{srn} \le \mathrm{max\_leader\_share} \sum_{r\,\mathrm{teacher,leader}} \mathrm{need}_{srn}",
    unit="FTE",
    source="North Carolina G.S. 115C-310.3: at most 15 % of a school's teachers",
    setting="leaders.max_leader_share",
    words="leaders are at most a given share of the school's teachers",
    dual="covered pupils gained by one more leader allowed",
)
def leader_share(m: Model) -> None:
    """Σ_{r leader} q ≤ max_leader_share × Σ_{r teacher or leader} need."""
    share = m.settings.leaders.max_leader_share
    if share is not None:
        m.lp.rule(
            "leader_share",
            "sn",
            [("r", m.leader, m.q), *m.licensed_need(-share)],
            at_most=("s", share * m.licensed_minimum),
        )
