"""What a deviation rule is given, the reports of one project, and what it tells: the number that is held against the limits.

Pure. Percent is 1.5 for 1.5 %. Amounts are mill. kr and exact. Days are later when positive. A figure that is not there is never
taken as 0: the rule says what it lacks, and what is known beside it can make the level worse but never green.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from domain.deviation_limits import Colour, DeviationLimit
from domain.rows import Cell
from pipelines.methods.project_reports import Lack, Lacking, ProjectReport

OPENING = "opening"
# Why nothing can be told though no figure is lacking; beside the codes of the form.
NOT_APPLICABLE, FIRST_REPORT, NO_DEADLINE, NOTHING_THERE, ENDED = (
    "not_applicable", "first_report", "no_deadline", "nothing_there", "ended",
)  # fmt: skip
# A project in one of these has nothing more to report.
ENDED_STANDINGS = frozenset({"cancelled", "merged"})
Evidence = Mapping[str, Decimal | int | str | dt.date | None]


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule is given: the reports of one project, oldest first, the day of judgement, and the days from period to deadline.

    `data_colour` is the colour of the figures, for the one rule that holds the reported colour against it. `baselines` are those
    of the reports, where they are known already.
    """

    reports: tuple[ProjectReport, ...]
    as_of: dt.date
    deadline_days: int | None = None
    data_colour: Colour | None = None
    baselines: Mapping[str, Baseline] | None = None

    @property
    def now(self) -> ProjectReport:
        return self.reports[-1]

    def before(self, table: str, column: str) -> ProjectReport:
        """The previous report of this project. Lacking where this is its first."""
        if len(self.reports) < 2:
            raise Lacking(FIRST_REPORT, table, column)
        return self.reports[-2]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule has read: the number that is held against the limits, the figures that it comes from, and their cells.

    `lack` is a figure that is not there beside those that are. `at_least` is the colour that the rule gives whatever the number.
    `counts_from` is the day that the number counts from, where it grows by one each day until the next report.
    """

    number: Decimal | None
    evidence: Evidence = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    lack: Lack | None = None
    at_least: Colour = "green"
    counts_from: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The adopted day of a milestone, the day that the newest report gives, and the last decision that was named."""

    adopted_on: dt.date
    stated_on: dt.date
    decision: str | None


Rule = Callable[[Case, DeviationLimit], Reading]


def read(rule: Rule, case: Case, limit: DeviationLimit) -> Reading:
    """The reading of a rule; of a project that has ended, or where a figure is not there, what is lacking."""
    try:
        if case.now.code("projects", "standing") in ENDED_STANDINGS:
            raise Lacking(ENDED, "projects", "standing")
        return rule(case, limit)
    except Lacking as lacking:
        return Reading(None, lack=lacking.lack)
