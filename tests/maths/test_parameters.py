"""The figures of a district on its tree, against numbers worked out by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from models.district import Devices, DeviceTypes
from models.parameters import Parameters
from models.tree import Tree
from tests.maths.tiny import tiny


def parameters(district) -> Parameters:
    return Parameters.of(district, Tree.of(district.scenarios, district.years))


def grown() -> Parameters:
    """Tiny over two years with a cut (nodes y1, y2.base, y2.cut), oak growing 10 % a year, raises of 3 %."""
    district = tiny(years=2, cut=True)
    return parameters(
        district.replace(
            schools=dataclasses.replace(district.schools, enrollment_growth=np.array([0.1, 0.0])),
            roles=dataclasses.replace(district.roles, annual_raise=np.array([0.03, 0, 0])),
            scenarios=dataclasses.replace(district.scenarios, pay_change=np.array([[0, 0], [0, 0.5]])),
        )
    )


def test_pupils() -> None:
    p = grown()
    assert_allclose(p.e[0, :, 0], [100, 50])
    assert_allclose(p.e[0, :, 1], [110, 55])
    assert_allclose(p.e[0, :, 2], [88, 44])
    assert_allclose(p.E[1], [80, 80, 64])
    assert_allclose(p.E0, [150, 80])
    assert_allclose(p.kept, [[1, 1, 132 / 150], [1, 1, 0.8]])


def test_money() -> None:
    p = grown()
    assert_allclose(p.F[0], [1_550_000, 1.05 * (10_000 * 165 + 50_000), 0.9 * 1.05 * (10_000 * 132 + 50_000)])
    assert_allclose(p.X[1], [2_000, 2_200, 2_200])
    assert_allclose(p.c[0, 0], [100_000, 103_000, 103_000 * 1.5])
    assert_allclose(p.c[1, 1], [110_000 * 1.02, 110_000 * 1.02, 110_000 * 1.02 * 1.5])
    assert_allclose(p.buy, [[400, 440, 440]])
    assert_allclose(p.run, [[0, 0, 0], [50, 55, 55], [120, 132, 132]])
    assert_allclose(
        [p.launch, p.fixlaunch, p.develop], [[300, 330, 330], [20_000, 22_000, 22_000], [60, 66, 66]]
    )
    assert_allclose(p.discount, [1, 1 / 1.1, 1 / 1.1])


def test_stipend_steps_inside_the_bounds() -> None:
    assert_array_equal(parameters(tiny()).sigma, [5_000, 10_000])
    p = parameters(tiny(leaders={"stipend_min": 5_001.0}))
    assert_array_equal([p.sigma, p.tau], [[10_000], [0.5]])
    assert_array_equal(parameters(tiny(leaders={"stipend_max": 5_000.0})).sigma, [5_000])


def test_launched_today() -> None:
    district = tiny()
    schools = dataclasses.replace(district.schools, team_pupils=np.array([300.0, 0.0]))
    assert_array_equal(parameters(tiny()).o0, [0.2, 0])
    assert_array_equal(parameters(district.replace(schools=schools)).o0, [1, 0])


def test_a_school_without_pupils() -> None:
    district = tiny()
    p = parameters(district.replace(enrollment=np.array([[100.0, 50.0], [0, 0]])))
    assert_array_equal(p.E[1], [0])
    assert_array_equal(p.o0[1], 0)
    assert_array_equal(p.kept[1], [1])


@pytest.mark.parametrize(
    ("life", "lives"),
    [  # a seat bought in year 1, seen in years 1, 2, 3
        (0.5, [1, 0, 0]),
        (1.0, [1, 0, 0]),
        (1.5, [1, 1, 0]),
        (2.0, [1, 1, 0]),
        (2.5, [1, 1, 1]),
    ],
)
def test_life_of_a_bought_seat(life: float, lives: list[int]) -> None:
    district = tiny(years=3)
    devices = DeviceTypes(("seat",), ("",), np.array([400.0]), np.array([life]), ("",))
    assert_array_equal(parameters(district.replace(device_types=devices)).alive[0, 0], lives)


def test_seats_live_along_their_own_path_alone() -> None:
    p = parameters(tiny(years=2, cut=True))
    assert_array_equal(p.alive[0], [[1, 1, 1], [0, 1, 0], [0, 0, 1]])


@pytest.mark.parametrize(
    ("age", "seats"),
    [(0.0, [60, 60, 0]), (0.5, [60, 60, 0]), (1.0, [60, 0, 0]), (1.5, [60, 0, 0]), (2.0, [0, 0, 0])],
)
def test_seats_of_today_live_two_years_from_their_first(age: float, seats: list[int]) -> None:
    district = tiny(years=3)
    devices = Devices(np.array([1]), np.array([0]), np.array([60.0]), np.array([age]))
    assert_array_equal(parameters(district.replace(devices=devices)).seats0[1, 0], seats)


def test_seats_of_several_ages_add_up() -> None:
    assert_array_equal(parameters(tiny(years=3)).seats0[0, 0], [70, 60, 0])


def test_sets_of_the_district() -> None:
    district = tiny()
    assert_array_equal(district.levels, [0.5, 0.8, 1])
    assert_allclose(district.teaching_fte, [1, 4, 1.9])
    assert_allclose(district.class_load, [25, 25, 50 / 1.9])
    assert_array_equal(district.admitted, [[True, True], [True, True], [False, True]])
    assert_allclose(district.fte_per_pupil[1], [0.03, 0.01, 0.01])


def test_the_class_limit_holds_to_a_billionth() -> None:
    district = tiny()
    for limit, admitted in ((25.0 * (1 - 5e-10), True), (25.0 * (1 - 2e-9), False)):
        models = dataclasses.replace(district.team_models, pupils=np.array([20.0, 100.0, 50.0]))
        bands = dataclasses.replace(district.bands, max_pupils_per_teacher=np.array([limit, 30.0]))
        assert bool(district.replace(bands=bands, team_models=models).admitted[1, 0]) is admitted
