"""Draws docs/gallery.md and its pictures from examples/lakeside: `./run python docs/gallery/make.py [CHART ...]`.

Without names every chart is drawn (a minute or so: the questions behind some of them take thousands of solves).
"""

from __future__ import annotations

import sys
from pathlib import Path

from commands.report import Target, needs
from commands.storytelling import tell
from datafiles.folder import read_district
from datafiles.writing import write_whole
from optimizer import solve
from optimizer.staging import Options
from reports.charts.files import svg
from reports.charts.gallery import DRAWINGS

HERE = Path(__file__).parent
EXAMPLE = "examples/lakeside"
HEAD = f"""# Gallery

Every chart that Spanwise draws, from `{EXAMPLE}`. Each is one Vega-Lite specification; its title asks the question that it answers.
Charts of your own district:

```console
$ ./run spanwise report my-district -o chart-coverage.svg
$ ./run spanwise report my-district -o report.html -o plan.xlsx
```

This page and its pictures are made by `./run python docs/gallery/make.py`.
"""


def draw(names: list[str]) -> dict[str, str]:
    """Draw charts of Lakeside by name, as SVG."""
    district = read_district(HERE.parents[1] / EXAMPLE)
    options = Options(threads=1)
    targets = [Target(Path(f"chart-{name}.svg"), ".svg", name) for name in names]
    story = tell(solve(district, options=options), needs(targets, quick=False), options, EXAMPLE)
    return {name: svg(DRAWINGS[name].chart(story)) for name in names}


def page() -> str:
    """The page, which shows a picture under each question."""
    parts = [HEAD]
    for name, drawing in DRAWINGS.items():
        parts.append(
            f"\n## {drawing.question}\n\n![{drawing.question}](gallery/{name}.svg)\n\n`chart-{name}`: {drawing.unit}\n"
        )
    return "".join(parts)


def main() -> None:
    """Write the page, and the pictures that are named or all of them."""
    for name, drawn in draw(sys.argv[1:] or list(DRAWINGS)).items():
        write_whole(HERE / f"{name}.svg", drawn)
    write_whole(HERE.parent / "gallery.md", page())


if __name__ == "__main__":
    main()
