"""What the system around a command may do: closed streams, full disks, links, figures that are none."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pulp
import pytest

from tests.commands.runner import ROOT, spanwise

OAK = ROOT / "examples" / "oak"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_stops_nothing(closed: str, tmp_path) -> None:
    line = f'exec "$0" -c "import cli; cli.main()" solve {OAK} --json --out {tmp_path / "out"} {closed}'
    done = subprocess.run(["sh", "-c", line, sys.executable], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "plan.json").exists()
    assert done.stderr == ""
    assert (">&-" in closed.split()) or done.stdout.startswith("{")


def test_a_file_that_may_not_grow_is_told_with_its_mend(tmp_path) -> None:
    line = f'ulimit -f 1; exec "$0" -c "import cli; cli.main()" convert {ROOT / "examples" / "lakeside"} {tmp_path / "new"}'
    done = subprocess.run(["bash", "-c", line, sys.executable], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 3
    assert "File too large" in done.stderr
    assert "A fault of Spanwise" not in done.stderr
    assert not (tmp_path / "new").exists()


def test_a_name_that_is_too_long_is_told(tmp_path) -> None:
    ran = spanwise("solve", OAK, "--out", tmp_path / ("n" * 300))
    assert ran.code == 3
    assert "File name too long" in ran.err
    assert "A fault of Spanwise" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("solve", OAK, "--whole", "1", "--gap", "nan"),
        ("solve", OAK, "--alternatives", "1", "--within", "nan"),
        ("solve", OAK, "--time-limit", "nan"),
        ("solve", OAK, "--time-limit", "inf"),
        ("explain", OAK, "--time-limit", "nan"),
        ("bench", OAK, "--time-limit", "nan"),
    ],
)
def test_a_figure_that_is_none_is_wrong_usage(arguments) -> None:
    ran = spanwise(*arguments)
    assert ran.code == 2, ran.err
    assert f"{arguments[-1]!r} is not a finite number." in ran.err


def test_run_is_found_through_links(tmp_path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "one").symlink_to(ROOT / "run")
    (tmp_path / "two").symlink_to("links/one")
    done = subprocess.run(
        [tmp_path / "two", "python", "-c", "import sys; print(sys.prefix)"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(ROOT / ".venv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["links", "two"]


@pytest.mark.parametrize("weight", ["1e-12", "1e12"])
def test_need_weights_of_any_size_count_by_their_ratios(weight: str, tmp_path) -> None:
    folder = tmp_path / "oak"
    shutil.copytree(OAK, folder)
    head, row = (folder / "schools.csv").read_text(encoding="utf-8").splitlines()[:2]
    cells = dict(zip(head.split(","), row.split(","))) | {"need_weight": weight}
    (folder / "schools.csv").write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n", encoding="utf-8")
    for objective in ("expected", "worst_case", "max_min"):
        ran = spanwise("solve", folder, "--objective", objective)
        assert ran.out.startswith("Oak") and "Coverage: 60.0 % of pupils" in ran.out
        assert "Certificate: holds" in ran.out


def test_settings_may_have_any_line_ends(tmp_path) -> None:
    folder = tmp_path / "oak"
    shutil.copytree(OAK, folder)
    text = (folder / "district.toml").read_bytes().replace(b"\n", b"\r")
    (folder / "district.toml").write_bytes(text)
    assert spanwise("check", folder).code == 0


def test_a_model_that_cannot_be_saved_is_told(tmp_path, monkeypatch) -> None:
    def full(self, path, **how):
        raise pulp.PulpError("No space left on device")

    monkeypatch.setattr(pulp.LpProblem, "writeLP", full)
    ran = spanwise("solve", OAK, "--save-lp", tmp_path / "x.lp")
    assert ran.code == 3
    assert ran.err.startswith(f"{tmp_path / 'x.lp'} cannot be written: No space left on device.")
    assert list(tmp_path.iterdir()) == []
