"""The story of handing in: into the queue, at once and for good; then the answer, from whoever works the queue off.

Loads no database and no checks before it is its own turn to work: who only waits need not.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from domain.load import load_agreements
from domain.rows import SEVERITIES, Finding, Severity
from pipelines.acting import NotAllowed, person_who_may_somewhere, person_who_may_submit
from pipelines.history import intake
from pipelines.history.busy import LedgerBusy
from pipelines.history.intake import QueuedFile
from pipelines.reading.package import MAX_FILE_BYTES
from pipelines.reading.returned.whose import Asked
from pipelines.reading.worker import CheckFailed

__all__ = ["Asked", "StillQueued", "Submitted", "Upload", "hand_in", "outcome_of", "submit", "submit_upload"]
# Fifty returns that are handed in at once are answered within this.
WAIT_SECONDS = 120.0
# How long a command that works the queue off goes on for others, whose processes would have to begin with loading the checks.
STAY_SECONDS = 60.0
_POLL_SECONDS, _TELL_SECONDS = 0.05, 0.5
# Hears the number and how many wait before it.
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came through a browser: the name that its sender gave it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of files that were handed in. `already_submitted_as` is the number that the same content has from before.

    `status` is of the return that is stored, or says why nothing is: refused for its errors, unreadable, or to be confirmed with
    a note. `superseded` are those that waited for the same party and period, and wait no more. Whose return it is, is None where
    the files cannot be read as one.
    """

    status: str
    receipt: str
    submission_id: int | None = None
    already_submitted_as: int | None = None
    superseded: tuple[int, ...] = ()
    agreement_id: str | None = None
    party_id: str | None = None
    period: str | None = None
    n_rows: Mapping[str, int] | None = None
    findings: tuple[Finding, ...] = ()
    queue_number: int = 0

    @property
    def n_of(self) -> dict[Severity, int]:
        """How many findings of each severity."""
        return {severity: sum(found.severity == severity for found in self.findings) for severity in SEVERITIES}


class StillQueued(LedgerBusy):
    """The answer is not there yet. What was handed in waits under its number, and the same again gets the same number."""

    def __init__(self, number: int, n_before: int) -> None:
        super().__init__(f"no. {number} in the queue, {n_before} before it")
        self.number, self.n_before = number, n_before


def submit(
    actor: str, paths: Sequence[Path], asked: Asked, at: dt.datetime, data_dir: Path, note: str | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> Submitted:  # fmt: skip
    """Stores a return that waits for approval: without errors, and with a note where something must be confirmed.

    NotAllowed, CheckFailed, LedgerBusy (StillQueued), LedgerLoss, OSError. What is refused stores no rows; the same content again
    keeps its number.
    """
    person_who_may_somewhere("submit_return", actor, data_dir)
    number = hand_in(actor, [_upload(path) for path in paths], asked, at, data_dir, note)
    return _answer(number, data_dir, wait_seconds, STAY_SECONDS, None)


def _upload(path: Path) -> Upload:
    """The file, or as much of it as shows that it is too large to be read."""
    with path.open("rb") as file:
        return Upload(path.name, file.read(MAX_FILE_BYTES + 1))


def submit_upload(
    actor: str, uploads: Sequence[Upload], asked: Asked, at: dt.datetime, data_dir: Path, note: str | None = None,
    told: Told | None = None, wait_seconds: float = WAIT_SECONDS,
) -> Submitted:  # fmt: skip
    """What `submit` says of files that came through a browser; `told` hears now and then how many wait before."""
    number = hand_in(actor, uploads, asked, at, data_dir, note)
    # Others of the same process go on with the same warm checks, so nobody stays for them.
    return _answer(number, data_dir, wait_seconds, 0.0, told)


def hand_in(actor: str, uploads: Sequence[Upload], asked: Asked, at: dt.datetime, data_dir: Path, note: str | None = None) -> int:
    """The number in the queue: from now on the files are not lost. Nothing is read yet. NotAllowed, LedgerBusy, OSError.

    The same files of the same person with the same note, while they wait, have one number.
    """
    person_who_may_somewhere("submit_return", actor, data_dir)
    agreement = load_agreements(data_dir / "agreements").get(asked.agreement_id or "")
    if agreement and any(party.party_id == asked.party_id for party in agreement.parties):
        # Of files that say themselves whose they are, it is asked when they have been read.
        person_who_may_submit(actor, str(asked.party_id), agreement, data_dir)
    files = [QueuedFile(upload.name, upload.content) for upload in uploads]
    whose = (asked.agreement_id, asked.party_id, asked.period)
    return intake.queue(data_dir, at, actor, whose, plain(note or "") or None, files).number


def outcome_of(number: int, data_dir: Path) -> Submitted | None:
    """What became of a number of the queue; None while it waits. KeyError for a number that nobody was given.

    NotAllowed where the person might not after all, CheckFailed where it failed by a fault of ours.
    """
    said = intake.outcome(data_dir, number)
    if said is None:
        with suppress(intake.DamagedQueue):  # there, and will be told so
            intake.ticket(data_dir, number)
        return None
    if said["kind"] == "not_allowed":
        raise NotAllowed(said["code"], said["person_id"], said["act"])
    if said["kind"] == "failed":
        raise CheckFailed(said["why"])
    findings = tuple(Finding(**found) for found in said["findings"])
    own = {**said["submitted"], "superseded": tuple(said["submitted"]["superseded"])}
    return Submitted(**own, findings=findings, queue_number=number)


def outcome_said(found: Submitted) -> dict[str, Any]:
    """What the queue keeps of an answer, so that `outcome_of` gives it again."""
    said = asdict(found)
    del said["queue_number"]
    return {"kind": "submitted", "findings": said.pop("findings"), "submitted": said}


def plain(written: str) -> str:
    """What somebody wrote, without what no store can hold: bytes of a command line that are no text, and NUL."""
    return written.encode("utf-8", "replace").decode().replace("\0", "").strip()


def _answer(number: int, data_dir: Path, wait_seconds: float, stay_seconds: float, told: Told | None) -> Submitted:
    """What became of the number, worked off by whoever comes to it first. StillQueued, and what `outcome_of` raises."""
    until = time.monotonic() + wait_seconds
    tell_at = time.monotonic()
    while (found := outcome_of(number, data_dir)) is None:
        if told and time.monotonic() >= tell_at:
            told(number, intake.n_before(data_dir, number))
            tell_at = time.monotonic() + _TELL_SECONDS
        if not _has_worked(number, data_dir, until, stay_seconds):
            if time.monotonic() >= until:
                raise StillQueued(number, intake.n_before(data_dir, number))
            time.sleep(_POLL_SECONDS)
    return found


def _has_worked(number: int, data_dir: Path, until: float, stay_seconds: float) -> bool:
    """Whether it was our turn to work the queue off, and this number was reached."""
    with intake.draining(data_dir) as is_ours:
        if not is_ours:
            return False
        from pipelines.draining import work_off

        with suppress(LedgerBusy):  # another act is being stored: it is waited for as long as for the rest
            return work_off(data_dir, number, until, stay_seconds)
        return False
