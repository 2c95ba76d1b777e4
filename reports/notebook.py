"""How a plan shows itself in a notebook; `models.plan` finds these two by the entry points `spanwise.notebook`."""

from __future__ import annotations

from markupsafe import Markup

from models.plan import Plan
from reports import shown
from reports.story import Story


def chart(plan: Plan | Story, name: str, width: int = 720) -> object:
    """Draw a chart by name as an altair chart; see `reports.charts.gallery.chart`."""
    from reports.charts.gallery import chart as draw

    return draw(plan, name, width)


def card(plan: Plan) -> str:
    """The plan's headline figures as a small HTML table."""
    story, years = Story(plan), plan.district.year_names
    span = f"{years[0]}" if len(years) == 1 else f"{years[0]} to {years[-1]}"
    spending = float(story.by_year(plan.money["spending"])[0])
    rows = [
        ("Status", str(plan.status)),
        ("Pupils fully served", shown.share(plan.coverage, "coverage")),
        *(
            (f"in scenario {name}", shown.share(share, f"coverage.{name}"))
            for name, share in plan.coverage_by_scenario.items()
            if len(plan.coverage_by_scenario) > 1
        ),
        ("Leader stipend a year", shown.dollars(plan.stipend, "stipend")),
        ("Teachers for each leader", shown.ratio(plan.teachers_per_leader, "teachers_per_leader")),
        (f"Spending in {years[0]}", shown.dollars(spending, f"money.spending.{years[0]}")),
        ("Certificate", "holds" if plan.certificate.holds else "does not hold"),
    ]
    body = Markup("").join(
        Markup(
            '<tr><th scope="row" style="text-align:left">{}</th><td style="text-align:right">{}</td></tr>'
        ).format(*row)
        for row in rows
    )
    caption = Markup('<caption style="text-align:left"><b>{}</b>, {}</caption>').format(
        plan.district.name, span
    )
    return Markup("<table>{}<tbody>{}</tbody></table>").format(caption, body)
