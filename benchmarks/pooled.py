"""The large pooled district: Chicago by common prices, against HiGHS's own methods on the whole matrix.

    ./run python -m benchmarks.pooled                  # every objective, with and without mobility and a limit of transfers
    ./run python -m benchmarks.pooled --whole 3600     # HiGHS on the first stage of the first case, each method so many seconds
    ./run python -m benchmarks.pooled --whole 3600 --objectives worst_case --mobility --limit --methods ipm
    ./run python -m benchmarks.pooled --whole 3600 --methods ipm --all-stages   # its whole plan, stage after stage
    ./run python -m benchmarks.pooled --questions      # a frontier, how far funding can fall, and the cut it can absorb

Prints Markdown for docs/benchmarks/pooled.md. Needs the public data beside the project. Each run is a process of its own.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from benchmarks.apart import answer_of
from benchmarks.chicago import SOURCE, chicago
from benchmarks.peak import peak_mb
from models.district import District
from models.settings import Objective
from optimizer.bench import machine

OBJECTIVES: tuple[Objective, ...] = ("expected", "worst_case", "max_min")
LIMIT = 0.02  # of funding that a school may give, where there is a limit
WHOLE = {
    "interior point, no crossover": ("ipm", "off"),
    "HiPO, no crossover": ("hipo", "off"),
    "PDLP": ("pdlp", "on"),
    "simplex": ("simplex", "on"),
}
PATIENCE = 420  # seconds for one plan; what is not found by then is listed so


def pooled(mobility: bool, limit: bool) -> District:
    """Chicago with common funding, and perhaps people who move and a limit of what schools give."""
    funding = {"pool": "district", "max_transfer_share": LIMIT if limit else None}
    return chicago().with_settings(funding=funding, staff={"mobility": "district" if mobility else "school"})


def by_prices(objective: Objective, mobility: bool, limit: bool) -> dict[str, Any]:
    """Solve all stages as `spanwise solve` does; `first` are the wall seconds of the first stage, building included."""
    from optimizer import Options, solve

    district = pooled(mobility, limit)
    first: list[float] = []
    started, used = time.perf_counter(), time.process_time()

    def hear(text: str) -> None:
        if text.startswith("Stage 2 "):
            first.append(time.perf_counter() - started)

    plan = solve(district, objective, options=Options(say=hear))
    return {
        "first": first[0],
        "wall": time.perf_counter() - started,
        "processor": time.process_time() - used,
        "method": plan.solver.method,
        "coverage": plan.coverage,
        "gap": plan.certificate.gap,
        "dual": plan.certificate.dual,
        "holds": plan.certificate.holds,
        "peak": peak_mb(),
    }


def by_highs(
    name: str, seconds: float, objective: Objective, mobility: bool, limit: bool, all_stages: bool
) -> dict[str, Any]:
    """Let HiGHS solve the first stage on the whole matrix, or all stages, each holding those before it."""
    from optimizer.formulation import Model
    from optimizer.objectives import stages_of
    from optimizer.solvers.highs import Session

    model = Model(pooled(mobility, limit))
    stages = stages_of(model, objective)
    method, crossover = WHOLE[name]
    session = Session(model.lp.matrix(), threads=2, time_limit=seconds)
    session.native.setOptionValue("run_crossover", crossover)
    started, used = time.perf_counter(), time.process_time()
    ends: list[str] = []
    coverage = None
    for stage in stages if all_stages else stages[:1]:
        before = time.perf_counter()
        solution = session.minimise(stage.cost, method=method, doubt=False)
        ends.append(f"{stage.name} {solution.status} after {time.perf_counter() - before:.0f} s")
        if solution.point is None:
            break
        reached = stage.value(solution.point)
        coverage = reached if coverage is None else coverage
        session.hold(stage.vector, stage.bound(reached))
    return {
        "wall": time.perf_counter() - started,
        "processor": time.process_time() - used,
        "status": ", ".join(ends),
        "coverage": coverage,
        "peak": peak_mb(),
    }


def question(name: str) -> dict[str, Any]:
    """Ask something of the district with "expected", free transfers and people who stay."""
    from optimizer import frontier, stress

    district = pooled(False, False)
    started = time.perf_counter()
    if name == "least":
        line = frontier(district, -0.15, 0.0, points=2)
        found = f"{line.least_funding_change:.6f}"
    elif name == "frontier":
        line = frontier(district, -0.03, 0.03, points=5)
        found = ", ".join(f"{coverage:.6f}" for coverage in line.coverage)
    else:
        cut = stress(district, by_school=False, cuts=())
        deepest = {
            "without teams too": cut.bare["all"],
            "traditional": cut.bare["traditional"],
            **{f"coverage held, {name}": absorbed for name, absorbed in cut.held.items()},
        }
        found = ", ".join(f"{name} {absorbed.district or 0:.4f}" for name, absorbed in deepest.items())
    return {"wall": time.perf_counter() - started, "found": found, "peak": peak_mb()}


QUESTIONS = {
    "frontier": "coverage at −3, −1.5, 0, 1.5 and 3 % of funding",
    "least": "coverage today and where funding, lower by up to 15 %, first allows a plan",
    "stress": "plan, and the deepest cuts with and without teams and coverage held",
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--objectives", default=",".join(OBJECTIVES))
    parser.add_argument("--whole", type=float, metavar="SECONDS", help="HiGHS on the whole matrix instead")
    parser.add_argument("--methods", default="ipm,hipo,pdlp,simplex", help="HiGHS's methods, with --whole")
    parser.add_argument("--all-stages", action="store_true", help="a whole plan, with --whole")
    parser.add_argument("--mobility", action="store_true", help="people move, with --whole")
    parser.add_argument("--limit", action="store_true", help="transfers are limited, with --whole")
    parser.add_argument("--questions", action="store_true", help="frontier and stress by prices instead")
    arguments = parser.parse_args()
    if not SOURCE.exists():
        raise SystemExit(f"This needs public data beside the project: {SOURCE.parent.name}/{SOURCE.name}")
    here = machine()
    print(
        f"{here['processor']}, {here['cores']} cores, HiGHS {here['highspy']}, {here['date']}\n", flush=True
    )
    if arguments.questions:
        print("| question | wall s | found | peak MB |\n|---|---:|---|---:|")
        for name, words in QUESTIONS.items():
            row = answer_of(question, name, patience=3600)
            end = row.get("error") or f"{row['wall']:.0f} | {row['found']} | {row['peak']:,.0f}"
            print(f"| {words} | {end} |", flush=True)
        return
    if arguments.whole:
        print(
            "| HiGHS on the whole matrix | wall s | processor s | ends | coverage | peak MB |\n|---|---:|---:|---|---:|---:|"
        )
        case = (
            arguments.objectives.split(",")[0],
            arguments.mobility,
            arguments.limit,
            arguments.all_stages,
        )
        for name in (name for name, (method, _) in WHOLE.items() if method in arguments.methods.split(",")):
            row = answer_of(by_highs, name, arguments.whole, *case, patience=2 * arguments.whole + 60)
            end = (
                f"{row['error']} | | | |"
                if "error" in row
                else f"{row['wall']:.0f} | {row['processor']:.0f} | {row['status']} | {row['coverage'] or '–'} | {row['peak']:,.0f}"
            )
            print(f"| {name} | {end} |", flush=True)
        return
    print(
        "| objective | people move | transfers | first stage s | all s | processor s | method | coverage | gap | dual | peak MB |\n"
        "|---|---|---|---:|---:|---:|---|---:|---:|---:|---:|"
    )
    for objective in arguments.objectives.split(","):
        for mobility in (False, True):
            for limit in (False, True):
                head = f"| {objective} | {'yes' if mobility else 'no'} | {f'at most {LIMIT:.0%}' if limit else 'free'} |"
                row = answer_of(by_prices, objective, mobility, limit, patience=PATIENCE)
                weak = "" if row.get("holds", True) else ", weak"
                print(
                    f"{head} {row['error']} | | | | | | | |"
                    if "error" in row
                    else f"{head} {row['first']:.0f} | {row['wall']:.0f} | {row['processor']:.0f} | {row['method']}{weak} |"
                    f" {row['coverage']:.6f} | {row['gap']:.0e} | {row['dual']:.0e} | {row['peak']:,.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
