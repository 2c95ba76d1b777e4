"""The card of `spanwise stress`: the deepest cuts side by side, the cut ladder, and what gives way first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.resilience import Absorbed, Resilience
from models.rung import GIVES_WAY, Rung
from reports.figures import count, cut, dollars, percent, plural
from reports.text import columns, heading

SHOWN = 12  # schools on the card; all are in --json and --out
NONE = "none"
HELD = {
    "quarter": "a quarter of each school's planned coverage",
    "half": "half of it",
    "all": "all of it",
}
ITEMS = ("teachers", "leaders", "aides", "specialists")


def resilience_card(answer: Resilience, names: Mapping[str, str], source: str = "FOLDER") -> str:
    """Render the card; `names` are the schools' names by id, `source` is what the planner typed."""
    lines = [
        *_title(answer),
        *_cuts(answer),
        *_schools(answer, names),
        *_ladder("Cut ladder", answer.ladder),
        *_presets(answer.presets),
        *_words(answer),
        *heading("Next"),
        *columns(
            [
                [f"spanwise frontier {source}", "what more or less money buys, to the breakpoint"],
                [f"spanwise stress {source} --hold-coverage 0.5", "with a level of service held"],
                [f"spanwise stress {source} --presets", "cuts that happened elsewhere, with their sources"],
            ]
        ),
    ]
    return "\n".join(lines)


def _title(answer: Resilience) -> list[str]:
    first, last = answer.years
    when = f"strikes {first}" if first == last else f"strikes {first} to {last}"
    warning = (
        "It comes as a surprise: the first year is held at the plan."
        if answer.surprise
        else "It is announced before the first year is planned."
    )
    return [
        f"{answer.district}: the deepest cut of funding that leaves a plan",
        f"  Every cut {when}. {warning}",
        *(f"  {note}" for note in answer.notes),
    ]


def _cuts(answer: Resilience) -> list[str]:
    rows = [["Held while all funding is cut", "all patterns", "traditional only"]]
    rows.append(["nothing: what the rules allow", _cut(answer.bare["all"]), _cut(answer.bare["traditional"])])
    rows += [[HELD[name], _cut(absorbed), ""] for name, absorbed in answer.held.items()]
    asked = _asked(answer)
    if asked:
        rows.append([f"as asked: {asked}", _cut(answer.cut["all"]), _cut(answer.cut["traditional"])])
    return heading("The district") + columns(rows, right=(1, 2))


def _asked(answer: Resilience) -> str:
    parts = []
    if answer.hold_coverage is not None:
        parts.append(f"every school covers {percent(answer.hold_coverage)} (not traditional)")
    if answer.hold_adults is not None:
        parts.append(f"{percent(answer.hold_adults)} of today's adults per pupil")
    if answer.surprise:
        parts.append("no warning")
    return ", ".join(parts)


def _cut(absorbed: Absorbed) -> str:
    return NONE if absorbed.district is None else cut(absorbed.district)


def _share(deepest: float | None) -> str:
    return NONE if deepest is None else cut(deepest)


def _schools(answer: Resilience, names: Mapping[str, str]) -> list[str]:
    both = {patterns: absorbed.by_school for patterns, absorbed in answer.cut.items()}
    schools = list(both["all"] or both["traditional"])
    if len(schools) < 2:
        return []
    first = both["all"] if both["all"] else both["traditional"]
    schools.sort(key=lambda school: -1.0 if first[school] is None else float(first[school] or 0.0))
    rows = [["Cut alone, the weakest first", "all patterns", "traditional only"]]
    rows += [
        [names.get(school, school), _share(both["all"].get(school)), _share(both["traditional"].get(school))]
        for school in schools[:SHOWN]
    ]
    lines = heading(
        "One school, while the others keep their funding" + (" (as asked)" if _asked(answer) else "")
    )
    lines += columns(rows, right=(1, 2))
    if len(schools) > SHOWN:
        lines.append(f"  and {len(schools) - SHOWN:,} more; --json and --out have all")
    return lines


def _ladder(title: str, rungs: Sequence[Rung]) -> list[str]:
    if not rungs:
        return []
    rows = [["Cut", "coverage", *(f"{item}" for item in ITEMS), "", "gives way first"]]
    for rung in rungs:
        name = f"{percent(rung.cut, 1)}{' *' if rung.past_floor else ''}"
        if rung.coverage is None:
            rows.append([name, "no plan", *[""] * len(ITEMS), "", _missing(rung)])
        else:
            fte = [count(rung.amounts[item], 1) for item in ITEMS]
            rows.append([name, percent(rung.coverage), *fte, "", _gives_way(rung)])
    lines = heading(f"{title} (people are FTE per 1,000 pupils)") + columns(rows, right=range(2 + len(ITEMS)))
    if any(rung.past_floor for rung in rungs):
        lines.append("  * past the Title I line: at least 90 % of last year's state and local funding")
    return lines


def _missing(rung: Rung) -> str:
    if rung.missing is None:
        return "a rule other than the budget stands in the way; see 'spanwise explain'"
    return f"{dollars(rung.missing)} more would make one (expected, all years)"


def _gives_way(rung: Rung) -> str:
    hit = [f"{item} {percent(-rung.falls[item], 0)}" for item in rung.gives_way[:4]]
    return ", ".join(hit) if hit else "nothing"


def _presets(rungs: Sequence[Rung]) -> list[str]:
    lines: list[str] = []
    for rung in rungs:
        lines += heading(f"{rung.label} ({rung.name}): {rung.shock}")
        if rung.coverage is None:
            lines.append(f"  No plan; {_missing(rung)}.")
        else:
            lines.append(f"  Coverage {percent(rung.coverage)}; gives way first: {_gives_way(rung)}.")
        lines.append(f"  Laid on this district: {rung.how}.")
        lines.append(f"  Source: {rung.source}{f', {rung.url}' if rung.url else ''}")
        if rung.past_floor:
            lines.append("  Past the Title I line: at least 90 % of last year's state and local funding.")
    return lines


def _words(answer: Resilience) -> list[str]:
    return [
        "",
        f"  An item gives way when the plan has {percent(GIVES_WAY, 0)} less of it a pupil and year than without a cut, hardest hit first:",
        "  people in FTE; technology (recurring), devices, development and training in dollars; coverage.",
        f"  {plural(answer.solves, 'solve')}, {answer.cold:,} of them from scratch.",
    ]
