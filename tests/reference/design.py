"""Sections 3 and 4: the variables and every rule, school by school and node by node."""

from __future__ import annotations

from tests.reference.program import Program, total
from tests.reference.question import Question


class Design:
    """Sections 3 and 4: the variables and every rule of one question."""

    def __init__(self, q: Question, only_step: int | None = None, whole: float | None = None) -> None:
        self.q, self.lp = q, Program()
        self.steps = [t for t in range(len(q.sigma)) if only_step is None or t == only_step]
        for s in q.S:
            for n in q.N:
                self._teaching(s, n)
                self._people(s, n)
                self._startup(s, n)
        for n in q.N:
            self._staff_flow(n)
            self._transfer(n)
        for s in q.S:
            for n in q.N:
                self._budget(s, n)
        if whole:
            self._whole(whole)

    # Expressions

    def x(self, s, g, m, n):
        return self.lp.add("x", s, g, m, n)

    def taught(self, s, n, patterns) -> dict[tuple, float]:
        """Pupils of the school under these patterns."""
        return {self.x(s, g, m, n): 1.0 for g in self.q.G_of[s] for m in self.q.M_of[g] if m in patterns}

    def covered(self, s, n) -> dict[tuple, float]:
        """C[s,n] = sum over bands and levels of (u_j - u_{j-1}) z."""
        steps = zip(self.q.u, [0.0, *self.q.u])
        return {("z", s, g, j, n): up - down for j, (up, down) in enumerate(steps) for g in self.q.G_of[s]}

    def need(self, s, r, n) -> tuple[float, dict[tuple, float]]:
        """need[s,r,n] as its constant and its terms."""
        q = self.q
        terms = {self.x(s, g, m, n): q.a[m, r] for g in q.G_of[s] for m in q.M_of[g] if q.a[m, r]}
        return q.minimum[s, r], terms

    def positions(self, s, n, *kinds) -> dict[tuple, float]:
        return {self.lp.add("q", s, r, n): 1.0 for r in self.q.R if not kinds or self.q.kind[r] in kinds}

    def startup(self, s, n) -> tuple[float, dict[tuple, float]]:
        """U[s,n] as its constant and its terms."""
        q, lp = self.q, self.lp
        terms = {lp.add("b", s, v, n): q.buy[v, n] for v in q.V}
        terms[lp.add("d", s, n)] = q.launch[n]
        terms[lp.add("o", s, n)] = q.fixlaunch[n]
        parent = q.nodes[n].parent
        if parent is None:
            return -q.fixlaunch[n] * q.o0[s], terms
        terms[lp.add("o", s, parent)] = -q.fixlaunch[n]
        return 0.0, terms

    def spending(self, s, n) -> tuple[float, dict[tuple, float]]:
        """Left side of `budget` less R, as its constant and its terms."""
        q, lp = self.q, self.lp
        pay = {lp.add("q", s, r, n): q.c[s, r, n] for r in q.R}
        stipends = {lp.add("lam", s, t, n): (1 + q.beta) * q.sigma[t] * q.tau[t] for t in self.steps}
        running = {lp.add("w", s, g, k, n): q.run[k, n] for g in q.G_of[s] for k in q.K_of[g]}
        constant, startup = self.startup(s, n)
        share = 1.0 if q.mobility == "school" else q.F[s, n] / sum(q.F[z, n] for z in q.S)
        where = s if q.mobility == "school" else None
        flows = {}
        for P in q.P:
            flows[lp.add("i", where, P, n)] = share * q.hiring_cost
            flows[lp.add("l", where, P, n)] = share * q.layoff_cost
        terms = total(
            (1, pay),
            (1, stipends),
            (1, running),
            (q.pd[n], self.taught(s, n, q.team_taught)),
            (1, startup),
            (-1, {lp.add("gift", s, n): 1.0}),
            (1, flows),
        )
        return constant + q.X[s, n], terms

    # Rules, in the order of the table

    def _teaching(self, s, n) -> None:
        q, lp = self.q, self.lp
        for g in q.G_of[s]:
            lp.rule("placement", {self.x(s, g, m, n): 1 for m in q.M_of[g]}, q.e[s, g, n], q.e[s, g, n])
            lp.rule("equipment", {lp.add("w", s, g, k, n): 1 for k in q.K_of[g]}, q.e[s, g, n], q.e[s, g, n])
            for j, level in enumerate(q.u):
                z = {lp.add("z", s, g, j, n): 1.0}
                reached = {self.x(s, g, m, n): 1 for m in q.M_of[g] if q.gamma[m] >= level}
                lp.rule("staffing_reach", total((1, z), (-1, reached)), high=0)
                reached = {lp.add("w", s, g, k, n): 1 for k in q.K_of[g] if q.rho[k] >= level}
                lp.rule("technology_reach", total((1, z), (-1, reached)), high=0)
        if q.min_school_share is not None and q.nodes[n].year == q.years:
            lp.rule("school_floor", self.covered(s, n), low=q.min_school_share * q.E[s, n])

    def _people(self, s, n) -> None:
        q, lp = self.q, self.lp
        for r in q.R:
            constant, terms = self.need(s, r, n)
            lp.rule("positions", total((1, {lp.add("q", s, r, n): 1.0}), (-1, terms)), low=constant)
        leaders = self.positions(s, n, "leader")
        offered = {lp.add("lam", s, t, n): 1.0 for t in self.steps}
        accepted = {lp.add("lam", s, t, n): q.tau[t] for t in self.steps}
        lp.rule("stipend_take_up", total((1, leaders), (-1, accepted)), 0, 0)
        needs = [self.need(s, r, n) for r in q.R if q.kind[r] in ("teacher", "leader")]
        constant = sum(part for part, _ in needs)
        needed = total(*((1, terms) for _, terms in needs))
        share = q.eligible_share
        lp.rule("eligible_teachers", total((1, offered), (-share, needed)), high=share * constant)
        if q.max_leader_share is not None:
            share = q.max_leader_share
            lp.rule("leader_share", total((1, leaders), (-share, needed)), high=share * constant)
        if q.max_position_loss_share is not None:
            kept = min(1.0, q.E[s, n] / q.today[s]) if q.today[s] > 0 else 1.0
            floor = (1 - q.max_position_loss_share) * kept * sum(q.f0[s, r] for r in q.R)
            lp.rule("position_loss", self.positions(s, n), low=floor)
        if q.min_adults is not None:
            adults = self.positions(s, n, "teacher", "leader", "aide")
            lp.rule("adult_floor", adults, low=q.min_adults / 100 * q.E[s, n])

    def _startup(self, s, n) -> None:
        q, lp = self.q, self.lp
        node = q.nodes[n]
        for v in q.V:
            used = {lp.add("w", s, g, k, n): 1 for g in q.G_of[s] for k in q.K_of[g] if q.device_of[k] == v}
            living = sum(
                count
                for z, device, count, age in q.seats_today
                if (z, device) == (s, v) and node.year - 1 + age < q.life[v]
            )
            bought = {lp.add("b", s, v, a): 1 for a in node.line if node.year - q.nodes[a].year < q.life[v]}
            lp.rule("seats", total((1, used), (-1, bought)), high=living)
        team = self.taught(s, n, q.team_taught)
        h, d, o = lp.add("h", s, n), lp.add("d", s, n), lp.add("o", s, n)
        lp.upper[o] = 1.0
        lp.rule("training", total((1, team), (-1, {h: 1})), high=0)
        lp.rule("launch", total((1, team), (-1, {o: q.E[s, n]})), high=0)
        if node.parent is None:
            lp.rule("training", {h: 1, d: -1}, high=(1 - q.turnover) * q.h0[s])
            lp.rule("launch", {o: 1}, low=q.o0[s])
        else:
            lp.rule("training", {h: 1, d: -1, lp.add("h", s, node.parent): -(1 - q.turnover)}, high=0)
            lp.rule("launch", {o: 1, lp.add("o", s, node.parent): -1}, low=0)
        if q.max_growth is not None:
            before = {} if node.parent is None else self.taught(s, node.parent, q.team_taught)
            allowed = q.max_growth * q.E[s, n] + (q.team_today[s] if node.parent is None else 0)
            lp.rule("growth", total((1, team), (-1, before)), high=allowed)
        constant, startup = self.startup(s, n)
        if q.startup_max_share is not None:
            lp.rule("startup_cap", startup, high=q.startup_max_share * q.F[s, n] - constant)
        gift = {lp.add("gift", s, n): 1.0}  # u in the formulation
        lp.rule("startup_grant", total((1, gift), (-1, startup)), high=constant)
        lp.rule("startup_grant", {lp.add("gift", s, a): 1 for a in node.line}, high=q.grant[s])
        if q.technology_max_share is not None:
            running = {lp.add("w", s, g, k, n): q.run[k, n] for g in q.G_of[s] for k in q.K_of[g]}
            lp.rule("technology_cap", running, high=q.technology_max_share * q.F[s, n])

    def _staff_flow(self, n) -> None:
        q, lp = self.q, self.lp
        parent = q.nodes[n].parent
        groups = [(s, [s]) for s in q.S] if q.mobility == "school" else [(None, q.S)]
        for where, schools in groups:
            for P in q.P:
                inside = [(s, r) for s in schools for r in q.R if q.pool_of[r] == P]
                terms = {lp.add("q", s, r, n): 1.0 for s, r in inside}
                terms[lp.add("i", where, P, n)] = -1.0
                terms[lp.add("l", where, P, n)] = 1.0
                stays = 0.0
                for s, r in inside:
                    if parent is None:
                        stays += (1 - q.attrition[r]) * q.f0[s, r]
                    else:
                        terms[lp.add("q", s, r, parent)] = -(1 - q.attrition[r])
                lp.rule("staff_flow", terms, stays, stays)

    def _transfer(self, n) -> None:
        q, lp = self.q, self.lp
        if q.pool != "district":
            return
        received = {lp.add("in", s, n): 1.0 for s in q.S}
        given = {lp.add("out", s, n): 1.0 for s in q.S}
        lp.rule("transfer", total((1, received), (-1, given)), 0, 0)
        if q.max_transfer_share is not None:
            for s in q.S:
                lp.rule("transfer", {lp.add("out", s, n): 1}, high=q.max_transfer_share * q.F[s, n])

    def _budget(self, s, n) -> None:
        q, lp = self.q, self.lp
        parent = q.nodes[n].parent
        constant, spent = self.spending(s, n)
        terms, money = dict(spent), q.F[s, n] - constant
        if parent is None:
            money += q.opening_reserve[s]
        if q.reserve_max_share is not None:
            terms[lp.add("R", s, n)] = 1.0
            lp.rule("reserve_cap", {("R", s, n): 1}, high=q.reserve_max_share * q.F[s, n])
            if parent is not None:
                terms[lp.add("R", s, parent)] = -1.0
        if q.pool == "district":
            terms[lp.add("in", s, n)], terms[lp.add("out", s, n)] = -1.0, 1.0
        lp.rule("budget", terms, high=money)

    def _whole(self, multiple: float) -> None:
        for name in [name for name in self.lp.column if name[0] == "q"]:
            count = self.lp.add("count", *name[1:])
            self.lp.whole.add(count)
            self.lp.rule("whole", {name: 1.0, count: -multiple}, 0, 0)
        self.lp.whole |= {name for name in self.lp.column if name[0] == "o"}
