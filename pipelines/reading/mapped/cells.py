"""A mapped return as if it stood in our own form, for checks that know rows and columns, and their findings back in the file.

In another form the answers of a row may stand anywhere, and rows of one table in several sheets. Our form has a place for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from domain.forms import Form
from domain.returns import Return, ReturnRow
from domain.rows import Cell, Finding
from pipelines.reading.mapped.part import MappedRow

FIRST_ROW = 2
# Said at the head of a row, of an answer that has no cell: the head itself is right.
OF_THE_ROW = frozenset({
    "mapped_answer_needed", "mapped_answer_needed_when", "mapped_projects_joined", "mapped_earlier_name",
    "mapped_carried_forward", "mapped_line_unanswered",
})  # fmt: skip
Place = tuple[str | None, str | None]


@dataclass(frozen=True)
class OwnPlaces:
    """A return in the places of our form, and where each of them is in the file."""

    found: Return
    cells: dict[Place, Cell]
    heads: dict[Place, Cell]
    sheets: dict[str, str]

    def as_own(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings of the file at each of our places that its cell answers."""
        own: dict[Place, list[Place]] = {}
        for place, cell in self.cells.items():
            own.setdefault((cell.sheet, cell.address), []).append(place)
        return [
            replace(finding, sheet=sheet, cell=cell)
            for finding in findings
            for sheet, cell in own.get((finding.sheet, finding.cell), [])
            if finding.code not in OF_THE_ROW
        ]

    def _cell(self, sheet: str | None, address: str | None) -> Cell | None:
        """Where one of our places is in the file: its own cell, or for what the mapping says itself the head of the row."""
        return self.cells.get((sheet, address)) or self.heads.get((sheet, address))

    def in_file(self, finding: Finding) -> Finding:
        """A finding of our places at the cell of the file, and the places that it names too."""
        named = dict(finding.named)
        if isinstance(where := named.get("where"), str):
            sheet, _, address = where.rpartition("!")
            if cell := self._cell(sheet, address):
                named["where"] = f"{cell.sheet}!{cell.address}"
        if isinstance(first := named.get("first_row"), int) and finding.cell:
            letters = finding.cell.rstrip("0123456789")
            if cell := self._cell(finding.sheet, f"{letters}{first}"):
                named["first_row"] = cell.address
        cell = self._cell(finding.sheet, finding.cell)
        if cell is None:
            return replace(finding, sheet=self.sheets.get(finding.sheet or "", finding.sheet), named=named)
        return replace(finding, sheet=cell.sheet, cell=cell.address, named=named)


def in_own_places(found: Return, form: Form) -> OwnPlaces:
    """The rows of each table below each other, with a column for each that any of them answers, as in our form."""
    rows: dict[str, tuple[ReturnRow, ...]] = {}
    cells: dict[Place, Cell] = {}
    heads: dict[Place, Cell] = {}
    sheets: dict[str, str] = {}
    for name, listed in found.rows.items():
        table = form.table(name)
        used = {column for row in listed for column in (*row.answers, *row.places)}
        asked = [column.column for column in table.columns if column.column in used]
        places = {column: number for number, column in enumerate(asked, 1)}
        own = [ReturnRow(name, table.sheet.nb, number, row.answers, places) for number, row in enumerate(listed, FIRST_ROW)]
        for row, placed in zip(listed, own, strict=True):
            sheets.setdefault(table.sheet.nb, row.sheet)
            for column in asked:
                place = (table.sheet.nb, placed.address(column))
                if cell := row.cell(column):
                    cells[place] = cell
                elif isinstance(row, MappedRow):
                    heads[place] = row.head
        rows[name] = tuple(own)
    return OwnPlaces(replace(found, rows=rows), cells, heads, sheets)
