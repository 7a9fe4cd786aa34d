"""Whether milestones follow each other, agree with the period, and agree with the phase of the project."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from checks.at_cell import at
from checks.row_sums import ENDED, of_projects
from checks.rules import Rule
from checks.usable import is_faulty
from domain.forms import Form
from domain.period import Period
from domain.returns import Return, ReturnRow
from domain.rows import Finding

NOT_IN_ORDER = Rule("milestones_not_in_order", "error", "across", ("milestones",))
AFTER_PERIOD = Rule("actual_after_period", "error", "across", ("milestones",))
FORECAST_NOT_ACTUAL = Rule("forecast_not_actual", "warning", "across", ("milestones",))
WITHOUT_START = Rule("construction_without_start", "warning", "across", ("projects", "milestones"))
WITHOUT_OPENING = Rule("opened_without_opening", "error", "across", ("projects", "milestones"))
BEFORE_OPENED = Rule("opening_before_phase", "warning", "across", ("projects", "milestones"))
RULES = (NOT_IN_ORDER, AFTER_PERIOD, FORECAST_NOT_ACTUAL, WITHOUT_START, WITHOUT_OPENING, BEFORE_OPENED)

# A plan may be adopted before or after the money is decided; both come before construction.
RANK = {"plan_adopted": 0, "funding_decided": 0, "construction_start": 1, "opening": 2, "final_accounts": 3}


def milestones_in_order(found: Return) -> Iterator[Finding]:
    """An error at each baseline, forecast or actual date that is before the milestone just below it.

    A forecast that only repeats an actual date out of order is not said again.
    """
    for rows in of_projects(found, "milestones").values():
        said: set[tuple[int, int]] = set()
        for column in ("actual_on", "forecast_on", "baseline_on"):
            for row, earlier in _out_of_order(rows, column):
                if column != "forecast_on" or (row.row, earlier.row) not in said:
                    yield at(
                        NOT_IN_ORDER, row, column, milestone=row.code("milestone"),
                        milestone_other=earlier.code("milestone"), other_on=earlier.day(column),
                    )  # fmt: skip
                said.add((row.row, earlier.row))


def actual_dates_are_past(found: Return) -> Iterator[Finding]:
    """An error where a milestone was reached after the end of the period."""
    next_day = Period.parse(found.period).last.plus(1).first_day
    for row in found.of("milestones"):
        day = row.day("actual_on")
        if day is not None and day >= next_day:
            yield at(AFTER_PERIOD, row, "actual_on", period_end=next_day - dt.timedelta(days=1))


def forecasts_end_with_the_actual(found: Return) -> Iterator[Finding]:
    """A warning where a milestone is reached and its forecast still says another day."""
    for row in found.of("milestones"):
        forecast, actual = row.day("forecast_on"), row.day("actual_on")
        if forecast is not None and actual is not None and forecast != actual:
            yield at(FORECAST_NOT_ACTUAL, row, "forecast_on", column_other="actual_on", other_on=actual)


def phase_agrees_with_milestones(found: Return, form: Form) -> Iterator[Finding]:
    """A finding at the phase of each project that goes on and whose milestones say otherwise."""
    phases = [choice.code for choice in form.table("projects").column("phase").allowed]
    milestones = of_projects(found, "milestones")
    for project_id, project in found.project_rows().items() if "milestones" in found.rows else ():
        phase, rows = project.code("phase"), milestones.get(project_id, [])
        if phase not in phases or project.code("standing") in ENDED:
            continue
        opening, is_reached = _actual(rows, "opening"), _is_reached(rows, "opening")
        if phase == "construction" and _is_reached(rows, "construction_start") is False:
            yield at(WITHOUT_START, project, "phase", project_id=project_id)
        if phase == "opened" and is_reached is False:
            yield at(WITHOUT_OPENING, project, "phase", project_id=project_id)
        if opening and phases.index(phase) < phases.index("opened"):
            yield at(BEFORE_OPENED, project, "phase", project_id=project_id, other_on=opening)


def _out_of_order(rows: list[ReturnRow], column: str) -> Iterator[tuple[ReturnRow, ReturnRow]]:
    """Each row that is dated before a row of the highest rank below its own, with the latest of those."""
    dated = [(RANK[code], day, row) for row in rows if (day := row.day(column)) and (code := row.code("milestone") or "") in RANK]
    for rank, day, row in dated:
        below = max((other for other, _, _ in dated if other < rank), default=None)
        nearest = [(other_day, other) for other_rank, other_day, other in dated if other_rank == below]
        latest = max(nearest, key=lambda found: found[0], default=None)
        if latest and latest[0] > day:
            yield row, latest[1]


def _rows_of(rows: list[ReturnRow], milestone: str) -> list[ReturnRow]:
    return [row for row in rows if row.code("milestone") == milestone]


def _actual(rows: list[ReturnRow], milestone: str) -> dt.date | None:
    return next((day for row in _rows_of(rows, milestone) if (day := row.day("actual_on"))), None)


def _is_reached(rows: list[ReturnRow], milestone: str) -> bool | None:
    """None where it cannot be told: something is wrong with the date, or with which milestone it is."""
    if any(is_faulty(row, "milestone") or is_faulty(row, "actual_on") for row in rows):
        return None
    return _actual(rows, milestone) is not None
