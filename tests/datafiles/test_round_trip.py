"""Writing a district as a folder and reading it back changes nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as run

from datafiles.folder import FILES, read_district, read_district_with_warnings, write_district
from models.district import District, TeamModels
from models.errors import InputError
from models.made import made_district
from tests.datafiles.random_districts import districts
from tests.districts import district

EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/*/district.toml"))


@run(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(districts())
def test_random_districts(asked: District) -> None:
    with tempfile.TemporaryDirectory() as place:
        write_district(asked, Path(place) / "district")
        again, warnings = read_district_with_warnings(Path(place) / "district")
    assert again == asked
    assert warnings == ()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.parent.name)
def test_examples(example: Path, tmp_path: Path) -> None:
    asked = read_district(example.parent)
    write_district(asked, tmp_path / "again")
    assert read_district(tmp_path / "again") == asked


def test_made_district(tmp_path: Path) -> None:
    asked = made_district(40, years=5, scenarios=4)
    write_district(asked, tmp_path / "again")
    assert read_district(tmp_path / "again") == asked


def test_a_difference_is_seen(tmp_path: Path) -> None:
    asked = district(tmp_path / "oak")
    other = asked.replace(enrollment=asked.enrollment + np.spacing(500.0))
    write_district(other, tmp_path / "other")
    assert read_district(tmp_path / "other") == other != asked


def test_written_twice_is_the_same_to_the_byte(tmp_path: Path) -> None:
    asked = district(tmp_path / "oak")
    for name in ("one", "two"):
        write_district(asked, tmp_path / name)
    assert all(
        (tmp_path / "one" / file.name).read_bytes() == file.read_bytes()
        for file in (tmp_path / "two").iterdir()
    )
    assert {file.name for file in (tmp_path / "two").iterdir()} == set(FILES) - {"devices.csv", "budget.csv"}


def test_a_pattern_for_no_band_cannot_be_written(tmp_path: Path) -> None:
    asked = district(tmp_path / "oak")
    models = {**vars(asked.team_models), "listed": np.array([[True], [False]])}
    with pytest.raises(InputError) as caught:
        write_district(asked.replace(team_models=TeamModels(**models)), tmp_path / "no")
    assert (
        str(caught.value)
        == "team/100 is listed for no grade band; a file cannot say that.\n\nLeave it out of the district."
    )
    assert not (tmp_path / "no").exists()
