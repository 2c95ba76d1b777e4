"""The sheets that finance looks at first: summary, bridge, money by year and coverage."""

from __future__ import annotations

import numpy as np
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from models.comparison_tables import bridge_rows
from reports.charts.bridge import NAMES
from reports.charts.coverage import key
from reports.sections.decision import decision
from reports.sections.path import money_rows
from reports.story import Story
from reports.workbook.pen import Pen, columns_for, widths

TOP = 3  # first row of figures under a heading and a row of titles
STOCKS = (
    "All years add up what comes in and goes out. A reserve is carried on and not added up: its row shows the opening"
    " reserve, and what is left over is that of the last year."
)


def summary(pen: Pen, story: Story) -> None:
    """Headline figures, what the sheets are, and how sure the plan is."""
    plan, sheet = story.plan, pen.sheet("Summary", wide=False)
    pen.heading(sheet, 0, f"{story.district.name}: staffing plan {story.years[0]} to {story.years[-1]}")
    lead = next(block.text for block in decision(story).blocks if getattr(block, "tone", "") == "lead")
    sheet.merge_range(1, 0, 1, 2, "", pen.format(text_wrap=True, valign="top"))
    sheet.write_string(1, 0, lead.striptags(), pen.format(text_wrap=True, valign="top"))
    sheet.set_row(1, 48)
    pen.row(sheet, TOP, ("Figure", "Value", "Unit"))
    funding, spending = story.by_year(plan.money["funding"]), story.by_year(plan.money["spending"])
    rows: list[tuple[str, float | None, str, str]] = [
        ("Pupils fully served, all years", plan.coverage, "share", "share of pupils"),
        *(
            (f"  {_if(story, name)}", share, "share", "share of pupils")
            for name, share in plan.coverage_by_scenario.items()
        ),
        ("Leader stipend", plan.stipend, "$", "$ a year"),
        ("Teachers for each leader in teams", plan.teachers_per_leader, "ratio", "teachers per leader"),
        (f"Spending in {story.years[0]}", float(spending[0]), "$", "$"),
        (f"Funding in {story.years[0]}", float(funding[0]), "$", "$"),
        (f"Spending, all years, in dollars of {story.years[0]}", plan.spending, "$", "$"),
    ]
    for number, (title, value, unit, words_for) in enumerate(rows):
        pen.text(sheet, TOP + 1 + number, 0, title)
        pen.figure(sheet, TOP + 1 + number, 1, value, unit)
        pen.text(sheet, TOP + 1 + number, 2, words_for)
    row = TOP + 2 + len(rows)
    facts = [
        ("Status", str(plan.status)),
        ("Certificate", "holds" if plan.certificate.holds else "DOES NOT HOLD"),
    ]
    facts += [("Inputs (hash)", story.fingerprint), ("Spanwise version", story.version)]
    facts += [("Made on", story.made_on.isoformat() if story.made_on else "")]
    facts += [
        (
            "How to read",
            "Totals and differences are formulas. The sheets named 'rows' at the end hold every row of the plan.",
        )
    ]
    for number, (title, text) in enumerate(facts):
        pen.text(sheet, row + number, 0, title)
        if len(text) > 40:
            style = pen.format(text_wrap=True)
            sheet.merge_range(row + number, 1, row + number, 2, "", style)
            sheet.write_string(row + number, 1, text, style)
            sheet.set_row(row + number, 48)
        else:
            pen.text(sheet, row + number, 1, text)
    widths(sheet, [[title for title, *_ in rows], ["$000,000,000,000"], ["teachers per leader"]])
    sheet.print_area(0, 0, row + len(facts), 2)


def _if(story: Story, name: str) -> str:
    """A scenario in words: `in scenario cut7: Funding falls 7 % short`."""
    label = dict(zip(story.district.scenarios.id, story.district.scenarios.label)).get(name) or name
    return f"in scenario {name}" + (f": {label}" if label != name else "")


def bridge(pen: Pen, story: Story) -> None:
    """Steps from today's spending to the plan's; the plan's row is their sum, and the chart is a waterfall."""
    assert story.comparison is not None
    name, rows = "Bridge", bridge_rows(story.comparison)
    sheet = pen.sheet(name, tall=1)
    pen.heading(sheet, 0, f"From today's spending to the plan's in {story.comparison.year}, $")
    pen.row(
        sheet, TOP - 1, ("Step", "Amount, $", "Chart: hidden", "Chart: total", "Chart: more", "Chart: less")
    )
    level = 0.0
    last = TOP + len(rows) - 1
    for number, row in enumerate(rows):
        at, amount, whole = TOP + number, float(row["amount"]), row["step"] in ("today", "optimal")
        pen.text(sheet, at, 0, NAMES.get(row["step"], row["words"]), bold=whole)
        if row["step"] == "optimal":
            pen.formula(sheet, at, 1, f"=SUM(B{TOP + 1}:B{last})", amount, "$", total=True)
        else:
            pen.figure(sheet, at, 1, amount, "$", total=whole)
        here = f"B{at + 1}"
        if whole:
            parts = [("=0", 0.0), (f"={here}", amount), ("=0", 0.0), ("=0", 0.0)]
            level = amount
        else:
            before = f"SUM(B{TOP + 1}:B{at})"
            parts = [
                (f"=MIN({before},{before}+{here})", min(level, level + amount)),
                ("=0", 0.0),
                (f"=MAX({here},0)", max(amount, 0.0)),
                (f"=MAX(-{here},0)", max(-amount, 0.0)),
            ]
            level += amount
        for column, (formula, value) in enumerate(parts, start=2):
            pen.formula(sheet, at, column, formula, value, "$")
    chart = pen.book.add_chart({"type": "column", "subtype": "stacked"})
    colours = (None, "#A8480A", "#12436D", "#B5D3E7")
    for column, colour in enumerate(colours, start=2):
        fill = {"none": True} if colour is None else {"color": colour}
        chart.add_series(
            {
                "name": [name, TOP - 1, column],
                "categories": [name, TOP, 0, last, 0],
                "values": [name, TOP, column, last, column],
                "fill": fill,
                "border": {"none": True} if colour is None else {"color": "#12436D"},
                "gap": 40,
            }
        )
    lowest = min(float(np.cumsum([row["amount"] for row in rows[:-1]]).min()), float(rows[-1]["amount"]))
    chart.set_y_axis(
        {
            "min": max(0.0, np.floor(lowest * 0.98 / 1e5) * 1e5),
            "num_format": '"$"#,##0',
            "name": "Dollars; the axis does not begin at zero",
        }
    )
    chart.set_legend({"none": True})
    chart.set_title({"name": "What makes the plan cost more or less than today?", "name_font": {"size": 12}})
    chart.set_size({"width": 900, "height": 420})
    low = pen.chart(sheet, last + 2, chart, "Waterfall from today's spending to the plan's")
    pixels = widths(sheet, [list(NAMES.values()), *[["$000,000,000,00"]] * 5])
    sheet.print_area(0, 0, low, len(columns_for(pixels, 900)) - 1)


def money(pen: Pen, story: Story) -> None:
    """Recurring and start-up money by year, expected; sums and what is left over are formulas."""
    name, years = "Money by year", story.years
    sheet = pen.sheet(name)
    pen.heading(sheet, 0, "Money by year, expected over the scenarios, $ of the year")
    pen.row(sheet, TOP - 1, ("Line", *(f"{year}, $" for year in years), "All years, $ of each year"))
    recurring, startup = money_rows(story)
    row, sums = TOP, []
    wide = len(years) + 1

    def put(
        title: str, amounts: np.ndarray, formula: str = "", *, total: bool = False, stock: int | None = None
    ) -> None:
        """Write a line; of a `stock` all years show what there is in one of them (0: the first, -1: the last)."""
        pen.text(sheet, row, 0, title, bold=total)
        for y, amount in enumerate(amounts):
            column = xl_col_to_name(y + 1)
            if formula:
                pen.formula(sheet, row, y + 1, formula.replace("#", column), float(amount), "$", total=total)
            else:
                pen.figure(sheet, row, y + 1, float(amount), "$", total=total)
        across = f"=SUM({xl_rowcol_to_cell(row, 1)}:{xl_rowcol_to_cell(row, wide - 1)})"
        whole = float(np.sum(amounts))
        if stock is not None:
            across, whole = f"={xl_rowcol_to_cell(row, range(1, wide)[stock])}", float(amounts[stock])
        pen.formula(sheet, row, wide, across, whole, "$", total=total)

    nothing = np.zeros(len(years))
    for title, part in (("Recurring, together", recurring), ("Start-up, together (less grants)", startup)):
        first = row
        for line, amounts in part.items():
            put(line, amounts)
            row += 1
        formula = f"=SUM(#{first + 1}:#{row})" if row > first else "=0"
        put(title, sum(part.values(), nothing), formula, total=True)
        sums.append(row)
        row += 1
    spending = sum(recurring.values(), nothing) + sum(startup.values(), nothing)
    put("Total spending", spending, f"=#{sums[0] + 1}+#{sums[1] + 1}", total=True)
    total_row = row
    row += 1
    for title, line in (
        ("Funding", "funding"),
        ("Reserve from the year before", "reserve_before"),
        ("Missing funding", "shortfall"),
    ):
        put(title, story.by_year(story.plan.money[line]), stock=0 if line == "reserve_before" else None)
        row += 1
    transfers = story.by_year(story.plan.money["transfer_in"] - story.plan.money["transfer_out"])
    left = (
        sum(
            (story.by_year(story.plan.money[line]) for line in ("funding", "reserve_before", "shortfall")),
            transfers,
        )
        - spending
    )
    put(
        "Left over, with the reserve kept",
        left,
        f"=#{row - 2}+#{row - 1}+#{row}-#{total_row + 1}",
        total=True,
        stock=-1,
    )
    end = row
    chart = pen.book.add_chart({"type": "column", "subtype": "stacked"})
    for place, part, colour in zip(sums, (recurring, startup), ("#12436D", "#B5D3E7")):
        if not part:  # for example a plan that starts nothing up
            continue
        chart.add_series(
            {
                "name": [name, place, 0],
                "categories": [name, TOP - 1, 1, TOP - 1, len(years)],
                "values": [name, place, 1, place, len(years)],
                "fill": {"color": colour},
                "border": {"color": "#12436D"},
            }
        )
    chart.set_title({"name": "What does the plan cost, year by year?", "name_font": {"size": 12}})
    chart.set_y_axis({"min": 0, "num_format": '"$"#,##0.0,,"  M"', "name": "Dollars, millions"})
    chart.set_size({"width": 720, "height": 360})
    low = pen.chart(sheet, end + 2, chart, "Recurring and start-up spending by year")
    lines = [*recurring, *startup, "Start-up, together (less grants)"]
    pixels = widths(sheet, [lines, *[["$000,000,000,0"]] * len(years), ["All years, $ of each year"]])
    pixels = columns_for(pixels, 720)
    pen.folded(sheet, 1, STOCKS, pixels)
    sheet.freeze_panes(TOP, 1)
    sheet.print_area(0, 0, low, len(pixels) - 1)


def coverage(pen: Pen, story: Story) -> None:
    """Coverage by scenario and year, with a line chart."""
    name, years = "Coverage", story.years
    sheet = pen.sheet(name)
    pen.heading(sheet, 0, "Pupils fully served, share of pupils weighted by need")
    pen.row(sheet, TOP - 1, ("Scenario", "Chance", *map(str, years)))
    labels = story.tree.scenario_ids
    for c, label in enumerate(labels):
        pen.text(sheet, TOP + c, 0, label)
        pen.figure(sheet, TOP + c, 1, float(story.tree.scenario_probability[c]), "share")
        for y in range(len(years)):
            pen.figure(sheet, TOP + c, 2 + y, float(story.scenario_coverage[c, y]), "share")
    end = TOP + len(labels)
    pen.text(sheet, end, 0, "Expected", bold=True)
    for y, share in enumerate(story.plan.coverage_by_year):
        pen.figure(sheet, end, 2 + y, float(share), "share", total=True)
    chart = pen.book.add_chart({"type": "line"})
    dashes, markers = ("solid", "dash", "round_dot", "long_dash"), ("circle", "square", "triangle", "diamond")
    for c in np.flatnonzero(np.isfinite(story.scenario_coverage).any(axis=1)).tolist():
        chart.add_series(
            {
                "name": [name, TOP + c, 0],
                "categories": [name, TOP - 1, 2, TOP - 1, 1 + len(years)],
                "values": [name, TOP + c, 2, TOP + c, 1 + len(years)],
                "line": {"color": "#12436D", "dash_type": dashes[c % 4]},
                "marker": {"type": markers[c % 4], "fill": {"color": "#12436D"}},
            }
        )
    chart.set_title({"name": "How many pupils are fully served, year by year?", "name_font": {"size": 12}})
    chart.set_y_axis({"min": 0, "max": 1, "num_format": "0%", "name": "Share of pupils"})
    chart.set_size({"width": 720, "height": 360})
    low = pen.chart(sheet, end + 2, chart, "Coverage of every scenario by year")
    pixels = widths(sheet, [[*labels, "Expected"], ["Chance"], *[["2027 0.0%"]] * len(years)])
    pixels = columns_for(pixels, 720)
    if named := key(story):
        pen.folded(sheet, 1, named, pixels)
    sheet.print_area(0, 0, low, len(pixels) - 1)
