"""What a cluster says of its chunks, without a cluster and with a real one."""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import batch.cluster
from batch.cluster import Cluster
from batch.jobs import Work
from batch.running import run
from batch.store import Store
from models.errors import SolverFailure
from tests.batch.made import OAK, free_port, run_batch
from tests.commands.runner import ROOT


class Future:
    """A future of Dask that goes through some states, one each time it is asked; the last one stays."""

    def __init__(self, *states: str) -> None:
        self.states = list(states)

    @property
    def status(self) -> str:
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def result(self, timeout: float) -> list[dict[str, int]]:
        assert self.states == ["finished"]
        return [{"job": 1}]


@pytest.fixture
def cluster() -> Cluster:
    pytest.importorskip("distributed")
    made = Cluster("tcp://nowhere")
    made._client = SimpleNamespace(status="running")
    made._woken = SimpleNamespace(wait=lambda seconds: None, clear=lambda: None)
    return made


def test_a_result_that_died_with_its_worker_is_waited_for(cluster) -> None:
    """Dask says "lost" until another worker has solved the chunk again; the scheduler is there."""
    chunk = object()
    cluster._flying[Future("pending", "lost", "lost", "finished")] = chunk
    assert list(cluster.take()) == [(chunk, [{"job": 1}])]
    assert cluster._flying == {}


def test_a_chunk_that_the_scheduler_dropped_ends_the_batch(cluster) -> None:
    cluster._flying[Future("pending", "cancelled")] = object()
    with pytest.raises(SolverFailure, match="The Dask scheduler at tcp://nowhere went away"):
        list(cluster.take())


# ---- a real one ---


def batch_until_a_chunk_is_there(out: Path, *arguments) -> subprocess.Popen:
    running = subprocess.Popen(
        [sys.executable, "-c", "import cli; cli.main()", "batch", *map(str, arguments), "-o", str(out)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(1200):
        if any((out / "chunks").glob("*.jsonl")) or running.poll() is not None:
            break
        time.sleep(0.05)
    return running


def test_cluster_gives_the_same_results_when_a_worker_dies(dask, nation, tmp_path):
    address, (scheduler, doomed, _) = dask
    here, there, again = tmp_path / "here", tmp_path / "there", tmp_path / "again"
    arguments = [nation, "--grid", "cut=0,0.01,0.02,0.03", "--chunk", "4"]
    running = batch_until_a_chunk_is_there(there, *arguments, "--cluster", address)
    os.killpg(doomed.pid, signal.SIGKILL)
    _, err = running.communicate(timeout=120)
    assert running.returncode == 3, err
    assert run_batch(*arguments, "--workers", "2", "-o", here).returncode == 3
    assert (there / "results.csv").read_bytes() == (here / "results.csv").read_bytes()
    assert len(pd.read_csv(there / "results.csv")) == 24 * 4

    running = batch_until_a_chunk_is_there(again, *arguments, "--cluster", address)
    os.killpg(scheduler.pid, signal.SIGKILL)
    _, err = running.communicate(timeout=120)
    assert running.returncode == 5
    assert err.startswith(f"The Dask scheduler at {address} went away.")
    assert run_batch(*arguments, "--workers", "2", "-o", again).returncode == 3
    assert (again / "results.csv").read_bytes() == (here / "results.csv").read_bytes()


def batch_ends(address, nation, out, monkeypatch, after_a_chunk) -> str:
    """What a batch says that ends when something happens to its cluster after the first chunk."""
    work = Work([nation], [{"cut": cut / 1000} for cut in range(8)], chunk_jobs=2)
    happened = []

    def tell(progress):
        if progress.done and not happened:
            monkeypatch.setattr(batch.cluster, "PATIENCE", 3.0)
            monkeypatch.setattr(batch.cluster, "LOOK", 0.5)
            happened.append(after_a_chunk())

    with pytest.raises(SolverFailure) as error:
        run(work, Store(out, work), cluster=address, tell=tell)
    assert list((out / "chunks").glob("*.jsonl"))
    return str(error.value)


def test_a_frozen_scheduler_ends_the_batch(dask, nation, tmp_path, monkeypatch):
    address, (scheduler, *_) = dask
    assert batch_ends(
        address, nation, tmp_path / "out", monkeypatch, lambda: scheduler.send_signal(signal.SIGSTOP)
    ) == (
        f"The Dask scheduler at {address} has not answered for 3 seconds.\n\n"
        "Finished chunks are kept; start it again, and the same command goes on."
    )


def test_a_cluster_without_workers_ends_the_batch(dask, nation, tmp_path, monkeypatch):
    logging.getLogger("asyncio").setLevel(logging.NOTSET)
    address, (_, *workers) = dask
    assert batch_ends(
        address, nation, tmp_path / "out", monkeypatch, lambda: [worker.kill() for worker in workers]
    ) == (
        f"The Dask scheduler at {address} has had no workers for 3 seconds.\n\n"
        f"Finished chunks are kept; start workers (dask worker {address}), and the same command goes on."
    )
    assert not logging.getLogger("asyncio").isEnabledFor(logging.ERROR), (
        "what the client leaves unheard is a traceback"
    )


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("foo", "foo: missing port number in address 'foo'"),
        ("", "a blank address: missing port number in address ''"),
        ("tcp://127.0.0.1", "tcp://127.0.0.1: missing port number in address '127.0.0.1'"),
        ("tls://127.0.0.1:9", "tls://127.0.0.1:9: TLS expects a `ssl_context` argument"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9: unknown address scheme 'http'"),
    ],
)
def test_what_is_no_address_is_said_plainly(tmp_path, address, what):
    pytest.importorskip("distributed")
    ran = run_batch(OAK, "--cluster", address, "-o", tmp_path / "out")
    assert ran.returncode == 3
    told, mend = ran.stderr.split("\n\n")
    assert told.startswith(f"No Dask scheduler answers at {what}")
    assert mend == "Start one with 'dask scheduler', and workers with 'dask worker'.\n"


def test_no_scheduler_is_said_plainly(tmp_path):
    pytest.importorskip("distributed")
    ran = run_batch(OAK, "--cluster", f"tcp://127.0.0.1:{free_port()}", "-o", tmp_path / "out")
    assert ran.returncode == 3
    assert "No Dask scheduler answers at tcp://127.0.0.1" in ran.stderr
    assert "Traceback" not in ran.stderr
