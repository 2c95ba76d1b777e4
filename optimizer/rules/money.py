"""Rules of money: reserve, coverage floor, transfers and the budget of every school and node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.registry import rule

if TYPE_CHECKING:
    from optimizer.formulation import Model


@rule(
    equation=r"R_{sn} \le \mathrm{reserve\_max\_share}\; F_{sn}",
    unit="$",
    source="reserve policies (GFOA)",
    setting="funding.reserve_max_share",
    words="the reserve carried to next year is at most a given share of funding",
    dual="covered pupils gained by $1,000 more of reserve allowed",
)
def reserve_cap(m: Model) -> None:
    """R ≤ reserve_max_share × F."""
    share = m.settings.funding.reserve_max_share
    if share is not None and m.R is not None:
        m.lp.rule("reserve_cap", "sn", [(1, m.R), *m.cut_funding(share)], at_most=share * m.p.F)


@rule(
    equation=r"C_{sn} \ge \mathrm{min\_school\_share}\; E_{sn} \quad (y(n) = Y)",
    unit="pupils",
    source="equity floor, set by the district",
    setting="coverage.min_school_share",
    words="in the last plan year every school covers at least a given share of its pupils",
    dual="covered pupils gained by asking one covered pupil less of this school",
)
def school_floor(m: Model) -> None:
    """C ≥ min_school_share × E in the last plan year's nodes."""
    share = m.settings.coverage.min_school_share
    if share is not None:
        m.lp.rule("school_floor", "sn", m.covered(), at_least=share * m.p.E, where=("n", m.last_year))


@rule(
    equation=r"\sum_s \mathrm{in}_{sn} = \sum_s \mathrm{out}_{sn}, \qquad \mathrm{out}_{sn} \le \mathrm{max\_transfer\_share}\; F_{sn}",
    unit="$",
    source="pooled funding, set by the district",
    setting="funding.pool; funding.max_transfer_share",
    words="what schools receive from the pool is what schools give, and each gives at most a given share",
    dual="covered pupils gained by $1,000 more in the pool",
    parts={"limit": "covered pupils gained by letting the school give $1,000 more"},
)
def transfer(m: Model) -> None:
    """Σ_s in = Σ_s out; out ≤ max_transfer_share × F."""
    if m.give is None or m.take is None:
        return
    m.lp.rule("transfer", "n", [(1, m.take), (-1, m.give)], equal=0)
    share = m.settings.funding.max_transfer_share
    if share is not None:
        m.lp.rule("transfer.limit", "sn", [(1, m.give), *m.cut_funding(share)], at_most=share * m.p.F)


@rule(
    equation=(
        r"\sum_r c_{srn} q_{srn} + (1+\beta) \sum_t \sigma_t \tau_t \lambda_{stn} + \sum_{g,k} \mathrm{run}_{kn} w_{sgkn}"
        r" + \mathrm{develop}_n \sum_{g,\,m \in M^T} x_{sgmn} + (U_{sn} - u_{sn})"
        r" + \mathrm{hiring\_cost} \sum_P i_{sPn} + \mathrm{layoff\_cost} \sum_P l_{sPn} + X_{sn} + R_{sn}"
        r" \le F_{sn} + R_{s\pi(n)} + \mathrm{in}_{sn} - \mathrm{out}_{sn}"
    ),
    unit="$",
    source="accounting identity",
    setting="schools.csv, funding_per_pupil and fixed_funding",
    words="a school spends no more than it has: funding, last year's reserve and transfers",
    dual="covered pupils gained by $1,000 more at this school in this year",
)
def budget(m: Model) -> None:
    """Spending + R ≤ F + R at the parent + in − out; opening_reserve before the root."""
    terms = [*m.spending(), *m.cut_funding()]
    if m.R is not None:
        terms += [(1, m.R), (-1, m.R.at_parent())]
    if m.take is not None and m.give is not None:
        terms += [(-1, m.take), (1, m.give)]
    if m.short is not None:
        terms += [(-1, m.short)]
    before = m.district.schools.opening_reserve[:, None] * m.tree.is_root
    m.lp.rule("budget", "sn", terms, at_most=m.p.F + before - m.spending_fixed)
