"""The milestones of one project through its reports: the trend chart and its table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.milestone_trend import TrendLine, TrendWords, milestone_trend
from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said
from dashboard.parts.choices import choice
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen
from dashboard.parts.progress.blocks import HOVER
from dashboard.parts.progress.tables import hand_out, led
from dashboard.parts.progress.words import day_said, days_said, iso, milestone_said, project_said
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, computed_of, traced
from domain.model import Agreement
from domain.numbers import NO_VALUE, period_text
from pipelines.answers.progress.milestone_history import ACTUAL, BASELINE, FORECAST, OPENING, MilestoneHistory, MilestoneReport
from pipelines.answers.progress.progress import Moved, milestone_trends, most_moved
from pipelines.writing.tables import Cell

_EXPORT = (
    "project_id", "milestone", "period", "stated_baseline_on", "adopted_baseline_on", "forecast_on", "actual_on",
    "moved_previous_days", "moved_baseline_days", "baseline_decision", "submission_id", "row_number",
)  # fmt: skip
_SHOWN_REPORTS = 4


def trend_view(here: Surroundings, agreement: Agreement, chosen: Chosen, moves: Sequence[Moved]) -> None:
    """The trend of a chosen project, at first of the one that moved most."""
    named = {it.project_id: it for it in moves}
    first = most_moved(tuple(moves), 1)
    default = first[0].project_id if first else next(iter(named))
    project_id = choice("project", here.say("progress.trend.choose"), list(named), default, lambda it: project_said(named[it]))
    ask = partial(milestone_trends, here.published, agreement, project_id, here.as_of)
    found: tuple[MilestoneHistory, ...] = kept(ask, "milestone_trends", project_id, *here.known(agreement))
    if not found:
        blocks.small(here.say("progress.trend.none"))
        return
    blocks.title(_title(here, agreement, named[project_id]), here.say("progress.trend.unit"))
    drawn = [history for history in found if _is_drawn(history)]
    if drawn:
        key = (project_id, *here.known(agreement), here.language, here.ground)
        listed = "; ".join(_label(here, history) for history in drawn)
        figure = kept(partial(_draw, here, drawn), "milestone_trend", *key)
        show(figure, here.say("progress.trend.alt", milestones=listed), "progress-trend")
    else:
        blocks.small(here.say("progress.trend.none"))
    source_line(here, here.say("progress.source"))
    if len(drawn) < len(found):
        blocks.small(here.say("progress.trend.reached"))
    _table(here, agreement, found)
    how(here, [here.say("progress.how.trend"), here.say("progress.how.moved")])
    title = here.say("progress.export.trend", name=project_said(named[project_id]))
    hand_out(here, agreement, chosen, f"trend-{project_id}", title, _EXPORT, _cells(found))


def _title(here: Surroundings, agreement: Agreement, it: Moved) -> str:
    """When it opens or opened, against the adopted plan; only the name where one of the two is not known."""
    if it.expected_on is None or it.baseline_days is None:
        return here.say("progress.trend.title.plain", name=it.project_name)
    to_plan = partial(computed_of, here, agreement, "progress.moved_against_plan", it.project_id)
    named = {"name": it.project_name, "expected": to_plan(day_said(here, it.expected_on))}
    case = "reached" if it.has_opened else "expected"
    if not it.baseline_days:
        return here.say(f"progress.trend.title.{case}_same", **named)
    return here.say(f"progress.trend.title.{case}", moved=to_plan(days_said(here, it.baseline_days)), **named)


def _is_drawn(history: MilestoneHistory) -> bool:
    """Whether there is something to draw: a date that was not already reached in the first report."""
    points = history.trend.points
    return points[0].actual_on is None and any(point.expected_on for point in points)


def _label(here: Surroundings, history: MilestoneHistory) -> str:
    """The name of a milestone with its date; without it once it is reached, but for the opening."""
    name = milestone_said(here, history.milestone)
    if history.milestone != OPENING and history.trend.points[-1].actual_on:
        return name
    last = next(point.expected_on for point in reversed(history.trend.points) if point.expected_on)
    return here.say("progress.trend.label", milestone=name, on=day_said(here, last))


def _draw(here: Surroundings, found: Sequence[MilestoneHistory]) -> go.Figure:
    lines = [
        TrendLine(_points(here, history), _label(here, history), history.milestone == OPENING or len(found) == 1)
        for history in found
    ]
    words = TrendWords(here.say("progress.trend.diagonal"), HOVER)
    return milestone_trend(lines, words, SEPARATORS[here.language], here.palette)


def _points(here: Surroundings, history: MilestoneHistory) -> pd.DataFrame:
    name = milestone_said(here, history.milestone)
    rows = [
        {
            "report_on": point.period_ends_on, "expected_on": point.expected_on, "adopted_on": point.baseline_on,
            "is_reached": point.actual_on is not None,
            "hover": here.say(
                "progress.trend.hover", milestone=name, period=period_text(point.period, here.language),
                on=day_said(here, point.expected_on),
            ),
        }
        for point in history.trend.points
    ]  # fmt: skip
    return pd.DataFrame(rows).astype(object)


def _table(here: Surroundings, agreement: Agreement, found: Sequence[MilestoneHistory]) -> None:
    """One row a milestone: the adopted plan, and what the newest reports say."""
    periods = sorted({point.period for history in found for point in history.trend.points})[-_SHOWN_REPORTS:]
    columns = [Column(here.say("progress.column.milestone")), Column(here.say("progress.column.baseline"))]
    columns += [Column(period_text(period, here.language)) for period in periods]
    columns.append(Column(here.say("progress.column.baseline_days"), True))
    rows: list[list[Said]] = []
    for history in found:
        last = history.trend.points[-1]
        cells = [_cell(here, agreement, history.report_of(period)) for period in periods]
        name = milestone_said(here, history.milestone)
        of = f"{history.project_id}:{history.milestone}"
        moved = days_said(here, last.slip_baseline_days)
        adopted = led(here, agreement, _adopted_in(history), BASELINE, day_said(here, last.baseline_on))
        days = computed(here, agreement, None, "progress.milestone_against_plan", moved, grain="milestone", of=of)
        rows.append([name, adopted, *cells, days])
    blocks.table(here.say("progress.trend.caption"), columns, rows)


def _adopted_in(history: MilestoneHistory) -> MilestoneReport | None:
    """The newest report that states the baseline that is adopted."""
    adopted_on = history.trend.points[-1].baseline_on
    return next((it for it in reversed(history.reports) if adopted_on and it.stated.baseline_on == adopted_on), None)


def _cell(here: Surroundings, agreement: Agreement, report: MilestoneReport | None) -> Said:
    if report is None or not (report.stated.actual_on or report.stated.forecast_on):
        return NO_VALUE
    said = day_said(here, report.stated.actual_on or report.stated.forecast_on)
    is_reached = report.stated.actual_on is not None
    said = here.say("progress.trend.reached_mark", on=said) if is_reached else said
    column = ACTUAL if is_reached else FORECAST
    return traced(here, agreement, report.submission_id, "milestones", report.row_number, column, said)


def _cells(found: Sequence[MilestoneHistory]) -> list[list[Cell]]:
    return [
        [
            history.project_id, history.milestone, point.period, iso(report.stated.baseline_on), iso(report.adopted_on),
            iso(point.forecast_on), iso(point.actual_on), point.slip_previous_days, point.slip_baseline_days,
            report.stated.baseline_decision, report.submission_id, report.row_number,
        ]
        for history in found
        for report, point in zip(history.reports, history.trend.points, strict=True)
    ]  # fmt: skip
