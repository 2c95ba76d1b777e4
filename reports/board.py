"""The board report: one self-contained page for people who are not analysts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.sections.assumptions import assumptions
from reports.sections.cuts import cuts
from reports.sections.decision import decision
from reports.sections.equity import equity
from reports.sections.limits import limits
from reports.sections.money import money
from reports.sections.path import path
from reports.sections.schools import schools
from reports.sections.stipend import stipend
from reports.sections.sureness import sureness
from reports.sections.teams import teams
from reports.sections.technology import technology
from reports.sections.today import today
from reports.story import Story

if TYPE_CHECKING:
    import jinja2

SECTIONS = (
    decision,
    today,
    path,
    stipend,
    teams,
    technology,
    cuts,
    money,
    equity,
    schools,
    assumptions,
    limits,
    sureness,
)


def board_report(story: Story, *, paper: str = "") -> str:
    """Render the whole report as one HTML page that asks nothing of any network.

    Each section appears when the story has its answer. `paper` (`letter` or `A4`) fixes the page size of a print;
    blank leaves it to the printer.
    """
    sections = [section for make in SECTIONS if (section := make(story)) is not None]
    return _page().render(
        story=story, sections=sections, header=css_text(f"{story.district.name}: staffing plan"), paper=paper
    )


@cache
def _page() -> jinja2.Template:
    import jinja2

    rooms = jinja2.Environment(
        loader=jinja2.PackageLoader("reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return rooms.get_template("board.html")


def css_text(text: str) -> Markup:
    """A text as a CSS string: whatever is no plain letter or digit is written by its number, so that nothing ends it."""
    plain = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign == " ") else f"\\{ord(sign):x} " for sign in text
    )
    return Markup(f'"{plain}"')  # no sign that means something in CSS or HTML is left
