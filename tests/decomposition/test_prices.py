"""Price decomposition against the whole matrix: the same coverage and spending, a certificate that holds, no plan where there is none."""

import dataclasses

import pytest

from models.errors import NoPlan
from models.made import made_district
from optimizer import Options, solve


def poorer(district, factor):
    schools = district.schools
    return district.replace(
        schools=dataclasses.replace(schools, funding_per_pupil=schools.funding_per_pupil * factor)
    )


CASES = {
    "pooled": {},
    "with mobility": {"mobility": "district"},
    "small transfers": {"funding": {"max_transfer_share": 0.02}},
    "one stipend": {"leaders": {"stipend_policy": "uniform"}},
    "no reserve": {"funding": {"reserve_max_share": None}},
}


@pytest.mark.parametrize("objective", ["expected", "worst_case", "max_min"])
@pytest.mark.parametrize("case", CASES)
def test_prices_agree_with_the_whole_matrix(case, objective):
    seed = 10 * list(CASES).index(case) + len(objective)
    district = poorer(made_district(7, 2, 2, seed=seed, pool="district", **CASES[case]), 0.97)
    by_prices = solve(district, objective, options=Options(method="prices"))
    whole = solve(district, objective, options=Options(method="simplex"))
    assert by_prices.coverage == pytest.approx(whole.coverage, abs=1e-6)
    assert by_prices.spending == pytest.approx(whole.spending, rel=1e-6)
    assert by_prices.stages[objective] == pytest.approx(whole.stages[objective], abs=1e-6)
    assert by_prices.certificate.holds


def test_a_larger_district_is_solved_by_prices_themselves():
    district = made_district(30, 3, 3, seed=1, pool="district")
    plan = solve(district, options=Options(method="prices"))
    assert plan.solver.method == "prices"
    assert plan.certificate.gap < 1e-6
    assert plan.coverage == pytest.approx(solve(district, options=Options(method="ipm")).coverage, abs=1e-6)


def test_a_district_without_a_plan_has_none_by_prices_either():
    district = poorer(made_district(6, 2, 2, pool="district"), 0.5)
    with pytest.raises(NoPlan):
        solve(district, options=Options(method="prices"))


def test_a_district_that_falls_into_one_block_is_solved_whole():
    district = made_district(1, 2, 2, pool="district")
    assert solve(district, options=Options(method="prices")).certificate.holds
