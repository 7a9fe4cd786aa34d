"""The chain of acts as the ledger keeps it: its table, and the two files beside it that follow each commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.history import disk
from pipelines.history.audit import (
    AUDIT_FILE,
    COLUMNS,
    Deed,
    Entry,
    Fault,
    LedgerLoss,
    append_entries,
    append_heads,
    catch_up,
    from_row,
    new_salt,
    next_entry,
    salted_hash,
    to_row,
)
from pipelines.settings import heads_file

_ENTRIES = "SELECT * FROM audit WHERE sequence >= ? ORDER BY sequence"
_ENTRY = "SELECT * FROM audit WHERE sequence = ?"
_LAST = "SELECT coalesce(max(sequence), 0) FROM audit"
# What people wrote, by the field that they wrote it in.
Texts = Mapping[str, str]


def entries_from(connection: duckdb.DuckDBPyConnection, sequence: int) -> list[Entry | None]:
    """The entries of the ledger from a sequence on; None for a row that is not as it was written."""
    return [_entry_in(row) for row in connection.execute(_ENTRIES, [sequence]).fetchall()]


def entry_at(connection: duckdb.DuckDBPyConnection, sequence: int) -> Entry | None:
    """The entry of a sequence; None where there is none as it was written."""
    row = connection.execute(_ENTRY, [sequence]).fetchone()
    return _entry_in(row) if row else None


def last_entry(connection: duckdb.DuckDBPyConnection) -> Entry | None:
    """The newest entry; None before the first one. LedgerLoss if it is not as it was written."""
    last = connection.execute(_LAST).fetchone()
    sequence = int(last[0]) if last else 0
    if not sequence:
        return None
    entry = entry_at(connection, sequence)
    if entry is None:
        raise LedgerLoss(Fault(sequence, "changed"))
    return entry


def add_entries(connection: duckdb.DuckDBPyConnection, deeds: Sequence[tuple[Deed, Texts]]) -> list[Entry]:
    """The deeds at the end of the ledger's chain, in the transaction that is under way. What people wrote stands apart."""
    previous, entries, texts = last_entry(connection), [], []
    for deed, written in deeds:
        salts = {field: new_salt() for field in written}
        hashes = {f"{field}_hash": salted_hash(content, salts[field]) for field, content in written.items()}
        previous = next_entry(previous, _with_facts(deed, hashes))
        entries.append(previous)
        texts += [
            {"sequence": previous.sequence, "field": field, "salt": salts[field], "content": content}
            for field, content in written.items()
        ]
    for table, rows in (("audit", [to_row(entry) for entry in entries]), ("audit_text", texts)):
        if rows:
            with disk.step(f"insert {table}"):
                connection.from_arrow(pa.Table.from_pylist(rows)).insert_into(table)
    return entries


def tell_files(data_dir: Path, entries: Sequence[Entry]) -> None:
    """The entries at the end of the file of acts, and their heads at the end of the log, on disk for good."""
    append_entries(data_dir / AUDIT_FILE, entries)
    append_heads(heads_file(data_dir), entries)


def loss(connection: duckdb.DuckDBPyConnection, data_dir: Path) -> Fault | None:
    """What the two files know that the ledger does not; None where nothing is lost, and both are then as long as the ledger."""
    return catch_up(lambda sequence: entries_from(connection, sequence), data_dir / AUDIT_FILE, heads_file(data_dir))


def _entry_in(row: tuple[Any, ...]) -> Entry | None:
    return from_row(dict(zip(COLUMNS, row, strict=True)))


def _with_facts(deed: Deed, facts: Mapping[str, str]) -> Deed:
    return replace(deed, facts={**deed.facts, **facts})
