"""The districts of the book of speed, by name: `50x5x4` (schools, years, scenarios) is a made one, `chicago` the real one."""

from __future__ import annotations

from dataclasses import dataclass

from models.district import District
from models.made import made_district

POOLS = ("district", "school")


@dataclass(frozen=True)
class Instance:
    """A district, how its funding is pooled, what it is called, and how large it is (schools × nodes of the tree)."""

    title: str
    pool: str
    district: District
    size: int


def instance(name: str, pool: str) -> Instance:
    """Make a district.

    `chicago` is the whole plan of five years and five scenarios, `chicago-1` its first year without scenarios.

    Raises
    ------
    SystemExit
        A name that says nothing, or Chicago where its data is not beside the project.

    """
    if name in ("chicago", "chicago-1"):
        from benchmarks.chicago import SOURCE, chicago

        if not SOURCE.exists():
            raise SystemExit(
                f"{name} needs public data beside the project: {SOURCE.parent.name}/{SOURCE.name}"
            )
        whole = name == "chicago"
        district = chicago(years=5 if whole else 1, scenarios=whole).with_settings(funding={"pool": pool})
        title = district.name
    else:
        try:
            schools, years, scenarios = map(int, name.split("x"))
        except ValueError:
            raise SystemExit(f"{name} is no size: write schools x years x scenarios, as in 50x5x4") from None
        # in a single year the limit on growth alone would decide, at every school
        free = {"coverage": {"max_growth_per_year": None}} if years == 1 else {}
        district = made_district(schools, years, scenarios, pool=pool, **free)  # type: ignore[arg-type]
        title = f"Made district, {schools} school{'s' if schools != 1 else ''}"
    return Instance(title, pool, district, len(district.schools.id) * _nodes(district))


def _nodes(district: District) -> int:
    from models.tree import Tree

    return Tree.of(district.scenarios, district.years).size


def described(it: Instance) -> str:
    """Title of an instance: what it is, years, scenarios, pooling."""
    years, scenarios = it.district.years, len(it.district.scenarios.id)
    return (
        f"{it.title}, {years} year{'s' if years != 1 else ''}, {scenarios} scenario{'s' if scenarios != 1 else ''}, "
        f"funding by {it.pool}"
    )
