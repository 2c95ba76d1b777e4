"""South Portland's printed budget book, by the recipe of docs/public-data.md."""

import pytest

from benchmarks.south_portland import school_rows, south_portland
from optimizer.solving import solve
from tests.importing.reading import districts_of


def test_lines_add_to_the_printed_totals(shared_data):
    rows = school_rows(shared_data / "districts")
    assert [row["school_id"] for row in rows] == ["brown", "dyer", "skillin", "small", "spms", "sphs"]
    brown = rows[0]
    # printed: 14.57 regular and 13.00 special education teachers, 3.00 and 9.00 educational technicians, guidance 0.30
    assert (brown["regular_teachers"], brown["special_teachers"], brown["teachers"]) == (14.57, 13.0, 27.57)
    assert (brown["aides"], brown["special_aides"], brown["counselors"]) == (3.0, 9.0, 0.3)
    assert brown["teacher_pay"] == round((1_263_462 + 859_398) / 27.57)
    # lines of $75.20 M less debt service of $8.10 M and pre-kindergarten of $0.90 M and $0.13 M
    assert brown["current_spending"] == pytest.approx(75.20e6 - 8_099_359 - 900_553 - 126_979, abs=2e4)
    pupils = sum(
        float(str(value)) for row in rows for name, value in row.items() if name.startswith("grade_")
    )
    assert pupils == pytest.approx(2816 - 51, abs=0.1)


def test_becomes_a_district_that_solves(shared_data, tmp_path):
    (district,) = districts_of(south_portland(tmp_path, shared_data / "districts", years=1)).values()
    assert len(district.schools.id) == 6
    assert district.enrollment.sum() == 2765
    assert 0 < solve(district).coverage <= 1
