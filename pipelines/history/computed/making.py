"""What a computed mart is made from: the marts made before it, the snapshot before this one, and what agreements decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from domain.model import Agreement

# Rows of one mart, as many at a time as fit the memory.
Part = tuple[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Making:
    """The unfinished snapshot with the marts made so far, and the earlier one as `earlier` where there is one to copy from."""

    connection: duckdb.DuckDBPyConnection
    agreements: Mapping[str, Agreement]
    has_earlier: bool

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query, by column."""
        found = self.connection.execute(sql, parameters or [])
        columns = [column[0] for column in found.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


@dataclass(frozen=True, slots=True)
class Computed:
    """Marts that are made together: their schemas, what makes them, and what they depend on besides the marts.

    `new_tables` are the statements that make an empty temporary table for the new rows of each, called as it is and `_new`.
    `version` changes whenever the making does, so that nothing is copied from a snapshot that was made otherwise.
    """

    schemas: Mapping[str, pa.Schema]
    new_tables: str
    make: Callable[[Making], Iterator[Part]]
    version: Callable[[Mapping[str, Agreement]], str]
