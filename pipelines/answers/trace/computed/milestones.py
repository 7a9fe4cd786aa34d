"""Days between dates of milestones, of the cells that the dates stand in."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.answers.named_figures import Asked
from pipelines.answers.progress.milestone_history import (
    ACTUAL,
    BASELINE,
    FORECAST,
    OPENING,
    MilestoneHistory,
    MilestoneReport,
    history,
    record,
)
from pipelines.answers.progress.progress import MONTHS, openings
from pipelines.answers.trace.computed.made import Made, Maker, Part, Wanted

DAYS = "days"


def milestone_of(asked: Asked, project_id: str | None, milestone: str) -> MilestoneHistory | None:
    """A milestone of a project through its reports; None where it has none of that name."""
    found = history(asked.snapshot, asked.agreement, project_id or "", asked.as_of)
    return next((it for it in found if it.milestone == milestone), None)


def date_cell(report: MilestoneReport) -> Part:
    """The cell of the day that it was reached, or is forecast for."""
    return milestone_cell(report, ACTUAL if report.stated.actual_on else FORECAST)


def adopted_cells(found: MilestoneHistory, report: MilestoneReport) -> tuple[Part, ...]:
    """The cell in which the baseline that is adopted was stated, in the newest report that states it."""
    upto = found.reports[: found.reports.index(report) + 1]
    stated = (it for it in reversed(upto) if it.stated.baseline_on == report.adopted_on and report.adopted_on)
    return tuple(milestone_cell(it, BASELINE) for it in stated)[:1]


def milestone_cell(report: MilestoneReport, column: str) -> Part:
    """A cell of the row of a milestone in a report."""
    return Part(report.stated.project_id, report.submission_id, "milestones", report.row_number, column)


def _since_previous(asked: Asked, wanted: Wanted) -> Made | None:
    found = milestone_of(asked, wanted.key, OPENING)
    if found is None or found.now is None:
        return None
    report, point = found.now
    previous = found.report_of(point.previous_period)
    return Made(point.slip_previous_days, DAYS, "milestones", (date_cell(report), *([date_cell(previous)] if previous else [])))


def _against_plan(asked: Asked, wanted: Wanted) -> Made | None:
    return _slip(milestone_of(asked, wanted.key, OPENING))


def _milestone_against_plan(asked: Asked, wanted: Wanted) -> Made | None:
    """Of any milestone: the key is project and milestone, with a colon between."""
    project_id, _, milestone = (wanted.key or "").partition(":")
    return _slip(milestone_of(asked, project_id, milestone))


def _milestone_against_stated(asked: Asked, wanted: Wanted) -> Made | None:
    """Against the baseline that the newest report states, whether it is adopted or not."""
    project_id, _, milestone = (wanted.key or "").partition(":")
    found = milestone_of(asked, project_id, milestone)
    if found is None:
        return None
    report, point = found.reports[-1], found.stated.points[-1]
    return Made(point.slip_baseline_days, DAYS, "milestones", (date_cell(report), milestone_cell(report, BASELINE)))


def _slip(found: MilestoneHistory | None) -> Made | None:
    if found is None:
        return None
    report, point = found.reports[-1], found.trend.points[-1]
    return Made(point.slip_baseline_days, DAYS, "milestones", (date_cell(report), *adopted_cells(found, report)))


def _baseline_moved(asked: Asked, wanted: Wanted) -> Made | None:
    """The days by which a report states another baseline than the one before: project, milestone and period, by colons."""
    project_id, _, rest = (wanted.key or "").partition(":")
    milestone, _, period = rest.partition(":")
    found = milestone_of(asked, project_id, milestone)
    change = next((it for it in found.stated.rebaselines if it.period == period), None) if found else None
    report = found.report_of(period) if found else None
    if found is None or change is None or report is None:
        return None
    before = [it for it in found.reports[: found.reports.index(report)] if it.stated.baseline_on == change.from_on]
    cells = [milestone_cell(it, BASELINE) for it in (report, *before[-1:])]
    return Made(change.moved_days, DAYS, "milestones", tuple(cells))


def _opening_range(asked: Asked, wanted: Wanted) -> Made | None:
    """How many days lie between the bounds of an opening: of its forecast, and the record of those that have opened."""
    listed = openings(asked.snapshot, asked.agreement, asked.as_of, MONTHS, asked.selection).listed
    own = next((it for it in listed if it.moved.project_id == wanted.key), None)
    if own is None or own.moved.report is None:
        return None
    known = record(asked.snapshot, asked.agreement, asked.as_of)
    first, last = own.range.band_days
    alike = {
        it.project_id for it in known
        if (first is None or it.remaining_days >= first) and (last is None or it.remaining_days < last)
    }  # fmt: skip
    finished = [it for project_id in sorted(alike) if (it := milestone_of(asked, project_id, OPENING))]
    cells = [date_cell(own.moved.report), *(date_cell(it.reports[-1]) for it in finished)]
    bounds = own.range.low_on, own.range.high_on
    days = (bounds[1] - bounds[0]).days if bounds[0] and bounds[1] else None
    return Made(days, DAYS, "milestones", tuple(cells))


MILESTONES: Mapping[str, Maker] = {
    "moved_since_previous": _since_previous,
    "moved_against_plan": _against_plan,
    "milestone_against_plan": _milestone_against_plan,
    "milestone_against_stated": _milestone_against_stated,
    "baseline_moved": _baseline_moved,
    "opening_range": _opening_range,
}
