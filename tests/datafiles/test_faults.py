"""Every fault of the corpus gives exactly the message that stands in `messages.txt`, and never a traceback.

After a change of wording: `python -m tests.datafiles.test_faults` writes the file anew; read the difference.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from datafiles.folder import read_district_with_warnings
from models.errors import InputError
from tests.datafiles.corpus import FAULTS, files

MESSAGES = Path(__file__).with_name("messages.txt")


def message(fault: str, folder: Path) -> str:
    folder.mkdir()
    for name, content in files(FAULTS[fault]).items():
        if content is not None:
            file = "district.toml" if name == "settings" else f"{name}.csv"
            (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    with pytest.raises(InputError) as caught:
        read_district_with_warnings(folder)
    assert caught.value.exit_code == 3
    assert caught.value.problems
    return str(caught.value).replace(str(folder), "FOLDER")


def expected() -> dict[str, str]:
    blocks = MESSAGES.read_text(encoding="utf-8").removeprefix("## ").rstrip("\n").split("\n\n\n## ")
    return dict(block.split("\n", 1) for block in blocks)


@pytest.mark.parametrize("fault", FAULTS)
def test_message(fault: str, tmp_path: Path) -> None:
    assert message(fault, tmp_path / "district") == expected()[fault]


def test_no_message_without_a_fault() -> None:
    assert list(expected()) == list(FAULTS)
    assert len(FAULTS) >= 60


if __name__ == "__main__":  # pragma: no cover
    with tempfile.TemporaryDirectory() as place:
        texts = [f"## {fault}\n{message(fault, Path(place) / str(i))}" for i, fault in enumerate(FAULTS)]
    MESSAGES.write_text("\n\n\n".join(texts) + "\n", encoding="utf-8")
