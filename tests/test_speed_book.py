"""The book of speed: its ways find one answer, and who does not finish is listed and not tried again."""

from __future__ import annotations

import os
import time
from inspect import signature

import pytest

from benchmarks import instances, speed
from benchmarks.apart import answer_of
from benchmarks.peak import peak_mb
from benchmarks.rivals import LinopyProgram
from benchmarks.ways import BARE, SPANWISE, WAYS
from optimizer.program import Program


def test_ways_of_a_small_district_agree_and_have_their_columns():
    book = speed.Book([BARE[0], SPANWISE, "each school alone, cold"], 1, 60.0, 60.0)
    rows = book.rows(instances.instance("3x2x2", "school"))
    assert list(rows) == [BARE[0], SPANWISE, "each school alone, cold"]
    assert all("error" not in row for row in rows.values()), rows
    coverage = rows[BARE[0]]["objective"]
    assert 0 < coverage < 1
    for row in rows.values():
        assert row["objective"] == pytest.approx(coverage, abs=1e-6)
        assert row["peak"] > 20
    assert rows[BARE[0]]["peak"] < rows[SPANWISE]["peak"], "nothing of ours is in the bare process"
    lines = speed.table("Made", rows)
    assert lines[2].startswith("| path | build | hand-over and solve | total | ratio | peak MB | ÷ bare |")
    assert lines[4].split(" | ")[6] == "1.00"
    assert lines[5].split(" | ")[4] == "1.0"


def test_who_does_not_finish_is_listed_and_not_tried_on_a_larger_one(monkeypatch):
    book = speed.Book([BARE[1]], 3, 0.01, 60.0)
    small, large = (instances.instance(name, "school") for name in ("2x1x1", "3x1x1"))
    row = book.rows(small)[BARE[1]]
    assert row["error"] == "more than 0 s"
    monkeypatch.setattr("benchmarks.apart.measure", lambda *arguments: pytest.fail("it is tried again"))
    rows = book.rows(large)
    assert rows == {BARE[1]: {"error": "more than 0 s on a smaller one"}}
    assert f"| {BARE[1]} | | | more than 0 s on a smaller one | |  | | | |" in speed.table("Made", rows)


def test_what_happens_to_a_process_is_an_answer():
    assert answer_of(dict, patience=60) == {}
    assert answer_of(int, "x", patience=60)["error"].startswith("ValueError: invalid literal")
    assert answer_of(os._exit, 3, patience=60) == {"error": "the process ended by itself"}
    late = answer_of(time.sleep, 60, patience=2)
    assert (late["error"], late["peak"] > 1) == ("more than 2 s", True)


def test_a_way_that_disagrees_is_said_to():
    rows = {
        SPANWISE: {"total": 1.0, "peak": 10.0, "objective": 0.5, "runs": 1},
        "linopy, HiGHS": {"total": 2.0, "peak": 20.0, "objective": 0.4, "runs": 1},
    }
    assert "0.400000 (disagrees)" in speed.table("Made", rows)[5]
    assert "(disagrees)" not in speed.table("Made", rows)[4]


def test_wrong_names():
    with pytest.raises(SystemExit, match="big is no size"):
        instances.instance("big", "school")


def test_own_ways_have_more_patience():
    assert [name for name, way in WAYS.items() if way.patient] == [
        SPANWISE,
        "Spanwise, prices",
        "whole solve",
    ]
    assert peak_mb() > 10


def test_the_linopy_rival_takes_every_call_that_rules_make():
    """linopy is in no extra that tests install, so that only the signatures can be compared."""
    for name in ("__init__", "variable", "rule"):
        ours, theirs = (set(signature(getattr(kind, name)).parameters) for kind in (Program, LinopyProgram))
        assert ours <= theirs, name
