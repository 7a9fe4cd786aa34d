"""The ledger: submissions and their rows, only ever added. Opened briefly by one writer under a lock; no page opens it."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.history import disk
from pipelines.history.audit import Deed, Entry, LedgerLoss
from pipelines.history.busy import LedgerBusy
from pipelines.history.chain import Texts, add_entries, last_entry, loss, tell_files
from pipelines.history.contents import OF_ENTRIES, OF_SUBMISSIONS, hash_of, lines_of
from pipelines.history.database import open_database
from pipelines.history.disk import step
from pipelines.history.store_faults import as_os_errors

LEDGER_FILE, ORIGINALS = "ledger.duckdb", "originals"
LEDGER_SQL = Path(__file__).parent / "sql" / "ledger.sql"
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


def receipt_of(originals: Sequence[Original]) -> str:
    """sha256 of the one file, or of the list of hashes where there are several."""
    hashes = [original.sha256 for original in originals]
    joined = hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    return f"sha256:{joined}"


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """What is handed in, by whom and when; `at` is now, naive UTC.

    It is known from the day its maker published it, or from `handed_in_at` where a party hands in what nobody publishes. `act`
    and `roles` say what is done by that, and as what, in the chain of acts.
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
    act: str = "commit"
    roles: tuple[str, ...] = ()

    @property
    def known_from(self) -> dt.datetime:
        return self.handed_in_at or dt.datetime.combine(self.published_on, dt.time())

    @property
    def receipt(self) -> str:
        """The receipt of its files."""
        return receipt_of(self.originals)


@dataclass(frozen=True, slots=True)
class Change:
    """What one act adds to the ledger, with its entry. `submission_id` is of what it hands in (`new`) or decides, 0 for neither.

    `tables` gives the rows of what is handed in, without their submission_id; `return_acts` what is done with returns; `texts` is
    what the person wrote.
    """

    deed: Deed
    submission_id: int = 0
    new: NewSubmission | None = None
    tables: Tables = field(default_factory=dict)
    return_acts: Sequence[Mapping[str, Any]] = ()
    texts: Texts = field(default_factory=dict)


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
        """The numbers of the stored submissions, each with an entry of its own, all in one transaction."""
        first = self.next_id()
        changes = [submitted(new, tables, number) for number, (new, tables) in enumerate(submissions, first)]
        self.write(changes)
        return [number for number, _ in enumerate(changes, first)]

    def write(self, changes: Sequence[Change]) -> list[Entry]:
        """The entries of what was done: originals first, then all rows and entries in one transaction, then a checkpoint.

        The files beside the ledger come last. LedgerLoss where the chain is broken.
        """
        keep_originals(self.data_dir, [original for change in changes if change.new for original in change.new.originals])
        self.connection.begin()
        try:
            self._add_rows(changes)
            entries = add_entries(self.connection, self._deeds(changes))
            with step("commit"):
                self.connection.commit()
        except BaseException:
            with suppress(duckdb.TransactionException):  # it may have been committed before what failed
                self.connection.rollback()
            raise
        # A WAL that is cut short loses its tail in silence; an empty one has nothing to lose.
        with step("checkpoint"):
            self.connection.execute("CHECKPOINT")
        tell_files(self.data_dir, entries)
        return entries

    def next_id(self) -> int:
        """The number that the next submission gets."""
        found = self.connection.execute("SELECT coalesce(max(submission_id), 0) + 1 FROM submission").fetchone()
        return int(found[0]) if found else 1

    def _add_rows(self, changes: Sequence[Change]) -> None:
        rows_of: dict[str, list[Mapping[str, Any]]] = {"original": [], "return_act": []}
        last = last_entry(self.connection)
        for sequence, change in enumerate(changes, last.sequence + 1 if last else 1):
            if new := change.new:
                # One by one, because whether one is late depends on those before it.
                self._add("submission", [self._submission_row(new, change.submission_id)])
                rows_of["original"] += [_original_row(original, change.submission_id) for original in new.originals]
            for table, rows in change.tables.items():
                rows_of.setdefault(table, []).extend({"submission_id": change.submission_id, **row} for row in rows)
            rows_of["return_act"] += [{"sequence": sequence, **row} for row in change.return_acts]
        for table, together in rows_of.items():
            self._add(table, together)

    def _deeds(self, changes: Sequence[Change]) -> list[tuple[Deed, Texts]]:
        """What goes into the chain of each change, with the hash of the rows that it has added."""
        numbers = [change.submission_id for change in changes if change.new]
        last = last_entry(self.connection)
        first = last.sequence + 1 if last else 1
        handed_in = lines_of(self.connection, OF_SUBMISSIONS, min(numbers), max(numbers)) if numbers else {}
        done = lines_of(self.connection, OF_ENTRIES, first, first + len(changes))
        deeds = []
        for sequence, change in enumerate(changes, first):
            rows = [*(handed_in.get(change.submission_id, ()) if change.new else ()), *done[sequence]]
            number = {"submission_id": change.submission_id} if change.new else {}
            deeds.append((replace(change.deed, facts={**change.deed.facts, **number, "rows_hash": hash_of(rows)}), change.texts))
        return deeds

    def _add(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        columns = self.connection.table(table).columns
        incoming = pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows])
        with step(f"insert {table}"):
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
def open_ledger(data_dir: Path, wait_seconds: float = _WAIT_SECONDS, *, is_judged: bool = False) -> Iterator[Ledger]:
    """The ledger of a data folder, made where it is missing, for one writer at a time.

    LedgerBusy if another one stays; LedgerLoss if it does not hold what the files beside it say, unless it `is_judged` just then.
    OSError where the disk does not take it, also for what the database says of it.
    """
    disk.make_folder(data_dir)
    with (data_dir / "ledger.lock").open("w") as lock, nullcontext() if is_judged else as_os_errors():
        _take(lock.fileno(), wait_seconds)
        if (spilled := data_dir / f"{LEDGER_FILE}{disk.SPILLED}").is_dir():
            disk.remove_folder(spilled)
        connection = open_database(data_dir / LEDGER_FILE)
        try:
            connection.execute("SET enable_external_access = false")
            connection.execute(LEDGER_SQL.read_text(encoding="utf-8"))
            if not is_judged and (fault := loss(connection, data_dir)):
                raise LedgerLoss(fault)
            yield Ledger(connection, data_dir)
        finally:
            connection.close()


def keep_original(data_dir: Path, original: Original) -> Path:
    """Where the bytes lie under their hash, on disk for good. The same bytes are kept once."""
    return keep_originals(data_dir, [original])[0]


def keep_originals(data_dir: Path, originals: Sequence[Original]) -> list[Path]:
    """Where the bytes of each lie under their hash, on disk for good."""
    folder = data_dir / ORIGINALS
    paths = [folder / original.sha256 for original in originals]
    fresh = {path: original.content for path, original in zip(paths, originals, strict=True) if not path.exists()}
    if fresh:
        disk.make_folder(folder)
        disk.remove_unfinished(folder)
        disk.write_all(fresh)
    return paths


def submitted(new: NewSubmission, tables: Tables, number: int, **more: Any) -> Change:
    """The change that hands in a submission under its number; `more` is of the change."""
    known_from = new.known_from.isoformat()
    facts = {"kind": new.kind, "known_from": known_from, "originals": [original.sha256 for original in new.originals]}
    subject = f"submission:{number}"
    deed = Deed(new.at, new.submitted_by, new.roles, new.act, new.agreement_id, subject, new.receipt, facts)
    return Change(deed, number, new, tables, **more)


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
