"""What a computed figure is made of: cells with what each adds, what is no cell, and deviations with cells of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from domain.rows import Finding
from pipelines.answers.named_figures import Asked

Number = Decimal | float | int
# The methods of the page about them, by the names that stand there.
Method = Literal[
    "reports", "money", "frames", "earned", "milestones", "curve", "portfolio_risk", "reserve", "bridge", "rules", "outlook",
    "indicators",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figure is asked for, by the names that `figures` gives it.

    `since` is the earlier day of a comparison, with `since_price` where its kroner are others; `rho` is a correlation.
    """

    page: str
    name: str
    grain: str = "agreement"
    key: str | None = None
    since: dt.date | None = None
    since_price: str | None = None
    rho: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A cell of a return. `amount` is what it adds to the figure, in the figure's unit; None where it is not added up."""

    project_id: str
    submission_id: int
    table: str
    row_number: int
    column: str
    amount: Number | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """What a figure rests on that no return says: a frame of the agreement, by its source or name, or an indicator's target."""

    kind: Literal["frame", "target"]
    key: str
    amount: Number | None


@dataclass(frozen=True, slots=True)
class Case:
    """An open deviation that is counted; it has figures and cells of its own."""

    deviation_id: str
    project_id: str
    project_name: str
    rule: str
    level: str
    submission_id: int


@dataclass(frozen=True, slots=True)
class FoundIn:
    """What was found in a return when it was handed in, with the cell that it was found in."""

    submission_id: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Rest:
    """A published or cited figure that a figure is computed from, with a trace of its own by its mart and key.

    `name` says of what it is where that is not the whole area; `period` is a year or a month.
    """

    table: str
    key: str
    submission_id: int
    name: str
    period: str
    amount: Decimal | float


@dataclass(frozen=True, slots=True)
class Made:
    """A figure with what it is made of. `amount` is None where it is not known.

    `returns` are those of a figure of which no cells are told.
    """

    amount: Number | None
    unit: str
    method: Method
    parts: tuple[Part, ...] = ()
    outside: tuple[Outside, ...] = ()
    cases: tuple[Case, ...] = ()
    returns: tuple[int, ...] = ()
    findings: tuple[FoundIn, ...] = ()
    rests: tuple[Rest, ...] = ()

    @property
    def is_sum(self) -> bool:
        """Whether what the cells add comes to the figure, exactly."""
        added = [*(part.amount for part in self.parts), *(it.amount for it in self.outside)]
        known = [amount for amount in added if amount is not None]
        if not self.parts or len(known) < len(added) or any(isinstance(amount, float) for amount in (*known, self.amount)):
            return False
        return sum((Decimal(amount) for amount in known), Decimal(0)) == self.amount

    @property
    def submission_ids(self) -> tuple[int, ...]:
        """The returns that it comes from, by number."""
        listed: tuple[Part | Case | FoundIn, ...] = (*self.parts, *self.cases, *self.findings)
        return tuple(sorted({*self.returns, *(it.submission_id for it in listed)}))


# What makes a figure as it was known on the day that is asked about; None where there is no such figure.
Maker = Callable[[Asked, Wanted], Made | None]


def counted(parts: Iterable[Part], unit: str = "projects", method: Method = "reports") -> Made:
    """How many cells there are, each counted once."""
    listed = tuple(parts)
    return Made(len(listed), unit, method, listed)
