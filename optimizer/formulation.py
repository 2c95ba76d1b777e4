"""The staffing-design linear program: index sets, variables, and the rules in the order of the rule table.

The maths is `docs/maths.md`; symbols there are the names here. Each rule is one function in `optimizer/rules/`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from models.district import Array, District
from models.parameters import Parameters
from models.tree import Tree
from optimizer import rules as _rules  # noqa: F401 - fills the registry
from optimizer.program import Program, Term
from optimizer.registry import RULES

Cut = Literal["district", "school", "everywhere"]


class Model:
    """The linear program of one district over one scenario tree.

    Attributes
    ----------
    lp : the program: variable blocks, rule blocks, matrix
    p : the figures of section 2, `Parameters`
    x, w, z, q, lam, b, h, d, o, u, i, l, R, give, take, short, cut : variable blocks of section 3; `None` where the
        settings do not call for them

    Parameters
    ----------
    district, tree
        The question; the tree of the district's scenarios when not given.
    cut
        Add δ (`cut`): funding is F (1 − δ) in the nodes where a cut can strike, from year 2 on; one δ or one a school
        (section 7). "everywhere" is one a school that strikes in every node, for the frontier.
    shortfall
        Add `short[s,n]`: missing funding on the right of `budget` (section 7).
    only
        Build these rules alone, by id; for the golden files.
    figures
        The figures of section 2, where they are not those of the district on its tree.
    like
        A model of a similar district: what stands in the same places is not looked for again.

    """

    def __init__(
        self,
        district: District,
        tree: Tree | None = None,
        *,
        cut: Cut | None = None,
        shortfall: bool = False,
        only: frozenset[str] | None = None,
        figures: Parameters | None = None,
        like: Model | None = None,
    ) -> None:
        self.district = district
        self.tree: Tree = tree if tree is not None else Tree.of(district.scenarios, district.years)
        self.p: Parameters = figures if figures is not None else Parameters.of(district, self.tree)
        self.settings = district.settings
        self.spent: tuple[Array, float] | None = None  # see `objectives.spending_vector`
        self._name_sets(cut, like)
        self._add_variables(cut, shortfall)
        for rule in RULES.values():
            if only is None or rule.id in only:
                rule.build(self)

    def _name_sets(self, cut: Cut | None, like: Model | None) -> None:
        district = self.district
        self.a = district.fte_per_pupil  # mr
        self.team = district.team_models.team_taught.astype(float)  # m
        self.steps = np.diff(district.levels, prepend=0.0)  # j: u_j - u_{j-1}
        self.leader = district.roles.of_kind("leader")  # r
        self.licensed = district.roles.of_kind("teacher", "leader")  # r
        self.adult = district.roles.of_kind("teacher", "leader", "aide")  # r
        last = self.tree.year == self.tree.years
        self.last_year = last.astype(float)  # n
        struck = (self.tree.year >= 2) | (self.tree.years == 1) | (cut == "everywhere")
        self.can_be_cut = struck.astype(float)  # n
        whole = self.p.F.sum(axis=0)
        share = np.full_like(self.p.F, 1.0 / self.p.F.shape[0])
        self.funding_share = np.divide(self.p.F, whole, out=share, where=whole > 0)  # sn
        self.lp: Program = Program(
            {
                "s": district.schools.id,
                "g": district.bands.id,
                "m": district.team_models.id,
                "k": district.technology.id,
                "j": [f"{level:g}" for level in district.levels],
                "r": district.roles.id,
                "P": district.roles.pools,
                "v": district.device_types.id,
                "t": [f"{step:g}" for step in self.p.sigma],
                "n": self.tree.labels,
                "c": self.tree.scenario_ids,
            },
            parent_of=self.tree.parent_of,
            like=None if like is None else like.lp,
        )

    def _add_variables(self, cut: Cut | None, shortfall: bool) -> None:
        lp, district, settings = self.lp, self.district, self.settings
        taught = (district.enrollment > 0).astype(float)  # sg
        by_school = settings.staff.mobility == "school"
        pooled = settings.funding.pool == "district"
        self.x = lp.variable(
            "x", "sgmn", unit="pupils", where=("sgm", taught[:, :, None] * district.admitted.T)
        )
        self.w = lp.variable(
            "w", "sgkn", unit="pupils", where=("sgk", taught[:, :, None] * district.technology.listed.T)
        )
        self.z = lp.variable("z", "sgjn", unit="pupils", where=("sg", taught))
        self.q = lp.variable("q", "srn", unit="FTE")
        self.lam = lp.variable("lam", "stn", unit="FTE")
        self.b = lp.variable("b", "svn", unit="seats")
        self.h = lp.variable("h", "sn", unit="pupils")
        self.d = lp.variable("d", "sn", unit="pupils")
        self.o = lp.variable("o", "sn", unit="share", at_most=1.0)
        self.u = lp.variable("u", "sn", unit="$")
        self.i = lp.variable("i", "sPn" if by_school else "Pn", unit="FTE")
        self.l = lp.variable("l", "sPn" if by_school else "Pn", unit="FTE")
        self.R = None if settings.funding.reserve_max_share is None else lp.variable("R", "sn", unit="$")
        self.take = lp.variable("in", "sn", unit="$") if pooled else None
        self.give = lp.variable("out", "sn", unit="$") if pooled else None
        self.short = lp.variable("short", "sn", unit="$") if shortfall else None
        self.cut = (
            None
            if cut is None
            else lp.variable("cut", "" if cut == "district" else "s", at_most=1.0, unit="share")
        )

    # ---- sums that several rules share -------------------------------------------------------------------------

    def team_pupils(self, sign: float = 1.0) -> list[Term]:
        """Pupils taught in teams, Σ_{g,m∈M^T} x."""
        return [("m", sign * self.team, self.x)]

    def licensed_need(self, factor: float) -> list[Term]:
        """A factor times Σ_{r teacher or leader} need, without its constant part (`licensed_minimum`)."""
        return [("m", factor * (self.a @ self.licensed), self.x)]

    @property
    def licensed_minimum(self) -> Array:
        """Σ_{r teacher or leader} min[s,r], axes s."""
        return np.asarray(self.district.staff.minimum @ self.licensed)

    def startup(self, sign: float = 1.0) -> list[Term]:
        """Start-up spending U[s,n] without its constant part (`startup_before`)."""
        p = self.p
        return [
            ("vn", sign * p.buy, self.b),
            ("n", sign * p.launch, self.d),
            ("n", sign * p.fixlaunch, self.o),
            ("n", -sign * p.fixlaunch, self.o.at_parent()),
        ]

    @property
    def startup_before(self) -> Array:
        """fixlaunch$ × o0 at the root: what U counts as launched before the plan, axes sn."""
        return np.asarray(self.p.o0[:, None] * self.p.fixlaunch * self.tree.is_root)

    def cut_funding(self, share: float = 1.0) -> list[Term]:
        """`share` × F × δ, to be added on the left wherever `share` × F stands on the right; nothing without a cut."""
        return [] if self.cut is None else [("sn", share * self.p.F * self.can_be_cut, self.cut)]

    def spending(self) -> list[Term]:
        """Left side of `budget` without the reserve and without its constant part (`spending_fixed`)."""
        p, settings = self.p, self.settings
        movers: list[Term] = [(settings.staff.hiring_cost, self.i), (settings.staff.layoff_cost, self.l)]
        if settings.staff.mobility == "district":
            movers = [("sn", cost * self.funding_share, variable) for cost, variable in movers]
        return [
            ("srn", p.c, self.q),
            ("t", (1.0 + settings.leaders.stipend_benefits_rate) * p.sigma * p.tau, self.lam),
            ("kn", p.run, self.w),
            ("mn", np.outer(self.team, p.develop), self.x),
            *self.startup(),
            (-1.0, self.u),
            *movers,
        ]

    @property
    def spending_fixed(self) -> Array:
        """Constant part of the left side of `budget`: out-of-scope spending less `startup_before`, axes sn."""
        return np.asarray(self.p.X - self.startup_before)

    def covered(self) -> list[Term]:
        """Covered pupils C[s,n]."""
        return [("j", self.steps, self.z)]
