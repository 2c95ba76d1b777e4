"""What was assumed, each with its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from markupsafe import Markup

from models.dial import unit_of
from models.settings import Settings
from reports import shown, words
from reports.blocks import Bullets, Paragraph, Section, Table, say
from reports.shown import Shown
from reports.story import Story

OWN = "the district's own"
TEXTS = {
    "school": "each school on its own",
    "district": "the district together",
    "uniform": "one for all schools",
    "by_school": "school by school",
    "expected": "expected coverage",
    "worst_case": "the worst scenario",
    "max_min": "the school served least",
}
CHOICES = {
    "funding.pool": "funding belongs to",
    "leaders.stipend_policy": "stipends are set",
    "staff.mobility": "people may work at",
    "coverage.objective": "what is maximised",
}


def assumptions(story: Story) -> Section:
    """List prices, patterns, packages, stipends, scenarios, rules and their sources."""
    text = say(
        "Every figure below was handed in with the district’s files and can be changed there. Where"
        " a source is named in short, its full title stands at"
        " the end of this section."
    )
    tables = [
        _roles(story),
        _patterns(story),
        _packages(story),
        _devices(story),
        _stipends(story),
        _scenarios(story),
        _settings(story),
    ]
    blocks: list[object] = [Paragraph(text), *(table for table in tables if table.rows)]
    cited = _cited(story)
    if cited:
        blocks += [Paragraph(say("Sources named above:")), Bullets(cited)]
    return Section("assumptions", "What was assumed, and where it comes from", blocks)


def _source(text: str) -> str:
    return text.strip() or OWN


def _roles(story: Story) -> Table:
    roles = story.district.roles
    rows = [
        [
            label,
            shown.exact_dollars(float(roles.salary[r]), f"roles.{name}.salary"),
            shown.share(float(roles.benefits_rate[r]), f"roles.{name}.benefits_rate"),
            shown.share(float(roles.annual_raise[r]), f"roles.{name}.annual_raise"),
            shown.share(float(roles.attrition_rate[r]), f"roles.{name}.attrition_rate"),
            _source(roles.source[r]),
        ]
        for r, (name, label) in enumerate(zip(roles.id, roles.label))
    ]
    head = ["Role", "Salary, $ a year", "Benefits on pay", "Raise a year", "Leave in a year", "Source"]
    return Table("Pay and people", head, rows)


def _patterns(story: Story) -> Table:
    models = story.district.team_models
    rows = [
        [
            label,
            shown.number(float(models.pupils[m]), "pupils", of=f"team_models.{name}.pupils"),
            shown.share(float(models.credit[m]), f"team_models.{name}.credit", 0),
            shown.share(float(models.release[m]), f"team_models.{name}.release", 0),
            _source(models.source[m]),
        ]
        for m, (name, label) in enumerate(zip(models.id, models.label))
    ]
    head = [
        "Way of teaching",
        "Pupils in a team",
        "What it does for a pupil (credit)",
        "Leader's day without a class",
        "Source",
    ]
    return Table("Ways of teaching", head, rows)


def _packages(story: Story) -> Table:
    packages, devices = story.district.technology, story.district.device_types
    rows = [
        [
            label,
            shown.share(float(packages.reach[k]), f"technology.{name}.reach", 0),
            shown.exact_dollars(float(packages.annual_per_pupil[k]), f"technology.{name}.annual_per_pupil"),
            devices.label[packages.device[k]] if packages.device[k] >= 0 else "none",
            _source(packages.source[k]),
        ]
        for k, (name, label) in enumerate(zip(packages.id, packages.label))
    ]
    return Table(
        "Technology packages",
        ["Package", "What it does for a pupil (reach)", "$ a pupil and year", "Device", "Source"],
        rows,
    )


def _devices(story: Story) -> Table:
    devices = story.district.device_types
    rows = [
        [
            label,
            shown.exact_dollars(
                float(devices.purchase_per_seat[v]), f"device_types.{name}.purchase_per_seat"
            ),
            shown.number(float(devices.life_years[v]), "years", of=f"device_types.{name}.life_years"),
            _source(devices.source[v]),
        ]
        for v, (name, label) in enumerate(zip(devices.id, devices.label))
    ]
    return Table("Devices", ["Device", "Price of a seat", "Life, years", "Source"], rows)


def _stipends(story: Story) -> Table:
    schedule = story.district.stipends
    rows = [
        [
            shown.exact_dollars(float(stipend)).text,
            shown.share(float(share), f"stipends.{stipend:g}.take_up", 0),
        ]
        for stipend, share in zip(schedule.stipend, schedule.take_up)
    ]
    return Table("Share of eligible teachers who accept the leader role", ["Stipend", "Accept"], rows)


def _scenarios(story: Story) -> Table:
    scenarios = story.district.scenarios
    rows: list[list[str | Shown]] = []
    for c, (name, label) in enumerate(zip(scenarios.id, scenarios.label)):
        shocks = []
        for what, amounts in (
            ("funding", scenarios.funding_change),
            ("pupils", scenarios.enrollment_change),
            ("pay", scenarios.pay_change),
        ):
            shocks += _spans(what, [float(size) for size in amounts[c]], story.years)
        rows.append(
            [
                label or name,
                shown.share(float(scenarios.probability[c]), f"chance.{name}", 0),
                "; ".join(shocks) or "no change",
            ]
        )
    return Table("Scenarios", ["Scenario", "Chance", "What changes"], rows)


def _spans(what: str, sizes: Sequence[float], years: Sequence[int]) -> list[str]:
    """Shocks in words; years in a row with the same shock are told together."""
    found = []
    for size, run in groupby(zip(sizes, years), key=lambda pair: pair[0]):
        of = [year for _, year in run]
        if size:
            when = f"in {of[0]}" if len(of) == 1 else f"from {of[0]} to {of[-1]}"
            found.append(f"{what} {shown.change(size).text} {when}")
    return found


def _settings(story: Story) -> Table:
    return Table(
        "Rules and rates of the district",
        ["Rule or rate", "Value"],
        list(_setting_rows(story.district.settings)),
    )


def _setting_rows(settings: Settings) -> Iterable[list[str | Shown]]:
    for section in ("funding", "leaders", "staff", "launch", "technology", "coverage"):
        for key, value in vars(getattr(settings, section)).items():
            name = f"{section}.{key}"
            if value is None:
                yield [words.SETTINGS.get(name, name), "no such rule"]
            elif isinstance(value, str):
                yield [CHOICES.get(name, name), TEXTS.get(value, value)]
            elif unit_of(name) == "$":
                yield [words.SETTINGS[name], shown.exact_dollars(float(value), name)]
            elif key == "min_adults_per_100_pupils":
                yield [words.SETTINGS[name], shown.number(float(value), "", 1, name)]
            else:
                yield [words.SETTINGS[name], shown.share(float(value), name)]


def _cited(story: Story) -> list[Markup]:
    district = story.district
    columns = (
        district.roles.source,
        district.team_models.source,
        district.technology.source,
        district.device_types.source,
    )
    shorts = dict.fromkeys(
        part.strip() for column in columns for text in column for part in re.split(r";", text) if part.strip()
    )
    known = [(name, story.publications[name]) for name in shorts if name in story.publications]
    return [
        say("{}: {}{}", name, entry.title, f" ({entry.url})" if entry.url else "")
        if entry.title != name
        else say("{}{}", name, f" ({entry.url})" if entry.url else "")
        for name, entry in sorted(known)
    ]
