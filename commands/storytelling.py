"""Works out a story: the plan and whichever answers a report, workbook or chart needs."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import TYPE_CHECKING

from models.errors import NoPlan

if TYPE_CHECKING:
    from models.plan import Plan
    from optimizer.staging import Options
    from reports.story import Publication, Story

SMALL = 1e-3  # of coverage: bends of the frontier below this are not seen in a chart
EXTRA = 100_000.0  # $ a year, of the question where more money would do most


def tell(plan: Plan, needs: Collection[str], options: Options, source: str = "FOLDER") -> Story:
    """Answer the questions named in `needs` (see `reports.story.ANSWERS`) about a plan.

    A question that has no answer for this district is left out. Raises what the questions raise.
    """
    from reports.story import Story

    district, goal = plan.district, plan.objective
    answers: dict[str, object] = {}
    for name in needs:
        options.tell(f"Working out: {name}")
        try:
            if name == "comparison":
                from optimizer.comparing import compare

                answers[name] = compare(district, plan=plan, options=options)
            elif name == "resilience":
                from optimizer.stress import stress

                answers[name] = stress(district, options=options)
            elif name == "frontier":
                from optimizer.frontier import frontier

                answers[name] = frontier(district, objective=goal, tolerance=SMALL, options=options)
            elif name == "equity":
                from optimizer.equity import equity

                answers[name] = equity(district, tolerance=SMALL, options=options)
            elif name == "explanation":
                from optimizer.explaining import explain

                answers[name] = explain(district, goal, options=options, extra=EXTRA)
            elif name == "tornado":
                from optimizer.sensitivity import tornado

                answers[name] = tornado(district, objective=goal, options=options)
            elif name == "stipends":
                from optimizer.stipend_choice import stipend_steps

                answers[name] = stipend_steps(district, goal, options=options)
        except NoPlan:  # a plan with a shortfall: the question supposes that there is an optimal one
            continue
    return Story(
        plan,
        **answers,  # type: ignore[arg-type]
        publications=publications(),
        version=_version(),
        made_on=datetime.date.today(),
        source=source,
    )


def publications() -> dict[str, Publication]:
    """The sources of the shipped price books by their short names."""
    from datafiles.pricebook import book_names, load_book
    from reports.story import Publication

    return {
        source.short: Publication(source.publication, source.url)
        for book in book_names()
        for figure in load_book(book).figures
        for source in figure.sources
    }


def _version() -> str:
    from importlib.metadata import version

    return version("spanwise")
