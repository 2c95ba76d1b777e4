"""Two schools and two bands with round figures: the district of the golden files, readable by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

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

NONE = ("",)


def tiny(*, years: int = 1, cut: bool = False, **sections: Any) -> District:
    """Make oak (100 lower, 50 upper pupils) and elm (80 lower pupils, weight 2).

    Price growth 10 %, funding growth 5 %. Teachers cost $100,000, leaders $110,000, aides $50,000 with benefits, at elm
    2 % more. With `cut`, half the time funding falls by 10 % and pupils by 20 % in the last year.
    """
    shock = np.zeros((2 if cut else 1, years))
    shock[1:, -1] = 1.0
    scenarios = ("base", "cut")[: len(shock)]
    district = District(
        settings=Settings(
            name="Tiny",
            first_year=2027,
            years=years,
            funding=Funding(
                growth=0.05, price_growth=0.1, pool="district", max_transfer_share=0.2, reserve_max_share=0.05
            ),
            leaders=Leaders(stipend_benefits_rate=0.25, eligible_share=0.5, max_leader_share=0.15),
            staff=Staffing(
                layoff_cost=9_000,
                hiring_cost=2_000,
                max_position_loss_share=0.1,
                min_adults_per_100_pupils=4,
            ),
            launch=Launch(
                per_pupil=300,
                fixed_per_school=20_000,
                development_per_pupil=60,
                turnover=0.25,
                startup_max_share=0.07,
            ),
            technology=TechnologyCap(0.02),
            coverage=Coverage("expected", max_growth_per_year=0.5, min_school_share=0.1),
        ),
        schools=Schools(
            id=("oak", "elm"),
            name=("Oak", "Elm"),
            funding_per_pupil=np.array([10_000.0, 12_000.0]),
            fixed_funding=np.array([50_000.0, 0.0]),
            fixed_spending=np.array([1_000.0, 2_000.0]),
            need_weight=np.array([1.0, 2.0]),
            pay_index=np.array([1.0, 1.02]),
            enrollment_growth=np.zeros(2),
            startup_grant=np.array([30_000.0, 0.0]),
            team_pupils=np.array([30.0, 0.0]),
            trained_pupils=np.array([40.0, 0.0]),
            opening_reserve=np.array([5_000.0, 0.0]),
        ),
        bands=GradeBands(("low", "up"), ("Lower", "Upper"), np.array([25.0, 30.0])),
        enrollment=np.array([[100.0, 50.0], [80.0, 0.0]]),
        roles=Roles(
            ("teacher", "leader", "aide"),
            NONE * 3,
            ("teacher", "leader", "aide"),
            ("licensed", "licensed", "support"),
            np.array([80_000.0, 88_000.0, 40_000.0]),
            np.full(3, 0.25),
            np.array([0.1, 0.0, 0.2]),
            np.zeros(3),
            NONE * 3,
        ),
        team_models=TeamModels(
            ("class", "team", "pair"),
            ("room", "trio", "upper"),
            NONE * 3,
            np.array([[True, True], [True, True], [False, True]]),
            np.array([False, True, True]),
            np.array([25.0, 100.0, 50.0]),
            np.array([[1.0, 0, 0], [3, 1, 1], [1, 1, 0]]),
            np.array([0.0, 0.0, 0.1]),
            np.array([0.0, 1.0, 0.5]),
            NONE * 3,
        ),
        technology=Technology(
            ("none", "laptop", "adaptive"),
            NONE * 3,
            np.array([[True, True], [True, True], [False, True]]),
            np.array([0.0, 0.8, 1.0]),
            np.array([-1, 0, 0]),
            np.array([0.0, 50.0, 120.0]),
            NONE * 3,
        ),
        device_types=DeviceTypes(("seat",), NONE, np.array([400.0]), np.array([2.0]), NONE),
        stipends=StipendSchedule(np.array([5_000.0, 10_000.0]), np.array([0.2, 0.5])),
        staff=Staff(np.array([[7.0, 0, 2], [4, 0, 1]]), np.array([[1.0, 0, 0], [0, 0, 1]])),
        scenarios=Scenarios(
            scenarios,
            NONE * len(shock),
            np.full(len(shock), 1 / len(shock)),
            -0.1 * shock,
            -0.2 * shock,
            np.zeros_like(shock),
        ),
        devices=Devices(np.array([0, 0]), np.array([0, 0]), np.array([60.0, 10.0]), np.array([0.0, 1.0])),
    )
    return district.with_settings(**sections) if sections else district
