"""`spanwise import`: from a publisher's files to a district folder, a workbook, or a bundle of many districts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.options import JSON, print_json, say, show, typed

if TYPE_CHECKING:
    from datafiles.importing.importing import Imported
    from datafiles.importing.report import ImportReport

SOURCES = ("ccd", "f33", "urban", "cps-positions", "isbe-sber", "tx", "csv")
TRIED_SECONDS = 60.0
REPORT = "import-report.md"


@click.command("import")
@click.argument("source", type=click.Choice(SOURCES), metavar="SOURCE")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILES...")
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Folder, district.xlsx, or a bundle (.csv, .parquet).",
)
@click.option(
    "--district",
    "--leaid",
    default="",
    metavar="ID",
    help="One district, by its id (LEAID, CDN, RCDTS) or its full name.",
)
@click.option("--state", default="", metavar="ST", help="The districts of one state, for example IL.")
@click.option("--all-districts", is_flag=True, help="Every district, as one bundle for spanwise batch.")
@click.option(
    "--finance",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="F-33 finance beside the files of ccd.",
)
@click.option(
    "--finance-year",
    type=click.IntRange(1980, 2100),
    metavar="YEAR",
    help="Fiscal year of the dollars: 2025 is 2024-25.",
)
@click.option(
    "--book", metavar="NAME", help="Price book; default: us-2026, and chicago-fy26 for cps-positions."
)
@click.option(
    "--years",
    type=click.IntRange(1, 30),
    metavar="N",
    help="Years of the plan; default 5, and 1 in a bundle.",
)
@click.option(
    "--scenarios", is_flag=True, help="Take the book's scenarios of cuts and shortfalls along (5 years)."
)
@click.option(
    "--map", "propose", is_flag=True, help="csv: propose a mapping of the table's columns, to edit."
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="csv: the mapping; default mapping.toml.",
)
@click.option("--force", is_flag=True, help="Replace the district in OUT; files of other names stay.")
@click.option(
    "--try/--no-try",
    "tried",
    default=True,
    show_default=True,
    help="Solve one district once to say whether it has a plan.",
)
@JSON
def command(
    source: str,
    files: tuple[Path, ...],
    out: Path | None,
    district: str,
    state: str,
    all_districts: bool,
    finance: tuple[Path, ...],
    finance_year: int | None,
    book: str | None,
    years: int | None,
    scenarios: bool,
    propose: bool,
    mapping: Path | None,
    force: bool,
    tried: bool,
    as_json: bool,
) -> int:
    """Import public data as a district that solves, with a report of what was used, dropped, guessed and is missing.

    Files may be given in any order, packed or not; each is recognised by its headings.

    \b
      ccd            Common Core of Data: membership 052, staff 059, directory 029, lunch 033
      f33            F-33 district finance of NCES or the Census Bureau (with or without ccd files)
      urban          Education Data API of the Urban Institute: JSON pages or CSV
      cps-positions  Chicago: position roster, school profile, membership by grade
      isbe-sber      Illinois: site-based expenditure, report card
      tx             Texas: TAPR and PEIMS finance by district
      csv            any table, with a mapping of its columns (--map proposes one)

    \b
    Examples:
      spanwise import ccd ccd_sch_052.csv ccd_lea_059.csv --finance sdf22_1a.txt --leaid 5508520 --out madison
      spanwise import tx tapr.csv peims.csv --all-districts --out texas.parquet
      spanwise import csv schools.csv --map
      spanwise import csv schools.csv --mapping mapping.toml --out mytown
    """
    from datafiles.workbook import is_workbook
    from datafiles.writing import hold_to_folder_name

    if source != "csv" and (propose or mapping):
        raise click.UsageError(f"--map and --mapping belong to 'import csv', not to 'import {source}'.")
    if source == "csv" and (finance or finance_year or len(files) != 1):
        raise click.UsageError(
            "'import csv' reads one table; the fiscal year of its dollars stands in the mapping."
        )
    if propose:
        return _propose(files[0], mapping or Path("mapping.toml"), force=force, as_json=as_json)
    if out is None:
        raise click.UsageError("Say where to write with --out: a folder, or a bundle with --all-districts.")
    many = all_districts or out.suffix.lower() in (".csv", ".parquet")
    if all_districts and district:
        raise click.UsageError(
            "--district picks one district; --all-districts takes all. Give one of the two."
        )
    if state and len(state) != 2:
        raise click.UsageError(f"--state takes two letters, for example IL; {state!r} is given.")
    if scenarios and years is not None and years < 5:
        raise click.UsageError("The book's scenarios reach year 5; leave --years out, or --scenarios.")
    if many and out.suffix.lower() not in (".csv", ".parquet"):
        raise click.UsageError(
            f"Many districts go into one bundle: name it --out {out}.csv or {out}.parquet."
        )
    if not many and not is_workbook(out):
        hold_to_folder_name(out)
    horizon = years or (5 if scenarios or not many else 1)
    imported = _read(
        source,
        (*files, *finance),
        mapping,
        district,
        state.upper(),
        book,
        horizon,
        scenarios,
        finance_year,
        many,
    )
    report = imported.report
    report.out = str(out)
    plan = None
    if many:
        _write_bundle(imported, out)
    else:
        plan = _write_one(imported, out, force=force, tried=tried)
    if as_json:
        print_json(report.as_dict() | {"plan": plan})
        return 0
    show(report.card())
    click.echo(f"\nThis report is in {_report_path(out)}.")
    click.echo(
        f"Next: spanwise batch {typed(out)} -o results"
        if many
        else f"Next: spanwise check {typed(out)}, then spanwise solve {typed(out)}"
    )
    return 0


def _read(
    source: str,
    files: tuple[Path, ...],
    mapping: Path | None,
    district: str,
    state: str,
    book: str | None,
    years: int,
    scenarios: bool,
    finance_year: int | None,
    many: bool,
) -> Imported:
    from datafiles.importing.importing import read_own_table, read_source
    from datafiles.importing.selection import Selection

    selection = Selection(district, state)
    comments = not many
    if source == "csv":
        place = mapping or Path("mapping.toml")
        return read_own_table(
            files[0], place, selection, book=book, years=years, scenarios=scenarios, comments=comments
        )
    return read_source(
        source,
        files,
        selection,
        book=book,
        years=years,
        scenarios=scenarios,
        finance_year=finance_year,
        comments=comments,
    )


def _propose(table: Path, target: Path, *, force: bool, as_json: bool) -> int:
    """Write a proposed mapping and say what to check."""
    from datafiles.importing.importing import own_table
    from datafiles.importing.mapping import COLUMNS
    from datafiles.importing.wizard import propose
    from datafiles.writing import write_whole
    from models.errors import InputError

    if target.exists() and not force:
        raise InputError(
            f"{target} is there already.", "Name another file with --mapping, or replace it with --force."
        )
    published = own_table(table)
    mapping, notes = propose(published)
    write_whole(target, mapping.text(str(table), published.header, notes))
    if as_json:
        print_json(
            {
                "mapping": str(target),
                "columns": mapping.columns,
                "grades": mapping.grades,
                "repeated": mapping.repeated,
                "notes": notes,
            }
        )
        return 0
    click.echo(f"{target} holds a proposed mapping of {published.name}:")
    found = [(target, mapping.columns[target]) for target in COLUMNS if target in mapping.columns]
    for name, heading in (*found, *((f"grade {key}", heading) for key, heading in mapping.grades.items())):
        note = f"   ({notes[name]})" if name in notes else ""
        click.echo(f"  {name:<20} {heading}{note}")
    if not mapping.columns and not mapping.grades:
        click.echo("  nothing: no column has a name that is known; fill it in by hand")
    click.echo(f"Check it, then: spanwise import csv {table} --mapping {target} --out FOLDER")
    return 0


def _report_path(out: Path) -> Path:
    return out / REPORT if not out.suffix else out.with_name(f"{out.stem}.{REPORT}")


def _write_bundle(imported: Imported, out: Path) -> None:
    from datafiles.bundle import write_bundle
    from datafiles.writing import write_whole

    write_bundle(out, imported.districts(), imported.shared())
    write_whole(_report_path(out), imported.report.markdown())


def _write_one(imported: Imported, out: Path, *, force: bool, tried: bool) -> dict[str, Any] | None:
    """Write a folder or a workbook; the report goes into it or beside it."""
    from datafiles.folder import FILES, district_of_contents
    from datafiles.importing.importing import only
    from datafiles.reading import write_any
    from datafiles.workbook import is_workbook
    from datafiles.writing import whole_folder, write_whole
    from models.errors import InputError
    from models.warnings import district_warnings

    record = only(imported)
    own = next((files for _, files in imported.districts()), None)
    report = imported.report
    if own is None:
        raise InputError(
            f"{record.name or record.id} has no pupils to plan for: {'; '.join(report.dropped.lines())}.",
            "Pick another district, or another year.",
        )
    texts = imported.shared() | own
    district, _ = district_of_contents({name: text.encode("utf-8") for name, text in texts.items()}, str(out))
    for warning in district_warnings(district):
        report.missing.add(f"{warning.place}: {warning.message}")
    plan = _tried(district, report) if tried else None
    if is_workbook(out):
        write_any(district, out, force=force)
        write_whole(_report_path(out), report.markdown())
        return plan
    with whole_folder(out, ours=(*FILES, REPORT), precious=True, force=force) as folder:
        for name, text in (texts | {REPORT: report.markdown()}).items():
            (folder / name).write_bytes(text.encode("utf-8"))
    return plan


def _tried(district: Any, report: ImportReport) -> dict[str, Any]:
    """Solve once, for a minute at most, and put into the report whether there is a plan, or why not."""
    import os

    from models.errors import NoPlan, SolverFailure
    from optimizer.solving import solve
    from optimizer.staging import Options
    from reports.figures import percent

    say("Looking for a plan …") if len(district.schools.id) > 50 else None
    try:
        plan = solve(district, options=Options(threads=min(os.cpu_count() or 1, 8), time_limit=TRIED_SECONDS))
    except NoPlan as none:
        report.missing.add(f"there is no plan yet: {none.what}")
        return {"status": none.status, "message": none.what}
    except SolverFailure as late:
        report.missing.add(
            f"whether there is a plan was not found within {TRIED_SECONDS:.0f} seconds; run spanwise solve"
        )
        return {"status": late.status, "message": late.what}
    report.used.add(f"the district solves: {percent(plan.coverage)} of pupils covered over the plan")
    return {"status": str(plan.status), "coverage": plan.coverage}
