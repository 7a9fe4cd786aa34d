"""The ledger: submissions and their rows, only ever added. Opened briefly by one writer under a lock; no page opens it."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.history.busy import LedgerBusy

LEDGER_FILE = "ledger.duckdb"
_SQL = Path(__file__).parent / "sql"
_WAIT_SECONDS = 10.0
# The rows of each ledger table.
Tables = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Original:
    """One file as it was handed in, byte for byte."""

    file_name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """What is handed in, by whom and when; `at` is now, naive UTC.

    It is known from the day its maker published it, or from `handed_in_at` where a party hands in what nobody publishes.
    """

    agreement_id: str
    kind: str
    originals: tuple[Original, ...]
    source_title: str
    source_url: str | None
    published_on: dt.date
    submitted_by: str
    at: dt.datetime
    is_synthetic: bool
    handed_in_at: dt.datetime | None = None

    @property
    def known_from(self) -> dt.datetime:
        return self.handed_in_at or dt.datetime.combine(self.published_on, dt.time())

    @property
    def receipt(self) -> str:
        """sha256 of the one file, or of the list of hashes where there are several."""
        hashes = [original.sha256 for original in self.originals]
        joined = hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()
        return f"sha256:{joined}"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The open ledger. Use `open_ledger`."""

    connection: duckdb.DuckDBPyConnection
    data_dir: Path

    def submission_with(self, agreement_id: str, kind: str, receipt: str, published_on: dt.date) -> int | None:
        """The number under which the same content of the same publication was stored before."""
        found = self.connection.execute(
            "SELECT min(submission_id) FROM submission WHERE agreement_id = ? AND kind = ? AND receipt = ? AND published_on = ?",
            [agreement_id, kind, receipt, published_on],
        ).fetchone()
        return found[0] if found else None

    def return_with(self, agreement_id: str, party_id: str, period: str, receipt: str) -> int | None:
        """The number under which the same content was stored before as the return of the same party for the same period."""
        found = self.connection.execute(
            "SELECT min(submission_id) FROM return_submission JOIN submission USING (submission_id) "
            "WHERE agreement_id = ? AND party_id = ? AND period = ? AND receipt = ?",
            [agreement_id, party_id, period, receipt],
        ).fetchone()
        return found[0] if found else None

    def commit(self, new: NewSubmission, tables: Tables) -> int:
        """The number of the stored submission. `tables` gives the rows of each ledger table without their submission_id."""
        return self.commit_all([(new, tables)])[0]

    def commit_all(self, submissions: Sequence[tuple[NewSubmission, Tables]]) -> list[int]:
        """The numbers of the stored submissions: originals first, then all rows in one transaction, then a checkpoint."""
        keep_originals(self.data_dir, [original for new, _ in submissions for original in new.originals])
        self.connection.begin()
        try:
            numbers = self._add_all(submissions)
            self.connection.commit()
        except BaseException:
            self.connection.rollback()
            raise
        # A WAL that is cut short loses its tail in silence; an empty one has nothing to lose.
        self.connection.execute("CHECKPOINT")
        return numbers

    def _add_all(self, submissions: Sequence[tuple[NewSubmission, Tables]]) -> list[int]:
        numbers = list(range(first := self._next_id(), first + len(submissions)))
        rows_of: dict[str, list[Mapping[str, Any]]] = {"original": []}
        for number, (new, tables) in zip(numbers, submissions, strict=True):
            # One by one, because whether one is late depends on those before it.
            self._add("submission", [self._submission_row(new, number)])
            rows_of["original"] += [_original_row(original, number) for original in new.originals]
            for table, rows in tables.items():
                rows_of.setdefault(table, []).extend({"submission_id": number, **row} for row in rows)
        for table, together in rows_of.items():
            self._add(table, together)
        return numbers

    def _next_id(self) -> int:
        found = self.connection.execute("SELECT coalesce(max(submission_id), 0) + 1 FROM submission").fetchone()
        return int(found[0]) if found else 1

    def _add(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        columns = self.connection.table(table).columns
        incoming = pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows])
        self.connection.from_arrow(incoming).insert_into(table)

    def _submission_row(self, new: NewSubmission, submission_id: int) -> dict[str, Any]:
        return {
            "submission_id": submission_id,
            "agreement_id": new.agreement_id,
            "kind": new.kind,
            "receipt": new.receipt,
            "file_name": ", ".join(original.file_name for original in new.originals),
            "source_title": new.source_title,
            "source_url": new.source_url,
            "published_on": new.published_on,
            "known_from": new.known_from,
            "submitted_at": new.at,
            "submitted_by": new.submitted_by,
            "is_late": self._has_later(new),
            "is_synthetic": new.is_synthetic,
        }

    def _has_later(self, new: NewSubmission) -> bool:
        """Whether a later publication was there first. What a party hands in for a period closes no other period."""
        if new.handed_in_at is not None:
            return False
        found = self.connection.execute(
            "SELECT count(*) FROM submission WHERE agreement_id = ? AND kind = ? AND published_on > ?",
            [new.agreement_id, new.kind, new.published_on],
        ).fetchone()
        return bool(found and found[0])


@contextmanager
def open_ledger(data_dir: Path, wait_seconds: float = _WAIT_SECONDS) -> Iterator[Ledger]:
    """The ledger of a data folder, made where it is missing, for one writer at a time. LedgerBusy if another one stays."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "ledger.lock").open("w") as lock:
        _take(lock.fileno(), wait_seconds)
        connection = duckdb.connect(str(data_dir / LEDGER_FILE))
        try:
            connection.execute("SET enable_external_access = false")
            connection.execute((_SQL / "ledger.sql").read_text(encoding="utf-8"))
            yield Ledger(connection, data_dir)
        finally:
            connection.close()


def keep_original(data_dir: Path, original: Original) -> Path:
    """Where the bytes lie under their hash, on disk for good. The same bytes are kept once."""
    return keep_originals(data_dir, [original])[0]


def keep_originals(data_dir: Path, originals: Sequence[Original]) -> list[Path]:
    """Where the bytes of each lie under their hash, on disk for good."""
    folder = data_dir / "originals"
    folder.mkdir(parents=True, exist_ok=True)
    fresh = {folder / original.sha256: original.content for original in originals if not (folder / original.sha256).exists()}
    unfinished = {path: folder / f".{path.name}.{os.getpid()}" for path in fresh}
    for path, content in fresh.items():
        unfinished[path].write_bytes(content)
    # All are written before the first is waited for: the disk takes many at once.
    for written in unfinished.values():
        _sync(written)
    for path, written in unfinished.items():
        written.rename(path)
    sync_folder(folder)
    return [folder / original.sha256 for original in originals]


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _original_row(original: Original, submission_id: int) -> dict[str, Any]:
    return {
        "submission_id": submission_id,
        "sha256": original.sha256,
        "file_name": original.file_name,
        "n_bytes": len(original.content),
    }


def _take(lock: int, wait_seconds: float) -> None:
    until = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise LedgerBusy from None
            time.sleep(0.05)
