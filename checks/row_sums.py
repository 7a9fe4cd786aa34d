"""Rows taken together: by their keys, added up, and beside the same rows of the last return."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from checks.usable import is_usable
from domain.forms import Form
from domain.returns import Return, ReturnRow

Key = tuple[str, ...]
# What rounding to one decimal of a million may do to an amount.
ROUNDING_MNOK = Decimal("0.05")
# What it may do to each row of a sum, when some are rounded up and some down.
ROUNDING_A_ROW_MNOK = Decimal("0.005")
ENDED = frozenset({"cancelled", "merged"})


def key_of(row: ReturnRow, columns: Iterable[str]) -> Key | None:
    """The row's key; None where a part of it cannot be used."""
    named = tuple(columns)
    return row.key(named) if all(is_usable(row, column) for column in named) else None


def grouped(rows: Iterable[ReturnRow], *columns: str) -> dict[Key, list[ReturnRow]]:
    """Rows by what they have in the columns, in the order of the file. Rows without a usable key are left out."""
    found: dict[Key, list[ReturnRow]] = {}
    for row in rows:
        if (key := key_of(row, columns)) is not None:
            found.setdefault(key, []).append(row)
    return found


def of_projects(found: Return, table: str) -> dict[str, list[ReturnRow]]:
    """The rows of a table by project id."""
    return {key[0]: rows for key, rows in grouped(found.of(table), "project_id").items()}


def total_mnok(rows: Iterable[ReturnRow], column: str) -> Decimal | None:
    """The sum of a column; None where a part of it is not known."""
    total = Decimal(0)
    for row in rows:
        if (number := row.number(column)) is None:
            return None
        total += number
    return total


def tolerance_mnok(rows: int) -> Decimal:
    """How far the sum of so many rows may lie from a total that is stated on its own."""
    return ROUNDING_MNOK + ROUNDING_A_ROW_MNOK * rows


def price_basis(row: ReturnRow) -> tuple[str, Decimal | None, bool] | None:
    """What the kroner of a row are worth: kind, price year of real kroner, VAT; None where a part of it is not known."""
    kind, vat = row.code("price_kind"), row.answers.get("includes_vat")
    year = row.number("price_year") if kind == "real" else None
    if kind is None or not isinstance(vat, bool) or (kind == "real" and year is None):
        return None
    return kind, year, vat


def have_one_basis(rows: Iterable[ReturnRow]) -> bool:
    """Whether the rows are known to be in the same kroner."""
    bases = {price_basis(row) for row in rows}
    return len(bases) == 1 and None not in bases


def may_be(row: ReturnRow, last: ReturnRow, key: Iterable[str]) -> bool:
    """Whether a row, as far as its key can be used, is the row of the last return."""
    return all(not is_usable(row, column) or row.answers[column] == last.answers.get(column) for column in key)


def pairs(found: Return, previous: Return, form: Form, table: str) -> Iterator[tuple[ReturnRow, ReturnRow]]:
    """Each row with the row of the same key in the last return. Of a key given twice, the first."""
    columns = form.table(table).key
    before = {key: rows[0] for key, rows in grouped(previous.of(table), *columns).items()}
    for key, rows in grouped(found.of(table), *columns).items():
        if key in before:
            yield rows[0], before[key]
