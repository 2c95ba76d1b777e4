"""Shocks laid on a district: a change of its tree, its tables, or a rule more."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.district import District
from models.parameters import Parameters
from models.plan import Plan
from models.preset import Preset
from models.tree import Tree
from optimizer.formulation import Model

Array = NDArray[np.float64]
FIRM = 1e-7  # relative slack around positions that stay in post
HIGH_SCHOOL = re.compile(r"\b9\s*[-–to]+\s*12\b|\b0?912\b|high", re.IGNORECASE)
ASSISTANT_PRINCIPAL = re.compile(r"assistant.?principal|^ap$", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Shocked:
    """A district under a shock.

    Attributes
    ----------
    district, tree : the question with the shock in it
    how : what was laid on the district, in words
    cut : the cut of all funding as a share, where the shock is one
    lost : further funding lost, axes sn, $
    rules : functions that add the shock's own rules to a model

    """

    district: District
    tree: Tree
    how: str
    cut: float | None = None
    lost: Array | None = None
    rules: tuple[Callable[[Model], None], ...] = ()

    def model(self, *, shortfall: bool = False) -> Model:
        """The program under the shock."""
        figures = Parameters.of(self.district, self.tree)
        if self.lost is not None:
            figures = dataclasses.replace(figures, F=figures.F - self.lost)
        model = Model(self.district, self.tree, shortfall=shortfall, figures=figures)
        for add in self.rules:
            add(model)
        return model


def tree_of(district: District) -> Tree:
    """The tree of a district's scenarios."""
    return Tree.of(district.scenarios, district.years)


def struck(tree: Tree) -> Array:
    """Nodes that a cut announced in year 1 strikes: year 2 and later; year 1 in a plan of one year (axis n, 0 or 1)."""
    return np.asarray(((tree.year >= 2) | (tree.years == 1)).astype(float))


def funding_cut(district: District, share: float) -> Shocked:
    """All funding falls by a share in the years that a cut strikes."""
    tree = tree_of(district)
    years = "every year from the second on" if tree.years > 1 else "the plan's one year"
    return Shocked(district, _more(tree, "funding", -share * struck(tree)), f"all funding, {years}", share)


def shocked(district: District, preset: Preset, plan: Plan | None) -> Shocked:
    """Lay a preset on a district; `plan` is the plan without it, whose people are in post when a cut comes mid-year."""
    lay: dict[str, Callable[[District, Preset, Plan | None], Shocked]] = {
        "funding": _funding,
        "midyear": _midyear,
        "allocation": _allocation,
        "enrollment": _enrollment,
        "grants": _grants,
        "positions": _positions,
        "pay": _pay,
    }
    return lay[preset.kind](district, preset, plan)


def _more(tree: Tree, name: str, change: Array) -> Tree:
    """The tree with a further relative change of funding, enrollment or pay (axis n); its nodes stay as they are."""
    changed: dict[str, Any] = {name: (1.0 + getattr(tree, name)) * (1.0 + change) - 1.0}
    return dataclasses.replace(tree, **changed)


def _funding(district: District, preset: Preset, plan: Plan | None) -> Shocked:
    return dataclasses.replace(funding_cut(district, -preset.size), how=preset.how)


def _midyear(district: District, preset: Preset, plan: Plan | None) -> Shocked:
    """Half of the cut of the per-pupil rate in year 1, with the positions and stipends of year 1 in post."""
    tree = tree_of(district)
    follows = district.schools.funding_per_pupil[:, None] * Parameters.of(district, tree).E
    lost = -preset.size / 2.0 * follows * (1.0 + tree.funding) * tree.is_root

    def in_post(model: Model) -> None:
        for name in ("q", "lam") if plan is not None else ():
            block, stays = model.lp.variables[name], plan.values[name]  # type: ignore[union-attr]
            room = FIRM * (1.0 + stays)
            model.lp.rule(
                f"in_post.{name}",
                block.axes,
                [(1, block)],
                at_least=stays - room,
                at_most=stays + room,
                where=("n", tree.is_root),
            )

    return Shocked(district, tree, preset.how, lost=lost, rules=(in_post,))


def _allocation(district: District, preset: Preset, plan: Plan | None) -> Shocked:
    """Schools lose the teachers that the higher ratio no longer allots, and small ones their assistant principal.

    A school's ratio is its pupils per teacher or leader of today; a lost teacher is worth the average teacher of the
    school's node.
    """
    tree, roles, fte = tree_of(district), district.roles, district.staff.fte
    p = Parameters.of(district, tree)
    licensed = roles.of_kind("teacher", "leader")
    teachers = fte @ licensed  # s
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(teachers > 0, p.E0 / teachers, np.inf)
    high = np.array(
        [
            bool(HIGH_SCHOOL.search(f"{i} {label}"))
            for i, label in zip(district.bands.id, district.bands.label)
        ]
    )
    in_high = district.enrollment @ high > 0.5 * p.E0
    fewer = np.minimum(
        teachers - p.E0 / (ratio + preset.pupils), np.where(in_high, preset.loss_high, preset.loss)
    )
    fewer = np.where(teachers > 0, np.maximum(fewer, 0.0), 0.0)
    first = roles.of_kind("teacher")
    worth = np.einsum("srn,r->sn", p.c, first / max(1.0, first.sum()))
    lost = fewer[:, None] * worth
    assistants = [
        r for r, names in enumerate(zip(roles.id, roles.label)) if any(map(ASSISTANT_PRINCIPAL.search, names))
    ]
    how = preset.how
    if assistants:
        r = assistants[0]
        gone = np.where((p.E0 > 0) & (preset.small > p.E0), np.minimum(1.0, fte[:, r]), 0.0)
        lost = lost + gone[:, None] * p.c[:, r, :]
        minimum = district.staff.minimum.copy()
        minimum[:, r] = np.maximum(0.0, minimum[:, r] - gone)
        district = district.replace(staff=dataclasses.replace(district.staff, minimum=minimum))
    else:
        how += "; no role of this district is an assistant principal, so that part is left out"
    return Shocked(district, tree, how, lost=lost * struck(tree))


def _enrollment(district: District, preset: Preset, plan: Plan | None) -> Shocked:
    tree = tree_of(district)
    return Shocked(district, _more(tree, "enrollment", preset.size * struck(tree)), preset.how)


def _grants(district: District, preset: Preset, plan: Plan | None) -> Shocked:
    schools = district.schools
    fewer = dataclasses.replace(schools, startup_grant=schools.startup_grant * (1.0 + preset.size))
    how = (
        preset.how
        if schools.startup_grant.any()
        else f"{preset.how}; no school here has one, so nothing changes"
    )
    return Shocked(district.replace(schools=fewer), tree_of(district), how)


def _positions(district: District, preset: Preset, plan: Plan | None) -> Shocked:
    tree = tree_of(district)
    most = (1.0 + preset.size) * district.staff.fte.sum(axis=1)  # s

    def fewer(model: Model) -> None:
        model.lp.rule("fewer_positions", "sn", [(1, model.q)], at_most=("s", most), where=("n", struck(tree)))

    return Shocked(district, tree, preset.how, rules=(fewer,))


def _pay(district: District, preset: Preset, plan: Plan | None) -> Shocked:
    """Teachers' and leaders' raises against the growth of revenue; a plan of one year has both at once."""
    roles, licensed = district.roles, district.roles.of_kind("teacher", "leader") > 0
    tree = tree_of(district)
    if district.years == 1:
        pay = np.where(licensed, roles.salary * (1.0 + preset.size), roles.salary)
        dearer = district.replace(roles=dataclasses.replace(roles, salary=pay))
        return Shocked(dearer, _more(tree, "funding", preset.revenue * np.ones(tree.size)), preset.how)
    raises = np.where(licensed, preset.size, roles.annual_raise)
    dearer = district.replace(roles=dataclasses.replace(roles, annual_raise=raises))
    return Shocked(dearer.with_settings(funding={"growth": preset.revenue}), tree, preset.how)
