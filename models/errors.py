"""What can go wrong, in two parts: what is wrong and where, then how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class SpanwiseError(Exception):
    """Base of every error that a planner can cause or meet; its text is meant to be read by one.

    Parameters
    ----------
    what
        What is wrong, with its values and its place.
    mend
        How to mend it.

    """

    exit_code = 1
    status: str = "error"

    def __init__(self, what: str, mend: str = "") -> None:
        self.what = what
        self.mend = mend
        super().__init__(what, mend)

    def __str__(self) -> str:
        return f"{self.what}\n\n{self.mend}" if self.mend else self.what


@dataclass(frozen=True)
class Problem:
    """One fault of the input: its place, its value, what was expected and a hint."""

    place: str
    message: str
    hint: str = ""
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    cell: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text}\n    {self.hint}" if self.hint else text


class InputError(SpanwiseError):
    """The district, as handed in, is not one that can be planned. Carries every problem that was found."""

    exit_code = 3
    status = "invalid_input"

    def __init__(self, what: str, mend: str = "", problems: Sequence[Problem] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__(what, mend)

    @classmethod
    def of(
        cls, problems: Sequence[Problem], source: str = "", shown: Sequence[Problem] | None = None
    ) -> InputError:
        """Put all problems of one source into one error, each on a line of its own.

        `shown` are the problems as a planner reads them, where many alike were drawn together.
        """
        count = len(problems)
        head = f"{source} has {count} problem{'s' if count != 1 else ''}:" if source else ""
        lines = [line for line in (head, *(str(p) for p in shown or problems)) if line]
        mend = (
            "Mend it and run the command again."
            if count == 1
            else "All problems are listed; mend them and run the command again."
        )
        return cls("\n".join(lines), mend, problems)


class NoPlan(SpanwiseError):
    """No plan satisfies all rules (infeasible), or the model has no finite best plan."""

    exit_code = 4
    status = "infeasible"


class SolverFailure(SpanwiseError):
    """The solver stopped early (a limit) or failed; there is no plan to show."""

    exit_code = 5
    status = "failed"


class Interrupted(SpanwiseError):
    """The planner pressed Ctrl-C."""

    exit_code = 130
    status = "interrupted"
