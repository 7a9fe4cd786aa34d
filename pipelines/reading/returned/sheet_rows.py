"""The rows of each sheet of a return: columns by heading, answers by cell, problems as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from domain.forms import Form, FormColumn, FormTable, choices
from domain.model import Agreement
from domain.returns import Answer, ReturnRow
from domain.rows import Cell
from domain.words import LANGUAGES, text
from pipelines.reading.answers import AnswerReader, Fault, cleaned, folded, is_blank, shown
from pipelines.reading.returned.headings import Headings
from pipelines.reading.returned.noted import Noted
from pipelines.reading.returned.sheets import OfFile, cell_at
from pipelines.reading.workbook import Scalar, Sheet

TOTALS = frozenset({"sum", "sum totalt", "totalsum", "total", "totals", "totalt", "i alt", "til sammen", "samlet"})
# Without rows in these there is nothing to report of; of the other tables a party may have nothing to tell.
NEVER_EMPTY = frozenset({"projects", "economy"})
# In a CSV file every number and date is text.
_ORDINARY_IN_CSV = frozenset({"number_as_text", "date_as_text"})


@dataclass(frozen=True)
class Reading:
    """One return being read: by which form, for which agreement, and what is noted on the way."""

    whole: Form
    form: Form
    agreement: Agreement
    language: str
    noted: Noted

    def all_rows(self, tables: Sequence[tuple[FormTable | None, OfFile]]) -> dict[str, tuple[ReturnRow, ...]]:
        """The rows by table, in the order of the form. Sheets and tables that have no partner are noted."""
        first: dict[str, OfFile] = {}
        for position, (table, part) in enumerate(tables):
            self._place(table, part, first, len(self.whole.tables) + position)
        rows = {}
        for order, table in enumerate(self.form.tables):
            if table.table in first:
                rows[table.table] = self._rows(table, first[table.table], order)
            else:
                self.noted.add("table_missing", quoted=table.sheet.in_language(self._said()))
        return rows

    def _said(self) -> str:
        return self.language if self.language in LANGUAGES else LANGUAGES[0]

    def _place(self, table: FormTable | None, part: OfFile, first: dict[str, OfFile], last: int) -> None:
        """Takes the first sheet of each table that is asked; notes the others."""
        name = part.sheet.name
        if table is None:
            if part.has_content:
                self.noted.add("sheet_ignored", name, quoted=cleaned(name), order=last)
        elif table.table in first:
            self.noted.add("table_twice", name, quoted=cleaned(name), order=last, other=first[table.table].sheet.name)
        elif not any(asked.table == table.table for asked in self.form.tables):
            self.noted.add("table_not_asked", name, quoted=cleaned(name), order=last)
        else:
            first[table.table] = part

    def _rows(self, table: FormTable, part: OfFile, order: int) -> tuple[ReturnRow, ...]:
        if part.sheet.is_hidden and part.has_content:
            self.noted.add("hidden_sheet", part.sheet.name, quoted=part.sheet.name, order=order)
        headings = Headings(self.whole.table(table.table), self.whole)
        top, n_headings = headings.best_row(part.sheet)
        if not n_headings:
            self.noted.add("header_missing", part.sheet.name, quoted=part.sheet.name, order=order)
            return ()
        language = headings.language(part.sheet.rows[top], self._said())
        return SheetReading(self, table, part, order, headings, top, language).rows()


@dataclass(frozen=True)
class SheetReading:
    """One sheet being read. `top` is the index of the row with the headings; rows and columns of cells count from one."""

    reading: Reading
    table: FormTable
    part: OfFile
    order: int
    headings: Headings
    top: int
    language: str
    columns: dict[int, FormColumn] = field(default_factory=dict)

    @property
    def sheet(self) -> Sheet:
        return self.part.sheet

    @cached_property
    def below(self) -> dict[int, tuple[int, int, int]]:
        """How many cells of each column hold anything below the headings, and the first and the last row of them."""
        found: dict[int, tuple[int, int, int]] = {}
        for row, scalars in enumerate(self.sheet.rows[self.top + 1 :], self.top + 2):
            for number, scalar in enumerate(scalars, 1):
                if not is_blank(scalar):
                    n, first, _ = found.get(number, (0, row, row))
                    found[number] = n + 1, first, row
        return found

    def rows(self) -> tuple[ReturnRow, ...]:
        """The rows that answer anything. What stands in no column, or in no row of its own, is noted."""
        unread = self._find_columns()
        self._note_missing_columns()
        self._note_shape()
        self._note_unusable()
        places = {column.column: number for number, column in sorted(self.columns.items())}
        found = tuple(self._each_row(places))
        self._note_outside(unread)
        if not found and self.table.table in NEVER_EMPTY:
            self._note("table_empty", quoted=self.sheet.name)
        return found

    def _note(self, code: str, cell: Cell | None = None, quoted: str | None = None, **named: str | int | float) -> None:
        self.reading.noted.add(code, self.sheet.name, cell, quoted, self.order, **named)

    def _at(self, row: int, column: int) -> Cell:
        return Cell(self.sheet.name, row, column)

    # Columns.

    def _find_columns(self) -> dict[int, str]:
        """Fills `columns`; gives the headers of the columns that are not read though they may hold something."""
        unread: dict[int, str] = {}
        seen: set[str] = set()
        asked = {column.column for column in self.table.columns}
        for number, header in enumerate(self.sheet.rows[self.top], 1):
            if is_blank(header) or _is_last(header):
                continue
            cell, column = self._at(self.top + 1, number), self._column_of(header, self._at(self.top + 1, number))
            if column is None:
                unread[number] = shown(header)
            elif column.column in seen:
                self._note("column_twice", cell, shown(header))
            elif column.column not in asked:
                seen.add(column.column)
                if number in self.below:
                    self._note("column_not_asked", cell, shown(header))
            else:
                seen.add(column.column)
                self.columns[number] = self.table.column(column.column)
        return unread

    def _column_of(self, header: Scalar, cell: Cell) -> FormColumn | None:
        if (column := self.headings.column_of(header)) or not isinstance(header, str):
            return column
        if not (found := self.headings.column_in_other_unit(header)):
            return None
        column, bracket = found
        if column.unit:
            unit = self.reading.whole.units[column.unit].in_language(self.language)
            self._note("column_other_unit", cell, shown(header), found=bracket[:40], unit=unit)
        return column

    def _note_missing_columns(self) -> None:
        present = {column.column for column in self.columns.values()}
        for column in self.table.columns:
            if column.column in present:
                continue
            heading = self.reading.whole.heading(column, self.language)
            if column.required == "never":
                self._note("optional_column_missing", quoted=heading)
            else:
                self._note("asked_column_missing", quoted=heading)

    def _note_outside(self, unread: Mapping[int, str]) -> None:
        """Notes what stands below a header that is not in the form, or below none. What the template greys out is ours."""
        headers = dict(enumerate(self.sheet.rows[self.top], 1))
        for number, (n, first, _) in sorted(self.below.items()):
            if number in self.columns or not (is_blank(headers.get(number)) or number in unread):
                continue
            header = self._at(self.top + 1, number)
            if number not in unread:
                self._note("content_outside", self._at(first, number), shown(self.sheet.rows[first - 1][number - 1]), n=n)
            elif nearest := self.headings.nearest(unread[number], self.language):
                self._note("column_renamed", header, unread[number], nearest=nearest)
            else:
                self._note("column_unknown", header, unread[number])

    # What the sheet does to its cells.

    def _note_shape(self) -> None:
        """Notes what is merged or hidden in the area of the table."""
        known = sorted(self.columns)
        last = max((self.below[number][2] for number in known if number in self.below), default=self.top + 1)
        for reference in self.sheet.merged:
            first, end = (cell_at(self.sheet.name, part) for part in reference.split(":"))
            if first and end and first.row <= last and end.row > self.top and any(first.column <= n <= end.column for n in known):
                self._note("merged_cells", first, reference)
        for row in self.sheet.hidden_rows:
            scalars = self.sheet.rows[row - 1] if row <= len(self.sheet.rows) else ()
            if row > self.top + 1 and any(not is_blank(_in(scalars, number)) for number in known):
                self._note("hidden_row", self._at(row, known[0]), str(row))
        for number in self.sheet.hidden_columns:
            if number in self.columns:
                header = shown(self.sheet.rows[self.top][number - 1])
                self._note("hidden_column", self._at(self.top + 1, number), header)

    def _note_unusable(self) -> None:
        for cell, note in self.part.notes():
            if cell.row == self.top + 1 or (cell.row > self.top and cell.column in self.columns):
                self._note(note.code, cell, note.quoted)

    # Rows.

    def _each_row(self, places: Mapping[str, int]) -> Iterator[ReturnRow]:
        readers = [
            (number, AnswerReader(column, self.reading.form, choices(column, self.reading.agreement)))
            for number, column in sorted(self.columns.items())
        ]
        keys = [places[name] for name in self.table.key if name in places]
        for row, scalars in enumerate(self.sheet.rows[self.top + 1 :], self.top + 2):
            filled = [(number, reader, scalar) for number, reader in readers if not is_blank(scalar := _in(scalars, number))]
            if not filled:
                continue
            if total := next((number for number in keys if _is_total(_in(scalars, number))), None):
                self._note("total_row", self._at(row, total), shown(scalars[total - 1]))
                continue
            answers = dict(self._answers(row, filled))
            yield ReturnRow(self.table.table, self.sheet.name, row, answers, places)

    def _answers(self, row: int, filled: Iterable[tuple[int, AnswerReader, Scalar]]) -> Iterator[tuple[str, Answer]]:
        for number, reader, scalar in filled:
            answer = reader.answer(scalar)
            if isinstance(answer, Fault):
                self._put(answer, self._at(row, number))
                continue
            for remark in reader.remarks(scalar, answer):
                if not (self.part.is_csv and remark.code in _ORDINARY_IN_CSV):
                    self._put(remark, self._at(row, number))
            yield reader.column.column, answer

    def _put(self, fault: Fault, cell: Cell) -> None:
        self.reading.noted.put(fault.finding(self.sheet.name, cell.address, self.language), cell, self.order)


def _in(scalars: Sequence[Scalar], number: int) -> Scalar:
    """What stands in a column of a row, counted from one."""
    return scalars[number - 1] if number <= len(scalars) else None


def _is_last(header: Scalar) -> bool:
    """Whether a column shows what was reported last, which the template greys out."""
    return isinstance(header, str) and folded(header).startswith(_words_of_last())


@cache
def _words_of_last() -> tuple[str, ...]:
    return tuple(folded(text("template.last", language)) for language in LANGUAGES)


def _is_total(scalar: Scalar) -> bool:
    return isinstance(scalar, str) and folded(scalar).rstrip(" :.") in TOTALS
