"""The house: arrows between the rooms, and what importing costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.runner import ROOT

ROOMS = ("models", "optimizer", "datafiles", "reports", "batch", "commands")
PYTHON = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))] + [ROOT / "cli.py"]


def imported(path: Path) -> set[str]:
    """Top-level names that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [
        ("models", {"optimizer", "datafiles", "reports", "batch", "commands", "cli"}),
        ("optimizer", {"datafiles", "reports", "batch", "commands", "cli"}),
        ("datafiles", {"optimizer", "reports", "batch", "commands", "cli"}),
        ("reports", {"optimizer", "datafiles", "batch", "commands", "cli"}),
        ("batch", {"reports", "commands", "cli"}),
        ("commands", {"cli"}),
    ],
)
def test_arrows_between_rooms(room, forbidden):
    for path in PYTHON:
        if path.relative_to(ROOT).parts[0] == room:
            assert not imported(path) & (forbidden | {"tests", "benchmarks"}), path


def test_solver_libraries_are_imported_in_one_place():
    for path in PYTHON:
        if "solvers" not in path.parts:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            typing = {
                node
                for block in ast.walk(tree)
                if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
                for node in ast.walk(block)
            }
            found = {
                name
                for node in ast.walk(tree)
                if isinstance(node, ast.Import | ast.ImportFrom) and node not in typing
                for name in (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""]
                )
            }
            assert not {name.split(".")[0] for name in found} & {"highspy", "pulp"}, path


def test_only_commands_print():
    for path in PYTHON:
        if path.relative_to(ROOT).parts[0] not in ("commands", "cli.py"):
            calls = [
                node
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Call)
            ]
            assert not any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls), (
                path
            )


def test_every_command_says_what_it_does_and_loads():
    import cli

    for name in cli.COMMANDS:
        command = cli.group.get_command(None, name)
        assert command is not None
        assert command.help
        assert command.name == name


def test_files_stay_short():
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in PYTHON
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    ]
    assert long == []


def test_nothing_in_the_tree_names_a_machine_or_a_registry():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("this is no git checkout")
    words = ["/ro" + "ot/", "/ho" + "me/", "pypi" + ".org", "files.python" + "hosted", "registry.np" + "mjs"]
    for name in tracked.stdout.splitlines():
        path = ROOT / name
        if (
            path.suffix in (".png", ".xlsx", ".parquet", ".gz")
            or not path.is_file()
            or "vendor" in path.parts
        ):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not [word for word in words if word in text], name


def test_version_is_the_packages():
    done = subprocess.run(
        [sys.executable, "-c", "import cli; cli.main(['--version'])"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("spanwise, version ")


def test_a_small_solve_loads_no_heavy_library():
    heavy = "{'pandas', 'pulp', 'altair', 'jinja2', 'rich', 'dask'}"
    code = f"import sys, cli\ntry: cli.main(['solve', 'examples/oak'])\nfinally: print('heavy:', *({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Coverage" in done.stdout, done.stderr
    assert done.stdout.endswith("heavy:\n")
