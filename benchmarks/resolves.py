"""Warm re-solves: how many solves the planner's questions take, and their time against the same solves from nothing.

One program is kept alive for each question; only sides, bounds and coefficients change, and a run starts from a basis.
The cold column asks the same question with the basis thrown away before every run, in the same process. The last two
tables set one what-if, and a frontier of 60 places, against the best way from nothing; times are of the processor.

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
from optimizer.anchor import Anchor
from optimizer.formulation import Model
from optimizer.live import Live
from optimizer.objectives import stages_of
from optimizer.resolving import Resolver
from optimizer.solution import Solution
from optimizer.solving import solve, way_of
from optimizer.staging import Options

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
LARGE: dict[str, dict[str, Any]] = {  # in the last two tables alone
    "30 schools, 5 years, 4 scenarios, pooled": {
        "schools": 30,
        "years": 5,
        "scenarios": 4,
        "pool": "district",
        "funding": {"max_transfer_share": 0.05},
        **FREE,
    },
}
POINTS = 60
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
    beside = Anchor.value
    if cold:  # every value takes a run
        Anchor.value = lambda self, lower, upper: None  # type: ignore[method-assign]
    started = time.perf_counter()
    try:
        yield
    finally:
        Live._run, Anchor.value = run, beside  # type: ignore[method-assign]
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
    """Measure and print three tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--last", action="store_true", help="the what-if and frontier tables alone")
    arguments = parser.parse_args()
    sizes = list(SIZES)[: QUICK if arguments.quick else None]
    print(
        "| district | question | solves | warm s | cold s | warm ÷ cold | iterations warm | cold | whole question s |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for name in [] if arguments.last else sizes:
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
    more = {name: SIZES[name] for name in sizes} | ({} if arguments.quick else LARGE)
    print(
        "| one what-if of | warm ms, build included | cold ms | by | warm ÷ cold | solve ms | warm ÷ solve |"
    )
    print("|---|---:|---:|---|---:|---:|---:|")
    for name, size in more.items():
        print(what_if(name, made_district(**size)), flush=True)
    print()
    print(
        f"| frontier | {POINTS} places ms | of the processor | every bend ms | bends | cold solve ms | of the processor | places ÷ cold |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, size in more.items():
        print(curve(name, made_district(**size), exact=name in SIZES), flush=True)


def processor(work: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds of the processor, over all threads, and the result."""
    started = time.process_time()
    result = work()
    return 1000.0 * (time.process_time() - started), result


def methods_of(district: District) -> tuple[str, ...]:
    """Ways of solving from nothing, of which the quickest counts."""
    if district.settings.funding.pool == "school":
        return ("auto", "simplex") if district.years == 1 else ("auto",)
    return ("simplex", "prices") if district.years < 5 else ("prices",)


def cold_value(district: District, method: str) -> float:
    """First stage from nothing: build, hand over, solve."""
    model = Model(district)
    stages = stages_of(model, "expected")
    return way_of(model.lp.matrix(), stages, Options(method=method)).first().value


def what_if(name: str, district: District, times: int = 7) -> str:
    """One change of funding by about 1 %: the first stage again, against the best way from nothing, and `solve`.

    Each way answers all changes in a row, as a planner asks them.
    """
    variants = [
        Dial("schools.funding_per_pupil").scaled(district, 0.99 + 0.0025 * number)[0]
        for number in range(times)
    ]

    def in_a_row(ask: Callable[[District], Any]) -> tuple[float, list[Any]]:
        ask(district)  # libraries are loaded before the clock starts
        runs = [processor(lambda v=variant: ask(v)) for variant in variants]
        return float(np.median([spent for spent, _ in runs])), [answer for _, answer in runs]

    found = {
        method: in_a_row(lambda v, m=method: cold_value(v, m))  # type: ignore[misc]
        for method in methods_of(district)
    }
    by = min(found, key=lambda method: found[method][0])
    cold, right = found[by]
    whole, _ = in_a_row(lambda v: solve(v, options=Options(method=by)))
    warm, values = in_a_row(Resolver(district).value)
    assert np.abs(np.array(values) - right).max() < 1e-6, (name, values, right)
    return (
        f"| {name} | {warm:.1f} | {cold:.0f} | {by} | {warm / cold:.2f} | {whole:.0f} | {warm / whole:.2f} |"
    )


def curve(name: str, district: District, *, exact: bool, times: int = 5) -> str:
    """A frontier of some places, and of every bend, against one cold `solve`; by the clock and by the processor."""
    names = methods_of(district)
    cold_runs, place_runs = [], []
    for number in range(times + 1):
        cold = min(clock(lambda m=method: solve(district, options=Options(method=m))) for method in names)
        places = clock(lambda: frontier(district, -0.15, 0.15, points=POINTS))
        if number:  # after one that warms memory
            cold_runs.append(cold)
            place_runs.append(places)
    (p, p_used), (c, c_used) = (np.median(runs, axis=0) for runs in (place_runs, cold_runs))
    every, bends = "", ""
    if exact:
        started = time.perf_counter()
        found = frontier(district, -0.15, 0.15, tolerance=1e-6)
        every, bends = f"{1000.0 * (time.perf_counter() - started):,.0f}", f"{found.funding_change.size:,}"
    return (
        f"| {name} | {p:,.0f} | {p_used:,.0f} | {every} | {bends} | {c:,.0f} | {c_used:,.0f} | {p / c:.1f} |"
    )


def clock(work: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds on the clock, and of the processor over all threads."""
    started, used = time.perf_counter(), time.process_time()
    work()
    return 1000.0 * (time.perf_counter() - started), 1000.0 * (time.process_time() - used)


if __name__ == "__main__":
    main()
