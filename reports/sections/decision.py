"""The decision on one screen: what to do, what it costs, how many pupils it serves, what happens under each cut."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from models.status import Status
from reports import shown, words
from reports.blocks import Paragraph, Section, Table, Tile, Tiles, counted, say
from reports.story import Story


def decision(story: Story) -> Section:
    """Say it all at once."""
    blocks: list[object] = [*_warnings(story), Paragraph(_what_to_do(story), "lead"), Tiles(_tiles(story))]
    blocks.append(Paragraph(_what_it_means(story), "quiet"))
    if len(story.tree.scenario_ids) > 1:
        blocks += [Paragraph(_scenarios_in_words(story)), _scenarios(story)]
    if story.resilience is not None:
        from reports.charts.cuts import DRAWING

        blocks.append(Paragraph(DRAWING.summary(story)))
    return Section("decision", "The decision", blocks)


def _warnings(story: Story) -> list[Paragraph]:
    plan = story.plan
    found = []
    if plan.status is Status.SHORT and plan.shortfall is not None:
        missing = float((plan.shortfall @ story.tree.probability).sum())
        found.append(
            say(
                "This plan has a hole: {} of funding is missing (expected, all years). It cannot be carried out as it stands.",
                shown.dollars(missing, "shortfall"),
            )
        )
    if plan.status is Status.FEASIBLE and plan.rounding is not None:
        found.append(
            say(
                "This plan is not proven best: the search for whole positions stopped {} short of the proof.",
                shown.share(plan.rounding.gap, "rounding.gap", 2),
            )
        )
    if not plan.certificate.holds:
        found.append(say("The certificate of this plan does not hold; see “How sure it is”."))
    return [Paragraph(text, "warning") for text in found]


def _what_to_do(story: Story) -> Markup:
    plan, last = story.plan, story.years[-1]
    taught = story.by_year(plan.team_pupils)
    pupils = float(story.by_year(story.parameters.E)[-1])
    if not story.has_teams:
        text = say(
            "No team is formed: within the rules and the money, classrooms of one teacher are all there can be. "
        )
    elif plan.stipend is None or plan.teachers_per_leader is None:
        text = say("Form teams that work without a teacher leader; no stipend is needed for them. ")
    else:
        everywhere = (
            "every teacher leader" if plan.stipend_step is not None else "teacher leaders (on average)"
        )
        text = say(
            "Pay {} {} a year on top of salary, and form teams with {} teachers to one leader on average. ",
            everywhere,
            shown.dollars(plan.stipend, "stipend"),
            shown.ratio(plan.teachers_per_leader, "teachers_per_leader"),
        )
    if story.has_teams:
        text += say(
            "In {}, {} of pupils learn in such teams. ",
            last,
            shown.share(float(taught[-1]) / pupils if pupils else None, f"team_share.{last}"),
        )
    served = shown.share(float(plan.coverage_by_year[-1]), f"coverage.expected.{last}")
    text += say("{} of pupils are then fully served", served)
    if story.comparison is not None:
        text += say(
            "; today it is {}", shown.share(story.comparison.today.district_coverage, "today.coverage")
        )
    return text + Markup(".")


def _tiles(story: Story) -> list[Tile]:
    plan, years = story.plan, story.years
    span = f"{years[0]}" if len(years) == 1 else f"{years[0]} to {years[-1]}"
    covered = float(story.by_year(plan.covered).sum()) / len(years)
    pupils = float(story.by_year(story.parameters.E).sum()) / len(years)
    start_up = float(story.by_year(plan.money["startup"]).sum())
    spending = float(story.by_year(plan.money["spending"])[0])
    funding = float(story.by_year(plan.money["funding"])[0])
    note = say(
        "{} of {} pupils in an average year",
        shown.pupils(covered, "covered_pupils.average"),
        shown.pupils(pupils, "pupils.average"),
    )
    found = [Tile(f"Pupils fully served, {span}", shown.share(plan.coverage, "coverage"), note)]
    paid = "paid everywhere" if plan.stipend_step is not None else "average over schools"
    stipend = shown.dollars(plan.stipend, "stipend") if plan.stipend is not None else "none"
    found.append(
        Tile(
            "Leader stipend a year",
            stipend,
            say(paid if plan.stipend is not None else "the plan has no leader"),
        )
    )
    found.append(_ratio_tile(story))
    found.append(
        Tile(
            f"Spending in {years[0]}",
            shown.dollars(spending, f"money.spending.{years[0]}"),
            say("of {} funding that year", shown.dollars(funding, f"money.funding.{years[0]}")),
        )
    )
    technology = float(story.by_year(plan.money["technology"]).sum()) / len(years)
    found.append(
        Tile(
            "Technology a year",
            shown.dollars(technology, "technology.average"),
            say("yearly cost; devices are start-up"),
        )
    )
    found.append(
        Tile(f"Start-up, {span}", shown.dollars(start_up, "startup.total"), say("devices, training, launch"))
    )
    return found


def _ratio_tile(story: Story) -> Tile:
    """Teachers for each leader; where no team has one, how many pupils are in teams says more."""
    plan, last = story.plan, story.years[-1]
    if plan.teachers_per_leader is not None:
        ratio = shown.ratio(plan.teachers_per_leader, "teachers_per_leader")
        return Tile("Teachers for each leader", ratio, say("in teams"))
    taught = shown.pupils(float(story.by_year(plan.team_pupils)[-1]), f"team_pupils.{last}")
    return Tile(
        f"Pupils in teams, {last}",
        taught,
        say("teams have no leader" if story.has_teams else "no team is formed"),
    )


def _what_it_means(story: Story) -> Markup:
    text = say(
        "“Fully served” is a planning measure: a pupil counts to the degree of the weaker of two things, what the team can do for the"
        " pupil and what the technology can. Half served counts as half. It is not a predicted test score. "
    )
    text += say(
        "The plan was chosen for {}, and then for the least spending.",
        words.OBJECTIVES.get(story.plan.objective, story.plan.objective),
    )
    if np.ptp(story.district.schools.need_weight) > 0:
        text += say(" Shares for the district weigh each pupil by the need weight of the school.")
    return text


def _scenarios_in_words(story: Story) -> Markup:
    shares = story.plan.coverage_by_scenario
    worst = min(shares, key=shares.__getitem__)
    labels = dict(zip(story.district.scenarios.id, story.district.scenarios.label))
    return say(
        "The plan is made for {} at once and turns only when a change is announced. In the worst of"
        " them (“{}”) {} of pupils are fully served over all years.",
        counted(len(story.tree.scenario_ids), "future"),
        labels.get(worst, worst),
        shown.share(shares[worst], f"coverage.{worst}"),
    )


def _scenarios(story: Story) -> Table:
    labels = dict(zip(story.district.scenarios.id, story.district.scenarios.label))
    rows = []
    for c, name in enumerate(story.tree.scenario_ids):
        share = story.scenario_coverage[c]
        low = int(np.nanargmin(share)) if np.isfinite(share).any() else 0
        rows.append(
            [
                labels.get(name) or name,
                shown.share(float(story.tree.scenario_probability[c]), f"chance.{name}", 0),
                shown.share(story.plan.coverage_by_scenario.get(name), f"coverage.{name}"),
                shown.share(float(share[low]), f"coverage.{name}.{story.years[low]}"),
                shown.share(float(share[-1]), f"coverage.{name}.{story.years[-1]}"),
                shown.dollars(float(story.scenario_spending[c]), f"spending.{name}"),
            ]
        )
    head = [
        "If this happens",
        "Chance",
        "Fully served, all years",
        "In the worst year",
        f"In {story.years[-1]}",
        story.spending_of_all_years,
    ]
    return Table("What happens under each cut or change", head, rows)
