"""What each report says of its milestones, beside what the reports before it said: the mart milestone_status. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.returns import Missing, ReturnRow
from pipelines.methods.project_reports import ProjectReport
from pipelines.methods.rules.case import Baseline
from pipelines.methods.schedule import MilestoneRow, trends

_BLANK = "blank"


def milestone_rows(known: Sequence[ProjectReport], baselines: Mapping[str, Baseline]) -> Iterator[dict[str, Any]]:
    """One row per milestone of the last of a chain of reports. `baselines` are the adopted ones after it."""
    last = known[-1]
    stated = {row.code("milestone") or "": row for row in last.of("milestones")}
    earlier = [it for report in known[:-1] for it in _stated(report) if it.milestone in stated]
    numbers = {str(report.period): report.submission_id for report in known}
    for trend in trends([*earlier, *_stated(last)]):
        row, point = stated[trend.milestone], trend.points[-1]
        change = trend.rebaselines[-1] if trend.rebaselines and trend.rebaselines[-1].period == point.period else None
        baseline = baselines.get(trend.milestone)
        yield {
            "milestone": trend.milestone, "period_ends_on": point.period_ends_on, "baseline_on": point.baseline_on,
            "forecast_on": point.forecast_on, "actual_on": point.actual_on, "baseline_decision": row.code("baseline_decision"),
            "forecast_missing": _why_not(row, point.forecast_on), "adopted_on": baseline.adopted_on if baseline else None,
            "previous_period": point.previous_period,
            "previous_submission_id": numbers[point.previous_period] if point.previous_period else None,
            "changed_from_on": change.from_on if change else None, "changed_decision": change.decision if change else None,
            "sheet": row.sheet, "row_number": row.row,
        }  # fmt: skip


def _stated(report: ProjectReport) -> list[MilestoneRow]:
    """The milestones of a report; of one that is stated twice, the last."""
    found = {row.code("milestone") or "": row for row in report.of("milestones")}
    return [
        MilestoneRow(
            report.project_id, milestone, str(report.period), row.day("baseline_on"), row.day("forecast_on"),
            row.day("actual_on"), row.code("baseline_decision"),
        )
        for milestone, row in found.items()
    ]  # fmt: skip


def _why_not(row: ReturnRow, forecast_on: dt.date | None) -> str | None:
    """The form's code for a forecast that is not there; blank where the cell is empty."""
    answer = row.answers.get("forecast_on")
    return None if forecast_on else answer.code if isinstance(answer, Missing) else _BLANK
