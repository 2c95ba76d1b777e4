"""The card of `explain`: what the rules are worth and what holds a district back, or why it has no plan."""

from __future__ import annotations

import math
from itertools import groupby

from models.explanation import Collision, Explanation, ExtraMoney, Price, Question
from reports.figures import count, dollars, few_points, more_dollars, percent, plural, points
from reports.text import columns, heading

OBJECTIVES = {
    "expected": "expected coverage",
    "worst_case": "coverage in the worst scenario",
    "max_min": "coverage of the worst school",
}
SHARES_OF_FUNDING = ("startup_cap", "technology_cap", "reserve_cap", "transfer")
PLACES_SHOWN = 3  # of one rule
SCHOOLS_SHOWN = 25
COLLISIONS_SHOWN = 6  # of one rule
AMOUNTS_SHOWN = 20
BUYS_SHOWN = 8
WHERE_SHOWN = 8


def explanation_card(explanation: Explanation, source: str = "FOLDER") -> str:
    """Render the answer as plain text; `source` is what the planner typed, for the next steps."""
    lines = _with_plan(explanation, source) if explanation.has_plan else _without_plan(explanation, source)
    return "\n".join(lines)


# ---- with a plan -------------------------------------------------------------------------------------------------


def _with_plan(explanation: Explanation, source: str) -> list[str]:
    title = (
        f"{explanation.district}: {percent(explanation.coverage)} of pupils fully served"
        f" (maximised: {OBJECTIVES[explanation.objective]})"
    )
    lines = [title, *_limits(explanation), *_prices(explanation), *_settings(explanation)]
    if explanation.extra is not None:
        lines += _extra(explanation, explanation.extra)
    if explanation.notes:
        lines += heading("How to read this") + [f"  {note}" for note in explanation.notes]
    steps = [
        [f"spanwise explain {source} --out DIR", "every price, its range and its row in the model as CSV"],
        [f"spanwise frontier {source}", "coverage against funding, exactly"],
    ]
    return lines + heading("Next") + columns(steps)


def _limits(explanation: Explanation) -> list[str]:
    rows = []
    for limit in explanation.limits[:SCHOOLS_SHOWN]:
        gain = limit.gains.get(limit.main)
        worth = "" if gain is None else f"1 % looser: {_gain(gain, explanation)}"
        also = f"; also {', '.join(limit.others)}" if limit.others else ""
        rows.append([limit.school, percent(limit.coverage), limit.main + also, worth])
    lines = heading("What limits each school") + columns(rows, right=(1,))
    if len(explanation.limits) > SCHOOLS_SHOWN:
        lines.append(
            f"  and {plural(len(explanation.limits) - SCHOOLS_SHOWN, 'more school')}, with --out or --json"
        )
    return lines


def _gain(gain: float, explanation: Explanation) -> str:
    """Covered pupils more, or points of the coverage that is maximised."""
    if explanation.objective == "expected" or not explanation.scale:
        places = 0 if abs(gain) >= 99.5 else 1 if abs(gain) >= 9.95 else 2
        return f"{count(gain, places)} more pupils"
    return few_points(gain / explanation.scale)


def _verb(explanation: Explanation) -> str:
    return {
        "expected": "covers",
        "worst_case": "lifts the worst scenario by",
        "max_min": "lifts the worst school by",
    }[explanation.objective]


def _prices(explanation: Explanation) -> list[str]:
    lines = heading("What one step of a rule is worth")
    told = False
    for _, of_rule in groupby(explanation.prices, key=lambda price: price.rule):
        entries = list(of_rule)
        worth = sorted(
            (price for price in entries if price.examined and price.whole > 0), key=lambda p: -p.whole
        )
        lines += [_price(price, explanation) for price in worth[:PLACES_SHOWN]]
        told = told or bool(worth)
        rest = len(entries) - min(len(worth), PLACES_SHOWN)
        if worth and rest:
            lines.append(f"      and {rest:,} more place{'s' if rest > 1 else ''}")
    if not told:
        lines.append("  Nothing: no rule that could be loosened holds coverage back by itself.")
    return lines


def _price(price: Price, explanation: Explanation) -> str:
    words = price.words[0].upper() + price.words[1:]
    text = f"  {words} {_verb(explanation)} {_gain(price.whole, explanation)}"
    steady = price.high >= price.step or price.whole > 0.99 * price.more
    at_first = "" if steady else f"{_gain(price.more, explanation)} a step at first; "
    text += f" ({at_first}the price holds {_range(price)})"
    if not price.unique:
        text += f"; a step less loses {_gain(price.less, explanation).replace(' more', '')}"
    return text


def _range(price: Price) -> str:
    """The range over which the price holds, as changes of the right side."""
    high = _end(price.high, price.unit, "+", "just above 0")
    if not price.less_exists or price.low == 0:
        return f"up to {high}" if high else "without end"
    low = _end(-price.low, price.unit, "−", "just below 0")
    if not low and not high:
        return "without end"
    return f"from {low} to {high}" if low and high else f"from {low} on" if low else f"up to {high}"


def _end(amount: float, unit: str, sign: str, hair: str) -> str:
    """How far a range reaches to one side, with its unit; nothing where it is without end."""
    if math.isinf(amount) or math.isnan(amount):
        return ""
    if amount < (0.5 if unit == "$" else 0.001):
        return hair
    if unit == "$":
        return f"{sign}{dollars(amount)}"
    return f"{sign}{count(amount) if amount >= 99.5 else f'{amount:.2g}'} {unit}"


def _settings(explanation: Explanation) -> list[str]:
    if not explanation.settings:
        return []
    lines = heading("Settings one step looser, each alone (solved again)")
    useful = sorted((q for q in explanation.settings if q.gain > 0), key=lambda q: -q.gain)
    for question in useful:
        words = question.words[0].upper() + question.words[1:]
        share = "" if explanation.objective != "expected" or not explanation.scale else (
            f" ({points(question.gain / explanation.scale)})"
        )  # fmt: skip
        lines.append(f"  {words} {_verb(explanation)} {_gain(question.gain, explanation)}{share}")
        lines.append(f"      {_change(question)}")
    idle = [question for question in explanation.settings if question.gain <= 0]
    if idle:
        lines.append("  No effect alone:")
        lines += [f"      {q.words}{f' ({q.note})' if q.note else ''}" for q in idle]
    return lines


def _change(question: Question) -> str:
    note = f"; {question.note}" if question.note else ""
    return f"{question.setting}: {question.before:g} to {question.after:g}{note}"


def _extra(explanation: Explanation, extra: ExtraMoney) -> list[str]:
    years = len(explanation.years)
    lines = heading(f"{dollars(extra.yearly)} more every year, placed where it covers most")
    if extra.gain <= 1e-6:
        return [*lines, "  Covers nobody more: it is not money that coverage lacks."]
    share = f" ({points(extra.share)})" if explanation.objective == "expected" else ""
    lines.append(f"  {_verb(explanation).capitalize()} {_gain(extra.gain, explanation)}{share}")
    by_school: dict[str, float] = {}
    for used in extra.used:
        by_school[used.school] = by_school.get(used.school, 0.0) + used.probability * used.amount / years
    order = sorted(by_school.items(), key=lambda item: -item[1])
    lines.append("  Where, on average a year")
    lines += columns(
        [[school, dollars(amount)] for school, amount in order[:WHERE_SHOWN]], right=(1,), indent=4
    )
    if len(order) > WHERE_SHOWN:
        lines.append(f"    and {plural(len(order) - WHERE_SHOWN, 'more school')}")
    if extra.buys:
        lines.append("  What changes, on average a year")
        rows = [[what, _signed(more, unit)] for what, more, unit in extra.buys[:BUYS_SHOWN]]
        lines += columns(rows, right=(1,), indent=4)
        if len(extra.buys) > BUYS_SHOWN:
            lines.append(f"    and {len(extra.buys) - BUYS_SHOWN:,} more figures, with --json")
    return lines


def _signed(more: float, unit: str) -> str:
    if unit == "$":
        return more_dollars(more)
    sign = "+" if more > 0 else "−"
    return f"{sign}{count(abs(more), 2 if unit == 'FTE' else 0 if abs(more) >= 9.5 else 1)} {unit}"


# ---- without a plan ----------------------------------------------------------------------------------------------


def _without_plan(explanation: Explanation, source: str) -> list[str]:
    lines = [f"{explanation.district}: no plan satisfies all rules."]
    conflict = explanation.conflict
    if conflict is None:
        lines += heading("Rules collide by less than the solver can tell apart; no single set can be named.")
    else:
        under = (
            ""
            if conflict.stipend is None
            else f" under one stipend everywhere, here {dollars(conflict.stipend)}"
        )
        lines += heading(
            f"These {len(conflict.rules):,} rules collide{under}; without any one of them the others can be kept"
            if len(conflict.rules) > 1
            else f"This rule cannot be kept, whatever the others{under}"
        )
        for rule, of_rule in groupby(conflict.rules, key=lambda c: c.rule):
            lines += _collisions(rule, list(of_rule))
        if conflict.stipend is not None:
            lines.append(
                '  district.toml: leaders.stipend_policy uniform; "by_school" would remove this collision.'
            )
    if conflict is not None and conflict.despite_funding:
        lines += heading("More money to spend does not help: these rules collide however much a grant adds.")
        lines.append("  Change one of the figures named above.")
        if any(collision.rule in SHARES_OF_FUNDING for collision in conflict.rules):
            lines.append(
                "  A limit that is a share of funding rises with funding_per_pupil and fixed_funding."
            )
        return lines
    lines += _missing(explanation)
    if explanation.notes:
        lines += [f"  {note}" for note in explanation.notes]
    if explanation.missing:
        lines += heading("Next") + columns(
            [[f"spanwise solve {source} --with-shortfall", "the plan with this hole in it"]]
        )
    return lines


def _collisions(rule: str, found: list[Collision]) -> list[str]:
    lines = [f"  {rule}: {found[0].words}"]
    for collision in found[:COLLISIONS_SHOWN]:
        lines.append(f"    {_where(collision)}: {collision.asks}")
        lines += [f"      {place}" for place in collision.places]
    if len(found) > COLLISIONS_SHOWN:
        schools = {collision.school for collision in found}
        among = f", {len(schools):,} schools in all" if len(schools) > 1 else ""
        lines.append(f"    and {len(found) - COLLISIONS_SHOWN:,} more{among}; all with --out or --json")
    return lines


def _where(collision: Collision) -> str:
    node = collision.node.partition(".")[2]
    when = "" if collision.year is None else f"{collision.year}{f' in {node}' if node else ''}"
    return ", ".join(part for part in (collision.school or "all schools", when) if part)


def _missing(explanation: Explanation) -> list[str]:
    if not explanation.missing:
        return []
    lines = heading("Least extra funding that gives a plan")
    rows = []
    for amount in explanation.missing[:AMOUNTS_SHOWN]:
        node = amount.node.partition(".")[2]
        rows.append([amount.school, str(amount.year), f"in {node}" if node else "", f"${amount.amount:,.2f}"])
    lines += columns(rows, right=(3,))
    rest = explanation.missing[AMOUNTS_SHOWN:]
    if rest:
        lines.append(f"  and {len(rest):,} more amounts, with --out or --json")
    several = len(explanation.missing) > 1
    if several:
        weighted = (
            ", weighted with probabilities" if any(a.probability < 1 for a in explanation.missing) else ""
        )
        lines.append(f"  Together{weighted}: ${explanation.missing_expected:,.2f}")
    short = {amount.school_id for amount in explanation.missing}
    named = (
        {collision.school_id for collision in explanation.conflict.rules} if explanation.conflict else short
    )
    if not short <= named:
        lines.append(f"  {len(short):,} schools lack funding; the collision above is the first of them.")
    return lines
