"""The rule behind every import: today's staffing is affordable, to the dollar, and nothing of the spending is lost."""

import dataclasses

import numpy as np
import pytest

from datafiles.importing import assumptions
from datafiles.importing.district_files import Shape
from datafiles.importing.grades import PREK
from datafiles.importing.importing import Imported
from datafiles.importing.prices import Prices
from datafiles.importing.record import DistrictRecord, Finance, SchoolRecord
from datafiles.importing.report import ImportReport
from datafiles.pricebook import load_book
from models.parameters import Parameters
from models.tree import Tree
from optimizer.solving import solve
from tests.importing.reading import districts_of

BOOK = load_book("us-2026")


def unit(pupils=1000.0, finance=None, **staff):
    school = SchoolRecord("0100005", "Alder City", total=pupils, lowest=0, highest=12)
    return DistrictRecord("0100005", "Alder City", "AL", [school], staff, finance, whole_district=True)


def two_schools(first, second, finance=None):
    schools = [
        SchoolRecord("a", "A", {0: 300.0}, staff={"teachers": first}),
        SchoolRecord("b", "B", {9: 500.0}, staff={"teachers": second}),
    ]
    return DistrictRecord("0100005", "Alder City", "AL", schools, {}, finance)


def made(record, years=1):
    report = ImportReport("test")
    (district,) = districts_of(Imported(report, Prices(BOOK), [record], Shape(years))).values()
    return district, report


def fte(district, role):
    return float(district.staff.fte[0, district.roles.id.index(role)])


def minimum(district, role):
    return float(district.staff.minimum[0, district.roles.id.index(role)])


def test_core_teachers_are_those_of_traditional_classes_and_the_rest_are_specialists():
    district, _ = made(unit(teachers=70.0, special_teachers=8.0, aides=12.0, counselors=3.0))
    assert fte(district, "teacher") == 40.0  # 1,000 / 25
    assert fte(district, "specialist") == 30.0
    assert minimum(district, "specialist") == pytest.approx(8.0 + 40.0 / 6.0, abs=0.01)
    assert (fte(district, "aide"), minimum(district, "aide")) == (12.0, 6.0)
    assert fte(district, "counselor") == 3.0


def test_unknown_special_education_is_a_share_and_told():
    district, report = made(unit(teachers=70.0))
    assert minimum(district, "specialist") == pytest.approx(0.14 * 70.0 + 40.0 / 6.0, abs=0.01)
    assert assumptions.TEXTS["special"] in report.guessed.counts


def test_funding_is_current_spending_in_dollars_of_the_book():
    finance = Finance(2019, 1100.0, 12_100_000.0, 7_000_000.0)
    district, report = made(unit(finance=finance, teachers=70.0, aides=10.0))
    funding = district.schools.funding_per_pupil[0] * 1000 + district.schools.fixed_funding[0]
    assert funding == pytest.approx(11_000.0 * 1000 * 76400 / 62270, abs=1000), "to the dollar a pupil"
    assert (
        report.guessed.counts[assumptions.TEXTS["growth"].format(year=2019, to=2026, factor=76400 / 62270)]
        == 1
    )


@pytest.mark.parametrize(
    "finance",
    [None, Finance(2022, 1000.0, 14_000_000.0, 8_000_000.0), Finance(2022, 1000.0, 6_500_000.0, 4e6)],
)
@pytest.mark.parametrize("teachers", [42.0, 55.0, 90.0])
def test_todays_staffing_is_affordable(finance, teachers):
    """Today's people, the hires that replace those who leave, and today's carts cost no more than there is."""
    district, _ = made(unit(finance=finance, teachers=teachers, aides=10.0))
    tree = Tree.of(district.scenarios, 1)
    parameters = Parameters.of(district, tree)
    gone = (district.staff.fte * district.roles.attrition_rate).sum()
    cost = (district.staff.fte[:, :, None] * parameters.c).sum() + parameters.X.sum()
    cost += gone * district.settings.staff.hiring_cost + (15.0 + 178.0 / 4.0) * 1000.0
    room = float(parameters.F.sum()) - float(cost)
    assert -1e-6 <= room <= 1002.0, "a dollar a pupil at most, from rounding up"
    assert solve(district).coverage >= 0.0


def test_five_years_stay_affordable():
    district, _ = made(unit(finance=Finance(2022, 1000.0, 14e6, 8e6), teachers=70.0), years=5)
    assert solve(district).coverage > 0.3


def test_spending_too_low_for_the_books_pay_lowers_the_pay():
    district, report = made(unit(finance=Finance(2024, 1000.0, 6_000_000.0), teachers=70.0))
    assert assumptions.TEXTS["pay_lowered"] in report.guessed.counts
    funding = district.schools.funding_per_pupil[0] * 1000 + district.schools.fixed_funding[0]
    assert district.schools.fixed_spending[0] == pytest.approx(0.10 * funding, rel=0.001)
    assert funding == pytest.approx(6e6 * 76400 / 72030, abs=1000)


def test_pay_index_by_salary_by_compensation_by_instruction():
    by_salary, _ = made(unit(finance=Finance(2026, 1000.0, 15e6, 8e6, 5e6, 70_000.0), teachers=70.0))
    assert by_salary.schools.pay_index[0] == pytest.approx(70_000 / 76_400, abs=1e-4)
    by_pay, _ = made(unit(finance=Finance(2026, 1000.0, 15e6, 8e6, 7_000_000.0), teachers=70.0, aides=10.0))
    loaded = 70.0 * 76_400 * 1.44 + 10.0 * 36_300 * 1.49
    assert by_pay.schools.pay_index[0] == pytest.approx(7e6 / loaded, abs=1e-4)
    by_instruction, _ = made(unit(finance=Finance(2026, 1000.0, 15e6, 8e6), teachers=70.0))
    assert by_instruction.schools.pay_index[0] == pytest.approx(0.78 * 8e6 / (70.0 * 76_400 * 1.44), abs=1e-4)


def test_pay_of_a_district_that_has_grown_is_that_of_its_pupils_then() -> None:
    """The survey's dollars are for 1,250 pupils, of whom 1,000 are left: four fifths of them pay today's teachers."""
    loaded = 70.0 * 76_400 * 1.44 + 10.0 * 36_300 * 1.49
    by_pay, _ = made(unit(finance=Finance(2026, 1250.0, 18e6, 9e6, 8e6), teachers=70.0, aides=10.0))
    assert by_pay.schools.pay_index[0] == pytest.approx(0.8 * 8e6 / loaded, abs=1e-4)
    by_instruction, _ = made(unit(finance=Finance(2026, 1250.0, 18e6, 9e6), teachers=70.0))
    assert by_instruction.schools.pay_index[0] == pytest.approx(
        0.78 * 0.8 * 9e6 / (70.0 * 76_400 * 1.44), abs=1e-4
    )


@pytest.mark.parametrize(("aides", "share"), [({}, 0.51), ({"aides": 10.0}, 0.42)])
def test_without_finance_what_is_out_of_scope_depends_on_whether_aides_are_in_it(
    aides: dict[str, float], share: float
) -> None:
    district, _ = made(unit(teachers=70.0, **aides))
    roles = district.roles
    cost = float((district.staff.fte * roles.salary * (1.0 + roles.benefits_rate)).sum())
    other = float(district.schools.fixed_spending[0])
    assert other / (other + cost) == pytest.approx(share, abs=1e-5)


def test_a_school_without_spending_of_its_own_spends_what_the_others_spend_a_pupil() -> None:
    """$10,000 a pupil at the school of 300 that is known, in dollars of 2024."""
    record = two_schools(20.0, 30.0, Finance(2024, 800.0, 12e6, 7e6))
    record.schools[0].spending = 3e6
    district, report = made(record)
    funding = district.schools.fixed_funding + district.schools.funding_per_pupil * district.enrollment.sum(
        axis=1
    )
    assert funding == pytest.approx(np.array([3e6, 5e6]) * 76400 / 72030, abs=501)
    assert assumptions.TEXTS["funding_by_school"] in report.guessed.counts


def test_without_teachers_there_is_one_for_15_pupils():
    district, report = made(unit())
    assert fte(district, "teacher") + fte(district, "specialist") == pytest.approx(1000 / 15.1, abs=0.02)
    assert report.guessed.counts[assumptions.TEXTS["teachers"]] == 1


def test_teachers_of_pre_kindergarten_are_taken_out_by_their_pupils() -> None:
    """A tenth of the pupils are outside the plan, and so is a tenth of the teachers."""
    record = unit(teachers=50.0)
    record.schools[0].pupils = {PREK: 100.0, 0: 450.0, 9: 450.0}
    district, report = made(record)
    assert fte(district, "teacher") + fte(district, "specialist") == pytest.approx(45.0, abs=0.02)
    assert report.guessed.counts[assumptions.TEXTS["prek"]] == 1
    record = unit(teachers=50.0, prek_teachers=8.0)
    record.schools[0].pupils = {PREK: 100.0, 0: 450.0, 9: 450.0}
    known, _ = made(record)
    assert fte(known, "teacher") + fte(known, "specialist") == pytest.approx(42.0, abs=0.02)


def test_a_lean_district_is_told_and_keeps_its_money():
    district, report = made(unit(finance=Finance(2026, 1000.0, 12e6, 7e6), teachers=30.0))
    assert fte(district, "teacher") == 30.0 and fte(district, "specialist") == 0.0
    assert report.missing.whom[assumptions.TEXTS["lean"]] == ["0100005"]
    assert district.settings.staff.min_adults_per_100_pupils == 3.0


def test_the_floor_of_adults_is_lowered_to_what_is_there_and_never_above_it() -> None:
    """30 teachers for 900 pupils are 3.33 and a third for 100."""
    district, _ = made(unit(pupils=900.0, finance=Finance(2026, 900.0, 12e6, 7e6), teachers=30.0))
    assert district.settings.staff.min_adults_per_100_pupils == 3.33


def test_a_class_above_the_limit_is_no_traditional_class() -> None:
    """With at most 20 pupils a teacher from kindergarten to grade 5, the class of 25 is none there."""
    assert Prices(BOOK).class_loads[0] == 25.0
    limits = BOOK.tables["grade_bands"].splitlines()
    at = limits[0].split(",").index("max_pupils_per_teacher")
    first = limits[1].split(",")
    strict = "\n".join([limits[0], ",".join([*first[:at], "20", *first[at + 1 :]]), *limits[2:]]) + "\n"
    prices = Prices(dataclasses.replace(BOOK, tables=BOOK.tables | {"grade_bands": strict}))
    assert prices.class_loads == [20.0, *Prices(BOOK).class_loads[1:]]


def test_a_lean_school_of_several_gets_the_money_to_be_lawful():
    district, report = made(two_schools(10.0, 40.0, Finance(2026, 800.0, 12e6, 7e6)))
    assert report.guessed.whom[assumptions.TEXTS["lawful"]] == ["0100005 A"]
    assert solve(district).coverage >= 0.0


def test_money_of_the_district_is_shared_by_enrollment():
    district, _ = made(two_schools(20.0, 40.0, Finance(2026, 800.0, 12e6, 7e6)))
    spending = district.schools.fixed_spending / district.enrollment.sum(axis=1)
    assert spending[0] == pytest.approx(spending[1], abs=0.01)
    total = (
        district.schools.fixed_funding + district.schools.funding_per_pupil * district.enrollment.sum(axis=1)
    ).sum()
    assert total == pytest.approx(12e6, abs=800)


def test_start_up_of_one_unit_is_that_of_its_schools():
    alone, _ = made(unit(pupils=2600.0))
    assert alone.settings.launch.fixed_per_school == 5 * 118_000
    record = unit(pupils=2600.0)
    record.units = 7.0
    assert made(record)[0].settings.launch.fixed_per_school == 7 * 118_000
    assert made(two_schools(20.0, 40.0))[0].settings.launch.fixed_per_school == 118_000


def test_carts_are_of_all_ages():
    district, _ = made(unit())
    assert np.allclose(district.devices.seats, 250.0)
    assert list(district.devices.age_years) == [0, 1, 2, 3]


def test_district_without_pupils_is_dropped_and_told():
    report = ImportReport("test")
    empty = unit(pupils=0.0)
    assert list(Imported(report, Prices(BOOK), [empty], Shape()).districts()) == []
    assert report.dropped.whom["district without pupils in kindergarten to grade 12"] == ["0100005"]
