"""Whether the ledger is what it was: its chain, the files beside it, the originals, its rows, and what is published of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from pipelines.history.audit import AUDIT_FILE, Entry, first_fault, read_heads, read_jsonl, salted_hash
from pipelines.history.chain import entries_from, loss
from pipelines.history.contents import OF_ENTRIES, OF_SUBMISSIONS, hash_of, lines_of
from pipelines.history.database import open_database
from pipelines.history.ledger import LEDGER_FILE, ORIGINALS, Ledger, open_ledger
from pipelines.history.mart_tables import attach, make_computed
from pipelines.history.marts import COMPUTED_KEYS, MARTS
from pipelines.history.publish import content_of, current_name
from pipelines.settings import heads_file

Part = Literal["audit", "heads", "originals", "ledger", "snapshots"]
CHECKED: tuple[Part, ...] = ("audit", "heads", "originals", "ledger", "snapshots")
_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class Bad:
    """Something that is not what it was: in which part, how, and what (an entry, a submission, a file, a mart)."""

    part: Part
    kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was looked at, and the first thing that is not what it was; None where all is."""

    n_entries: int
    first_bad: Bad | None

    @property
    def is_ok(self) -> bool:
        return self.first_bad is None


def verify(data_dir: Path) -> Verdict:
    """Everything held against the chain of acts, and the chain against the files beside it. LedgerBusy.

    Nothing is changed, but that files which a crash left behind the ledger are brought up to it.
    """
    if not (data_dir / LEDGER_FILE).exists():
        return _without_ledger(data_dir)
    try:
        return _verdict(data_dir)
    except duckdb.Error:
        return Verdict(0, Bad("ledger", "unreadable", "ledger"))


def _verdict(data_dir: Path) -> Verdict:
    with open_ledger(data_dir, is_judged=True) as ledger:
        loss(ledger.connection, data_dir)  # for the catching up; what is lost is found again below, and named
        entries = entries_from(ledger.connection, 1)
        for look in (_chain, _heads, _audit_file, _originals, _rows, _snapshot):
            if bad := look(ledger, entries):
                return Verdict(len(entries), bad)
        return Verdict(len(entries), None)


def _without_ledger(data_dir: Path) -> Verdict:
    """Nothing was ever done, or all of it is gone."""
    known = [*read_jsonl(data_dir / AUDIT_FILE), *read_heads(heads_file(data_dir))]
    return Verdict(0, Bad("heads", "cut", "entry:1") if known else None)


def _chain(_: Ledger, entries: Sequence[Entry | None]) -> Bad | None:
    fault = first_fault(entries, [])
    return Bad("audit", fault.kind, f"entry:{fault.sequence}") if fault else None


def _heads(ledger: Ledger, entries: Sequence[Entry | None]) -> Bad | None:
    fault = first_fault(entries, read_heads(heads_file(ledger.data_dir)))
    subject = "line" if fault and fault.kind == "heads" else "entry"
    return Bad("heads", fault.kind, f"{subject}:{fault.sequence}") if fault else None


def _audit_file(ledger: Ledger, entries: Sequence[Entry | None]) -> Bad | None:
    """The file must say what the ledger says, entry by entry."""
    written = read_jsonl(ledger.data_dir / AUDIT_FILE)
    differing = (place for place, (ours, theirs) in enumerate(zip(entries, written, strict=False), 1) if ours != theirs)
    if (place := next(differing, None)) is not None:
        return Bad("audit", "file_differs", f"entry:{place}")
    shorter = min(len(written), len(entries))
    return Bad("audit", "file_differs", f"entry:{shorter + 1}") if len(written) != len(entries) else None


def _originals(ledger: Ledger, _: Sequence[Entry | None]) -> Bad | None:
    listed = ledger.connection.execute("SELECT DISTINCT sha256 FROM original ORDER BY sha256").fetchall()
    for (sha256,) in listed:
        path = ledger.data_dir / ORIGINALS / sha256
        if not path.is_file():
            return Bad("originals", "missing", f"original:{sha256}")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                return Bad("originals", "changed", f"original:{sha256}")
    return None


def _rows(ledger: Ledger, entries: Sequence[Entry | None]) -> Bad | None:
    """Every row must be one that an act has added, and every act must still have its rows."""
    handed_in = lines_of(ledger.connection, OF_SUBMISSIONS, -_LARGEST, _LARGEST)
    done = lines_of(ledger.connection, OF_ENTRIES, -_LARGEST, _LARGEST)
    written = [entry for entry in entries if entry]
    of_entry = {entry.sequence: entry.facts.get("submission_id") for entry in written}
    chained = [number for number in of_entry.values() if number is not None]
    for entry in written:
        number = of_entry[entry.sequence]
        rows = [*(handed_in.get(number, ()) if number is not None else ()), *done.get(entry.sequence, ())]
        if hash_of(rows) != entry.facts.get("rows_hash"):
            return Bad("ledger", "changed", entry.subject)
    # What was stored before there was a chain has numbers below all of it.
    for number in sorted(set(handed_in) - set(chained)):
        if chained and not 0 < number < min(chained):
            return Bad("ledger", "added", f"submission:{number}")
    for sequence in sorted(set(done) - set(of_entry)):
        return Bad("ledger", "added", f"entry:{sequence}")
    return next(_changed_texts(ledger, written), None)


def _changed_texts(ledger: Ledger, entries: Sequence[Entry]) -> Iterator[Bad]:
    """A text that is there must be the one that its entry has the hash of; one that was erased is no fault."""
    facts = {entry.sequence: entry.facts for entry in entries}
    texts = ledger.connection.execute("SELECT sequence, field, salt, content FROM audit_text ORDER BY ALL").fetchall()
    for sequence, field, salt, content in texts:
        if facts.get(sequence, {}).get(f"{field}_hash") != salted_hash(content, salt):
            yield Bad("ledger", "text_changed", f"entry:{sequence}")


def _snapshot(ledger: Ledger, _: Sequence[Entry | None]) -> Bad | None:
    """What is published must be what the ledger would publish now. Nothing published yet is no fault."""
    name = current_name(ledger.data_dir)
    if name is None:
        return None
    path = ledger.data_dir / "published" / name
    if not path.is_file():
        return Bad("snapshots", "missing", f"snapshot:{name}")
    if not name.endswith(f"-{content_of(ledger)}.duckdb"):
        return Bad("snapshots", "outdated", f"snapshot:{name}")
    try:
        return _differing_mart(ledger, path)
    except duckdb.Error:
        return Bad("snapshots", "unreadable", f"snapshot:{name}")


def _differing_mart(ledger: Ledger, path: Path) -> Bad | None:
    """The first mart whose rows are not those that the ledger gives."""
    snapshot = open_database()
    try:
        attach(snapshot, path, "snapshot")
        snapshot.execute("SET enable_external_access = false")
        for mart in MARTS:
            made = ledger.connection.sql(mart.sql).to_arrow_table()
            if _lines(ledger.connection.from_arrow(made)) != _lines(snapshot.table(f"snapshot.{mart.name}")):
                return Bad("snapshots", "changed", f"mart:{mart.name}")
            snapshot.from_arrow(made).create(mart.name)
        make_computed(ledger, snapshot)
        for name in COMPUTED_KEYS:
            if _lines(snapshot.table(name)) != _lines(snapshot.table(f"snapshot.{name}")):
                return Bad("snapshots", "changed", f"mart:{name}")
        return None
    finally:
        snapshot.close()


def _lines(rows: Any) -> list[str]:
    return sorted(map(repr, rows.fetchall()))
