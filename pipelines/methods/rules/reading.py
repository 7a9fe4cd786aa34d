"""How rules read the rows of reports: shares, the rows that a question concerns, the worst of several, and their cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from domain.returns import ReturnRow
from domain.rows import Cell
from pipelines.methods.project_reports import NO_ROW, Lack, Lacking, why_not
from pipelines.methods.rules.case import NOT_APPLICABLE, NOTHING_THERE, Reading

HUNDRED = Decimal(100)
# Something is endlessly many times nothing.
ENDLESS = Decimal("Infinity")
P = TypeVar("P")


def ratio(part: Decimal, whole: Decimal, table: str, column: str) -> Decimal:
    """A part of a whole; endless where the whole is 0. Lacking where both are."""
    if whole:
        return part / whole
    if not part:
        raise Lacking(NOTHING_THERE, table, column)
    return ENDLESS


def finite(number: Decimal) -> Decimal | None:
    """The number; None for one that is endless."""
    return number if number.is_finite() else None


def some(rows: Sequence[ReturnRow], table: str, column: str) -> Sequence[ReturnRow]:
    """The rows. Lacking where there are none."""
    if not rows:
        raise Lacking(NO_ROW, table, column)
    return rows


def applicable(rows: Sequence[ReturnRow], table: str, column: str) -> list[ReturnRow]:
    """The rows but those whose column says that the question does not concern the project. Lacking where none is left."""
    found = [row for row in some(rows, table, column) if not is_not_applicable(row, column)]
    if not found:
        raise Lacking(NOT_APPLICABLE, table, column)
    return found


def is_not_applicable(row: ReturnRow, column: str) -> bool:
    """Whether a column of a row says that its question does not concern the project."""
    return why_not(row, column) == NOT_APPLICABLE


def each(parts: Iterable[P], read_part: Callable[[P], Reading]) -> tuple[list[Reading], Lack | None]:
    """The readings of the parts that can be read, and what the first of the others lacks."""
    found: list[Reading] = []
    first: Lack | None = None
    for part in parts:
        try:
            found.append(read_part(part))
        except Lacking as lacking:
            first = first or lacking.lack
    return found, first


def worst(parts: Iterable[P], read_part: Callable[[P], Reading]) -> Reading:
    """The reading with the highest number, with what a part lacks beside it. Lacking where no part can be read."""
    found, lack = each(parts, read_part)
    if lack and not found:
        raise Lacking(lack.reason, lack.table, lack.column)
    return replace(max(found, key=_badness), lack=lack)


def _badness(reading: Reading) -> tuple[Decimal, int]:
    """What the worst of readings goes by: the number, and of the same ones the one that began to count first."""
    return reading.number or Decimal(0), -reading.counts_from.toordinal() if reading.counts_from else 0


def cells_of(rows: Iterable[ReturnRow], *columns: str) -> tuple[Cell, ...]:
    """The cells of some columns of rows, where they have any."""
    return tuple(cell for row in rows for column in columns if (cell := row.cell(column)))
