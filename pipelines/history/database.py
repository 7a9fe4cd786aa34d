"""How a database is opened: in silence, and within a stated memory. The only place that does."""

from __future__ import annotations

from pathlib import Path

import duckdb

# By default the database takes most of the machine, and after two seconds draws a bar on standard output, where answers go.
_SETTINGS = "SET enable_progress_bar = false; SET memory_limit = '1GB';"


def open_database(path: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection to the database of a file, made where it is missing, or to one in memory alone."""
    connection = duckdb.connect(str(path) if path else ":memory:")
    connection.execute(_SETTINGS)
    return connection
