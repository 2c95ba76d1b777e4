"""One import: files, recognised by their headings, to the files of one district or of many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from datafiles.importing import ccd_layouts, chicago, f33, illinois, national, texas, urban
from datafiles.importing.district_files import Shape, district_files, shared_files
from datafiles.importing.layouts import Layout, sort_tables
from datafiles.importing.mapped import read_mapped
from datafiles.importing.mapping import read_mapping
from datafiles.importing.prices import Prices
from datafiles.importing.published import Published, published_tables
from datafiles.importing.record import DistrictRecord
from datafiles.importing.report import ImportReport
from datafiles.importing.selection import Selection
from datafiles.pricebook import load_book
from models.errors import InputError

Tables = dict[str, list[Published]]
DEFAULT_BOOK = "us-2026"


@dataclass(frozen=True)
class Source:
    """One importer: the layouts that it reads and the reader of their tables.

    Attributes
    ----------
    title
        What it imports, for help and reports.
    layouts
        The tables that it reads.
    read
        From tables by layout id, the selection, the fiscal year of the dollars and the report to districts.
    book
        The price book to start from.
    id_width
        Digits of a district's id.

    """

    title: str
    layouts: tuple[Layout, ...]
    read: Callable[[Tables, Selection, int | None, ImportReport], list[DistrictRecord]]
    book: str = DEFAULT_BOOK
    id_width: int = 7


def _ccd(
    tables: Tables, selection: Selection, year: int | None, report: ImportReport
) -> list[DistrictRecord]:
    return national.read_national(tables, selection, year, report, by_finance=False)


def _f33(
    tables: Tables, selection: Selection, year: int | None, report: ImportReport
) -> list[DistrictRecord]:
    return national.read_national(tables, selection, year, report, by_finance=True)


SOURCES: dict[str, Source] = {
    "ccd": Source("Common Core of Data (NCES)", ccd_layouts.LAYOUTS + f33.LAYOUTS, _ccd),
    "f33": Source("F-33 district finance (NCES, Census Bureau)", f33.LAYOUTS + ccd_layouts.LAYOUTS, _f33),
    "cps-positions": Source(
        "Chicago Public Schools: position roster, school profile, membership",
        chicago.LAYOUTS,
        chicago.read_chicago,
        "chicago-fy26",
    ),
    "isbe-sber": Source(
        "Illinois site-based expenditure (ISBE)", illinois.LAYOUTS, illinois.read_illinois, id_width=11
    ),
    "urban": Source("Education Data API (Urban Institute)", urban.LAYOUTS, urban.read_urban),
    "tx": Source("Texas TAPR and PEIMS (TEA)", texas.LAYOUTS, texas.read_texas, id_width=6),
}


@dataclass(frozen=True)
class Imported:
    """The districts of an import, to be written: shared files, then each district's own, made one by one."""

    report: ImportReport
    prices: Prices
    records: list[DistrictRecord]
    shape: Shape

    def __post_init__(self) -> None:
        self.report.alone = self.records[0].id if len(self.records) == 1 else ""

    def shared(self) -> dict[str, str]:
        """Files that all districts have in common."""
        return shared_files(self.prices)

    def districts(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield id and own files of every district that has pupils."""
        for record in self.records:
            files = district_files(record, self.prices, self.shape, self.report)
            if files is not None:
                yield record.id, files


def read_source(
    name: str,
    paths: Sequence[Path],
    selection: Selection,
    *,
    book: str | None = None,
    years: int = 5,
    scenarios: bool = False,
    finance_year: int | None = None,
    comments: bool = True,
) -> Imported:
    """Read a source's files.

    Parameters
    ----------
    name
        One of `SOURCES`.
    paths
        The publisher's files, in any order; each is recognised by its headings.
    selection
        The districts that are wanted.
    book
        Price book; the source's own by default.
    years
        Years of the plan.
    scenarios
        Whether the book's scenarios come along.
    finance_year
        Fiscal year of the dollars, where the files do not say.
    comments
        Whether `district.toml` says where each setting is from.

    Raises
    ------
    InputError
        When a file cannot be read, is not known, or holds no wanted district.

    """
    source = SOURCES[name]
    if selection.width != source.id_width:
        selection = Selection(selection.district, selection.state, source.id_width)
    prices = Prices(load_book(book or source.book))
    report = ImportReport(f"{name}, {source.title}", prices.book.name)
    others = [(other, layout) for other, each in SOURCES.items() if other != name for layout in each.layouts]
    tables = sort_tables(name, published_tables(paths), source.layouts, others)
    records = selection.of(source.read(tables, selection, finance_year, report), name)
    return Imported(report, prices, records, Shape(years, scenarios, comments))


def read_own_table(
    path: Path,
    mapping: Path,
    selection: Selection,
    *,
    book: str | None = None,
    years: int = 5,
    scenarios: bool = False,
    comments: bool = True,
) -> Imported:
    """Read a planner's own table by the mapping of its columns; other parameters as those of `read_source`.

    Raises
    ------
    InputError
        When the table or the mapping cannot be read, or do not fit each other.

    """
    table = own_table(path)
    table.begin_widest()
    report = ImportReport(f"csv, {table.name} by {mapping.name}", book or DEFAULT_BOOK)
    prices = Prices(load_book(report.book))
    records = selection.of(read_mapped(table, read_mapping(mapping, table), selection, report), "csv")
    return Imported(report, prices, records, Shape(years, scenarios, comments))


def own_table(path: Path) -> Published:
    """Return the one table of a file; of a workbook the first sheet.

    Raises
    ------
    InputError
        When the file cannot be read as a table.

    """
    tables = published_tables([path])
    if len(tables) > 1 and not any(", sheet " in table.name for table in tables):
        raise InputError(
            f"{path} holds {len(tables)} tables: {', '.join(table.name for table in tables[:5])}.",
            "Unzip it and give one of them.",
        )
    return tables[0]


def only(imported: Imported) -> DistrictRecord:
    """Return the one district of an import.

    Raises
    ------
    InputError
        When there are several.

    """
    if len(imported.records) > 1:
        named = [
            record.id if record.name in ("", record.id) else f"{record.id} {record.name}"
            for record in imported.records[:3]
        ]
        shown = ", ".join([*named, "…"] if len(imported.records) > 3 else named)
        raise InputError(
            f"The files hold {len(imported.records):,} districts ({shown}); a folder holds one.",
            "Pick one with --district ID, or take all with --all-districts and --out BUNDLE.csv.",
        )
    return imported.records[0]
