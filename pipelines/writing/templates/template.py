"""The workbook that a party fills in for a period: the form, with the answers of its last return. Never a formula in a cell.

Beside the tables it has instructions, a hidden sheet with what drop-downs offer, and a stamp that says whose it is.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Protection

from domain.forms import STAMP_PROPERTY, STAMP_SHEET, Form, FormTable
from domain.model import Agreement
from domain.period import Period
from domain.returns import Answer, Return
from domain.rows import column_letters
from pipelines.writing.templates.columns import AskedColumn, Filling, asked_columns, written
from pipelines.writing.templates.instructions import write_instructions
from pipelines.writing.templates.limits import LAST_ROW, OfferedLists, note_of, validation_of
from pipelines.writing.templates.looks import NUMBER_FORMATS, TEXT_FORMAT, Styles, protect, saved, set_sizes, set_up_print

LISTS_SHEET = "_lists"
PREPARED_ROWS = 50


def template(form: Form, agreement: Agreement, party_id: str, period: str, previous: Return | None, language: str) -> bytes:
    """The workbook of a party for a period, filled in from its last return. The same arguments give the same bytes.

    `form` is the form as the period's version asks it. KeyError for a party that the agreement does not have.
    """
    return saved(template_book(filling_of(form, agreement, party_id, period, previous, language)))


def filling_of(form: Form, agreement: Agreement, party_id: str, period: str, previous: Return | None, language: str) -> Filling:
    """What a template is made of. KeyError for a party that the agreement does not have."""
    party = next((found for found in agreement.parties if found.party_id == party_id), None)
    if party is None:
        raise KeyError(f"{party_id!r}; the parties are {', '.join(found.party_id for found in agreement.parties)}")
    return Filling(form, agreement, party, period, previous, language)


def template_book(filling: Filling) -> Workbook:
    """The workbook as openpyxl holds it, before it becomes a file."""
    book = Workbook()
    lists, stamp = book.create_sheet(LISTS_SHEET), book.create_sheet(STAMP_SHEET)
    offered = OfferedLists(lists)
    write_instructions(book.active, filling)
    for place, table in enumerate(filling.form.tables, 1):
        _write_table(book.create_sheet(filling.sheet_of(table.table), place), table, filling, offered)
    _write_stamp(book, stamp, filling)
    lists.sheet_state, stamp.sheet_state = "hidden", "veryHidden"
    return book


def _write_table(sheet: Any, table: FormTable, filling: Filling, offered: OfferedLists) -> None:
    """Headers, the rows of the last return, and rows to write on in."""
    asked, styles = list(asked_columns(table, filling)), Styles(sheet)
    rows = filling.previous.of(table.table) if filling.previous else ()
    sheet.append([styles.cell(one.heading, _header_role(one)) for one in asked])
    for row in rows:
        answers = [row.answers.get(one.column.column) if one.takes_last else None for one in asked]
        sheet.append([_answer_cell(styles, one, answer, filling) for one, answer in zip(asked, answers, strict=True)])
    set_sizes(sheet, asked)
    for _ in range(PREPARED_ROWS):
        sheet.append([_answer_cell(styles, one, None, filling) for one in asked])
    for number, one in enumerate(asked, 1):
        letter = column_letters(number)
        sheet[f"{letter}1"].comment = note_of(one, table, filling)
        validation = validation_of(one, table, letter, filling, offered)
        validation.add(f"{letter}2:{letter}{LAST_ROW}")
        sheet.add_data_validation(validation)
        if not one.is_last:  # rows below the prepared ones can be written too
            sheet.column_dimensions[letter].protection = Protection(locked=False)
    sheet.freeze_panes = f"{column_letters(_n_leading_keys(table, asked) + 1)}2"
    sheet.auto_filter.ref = f"A1:{column_letters(len(asked))}{sheet.max_row}"
    protect(sheet)
    set_up_print(sheet, filling)


def _header_role(one: AskedColumn) -> str:
    if one.is_last:
        return "last_header"
    return "required_header" if one.column.required == "always" else "header"


def _answer_cell(styles: Styles, one: AskedColumn, answer: Answer | None, filling: Filling) -> Cell:
    role = "last" if one.is_last else "answer"
    return styles.cell(written(one, answer, filling), role, NUMBER_FORMATS.get(one.column.type, TEXT_FORMAT))


def _n_leading_keys(table: FormTable, asked: list[AskedColumn]) -> int:
    """How many columns from the left tell rows apart."""
    names = [one.column.column for one in asked]
    return next((number for number, name in enumerate(names) if name not in table.key), len(names))


def _write_stamp(book: Any, sheet: Any, filling: Filling) -> None:
    """What tells a reader whose workbook it is: in a sheet that Excel never shows, and in the document's properties."""
    for name, content in filling.stamp.items():
        sheet.append([name, content])
        book.custom_doc_props.append(StringProperty(name=f"{STAMP_PROPERTY}{name}", value=content))
    form = filling.form.name.in_language(filling.language)
    book.properties.title = filling.say("template.title", form=form, party=filling.party.name)
    book.properties.creator, book.properties.language = filling.say("product.name"), filling.language
    # The clock is not read: the same template is the same bytes.
    made_at = dt.datetime.combine(Period.parse(filling.period).last.plus(1).first_day, dt.time())
    book.properties.created = book.properties.modified = made_at
