"""One school whose three columns are worked out by hand; see `docs/compare.md`.

500 pupils in one band; 100 are in teams today, and 60 have a seat that still lives. A teacher or leader costs $100,000
with benefits, an aide $40,000. A classroom of 25 needs a teacher; a team of 100 needs 3 teachers, a leader (stipend
$10,000, for half of those asked) and an aide. The package costs $50 a pupil and a seat of $100, and reaches everybody.

Today: 19 teachers, 1 leader and 5 aides, $1,760,000 in salaries and $440,000 in benefits; budget.csv has $10,000 for
stipends and $35,000 for technology, $2,245,000 in all. Best with best, the 60 pupils with a seat are covered.

Best use: both ways of teaching need 20 licensed people, whom the school has. A pupil covered costs $100 of stipend,
$50 a year and beyond the 60th a seat of $100: 250 x - 6,000 = 45,000, so x = 204.

Optimal: $4,443 a pupil, $2,221,500. A classroom costs $4,000 a pupil and a team $4,500, so
2,000,000 + 650 x - 6,000 = 2,221,500 and x = 350, with 16.5 teachers, 3.5 leaders and 3.5 aides.
"""

from __future__ import annotations

from pathlib import Path

from datafiles.folder import read_district
from models.district import District
from tests.districts import SETTINGS, oak, write_folder

TABLES = {
    "schools": "school_id,school_name,funding_per_pupil,team_pupils\noak,Oak Elementary,4443,100\n",
    "technology": "technology,reach,device,annual_per_pupil\nnone,0,,0\nadaptive,1,laptop,50\n",
    "device_types": "device,purchase_per_seat,life_years\nlaptop,100,4\n",
    "devices": "school_id,device,seats,age_years\noak,laptop,60,1\noak,laptop,200,4\n",
    "staff": "school_id,role,fte\noak,teacher,19\noak,leader,1\noak,aide,5\n",
    "budget": "school_id,category,amount\noak,stipends,10000\noak,technology,35000\n",
}


def folder(path: Path, tables: dict[str, str] | None = None, settings: str = SETTINGS) -> Path:
    """Write the district with changes to a folder; a table given as an empty text is left out."""
    texts, toml = oak(TABLES | (tables or {}), settings)
    return write_folder(path, {name: text for name, text in texts.items() if text}, toml)


def district(path: Path, tables: dict[str, str] | None = None, settings: str = SETTINGS) -> District:
    """Write the district with changes and read it."""
    return read_district(folder(path, tables, settings))
