"""The tables of the Common Core of Data: their headings, and the words in them that Spanwise reads."""

from __future__ import annotations

from datafiles.importing.layouts import Layout
from datafiles.importing.record import AIDES, COUNSELORS, PREK_TEACHERS, TEACHERS

SCHOOL_MEMBERSHIP = Layout(
    "school_membership", "CCD school membership (052)",
    ("LEAID", "NCESSCH", "GRADE", "STUDENT_COUNT", "TOTAL_INDICATOR"),
)  # fmt: skip
DISTRICT_MEMBERSHIP = Layout(
    "district_membership", "CCD district membership (052)", ("LEAID", "GRADE", "STUDENT_COUNT", "TOTAL_INDICATOR"),
    ("NCESSCH",),
)  # fmt: skip
SCHOOL_STAFF = Layout(
    "school_staff", "CCD school staff (059)", ("LEAID", "NCESSCH", "TEACHERS", "TOTAL_INDICATOR")
)
DISTRICT_STAFF = Layout(
    "district_staff",
    "CCD district staff (059)",
    ("LEAID", "STAFF", "STAFF_COUNT", "TOTAL_INDICATOR"),
    ("NCESSCH",),
)
SCHOOL_DIRECTORY = Layout(
    "school_directory", "CCD school directory (029)", ("LEAID", "NCESSCH", "SY_STATUS", "GSLO", "GSHI")
)
DISTRICT_DIRECTORY = Layout(
    "district_directory", "CCD district directory (029)", ("LEAID", "LEA_NAME", "SY_STATUS"), ("NCESSCH",)
)
LUNCH = Layout(
    "lunch", "CCD school lunch (033)", ("LEAID", "NCESSCH", "LUNCH_PROGRAM", "STUDENT_COUNT", "DATA_GROUP")
)
WIDE_STAFF = Layout(
    "wide_staff", "CCD district staff before 2014-15 (wide)", ("LEAID", "TOTTCH", "AIDES"), ("NCESSCH",)
)
COUNTS = Layout(
    "counts",
    "enrollment and teachers by district, drawn from CCD",
    ("district_id", "enrollment", "instructional_staff"),
)
LAYOUTS = (
    SCHOOL_MEMBERSHIP, DISTRICT_MEMBERSHIP, SCHOOL_STAFF, DISTRICT_STAFF, SCHOOL_DIRECTORY, DISTRICT_DIRECTORY, LUNCH,
    WIDE_STAFF, COUNTS,
)  # fmt: skip

CLOSED = {"2": "closed", "6": "inactive", "7": "future"}
UNIT_TOTAL, SET_A = "education unit total", "category set a"
STAFF_GROUPS = {  # STAFF of the long file, in small letters
    "teachers": TEACHERS,
    "pre-kindergarten teachers": PREK_TEACHERS,
    "paraprofessionals/instructional aides": AIDES,
    "guidance counselors": COUNSELORS,
}
TEACHER_PARTS = (
    "pre-kindergarten teachers", "kindergarten teachers", "elementary teachers", "secondary teachers", "ungraded teachers",
)  # fmt: skip
COUNSELOR_PARTS = ("elementary school counselors", "secondary school counselors")
WIDE = {"TOTTCH": TEACHERS, "PKTCH": PREK_TEACHERS, "AIDES": AIDES, "TOTGUI": COUNSELORS}
