"""Hourly Parquet files of tests: rows of the oracle written as the contract says, or otherwise where a test wants that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.oracles_hourly import Daily, Hour

HOURS = pa.schema(
    [
        ("point_id", pa.string()),
        ("year", pa.int16()),
        ("month", pa.int8()),
        ("day", pa.int8()),
        ("hour", pa.int8()),
        ("volume", pa.int32()),
        ("coverage", pa.float32()),
        ("length_quality", pa.float32()),
    ]
)
DAYS = pa.schema([HOURS.field(name) for name in ("point_id", "year", "month", "day", "length_quality")])


def write_hours(path: Path, rows: Iterable[Hour], schema: pa.Schema = HOURS, **options: Any) -> Path:
    """The rows in their order."""
    columns = list(zip(*rows, strict=True)) or [()] * len(Hour._fields)
    given = dict(zip(Hour._fields, columns, strict=True))
    table = pa.table({field.name: pa.array(given[field.name], field.type) for field in schema}, schema)
    pq.write_table(table, path, **options)
    return path


def write_days(path: Path, daily: Daily) -> Path:
    """One row a day, with its length quality."""
    return write_day_rows(path, [(*day, quality) for day, quality in daily.items()])


def write_day_rows(path: Path, rows: Sequence[tuple[str, int, int, int, float | None]]) -> Path:
    columns = list(zip(*rows, strict=True))
    pq.write_table(
        pa.table([pa.array(column, field.type) for column, field in zip(columns, DAYS, strict=True)], schema=DAYS), path
    )
    return path


def two_years(point_id: str = "A", base: int = 100, calculation: int = 110, month: int = 1) -> list[Hour]:
    """Sixteen whole days of a month in 2019 and 2020."""
    return [
        Hour(point_id, year, month, day, hour, volume)
        for year, volume in ((2019, base), (2020, calculation))
        for day in range(1, 17)
        for hour in range(24)
    ]
