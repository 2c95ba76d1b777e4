"""Charts as SVG and PNG, made without a browser and without a network."""

from __future__ import annotations

import re

from markupsafe import Markup

from reports.charts.drawing import Chart
from reports.charts.room import roomy

SCALE = 2.0  # of a PNG: two dots a pixel


def svg(chart: Chart) -> str:
    """A chart as a static SVG, with room for the letters of whichever machine shows it."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(chart.to_dict(validate=False), allowed_base_urls=[])
    return roomy(drawn)


def png(chart: Chart) -> bytes:
    """A chart as a PNG."""
    import vl_convert

    drawn: bytes = vl_convert.vegalite_to_png(
        chart.to_dict(validate=False), scale=SCALE, allowed_base_urls=[]
    )
    return drawn


def inline(drawn: str, name: str, label: str) -> Markup:
    """An SVG as a part of a page: no namespaces, names of its own, one label for those who do not see it."""
    body = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", drawn, count=2)
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r"url\(#", f"url(#{name}-", body)
    body = re.sub(r'\s(role|aria-[a-z]+|class|pointer-events)="[^"]*"', "", body)
    opening = Markup('<svg role="img" aria-label="{}" ').format(label)
    return Markup(body.replace("<svg ", opening, 1))  # Vega escapes every text it draws
