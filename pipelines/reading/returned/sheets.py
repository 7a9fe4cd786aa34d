"""The sheets of the files of a return, and which table each of them is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.forms import STAMP_SHEET, Form, FormTable
from domain.rows import Cell
from domain.words import LANGUAGES, text
from pipelines.reading.answers import folded, is_blank
from pipelines.reading.returned.headings import Headings, words_of
from pipelines.reading.workbook import CellNote, ReadWorkbook, Sheet

# A CSV file whose name says nothing is the table that has at least this share of its headings.
SHARE_OF_HEADINGS = 0.5
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")
_COPY_NUMBER = re.compile(r"\s*\([0-9]+\)$")


@dataclass(frozen=True, eq=False)
class OfFile:
    """A sheet, with the file that it stands in."""

    sheet: Sheet
    book: ReadWorkbook

    @property
    def is_csv(self) -> bool:
        return self.book.properties.get("format") == "csv"

    @cached_property
    def has_content(self) -> bool:
        return any(not is_blank(scalar) for row in self.sheet.rows for scalar in row)

    def notes(self) -> Iterator[tuple[Cell, CellNote]]:
        """The cells whose content cannot be used."""
        for note in self.book.notes:
            if note.sheet == self.sheet.name and note.cell and (cell := cell_at(note.sheet, note.cell)):
                yield cell, note


def is_our_own(sheet: Sheet) -> bool:
    """Whether a sheet is one that the template or a marked copy brings beside the tables."""
    own = {folded(text(key, language)) for key in ("template.sheet", "marked.sheet") for language in LANGUAGES}
    return sheet.name == STAMP_SHEET or folded(sheet.name) in own or (sheet.is_hidden and sheet.name.startswith("_"))


def matched(sheets: Sequence[OfFile], form: Form) -> list[tuple[FormTable | None, OfFile]]:
    """Each sheet with its table: by the sheet's name; a CSV file also by a part of its name, or else by its headings."""
    by_name = [(_table_named(part, form), part) for part in sheets]
    taken = {table.table for table, _ in by_name if table}
    left = [table for table in form.tables if table.table not in taken]
    return [(table or (_table_headed(part.sheet, left, form) if part.is_csv else None), part) for table, part in by_name]


def _table_named(part: OfFile, form: Form) -> FormTable | None:
    name = words_of(_COPY_NUMBER.sub("", part.sheet.name) if part.is_csv else part.sheet.name)
    lengths: dict[str, int] = {}
    for table in form.tables:
        for known in map(words_of, (table.table, table.sheet.nb, table.sheet.en)):
            ends = part.is_csv and known in (name[: len(known)], name[-len(known) :])
            if name == known or ends:
                lengths[table.table] = max(len(known), lengths.get(table.table, 0))
    longest = [table for table, length in lengths.items() if length == max(lengths.values())]
    return form.table(longest[0]) if len(longest) == 1 else None


def _table_headed(sheet: Sheet, tables: Sequence[FormTable], form: Form) -> FormTable | None:
    """The table whose headings the sheet has, where no other comes as near."""
    counted = [(Headings(table, form).best_row(sheet)[1] / len(table.columns), table.table) for table in tables]
    shares = sorted(counted, reverse=True)
    if not shares or shares[0][0] < SHARE_OF_HEADINGS or (len(shares) > 1 and shares[0][0] == shares[1][0]):
        return None
    return form.table(shares[0][1])


def cell_at(sheet: str, address: str) -> Cell | None:
    """The cell of an address; None for what is no address."""
    found = _ADDRESS.fullmatch(address)
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return Cell(sheet, int(found[2]), column)
