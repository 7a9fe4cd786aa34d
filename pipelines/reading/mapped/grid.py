"""A sheet of another form as lines with headers, whichever way it lies: each line a row, or each line a column.

Knows sheets and headers, not our subject.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from domain.rows import Cell
from pipelines.reading.answers import cleaned, folded, is_blank
from pipelines.reading.cells import MAX_CELLS
from pipelines.reading.workbook import Scalar, Sheet

CLOSE_HEADER = 0.6
# What ends or adds up a table is said in a word or two.
LONGEST_WORD = 60
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]+):([A-Z]{1,3})([0-9]+)")
_WORD = re.compile(r"[^\W_]+|[%+°]")


@dataclass(frozen=True, eq=False)
class Grid:
    """A sheet by line and field, both counted from one. Transposed, a line is a column and a field is a row."""

    sheet: Sheet
    is_transposed: bool = False

    @cached_property
    def n_lines(self) -> int:
        """The number of the last line that holds anything."""
        return self._n_columns if self.is_transposed else len(self.sheet.rows)

    @cached_property
    def n_fields(self) -> int:
        """The number of the last field that holds anything."""
        return len(self.sheet.rows) if self.is_transposed else self._n_columns

    @cached_property
    def _n_columns(self) -> int:
        return max(map(len, self.sheet.rows), default=0)

    def at(self, line: int, field_number: int) -> Scalar:
        """What stands in a cell of its own. Of merged cells only the first holds anything."""
        row, column = (field_number, line) if self.is_transposed else (line, field_number)
        cells = self.sheet.rows[row - 1] if 0 < row <= len(self.sheet.rows) else ()
        return cells[column - 1] if 0 < column <= len(cells) else None

    def spread(self, line: int, field_number: int) -> Scalar:
        """What a cell shows: of merged cells all hold what the first holds."""
        cell = self.cell(line, field_number)
        row, column = self._first_of_merged.get((cell.row, cell.column), (cell.row, cell.column))
        return self.at(column, row) if self.is_transposed else self.at(row, column)

    def cell(self, line: int, field_number: int) -> Cell:
        """Where it stands in the sheet."""
        return Cell(self.sheet.name, field_number, line) if self.is_transposed else Cell(self.sheet.name, line, field_number)

    def is_merged(self, line: int, field_number: int) -> bool:
        """Whether the cell is part of merged ones."""
        cell = self.cell(line, field_number)
        return (cell.row, cell.column) in self._first_of_merged

    def is_hidden_line(self, line: int) -> bool:
        """Whether Excel hides the line."""
        return line in (self.sheet.hidden_columns if self.is_transposed else self.sheet.hidden_rows)

    def is_hidden_field(self, field_number: int) -> bool:
        """Whether Excel hides the field."""
        return field_number in (self.sheet.hidden_rows if self.is_transposed else self.sheet.hidden_columns)

    @cached_property
    def _first_of_merged(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Row and column of the first cell, for each cell that lies within what the sheet holds."""
        found: dict[tuple[int, int], tuple[int, int]] = {}
        left = MAX_CELLS
        for reference in self.sheet.merged:
            if not (parts := _RANGE.fullmatch(reference)):
                continue
            first, last = (int(parts[2]), column_number(parts[1])), (int(parts[4]), column_number(parts[3]))
            rows = range(first[0], min(last[0], len(self.sheet.rows)) + 1)
            columns = range(first[1], min(last[1], self._n_columns) + 1)
            # Excel lets no merged cells overlap; in a file of somebody else's making all of them may.
            left -= len(rows) * len(columns)
            if left < 0:
                break
            found.update({(row, column): first for row in rows for column in columns})
        return found

    def filled(self, line: int) -> list[Scalar]:
        """A line of headers: blanks after a header belong to it, within merged cells or else up to the next one."""
        found: list[Scalar] = []
        last: Scalar = None
        for number in range(1, self.n_fields + 1):
            shown = self.spread(line, number)
            if not is_blank(shown):
                last = None if self.is_merged(line, number) else shown
            found.append(last if is_blank(shown) else shown)
        return found


@dataclass(frozen=True, eq=False)
class Headers:
    """The headers of a grid. `left_out` are fields that are not looked at, as those of another report date."""

    grid: Grid
    lines: Sequence[int]
    left_out: frozenset[int] = field(default_factory=frozenset)

    @cached_property
    def paths(self) -> dict[int, tuple[str, ...]]:
        """The header of each field that has one, of one or two parts."""
        upper = [self.grid.filled(line) for line in self.lines[:-1]]
        lowest = self.lines[-1]
        found = {}
        for number in range(1, self.grid.n_fields + 1):
            if number in self.left_out:
                continue
            parts = [shown[number - 1] for shown in upper]
            own = self.grid.spread(lowest, number)
            texts = tuple(header_text(part) for part in (*parts, own))
            if texts[-1] or (upper and not is_blank(self.grid.spread(self.lines[0], number))):
                found[number] = texts
        return found

    def numbers_of(self, header: Sequence[str]) -> list[int]:
        """The fields that a header leads to: none, the one, or several that it does not tell apart."""
        wanted = tuple(map(plain, header))
        return [number for number, texts in self._plain.items() if _leads_to(wanted, texts)]

    def nearest(self, header: Sequence[str]) -> str | None:
        """The header that one is nearly."""
        known = {" ".join(filter(None, texts)): self.shown(number) for number, texts in reversed(self._plain.items())}
        close = difflib.get_close_matches(" ".join(map(plain, header))[:80], known, n=1, cutoff=CLOSE_HEADER)
        return known[close[0]] if close else None

    def shown(self, number: int) -> str:
        """A field's header as it is quoted."""
        return " / ".join(part for part in self.paths.get(number, ()) if part)[:80]

    @cached_property
    def _plain(self) -> dict[int, tuple[str, ...]]:
        return {number: tuple(map(plain, texts)) for number, texts in self.paths.items()}


def _leads_to(wanted: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    if wanted == texts or wanted == tuple(filter(None, texts)):
        return True
    return len(wanted) == 1 and wanted[0] == (texts[-1] or texts[0])


def header_text(scalar: Scalar) -> str:
    """A header as a text: years without decimals, days as 2026-04-30."""
    if scalar is None:
        return ""
    if isinstance(scalar, dt.datetime):
        return scalar.date().isoformat()
    if isinstance(scalar, dt.date):
        return scalar.isoformat()
    if isinstance(scalar, float) and scalar.is_integer():
        return str(int(scalar))
    return cleaned(str(scalar))


def plain(header: str) -> str:
    """A header for comparison: without capitals, spaces and most signs."""
    return "".join(_WORD.findall(folded(header)))


def folded_texts(texts: Iterable[str]) -> set[str]:
    """Texts for comparison: without regard to capitals and closing signs."""
    return {folded(text).rstrip(" :.") for text in texts}


def sheet_named(sheets: Sequence[Sheet], wanted: str) -> Sheet | None:
    """The sheet of a name or, where none has it, of a number counted from one among those that can be seen."""
    named = next((sheet for sheet in sheets if folded(sheet.name) == folded(wanted)), None)
    if named or not (wanted.isascii() and wanted.isdigit()):
        return named
    number, seen = int(wanted), [sheet for sheet in sheets if not sheet.is_hidden]
    return seen[number - 1] if 0 < number <= len(seen) else None


def each_text(grid: Grid, line: int) -> Iterator[str]:
    """The short texts of a line, in order of its fields."""
    for number in range(1, grid.n_fields + 1):
        shown = grid.spread(line, number)
        if isinstance(shown, str) and len(shown) <= LONGEST_WORD:
            yield shown


def column_number(letters: str) -> int:
    """The number of a column by its letters: 1 for A."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
