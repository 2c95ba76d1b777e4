"""Actual against optimal, line by line: the district as sums of its schools, then every school."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from models.district import BUDGET_CATEGORIES
from models.standing import Standing
from reports import words
from reports.story import Story
from reports.workbook.pen import Pen, widths

NAME = "Actual vs optimal"
HEAD = ("School", "Group", "Line", "Unit", "Actual today", "Optimal", "Difference", "Change")
TOP = 4  # first row of figures
DISTRICT = "District"


def lines(pen: Pen, story: Story) -> None:
    """Write the sheet: each difference, sum and change is a formula."""
    comparison = story.comparison
    assert comparison is not None
    sheet = pen.sheet(NAME)
    pen.heading(sheet, 0, f"Actual today against the optimal plan, {comparison.year}")
    note = (
        "Rows of the district add up the schools' rows. Where budget.csv gives no amount, today's is worked out"
        " from staff, seats and prices."
    )
    pen.text(sheet, 1, 0, note)
    pen.row(sheet, TOP - 1, HEAD)
    today, optimal = comparison.today, comparison.optimal
    items = _items(story)
    size = len(items)
    schools = story.district.schools.name
    bottom = TOP + size * (1 + len(schools)) - 1
    for place, (group, line, unit) in enumerate(items):
        row = TOP + place
        values = [
            sum(_amount(story, standing, s, group, line) for s in range(len(schools)))
            for standing in (today, optimal)
        ]
        formulas = [_sum_of(column, row, bottom, size) for column in (4, 5)]
        _row(pen, sheet, row, DISTRICT, (group, line, unit), values, formulas, total=line == "Total")
    for s, school in enumerate(schools):
        start = TOP + size * (s + 1)
        opened = start
        for place, (group, line, unit) in enumerate(items):
            row = start + place
            values = [_amount(story, standing, s, group, line) for standing in (today, optimal)]
            formulas = ["", ""]
            if line == "Total":
                formulas = [
                    f"=SUM({xl_rowcol_to_cell(opened, c)}:{xl_rowcol_to_cell(row - 1, c)})" for c in (4, 5)
                ]
                opened = row + 1
            elif place and items[place - 1][0] != group:
                opened = row
            _row(pen, sheet, row, school, (group, line, unit), values, formulas, total=line == "Total")
    sheet.autofilter(TOP - 1, 0, bottom, len(HEAD) - 1)
    sheet.freeze_panes(TOP, 3)
    sheet.repeat_rows(TOP - 1)
    sheet.print_area(0, 0, bottom, len(HEAD) - 1)
    widths(
        sheet,
        [
            [*schools, DISTRICT],
            ["Positions"],
            [line for _, line, _ in items],
            ["pupils"],
            *[["$000,000,000,000"]] * 3,
            ["0000.0%"],
        ],
    )


def _items(story: Story) -> list[tuple[str, str, str]]:
    """Group, line and unit of every row of a school."""
    found = [("Spending", words.SPENDING[name], "$") for name in BUDGET_CATEGORIES]
    found.append(("Spending", "Total", "$"))
    found += [("Positions", label, "FTE") for label in words.roles(story.district).values()]
    found.append(("Positions", "Total", "FTE"))
    return [
        *found,
        ("Pupils", "Pupils", "pupils"),
        ("Pupils", "Pupils in teams", "pupils"),
        ("Pupils", "Pupils covered", "pupils"),
    ]


def _amount(story: Story, standing: Standing, s: int, group: str, line: str) -> float:
    if group == "Spending":
        if line == "Total":
            return float(standing.total[s])
        return float(
            next(standing.spending[name][s] for name in BUDGET_CATEGORIES if words.SPENDING[name] == line)
        )
    if group == "Positions":
        if line == "Total":
            return float(standing.positions[s].sum())
        return float(standing.positions[s, list(words.roles(story.district).values()).index(line)])
    named = {
        "Pupils": standing.pupils,
        "Pupils in teams": standing.team_pupils,
        "Pupils covered": standing.covered,
    }
    return float(named[line][s])


def _sum_of(column: int, row: int, bottom: int, size: int) -> str:
    """Add up one line over all schools."""

    def span(c: int) -> str:
        return f"{xl_rowcol_to_cell(TOP + size, c, True, True)}:{xl_rowcol_to_cell(bottom, c, True, True)}"

    return (
        f"=SUMIFS({span(column)},{span(1)},{xl_rowcol_to_cell(row, 1)},{span(2)},{xl_rowcol_to_cell(row, 2)})"
    )


def _row(
    pen: Pen,
    sheet: Any,
    row: int,
    school: str,
    item: tuple[str, str, str],
    values: list[float],
    formulas: list[str],
    *,
    total: bool,
) -> None:
    group, line, unit = item
    for column, text in enumerate((school, group, line, unit)):
        pen.text(sheet, row, column, text, bold=total)
    for column, value, formula in zip((4, 5), values, formulas):
        if formula:
            pen.formula(sheet, row, column, formula, value, unit, total=total)
        else:
            pen.figure(sheet, row, column, value, unit, total=total)
    today, optimal = xl_rowcol_to_cell(row, 4), xl_rowcol_to_cell(row, 5)
    pen.formula(sheet, row, 6, f"={optimal}-{today}", values[1] - values[0], unit, total=total)
    share = (values[1] - values[0]) / values[0] if values[0] else float("nan")
    pen.formula(sheet, row, 7, f'=IF({today}=0,"",({optimal}-{today})/{today})', share, "share", total=total)
