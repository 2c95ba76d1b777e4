"""The board report in a browser: wide, narrow, on paper, large, and for those who do not see it."""

import dataclasses

import numpy as np
import pytest

from models.made import made_district
from optimizer import solve
from optimizer.comparing import compare
from reports.board import board_report
from reports.story import Story

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(board, tmp_path_factory):
    file = tmp_path_factory.mktemp("board") / "report.html"
    file.write_text(board, encoding="utf-8")
    return file


def opened(browser, file, width, height=900):
    """Open a page; what it says on the console and asks of others is kept."""
    page = browser.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_it_opens_without_errors_requests_or_overflow(browser, place, width):
    page = opened(browser, place, width)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.said == []
    assert [url for url in page.asked if not url.startswith("data:")] == [place.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shown = page.locator(".narrow svg" if width < 640 else ".wide svg")
    hidden = page.locator(".wide svg" if width < 640 else ".narrow svg")
    assert shown.count() > 8
    assert all(box["width"] <= width for box in (shown.nth(i).bounding_box() for i in range(shown.count())))
    assert not hidden.first.is_visible()
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_every_text_of_a_chart_lies_within_it_in_the_letters_of_this_machine(browser, place, width):
    page = opened(browser, place, width)
    outside = page.evaluate(
        """() => [...document.querySelectorAll("figure svg text")].filter((text) => {
             const own = text.getBoundingClientRect(), whole = text.ownerSVGElement.getBoundingClientRect();
             return own.width > 0 && (own.left < whole.left - 1 || own.right > whole.right + 1);
           }).map((text) => text.textContent)"""
    )
    assert outside == []
    page.close()


def test_columns_of_words_are_not_a_word_wide_on_a_phone(browser, place):
    page = opened(browser, place, 390)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    words = page.locator("tbody td:not(.n)")
    assert words.count() > 10
    assert all(words.nth(i).bounding_box()["width"] >= 140 for i in range(words.count()))
    page.close()


def test_the_contents_do_not_run_into_each_other(browser, place):
    """The numbers of the second column stand left of it, where the first one's last words were."""
    page = opened(browser, place, 800)
    page.add_style_tag(content="nav { font-family: Verdana, 'DejaVu Sans', sans-serif }")
    gap = page.evaluate(
        """() => {
             const boxes = [...document.querySelectorAll("nav a")].map((link) => link.getBoundingClientRect());
             const right = Math.max(...boxes.map((box) => box.left));
             const before = boxes.filter((box) => box.left < right - 50).map((box) => box.right);
             return right - Math.max(...before);
           }"""
    )
    assert gap >= 24
    page.close()


def test_the_decision_fits_one_screen(browser, place):
    page = opened(browser, place, 1280)
    tiles = page.locator(".tiles").bounding_box()
    assert tiles["y"] + tiles["height"] < 900
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_serious_violation(browser, place, width):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(browser, place, width)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    found = Axe().run(page).response["violations"]
    serious = [
        (entry["id"], [node["target"] for node in entry["nodes"]][:3])
        for entry in found
        if entry["impact"] in ("serious", "critical")
    ]
    assert serious == []
    page.close()


def test_it_prints_on_letter_and_a4_with_everything_unfolded(browser, place, tmp_path):
    page = opened(browser, place, 1280)
    for paper in ("Letter", "A4"):
        page.pdf(path=str(tmp_path / f"{paper}.pdf"), format=paper)
        assert (tmp_path / f"{paper}.pdf").read_bytes().startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    tables = page.locator("figure table")
    assert all(tables.nth(i).is_visible() for i in range(tables.count()))
    page.close()


def test_six_hundred_schools_stay_small_and_usable(browser, tmp_path):
    district = made_district(600, years=2, seed=1)
    district = district.replace(
        schools=dataclasses.replace(district.schools, name=tuple(f"School number {s}" for s in range(600)))
    )
    plan = solve(district)
    text = board_report(Story(plan, comparison=compare(district, plan=plan)))
    assert len(text.encode()) < 5_000_000
    file = tmp_path / "report.html"
    file.write_text(text, encoding="utf-8")
    page = opened(browser, file, 390)
    assert page.said == []
    assert page.locator("details.card[open]").count() == 0
    page.fill("#find", "number 59")
    assert page.locator("details.card:visible").count() == 16
    assert page.inner_text("#found") == "16 of 600 schools"
    page.click("#open-all")
    assert page.locator("details.card[open]").count() == 16
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert np.isfinite(plan.coverage)
    page.close()
