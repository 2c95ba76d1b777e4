"""A nation, and a cluster to solve it on."""

import os
import signal
import subprocess
import sys

import pandas as pd
import pytest

from datafiles.bundle import write_bundle
from tests.batch.made import OAK, files_of, free_port
from tests.commands.runner import ROOT


@pytest.fixture
def nation(tmp_path):
    """A bundle of 24 small districts that share their price tables, and one that is spoilt."""
    oak = files_of(OAK)
    own = ("district.toml", "schools.csv", "enrollment.csv", "staff.csv")
    shared = {file: text for file, text in oak.items() if file not in own}
    districts = []
    for number in range(24):
        schools = pd.read_csv(OAK / "schools.csv")
        schools["funding_per_pupil"] = schools["funding_per_pupil"] * (0.98 + 0.005 * number)
        files = {file: oak[file] for file in own} | {"schools.csv": schools.to_csv(index=False)}
        districts.append((f"d{number:02d}", files))
    districts[7] = (
        "d07",
        {**districts[7][1], "enrollment.csv": "school_id,grade_band,pupils\noak,all,many\n"},
    )
    path = tmp_path / "nation.csv"
    assert write_bundle(path, districts, shared) == 24
    return path


@pytest.fixture
def dask(tmp_path):
    """A scheduler and two workers on loopback: address and processes, the scheduler first."""
    pytest.importorskip("distributed")
    address = f"tcp://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "dask"]
    here = ["--host", "127.0.0.1", "--no-dashboard"]
    common = {
        "cwd": tmp_path,
        "env": os.environ | {"PYTHONPATH": str(ROOT)},
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "start_new_session": True,
    }
    alone = ["--nthreads", "1", "--no-nanny", "--death-timeout", "60"]
    processes = [
        subprocess.Popen([*command, "scheduler", *here, "--port", address.rsplit(":", 1)[1]], **common)
    ]
    processes += [
        subprocess.Popen(
            [*command, "worker", address, *here, *alone, "--local-directory", str(tmp_path / f"w{n}")],
            **common,
        )
        for n in range(2)
    ]
    yield address, processes
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
