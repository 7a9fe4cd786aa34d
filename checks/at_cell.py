"""How a rule says what it found: at one cell with its answer quoted, or of a whole sheet. Columns go by the form's keys."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Final

from checks.rules import Rule
from domain.returns import Return, ReturnRow
from domain.rows import Finding

OWN_ANSWER: Final = object()


def at(rule: Rule, row: ReturnRow, column: str, *, quoted: object = OWN_ANSWER, **named: object) -> Finding:
    """A finding at the cell of a column, quoting the answer there unless something else, or None, is to be quoted."""
    own = row.answers.get(column) if quoted is OWN_ANSWER else quoted
    finding = row.finding(rule.code, rule.severity, column, _plain(own))
    return replace(finding, named={"table": row.table, "column": column, **_named(named)})


def of_sheet(rule: Rule, found: Return, last: ReturnRow, *, quoted: str | None = None, **named: object) -> Finding:
    """A finding about the sheet where a row of the last return should stand: what is not there has no cell."""
    sheet = next((row.sheet for row in found.of(last.table)), last.sheet)
    return Finding(rule.code, rule.severity, sheet, None, quoted, {"table": last.table, **_named(named)})


def _named(named: dict[str, object]) -> dict[str, str | int | float]:
    """Amounts are floats, counts whole numbers, and everything else, years and dates too, is text."""
    return {name: _number_or_text(found) for name, found in named.items()}


def _number_or_text(found: object) -> str | int | float:
    plain = _plain(found)
    if isinstance(plain, Decimal):
        return float(plain)
    return plain if isinstance(plain, (int, float)) else str(plain)


def _plain(found: object) -> object:
    """Yes and no by their codes, days as the calendar of ISO 8601."""
    if isinstance(found, bool):
        return "yes" if found else "no"
    return found.isoformat() if isinstance(found, dt.date) else found
