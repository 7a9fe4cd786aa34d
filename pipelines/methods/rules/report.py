"""Rules of the report itself: whether it is there, how old it is, and the colour that it reports."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from domain.deviation_limits import COLOURS, DeviationLimit
from domain.period import Period
from pipelines.methods.project_reports import Lack, Lacking, row_of, why_not
from pipelines.methods.rules.case import NO_DEADLINE, NOTHING_THERE, Case, Evidence, Reading
from pipelines.methods.rules.reading import cells_of


def report_missing(case: Case, _limit: DeviationLimit) -> Reading:
    """How many days ago the deadline of the report after the newest passed, by the day of judgement. 0 before it."""
    if case.deadline_days is None:
        raise Lacking(NO_DEADLINE, "projects", "project_id")
    period = case.now.period
    awaited = Period(period.first.plus(period.n_months), period.last.plus(period.n_months))
    deadline = _last_day(awaited) + dt.timedelta(days=case.deadline_days)
    evidence: Evidence = {"period": str(period), "awaited_period": str(awaited), "deadline_on": deadline, "as_of": case.as_of}
    return Reading(Decimal(max(0, (case.as_of - deadline).days)), evidence, counts_from=deadline)


def report_stale(case: Case, _limit: DeviationLimit) -> Reading:
    """How many days ago the period of the newest figures ended, by the day of judgement."""
    ended = _last_day(case.now.period)
    evidence: Evidence = {"period": str(case.now.period), "period_ended_on": ended, "as_of": case.as_of}
    return Reading(Decimal(max(0, (case.as_of - ended).days)), evidence, counts_from=ended)


def reported_greener(case: Case, _limit: DeviationLimit) -> Reading:
    """How many levels the reported colour is better than the colour of the figures. 0 where it is the same or worse."""
    row = row_of(case.now, "progress")
    reported = row.code("colour_overall")
    if reported not in COLOURS:
        raise Lacking(why_not(row, "colour_overall"), "progress", "colour_overall")
    evidence: Evidence = {"reported_colour": reported, "data_colour": case.data_colour, "reason": row.code("reason_overall")}
    cells = cells_of([row], "colour_overall")
    if case.data_colour is None:
        return Reading(None, evidence, cells, Lack(NOTHING_THERE, "progress", "colour_overall"))
    levels = COLOURS.index(case.data_colour) - COLOURS.index(reported)
    return Reading(Decimal(max(0, levels)), evidence, cells)


def _last_day(period: Period) -> dt.date:
    return period.last.plus(1).first_day - dt.timedelta(days=1)
