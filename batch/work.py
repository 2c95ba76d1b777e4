"""What a worker does with a chunk; runs in any process that has Spanwise, here or on a cluster."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from batch.grid import Variant, vary
from batch.jobs import WORKBOOK, Chunk, Contents, versions
from models.district import District
from models.errors import InputError, Problem, SolverFailure, SpanwiseError

if TYPE_CHECKING:
    from optimizer.formulation import Model

Result = dict[str, Any]

FIGURES = (
    "status",
    "coverage",
    "coverage_worst_scenario",
    "coverage_worst_school",
    "spending",
    "stipend",
    "teachers_per_leader",
    "team_share_last_year",
    "schools",
    "pupils",
    "funding",
    "gap",
    "message",
    "notes",
)


def solve_chunk(chunk: Chunk) -> list[Result]:
    """Solve every district of a chunk under every variant; a bad district becomes a row that says why.

    Besides the figures each result holds `seconds`, which no table of results shows: they differ from run to run.

    Raises
    ------
    SolverFailure
        Spanwise or HiGHS is another version here than where the batch was started, and may find other digits.

    """
    if chunk.versions != versions():
        raise SolverFailure(
            f"A worker has Spanwise {' with HiGHS '.join(versions())}; the batch was started with {' with HiGHS '.join(chunk.versions)}.",
            "Install the same versions on every worker.",
        )
    results = []
    before: list[Model] = []  # neighbours in a chunk often have the same places
    for name, contents, variants in chunk.districts:
        district, notes = _read(name, contents, chunk.scenarios)
        results += [_solve(name, district, variant, chunk, before) | {"notes": notes} for variant in variants]
    return results


def row_of(name: str, variant: Variant) -> Result:
    """Return the row of a job before it is solved: who it is, and no figures."""
    return {"district_id": name, **variant, **dict.fromkeys(FIGURES)}


def _read(
    name: str, files: Contents, scenarios: bytes | None
) -> tuple[District | Exception, list[str] | None]:
    """Read a district, or say why it is none; and what looks odd in its files without being an error."""
    from datafiles.folder import district_of_contents
    from datafiles.workbook import district_of_workbook, texts_of

    warnings: tuple[Problem, ...] = ()
    try:
        if files is None:
            raise InputError(f"{name} changed while the batch ran; run it again in a new folder.")
        if not files:
            raise InputError(f"{name} is no district folder: it holds none of its files.")
        contents = dict(files)
        if WORKBOOK in contents:
            workbook, warnings = district_of_workbook(contents[WORKBOOK], name)
            contents = dict(texts_of(workbook))
        if scenarios is not None:
            contents["scenarios.csv"] = scenarios
        district, further = district_of_contents(contents, name)
    except Exception as error:  # a fault of a reader is a row of this district alone, like any other
        return error, _notes(warnings)
    return district, _notes(warnings + further)


def _notes(warnings: tuple[Problem, ...]) -> list[str] | None:
    """Write each warning on one line."""
    from datafiles.faults import shorten

    return [shorten(str(warning), 500) for warning in warnings] or None


def _solve(
    name: str, district: District | Exception, variant: Variant, chunk: Chunk, before: list[Model]
) -> Result:
    from optimizer.formulation import Model
    from optimizer.solving import solve
    from optimizer.staging import Options

    started = time.perf_counter()
    row = row_of(name, variant)
    try:
        if isinstance(district, Exception):
            raise district
        varied = vary(district, variant)
        before[:] = [Model(varied, like=before[0] if before else None)]
        options = Options(threads=1, time_limit=chunk.time_limit)
        plan = solve(varied, chunk.objective, options=options, model=before[0])  # type: ignore[arg-type]
        last = plan.tree.probability * (plan.tree.year == plan.tree.years)
        pupils = float((plan.parameters.E * last).sum())
        shares = [share for share in plan.coverage_by_school.values() if share is not None]
        row |= {
            "status": str(plan.status),
            "coverage": plan.coverage,
            "coverage_worst_scenario": min(plan.coverage_by_scenario.values()),
            "coverage_worst_school": min(shares),
            "spending": plan.spending,
            "stipend": plan.stipend,
            "teachers_per_leader": plan.teachers_per_leader,
            "team_share_last_year": float((plan.team_pupils * last).sum()) / pupils if pupils else None,
            "schools": len(plan.district.schools.id),
            "pupils": float(plan.district.enrollment.sum()),
            "funding": float(
                (plan.parameters.F[:, plan.tree.year == 1] @ plan.tree.probability[plan.tree.year == 1]).sum()
            ),
            "gap": plan.certificate.gap,
        }
    except SpanwiseError as error:
        row |= {"status": str(error.status), "message": " ".join(error.what.split())[:500]}
    except Exception as fault:
        row |= {"status": "fault", "message": f"{type(fault).__name__}: {fault}"[:500]}
    row["seconds"] = time.perf_counter() - started
    return row
