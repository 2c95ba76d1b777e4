"""How fast the solvers of this machine are on a district: build, hand-over, solve, memory, and whether they agree."""

from __future__ import annotations

import importlib
import math
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.district import District
from models.errors import SpanwiseError
from models.plan import Certificate
from models.status import Status
from optimizer.apart import apart
from optimizer.certificate import certify
from optimizer.formulation import Model
from optimizer.objectives import stages_of
from optimizer.solving import solve, way_of
from optimizer.staging import Options, make_session

AGREEMENT = 1e-6  # absolute, on the 0..1 scale of coverage


@dataclass(frozen=True)
class Path:
    """One way to an answer: its name, solver and method.

    `arrays` hands the matrix straight to HiGHS, `pulp` goes through PuLP to another solver, `spanwise` is the way that
    `solve` takes by itself (blocks, prices or the whole matrix), `plan` is all of `solve`, certificate included.
    """

    path: str
    solver: str
    method: str


@dataclass(frozen=True)
class Row:
    """One measurement. Seconds are wall time, memory is the peak of the process in MB.

    All paths but `plan` solve the first stage alone; `objective` is its value, coverage as a share. `handover_s` is
    part of `solve_s` for the paths `spanwise` and `plan`. `gap` is the certificate's, recomputed from the arrays, and
    `certified` whether all of it holds. What cannot be measured is `None`.
    """

    instance: str
    schools: int
    years: int
    nodes: int
    path: str
    solver: str
    method: str
    build_s: float | None = None
    handover_s: float | None = None
    solve_s: float | None = None
    total_s: float | None = None
    peak_mb: float | None = None
    objective: float | None = None
    gap: float | None = None
    certified: bool = False  # whether primal and dual residuals are small too
    status: str = "failed"
    note: str = ""
    ratio: float | None = None
    comparable: bool = (
        True  # a plan with one stipend everywhere is best among fewer plans than the matrix holds
    )


OWN = (
    Path("spanwise", "highs", "auto"),
    Path("plan", "highs", "auto"),
    Path("spanwise", "highs", "prices"),
    Path("arrays", "highs", "simplex"),
    Path("arrays", "highs", "ipm"),
    Path("arrays", "highs", "hipo"),
    Path("arrays", "highs", "pdlp"),
)


def paths(solvers: Sequence[str] = ()) -> list[Path]:
    """Every path this machine could offer, those of missing solvers included; or those of some solvers alone."""
    from optimizer.solvers import pulp_gateway

    known = [*OWN, *(Path("pulp", name, "default") for name in ("cbc", "glpk", "scip"))]
    known += [
        Path("pulp", name, "default")
        for name in pulp_gateway.available()
        if name not in ("cbc", "glpk", "scip", "highs-pulp")
    ]
    if not solvers:
        return known
    chosen = [path for path in known if path.solver in solvers or f"{path.solver}-{path.method}" in solvers]
    named = {path.solver for path in known} | {f"{path.solver}-{path.method}" for path in known}
    return chosen + [Path("pulp", name, "default") for name in solvers if name not in named]


def machine() -> dict[str, Any]:
    """Describe the machine and what runs on it."""
    from importlib.metadata import version

    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 - not a file of ours
            model = next(
                (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model
            )
    except OSError:  # Linux alone has it
        pass
    try:
        memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, OSError, ValueError):  # not on Windows
        memory = None
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gb": memory,
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("highspy", "pulp", "numpy", "scipy")},
        "date": time.strftime("%Y-%m-%d"),
    }


def bench(
    instances: Sequence[tuple[str, District]], chosen: Sequence[Path], options: Options, repeats: int = 1
) -> Iterator[Row]:
    """Measure every path on every instance, each in a process of its own; the median of the repeats by total time.

    Rows come instance by instance, with the ratio to the fastest path that found the optimum. A path that stops or
    finds another objective says so in its note; a missing solver says how to install it.
    """
    for name, district in instances:
        rows = []
        for path in chosen:
            if path.method == "prices" and not _coupled(district) and len(chosen) > 1:
                continue
            options.tell(f"{name}: {path.path} {path.solver} {path.method}")
            runs = sorted(
                (_apart(name, district, path, options) for _ in range(repeats)),
                key=lambda row: row.total_s or 1e9,
            )
            rows.append(runs[len(runs) // 2])
        yield from _judged(rows)


def _coupled(district: District) -> bool:
    """Whether its schools have money, people or the objective in common, so that there is something to price."""
    settings = district.settings
    common = "district" in (settings.funding.pool, settings.staff.mobility)
    return common or settings.coverage.objective != "expected"


def _judged(rows: list[Row]) -> list[Row]:
    """Add ratios, and say which rows disagree with the best proven objective."""
    solved = [
        row
        for row in rows
        if row.status == Status.OPTIMAL and row.objective is not None and row.path != "plan"
    ]
    certified = [row for row in solved if row.certified] or solved
    best = max((row.objective or 0.0 for row in certified), default=None)
    judged = []
    for row in rows:
        compared = row.path != "plan" or row.comparable
        if (
            compared
            and best is not None
            and row.objective is not None
            and not abs(row.objective - best) <= AGREEMENT
        ):
            row = replace(row, note=f"disagrees: {row.objective:.6f} against {best:.6f}")
        judged.append(row)
    right = [
        row.total_s
        for row in judged
        if row.total_s and row.status == Status.OPTIMAL and not row.note and row.path != "plan"
    ]
    fastest = min(right, default=None)
    return [replace(row, ratio=row.total_s / fastest) if fastest and row.total_s else row for row in judged]


def _apart(name: str, district: District, path: Path, options: Options) -> Row:
    """Measure in a new process, so that peaks of memory are of one path alone and a crash is a row and not the end."""
    row = _blank(name, district, path)
    found: Row = apart(
        _work,
        name,
        district,
        path,
        replace(options, say=None),
        patience=None if options.time_limit is None else 2 * options.time_limit + 30,
        late=lambda _: replace(row, status=str(Status.TIME_LIMIT), note="did not stop at its time limit"),
        died=lambda: replace(row, note="the solver's process ended by itself"),
    )
    return found


def _blank(name: str, district: District, path: Path) -> Row:
    from models.tree import Tree

    nodes = Tree.of(district.scenarios, district.years).size
    return Row(name, len(district.schools.id), district.years, nodes, path.path, path.solver, path.method)


def _work(pipe: Any, name: str, district: District, path: Path, options: Options) -> None:
    if hasattr(os, "setsid"):
        os.setsid()
    row = _blank(name, district, path)
    options = replace(
        options, solver=path.solver, method="auto" if path.method == "default" else path.method
    ).started()
    try:
        _import(path.solver)
        row = measure(row, district, options)
    except SpanwiseError as error:
        status = getattr(error, "status", Status.FAILED)
        missing = "is not on this machine" in error.what
        row = replace(
            row,
            status="missing" if missing else str(status),
            note=error.mend.removeprefix("Install it: ").rstrip(".")
            if missing
            else error.what.splitlines()[0],
        )
    except Exception as fault:
        row = replace(row, note=f"{type(fault).__name__}: {fault}"[:200])
    pipe.send(replace(row, peak_mb=_peak()))
    pipe.close()
    time.sleep(60)  # until it is ended with all that it started


def _import(solver: str) -> None:
    """Load the libraries before the clock starts; what a command pays for them is measured in benchmarks/."""
    import scipy.sparse.csgraph  # noqa: F401

    importlib.import_module(
        "optimizer.solvers.highs" if solver == "highs" else "optimizer.solvers.pulp_gateway"
    )


def measure(row: Row, district: District, options: Options) -> Row:
    """Measure one path in this process; `row` says which."""
    started = time.perf_counter()
    if row.path == "plan":
        plan = solve(district, options=options)
        total = time.perf_counter() - started
        return replace(
            row,
            build_s=plan.solver.build_seconds,
            solve_s=total - plan.solver.build_seconds,
            total_s=total,
            objective=next(iter(plan.stages.values())),
            **_proof(plan.certificate),
            status=str(plan.status),
            method=plan.solver.method,
            comparable=plan.stipend_step is None,
        )
    model = Model(district)
    stages = stages_of(model, district.settings.coverage.objective)
    matrix, stage = model.lp.matrix(), stages[0]
    built = time.perf_counter()
    if row.path == "spanwise":
        way = way_of(matrix, stages, options)
        reached = way.first()
        ended = time.perf_counter()
        proof = certify(matrix, stage.cost, reached.point, reached.row_dual)
        return replace(
            row,
            build_s=built - started,
            solve_s=ended - built,
            total_s=ended - started,
            objective=reached.value,
            **_proof(proof),
            status=str(Status.OPTIMAL),
            method=way.method,
        )
    session = make_session(matrix, options)
    handed = time.perf_counter()
    solution = session.minimise(stage.cost, method=options.method, interruptible=False)
    ended = time.perf_counter()
    inside = getattr(session, "handover_seconds", 0.0)
    point, dual, _ = solution.require("the district")
    proof = certify(matrix, stage.cost, point, dual)
    return replace(
        row,
        build_s=built - started,
        handover_s=handed - built + inside,
        solve_s=ended - handed - inside,
        total_s=ended - started,
        objective=stage.value(point),
        **_proof(proof),
        status=str(solution.status),
    )


def _proof(proof: Certificate) -> dict[str, Any]:
    gap = proof.gap if proof.gap is not None and math.isfinite(proof.gap) else None
    return {"gap": gap, "certified": proof.holds}


def _peak() -> float | None:
    """Peak memory of this process in MB; what a solver that is a program of its own takes is not in it."""
    try:
        with open("/proc/self/status", encoding="utf-8") as lines:  # noqa: PTH123 - not a file of ours
            for line in lines:  # ru_maxrss of a new process begins at the peak of the one that started it
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 2**10
    except OSError:
        pass
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
