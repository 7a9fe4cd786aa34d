"""A published snapshot, open for reading only. Its identity is the key of every cache above."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from pipelines.history.database import open_database
from pipelines.history.mart_tables import attach
from pipelines.history.publish import current_name

_OPEN: dict[Path, Snapshot] = {}
_LOCK = threading.Lock()


class NoSnapshot(Exception):
    """Nothing has been published yet in this data folder."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One published version. `identity` changes whenever anything that it holds does."""

    identity: str
    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> pd.DataFrame:
        """The rows of a query. A cursor per call: threads that share one connection get empty results without an error."""
        with self.connection.cursor() as cursor:
            return cursor.execute(sql, dict(parameters) if isinstance(parameters, Mapping) else list(parameters)).df()

    def table(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> pa.Table:
        """The rows of a query by column, as they are kept: for many rows, and exact."""
        with self.connection.cursor() as cursor:
            return cursor.execute(sql, dict(parameters) if isinstance(parameters, Mapping) else list(parameters)).to_arrow_table()

    def records(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
        """The rows of a query by column, as Python has them: amounts stay exact decimals, and what is not there is None."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, dict(parameters) if isinstance(parameters, Mapping) else list(parameters))
            columns = [column[0] for column in cursor.description or ()]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def open_snapshot(data_dir: Path) -> Snapshot:
    """The newest snapshot, opened once per process. NoSnapshot before the first one."""
    name = current_name(data_dir)
    if name is None:
        raise NoSnapshot(str(data_dir))
    path = data_dir / "published" / name
    with _LOCK:
        if path not in _OPEN:
            _OPEN[path] = Snapshot(path.stem, _attached(path))
        return _OPEN[path]


def _attached(path: Path) -> duckdb.DuckDBPyConnection:
    connection = open_database()
    attach(connection, path, "snapshot")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
