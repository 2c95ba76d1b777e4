"""Random odd districts: every one is explained, and what is said of it holds."""

import json
import math

import numpy as np
import pytest

from models.errors import InputError
from models.explanation_json import explanation_json, explanation_tables
from optimizer import explain
from optimizer.shortfall import least_shortfall
from reports.explanation import explanation_card
from tests.explain.test_shortfall import _named, _plan_exists
from tests.maths.strategies import random_district

SEEDS = range(30)


def _random(seed):
    """A district whose every feature is drawn from the seed; `None` when the draw is no lawful district."""
    rng = np.random.default_rng(seed)
    try:
        return random_district(
            int(rng.integers(1_000_000)),
            schools=int(rng.integers(1, 4)),
            bands=int(rng.integers(1, 3)),
            years=int(rng.integers(1, 4)),
            scenarios=int(rng.integers(1, 4)),
            roles=int(rng.integers(3, 7)),
            pool=str(rng.choice(["school", "district"])),
            mobility=str(rng.choice(["school", "district"])),
            policy=str(rng.choice(["by_school", "uniform"])),
            objective=str(rng.choice(["expected", "worst_case", "max_min"])),
            plenty=float(rng.choice([0.6, 0.9, 1.0, 1.12, 1.4])),
        )
    except InputError:
        return None


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_district_is_explained_and_the_explanation_holds(seed):
    district = _random(seed)
    if district is None:
        pytest.skip("the draw is no lawful district")
    answer = explain(district)
    card = explanation_card(answer)
    assert "nan" not in card and "inf " not in card
    json.dumps(explanation_json(answer), allow_nan=False)
    explanation_tables(answer)
    for price in answer.prices:
        if price.examined and not math.isnan(price.whole):
            assert price.whole <= price.more * (1 + 1e-4) + 1e-4, price  # the first stage is concave
        if price.examined and price.less_exists:
            assert price.less >= price.more * (1 - 1e-4) - 1e-4, price
        assert not price.low > 0 and not price.high < 0
    if answer.has_plan:
        assert {limit.school_id for limit in answer.limits} == set(district.schools.id)
        return
    assert answer.conflict is not None
    assert answer.conflict.despite_funding == (not answer.missing)
    if answer.missing:
        step = least_shortfall(district).step
        amounts = _named(district, answer)
        assert _plan_exists(district, amounts, step)
        assert not _plan_exists(district, amounts - 0.01 * (amounts > 0), step)


def test_the_seeds_meet_plans_holes_and_what_money_cannot_mend():
    """The test above is worth what its districts are: some of each kind, and few draws that are none."""
    answers = [
        explain(district, solve_again=False) for district in map(_random, SEEDS) if district is not None
    ]
    assert len(answers) >= 20
    assert sum(answer.has_plan for answer in answers) >= 8
    assert sum(bool(answer.missing) for answer in answers) >= 3
    assert any(answer.conflict is not None and answer.conflict.despite_funding for answer in answers)
