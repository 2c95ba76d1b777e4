"""Staffing moves: who is converted, moves, leaves, is hired or laid off between today's staff and a plan's positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.district import Array, District, Integers

KINDS = ("left", "converted", "moved", "hired", "laid_off")
TRACE = 1e-6  # FTE; smaller moves are a solver's rounding and get no row


@dataclass(frozen=True, eq=False)
class Transfers:
    """People who go from one post to another, one entry a pair of posts: school and role left and entered, and FTE."""

    from_school: Integers
    from_role: Integers
    to_school: Integers
    to_role: Integers
    fte: Array


@dataclass(frozen=True, eq=False)
class Moves:
    """The fewest moves that turn one staffing into another, all in FTE.

    Attributes
    ----------
    left : people who leave of themselves (attrition), axes sr
    converted : people who change their role inside their pool and stay at their school
    moved : people who go to another school inside their pool; only with `staff.mobility = "district"`
    hired, laid_off : axes sr

    """

    left: Array
    converted: Transfers
    moved: Transfers
    hired: Array
    laid_off: Array

    def pay_changes(self, cost: Array) -> dict[str, Array]:
        """Change of payroll by kind of move, axis s; `cost` is the loaded cost of a position ($/FTE), axes sr.

        Together the kinds make up the whole change of Σ_r cost × positions.
        """
        return {
            "left": -(cost * self.left).sum(axis=1),
            "converted": _pay(self.converted, cost),
            "moved": _pay(self.moved, cost),
            "hired": (cost * self.hired).sum(axis=1),
            "laid_off": -(cost * self.laid_off).sum(axis=1),
        }

    def rows(self, district: District) -> list[dict[str, str | float]]:
        """One row a move, larger than a trace: kind, pool, posts left and entered (blank for none), FTE."""
        schools, roles = district.schools.id, district.roles

        def row(
            kind: str, fte: float, before: tuple[int, int] | None, after: tuple[int, int] | None
        ) -> dict[str, str | float]:
            _, r = before or after or (0, 0)
            return {
                "move": kind,
                "pool": roles.pool[r],
                "from_school": schools[before[0]] if before else "",
                "from_role": roles.id[before[1]] if before else "",
                "to_school": schools[after[0]] if after else "",
                "to_role": roles.id[after[1]] if after else "",
                "fte": fte,
            }

        rows = [row("left", float(self.left[s, r]), (s, r), None) for s, r in _posts(self.left)]
        for kind in ("converted", "moved"):
            pairs: Transfers = getattr(self, kind)
            rows += [
                row(kind, float(fte), (int(a), int(b)), (int(c), int(d)))
                for a, b, c, d, fte in zip(
                    pairs.from_school, pairs.from_role, pairs.to_school, pairs.to_role, pairs.fte
                )
                if fte > TRACE
            ]
        rows += [row("hired", float(self.hired[s, r]), None, (s, r)) for s, r in _posts(self.hired)]
        rows += [row("laid_off", float(self.laid_off[s, r]), (s, r), None) for s, r in _posts(self.laid_off)]
        return rows


def staffing_moves(district: District, positions: Array, *, attrition: bool = True) -> Moves:
    """Match today's people to positions (FTE, axes sr) with the fewest moves.

    Attrition comes first, at each role's yearly rate. Whoever stays keeps the post as far as the post is kept. Then
    posts that end are matched with posts that open in the same pool: at the same school first (`converted`), with
    district mobility also at other schools, in the same role before another (`moved`). What is still open is hired
    for, what is still left over is laid off. Every match saves one hire and one layoff, so no other matching inside
    the pools has fewer moves, and none at all has fewer that change the school.
    """
    fte = district.staff.fte
    schools, roles = fte.shape
    rate = district.roles.attrition_rate if attrition else np.zeros(roles)
    left = fte * rate
    difference = (fte - left - positions).reshape(-1)
    ending, opening = np.maximum(difference, 0.0), np.maximum(-difference, 0.0)
    school, role = np.divmod(np.arange(schools * roles), roles)
    pool = np.array([district.roles.pools.index(name) for name in district.roles.pool], dtype=np.int64)[role]

    def match(group: Integers) -> tuple[Integers, Integers, Array]:
        before, after, amount = pair_up(group, ending, opening)
        np.subtract.at(ending, before, amount)
        np.subtract.at(opening, after, amount)
        np.maximum(ending, 0.0, out=ending)
        np.maximum(opening, 0.0, out=opening)
        return before, after, amount

    def transfers(*found: tuple[Integers, Integers, Array]) -> Transfers:
        before, after, amount = (np.concatenate(part) for part in zip(*found)) if found else _NOBODY
        return Transfers(school[before], role[before], school[after], role[after], amount)

    converted = transfers(match(school * len(district.roles.pools) + pool))
    moved = (
        transfers(match(role), match(pool)) if district.settings.staff.mobility == "district" else transfers()
    )
    return Moves(left, converted, moved, opening.reshape(fte.shape), ending.reshape(fte.shape))


_NOBODY = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def pair_up(group: Integers, ending: Array, opening: Array) -> tuple[Integers, Integers, Array]:
    """Match amounts that end with amounts that open inside each group, as much as both sides have.

    All arrays are as long as there are posts. Returns the entries matched (ending, opening) and how much. Within a
    group the amounts are laid end to end on both sides, and where two overlap they are a pair.
    """
    order = np.argsort(group, kind="stable")
    _, start, size = np.unique(group[order], return_index=True, return_counts=True)
    totals = np.minimum(np.add.reduceat(ending[order], start), np.add.reduceat(opening[order], start))
    offset = np.repeat(np.cumsum(totals) - totals, size)
    within = np.repeat(totals, size)

    def ends(amounts: Array) -> Array:
        whole = np.cumsum(amounts[order])
        before_group = np.repeat(whole[start] - amounts[order][start], size)
        return np.maximum.accumulate(offset + np.minimum(whole - before_group, within))

    end_before, end_after = ends(ending), ends(opening)
    points = np.unique(np.concatenate([end_before, end_after]))
    length = np.diff(points, prepend=0.0)
    middle = points - length / 2.0
    before = np.minimum(np.searchsorted(end_before, middle), order.size - 1)
    after = np.minimum(np.searchsorted(end_after, middle), order.size - 1)
    before, after = order[before], order[after]
    real = (length > 1e-12) & (group[before] == group[after]) & (ending[before] > 0) & (opening[after] > 0)
    return before[real], after[real], length[real]


def _pay(pairs: Transfers, cost: Array) -> Array:
    change = np.zeros(cost.shape[0])
    np.add.at(change, pairs.to_school, cost[pairs.to_school, pairs.to_role] * pairs.fte)
    np.subtract.at(change, pairs.from_school, cost[pairs.from_school, pairs.from_role] * pairs.fte)
    return change


def _posts(amounts: Array) -> list[tuple[int, int]]:
    return [(int(s), int(r)) for s, r in np.argwhere(amounts > TRACE)]
