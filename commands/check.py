"""`spanwise check`: all input problems at once, then what the model will look like."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from commands.options import FOLDER, JSON, print_json, show, typed


@click.command("check")
@FOLDER
@JSON
def command(folder: Path, as_json: bool) -> int:
    """Check a district's files and say what the model will look like.

    All problems are listed at once, each with file, row, column, value, what was expected and a hint (exit code 3).
    Warnings do not fail the check.
    """
    from datafiles.reading import read_any
    from models.warnings import district_warnings
    from optimizer.formulation import Model
    from reports.checking import check_card, summary

    district, warnings = read_any(folder)
    told = {(warning.place, warning.message) for warning in warnings}
    warnings = (*warnings, *(w for w in district_warnings(district) if (w.place, w.message) not in told))
    model = Model(district)
    variables = {name: int((block.index >= 0).sum()) for name, block in model.lp.variables.items()}
    rules = {name: int((block.index >= 0).sum()) for name, block in model.lp.rules.items()}
    if as_json:
        print_json(
            summary(district, model.tree, variables, rules) | {"warnings": [asdict(w) for w in warnings]}
        )
    else:
        show(check_card(district, model.tree, variables, rules, warnings, typed(folder)))
    return 0
