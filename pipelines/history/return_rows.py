"""A return as rows of the ledger's tables, and back again. Answers stay JSON, so that no new column of a form is a migration."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from domain.forms import FormTable, load_form
from domain.model import Agreement
from domain.returns import Missing, Return, ReturnRow, answer_from_json, answer_json
from pipelines.history.ledger import Change, Ledger, NewSubmission, Original, Tables, submitted

KIND = "return"
# What the marts' DECIMAL(18,8) and INTEGER hold. The form's own limits are far below; amounts are to the øre of a million.
_LARGEST_AMOUNT, _DECIMALS = Decimal(10) ** 10, 8
_LARGEST_WHOLE = 2**31
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class UnstorableAnswer(ValueError):
    """A number that the marts cannot hold exactly. The checks stop it before; here it is a fault of ours."""


def new_return(
    found: Return,
    files: tuple[Original, ...],
    agreement: Agreement,
    submitted_by: str,
    handed_in_at: dt.datetime,
    at: dt.datetime,
    act: str = "import",
    roles: tuple[str, ...] = (),
) -> NewSubmission:
    """The submission of a return, known from when it was handed in; `at` is when it comes into this ledger."""
    title = next(party.name for party in agreement.parties if party.party_id == found.party_id)
    return NewSubmission(
        agreement.agreement_id, KIND, files, f"{title}, {found.period}", None, handed_in_at.date(), submitted_by, at,
        agreement.is_synthetic, handed_in_at, act, roles,
    )  # fmt: skip


def commit_return(ledger: Ledger, new: NewSubmission, found: Return, beside: Tables | None = None) -> tuple[int, int | None]:
    """The number of the stored return, and its earlier number where the same content was stored before. UnstorableAnswer.

    It counts at once, without anybody's approval: for reports that are imported by those who may. `beside` are rows of other
    ledger tables that belong to it, such as what was found when it was read.
    """
    return commit_returns(ledger, [(new, found)], beside)[0]


def commit_returns(
    ledger: Ledger, returns: Sequence[tuple[NewSubmission, Return]], beside: Tables | None = None
) -> list[tuple[int, int | None]]:
    """As `commit_return` for each, all in one transaction; `beside` belongs to each."""
    earlier = [ledger.return_with(new.agreement_id, found.party_id, found.period, new.receipt) for new, found in returns]
    fresh = [pair for pair, number in zip(returns, earlier, strict=True) if number is None]
    numbers = iter(range(first := ledger.next_id(), first + len(fresh)))
    if fresh:
        ledger.write([_imported(new, found, number, beside or {}) for number, (new, found) in enumerate(fresh, first)])
    return [(number if number is not None else next(numbers), number) for number in earlier]


def _imported(new: NewSubmission, found: Return, number: int, beside: Tables) -> Change:
    act = {
        "submission_id": number, "act": "import", "person_id": new.submitted_by, "roles": json.dumps(new.roles),
        "acted_at": new.at, "receipt": new.receipt,
    }  # fmt: skip
    return submitted(new, {**return_tables(found), **beside}, number, return_acts=[act])


def return_tables(found: Return) -> dict[str, list[dict[str, Any]]]:
    """The rows of every ledger table that a return fills, without their submission. UnstorableAnswer."""
    form = load_form(found.form_id).at(found.form_version)
    head = {
        "party_id": found.party_id, "period": found.period, "form_id": found.form_id, "form_version": found.form_version,
        "tables": json.dumps(list(found.rows)),
    }  # fmt: skip
    rows = [row for table, of_table in found.rows.items() for row in _rows(of_table, form.table(table))]
    return {"return_submission": [head], "return_row": rows}


def return_from_rows(head: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> Return:
    """The inverse of `return_tables`: a return of its head, which has its agreement too, and its rows, in order of position."""
    places: dict[str, dict[str, int]] = {}
    of_table: dict[str, list[ReturnRow]] = {table: [] for table in json.loads(head["tables"])}
    for row in rows:
        of_table[row["table_name"]].append(return_row(row, places))
    return Return(
        head["form_id"], int(head["form_version"]), head["agreement_id"], head["party_id"], head["period"],
        {table: tuple(listed) for table, listed in of_table.items()},
    )  # fmt: skip


def return_row(row: Mapping[str, Any], places: dict[str, dict[str, int]]) -> ReturnRow:
    """The typed row of a stored one. Rows of a sheet share their places, which are kept by their text in the dictionary given."""
    written = row["places"]
    # Only a row that is a column of its sheet has lists among its places, and shares them with no other.
    of_rows = _rows_from_json(written) if "[" in written else {}
    if written not in places:
        places[written] = {name: at[1] if name in of_rows else at for name, at in json.loads(written).items()}
    answers = json.loads(row["answers"])
    if row["missing"] != "{}":
        answers.update(json.loads(row["missing"]))
    typed = {column: answer_from_json(answer) for column, answer in answers.items()}
    return ReturnRow(row["table_name"], row["sheet"], int(row["row_number"]), typed, places[written], of_rows)


def _rows(rows: Sequence[ReturnRow], table: FormTable) -> Iterator[dict[str, Any]]:
    amounts = frozenset(column.column for column in table.columns if column.type == "money")
    places: dict[tuple[int, int], str] = {}
    for position, row in enumerate(rows):
        answered: dict[str, Any] = {}
        missing: dict[str, Any] = {}
        for column, answer in row.answers.items():
            if isinstance(answer, (int, Decimal)) and not _is_storable(answer, is_amount=column in amounts):
                raise UnstorableAnswer(f"{row.sheet} {row.address(column) or column}: {answer} cannot be stored")
            (missing if isinstance(answer, Missing) else answered)[column] = answer_json(answer)
        # Rows of a sheet share their places.
        shared = id(row.places), id(row.rows) if row.rows else 0
        if shared not in places:
            places[shared] = _json(_places_json(row))
        yield {
            "table_name": row.table, "position": position, "sheet": row.sheet, "row_number": row.row,
            "row_key": " / ".join(row.key(table.key)), "answers": _json(answered), "missing": _json(missing),
            "places": places[shared],
        }  # fmt: skip


def _places_json(row: ReturnRow) -> dict[str, Any]:
    """The column of each answer or, where it stands in a row of its own, row and column."""
    return {name: [row.rows[name], column] if name in row.rows else column for name, column in row.places.items()}


def _rows_from_json(written: str) -> dict[str, int]:
    """The row of each answer that stands in one of its own."""
    return {name: place[0] for name, place in json.loads(written).items() if isinstance(place, list)}


def _is_storable(number: int | Decimal, *, is_amount: bool) -> bool:
    if isinstance(number, int):
        return abs(number) < _LARGEST_WHOLE
    return not is_amount or (number.is_finite() and abs(number) < _LARGEST_AMOUNT and number == round(number, _DECIMALS))


def _json(written: Mapping[str, Any]) -> str:
    return _JSON.encode(dict(written))
