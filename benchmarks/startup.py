"""Start-up: wall time of whole commands, each in a new process."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = {
    "python alone": ["-c", "pass"],
    "numpy and highspy alone": ["-c", "import numpy, highspy"],
    "`spanwise --help`": ["-c", "import cli; cli.main(['--help'])"],
    "`spanwise solve examples/oak`": ["-c", "import cli; cli.main(['solve', 'examples/oak'])"],
    "`spanwise solve examples/lakeside`": ["-c", "import cli; cli.main(['solve', 'examples/lakeside'])"],
}


def seconds(arguments: list[str], repeats: int) -> list[float]:
    """Wall time of each of some runs, after one that fills the file cache."""
    times = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return times[1:]


def startup_table(repeats: int = 7) -> list[str]:
    """Median and range of every command as Markdown."""
    lines = [
        "### Start-up",
        "",
        f"Wall time of a new process, median of {repeats}.",
        "",
        "| command | median | range |",
        "|---|---:|---:|",
    ]
    for name, arguments in COMMANDS.items():
        times = seconds(arguments, repeats)
        lines.append(
            f"| {name} | {statistics.median(times):.2f} s | {min(times):.2f} to {max(times):.2f} s |"
        )
    return [*lines, ""]
