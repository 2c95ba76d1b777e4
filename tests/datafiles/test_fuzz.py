"""Whatever stands in the files, the end is a district or an input error with its problems, never another exception."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from datafiles.folder import read_district_with_warnings
from models.district import District
from models.errors import InputError
from models.warnings import district_warnings
from tests.districts import oak, write_folder

PIECES = st.sampled_from(
    [b"", b",", b"\n", b"\r", b'"', b";", b"\0", b"\xff\xfe", b"\x81", b"\xc3\xa9", b"=", b"[", b"]", b"#", b"-", b"1e999", b"9" * 400,
     b"nan", b"true", b"1979-05-27", b"oak", b"K-5", b"leader", b"pupils", b"0", b"1", b"1.5", b"%", b"$", b"'", b"{", b"[" * 3000, b"\t"]
)  # fmt: skip


@run(max_examples=150, deadline=None)
@given(
    st.sampled_from([*oak()[0], "scenarios", "devices", "budget", "district"]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 12), PIECES), min_size=1, max_size=3),
)
def test_damaged_files(name: str, damages: list[tuple[int, int, bytes]]) -> None:
    tables, settings = oak()
    tables |= {
        "scenarios": "scenario,probability,year,funding_change\nbase,0.5,1,0\ncut,0.5,1,-0.1\n",
        "device_types": "device,purchase_per_seat,life_years\ntablet,300,4\n",
        "devices": "school_id,device,seats,age_years\noak,tablet,5,1\n",
        "budget": "school_id,category,amount\noak,other,100\n",
    }
    with tempfile.TemporaryDirectory() as place:
        folder = write_folder(Path(place) / "oak", tables, settings)
        file = folder / ("district.toml" if name == "district" else f"{name}.csv")
        content = file.read_bytes()
        for start, cut, piece in damages:
            at = min(start, len(content))
            content = content[:at] + piece + content[at + cut :]
        file.write_bytes(content)
        try:
            found, warnings = read_district_with_warnings(folder)
        except InputError as error:
            assert error.problems, content
            assert all(problem.place and problem.message for problem in error.problems)
            return
    assert isinstance(found, District)
    assert all(map(str, [*warnings, *district_warnings(found)]))
