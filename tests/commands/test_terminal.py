"""What a terminal shows: progress on one line that is gone at the end, and cards folded to its width."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from tests.commands.runner import ROOT

OAK = "examples/oak"


def on_a_terminal(*arguments: str, columns: int = 80) -> tuple[str, list[str]]:
    """All that a terminal gets, and the lines that stand there in the end."""
    main, end = pty.openpty()
    environment = os.environ | {"COLUMNS": str(columns), "TERM": "dumb"}
    process = subprocess.Popen(
        [sys.executable, "-c", "import cli; cli.main()", *arguments],
        cwd=ROOT,
        stdin=end,
        stdout=end,
        stderr=end,
        env=environment,
    )
    os.close(end)
    got = b""
    while True:
        try:
            part = os.read(main, 65_536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        got += part
    os.close(main)
    process.wait()
    text = got.decode()
    return text, [standing(line) for line in text.replace("\r\n", "\n").split("\n")]


def standing(line: str) -> str:
    """What is left of a line after its returns to the beginning."""
    cells: list[str] = []
    for part in line.split("\r"):
        cells[: len(part)] = part
    return "".join(cells).rstrip()


@pytest.mark.parametrize("command", ["explain", "solve", "stress"])
def test_progress_is_gone_and_the_card_is_whole(command: str) -> None:
    text, lines = on_a_terminal(command, OAK, columns=200)
    assert "Stage 1 of 2" in text
    assert not [line for line in lines if "Stage" in line or "What if" in line]
    assert lines[0].startswith("Oak")


def test_a_narrow_terminal_gets_folded_sentences() -> None:
    _, lines = on_a_terminal("explain", OAK, columns=60)
    _, wide = on_a_terminal("explain", OAK, columns=200)
    assert " ".join(lines).split() == " ".join(wide).split()
    assert lines[:2] == ["Oak: 60.0 % of pupils fully served (maximised: expected", "    coverage)"]
    assert wide[0] == " ".join(line.strip() for line in lines[:2])


def test_an_error_stands_on_lines_of_its_own() -> None:
    _, lines = on_a_terminal("stress", OAK, "--hold-coverage", "0.99", "--time-limit", "0.000001")
    assert not any("Stage" in line for line in lines)
    assert lines[0] == (
        "The solver reached its time limit before the district was solved; there is no plan to show."
    )


def test_json_has_no_progress_before_it() -> None:
    _, lines = on_a_terminal("solve", OAK, "--json")
    assert lines[0] == "{"
