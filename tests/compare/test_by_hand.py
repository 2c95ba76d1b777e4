"""The three columns, the bridge and the budget of a school that is worked out by hand (`tests.compare.hand`)."""

from __future__ import annotations

from pathlib import Path

import pytest

import optimizer
from models.comparison import Comparison
from tests import districts
from tests.compare import hand


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    return optimizer.compare(hand.district(tmp_path_factory.mktemp("hand") / "oak"))


FIGURES = [
    # group, item, today, best use, optimal
    ("coverage", "coverage", 0.12, 0.408, 0.7),
    ("coverage", "covered_pupils", 60, 204, 350),
    ("coverage", "team_pupils", 100, 204, 350),
    ("positions", "teacher", 19, 17.96, 16.5),
    ("positions", "leader", 1, 2.04, 3.5),
    ("positions", "aide", 5, 5, 3.5),
    ("positions", "total", 25, 25, 23.5),
    ("spending", "salaries", 1_760_000, 1_760_000, 1_712_000),
    ("spending", "benefits", 440_000, 440_000, 428_000),
    ("spending", "stipends", 10_000, 20_400, 35_000),
    ("spending", "technology", 35_000, 24_600, 46_500),
    ("spending", "development", 0, 0, 0),
    ("spending", "other", 0, 0, 0),
    ("spending", "total", 2_245_000, 2_245_000, 2_221_500),
    ("stipends", "leaders", 1, 2.04, 3.5),
    ("stipends", "stipend", 10_000, 10_000, 10_000),
    ("technology", "pupils.adaptive", 60, 204, 350),
    ("technology", "pupils.none", 440, 296, 150),
]


@pytest.mark.parametrize(("group", "item", "today", "best_use", "optimal"), FIGURES, ids=lambda v: str(v))
@pytest.mark.parametrize("school", [None, 0])
def test_a_figure(
    comparison: Comparison,
    school: int | None,
    group: str,
    item: str,
    today: float,
    best_use: float,
    optimal: float,
) -> None:
    figure = comparison.figure(group, item, school)
    # a later stage may give up 1e-6 of the coverage, here 0.0005 pupils and some $0.33
    assert figure.today == pytest.approx(today, rel=1e-12)
    assert figure.best_use == pytest.approx(best_use, rel=1e-5, abs=0.5)
    assert figure.optimal == pytest.approx(optimal, rel=1e-5, abs=0.5)
    assert figure.reallocation == pytest.approx(best_use - today, rel=1e-5, abs=0.5)
    assert figure.redesign == pytest.approx(optimal - best_use, rel=1e-5, abs=0.5)
    if figure.unit == "$":
        assert figure.per_pupil("today") == pytest.approx(today / 500)


def test_shares_are_exact_to_what_the_hold_allows(comparison: Comparison) -> None:
    coverage = comparison.figure("coverage", "coverage")
    assert coverage.today == pytest.approx(0.12, abs=1e-12)
    assert coverage.best_use == pytest.approx(0.408, abs=2e-6)
    assert coverage.optimal == pytest.approx(0.7, abs=2e-6)


def test_the_bridge(comparison: Comparison) -> None:
    steps = {step.name: float(step.amounts[0]) for step in comparison.bridge}
    expected = {
        "prices": -32_000,  # budgeted 35,000 for technology; 60 pupils at 50 are 3,000
        "laid_off": -60_000,  # 1.5 aides
        "stipends": 25_000,  # 2.5 leaders more
        "technology": 14_500,  # 290 pupils more at 50
        "devices": 29_000,  # 290 seats at 100
    }
    assert steps == pytest.approx({name: expected.get(name, 0.0) for name in steps}, abs=0.5)
    cents = sum(round(amount * 100) for amount in steps.values())
    assert cents == round(comparison.optimal.total[0] * 100) - round(comparison.today.total[0] * 100)


def test_the_moves(comparison: Comparison) -> None:
    rows = comparison.moves.rows(comparison.district)
    assert [(row["move"], row["from_role"], row["to_role"]) for row in rows] == [
        ("converted", "teacher", "leader"),
        ("laid_off", "aide", ""),
    ]
    assert [row["fte"] for row in rows] == pytest.approx([2.5, 1.5], abs=1e-4)


def test_the_budget(comparison: Comparison) -> None:
    assert comparison.budget is not None
    told = {
        change.category: (change.actual[0], change.prices[0], change.quantities[0], change.optimal[0])
        for change in comparison.budget
        if change.given.any()
    }
    assert told.keys() == {"stipends", "technology"}  # what budget.csv does not give is not made up
    assert told["stipends"] == pytest.approx((10_000, 0, 25_000, 35_000), abs=0.5)
    assert told["technology"] == pytest.approx((35_000, -32_000, 43_500, 46_500), abs=0.5)


def test_the_notes(comparison: Comparison) -> None:
    assert comparison.notes == (
        "All columns show 2027, with its pupils and prices.",
        "budget.csv lacks salaries, benefits, development, other for some schools; there today's spending is estimated.",
        "Today's spending is above funding and reserve at 1 school, by $23,500 at Oak Elementary.",
    )


def test_without_a_budget_today_is_estimated_and_leaves_less_to_use(tmp_path: Path) -> None:
    found = optimizer.compare(hand.district(tmp_path / "oak", {"budget": ""}))
    spending = {name: float(amount[0]) for name, amount in found.today.spending.items()}
    # the one leader at $10,000, the lowest step that finds one; 60 pupils at $50
    assert spending == {
        "salaries": 1_760_000, "benefits": 440_000, "stipends": 10_000, "technology": 3_000, "development": 0, "other": 0,
    }  # fmt: skip
    assert found.budget is None
    assert found.best_use is not None
    # 250 x - 6,000 = 13,000
    assert found.best_use.covered[0] == pytest.approx(76, abs=1e-3)
    assert (
        "Today's spending is estimated from staff, seats and prices: there is no budget.csv." in found.notes
    )


def test_a_budget_that_differs_from_the_prices_is_told_apart(tmp_path: Path) -> None:
    budget = "school_id,category,amount\noak,salaries,1800000\noak,benefits,430000\noak,stipends,8000\noak,technology,3000\n"
    found = optimizer.compare(hand.district(tmp_path / "oak", {"budget": budget}))
    assert found.budget is not None
    told = {
        change.category: (change.prices[0], change.quantities[0])
        for change in found.budget
        if change.given.any()
    }
    assert told["salaries"] == pytest.approx((-40_000, -48_000), abs=0.5)
    assert told["benefits"] == pytest.approx((10_000, -12_000), abs=0.5)
    assert told["stipends"] == pytest.approx(
        (2_000, 25_000), abs=0.5
    )  # one leader at 10,000 in the place of 8,000
    assert told["technology"] == pytest.approx((0, 43_500), abs=0.5)
    assert found.today.stipend[0] == pytest.approx(8_000)


SHOCKS = "scenario,label,probability,year,funding_change,enrollment_change,pay_change\n"


@pytest.mark.parametrize(
    ("rows", "scenario", "node", "note"),
    [
        (
            "cut,,0.5,1,-0.01,,\nbase,,0.5,1,,,\n",
            "base",
            "y1.base",
            "All columns show 2027 in scenario base, which has no shocks, with its pupils and prices.",
        ),
        (
            "mild,,0.5,1,-0.01,,\ncut,,0.5,1,-0.02,,\n",
            "mild",
            "y1.mild",
            "All columns show 2027 in scenario mild, the first one, since every scenario has shocks, with its pupils and prices.",
        ),
    ],
)
def test_the_base_scenario_has_a_root_of_its_own(
    tmp_path: Path, rows: str, scenario: str, node: str, note: str
) -> None:
    tables = {"scenarios": SHOCKS + rows, "schools": hand.TABLES["schools"].replace("4443", "4600")}
    found = optimizer.compare(hand.district(tmp_path / "oak", tables))
    assert found.scenario == scenario
    assert found.plan.tree.labels[found.node] == node
    assert found.notes[0] == note
    share = 1.0 if scenario == "base" else 0.99
    assert found.optimal.covered[0] == pytest.approx((4600 * 500 * share - 1_994_000) / 650, abs=2e-3)
    assert found.today.covered[0] == pytest.approx(60)


def test_a_plan_at_hand_is_taken_and_its_objective_with_it(tmp_path: Path) -> None:
    plan = optimizer.solve(hand.district(tmp_path / "oak"), "max_min")
    found = optimizer.compare(plan.district, plan=plan)
    assert found.plan is plan
    assert found.best_use is not None
    assert found.best_use.covered[0] == pytest.approx(204, abs=1e-2)


def test_frames_and_names_that_do_not_exist(comparison: Comparison) -> None:
    assert set(comparison.to_frame("moves")["move"]) == {"converted", "laid_off"}
    with pytest.raises(
        KeyError, match="There is no table 'decisions'; there are columns, bridge, moves, budget"
    ):
        comparison.to_frame("decisions")
    with pytest.raises(KeyError, match="There is no figure 'spending', 'rent'"):
        comparison.figure("spending", "rent")


@pytest.mark.parametrize(
    ("budgeted", "priced"), [(5_000, 10_000), (12_000, 12_000), (40_000, 25_000)], ids=str
)
def test_technology_is_what_is_budgeted_between_the_cheapest_and_the_best_packages(
    budgeted: int, priced: int, tmp_path: Path
) -> None:
    """500 seats carry packages of $20 to $50 a pupil; the files do not say which, but no more and no less than these."""
    tables = {
        "technology": "technology,reach,device,annual_per_pupil\nnone,0,,0\nbasic,0.5,cart,20\nadaptive,1,cart,50\n",
        "device_types": "device,purchase_per_seat,life_years\ncart,100,5\n",
        "devices": "school_id,device,seats,age_years\noak,cart,500,0\n",
        "budget": f"school_id,category,amount\noak,technology,{budgeted}\n",
    }
    found = optimizer.compare(districts.district(tmp_path / "oak", tables))
    assert found.budget is not None
    change = next(change for change in found.budget if change.category == "technology")
    assert list(change.actual) == [budgeted]
    assert list(change.prices) == [priced - budgeted]
    assert list(change.quantities) == pytest.approx([float(change.optimal[0]) - priced])
