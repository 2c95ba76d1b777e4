"""What a planner is told about a plan, or about why there is none. Plain figures; no solver, no arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.status import Status

if TYPE_CHECKING:
    from models.plan import Plan


@dataclass(frozen=True)
class Place:
    """Where a figure stands in the planner's files: file, key columns and values of the row, columns and their values.

    `row` is the line in the file (1 is the first), known only where the files were read again; settings have the key
    columns `()` and a column such as `staff.max_position_loss_share`.
    """

    file: str
    keys: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    values: tuple[str, ...]
    row: int | None = None

    def __str__(self) -> str:
        key = ", ".join(value for _, value in self.keys)
        line = "" if self.row is None else f"{'row' if self.keys else 'line'} {self.row}"
        where = " ".join(part for part in (self.file, line, f"({key})" if key else "") if part)
        return f"{where}: {', '.join(f'{column} {value}'.strip() for column, value in zip(self.columns, self.values))}"


@dataclass(frozen=True)
class Price:
    """What one step of a rule is worth to the objective's first stage, in covered pupils (p ω weighted, all plan years).

    Attributes
    ----------
    rule : id of the rule
    words : the step in a planner's words, for example "$1,000 more at Oak in 2029"
    school_id, year, nodes, item : where; blank where the rule has no such axis
    step, unit : size of the step in the unit of the rule's right side
    gain : covered pupils for one step more, from the dual of the basis that was found
    low, high : how far the right side may move (≤ 0 and ≥ 0, in `unit`, loosening counts up) while the prices hold:
        `less` from low to 0 and `more` from 0 to high
    more, less : slope per step of moving a little forth, and of moving a little back; they are equal unless the dual is
        not unique. Both equal `gain` where the entry was not examined
    whole : what one whole step gains, solved again where `high` is less than a step; NaN where it was not examined
    examined : whether `more`, `less` and `whole` were found by solving again where the range demands it
    degenerate : whether the basis that was found stops being optimal at once on one side or both
    less_exists : whether there is a plan with a little less; a grant of 0 cannot fall

    """

    rule: str
    words: str
    school_id: str
    school: str
    year: int | None
    nodes: tuple[str, ...]
    item: str
    step: float
    unit: str
    gain: float
    low: float
    high: float
    more: float
    less: float
    whole: float = math.nan
    examined: bool = False
    degenerate: bool = False
    less_exists: bool = True

    @property
    def unique(self) -> bool:
        """Whether a step more gains what a step less loses; a side that cannot fall has one slope only."""
        return not self.less_exists or math.isclose(self.more, self.less, rel_tol=1e-4, abs_tol=1e-7)


@dataclass(frozen=True)
class RowPrice:
    """Dual and range of one row of the model, as HiGHS ranges it.

    `dual` is in covered pupils for `per` units more of the right side: 1,000 for dollars, else 1; `low` and `high` are
    changes of the right side in the unit.
    """

    rule: str
    row: str
    unit: str
    per: float
    dual: float
    low: float
    high: float
    meaning: str


@dataclass(frozen=True)
class Limit:
    """What holds a school back: the main limit, the others, and the covered pupils that one percent more of each gains."""

    school_id: str
    school: str
    coverage: float | None
    main: str
    others: tuple[str, ...] = ()
    gains: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A setting one step looser, answered by solving again: covered pupils gained in the objective's first stage."""

    setting: str
    words: str
    before: float
    after: float
    gain: float
    note: str = ""


@dataclass(frozen=True)
class Amount:
    """Money at a school in a node of the scenario tree, $ of that plan year."""

    school_id: str
    school: str
    year: int
    node: str
    probability: float
    amount: float


@dataclass(frozen=True)
class ExtraMoney:
    """What more money would buy when the district may place it at whatever schools it likes.

    Attributes
    ----------
    yearly : dollars offered to the district in every plan year and scenario
    gain : covered pupils more, in the objective's first stage
    share : the same on the objective's scale, 0..1
    used : where the plan places the money
    buys : what the plan has more or less of than without it, expected average of a year, with units

    """

    yearly: float
    gain: float
    share: float
    used: tuple[Amount, ...]
    buys: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True)
class Collision:
    """One rule, at one place, of a conflict: what it asks, in words, and where its figures stand."""

    rule: str
    row: str
    words: str
    asks: str
    school_id: str
    school: str
    year: int | None
    node: str
    item: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Conflict:
    """A smallest set of rules that collide: without any one of them, the others can be kept.

    Attributes
    ----------
    rules : the rows, in the order of the rule table
    despite_funding : whether they collide whatever the funding
    stipend : the uniform stipend ($) under which they collide; `None` when they do under every stipend

    """

    rules: tuple[Collision, ...]
    despite_funding: bool
    stipend: float | None = None


@dataclass(frozen=True, eq=False)
class Explanation:
    """The answer of `explain`.

    With a plan, `prices` to `extra` are filled; without one, `conflict`, and `missing` when funding alone is missing.

    Attributes
    ----------
    status : `optimal`, or `infeasible`
    objective : what is maximised
    coverage : expected coverage of the plan, 0..1
    scale : covered pupils (p ω weighted, all plan years) that 1.0 of the objective's first stage stands for
    stipend_step : the stipend ($) at which the prices hold under the uniform policy
    missing : least extra funding by school, year and node, each rounded up to the cent
    missing_expected : Σ p of the missing funding, $
    notes : what a reader should know about the figures

    """

    district: str
    status: Status
    objective: str
    years: tuple[int, ...]
    coverage: float | None = None
    scale: float | None = None
    stipend_step: float | None = None
    prices: tuple[Price, ...] = ()
    rows: tuple[RowPrice, ...] = ()
    limits: tuple[Limit, ...] = ()
    settings: tuple[Question, ...] = ()
    extra: ExtraMoney | None = None
    conflict: Conflict | None = None
    missing: tuple[Amount, ...] = ()
    missing_expected: float = 0.0
    notes: tuple[str, ...] = ()
    plan: Plan | None = None

    @property
    def has_plan(self) -> bool:
        """Whether the district has a plan."""
        return self.status is Status.OPTIMAL
