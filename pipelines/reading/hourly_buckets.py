"""Hours of files in any order, laid out by point: each bucket on disk holds all rows of its points and fits into memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.methods.hourly import Hours
from pipelines.reading.hourly_file import Fault, HourlyFile, PointHours, batches_of, point_hours
from pipelines.reading.in_turn import in_turn

BUCKET_ROWS = 1 << 21
_ROW = np.dtype([("point", np.int32), ("volume", np.int32), ("year", np.int16), ("hour", np.int16)])


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the rows of some points lie. Their `point` is a place in `point_ids`."""

    path: Path
    point_ids: Sequence[str]

    def read(self) -> PointHours:
        rows = np.fromfile(self.path, dtype=_ROW)
        hours = Hours(*(np.ascontiguousarray(rows[name]) for name in ("point", "year", "hour", "volume")))
        return PointHours(self.point_ids, hours)


def write_buckets(
    files: Iterable[HourlyFile], n_rows: int, folder: Path, pool: Executor, ahead: int
) -> tuple[list[Bucket], list[Fault]]:
    """The rows of all files in buckets under a folder of about BUCKET_ROWS rows each, however the rows are ordered."""
    n_buckets = max(1, -(-n_rows // BUCKET_ROWS))
    paths = [folder / f"{number}.hours" for number in range(n_buckets)]
    number_of: dict[str, int] = {}
    faults: list[Fault] = []

    def sorted_rows(part: PointHours) -> tuple[NDArray[np.void], NDArray[np.int64]]:
        numbers = np.array([number_of[point_id] for point_id in part.point_ids], dtype=np.int32)
        return _by_bucket(part.hours, numbers, n_buckets)

    for rows, edges in in_turn(pool, sorted_rows, _numbered(files, number_of, faults), ahead):
        for place in np.flatnonzero(np.diff(edges)):
            with paths[place].open("ab") as bucket:
                rows[edges[place] : edges[place + 1]].tofile(bucket)
    ids = list(number_of)
    return [Bucket(path, ids[place::n_buckets]) for place, path in enumerate(paths) if path.exists()], faults


def _numbered(files: Iterable[HourlyFile], number_of: dict[str, int], faults: list[Fault]) -> Iterator[PointHours]:
    """The rows of all files, so many at a time; every point is numbered when it is first seen."""
    for file in files:
        for batch in batches_of(file):
            part = point_hours(batch, file.path.name)
            faults += part.faults
            for point_id in part.point_ids:
                number_of.setdefault(point_id, len(number_of))
            yield part


def _by_bucket(hours: Hours, numbers: NDArray[np.int32], n_buckets: int) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """The rows by bucket, and where each bucket begins. Points take turns, so that all buckets are alike in size."""
    number = numbers[hours.point] if len(numbers) else hours.point
    bucket = (number % n_buckets).astype(np.int16)
    rows = np.empty(len(number), dtype=_ROW)
    rows["point"], rows["year"], rows["hour"], rows["volume"] = number // n_buckets, hours.year, hours.hour, hours.volume
    order = np.argsort(bucket, kind="stable")
    return rows[order], np.searchsorted(bucket[order], np.arange(n_buckets + 1))
