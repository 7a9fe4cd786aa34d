"""The tables of one project that tell its reports: what each said, colours with reasons, milestones, and who pays."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from dashboard.parts import blocks
from dashboard.parts.agreement_names import coded, source_name
from dashboard.parts.blocks import Column, Said
from dashboard.parts.economy.words import mnok_text
from dashboard.parts.exports import hand_out_reports
from dashboard.parts.figure_foot import source_line
from dashboard.parts.filters import Chosen, price_said
from dashboard.parts.levels import level_said
from dashboard.parts.project.words import day_said
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed, computed_of, traced, traced_sum
from domain.model import Agreement
from domain.numbers import NO_VALUE, decimal_text, period_text
from pipelines.answers.economy.line_table import Line
from pipelines.answers.project.history import COSTS, SUBJECTS, ProjectHistory, Report
from pipelines.answers.project.sheets import MilestoneRow, ProjectSheets
from pipelines.methods.money import Amount, Figure
from pipelines.writing.tables import Cell

_FUNDING = ("budget_mnok", "spent_to_date_mnok", "forecast_mnok", "requisitioned_mnok")
_NUMBERS = frozenset({*COSTS, "physical", "spent", "slip", "year", *_FUNDING})
_EXPORTED = (
    "period", "submission_id", "reported_on", "project_name", "phase", "standing", *COSTS, "spent_to_date_mnok", "baseline_on",
    "forecast_on", "actual_on", "physical_pct", *(f"colour_{it}" for it in SUBJECTS), *(f"reason_{it}" for it in SUBJECTS),
    "data_colour", "status_text",
)  # fmt: skip


def columns(here: Surroundings, names: Sequence[str], numbers: frozenset[str] = _NUMBERS) -> list[Column]:
    """Columns by their names in the words of the page."""
    return [Column(here.say(f"project.column.{name}"), name in numbers) for name in names]


def unit(here: Surroundings, chosen: Chosen) -> str:
    """Mill. kr, 2024-kroner, uten mva."""
    return here.say("project.unit", price=price_said(here, chosen.price))


def hand_out(
    here: Surroundings,
    agreement: Agreement,
    chosen: Chosen,
    key: str,
    title: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Cell]],
) -> None:
    """CSV and Excel, with the price in what the reader must know."""
    credit = here.say("project.export.credit", price=price_said(here, chosen.price))
    hand_out_reports(here, agreement, key, title, names, rows, credit)


def report_table(here: Surroundings, agreement: Agreement, chosen: Chosen, history: ProjectHistory) -> None:
    """Each report, the newest first; every number leads to its cell."""
    names = ["period", "reported_on", *COSTS, "opening_forecast", "opening_baseline", "physical", "spent"]
    has_names = len(history.names) > 1
    n = computed_of(here, agreement, "project.reports", history.project_id, str(len(history.reports)))
    blocks.title(here.say(f"project.reports.title.{one_or_other(len(history.reports))}", n=n), unit(here, chosen))
    rows = [
        [*_report_cells(here, agreement, history.project_id, report), *([report.project_name] if has_names else [])]
        for report in reversed(history.reports)
    ]
    blocks.table(here.say("project.reports.caption"), columns(here, [*names, *(["name"] if has_names else [])]), rows)
    source_line(here, here.say("project.source"))
    title = f"{here.say('project.reports.export')}: {history.project_id}"
    exported = [_exported(report) for report in history.reports]
    hand_out(here, agreement, chosen, f"project-{history.project_id}", title, _EXPORTED, exported)


def _report_cells(here: Surroundings, agreement: Agreement, project_id: str, report: Report) -> list[Said]:
    def of_row(table: str, row_number: int | None, column: str, said: str) -> Said:
        if row_number is None or said == NO_VALUE:
            return said
        return traced(here, agreement, report.submission_id, table, row_number, column, said)

    opening = report.opening
    at = opening.row_number if opening else None
    day_column = "actual_on" if opening and opening.actual_on else "forecast_on"
    spent = mnok_text(here, report.spent.mnok)
    return [
        period_text(report.period, here.language),
        day_said(here, report.reported_on),
        *(
            of_row("cost_estimates", report.rows.get("cost_estimates"), name, mnok_text(here, report.mnok(name)))
            for name in COSTS
        ),
        of_row("milestones", at, day_column, day_said(here, opening.on if opening else None)),
        of_row("milestones", at, "baseline_on", day_said(here, opening.baseline_on if opening else None)),
        of_row("progress", report.rows.get("progress"), "physical_pct", decimal_text(report.physical_pct, 0, here.language)),
        spent
        if report.spent.mnok is None
        else traced_sum(here, agreement, report.submission_id, "economy", project_id, "spent_to_date_mnok", spent),
    ]


def _exported(report: Report) -> list[Cell]:
    opening = report.opening
    days = (opening.baseline_on, opening.forecast_on, opening.actual_on) if opening else (None, None, None)
    return [
        report.period, report.submission_id, report.reported_on.isoformat(), report.project_name, report.phase, report.standing,
        *(_cell(report.mnok(name)) for name in COSTS), _cell(report.spent.mnok),
        *(day.isoformat() if day else None for day in days), report.physical_pct,
        *(report.reported[subject][0] for subject in SUBJECTS), *(report.reported[subject][1] for subject in SUBJECTS),
        report.data_colour, report.status_text,
    ]  # fmt: skip


def colour_table(here: Surroundings, agreement: Agreement, history: ProjectHistory) -> None:
    """The owner's own colours in each report, the newest first, and what the owner wrote."""
    blocks.title(here.say("project.colour_table.title"))
    rows: list[list[Said]] = []
    for report in reversed(history.reports):
        at = report.rows.get("progress")
        cells: list[Said] = [
            level_text(here, colour)
            if at is None or colour is None
            else traced(here, agreement, report.submission_id, "progress", at, f"colour_{subject}", level_text(here, colour))
            for subject, (colour, _) in report.reported.items()
        ]
        rows.append([period_text(report.period, here.language), *cells, report.status_text or NO_VALUE])
    blocks.table(here.say("project.colour_table.caption"), columns(here, ["period", *SUBJECTS, "status_text"]), rows)
    source_line(here, here.say("project.source"))


def reason_table(here: Surroundings, agreement: Agreement, history: ProjectHistory) -> None:
    """The owner's reasons for colours, each once for as long as it stood, the last one first."""
    if not history.reasons:
        return
    blocks.title(here.say("project.reasons.title"))
    rows: list[list[Said]] = [
        [
            here.say(f"project.column.{run.subject}"),
            level_text(here, run.colour),
            traced(here, agreement, run.submission_id, "progress", run.row_number, f"reason_{run.subject}", run.reason),
            period_text(run.first_period, here.language),
            period_text(run.last_period, here.language),
        ]
        for run in history.reasons
    ]
    names = ("about", "colour", "reason", "first", "last")
    blocks.table(here.say("project.reasons.caption"), columns(here, names), rows)
    source_line(here, here.say("project.source"))


def one_or_other(n: int) -> str:
    """Which form of a text says a number."""
    return "one" if n == 1 else "other"


def level_text(here: Surroundings, level: str | None) -> str:
    """A level on one line, also in a narrow column."""
    return level_said(here, level).replace(" ", "\u00a0")


def milestone_table(here: Surroundings, agreement: Agreement, project_id: str, sheets: ProjectSheets) -> None:
    """The milestones of the newest report."""
    blocks.title(here.say("project.milestones.title"))
    if not sheets.milestones:
        blocks.small(here.say("project.milestones.none"))
        return
    has_decisions = any(row.baseline_decision for row in sheets.milestones)
    names = ["milestone", "baseline_on", "forecast_on", "actual_on", "slip", *(["decision"] if has_decisions else [])]
    rows = [_milestone_cells(here, agreement, project_id, row)[: len(names)] for row in sheets.milestones]
    blocks.table(here.say("project.milestones.caption"), columns(here, names), rows)
    source_line(here, here.say("project.source"))


def _milestone_cells(here: Surroundings, agreement: Agreement, project_id: str, row: MilestoneRow) -> list[Said]:
    days = {"baseline_on": row.baseline_on, "forecast_on": row.forecast_on, "actual_on": row.actual_on}
    cells: list[Said] = [
        traced(here, agreement, row.submission_id, "milestones", row.row_number, name, day_said(here, day)) if day else NO_VALUE
        for name, day in days.items()
    ]
    days_later = NO_VALUE if row.slip_days is None else decimal_text(row.slip_days, 0, here.language)
    of = f"{project_id}:{row.milestone}"
    slip = computed(here, agreement, None, "progress.milestone_against_stated", days_later, grain="milestone", of=of)
    return [coded(here, "milestones", "milestone", row.milestone), *cells, slip, row.baseline_decision or ""]


def funding_table(here: Surroundings, agreement: Agreement, chosen: Chosen, project_id: str, sheets: ProjectSheets) -> None:
    """Every line of the sheet of economy: what a source pays of an element in a year, and their sum."""
    forecast = sheets.funding.mnok("forecast_mnok")
    sources = {line.funding_source_id for line in sheets.lines}
    key = "title_none" if forecast is None else f"title.{one_or_other(len(sources))}"
    led = partial(computed, here, agreement, chosen, grain="project", of=project_id)
    n, mnok = led("project.sources_paying", str(len(sources))), led("project.forecast_total", mnok_text(here, forecast))
    title = here.say(f"project.funding.{key}", n=n, mnok=mnok)
    blocks.title(title, unit(here, chosen))
    if not sheets.lines:
        blocks.small(here.say("project.funding.none"))
        return
    rows: list[list[Said]] = [
        [
            source_name(agreement, line.funding_source_id),
            coded(here, "economy", "cost_element", line.cost_element),
            str(line.year),
            *(_line_cell(here, agreement, line, name) for name in _FUNDING),
        ]
        for line in sheets.lines
    ]
    submission_id = sheets.lines[0].submission_id
    totals = [(name, mnok_text(here, sheets.funding.mnok(name))) for name in _FUNDING]
    rows.append([
        here.say("project.funding.total"), "", "",
        *(traced_sum(here, agreement, submission_id, "economy", project_id, name, said) for name, said in totals),
    ])  # fmt: skip
    names = ("source", "element", "year", *_FUNDING)
    blocks.table(here.say("project.funding.caption"), columns(here, names), rows, len(rows) - 1)
    source_line(here, here.say("project.source"))
    exported: list[list[Cell]] = [
        [
            line.funding_source_id, line.cost_element, line.year,
            *(_cell(amount_of(line.figures.get(name))) for name in _FUNDING), line.submission_id, line.row_number,
        ]
        for line in sheets.lines
    ]  # fmt: skip
    exported_names = ("funding_source_id", "cost_element", "year", *_FUNDING, "submission_id", "row_number")
    title = f"{here.say('project.funding.export')}: {project_id}"
    hand_out(here, agreement, chosen, f"project-{project_id}-funding", title, exported_names, exported)


def _line_cell(here: Surroundings, agreement: Agreement, line: Line, name: str) -> Said:
    said = mnok_text(here, amount_of(line.figures.get(name)))
    if name not in line.figures or said == NO_VALUE:
        return said
    return traced(here, agreement, line.submission_id, "economy", line.row_number, name, said)


def amount_of(figure: Figure) -> Decimal | None:
    """The mill. kr of a figure; None where there is none."""
    return figure.mnok if isinstance(figure, Amount) else None


def _cell(mnok: Decimal | None) -> float | None:
    return None if mnok is None else float(mnok)
