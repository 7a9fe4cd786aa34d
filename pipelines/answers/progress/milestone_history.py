"""Every milestone of every project through all the reports that were known on a date, with the baseline that is adopted."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from domain.model import Agreement
from domain.period import Period
from domain.returns import ReturnRow
from pipelines.answers.reporting.returns import moment_of
from pipelines.history.snapshot import Snapshot
from pipelines.methods.deviation_rules import Baseline, adopted_baselines
from pipelines.methods.project_reports import ProjectReport
from pipelines.methods.schedule import FinalSlip, MilestoneRow, MilestoneTrend, TrendPoint, final_slips, trends

OPENING, CONSTRUCTION_START = "opening", "construction_start"
BASELINE, FORECAST, ACTUAL, DECISION = "baseline_on", "forecast_on", "actual_on", "baseline_decision"
_MILESTONES = """
SELECT s.project_id, s.period, s.reported_on, s.newest_from <= $moment AND $moment < s.newest_to AS is_newest,
    m.milestone, m.baseline_on, m.forecast_on, m.actual_on, m.baseline_decision, m.missing, m.submission_id, m.sheet, m.row_number
FROM snapshot.project_status AS s
JOIN snapshot.return_milestone AS m ON m.submission_id = s.submission_id AND m.project_id = s.project_id
WHERE s.agreement_id = $agreement_id AND s.known_from <= $moment AND $moment < s.known_to
ORDER BY s.project_id, s.period_ends_on, s.period, m.row_number
"""


@dataclass(frozen=True, slots=True)
class MilestoneReport:
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


# By project and milestone.
Histories = Mapping[tuple[str, str], MilestoneHistory]


def histories(snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None = None) -> Histories:
    """The milestones of all projects of an agreement, as known on a date. A correction takes the place of what it corrects."""
    given = {"agreement_id": agreement.agreement_id, "moment": moment_of(as_of)}
    found: dict[tuple[str, str], list[MilestoneReport]] = {}
    for _, rows in groupby(snapshot.records(_MILESTONES, given), lambda row: str(row["project_id"])):
        for report in _reports(list(rows)):
            found.setdefault((report.stated.project_id, report.stated.milestone), []).append(report)
    return {key: _history(reports) for key, reports in found.items()}


def record(known: Histories, milestone: str = OPENING) -> tuple[FinalSlip, ...]:
    """How far off forecasts of a milestone proved to be in all projects that have reached it."""
    return final_slips(
        report.stated for history in known.values() if history.milestone == milestone for report in history.reports
    )


def _reports(rows: Sequence[Mapping[str, Any]]) -> Iterable[MilestoneReport]:
    """The reports of all milestones of a project, each with what is adopted after it."""
    adopted: dict[str, Baseline] = {}
    for _, listed in groupby(rows, lambda row: str(row["period"])):
        of_period = list(listed)
        adopted = adopted_baselines([_as_report(of_period)], adopted)
        for row in of_period:
            baseline = adopted.get(row["milestone"])
            yield MilestoneReport(
                row["period"], row["is_newest"], row["submission_id"], row["sheet"], row["row_number"],
                MilestoneRow(
                    row["project_id"], row["milestone"], row["period"], row[BASELINE], row[FORECAST], row[ACTUAL], row[DECISION]
                ),
                baseline.adopted_on if baseline else None, _why_not(row),
            )  # fmt: skip


def _as_report(rows: Sequence[Mapping[str, Any]]) -> ProjectReport:
    """The milestones of one report as the deviation rules read them, so that both adopt the same baseline."""
    names = ("milestone", BASELINE, DECISION)
    listed = tuple(
        ReturnRow("milestones", row["sheet"], row["row_number"], {name: row[name] for name in names if row[name] is not None})
        for row in rows
    )
    first = rows[0]
    return ProjectReport(
        first["project_id"], Period.parse(first["period"]), first["reported_on"], {"milestones": listed}, first["submission_id"]
    )


def _why_not(row: Mapping[str, Any]) -> str | None:
    if row[FORECAST] is not None:
        return None
    found = json.loads(row["missing"]).get(FORECAST, {})
    return str(found.get("missing", "blank"))


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
