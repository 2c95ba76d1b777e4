"""Staffing moves: hand-made cases, and the accounts and minimality of any."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.district import District
from models.made import made_district
from models.moves import Moves, Transfers, staffing_moves

ROLES = ("teacher", "leader", "aide", "specialist")  # licensed, licensed, aides, licensed


def staffed(fte: list[list[float]], mobility: str = "school", attrition: float = 0.0) -> District:
    district = made_district(len(fte), mobility=mobility)
    roles = dataclasses.replace(district.roles, attrition_rate=np.full(4, attrition))
    staff = dataclasses.replace(district.staff, fte=np.array(fte, dtype=float))
    return district.replace(roles=roles, staff=staff)


def told(district: District, positions: list[list[float]], **options: bool) -> list[tuple[object, ...]]:
    rows = staffing_moves(district, np.array(positions, dtype=float), **options).rows(district)
    ends = ("from_school", "from_role", "to_school", "to_role")
    return [(row["move"], *(row[end] for end in ends), round(float(row["fte"]), 9)) for row in rows]


def test_nothing_moves_when_nothing_changes() -> None:
    assert told(staffed([[10, 1, 4, 2]]), [[10, 1, 4, 2]]) == []


def test_a_post_that_ends_is_converted_inside_its_pool_and_no_further() -> None:
    assert told(staffed([[10, 0, 4, 2]]), [[9, 2, 5, 0]]) == [
        ("converted", "s000", "teacher", "s000", "leader", 1.0),
        ("converted", "s000", "specialist", "s000", "leader", 1.0),
        ("hired", "", "", "s000", "aide", 1.0),
        ("laid_off", "s000", "specialist", "", "", 1.0),
    ]


def test_those_who_leave_are_counted_before_the_others_move() -> None:
    assert told(staffed([[10, 0, 0, 0]], attrition=0.1), [[8.5, 1, 0, 0]]) == [
        ("left", "s000", "teacher", "", "", 1.0),
        ("converted", "s000", "teacher", "s000", "leader", 0.5),
        ("hired", "", "", "s000", "leader", 0.5),
    ]
    assert told(staffed([[10, 0, 0, 0]], attrition=0.1), [[8.5, 1, 0, 0]], attrition=False) == [
        ("converted", "s000", "teacher", "s000", "leader", 1.0),
        ("laid_off", "s000", "teacher", "", "", 0.5),
    ]


def test_without_mobility_one_school_hires_while_another_lays_off() -> None:
    district = staffed([[10, 0, 0, 0], [10, 0, 0, 0]])
    assert told(district, [[8, 0, 0, 0], [12, 0, 0, 0]]) == [
        ("hired", "", "", "s001", "teacher", 2.0),
        ("laid_off", "s000", "teacher", "", "", 2.0),
    ]


def test_with_mobility_people_move_at_home_first_then_in_their_role_then_otherwise() -> None:
    district = staffed([[10, 0, 4, 2], [10, 0, 4, 2]], mobility="district")
    assert told(district, [[7, 1, 3, 1], [11, 2, 5, 2]]) == [
        ("converted", "s000", "teacher", "s000", "leader", 1.0),
        ("moved", "s000", "teacher", "s001", "teacher", 1.0),
        ("moved", "s000", "aide", "s001", "aide", 1.0),
        ("moved", "s000", "teacher", "s001", "leader", 1.0),
        ("moved", "s000", "specialist", "s001", "leader", 1.0),
    ]


def change_of(pairs: Transfers, shape: tuple[int, int]) -> np.ndarray:
    change = np.zeros(shape)
    np.add.at(change, (pairs.to_school, pairs.to_role), pairs.fte)
    np.subtract.at(change, (pairs.from_school, pairs.from_role), pairs.fte)
    return change


def check_accounts(district: District, moves: Moves, positions: np.ndarray) -> None:
    shape = positions.shape
    after = district.staff.fte - moves.left - moves.laid_off + moves.hired
    after = after + change_of(moves.converted, shape) + change_of(moves.moved, shape)
    assert after == pytest.approx(positions, abs=1e-9)


staffings = arrays(float, (3, 4), elements=st.integers(0, 40).map(lambda quarters: quarters / 4))


@settings(max_examples=150, deadline=None)
@given(before=staffings, after=staffings, attrition=st.sampled_from([0.0, 0.08, 1.0]), free=st.booleans())
def test_moves_account_for_every_position_and_are_the_fewest(
    before: np.ndarray, after: np.ndarray, attrition: float, free: bool
) -> None:
    district = staffed(before.tolist(), "district" if free else "school", attrition)
    moves = staffing_moves(district, after)
    check_accounts(district, moves, after)
    cost = np.arange(12.0).reshape(3, 4) * 1000 + 500
    pay = moves.pay_changes(cost)
    assert sum(pay.values()) == pytest.approx((cost * (after - before)).sum(axis=1), abs=1e-6)
    # fewest: inside a pool nobody is hired while somebody is laid off; a pool is a school's own without mobility
    net = after - before * (1 - attrition)
    for pool in ([0, 1, 3], [2]):
        own, hired, laid_off = net[:, pool], moves.hired[:, pool], moves.laid_off[:, pool]
        if free:
            assert hired.sum() == pytest.approx(max(own.sum(), 0.0), abs=1e-9)
            assert laid_off.sum() == pytest.approx(max(-own.sum(), 0.0), abs=1e-9)
            # as many as can stay at their school do
            kept = np.isin(moves.converted.from_role, pool)
            at_home = np.minimum(np.maximum(own, 0).sum(axis=1), np.maximum(-own, 0).sum(axis=1)).sum()
            assert moves.converted.fte[kept].sum() == pytest.approx(at_home, abs=1e-9)
        else:
            assert hired.sum(axis=1) == pytest.approx(np.maximum(own.sum(axis=1), 0), abs=1e-9)
            assert laid_off.sum(axis=1) == pytest.approx(np.maximum(-own.sum(axis=1), 0), abs=1e-9)
            assert moves.moved.fte.size == 0
    for pairs in (moves.converted, moves.moved):
        assert (pairs.fte > 0).all()
        assert all((a in (0, 1, 3)) == (b in (0, 1, 3)) for a, b in zip(pairs.from_role, pairs.to_role))
    assert (moves.converted.from_school == moves.converted.to_school).all()
    assert (moves.moved.from_school != moves.moved.to_school).all()
