"""Random districts: small, lawful, and odd wherever the input allows it.

`random_district(seed, ...)` makes the same district for the same arguments; `districts()` is the hypothesis strategy
over those arguments, so that a failing example prints the call that makes it again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from models.district import (
    Devices,
    DeviceTypes,
    District,
    GradeBands,
    Roles,
    Scenarios,
    Schools,
    Staff,
    StipendSchedule,
    TeamModels,
    Technology,
)
from models.settings import Coverage, Funding, Launch, Leaders, Settings, Staffing, TechnologyCap

ROLES = {  # id: kind, pool, salary
    "teacher": ("teacher", "licensed", 62_000.0),
    "leader": ("leader", "licensed", 64_000.0),
    "aide": ("aide", "support", 30_000.0),
    "counselor": ("nonclassroom", "licensed", 66_000.0),
    "resident": ("teacher", "support", 41_000.0),
    "mentor": ("leader", "mentors", 70_000.0),
}


def random_district(
    seed: int,
    *,
    schools: int = 2,
    bands: int = 2,
    years: int = 1,
    scenarios: int = 1,
    roles: int = 4,
    pool: str = "school",
    mobility: str = "school",
    policy: str = "by_school",
    objective: str = "expected",
    plenty: float = 1.12,
) -> District:
    """Make a district with random patterns, packages, staff, devices and settings; `plenty` is funding ÷ today's cost.

    Odd things are common: a band that one school lacks, a school without pupils, scenarios that never differ or have
    probability 0, patterns with half a credit and traditional ones with some, packages without device, fractional
    lives, seats of several ages, two leader roles in two pools, a stipend nobody accepts, need weights of 0.
    """
    rng = np.random.default_rng(seed)

    def chance(share: float) -> bool:
        return bool(rng.random() < share)

    def maybe(share: float, low: float, high: float) -> float | None:
        return float(np.round(rng.uniform(low, high), 4)) if rng.random() < share else None

    def some(low: float, high: float, *size: int) -> Any:
        return np.round(rng.uniform(low, high, size), 4)

    names = list(ROLES)[:roles]
    kind = tuple(ROLES[name][0] for name in names)
    salary = np.array([ROLES[name][2] for name in names]) * some(0.9, 1.1, roles)
    role = Roles(
        tuple(names),
        ("",) * roles,
        kind,
        tuple(ROLES[name][1] if not chance(0.1) else "licensed" for name in names),
        np.round(salary),
        some(0.2, 0.5, roles),
        some(0.0, 0.25, roles) * (rng.random(roles) < 0.8),
        some(-0.01, 0.04, roles),
        ("",) * roles,
    )
    at = {name: number for number, name in enumerate(names)}

    limit = np.round(rng.uniform(24, 32, bands))
    patterns: list[tuple[str, bool, float, dict[str, float], float, float]] = [
        ("room", False, 22.0, {"teacher": 1}, 0.0, 0.0),
        ("crowd", False, 31.0, {"teacher": 1}, 0.0, 0.0),  # too many for most bands
    ]
    if chance(0.3):
        patterns.append(("rich", False, 20.0, {"teacher": 1, "aide": 0.5}, 0.0, float(some(0.1, 0.5))))
    for number in range(int(rng.integers(1, 4))):
        teachers = int(rng.integers(1, 6))
        team: dict[str, float] = {"teacher": teachers, "leader": 1.0, "aide": float(rng.integers(0, 3))}
        if "mentor" in at and chance(0.3):
            team["mentor"] = team.pop("leader")
        if "resident" in at and chance(0.4):
            team["resident"] = 1.0
        release = float(rng.choice([0.0, 0.2, 0.5, 1.0]))
        taught = teachers + team.get("resident", 0.0) + 1 - release
        credit = float(rng.choice([1.0, 1.0, 0.8, 0.5, 0.333]))
        patterns.append(
            (f"team{number}", True, np.round(taught * rng.uniform(20, 29)), team, release, credit)
        )
    count = len(patterns)
    fte = np.zeros((count, roles))
    for m, (_, _, _, team, _, _) in enumerate(patterns):
        for name, amount in team.items():
            fte[m, at[name]] = amount
    listed = rng.random((count, bands)) < 0.85
    listed[0] = True
    listed[~listed.any(axis=1)] = True
    teams = TeamModels(
        tuple("traditional" if not pattern[1] else "team" for pattern in patterns),
        tuple(pattern[0] for pattern in patterns),
        ("",) * count,
        listed,
        np.array([pattern[1] for pattern in patterns]),
        np.array([float(pattern[2]) for pattern in patterns]),
        fte,
        np.array([pattern[4] for pattern in patterns]),
        np.array([pattern[5] for pattern in patterns]),
        ("",) * count,
    )

    kinds = int(rng.integers(0, 3))
    packages = int(rng.integers(1, 4))
    listed = rng.random((packages + 1, bands)) < 0.85
    listed[0] = True
    listed[~listed.any(axis=1)] = True
    technology = Technology(
        ("none", *(f"kit{number}" for number in range(packages))),
        ("",) * (packages + 1),
        listed,
        np.array([0.0, *rng.choice([1.0, 1.0, 0.8, 0.6, 0.333], packages)]),
        np.array([-1, *rng.integers(-1, kinds, packages)]) if kinds else np.full(packages + 1, -1),
        np.array([0.0, *np.round(rng.uniform(0, 150, packages))]),
        ("",) * (packages + 1),
    )
    devices = DeviceTypes(
        tuple(f"device{number}" for number in range(kinds)),
        ("",) * kinds,
        np.round(rng.uniform(50, 400, kinds)),
        rng.choice([0.5, 1.0, 2.0, 2.5, 4.0], kinds),
        ("",) * kinds,
    )

    enrollment = np.round(rng.uniform(40, 400, (schools, bands)))
    enrollment[rng.random((schools, bands)) < 0.15] = 0.0
    if enrollment.sum() == 0:
        enrollment[0, 0] = 120.0
    pupils = enrollment.sum(axis=1)
    today = np.zeros((schools, roles))
    today[:, at["teacher"]] = np.ceil(pupils / 21)
    if "aide" in at:
        today[:, at["aide"]] = np.round(pupils / rng.uniform(60, 200))
    if "counselor" in at:
        today[:, at["counselor"]] = np.round(pupils / 150, 1) + (pupils == 0)
    team_pupils = np.round(pupils * rng.choice([0.0, 0.0, 0.3, 1.1], schools))
    if chance(0.4):
        today[:, at["leader"]] = np.round(team_pupils / 100)
    minimum = np.zeros_like(today)
    if "counselor" in at:
        minimum[:, at["counselor"]] = np.round(today[:, at["counselor"]] * rng.choice([0.0, 0.5, 1.0]), 2)
    if chance(0.3):
        minimum[:, at["teacher"]] = np.minimum(1.0, today[:, at["teacher"]])
    index = some(0.9, 1.1, schools)
    cost = index * (today @ (role.salary * (1 + role.benefits_rate)))
    outside = np.round(pupils * rng.choice([0.0, 500.0]))
    money = cost * plenty * rng.uniform(0.95, 1.1, schools) + outside
    fixed = np.where(pupils > 0, np.round(money * rng.choice([0.0, 0.3])), np.round(money + 20_000))
    school = Schools(
        tuple(f"s{number}" for number in range(schools)),
        tuple(f"School {number}" for number in range(schools)),
        np.round(np.divide(money - fixed, pupils, out=np.full(schools, 9_000.0), where=pupils > 0)),
        fixed,
        outside,
        rng.choice([1.0, 1.0, 1.5, 0.7], schools),
        index,
        np.round(rng.normal(0, 0.02, schools), 4),
        np.round(rng.uniform(0, 90_000, schools)) * (rng.random(schools) < 0.4),
        team_pupils,
        np.round(team_pupils * rng.choice([0.0, 0.8, 1.0, 1.2])),
        np.round(rng.uniform(0, 60_000, schools)) * (rng.random(schools) < 0.4),
    )
    if schools > 1 and chance(0.1) and pupils[1:].sum() > 0:
        school.need_weight[0] = 0.0
    rows = int(rng.integers(0, 4)) if kinds else 0

    steps = int(rng.integers(1, 5))
    accept = np.sort(some(0.05, 0.9, steps))
    if chance(0.2):
        accept[0] = 0.0
    stipend = np.sort(rng.choice(np.arange(1_000, 20_000, 500), steps, replace=False)).astype(float)

    def shocks(low: float, high: float, share: float) -> Any:
        menu = np.array([0.0, -0.0, *some(low, high, 2)])
        drawn = rng.choice(menu, (scenarios, years))
        drawn[0] = 0.0
        return np.where(rng.random((scenarios, years)) < share, drawn, 0.0)

    likely = rng.uniform(0.2, 1.0, scenarios)
    if scenarios > 1 and chance(0.15):
        likely[-1] = 0.0
    settings = Settings(
        name=f"Random district {seed}",
        first_year=2027,
        years=years,
        funding=Funding(
            growth=float(some(-0.01, 0.04)),
            price_growth=float(some(-0.01, 0.04)),
            pool=pool,
            max_transfer_share=maybe(0.5, 0.0, 0.2) if pool == "district" else None,
            reserve_max_share=maybe(0.5, 0.0, 0.1),
        ),
        leaders=Leaders(
            stipend_policy=policy,
            stipend_min=float(stipend[1]) if steps > 2 and chance(0.3) else None,
            stipend_max=float(stipend[-1] - 100) if steps > 1 and chance(0.3) else None,
            stipend_benefits_rate=float(some(0, 0.3)),
            eligible_share=float(some(0.3, 1.0)),
            max_leader_share=maybe(0.4, 0.05, 0.3),
        ),
        staff=Staffing(
            mobility=mobility,
            layoff_cost=float(rng.choice([0.0, 9_000.0])),
            hiring_cost=float(rng.choice([0.0, 3_000.0])),
            max_position_loss_share=maybe(0.4, 0.05, 0.4),
            min_adults_per_100_pupils=maybe(0.3, 3.0, 5.0),
        ),
        launch=Launch(
            per_pupil=float(rng.choice([0.0, 250.0])),
            fixed_per_school=float(rng.choice([0.0, 20_000.0])),
            development_per_pupil=float(rng.choice([0.0, 50.0])),
            turnover=float(some(0, 0.3)),
            startup_max_share=maybe(0.5, 0.01, 0.1),
        ),
        technology=TechnologyCap(maybe(0.4, 0.002, 0.03)),
        coverage=Coverage(objective, maybe(0.4, 0.1, 0.8), maybe(0.2, 0.0, 0.1)),
    )
    return District(
        settings=settings,
        schools=school,
        bands=GradeBands(tuple(f"g{number}" for number in range(bands)), ("",) * bands, limit),
        enrollment=enrollment,
        roles=role,
        team_models=teams,
        technology=technology,
        device_types=devices,
        stipends=StipendSchedule(stipend, accept),
        staff=Staff(today, minimum),
        scenarios=Scenarios(
            tuple("base" if c == 0 else f"cut{c}" for c in range(scenarios)),
            ("",) * scenarios,
            likely / likely.sum(),
            shocks(-0.06, 0.02, 0.6),
            shocks(-0.05, 0.04, 0.4),
            shocks(-0.01, 0.03, 0.3),
        ),
        devices=Devices(
            rng.integers(0, schools, rows),
            rng.integers(0, kinds, rows) if kinds else np.zeros(0, np.int64),
            np.round(rng.uniform(0, 200, rows)),
            rng.permutation([0.0, 1.0, 1.5, 3.0])[:rows],
        ),
    )


@st.composite
def districts(draw: st.DrawFn, **fixed: Any) -> District:
    """Draw the arguments of `random_district`; `fixed` holds some of them, the rest are drawn."""
    drawn = {
        "seed": draw(st.integers(0, 10**6)),
        "schools": draw(st.integers(1, 3)),
        "bands": draw(st.integers(1, 2)),
        "years": draw(st.integers(1, 3)),
        "scenarios": draw(st.integers(1, 3)),
        "roles": draw(st.integers(3, 6)),
        "pool": draw(st.sampled_from(["school", "district"])),
        "mobility": draw(st.sampled_from(["school", "district"])),
        "policy": draw(st.sampled_from(["by_school", "uniform"])),
        "plenty": draw(st.sampled_from([1.0, 1.06, 1.12, 1.25])),
    } | fixed
    return random_district(drawn.pop("seed"), **drawn)
