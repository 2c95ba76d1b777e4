"""The best use of today's people, against the independent reference and where it does not exist."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import optimizer
from datafiles.folder import write_district
from models.district import BUDGET_CATEGORIES, Budget, District
from models.made import made_district
from optimizer.comparing import _moved_for_nothing
from optimizer.reallocation import HELD
from tests import reference
from tests.compare import hand
from tests.districts import SETTINGS


def with_budget(district: District, other: float) -> District:
    """A budget in which only `other` is given, so much above the out-of-scope spending."""
    schools = np.arange(len(district.schools.id))
    amounts = district.schools.fixed_spending + other
    return district.replace(budget=Budget(schools, ("other",) * schools.size, amounts))


def as_a_question(district: District, spending: np.ndarray) -> District:
    """The same question in the formulation's own words: one year, today's money as funding, moves that nobody can pay."""
    roles = dataclasses.replace(district.roles, attrition_rate=np.zeros_like(district.roles.attrition_rate))
    schools = dataclasses.replace(
        district.schools,
        funding_per_pupil=np.zeros_like(spending),
        fixed_funding=spending,
        opening_reserve=0 * spending,
    )
    return district.replace(roles=roles, schools=schools).with_settings(
        years=1,
        staff={"hiring_cost": 1e7, "layoff_cost": 1e7},
        funding={"reserve_max_share": None},
        coverage={"min_school_share": None},
    )


@pytest.mark.parametrize("mobility", ["school", "district"])
@pytest.mark.parametrize("pool", ["school", "district"])
@pytest.mark.parametrize("policy", ["by_school", "uniform"])
def test_it_is_the_reference_s_answer(tmp_path: Path, mobility: str, pool: str, policy: str) -> None:
    district = made_district(
        3, 2, 2, seed=5, pool=pool, mobility=mobility, leaders={"stipend_policy": policy},
        launch={"startup_max_share": None}, technology={"max_share": None},
    )  # fmt: skip
    district = with_budget(district, 250_000)
    found = optimizer.compare(district)
    assert found.best_use is not None
    assert found.best_use.lawful.all()
    write_district(as_a_question(district, found.today.total), tmp_path / "held")
    answer = reference.solve(tmp_path / "held")
    assert answer.status == "optimal"
    assert found.best_use.district_coverage == pytest.approx(answer.coverage, abs=3e-6)
    assert found.best_use.total.sum() == pytest.approx(answer.spending, rel=1e-6)
    assert 0.05 < answer.coverage < 0.95
    # nobody comes, nobody goes, and no more is spent than today
    in_pools = found.best_use.positions @ district.roles.in_pool.T
    today = district.staff.fte @ district.roles.in_pool.T
    if mobility == "school":
        assert in_pools == pytest.approx(today, abs=1e-6)
    assert in_pools.sum(axis=0) == pytest.approx(today.sum(axis=0), abs=1e-6)
    if pool == "school":
        assert (found.best_use.total <= found.today.total + 0.05).all()
    assert found.best_use.total.sum() <= found.today.total.sum() + 0.05 * len(district.schools.id)


@pytest.mark.parametrize("seed", range(4))
def test_lawful_staff_with_odd_cents_can_stay_as_it_is(seed: int) -> None:
    district = made_district(12, seed=seed)
    pay = dataclasses.replace(
        district.roles, salary=district.roles.salary + np.array([0.123, 0.123, 0.777, 0.123])
    )
    found = optimizer.compare(district.replace(roles=pay))
    assert found.collisions == ()
    assert found.best_use is not None
    assert found.best_use.lawful.all()
    assert found.best_use.total == pytest.approx(found.today.total, abs=0.06)


def test_the_school_floor_of_the_last_year_does_not_bind_year_one() -> None:
    district = with_budget(made_district(2, 3, 1, seed=1), 60_000)
    free = optimizer.compare(district).best_use
    floor = optimizer.compare(district.with_settings(coverage={"min_school_share": 0.3})).best_use
    assert free is not None
    assert floor is not None
    assert floor.coverage == pytest.approx(free.coverage, abs=1e-6)
    assert free.coverage.max() < 0.3


def test_leaders_come_from_their_own_pool_alone(tmp_path: Path) -> None:
    roles = (
        "role,label,kind,pool,salary,benefits_rate\nteacher,Teacher,teacher,licensed,80000,0.25\n"
        "leader,Teacher leader,leader,leaders,80000,0.25\naide,Aide,aide,support,32000,0.25\n"
    )
    found = optimizer.compare(hand.district(tmp_path / "oak", {"roles": roles}))
    assert found.best_use is not None
    # the one leader leads one team of 100; 19 teachers are enough for the other 400 pupils and the team's 3
    assert found.best_use.covered[0] == pytest.approx(100, abs=1e-3)
    assert found.optimal.covered[0] == pytest.approx(350, abs=1e-3)


# ---- where there is none -----------------------------------------------------------------------------------------

TWO = {
    "schools": (
        "school_id,school_name,funding_per_pupil,team_pupils\noak,Oak Elementary,4443,100\nelm,Elm Elementary,4443,\n"
    ),
    "enrollment": "school_id,grade_band,pupils\noak,K-5,500\nelm,K-5,500\n",
    "staff": "school_id,role,fte\noak,teacher,19\noak,leader,1\noak,aide,5\nelm,teacher,19\nelm,aide,5\n",
}


def test_a_school_with_too_few_teachers_has_none_and_the_rules_are_named(tmp_path: Path) -> None:
    found = optimizer.compare(hand.district(tmp_path / "two", TWO))
    assert found.best_use is not None
    assert found.best_use.lawful.tolist() == [True, False]
    (collision,) = found.collisions
    assert collision.schools == ("elm",)
    assert collision.rules == ("placement", "positions", "staff_flow", HELD)
    assert collision.words == (
        "every pupil of a band is taught under one staffing pattern",
        "every team has its people, beside the positions that stay outside all teams",
        "each pool keeps the people it has today",
        "nobody is hired and nobody is laid off",
    )
    # oak's best use is what it is alone; elm stands as it does today, in the district too
    assert found.best_use.covered == pytest.approx([204, 0], abs=1e-3)
    assert np.isnan(found.figure("spending", "total", 1).best_use)
    assert np.isnan(found.figure("coverage", "coverage", 1).best_use)
    assert found.figure("positions", "teacher").best_use == pytest.approx(17.96 + 19, abs=1e-4)
    assert found.notes[-1] == (
        "Today's people and money allow no lawful use at Elm Elementary."
        " In the district's best use they stand as they do today."
    )


def test_schools_that_share_people_have_one_together_or_none(tmp_path: Path) -> None:
    settings = SETTINGS + '\n[staff]\nmobility = "district"\n'
    found = optimizer.compare(hand.district(tmp_path / "two", TWO, settings))
    assert found.best_use is None
    assert found.collisions[0].schools == ("oak", "elm")
    assert set(found.collisions[0].rules) == {"placement", "positions", "staff_flow", HELD}
    assert np.isnan(found.figure("coverage", "coverage").best_use)
    assert (
        found.notes[-1] == "Today's people and money allow no lawful use at Oak Elementary, Elm Elementary."
    )
    # one teacher more, and they have one
    more = TWO | {"staff": TWO["staff"].replace("elm,teacher,19", "elm,teacher,21")}
    assert optimizer.compare(hand.district(tmp_path / "more", more, settings)).best_use is not None


def test_money_that_does_not_reach_for_the_package_everybody_needs(tmp_path: Path) -> None:
    tables = {
        "technology": "technology,reach,device,annual_per_pupil\nadaptive,1,laptop,5\n",
        "budget": "school_id,category,amount\noak,salaries,1760000\noak,technology,3000\n",
    }
    found = optimizer.compare(hand.district(tmp_path / "oak", tables))
    assert found.best_use is None
    assert "budget" in found.collisions[0].rules
    # 440 seats at $100 and 500 pupils at $5; there are 3,000 for technology and 10,000 of a stipend that nobody must have
    missing = found.collisions[0].missing
    assert missing is not None
    rich = tables | {"budget": tables["budget"].replace("3000", f"{3000 + missing + 0.01:.2f}")}
    poor = tables | {"budget": tables["budget"].replace("3000", f"{3000 + missing - 1:.2f}")}
    assert optimizer.compare(hand.district(tmp_path / "rich", rich)).best_use is not None
    assert optimizer.compare(hand.district(tmp_path / "poor", poor)).best_use is None
    assert missing == pytest.approx(33_499.97, abs=0.05)
    assert "spending is at most today's" in found.collisions[0].words
    assert {"equipment", "seats"} <= set(found.collisions[0].rules)


def test_dropping_any_of_the_named_rules_makes_it_lawful(tmp_path: Path) -> None:
    """The set is irreducible: each of its rules is needed for the collision."""
    from optimizer.formulation import Model
    from optimizer.reallocation import held_model, one_year
    from optimizer.solvers.highs import Session

    district = hand.district(tmp_path / "two", TWO)
    found = optimizer.compare(district)
    model: Model = held_model(one_year(district, 0), found.today.total, floor=True)
    matrix = model.lp.matrix()

    def feasible(without: str | None) -> bool:
        lower, upper = matrix.row_lower.copy(), matrix.row_upper.copy()
        for name, block in model.lp.rules.items():
            if without is not None and name.partition(".")[0] == without:
                rows = block.index[block.index >= 0]
                lower[rows], upper[rows] = -np.inf, np.inf
        changed = matrix.replace(row_lower=lower, row_upper=upper)
        return Session(changed).minimise(np.zeros(matrix.shape[1])).status == "optimal"

    assert not feasible(None)
    assert all(feasible(rule) for rule in found.collisions[0].rules)


def test_one_stipend_for_all_may_be_what_collides(tmp_path: Path) -> None:
    # oak finds the two leaders it must keep outside the teams at $9,000 alone, elm can pay its 0.2 only $4,000
    settings = SETTINGS + "\n"
    tables = TWO | {
        "schools": TWO["schools"].replace("4443", "5000"),
        "stipends": "stipend,take_up\n4000,0.02\n9000,0.3\n",
        "staff": (
            "school_id,role,fte,minimum\noak,teacher,18,\noak,leader,2,2\noak,aide,5,\n"
            "elm,teacher,20.8,\nelm,leader,0.2,0.2\nelm,aide,5,\n"
        ),
        "enrollment": "school_id,grade_band,pupils\noak,K-5,450\nelm,K-5,500\n",
        "budget": (
            "school_id,category,amount\noak,stipends,18000\noak,technology,0\nelm,stipends,800\nelm,technology,0\n"
        ),
        "technology": "technology,reach,device,annual_per_pupil\nnone,0,,0\n",
        "device_types": "device,purchase_per_seat,life_years\n",
        "devices": "",
    }
    by_school = optimizer.compare(hand.district(tmp_path / "by", tables, settings))
    assert by_school.best_use is not None
    assert by_school.best_use.lawful.all()
    uniform = settings.replace("stipend_max", 'stipend_policy = "uniform"\nstipend_max')
    found = optimizer.compare(hand.district(tmp_path / "one", tables, uniform))
    assert found.best_use is None
    (collision,) = found.collisions
    assert collision.schools == ("oak", "elm")
    assert collision.rules == ("stipend_policy",)
    assert collision.words == ("one stipend is paid everywhere",)


def test_every_category_is_one_that_a_budget_may_name() -> None:
    assert set(optimizer.compare(made_district(1)).today.spending) == set(BUDGET_CATEGORIES)


def test_people_moved_for_nothing_are_told_as_that():
    """A vertex among many that cover as much may turn specialists into teachers, and would be taken for advice."""
    now = optimizer.compare(made_district(2, 1)).today
    positions = now.positions.copy()
    positions[0, 0] -= 2.0
    positions[0, 1] += 2.0
    assert not _moved_for_nothing(now, now)
    assert _moved_for_nothing(dataclasses.replace(now, positions=positions), now)
    better = dataclasses.replace(now, positions=positions, covered=now.covered + 0.1 * now.pupils)
    assert not _moved_for_nothing(better, now)
