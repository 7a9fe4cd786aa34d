"""How a template looks: styles, widths and heights, what is locked, how it prints; and its file, which carries no time."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.page import PageMargins
from openpyxl.writer.excel import ExcelWriter

from domain.numbers import period_text
from domain.rows import column_letters
from pipelines.writing.templates.columns import AskedColumn, Filling

DATE_FORMAT, AMOUNT_FORMAT, TEXT_FORMAT = "dd.mm.yyyy", "#,##0.0##", "@"
NUMBER_FORMATS = {
    "date": DATE_FORMAT, "money": AMOUNT_FORMAT, "percent": AMOUNT_FORMAT, "decimal": "#,##0.0#######", "whole": "#,##0",
    "year": "0",
}  # fmt: skip
WIDTHS = {"money": 15, "percent": 15, "decimal": 15, "whole": 15, "year": 9, "date": 15, "yes_no": 10, "split": 26, "choices": 24}
LONG_TEXT, LINE_HEIGHT = 150, 15

INK, PAPER, DARK, LIGHT, GREY, PALE_GREY, GREY_INK = "1A1A1A", "FFFFFF", "1F3864", "D9E2F3", "D0D0D0", "EFEFEF", "555555"
FONT = "Calibri"
_LINE = Side(style="thin", color="BFBFBF")


class Styles:
    """Cells of a sheet by their role. A style is worked out once and then shared: openpyxl's own way costs most of the time."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._known: dict[tuple[str, str, bool], StyleArray] = {}

    def cell(self, content: Any, role: str, number_format: str = "General") -> Cell:
        """A cell that is not yet anywhere. What it holds is never taken for a formula, an error or a number."""
        clean = ILLEGAL_CHARACTERS_RE.sub("", content) if isinstance(content, str) else content
        is_quoted = isinstance(clean, str) and clean.startswith(("=", "+", "-", "@"))
        key = (role, number_format, is_quoted)
        if key not in self._known:
            self._known[key] = self._made(*key)
        cell = Cell(self._sheet, value=clean, style_array=self._known[key])
        if isinstance(clean, str):
            cell.data_type = "s"
        return cell

    def _made(self, role: str, number_format: str, is_quoted: bool) -> StyleArray:
        model = Cell(self._sheet)
        ink, fill, is_bold, is_italic = _LOOKS[role]
        model.font = Font(FONT, 11, color=ink, bold=is_bold, italic=is_italic)
        model.fill = PatternFill("solid", start_color=fill)
        model.border = Border(_LINE, _LINE, _LINE, _LINE)
        model.alignment = Alignment(vertical="top", wrap_text=True)
        model.protection = Protection(locked=role != "answer")
        model.number_format = number_format
        model.quotePrefix = is_quoted
        return model._style


_LOOKS = {
    "required_header": (PAPER, DARK, True, False),
    "header": (INK, LIGHT, True, False),
    "last_header": (GREY_INK, GREY, True, True),
    "answer": (INK, PAPER, False, False),
    "last": (GREY_INK, PALE_GREY, False, True),
}


class _FittedRow(RowDimension):
    """A row as high as its content needs; unlike openpyxl's it goes on fitting when somebody writes more."""

    customHeight = False  # noqa: N815  # the name that the file format has


def set_sizes(sheet: Any, asked: list[AskedColumn]) -> None:
    """Widths by the kind of answer, heights by what is written so far. Not every program fits the rows when it opens a file."""
    columns = [[cell.value for cell in column if isinstance(cell.value, str)] for column in sheet.iter_cols(min_row=2)]
    widths = [_width(one, written) for one, written in zip(asked, columns, strict=True)]
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[column_letters(number)].width = width
    for row, cells in enumerate(sheet.iter_rows(), 1):
        # The button of the filter stands beside the words of a header.
        margin = 3 if row == 1 else 0
        most = max(lines_taken(cell.value, width - margin) for cell, width in zip(cells, widths, strict=True))
        if most > 1:
            sheet.row_dimensions[row] = _FittedRow(sheet, row, ht=LINE_HEIGHT * most + 4)


def _width(one: AskedColumn, written: list[str]) -> float:
    """Wide enough for the answers of its kind and for the longest word of its header beside the filter's button."""
    word = max(len(part) for part in one.heading.split()) + 4
    if one.column.type in WIDTHS:
        return max(WIDTHS[one.column.type], word)
    if one.options:
        return min(36, max(word, *(len(label) + 4 for label in one.options.values())))
    if one.column.type == "text" and one.column.pattern is None:
        return max(word, 38 if one.column.longest > LONG_TEXT else 28)
    return min(30, max(12, word, *(len(content) + 2 for content in written)))


def lines_taken(content: Any, width: float) -> int:
    """How many lines a content takes in a column; numbers and dates take one."""
    if not isinstance(content, str) or (len(content) <= width and "\n" not in content):
        return 1
    n_lines = 0
    for line in content.split("\n"):
        n_lines, room = n_lines + 1, width
        for word in line.split():  # textwrap would cost more than all the writing
            if len(word) > room:
                n_lines, room = n_lines + 1, width
            room -= len(word) + 1
    return n_lines


def protect(sheet: Any) -> None:
    """Locked without a password: against slips, not against people. What is not forbidden here is allowed."""
    sheet.protection.enable()
    for act in ("sort", "autoFilter", "insertRows", "formatColumns", "formatRows", "formatCells"):
        setattr(sheet.protection, act, False)


def set_up_print(sheet: Any, filling: Filling) -> None:
    """The sheet prints landscape, as wide as the paper, with its headers on every page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = "1:1"
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.7, bottom=0.6, header=0.3, footer=0.3)
    set_header(sheet, filling)


def set_header(sheet: Any, filling: Filling) -> None:
    """What stands on every printed page: whose, for when, and that it is invented where it is."""
    whose = f"{filling.agreement.short_name} · {filling.party.name} · {period_text(filling.period, filling.language)}"
    sheet.oddHeader.left.text = whose.replace("&", "&&")
    if filling.agreement.is_synthetic:
        sheet.oddHeader.right.text = filling.say("product.synthetic").replace("&", "&&")
    sheet.oddFooter.left.text = sheet.title.replace("&", "&&")
    sheet.oddFooter.right.text = filling.say("template.page")


class _TimelessArchive(zipfile.ZipFile):
    """A package whose parts carry no time of writing."""

    def writestr(self, zinfo_or_arcname: Any, content: Any, *_: Any, **__: Any) -> None:  # type: ignore[override]
        super().writestr(zipfile.ZipInfo(str(zinfo_or_arcname)), content, zipfile.ZIP_DEFLATED)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        with open(filename, "rb") as part:
            self.writestr(arcname, part.read())


def saved(book: Workbook) -> bytes:
    """The file of a workbook; the same workbook is the same bytes."""
    file = io.BytesIO()
    # Not by save(), which writes the time of day into the document.
    ExcelWriter(book, _TimelessArchive(file, "w", zipfile.ZIP_DEFLATED)).save()
    return file.getvalue()
