"""The first sheet of a template: whose it is, for when, what to do in ten lines, and what the sheets are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openpyxl.styles import Alignment, Font, PatternFill

from domain.facts import Unknown
from domain.numbers import date_text, period_text
from pipelines.answers.reporting.returns import deadline_on
from pipelines.writing.templates.columns import Filling
from pipelines.writing.templates.looks import FONT, LINE_HEIGHT, lines_taken, set_header

BAND = "FFE699"


def write_instructions(sheet: Any, filling: Filling) -> None:
    """The sheet has its lines, two columns wide; the first one says it where everything is invented."""
    sheet.title = filling.say("template.sheet")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 100
    sheet.sheet_view.showGridLines = False
    if filling.agreement.is_synthetic:
        _say(sheet, filling.say("product.synthetic_long", name=filling.agreement.short_name), Font(FONT, 11, bold=True), BAND)
    form = filling.form.name.in_language(filling.language)
    _say(sheet, filling.say("template.title", form=form, party=filling.party.name), Font(FONT, 16, bold=True))
    for name, content in _facts(filling):
        _say_pair(sheet, name, content)
    _say(sheet, filling.say("template.steps"), Font(FONT, 13, bold=True))
    for number, said in enumerate(_steps(filling), 1):
        _say_pair(sheet, str(number), said)
    _say(sheet, filling.say("template.sheets"), Font(FONT, 13, bold=True))
    for table in filling.form.tables:
        _say_pair(sheet, table.sheet.in_language(filling.language), table.about.in_language(filling.language))
    _say(sheet, filling.say("template.reasons"), Font(FONT, 13, bold=True))
    for reason in filling.form.missing:
        _say_pair(sheet, reason.label.in_language(filling.language), reason.help.in_language(filling.language))
    sheet.protection.enable()
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    set_header(sheet, filling)


def _facts(filling: Filling) -> Iterator[tuple[str, str]]:
    """Whose workbook it is, for when, and where its answers come from."""
    version = filling.form.versions[-1]
    what = filling.say("template.version_said", version=version.version, what=version.what.in_language(filling.language))
    previous = filling.previous
    before = period_text(previous.period, filling.language) if previous else filling.say("template.nothing_before")
    yield filling.say("template.agreement"), filling.agreement.name
    yield filling.say("template.party"), filling.party.name
    yield filling.say("template.period"), period_text(filling.period, filling.language)
    yield filling.say("template.deadline"), _deadline(filling)
    yield filling.say("template.prefilled"), before
    yield filling.say("template.version"), what


def _deadline(filling: Filling) -> str:
    """The last day to deliver, or why nobody knows it."""
    if last_day := deadline_on(filling.agreement, filling.period):
        return date_text(last_day, filling.language)
    cycle = filling.agreement.reporting
    unknown = cycle if isinstance(cycle, Unknown) else cycle.deadline_days
    reason = unknown.unknown.in_language(filling.language) if isinstance(unknown, Unknown) else ""
    return filling.say("template.deadline_unknown", reason=reason)


_STEPS = ("fill", "headers", "carried", "last", "rows", "new", "amounts", "missing", "protection", "deliver")
_FIRST_STEPS = ("fill", "headers", "empty", "new", "amounts", "missing", "protection", "deliver")


def _steps(filling: Filling) -> Iterator[str]:
    for step in _STEPS if filling.previous else _FIRST_STEPS:
        yield filling.say(f"template.step.{step}", projects=filling.sheet_of("projects"), last=filling.say("template.last"))


def _say(sheet: Any, said: str, font: Font, fill: str | None = None) -> None:
    """One line over both columns."""
    row = sheet.max_row + 2 if sheet["A1"].value else 1
    cell = sheet.cell(row, 1, said)
    cell.data_type, cell.font, cell.alignment = "s", font, Alignment(vertical="center", wrap_text=True)
    if fill:
        cell.fill = PatternFill("solid", start_color=fill)
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
    sheet.row_dimensions[row].height = 24


def _say_pair(sheet: Any, name: str, said: str) -> None:
    row = sheet.max_row + 1
    for column, content in enumerate((name, said), 1):
        cell = sheet.cell(row, column, content)
        cell.data_type, cell.alignment = "s", Alignment(vertical="top", wrap_text=True, horizontal="left")
        cell.font = Font(FONT, 11, bold=column == 1)
    sheet.row_dimensions[row].height = LINE_HEIGHT * lines_taken(said, 112) + 3
