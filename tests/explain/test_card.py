"""What a planner reads: the card to the letter, exit codes, JSON, tables, and districts that are odd."""

import csv
import dataclasses
import json
import math
from pathlib import Path

import pytest

from commands.options import options_of
from datafiles.reading import write_any
from datafiles.workbook import is_workbook
from models.explanation_json import TABLES, explanation_json, explanation_tables
from models.made import made_district
from models.status import Status
from optimizer import explain
from optimizer.formulation import Model
from optimizer.solution import Solution
from optimizer.solvers.highs import Session
from reports.explanation import explanation_card
from tests.commands.runner import spanwise
from tests.districts import SETTINGS, oak, write_folder
from tests.districts import district as oak_district
from tests.explain.made import DISTRICTS, funded
from tests.explain.test_conflict import POOR, two_stipends

HEADING = "school_id,school_name,funding_per_pupil\n"

OAK = """\
Oak: 60.0 % of pupils fully served (maximised: expected coverage)

What limits each school
  Oak Elementary  60.0 %  funding  1 % looser: 39.4 more pupils

What one step of a rule is worth
  $1,000 more at Oak Elementary in 2027 covers 1.82 more pupils (the price holds from −$165,000 to +$110,000)

Settings one step looser, each alone (solved again)
  No effect alone:
      one more pupil allowed per teacher in Elementary (it admits no further pattern)
      one percentage point more of the teachers eligible to lead

$100,000 more every year, placed where it covers most
  Covers 182 more pupils (+36.4 points)
  Where, on average a year
    Oak Elementary  $100,000
  What changes, on average a year
    Teacher            −1.82 FTE
    Teacher leader     +1.82 FTE
    Aide               +1.82 FTE
    pupils in teams  +182 pupils
    none             −182 pupils
    adaptive         +182 pupils

Next
  spanwise explain {folder} --out DIR  every price, its range and its row in the model as CSV
  spanwise frontier {folder}           coverage against funding, exactly
"""

POOR_OAK = """\
Oak: no plan satisfies all rules.

These 4 rules collide; without any one of them the others can be kept
  placement: every pupil of a band is taught under one staffing pattern
    Oak Elementary, 2027: 500 pupils of Elementary are taught, at most 30 a teacher
      enrollment.csv row 2 (oak, K-5): pupils 500
      grade_bands.csv row 2 (K-5): max_pupils_per_teacher 30
  positions: every team has its people, beside the positions that stay outside all teams
    Oak Elementary, 2027: Teacher: those whom the teaching needs
      team_models.csv: teacher
    Oak Elementary, 2027: Teacher leader: those whom the teaching needs
      team_models.csv: leader
  budget: a school spends no more than it has: funding, last year's reserve and transfers
    Oak Elementary, 2027: $1,950,000 is there to be spent, after what lies outside the plan
      schools.csv row 2 (oak): funding_per_pupil 3900

Least extra funding that gives a plan
  Oak Elementary  2027    $50,000.00
  Amounts are rounded up to the cent; they may be placed differently at the same total.

Next
  spanwise solve {folder} --with-shortfall  the plan with this hole in it
"""


def _folder(tmp_path, schools=None, settings=SETTINGS, **tables):
    own = {"schools": HEADING + schools} if schools else {}
    return write_folder(tmp_path / "oak", *oak(own | tables, settings))


def test_the_card_of_a_plan(tmp_path):
    folder = _folder(tmp_path)
    ran = spanwise("explain", folder, "--quiet")
    assert ran.code == 0
    assert _indented(ran.out) == _indented(OAK.format(folder=folder))


def _indented(text):
    """Lines, with runs of blanks inside a line as one: the folder's name decides how wide a column is."""
    return [line[: len(line) - len(line.lstrip())] + " ".join(line.split()) for line in text.splitlines()]


def test_the_card_without_a_plan_and_its_exit_code(tmp_path):
    folder = _folder(tmp_path, "oak,Oak Elementary,3900\n")
    ran = spanwise("explain", folder, "--quiet")
    assert ran.code == 4
    assert ran.out == POOR_OAK.format(folder=folder)
    assert ran.err == ""


def test_the_card_of_a_collision_under_one_stipend(tmp_path):
    card = explanation_card(explain(two_stipends(tmp_path / "two")), "two")
    assert (
        "These 5 rules collide under one stipend everywhere, here $20,000; without any one of them the others can be kept"
        in card
    )
    assert '  district.toml: leaders.stipend_policy uniform; "by_school" would remove this collision.' in card
    assert "  Oak Elementary  2027    $5,000.00\n" in card
    assert "  With a stipend of $20,000 everywhere, the step that needs least." in card


def test_the_card_when_money_does_not_help():
    card = explanation_card(explain(POOR["floor"]()), "made")
    assert card.endswith(
        "\nMore money to spend does not help: these rules collide however much a grant adds.\n"
        "  Change one of the figures named above."
    )
    assert "share of funding rises" not in card
    assert "at least 1,064 pupils are covered" in card
    assert "Least extra funding" not in card


def test_two_slopes_and_a_step_beyond_the_range_are_told():
    """Words of the prices that are not one figure all the way."""
    card = explanation_card(explain(DISTRICTS["pooled"](), solve_again=False))
    prices = card.partition("What one step of a rule is worth")[2]
    assert " a step at first; the price holds from −" in prices
    assert "; a step less loses " in prices
    assert "The plan is degenerate: at some rules a step more gains less than a step less loses." in card
    assert "A pupil counts once in every plan year, weighted with the scenario's probability." in card
    assert "Settings one step looser" not in card and "more every year" not in card


@pytest.mark.parametrize(
    ("objective", "words"),
    [("worst_case", "lifts the worst scenario by "), ("max_min", "lifts the worst school by ")],
)
def test_other_objectives_speak_of_points(objective, words):
    card = explanation_card(explain(DISTRICTS["two schools, three years, two scenarios"](), objective))
    assert words in card and " points" in card
    assert "Gains are those of the worst" in card
    assert " more pupils" not in card


def test_the_hole_is_told_for_several_schools_and_scenarios():
    card = explanation_card(explain(funded(made_district(3, 2, 2), 0.6)), "made")
    assert "  Together, weighted with probabilities: $" in card
    assert "  3 schools lack funding; the collision above is the first of them." in card


def test_json_is_one_object_without_infinities(tmp_path):
    ran = spanwise("explain", _folder(tmp_path), "--json")
    answer = json.loads(ran.out)
    assert ran.code == 0
    assert answer["status"] == "optimal"
    assert answer["coverage"] == pytest.approx(0.6, abs=2e-6)
    assert answer["prices"][0]["words"] == "$1,000 more at Oak Elementary in 2027"
    assert answer["prices"][0]["unique"] is True
    assert answer["extra"]["gain"] == pytest.approx(181.818, abs=1e-2)
    assert [limit["main"] for limit in answer["limits"]] == ["funding"]
    poor = spanwise("explain", _folder(tmp_path / "poor", "oak,Oak Elementary,3900\n"), "--json")
    assert poor.code == 4
    answer = json.loads(poor.out)
    assert answer["status"] == "infeasible"
    assert answer["missing"] == [
        {"school_id": "oak", "school": "Oak Elementary", "year": 2027, "node": "y1", "probability": 1.0, "amount": 50000.0}
    ]  # fmt: skip
    places = [place for rule in answer["conflict"]["rules"] for place in rule["places"]]
    assert {"file": "schools.csv", "keys": [["school_id", "oak"]], "columns": ["funding_per_pupil"],
            "values": ["3900"], "row": 2} in places  # fmt: skip


def test_tables_appear_whole_and_hold_what_the_json_holds(tmp_path):
    out = tmp_path / "out"
    ran = spanwise("explain", _folder(tmp_path), "--out", out, "--quiet")
    names = ", ".join(["explain.json", *(f"{name}.csv" for name in TABLES)])
    assert ran.code == 0 and ran.out.endswith(f"\nWritten to {out}: {names}\n")
    tables = {}
    for name, columns in TABLES.items():
        with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            tables[name] = list(reader)
            assert tuple(reader.fieldnames) == columns
    budget = next(row for row in tables["prices"] if row["rule"] == "budget")
    assert (budget["year"], budget["nodes"]) == ("2027", "y1")
    assert float(budget["high"]) == pytest.approx(110_000)
    row = next(row for row in tables["rows"] if row["row"] == "budget[oak,y1]")
    assert float(row["dual"]) == pytest.approx(1000 / 550)
    assert tables["conflict"] == tables["missing"] == []
    assert json.loads((out / "explain.json").read_text(encoding="utf-8"))["status"] == "optimal"


def test_prices_only_solves_no_variant_and_extra_is_what_is_asked(tmp_path):
    folder = _folder(tmp_path)
    answer = json.loads(spanwise("explain", folder, "--prices-only", "--json").out)
    assert answer["settings"] == [] and answer["extra"] is None
    answer = json.loads(spanwise("explain", folder, "--extra", "55000", "--json").out)
    assert answer["extra"]["gain"] == pytest.approx(100, abs=1e-3)


def test_a_workbook_s_places_are_its_sheets(tmp_path):
    book = tmp_path / "oak.xlsx"
    write_any(oak_district(tmp_path / "oak", {"schools": f"{HEADING}oak,Oak Elementary,3900\n"}), book)
    assert is_workbook(book)
    ran = spanwise("explain", book, "--quiet")
    assert ran.code == 4
    assert "sheet schools row 2 (oak): funding_per_pupil 3900" in ran.out


@pytest.mark.parametrize("school", ["oak,Oak Elementary,4330\n", "oak,Oak Elementary,3900\n"])
def test_a_solver_that_stops_early_is_no_answer(tmp_path, monkeypatch, school):
    """The search for the collision and the prices would otherwise take a time limit for a verdict."""
    runs = Session.minimise

    def stops_late(self, cost, **how):
        stops_late.count += 1
        return runs(self, cost, **how) if stops_late.count <= 4 else stopped

    stops_late.count = 0
    stopped = Solution(Status.TIME_LIMIT, None, None, None, math.nan, 0.0)
    monkeypatch.setattr(Session, "minimise", stops_late)
    ran = spanwise("explain", _folder(tmp_path, school), "--time-limit", "60", "--quiet")
    assert (ran.code, ran.out) == (5, "")
    assert "limit" in ran.err and "--time-limit" in ran.err


NO_LEADERS = {
    "roles": "role,label,kind,pool,salary,benefits_rate\nteacher,Teacher,teacher,licensed,80000,0.25\n",
    "team_models": (
        "team_model,pattern,grade_bands,team_taught,pupils,teacher,release,credit\n"
        "classroom,25,,no,25,1,,0\npair,40,,yes,40,2,,0.5\n"
    ),
    "stipends": "stipend,take_up\n",
    "staff": "school_id,role,fte\noak,teacher,20\n",
}
ODD = {
    "no leaders": NO_LEADERS,
    "no leaders, poor": NO_LEADERS | {"schools": "oak,Oak,3000\n"},
    "nobody accepts": {"stipends": "stipend,take_up\n5000,0\n10000,0\n"},
    "a school without pupils": {"schools": "oak,Oak,4330\nash,Ash,9\n"},
    "a school without pupils that cannot pay its staff": {
        "schools": "oak,Oak,4330\nash,Ash,9\n",
        "staff": "school_id,role,fte,minimum\noak,teacher,20,0\nash,teacher,2,2\n",
    },
    "nothing spent": {"schools": "oak,Oak,0\n"},
    "technology alone": {"technology": "technology,reach,device,annual_per_pupil\nnone,0,,0\n"},
}


@pytest.mark.parametrize("policy", ["uniform", "by_school"])
@pytest.mark.parametrize("name", ODD)
def test_odd_districts_are_explained_too(tmp_path, name, policy):
    settings = SETTINGS + f'stipend_policy = "{policy}"\n'
    ran = spanwise("explain", _folder(tmp_path, settings=settings, **ODD[name]), "--quiet")
    assert ran.code in (0, 4), ran.err
    assert ran.err == ""
    lines = ran.out.splitlines()
    assert "nan" not in ran.out and "inf " not in ran.out
    assert lines[0].startswith("Oak: ")
    if ran.code == 4:
        assert any("collide" in line for line in lines)


def test_the_python_call_gives_the_same_answer(tmp_path):
    district = oak_district(tmp_path / "o")
    answer = explain(district, "expected", options=options_of(quiet=True), extra=55_000)
    assert answer.plan is not None and answer.has_plan
    assert answer.extra.gain == pytest.approx(100, abs=1e-3)
    assert answer.scale == pytest.approx(float(Model(district).p.E.sum()))
    assert all(math.isfinite(price.gain) for price in answer.prices)
    assert set(explanation_tables(answer)) == set(TABLES)
    assert json.dumps(explanation_json(answer), allow_nan=False)


def test_one_school_that_is_left_out_is_one():
    card = explanation_card(explain(made_district(26), solve_again=False))
    assert "  and 1 more school, with --out or --json\n" in card


def test_where_more_money_goes_is_an_expected_average_of_a_year(tmp_path: Path) -> None:
    """$80,000 in the likelier future of the first of two years, and $40,000 in the other one."""
    answer = explain(oak_district(tmp_path / "oak"))
    assert answer.extra is not None
    one = answer.extra.used[0]
    used = tuple(
        dataclasses.replace(one, probability=chance, amount=amount)
        for chance, amount in ((0.75, 80_000.0), (0.25, 40_000.0))
    )
    two = dataclasses.replace(answer, years=(2027, 2028), extra=dataclasses.replace(answer.extra, used=used))
    assert "    Oak Elementary  $35,000" in explanation_card(two).splitlines()


def test_a_price_that_a_whole_step_nearly_keeps_is_told_once(tmp_path: Path) -> None:
    answer = explain(oak_district(tmp_path / "oak"), solve_again=False)
    (price,) = answer.prices

    def told(kept: float) -> bool:
        part = dataclasses.replace(price, high=500.0, whole=kept * price.more)
        return "a step at first" in explanation_card(dataclasses.replace(answer, prices=(part,)))

    assert [told(kept) for kept in (0.995, 0.9)] == [False, True]
