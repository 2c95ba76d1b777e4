"""The workbook: formulas that add up, units, print areas, charts to edit, and names that stay text."""

import dataclasses
import io
import re
import zipfile

import numpy as np
import openpyxl
import pytest

from models.money import SPENT
from models.resilience import Absorbed
from reports.charts.files import svg
from reports.charts.gallery import DRAWINGS
from reports.resilience import resilience_card
from reports.story import Story
from reports.workbook.book import workbook
from tests.reports.conftest import HOSTILE

TIDY = ("design", "positions", "stipends", "technology", "coverage", "money")


@pytest.fixture(scope="module")
def content(story):
    return workbook(story)


@pytest.fixture(scope="module")
def formulas(content):
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture(scope="module")
def values(content):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True)


def evaluate(formula, sheet):
    """What a sum or difference of the workbook is, worked out from the cells that it names."""

    def numbers(span):
        return [
            cell.value
            for row in sheet[span.replace("$", "")]
            for cell in row
            if isinstance(cell.value, int | float)
        ]

    if match := re.fullmatch(r"=SUM\((\$?\w+:\$?\w+)\)", formula):
        return sum(numbers(match[1]))
    if match := re.fullmatch(r"=SUMIFS\(([^,]+),([^,]+),(\w+),([^,]+),(\w+)\)", formula):
        added, first, one, second, two = match.groups()
        spans = [
            [cell.value for row in sheet[span.replace("$", "")] for cell in row]
            for span in (added, first, second)
        ]
        return sum(a for a, b, c in zip(*spans) if b == sheet[one].value and c == sheet[two].value)
    if re.fullmatch(r"=[A-Z]+\d+([+-][A-Z]+\d+)+", formula):
        terms = re.findall(r"([+-]?)([A-Z]+\d+)", formula)
        return sum((-1 if sign == "-" else 1) * (sheet[cell].value or 0.0) for sign, cell in terms)
    return None


def test_it_has_the_sheets_that_finance_works_in(formulas):
    names = formulas.sheetnames
    assert names[:4] == ["Summary", "Actual vs optimal", "Bridge", "Money by year"]
    assert {
        "Coverage",
        "Schools",
        "Staff",
        "Moves",
        "Devices",
        "Assumptions",
        "How sure",
        "Tornado",
        "Frontier",
    } <= set(names)
    assert [f"{name} rows" for name in TIDY] == names[-6:]


def test_every_sum_and_difference_is_a_formula_that_is_right(formulas, values):
    checked = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "f":
                    right = evaluate(cell.value, values[sheet.title])
                    if right is not None:
                        assert values[sheet.title][cell.coordinate].value == pytest.approx(
                            right, rel=1e-9, abs=1e-6
                        ), (sheet.title, cell.coordinate)
                        checked += 1
    assert checked > 100


def test_tidy_sheets_hold_every_row_and_their_average_year(story, formulas, values):
    for name in TIDY:
        sheet, table = values[f"{name} rows"], story.plan.tables[name]
        assert sheet.max_row == 4 + len(table)
        heads = [cell.value for cell in sheet[4]]
        for c, column in enumerate(table.columns, start=1):
            assert heads[c - 1].split(",")[0] == column
            own = [sheet.cell(5 + i, c).value for i in range(len(table))]
            for mine, theirs in zip(own, table[column]):
                if isinstance(theirs, str):
                    assert mine == theirs
                elif theirs == theirs:
                    assert mine == pytest.approx(theirs)
            formula = formulas[f"{name} rows"].cell(3, c).value
            if column == "year":
                assert "FREQUENCY(SUBTOTAL(103," in formula
                assert "{0;2027;2028})),{0;1;1;0})" in formula
                assert sheet.cell(3, c).value == 2
            elif name == "money" and formula is not None:
                assert "=LOOKUP(2,1/SUBTOTAL(103," in formula, "added where one line is shown alone"
                assert sheet.cell(3, c).value is None, "salaries, funding and reserves are unlike things"
            elif formula is not None:
                assert formula.startswith('=IF(B3=0,"",SUMPRODUCT(SUBTOTAL(103,')
                assert formula.endswith("/B3)")
                sums = (table[column].fillna(0) * table["probability"]).groupby(table["year"]).sum()
                assert sheet.cell(3, c).value == pytest.approx(sums.mean())
    assert "amount, $" in [cell.value for cell in values["money rows"][4]]
    assert "fte, FTE" in [cell.value for cell in values["positions rows"][4]]


def test_money_by_year_equals_the_plans_table(story, values):
    sheet, money = values["Money by year"], story.plan.to_frame("money")
    rows = {sheet.cell(row, 1).value: row for row in range(4, sheet.max_row + 1)}
    for y, year in enumerate(story.years, start=2):
        own = money[money["year"] == year]
        sums = (own["amount"] * own["probability"]).groupby(own["line"]).sum()
        assert sheet.cell(rows["Funding"], y).value == pytest.approx(sums["funding"])
        assert sheet.cell(rows["Salaries"], y).value == pytest.approx(sums["salaries"])
        over = sums["reserve"] + sums["unspent"]
        assert sheet.cell(rows["Left over, with the reserve kept"], y).value == pytest.approx(over, abs=0.01)


def test_actual_against_optimal_equals_the_comparison(story, values):
    sheet, today, optimal = values["Actual vs optimal"], story.comparison.today, story.comparison.optimal
    found = {
        (sheet.cell(r, 1).value, sheet.cell(r, 2).value, sheet.cell(r, 3).value): r
        for r in range(5, sheet.max_row + 1)
    }
    for name, amounts in (("District", slice(None)), (HOSTILE[1], slice(1, 2))):
        row = found[name, "Spending", "Total"]
        assert sheet.cell(row, 5).value == pytest.approx(today.total[amounts].sum(), abs=0.01)
        assert sheet.cell(row, 6).value == pytest.approx(optimal.total[amounts].sum(), abs=0.01)
        assert sheet.cell(row, 7).value == pytest.approx(
            (optimal.total - today.total)[amounts].sum(), abs=0.01
        )


def test_schools_equal_the_plans_tables(story: Story, values: openpyxl.Workbook) -> None:
    sheet, cover, money = values["Schools"], story.plan.to_frame("coverage"), story.plan.to_frame("money")
    assert [cell.value for cell in sheet[3]][4:] == ["in 2027", "in 2028", "Gain", "Spending in 2027, $"]
    for s, school in enumerate(story.district.schools.id):
        row = [cell.value for cell in sheet[4 + s]]
        own = cover[cover["school_id"] == school]
        sums = own[["covered_pupils", "pupils"]].mul(own["probability"], axis=0).groupby(own["year"]).sum()
        shares = (sums["covered_pupils"] / sums["pupils"]).tolist()
        spent = money[(money["school_id"] == school) & (money["year"] == 2027) & money["line"].isin(SPENT)]
        assert row[4:] == pytest.approx(
            [*shares, shares[1] - row[3], (spent["amount"] * spent["probability"]).sum()]
        )


def test_the_waterfall_stands_on_what_came_before(
    formulas: openpyxl.Workbook, values: openpyxl.Workbook
) -> None:
    """A step's hidden part is the lower of where it begins and ends; what is seen above it is its size."""
    sheet, written, level, steps = values["Bridge"], formulas["Bridge"], 0.0, 0
    for row in range(4, sheet.max_row + 1):
        amount = sheet.cell(row, 2).value
        if amount is None or sheet.cell(row, 1).value in ("Today", "The plan"):
            level = amount or level
            continue
        hidden, total, more, less = (sheet.cell(row, column).value for column in (3, 4, 5, 6))
        assert (hidden, total) == (pytest.approx(min(level, level + amount)), 0)
        assert (more, less) == (pytest.approx(max(amount, 0)), pytest.approx(max(-amount, 0)))
        assert written.cell(row, 3).value == f"=MIN(SUM(B4:B{row - 1}),SUM(B4:B{row - 1})+B{row})"
        level, steps = level + amount, steps + 1
    assert steps > 5


def test_names_stay_text(content, formulas):
    sheet = formulas["Schools"]
    assert tuple(sheet.cell(4 + s, 1).value for s in range(3)) == HOSTILE
    assert all(sheet.cell(4 + s, 1).data_type == "s" for s in range(3))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", errors="ignore")
            assert "<f>HYPERLINK" not in text
            assert 'TargetMode="External"' not in text


def test_every_sheet_prints_and_charts_can_be_edited(content, formulas):
    for sheet in formulas:
        assert sheet.print_area, sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert "Page" in sheet.oddFooter.right.text
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        assert len(charts) >= 8
        assert all("<c:f>" in archive.read(name).decode() for name in charts)
        drawings = [
            archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith("xl/drawings/drawing")
        ]
        assert all('descr="' in drawing for drawing in drawings)


def test_no_cell_holds_the_dust_of_a_solver_nor_a_figure_without_its_unit(values):
    """A red "-$0" is no amount; a heading says a unit once; seconds say that they are seconds."""
    dust = []
    for sheet in values:
        for row in sheet.iter_rows():
            for cell in row:
                if (
                    isinstance(cell.value, float)
                    and cell.number_format != "0E+00"
                    and "%" not in cell.number_format
                ):
                    dust += [(sheet.title, cell.coordinate)] if 0 < abs(cell.value) < 1e-6 else []
    assert dust == []
    heads = [cell.value for name in TIDY for cell in values[f"{name} rows"][4]]
    assert "pupils" in heads
    assert "fte_today, FTE" in heads
    assert not any(re.fullmatch(r"(\w+), \1", head) for head in heads)
    seconds = {row[0].value: row[1] for row in values["How sure"].iter_rows()}["Time to solve"]
    assert seconds.number_format.endswith('" s"')


def charts_of(content):
    """Titles of the charts of every sheet, each with its number of series."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [len(chart.ser) for chart in sheet._charts] for sheet in book if sheet._charts}


def test_a_sheet_whose_column_says_no_plan_everywhere_has_no_chart(short):
    assert all(cut is None for cut in short.resilience.bare["all"].by_school.values())
    content = workbook(short)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Cuts"]
    assert {sheet.cell(row, 2).value for row in range(6, 9)} == {"no plan"}
    found = charts_of(content)
    assert "Cuts" not in found
    assert found["Money by year"] == [1], "nothing is started up"
    assert found["Coverage"] == [2]


def test_charts_show_no_series_without_data(story):
    full, alone = charts_of(workbook(story)), charts_of(workbook(Story(story.plan)))
    assert full["Schools"] == [2]
    assert alone["Schools"] == [1], "without a comparison nothing is known of today"
    values = dict(story.plan.values) | {"b": np.zeros_like(story.plan.values["b"])}
    bare = charts_of(workbook(Story(dataclasses.replace(story.plan, values=values))))
    assert "Devices" in full
    assert "Devices" not in bare


def test_a_reserve_is_not_added_up_over_the_years(formulas, values):
    """Money that is carried on is one amount, not one a year: all years show the opening and the closing one."""
    sheet, written = values["Money by year"], formulas["Money by year"]
    rows = {sheet.cell(row, 1).value: row for row in range(4, sheet.max_row + 1)}
    assert [cell.value for cell in sheet[3]][:4] == [
        "Line",
        "2027, $",
        "2028, $",
        "All years, $ of each year",
    ]
    for title, year in (("Reserve from the year before", "B"), ("Left over, with the reserve kept", "C")):
        row = rows[title]
        assert written[f"D{row}"].value == f"={year}{row}"
        assert sheet[f"D{row}"].value == sheet[f"{year}{row}"].value
    row = rows["Funding"]
    assert sheet[f"D{row}"].value == pytest.approx(sheet[f"B{row}"].value + sheet[f"C{row}"].value)
    there = [rows[title] for title in ("Funding", "Reserve from the year before", "Missing funding")]
    left, spent = rows["Left over, with the reserve kept"], rows["Total spending"]
    assert written[f"C{left}"].value == f"={'+'.join(f'C{row}' for row in there)}-C{spent}"
    assert "not added up" in sheet["A2"].value


def test_a_cut_has_the_same_places_in_the_workbook_the_report_and_on_the_card(story):
    """A tenth of a percent would make 1.04 % and 0.96 % one cut."""
    ids = story.district.schools.id
    depths = dict(
        zip(("The whole district", *story.district.schools.name), (0.0046, 0.0104, 0.0096, 0.15432))
    )
    by_school = dict(zip(ids, list(depths.values())[1:]))
    absorbed = {"all": Absorbed(0.0046, by_school), "traditional": Absorbed(0.0)}
    found = dataclasses.replace(story.resilience, bare=absorbed, cut=absorbed)
    small = Story(story.plan, resilience=found)
    drawn, table = svg(DRAWINGS["cuts"].chart(small)), DRAWINGS["cuts"].table(small)
    card = resilience_card(found, dict(zip(ids, story.district.schools.name)))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(small)))["Cuts"]
    cells = {row[0].value: row[1] for row in sheet.iter_rows(min_row=6)}
    for (name, depth), text in zip(depths.items(), ("0.46 %", "1.04 %", "0.96 %", "15.4 %")):
        assert cells[name].value == pytest.approx(depth)
        assert cells[name].number_format == ("0.00%" if depth < 0.1 else "0.0%")
        assert {row[0]: row[1].text for row in table.rows}[name] == text
        assert f">{text}<" in drawn
        assert text in card


def test_a_page_shows_the_whole_of_a_chart_and_of_the_sentences_above_it(formulas):
    """A print area that ended with the table cut charts, legends and sentences off."""
    charts = 0
    for sheet in formulas:
        _, last = sheet.print_area.replace("$", "").rsplit("!", 1)[1].split(":")
        column, row = openpyxl.utils.cell.coordinate_from_string(last)
        for drawn in sheet._charts:
            charts += 1
            end = drawn.anchor.to
            assert openpyxl.utils.column_index_from_string(column) > end.col, sheet.title
            assert row > end.row, sheet.title
    assert charts > 8
    spread = {str(area) for area in formulas["Frontier"].merged_cells.ranges}
    assert any(area.startswith("A2:") for area in spread)


def test_bars_begin_at_zero_and_axes_say_what_they_count(formulas):
    for name, form in (("Money by year", '"$"#,##0.0,,"  M"'), ("Frontier", "0%"), ("Stipends", "#,##0")):
        axis = formulas[name]._charts[0].y_axis
        assert axis.scaling.min == 0
        assert axis.numFmt.formatCode == form
        assert axis.title is not None
    cuts = formulas["Cuts"]._charts[0]
    assert cuts.y_axis.numFmt.formatCode == "0.0%"
    fills = [bar.spPr.solidFill.srgbClr for bar in cuts.ser]
    assert fills == ["B5D3E7", "12436D"], "they stay apart in greyscale"


def test_a_part_of_a_pupil_is_not_shown_as_none(values, story):
    sheet = values["Rules"]
    shown = {row[0].value: row[2] for row in sheet.iter_rows(min_row=6) if row[0].value}
    texts = {row[0]: row[2].text for row in DRAWINGS["prices"].table(story).rows}
    assert shown
    for words, cell in shown.items():
        assert (
            cell.number_format
            == {0: "#,##0", 1: "#,##0.0", 2: "#,##0.00"}[len(texts[words].partition(".")[2])]
        )
