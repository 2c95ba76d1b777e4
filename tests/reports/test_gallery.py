"""docs/gallery.md is what its command makes, as far as that can be seen in a few seconds."""

import difflib
import re
import runpy

import pytest

from reports.charts.gallery import DRAWINGS
from tests.commands.runner import ROOT

GALLERY = ROOT / "docs" / "gallery"
QUICK = ["coverage", "bridge", "schools", "staffing", "stipends", "teams", "devices"]


@pytest.fixture(scope="module")
def made():
    return runpy.run_path(str(GALLERY / "make.py"))


def texts(drawn):
    return re.findall(r"<text[^>]*>([^<]+)</text>", drawn)


def test_the_page_is_current(made):
    assert (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8") == made["page"]()


def test_quick_pictures_are_current_within_reason(made):
    for name, drawn in made["draw"](QUICK).items():
        kept = texts((GALLERY / f"{name}.svg").read_text(encoding="utf-8"))
        likeness = difflib.SequenceMatcher(a=kept, b=texts(drawn), autojunk=False).ratio()
        assert likeness >= 0.8, f"{name}.svg is stale; run ./run python docs/gallery/make.py"


@pytest.mark.parametrize("name", sorted(set(DRAWINGS) - set(QUICK)))
def test_other_pictures_carry_their_question(name):
    found = " ".join(texts((GALLERY / f"{name}.svg").read_text(encoding="utf-8")))
    assert found.startswith(DRAWINGS[name].question) or DRAWINGS[name].question in found


def test_there_are_no_other_pictures():
    assert {path.stem for path in GALLERY.glob("*.svg")} == set(DRAWINGS)
