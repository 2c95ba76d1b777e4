"""Which districts of a publisher's files are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from datafiles.faults import nearest
from datafiles.importing.record import DistrictRecord
from models.errors import InputError

FIPS = {
    "AL": "01", "AK": "02", "AZ": "04", "AR": "05", "CA": "06", "CO": "08", "CT": "09", "DE": "10", "DC": "11", "FL": "12",
    "GA": "13", "HI": "15", "ID": "16", "IL": "17", "IN": "18", "IA": "19", "KS": "20", "KY": "21", "LA": "22", "ME": "23",
    "MD": "24", "MA": "25", "MI": "26", "MN": "27", "MS": "28", "MO": "29", "MT": "30", "NE": "31", "NV": "32", "NH": "33",
    "NJ": "34", "NM": "35", "NY": "36", "NC": "37", "ND": "38", "OH": "39", "OK": "40", "OR": "41", "PA": "42", "RI": "44",
    "SC": "45", "SD": "46", "TN": "47", "TX": "48", "UT": "49", "VT": "50", "VA": "51", "WA": "53", "WV": "54", "WI": "55",
    "WY": "56", "AS": "60", "GU": "66", "MP": "69", "PR": "72", "VI": "78",
}  # fmt: skip
STATE_OF = {fips: state for state, fips in FIPS.items()}


@dataclass(frozen=True)
class Selection:
    """One district by id or name, all of a state, or all.

    Attributes
    ----------
    district
        Id (leading zeros may be left out) or exact name; blank for all.
    state
        Two letters; blank for all.
    width
        Digits of a full id, for the leading zeros.

    """

    district: str = ""
    state: str = ""
    width: int = 7

    @property
    def id(self) -> str:
        """The district's full id, or nothing where it is not given by id."""
        return self.district.zfill(self.width) if self.district.isdigit() else ""

    def may_hold(self, district: str) -> bool:
        """Whether a district of this federal id may be wanted, as far as the id alone can say."""
        if self.id:
            return district == self.id
        return not self.state or district[:2] == FIPS.get(self.state, "")

    def of(self, records: Sequence[DistrictRecord], source: str) -> list[DistrictRecord]:
        """Return the wanted districts.

        Raises
        ------
        InputError
            When there is none, or a name stands for several.

        """
        if not records:
            where = self.district or self.state or "any district"
            raise InputError(
                f"The files hold nothing of {where}.",
                "Check the id (LEAID has 7 digits with its leading zero) and that the files are of that state."
                if self.district or self.state
                else f"Give the tables with enrollment that 'spanwise import {source}' reads.",
            )
        kept = [record for record in records if not self.state or record.state.upper() == self.state]
        if self.district:
            wanted = self.district.casefold()
            named = [r for r in kept if self.id == r.id or wanted in (r.id.casefold(), r.name.casefold())]
            if len(named) > 1:
                raise InputError(
                    f"{len(named)} districts are named {self.district}: {', '.join(r.id for r in named[:8])}.",
                    "Name one by its id.",
                )
            if not named:
                near = nearest(self.district, [r.name for r in kept] + [r.id for r in kept])
                raise InputError(
                    f"The files hold no district {self.district}; they hold {len(kept):,}.",
                    f"Did you mean {near}?" if near else "Name it by its id or its full name.",
                )
            return named
        if not kept:
            states = sorted({r.state for r in records if r.state})
            raise InputError(
                f"The files hold no district of {self.state}.", f"They hold: {', '.join(states)}."
            )
        return kept
