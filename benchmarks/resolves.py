"""Warm re-solves: how many solves the planner's questions take, and their time against the same solves from nothing.

One program is kept alive for each question; only sides, bounds and coefficients change, and a run starts from a basis.
The cold column asks the same question with the basis thrown away before every run, in the same process.

    ./run python -m benchmarks.resolves              # about five minutes; prints the tables of docs/benchmarks/resolves.md
    ./run python -m benchmarks.resolves --quick      # the smallest districts alone
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.dial import Dial
from models.district import District
from models.made import made_district
from optimizer import frontier, stress, tornado
from optimizer.formulation import Model
from optimizer.live import Live
from optimizer.objectives import stages_of
from optimizer.resolving import Resolver
from optimizer.solution import Solution
from optimizer.staging import Options, make_session

FREE = {
    "coverage": {"max_growth_per_year": None}
}  # growth would bind everywhere and make every question easy
SIZES: dict[str, dict[str, Any]] = {
    "50 schools, 1 year": {"schools": 50, **FREE},
    "50 schools, 1 year, pooled": {
        "schools": 50,
        "pool": "district",
        "funding": {"max_transfer_share": 0.05},
        **FREE,
    },
    "10 schools, 5 years, 4 scenarios": {"schools": 10, "years": 5, "scenarios": 4, **FREE},
    "8 schools, 3 years, 2 scenarios, pooled": {
        "schools": 8,
        "years": 3,
        "scenarios": 2,
        "pool": "district",
        "funding": {"max_transfer_share": 0.05},
        **FREE,
    },
    "50 schools, 5 years, 4 scenarios": {"schools": 50, "years": 5, "scenarios": 4, **FREE},
}
QUICK = 2
QUESTIONS: dict[str, Callable[[District], Any]] = {
    "stress": lambda district: stress(district, cuts=()),
    "frontier": lambda district: frontier(district, -0.15, 0.15, tolerance=1e-6),
    "tornado": lambda district: tornado(district, 0.10),
}


@dataclass
class Count:
    """What the runs of a question took."""

    solves: int = 0
    seconds: float = 0.0
    iterations: int = 0
    wall: float = 0.0
    answers: list[float] = field(default_factory=list)


@contextlib.contextmanager
def counting(count: Count, *, cold: bool) -> Iterator[None]:
    """Count every run of every live program; `cold` throws the basis away before each."""
    run = Live._run

    def counted(self: Live, cost: Any, method: str, **how: bool) -> Solution:
        if cold:
            self._session.start_cold()
            method = self._cold_method
        solution = run(self, cost, method, **how)
        count.solves += 1
        count.seconds += solution.seconds
        count.iterations += solution.iterations
        return solution

    Live._run = counted  # type: ignore[method-assign]
    started = time.perf_counter()
    try:
        yield
    finally:
        Live._run = run  # type: ignore[method-assign]
        count.wall = time.perf_counter() - started


def figures(answer: Any) -> np.ndarray:
    """Figures of an answer that both ways must agree in."""
    if hasattr(answer, "bars"):
        sides = {bar.setting: [bar.low.coverage or -1.0, bar.high.coverage or -1.0] for bar in answer.bars}
        return np.array([sides[name] for name in sorted(sides)]).ravel()
    if hasattr(answer, "funding_change"):
        places = np.linspace(answer.funding_change[0], answer.funding_change[-1], 25)
        return np.array([answer.coverage_at(float(place)) for place in places])
    return np.array([cut.district if cut.district is not None else -1.0 for cut in answer.bare.values()])


def main() -> None:
    """Measure and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    sizes = list(SIZES)[: QUICK if arguments.quick else None]
    print(
        "| district | question | solves | warm s | cold s | warm ÷ cold | iterations warm | cold | whole question s |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for name in sizes:
        district = made_district(**SIZES[name])
        for question, ask in QUESTIONS.items():
            warm, cold = Count(), Count()
            with counting(warm, cold=False):
                one = ask(district)
            with counting(cold, cold=True):
                other = ask(district)
            agree = np.abs(figures(one) - figures(other)).max()
            assert agree < 1e-5, (name, question, agree)
            print(
                f"| {name} | {question} | {warm.solves:,} | {warm.seconds:.2f} | {cold.seconds:.2f} |"
                f" {warm.seconds / cold.seconds:.2f} | {warm.iterations:,} | {cold.iterations:,} | {warm.wall:.2f} |",
                flush=True,
            )
    print()
    print("| one what-if of | build ms | warm ms, build included | cold ms | warm ÷ cold |")
    print("|---|---:|---:|---:|---:|")
    for name in sizes:
        print(what_if(name, made_district(**SIZES[name])), flush=True)


def what_if(name: str, district: District, times: int = 7) -> str:
    """One change of funding by 1 %: the first stage again, against building, handing over and solving from nothing."""
    resolver = Resolver(district)
    builds, warm, cold = [], [], []
    for number in range(times):
        variant, _ = Dial("schools.funding_per_pupil").scaled(district, 0.99 + 0.002 * number)
        started = time.perf_counter()
        model = Model(variant)
        stage = stages_of(model, "expected")[0]
        matrix = model.lp.matrix()
        builds.append(time.perf_counter() - started)
        make_session(matrix, Options()).minimise(stage.cost, method="simplex")
        cold.append(time.perf_counter() - started)
        started = time.perf_counter()
        resolver.value(variant)
        warm.append(time.perf_counter() - started)
    b, w, c = (1000 * float(np.median(times_)) for times_ in (builds, warm, cold))
    return f"| {name} | {b:.0f} | {w:.0f} | {c:.0f} | {w / c:.2f} |"


if __name__ == "__main__":
    main()
