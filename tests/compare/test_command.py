"""`spanwise compare` as a planner meets it: cards, JSON, tables, errors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.commands.runner import ROOT, process, spanwise
from tests.compare import hand
from tests.compare.test_best_use import TWO

CARD = """\
Oak, 500 pupils: 2027 three ways

Reallocation buys +28.8 points of coverage, redesign +29.2 points.

                                 Today  Best use   Optimal  Reallocation      Redesign
  Coverage, weighted by need    12.0 %    40.8 %    70.0 %  +28.8 points  +29.2 points
  Covered pupils                    60       204       350          +144          +146
  Pupils in teams                  100       204       350          +104          +146
  Positions (FTE)
    Teacher                       19.0      18.0      16.5          −1.0          −1.5
    Teacher leader                 1.0       2.0       3.5          +1.0          +1.5
    Aide                           5.0       5.0       3.5           0.0          −1.5
    All                           25.0      25.0      23.5           0.0          −1.5
  Spending
    Salaries                    $1.8 M    $1.8 M    $1.7 M            $0      −$48,000
    Benefits                  $440,000  $440,000  $428,000            $0      −$12,000
    Leader stipends            $10,000   $20,400   $35,000      +$10,400      +$14,600
    Technology and devices     $35,000   $24,600   $46,500      −$10,400      +$21,900
    Total                       $2.2 M    $2.2 M    $2.2 M            $0      −$23,500
  Average stipend              $10,000   $10,000   $10,000            $0            $0
  Pupils by technology package
    none                           440       296       150          −144          −146
    adaptive                        60       204       350          +144          +146

  For each pupil            Today  Best use  Optimal  Reallocation  Redesign
  Salaries                 $3,520    $3,520   $3,424            $0      −$96
  Benefits                   $880      $880     $856            $0      −$24
  Leader stipends             $20       $41      $70          +$21      +$29
  Technology and devices      $70       $49      $93          −$21      +$44
  Total                    $4,490    $4,490   $4,443            $0      −$47
  Positions for 100 pupils   5.00      5.00     4.70          0.00     −0.30

Cost bridge
  Today's spending                                       $2,245,000
    today's people and goods at the plan's year-1 prices   −$32,000
    people laid off                                        −$60,000
    leader stipends, with benefits                         +$25,000
    technology, recurring                                  +$14,500
    devices bought                                         +$29,000
  The optimal plan's spending                            $2,221,500

Staffing moves
  2.5 FTE  change their role  teacher to leader
  1.5 FTE  are laid off       aide

Actual budget against the optimal plan
                          Budgeted  Optimal  Difference  by prices  by quantities
  Leader stipends          $10,000  $35,000    +$25,000         $0       +$25,000
  Technology and devices   $35,000  $46,500    +$11,500   −$32,000       +$43,500
  Total                    $45,000  $81,500    +$36,500   −$32,000       +$68,500

Notes
  All columns show 2027, with its pupils and prices.
  budget.csv lacks salaries, benefits, development, other for some schools; there today's spending is estimated.
  Today's spending is above funding and reserve at 1 school, by $23,500 at Oak Elementary.
  'Best use' keeps today's people in their pools and spends no more than today.
"""

TWO_CARD = """\
Oak: old
Oak: new

                                                 old      new   Difference
  Expected coverage                           70.0 %   74.0 %  +4.0 points
  Spending over the plan, first-year dollars  $2.2 M   $2.2 M     +$13,000

What each difference does to coverage and cost
  Inputs switched, one after the other     Coverage  Spending
  schools.funding_per_pupil             +4.0 points  +$13,000
  All together                          +4.0 points  +$13,000

Inputs that differ: 1
  Table    Row  Column               Old    New
  schools  oak  funding_per_pupil  4,443  4,469

Decisions, new less old over all schools (expected)
                               2027
  Positions (FTE)
    teacher                    −0.2
    leader                     +0.2
    aide                       +0.2
  Pupils in teams               +20
  Pupils by technology package
    none                        −20
    adaptive                    +20
  Seats bought
    laptop                      +20
  7 decisions of single schools and years differ; see --out or --json.
"""


def squeezed(text: str) -> list[str]:
    """Lines with runs of blanks made one, so that only words and figures count."""
    return [" ".join(line.split()) for line in text.strip().splitlines()]


@pytest.fixture(scope="module")
def oak(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hand.folder(tmp_path_factory.mktemp("hand") / "oak")


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    hand.folder(tmp_path / "old")
    hand.folder(tmp_path / "new", {"schools": hand.TABLES["schools"].replace("4443", "4469")})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_card(oak: Path) -> None:
    ran = spanwise("compare", oak)
    assert (ran.code, ran.err) == (0, "")
    shown, next_steps = ran.out.split("\nNext\n")
    assert squeezed(shown) == squeezed(CARD)
    assert "spanwise compare" in next_steps


def test_one_school_and_a_school_without_a_lawful_use(tmp_path: Path) -> None:
    folder = hand.folder(tmp_path / "two", TWO)
    whole = squeezed(spanwise("compare", folder, "-q").out)
    (elm,) = [line for line in whole if line.startswith("Elm Elementary 0.0 %")]
    assert elm.startswith("Elm Elementary 0.0 % – ")  # no best use, and so no reallocation
    assert " – – " in elm
    school = squeezed(spanwise("compare", folder, "--school", "elm").out)
    assert school[0] == "Oak, Elm Elementary, 500 pupils: 2027 three ways"
    assert school[2].endswith("Today's people and money have no lawful use; see below.")
    assert "Today Optimal Difference" in school
    start = school.index("Why today's people and money have no lawful use")
    assert school[start + 1 : start + 6] == [
        "Elm Elementary: these cannot all be kept",
        "- every pupil of a band is taught under one staffing pattern",
        "- every team has its people, beside the positions that stay outside all teams",
        "- each pool keeps the people it has today",
        "- nobody is hired and nobody is laid off",
    ]
    assert "Why today's people" not in spanwise("compare", folder, "--school", "oak").out


def test_json_alone_on_standard_output(oak: Path) -> None:
    ran = process("compare", oak, "--json")
    assert (ran.code, ran.err) == (0, "")
    answer = json.loads(ran.out)
    assert answer["coverage"]["today"] == pytest.approx(0.12)
    assert answer["coverage"]["reallocation"] == pytest.approx(0.288, abs=3e-6)
    assert answer["coverage"]["redesign"] == pytest.approx(0.292, abs=3e-6)
    assert answer["best_use"] == {"status": "optimal", "collisions": []}
    assert (answer["status"], answer["year"], answer["scenario"]) == ("optimal", 2027, "base")
    school = answer["schools"][0]
    assert school["school_id"] == "oak"
    assert school["positions"]["leader"]["optimal"] == pytest.approx(3.5, abs=1e-4)
    assert school["spending"]["total"]["today_per_pupil"] == pytest.approx(4490)
    assert school["technology"]["recurring"]["today"] is None  # the budget gives technology as one sum
    assert school["bridge"][0]["step"] == "today"
    assert [row["category"] for row in school["budget"]] == ["stipends", "technology", "total"]
    assert [row["move"] for row in answer["moves"]] == ["converted", "laid_off"]


def test_tables_are_written_whole_and_not_over_other_files(oak: Path, tmp_path: Path) -> None:
    ran = spanwise("compare", oak, "--out", tmp_path / "told")
    assert ran.code == 0
    assert ran.out.endswith(
        f"Written: {tmp_path}/told/comparison.json and the tables columns, bridge, moves, budget (.csv)\n"
    )
    assert sorted(path.name for path in (tmp_path / "told").iterdir()) == [
        "bridge.csv", "budget.csv", "columns.csv", "comparison.json", "moves.csv",
    ]  # fmt: skip
    bridge = pd.read_csv(tmp_path / "told/bridge.csv")
    own = bridge[bridge["level"] == "oak"]["amount"]
    assert round(own.iloc[:-1].sum(), 2) == own.iloc[-1]
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine", encoding="utf-8")
    ran = spanwise("compare", oak, "--out", other)
    assert ran.code == 3
    assert "notes.txt" in ran.err
    assert [path.name for path in other.iterdir()] == ["notes.txt"]


def test_two_folders(pair: Path) -> None:
    ran = spanwise("compare", "old", "new")
    assert (ran.code, ran.err) == (0, "")
    assert squeezed(ran.out) == squeezed(TWO_CARD)


def test_two_saved_plans_and_one_against_a_folder(pair: Path) -> None:
    for name in ("old", "new"):
        assert spanwise("solve", name, "--out", f"{name}-plan", "-q").code == 0
    ran = spanwise("compare", "old-plan", "new-plan", "--json", "--out", "told")
    answer = json.loads(ran.out)
    assert answer["difference"]["coverage"] == pytest.approx(0.04, abs=3e-6)
    assert [effect["name"] for effect in answer["effects"]] == ["schools.funding_per_pupil"]
    assert {path.name for path in Path("told").iterdir()} == {
        "comparison.json", "inputs.csv", "effects.csv", "decisions.csv", "results.csv",
    }  # fmt: skip
    assert pd.read_csv("told/inputs.csv").to_dict("records") == [
        {"table": "schools", "key": "oak", "column": "funding_per_pupil", "old": 4443, "new": 4469}
    ]
    mixed = json.loads(spanwise("compare", "old-plan", "new", "--json").out)
    assert mixed["difference"] == pytest.approx(answer["difference"], abs=1e-6)
    same = spanwise("compare", "old-plan", "old")
    assert "nothing: the plans reach and cost the same" in same.out
    alone = json.loads(spanwise("compare", "old-plan", "--json").out)
    assert alone["coverage"]["today"] == pytest.approx(0.12)


def test_the_shipped_example_three_ways() -> None:
    answer = json.loads(spanwise("compare", ROOT / "examples/lakeside", "--json", "-q").out)
    assert answer["coverage"]["today"] < answer["coverage"]["best_use"] < answer["coverage"]["optimal"]
    assert answer["scenario"] == "base"
    bridge = answer["district"]["bridge"]
    assert sum(round(100 * row["amount"]) for row in bridge[:-1]) == round(100 * bridge[-1]["amount"])


# ---- errors ------------------------------------------------------------------------------------------------------


def test_an_unknown_school_is_answered_with_the_nearest(tmp_path: Path) -> None:
    ran = spanwise("compare", hand.folder(tmp_path / "two", TWO), "--school", "ok")
    assert ran.code == 3
    assert ran.out == ""
    assert ran.err == "--school is 'ok'; no school of Oak has this school_id.\n\nDid you mean 'oak'?\n"


def test_a_school_goes_with_one_folder(pair: Path) -> None:
    ran = spanwise("compare", "old", "new", "--school", "oak")
    assert ran.code == 2
    assert "--school goes with one FOLDER alone." in ran.err


def test_a_district_without_a_plan(tmp_path: Path) -> None:
    poor = hand.folder(tmp_path / "poor", {"schools": hand.TABLES["schools"].replace("4443", "10")})
    ran = spanwise("compare", poor)
    assert ran.code == 4
    assert ran.out == ""
    assert ran.err.startswith("No plan satisfies all rules of the district.")
    rich = hand.folder(tmp_path / "rich")
    ran = spanwise("compare", rich, poor, "--json")
    assert ran.code == 4
    assert json.loads(ran.out)["status"] == "infeasible"
    assert ran.err.startswith(f"{poor}: No plan satisfies all rules of the district.")


DAMAGE = {
    "plan.json": [
        (
            "{",
            "{path} is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).",
        ),
        (
            "[]",
            "{path} is no saved plan: it lacks status, objective, coverage, spending, coverage_by_school.",
        ),
        (
            '{"status": "optimal", "objective": "expected", "coverage": "much", "spending": 1, "coverage_by_school": {}}',
            "{path}: coverage is 'much'; that is not what a saved plan holds.",
        ),
    ],
    "coverage.csv": [
        (
            "school_id,year\noak,2027\n",
            "{path} lacks the columns probability, pupils, team_pupils, covered_pupils.",
        ),
        (
            "school_id,year,probability,pupils,team_pupils,covered_pupils\noak,2027,1,500,some,60\n",
            "{path} row 2: team_pupils is 'some'; a number is expected.",
        ),
        ("", "{path} is no table of a saved plan: No columns to parse from file."),
        (None, "{path} cannot be read: No such file or directory."),
    ],
}


@pytest.mark.parametrize(
    ("file", "text", "message"), [(f, t, m) for f, cases in DAMAGE.items() for t, m in cases]
)
def test_a_damaged_saved_plan(pair: Path, file: str, text: str | None, message: str) -> None:
    assert spanwise("solve", "old", "--out", "plan", "-q").code == 0
    path = Path("plan") / file
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    ran = spanwise("compare", "plan", "new")
    assert ran.code == 3
    assert (
        ran.err
        == f"{message.replace('{path}', str(path))}\n\nSave it again with: spanwise solve FOLDER --out DIR\n"
    )


def test_a_saved_plan_without_its_district(pair: Path) -> None:
    assert spanwise("solve", "old", "--out", "plan", "-q").code == 0
    shutil.rmtree("plan/district")
    ran = spanwise("compare", "plan", "new")
    assert ran.code == 3
    assert ran.err.startswith("plan/district does not exist.")
