"""What the tests of batches share: districts as texts, and the command in a process of its own."""

import socket
import subprocess
import sys
from pathlib import Path

from datafiles.folder import FILES
from tests.commands.runner import ROOT

OAK, LAKESIDE = ROOT / "examples" / "oak", ROOT / "examples" / "lakeside"


def files_of(folder: Path) -> dict[str, str]:
    return {file: (folder / file).read_text(encoding="utf-8") for file in FILES if (folder / file).is_file()}


def run_batch(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", "import cli; cli.main()", "batch", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
