"""What a file of another form holds that its mapping does not read: nothing of it is left out without a word.

Told by sheet and by column, at the header, with how many cells it is about.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.mappings import header_on
from domain.rows import Finding
from pipelines.reading.answers import is_blank
from pipelines.reading.mapped.lines import BlockLines, Line
from pipelines.reading.mapped.part import Part
from pipelines.reading.mapped.rules import Noted
from pipelines.reading.workbook import ReadWorkbook

# Sheets beyond these are counted in the last word about them.
_MOST_SHEETS = 20


@dataclass(frozen=True)
class Reach:
    """What a block has read: its lines, and the fields that answer, date, name a party, or are recomputed."""

    lines: BlockLines
    counted: Sequence[Line]
    parts: Sequence[Part]

    @cached_property
    def fields(self) -> frozenset[int]:
        """The numbers of those fields."""
        block, lines = self.lines.block, self.lines
        found = {number for part in self.parts for number in part.fields.values()}
        found |= {number for part in self.parts for number in part.numbers}
        headers = [(check.header, check.nth) for check in block.checks]
        headers += [(term.header, term.nth) for check in block.checks for term in check.equals.terms]
        headers += [(block.report_date.header, None)] if block.report_date and block.report_date.header else []
        headers += [(block.party, None)] if block.party else []
        return frozenset(found | {number for header, nth in headers if (number := lines.field_of(header, nth)) is not None})

    @cached_property
    def cells(self) -> frozenset[tuple[int, int]]:
        """Row and column of each cell that is read."""
        found = (self.lines.grid.cell(line.number, number) for line in self.counted for number in self.fields)
        return frozenset((cell.row, cell.column) for cell in found)


def note_unread(book: ReadWorkbook, reached: Sequence[Reach], told_sheets: Iterable[str], noted: Noted) -> None:
    """Notes columns and whole sheets that hold something and answer nothing. Of some sheets something has been told already."""
    for place, reach in enumerate(reached):
        name = reach.lines.sheet.name
        others = [other for other in reached if other is not reach and other.lines.sheet.name == name]
        told_before = [other for other in reached[:place] if other.lines.sheet.name == name]
        _note_fields(reach, others, told_before)
    read = {reach.lines.sheet.name for reach in reached} | set(told_sheets)
    unread = [sheet for sheet in book.sheets if sheet.name not in read]
    for sheet in unread[:_MOST_SHEETS]:
        n_cells = sum(not is_blank(scalar) for row in sheet.rows for scalar in row)
        if n_cells:
            noted.add("mapped_sheet_unread", sheet.name, None, sheet.name, len(reached), n=n_cells)


def _note_fields(reach: Reach, others: Sequence[Reach], told_before: Iterable[Reach]) -> None:
    lines, grid = reach.lines, reach.lines.grid
    why = _left_out(lines)
    told = frozenset[tuple[int, int]]().union(*(other.cells for other in others), *(_all_cells(other) for other in told_before))
    for number in range(1, grid.n_fields + 1):
        if number in reach.fields or number in lines.headers.left_out:
            continue
        cells = [grid.cell(line.number, number) for line in reach.counted if not is_blank(grid.at(line.number, number))]
        cells = [cell for cell in cells if (cell.row, cell.column) not in told]
        if not cells:
            continue
        head = grid.cell(lines.block.headers_in[-1], number)
        code = f"mapped_column_{why.get(number, 'unread')}"
        lines.note(code, head, lines.headers.shown(number) or "–", n=len(cells), first=cells[0].address, last=cells[-1].address)


def _left_out(lines: BlockLines) -> dict[int, str]:
    """Why a column is not to be read, for each that the mapping leaves out and the sheet has."""
    found: dict[int, str] = {}
    for left in lines.block.left_out:
        numbers = lines.headers.numbers_of(header_on(left.header, lines.reported_on))
        found |= dict.fromkeys(numbers if left.nth is None else numbers[left.nth - 1 : left.nth], left.why)
    return found


def _all_cells(reach: Reach) -> frozenset[tuple[int, int]]:
    """Every cell of the lines of a block: what is not read there has been told of that block."""
    grid = reach.lines.grid
    found = (grid.cell(line.number, number) for line in reach.counted for number in range(1, grid.n_fields + 1))
    return frozenset((cell.row, cell.column) for cell in found)


def note_without_answers(reach: Reach, answering: Container[int]) -> None:
    """Notes each line that holds something where it is read and became no row: but of those whose project is not known."""
    grid = reach.lines.grid
    for line in reach.counted:
        if line.number in answering or any(not part.knows(line) for part in reach.parts):
            continue
        filled = [number for number in sorted(reach.fields) if not is_blank(grid.at(line.number, number))]
        if filled:
            reach.lines.note("mapped_line_unanswered", grid.cell(line.number, filled[0]), None, n=len(filled))


def note_unusable(book: ReadWorkbook, reach: Reach) -> None:
    """Notes the cells that hold what no reader can use, and lines and columns that Excel hides, where they are read."""
    lines, grid = reach.lines, reach.lines.grid
    fields = sorted({number for part in reach.parts for number in part.fields.values()})
    read = (grid.cell(line.number, number) for line in reach.counted for number in fields)
    cells = {cell.address: cell for cell in read}
    for note in book.notes:
        if note.sheet == grid.sheet.name and note.cell in cells:
            lines.noted.put(Finding(note.code, "error", note.sheet, note.cell, note.quoted), cells[note.cell], lines.order)
    hidden = [grid.cell(line.number, fields[0]) for line in reach.counted if fields and grid.is_hidden_line(line.number)]
    hidden += [grid.cell(lines.block.headers_in[-1], number) for number in fields if grid.is_hidden_field(number)]
    for cell in hidden:
        lines.note("mapped_hidden", cell)
