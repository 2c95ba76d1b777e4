"""The colliding rules: infeasible together, feasible without any one of them, named with their rows in the files."""

import csv
import dataclasses
import json

import numpy as np
import pytest

from datafiles.folder import read_district
from datafiles.locating import with_rows
from models.made import made_district
from models.status import Status
from optimizer.conflict import conflict
from optimizer.explaining import explain
from optimizer.formulation import Model
from optimizer.staging import Options
from tests.commands.runner import spanwise
from tests.districts import SETTINGS, oak, write_folder
from tests.districts import district as oak_district
from tests.explain.made import feasible, funded

POOR = {
    "one school": lambda: funded(made_district(1, 1), 0.6),
    "one of three": lambda: funded(made_district(3, 2, 2), 0.6, [1]),
    "later years": lambda: made_district(2, 3, 1).with_settings(funding={"growth": -0.2}),
    "one scenario": lambda: _cut(made_district(2, 2, 2), 0.45),
    "pooled": lambda: funded(made_district(3, 2, 2, pool="district"), 0.6),
    "shared people": lambda: funded(made_district(2, 1, 1, mobility="district"), 0.6),
    "adults": lambda: made_district(2, 2).with_settings(staff={"min_adults_per_100_pupils": 14.0}),
    "floor": lambda: made_district(2, 2).with_settings(coverage={"min_school_share": 1.0}),
}


def _cut(district, share):
    scenarios = district.scenarios
    change = scenarios.funding_change.copy()
    change[1, 1:] = -share
    return district.replace(scenarios=dataclasses.replace(scenarios, funding_change=change))


@pytest.mark.parametrize("name", POOR)
def test_no_rule_of_a_conflict_can_be_spared(name):
    model = Model(POOR[name]())
    matrix = model.lp.matrix()
    rows = conflict(model, matrix.column_upper, Options())
    assert rows is not None
    assert not feasible(matrix, rows)
    for row in rows:
        assert feasible(matrix, np.setdiff1d(rows, [row])), model.lp.row_label(int(row))
    again = conflict(Model(POOR[name]()), matrix.column_upper, Options())
    assert np.array_equal(rows, again)


def test_the_elastic_model_alone_finds_a_conflict_of_the_same_kind(monkeypatch):
    """Where HiGHS finds no irreducible subset in time, the elastic rows go through the same sieve."""
    import optimizer.solvers.iis

    monkeypatch.setattr(optimizer.solvers.iis, "conflicting_rows", lambda matrix: None)
    model = Model(POOR["one of three"]())
    matrix = model.lp.matrix()
    rows = conflict(model, matrix.column_upper, Options())
    assert rows is not None and not feasible(matrix, rows)
    assert all(feasible(matrix, np.setdiff1d(rows, [row])) for row in rows)


def test_a_district_with_a_plan_has_no_conflict():
    model = Model(made_district(2, 2, 2))
    assert conflict(model, model.lp.matrix().column_upper, Options()) is None


def test_a_conflict_is_of_the_school_and_the_year_that_break():
    answer = explain(POOR["one of three"]())
    assert {rule.school_id for rule in answer.conflict.rules} == {"s001"}
    assert {rule.year for rule in answer.conflict.rules} == {2027}
    district = POOR["one scenario"]()
    bad = district.scenarios.id[1]
    assert {rule.node for rule in explain(district).conflict.rules} <= {"y1", f"y2.{bad}"}


def test_the_words_and_the_rows_of_oak_s_conflict(tmp_path):
    """$3,900 a pupil, and the cheapest lawful classroom costs $4,000."""
    tables, settings = oak({"schools": "school_id,school_name,funding_per_pupil\nelm,Elm,9000\noak,Oak Elementary,3900\n",
                            "enrollment": "school_id,grade_band,pupils\nelm,K-5,100\noak,K-5,500\n"})  # fmt: skip
    folder = write_folder(tmp_path / "oak", tables, settings)
    answer = with_rows(explain(read_district(folder)), folder)
    assert answer.status is Status.INFEASIBLE
    assert not answer.conflict.despite_funding and answer.conflict.stipend is None
    told = [(rule.rule, rule.asks, [str(place) for place in rule.places]) for rule in answer.conflict.rules]
    assert ("budget", "$1,950,000 is there to be spent, after what lies outside the plan",
            ["schools.csv row 3 (oak): funding_per_pupil 3900"]) in told  # fmt: skip
    assert (
        "placement",
        "500 pupils of Elementary are taught, at most 30 a teacher",
        [
            "enrollment.csv row 3 (oak, K-5): pupils 500",
            "grade_bands.csv row 2 (K-5): max_pupils_per_teacher 30",
        ],
    ) in told
    assert {rule for rule, _, _ in told} <= {
        "placement",
        "positions",
        "stipend_take_up",
        "budget",
        "startup_grant",
    }


def test_the_pupils_of_a_large_district_are_written_out(tmp_path):
    tables, settings = oak({"schools": "school_id,school_name,funding_per_pupil\noak,Oak Elementary,3900\n",
                            "enrollment": "school_id,grade_band,pupils\noak,K-5,106620\n"})  # fmt: skip
    told = explain(read_district(write_folder(tmp_path / "oak", tables, settings))).conflict.rules
    asked = next(rule.asks for rule in told if rule.rule == "placement")
    assert asked == "106,620 pupils of Elementary are taught, at most 30 a teacher"


def test_a_setting_s_line_is_found(tmp_path):
    """An adult floor of 8 for 100 pupils needs 40 adults: $3,200,000 in aides where $2,165,000 are there."""
    settings = SETTINGS + "\n[staff]\n# a floor\nmin_adults_per_100_pupils = 12\n"
    folder = write_folder(tmp_path / "oak", *oak(settings=settings))
    answer = with_rows(explain(read_district(folder)), folder)
    floor = next(rule for rule in answer.conflict.rules if rule.rule == "adult_floor")
    assert floor.asks == "at least 60 FTE of teachers, leaders and aides are there"
    assert [str(place) for place in floor.places] == [
        "district.toml line 11: staff.min_adults_per_100_pupils 12"
    ]


def test_rows_of_files_that_are_gone_stay_unknown(tmp_path):
    tables, settings = oak({"schools": "school_id,school_name,funding_per_pupil\noak,Oak Elementary,3900\n"})
    folder = write_folder(tmp_path / "oak", tables, settings)
    answer = explain(read_district(folder))
    assert with_rows(answer, tmp_path / "nowhere") == answer or all(
        place.row is None
        for rule in with_rows(answer, tmp_path / "nowhere").conflict.rules
        for place in rule.places
    )


def test_money_does_not_mend_what_money_does_not_break():
    """A floor of full coverage in a district whose best pattern covers a part: no funding helps, and the budget is not blamed."""
    district = POOR["floor"]()
    answer = explain(district)
    assert answer.conflict.despite_funding
    assert answer.missing == ()
    assert "school_floor" in {rule.rule for rule in answer.conflict.rules}
    assert "budget" not in {rule.rule for rule in answer.conflict.rules}
    rich = Model(funded(district, 1e3))
    assert not feasible(rich.lp.matrix())


def two_stipends(folder):
    """Elm must have six leaders, whom only $20,000 finds; Oak must have one, and cannot pay more than $15,000 to it."""
    return oak_district(
        folder,
        {
            "schools": "school_id,school_name,funding_per_pupil\noak,Oak Elementary,4230\nelm,Elm,9000\n",
            "enrollment": "school_id,grade_band,pupils\noak,K-5,500\nelm,K-5,500\n",
            "stipends": "stipend,take_up\n5000,0.1\n20000,0.5\n",
            "staff": "school_id,role,fte,minimum\noak,leader,1,1\nelm,leader,6,6\n",
        },
        'name = "Two"\nfirst_year = 2027\n\n[leaders]\nstipend_policy = "uniform"\n',
    )


def test_one_stipend_everywhere_can_be_the_collision(tmp_path):
    """Each school is lawful under its own stipend; one stipend for both leaves Oak $5,000 short, or Elm without leaders."""
    district = two_stipends(tmp_path / "two")
    assert feasible(Model(district.with_settings(leaders={"stipend_policy": "by_school"})).lp.matrix())
    answer = explain(district)
    assert answer.status is Status.INFEASIBLE
    assert answer.conflict is not None and answer.conflict.stipend == 20_000
    assert {rule.school_id for rule in answer.conflict.rules} == {"oak"}
    assert [(a.school_id, a.amount) for a in answer.missing] == [("oak", 5_000.0)]


def test_a_school_that_is_overspent_before_the_plan_begins(tmp_path):
    """$400,000 and a reserve of $250,000 against $3,600,000 outside the plan, and no pupils who bring funding: the sign stays."""
    tables, settings = oak(
        {
            "schools": "school_id,school_name,funding_per_pupil,fixed_funding,fixed_spending,opening_reserve\n"
            "elm,Elm,9000,0,0,0\noak,Oak Elementary,3900,400000,3600000,250000\n",
            "enrollment": "school_id,grade_band,pupils\nelm,K-5,100\noak,K-5,0\n",
        }
    )
    folder = write_folder(tmp_path / "oak", tables, settings)
    asked = "$2,950,000 is missing before anything in the plan is paid"
    ran = spanwise("explain", folder, "--out", tmp_path / "out")
    assert ran.code == 4
    assert f"    Oak Elementary, 2027: {asked}\n" in ran.out
    assert "is there to be spent" not in ran.out
    (told,) = json.loads((tmp_path / "out" / "explain.json").read_text(encoding="utf-8"))["conflict"]["rules"]
    assert (told["rule"], told["asks"]) == ("budget", asked)
    with (tmp_path / "out" / "conflict.csv").open(encoding="utf-8", newline="") as file:
        assert [row["asks"] for row in csv.DictReader(file)] == [asked]
    nothing = tables["schools"].replace("400000,3600000", "400000,650000")
    even = explain(read_district(write_folder(tmp_path / "even", tables | {"schools": nothing}, settings)))
    assert even.conflict is None
