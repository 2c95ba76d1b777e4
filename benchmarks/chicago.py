"""Chicago's district-run schools as a district of Spanwise: a large, real and uneven instance.

Positions, pay and enrollment come from `cps_sy1819_school_base.csv` (school profile and position roster of 2018-19,
grade counts of fall 2015 as shares alone); prices, team models and rules come from the price book `chicago-fy26`.
Every assumption is in `ASSUMPTIONS`.

    ./run python -m benchmarks.chicago --out chicago          # writes the district folder
    ./run python -m benchmarks.chicago --solve                # solves it in all forms, one table
"""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from datafiles.assembly import assemble
from datafiles.delimited import read_table
from datafiles.faults import Faults
from datafiles.pricebook import Book, load_book
from datafiles.raw import RawTable
from datafiles.settings_file import read_settings
from models.district import District

SOURCE = Path(__file__).resolve().parents[2] / "shared" / "data" / "chicago" / "cps_sy1819_school_base.csv"
BOOK = "chicago-fy26"

SMALLEST = 250.0  # pupils in K to 12
PREPARATION = 1.0 / 6.0  # holistic teachers for each core teacher
CORE_RATIO = 24.0  # pupils for each core teacher, the middle of Chicago's 22, 24 and 26
NOT_RUN_BY_DISTRICT = ("Charter", "Contract", "Options")
BANDS = {
    "K": ("K",),
    "1-3": ("01", "02", "03"),
    "4-8": ("04", "05", "06", "07", "08"),
    "9-12": ("09", "10", "11", "12"),
}
ROLES = ("teacher", "leader", "specialist", "special_education_assistant", "counselor")

ASSUMPTIONS = (
    "Schools: in the roster with teachers, not charter, contract or options, and with at least 250 pupils in K to 12 "
    "(below that Chicago funds a school by other rules). Special schools (half or more of the pupils with special "
    "education) are left out: their classes follow other limits.",
    "Finance units: two campuses of one unit are one school, with the pupils of both and the unit's staff once; unit 0 "
    "is no unit and is left out.",
    "Pupils: total enrollment of 2018-19 × the share of K to 12 in the grade counts of 2015; bands by the same shares. "
    "Pre-kindergarten is outside the plan. Enrollment stays as it is but for the scenarios.",
    "Core teachers are as many of the regular, bilingual and other teachers as 24 pupils a teacher ask for; the others "
    "and the special education teachers are specialists. Special education teachers and one holistic teacher for six "
    "core teachers (a preparation period a day) stay outside all teams.",
    "Paraprofessionals are special education classroom assistants and stay; counselors stay; coaches and leads are "
    "leaders today, without a stipend.",
    "Pay: the book's salaries (2026) × the school's average teacher pay ÷ the district's (2019). Half positions and "
    "vacancies count as positions.",
    "Out of scope: the rest of the school's payroll of 2019 (all pay and benefits less teachers, assistants, "
    "counselors and coaches), brought to 2026 by the growth of teacher pay; never below $500 a pupil.",
    "Technology today: one cart seat for each pupil, a quarter of each age from 0 to 3 years; no teams, no trained places.",
    "Funding: what today's staff costs, brought up to 8 % above the least lawful staff where a school is below it (so "
    "that a cut of 7.2 % leaves it lawful), with the hires that replace today's attrition and the upkeep of today's "
    "carts. Out-of-scope funding is fixed, the rest follows pupils. Each school opens with a reserve of 2 % of its "
    "funding. Funding grows as pay does (4 % a year).",
    "Rules: those of the book, but at least 4 adults for 100 pupils (the book's low end: a traditional class of 25) and "
    "a stipend that each school chooses.",
    "Need weight: 1 + half of the share of low-income pupils.",
    "Scenarios: the book's four, and a contract that raises pay 3 points above the plan from the third year.",
)  # fmt: skip

CUSHION = 1.08  # funding over the cost of the least lawful staff
OPENING_RESERVE = 0.02  # of funding
LEAST_OUT_OF_SCOPE = 500.0  # $ a pupil
ADULTS = 4.0  # for 100 pupils, the low end of the book: one for 25, as in a traditional class
GROWTH = 0.04  # a year; equal to the book's raises
PROBABILITIES = {"base": 0.40, "gap7": 0.20, "half_year7": 0.15, "miss14": 0.10, "pay3": 0.15}


def chicago(
    source: Path = SOURCE, *, years: int = 5, scenarios: bool = True, smallest: float = SMALLEST
) -> District:
    """Make the district.

    Parameters
    ----------
    source
        The table of schools.
    years
        Plan years; funding, staff and enrollment stay the same for any number.
    scenarios
        All five, or the base alone.
    smallest
        Fewest pupils in K to 12 of a school that takes part.

    """
    book = load_book(BOOK)
    schools = read_schools(source, smallest)
    tables = {name: text for name, text in book.tables.items() if name != "scenarios"}
    tables |= {name: _text(rows) for name, rows in school_tables(schools, book).items()}
    if scenarios:
        tables["scenarios"] = _scenarios(book.tables["scenarios"])
    faults = Faults()
    settings = read_settings(book.settings_toml.encode(), faults)
    settings = dataclasses.replace(
        settings,
        name=f"Chicago, {len(schools)} district-run schools",
        years=5,
        funding=dataclasses.replace(settings.funding, growth=GROWTH),
        staff=dataclasses.replace(settings.staff, min_adults_per_100_pupils=ADULTS),
        leaders=dataclasses.replace(settings.leaders, stipend_policy="by_school"),
    )
    raws: dict[str, RawTable] = {}
    for name, text in tables.items():
        raws[name], errors, _ = read_table(name, text.encode())
        for error in errors:
            faults.error(error, name)
    district = assemble(raws, settings, faults, str(source))
    return district if years == 5 else district.with_settings(years=years)


# ---- the schools -------------------------------------------------------------------------------------------------


def read_schools(source: Path = SOURCE, smallest: float = SMALLEST) -> pd.DataFrame:
    """Read one row a school that takes part: pupils by band, positions, pay ($ of 2019) and low-income share."""
    table = pd.read_csv(source, dtype={"School_ID": str, "Finance_ID": str})
    grades = [f"sy1516_{grade}" for band in BANDS.values() for grade in band]
    table[[*grades, "sy1516_Totals"]] = table[[*grades, "sy1516_Totals"]].fillna(0.0)
    table["share"] = np.where(
        table["sy1516_Totals"] > 0, table[grades].sum(axis=1) / table["sy1516_Totals"].clip(lower=1), 0.0
    )
    counted = table[grades].sum(axis=1).clip(lower=1.0)
    for band, members in BANDS.items():
        of_band = table[[f"sy1516_{grade}" for grade in members]].sum(axis=1) / counted
        table[band] = table["Student_Count_Total"] * table["share"] * of_band
    own = (
        ~table["Network"].isin(NOT_RUN_BY_DISTRICT)
        & (table["Finance_ID"] != "0")
        & (table["fte_teachers_all"] > 0)
    )
    added = [*BANDS, "Student_Count_Total", "Student_Count_Low_Income", "Student_Count_Special_Ed"]
    once = [name for name in table.columns if name.startswith("fte_")]
    once += ["salary_total", "benefits_total", "teacher_salary_total", "teacher_benefit_total"]
    units = table[own].groupby("Finance_ID", sort=True)
    schools = pd.concat(
        [units["Short_Name"].agg(" / ".join), units[added].sum(), units[once].first().fillna(0.0)], axis=1
    )
    schools["pupils"] = schools[list(BANDS)].round().sum(axis=1)
    special = schools["Student_Count_Special_Ed"] >= 0.5 * schools["Student_Count_Total"]
    schools = schools[(schools["pupils"] >= smallest) & ~special].copy()
    schools[list(BANDS)] = schools[list(BANDS)].round()
    schools["low_income"] = schools["Student_Count_Low_Income"] / schools["Student_Count_Total"]
    return schools


def school_tables(schools: pd.DataFrame, book: Book) -> dict[str, list[dict[str, Any]]]:
    """Rows of the tables `schools`, `enrollment`, `staff` and `devices`."""
    loaded = {
        role: book.figure("roles", role, "salary") * (1.0 + book.figure("roles", role, "benefits_rate"))
        for role in ROLES
    }
    pupils = schools["pupils"].to_numpy()
    average = schools["teacher_salary_total"] / schools["fte_teachers_all"]
    whole = schools["teacher_salary_total"].sum() / schools["fte_teachers_all"].sum()
    index = (average / whole).clip(0.8, 1.2).to_numpy()
    since = book.figure("roles", "teacher", "salary") / whole  # growth of pay from 2019 to the book

    general = (
        schools[["fte_teacher_regular", "fte_teacher_bilingual", "fte_teacher_other"]].sum(axis=1).to_numpy()
    )
    special = schools["fte_teacher_sped"].to_numpy()
    lawful = np.ceil(10.0 * pupils / CORE_RATIO) / 10.0
    core = np.minimum(general, lawful)
    holistic = general - core
    stay = np.minimum(holistic, np.round(PREPARATION * core, 1))
    fte = {
        "teacher": core,
        "leader": schools["fte_coach_or_lead"].to_numpy(),
        "specialist": holistic + special,
        "special_education_assistant": schools["fte_paraprofessional"].to_numpy(),
        "counselor": schools["fte_counselor"].to_numpy(),
    }
    minimum = {"specialist": stay + special}

    cost = {role: loaded[role] * index for role in ROLES}
    in_scope = sum(fte[role] * cost[role] for role in ROLES)
    payroll = (schools["salary_total"] + schools["benefits_total"]).to_numpy() * since
    rest = np.maximum(payroll - in_scope, LEAST_OUT_OF_SCOPE * pupils)
    least = cost["teacher"] * lawful + cost["specialist"] * (np.round(PREPARATION * lawful, 1) + special)
    least += sum(fte[role] * cost[role] for role in ("special_education_assistant", "counselor"))
    lacking = np.maximum(0.0, CUSHION * (least + rest) - in_scope - rest)
    gone = sum(fte[role] * book.figure("roles", role, "attrition_rate") for role in ROLES)
    hires = book.figure("settings", "staff", "hiring_cost") * (gone + lacking / cost["teacher"])
    carts = book.figure("technology", "shared_carts", "annual_per_pupil")
    carts += book.figure("device_types", "cart_seat", "purchase_per_seat") / book.figure(
        "device_types", "cart_seat", "life_years"
    )

    ids = list(schools.index)
    money = np.ceil((in_scope + lacking + hires) / pupils + carts)
    rows = [
        {
            "school_id": ids[s],
            "school_name": schools["Short_Name"].iloc[s],
            "funding_per_pupil": money[s],
            "fixed_funding": round(rest[s]),
            "fixed_spending": round(rest[s]),
            "need_weight": round(1.0 + 0.5 * schools["low_income"].iloc[s], 3),
            "pay_index": round(float(index[s]), 4),
            "opening_reserve": round(OPENING_RESERVE * (money[s] * pupils[s] + rest[s])),
        }
        for s in range(len(ids))
    ]
    enrollment = [
        {"school_id": school, "grade_band": band, "pupils": int(schools[band].iloc[s])}
        for s, school in enumerate(ids)
        for band in BANDS
        if schools[band].iloc[s] > 0
    ]
    staff = [
        {
            "school_id": school,
            "role": role,
            "fte": round(float(fte[role][s]), 2),
            "minimum": round(float(minimum[role][s]), 2) if role in minimum else "",
        }
        for s, school in enumerate(ids)
        for role in ROLES
        if fte[role][s] > 0
    ]
    devices = [
        {"school_id": school, "device": "cart_seat", "seats": pupils[s] / 4.0, "age_years": age}
        for s, school in enumerate(ids)
        for age in range(4)
    ]
    return {"schools": rows, "enrollment": enrollment, "staff": staff, "devices": devices}


def _scenarios(text: str) -> str:
    """The book's scenarios with our probabilities, and the pay contract."""
    rows = list(csv.DictReader(io.StringIO(text)))
    rows += [
        {"scenario": "pay3", "label": "Pay rises 3 points above the plan from the third year on", "year": year, "pay_change": 0.03}
        for year in (3, 4, 5)
    ]  # fmt: skip
    for row in rows:
        row["probability"] = PROBABILITIES[row["scenario"]]
    return _text(rows)


def _text(rows: Iterable[dict[str, Any]]) -> str:
    """CSV text of some rows."""
    kept = list(rows)
    names = list(dict.fromkeys(name for row in kept for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept)
    return text.getvalue()
