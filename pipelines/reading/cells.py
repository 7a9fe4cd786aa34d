"""The cells of a sheet's XML as typed values, gathered while expat reads them. What cannot be used is noted by cell."""

from __future__ import annotations

import datetime
import math
import string
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from xml.parsers import expat

from pipelines.reading.refusing import DAMAGED, MAX_QUOTED, FileRefused, broken

Scalar = None | bool | int | float | str | datetime.date | datetime.datetime

MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELLS = 2_000_000
MAX_NOTES = 500

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
ROW, CELL, VALUE, FORMULA, INLINE, TEXT = (_MAIN + name for name in ("row", "c", "v", "f", "is", "t"))
HOLDING_TEXT = (VALUE, FORMULA, TEXT)


@dataclass(frozen=True)
class CellNote:
    """A cell whose content cannot be used and is None in its row. `more_notes` has no cell and quotes how many are left out."""

    code: str
    sheet: str | None
    cell: str | None
    quoted: str | None


class Cells:
    """Gathers the cells of one sheet after the other while expat reads them.

    Nothing is built for what is empty, however far away: openpyxl's own iterator makes every row and cell in between.
    """

    def __init__(self, strings: list[str], book) -> None:  # type: ignore[no-untyped-def]  # openpyxl has no types
        self.strings = [_as_typed(text) for text in strings]
        self.epoch: datetime.datetime = book.epoch
        self.date_styles = {str(style) for style in book._date_formats - book._timedelta_formats}
        self.notes: list[CellNote] = []
        self.n_notes = self.n_cells = 0

    def of(self, archive: zipfile.ZipFile, part: str, sheet: str) -> tuple[tuple[Scalar, ...], ...]:
        """The rows of one sheet."""
        self.part, self.sheet = part, sheet
        self.rows: list[list[Scalar]] = []
        self.row, self.row_text, self.column = 0, "0", 0
        self.cells: list[Scalar] | None = None
        self.value: list[str] | None = None
        self.formula: list[str] | None = None
        self.into: list[str] | None = None
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = self._start, self._end, self._text
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            with archive.open(part) as stream:
                parser.ParseFile(stream)
        except DAMAGED as error:
            raise broken(error, part=part, sheet=sheet) from error
        return tuple(tuple(row) for row in self.rows)

    def all_notes(self) -> tuple[CellNote, ...]:
        more = self.n_notes - len(self.notes)
        return (*self.notes, CellNote("more_notes", None, None, str(more))) if more else tuple(self.notes)

    def _doctype(self, *_: object) -> None:
        raise FileRefused("xml_entities", part=self.part, sheet=self.sheet)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == CELL:
            reference = attributes.get("r")
            # A reference to another row leaves digits, which are no column.
            self.column = _column(reference.removesuffix(self.row_text)) if reference else self.column + 1
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s")
            self.value = self.formula = None
        elif tag == VALUE:
            self.into = self.value = []
        elif tag == FORMULA:
            self.into = self.formula = []
        elif tag == INLINE:
            self.value = []
        elif tag == TEXT:
            self.into = self.value
        elif tag == ROW:
            self.row = int(attributes.get("r", self.row + 1))
            self.row_text, self.column, self.cells = str(self.row), 0, None

    def _text(self, text: str) -> None:
        if self.into is not None:
            self.into.append(text)

    def _end(self, tag: str) -> None:
        if tag == CELL:
            text = "".join(self.value) if self.value is not None else None
            # A cell with nothing but a style is not there: formatting a whole sheet makes millions of them.
            if text or self.formula is not None:
                self._keep(text)
        elif tag in HOLDING_TEXT:
            self.into = None
        elif tag == ROW and self.cells:
            self._count(len(self.cells))

    def _keep(self, text: str | None) -> None:
        if self.row > MAX_ROWS:
            self._refuse_size("rows", MAX_ROWS)
        if self.column > MAX_COLUMNS:
            self._refuse_size("columns", MAX_COLUMNS)
        scalar = self._scalar(text)
        if scalar is None:
            return
        if self.cells is None:
            self.cells = self._new_row()
        if gap := self.column - len(self.cells) - 1:
            self._check_order(gap)
            self.cells.extend([None] * gap)
        self.cells.append(scalar)

    def _new_row(self) -> list[Scalar]:
        gap = self.row - len(self.rows) - 1
        self._check_order(gap)
        self._count(gap)
        self.rows.extend([] for _ in range(gap + 1))
        return self.rows[-1]

    def _check_order(self, gap: int) -> None:
        # Rows or cells given twice or backwards are read differently by different programs; Excel writes none.
        if gap < 0:
            raise FileRefused("broken_workbook", self._cell(), sheet=self.sheet, cell=self._cell())

    def _count(self, number: int) -> None:
        """Fillers count too: they cost memory as the others do."""
        self.n_cells += number
        if self.n_cells > MAX_CELLS:
            self._refuse_size("cells", MAX_CELLS)

    def _refuse_size(self, limit: str, allowed: int) -> None:
        raise FileRefused("too_large", self._cell(), sheet=self.sheet, cell=self._cell(), limit=limit, allowed=allowed)

    def _scalar(self, text: str | None) -> Scalar:
        if not text:
            # A calculated empty text is a result; Excel marks it as text.
            is_result = text is not None and self.kind == "str"
            return None if is_result else self._note("formula_without_result", "=" + "".join(self.formula or ()))
        if self.kind == "n":
            return self._number(text)
        if self.kind == "s":
            if not text.isdigit():  # Python would count -1 from the end
                raise ValueError(f"no shared string: {text[:10]!r}")
            return self.strings[int(text)]
        if self.kind in ("str", "inlineStr"):
            return _as_typed(text)
        if self.kind == "b":
            return text.strip() in ("1", "true")
        if self.kind == "d":
            return self._iso_date(text)
        return self._note("error_value", text)

    def _number(self, text: str) -> Scalar:
        try:
            number = float(text)
        except ValueError:
            return self._note("not_a_number", text)
        if not math.isfinite(number) or "_" in text:  # Python reads 1_0 as ten
            return self._note("not_a_number", text)
        if self.style in self.date_styles and (number < 0 or number >= 1):
            return self._date(number, text)
        return int(text) if number.is_integer() and text.lstrip("-").isdigit() else number

    def _date(self, serial: float, text: str) -> Scalar:
        # Excel's calendar from 1900 has a 29 February that never was.
        days = serial + 1 if serial < 60 and self.epoch.year == 1899 else serial
        try:
            moment = self.epoch + datetime.timedelta(milliseconds=round(days * 86_400_000))
        except OverflowError:
            return self._note("error_value", text)
        # For days before its calendar Excel shows ####.
        return _date_or_datetime(moment) if serial >= 0 else self._note("error_value", text)

    def _iso_date(self, text: str) -> Scalar:
        try:
            return _date_or_datetime(datetime.datetime.fromisoformat(text).replace(tzinfo=None))
        except ValueError:
            return self._note("error_value", text)

    def _note(self, code: str, quoted: str) -> Scalar:
        """None, which stands in the cell instead."""
        self.n_notes += 1
        if len(self.notes) < MAX_NOTES:
            self.notes.append(CellNote(code, self.sheet, self._cell(), quoted[:MAX_QUOTED]))
        return None

    def _cell(self) -> str:
        letters, column = "", self.column
        while column:
            column, letter = divmod(column - 1, 26)
            letters = string.ascii_uppercase[letter] + letters
        return f"{letters}{self.row}"


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """2 for "B". ValueError for anything that is no column."""
    if not 1 <= len(letters) <= 3:
        raise ValueError(f"no column: {letters[:10]!r}")
    number = 0
    for letter in letters:
        number = number * 26 + string.ascii_uppercase.index(letter) + 1
    return number


def _date_or_datetime(moment: datetime.datetime) -> datetime.date:
    return moment.date() if moment.time() == datetime.time.min else moment


def _as_typed(text: str) -> str | None:
    # Excel writes the carriage return of pasted text so. An empty text is an empty cell.
    return text.replace("_x000D_", "\r") or None
