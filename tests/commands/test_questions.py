"""`spanwise stress` and `frontier` from the outside: cards, JSON, tables, exit codes, wrong usage."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.commands.runner import ROOT, spanwise

OAK = ROOT / "examples" / "oak"


@pytest.fixture
def poor(tmp_path):
    """Oak with so little funding that there is no plan."""
    folder = Path(shutil.copytree(OAK, tmp_path / "poor"))
    table = pd.read_csv(folder / "schools.csv")
    table["funding_per_pupil"] *= 0.9
    table.to_csv(folder / "schools.csv", index=False)
    return folder


def test_the_card_of_stress():
    ran = spanwise("stress", OAK, "--hold-coverage", "30%", "--preset", "cps-fy2026")
    assert ran.code == 0
    assert ran.err == ""
    for phrase in (
        "Oak: the deepest cut of funding that leaves a plan",
        "Every cut strikes 2027. It is announced before the first year is planned.",
        "all patterns  traditional only",
        "nothing: what the rules allow",
        "a quarter of each school's planned coverage",
        "half of it",
        "all of it",
        "as asked: every school covers 30.0 % (not traditional)",
        "Cut ladder (people are FTE per 1,000 pupils)",
        "gives way first",
        "14.0 % *",
        "* past the Title I line: at least 90 % of last year's state and local funding",
        "Chicago FY2026 gap (cps-fy2026): −7.2 % of all funds (if the gap had hit schools)",
        "Source: $734 M of a budget of $10.25 B",
        f"spanwise frontier {OAK}",
    ):
        assert phrase in ran.out, phrase
    assert "nan" not in ran.out.lower().replace("maintenance", "").replace("financ", "")


def test_the_json_of_stress_is_all_there_is_on_standard_output():
    ran = spanwise("stress", OAK, "--json")
    said = json.loads(ran.out)
    assert said["cut"]["all"] == pytest.approx(0.0575, abs=1e-3)
    assert said["by_school"]["oak"]["traditional"] == said["cut"]["traditional"]
    assert [rung["cut"] for rung in said["ladder"]] == [0.0, 0.03, 0.07, 0.10, 0.14]


def test_presets_are_listed_without_a_folder():
    ran = spanwise("stress", "--presets")
    assert ran.code == 0
    assert "enrollment-miss\n  Enrollment miss: −14 % pupils with fixed costs unchanged" in ran.out
    assert json.loads(spanwise("stress", "--presets", "--json").out)["presets"][0]["name"] == "cps-2016"


def test_tables_of_stress(tmp_path):
    ran = spanwise("stress", OAK, "--out", tmp_path / "cuts", "--ladder", "0,2%", "--surprise")
    assert ran.code == 0
    assert f"Written to {tmp_path / 'cuts'}: stress.json, cuts.csv, ladder.csv" in ran.out
    cuts = pd.read_csv(tmp_path / "cuts" / "cuts.csv", keep_default_na=False)
    assert list(cuts.columns) == ["question", "school", "cut"]
    assert {"asked.all", "bare.traditional", "held.half"} <= set(cuts["question"])
    ladder = pd.read_csv(tmp_path / "cuts" / "ladder.csv")
    assert list(ladder.columns) == ["rung", "plan", "item", "amount", "fall"]
    assert set(ladder["rung"]) == {0, 0.02}
    assert json.loads((tmp_path / "cuts" / "stress.json").read_text(encoding="utf-8"))["surprise"] is True


def test_no_plan_is_none_and_exit_code_4(poor):
    ran = spanwise("stress", poor)
    assert ran.code == 4
    assert "No plan exists even without a cut" in ran.out
    assert "none" in ran.out
    said = json.loads(spanwise("stress", poor, "--json").out)
    assert said["cut"] == {"all": None, "traditional": None}
    assert said["ladder"][0]["status"] == "infeasible"
    assert said["ladder"][0]["missing"] > 0


def test_the_card_and_the_json_of_the_frontier(tmp_path):
    ran = spanwise("frontier", OAK, "--from", "-0.15", "--to", "0.15", "--out", tmp_path / "f")
    assert ran.code == 0
    for phrase in (
        "Oak: what money buys, from −15.00 % to +15.00 % of all funding in every year",
        "there is no plan.",
        "the next $1,000 covers",
        "At today's funding: 60.00 %",
        "One stipend for all schools",
    ):
        assert phrase in ran.out, phrase
    said = json.loads(spanwise("frontier", OAK, "--json").out)
    assert {"funding_change", "coverage", "pupils_per_1000_dollars"} <= said["points"][0].keys()
    assert said["solves"] > 0
    table = pd.read_csv(tmp_path / "f" / "frontier.csv")
    assert list(table["coverage"]) == pytest.approx([point["coverage"] for point in said["points"]])


def test_a_frontier_without_any_plan_is_an_error(poor):
    ran = spanwise("frontier", poor, "--to", "-5%")
    assert ran.code == 4
    assert ran.err == (
        "No plan satisfies all rules of the district at any change of funding from −15 % to −5 %.\n\n"
        f"Run 'spanwise explain {poor}' to see which rules collide and what would restore a plan.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "phrases"),
    [
        (
            ("--along", "schools.funding_per_pupil@oak"),
            ("along schools.funding_per_pupil@oak (today", "no plan", "points"),
        ),
        (("--along", "leaders.eligible_share", "--values", "0.3,60%"), ("30 %", "60 %", "±0.0 points")),
        (("--along", "roles.salary", "--values", "-1%,+1%"), ("99 % of today's", "101 % of today's")),
        (("--tornado", "10%"), ("10 % lower", "10 % higher", "x|", "No effect:", "Blank or zero here:")),
        (("--equity",), ("what equity costs", "every school at least", "for nothing")),
    ],
)
def test_other_questions_of_frontier(arguments, phrases, tmp_path):
    ran = spanwise("frontier", OAK, *arguments, "--out", tmp_path / "out")
    assert ran.code == 0, ran.err
    for phrase in phrases:
        assert phrase in ran.out, phrase
    said = json.loads(spanwise("frontier", OAK, *arguments, "--json").out)
    kind = arguments[0][2:]
    assert (tmp_path / "out" / f"{kind}.csv").exists()
    assert ("bars" if kind == "tornado" else "points") in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("stress",), "Missing argument 'FOLDER'."),
        (("stress", OAK, "--hold-coverage", "7"), "'7' is more than all of it; write 0.07 or 7%."),
        (("stress", OAK, "--ladder", "0,ten"), "'ten' is no share; write 0.07 or 7%."),
        (("frontier", OAK, "--equity", "--tornado", "10%"), "are questions of their own; give one."),
        (("frontier", OAK, "--values", "1"), "--values goes with --along."),
        (("frontier", OAK, "--equity", "--objective", "max_min"), "--equity has both objectives in it"),
        (
            ("frontier", OAK, "--along", "roles.salary", "--values", "-1%,5"),
            "are either changes, such as -10%,+10%",
        ),
        (
            ("frontier", OAK, "--along", "roles.salary", "--values", "much"),
            "are no numbers; write 0.05,0.07 or",
        ),
        (("frontier", OAK, "--along", "roles.salary", "--values", ","), "--values names no value"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_why(arguments, said):
    ran = spanwise(*arguments)
    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("stress", OAK, "--preset", "severed"), 'There is no preset "severed".\n\nDid you mean severe?'),
        (("stress", OAK, "--ladder", "-3%"), "A cut of -0.03 is none."),
        (("frontier", OAK, "--along", "stipend_max"), "Did you mean leaders.stipend_max?"),
        (("frontier", OAK, "--from", "0.1", "--to", "0"), "The frontier cannot go from 0.1 to 0."),
    ],
)
def test_wrong_questions_end_with_3(arguments, said):
    ran = spanwise(*arguments)
    assert ran.code == 3
    assert said in ran.err
    assert ran.out == ""


def test_help_of_both_names_the_options_that_planners_ask_for():
    for command, options in (
        (
            "stress",
            (
                "--hold-coverage",
                "--hold-adults",
                "--surprise",
                "--preset",
                "--presets",
                "--ladder",
                "--json",
                "--out",
            ),
        ),
        ("frontier", ("--from", "--to", "--along", "--tornado", "--equity", "--values", "--json", "--out")),
    ):
        ran = spanwise(command, "--help")
        assert ran.code == 0
        assert all(option in ran.out for option in options)
