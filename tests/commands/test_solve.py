"""`spanwise solve` and `check` from the outside: what is printed, written, and with which exit code."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.commands.runner import ROOT, process, spanwise

LAKESIDE = ROOT / "examples" / "lakeside"
OAK = ROOT / "examples" / "oak"


@pytest.fixture
def oak(tmp_path):
    """A copy of Oak that a test may spoil."""
    return Path(shutil.copytree(OAK, tmp_path / "oak"))


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} lacks {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_card_of_lakeside_names_everything_the_issue_asks_for():
    ran = spanwise("solve", LAKESIDE)
    assert ran.code == 0
    for phrase in (
        "Lakeside Unit District 7: 9 schools, 4,500 pupils, 2027 to 2031, 3 scenarios",
        "of pupils fully served",
        "By year",
        "By scenario",
        "Leader stipend",
        "Teachers per leader in teams",
        "aides per leader",
        "Technology, pupils by package",
        "Total spending",
        "Funding",
        "Start-up share of funding (limit 7 %)",
        "Recurring technology share of funding (limit 2 %)",
        "Tightest rules",
        "Certificate: holds",
        "Next",
        f"spanwise explain {LAKESIDE}",
    ):
        assert phrase in ran.out, phrase
    assert ran.err == ""


def test_lakeside_is_interesting():
    answer = json.loads(spanwise("solve", LAKESIDE, "--json").out)
    assert 0.3 < answer["coverage"] < 0.95
    assert 1400 < answer["stipend"] < 20000
    by_scenario = answer["coverage_by_scenario"]
    assert by_scenario["base"] - min(by_scenario.values()) > 0.05, "a cut visibly bites"
    assert any(0.05 < share < 0.95 for share in answer["coverage_by_school"].values())


def test_json_is_the_only_thing_on_standard_output():
    for solver in ("highs", "cbc", "highs-pulp"):
        ran = process("solve", OAK, "--json", "--solver", solver)
        assert ran.code == 0, ran.err
        answer = json.loads(ran.out)
        assert answer["status"] == "optimal"
        assert answer["coverage"] == pytest.approx(0.6, abs=1e-6)
        assert set(answer) >= {
            "status",
            "objective",
            "coverage",
            "coverage_by_scenario",
            "coverage_by_school",
            "spending",
            "stipend",
            "teachers_per_leader",
            "solver",
            "certificate",
            "years",
            "schools",
        }
        assert set(answer["solver"]) >= {"name", "version", "method", "seconds", "variables", "rules"}
        assert answer["certificate"]["primal"] < 1e-6


@pytest.mark.parametrize("objective", ["worst_case", "max_min"])
def test_other_objectives_add_their_own_value(objective):
    answer = json.loads(spanwise("solve", LAKESIDE, "--json", "--objective", objective).out)
    plain = json.loads(spanwise("solve", LAKESIDE, "--json").out)
    assert answer["objective"] == objective
    assert answer[objective] <= answer["coverage"] + 1e-6 <= plain["coverage"] + 2e-6
    group = answer["coverage_by_scenario"] if objective == "worst_case" else answer["coverage_by_school"]
    assert min(group.values()) == pytest.approx(answer[objective], abs=1e-5)


def test_out_writes_tables_that_agree_with_the_json(tmp_path):
    place = tmp_path / "results"
    ran = spanwise("solve", LAKESIDE, "--out", place, "--json")
    answer = json.loads(ran.out)
    assert json.loads((place / "plan.json").read_text(encoding="utf-8"))["coverage"] == answer["coverage"]
    tables = {
        name: pd.read_csv(place / f"{name}.csv")
        for name in ("design", "positions", "stipends", "technology", "coverage", "money")
    }
    for name, table in tables.items():
        assert {"school_id", "year", "node", "probability"} <= set(table.columns), name
        assert not table.empty, name
    design = tables["design"]
    need = pd.read_csv(LAKESIDE / "schools.csv").set_index("school_id").need_weight
    weight = tables["coverage"].probability * tables["coverage"].school_id.map(need)
    assert (weight * tables["coverage"].covered_pupils).sum() / (
        weight * tables["coverage"].pupils
    ).sum() == pytest.approx(answer["coverage"], abs=2e-6)
    assert design.pupils.sum() == pytest.approx(tables["coverage"].pupils.sum(), rel=1e-9)
    again = process("solve", place / "district", "--json")
    assert json.loads(again.out)["coverage"] == pytest.approx(answer["coverage"], abs=1e-7)


def test_model_files_have_readable_names(tmp_path):
    lp, mps = tmp_path / "m.lp", tmp_path / "m.mps"
    assert spanwise("solve", OAK, "--save-lp", lp, "--save-mps", mps, "--quiet").code == 0
    assert "budget(oak,y1):" in lp.read_text(encoding="utf-8")
    assert "budget(oak,y1)" in mps.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.lp", "m.mps"]


def test_a_saved_model_has_the_same_optimum(tmp_path):
    import highspy

    assert spanwise("solve", LAKESIDE, "--save-mps", tmp_path / "m.mps", "--quiet").code == 0
    highs = highspy.Highs()
    highs.silent()
    highs.readModel(str(tmp_path / "m.mps"))
    highs.run()
    answer = json.loads(spanwise("solve", LAKESIDE, "--json").out)
    by_school = highs.getObjectiveValue()  # the file holds the linear program, where schools may mix stipends
    assert by_school >= answer["coverage"] - 1e-6


def test_no_plan_exits_4_and_says_where_it_breaks_first(oak):
    change(oak, "schools.csv", "8200", "5000") if "8200" in (oak / "schools.csv").read_text() else _starve(
        oak
    )
    ran = spanwise("solve", oak)
    assert ran.code == 4
    assert ran.out == ""
    assert "No plan satisfies all rules" in ran.err
    assert "2027" in ran.err
    assert "Oak" in ran.err
    as_json = spanwise("solve", oak, "--json")
    assert as_json.code == 4
    answer = json.loads(as_json.out)
    assert answer["status"] == "infeasible"
    assert "coverage" not in answer


def _starve(folder: Path) -> None:
    table = pd.read_csv(folder / "schools.csv")
    table["funding_per_pupil"] = 100
    table.to_csv(folder / "schools.csv", index=False)


def test_bad_input_exits_3_and_lists_every_problem(oak):
    table = (oak / "schools.csv").read_text(encoding="utf-8")
    (oak / "schools.csv").write_text(
        table + "elm,Elm,9OOO" + "," * (table.splitlines()[0].count(",") - 2) + "\n", encoding="utf-8"
    )
    change(oak, "district.toml", "years = 1", 'years = "one"')
    for command in ("solve", "check"):
        ran = spanwise(command, oak)
        assert ran.code == 3
        assert ran.out == ""
        assert '"9OOO"' in ran.err
        assert "years" in ran.err
        assert "Traceback" not in ran.err
    answer = json.loads(spanwise("check", oak, "--json").out)
    assert answer["status"] == "invalid_input"
    assert len(answer["error"]["problems"]) >= 2


def test_wrong_usage_exits_2():
    assert spanwise("solve").code == 2
    wrong = spanwise("solve", OAK, "--objective", "best", "--json")
    answer = json.loads(wrong.out)
    assert (wrong.code, answer["status"], answer["error"]["mend"]) == (
        2,
        "wrong_usage",
        "See: spanwise --help",
    )
    assert answer["error"]["what"] in wrong.err
    assert spanwise("solve", OAK, "--objective", "best").code == 2
    assert spanwise("slove", OAK).code == 2
    assert spanwise("solve", OAK, "--gap", "0.1").code == 2


def test_a_missing_solver_says_how_to_get_it():
    ran = spanwise("solve", OAK, "--solver", "no-such-solver")
    assert ran.code == 5
    assert "The solver 'no-such-solver' is not on this machine (here: highs, cbc" in ran.err


def test_a_time_limit_gives_no_plan():
    ran = spanwise("solve", LAKESIDE, "--time-limit", "0.001", "--json")
    assert ran.code == 5
    assert json.loads(ran.out)["status"] == "time_limit"


def test_unwritable_place_leaves_nothing_behind(tmp_path):
    place = tmp_path / "file"
    place.write_text("mine", encoding="utf-8")
    ran = spanwise("solve", OAK, "--out", place)
    assert ran.code in (2, 3)
    assert place.read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_interrupt_ends_with_130(tmp_path):
    code = (
        "import sys, cli, datafiles.reading as r\n"
        "from models.made import made_district\n"
        "r.read_any = lambda path: (made_district(150, 5, 5, pool='district'), ())\n"
        "print('started', file=sys.stderr, flush=True)\n"
        "cli.main(['solve', 'x', '--method', 'simplex', '--out', sys.argv[1]])\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "out")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    assert running.stderr.readline() == "started\n"
    time.sleep(3.0)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert running.returncode == 130, err
    assert out == ""
    assert "Interrupted" in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_check_tells_what_the_model_will_look_like():
    ran = spanwise("check", LAKESIDE)
    assert ran.code == 0
    for phrase in (
        "is sound",
        "Schools               9",
        "12 nodes of the tree",
        "Model: ",
        "variables",
        "rules",
    ):
        assert phrase in ran.out, phrase


def test_check_names_excluded_patterns_and_why(oak):
    change(oak, "grade_bands.csv", *_limit(oak, 20.0))
    ran = spanwise("check", oak)
    assert ran.code == 3, "no pattern is left for the band, which is bad input"
    assert "no staffing pattern" in ran.err


def _limit(folder: Path, limit: float) -> tuple[str, str]:
    table = pd.read_csv(folder / "grade_bands.csv")
    old = (folder / "grade_bands.csv").read_text(encoding="utf-8")
    table["max_pupils_per_teacher"] = limit
    return old, table.to_csv(index=False)


def test_help_imports_neither_pandas_nor_a_solver():
    code = (
        "import sys, cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'pandas', 'pulp', 'highspy', 'scipy', 'numpy', 'rich', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_fault_of_ours_is_one_line_and_exit_1(monkeypatch):
    import datafiles.reading

    def broken(path):
        raise RuntimeError("no such thing")

    monkeypatch.setattr(datafiles.reading, "read_any", broken)
    monkeypatch.delenv("SPANWISE_DEBUG", raising=False)
    ran = spanwise("solve", OAK)
    assert ran.code == 1
    assert ran.err.startswith("A fault of Spanwise, not of your input: RuntimeError: no such thing")


def test_no_colour_and_no_terminal_means_no_escape_codes():
    done = subprocess.run(
        [sys.executable, "-c", "import cli; cli.main()", "solve", str(OAK)],
        cwd=ROOT,
        capture_output=True,
        env=os.environ | {"NO_COLOR": "1", "TERM": "dumb"},
    )
    assert b"\x1b[" not in done.stdout + done.stderr
