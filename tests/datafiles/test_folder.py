"""Folders: defaults of what is left out, names that come near, places that cannot be read."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from datafiles.folder import read_district, read_district_with_warnings
from models.errors import InputError
from models.settings import Settings
from tests.districts import SETTINGS, TABLES, district, oak, write_folder


def error_of(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_district(path)
    assert caught.value.exit_code == 3
    return str(caught.value).replace(str(path), "FOLDER").replace(str(path.parent), "PLACE")


# --- defaults -----------------------------------------------------------------------------------------------


def test_columns_left_out_take_their_defaults(tmp_path: Path) -> None:
    found = district(tmp_path / "oak")
    schools = found.schools
    assert (schools.need_weight, schools.pay_index) == (1.0, 1.0)
    for name in (
        "fixed_funding",
        "fixed_spending",
        "enrollment_growth",
        "startup_grant",
        "team_pupils",
        "trained_pupils",
        "opening_reserve",
    ):
        assert getattr(schools, name).tolist() == [0.0], name
    assert found.roles.attrition_rate.tolist() == found.roles.annual_raise.tolist() == [0.0, 0.0, 0.0]
    assert found.team_models.release.tolist() == [0.0, 0.5]
    assert found.team_models.listed.all()
    assert found.technology.listed.all()
    assert found.technology.device.tolist() == [-1, -1]
    assert found.team_models.label == ("classroom/25", "team/100")
    assert found.technology.label == ("none", "adaptive")
    assert found.scenarios.id == ("base",)
    assert found.scenarios.probability.tolist() == [1.0]
    assert found.devices.seats.size == 0
    assert found.budget is None


def test_blank_cells_take_the_same_defaults_as_columns_left_out(tmp_path: Path) -> None:
    schools = (
        "school_id,school_name,funding_per_pupil,fixed_funding,need_weight,pay_index,trained_pupils,opening_reserve\n"
        "oak,Oak Elementary,4330,,,,,\n"
    )
    assert district(tmp_path / "blank", {"schools": schools}) == district(tmp_path / "oak")


def test_trained_pupils_default_to_team_pupils(tmp_path: Path) -> None:
    schools = "school_id,school_name,funding_per_pupil,team_pupils,trained_pupils\noak,Oak,4330,120,\nelm,Elm,4330,80,30\n"
    found = district(tmp_path / "oak", {"schools": schools})
    assert found.schools.trained_pupils.tolist() == [120.0, 30.0]


def test_minimum_defaults_by_kind(tmp_path: Path) -> None:
    roles = (
        TABLES["roles"]
        + "principal,Principal,nonclassroom,office,120000,0.25\nnurse,Nurse,nonclassroom,office,70000,0.25\n"
    )
    staff = "school_id,role,fte,minimum\noak,teacher,20,\noak,aide,2,1.5\noak,principal,1,\noak,nurse,1,0.5\n"
    found = district(tmp_path / "oak", {"roles": roles, "staff": staff})
    assert found.staff.fte.tolist() == [[20.0, 0.0, 2.0, 1.0, 1.0]]
    assert found.staff.minimum.tolist() == [[0.0, 0.0, 1.5, 1.0, 0.5]]


def test_settings_left_out_are_neutral(tmp_path: Path) -> None:
    assert district(tmp_path / "none", settings="").settings == Settings()
    full = SETTINGS + "[funding]\ngrowth = 0\nmax_transfer_share = 0\n"
    settings = district(tmp_path / "full", settings=full).settings
    assert settings.funding.max_transfer_share == 0.0  # a rule with bound 0 is not the same as no rule
    assert settings.funding.reserve_max_share is None
    assert (settings.leaders.stipend_min, settings.leaders.stipend_max, settings.leaders.eligible_share) == (
        None,
        20000.0,
        0.6,
    )
    assert type(settings.leaders.stipend_max) is float


def test_scenarios(tmp_path: Path) -> None:
    scenarios = (
        "scenario,label,probability,year,funding_change,enrollment_change,pay_change\n"
        "cut,A cut,0.25,2,-0.07,,0.01\nbase,,0.75,1,,,\ncut,,0.25,3,-0.1,-0.02,\n"
    )
    found = district(
        tmp_path / "oak", {"scenarios": scenarios}, SETTINGS.replace("years = 1\n", "years = 3\n")
    ).scenarios
    assert (found.id, found.label, found.probability.tolist()) == (
        ("cut", "base"),
        ("A cut", "base"),
        [0.25, 0.75],
    )
    assert found.funding_change.tolist() == [[0, -0.07, -0.1], [0, 0, 0]]
    assert found.enrollment_change.tolist() == [[0, 0, -0.02], [0, 0, 0]]
    assert found.pay_change.tolist() == [[0, 0.01, 0], [0, 0, 0]]


def test_seats_bands_and_budget(tmp_path: Path) -> None:
    found = district(
        tmp_path / "oak",
        {
            "grade_bands": "grade_band,max_pupils_per_teacher\nK-5,30\n6-8,32\n9-12,35\n",
            "technology": "technology,grade_bands,reach,device\nnone,,0,\nfull,9-12; K-5,1,tablet\n",
            "device_types": "device,purchase_per_seat,life_years\nlaptop,600,5\ntablet,300,4\n",
            "devices": "school_id,device,seats\noak,tablet,50\n",
            "budget": "school_id,category,amount\noak,other,2000\noak,salaries,1e6\n",
        },
    )
    assert found.technology.listed.tolist() == [[True, True, True], [True, False, True]]
    assert found.technology.device.tolist() == [-1, 1]
    assert (
        found.devices.device.tolist(),
        found.devices.seats.tolist(),
        found.devices.age_years.tolist(),
    ) == ([1], [50.0], [0.0])
    assert found.budget is not None
    assert (found.budget.category, found.budget.amount.tolist()) == (("other", "salaries"), [2000.0, 1e6])
    assert np.array_equal(found.enrollment, [[500.0, 0.0, 0.0]])


def test_a_district_without_leaders_needs_no_schedule_and_no_devices(tmp_path: Path) -> None:
    tables = {
        "roles": "role,kind,pool,salary,benefits_rate\nteacher,teacher,licensed,80000,0.25\n",
        "team_models": "team_model,pattern,team_taught,pupils,teacher,credit\nclassroom,25,no,25,1,0\n",
    }
    folder = write_folder(tmp_path / "oak", *oak(tables))
    with_files = read_district(folder)
    (folder / "stipends.csv").unlink()
    (folder / "device_types.csv").unlink()
    without = read_district(folder)
    (folder / "stipends.csv").write_text("stipend,take_up\n")
    assert read_district(folder) == without
    assert without == with_files.replace(stipends=without.stipends)
    assert without.stipends.stipend.size == 0


# --- names that come near -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "meant"),
    [
        ("School.csv", "schools.csv"), ("Schools.CSV", "schools.csv"), ("grade-bands.csv", "grade_bands.csv"),
        ("team models.xlsx", "team_models.csv"), ("roles.txt", "roles.csv"),
        ("District.toml", "district.toml"), ("settings.toml", "district.toml"), ("district.ini", "district.toml"),
    ],
)  # fmt: skip
def test_a_misnamed_file_is_named(present: str, meant: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "oak", *oak())
    (folder / meant).rename(folder / present)
    assert error_of(folder) == (
        f"FOLDER has 1 problem:\n{meant}: is missing.\n    The folder has {present}; save it as {meant}.\n\n"
        "Mend it and run the command again."
    )


def test_a_misnamed_optional_file_is_a_warning(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "oak", *oak())
    (folder / "scenario.csv").write_text("scenario,probability,year\nbase,1,1\n")
    (folder / "device.csv").write_text("")
    found, warnings = read_district_with_warnings(folder)
    assert found.scenarios.id == ("base",)
    assert list(map(str, warnings)) == [
        "scenario.csv: is no file of a district and is ignored.\n    Save it as scenarios.csv if that is what it is.",
        "device.csv: is no file of a district and is ignored.\n    Save it as devices.csv if that is what it is.",
    ]


def test_other_files_are_passed_over(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "oak", *oak())
    for name in (
        "notes.txt",
        ".DS_Store",
        "schools.csv~",
        "schools_old.csv",
        ".~lock.schools.csv#",
        "plan.json",
        "minutes.pdf",
    ):
        (folder / name).write_bytes(b"\x00\xff")
    (folder / "results").mkdir()
    assert read_district_with_warnings(folder) == (district(tmp_path / "again"), ())


def test_years_beyond_the_plan_are_ignored_with_a_warning(tmp_path: Path) -> None:
    scenarios = "scenario,probability,year,funding_change\nbase,1,1,0\nbase,1,2,-0.1\n"
    found, warnings = read_district_with_warnings(
        write_folder(tmp_path / "oak", *oak({"scenarios": scenarios}))
    )
    assert found.scenarios.funding_change.tolist() == [[0.0]]
    assert list(map(str, warnings)) == [
        "scenarios.csv row 3 (base, 2), column year: plan year 2 lies beyond the plan of 1 year; the row is ignored.\n"
        "    Set years in the settings higher to plan for it."
    ]


# --- places -------------------------------------------------------------------------------------------------


def test_no_folder(tmp_path: Path) -> None:
    write_folder(tmp_path / "oak", *oak())
    assert error_of(tmp_path / "elmwood") == "FOLDER does not exist.\n\nStart one with: spanwise init FOLDER"
    assert error_of(tmp_path / "oka") == "FOLDER does not exist.\n\nDid you mean PLACE/oak?"


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "oak", *oak())
    assert (
        error_of(folder / "district.toml")
        == "FOLDER is a file; a district folder is expected.\n\nName the folder: PLACE"
    )
    (tmp_path / "plan.pdf").write_bytes(b"%PDF")
    assert error_of(tmp_path / "plan.pdf") == (
        "FOLDER is a file; a district folder is expected.\n\nName a folder with district.toml and its tables."
    )


def test_an_empty_folder_and_a_foreign_one(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    hint = "A district folder holds district.toml and tables such as schools.csv. Start one with: spanwise init FOLDER"
    assert error_of(tmp_path / "empty") == f"FOLDER is no district folder: it holds no file.\n\n{hint}"
    (tmp_path / "empty" / "photo.jpg").touch()
    assert (
        error_of(tmp_path / "empty") == f"FOLDER is no district folder: it holds none of its files.\n\n{hint}"
    )


def test_a_folder_named_like_a_table(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "oak", *oak())
    (folder / "roles.csv").unlink()
    (folder / "roles.csv").mkdir()
    reason = "Permission denied" if sys.platform == "win32" else "Is a directory"
    assert error_of(folder) == (
        f"FOLDER has 1 problem:\nroles.csv: cannot be read: {reason}.\n    Check who may read it.\n\n"
        "Mend it and run the command again."
    )


def test_a_link_to_a_folder_is_read(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "oak", *oak())
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    assert read_district(tmp_path / "link") == read_district(folder)
    shutil.rmtree(folder)
    assert error_of(tmp_path / "link").startswith("FOLDER does not exist.")


def test_problems_carry_their_place(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "oak", *oak({"schools": 'school_id,school_name,funding_per_pupil\noak,Oak,"9,5OO"\n'})
    )
    with pytest.raises(InputError) as caught:
        read_district(folder)
    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.column, problem.value, problem.cell) == (
        "schools.csv", 2, "funding_per_pupil", "9,5OO", "",
    )  # fmt: skip
    page = (Path(__file__).parents[2] / "docs" / "inputs.md").read_text(encoding="utf-8")
    assert str(problem).replace("row 2", "row 7") in page


def test_all_problems_are_kept_where_the_text_draws_many_together(tmp_path: Path) -> None:
    rows = "".join(f"s{i},S,7%\n" for i in range(3000))
    folder = write_folder(
        tmp_path / "oak", *oak({"schools": "school_id,school_name,funding_per_pupil\n" + rows})
    )
    with pytest.raises(InputError) as caught:
        read_district(folder)
    assert len([p for p in caught.value.problems if p.column == "funding_per_pupil"]) == 3000
    assert len(str(caught.value).splitlines()) < 60
