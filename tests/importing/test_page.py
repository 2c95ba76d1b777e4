"""docs/public-data.md says what the importers do: its sources, shares and factors are those of the code."""

from commands.importing import SOURCES
from datafiles.importing import assumptions, pay_years
from tests.commands.runner import ROOT

PAGE = " ".join((ROOT / "docs" / "public-data.md").read_text(encoding="utf-8").split())


def test_every_source_has_its_row():
    assert all(f"| `{source}` |" in PAGE for source in SOURCES)


def test_shares_and_factors_are_those_of_the_code():
    for said in (
        f"it is {100 * assumptions.SPECIAL_SHARE:.0f} % of all teachers",
        f"one for {assumptions.PUPILS_PER_TEACHER:g} pupils",
        f"{100 * assumptions.TEACHER_SHARE:.0f} % of instruction spending",
        f"between {assumptions.PAY_INDEX[0]:g} and {assumptions.PAY_INDEX[1]:g}",
        f"less than {100 * assumptions.LEAST_OUT_OF_SCOPE:.0f} % of the spending",
        f"with {100 * assumptions.OUT_OF_SCOPE:.0f} % of the whole out of scope",
        f"({100 * assumptions.OUT_OF_SCOPE_WITHOUT_AIDES:.0f} % where aides are not in the data",
        f"of one for {assumptions.PUPILS_PER_UNIT:g} pupils",
        f"× {pay_years.growth(2016, 2026):.3f} from 2015-16",
        f"× {pay_years.growth(2019, 2026):.3f} from 2018-19",
    ):
        assert said in PAGE, said


def test_measured_share_out_of_scope(shared_data):
    """The shares that stand in for unknown finance are those of Texas and of the US table."""
    from datafiles.importing.importing import read_source
    from datafiles.importing.selection import Selection

    national = shared_data / "national"
    texas = read_source(
        "tx", [national / "tx_2015_16_joined_finance_staff.csv.gz"], Selection(), years=1, finance_year=2016
    )
    assert sum(1 for _ in texas.districts()) == 1_199
    totals = texas.report.totals
    assert round(totals["$ out of scope"] / totals["$ funding"], 2) == assumptions.OUT_OF_SCOPE
