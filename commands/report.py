"""`spanwise report`: the plan for a board, for finance, or a single picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.options import OBJECTIVE, QUIET, ending, options_of, read, show, solving_options, typed
from models.errors import InputError

if TYPE_CHECKING:
    from models.plan import Plan
    from optimizer.staging import Options
    from reports.story import Story

KINDS = (".html", ".xlsx", ".pdf", ".svg", ".png")
CHART = "chart-"
ALL = ("comparison", "resilience", "frontier", "equity", "explanation", "tornado", "stipends")
QUICK = ("comparison", "stipends")
PAPERS = {"letter": "letter", "a4": "A4"}


@dataclass(frozen=True)
class Target:
    """A file to write: its place, its kind, and the chart's name where it is one."""

    path: Path
    kind: str
    chart: str = ""


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER|PLAN")
@click.option(
    "--out",
    "-o",
    "outs",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    required=True,
    metavar="FILE",
    help="What to write: .html, .xlsx, .pdf, or chart-NAME.svg or .png. May be given several times.",
)
@click.option(
    "--quick", is_flag=True, help="Leave out what takes many solves: stress, frontier, prices, sensitivity."
)
@click.option(
    "--paper",
    type=click.Choice(list(PAPERS)),
    default="letter",
    show_default=True,
    help="Page size of a PDF.",
)
@OBJECTIVE
@solving_options
@QUIET
def command(
    folder: Path,
    outs: tuple[Path, ...],
    quick: bool,
    paper: str,
    objective: Any,
    solver: str,
    method: str,
    time_limit: float | None,
    threads: int | None,
    quiet: bool,
) -> int:
    """Write the board report, the finance workbook or single charts of a plan.

    FOLDER is a district folder or workbook, or a plan saved by 'solve --out'. The report is one HTML file that
    needs no network; the workbook has a sheet for every table, with totals as formulas and charts to edit.

    \b
    Examples:
      spanwise report examples/lakeside -o report.html -o plan.xlsx
      spanwise report examples/lakeside -o report.pdf --paper a4
      spanwise report examples/lakeside -o chart-coverage.svg
    """
    targets = [target_of(path) for path in outs]
    _check(targets)
    options = options_of(solver, method, time_limit, threads, quiet=quiet)
    plan = plan_of(folder, objective, options, quiet=quiet)
    from commands.storytelling import tell

    story = tell(plan, needs(targets, quick=quick), options, typed(folder))
    made = [(target, content_of(story, target, PAPERS[paper])) for target in targets]
    from datafiles.writing import write_whole

    for target, content in made:
        write_whole(target.path, content)
        show(f"Written: {target.path}")
    return ending(plan)


def target_of(path: Path) -> Target:
    """What a file is to hold, by its name.

    Raises
    ------
    InputError
        The name says nothing that can be written, or names a chart that there is not.

    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise InputError(
            f"{path} ends in '{path.suffix}'; a report ends in {', '.join(KINDS[:3])}, a chart in {' or '.join(KINDS[3:])}.",
            "Write for example -o report.html, -o plan.xlsx or -o chart-coverage.svg.",
        )
    if kind not in (".svg", ".png"):
        return Target(path, kind)
    from reports.charts.gallery import DRAWINGS, drawing

    if not path.stem.startswith(CHART):
        raise InputError(
            f"{path} is to be a chart, but its name does not say which one.",
            f"Write chart-NAME{kind}; the charts are: {', '.join(DRAWINGS)}.",
        )
    return Target(path, kind, drawing(path.stem.removeprefix(CHART)).name)


def needs(targets: Sequence[Target], *, quick: bool) -> list[str]:
    """The answers that some files show, in the order in which they are worked out."""
    from reports.charts.gallery import DRAWINGS

    wanted: set[str] = set()
    for target in targets:
        if target.chart:
            wanted |= {DRAWINGS[target.chart].needs, *DRAWINGS[target.chart].likes} - {""}
        else:
            wanted |= set(QUICK if quick else ALL)
    return [name for name in ALL if name in wanted]


def plan_of(folder: Path, objective: Any, options: Options, *, quiet: bool) -> Plan:
    """Solve a district, or solve again what a saved plan answers.

    Raises
    ------
    InputError
        A saved plan is not the one that its district gives now.

    """
    from datafiles.saved_plan import is_saved_plan
    from optimizer.solving import solve

    district = read(folder, quiet=quiet, saved=True)
    if not is_saved_plan(folder):
        return solve(district, objective, options=options)
    import json

    saved = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    goal = objective or saved.get("objective")
    if saved.get("status") == "short":
        from optimizer.shortfall import solve_with_shortfall

        plan = solve_with_shortfall(district, goal, options)
    elif "whole" in saved:
        from optimizer.whole import solve_whole

        plan = solve_whole(district, float(saved["whole"]["step"]), objective=goal, options=options)
    else:
        plan = solve(district, goal, options=options)
    before = float(saved.get("coverage", float("nan")))
    if objective is None and "whole" not in saved and not abs(plan.coverage - before) <= 1e-5:
        raise InputError(
            f"{folder} holds a plan that serves {before:.4%} of pupils, but its district gives {plan.coverage:.4%} now.",
            "The saved files were changed, or another version of Spanwise wrote them. Save the plan"
            " again with: spanwise solve FOLDER --out DIR",
        )
    return plan


def content_of(story: Story, target: Target, paper: str) -> str | bytes:
    """The file's content."""
    if target.chart:
        from reports.charts.files import png, svg
        from reports.charts.gallery import chart

        drawn = chart(story, target.chart)
        return svg(drawn) if target.kind == ".svg" else png(drawn)
    if target.kind == ".xlsx":
        from reports.workbook.book import workbook

        return workbook(story)
    from reports.board import board_report

    if target.kind == ".pdf":
        from reports.pdf import pdf

        return pdf(board_report(story, paper=paper))
    return board_report(story)


def _check(targets: Sequence[Target]) -> None:
    """Refuse early, before minutes of work, what cannot be written in the end."""
    for target in targets:
        if not target.path.parent.is_dir():
            raise InputError(
                f"{target.path} cannot be written: there is no folder {target.path.parent}.",
                "Make the folder first, or name another place.",
            )
        if target.kind == ".pdf":
            from reports.pdf import require

            require()
