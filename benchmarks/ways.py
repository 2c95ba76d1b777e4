"""What the book of speed measures: each way from a district to its coverage, with the seconds of its parts."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Figures = dict[str, float]
THREADS = 2  # of the ways that use more than one


@dataclass(frozen=True)
class Way:
    """One way: its function and argument, which pooling it is for, and whose it is.

    `kind` is `bare` (the limit), `ours`, `rival`, or `whole` (all of `spanwise solve`, not comparable with a first stage);
    `patient` ways are those that Spanwise stands for, and may take longer.
    """

    run: Callable[..., Figures]
    argument: str
    kind: str
    pools: tuple[str, ...] = ("district", "school")

    @property
    def patient(self) -> bool:
        """Whether the way is Spanwise's own choice."""
        return self.kind == "ours" or (self.kind == "whole" and self.argument == "auto")


def bare(place: Path, method: str) -> Figures:
    """HiGHS alone on the finished matrix."""
    from benchmarks.bare import run_bare

    return run_bare(place / "matrix.npz", method)


def district_of(place: Path) -> Any:
    """Read the district that the book put there for its processes."""
    return pickle.loads((place / "district.pickle").read_bytes())


def ours(place: Path, method: str) -> Figures:
    """Build, hand over, solve the first stage and read it back, as `spanwise solve` does."""
    from optimizer.formulation import Model
    from optimizer.objectives import stages_of
    from optimizer.solving import way_of
    from optimizer.staging import Options

    district = district_of(place)
    started = time.perf_counter()
    model = Model(district)
    stages = stages_of(model, "expected")
    matrix = model.lp.matrix()
    built = time.perf_counter()
    reached = way_of(matrix, stages, Options(method=method, threads=THREADS)).first()
    ended = time.perf_counter()
    return _figures(started, built, ended, reached.value)


def apart(place: Path, _: str) -> Figures:
    """Each school as a HiGHS model of its own, from nothing, with HiGHS's own choice of method."""
    import numpy as np

    from benchmarks.bare import bare_point
    from optimizer.blocks import independent_blocks
    from optimizer.formulation import Model
    from optimizer.objectives import stages_of

    district = district_of(place)
    started = time.perf_counter()
    model = Model(district)
    stage = stages_of(model, "expected")[0]
    blocks = independent_blocks(model.lp.matrix())
    built = time.perf_counter()

    def alone(block: Any) -> np.ndarray:
        return bare_point(block.matrix, stage.cost[block.columns], threads=1)

    point = np.zeros(stage.cost.size)
    with ThreadPoolExecutor(THREADS) as pool:
        for block, own in zip(blocks, pool.map(alone, blocks)):
            point[block.columns] = own
    return _figures(started, built, time.perf_counter(), stage.value(point))


def rival(place: Path, name: str) -> Figures:
    """The same program written with PuLP expressions or linopy."""
    from benchmarks.rivals import RUNS

    build, solve, objective = RUNS[name](district_of(place))
    return {"build": build, "solve": solve, "total": build + solve, "objective": objective}


def whole(place: Path, method: str) -> Figures:
    """All of `spanwise solve`: read the folder, build, every stage, certificate, card.

    With one method on the whole matrix `build` is all that is not HiGHS; by our own way threads overlap, and the total stands alone.
    """
    from datafiles.folder import read_district
    from optimizer import Options, solve
    from optimizer.solvers import highs
    from reports.card import card

    spent = 0.0
    run = highs.Session.minimise

    def timed(self: Any, *arguments: Any, **named: Any) -> Any:
        nonlocal spent
        solution = run(self, *arguments, **named)
        spent += solution.seconds
        return solution

    highs.Session.minimise = timed  # type: ignore[method-assign]
    try:
        started = time.perf_counter()
        plan = solve(read_district(place / "folder"), options=Options(method=method, threads=THREADS))
        card(plan)
        total = time.perf_counter() - started
    finally:
        highs.Session.minimise = run  # type: ignore[method-assign]
    parts = {} if method == "auto" else {"solve": spent, "build": total - spent}
    return {"total": total, "objective": plan.coverage, **parts}


def _figures(started: float, built: float, ended: float, objective: float) -> Figures:
    return {
        "build": built - started,
        "solve": ended - built,
        "total": ended - started,
        "objective": objective,
    }


SPANWISE = "Spanwise"
BARE = ("bare HiGHS, simplex", "bare HiGHS, simplex, our scaling", "bare HiGHS, interior point")
WAYS = {
    BARE[0]: Way(bare, "simplex", "bare"),
    BARE[1]: Way(bare, "scaled", "bare"),
    BARE[2]: Way(bare, "ipm", "bare"),
    SPANWISE: Way(ours, "auto", "ours"),
    "Spanwise, prices": Way(ours, "prices", "ours", ("district",)),
    "Spanwise, whole matrix, simplex": Way(ours, "simplex", "rival"),
    "Spanwise, whole matrix, interior point": Way(ours, "ipm", "rival"),
    "each school alone, cold": Way(apart, "", "rival", ("school",)),
    "PuLP expressions, CBC": Way(rival, "PuLP expressions, CBC", "rival"),
    "PuLP expressions, HiGHS": Way(rival, "PuLP expressions, HiGHS", "rival"),
    "linopy, HiGHS": Way(rival, "linopy, HiGHS", "rival"),
    "whole solve": Way(whole, "auto", "whole"),
    "whole solve, simplex": Way(whole, "simplex", "whole"),
    "whole solve, interior point": Way(whole, "ipm", "whole"),
}
