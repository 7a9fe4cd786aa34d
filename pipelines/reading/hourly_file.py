"""Hourly counts in Parquet files as rows of hours, a piece of a file at a time. What is wrong with them becomes findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from domain.rows import Finding
from pipelines.methods.hourly import (
    LARGEST_VOLUME,
    REJECTED,
    Hours,
    IntArray,
    accepted_volume,
    day_number,
    hour_of_year,
    is_poor_day,
)

# Pieces of this size keep both cores busy, and a few of them at a time take little memory. pyarrow writes row groups this large.
PIECE_ROWS = 1 << 20
HOUR_COLUMNS = ("point_id", "year", "month", "day", "hour", "volume", "coverage", "length_quality")
DAY_COLUMNS = ("point_id", "year", "month", "day", "length_quality")
_ONLY_OF_HOURS = ("hour", "volume", "coverage")
_QUALITIES = ("coverage", "length_quality")
# What a value can be. Counts of hours are not older than the first, nor agreements longer than the last.
_POSSIBLE = {"year": (1980, 2100), "month": (1, 12), "day": (1, 31), "hour": (0, 23), "volume": (0, LARGEST_VOLUME)}


class UnreadableParquet(Exception):
    """A file, or a part of it, cannot be read as Parquet. Carries the finding that says so."""

    def __init__(self, path: Path, reason: object) -> None:
        self.finding = Finding("not_parquet", "error", quoted=str(reason).splitlines()[0][:120], named={"file": path.name})
        super().__init__(f"{path.name}: {reason}")


@dataclass(frozen=True, slots=True)
class HourlyFile:
    """An open question to one Parquet file: where it is, and its own description, so that it is read only once."""

    path: Path
    metadata: Any
    is_daily: bool
    ids_come_as_numbers: bool

    def opened(self) -> Any:
        """The file for reading."""
        coded = ["point_id"] if self.ids_come_as_numbers else []
        return pq.ParquetFile(self.path, metadata=self.metadata, read_dictionary=coded, buffer_size=1 << 20)


@dataclass(frozen=True, slots=True)
class Piece:
    """Neighbouring row groups of a file, with the first and last point id that the file says they hold; None if it does not."""

    file: HourlyFile
    row_groups: range
    n_rows: int
    first_point: str | None
    last_point: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Rows of a file whose value in one column cannot be, with one of the values."""

    file_name: str
    column: str
    n_rows: int
    quoted: str


@dataclass(frozen=True, slots=True)
class PointHours:
    """Rows of hours, the ids that their points are places in, and the faults of rows that are left out for them."""

    point_ids: Sequence[str]
    hours: Hours
    faults: tuple[Fault, ...] = ()


def open_hourly(path: Path) -> tuple[HourlyFile, list[Finding]]:
    """A Parquet file of hours, or of days (for the daily rule), with a finding for each column that is missing or of a wrong
    type. UnreadableParquet if it is no Parquet file.
    """
    try:
        with pq.ParquetFile(path) as file:
            metadata, schema = file.metadata, file.schema_arrow
    except (pa.ArrowException, OSError) as error:
        raise UnreadableParquet(path, error) from error
    is_daily = "length_quality" in schema.names and not any(name in schema.names for name in _ONLY_OF_HOURS)
    # Few ids stand in many rows, so they are read as numbers into a list: all encodings but the "delta" ones can be.
    encodings = {encoding for column in _columns_of_ids(metadata) for encoding in column.encodings}
    file = HourlyFile(path, metadata, is_daily, not any("DELTA" in encoding for encoding in encodings))
    return file, list(_wrong_columns(path, schema, DAY_COLUMNS if is_daily else HOUR_COLUMNS))


def pieces_of(file: HourlyFile) -> list[Piece]:
    """The file cut between row groups into pieces of about PIECE_ROWS rows, or of one row group where these are larger."""
    bounds = [_bounds(column.statistics) for column in _columns_of_ids(file.metadata)]
    found: list[Piece] = []
    start, n_rows = 0, 0
    for number in range(file.metadata.num_row_groups):
        size = file.metadata.row_group(number).num_rows
        if n_rows and n_rows + size > PIECE_ROWS:
            found.append(_piece(file, range(start, number), n_rows, bounds))
            start, n_rows = number, 0
        n_rows += size
    last = range(start, file.metadata.num_row_groups)
    return [*found, _piece(file, last, n_rows, bounds)] if n_rows else found


def read_piece(piece: Piece) -> PointHours:
    """All rows of a piece. UnreadableParquet if they cannot be read."""
    try:
        with piece.file.opened() as file:
            tables = (file.read_row_group(number, list(HOUR_COLUMNS), use_threads=False) for number in piece.row_groups)
            return joined([point_hours(table, piece.file.path.name) for table in tables])
    except (pa.ArrowException, OSError) as error:
        raise UnreadableParquet(piece.file.path, error) from error


def batches_of(file: HourlyFile, columns: Sequence[str] = HOUR_COLUMNS) -> Iterator[Any]:
    """The rows of a file from its beginning, so many at a time, however large its row groups are. UnreadableParquet."""
    try:
        with file.opened() as opened:
            yield from opened.iter_batches(PIECE_ROWS // 2, columns=list(columns))
    except (pa.ArrowException, OSError) as error:
        raise UnreadableParquet(file.path, error) from error


def point_hours(table: Any, file_name: str) -> PointHours:
    """The rows of a table or batch with HOUR_COLUMNS. With a fault in any of them none is given."""
    faults: list[Fault] = []
    point_ids, point = _points(table, file_name, faults)
    year, month, day, hour = (_whole(table, name, file_name, faults) for name in ("year", "month", "day", "hour"))
    volume = _whole(table, "volume", file_name, faults, may_lack=True)
    if faults:
        return PointHours((), Hours.joined(()), tuple(faults))
    coverage, quality = (_numbers(_column(table, name, null=0)) for name in _QUALITIES)
    accepted = accepted_volume(volume, coverage, quality)
    measured = _column(table, "volume")
    if measured.null_count:
        accepted[measured.is_null().to_numpy(zero_copy_only=False)] = REJECTED
    return PointHours(point_ids, Hours(point, year.astype(np.int16, copy=False), hour_of_year(month, day, hour), accepted))


def joined(parts: Sequence[PointHours]) -> PointHours:
    """All rows as of one list of points."""
    if len(parts) == 1:
        return parts[0]
    place: dict[str, int] = {}
    moved = []
    for part in parts:
        to = np.array([place.setdefault(point_id, len(place)) for point_id in part.point_ids], dtype=np.int32)
        moved.append(replace(part.hours, point=to[part.hours.point]))
    return PointHours(list(place), Hours.joined(moved), tuple(fault for part in parts for fault in part.faults))


@dataclass(frozen=True, slots=True)
class DailyQuality:
    """The `day_number`s that each point's own daily length quality keeps out, and per point the rows that repeat a day."""

    poor_days: Mapping[str, IntArray]
    n_repeated: Mapping[str, int]
    faults: tuple[Fault, ...]


def daily_quality(files: Iterable[HourlyFile]) -> DailyQuality:
    """What the daily files say of each point. A day that they leave out, or give no number for, counts as 100."""
    days: dict[str, list[IntArray]] = {}
    faults: list[Fault] = []
    for file in files:
        for batch in batches_of(file, DAY_COLUMNS):
            faults += _add_days(days, batch, file.path.name)
    poor, n_repeated = {}, {}
    for point_id, parts in days.items():
        # The last bit says poor, so that the same day said twice is seen even where it is not said alike.
        number, is_poor = np.divmod(np.concatenate(parts), 2)
        poor[point_id] = number[is_poor == 1]
        if repeated := len(number) - len(np.unique(number)):
            n_repeated[point_id] = repeated
    return DailyQuality(poor, n_repeated, tuple(faults))


def _add_days(days: dict[str, list[IntArray]], batch: Any, file_name: str) -> list[Fault]:
    faults: list[Fault] = []
    point_ids, point = _points(batch, file_name, faults)
    year, month, day = (_whole(batch, name, file_name, faults) for name in ("year", "month", "day"))
    if not faults:
        is_poor = is_poor_day(_numbers(_column(batch, "length_quality", null=100)))
        order = np.argsort(point, kind="stable")
        numbers = (2 * day_number(year, month, day) + is_poor)[order]
        edges = np.searchsorted(point[order], np.arange(len(point_ids) + 1))
        for place, point_id in enumerate(point_ids):
            if edges[place] < edges[place + 1]:
                days.setdefault(point_id, []).append(numbers[edges[place] : edges[place + 1]])
    return faults


def _wrong_columns(path: Path, schema: Any, wanted: Sequence[str]) -> Iterator[Finding]:
    """One finding for each column that is missing or of another type than hourly counts have."""
    for name in wanted:
        if name not in schema.names:
            named: dict[str, str | int | float] = {"file": path.name, "columns": ", ".join(schema.names)[:200]}
            yield Finding("parquet_column_missing", "error", quoted=name, named=named)
        elif not _is_of_type(name, schema.field(name).type):
            named = {"file": path.name, "found": str(schema.field(name).type), "expected": _expected(name)}
            yield Finding("parquet_column_type", "error", quoted=name, named=named)


def _is_of_type(name: str, kind: Any) -> bool:
    if name == "point_id":
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
    if name in _QUALITIES:
        return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))
    return bool(pa.types.is_integer(kind))


def _expected(name: str) -> str:
    return "VARCHAR" if name == "point_id" else "FLOAT" if name in _QUALITIES else "INTEGER"


def _piece(file: HourlyFile, row_groups: range, n_rows: int, bounds: Sequence[tuple[str, str] | None]) -> Piece:
    known = [found for found in bounds[row_groups.start : row_groups.stop] if found is not None]
    if len(known) < len(row_groups):
        return Piece(file, row_groups, n_rows, None, None)
    return Piece(file, row_groups, n_rows, min(low for low, _ in known), max(high for _, high in known))


def _columns_of_ids(metadata: Any) -> list[Any]:
    """What the file says of the point ids of each of its row groups."""
    paths = [metadata.schema.column(number).path for number in range(metadata.num_columns)]
    if "point_id" not in paths:
        return []
    return [metadata.row_group(number).column(paths.index("point_id")) for number in range(metadata.num_row_groups)]


def _bounds(statistics: Any) -> tuple[str, str] | None:
    if statistics is None or not statistics.has_min_max or not isinstance(statistics.min, str):
        return None
    return statistics.min, statistics.max


def _column(table: Any, name: str, null: int | None = None) -> Any:
    """A column as one array, with `null` in place of what is not given."""
    found = table.column(name)
    if isinstance(found, pa.ChunkedArray):
        found = found.chunk(0) if found.num_chunks == 1 else found.unify_dictionaries().combine_chunks()
    return found.fill_null(null) if null is not None and found.null_count else found


def _numbers(column: Any) -> NDArray[Any]:
    """An array without nulls as numpy sees it, in place. Its own `to_numpy` would import pandas, a third of a second."""
    return np.from_dlpack(column)


def _points(table: Any, file_name: str, faults: list[Fault]) -> tuple[list[str], NDArray[np.int32]]:
    """The ids of the points, and of each row its place among them."""
    found = _column(table, "point_id")
    if not pa.types.is_dictionary(found.type):
        found = found.dictionary_encode()
    if found.null_count:
        faults.append(Fault(file_name, "point_id", found.null_count, ""))
        found = found.drop_null()
    return found.dictionary.to_pylist(), _numbers(found.indices).astype(np.int32, copy=False)


def _whole(table: Any, name: str, file_name: str, faults: list[Fault], may_lack: bool = False) -> IntArray:
    """A column of whole numbers as the file has them; a fault where some of them cannot be, or are not given."""
    low, high = _POSSIBLE[name]
    column = _column(table, name)
    if column.null_count:
        if not may_lack:
            faults.append(Fault(file_name, name, column.null_count, ""))
        column = column.fill_null(low)
    found = _numbers(column)
    if len(found) and (found.min() < low or found.max() > high):
        wrong = found[(found < low) | (found > high)]
        faults.append(Fault(file_name, name, len(wrong), str(wrong[0])))
    return found
