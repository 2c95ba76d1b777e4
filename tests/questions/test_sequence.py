"""Questions one after another: what was asked before changes no answer."""

from __future__ import annotations

import numpy as np
import pytest

from models.dial import Dial
from models.made import made_district
from optimizer import resolving
from optimizer.resolving import Resolver

DIALS = ("schools.funding_per_pupil", "roles.salary", "technology.annual_per_pupil", "schools.fixed_spending")


@pytest.mark.parametrize("policy", ["uniform", "by_school"])
@pytest.mark.parametrize("small", [0, 100_000], ids=["in blocks", "whole"])
def test_a_sequence_of_variants(policy: str, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sides alone, coefficients, steps that are left early, variants without a plan, and back, in any order."""
    monkeypatch.setattr(resolving, "SMALL", small)
    district = made_district(
        5, 2, 2, leaders={"stipend_policy": policy}, coverage={"max_growth_per_year": None}
    )
    resolver = Resolver(district)
    rng = np.random.default_rng(7)
    for _ in range(30):
        dial = Dial(DIALS[rng.integers(len(DIALS))])
        variant, _ = dial.scaled(district, float(rng.choice([0.7, 0.9, 0.97, 1.0, 1.03, 1.1])))
        right = Resolver(variant).base
        found = resolver.value(variant)
        assert (found is None) == (right is None)
        if right is not None:
            assert found == pytest.approx(right, abs=1e-8)
