"""Stops and kills: whoever is hit, nobody prints a traceback, and nobody stays behind."""

import os
import signal
import subprocess
import sys
import time

import pytest

from batch.jobs import Work
from batch.processes import Processes
from tests.batch.made import OAK
from tests.commands.runner import ROOT


def started(nation, out, *arguments) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", "import cli; cli.main()", "batch", str(nation), "--workers", "2", "--chunk", "2",
         "--grid", "cut=0,0.01,0.02,0.03", "--grid", "funding.growth=0,0.001,0.002,0.003,0.004,0.005", *arguments, "-o", str(out)],
        cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for(something) -> None:
    for _ in range(2400):
        if something():
            return
        time.sleep(0.01)
    pytest.fail("waited in vain")


def test_ctrl_c_does_not_reach_a_worker_that_still_starts(capfd):
    work = Work([OAK], [{}])
    with Processes(1) as crew:
        crew.give(work.chunk(0))
        worker = crew.workers[0]
        while not worker.pipe.poll(0.005):
            os.kill(worker.process.pid, signal.SIGINT)
        answers = list(crew.take())
        while not answers:
            answers += crew.take()
        assert worker.false_starts == 0
    assert [row["status"] for row in answers[0][1]] == ["optimal"]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("delay", [0, 0.1, 0.3, 0.6])
def test_ctrl_c_while_a_batch_starts_is_one_line(nation, tmp_path, delay):
    out = tmp_path / "out"
    process = started(nation, out)
    wait_for(lambda: (out / "batch.json").exists())
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (
        130,
        f"\nStopped. Finished chunks are kept in {out}; the same command goes on from there.\n",
    )


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_workers_end_silently_with_the_one_that_started_them(nation, tmp_path, ending):
    out = tmp_path / "out"
    process = started(nation, out, "-q")
    wait_for(lambda: any((out / "chunks").glob("*.jsonl")))
    process.send_signal(ending)
    _, err = process.communicate(timeout=60)  # reads on until the last worker is gone
    assert (process.returncode, err) == (-ending, "")
