"""Grades as publishers write them, and the pupils of a price book's grade bands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from functools import lru_cache

PREK, KINDERGARTEN, UNGRADED, ADULT = -1, 0, 98, 99
SCHOOL_GRADES = tuple(range(KINDERGARTEN, 13))
WORDS = {
    "pk": PREK, "pe": PREK, "ee": PREK, "pre-k": PREK, "prek": PREK, "pre-kindergarten": PREK, "prekindergarten": PREK,
    "early education": PREK, "-1": PREK, "k": KINDERGARTEN, "kg": KINDERGARTEN, "kn": KINDERGARTEN,
    "kindergarten": KINDERGARTEN, "ug": UNGRADED, "ungraded": UNGRADED, "sp": UNGRADED,
    "ae": ADULT, "adult education": ADULT, "adult": ADULT,
}  # fmt: skip


@lru_cache(maxsize=4096)
def grade_of(text: str) -> int | None:
    """Return the grade: -1 pre-kindergarten, 0 kindergarten, 1 to 13, `UNGRADED`, `ADULT`; `None` for anything else.

    `Grade 3`, `3`, `03`, `3rd`, `Kindergarten`, `KG`, `PK` are all understood.
    """
    plain = " ".join(text.split()).casefold()
    if plain in WORDS:
        return WORDS[plain]
    match = re.fullmatch(r"(?:grade |g)?0?(\d{1,2})(?:st|nd|rd|th)?(?:\.0)?(?: grade)?", plain)
    return int(match[1]) if match and int(match[1]) <= 13 else None


class Bands:
    """The grade bands of a price book, by the grades that their ids name (`K-5`, `6-8`, `9-12`, `K`)."""

    def __init__(self, grade_bands: str) -> None:
        self.ids = [row["grade_band"] for row in csv.DictReader(io.StringIO(grade_bands))]
        self.of_grade: dict[int, int] = {}
        for g, name in enumerate(self.ids):
            low, _, high = name.partition("-")
            first, last = grade_of(low), grade_of(high or low)
            if first is None or last is None:
                raise ValueError(f"grade band {name} does not name its grades")
            self.of_grade |= dict.fromkeys(range(first, last + 1), g)
        self.of_grade[13] = self.of_grade[12]

    def pupils(self, by_grade: Mapping[int, float]) -> list[float]:
        """Pupils of kindergarten to grade 12 by band; ungraded ones are spread over the bands that have pupils."""
        counts = [0.0] * len(self.ids)
        for grade, pupils in by_grade.items():
            if grade in self.of_grade:
                counts[self.of_grade[grade]] += pupils
        ungraded, graded = by_grade.get(UNGRADED, 0.0), sum(counts)
        if ungraded and graded:
            counts = [count * (1.0 + ungraded / graded) for count in counts]
        return whole(counts)


def spread(total: float, lowest: int, highest: int) -> dict[int, float]:
    """Spread pupils evenly over the grades offered, kindergarten to grade 12 alone.

    A school that offers pre-kindergarten alone keeps its pupils there.
    """
    grades = [grade for grade in SCHOOL_GRADES if lowest <= grade <= highest]
    if not grades:
        return {PREK: total} if highest < KINDERGARTEN else {UNGRADED: total}
    return {grade: total / len(grades) for grade in grades}


def whole(counts: list[float]) -> list[float]:
    """Round to whole pupils, the sum to the nearest one (largest remainders first)."""
    floors = [float(int(count)) for count in counts]
    left = round(sum(counts)) - round(sum(floors))
    order = sorted(range(len(counts)), key=lambda i: floors[i] - counts[i])
    for i in order[:left]:
        floors[i] += 1.0
    return floors
