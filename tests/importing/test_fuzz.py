"""However a publisher's file is damaged, an import ends with sound districts or with an error of two parts, never otherwise."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InputError
from tests.importing import samples
from tests.importing.reading import districts_of, imported

SETS = {
    "ccd": (
        samples.CCD_SCHOOL_DIRECTORY, samples.CCD_SCHOOL_MEMBERSHIP, samples.CCD_SCHOOL_STAFF, samples.CCD_DISTRICT_STAFF,
        samples.CCD_LUNCH, samples.CCD_DISTRICT_MEMBERSHIP, samples.F33_NCES,
    ),
    "f33": (samples.F33_CENSUS, samples.CCD_DISTRICT_STAFF),
    "urban": (
        json.dumps(samples.URBAN_DIRECTORY), json.dumps(samples.URBAN_FINANCE), samples.URBAN_SCHOOLS, samples.URBAN_SCHOOL_ENROLLMENT,
    ),
    "cps-positions": (samples.CPS_ROSTER, samples.CPS_PROFILE, samples.CPS_MEMBERSHIP),
    "isbe-sber": (samples.ISBE_SBER, samples.ISBE_GENERAL),
    "tx": (samples.TX_TAPR, samples.TX_PEIMS),
}  # fmt: skip
PIECES = [
    b"",
    b",",
    b'"',
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"-1",
    b"*",
    b"9" * 15,
    b"1e300",
    b"nan",
    b"-",
    b"{",
    b"]",
    b"\xe2\x80\xa0",
    b" " * 9,
    b"0",
]


@st.composite
def damages(draw):
    """Which file of a set is damaged, and where: a stretch of bytes is replaced by a piece, a few times."""
    number = draw(st.integers(0, 6))
    cuts = st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(PIECES))
    return number, draw(st.lists(cuts, min_size=1, max_size=4)), draw(st.booleans())


@pytest.mark.parametrize("source", SETS)
@settings(max_examples=40)
@given(damage=damages())
def test_damaged_files(source, damage):
    number, cuts, cut_off = damage
    texts = [text.encode() for text in SETS[source]]
    number %= len(texts)
    content = texts[number]
    for where, length, piece in cuts:
        at = int(where * len(content))
        content = content[:at] + piece + content[at + length :]
    texts[number] = content[: len(content) * 2 // 3] if cut_off else content
    with tempfile.TemporaryDirectory() as folder:
        try:
            result = imported(
                source, Path(folder), *texts, finance_year=None if source in ("urban", "tx") else 2022
            )
        except InputError as error:
            assert error.what and error.mend
            return
        districts_of(result)  # what was imported is what `check` accepts
