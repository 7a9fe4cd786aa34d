"""Ledger to snapshot: every mart into a new, uniquely named read-only file, then the pointer moved. Nothing is replaced."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

from pipelines.history import disk
from pipelines.history.contents import hash_of
from pipelines.history.ledger import Ledger
from pipelines.history.mart_tables import making_of_marts, write_marts
from pipelines.history.parquet import is_written, write_parquet

POINTER = "current.json"
# Older snapshots stay for readers that still have them open and for looking back; the ledger can make any of them again.
KEPT_SNAPSHOTS = 20
# What acts added to the ledger, by whom and when. Those that added nothing (a backup, a publication) change no snapshot.
_ROWS_OF_ACTS = """
SELECT json_extract_string(facts, '$.rows_hash') AS rows_hash FROM audit WHERE rows_hash <> ? ORDER BY sequence
"""


def publish(ledger: Ledger, at: dt.datetime) -> str:
    """The name of the snapshot that holds all that the ledger knows; an unchanged ledger keeps the one it has."""
    folder = ledger.data_dir / "published"
    disk.make_folder(folder)
    disk.remove_unfinished(folder)
    content = content_of(ledger)
    current = current_name(ledger.data_dir)
    if current and current.endswith(f"-{content}.duckdb") and (folder / current).exists():
        if not is_written(ledger.data_dir, current):
            write_parquet(ledger.data_dir, folder / current)
        return current
    name = f"{at:%Y%m%dT%H%M%S}-{content}.duckdb"
    unfinished = folder / f".{name}.unfinished"
    write_marts(ledger, unfinished, folder / current if current and (folder / current).exists() else None)
    disk.make_durable(unfinished, folder / name)
    _point_at(folder, name)
    write_parquet(ledger.data_dir, folder / name)
    _drop_oldest(folder, name)
    return name


def current_name(data_dir: Path) -> str | None:
    """The file name of the newest snapshot; None before the first one."""
    try:
        return str(json.loads((data_dir / "published" / POINTER).read_text(encoding="utf-8"))["snapshot"])
    except FileNotFoundError:
        return None


def content_of(ledger: Ledger) -> str:
    """What a snapshot depends on: which submissions there are, what was done with them, and how the marts are made of them."""
    parts = [
        ledger.connection.execute("SELECT submission_id, receipt FROM submission ORDER BY submission_id").fetchall(),
        ledger.connection.execute(_ROWS_OF_ACTS, [hash_of([])]).fetchall(),
        ledger.connection.execute("SELECT sequence, field, content FROM audit_text ORDER BY ALL").fetchall(),
        making_of_marts(ledger),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _point_at(folder: Path, name: str) -> None:
    disk.write_whole(folder / POINTER, json.dumps({"snapshot": name}).encode())


def _drop_oldest(folder: Path, current: str) -> None:
    names = sorted(path.name for path in folder.glob("*.duckdb") if not path.name.startswith("."))
    for name in names[:-KEPT_SNAPSHOTS]:
        if name != current:
            disk.remove(folder / name)
