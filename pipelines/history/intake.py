"""The queue in which returns wait to be checked: what is handed in is on disk for good before anybody hears its number.

It knows files and numbers, not what a return is, and loads no database: who only waits need not. One at a time works it off, in
order, under a lock that the operating system frees when its process dies.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.history import disk
from pipelines.history.busy import LedgerBusy

INTAKE, QUEUE = "intake", "queue.jsonl"
FILES, OUTCOMES = "files", "outcomes"
_QUEUE_LOCK, _DRAIN_LOCK, _AT_WORK = "queue.lock", "drain.lock", "at_work.lock"
# Whoever hands in holds the lock of the queue for a few writes.
_WAIT_SECONDS = 10.0
_POLL_SECONDS = 0.005


class DamagedQueue(Exception):
    """A line of the queue, or a file that it names, is not what was handed in."""


@dataclass(frozen=True, slots=True)
class QueuedFile:
    """One file as it was handed in, byte for byte."""

    file_name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Ticket:
    """What waits, or has waited, under a number: who handed in which files when, for whom and with what note.

    `files` are pairs of name and sha256; `at` is naive UTC. `number` counts from 1 without gaps, in the order of handing in. The
    note lies in a file of its own, under a name that nobody can guess it from: the line stays when the note is gone.
    """

    number: int
    at: dt.datetime
    person_id: str
    agreement_id: str | None
    party_id: str | None
    period: str | None
    note_file: str | None
    files: tuple[tuple[str, str], ...]

    @property
    def asked(self) -> tuple[str | None, str | None, str | None]:
        """Agreement, party and period, as far as they were said beside the files."""
        return self.agreement_id, self.party_id, self.period


# Handing in.


def queue(
    data_dir: Path,
    at: dt.datetime,
    person_id: str,
    asked: tuple[str | None, str | None, str | None],
    note: str | None,
    files: Sequence[QueuedFile],
) -> Ticket:
    """The ticket under which the files wait, on disk for good. The same once more, while it waits, gets the same ticket.

    `asked` is agreement, party and period. LedgerBusy; OSError where the disk does not take it, and then nothing waits.
    """
    folder = data_dir / INTAKE
    disk.make_folder(folder / FILES)
    named = tuple((file.file_name, file.sha256) for file in files)
    kept = {folder / FILES / file.sha256: file.content for file in files}
    note_file = secrets.token_hex(32) if note else None
    if note and note_file:
        kept[folder / FILES / note_file] = f"{_sha256(note)}\n{note}".encode()
    with _lock(folder / _QUEUE_LOCK):
        lines = _lines(folder)
        new = Ticket(len(lines) + 1, at, person_id, *asked, note_file, named)
        for number in _open(folder, len(lines)):
            waiting = _from_line(lines[number - 1], number)
            if waiting and _is_same(data_dir, waiting, new, note):
                return waiting
        disk.write_all({path: content for path, content in kept.items() if not path.exists()})
        disk.append_line(folder / QUEUE, _to_line(new))
    return new


def n_before(data_dir: Path, number: int) -> int:
    """How many wait before this number."""
    return sum(other < number for other in waiting_numbers(data_dir))


def waiting_numbers(data_dir: Path) -> list[int]:
    """The numbers that have no outcome yet, the first first."""
    folder = data_dir / INTAKE
    return _open(folder, len(_lines(folder)))


def ticket(data_dir: Path, number: int) -> Ticket:
    """What was handed in under a number. KeyError where there is none; DamagedQueue."""
    lines = _lines(data_dir / INTAKE)
    if not 0 < number <= len(lines):
        raise KeyError(number)
    found = _from_line(lines[number - 1], number)
    if found is None:
        raise DamagedQueue(f"{QUEUE} {number}")
    return found


def outcome(data_dir: Path, number: int) -> Mapping[str, Any] | None:
    """What became of a number, as it was told by `close`; None while it waits."""
    try:
        found: Mapping[str, Any] = json.loads((data_dir / INTAKE / OUTCOMES / _outcome_name(number)).read_bytes())
    except FileNotFoundError:
        return None
    return found


def earlier_like(data_dir: Path, new: Ticket) -> Iterator[Ticket]:
    """The tickets of the same files that were handed in before, whoever did it, the newest first."""
    lines = _lines(data_dir / INTAKE)[: new.number - 1]
    hashes = [sha256.encode() for _, sha256 in new.files]
    for number in range(len(lines), 0, -1):
        if all(sha256 in lines[number - 1] for sha256 in hashes):
            found = _from_line(lines[number - 1], number)
            if found and found.files == new.files:
                yield found


# Working it off.


@contextmanager
def draining(data_dir: Path) -> Iterator[bool]:
    """Whether the queue is ours to work off, while inside. Another one may have it."""
    folder = data_dir / INTAKE
    with (folder / _DRAIN_LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        disk.make_folder(folder / OUTCOMES)
        disk.remove_unfinished(folder / OUTCOMES)
        yield True


@contextmanager
def at_work(data_dir: Path, number: int) -> Iterator[int]:
    """How many processes in a row have died at this number, while inside; whoever comes out of it alive has not.

    Only the death of a process is counted, so it need not be on disk for good.
    """
    path = data_dir / INTAKE / _AT_WORK
    begun, _, times = (path.read_text(encoding="ascii") if path.is_file() else "").partition(" ")
    died = int(times) if begun == str(number) and times.isdecimal() else 0
    path.write_text(f"{number} {died + 1}", encoding="ascii")
    try:
        yield died
    finally:
        path.unlink(missing_ok=True)


def files_of(data_dir: Path, found: Ticket) -> list[QueuedFile]:
    """The files of a ticket, byte for byte. DamagedQueue where one is not what it was."""
    files = []
    for name, sha256 in found.files:
        path = data_dir / INTAKE / FILES / sha256
        file = QueuedFile(name, path.read_bytes() if path.is_file() else b"")
        if file.sha256 != sha256:
            raise DamagedQueue(name)
        files.append(file)
    return files


def note_of(data_dir: Path, found: Ticket) -> str | None:
    """What was written with the files. DamagedQueue where it is not what it was."""
    if found.note_file is None:
        return None
    path = data_dir / INTAKE / FILES / found.note_file
    digest, _, note = (path.read_bytes() if path.is_file() else b"").decode(errors="replace").partition("\n")
    if digest != _sha256(note):
        raise DamagedQueue("note")
    return note


def close(data_dir: Path, number: int, said: Mapping[str, Any]) -> None:
    """Keeps what became of a number, on disk for good: it waits no more. For the one who works the queue off."""
    written = json.dumps(said, allow_nan=False).encode()
    disk.write_whole(data_dir / INTAKE / OUTCOMES / _outcome_name(number), written)


def forget_files(data_dir: Path) -> None:
    """Takes away the files that no waiting ticket needs. What is stored has its original in the ledger's own place."""
    folder = data_dir / INTAKE
    with _lock(folder / _QUEUE_LOCK):
        disk.remove_unfinished(folder / FILES)
        lines = _lines(folder)
        waiting = [_from_line(lines[number - 1], number) for number in _open(folder, len(lines))]
        needed = {name for one in waiting if one for name in (one.note_file, *(sha256 for _, sha256 in one.files))}
        for path in sorted((folder / FILES).iterdir()):
            if path.name not in needed:
                disk.remove(path)


@contextmanager
def standing_still(data_dir: Path) -> Iterator[list[Path]]:
    """The files of the queue, for a copy: nobody hands in meanwhile. None where nobody ever did."""
    folder = data_dir / INTAKE
    if not folder.is_dir():
        yield []
        return
    with _lock(folder / _QUEUE_LOCK):
        yield sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".lock", ".unfinished"})


# The queue as lines.


def _lines(folder: Path) -> list[bytes]:
    return disk.read_lines(folder / QUEUE)[0]


def _open(folder: Path, n_lines: int) -> list[int]:
    """The numbers without an outcome. A line that a crash has torn has no number: nobody was told it."""
    outcomes = folder / OUTCOMES
    closed = {path.name for path in outcomes.iterdir()} if outcomes.is_dir() else set()
    return [number for number in range(1, n_lines + 1) if _outcome_name(number) not in closed]


def _outcome_name(number: int) -> str:
    return f"{number}.json"


def _is_same(data_dir: Path, waiting: Ticket, new: Ticket, note: str | None) -> bool:
    """Whether the same person hands in the same with the same words."""
    if (waiting.person_id, waiting.asked, waiting.files) != (new.person_id, new.asked, new.files):
        return False
    return (waiting.note_file is None) == (not note) and note_of(data_dir, waiting) == (note or None)


def _to_line(new: Ticket) -> str:
    """The ticket as one line, with a hash of it so that damage is found."""
    said = {
        "number": new.number, "at": new.at.isoformat(), "person_id": new.person_id, "agreement_id": new.agreement_id,
        "party_id": new.party_id, "period": new.period, "note_file": new.note_file, "files": [list(file) for file in new.files],
    }  # fmt: skip
    return _canonical({**said, "line_hash": _hash(said)})


def _from_line(line: bytes, number: int) -> Ticket | None:
    """The inverse of `_to_line`; None for whatever is not the ticket of this number as it was written."""
    try:
        said = json.loads(line)
        line_hash = said.pop("line_hash")
        if _hash(said) != line_hash or said["number"] != number:
            return None
        files = tuple((name, sha256) for name, sha256 in said["files"])
        return Ticket(**{**said, "at": dt.datetime.fromisoformat(said["at"]), "files": files})
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return None


def _canonical(said: Mapping[str, Any]) -> str:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _hash(said: Mapping[str, Any]) -> str:
    return _sha256(_canonical(said))


def _sha256(written: str) -> str:
    return hashlib.sha256(written.encode()).hexdigest()


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Alone, while inside. LedgerBusy where another one stays."""
    until = time.monotonic() + _WAIT_SECONDS
    with path.open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise LedgerBusy from None
                time.sleep(_POLL_SECONDS)
        yield
