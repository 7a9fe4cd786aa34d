"""From a reported figure back to the cells that it is made of, and the same question over periods and corrections."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from domain.forms import FormColumn, FormTable, load_form
from domain.model import Agreement
from domain.period import Period
from domain.returns import Answer, Missing, ReturnRow
from domain.rows import Finding
from pipelines.answers.reporting.acts import findings_when_submitted
from pipelines.answers.reporting.returns import moment_of
from pipelines.answers.trace.submission import HandedIn, known_returns, return_handed_in
from pipelines.history.return_rows import return_from_rows
from pipelines.history.snapshot import Snapshot

# Alike in the rows that count and in those that wait; which returns those are of is decided by the heads that are known.
_ROWS = """
WITH every AS (
    SELECT submission_id, table_name, position, sheet, row_number, row_key, answers, missing, places
    FROM snapshot.return_row
    UNION ALL
    SELECT submission_id, table_name, position, sheet, row_number, row_key, answers, missing, places
    FROM snapshot.return_staged_row
),
asked AS (
    SELECT CAST(? AS VARCHAR) AS table_name, CAST(? AS VARCHAR) AS row_key, CAST(? AS VARCHAR) AS project_id,
        CAST(? AS BIGINT) AS submission_id, CAST(? AS INTEGER) AS row_number
)
SELECT e.*
FROM every AS e
JOIN asked AS a ON a.table_name = e.table_name
WHERE (a.row_key IS NULL OR a.row_key = e.row_key)
    AND (a.project_id IS NULL OR a.project_id = (e.answers->>'$.project_id'))
    AND (a.submission_id IS NULL OR a.submission_id = e.submission_id)
    AND (a.row_number IS NULL OR a.row_number = e.row_number)
ORDER BY e.submission_id, e.position
"""
_BASIS = ("price_kind", "price_year", "includes_vat")
# What a sum of amounts is comparable by: real or nominal, the price year, with VAT or without.
Basis = tuple[Answer | None, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address names: a column of one row (by number or key), or of every row of a project, or of the whole table.

    Without a submission it is the newest return known that has such a row, of `period` where that is given.
    """

    table: str
    column: str
    submission_id: int | None = None
    row_number: int | None = None
    project_id: str | None = None
    key: str | None = None
    period: str | None = None

    @property
    def is_one_row(self) -> bool:
        return self.row_number is not None or self.key is not None


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of the amounts of cells, exact, with the price basis that all of them have; None where they have several.

    `n_amounts` are summed, `n_without` are blank or say why there is no amount.
    """

    amount: Decimal | None
    n_amounts: int
    n_without: int
    bases: tuple[Basis, ...]

    @property
    def basis(self) -> Basis | None:
        return self.bases[0] if len(self.bases) == 1 else None


@dataclass(frozen=True, slots=True)
class Then:
    """The same question in one return: what was answered, or the sum, and from when to when that was the newest known.

    `row_number` is None for a sum.
    """

    period: str
    party_id: str
    submission_id: int
    answer: Answer | None
    basis: Basis | None
    row_number: int | None
    known_from: dt.datetime
    replaced_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Traced:
    """A figure with the cells that it is made of. `total` is of amounts only, and None for one row.

    `history` is in order of period and of when it was known; `findings` are those of exactly these cells.
    """

    agreement_id: str
    asked: Asked
    table: FormTable
    column: FormColumn
    handed_in: HandedIn
    rows: tuple[ReturnRow, ...]
    total: Total | None
    history: tuple[Then, ...]
    findings: tuple[Finding, ...]

    @property
    def is_one_row(self) -> bool:
        return self.asked.is_one_row

    @property
    def answer(self) -> Answer | None:
        """What the cell answers, or the sum of the cells; None where it is blank or cannot be summed."""
        return _answer(self.rows, self.asked.column, self.total)


def trace(snapshot: Snapshot, agreement: Agreement, asked: Asked, as_of: dt.date | None = None) -> Traced | None:
    """The figure that is asked for as known at a date; None where there was none: an unknown column, number, row or project."""
    form = load_form()
    table = next((one for one in form.tables if one.table == asked.table), None)
    if table is None or not table.has(asked.column):
        return None
    moment = moment_of(as_of)
    heads = {int(head["submission_id"]): head for head in known_returns(snapshot, agreement, moment)}
    head = _head(snapshot, asked, heads)
    if head is None:
        return None
    rows = _rows(snapshot, asked, [head])[int(head["submission_id"])]
    key = _key_of(rows[0], table) if asked.is_one_row else None
    same = Asked(asked.table, asked.column, None, None, None if key else asked.project_id, key)
    column = table.column(asked.column)
    past = [one for one in heads.values() if one["standing"] == "counts" and (key or one["party_id"] == head["party_id"])]
    return Traced(
        agreement.agreement_id, asked, table, column, return_handed_in(snapshot, agreement, head, moment), rows,
        None if asked.is_one_row else total_of(rows, column), _history(snapshot, same, past, column),
        _findings(snapshot, agreement, head, rows, asked.column),
    )  # fmt: skip


def total_of(rows: Iterable[ReturnRow], column: FormColumn) -> Total | None:
    """The sum of a column of amounts over rows; None for a column that holds no amounts. Mixed price bases are not summed."""
    if column.type != "money":
        return None
    listed = list(rows)
    amounts = [(row, amount) for row in listed if (amount := row.number(column.column)) is not None]
    bases = tuple(dict.fromkeys(basis_of(row) for row, _ in amounts))
    amount = sum((amount for _, amount in amounts), Decimal(0)) if len(bases) == 1 else None
    return Total(amount, len(amounts), len(listed) - len(amounts), bases)


def basis_of(row: ReturnRow) -> Basis:
    """The price basis of a row's amounts. What is no answer in it is no basis."""
    found = (row.answers.get(name) for name in _BASIS)
    return tuple(None if isinstance(part, Missing) else part for part in found)


def _head(snapshot: Snapshot, asked: Asked, heads: Mapping[int, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The return that the address names and that has what it asks for; without a number the newest one that counts."""
    if asked.submission_id is not None:
        candidates = [heads[asked.submission_id]] if asked.submission_id in heads else []
    else:
        candidates = [
            head
            for head in heads.values()
            if head["standing"] == "counts" and not head["known_to"] and asked.period in {None, head["period"]}
        ]
    having = _rows(snapshot, asked, candidates)
    return max(
        (head for head in candidates if having[int(head["submission_id"])]),
        key=lambda head: (Period.parse(head["period"]).last, head["submission_id"]),
        default=None,
    )


def _rows(snapshot: Snapshot, asked: Asked, heads: Sequence[Mapping[str, Any]]) -> dict[int, tuple[ReturnRow, ...]]:
    """The rows that are asked for of each of the returns, typed, in the order of the sheet."""
    parameters = [asked.table, asked.key, asked.project_id, asked.submission_id, asked.row_number]
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in snapshot.rows(_ROWS, parameters).to_dict("records"):
        found.setdefault(int(row["submission_id"]), []).append({str(name): part for name, part in row.items()})
    numbers = {int(head["submission_id"]): head for head in heads}
    return {number: return_from_rows(head, found.get(number, ())).of(asked.table) for number, head in numbers.items()}


def _history(snapshot: Snapshot, same: Asked, heads: Sequence[Mapping[str, Any]], column: FormColumn) -> tuple[Then, ...]:
    """The same question in every return that has it."""
    rows_of = _rows(snapshot, same, heads)
    found = []
    for head in heads:
        rows = rows_of[int(head["submission_id"])]
        if rows:
            total = None if same.is_one_row else total_of(rows, column)
            answer = _answer(rows, column.column, total)
            basis = basis_of(rows[0]) if same.is_one_row else (total.basis if total else None)
            found.append(
                Then(
                    head["period"], head["party_id"], int(head["submission_id"]), answer, basis,
                    rows[0].row if same.is_one_row else None, head["known_from"].to_pydatetime(), head["known_to"],
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda then: (Period.parse(then.period).last, then.known_from, then.submission_id)))


def _answer(rows: Sequence[ReturnRow], column: str, total: Total | None) -> Answer | None:
    if total is not None:
        return total.amount
    return rows[0].answers.get(column) if len(rows) == 1 else None


def _findings(
    snapshot: Snapshot, agreement: Agreement, head: Mapping[str, Any], rows: Sequence[ReturnRow], column: str
) -> tuple[Finding, ...]:
    cells = {(row.sheet, row.address(column)) for row in rows}
    found = findings_when_submitted(snapshot, agreement, int(head["submission_id"]))
    return tuple(one for one in found if (one.sheet, one.cell) in cells and one.cell)


def _key_of(row: ReturnRow, table: FormTable) -> str:
    """The key of a row as the ledger writes it."""
    return " / ".join(row.key(table.key))


_REPORTED = """
SELECT DISTINCT answers->>'$.project_id' AS project_id
FROM snapshot.return_row
WHERE submission_id = ? AND table_name = ?
ORDER BY project_id
"""


def returns_to_choose(snapshot: Snapshot, agreement: Agreement, as_of: dt.date | None = None) -> pd.DataFrame:
    """One row per party and period with the return that counted at a date: `party_id`, `period`, `submission_id`, `tables`.

    The newest period first.
    """
    heads = known_returns(snapshot, agreement, moment_of(as_of))
    counting = [head for head in heads if head["standing"] == "counts" and not head["known_to"]]
    newest = sorted(counting, key=lambda head: (Period.parse(head["period"]).last, head["party_id"]), reverse=True)
    names = ("party_id", "period", "submission_id", "tables")
    rows = [{**{name: head[name] for name in names}, "tables": json.loads(head["tables"])} for head in newest]
    return pd.DataFrame(rows, columns=list(names))


def projects_in(snapshot: Snapshot, submission_id: int, table: str) -> list[str]:
    """The projects that have rows in a table of a return that counts."""
    return [found for found in snapshot.rows(_REPORTED, [submission_id, table])["project_id"] if isinstance(found, str)]
