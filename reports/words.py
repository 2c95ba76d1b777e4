"""The names of things in a planner's words, for reports, workbooks and charts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.district import District

MONEY_ROWS = {
    "Salaries": ("salaries",),
    "Benefits": ("benefits",),
    "Leader stipends, with benefits": ("stipends", "stipend_benefits"),
    "Technology, yearly": ("technology",),
    "Development of teams, yearly": ("development",),
    "Hiring and layoffs": ("hiring", "layoffs"),
    "Outside the plan's scope": ("out_of_scope",),
}
STARTUP_ROWS = {
    "Devices bought": ("devices",),
    "Training of new team places": ("training",),
    "Launch of schools": ("launch",),
    "Paid from start-up grants": ("startup_grant",),
}
CLOSING = {  # under the lines of spending: what is there is spent, kept or left over
    "Total spending": "spending",
    "Funding": "funding",
    "Reserve from the year before": "reserve_before",
    "Missing funding": "shortfall",
    "Reserve kept for next year": "reserve",
    "Left over, not spent": "unspent",
}
OBJECTIVES = {
    "expected": "the expected share of pupils served",
    "worst_case": "the share of pupils served in the worst scenario",
    "max_min": "the share of pupils served at the school that is served least",
}
SPENDING = {
    "salaries": "Salaries",
    "benefits": "Benefits",
    "stipends": "Leader stipends",
    "technology": "Technology and devices",
    "development": "Development and training",
    "other": "Other",
    "total": "Total",
}
MOVES = {
    "stay": "keep their role",
    "left": "leave of themselves",
    "converted": "change their role",
    "moved": "change their school",
    "hired": "are hired",
    "laid_off": "are laid off",
}
RULES = {
    "budget": "the budget",
    "startup_cap": "the limit on start-up spending",
    "technology_cap": "the limit on yearly technology",
    "growth": "how fast teams may grow",
    "seats": "seats (devices)",
    "training": "trained places",
    "launch": "launching the school",
    "staff_flow": "people to hire or keep",
    "position_loss": "the limit on lost positions",
    "positions": "staff that must stay outside the teams",
    "adult_floor": "the least number of adults",
    "leader_share": "the limit on leaders",
    "eligible_teachers": "teachers who may lead",
    "stipend_take_up": "teachers who accept the stipend",
    "reserve_cap": "the limit on the reserve",
    "school_floor": "the least coverage of a school",
    "startup_grant": "the start-up grant",
    "transfer": "the pool between schools",
    "placement": "every pupil has a class",
    "equipment": "every pupil has a package",
}
SETTINGS = {
    "funding.growth": "growth of funding",
    "funding.price_growth": "growth of prices",
    "funding.max_transfer_share": "transfers between schools",
    "funding.reserve_max_share": "reserve allowed",
    "leaders.stipend_min": "lowest stipend",
    "leaders.stipend_max": "highest stipend",
    "leaders.stipend_benefits_rate": "benefits on stipends",
    "leaders.eligible_share": "teachers who may lead",
    "leaders.max_leader_share": "leaders allowed",
    "staff.layoff_cost": "cost of a layoff",
    "staff.hiring_cost": "cost of hiring",
    "staff.max_position_loss_share": "positions that may be lost",
    "staff.min_adults_per_100_pupils": "adults for 100 pupils",
    "launch.per_pupil": "training for a new team place",
    "launch.fixed_per_school": "launch of a school",
    "launch.development_per_pupil": "yearly team development",
    "launch.turnover": "trained staff who leave",
    "launch.startup_max_share": "start-up allowed",
    "technology.max_share": "yearly technology allowed",
    "coverage.max_growth_per_year": "growth of teams allowed",
    "coverage.min_school_share": "least coverage of a school",
    "schools.funding_per_pupil": "funding per pupil",
    "schools.fixed_funding": "fixed funding",
    "schools.fixed_spending": "spending outside the plan",
    "schools.startup_grant": "start-up grants",
    "schools.enrollment_growth": "enrollment growth",
    "schools.pay_index": "pay level of schools",
    "grade_bands.max_pupils_per_teacher": "pupils allowed per teacher",
    "enrollment.pupils": "pupils",
    "roles.salary": "salaries",
    "roles.benefits_rate": "benefits",
    "roles.attrition_rate": "staff who leave in a year",
    "roles.annual_raise": "yearly raises",
    "team_models.release": "leaders' released time",
    "team_models.credit": "what a team does for a pupil",
    "technology.reach": "what technology does for a pupil",
    "technology.annual_per_pupil": "yearly price of technology",
    "device_types.purchase_per_seat": "price of a device",
    "device_types.life_years": "life of a device",
    "stipends.stipend": "stipends asked for",
    "stipends.take_up": "teachers who accept a stipend",
    "staff.minimum": "staff kept outside the teams",
    "scenarios.funding_change": "depth of funding cuts",
    "scenarios.enrollment_change": "depth of enrollment losses",
    "scenarios.pay_change": "size of pay shocks",
}


LIMITS = {
    "funding": "money",
    "staff: outside the teams": "staff that must stay outside the teams",
    "staff: positions to keep": "positions that must be kept",
    "staff: hiring": "the cost of hiring",
    "staff: adults": "the least number of adults",
    "growth": "how fast teams may grow",
    "devices": "devices",
    "training": "trained places",
    "reserve cap": "the limit on the reserve",
    "start-up grant": "the start-up grant",
}


def limit(name: str) -> str:
    """What holds a school back, in a planner's words."""
    return LIMITS.get(name, name.removeprefix("staff: "))


def short(label: str, most: int = 44) -> str:
    """A label without its parenthesis, and cut where it is still long."""
    label = label.split(" (")[0].strip() or label
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"


def roles(district: District) -> dict[str, str]:
    """Short labels of the roles by id."""
    return {role: short(label) for role, label in zip(district.roles.id, district.roles.label)}


def setting(name: str) -> str:
    """A setting or column in a planner's words; a row of a table follows its name."""
    plain, _, member = name.partition("@")
    words = SETTINGS.get(plain, plain)
    return f"{words}: {member}" if member else words


def closing(money: Mapping[str, NDArray[np.float64]]) -> dict[str, str]:
    """The closing lines of a budget, spending and funding and others that are not 0."""
    return {
        title: line
        for title, line in CLOSING.items()
        if line in ("spending", "funding") or np.abs(money[line]).max(initial=0.0) > 0.5
    }


def rule(name: str) -> str:
    """A rule in a planner's words, by its id or the id of its part (`training.stock`)."""
    return RULES.get(name, RULES.get(name.split(".")[0], name))
