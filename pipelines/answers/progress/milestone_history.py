"""Milestones in the reports known on a date, with the baseline that is adopted: of one project, or the newest of all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from domain.model import Agreement
from pipelines.answers.kept import kept
from pipelines.answers.reporting.returns import moment_of
from pipelines.history.snapshot import Snapshot
from pipelines.methods.schedule import FinalSlip, MilestoneRow, MilestoneTrend, Rebaseline, TrendPoint, final_slips, trends

OPENING, CONSTRUCTION_START = "opening", "construction_start"
BASELINE, FORECAST, ACTUAL, DECISION = "baseline_on", "forecast_on", "actual_on", "baseline_decision"
_ROWS = """
SELECT m.project_id, m.milestone, m.period, m.newest_from <= $moment AND $moment < m.newest_to AS is_newest, m.submission_id,
    m.sheet, m.row_number, m.baseline_on, m.forecast_on, m.actual_on, m.baseline_decision, m.adopted_on, m.forecast_missing
FROM snapshot.milestone_status AS m
WHERE m.agreement_id = $agreement_id AND m.known_from <= $moment AND $moment < m.known_to
"""
_OF_PROJECT = " AND m.project_id = $project_id ORDER BY m.project_id, m.period_ends_on, m.period, m.row_number"
# What the newest reports say, each beside the row of the report before it that had a date. An outer join reads all of the table
# that it joins: only the returns that can be meant are let through.
_NEWEST = """
SELECT m.project_id, m.milestone, m.period, true AS is_newest, m.submission_id, m.sheet, m.row_number, m.baseline_on,
    m.forecast_on, m.actual_on, m.baseline_decision, m.adopted_on, m.forecast_missing, m.previous_submission_id,
    p.period AS previous_period, p.sheet AS previous_sheet, p.row_number AS previous_row_number,
    p.baseline_on AS previous_baseline_on, p.forecast_on AS previous_forecast_on, p.actual_on AS previous_actual_on,
    p.baseline_decision AS previous_decision, p.adopted_on AS previous_adopted_on
FROM snapshot.milestone_status AS m
LEFT JOIN (
    SELECT submission_id, project_id, period, sheet, row_number, baseline_on, forecast_on, actual_on, baseline_decision,
        adopted_on
    FROM snapshot.milestone_status
    WHERE agreement_id = $agreement_id AND milestone = $milestone AND known_from <= $moment AND $moment < known_to
        AND submission_id IN (
            SELECT previous_submission_id FROM snapshot.milestone_status
            WHERE agreement_id = $agreement_id AND milestone = $milestone AND newest_from <= $moment AND $moment < newest_to
        )
) AS p ON p.submission_id = m.previous_submission_id AND p.project_id = m.project_id
WHERE m.agreement_id = $agreement_id AND m.newest_from <= $moment AND $moment < m.newest_to AND m.milestone = $milestone
"""
# Every report in which the stated baseline is another than before, with the one that is adopted after the last report.
_CHANGED = """
SELECT m.project_id, m.milestone, m.period, false AS is_newest, m.submission_id, m.sheet, m.row_number, m.baseline_on,
    m.forecast_on, m.actual_on, m.baseline_decision, m.adopted_on, m.forecast_missing, m.changed_from_on, m.changed_decision,
    max_by(l.adopted_on, l.period_ends_on) AS last_adopted_on
FROM snapshot.milestone_status AS m
JOIN snapshot.milestone_status AS l
    ON l.agreement_id = m.agreement_id AND l.project_id = m.project_id AND l.milestone = m.milestone
    AND l.known_from <= $moment AND $moment < l.known_to
WHERE m.agreement_id = $agreement_id AND m.known_from <= $moment AND $moment < m.known_to AND m.changed_from_on IS NOT NULL
GROUP BY ALL
ORDER BY m.project_id, m.milestone, m.period
"""
# The reports of a milestone that is reached, in those of its reports that were not.
_RECORD = """
SELECT m.project_id, m.milestone, m.period, m.forecast_on, m.actual_on
FROM snapshot.milestone_status AS m
WHERE m.agreement_id = $agreement_id AND m.known_from <= $moment AND $moment < m.known_to AND m.milestone = $milestone
QUALIFY max_by(m.actual_on, m.period_ends_on) OVER (PARTITION BY m.project_id) IS NOT NULL
"""


class MilestoneReport(NamedTuple):
    """Where a report says something of a milestone. `adopted_on` is the baseline that is adopted after it.

    `forecast_missing` is the form's code for a forecast date that is not there; blank where the cell is empty.
    """

    period: str
    is_newest: bool
    submission_id: int
    sheet: str
    row_number: int
    stated: MilestoneRow
    adopted_on: dt.date | None
    forecast_missing: str | None

    @property
    def expected_on(self) -> dt.date | None:
        """The day on which it was reached, or is forecast to be."""
        return self.stated.actual_on or self.stated.forecast_on


@dataclass(frozen=True, slots=True)
class MilestoneHistory:
    """A milestone of a project, report by report in the order of periods; `trend` and `stated` have a point for each of them.

    In `trend` the baseline is the adopted one, in `stated` the one that the reports state.
    """

    reports: tuple[MilestoneReport, ...]
    trend: MilestoneTrend
    stated: MilestoneTrend

    @property
    def project_id(self) -> str:
        return self.trend.project_id

    @property
    def milestone(self) -> str:
        return self.trend.milestone

    @property
    def now(self) -> tuple[MilestoneReport, TrendPoint] | None:
        """What the project's newest report says; None where it no longer has the milestone."""
        return (self.reports[-1], self.trend.points[-1]) if self.reports[-1].is_newest else None

    def report_of(self, period: str | None) -> MilestoneReport | None:
        """The report of a period; None where there is none."""
        return next((report for report in self.reports if report.period == period), None)


class NewestMilestone(NamedTuple):
    """What the newest report of a project says of a milestone, and the last one before it that had a date.

    `expected_on` is the day on which it was reached or is forecast to be. Days are above zero where that is later than before
    (`previous_days`), or than the adopted baseline (`baseline_days`); None where one of the two is not known.
    """

    report: MilestoneReport
    previous: MilestoneReport | None

    @property
    def expected_on(self) -> dt.date | None:
        return self.report.expected_on

    @property
    def previous_days(self) -> int | None:
        return _days(self.previous.expected_on if self.previous else None, self.expected_on)

    @property
    def baseline_days(self) -> int | None:
        return _days(self.report.adopted_on, self.expected_on)


@dataclass(frozen=True, slots=True)
class BaselineChange:
    """A report that states another baseline than before, and the baseline that is adopted after the last report."""

    change: Rebaseline
    report: MilestoneReport
    last_adopted_on: dt.date | None


def history(
    snapshot: Snapshot, agreement: Agreement, project_id: str, as_of: dt.date | None = None
) -> tuple[MilestoneHistory, ...]:
    """The milestones of a project, as known on a date, by name. A correction takes the place of what it corrects."""
    given = {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of), "project_id": project_id}
    found: dict[str, list[MilestoneReport]] = {}
    for row in snapshot.records(_ROWS + _OF_PROJECT, given):
        found.setdefault(row["milestone"], []).append(_report(row))
    return tuple(_history(reports) for reports in found.values())


def newest_milestones(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None = None, milestone: str = OPENING
) -> dict[str, NewestMilestone]:
    """A milestone in the newest report of each project that was known on a date, by project; none whose report lacks it."""
    return dict(_newest(snapshot, agreement.agreement_id, moment_of(as_of), milestone))


@kept
def _newest(snapshot: Snapshot, agreement_id: str, moment: dt.datetime, milestone: str) -> Mapping[str, NewestMilestone]:
    rows = snapshot.records(_NEWEST, {"agreement_id": agreement_id, "moment": moment, "milestone": milestone})
    return MappingProxyType({row["project_id"]: NewestMilestone(_report(row), _previous(row)) for row in rows})


def baseline_changes(snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None = None) -> tuple[BaselineChange, ...]:
    """Every change of a stated baseline in the reports known on a date, by project, milestone and period."""
    given = {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)}
    return tuple(
        BaselineChange(
            Rebaseline(
                row["project_id"], row["milestone"], row["period"], row["changed_from_on"], row[BASELINE], row["changed_decision"]
            ),
            _report(row), row["last_adopted_on"],
        )
        for row in snapshot.records(_CHANGED, given)
    )  # fmt: skip


def record(
    snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None = None, milestone: str = OPENING
) -> tuple[FinalSlip, ...]:
    """How far off forecasts of a milestone proved to be in all projects that had reached it on a date."""
    return final_slips(
        MilestoneRow(row["project_id"], milestone, row["period"], None, row[FORECAST], row[ACTUAL])
        for row in snapshot.records(_RECORD, _asked(agreement, as_of, milestone))
    )


def _asked(agreement: Agreement, as_of: dt.date | None, milestone: str) -> dict[str, object]:
    return {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of), "milestone": milestone}


def _report(row: Mapping[str, Any]) -> MilestoneReport:
    return MilestoneReport(
        row["period"], row["is_newest"], row["submission_id"], row["sheet"], row["row_number"],
        MilestoneRow(
            row["project_id"], row["milestone"], row["period"], row[BASELINE], row[FORECAST], row[ACTUAL], row[DECISION]
        ),
        row["adopted_on"], row["forecast_missing"],
    )  # fmt: skip


def _previous(row: Mapping[str, Any]) -> MilestoneReport | None:
    """The report before, of a row that has it beside its own; it had a date."""
    if row["previous_period"] is None:
        return None
    return MilestoneReport(
        row["previous_period"], False, row["previous_submission_id"], row["previous_sheet"], row["previous_row_number"],
        MilestoneRow(
            row["project_id"], row["milestone"], row["previous_period"], row["previous_baseline_on"], row["previous_forecast_on"],
            row["previous_actual_on"], row["previous_decision"],
        ),
        row["previous_adopted_on"], None,
    )  # fmt: skip


def _days(since: dt.date | None, until: dt.date | None) -> int | None:
    return (until - since).days if since and until else None


def _history(reports: Sequence[MilestoneReport]) -> MilestoneHistory:
    (stated,) = trends(report.stated for report in reports)
    (trend,) = trends(
        MilestoneRow(
            report.stated.project_id, report.stated.milestone, report.period, report.adopted_on, report.stated.forecast_on,
            report.stated.actual_on, report.stated.baseline_decision,
        )
        for report in reports
    )  # fmt: skip
    return MilestoneHistory(tuple(reports), trend, stated)
