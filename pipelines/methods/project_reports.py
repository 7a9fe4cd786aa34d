"""What the deviation rules look at: the rows of one project, report by report. Pure.

Reports come at uneven dates: the previous report is the one before it of this project, whatever period it is of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.period import Period
from domain.returns import Missing, Return, ReturnRow

# Why a number is not there, beside the codes of the form: the cell is blank, there is no row, the rows are of different kroner.
BLANK, NO_ROW, OTHER_KRONER = "blank", "no_row", "other_kroner"
# Kind of price, price year, with VAT.
Kroner = tuple[str | None, int | None, bool | None]


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A return with the day on which it became known and its number in the ledger."""

    content: Return
    reported_on: dt.date
    submission_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """One project in one report: its rows by table, and which report it is."""

    project_id: str
    period: Period
    reported_on: dt.date
    rows: Mapping[str, tuple[ReturnRow, ...]]
    submission_id: int | None = None

    def of(self, table: str) -> tuple[ReturnRow, ...]:
        """The project's rows of a table; none where the report has none."""
        return self.rows.get(table, ())

    def code(self, table: str, column: str) -> str | None:
        """The code in the project's first row of a table; None where it is blank, coded missing or without a row."""
        rows = self.of(table)
        return rows[0].code(column) if rows else None


@dataclass(frozen=True, slots=True)
class Lack:
    """A figure that is not there: why (a code of the form, or one of ours), and where it should have stood."""

    reason: str
    table: str
    column: str


class Lacking(Exception):
    """A figure that is needed is not there. Says which, so that whoever asked can tell that nothing can be told."""

    def __init__(self, reason: str, table: str, column: str) -> None:
        self.lack = Lack(reason, table, column)
        super().__init__(f"{table}.{column}: {reason}")


def project_reports(handed_in: Iterable[HandedIn], as_of: dt.date) -> dict[str, tuple[ProjectReport, ...]]:
    """The reports of each project that were known on a day, oldest period first, by its id in order.

    Of several of one period, the one handed in last.
    """
    found: dict[str, dict[Period, ProjectReport]] = {}
    known = [given for given in handed_in if given.reported_on <= as_of]
    for given in sorted(known, key=lambda it: (it.reported_on, it.submission_id or 0)):
        for report in _reports_of(given):
            found.setdefault(report.project_id, {})[report.period] = report
    return {
        project_id: tuple(sorted(found[project_id].values(), key=lambda it: (it.period.last, it.period.first)))
        for project_id in sorted(found)
    }


def _reports_of(given: HandedIn) -> list[ProjectReport]:
    period = Period.parse(given.content.period)
    by_project: dict[str, dict[str, list[ReturnRow]]] = {project_id: {} for project_id in given.content.project_rows()}
    for row in given.content.all_rows():
        project_id = row.code("project_id")
        if project_id in by_project:
            by_project[project_id].setdefault(row.table, []).append(row)
    return [
        ProjectReport(
            project_id, period, given.reported_on, {table: tuple(rows) for table, rows in tables.items()}, given.submission_id
        )
        for project_id, tables in by_project.items()
    ]


def row_of(report: ProjectReport, table: str, milestone: str | None = None) -> ReturnRow:
    """The project's row of a table that has one for each project, or that of a milestone. Lacking."""
    rows = [row for row in report.of(table) if milestone is None or row.code("milestone") == milestone]
    if not rows:
        raise Lacking(NO_ROW, table, "project_id" if milestone is None else "milestone")
    return rows[0]


def number_in(row: ReturnRow, column: str) -> Decimal:
    """The number in a column. Lacking where it is blank or coded missing."""
    found = row.number(column)
    if found is None:
        raise Lacking(why_not(row, column), row.table, column)
    return found


def day_in(row: ReturnRow, column: str) -> dt.date:
    """The day in a column. Lacking where it is blank or coded missing."""
    found = row.day(column)
    if found is None:
        raise Lacking(why_not(row, column), row.table, column)
    return found


def why_not(row: ReturnRow, column: str) -> str:
    """Why a cell has no usable answer: its code of the form, or that it is blank."""
    answer = row.answers.get(column)
    return answer.code if isinstance(answer, Missing) else BLANK


def total_in(rows: Sequence[ReturnRow], column: str) -> Decimal:
    """The sum of a column over rows of the same kroner. Lacking where one row has no number, or the kroner differ."""
    require_same_kroner(rows, column)
    return sum((number_in(row, column) for row in rows), Decimal(0))


def require_same_kroner(rows: Sequence[ReturnRow], column: str) -> None:
    """Nothing where the rows may be added or compared. Lacking where their kroner differ."""
    if len({kroner(row) for row in rows}) > 1:
        raise Lacking(OTHER_KRONER, rows[0].table, column)


def kroner(row: ReturnRow) -> Kroner:
    """What the kroner of a row are worth. Amounts are only compared or added where this is the same."""
    year = row.number("price_year")
    has_vat = row.answers.get("includes_vat")
    return row.code("price_kind"), None if year is None else int(year), has_vat if isinstance(has_vat, bool) else None
