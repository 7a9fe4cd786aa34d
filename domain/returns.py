"""The typed rows of a return: what a party reports of its projects for a period, each value with the cell that it stood in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from domain.rows import Cell, Finding


@dataclass(frozen=True, slots=True)
class Missing:
    """A cell that says why it has no answer: a code of the form, and the words after it. Never zero, never blank."""

    code: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """How something is shared: codes with their per cent, in the order written."""

    shares: tuple[tuple[str, Decimal], ...]

    @property
    def total_pct(self) -> Decimal:
        return sum((share for _, share in self.shares), Decimal(0))


# Text or code; whole number or year; amount, decimal or per cent; date; yes or no; several codes; shares; why there is none.
Answer = str | int | Decimal | dt.date | bool | tuple[str, ...] | Split | Missing


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One row of one table. `answers` holds what is answered, by column; a blank cell is not there.

    `sheet` and `row` count as Excel does; `places` gives each column of the sheet its one-based number. Where a row of ours is a
    column of the sheet, `row` is that of its heading, and `rows` says in which row the answer to each of our columns stands.
    """

    table: str
    sheet: str
    row: int
    answers: Mapping[str, Answer]
    places: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_transposed(self) -> bool:
        """Whether the row is a column of its sheet."""
        return bool(self.rows)

    def cell(self, column: str) -> Cell | None:
        """Where the column's answer stands or would stand; None where the sheet has no such column."""
        return Cell(self.sheet, self.rows.get(column, self.row), self.places[column]) if column in self.places else None

    def address(self, column: str) -> str | None:
        cell = self.cell(column)
        return cell.address if cell else None

    def number(self, column: str) -> Decimal | None:
        """The number in the column; None where it is blank, coded missing or no number."""
        found = self.answers.get(column)
        if isinstance(found, bool) or not isinstance(found, (int, Decimal)):
            return None
        return Decimal(found)

    def code(self, column: str) -> str | None:
        """The text or code in the column; None where it is blank or coded missing."""
        found = self.answers.get(column)
        return found if isinstance(found, str) else None

    def day(self, column: str) -> dt.date | None:
        """The date in the column; None where it is blank or coded missing."""
        found = self.answers.get(column)
        return found if isinstance(found, dt.date) else None

    def is_answered(self, column: str) -> bool:
        """Whether the cell holds anything, a coded missing value included."""
        return column in self.answers

    def key(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The row's own key as text; blank parts are empty."""
        return tuple(_as_text(self.answers.get(column)) for column in columns)

    def finding(self, code: str, severity: Any, column: str | None, quoted: object = None, **named: str | int | float) -> Finding:
        """A finding about this row: at the cell of a column, or at the first cell of the row."""
        cell = self.cell(column) if column else None
        place = cell.address if cell else f"A{self.row}"
        return Finding(code, severity, self.sheet, place, None if quoted is None else _as_text(quoted)[:80], named)


@dataclass(frozen=True, slots=True)
class Return:
    """A whole return as read: whose, for which period, in which version of the form, and its rows by table."""

    form_id: str
    form_version: int
    agreement_id: str
    party_id: str
    period: str
    rows: Mapping[str, tuple[ReturnRow, ...]]

    def of(self, table: str) -> tuple[ReturnRow, ...]:
        """The rows of a table; none where the file has no such sheet."""
        return self.rows.get(table, ())

    def project_rows(self) -> dict[str, ReturnRow]:
        """The row of each project in the table of projects, by its id. Of a project given twice, the first."""
        found: dict[str, ReturnRow] = {}
        for row in self.of("projects"):
            if project_id := row.code("project_id"):
                found.setdefault(project_id, row)
        return found

    def all_rows(self) -> Iterator[ReturnRow]:
        for rows in self.rows.values():
            yield from rows


def _as_text(found: object) -> str:
    """An answer as text, the same for equal answers. Decimals without closing zeros."""
    if found is None:
        return ""
    if isinstance(found, Decimal):
        return f"{found.normalize():f}"
    if isinstance(found, Missing):
        return f"{found.code}: {found.reason}" if found.reason else found.code
    if isinstance(found, Split):
        return "; ".join(f"{code} {_as_text(share)}" for code, share in found.shares)
    if isinstance(found, tuple):
        return "; ".join(str(part) for part in found)
    return str(found)


def answer_json(found: Answer) -> Any:
    """An answer as JSON: numbers as text, so that they stay exact."""
    if isinstance(found, (bool, str)):
        return found
    if isinstance(found, int):
        return {"whole": found}
    if isinstance(found, Decimal):
        return {"decimal": str(found)}
    if isinstance(found, dt.date):
        return {"date": found.isoformat()}
    if isinstance(found, Missing):
        return {"missing": found.code, "reason": found.reason}
    if isinstance(found, Split):
        return {"split": [[code, str(share)] for code, share in found.shares]}
    return {"codes": list(found)}


def answer_from_json(written: Any) -> Answer:
    """The inverse of `answer_json`. ValueError for anything else."""
    if isinstance(written, (bool, str)):
        return written
    if isinstance(written, dict):
        if "whole" in written:
            return int(written["whole"])
        if "decimal" in written:
            return Decimal(written["decimal"])
        if "date" in written:
            return dt.date.fromisoformat(written["date"])
        if "missing" in written:
            return Missing(written["missing"], written.get("reason"))
        if "split" in written:
            return Split(tuple((code, Decimal(share)) for code, share in written["split"]))
        if "codes" in written:
            return tuple(written["codes"])
    raise ValueError(f"no answer: {str(written)[:80]!r}")


def return_json(found: Return) -> dict[str, Any]:
    """A return as JSON, for checks: it stands in the places of our own form, which are written once a table."""
    return {
        "form_id": found.form_id,
        "form_version": found.form_version,
        "agreement_id": found.agreement_id,
        "party_id": found.party_id,
        "period": found.period,
        "rows": {
            table: [[row.sheet, row.row, {column: answer_json(answer) for column, answer in row.answers.items()}] for row in rows]
            for table, rows in found.rows.items()
        },
        "places": {table: dict(rows[0].places) for table, rows in found.rows.items() if rows},
    }


def return_from_json(written: Mapping[str, Any]) -> Return:
    """The inverse of `return_json`. KeyError, ValueError or TypeError for anything else."""
    rows = {
        table: tuple(
            ReturnRow(
                table, sheet, row, {column: answer_from_json(answer) for column, answer in answers.items()},
                written["places"].get(table, {}),
            )
            for sheet, row, answers in listed
        )
        for table, listed in written["rows"].items()
    }  # fmt: skip
    return Return(
        written["form_id"], written["form_version"], written["agreement_id"], written["party_id"], written["period"], rows
    )
