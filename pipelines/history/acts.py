"""What is done with returns, as changes of the ledger: staged, approved, rejected, reinstated. Who may is decided before."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from domain.model import Person
from domain.returns import Return
from domain.rows import Finding
from pipelines.history.audit import Deed, Entry
from pipelines.history.chain import Texts, entry_at
from pipelines.history.contents import OF_ENTRIES, OF_SUBMISSIONS, hash_of, lines_of
from pipelines.history.ledger import ORIGINALS, Change, Ledger, NewSubmission, Original, Tables, submitted
from pipelines.history.return_rows import KIND, return_tables

Act = Literal["submit", "supersede", "approve", "reject", "reinstate", "import"]
Status = Literal["staged", "superseded", "approved", "rejected", "reinstated", "imported"]
STATUS_AFTER: Mapping[str, Status] = {
    "submit": "staged",
    "supersede": "superseded",
    "approve": "approved",
    "reject": "rejected",
    "reinstate": "reinstated",
    "import": "imported",
}
COUNTS: frozenset[Status] = frozenset({"approved", "reinstated", "imported"})
_STANDING = """
SELECT submission_id, agreement_id, party_id, period, receipt, submitted_by, is_synthetic, last_act, last_sequence
FROM return_standing
WHERE submission_id = ?
"""
_OF_PERIOD = """
SELECT submission_id, agreement_id, party_id, period, receipt, submitted_by, is_synthetic, last_act, last_sequence
FROM return_standing
WHERE agreement_id = ? AND party_id = ? AND period = ?
ORDER BY submission_id
"""
_NEWEST = """
SELECT submission_id
FROM known_return
WHERE agreement_id = ? AND party_id = ? AND period = ? AND known_to = TIMESTAMP '9999-12-31'
"""
_ROWS = """
SELECT table_name, position, sheet, row_number, row_key, answers, missing, places
FROM return_row
WHERE submission_id = ?
ORDER BY table_name, position
"""


class ChangedOriginal(Exception):
    """The kept bytes of an original are not what its hash says, or are gone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A return in the ledger, and where it stands after the last act."""

    submission_id: int
    agreement_id: str
    party_id: str
    period: str
    receipt: str
    submitted_by: str
    is_synthetic: bool
    last_act: str
    last_sequence: int

    @property
    def status(self) -> Status:
        return STATUS_AFTER[self.last_act]


def standing_of(ledger: Ledger, submission_id: int) -> Standing | None:
    """Where a return stands; None where there is none of this number."""
    found = ledger.connection.execute(_STANDING, [submission_id]).fetchone()
    return Standing(*found) if found else None


def senders_of(ledger: Ledger, submission_id: int) -> set[str]:
    """Who has handed in a return: nobody of these decides it."""
    found = ledger.connection.execute(
        "SELECT submitted_by FROM submission WHERE submission_id = ? "
        "UNION SELECT person_id FROM return_act WHERE submission_id = ? AND act = 'submit'",
        [submission_id, submission_id],
    ).fetchall()
    return {person_id for (person_id,) in found}


def waiting(ledger: Ledger, agreement_id: str, party_id: str, period: str) -> list[Standing]:
    """The returns of a party for a period that nobody has decided yet."""
    found = ledger.connection.execute(_OF_PERIOD, [agreement_id, party_id, period]).fetchall()
    return [one for one in (Standing(*row) for row in found) if one.status == "staged"]


def newest_that_counts(ledger: Ledger, of: Standing) -> Standing | None:
    """What counts now for the agreement, party and period of a return; None where nothing does."""
    found = ledger.connection.execute(_NEWEST, [of.agreement_id, of.party_id, of.period]).fetchone()
    return standing_of(ledger, found[0]) if found else None


def stage(
    ledger: Ledger, new: NewSubmission, found: Return, findings: Sequence[Finding], person: Person, note: str | None,
    queue_number: int,
) -> tuple[int, tuple[int, ...]]:  # fmt: skip
    """The number of the staged return, and those that waited for the same party and period and are superseded by it.

    Its entry says under which number it came through the queue.
    """
    number = ledger.next_id()
    older = waiting(ledger, new.agreement_id, found.party_id, found.period)
    change = staged(new, number, found, findings, person, note, older)
    deed = replace(change.deed, facts={**change.deed.facts, "queue_number": queue_number})
    ledger.write([replace(change, deed=deed)])
    return number, tuple(one.submission_id for one in older)


def is_of_ticket(ledger: Ledger, submission_id: int, queue_number: int, at: dt.datetime) -> bool:
    """Whether a return was stored for this number of the queue, which was given at this time."""
    entry = _first_entry(ledger, submission_id)
    return entry is not None and (entry.facts.get("queue_number"), entry.at) == (queue_number, at)


def superseded_by(ledger: Ledger, submission_id: int) -> tuple[int, ...]:
    """Those that waited when a return was handed in, and waited no more."""
    found = ledger.connection.execute(
        "SELECT submission_id FROM return_act WHERE related_id = ? AND act = 'supersede' ORDER BY submission_id", [submission_id]
    ).fetchall()
    return tuple(number for (number,) in found)


def staged(
    new: NewSubmission, number: int, found: Return, findings: Sequence[Finding], person: Person, note: str | None,
    older: Sequence[Standing] = (),
) -> Change:  # fmt: skip
    """The change that stages a return under its number, handed in at `known_from`. `older` are those that it supersedes."""
    handed_in_at = new.known_from
    acts = [
        act_row(number, "submit", person, handed_in_at, new.receipt),
        *(act_row(one.submission_id, "supersede", person, handed_in_at, one.receipt, number) for one in older),
    ]
    tables = {**return_tables(found), "return_finding": finding_rows(findings)}
    return submitted(new, tables, number, return_acts=acts, texts={"note": note} if note else {})


def decide(ledger: Ledger, standing: Standing, act: Act, person: Person, at: dt.datetime, texts: Texts | None = None) -> None:
    """Writes that a return is approved or rejected."""
    ledger.write([decision(standing.submission_id, standing.agreement_id, standing.receipt, act, person, at, texts)])


def decision(
    number: int, agreement_id: str, receipt: str, act: Act, person: Person, at: dt.datetime, texts: Texts | None = None
) -> Change:
    """The change that decides a return: bound to the content that its receipt is of."""
    deed = Deed(at, person.person_id, person.roles, act, agreement_id, f"submission:{number}", receipt, {})
    return Change(deed, number, return_acts=[act_row(number, act, person, at, receipt)], texts=texts or {})


def reinstate_again(
    ledger: Ledger, earlier: Standing, title: str, person: Person, at: dt.datetime, reason: str
) -> tuple[int, tuple[int, ...]]:
    """The number under which the rows of an earlier return count again from now on, and those that it superseded.

    The originals are the same. ChangedOriginal where they are not what they were.
    """
    number = ledger.next_id()
    new = NewSubmission(
        earlier.agreement_id, KIND, originals_of(ledger, earlier.submission_id), title, None, at.date(), person.person_id, at,
        earlier.is_synthetic, at, "reinstate", person.roles,
    )  # fmt: skip
    older = waiting(ledger, earlier.agreement_id, earlier.party_id, earlier.period)
    acts = [
        act_row(number, "reinstate", person, at, earlier.receipt, earlier.submission_id),
        *(act_row(one.submission_id, "supersede", person, at, one.receipt, number) for one in older),
    ]
    tables = _rows_of(ledger, earlier.submission_id)
    ledger.write([submitted(new, tables, number, return_acts=acts, texts={"reason": reason})])
    return number, tuple(one.submission_id for one in older)


def originals_of(ledger: Ledger, submission_id: int) -> tuple[Original, ...]:
    """The files of a submission, byte for byte. ChangedOriginal where one is not what it was."""
    listed = ledger.connection.execute(
        "SELECT sha256, file_name FROM original WHERE submission_id = ? ORDER BY rowid", [submission_id]
    ).fetchall()
    found = []
    for sha256, file_name in listed:
        path = ledger.data_dir / ORIGINALS / sha256
        original = Original(file_name, path.read_bytes() if path.is_file() else b"")
        if original.sha256 != sha256:
            raise ChangedOriginal(file_name)
        found.append(original)
    return tuple(found)


def rows_are_whole(ledger: Ledger, submission_id: int) -> bool:
    """Whether the rows of a return are those that the entry of its act says, of when it was handed in or reinstated."""
    entry = _first_entry(ledger, submission_id)
    if entry is None:
        return False
    rows = lines_of(ledger.connection, OF_SUBMISSIONS, submission_id, submission_id)[submission_id]
    done = lines_of(ledger.connection, OF_ENTRIES, entry.sequence, entry.sequence)[entry.sequence]
    return entry.facts.get("rows_hash") == hash_of([*rows, *done])


def _first_entry(ledger: Ledger, submission_id: int) -> Entry | None:
    """The entry of the act that brought a return in; None where it is not as it was written."""
    found = ledger.connection.execute("SELECT min(sequence) FROM return_act WHERE submission_id = ?", [submission_id]).fetchone()
    return entry_at(ledger.connection, found[0]) if found and found[0] else None


def act_row(
    number: int, act: Act, person: Person, at: dt.datetime, receipt: str, related_id: int | None = None
) -> dict[str, Any]:
    """A row of return_act, without the sequence of its entry."""
    return {
        "submission_id": number, "act": act, "person_id": person.person_id, "roles": json.dumps(person.roles), "acted_at": at,
        "receipt": receipt, "related_id": related_id,
    }  # fmt: skip


def finding_rows(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """What was found, as rows of return_finding."""
    return [
        {
            "position": position, "code": found.code, "severity": found.severity, "sheet": found.sheet, "cell": found.cell,
            "quoted": found.quoted, "named": json.dumps(found.named, ensure_ascii=False),
        }
        for position, found in enumerate(findings)
    ]  # fmt: skip


def _rows_of(ledger: Ledger, submission_id: int) -> Tables:
    """The rows of a return as they are to be stored once more."""
    heads = ledger.connection.execute(
        "SELECT party_id, period, form_id, form_version, tables FROM return_submission WHERE submission_id = ?", [submission_id]
    )
    # Read before the next query: a connection has one result at a time.
    head = _as_rows(heads)
    return {"return_submission": head, "return_row": _as_rows(ledger.connection.execute(_ROWS, [submission_id]))}


def _as_rows(result: Any) -> list[dict[str, Any]]:
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
