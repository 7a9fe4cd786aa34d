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
    """What is handed in, by whom and when. `known_from` is the day its maker published it; `at` is now, naive UTC."""

    agreement_id: str
    kind: str
    originals: tuple[Original, ...]
    source_title: str
    source_url: str | None
    published_on: dt.date
    submitted_by: str
    at: dt.datetime
    is_synthetic: bool

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

    def commit(self, new: NewSubmission, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> int:
        """The number of the stored submission: originals first, then all rows in one transaction, then a checkpoint.

        `tables` gives the rows of each ledger table without their submission_id.
        """
        for original in new.originals:
            keep_original(self.data_dir, original)
        self.connection.begin()
        try:
            submission_id = self._next_id()
            self._add("submission", [self._submission_row(new, submission_id)])
            self._add("original", [_original_row(original, submission_id) for original in new.originals])
            for table, rows in tables.items():
                self._add(table, [{"submission_id": submission_id, **row} for row in rows])
            self.connection.commit()
        except BaseException:
            self.connection.rollback()
            raise
        # A WAL that is cut short loses its tail in silence; an empty one has nothing to lose.
        self.connection.execute("CHECKPOINT")
        return submission_id

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
            "known_from": dt.datetime.combine(new.published_on, dt.time()),
            "submitted_at": new.at,
            "submitted_by": new.submitted_by,
            "is_late": self._has_later(new),
            "is_synthetic": new.is_synthetic,
        }

    def _has_later(self, new: NewSubmission) -> bool:
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
    folder = data_dir / "originals"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / original.sha256
    if not path.exists():
        unfinished = folder / f".{original.sha256}.{os.getpid()}"
        with unfinished.open("wb") as file:
            file.write(original.content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        sync_folder(folder)
    return path


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
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
