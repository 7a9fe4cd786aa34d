"""The cells of a sheet's XML as typed values, gathered while expat reads them. What cannot be used is noted by cell."""

from __future__ import annotations

import datetime
import math
import re
import string
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from xml.parsers import expat

from pipelines.reading.package import parse
from pipelines.reading.refusing import MAX_QUOTED, FileRefused

Scalar = None | bool | int | float | str | datetime.date | datetime.datetime

MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELLS = 2_000_000
MAX_NOTES = 500
MAX_MERGED = 50_000
# Neither XML nor a workbook can hold these signs; the last one stands where a sign was lost before.
UNREADABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\ufffd]")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main "  # "Strict Open XML" among the formats that Excel saves
ROW, CELL, VALUE, FORMULA, INLINE, TEXT = (_MAIN + name for name in ("row", "c", "v", "f", "is", "t"))
PHONETIC, COLUMNS, MERGED, ROOT = (_MAIN + name for name in ("rPh", "col", "mergeCell", "worksheet"))
HOLDING_TEXT = (VALUE, FORMULA, TEXT)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_ZERO = re.compile(r"0+(\.0*)?", re.ASCII)
_BOOLEANS = {"1": True, "true": True, "0": False, "false": False}
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6}):\$?([A-Z]{1,3})\$?([1-9]\d{0,6})", re.ASCII)


@dataclass(frozen=True)
class Sheet:
    """`rows[0]` is Excel's row 1. Empty cells and rows at the end are left out, so rows differ in length.

    `merged` are ranges such as "B3:C4" that begin within the rows and columns that are read. `hidden_rows` and `hidden_columns`
    count from one and name only those that hold a value; what a filter hides is hidden.
    """

    name: str
    rows: tuple[tuple[Scalar, ...], ...]
    is_hidden: bool
    merged: tuple[str, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()


@dataclass(frozen=True)
class CellNote:
    """A cell whose content cannot be used and is None in its row. `more_notes` has no cell and quotes how many are left out."""

    code: str
    sheet: str | None
    cell: str | None
    quoted: str | None


class Notes:
    """What cannot be used, by cell: the first ones, and how many more there are."""

    def __init__(self) -> None:
        self.kept: list[CellNote] = []
        self.count = 0

    def add(self, note: CellNote) -> None:
        """Keeps a note while there are few."""
        self.count += 1
        if len(self.kept) < MAX_NOTES:
            self.kept.append(note)

    def all(self) -> tuple[CellNote, ...]:
        """The notes in the order of the file; the last one counts those that are left out."""
        more = self.count - len(self.kept)
        return (*self.kept, CellNote("more_notes", None, None, str(more))) if more else tuple(self.kept)


class Cells:
    """Gathers the cells of one sheet after the other while expat reads them.

    Nothing is built for what is empty, however far away: readers that make every row and cell in between take all memory.
    """

    def __init__(self, strings: list[str | None], date_styles: set[str], epoch: datetime.datetime, notes: Notes) -> None:
        self.strings, self.date_styles, self.epoch, self.notes = strings, date_styles, epoch, notes
        self.n_cells = 0

    def of(self, archive: zipfile.ZipFile, part: str, sheet: str, is_hidden: bool) -> Sheet:
        """One sheet. Raises FileRefused where it is damaged or too large."""
        self.sheet = sheet
        self.rows: list[list[Scalar]] = []
        self.row, self.row_text, self.column = 0, "0", 0
        self.cells: list[Scalar] | None = None
        self.value: list[str] | None = None
        self.formula: list[str] | None = None
        self.into: list[str] | None = None
        self.is_phonetic = self.row_is_hidden = False
        self.merged: list[str] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns = 0  # a bit for each column
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._root, self._end
        self.parser.CharacterDataHandler = self._text
        parse(archive, part, self.parser, sheet=sheet)
        rows = tuple(tuple(row) for row in self.rows)
        return Sheet(sheet, rows, is_hidden, tuple(self.merged), tuple(self.hidden_rows), self._hidden_columns())

    def _root(self, tag: str, _: dict[str, str]) -> None:
        """The first element tells which form of the format it is. Another one would read as an empty sheet."""
        if tag == ROOT:
            self.parser.StartElementHandler = self._start
        elif tag.replace(_STRICT, _MAIN) == ROOT:
            self.parser.StartElementHandler = lambda tag, attributes: self._start(tag.replace(_STRICT, _MAIN), attributes)
            self.parser.EndElementHandler = lambda tag: self._end(tag.replace(_STRICT, _MAIN))
        else:
            raise FileRefused("broken_workbook", tag, sheet=self.sheet)

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
            self.into = None if self.is_phonetic else self.value
        elif tag == ROW:
            self.row = _counted(attributes["r"]) if "r" in attributes else self.row + 1
            self.row_text, self.column, self.cells = str(self.row), 0, None
            self.row_is_hidden = _is_hidden(attributes, "ht")
        elif tag == PHONETIC:
            self.is_phonetic = True
        elif tag == COLUMNS and _is_hidden(attributes, "width"):
            first, last = _counted(attributes["min"]), min(_counted(attributes["max"]), MAX_COLUMNS)
            self.hidden_columns |= (1 << max(last + 1, first)) - (1 << first) if first <= MAX_COLUMNS else 0
        elif tag == MERGED:
            self._merge(attributes["ref"])

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
            if self.row_is_hidden:
                self.hidden_rows.append(self.row)
        elif tag == PHONETIC:
            self.is_phonetic = False

    def _merge(self, reference: str) -> None:
        found = _RANGE.fullmatch(reference)
        if not found:
            return  # one cell alone is merged with nothing
        columns, rows = sorted((_column(found[1]), _column(found[3]))), sorted((int(found[2]), int(found[4])))
        if columns[0] > MAX_COLUMNS or rows[0] > MAX_ROWS:
            return
        if len(self.merged) == MAX_MERGED:
            raise FileRefused("too_large", reference, sheet=self.sheet, cell=reference, limit="merged", allowed=MAX_MERGED)
        self.merged.append(":".join(map(address, rows, columns)))

    def _hidden_columns(self) -> tuple[int, ...]:
        if not self.hidden_columns:
            return ()
        hidden = {column for column in range(1, MAX_COLUMNS + 1) if self.hidden_columns >> column & 1}
        holding = {column for row in self.rows for column, found in enumerate(row, 1) if found is not None and column in hidden}
        return tuple(sorted(holding))

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
            return as_typed(text)
        if self.kind == "b" and text.strip() in _BOOLEANS:
            return _BOOLEANS[text.strip()]
        if self.kind == "d":
            return self._iso_date(text)
        return self._note("error_value", text)

    def _number(self, text: str) -> Scalar:
        try:
            number = float(text)
        except ValueError:
            return self._note("not_a_number", text)
        # Python reads 1_0 as ten, and the digits of every script.
        if not math.isfinite(number) or "_" in text or not text.isascii():
            return self._note("not_a_number", text)
        if self.style in self.date_styles and (number < 0 or number >= 1):
            return self._date(number, text)
        return int(text) if number.is_integer() and text.lstrip("-").isdigit() else number + 0.0  # no -0.0

    def _date(self, serial: float, text: str) -> Scalar:
        # Excel's calendar from 1900 has a 29 February that never was.
        if 60 <= serial < 61 and self.epoch.year == 1899:
            return self._note("not_a_date", text)
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
        self.notes.add(CellNote(code, self.sheet, self._cell(), quoted[:MAX_QUOTED]))
        return None

    def _cell(self) -> str:
        return address(self.row, self.column)


def address(row: int, column: int) -> str:
    """Where a cell is, as Excel writes it: B3 for the third row and the second column."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = string.ascii_uppercase[letter] + letters
    return f"{letters}{row}"


def as_typed(text: str) -> str | None:
    """The text that Excel shows: it writes some signs as _x000D_, a carriage return. An empty text is an empty cell."""
    return _ESCAPED.sub(_unescaped, text) if "_x" in text else text or None


def _unescaped(escaped: re.Match[str]) -> str:
    sign = chr(int(escaped[1], 16))
    return escaped[0] if UNREADABLE.match(sign) else sign


def _counted(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"no row or column: {text[:10]!r}")
    return int(text)


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    """Whether a row or column says that it is hidden, or has no height or width."""
    return attributes.get("hidden") in ("1", "true") or bool(_ZERO.fullmatch(attributes.get(size, "")))


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
