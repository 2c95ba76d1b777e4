"""Made districts: believable figures from a seed, in any size, for benchmarks and tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.district import (
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
from models.settings import Coverage, Funding, Launch, Leaders, Pool, Settings, Staffing, TechnologyCap

NOTE = "made"


def made_district(
    schools: int = 10,
    years: int = 1,
    scenarios: int = 1,
    *,
    seed: int = 0,
    pool: Pool = "school",
    mobility: Pool = "school",
    **sections: Any,
) -> District:
    """Make a district of uneven schools (200 to 1,200 pupils) with cuts announced in different years.

    Parameters
    ----------
    schools, years, scenarios
        Sizes. Scenario 0 has no shock; scenario c cuts funding and pupils from year 1 + (c mod years) on.
    seed
        The same seed makes the same district.
    pool, mobility, sections
        Settings, as in `district.toml`; sections replace single settings, for example `leaders={"eligible_share": 1.0}`.

    """
    rng = np.random.default_rng(seed)
    ids = tuple(f"s{number:03d}" for number in range(schools))
    high = np.arange(schools) % 3 == 2
    size = rng.integers(200, 1200, schools).astype(float)
    enrollment = np.zeros((schools, 3))
    enrollment[:, 0] = np.where(high, 0, np.round(size * 0.62))
    enrollment[:, 1] = np.where(high, 0, size - enrollment[:, 0])
    enrollment[:, 2] = np.where(high, size, 0)
    pupils = enrollment.sum(axis=1)
    teachers, specialists = np.ceil(pupils / 24), np.round(pupils / 60, 1)
    fte = np.stack([teachers, np.zeros(schools), np.round(pupils / 90), specialists], axis=1)
    cost = fte @ np.array([110_000.0, 0, 54_000, 110_000])
    slack = rng.uniform(1.01, 1.10, schools)
    settings = Settings(
        name=f"Made district of {schools} school{'' if schools == 1 else 's'}",
        first_year=2027,
        years=years,
        funding=Funding(growth=0.028, price_growth=0.025, pool=pool, reserve_max_share=0.05),
        leaders=Leaders(stipend_benefits_rate=0.28, eligible_share=0.6, max_leader_share=0.15),
        staff=Staffing(
            mobility=mobility, layoff_cost=15_000, hiring_cost=4_000, max_position_loss_share=0.15
        ),
        launch=Launch(330, 25_000, 67, 0.15, 0.07),
        technology=TechnologyCap(0.02),
        coverage=Coverage("expected", 0.35),
    )
    shock = np.zeros((scenarios, years))
    fewer = np.zeros((scenarios, years))
    for c in range(1, scenarios):
        shock[c, c % years :] = -0.02 * c
        fewer[c, c % years :] = -0.01 * c
    patterns = {
        # team model / pattern: team taught, pupils, teachers, leaders, aides, release, credit
        "traditional/room": (False, 25, 1, 0, 0, 0.0, 0.0),
        "traditional/large": (False, 29, 1, 0, 0, 0.0, 0.0),
        "coach/two": (True, 75, 2, 1, 0, 0.1, 0.5),
        "coach/six": (True, 175, 6, 1, 0, 0.2, 0.4),
        "partial/three": (True, 100, 3, 1, 1, 0.4, 1.0),
        "partial/six": (True, 175, 6, 1, 1, 0.5, 0.8),
        "pod/pair": (True, 56, 1, 1, 1, 0.1, 1.0),
    }
    figures = np.array([[float(value) for value in row] for row in patterns.values()])
    count = len(patterns)
    district = District(
        settings=settings,
        schools=Schools(
            id=ids,
            name=tuple(f"School {number}" for number in range(schools)),
            funding_per_pupil=np.round(cost * slack / pupils + 1_200),
            fixed_funding=np.zeros(schools),
            fixed_spending=np.round(1_000 * pupils),
            need_weight=np.asarray(rng.choice([1.0, 1.25, 1.5], schools), dtype=float),
            pay_index=np.round(rng.uniform(0.95, 1.05, schools), 3),
            enrollment_growth=np.round(rng.normal(0, 0.01, schools), 4),
            startup_grant=np.where(rng.random(schools) < 0.3, 100_000.0, 0.0),
            team_pupils=np.zeros(schools),
            trained_pupils=np.zeros(schools),
            opening_reserve=np.zeros(schools),
        ),
        bands=GradeBands(("k5", "68", "912"), ("K-5", "6-8", "9-12"), np.array([28.0, 30.0, 31.0])),
        enrollment=enrollment,
        roles=Roles(
            ("teacher", "leader", "aide", "specialist"),
            ("Teacher", "Teacher leader", "Aide", "Specialist"),
            ("teacher", "leader", "aide", "nonclassroom"),
            ("licensed", "licensed", "aides", "licensed"),
            np.array([76_400.0, 76_400, 36_300, 76_400]),
            np.array([0.44, 0.44, 0.49, 0.44]),
            np.array([0.08, 0.08, 0.12, 0.08]),
            np.full(4, 0.028),
            (NOTE,) * 4,
        ),
        team_models=TeamModels(
            tuple(name.split("/")[0] for name in patterns),
            tuple(name.split("/")[1] for name in patterns),
            tuple(patterns),
            np.ones((count, 3), dtype=bool),
            figures[:, 0] > 0,
            figures[:, 1],
            np.column_stack([figures[:, 2:5], np.zeros(count)]),
            figures[:, 5],
            figures[:, 6],
            (NOTE,) * count,
        ),
        technology=Technology(
            ("none", "carts", "basic", "adaptive"),
            ("None", "Shared carts", "One to one", "Adaptive"),
            np.ones((4, 3), dtype=bool),
            np.array([0.0, 0.5, 0.8, 1.0]),
            np.array([-1, 1, 0, 0]),
            np.array([0.0, 30, 33, 138]),
            (NOTE,) * 4,
        ),
        device_types=DeviceTypes(
            ("laptop", "cart"),
            ("Laptop", "Cart seat"),
            np.array([355.0, 180]),
            np.array([4.0, 5]),
            (NOTE,) * 2,
        ),
        stipends=StipendSchedule(
            np.array([3e3, 6e3, 10e3, 13e3, 16e3, 20e3]), np.array([0.04, 0.09, 0.16, 0.2, 0.23, 0.25])
        ),
        staff=Staff(fte, np.column_stack([np.zeros((schools, 3)), np.round(0.5 * specialists, 1)])),
        scenarios=Scenarios(
            tuple("base" if c == 0 else f"cut{c}" for c in range(scenarios)),
            ("",) * scenarios,
            np.full(scenarios, 1.0 / scenarios),
            shock,
            fewer,
            np.zeros((scenarios, years)),
        ),
    )
    return district.with_settings(**sections) if sections else district
