"""Rules of when a project opens and reaches its milestones, and which day each milestone has as its baseline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from domain.deviation_limits import DeviationLimit
from domain.returns import ReturnRow
from pipelines.methods.project_reports import Lacking, ProjectReport, day_in, row_of, why_not
from pipelines.methods.rules.case import OPENING, Baseline, Case, Evidence, Reading
from pipelines.methods.rules.reading import applicable, cells_of, worst


def slip_baseline(case: Case, _limit: DeviationLimit) -> Reading:
    """How many days after its adopted day the opening is expected, or came.

    A baseline that was changed without a decision does not count: the adopted one stands.
    """
    row = row_of(case.now, "milestones", OPENING)
    expected = _expected_on(row)
    baseline = _baselines(case).get(OPENING)
    if baseline is None:
        raise Lacking(why_not(row, "baseline_on"), "milestones", "baseline_on")
    evidence: Evidence = {"baseline_on": baseline.adopted_on, "forecast_on": expected, "stated_baseline_on": baseline.stated_on}
    return Reading(Decimal((expected - baseline.adopted_on).days), evidence, cells_of([row], "baseline_on", "forecast_on"))


def slip_since_last(case: Case, _limit: DeviationLimit) -> Reading:
    """How many days later the opening is expected than in the project's previous report."""
    before = case.before("milestones", "forecast_on")
    row, last = row_of(case.now, "milestones", OPENING), row_of(before, "milestones", OPENING)
    expected, expected_before = _expected_on(row), _expected_on(last)
    evidence: Evidence = {"forecast_on": expected, "previous_forecast_on": expected_before, "previous_period": str(before.period)}
    return Reading(Decimal((expected - expected_before).days), evidence, cells_of([row, last], "forecast_on"))


def milestone_overdue(case: Case, _limit: DeviationLimit) -> Reading:
    """How many days ago the forecast of a milestone that is not reached passed, by the day of judgement: the longest."""
    rows = applicable(case.now.of("milestones"), "milestones", "forecast_on")
    awaited = [row for row in rows if row.day("actual_on") is None]
    return worst(awaited, lambda row: _overdue(row, case.as_of)) if awaited else Reading(Decimal(0))


def rebaseline(case: Case, _limit: DeviationLimit) -> Reading:
    """How many milestones have another baseline than the adopted one. One that is changed stays so until a decision is named."""
    case.before("milestones", "baseline_on")
    rows = applicable(case.now.of("milestones"), "milestones", "baseline_on")
    stated = [row for row in rows if row.day("baseline_on")]
    if not stated:
        raise Lacking(why_not(rows[0], "baseline_on"), "milestones", "baseline_on")
    baselines = _baselines(case)
    moved = [row for row in stated if (it := baselines.get(row.code("milestone") or "")) and it.stated_on != it.adopted_on]
    first = baselines[moved[0].code("milestone") or ""] if moved else None
    evidence: Evidence = {
        "milestone": moved[0].code("milestone"), "baseline_on": first.adopted_on, "stated_baseline_on": first.stated_on,
    } if first else {}  # fmt: skip
    return Reading(Decimal(len(moved)), evidence, cells_of(moved, "baseline_on"))


def adopted_baselines(reports: Iterable[ProjectReport], before: Mapping[str, Baseline] | None = None) -> dict[str, Baseline]:
    """The adopted and the stated day of each milestone, after reports in order; `before` are those of the reports before them.

    The first day that is given is adopted. Another takes its place when a decision is named that was not named before.
    """
    found: dict[str, Baseline] = dict(before or {})
    for row in (row for report in reports for row in report.of("milestones")):
        milestone, stated, decision = row.code("milestone"), row.day("baseline_on"), row.code("baseline_decision")
        if milestone is None or stated is None:
            continue
        known = found.get(milestone, Baseline(stated, stated, decision))
        is_decided = decision is not None and decision != known.decision
        found[milestone] = Baseline(stated if is_decided else known.adopted_on, stated, decision or known.decision)
    return found


def _baselines(case: Case) -> Mapping[str, Baseline]:
    return adopted_baselines(case.reports) if case.baselines is None else case.baselines


def _expected_on(row: ReturnRow) -> dt.date:
    """The day on which a milestone was reached, or is expected to be."""
    return row.day("actual_on") or day_in(row, "forecast_on")


def _overdue(row: ReturnRow, as_of: dt.date) -> Reading:
    expected = day_in(row, "forecast_on")
    evidence: Evidence = {"milestone": row.code("milestone"), "forecast_on": expected, "as_of": as_of}
    days = Decimal(max(0, (as_of - expected).days))
    return Reading(days, evidence, cells_of([row], "forecast_on"), counts_from=expected)
