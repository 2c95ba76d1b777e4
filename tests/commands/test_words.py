"""What a planner reads off the cards can be copied, and is written the same way everywhere."""

import dataclasses
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from commands.options import typed
from datafiles import schema
from datafiles.folder import read_district, write_district
from models.dial import SETTINGS, dials, unit_of
from models.made import made_district
from optimizer import explain, frontier, solve
from optimizer.shortfall import solve_with_shortfall
from reports.card import card
from reports.explanation import _end, explanation_card
from reports.figures import cut, dollars, more_dollars, percent, plural
from reports.frontier import _figure, frontier_card
from tests.commands.runner import ROOT, spanwise
from tests.explain.test_conflict import POOR

OAK, LAKESIDE = ROOT / "examples" / "oak", ROOT / "examples" / "lakeside"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("examples/oak", "examples/oak"),
        ("Straße_2/ö.xlsx", "Straße_2/ö.xlsx"),
        ("two words", "'two words'"),
        ("the board's", "'the board'\"'\"'s'"),
        ("a$b", "'a$b'"),
    ],
)
def test_a_path_stands_as_a_shell_takes_it(path, shown):
    assert typed(path) == shown


def test_next_steps_of_a_folder_with_spaces_can_be_copied(tmp_path):
    folder = tmp_path / "Schöne Straße"
    shutil.copytree(OAK, folder)
    for command in ("check", "solve", "compare", "explain", "stress"):
        ran = spanwise(command, folder, "--quiet") if command != "check" else spanwise(command, folder)
        assert ran.code == 0
        assert f"spanwise {'solve' if command == 'check' else command} '{folder}'" in ran.out or (
            f"spanwise frontier '{folder}'" in ran.out
        )
    assert (
        f"spanwise check '{tmp_path / 'x y.xlsx'}'" in spanwise("convert", folder, tmp_path / "x y.xlsx").out
    )
    assert f"spanwise check '{tmp_path / 'new one'}'" in spanwise("init", tmp_path / "new one").out


@pytest.mark.parametrize("command", ["compare", "report"])
def test_what_to_ask_where_there_is_no_plan_can_be_copied(command, tmp_path):
    folder = tmp_path / "poor oak"
    shutil.copytree(OAK, folder)
    schools = folder / "schools.csv"
    schools.write_text(schools.read_text(encoding="utf-8").replace(",8000,", ",6000,"), encoding="utf-8")
    ran = spanwise(command, folder, *(["-o", tmp_path / "report.html"] if command == "report" else []))
    assert ran.code == 4
    assert f"Run 'spanwise explain '{folder}'' to see" in ran.err
    assert "It breaks first at Oak Elementary in 2027: $" in ran.err  # one scenario is not every one


def test_a_leader_whom_nobody_wants_to_be_is_not_called_needless(tmp_path):
    folder = tmp_path / "oak"
    shutil.copytree(OAK, folder)
    (folder / "stipends.csv").write_text("stipend,take_up\n5000,0\n", encoding="utf-8")
    assert "  Leader stipend                none: the plan has no leader\n" in spanwise("solve", folder).out


def test_a_hole_is_told_by_year_and_scenario_with_thousands_in_every_figure():
    district = read_district(LAKESIDE)
    schools = dataclasses.replace(district.schools, funding_per_pupil=np.full(9, 6000.0))
    text = card(solve_with_shortfall(district.replace(schools=schools)))
    assert "y3." not in text
    assert " in 2029 (cut7): $" in text
    assert (
        "  A plan with a hole has no prices; 'spanwise explain' gives what restores a plan without one."
        in text
    )
    assert " more pupils at " not in text  # holding the hole makes its duals meaningless
    assert "  Missing funding " in text


def test_a_share_of_nothing_is_no_share():
    assert percent(float("inf")) == percent(float("nan")) == percent(None) == "–"


def test_where_limits_are_shares_of_no_funding_more_funding_is_named_as_a_way_out(tmp_path):
    folder = tmp_path / "poor"
    shutil.copytree(LAKESIDE, folder)
    schools = (folder / "schools.csv").read_text(encoding="utf-8").splitlines()
    rows = [
        schools[0],
        *(",".join([*row.split(",")[:2], "0", "0", *row.split(",")[4:]]) for row in schools[1:]),
    ]
    (folder / "schools.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    ran = spanwise("explain", folder, "--quiet")
    assert ran.code == 4
    assert "A limit that is a share of funding rises with funding_per_pupil and fixed_funding." in ran.out
    ran = spanwise("solve", folder, "--quiet")
    assert (ran.code, ran.out) == (4, "")
    assert "Lakeshore Elementary in 2027, and a grant of any size would not mend it." in ran.err


def test_a_range_that_ends_at_once_is_said_in_words():
    assert _end(0.0004, "FTE", "−", "just below 0") == "just below 0"
    assert _end(0.037, "FTE", "+", "just above 0") == "+0.037 FTE"
    assert _end(1234.0, "pupils", "−", "just below 0") == "−1,234 pupils"
    assert _end(float("inf"), "FTE", "+", "just above 0") == ""


def test_a_settings_values_have_their_unit():
    assert _figure("leaders.stipend_max", 20_000.0) == "$20,000"
    assert _figure("launch.development_per_pupil", 73.7) == "$73.70"
    assert _figure("schools.fixed_funding@central", 12_345_678.0) == "$12,345,678"
    assert _figure("scenarios.funding_change@cut7", -0.07) == "−7 %"
    assert _figure("funding.price_growth", 0.0275) == "2.75 %"
    assert _figure("grade_bands.max_pupils_per_teacher@K-5", 28.0) == "28"
    assert _figure("enrollment.pupils", 12_500.0) == "12,500"


def test_the_settings_that_are_dollars_are_those_of_the_schema():
    for one in dials():
        table, column = one.name.split(".")
        known = schema.SETTINGS.columns if one.name in SETTINGS else schema.TABLES[table].columns
        unit = known.get(one.name, known.get(column)).unit
        assert (unit_of(one.label) == "$") == unit.startswith("$"), one.name


def test_two_plans_name_schools_and_not_their_ids(tmp_path):
    other = tmp_path / "lean"
    shutil.copytree(LAKESIDE, other)
    text = (other / "district.toml").read_text(encoding="utf-8")
    (other / "district.toml").write_text(
        text.replace("max_leader_share = 0.15", "max_leader_share = 0.10"), encoding="utf-8"
    )
    table = spanwise("compare", LAKESIDE, other).out.partition("Expected coverage by school")[2]
    assert "Riverside Middle School" in table
    assert "\n  riverside " not in table


def test_one_of_a_thing_is_told_in_the_singular():
    one = made_district(1, years=1, scenarios=1)
    assert one.name == "Made district of 1 school"
    assert plural(1, "solve") == "1 solve"
    assert plural(4_500, "pupil") == "4,500 pupils"
    assert "1 solve." in frontier_card(dataclasses.replace(frontier(one, points=2), solves=1))
    for text in (spanwise("solve", OAK).out, spanwise("explain", OAK).out, spanwise("compare", OAK).out):
        assert not re.search(r"\b1 (schools|pupils|years|scenarios|solves|rules|districts)\b", text)


def test_differences_for_each_pupil_have_their_sign():
    table = spanwise("compare", LAKESIDE).out.partition("For each pupil")[2].partition("\n\n")[0]
    rows = {line[2:28].strip(): line.split()[-2:] for line in table.splitlines()[1:]}
    assert rows["Leader stipends"] == ["+$1", "+$36"]
    assert rows["Total"] == ["$0", "−$327"]
    assert rows["Positions for 100 pupils"] == ["0.00", "−0.89"]


def test_money_has_no_cents_beside_thousands():
    """In every table of `compare` and on a card: dollars to the dollar, and less than half of one is none."""
    assert [dollars(amount) for amount in (0.41, -0.49, 0.5001, -4.86, 9.99, 99_949.4)] == [
        "$0",
        "$0",
        "$1",
        "−$5",
        "$10",
        "$99,949",
    ]
    assert [more_dollars(amount) for amount in (-0.01, 4.86, -1.5e6)] == ["$0", "+$5", "−$1.5 M"]
    assert not re.search(r"\$[\d,]+\.\d\d\b", spanwise("compare", LAKESIDE).out)


def test_the_depth_of_a_cut_has_two_places_below_a_tenth():
    assert [cut(share) for share in (None, 0.0, 0.0046, 0.0104, 0.0999, 0.09996, 0.154321)] == [
        "–",
        "0.00 %",
        "0.46 %",
        "1.04 %",
        "9.99 %",
        "9.99 %",
        "15.4 %",
    ]


def test_the_depth_of_a_cut_is_never_rounded_to_one_that_leaves_no_plan():
    """15.395 % is the deepest: at 15.4 % there is no plan. A hair that a search is off by is none."""
    assert [cut(share) for share in (0.15395, 0.005068, 0.07, 0.0699999999, 0.1, 0.0999999999)] == [
        "15.3 %",
        "0.50 %",
        "7.00 %",
        "7.00 %",
        "10.0 %",
        "10.0 %",
    ]


def test_a_rule_that_collides_with_nothing_is_no_collision():
    found = explain(POOR["floor"]())
    alone = dataclasses.replace(found.conflict, rules=found.conflict.rules[:1])
    card = explanation_card(dataclasses.replace(found, conflict=alone))
    assert "\nThis rule cannot be kept, whatever the others\n" in card


def test_schools_that_are_alike_are_not_told_as_a_range():
    plan = solve(made_district(3, years=1, scenarios=1))
    low, high = min(plan.coverage_by_school.values()), max(plan.coverage_by_school.values())
    assert high - low < 1e-5
    assert "\n  Between schools: 35.0 % at every one of them\n" in card(plan)


def test_a_saved_plan_is_told_from_a_district(tmp_path):
    """Its tables have the names of a district's, and would be a hundred problems."""
    saved = tmp_path / "results"
    assert spanwise("solve", OAK, "--out", saved, "--quiet").code == 0
    for command in ("check", "solve", "explain"):
        ran = spanwise(command, saved)
        assert ran.code == 3
        assert f"{saved} is a saved plan; a district is expected." in ran.err
        assert f"Name the district that it answers: {saved / 'district'}." in ran.err
    assert spanwise("solve", saved / "district").code == 0
    assert spanwise("compare", saved, OAK).code == 0
    shutil.copytree(OAK, tmp_path / "oak")
    shutil.copy(
        saved / "plan.json", tmp_path / "oak" / "plan.json"
    )  # as 'solve --json > plan.json' leaves it
    assert spanwise("compare", tmp_path / "oak").code == 0


def test_no_plan_in_a_range_is_told_in_percent(tmp_path):
    poor = read_district(OAK)
    schools = dataclasses.replace(poor.schools, funding_per_pupil=np.array([2000.0]))
    write_district(poor.replace(schools=schools), tmp_path / "poor")
    ran = spanwise("frontier", tmp_path / "poor", "--from", "-0.125", "--quiet")
    assert ran.code == 4
    assert "at any change of funding from −12.5 % to +15 %." in ran.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk")
def test_a_full_disk_is_no_fault_of_ours():
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-c", "import cli; cli.main()", "solve", str(OAK)],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.returncode == 3
    assert ran.stderr.startswith("Nothing more can be written: No space left on device.")
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("import", "[default: try]"),
        ("bench", "without either, one of 10."),
        ("bench", "Limit of one run"),
        ("solve", "default: the best plan, proven."),
    ],
)
def test_help_states_what_happens_without_an_option(command, words):
    assert words in " ".join(spanwise(command, "--help").out.split())


def test_dollars_never_round_up_to_a_thousand_of_their_unit() -> None:
    shown = [dollars(amount) for amount in (99_949.0, 99_951.0, 999_949.0, 999_951.0, 999.94e6, 999.96e6)]
    assert shown == ["$99,949", "$100,000", "$999,900", "$1.0 M", "$999.9 M", "$1.00 B"]
