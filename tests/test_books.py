"""The shipped price books: every figure bounded and sourced, and the seed study's bands held."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from commands.books import command
from datafiles.folder import read_district
from datafiles.pricebook import TABLES, TAGS, Book, Bound, book_names, load_book
from models.errors import InputError

BOOKS = ("us-2026", "chicago-fy26")
BOUNDS = ("best", "low", "high")
CHOICES = {  # figures that are a choice, a law or a record, and therefore have no low and high end
    ("team_models", "pupils"), ("scenarios", "probability"), ("scenarios", "funding_change"),
    ("scenarios", "enrollment_change"), ("settings", "name"), ("settings", "first_year"), ("settings", "pool"),
    ("settings", "stipend_policy"), ("settings", "stipend_min"), ("settings", "stipend_max"),
    ("settings", "max_leader_share"), ("settings", "mobility"), ("settings", "startup_max_share"),
    ("settings", "max_share"), ("settings", "objective"), ("grade_bands", "max_pupils_per_teacher"),
}  # fmt: skip
INSTRUCTION = 27.5  # hours of instruction a week, between 25 and 30


@pytest.fixture(scope="module", params=BOOKS)
def book(request: pytest.FixtureRequest) -> Book:
    return load_book(request.param)


def rows(book: Book, table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(book.tables[table])))


def test_the_books_that_ship() -> None:
    assert book_names() == BOOKS


def test_an_unknown_book_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError) as refused:
        load_book("us-2025")
    assert str(refused.value) == (
        'There is no price book "us-2025".\n\nDid you mean us-2026? The books are: us-2026, chicago-fy26.'
    )


def test_every_figure_has_a_tag_a_unit_and_a_source(book: Book) -> None:
    for figure in book.figures:
        assert figure.tag in TAGS, figure
        assert figure.unit, figure
        assert figure.sources, figure
        assert figure.note, figure
        assert all(source.url.startswith("http") or source.short == "assumption" for source in figure.sources)


@pytest.mark.parametrize("bound", BOUNDS)
def test_a_figure_is_that_of_the_books_bound(bound: Bound) -> None:
    book = load_book("us-2026", bound)
    salaries = {row["role"]: float(row["salary"]) for row in rows(book, "roles")}
    assert {role: book.figure("roles", role, "salary") for role in salaries} == salaries


def test_every_estimate_lies_between_its_bounds(book: Book) -> None:
    for figure in book.figures:
        if figure.low or figure.high:
            assert float(figure.low) <= float(figure.best) <= float(figure.high), figure
            assert float(figure.low) < float(figure.high), figure
        else:
            told = (figure.table, figure.column) in CHOICES or figure.key in ("traditional/single", "")
            assert told, f"{figure} needs a low and a high end"


def test_every_figure_stands_in_its_table_and_nowhere_else(book: Book) -> None:
    keys = {
        table: {"/".join(row[c] for c in columns) for row in rows(book, table)}
        for table, columns in TABLES.items()
    }
    for figure in book.figures:
        if figure.table in TABLES:
            assert figure.key in keys[figure.table], figure
            assert any(row[figure.column] == figure.best for row in rows(book, figure.table)), figure
    seen = [(figure.table, figure.key, figure.column) for figure in book.figures]
    assert len(seen) == len(set(seen))


def test_every_source_is_cited() -> None:
    path = Path(__file__).parents[1] / "datafiles/books/sources.csv"
    shorts = [row["short"] for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))]
    cited = {
        source.short for name in BOOKS for figure in load_book(name).figures for source in figure.sources
    }
    assert set(shorts) == cited
    assert len(shorts) == len(set(shorts))


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("name", BOOKS)
def test_a_district_at_either_end_of_a_book_is_sound(name: str, bound: str, tmp_path: Path) -> None:
    book = load_book(name, bound)
    for table, text in book.tables.items():
        (tmp_path / f"{table}.csv").write_text(text, encoding="utf-8")
    bands = [row["grade_band"] for row in rows(book, "grade_bands")]
    (tmp_path / "district.toml").write_text(book.settings_toml, encoding="utf-8")
    (tmp_path / "schools.csv").write_text(
        "school_id,school_name,funding_per_pupil\na,A,16000\n", encoding="utf-8"
    )
    enrollment = "".join(f"a,{band},200\n" for band in bands)
    (tmp_path / "enrollment.csv").write_text("school_id,grade_band,pupils\n" + enrollment, encoding="utf-8")
    (tmp_path / "staff.csv").write_text("school_id,role,fte\na,teacher,30\n", encoding="utf-8")
    district = read_district(tmp_path)
    traditional = district.team_models.team_model.index("traditional")
    assert district.admitted[traditional].all()
    assert (district.admitted.sum(axis=0) >= 2).all(), "a band without a team model"
    assert (np.diff(district.stipends.take_up) >= 0).all()
    if bound == "best":
        assert district.admitted.any(axis=1).all(), "a pattern that no band admits"


def test_the_settings_are_those_of_the_figures(book: Book) -> None:
    settings = tomllib.loads(book.settings_toml)
    for figure in book.figures:
        if figure.table == "settings":
            value = (settings[figure.key] if figure.key else settings)[figure.column]
            assert str(value) == figure.best or value == pytest.approx(float(figure.best))


def test_credits_follow_the_rule_of_the_page(book: Book) -> None:
    """0.4 + 0.1 an hour of release for each teacher led, to 0.4 + 0.2 for shared pupils; in steps of 0.05."""
    for row in rows(book, "team_models"):
        if row["team_taught"] == "no":
            assert float(row["credit"]) == 0
            continue
        hours = float(row["release"]) * INSTRUCTION / (float(row["teacher"]) / float(row["leader"]))
        shared = 0.0 if row["team_model"] == "light_release" else 0.2
        exact = 0.4 + 0.1 * min(4.0, hours) + shared
        assert float(row["credit"]) == pytest.approx(np.floor(exact / 0.05 + 0.5) * 0.05), row["label"]


def test_reaches_follow_the_rule_of_the_page(book: Book) -> None:
    reach = {row["technology"]: float(row["reach"]) for row in rows(book, "technology")}
    assert reach == pytest.approx(
        {"shared_carts": 0.7 / 2, "one_to_one": 0.7, "adaptive": 0.7 + 0.2, "full_support": 0.7 + 0.2 + 0.1}
    )


def test_take_up_fits_what_is_known() -> None:
    """At the average supplement of $12,000 the share of teachers who lead is that of the observed teams."""
    book = load_book("us-2026")
    steps = rows(book, "stipends")
    at_average = np.interp(12_000, *zip(*((float(s["stipend"]), float(s["take_up"])) for s in steps)))
    observed = 945 / (945 + 474 + 4_002)  # leaders of all licensed people in teams, 2022-23
    assert at_average * book.figure("settings", "leaders", "eligible_share") == pytest.approx(
        observed, abs=0.01
    )


# The seed study: LEAP Innovations and Afton Partners, 2018. A school of 500 pupils, none of them equipped or trained,
# changes over as a whole with the package `adaptive`:
#   technology   = 500 × (seat $355 + products of the first year $40)
#   development  = 500 × $200
#   other        = 500 × $130 + $118,000 for the school
PUPILS = 500
REVENUE = 16_200  # $ a pupil: at least what the study's dearest school had, $1,135 / 7 %


@pytest.fixture(scope="module")
def startup() -> dict[str, float]:
    book = load_book("us-2026")
    seat = book.figure("device_types", "standard_device", "purchase_per_seat")
    products = book.figure("parts", "first_year_products", "per_pupil")
    development = book.figure("parts", "launch", "development_per_pupil")
    other = book.figure("parts", "launch", "other_per_pupil")
    assert book.figure("settings", "launch", "per_pupil") == development + other
    return {
        "technology": PUPILS * (seat + products),
        "development": PUPILS * development,
        "other": PUPILS * other + book.figure("settings", "launch", "fixed_per_school"),
    }


def test_startup_lies_in_the_seed_studys_bands(startup: dict[str, float]) -> None:
    total = sum(startup.values())
    assert startup == {"technology": 197_500, "development": 100_000, "other": 183_000}
    assert 338_000 <= total <= 780_000
    assert 233 <= total / PUPILS <= 1_135
    assert total <= 0.07 * REVENUE * PUPILS


def test_startup_has_the_seed_studys_shares(startup: dict[str, float]) -> None:
    total = sum(startup.values())
    assert 0.35 <= startup["technology"] / total <= 0.45
    assert startup["development"] / total == pytest.approx(0.21, abs=0.01)


@pytest.mark.parametrize(
    "package, device", [("adaptive", "standard_device"), ("full_support", "durable_device")]
)
def test_recurring_technology_is_within_two_percent_of_the_budget_in_year_five(
    package: str, device: str
) -> None:
    """Yearly cost and the yearly share of a new seat, in prices of year five, over revenue of year five."""
    book = load_book("us-2026")
    seat = book.figure("device_types", device, "purchase_per_seat") / book.figure(
        "device_types", device, "life_years"
    )
    yearly = book.figure("technology", package, "annual_per_pupil") + seat
    prices = (1 + book.figure("settings", "funding", "price_growth")) ** 4
    revenue = REVENUE * (1 + book.figure("settings", "funding", "growth")) ** 4
    assert yearly * prices <= book.figure("settings", "technology", "max_share") * revenue


# The command


def test_the_books_are_listed() -> None:
    shown = CliRunner().invoke(command, [])
    assert shown.exit_code == 0
    assert shown.output.splitlines()[-1] == "Show one: spanwise books us-2026"
    assert all(name in shown.output for name in BOOKS)


def test_a_book_is_shown_with_bounds_units_and_sources() -> None:
    shown = CliRunner().invoke(command, ["us-2026"])
    line = next(line.split() for line in shown.output.splitlines() if line.startswith("  teacher"))
    assert " ".join(line) == "teacher salary 76,400 66,000 84,000 $ a year I NEA 2024; CSBA 2025"
    assert "https://www.bls.gov/news.release/ecec.t03.htm" in shown.output
    assert max(map(len, shown.output.splitlines())) < 240


def test_a_terminal_gets_a_table_with_unbroken_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.books.on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    shown = CliRunner().invoke(command, ["us-2026"])
    line = next(line for line in shown.output.splitlines() if line.startswith("teacher "))
    assert line.split()[:5] == ["teacher", "salary", "76,400", "66,000", "84,000"]
    table = shown.output.split("\nsources\n")[0].splitlines()
    assert max(map(len, table)) <= 100


@pytest.mark.parametrize("flag, salary", [([], 76_400), (["--low"], 66_000), (["--high"], 84_000)])
def test_the_bounds_as_json(flag: list[str], salary: float) -> None:
    shown = json.loads(CliRunner().invoke(command, ["us-2026", *flag, "--json"]).output)
    first = shown["figures"][0]
    assert (first["table"], first["key"], first["column"]) == ("roles", "teacher", "salary")
    assert (first["value"], first["best"], first["low"], first["high"]) == (salary, 76_400, 66_000, 84_000)
