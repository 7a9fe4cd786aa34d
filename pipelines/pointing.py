"""What somebody needs who points at the columns of another form: its sheets, headers and words, and what they are likely to be.

Nothing here decides: every suggestion is shown before it is used.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.forms import Form, FormColumn, choices
from domain.mapping_columns import Unit
from domain.model import Agreement
from domain.returns import Answer, Missing
from domain.rows import column_letters
from pipelines.reading.answers import AnswerReader, Fault, folded, is_blank, shown, unit_words
from pipelines.reading.mapped.grid import Grid, Headers, header_text, plain, sheet_named
from pipelines.reading.mapped.units import unit_said
from pipelines.reading.workbook import ReadWorkbook, Sheet

__all__ = ["Layout", "ReadWorkbook", "Theirs"]

CLOSE = 0.72
# So many different words of one column can be pointed at one by one.
MOST_WORDS = 40
MOST_LINES = 2000


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet lies: each line a row or a column, and which rows (or columns) hold the headers."""

    sheet: str
    orientation: str = "rows"
    headers_in: tuple[int, ...] = (1,)


@dataclass(frozen=True)
class Theirs:
    """A file of others as it is pointed at."""

    book: ReadWorkbook

    def sheets(self) -> list[str]:
        """The names of the sheets that hold anything and can be seen."""
        return [sheet.name for sheet in self.book.sheets if sheet.rows and not sheet.is_hidden]

    def first_rows(self, sheet: str, n_rows: int, n_columns: int) -> list[list[str]]:
        """The first rows as texts, each headed by its number; first of all the letters of the columns."""
        found = self._sheet(sheet)
        width = min(max(map(len, found.rows), default=0), n_columns)
        head = ["", *(column_letters(number) for number in range(1, width + 1))]
        grid = Grid(found)
        rows = range(1, min(len(found.rows), n_rows) + 1)
        return [head, *([str(row), *(_text(grid, row, column) for column in range(1, width + 1))] for row in rows)]

    def n_lines(self, layout: Layout) -> int:
        """How many rows, or columns, the sheet has."""
        return self._grid(layout).n_lines

    def likely_headers_in(self, sheet: str, orientation: str) -> int:
        """The row (or column) among the first with most short texts: where headers are likely to be."""
        grid = Grid(self._sheet(sheet), orientation == "columns")
        counts = [
            sum(isinstance(grid.at(line, number), str) for number in range(1, grid.n_fields + 1))
            for line in range(1, min(grid.n_lines, 20) + 1)
        ]
        return counts.index(max(counts)) + 1 if counts else 1

    def headers(self, layout: Layout) -> list[tuple[str, ...]]:
        """Every header that leads to one column, as a mapping would have it."""
        found = self._headers(layout)
        paths = [tuple(filter(None, path)) for path in found.paths.values()]
        return [path for path in dict.fromkeys(paths) if len(found.numbers_of(path)) == 1]

    def suggested(self, layout: Layout, column: FormColumn, form: Form) -> tuple[str, ...] | None:
        """The header that is most like one of our column's; None where none is."""
        ours = {
            plain(f"{name} {unit}") for name in (column.header.nb, column.header.en) for unit in ("", *unit_words(column, form))
        }
        known = {plain(" ".join(path)): path for path in self.headers(layout)}
        close = [match for own in sorted(ours) for match in difflib.get_close_matches(own, known, n=1, cutoff=CLOSE)]
        best = max(close, key=lambda match: max(difflib.SequenceMatcher(None, match, own).ratio() for own in ours), default=None)
        return known[best] if best else None

    def unit_of(self, layout: Layout, header: Sequence[str]) -> Unit | None:
        """The unit that the header says, or else the sheet above it; None where neither does or the sheet says several."""
        if said := unit_said(" ".join(header)):
            return said
        first = [scalar for row in self._sheet(layout.sheet).rows[:10] for scalar in row if isinstance(scalar, str)]
        of_sheet = {unit for scalar in first if (unit := unit_said(scalar))}
        return of_sheet.pop() if len(of_sheet) == 1 else None

    def words(self, layout: Layout, header: Sequence[str]) -> list[str]:
        """The different texts and numbers below a header, in order, the first ones."""
        numbers = self._headers(layout).numbers_of(header)
        if len(numbers) != 1:
            return []
        grid = self._grid(layout)
        lines = range(max(layout.headers_in) + 1, min(grid.n_lines, MOST_LINES) + 1)
        seen: dict[str, str] = {}
        for line in lines:
            scalar = grid.spread(line, numbers[0])
            if not is_blank(scalar):
                text = header_text(scalar)
                seen.setdefault(folded(text), text)
        return list(seen.values())[:MOST_WORDS]

    def answers(
        self, layout: Layout, header: Sequence[str], column: FormColumn, form: Form, agreement: Agreement
    ) -> dict[str, str | None]:
        """What the words below a header answer to our column as they stand: its code, the word itself, or None for no answer."""
        reader = AnswerReader(column, form, choices(column, agreement))
        return {word: _answered(reader.answer(word), word, column) for word in self.words(layout, header)}

    def _sheet(self, name: str) -> Sheet:
        found = sheet_named(self.book.sheets, name)
        if found is None:
            raise KeyError(name)
        return found

    def _grid(self, layout: Layout) -> Grid:
        return Grid(self._sheet(layout.sheet), layout.orientation == "columns")

    def _headers(self, layout: Layout) -> Headers:
        return Headers(self._grid(layout), layout.headers_in)


def likely(word: str, known: Iterable[tuple[str, str]]) -> str | None:
    """The code whose name is most like a word, of codes with their names; None where none is."""
    by_name = {folded(name): code for code, name in known}
    close = difflib.get_close_matches(folded(word), by_name, n=1, cutoff=CLOSE)
    return by_name[close[0]] if close else None


def _answered(answer: Answer | Fault, word: str, column: FormColumn) -> str | None:
    if isinstance(answer, Fault):
        return None
    if isinstance(answer, Missing):
        return answer.code
    return answer if column.type == "choice" and isinstance(answer, str) else word


def _text(grid: Grid, row: int, column: int) -> str:
    scalar = grid.at(row, column)
    return "" if is_blank(scalar) else shown(scalar)
