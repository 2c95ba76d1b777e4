"""The book of answers: every path finds what is known, and the book would say so if one did not."""

import pytest

from benchmarks import answers
from benchmarks.known import cases
from tests.commands.runner import ROOT

PAGE = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_every_path_finds_what_is_known(case):
    (line,) = answers.lines([case])
    assert line.right, {name: found for name, found in line.found.items() if found is not None}
    assert line.found["solve"] is not None
    (row,) = (row for row in PAGE if row.startswith(f"| {case.name} |"))
    shown = [cell.strip() for cell in row.split("|")[5:-1]]
    assert [found is not None for found in line.found.values()] == [bool(cell) for cell in shown], row


def test_a_path_that_is_off_is_wrong(monkeypatch, capsys):
    monkeypatch.setattr(
        answers, "cases", lambda: [case for case in cases() if case.name in ("oak", "its worst case")]
    )
    monkeypatch.setattr(
        answers, "PATHS", {"solve": lambda folder: answers.Found(0.6 + 2e-6, None, 4_131_600.0)}
    )
    monkeypatch.setattr("sys.argv", ["answers"])
    with pytest.raises(SystemExit) as end:
        answers.main()
    assert end.value.code == 1
    shown = capsys.readouterr().out
    assert "| oak | docs/hand-solved.md | 0.600000 | 0.600002 | 2e-06 |" in shown
    assert "WRONG: oak, its worst case" in shown


def test_the_value_of_the_objective_counts_too():
    case = next(case for case in cases() if case.name == "its worst case")
    assert answers.off(case, answers.Found(case.coverage, case.goal, 0.0)) == 0
    assert answers.off(case, answers.Found(case.coverage, case.goal + 1e-5, 0.0)) == pytest.approx(1e-5)
