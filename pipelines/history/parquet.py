"""Every mart of a published snapshot as a Parquet file, for other tools: one folder a snapshot, whole or not there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from pipelines.history import disk
from pipelines.history.database import open_database
from pipelines.history.mart_tables import attach

FOLDER, POINTER = "parquet", "current.json"
# The newest, and the one that somebody may be reading still.
KEPT = 2


def write_parquet(data_dir: Path, snapshot: Path) -> Path:
    """The folder with the marts of a snapshot; the pointer beside it moves when all are there. Older folders are taken away."""
    folder = data_dir / FOLDER
    disk.make_folder(folder)
    _remove_unfinished(folder)
    whole = folder / snapshot.stem
    if not whole.is_dir():
        unfinished = folder / f".{snapshot.stem}.unfinished"
        unfinished.mkdir()
        _copy_marts(snapshot, unfinished)
        disk.make_durable(unfinished, whole)
    disk.write_whole(folder / POINTER, json.dumps({"folder": whole.name}).encode())
    for old in sorted(path for path in folder.iterdir() if path.is_dir())[:-KEPT]:
        if old != whole:
            shutil.rmtree(old)
    return whole


def is_written(data_dir: Path, snapshot_name: str) -> bool:
    """Whether the Parquet files of a snapshot are there and pointed at."""
    try:
        pointed = json.loads((data_dir / FOLDER / POINTER).read_text(encoding="utf-8"))["folder"]
    except (FileNotFoundError, ValueError, KeyError):
        return False
    return bool(pointed == Path(snapshot_name).stem) and (data_dir / FOLDER / pointed).is_dir()


def _remove_unfinished(folder: Path) -> None:
    """Takes away what a killed writer has left; only one writes at a time."""
    for left in folder.glob(".*.unfinished"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            disk.remove(left)


def _copy_marts(snapshot: Path, folder: Path) -> None:
    connection = open_database()
    try:
        attach(connection, snapshot, "snapshot")
        names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'snapshot'").fetchall()
        for (name,) in names:
            connection.table(f"snapshot.{name}").write_parquet(str(folder / f"{name}.parquet"))
    finally:
        connection.close()
