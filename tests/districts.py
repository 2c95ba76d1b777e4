"""Small districts for tests, as the text of their files, so that every figure stands where it is used.

`oak()` is one school that can be solved by hand: 500 pupils in one band, $4,330 per pupil.
Traditional: 1 teacher for 25 pupils at $80,000 + 25 % = $100,000, so $4,000 per pupil, credit 0.
Team: 3 teachers, 1 leader with a $10,000 stipend and 1 aide at $40,000 for 100 pupils, so $4,500 per pupil, credit 1.
Package: $50 per pupil, reach 1. A covered pupil costs $550 more, there are $330 × 500 to spend, so 60 % are covered.
"""

from __future__ import annotations

from pathlib import Path

from datafiles.folder import read_district
from models.district import District

SETTINGS = """\
name = "Oak"
first_year = 2027
years = 1

[leaders]
stipend_max = 20000
eligible_share = 0.6
"""

TABLES = {
    "schools": "school_id,school_name,funding_per_pupil\noak,Oak Elementary,4330\n",
    "grade_bands": "grade_band,label,max_pupils_per_teacher\nK-5,Elementary,30\n",
    "enrollment": "school_id,grade_band,pupils\noak,K-5,500\n",
    "roles": (
        "role,label,kind,pool,salary,benefits_rate\n"
        "teacher,Teacher,teacher,licensed,80000,0.25\n"
        "leader,Teacher leader,leader,licensed,80000,0.25\n"
        "aide,Aide,aide,support,32000,0.25\n"
    ),
    "team_models": (
        "team_model,pattern,grade_bands,team_taught,pupils,teacher,leader,aide,release,credit\n"
        "classroom,25,,no,25,1,,,,0\n"
        "team,100,,yes,100,3,1,1,0.5,1\n"
    ),
    "technology": "technology,reach,device,annual_per_pupil\nnone,0,,0\nadaptive,1,,50\n",
    "device_types": "device,purchase_per_seat,life_years\n",
    "stipends": "stipend,take_up\n5000,0\n10000,0.5\n",
    "staff": "school_id,role,fte\noak,teacher,20\n",
}


def oak(tables: dict[str, str] | None = None, settings: str | None = None) -> tuple[dict[str, str], str]:
    """Return the text of Oak's tables and of its settings, with some tables or the settings exchanged."""
    return TABLES | (tables or {}), SETTINGS if settings is None else settings


def write_folder(folder: Path, tables: dict[str, str], settings: str) -> Path:
    """Write a district folder from texts (bytes are written as they are) and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {
        "district.toml": settings,
        **{f"{key}.csv": value for key, value in tables.items()},
    }.items():
        (folder / name).write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return folder


def district(folder: Path, tables: dict[str, str] | None = None, settings: str | None = None) -> District:
    """Write Oak with changes to a folder and read it."""
    return read_district(write_folder(folder, *oak(tables, settings)))
