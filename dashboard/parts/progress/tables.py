"""The tables of the page about progress: openings to come, what moved, phases by area, baselines that were changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.opening_dates import opening_dates
from dashboard.parts import blocks
from dashboard.parts.blocks import Column, Said, joined
from dashboard.parts.exports import hand_out_reports
from dashboard.parts.figure_foot import how, source_line
from dashboard.parts.figures import SEPARATORS, kept, show
from dashboard.parts.filters import Chosen
from dashboard.parts.more_rows import first_rows
from dashboard.parts.progress.blocks import HOVER
from dashboard.parts.progress.words import (
    day_said,
    days_said,
    iso,
    missing_said,
    phase_said,
    project_said,
)
from dashboard.parts.project_links import project_link
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, computed_of, traced
from domain.model import Agreement
from domain.numbers import NO_VALUE, period_text
from pipelines.answers.progress.milestone_history import ACTUAL, BASELINE, FORECAST, MilestoneReport
from pipelines.answers.progress.progress import Moved, Opening, Openings
from pipelines.methods.schedule import FEWEST
from pipelines.writing.tables import Cell

_DRAWN = 20
# The rows that a table begins with; more of them are shown when the reader asks for all.
MOST_ROWS = 100
_OPENING_EXPORT = (
    "project_id", "project_name", "party_id", "phase", "forecast_on", "low_on", "high_on", "n_finished", "period",
    "previous_forecast_on", "previous_period", "moved_previous_days", "baseline_on", "moved_baseline_days", "submission_id",
    "row_number",
)  # fmt: skip
_MOVED_EXPORT = (
    "project_id", "project_name", "party_id", "phase", "expected_on", "is_opened", "missing", "period", "previous_expected_on",
    "previous_period", "moved_previous_days", "baseline_on", "moved_baseline_days", "submission_id", "row_number",
)  # fmt: skip


def opening_view(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Openings) -> None:
    """The openings to come along time and in a table, and the forecasts that have passed."""
    days = {"first": day_said(here, found.after_on), "last": day_said(here, found.until_on)}
    if found.listed:
        is_ranged = any(it.range.low_on for it in found.listed)
        unit = here.say("progress.openings.unit" if is_ranged else "progress.openings.unit_alone")
        blocks.title(here.say("progress.openings.title", **days), unit)
        drawn = found.listed[:_DRAWN]
        key = (*here.known(agreement), *chosen.key, here.language, here.ground)
        figure = kept(partial(_draw_openings, here, found, drawn), "opening_dates", *key)
        listed = "; ".join(f"{it.moved.project_name}: {day_said(here, it.moved.expected_on)}" for it in drawn)
        show(figure, here.say("progress.openings.alt", projects=listed), "progress-openings")
        rows = [_opening(here, agreement, it) for it in first_rows(here, found.listed, "all openings", MOST_ROWS)]
        heads = ("project", "forecast", "range", "previous_days", "baseline_days", "phase")
        blocks.table(here.say("progress.openings.caption"), columns_of(here, heads), rows)
    else:
        blocks.title(here.say("progress.openings.none", **days))
    led_to = partial(computed, here, agreement, chosen)
    counts = {"later": str(len(found.later)), "undated": str(len(found.undated))}
    beyond = {name: led_to(f"progress.openings_{name}", n) for name, n in counts.items()}
    blocks.small(here.say("progress.openings.beyond", **beyond))
    record = here.say("progress.openings.record", n=led_to("progress.record", str(found.record_size)))
    source_line(here, joined([here.say("progress.source"), record]))
    how(
        here,
        [here.say("progress.how.newest"), here.say("progress.how.range", fewest=FEWEST), here.say("progress.how.range_kind")],
    )
    if found.listed:
        exported = [_opening_cells(it) for it in found.listed]
        hand_out(here, agreement, chosen, "openings", here.say("progress.export.openings", **days), _OPENING_EXPORT, exported)
    if found.passed:
        _passed(here, agreement, chosen, found.passed)


def _passed(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Sequence[Moved]) -> None:
    n = computed(here, agreement, chosen, "progress.openings_passed", str(len(found)))
    blocks.title(here.say("progress.openings.passed", n=n), here.say("progress.openings.passed_why"))
    shown = first_rows(here, found, "all passed", MOST_ROWS)
    rows: list[list[Said]] = [
        [
            _project(here, agreement, it), _expected(here, agreement, it), _since_previous(here, agreement, it),
            _against_plan(here, agreement, it), period_text(it.report.period, here.language) if it.report else NO_VALUE,
        ]
        for it in shown
    ]  # fmt: skip
    heads = ("project", "forecast", "previous_days", "baseline_days", "period")
    blocks.table(here.say("progress.openings.caption_passed"), columns_of(here, heads), rows)
    exported = [_moved_cells(it) for it in found]
    hand_out(here, agreement, chosen, "passed", here.say("progress.export.passed"), _MOVED_EXPORT, exported)


def moved_view(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Sequence[Moved]) -> None:
    """Every project: its opening now, in its previous report, and in the adopted plan, the farthest moved first."""
    heads = ("project", "expected", "previous", "previous_days", "baseline", "baseline_days", "phase")
    ordered = sorted(found, key=lambda it: (-abs(it.previous_days or 0), -(it.baseline_days or 0), it.project_id))
    blocks.title(here.say("progress.export.moved"))
    shown = first_rows(here, ordered, "all moved", MOST_ROWS)
    rows: list[list[Said]] = [
        [
            _project(here, agreement, it), _expected(here, agreement, it), _previous(here, agreement, it),
            _since_previous(here, agreement, it), _baseline(here, agreement, it), _against_plan(here, agreement, it),
            phase_said(here, it.phase),
        ]
        for it in shown
    ]  # fmt: skip
    blocks.table(here.say("progress.how.newest"), columns_of(here, heads), rows)
    source_line(here, here.say("progress.source"))
    how(here, [here.say("progress.how.moved")])
    exported = [_moved_cells(it) for it in ordered]
    hand_out(here, agreement, chosen, "moved", here.say("progress.export.moved"), _MOVED_EXPORT, exported)


def columns_of(
    here: Surroundings, names: Sequence[str], numbers: Sequence[str] = ("previous_days", "baseline_days", "days")
) -> list[Column]:
    """Columns by their names; those of numbers stand to the right."""
    return [Column(here.say(f"progress.column.{name}"), name in numbers) for name in names]


def _draw_openings(here: Surroundings, found: Openings, drawn: Sequence[Opening]) -> go.Figure:
    rows = pd.DataFrame([
        {
            "name": it.moved.project_name, "on": it.moved.expected_on, "low_on": it.range.low_on, "high_on": it.range.high_on,
            "label": day_said(here, it.moved.expected_on),
            "hover": f"{it.moved.project_name}: {day_said(here, it.moved.expected_on)}. {_range(here, it)}",
        }
        for it in drawn
    ]).astype({"low_on": object, "high_on": object})  # fmt: skip
    return opening_dates(rows, (found.after_on, found.until_on), HOVER, SEPARATORS[here.language], here.palette)


def _opening(here: Surroundings, agreement: Agreement, it: Opening) -> list[Said]:
    return [
        _project(here, agreement, it.moved), _expected(here, agreement, it.moved),
        computed_of(here, agreement, "progress.opening_range", it.moved.project_id, _range(here, it)),
        _since_previous(here, agreement, it.moved), _against_plan(here, agreement, it.moved), phase_said(here, it.moved.phase),
    ]  # fmt: skip


def _range(here: Surroundings, it: Opening) -> str:
    if it.range.low_on is None or it.range.high_on is None:
        return here.say("progress.openings.too_few", n=it.range.n_finished, fewest=it.range.fewest)
    return here.say("progress.openings.range", low=day_said(here, it.range.low_on), high=day_said(here, it.range.high_on))


def _project(here: Surroundings, agreement: Agreement, it: Moved) -> Said:
    return project_link(here, agreement, it.project_id, project_said(it))


def _since_previous(here: Surroundings, agreement: Agreement, it: Moved) -> Said:
    said = days_said(here, it.previous_days)
    return computed_of(here, agreement, "progress.moved_since_previous", it.project_id, said)


def _against_plan(here: Surroundings, agreement: Agreement, it: Moved) -> Said:
    said = days_said(here, it.baseline_days)
    return computed_of(here, agreement, "progress.moved_against_plan", it.project_id, said)


def _expected(here: Surroundings, agreement: Agreement, it: Moved) -> Said:
    if it.expected_on is None:
        return missing_said(here, it.missing)
    return led(here, agreement, it.report, ACTUAL if it.has_opened else FORECAST, day_said(here, it.expected_on))


def _previous(here: Surroundings, agreement: Agreement, it: Moved) -> Said:
    column = ACTUAL if it.previous and it.previous.stated.actual_on else FORECAST
    return led(here, agreement, it.previous, column, day_said(here, it.previous_on))


def _baseline(here: Surroundings, agreement: Agreement, it: Moved) -> Said:
    """The adopted baseline; it leads to its cell where the newest report states it, else to what is computed with it."""
    said = day_said(here, it.baseline_on)
    if it.report is None or it.report.stated.baseline_on != it.baseline_on:
        return computed_of(here, agreement, "progress.moved_against_plan", it.project_id, said)
    return led(here, agreement, it.report, BASELINE, said)


def led(here: Surroundings, agreement: Agreement, report: MilestoneReport | None, column: str, said: str) -> Said:
    """Words that lead to a cell of a report's row of the milestone; plain where there is no such row."""
    if report is None or said == NO_VALUE:
        return said
    return traced(here, agreement, report.submission_id, "milestones", report.row_number, column, said)


def _opening_cells(it: Opening) -> list[Cell]:
    own = it.moved
    report = own.report
    return [
        own.project_id, own.project_name, own.party_id, own.phase, iso(own.expected_on), iso(it.range.low_on),
        iso(it.range.high_on),
        it.range.n_finished, report.period if report else None, iso(own.previous_on),
        own.previous.period if own.previous else None, own.previous_days, iso(own.baseline_on), own.baseline_days,
        report.submission_id if report else None, report.row_number if report else None,
    ]  # fmt: skip


def _moved_cells(it: Moved) -> list[Cell]:
    report = it.report
    return [
        it.project_id, it.project_name, it.party_id, it.phase, iso(it.expected_on), it.has_opened, it.missing,
        report.period if report else None, iso(it.previous_on), it.previous.period if it.previous else None, it.previous_days,
        iso(it.baseline_on), it.baseline_days, report.submission_id if report else None, report.row_number if report else None,
    ]  # fmt: skip


def hand_out(
    here: Surroundings,
    agreement: Agreement,
    chosen: Chosen,
    key: str,
    title: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Cell]],
) -> None:
    """CSV and Excel, with what is chosen in what the reader must know."""
    credit = here.say("progress.export.credit", projects=chosen.said)
    hand_out_reports(here, agreement, f"progress-{key}", title, names, rows, credit)
