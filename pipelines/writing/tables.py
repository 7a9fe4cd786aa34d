"""A table as Excel and CSV. Text can never become a formula, and invented figures say so on every row and in the file's name."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

# What a spreadsheet takes for the start of a formula (OWASP), full-width forms too: at the beginning of a text, behind what it
# does not show, and behind each sign at which a spreadsheet with other settings splits the line into cells.
_FORMULA_START = re.compile(r"(^|[,;\t\r\n\"])([^\S\t\r\n]|[\u200b-\u200f\u2060\ufeff])*(?=[=+\-@＝＋－＠])")  # noqa: RUF001
# Neither XML nor a cell can hold these.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
Cell = str | int | float | Decimal | None


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table to hand out. `about` says what the reader must know: agreement, as known on, source, licence, invented or not."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    about: Mapping[str, str]
    about_title: str
    note: tuple[str, str] | None = None

    def noted(self) -> tuple[list[str], list[list[Cell]]]:
        """Headers and rows, with the note as a last column where there is one."""
        if self.note is None:
            return list(self.headers), [list(row) for row in self.rows]
        return [*self.headers, self.note[0]], [[*row, self.note[1]] for row in self.rows]


def as_csv(table: ExportTable, decimal_comma: bool) -> bytes:
    """UTF-8 with BOM, as Excel opens it: `;` and decimal comma, or `,` and decimal point."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if decimal_comma else ",", lineterminator="\r\n")
    headers, rows = table.noted()
    writer.writerow([_harmless(header) for header in headers])
    writer.writerows([_csv_cell(cell, decimal_comma) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_excel(table: ExportTable) -> bytes:
    """A workbook with the table and a sheet that says what it is."""
    book = Workbook(write_only=True)
    headers, rows = table.noted()
    sheet = book.create_sheet(_sheet_name(table.title))
    sheet.freeze_panes = "A2"
    sheet.append([_excel_cell(sheet, header, is_bold=True) for header in headers])
    for row in rows:
        sheet.append([_excel_cell(sheet, cell) for cell in row])
    about = book.create_sheet(_other_name(_sheet_name(table.about_title), sheet.title))
    for name, content in table.about.items():
        about.append([_excel_cell(about, name, is_bold=True), _excel_cell(about, content)])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _harmless(text: str) -> str:
    """The text with an apostrophe before whatever could begin a formula."""
    clean = _CONTROL.sub("", text)
    guarded = _FORMULA_START.sub(lambda found: f"{found[0]}'", clean)
    return f"'{guarded}" if guarded.startswith(("\t", "\r", "\n")) else guarded


def _csv_cell(cell: Cell, decimal_comma: bool) -> str:
    if isinstance(cell, str):
        return _harmless(cell)
    if cell is None or not math.isfinite(cell):
        return ""
    written = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    return written.replace(".", ",") if decimal_comma else written


def _excel_cell(sheet, content: Cell, is_bold: bool = False) -> WriteOnlyCell:  # type: ignore[no-untyped-def]  # openpyxl has no types
    cell = WriteOnlyCell(sheet, value=None)
    if isinstance(content, str):
        cell.value = _CONTROL.sub("", content)
        # openpyxl takes a text that begins with "=" for a formula unless it is told that it is a text.
        cell.data_type = "s"
    elif content is not None and math.isfinite(content):
        cell.value = content
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def _sheet_name(title: str) -> str:
    """Excel allows 31 characters, none of []:*?/\\ and no apostrophe at either end."""
    allowed = "".join(sign for sign in _CONTROL.sub("", title) if sign not in "[]:*?/\\")
    return allowed.strip("' ")[:31].rstrip("' ") or "-"


def _other_name(name: str, taken: str) -> str:
    """The name, told apart from a taken one: Excel sees no difference between capitals and small letters."""
    return f"{name[:29]} 2" if name.casefold() == taken.casefold() else name
