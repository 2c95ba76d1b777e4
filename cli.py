"""The command line of Spanwise: which commands there are, how their errors end, and nothing else.

Each command lives in its own file of `commands/` and is imported only when it runs, so that `--help` stays quick.
Exit codes (see docs/inputs.md): 0 optimal, 1 a fault of ours, 2 wrong usage, 3 bad input, 4 no plan,
5 the solver stopped early or failed, 130 interrupted.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
import threading
from collections.abc import Sequence
from typing import Any

import click

# Before numpy loads: threads of BLAS, which nothing here is dense enough for, wait for a core that the solver is on
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
COMMANDS = {
    "solve": "Find the best staffing design of a district and certify it.",
    "compare": "Show today against the optimal plan, or what sets two plans apart.",
    "check": "Check a district's files and say what the model will look like.",
    "init": "Start a new district folder from a price book, or copy an example.",
    "import": "Make districts of public data: CCD, F-33, Chicago, Illinois, Texas, or any table.",
    "books": "List the shipped price books, or show one with its bounds and sources.",
    "explain": "What limits coverage and what each rule is worth, or why there is no plan.",
    "stress": "How deep a cut the district and each school can absorb, and what gives way first.",
    "frontier": "What more or less money buys, exactly; what equity costs; what every setting is worth.",
    "report": "Write the board report, the finance workbook or single charts.",
    "bench": "Time this machine's solvers on a district, or on made ones.",
    "convert": "Turn a district folder into a workbook, or back.",
    "batch": "Solve thousands of districts or variants, resumable, here or on a cluster.",
}
MODULES = {"import": "importing"}  # where the command's name cannot be the file's: `import` is a keyword


class Commands(click.Group):
    """A group that knows its commands by name and loads them on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which a planner meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's own file."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(
            f"commands.{MODULES.get(cmd_name, cmd_name)}"
        ).command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Propose the nearest command when the name is unknown."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="spanwise", prog_name="spanwise")
def group() -> None:
    """Design a district's staffing: leader stipends, team-teaching ratios and technology under a budget.

    Start with:  spanwise solve examples/lakeside
    """


def _answer(given: Sequence[str], status: str, what: str, mend: str) -> None:
    """Print an end without a plan as an object, where one was asked for."""
    if "--json" in given:
        from models.errors import SpanwiseError
        from reports.errors import as_json

        error = SpanwiseError(what, mend)
        error.status = status
        click.echo(as_json(error))


def _fault(given: Sequence[str], fault: Exception) -> int:
    """Say that it is no fault of the planner's; returns the exit code."""
    if os.environ.get("SPANWISE_DEBUG"):
        raise fault
    what = f"A fault of Spanwise, not of your input: {type(fault).__name__}: {fault}"
    mend = "Run the command again with SPANWISE_DEBUG=1 in the environment and report what it prints."
    _answer(given, "fault", what, mend)
    click.echo(f"{what}\n\n{mend}", err=True)
    return 1


def _refused(given: Sequence[str], refused: OSError) -> int:
    """Say what the system did not let us read or write; returns the exit code."""
    if os.environ.get("SPANWISE_DEBUG"):
        raise refused
    place = f"{refused.filename}: " if refused.filename else ""
    what = f"{place or 'Nothing more can be written: '}{refused.strerror or refused}."
    mend = (
        "Make room, or name another place."
        if refused.errno in FULL
        else "Name another place, or mend this one."
    )
    try:
        _answer(given, "invalid_input", what, mend)
        sys.stdout.flush()
    except OSError:  # it is our own output that has no room
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    click.echo(f"{what}\n\n{mend}", err=True)
    return 3


def _open_streams() -> None:
    """Give a stream that is closed (`>&-`, or under a scheduler of tasks) somewhere to go."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


def _run(given: Sequence[str]) -> object:
    """Run a command; what it showed of its progress is gone before its end is told."""
    from commands.status import clear

    try:
        code = group.main(given, prog_name="spanwise", standalone_mode=False)
        sys.stdout.flush()
        return code
    finally:
        clear()


def main(arguments: list[str] | None = None) -> None:
    """Run a command; print an error as two parts on standard error and end with its exit code."""
    from models.errors import SpanwiseError

    given = sys.argv[1:] if arguments is None else arguments
    _open_streams()
    try:
        code = _run(given)
    except click.exceptions.Exit as exit_:
        code = exit_.exit_code
    except (click.Abort, KeyboardInterrupt):
        _answer(given, "interrupted", "Interrupted; there is no result.", "")
        click.echo("Interrupted; there is no result.", err=True)
        code = 130
    except click.ClickException as usage:
        _answer(given, "wrong_usage", usage.format_message(), "See: spanwise --help")
        usage.show()
        code = usage.exit_code
    except BrokenPipeError:  # the reader of our output left, for example `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except SpanwiseError as error:
        from commands.options import name_district

        name_district(error)
        if "--json" in given:
            from reports.errors import as_json

            click.echo(as_json(error))
        click.echo(str(error), err=True)
        code = error.exit_code
    except OSError as refused:
        code = _refused(given, refused)
    except Exception as fault:
        code = _fault(given, fault)
    solver = sys.modules.get("optimizer.solvers.highs")
    if code == 130 and solver and any(thread.name == solver.RUNNING for thread in threading.enumerate()):
        sys.stdout.flush()  # a solver that has not heard Ctrl-C yet would bring the interpreter down while it ends
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code if isinstance(code, int) else 0)
