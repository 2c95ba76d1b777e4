"""From raw tables and settings to a district; whatever the tables were read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from datafiles.columns import TableReader
from datafiles.faults import Faults
from datafiles.raw import RawTable
from datafiles.schema import ALWAYS, TABLES, Column
from datafiles.shocks import read_scenarios, without_shocks
from models.district import (
    Array,
    Budget,
    Devices,
    DeviceTypes,
    District,
    GradeBands,
    Roles,
    Scenarios,
    Schools,
    Staff,
    StipendSchedule,
    TeamModels,
    Technology,
)
from models.errors import InputError
from models.settings import Settings

Keys = dict[str, int]
# What the checks of a whole district look at; while one of these is in doubt they would only echo its faults.
WHOLE = ("grade_bands", "enrollment", "roles", "team_models", "technology", "device_types", "stipends")
MAY_BE_EMPTY = ("device_types", "stipends", "staff", "devices", "budget")


def assemble(raws: Mapping[str, RawTable], settings: Settings, faults: Faults, source: str) -> District:
    """Build the district of these tables; every fault of every table is reported at once.

    Parameters
    ----------
    raws
        The tables that were found, by name; those left out that are always needed must be in `faults` already.
    settings
        The settings, with neutral values in the place of faulty ones.
    faults
        What was found so far.
    source
        The folder or workbook, as the planner named it.

    Raises
    ------
    InputError
        With all problems.

    """
    parts = _Parts(raws, faults)
    district = parts.district(settings)
    faults.raise_if_any(source)
    if district is None:  # pragma: no cover - no district without an error
        raise InputError(f"{source} cannot be read.", "Check its tables.")
    return district


def check_scenarios(raw: RawTable, faults: Faults) -> None:
    """Hold a scenarios table to its rules without a district; its problems go to `faults`."""
    _Parts({"scenarios": raw}, faults).scenarios(years=1)


@dataclass
class _Parts:
    """The tables as they are read, and the keys that later tables refer to (None: not known)."""

    raws: Mapping[str, RawTable]
    faults: Faults

    def reader(self, name: str, more: tuple[str, ...] | None = ()) -> TableReader:
        raw = self.raws.get(name)
        if raw is None or not raw.header:
            return TableReader.absent(name, self.faults)
        reader = TableReader(raw, self.faults, more)
        if not reader.size and name not in MAY_BE_EMPTY and (name, "") not in self.faults.doubtful:
            needed = [column for column, row in TABLES[name].columns.items() if row.required]
            hint = f"Add a row for each {_row_of(name)}, with {', '.join(needed)} at least."
            self.faults.error(raw.problem("has headings and no rows.", hint), name)
        return reader

    def known(self, reader: TableReader, name: str) -> Keys | None:
        """Keys of a table, or None when faults of its form leave them unknown."""
        keys = reader.keys(name)
        complete = reader.has(name) and "" not in keys and (reader.raw.name, "") not in self.faults.doubtful
        missing = reader.raw.name not in self.raws and TABLES[reader.raw.name].needed != ALWAYS
        return keys if complete or missing else None

    def district(self, settings: Settings) -> District | None:
        schools, school_keys = self.schools()
        bands, band_keys = self.bands()
        roles, role_keys = self.roles()
        team_models = self.team_models(roles.id if role_keys is not None else None, band_keys)
        device_types, device_keys = self.device_types()
        technology = self.technology(band_keys, device_keys)
        stipends = self.stipends(roles)
        enrollment = self.enrollment(school_keys, band_keys, (len(schools.id), len(bands.id)))
        staff = self.staff(school_keys, role_keys, roles, len(schools.id))
        devices = self.devices(school_keys, device_keys)
        budget = self.budget(school_keys)
        scenarios = self.scenarios(settings.years)
        sound = all(self.faults.trusted(name) for name in WHOLE) and self.faults.trusted("settings")
        if not sound or not self.faults.trusted("schools", "", "school_id", "need_weight"):
            return None
        try:
            return District(
                settings, schools, bands, enrollment, roles, team_models, technology, device_types, stipends,
                staff, scenarios, devices, budget,
            )  # fmt: skip
        except InputError as error:
            self.faults.errors.extend(error.problems)
            return None

    def scenarios(self, years: int) -> Scenarios:
        found = read_scenarios(self.reader("scenarios"), years) if "scenarios" in self.raws else None
        return found if found is not None and self.faults.trusted("scenarios") else without_shocks(years)

    def schools(self) -> tuple[Schools, Keys | None]:
        table = self.reader("schools")
        keys = self.known(table, "school_id")
        team_pupils = table.numbers("team_pupils")
        return Schools(
            table.cells_of("school_id"), table.texts("school_name"), table.numbers("funding_per_pupil"),
            table.numbers("fixed_funding"), table.numbers("fixed_spending"), table.numbers("need_weight"),
            table.numbers("pay_index"), table.numbers("enrollment_growth"), table.numbers("startup_grant"),
            team_pupils, table.numbers("trained_pupils", blank=team_pupils), table.numbers("opening_reserve"),
        ), keys  # fmt: skip

    def bands(self) -> tuple[GradeBands, Keys | None]:
        table = self.reader("grade_bands")
        keys = self.known(table, "grade_band")
        ids = table.cells_of("grade_band")
        table.each(
            lambda row: ";" in ids[row],
            "grade_band",
            "has a ; in it.",
            "Lists of bands are divided by ; so name the band without one.",
        )
        limit = table.numbers("max_pupils_per_teacher")
        return GradeBands(ids, table.texts("label", ids), limit), keys

    def roles(self) -> tuple[Roles, Keys | None]:
        table = self.reader("roles")
        keys = self.known(table, "role")
        ids = table.cells_of("role")
        taken = TABLES["team_models"].columns
        table.each(
            lambda row: ids[row] in taken, "role",
            "is the name of another column of team_models.",
            "Each role heads a column there; give it another name.",
        )  # fmt: skip
        return Roles(
            ids, table.texts("label", ids), table.choices("kind"), table.texts("pool"), table.numbers("salary"),
            table.numbers("benefits_rate"), table.numbers("attrition_rate"), table.numbers("annual_raise"),
            table.texts("source"),
        ), keys  # fmt: skip

    def team_models(self, roles: tuple[str, ...] | None, bands: Keys | None) -> TeamModels:
        table = self.reader("team_models", roles)
        model, pattern = table.texts("team_model"), table.texts("pattern")
        table.unique(("team_model", "pattern"), list(zip(model, pattern)))
        fte = np.zeros((table.size, len(roles or ())))
        for r, role in enumerate(roles or ()):
            column = Column(
                "team_models", role, "number", "FTE in a team", "0", ">= 0", "FTE of the role in a team", ""
            )
            fte[:, r] = table.numbers(role, schema=column)
        return TeamModels(
            model, pattern, table.texts("label", [f"{m}/{p}" for m, p in zip(model, pattern)]),
            table.listed("grade_bands", bands), table.yes_no("team_taught"), table.numbers("pupils"), fte,
            table.numbers("release"), table.numbers("credit"), table.texts("source"),
        )  # fmt: skip

    def technology(self, bands: Keys | None, devices: Keys | None) -> Technology:
        table = self.reader("technology")
        self.known(table, "technology")
        ids = table.cells_of("technology")
        return Technology(
            ids, table.texts("label", ids), table.listed("grade_bands", bands), table.numbers("reach"),
            table.refer("device", devices), table.numbers("annual_per_pupil"), table.texts("source"),
        )  # fmt: skip

    def device_types(self) -> tuple[DeviceTypes, Keys | None]:
        table = self.reader("device_types")
        keys = self.known(table, "device")
        ids = table.cells_of("device")
        return DeviceTypes(
            ids, table.texts("label", ids), table.numbers("purchase_per_seat"), table.numbers("life_years"),
            table.texts("source"),
        ), keys  # fmt: skip

    def stipends(self, roles: Roles) -> StipendSchedule:
        table = self.reader("stipends")
        stipend = table.numbers("stipend")
        if self.faults.trusted("stipends", "stipend"):
            table.unique(("stipend",), [(float(value),) for value in stipend])
        if "leader" in roles.kind and not table.size and self.faults.trusted("stipends"):
            where = self.raws["roles"].origin.names("stipends")
            leader = roles.id[roles.kind.index("leader")]
            problem = self.raws["roles"].problem(
                f'role "{leader}" is a leader, and {where} has no step.',
                f"Add {where} with a stipend and the share of teachers who accept it in each row.",
                row=roles.kind.index("leader"), column="kind", key=leader, value="leader",
            )  # fmt: skip
            self.faults.error(problem, "stipends")
        return StipendSchedule(stipend, table.numbers("take_up"))

    def enrollment(self, schools: Keys | None, bands: Keys | None, shape: tuple[int, int]) -> Array:
        table = self.reader("enrollment")
        s, g = table.refer("school_id", schools), table.refer("grade_band", bands)
        table.unique_keys()
        pupils = table.numbers("pupils")
        enrollment = np.zeros(shape)
        if schools and bands:
            enrollment[s, g] = pupils
        return enrollment

    def staff(self, schools: Keys | None, roles: Keys | None, of: Roles, size: int) -> Staff:
        table = self.reader("staff")
        s, r = table.refer("school_id", schools), table.refer("role", roles)
        table.unique_keys()
        fte = table.numbers("fte")
        positions, minimum = np.zeros((size, len(of.id))), np.zeros((size, len(of.id)))
        least = np.where(of.of_kind("nonclassroom")[r] > 0, fte, 0.0) if roles else np.zeros(table.size)
        stays = table.numbers("minimum", blank=least)
        if schools and roles:
            positions[s, r], minimum[s, r] = fte, stays
        return Staff(positions, minimum)

    def devices(self, schools: Keys | None, devices: Keys | None) -> Devices:
        table = self.reader("devices")
        s, v = table.refer("school_id", schools), table.refer("device", devices)
        seats, age = table.numbers("seats"), table.numbers("age_years")
        table.unique(
            ("school_id", "device", "age_years"),
            list(zip(table.cells("school_id"), table.cells("device"), map(float, age))),
        )
        return Devices(s, v, seats, age)

    def budget(self, schools: Keys | None) -> Budget | None:
        table = self.reader("budget")
        if "budget" not in self.raws:
            return None
        table.unique_keys()
        return Budget(table.refer("school_id", schools), table.choices("category"), table.numbers("amount"))


def _row_of(name: str) -> str:
    one = {
        "schools": "school",
        "grade_bands": "grade band",
        "roles": "role",
        "team_models": "staffing pattern",
    }
    one |= {
        "technology": "technology package",
        "enrollment": "school and grade band",
        "scenarios": "scenario",
    }
    return one[name]
