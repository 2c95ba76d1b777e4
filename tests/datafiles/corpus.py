"""Every way we know to get a district folder wrong: what is changed in Oak's files, by the name of the fault.

A change is a table's new text or bytes, None for a file that is left out, or `(old, new)` for a part of the text.
`settings` stands for `district.toml`.
"""

from __future__ import annotations

from tests.districts import SETTINGS, TABLES

Change = str | bytes | None | tuple[str, str]

STAFF = "school_id,role,fte,minimum\n"
SCENARIOS = "scenario,probability,year,funding_change\n"
TWO_BANDS = "grade_band,max_pupils_per_teacher\nK-5,30\n6-8,30\n"

FAULTS: dict[str, dict[str, Change]] = {
    # figures
    "letter O": {"schools": ("4330", "433O")},
    "dollar and comma": {"schools": ("4330", '"$4,330"')},
    "thousands": {"schools": ("4330", '"14,330"')},
    "millions": {
        "schools": 'school_id,school_name,funding_per_pupil,startup_grant\noak,Oak,4330,"1,234,567"\n'
    },
    "decimal comma": {"roles": ("teacher,licensed,80000,0.25", 'teacher,licensed,80000,"0,25"')},
    "percent": {"roles": ("32000,0.25", "32000,25%")},
    "percent as number": {"roles": ("32000,0.25", "32000,25")},
    "percent of pupils": {"enrollment": ("500", "50 %")},
    "fraction a little above 1": {"technology": ("1,,50", "1.2,,50")},
    "words": {"enrollment": ("500", "about 500")},
    "not available": {"enrollment": ("500", "n/a")},
    "not available, with default": {"technology": ("1,,50", "1,,N/A")},
    "spreadsheet error": {"enrollment": ("500", "#REF!")},
    "nan": {"enrollment": ("500", "nan")},
    "infinite": {"enrollment": ("500", "inf")},
    "overflow": {"enrollment": ("500", "1e400")},
    "too many digits": {"schools": ("4330", "4330000000000000")},
    "accountant's negative": {"schools": ("4330", "(4330)")},
    "typographic minus": {
        "schools": "school_id,school_name,funding_per_pupil,enrollment_growth\noak,Oak,4330,−0.02\n"
    },
    "negative": {"enrollment": ("500", "-500")},
    "negative share": {"team_models": ("0.5,1", "-0.5,1")},
    "zero class-size limit": {"grade_bands": ("30", "0")},
    "shock below -1": {"scenarios": SCENARIOS + "cut,1,1,-7\n"},
    "shock of 7": {"scenarios": SCENARIOS + "boom,1,1,7\n"},
    "control characters in a cell": {"enrollment": ("500", "\x1b[2J500")},
    "two numbers in a cell": {"enrollment": ("500", '"250\n250"')},
    "space inside a number": {"schools": ("4330", "4 330")},
    # blank cells
    "blank figure": {"schools": ("4330", "")},
    "blank key": {"schools": ("oak,", ",")},
    "blank name": {"schools": ("Oak Elementary", " ")},
    "blank choice": {"roles": ("Aide,aide", "Aide,")},
    "blank reference": {"staff": ("oak,teacher", "oak,")},
    "blank yes or no": {"team_models": (",no,", ",,")},
    # words
    "unknown kind": {"roles": ("Aide,aide", "Aide,aid")},
    "unknown kind, capital": {"roles": ("Teacher,teacher,lic", "Teacher,Teacher,lic")},
    "unknown yes or no": {"team_models": (",no,", ",maybe,")},
    "unknown category": {"budget": "school_id,category,amount\noak,wages,100\n"},
    # keys
    "unknown school": {"enrollment": ("oak", "oka")},
    "unknown school, capital": {"staff": ("oak", "Oak")},
    "unknown school, nothing near": {"staff": ("oak", "elm street")},
    "unknown band": {"enrollment": ("K-5", "K5")},
    "unknown role": {"staff": ("teacher", "techer")},
    "unknown band in a list": {"team_models": ("team,100,,", "team,100,K-5;6-8,")},
    "list of bands with commas": {"team_models": ("team,100,,", 'team,100,"K-5,6-8",')},
    "unknown device": {"technology": ("1,,50", "1,laptop,50")},
    "unknown device in use": {"devices": "school_id,device,seats\noak,laptop,5\n"},
    "unknown school in budget": {"budget": "school_id,category,amount\npine,salaries,100\n"},
    "double school": {"schools": TABLES["schools"] + "oak,Oak again,4330\n"},
    "double enrollment": {"enrollment": TABLES["enrollment"] + "oak,K-5,20\n"},
    "double pattern": {"team_models": TABLES["team_models"] + "team,100,,yes,90,3,1,1,0.5,1\n"},
    "double stipend": {"stipends": TABLES["stipends"] + "10000.0,0.6\n"},
    "double staff": {"staff": TABLES["staff"] + "oak,teacher,2\n"},
    "double devices": {
        "device_types": TABLES["device_types"] + "tablet,300,4\n",
        "devices": "school_id,device,seats,age_years\noak,tablet,5,1\noak,tablet,6,1.0\n",
    },
    "double budget": {"budget": "school_id,category,amount\noak,other,100\noak,other,100\n"},
    "role named like a column": {"roles": TABLES["roles"] + "release,Release,aide,support,1,0\n"},
    "list of no band": {"technology": "technology,grade_bands,reach\nnone,;,0\n"},
    "semicolon in a band": {"grade_bands": TABLES["grade_bands"] + '"6;8",Middle,30\n'},
    # scenarios
    "probabilities differ": {"scenarios": SCENARIOS + "a,0.5,1,0\na,0.4,2,0\nb,0.5,1,-0.1\n"},
    "probabilities do not sum to 1": {"scenarios": SCENARIOS + "base,0.5,1,0\ncut,0.4,1,-0.1\n"},
    "probability as percent": {"scenarios": SCENARIOS + "base,60,1,0\ncut,40,1,-0.1\n"},
    "double year": {"scenarios": SCENARIOS + "base,1,1,0\nbase,1,1,-0.1\n"},
    "year 0": {"scenarios": SCENARIOS + "base,1,0,0\n"},
    "half a year": {"scenarios": SCENARIOS + "base,1,1.5,0\n"},
    "calendar year": {"scenarios": SCENARIOS + "base,1,2027,0\n"},
    "scenarios without rows": {"scenarios": SCENARIOS},
    # several at once, each told once
    "faults in every table": {
        "schools": "school_id,school_name,funding_per_pupil\noak,Oak,9.5k\n,Elm,9000\n",
        "grade_bands": ("30", "thirty"),
        "enrollment": TABLES["enrollment"] + "oak,6-8,-1\n",
        "roles": ("Aide,aide", "Aide,assistant"),
        "team_models": ("team,100,,yes", "team,100,K-6,Y"),
        "technology": ("1,,50", "100,,50"),
        "stipends": ("0.5", "50%"),
        "staff": ("20", "-20"),
        "settings": ("0.6", "60"),
    },
    "a table that is missing is not missed by others": {"schools": None, "roles": None},
    "a fault in one table and a district that cannot be": {"staff": ("20", "x"), "grade_bands": ("30", "20")},
    "one fault in many rows": {
        "schools": "school_id,school_name,funding_per_pupil\n" + "".join(f"s{i},S,7%\n" for i in range(30)),
        "enrollment": "school_id,grade_band,pupils\ns1,K-5,100\n",
        "staff": "school_id,role,fte\n",
    },
    # headings and rows
    "unknown column": {
        "schools": "school_id,school_name,funding_per_pupil,principal\noak,Oak,4330,Ms. Ash\n"
    },
    "misspelt column": {"schools": ("funding_per_pupil", "funding_per_pupl")},
    "column in capitals": {"schools": ("school_id", "School_ID")},
    "misspelt optional column": {
        "schools": "school_id,school_name,funding_per_pupil,pay_indx\noak,Oak,4330,1.2\n"
    },
    "misspelt role column": {"team_models": (",aide,", ",aides,")},
    "column of a role that is no more": {"team_models": (",aide,", ",reach_associate,")},
    "missing column": {"enrollment": "school_id,grade_band\noak,K-5\n"},
    "double column": {"enrollment": "school_id,grade_band,pupils,pupils\noak,K-5,500,400\n"},
    "no heading above cells": {"enrollment": "school_id,,grade_band,pupils\noak,?,K-5,500\n"},
    "no heading above the last cells": {"enrollment": "school_id,grade_band,pupils,\noak,K-5,500,20\n"},
    "short row": {"schools": ("oak,Oak Elementary,4330", "oak,Oak Elementary")},
    "long row": {"schools": ("Oak Elementary", "Oak, Elementary")},
    "number split by a comma": {"schools": ("4330", "14,330")},
    "number split by two commas": {
        "schools": "school_id,school_name,funding_per_pupil,startup_grant\noak,Oak,4330,$1,250,000.50\n"
    },
    "numbers split by commas": {
        "schools": "school_id,school_name,fixed_funding,funding_per_pupil\noak,Oak,250,000,14,330\n"
    },
    "a number that may be split in two ways": {
        "schools": "school_id,school_name,funding_per_pupil,fixed_funding,startup_grant\noak,Oak,14,330,500,\n"
        "elm,Elm,14,330,500\n"  # as many cells as headings: nothing tells that they are not meant
    },
    "row that fits in too many ways": {
        "schools": "school_id,school_name,funding_per_pupil,fixed_funding,fixed_spending,startup_grant\n"
        "oak,Oak,100,100,100,100,100,100\n"
    },
    "row that fits in too many ways before a blank cell": {
        "schools": "school_id,school_name,funding_per_pupil,fixed_funding,fixed_spending,startup_grant,trained_pupils,opening_reserve\n"
        "oak,Oak,100,100,100,100,100,100,\n"
    },
    "number split by a comma before blank cells": {
        "schools": "school_id,school_name,funding_per_pupil,fixed_funding,startup_grant\noak,Oak,14,330,,\n"
    },
    "number split by a comma before blank columns": {
        "schools": "school_id,school_name,funding_per_pupil,fixed_funding,,\noak,Oak,14,330,,,\n"
    },
    "no headings": {"enrollment": "oak,K-5,500\n"},
    "no rows": {"schools": "school_id,school_name,funding_per_pupil\n"},
    "empty file": {"enrollment": ""},
    "blank lines only": {"enrollment": "\n\n,,\n"},
    "quote never closed": {"schools": ("Oak Elementary", '"Oak Elementary')},
    "quote inside a cell": {"schools": ("Oak Elementary", '"Oak" Elementary')},
    "huge cell": {"schools": ("Oak Elementary", "Oak" * 50_000)},
    # files
    "missing table": {"roles": None},
    "missing settings": {"settings": None},
    "leaders without a schedule": {"stipends": None},
    "schedule without a step": {"stipends": "stipend,take_up\n"},
    "NUL byte": {"enrollment": b"school_id,grade_band,pupils\noak,K-5,5\x0000\n"},
    "a workbook called csv": {"enrollment": b"PK\x03\x04rest"},
    "an old workbook called csv": {"enrollment": b"\xd0\xcf\x11\xe0rest"},
    "undecodable": {"schools": b"school_id,school_name,funding_per_pupil\noak,Oak\x81,4330\n"},
    "UTF-16 cut off": {"schools": "\ufeffschool_id".encode("utf-16-le") + b"\x00"},
    # the district as a whole
    "no pupils": {"enrollment": ("500", "0")},
    "class size rules every pattern out": {"grade_bands": ("30", "20")},
    "band without a package": {
        "grade_bands": TWO_BANDS,
        "enrollment": TABLES["enrollment"] + "oak,6-8,80\n",
        "technology": "technology,grade_bands,reach\nnone,K-5,0\n",
    },
    "no step inside the bounds": {"settings": SETTINGS.replace("20000", "4000")},
    "no school counts": {"schools": "school_id,school_name,funding_per_pupil,need_weight\noak,Oak,4330,0\n"},
    # settings
    "unknown key": {"settings": ("eligible_share", "eligable_share")},
    "unknown top key": {"settings": ("first_year", "firstyear")},
    "key outside its section": {"settings": 'name = "Oak"\ngrowth = 0.02\n'},
    "unknown section": {"settings": ("[leaders]", "[leader]")},
    "section as a key": {"settings": 'name = "Oak"\nfunding = 0.02\n'},
    "text for a number": {"settings": ("0.6", '"0.6"')},
    "percent in quotes": {"settings": ("0.6", '"60 %"')},
    "number for text": {"settings": ('"Oak"', "7")},
    "blank district name": {"settings": ('"Oak"', '""')},
    "share above 1": {"settings": ("0.6", "60")},
    "years as a fraction": {"settings": ("years = 1\n", "years = 1.5\n")},
    "years with a point": {"settings": ("years = 1\n", "years = 1.0\n")},
    "no year": {"settings": ("years = 1\n", "years = 0\n")},
    "true for a number": {"settings": ("0.6", "true")},
    "list for a number": {"settings": ("0.6", "[0.6]")},
    "nan in settings": {"settings": ("0.6", "nan")},
    "unknown objective": {"settings": SETTINGS + '[coverage]\nobjective = "worst-case"\n'},
    "objective as a number": {"settings": SETTINGS + "[coverage]\nobjective = 1\n"},
    "bounds exchanged": {"settings": ("stipend_max = 20000", "stipend_min = 20000\nstipend_max = 1400")},
    "prices that vanish": {"settings": SETTINGS + "[funding]\nprice_growth = -1.0\n"},
    # TOML
    "text without quotes": {"settings": SETTINGS + "[funding]\npool = district\n"},
    "decimal comma in settings": {"settings": ("0.6", "0,6")},
    "percent in settings": {"settings": ("0.6", "60%")},
    "dollar in settings": {"settings": ("20000", "$20,000")},
    "colon": {"settings": ("eligible_share = 0.6", "eligible_share: 0.6")},
    "no value": {"settings": ("0.6", "")},
    "open section": {"settings": ("[leaders]", "[leaders")},
    "open quotes": {"settings": ('"Oak"', '"Oak')},
    "key twice": {"settings": ("years = 1\n", "years = 1\nyears = 2\n")},
    "section twice": {"settings": SETTINGS + "[leaders]\nstipend_min = 1\n"},
    "key without a section's bracket": {"settings": ("[leaders]", "leaders]")},
    "accent in a key": {"settings": ("eligible_share", "éligible_share")},
    "control character in settings": {"settings": ('"Oak"', '"O\x01ak"')},
    "backslash": {"settings": ('"Oak"', '"C:\\oak"')},
    "integer of 400 digits": {"settings": ("years = 1\n", f"years = {'9' * 400}\n")},
    "integer of 5000 digits": {"settings": ("years = 1\n", f"years = {'9' * 5000}\n")},
    "brackets without end": {"settings": ("0.6", "[" * 3000)},
    "list of sections": {"settings": ("[leaders]", "[[leaders]]")},
    "section in a section": {"settings": ("[leaders]", "[leaders.stipends]")},
    "date for a number": {"settings": ("0.6", "2027-07-01")},
    "prose": {"settings": ("[leaders]", "leaders are paid well")},
    "settings are a workbook": {"settings": b"PK\x03\x04rest"},
}


def files(changes: dict[str, Change]) -> dict[str, str | bytes | None]:
    """Return the files of Oak with these changes, by table name and `settings`."""
    texts: dict[str, str | bytes | None] = {**TABLES, "settings": SETTINGS}
    for name, change in changes.items():
        if isinstance(change, tuple):
            old, new = change
            text = texts[name]
            assert isinstance(text, str) and text.count(old) == 1, (
                f"{old!r} stands {text.count(old)} times in {name}"
            )
            texts[name] = text.replace(old, new)
        else:
            texts[name] = change
    return texts
