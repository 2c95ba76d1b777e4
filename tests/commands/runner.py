"""Runs the command line as a planner does, in a process of its own or in this one."""

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


def spanwise(*arguments: object) -> Ran:
    """Run a command in this process."""
    import cli

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())


def process(*arguments: object, cwd: Path = ROOT, timeout: float = 120) -> Ran:
    """Run a command in a process of its own, where a stray print of a library would show."""
    done = subprocess.run(
        [sys.executable, "-c", "import cli; cli.main()", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
