"""A return filled into the workbook that its party was given: the template of the period, written in as a party writes in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from domain.forms import FormTable
from domain.returns import Answer, Return, ReturnRow
from domain.rows import column_letters
from pipelines.writing.templates.columns import AskedColumn, Filling, asked_columns, written
from pipelines.writing.templates.instructions import BAND
from pipelines.writing.templates.looks import saved, set_sizes
from pipelines.writing.templates.template import template_book

FIRST_ROW = 2


def as_filled_in(found: Return, filling: Filling) -> Return:
    """The return with its rows where they stand in the workbook: on those of the last return, and what is new below them."""
    return replace(found, rows={table.table: _in_place(found, table, filling) for table in filling.form.tables})


def filled_in(found: Return, filling: Filling) -> bytes:
    """The workbook of a return whose rows know their places in it. The same arguments give the same bytes."""
    book = template_book(filling)
    for table in filling.form.tables:
        sheet, asked = book[filling.sheet_of(table.table)], list(asked_columns(table, filling))
        if filling.agreement.is_synthetic:
            _say_invented(sheet, filling)
        _write(sheet, asked, found.of(table.table), filling)
        set_sizes(sheet, asked)
        sheet.auto_filter.ref = f"A1:{column_letters(len(asked))}{sheet.max_row}"
    return saved(book)


def _in_place(found: Return, table: FormTable, filling: Filling) -> tuple[ReturnRow, ...]:
    asked = enumerate(asked_columns(table, filling), 1)
    places = {one.column.column: number for number, one in asked if not one.is_last}
    last = filling.previous.of(table.table) if filling.previous else ()
    there = {row.key(table.key): number for number, row in enumerate(last, FIRST_ROW)}
    placed = []
    for row in found.of(table.table):
        # What is new goes below everything that is there already.
        number = there.setdefault(row.key(table.key), FIRST_ROW + len(there))
        placed.append(replace(row, row=number, places=places))
    return tuple(sorted(placed, key=lambda row: row.row))


def _write(sheet: Any, asked: Sequence[AskedColumn], rows: Iterable[ReturnRow], filling: Filling) -> None:
    """Every answer in its cell. What was carried over from the last return and is not answered any more is emptied."""
    answers = {row.row: row.answers for row in rows}
    for number in range(FIRST_ROW, max([sheet.max_row, *answers]) + 1):
        for place, one in enumerate(asked, 1):
            if not one.is_last:
                _write_cell(sheet, number, place, one, answers.get(number, {}).get(one.column.column), filling)


def _write_cell(sheet: Any, row: int, column: int, one: AskedColumn, answer: Answer | None, filling: Filling) -> None:
    cell = sheet.cell(row, column)
    if not cell.has_style:  # below the prepared rows
        cell._style = copy(sheet.cell(FIRST_ROW, column)._style)
    cell.value = written(one, answer, filling)
    if isinstance(cell.value, str):
        cell.data_type = "s"


def _say_invented(sheet: Any, filling: Filling) -> None:
    """Every sheet says so by itself: its tab has the colour of the band on the first one, and its first cell the words."""
    sheet.sheet_properties.tabColor = BAND
    note = sheet["A1"].comment
    note.text = f"{filling.say('product.synthetic_long', name=filling.agreement.short_name)}\n{note.text}"
    note.height += 72
