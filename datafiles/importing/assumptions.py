"""What no public file says and an import needs all the same; each stands in every report that rests on it."""

from __future__ import annotations

PUPILS_PER_TEACHER = 15.1  # NEA 2024: all teachers, 2023-24
SPECIAL_SHARE = 0.14  # of teachers; 8.8 % in Texas 2015-16, 20 % in Chicago's roster of June 2019
PREPARATION = 1.0 / 6.0  # teachers without a homeroom for each core teacher: one period of six
AIDES_STAY = 0.5  # of aides; nobody publishes what share is bound to pupils with special needs
TEACHER_SHARE = (
    0.78  # of instruction spending that is teachers' pay: US districts, finance 2018-19, teachers 2023-24
)
OUT_OF_SCOPE = 0.42  # of funding, where no finance is known: Texas 2015-16, teachers and aides in scope
OUT_OF_SCOPE_WITHOUT_AIDES = 0.51  # all US districts, teachers alone in scope
LEAST_OUT_OF_SCOPE = 0.10  # of current spending; below it the book's pay is too high for the district
PAY_INDEX = (0.6, 1.5)  # bounds of a pay index that is drawn from spending
LOWEST_PAY_INDEX = 0.5
LOW_INCOME_WEIGHT = 0.5  # need weight of a low-income pupil above 1
PUPILS_PER_UNIT = (
    500.0  # pupils of a school where only the district is known; what the books' start-up cost is for
)

TEXTS = {
    "teachers": f"teachers are not in the data: one for {PUPILS_PER_TEACHER:g} pupils, the national average of 2023-24 (NEA 2024)",
    "prek": "teachers of pre-kindergarten are taken out by the share of its pupils; pre-kindergarten is outside the plan",
    "special": (
        f"special education teachers are {100 * SPECIAL_SHARE:.0f} % of all teachers (assumption; 8.8 % in Texas 2015-16, 20 % in"
        " Chicago 2019), and stay outside all teams"
    ),
    "special_in_class": "the other teachers are fewer than the classes: special education teachers are counted as class teachers too",
    "core": (
        "core teachers are as many as the book's traditional class asks for; the other teachers are specialists, of whom the special"
        " education teachers and one for six core teachers (a preparation period a day) stay outside all teams (assumption)"
    ),
    "aides": (
        f"{100 * AIDES_STAY:.0f} % of the aides are bound to pupils with special needs or to rooms outside the plan, and stay"
        " outside all teams (assumption)"
    ),
    "no_aides": "aides are not in the data; the plan starts with none",
    "no_counselors": "counselors are not in the data; they are paid from out-of-scope spending",
    "spread": "staff that is known for the district alone is spread over its schools by enrollment",
    "grades": "pupils are known in total and spread evenly over the grades offered, kindergarten to grade 12",
    "one_unit": (
        "schools are not in the data: the district is one unit, and start-up costs are those of one school for each"
        f" {PUPILS_PER_UNIT:g} pupils"
    ),
    "units": "the district is one unit; start-up costs are those of its number of schools",
    "growth": (
        "dollars of fiscal year {year} are brought to {to} by the growth of average teacher pay, × {factor:.3f}"
        " (datafiles/importing/pay_years.csv)"
    ),
    "pay_by_salary": "pay index: the district's average teacher salary, brought to the book's year, over the book's",
    "pay_by_compensation": "pay index: salaries and benefits of instruction staff over what the book pays the same teachers and aides",
    "pay_by_instruction": (
        f"pay index: {100 * TEACHER_SHARE:.0f} % of instruction spending over what the book pays the same teachers, held to"
        f" {PAY_INDEX[0]:g} to {PAY_INDEX[1]:g} (the share is that of all US districts)"
    ),
    "pay_by_book": "pay is the book's; nothing in the data says what teachers earn here",
    "pay_lowered": (
        f"the book's pay is lowered so that out-of-scope spending is {100 * LEAST_OUT_OF_SCOPE:.0f} % of current spending: at the"
        " book's pay today's staff would cost more than the district spends"
    ),
    "spending_raised": (
        f"the data's spending is below today's staff even at {100 * LOWEST_PAY_INDEX:.0f} % of the book's pay; funding is raised to"
        " afford it"
    ),
    "funding": (
        "funding is current spending per pupil × pupils of kindergarten to grade 12; fixed_spending is what remains of it after"
        " today's staff in the plan's scope, the hires that replace today's attrition and the upkeep of today's carts; the part of"
        " the funding that pays it is fixed, the rest follows pupils"
    ),
    "funding_by_school": (
        "a school's funding is its current spending in the data; fixed_spending is what remains of it after today's staff in the"
        f" plan's scope, their replacement and the upkeep of today's carts, but never below {100 * LEAST_OUT_OF_SCOPE:.0f} %; the part"
        " of the funding that pays it is fixed, the rest follows pupils"
    ),
    "funding_by_cost": (
        "no finance is in the data: funding is what today's staff costs, and out-of-scope spending is"
        f" {100 * OUT_OF_SCOPE:.0f} % of the whole, as in Texas 2015-16 ({100 * OUT_OF_SCOPE_WITHOUT_AIDES:.0f} %, as in all US districts,"
        " where aides are not in the data)"
    ),
    "funding_growth": "funding grows as teachers' pay does ({percent:g} % a year), so that today's staff stays affordable (assumption)",
    "label": (
        "the plan's first year is called {first}, and its dollars are those of fiscal {year}: funding and prices rise from the second"
        " year on (first_year in district.toml gives it another name)"
    ),
    "devices": "a cart seat for each pupil, of all ages in equal parts; no team-taught pupils and no trained places today (assumption)",
    "adults": "min_adults_per_100_pupils is lowered to today's own teachers and aides, which are fewer than the book asks for",
    "lean": (
        "has fewer teachers than one for each traditional class: a lawful plan hires first, and there may be none within today's funding"
    ),
    "lawful": (
        "a school with fewer teachers than one for each traditional class gets the funding to hire them, and keeps its"
        " out-of-scope spending: one school without a plan would leave the whole district without one"
    ),
    "odd_ratio": "has fewer than 2 or more than 60 pupils per teacher: check the teachers",
}  # fmt: skip
