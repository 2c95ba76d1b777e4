"""South Portland, Maine: a line-item budget book becomes a table of schools, and that table a district.

No importer reads a printed budget book. This is the recipe of docs/public-data.md for one: sum its lines to one row a school, write a
mapping, and let `spanwise import csv` do the rest.

    ./run python -m benchmarks.south_portland --out south-portland    # schools.csv, mapping.toml and the district folder
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping
from pathlib import Path

from datafiles.folder import FILES
from datafiles.importing.district_files import csv_of
from datafiles.importing.importing import Imported, read_own_table
from datafiles.importing.selection import Selection
from datafiles.writing import whole_folder

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "districts"
BUDGET = "south_portland_me_fy27_budget_book_20260402.csv"
ENROLLMENT = "south_portland_me_enrollment_by_grade_ccd.csv"
YEAR = "2024-25"  # of the enrollment; the budget is fiscal 2027

# Names of a school in the book, and the grades it teaches from fall 2026 on; Kaler closes.
SCHOOLS = {
    "brown": ("Brown Elementary School", ("Brown", "BROWN"), ("K", "1", "2", "3", "4")),
    "dyer": ("Dyer Elementary School", ("Dyer", "DYER"), ("K", "1", "2", "3", "4")),
    "skillin": ("Skillin Elementary School", ("Skillin", "SKILLIN"), ("K", "1", "2", "3", "4")),
    "small": ("Small Elementary School", ("Small ", "SMALL"), ("K", "1", "2", "3", "4")),
    "spms": ("South Portland Middle School", ("SPMS", "SOUTH PORTLAND MIDDLE", "South Portland Middle"), ("5", "6", "7", "8")),
    "sphs": ("South Portland High School", ("SPHS", "SOUTH PORTLAND HIGH", "South Portland High"), ("9", "10", "11", "12")),
}  # fmt: skip
OUTSIDE = ("COST CENTER 10", "Pre K", "Pre-K")  # debt service and pre-kindergarten
GRADES = ("K", *map(str, range(1, 13)))
MAPPING = """\
[table]
name = "South Portland, Maine"
year = 2027
repeated = ["spending"]

[columns]
district_name = "district"
school_id = "school_id"
school_name = "school_name"
teachers = "teachers"
special_teachers = "special_teachers"
aides = "aides"
special_aides = "special_aides"
counselors = "counselors"
teacher_pay = "teacher_pay"
spending = "current_spending"

[grades]
""" + "".join(f'"{grade}" = "grade_{grade}"\n' for grade in GRADES)


def school_rows(data: Path = DATA) -> list[dict[str, object]]:
    """Sum the lines of the book to one row a school: positions of fiscal 2027, pay, and the district's current spending.

    Kindergarten to grade 4 is spread over the four elementary schools by their regular teachers: the book does not say where pupils go.
    """
    with (data / BUDGET).open(encoding="utf-8", newline="") as file:
        lines = [row for row in csv.DictReader(file) if row["kind"] == "line"]
    with (data / ENROLLMENT).open(encoding="utf-8", newline="") as file:
        pupils = {
            row["grade"]: float(row["enrollment"]) for row in csv.DictReader(file) if row["year"] == YEAR
        }
    current = sum(
        number(row["fy27_budget"])
        for row in lines
        if not any(mark in row["cost_center"] or mark in row["section"] for mark in OUTSIDE)
    )
    rows = [_row(school, lines, current) for school in SCHOOLS]
    by_id = dict(zip(SCHOOLS, rows))
    for grade in GRADES:
        at = [school for school, (_, _, grades) in SCHOOLS.items() if grade in grades]
        weights = [float(str(by_id[school]["regular_teachers"])) for school in at]
        for school, weight in zip(at, weights):
            by_id[school][f"grade_{grade}"] = round(pupils[grade] * weight / sum(weights), 2)
    return rows


def _row(school: str, lines: list[dict[str, str]], current: float) -> dict[str, object]:
    name, marks, _ = SCHOOLS[school]
    own = [row for row in lines if any(mark in f"{row['section']} {row['label']}" for mark in marks)]

    def total(column: str, label: str, *, special: bool | None = None) -> float:
        return sum(
            number(row[column])
            for row in own
            if label in row["label"]
            and (special is None or special == ("Special Education" in row["section"]))
        )

    regular, salaries = (
        total("fy27_fte", "Teacher Salaries", special=False),
        total("fy27_budget", "Teacher Salaries"),
    )
    special = total("fy27_fte", "Teacher Salaries", special=True)
    guidance = [row for row in own if "Guidance Salary" in row["label"]]
    return {
        "district": "South Portland",
        "school_id": school,
        "school_name": name,
        "regular_teachers": regular,
        "teachers": round(regular + special, 2),
        "special_teachers": special,
        "aides": total("fy27_fte", "EdTech Salary"),
        "special_aides": total("fy27_fte", "Educational Technician"),
        "counselors": round(sum(number(row["fy27_fte"]) for row in guidance), 2),
        "teacher_pay": round(salaries / (regular + special)),
        "current_spending": round(current),
    }


def number(text: str) -> float:
    """Read a cell of the book; a blank is no amount."""
    return float(text) if text.strip() else 0.0


def table_and_mapping(data: Path = DATA) -> Mapping[str, str]:
    """Return the texts of `schools.csv` and `mapping.toml`."""
    rows = school_rows(data)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return {"schools.csv": csv_of(rows, columns), "mapping.toml": MAPPING}


def south_portland(folder: Path, data: Path = DATA, years: int = 5) -> Imported:
    """Write table and mapping into a folder, and import them."""
    for name, text in table_and_mapping(data).items():
        (folder / name).write_text(text, encoding="utf-8")
    return read_own_table(folder / "schools.csv", folder / "mapping.toml", Selection(), years=years)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    imported = south_portland(out)
    ((_, own),) = imported.districts()
    imported.report.out = str(out / "district")
    with whole_folder(out / "district", ours=(*FILES, "import-report.md")) as folder:
        for name, text in (
            imported.shared() | own | {"import-report.md": imported.report.markdown()}
        ).items():
            (folder / name).write_bytes(text.encode("utf-8"))
    print(imported.report.card())


if __name__ == "__main__":
    main()
