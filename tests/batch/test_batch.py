"""Batches: one bad district does not stop the rest, a kill loses nothing, workers change nothing."""

import dataclasses
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from batch.crew import TRIES
from batch.grid import parse_grid, variants
from batch.jobs import Work
from batch.processes import READY, Processes, Worker
from batch.running import Progress, _finished, run
from batch.store import Store
from batch.work import solve_chunk
from commands.batch import ending
from datafiles.bundle import read_bundle, write_bundle
from datafiles.folder import read_district
from models.errors import SolverFailure
from optimizer import Options, solve
from tests.batch.made import LAKESIDE, OAK, run_batch
from tests.commands.runner import ROOT, spanwise


def test_bundle_round_trip_as_csv_and_parquet(nation, tmp_path):
    bundle = read_bundle(nation)
    assert len(bundle.ids) == 24
    assert bundle.contents("d00")["roles.csv"] == (OAK / "roles.csv").read_bytes()
    pytest.importorskip("pyarrow")
    again = tmp_path / "nation.parquet"
    write_bundle(
        again, [(name, {f: c.decode() for f, c in bundle.contents(name).items()}) for name in bundle.ids]
    )
    assert [read_bundle(again).contents(name) for name in bundle.ids] == [
        bundle.contents(name) for name in bundle.ids
    ]


def test_results_do_not_depend_on_workers_and_agree_with_solve(nation, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    ran = run_batch(
        nation, LAKESIDE, "--grid", "cut=0", "--chunk", "6", "--workers", "1", "-o", one, "--json"
    )
    assert ran.returncode == 3, ran.stderr  # d07
    summary = json.loads(ran.stdout)
    assert (summary["districts"], summary["variants"], summary["jobs"]) == (25, 1, 25)
    assert (
        run_batch(nation, LAKESIDE, "--grid", "cut=0", "--chunk", "6", "--workers", "2", "-o", two).returncode
        == 3
    )
    assert (one / "results.csv").read_bytes() == (two / "results.csv").read_bytes()
    table = pd.read_csv(one / "results.csv")
    assert list(table.district_id) == [*(f"d{n:02d}" for n in range(24)), "lakeside"]
    bad = table[table.district_id == "d07"]
    assert set(bad.status) == {"invalid_input"}
    assert bad.message.str.contains("many").all()
    assert (table.status != "fault").all()
    plain = solve(read_district(LAKESIDE), options=Options(method="simplex"))
    assert table[(table.district_id == "lakeside") & (table.cut == 0)].coverage.item() == pytest.approx(
        plain.coverage, abs=1e-6
    )


def test_a_killed_batch_goes_on_with_nothing_lost_or_done_twice(nation, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    arguments = [nation, "--grid", "cut=0,0.01,0.02,0.03", "--chunk", "4", "--workers", "1"]
    assert run_batch(*arguments, "-o", whole).returncode == 3
    running = subprocess.Popen(
        [sys.executable, "-c", "import cli; cli.main()", "batch", *map(str, arguments), "-o", str(broken)],
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(600):
        if len(list((broken / "chunks").glob("*.jsonl"))) >= 3 if (broken / "chunks").is_dir() else False:
            break
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    kept = {path.name: path.read_bytes() for path in (broken / "chunks").glob("*.jsonl")}
    assert 3 <= len(kept) < 24
    assert not (broken / "results.csv").exists()
    ran = run_batch(*arguments, "-o", broken, "--json")
    assert ran.returncode == 3, ran.stderr
    assert json.loads(ran.stdout)["resumed"] == 4 * len(kept)
    assert all((broken / "chunks" / name).read_bytes() == content for name, content in kept.items()), (
        "finished chunks are not done again"
    )
    assert (broken / "results.csv").read_bytes() == (whole / "results.csv").read_bytes()


def test_the_figures_of_a_row_are_those_of_the_plans_tables() -> None:
    (row,) = solve_chunk(Work([LAKESIDE], [{}]).chunk(0))
    plan = solve(read_district(LAKESIDE), options=Options(threads=1))
    cover, money = plan.to_frame("coverage"), plan.to_frame("money")
    last = cover[cover.year == cover.year.max()]
    first = money[(money.year == money.year.min()) & (money.line == "funding")]
    assert row["team_share_last_year"] == pytest.approx(
        (last.team_pupils * last.probability).sum() / (last.pupils * last.probability).sum(), abs=1e-4
    )
    assert row["funding"] == pytest.approx((first.amount * first.probability).sum())
    assert row["coverage_worst_scenario"] == pytest.approx(min(plan.coverage_by_scenario.values()), abs=1e-4)
    assert row["coverage_worst_school"] == pytest.approx(min(plan.coverage_by_school.values()), abs=1e-4)
    assert (row["schools"], row["pupils"]) == (9, 4500)


def test_the_time_left_is_that_of_the_jobs_that_were_not_done_before() -> None:
    progress = Progress(100, before=40, done=20, started=time.monotonic() - 10.0)
    assert progress.seconds_left == pytest.approx(40 / 2.0, rel=0.01)
    assert Progress(100, before=40).seconds_left is None


def test_many_variants_of_one_district_are_many_chunks():
    work = Work(
        [LAKESIDE, OAK], variants(parse_grid(["cut=0,0.01,0.02", "funding.growth=0,0.01"])), chunk_jobs=4
    )
    chunks = [work.chunk(number) for number in range(work.chunks)]
    assert (
        [chunk.jobs for chunk in chunks]
        == [work.jobs_of(number) for number in range(work.chunks)]
        == [4, 4, 4]
    )
    jobs = [(name, variant) for chunk in chunks for name, _, own in chunk.districts for variant in own]
    assert jobs == [(name, variant) for name in ("lakeside", "oak") for variant in work.variants]
    parts = chunks[1].apart()
    assert [(part.number, part.part, part.jobs) for part in parts] == [(1, n, 1) for n in range(4)]
    assert [part.districts[0][0] for part in parts] == ["lakeside", "lakeside", "oak", "oak"]
    assert Work([OAK], variants({"cut": [n / 1000 for n in range(640)]})).jobs_of(0) == 10


def test_scenarios_file_replaces_every_districts_own(tmp_path):
    scenarios = tmp_path / "cuts.csv"
    scenarios.write_text(
        "scenario,label,probability,year,funding_change\nonly,,1,1,-0.01\n", encoding="utf-8"
    )
    assert (
        spanwise("batch", LAKESIDE, "--scenarios", scenarios, "-o", tmp_path / "out", "--workers", "1").code
        == 0
    )
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    assert table.coverage_worst_scenario.item() == pytest.approx(table.coverage.item(), abs=3e-6)


def test_a_wrong_scenarios_file_is_said_once_and_before_the_first_solve(tmp_path):
    scenarios = tmp_path / "cuts.csv"
    scenarios.write_text(
        "scenario,probability,year,funding_change\nbase,0.5,1,\ncut,0.6,2,-7\n", encoding="utf-8"
    )
    ran = spanwise("batch", OAK, LAKESIDE, "--scenarios", scenarios, "-o", tmp_path / "out")
    assert ran.code == 3
    assert ran.err.count("the scenarios sum to 1.1; 1 is expected.") == 1
    assert ran.err.count("row 3 (cut, 2), column funding_change") == 1
    assert f"{scenarios} has 2 problems" in ran.err
    assert not (tmp_path / "out").exists()
    scenarios.write_text("scenario,probabilty,year\nbase,1,1\n", encoding="utf-8")
    ran = spanwise("batch", OAK, LAKESIDE, "--scenarios", scenarios, "-o", tmp_path / "out")
    assert (ran.code, ran.err.count('Did you mean "probability"?')) == (3, 1)


def test_same_district_twice_and_missing_sources(tmp_path):
    other = tmp_path / "oak"
    shutil.copytree(OAK, other)
    assert "The district 'oak' is given twice." in spanwise("batch", OAK, other, "-o", tmp_path / "out").err
    assert (
        "nowhere is neither a district folder, a workbook nor a bundle"
        in spanwise("batch", "nowhere", "-o", tmp_path / "out").err
    )


def test_an_empty_folder_is_a_row_and_is_told(tmp_path):
    (tmp_path / "empty").mkdir()
    ran = spanwise("batch", tmp_path / "empty", OAK, "-o", tmp_path / "out", "--workers", "1")
    assert ran.code == 3
    assert "1  with bad input" in ran.out
    assert "empty: empty is no district folder: it holds none of its files." in ran.out
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    assert list(table.status) == ["invalid_input", "optimal"]


def test_the_folder_one_stands_in_has_its_name(monkeypatch):
    monkeypatch.chdir(OAK)
    assert Work([Path()], variants({})).chunk(0).districts[0][0] == "oak"


# ---- workers that die --------------------------------------------------------------------------------------------


def table_of(work: Work, out: Path, **options) -> str:
    run(work, Store(out, work), **options)
    return (out / "results.csv").read_text(encoding="utf-8")


def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost(nation, tmp_path):
    work = Work([nation], variants({"cut": [0, 0.01]}), chunk_jobs=4)
    killed = []

    def kill(progress: Progress) -> None:
        if progress.done and len(killed) < 2:
            alive = [child.pid for child in multiprocessing.active_children() if child.pid not in killed]
            os.kill(alive[0], signal.SIGKILL)  # one just killed may still be listed
            killed.append(alive[0])

    broken = table_of(work, tmp_path / "broken", workers=2, tell=kill)
    assert len(set(killed)) == 2
    assert broken == table_of(work, tmp_path / "whole", workers=1)
    assert not multiprocessing.active_children()


def test_a_chunk_that_workers_die_of_is_given_up():
    work = Work([LAKESIDE], variants({"cut": [n / 1000 for n in range(60)]}), chunk_jobs=60)
    with Processes(1) as crew:
        crew.give(work.chunk(0))
        answers = []
        for _ in range(TRIES):
            while not crew.workers[0].ready:
                answers += crew.take()
            os.kill(crew.workers[0].process.pid, signal.SIGKILL)
            answers += crew.take()
        assert crew.wants()
    assert [(chunk.number, results) for chunk, results in answers] == [(0, None)]


class Deadly:
    """A crew without processes, whose workers die of one district."""

    def __init__(self, deadly: str) -> None:
        self.deadly, self.chunks = deadly, []

    def wants(self) -> bool:
        return len(self.chunks) < 3

    def give(self, chunk) -> None:
        self.chunks.append(chunk)

    def take(self):
        chunk = self.chunks.pop()
        fatal = any(name == self.deadly for name, _, _ in chunk.districts)
        yield chunk, None if fatal else solve_chunk(chunk)


def test_a_district_that_workers_die_of_is_reported_and_the_rest_done(nation):
    work = Work([nation], variants({"cut": [0, 0.01]}), chunk_jobs=6)
    results = dict(_finished(work, list(range(work.chunks)), Deadly("d04")))
    rows = [row for number in range(work.chunks) for row in results[number]]
    assert [(row["district_id"], row["cut"]) for row in rows] == [
        (f"d{n:02d}", c) for n in range(24) for c in (0, 0.01)
    ]
    assert {row["district_id"] for row in rows if row["status"] == "worker_died"} == {"d04"}
    assert "The worker process died, 3 times" in next(
        row["message"] for row in rows if row["district_id"] == "d04"
    )


def test_deaths_are_those_of_one_chunk_and_false_starts_those_in_a_row() -> None:
    """Two deaths of a chunk that was solved at last say nothing of the next one, nor do two starts before a good one."""

    class Pipe:
        def recv(self) -> str:
            return READY

    worker = Worker.__new__(Worker)
    worker.chunk, worker.deaths, worker.false_starts, worker.pipe = None, TRIES - 1, TRIES - 1, Pipe()
    assert worker.hear() is None
    assert (worker.ready, worker.false_starts) == (True, 0)
    worker.chunk = chunk = Work([OAK], variants({})).chunk(0)
    assert worker._done([]) == (chunk, [])
    assert (worker.chunk, worker.deaths) == (None, 0)


def test_other_versions_are_refused():
    chunk = dataclasses.replace(Work([OAK], variants({})).chunk(0), versions=("0.0.1", "1.0.0"))
    with pytest.raises(SolverFailure, match=r"the batch was started with 0\.0\.1 with HiGHS 1\.0\.0"):
        solve_chunk(chunk)


# ---- how it ends -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endings", "code"),
    [
        ({"optimal": 3}, 0),
        ({"optimal": 3, "infeasible": 1}, 0),
        ({"infeasible": 1, "failed": 0}, 0),
        ({"optimal": 3, "invalid_input": 1}, 3),
        ({"time_limit": 3}, 5),
        ({"optimal": 3, "invalid_input": 1, "time_limit": 1}, 5),
        ({"optimal": 3, "worker_died": 1}, 5),
        ({"fault": 1, "invalid_input": 1}, 5),
        ({"failed": 1}, 5),
        ({"iteration_limit": 1}, 5),
        ({}, 0),
    ],
)
def test_exit_codes(endings, code):
    assert ending(endings) == code


def test_a_batch_of_bad_input_alone_ends_with_3_and_one_that_was_stopped_with_5(tmp_path):
    (tmp_path / "empty").mkdir()
    assert spanwise("batch", tmp_path / "empty", "-o", tmp_path / "bad", "--workers", "1").code == 3
    stopped = spanwise(
        "batch", OAK, tmp_path / "empty", "--time-limit", "1e-9", "-o", tmp_path / "out", "--workers", "1"
    )
    assert stopped.code == 5
    assert list(pd.read_csv(tmp_path / "out" / "results.csv").status) == ["time_limit", "invalid_input"]
