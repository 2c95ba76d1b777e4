"""What README shows is what runs: its Python blocks are executed and its first card is compared.

`SPANWISE_UPDATE_README=1 ./run pytest tests/test_readme.py` writes the present card into README.
"""

import os
import re

import pytest
from sybil import Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser

from tests.commands.runner import ROOT, process

README = ROOT / "README.md"
DOCS = [README, *sorted((ROOT / "docs").glob("*.md"))]
SKETCHED = {"architecture.md", "maths.md"}  # they show lines of the formulation, not programs


def measured(card: str) -> str:
    """A card without what differs from machine to machine: seconds and the digits of tiny residuals."""
    card = re.sub(r"\d+\.\d+ s$", "0.00 s", card, flags=re.MULTILINE)
    return re.sub(r"(primal|dual|gap) \d+e[-+]\d+", r"\1 0e+00", card)


def card_block(text: str) -> re.Match[str]:
    found = re.search(
        r"\$ \./run spanwise solve examples/lakeside\n```\n\n```text\n(.*?)```", text, flags=re.DOTALL
    )
    assert found is not None, "README shows the first command and its output"
    return found


def test_readme_shows_the_real_output_of_its_first_command():
    ran = process("solve", "examples/lakeside")
    text = README.read_text(encoding="utf-8")
    block = card_block(text)
    if os.environ.get("SPANWISE_UPDATE_README"):
        README.write_text(text[: block.start(1)] + ran.out + text[block.end(1) :], encoding="utf-8")
        pytest.skip("README was updated")
    assert measured(block[1]) == measured(ran.out)


def blocks():
    sybil = Sybil([CodeBlockParser("python", PythonEvaluator())])
    for path in DOCS:
        if path.name in SKETCHED:
            continue
        document = sybil.parse(path)
        examples = list(document.examples())
        if examples:
            yield pytest.param(examples, id=path.name)


@pytest.mark.parametrize("examples", list(blocks()))
def test_python_blocks_run(examples, monkeypatch):
    monkeypatch.chdir(ROOT)
    for example in examples:
        example.evaluate()


def test_commands_that_readme_names_exist():
    import cli

    named = set(re.findall(r"\./run spanwise (\w+)", README.read_text(encoding="utf-8")))
    assert named <= set(cli.COMMANDS)


def test_links_point_to_files():
    for path in DOCS:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_command_that_the_docs_show_is_one_with_these_options():
    """Commands in shell blocks and in running text alike; what they print is held elsewhere."""
    import cli

    shown = 0
    for page in DOCS:
        for line in re.findall(
            r"(?:\./run )?\bspanwise ([a-z]+(?: [^`\n]*)?)", page.read_text(encoding="utf-8")
        ):
            words = line.partition("  ")[0].split(" #")[0].split()
            if words[0] not in cli.COMMANDS:
                continue
            command = cli.group.get_command(None, words[0])
            known = {name for option in command.params for name in option.opts + option.secondary_opts}
            used = {word.split("=")[0].rstrip(".,;)") for word in words if re.match(r"--?[a-z]", word)}
            assert used <= known | {"--help", "-h"}, f"{page.name}: spanwise {line}"
            shown += 1
    assert shown > 40
