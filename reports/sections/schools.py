"""One card a school: what changes, what limits it, who moves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from markupsafe import Markup

from models.district import Array
from reports import shown, words
from reports.blocks import Bullets, Card, Cards, Paragraph, Section, Table, listed, say
from reports.figures import count
from reports.shown import Shown
from reports.story import Story

SMALL = 0.05  # FTE; smaller moves are not told one by one


def schools(story: Story) -> Section:
    """Make a card for every school."""
    maker = _Maker(story)
    cards = [maker.card(s) for s in range(len(story.district.schools.id))]
    intro = say(
        "Open a card to see what changes at a school. Figures are expected over the scenarios; positions are full-time equivalents (FTE)."
    )
    return Section("schools", "School by school", [Paragraph(intro), Cards("Find a school by name", cards)])


@dataclass
class _Maker:
    story: Story

    @cached_property
    def _by_year(self) -> dict[str, Array]:
        """Expected figures of every school and year, axes sy."""
        plan, story = self.story.plan, self.story
        teachers, leaders, _ = plan.team_fte
        found = {
            "pupils": story.parameters.E,
            "team_pupils": plan.team_pupils,
            "spending": plan.money["spending"],
            "funding": plan.money["funding"],
            "teachers": teachers,
            "leaders": leaders,
            "accepted": plan.leaders.sum(axis=1),
            "stipends": np.einsum("t,stn->sn", plan.parameters.sigma, plan.leaders),
        }
        return {name: story.by_school_and_year(amounts) for name, amounts in found.items()}

    @cached_property
    def _limits(self) -> dict[str, Markup]:
        explanation = self.story.explanation
        if explanation is not None and explanation.limits:
            return {
                limit.school_id: say(
                    "What limits it most: {}{}.",
                    words.limit(limit.main),
                    f"; also {listed([words.limit(name) for name in limit.others])}" if limit.others else "",
                )
                for limit in explanation.limits
                if limit.main
            }
        found = {}
        for s, school in enumerate(self.story.district.schools.id):
            binding = [
                words.rule(name)
                for name, prices in self.story.plan.prices.items()
                if prices.axes.startswith("s")
                and name in words.RULES
                and name not in ("placement", "equipment", "positions")
                if np.abs(np.nan_to_num(prices.dual[s])).max(initial=0.0) > 1e-7
            ]
            found[school] = (
                say("Rules that hold it back: {}.", listed(binding, 6))
                if binding
                else say("No rule holds it back.")
            )
        return found

    @cached_property
    def _moves(self) -> dict[int, list[Markup]]:
        """What the first year asks of the staff of each school, in sentences; the largest moves first."""
        comparison = self.story.comparison
        found: dict[int, list[tuple[float, Markup]]] = defaultdict(list)
        if comparison is None:
            return {}
        labels = list(words.roles(self.story.district).values())
        names = self.story.district.schools.name
        moves = comparison.moves

        def add(s: int, who: str, amount: float, what: str, whither: str = "") -> None:
            if amount >= SMALL:
                found[s].append((amount, say("{}: {} {} {}", who, shown.fte(amount), what, whither)))

        for pairs in (moves.converted, moves.moved):
            for a, b, c, d, fte in zip(
                pairs.from_school, pairs.from_role, pairs.to_school, pairs.to_role, pairs.fte
            ):
                if a == c:
                    add(int(a), labels[b], float(fte), "become", labels[d])
                else:
                    add(int(a), labels[b], float(fte), "go to", names[c])
                    add(int(c), labels[d], float(fte), "come from", names[a])
        for amounts, text in (
            (moves.hired, "are hired"),
            (moves.laid_off, "are laid off"),
            (moves.left, "leave of themselves"),
        ):
            for s, r in np.argwhere(amounts >= SMALL):
                add(int(s), labels[r], float(amounts[s, r]), text)
        return {
            s: [text for _, text in sorted(entries, key=lambda entry: -entry[0])]
            for s, entries in found.items()
        }

    def card(self, s: int) -> Card:
        """Make the card of one school (index s)."""
        story, district = self.story, self.story.district
        school = district.schools.id[s]
        overall = story.plan.coverage_by_school[school]
        now = float(district.enrollment[s].sum())
        line = say(
            "{} pupils, {} fully served over all years",
            shown.pupils(now, "pupils.now"),
            shown.share(overall, "coverage"),
        )
        blocks: list[object] = [self._changes(s)]
        if school in self._limits:
            blocks.append(Paragraph(self._limits[school]))
        if story.comparison is not None:
            moves = self._moves.get(s, [])
            title = (
                say("Who moves in {} (FTE):", story.comparison.year) if moves else say("Nobody has to move.")
            )
            blocks.append(Paragraph(title))
            if moves:
                blocks.append(Bullets(moves))
        blocks.append(Paragraph(self._devices(s)))
        return Card(school, district.schools.name[s], line, blocks)

    def _changes(self, s: int) -> Table:
        story, by_year = self.story, self._by_year
        first, last = story.years[0], story.years[-1]
        places = [(0, str(first))] if len(story.years) == 1 else [(0, str(first)), (-1, str(last))]
        now = None if story.comparison is None else story.comparison.today
        rows: list[list[str | Shown]] = []

        def add(title: str, name: str, today: Shown | str, amounts: list[Shown]) -> None:
            rows.append([title, *([today] if now is not None else []), *amounts])

        def cells(figure: object, amounts: Array, name: str) -> list[Shown]:
            assert callable(figure)
            return [figure(float(amounts[y]), f"{name}.{year}") for y, year in places]

        add(
            "Pupils fully served",
            "coverage",
            shown.share(float(now.coverage[s]), "coverage.now") if now else "",
            cells(shown.share, story.school_coverage[s], "coverage"),
        )
        add(
            "Pupils in teams",
            "team_pupils",
            shown.pupils(float(now.team_pupils[s]), "team_pupils.now") if now else "",
            cells(shown.pupils, by_year["team_pupils"][s], "team_pupils"),
        )
        paid = np.divide(
            by_year["stipends"][s],
            by_year["accepted"][s],
            out=np.full(len(story.years), np.nan),
            where=by_year["accepted"][s] > 1e-6,
        )
        if np.isfinite(paid).any():
            today = float(now.stipend[s]) if now else np.nan
            add(
                "Leader stipend",
                "stipend",
                shown.dollars(today, "stipend.now"),
                cells(shown.dollars, paid, "stipend"),
            )
        ratio = np.divide(
            by_year["teachers"][s],
            by_year["leaders"][s],
            out=np.full(len(story.years), np.nan),
            where=by_year["leaders"][s] > 1e-6,
        )
        if np.isfinite(ratio).any():
            add("Teachers for each leader in teams", "ratio", "", cells(shown.ratio, ratio, "ratio"))
        for r, label in enumerate(words.roles(story.district).values()):
            fte, planned = float(story.district.staff.fte[s, r]), story.positions_by_year[s, r]
            if fte > 1e-6 or planned.max() > 1e-6:
                name = f"fte.{story.district.roles.id[r]}"
                add(f"{label}, FTE", name, shown.fte(fte, f"{name}.now"), cells(shown.fte, planned, name))
        add(
            "Spending",
            "spending",
            shown.dollars(float(now.total[s]), "spending.now") if now else "",
            cells(shown.dollars, by_year["spending"][s], "spending"),
        )
        head = ["", *(["Today"] if now is not None else []), *(year for _, year in places)]
        return Table(f"What changes at {story.district.schools.name[s]}", head, rows)

    @cached_property
    def _seats(self) -> Array:
        weighted = self.story.plan.values["b"] * self.story.tree.probability
        whole = np.zeros((*weighted.shape[:2], self.story.tree.years))
        np.add.at(np.moveaxis(whole, 2, 0), self.story.tree.year - 1, np.moveaxis(weighted, 2, 0))
        return whole  # svy

    def _devices(self, s: int) -> Markup:
        devices = self.story.district.device_types
        bought = []
        for v, (device, label) in enumerate(zip(devices.id, devices.label)):
            years = [
                say("{} in {}", shown.seats(float(self._seats[s, v, y]), f"seats.{device}.{year}"), year)
                for y, year in enumerate(self.story.years)
                if count(self._seats[s, v, y]) != "0"
            ]
            if years:
                bought.append(say("{}: {}", words.short(label, 60), Markup(", ").join(years)))
        return (
            say("Seats bought. {}.", Markup("; ").join(bought)) if bought else say("No devices are bought.")
        )
