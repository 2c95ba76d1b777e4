"""What a single row of the model asks of the district, in a planner's words, and where its figures stand in the files."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.explanation import Collision, Place
from optimizer.formulation import Model
from optimizer.registry import RULES

SETTINGS = "district.toml"

ASKS = {
    "placement": "{amount} pupils of {band} are taught, at most {limit:g} a teacher",
    "equipment": "{amount} pupils of {band} each have a technology package",
    "staffing_reach": "pupils of {band} count as covered to {level} only under patterns of that credit",
    "technology_reach": "pupils of {band} count as covered to {level} only with packages of that reach",
    "positions": "{role}: those whom the teaching needs{outside}",
    "stipend_take_up": "leaders are those who accept the stipend",
    "eligible_teachers": "at most {eligible_share} of the teachers and leaders can be offered the role",
    "leader_share": "leaders are at most {max_leader_share} of the teachers and leaders",
    "seats": "pupils with {device} have one of {amount} seats in place, or one that is bought",
    "training": "teams work with trained people",
    "training.stock": "{amount} trained pupil-places are left from today; more are launched",
    "launch": "teams work where the school has been launched",
    "launch.lasting": "a launch lasts",
    "growth": "teams grow by at most {max_growth_per_year} of the school's pupils a year",
    "startup_cap": "start-up spending is at most {startup_max_share} of funding",
    "startup_grant": "a start-up grant pays for start-up alone",
    "startup_grant.total": "the start-up grant is ${side:,.0f}",
    "technology_cap": "recurring technology is at most ${side:,.0f}",
    "staff_flow": "{pool}: {amount} FTE stay from today; others are hired or laid off",
    "position_loss": "at least {amount} FTE are kept",
    "adult_floor": "at least {amount} FTE of teachers, leaders and aides are there",
    "reserve_cap": "at most ${side:,.0f} is carried to the next year",
    "school_floor": "at least {amount} pupils are covered",
    "transfer": "what schools receive from the pool is what schools give",
    "transfer.limit": "at most ${side:,.0f} is given to the pool",
    "budget": "${side:,.0f} is there to be spent, after what lies outside the plan",
}
OVERSPENT = "${side:,.0f} is missing before anything in the plan is paid"  # the budget's words where its side is negative
SETTING_OF = {
    "eligible_teachers": "leaders.eligible_share",
    "leader_share": "leaders.max_leader_share",
    "training": "launch.turnover",
    "growth": "coverage.max_growth_per_year",
    "startup_cap": "launch.startup_max_share",
    "technology_cap": "technology.max_share",
    "position_loss": "staff.max_position_loss_share",
    "adult_floor": "staff.min_adults_per_100_pupils",
    "reserve_cap": "funding.reserve_max_share",
    "school_floor": "coverage.min_school_share",
    "transfer": "funding.pool",
    "transfer.limit": "funding.max_transfer_share",
}


@dataclass(frozen=True)
class _Row:
    """A row of the model: its rule block, index by axis letter, and binding side."""

    name: str
    at: dict[str, int]
    side: float
    label: str


def collision(model: Model, row: int) -> Collision:
    """Say what a row asks and where its figures stand."""
    matrix, district = model.lp.matrix(), model.district
    name, at = model.lp.row_key(row)
    lower, upper = float(matrix.row_lower[row]), float(matrix.row_upper[row])
    side = upper if np.isfinite(upper) else lower
    read = _Row(name, at, abs(side), model.lp.row_label(row))
    rule = RULES[name.partition(".")[0]]
    school = district.schools.name[at["s"]] if "s" in at else ""
    node = model.tree.labels[at["n"]] if "n" in at else ""
    year = district.settings.first_year - 1 + int(model.tree.year[at["n"]]) if "n" in at else None
    words = _words(model, read)
    amount = _amount(read.side)
    words["outside"] = f", and {amount} FTE outside the teams" if read.side else ""
    return Collision(
        rule=rule.id,
        row=read.label,
        words=rule.words,
        asks=(OVERSPENT if name == "budget" and round(side) < 0 else ASKS[name]).format(
            side=read.side, amount=amount, **words
        ),
        school_id=district.schools.id[at["s"]] if "s" in at else "",
        school=school,
        year=year,
        node=node,
        item=next((str(words[key]) for key in ("role", "band", "device", "pool") if words[key]), ""),
        places=tuple(_places(model, read)),
    )


def _amount(side: float) -> str:
    """People, pupils or seats to four figures, and to the whole one where there are more."""
    return f"{side:,.0f}" if side >= 1_000 else f"{side:.4g}"


def _words(model: Model, row: _Row) -> dict[str, object]:
    """Names and settings that the texts speak of."""
    district, at, settings = model.district, row.at, model.settings

    def label(letter: str, labels: tuple[str, ...]) -> str:
        return labels[at[letter]].partition(" (")[0] if letter in at else ""

    return {
        "band": label("g", district.bands.label),
        "role": label("r", district.roles.label),
        "device": label("v", district.device_types.label),
        "pool": label("P", district.roles.pools),
        "level": f"{district.levels[at['j']]:g}" if "j" in at else "",
        "limit": float(district.bands.max_pupils_per_teacher[at["g"]]) if "g" in at else 0.0,
        "eligible_share": _percent(settings.leaders.eligible_share),
        "max_leader_share": _percent(settings.leaders.max_leader_share),
        "max_growth_per_year": _percent(settings.coverage.max_growth_per_year),
        "startup_max_share": _percent(settings.launch.startup_max_share),
    }


def _places(model: Model, row: _Row) -> list[Place]:
    """Rows of the files that a row of the model comes from."""
    district, at, name = model.district, row.at, row.name
    schools, roles = district.schools, district.roles
    found: list[Place] = []
    school = ("school_id", schools.id[at["s"]]) if "s" in at else ("school_id", "")

    def of_school(*columns: str) -> Place:
        values = tuple(_plain(getattr(schools, column)[at["s"]]) for column in columns)
        return Place("schools.csv", (school,), columns, values)

    if name in ("placement", "equipment"):
        band = ("grade_band", district.bands.id[at["g"]])
        pupils = _plain(district.enrollment[at["s"], at["g"]])
        found.append(Place("enrollment.csv", (school, band), ("pupils",), (pupils,)))
        if name == "placement":
            limit = _plain(district.bands.max_pupils_per_teacher[at["g"]])
            found.append(Place("grade_bands.csv", (band,), ("max_pupils_per_teacher",), (limit,)))
    elif name == "positions":
        minimum = district.staff.minimum[at["s"], at["r"]]
        if minimum > 0:
            position = (school, ("role", roles.id[at["r"]]))
            found.append(Place("staff.csv", position, ("minimum",), (_plain(minimum),)))
        else:
            found.append(Place("team_models.csv", (), (roles.id[at["r"]],), ("",)))
    elif name == "stipend_take_up":
        found.append(Place("stipends.csv", (), ("take_up",), ("",)))
    elif name in ("staffing_reach", "technology_reach"):
        file, column = (
            ("team_models.csv", "credit") if name == "staffing_reach" else ("technology.csv", "reach")
        )
        found.append(Place(file, (), (column,), ("",)))
    elif name == "seats":
        device = ("device", district.device_types.id[at["v"]])
        found.append(
            Place(
                "device_types.csv",
                (device,),
                ("life_years",),
                (_plain(district.device_types.life_years[at["v"]]),),
            )
        )
    elif name == "training.stock":
        found.append(of_school("trained_pupils"))
    elif name.startswith("launch"):
        found.append(of_school("team_pupils"))
    elif name == "startup_grant.total":
        found.append(of_school("startup_grant"))
    elif name == "budget":
        used = [
            c for c in ("fixed_funding", "fixed_spending", "opening_reserve") if getattr(schools, c)[at["s"]]
        ]
        found.append(of_school("funding_per_pupil", *used))
        found += _shock(model, at["n"])
    elif name in ("staff_flow", "position_loss") and "s" in at:
        own = [r for r in range(len(roles.id)) if "P" not in at or roles.in_pool[at["P"], r]]
        found += [
            Place(
                "staff.csv",
                (school, ("role", roles.id[r])),
                ("fte",),
                (_plain(district.staff.fte[at["s"], r]),),
            )
            for r in own
            if district.staff.fte[at["s"], r] > 0
        ]
    setting = SETTING_OF.get(name)
    if setting is not None:
        section, _, word = setting.partition(".")
        value = getattr(getattr(model.settings, section), word)
        text = value if isinstance(value, str) else _plain(value)
        found.append(Place(SETTINGS, (), (setting,), (text,)))
    return found


def _shock(model: Model, node: int) -> list[Place]:
    """The scenario row that changes funding at a node."""
    tree = model.tree
    if tree.funding[node] == 0:
        return []
    through = np.flatnonzero(tree.path[:, tree.year[node] - 1] == node)
    key = (("scenario", tree.scenario_ids[through[0]]), ("year", str(int(tree.year[node]))))
    return [Place("scenarios.csv", key, ("funding_change",), (_plain(tree.funding[node]),))]


def _plain(figure: float) -> str:
    """A figure as it is typed in a file: no separators, no exponent."""
    return f"{float(figure):.6f}".rstrip("0").rstrip(".")


def _percent(share: float | None) -> str:
    return f"{100 * (share or 0.0):.6g} %"
