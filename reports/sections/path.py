"""The path over the years: coverage, and the money with start-up and recurring apart."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from models.district import Array
from reports import shown, words
from reports.blocks import Paragraph, Section, Table, say
from reports.sections.pictures import pictures
from reports.shown import Shown
from reports.story import Story

STARTUP_LINE, TECHNOLOGY_LINE = 0.07, 0.02  # LEAP Innovations and Afton Partners, 2018


def path(story: Story) -> Section:
    """Show every plan year."""
    years = story.years
    title = f"The year {years[0]}" if len(years) == 1 else f"The path from {years[0]} to {years[-1]}"
    blocks = [*pictures(story, "coverage"), Paragraph(_in_words(story)), money(story), _shares(story)]
    return Section("path", title, blocks)


def _in_words(story: Story) -> Markup:
    start_up = story.by_year(story.plan.money["startup"])
    grant = -story.by_year(story.plan.money["startup_grant"])
    text = say(
        "Start-up money is spent once, to buy devices, train teams and launch schools: {} in all",
        shown.dollars(float(start_up.sum()), "startup.total"),
    )
    if grant.sum() >= 0.5:
        text += say(", {} of it from start-up grants", shown.dollars(float(grant.sum()), "grant.total"))
    return text + Markup(". Everything else comes back every year.")


def money_rows(story: Story) -> tuple[dict[str, Array], dict[str, Array]]:
    """Recurring and start-up money by row, expected, axis y, $; rows that are nothing in every year are left out."""

    def rows(named: dict[str, tuple[str, ...]]) -> dict[str, Array]:
        found = {
            title: story.by_year(
                sum((story.plan.money[line] for line in lines), np.zeros_like(story.plan.covered))
            )
            for title, lines in named.items()
        }
        return {title: amounts for title, amounts in found.items() if np.abs(amounts).max() >= 0.5}

    return rows(words.MONEY_ROWS), rows(words.STARTUP_ROWS)


def money(story: Story) -> Table:
    """Every line of the budget by year, expected, in dollars of the year."""
    plan, years = story.plan, story.years
    recurring, startup = money_rows(story)

    def cells(name: str, amounts: Array) -> list[Shown]:
        return [shown.dollars(float(amount), f"money.{name}.{year}") for amount, year in zip(amounts, years)]

    nothing = np.zeros(len(years))
    rows: list[list[str | Shown]] = [[title, *cells(title, amounts)] for title, amounts in recurring.items()]
    sums = [len(rows)]
    rows.append(["Recurring, together", *cells("recurring", sum(recurring.values(), nothing))])
    rows += [[title, *cells(title, amounts)] for title, amounts in startup.items()]
    sums.append(len(rows))
    rows.append(["Start-up, together (less grants)", *cells("startup", sum(startup.values(), nothing))])
    closing = words.closing(plan.money)
    rows += [[title, *cells(line, story.by_year(plan.money[line]))] for title, line in closing.items()]
    caption = "Money by year, expected over the scenarios, in dollars of the year"
    return Table(caption, ["", *map(str, years)], rows, total=len(closing), sums=tuple(sums))


def _shares(story: Story) -> Table:
    money, years = story.plan.money, story.years
    funding = story.by_year(money["funding"])
    rows: list[list[str | Shown]] = []
    settings = story.district.settings
    own = {"startup": settings.launch.startup_max_share, "technology": settings.technology.max_share}
    for title, line, drawn in (
        ("Start-up spending", "startup", STARTUP_LINE),
        ("Yearly technology", "technology", TECHNOLOGY_LINE),
    ):
        mine = own[line]
        limit = drawn if mine is None else mine
        amounts = story.by_year(money[line])
        shares = np.divide(amounts, funding, out=np.full_like(amounts, np.nan), where=funding > 0)
        over = [str(year) for year, share in zip(years, shares) if share > limit + 1e-9]
        whose = "the study's line" if mine is None else "the district's limit"
        verdict = f"above {whose} in {', '.join(over)}" if over else f"within {whose} in every year"
        cells = [shown.share(float(share), f"{line}_share.{year}") for share, year in zip(shares, years)]
        places = 0 if abs(limit * 100 - round(limit * 100)) < 1e-9 else 1
        rows.append([title, *cells, shown.share(limit, places=places), verdict])
    caption = "Share of funding, against the district's own limit"
    if None in own.values():
        caption += (
            " or the line that a study of such schools drew (LEAP Innovations and Afton Partners, 2018)"
        )
    return Table(caption, ["", *map(str, years), "Most", "The plan is"], rows)
