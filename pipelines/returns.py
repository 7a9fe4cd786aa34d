"""The story of a return: read and check; approve, reject, reinstate; publish. The same for commands and pages.

How it is handed in stands in handing_in.py, how it is staged in draining.py. Every problem of a file is a finding by sheet and
cell. Every act asks first whether the person may; nobody approves what they handed in themselves.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from checks.order import ordered
from domain.forms import Form, load_form
from domain.load import load_agreements
from domain.model import Agreement, Person
from domain.returns import Return
from domain.rows import SEVERITIES, Finding, Severity
from pipelines.acting import Act, NotAllowed, person_who_may, person_who_may_somewhere
from pipelines.answers.reporting.returns import last_return
from pipelines.handing_in import Upload, plain
from pipelines.history import acts
from pipelines.history.acts import COUNTS, ChangedOriginal, Standing, standing_of
from pipelines.history.audit import LedgerLoss
from pipelines.history.busy import LedgerBusy
from pipelines.history.ledger import Ledger, open_ledger
from pipelines.history.publish import publish
from pipelines.history.snapshot import NoSnapshot, open_snapshot
from pipelines.reading.limited import ReaderCrashed
from pipelines.reading.return_file import ReadReturn, read_return
from pipelines.reading.returned.whose import Asked
from pipelines.reading.worker import CheckFailed, the_worker

__all__ = [
    "Asked",
    "CannotDecide",
    "CheckFailed",
    "CheckedReturn",
    "Decided",
    "LedgerBusy",
    "LedgerLoss",
    "ReaderCrashed",
    "Upload",
    "approve",
    "check_read",
    "check_return",
    "check_upload",
    "kept_for_a_while",
    "previous_return",
    "reinstate",
    "reject",
    "warm_up",
]
# Why a return cannot be decided as asked.
Obstacle = Literal[
    "no_such_return",
    "other_receipt",
    "already_decided",
    "superseded",
    "never_counted",
    "no_reason",
    "changed_original",
    "changed_rows",
]


@dataclass(frozen=True, slots=True)
class CheckedReturn:
    """A return with all that was found. `found` is None where the files cannot be read as one at all.

    `previous` is the return that it was held against: the party's last committed one for an earlier period.
    """

    found: Return | None
    agreement: Agreement | None
    form: Form
    findings: tuple[Finding, ...]
    previous: Return | None = None

    @property
    def is_refused(self) -> bool:
        return self.found is None

    @property
    def has_errors(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def n_of(self) -> dict[Severity, int]:
        """How many findings of each severity."""
        return {severity: sum(found.severity == severity for found in self.findings) for severity in SEVERITIES}

    @property
    def n_rows(self) -> dict[str, int]:
        """How many rows of each table; none where nothing could be read."""
        return {table: len(rows) for table, rows in self.found.rows.items()} if self.found else {}


class CannotDecide(Exception):
    """The return cannot be decided as asked; `code` says why, `status` where it stands."""

    def __init__(self, code: Obstacle, submission_id: int, status: str | None = None) -> None:
        super().__init__(f"{code}: no. {submission_id} is {status}")
        self.code, self.submission_id, self.status = code, submission_id, status


@dataclass(frozen=True, slots=True)
class Decided:
    """Where a return stands after an act. `is_new` is False where it stood so before, and then nothing was changed."""

    submission_id: int
    status: str
    receipt: str
    is_new: bool = True
    already_submitted_as: int | None = None
    superseded: tuple[int, ...] = ()


def warm_up() -> None:
    """Starts the process that checks, so that the first upload need not wait for it. Returns at once."""
    the_worker().warm_up()


def check_return(paths: Sequence[Path], asked: Asked, data_dir: Path) -> CheckedReturn:
    """One return, in one workbook or several CSV files, read and held against every rule. Nothing is stored."""
    warm_up()
    agreements: Mapping[str, Agreement] = load_agreements(data_dir / "agreements")
    form = load_form()
    read = read_return(paths, form, agreements, asked)
    previous = previous_return(read.found, read.agreement, data_dir) if read.found and read.agreement else None
    return check_read(read, form, previous)


def check_read(read: ReadReturn, form: Form, previous: Return | None) -> CheckedReturn:
    """What was read of one return, held against every rule and the party's last one. `form` holds every version."""
    if read.found is None or read.agreement is None:
        return CheckedReturn(None, read.agreement, form, read.findings)
    asked_form = form.at(read.found.form_version)
    checked = the_worker().check(read.found, read.agreement, asked_form, previous, read.findings)
    # A cell that cannot be read is not missing as well.
    unreadable = {(finding.sheet, finding.cell) for finding in read.findings if finding.severity == "error"}
    new = [finding for finding in checked if finding.cell is None or (finding.sheet, finding.cell) not in unreadable]
    findings = ordered([*read.findings, *new], asked_form, read.found)
    return CheckedReturn(read.found, read.agreement, asked_form, findings, previous)


def check_upload(uploads: Sequence[Upload], asked: Asked, data_dir: Path) -> CheckedReturn:
    """What `check_return` says of files that came through a browser."""
    with kept_for_a_while(uploads) as paths:
        return check_return(paths, asked, data_dir)


def approve(actor: str, submission_id: int, at: dt.datetime, data_dir: Path, receipt: str | None = None) -> Decided:
    """Lets a return count from when it was handed in, and publishes. `receipt` is of the content that the approver has seen.

    NotAllowed, also for who handed it in; CannotDecide, LedgerBusy, LedgerLoss. Once approved, a second time changes nothing.
    """
    with _ledger_for("approve_return", actor, submission_id, at, data_dir) as (ledger, standing, _, person):
        if actor in acts.senders_of(ledger, submission_id):
            raise NotAllowed("own_submission", actor, "approve_return")
        if receipt is not None and receipt != standing.receipt:
            raise CannotDecide("other_receipt", submission_id, standing.status)
        if standing.status == "approved":
            return Decided(submission_id, standing.status, standing.receipt, is_new=False)
        _must_wait(standing)
        _must_be_whole(ledger, submission_id)
        acts.decide(ledger, standing, "approve", person, at)
    return Decided(submission_id, "approved", standing.receipt)


def reject(actor: str, submission_id: int, reason: str, at: dt.datetime, data_dir: Path) -> Decided:
    """Sends a return back with the reason, and publishes. It never counts.

    NotAllowed, CannotDecide, LedgerBusy, LedgerLoss. Once rejected, a second time changes nothing.
    """
    with _ledger_for("reject_return", actor, submission_id, at, data_dir) as (ledger, standing, _, person):
        said = _reason(reason, standing)
        if standing.status == "rejected":
            return Decided(submission_id, standing.status, standing.receipt, is_new=False)
        _must_wait(standing)
        acts.decide(ledger, standing, "reject", person, at, {"reason": said})
    return Decided(submission_id, "rejected", standing.receipt)


def reinstate(actor: str, submission_id: int, reason: str, at: dt.datetime, data_dir: Path) -> Decided:
    """Lets the rows of an earlier return that counted count again from now on, under a number of their own, and publishes.

    NotAllowed, CannotDecide, LedgerBusy, LedgerLoss. Where the same content counts already, nothing is changed.
    """
    with _ledger_for("reinstate_return", actor, submission_id, at, data_dir) as (ledger, standing, agreement, person):
        said = _reason(reason, standing)
        if standing.status not in COUNTS:
            raise CannotDecide("never_counted", submission_id, standing.status)
        newest = acts.newest_that_counts(ledger, standing)
        if newest and newest.receipt == standing.receipt:
            return Decided(newest.submission_id, newest.status, newest.receipt, False, newest.submission_id)
        _must_be_whole(ledger, submission_id)
        title = next(party.name for party in agreement.parties if party.party_id == standing.party_id)
        number, superseded = acts.reinstate_again(ledger, standing, f"{title}, {standing.period}", person, at, said)
    return Decided(number, "reinstated", standing.receipt, superseded=superseded)


@contextmanager
def _ledger_for(
    act: Act, actor: str, submission_id: int, at: dt.datetime, data_dir: Path
) -> Iterator[tuple[Ledger, Standing, Agreement, Person]]:
    """The open ledger, where the return stands, its agreement and the person, who may do this there. NotAllowed, CannotDecide.

    What was done is published at the end, also what was done before and nobody came to publish.
    """
    person_who_may_somewhere(act, actor, data_dir)
    with open_ledger(data_dir) as ledger:
        standing = _standing(ledger, submission_id)
        agreement = load_agreements(data_dir / "agreements").get(standing.agreement_id)
        if agreement is None:
            raise CannotDecide("no_such_return", submission_id)
        yield ledger, standing, agreement, person_who_may(act, actor, agreement, data_dir)
        publish(ledger, at)


def _standing(ledger: Ledger, submission_id: int) -> Standing:
    standing = standing_of(ledger, submission_id)
    if standing is None:
        raise CannotDecide("no_such_return", submission_id)
    return standing


def _must_wait(standing: Standing) -> None:
    if standing.status != "staged":
        code: Obstacle = "superseded" if standing.status == "superseded" else "already_decided"
        raise CannotDecide(code, standing.submission_id, standing.status)


def _must_be_whole(ledger: Ledger, submission_id: int) -> None:
    """What is bound by a receipt must still have the bytes that it is of, and the rows that were read of them."""
    try:
        acts.originals_of(ledger, submission_id)
    except ChangedOriginal as changed:
        raise CannotDecide("changed_original", submission_id) from changed
    if not acts.rows_are_whole(ledger, submission_id):
        raise CannotDecide("changed_rows", submission_id)


def _reason(reason: str, standing: Standing) -> str:
    said = plain(reason)
    if not said:
        raise CannotDecide("no_reason", standing.submission_id, standing.status)
    return said


@contextmanager
def kept_for_a_while(uploads: Sequence[Upload]) -> Iterator[list[Path]]:
    """The files in a folder of their own, gone afterwards. Of a name only what is harmless in a path is kept."""
    with TemporaryDirectory(prefix="nullvekst-") as folder:
        paths = []
        for number, upload in enumerate(uploads):
            own = Path(folder) / str(number)
            own.mkdir()
            path = own / _harmless_name(upload.name)
            path.write_bytes(upload.content)
            paths.append(path)
        yield paths


def _harmless_name(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w .\-]", "_", last).strip(" .")[-80:] or "_"


def previous_return(found: Return, agreement: Agreement, data_dir: Path) -> Return | None:
    """The party's last committed return for an earlier period; None where nothing has been published."""
    try:
        return last_return(open_snapshot(data_dir), agreement, found.party_id, found.period)
    except NoSnapshot:
        return None
