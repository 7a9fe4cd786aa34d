"""Works the queue off: each return read, checked and staged, in order, and what became of it kept under its number.

Killed at any moment it leaves whole acts; the next one begins with the first number that has no outcome, and finds what its
predecessor had already stored of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from domain.faults import LoadError
from domain.load import load_agreements
from domain.model import Agreement, Person
from domain.returns import Return
from pipelines import returns
from pipelines.acting import NotAllowed, person_who_may_somewhere, person_who_may_submit
from pipelines.handing_in import Asked, Submitted, Upload, outcome_of, outcome_said
from pipelines.history import acts, intake
from pipelines.history.audit import LedgerLoss
from pipelines.history.busy import LedgerBusy
from pipelines.history.intake import Ticket
from pipelines.history.ledger import Ledger, NewSubmission, Original, open_ledger, receipt_of
from pipelines.history.publish import publish
from pipelines.history.return_rows import new_return
from pipelines.reading.worker import CheckFailed
from pipelines.returns import CheckedReturn

# What is not the fault of a return: it keeps waiting, and whoever works the queue off is told.
_LATER = (LedgerBusy, LedgerLoss, LoadError, OSError)
# A return at which so many processes have died one after the other is not begun once more.
_MOST_DEATHS = 3
# How many answers are remembered for the same files from somebody else, or once more.
_REMEMBERED = 16

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """An answer, and by which agreements it was given."""

    checked: CheckedReturn
    agreements: Mapping[str, Agreement]


_seen: dict[object, _Seen] = {}


def work_off(data_dir: Path, number: int, until: float, stay_seconds: float = 0.0) -> bool:
    """Whether the number was reached: all before it and itself, and others after it for so many seconds more.

    For the one who holds the queue (`intake.draining`). `until` is a time of time.monotonic(). LedgerBusy, LedgerLoss, LoadError,
    OSError: then the rest keeps waiting.
    """
    ends_at: float | None = None
    while waiting := intake.waiting_numbers(data_dir):
        if number not in waiting:
            ends_at = ends_at or time.monotonic() + stay_seconds
        if time.monotonic() >= (ends_at or until):
            break
        intake.close(data_dir, waiting[0], _outcome(waiting[0], data_dir))
    try:
        intake.forget_files(data_dir)
    except (OSError, LedgerBusy):
        # What was done is done; the next one takes them away.
        log.exception("files that nobody waits for could not be taken away")
    return number not in intake.waiting_numbers(data_dir)


def _outcome(number: int, data_dir: Path) -> dict[str, Any]:
    """What becomes of the number, as the queue keeps it. Whatever cannot be mended by waiting is an outcome too."""
    try:
        with intake.at_work(data_dir, number) as died:
            if died >= _MOST_DEATHS:
                raise CheckFailed(f"{died} processes have died at it")
            return outcome_said(_submitted(intake.ticket(data_dir, number), data_dir))
    except _LATER:
        raise
    except NotAllowed as refusal:
        return {"kind": "not_allowed", "code": refusal.code, "person_id": refusal.person_id, "act": refusal.act}
    except Exception as fault:
        # One that cannot be checked must not stop those behind it.
        log.exception("no. %d of the queue could not be checked", number)
        return {"kind": "failed", "why": f"{type(fault).__name__}: {fault}"}


def _submitted(ticket: Ticket, data_dir: Path) -> Submitted:
    """The return read, checked and stored, or why it is not. NotAllowed."""
    person_who_may_somewhere("submit_return", ticket.person_id, data_dir)
    if again := _again(ticket, data_dir):
        return again
    uploads = [Upload(file.file_name, file.content) for file in intake.files_of(data_dir, ticket)]
    # What is checked is what is kept, and of a name only what is harmless.
    with returns.kept_for_a_while(uploads) as paths:
        kept = [Original(path.name, upload.content) for path, upload in zip(paths, uploads, strict=True)]
        checked = _checked(ticket, paths, data_dir)
    originals = tuple(sorted(kept, key=lambda original: (original.file_name, original.sha256)))
    found, agreement = checked.found, checked.agreement
    if found is None or agreement is None:
        return Submitted("unreadable", receipt_of(originals), findings=checked.findings)
    person = person_who_may_submit(ticket.person_id, found.party_id, agreement, data_dir)
    new = new_return(found, originals, agreement, person.person_id, ticket.at, ticket.at, "submit", person.roles)
    if checked.has_errors:
        return _described("refused", new, checked, found)
    return _stage(ticket, new, found, checked, person, data_dir)


def _checked(ticket: Ticket, paths: list[Path], data_dir: Path) -> CheckedReturn:
    """What is found in the files; from memory where the same files were checked by the same agreements and history."""
    key, agreements = (data_dir, ticket.asked, ticket.files), load_agreements(data_dir / "agreements")
    seen = _seen.pop(key, None)
    if seen and seen.agreements == agreements and _is_held_against_the_same(seen.checked, data_dir):
        checked = seen.checked
    else:
        checked = returns.check_return(paths, Asked(*ticket.asked), data_dir)
    _seen[key] = _Seen(checked, agreements)
    while len(_seen) > _REMEMBERED:
        del _seen[next(iter(_seen))]
    return checked


def _is_held_against_the_same(checked: CheckedReturn, data_dir: Path) -> bool:
    if checked.found is None or checked.agreement is None:
        return True
    return returns.previous_return(checked.found, checked.agreement, data_dir) == checked.previous


def _again(ticket: Ticket, data_dir: Path) -> Submitted | None:
    """What the same files are stored as, without reading them once more; None where they are not stored. NotAllowed."""
    agreements = load_agreements(data_dir / "agreements")
    for earlier in intake.earlier_like(data_dir, ticket):
        said = intake.outcome(data_dir, earlier.number) or {}
        if earlier.asked != ticket.asked or said.get("kind") != "submitted" or said["submitted"]["submission_id"] is None:
            continue
        before = outcome_of(earlier.number, data_dir)
        agreement = agreements.get(said["submitted"]["agreement_id"])
        if before is None or agreement is None or before.party_id is None or before.period is None:
            return None
        person_who_may_submit(ticket.person_id, before.party_id, agreement, data_dir)
        with open_ledger(data_dir) as ledger:
            number = ledger.return_with(agreement.agreement_id, before.party_id, before.period, before.receipt)
            if number is None:  # the ledger is not the one that it was stored in
                return None
            publish(ledger, ticket.at)
            return _stored(ledger, number, ticket, before)
    return None


def _stage(
    ticket: Ticket, new: NewSubmission, found: Return, checked: CheckedReturn, person: Person, data_dir: Path
) -> Submitted:
    """Stored, unless it is there already or lacks the note that it needs."""
    answer, note = _described("staged", new, checked, found), intake.note_of(data_dir, ticket)
    with open_ledger(data_dir) as ledger:
        if earlier := ledger.return_with(new.agreement_id, found.party_id, found.period, new.receipt):
            publish(ledger, new.at)  # perhaps nobody came so far the last time
            return _stored(ledger, earlier, ticket, answer)
        if checked.n_of["hold"] and not note:
            return replace(answer, status="to_confirm")
        number, superseded = acts.stage(ledger, new, found, checked.findings, person, note, ticket.number)
        publish(ledger, new.at)
    return replace(answer, submission_id=number, superseded=superseded)


def _stored(ledger: Ledger, number: int, ticket: Ticket, answer: Submitted) -> Submitted:
    """The answer for what is in the ledger: from before, or from this very ticket where its worker was killed after it."""
    standing = acts.standing_of(ledger, number)
    if standing is None:
        raise LookupError(f"submission {number} is in the ledger and stands nowhere")
    if acts.is_of_ticket(ledger, number, ticket.number, ticket.at):
        return replace(answer, status="staged", submission_id=number, superseded=acts.superseded_by(ledger, number))
    return replace(answer, status=standing.status, submission_id=number, already_submitted_as=number, superseded=())


def _described(status: str, new: NewSubmission, checked: CheckedReturn, found: Return) -> Submitted:
    """Whose return it is, how much of it was read and what was found."""
    return Submitted(
        status, new.receipt, agreement_id=new.agreement_id, party_id=found.party_id, period=found.period,
        n_rows=checked.n_rows, findings=checked.findings,
    )  # fmt: skip
