"""The sheets that finance looks at first: summary, bridge, money by year, coverage, schools, staff and devices."""

from __future__ import annotations

import numpy as np
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from models.comparison_tables import bridge_rows
from reports import words
from reports.charts.bridge import NAMES
from reports.charts.drawing import unique_names
from reports.sections.decision import decision
from reports.sections.path import money_rows
from reports.story import Story
from reports.workbook.pen import Pen, widths

TOP = 3  # first row of figures under a heading and a row of titles


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
            (f"  in scenario {name}", share, "share", "share of pupils")
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
        pen.text(sheet, row + number, 1, text)
    widths(sheet, [[title for title, *_ in rows], ["$000,000,000,000"], ["teachers per leader"]])
    sheet.print_area(0, 0, row + len(facts), 2)


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
        {"min": max(0.0, np.floor(lowest * 0.98 / 1e5) * 1e5), "num_format": '"$"#,##0', "name": "Dollars"}
    )
    chart.set_legend({"none": True})
    chart.set_title({"name": "What makes the plan cost more or less than today?", "name_font": {"size": 12}})
    chart.set_size({"width": 900, "height": 420})
    sheet.insert_chart(last + 2, 0, chart, {"description": "Waterfall from today's spending to the plan's"})
    widths(sheet, [list(NAMES.values()), *[["$000,000,000,00"]] * 5])
    sheet.print_area(0, 0, last + 24, 7)


def money(pen: Pen, story: Story) -> None:
    """Recurring and start-up money by year, expected; sums and what is left over are formulas."""
    name, years = "Money by year", story.years
    sheet = pen.sheet(name)
    pen.heading(sheet, 0, "Money by year, expected over the scenarios, $ of the year")
    pen.row(sheet, TOP - 1, ("Line", *(f"{year}, $" for year in years), "All years, $"))
    recurring, startup = money_rows(story)
    row, sums = TOP, []
    wide = len(years) + 1

    def put(title: str, amounts: np.ndarray, formula: str = "", *, total: bool = False) -> None:
        pen.text(sheet, row, 0, title, bold=total)
        for y, amount in enumerate(amounts):
            column = xl_col_to_name(y + 1)
            if formula:
                pen.formula(sheet, row, y + 1, formula.replace("#", column), float(amount), "$", total=total)
            else:
                pen.figure(sheet, row, y + 1, float(amount), "$", total=total)
        across = f"=SUM({xl_rowcol_to_cell(row, 1)}:{xl_rowcol_to_cell(row, wide - 1)})"
        pen.formula(sheet, row, wide, across, float(np.sum(amounts)), "$", total=total)

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
        put(title, story.by_year(story.plan.money[line]))
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
    )
    end = row
    chart = pen.book.add_chart({"type": "column", "subtype": "stacked"})
    for place, colour in zip(sums, ("#12436D", "#B5D3E7")):
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
    chart.set_y_axis({"num_format": '"$"#,##0,,"  M"', "name": "Dollars, millions"})
    chart.set_size({"width": 720, "height": 360})
    sheet.insert_chart(end + 2, 0, chart, {"description": "Recurring and start-up spending by year"})
    widths(sheet, [[*recurring, *startup, "Start-up, together (less grants)"], *[["$000,000,000,0"]] * wide])
    sheet.freeze_panes(TOP, 1)
    sheet.print_area(0, 0, end + 22, wide)


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
    for c in range(len(labels)):
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
    sheet.insert_chart(end + 2, 0, chart, {"description": "Coverage of every scenario by year"})
    widths(sheet, [[*labels, "Expected"], ["Chance"], *[["2027 0.0%"]] * len(years)])
    sheet.print_area(0, 0, end + 22, 1 + len(years))


def schools(pen: Pen, story: Story) -> None:
    """Every school: pupils, coverage today and under the plan, gain as a formula, need and spending."""
    name, first, last = "Schools", story.years[0], story.years[-1]
    sheet = pen.sheet(name)
    pen.heading(sheet, 0, "Schools, expected over the scenarios")
    titles = (
        "School",
        "Need weight",
        "Pupils today",
        "Fully served today",
        f"in {first}",
        f"in {last}",
        "Gain",
        f"Spending in {first}, $",
    )
    pen.row(sheet, TOP - 1, titles)
    names = unique_names(story.district.schools.name, story.district.schools.id)
    now = story.comparison.today.coverage if story.comparison is not None else np.full(len(names), np.nan)
    spending = story.by_school_and_year(story.plan.money["spending"])[:, 0]
    shares = story.school_coverage
    for s, school in enumerate(names):
        row = TOP + s
        pen.text(sheet, row, 0, school)
        figures = [
            (float(story.district.schools.need_weight[s]), "ratio"),
            (float(story.district.enrollment[s].sum()), "pupils"),
            (float(now[s]), "share"),
            (float(shares[s, 0]), "share"),
            (float(shares[s, -1]), "share"),
        ]
        for column, (value, unit) in enumerate(figures, start=1):
            pen.figure(sheet, row, column, value, unit)
        pen.formula(
            sheet,
            row,
            6,
            f'=IF(D{row + 1}="","",F{row + 1}-D{row + 1})',
            float(shares[s, -1] - now[s]),
            "share",
        )
        pen.figure(sheet, row, 7, float(spending[s]), "$")
    end = TOP + len(names)
    pen.text(sheet, end, 0, "All schools", bold=True)
    for column, value, unit in (
        (2, float(story.district.enrollment.sum()), "pupils"),
        (7, float(spending.sum()), "$"),
    ):
        letter = xl_col_to_name(column)
        pen.formula(sheet, end, column, f"=SUM({letter}{TOP + 1}:{letter}{end})", value, unit, total=True)
    chart = pen.book.add_chart({"type": "bar"})
    shown = min(end - 1, TOP + 39)
    for column, colour in ((3, "#B5D3E7"), (5, "#12436D")):
        chart.add_series(
            {
                "name": [name, TOP - 1, column],
                "categories": [name, TOP, 0, shown, 0],
                "values": [name, TOP, column, shown, column],
                "fill": {"color": colour},
                "border": {"color": "#12436D"},
            }
        )
    chart.set_title({"name": "Which schools gain, and how much?", "name_font": {"size": 12}})
    chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%"})
    chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 720, "height": 140 + 34 * (shown - TOP + 1)})
    sheet.insert_chart(
        end + 2, 0, chart, {"description": "Coverage of every school today and under the plan"}
    )
    widths(sheet, [names, *[["Pupils today"]] * 6, ["$000,000,000"]])
    sheet.autofilter(TOP - 1, 0, end - 1, len(titles) - 1)
    sheet.freeze_panes(TOP, 1)
    sheet.repeat_rows(TOP - 1)
    sheet.print_area(0, 0, end + 9 + 2 * (shown - TOP + 1), len(titles) - 1)


def staff(pen: Pen, story: Story) -> None:
    """Positions by role: today, every year, and the difference; then who moves in the first year."""
    name, years = "Staff", story.years
    sheet = pen.sheet(name)
    pen.heading(sheet, 0, "Positions, FTE, expected over the scenarios")
    pen.row(sheet, TOP - 1, ("Role", "Today", *map(str, years), f"{years[-1]} less today"))
    labels = list(words.roles(story.district).values())
    now, planned = story.district.staff.fte.sum(axis=0), story.positions_by_year.sum(axis=0)
    wide = len(years) + 2
    for r, label in enumerate(labels):
        row = TOP + r
        pen.text(sheet, row, 0, label)
        for column, value in enumerate((now[r], *planned[r]), start=1):
            pen.figure(sheet, row, column, float(value), "FTE")
        pen.formula(
            sheet,
            row,
            wide,
            f"={xl_rowcol_to_cell(row, wide - 1)}-B{row + 1}",
            float(planned[r, -1] - now[r]),
            "FTE",
        )
    end = TOP + len(labels)
    pen.text(sheet, end, 0, "All positions", bold=True)
    sums = [now.sum(), *planned.sum(axis=0), planned[:, -1].sum() - now.sum()]
    for column, value in enumerate(sums, start=1):
        letter = xl_col_to_name(column)
        pen.formula(
            sheet, end, column, f"=SUM({letter}{TOP + 1}:{letter}{end})", float(value), "FTE", total=True
        )
    chart = pen.book.add_chart({"type": "bar"})
    for column, colour in ((1, "#B5D3E7"), (wide - 1, "#12436D")):
        chart.add_series(
            {
                "name": [name, TOP - 1, column],
                "categories": [name, TOP, 0, end - 1, 0],
                "values": [name, TOP, column, end - 1, column],
                "fill": {"color": colour},
                "border": {"color": "#12436D"},
            }
        )
    chart.set_title(
        {"name": "Who works in the schools, today and under the plan?", "name_font": {"size": 12}}
    )
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"name": "FTE"})
    chart.set_size({"width": 720, "height": 140 + 40 * len(labels)})
    sheet.insert_chart(
        end + 2, 0, chart, {"description": "Positions by role today and in the last plan year"}
    )
    widths(sheet, [[*labels, "All positions"], *[["2031 less today"]] * wide])
    sheet.freeze_panes(TOP, 1)
    sheet.print_area(0, 0, end + 24, wide)
    if story.comparison is not None:
        _moves(pen, story)


def _moves(pen: Pen, story: Story) -> None:
    """Every staffing move of the first year; the sum follows the filter."""
    assert story.comparison is not None
    sheet = pen.sheet("Moves")
    pen.heading(sheet, 0, f"Staffing moves of {story.comparison.year}, FTE")
    titles = ("Move", "From school", "From role", "To school", "To role", "FTE")
    pen.row(sheet, TOP - 1, titles)
    names, labels = (
        dict(zip(story.district.schools.id, story.district.schools.name)),
        words.roles(story.district),
    )
    rows = story.comparison.moves.rows(story.district)
    for number, move in enumerate(rows):
        row = TOP + number
        texts = (
            words.MOVES[str(move["move"])],
            names.get(str(move["from_school"]), ""),
            labels.get(str(move["from_role"]), ""),
            names.get(str(move["to_school"]), ""),
            labels.get(str(move["to_role"]), ""),
        )
        for column, text in enumerate(texts):
            pen.text(sheet, row, column, text)
        pen.figure(sheet, row, 5, float(move["fte"]), "FTE")
    end = TOP + len(rows)
    pen.text(sheet, end + 1, 0, "Sum of the rows shown", bold=True)
    whole = float(sum(float(move["fte"]) for move in rows))
    pen.formula(
        sheet, end + 1, 5, f"=SUBTOTAL(109,F{TOP + 1}:F{max(end, TOP + 1)})", whole, "FTE", total=True
    )
    widths(
        sheet,
        [
            ["leave of themselves"],
            list(names.values()),
            list(labels.values()),
            list(names.values()),
            list(labels.values()),
            ["00000.0"],
        ],
    )
    sheet.autofilter(TOP - 1, 0, max(end - 1, TOP), len(titles) - 1)
    sheet.freeze_panes(TOP, 0)
    sheet.repeat_rows(TOP - 1)
    sheet.print_area(0, 0, end + 1, len(titles) - 1)


def devices(pen: Pen, story: Story) -> None:
    """Seats bought by device and year, with sums, and the life of each device."""
    labels = story.district.device_types.label
    if not labels:
        return
    name, years = "Devices", story.years
    sheet = pen.sheet(name)
    pen.heading(sheet, 0, "Seats bought, expected over the scenarios")
    pen.row(sheet, TOP - 1, ("Device", *map(str, years), "All years", "Life, years", "Price of a seat, $"))
    wide = len(years) + 1
    for v, label in enumerate(labels):
        row = TOP + v
        pen.text(sheet, row, 0, label)
        for y in range(len(years)):
            pen.figure(sheet, row, y + 1, float(story.seats_by_year[v, y]), "seats")
        across = f"=SUM({xl_rowcol_to_cell(row, 1)}:{xl_rowcol_to_cell(row, wide - 1)})"
        pen.formula(sheet, row, wide, across, float(story.seats_by_year[v].sum()), "seats")
        pen.figure(sheet, row, wide + 1, float(story.district.device_types.life_years[v]), "years")
        pen.figure(sheet, row, wide + 2, float(story.district.device_types.purchase_per_seat[v]), "$")
    end = TOP + len(labels)
    pen.text(sheet, end, 0, "All devices", bold=True)
    sums = [*story.seats_by_year.sum(axis=0), story.seats_by_year.sum()]
    for column, value in enumerate(sums, start=1):
        letter = xl_col_to_name(column)
        pen.formula(
            sheet, end, column, f"=SUM({letter}{TOP + 1}:{letter}{end})", float(value), "seats", total=True
        )
    chart = pen.book.add_chart({"type": "column", "subtype": "stacked"})
    colours = ("#12436D", "#2A7AB0", "#B5D3E7", "#A8480A")
    for v in range(len(labels)):
        chart.add_series(
            {
                "name": [name, TOP + v, 0],
                "categories": [name, TOP - 1, 1, TOP - 1, len(years)],
                "values": [name, TOP + v, 1, TOP + v, len(years)],
                "fill": {"color": colours[v % len(colours)]},
                "border": {"color": "#12436D"},
            }
        )
    chart.set_title({"name": "When are devices bought?", "name_font": {"size": 12}})
    chart.set_y_axis({"name": "Seats", "num_format": "#,##0"})
    chart.set_size({"width": 720, "height": 360})
    sheet.insert_chart(end + 2, 0, chart, {"description": "Seats bought by device and year"})
    widths(sheet, [[*labels, "All devices"], *[["All years"]] * wide, ["Life, years"], ["Price of a seat"]])
    sheet.freeze_panes(TOP, 1)
    sheet.print_area(0, 0, end + 22, wide + 2)
