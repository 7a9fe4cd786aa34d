"""Every point of some files matched, in one reading and with few points in memory at a time.

Points are independent of each other. Those of a file that is sorted by point are complete as the reading goes on; a file that is
not is laid out by point on disk first.
"""

from __future__ import annotations

import heapq
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from pipelines.methods.hourly import Hours, IntArray, Matched, YearPair, matched_months
from pipelines.reading.hourly_buckets import write_buckets
from pipelines.reading.hourly_file import Fault, HourlyFile, Piece, PointHours, pieces_of, read_piece
from pipelines.reading.in_turn import in_turn

# Rows of points that go on in a later piece wait in memory; a row takes 12 bytes. Where more would wait, buckets are written.
MAX_WAITING_ROWS = 1 << 24
# The largest row group that is read whole; a row of it takes 21 bytes before it is made smaller.
MAX_PIECE_ROWS = 1 << 22
# More threads than this hold more in memory than they gain: most of the time is spent on decoding.
MAX_WORKERS = 4


@dataclass(frozen=True, slots=True)
class MatchedPoints:
    """Some points with all that their hours give, and the rows of others that wait for the rest of theirs."""

    point_ids: Sequence[str]
    matched: Matched
    faults: tuple[Fault, ...] = ()
    waiting: Mapping[str, Hours] = field(default_factory=dict)


@dataclass
class AllPoints:
    """What is known of the files so far. Counts of rows are by point."""

    parts: list[MatchedPoints] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    n_repeated: Counter[str] = field(default_factory=Counter)
    n_impossible: Counter[str] = field(default_factory=Counter)
    years: set[int] = field(default_factory=set)
    point_ids: set[str] = field(default_factory=set)

    def add(self, part: MatchedPoints) -> None:
        """Takes in points that are complete. OutOfOrder if one of them was so before."""
        matched = part.matched
        self.faults += part.faults
        self.years |= matched.years
        self.parts.append(part)
        for place in np.flatnonzero(matched.n_rows).tolist():
            point_id = part.point_ids[place]
            if point_id in self.point_ids:
                raise _OutOfOrder(point_id)
            self.point_ids.add(point_id)
            self.n_repeated[point_id] += int(matched.n_repeated[place])
            self.n_impossible[point_id] += int(matched.n_impossible[place])


def match_points(files: Sequence[HourlyFile], pairs: Sequence[YearPair], poor_days: Mapping[str, IntArray]) -> AllPoints:
    """Every point of the files, whatever the order of files and rows. UnreadableParquet."""
    pieces = sorted((piece for file in files for piece in pieces_of(file)), key=lambda piece: piece.first_point or "")
    n_workers = min(MAX_WORKERS, os.cpu_count() or 1)
    matching = _Matching(pairs, poor_days)
    with ThreadPoolExecutor(n_workers) as pool:
        if _few_rows_wait(pieces):
            try:
                return _in_order(pieces, matching, pool, n_workers)
            except _OutOfOrder:
                return _by_bucket(files, matching, pool, n_workers)
        return _by_bucket(files, matching, pool, n_workers)


class _OutOfOrder(Exception):
    """A file holds points where its own statistics say that it does not, so its order cannot be leaned on."""


@dataclass(frozen=True, slots=True)
class _Matching:
    """What is asked of every point."""

    pairs: Sequence[YearPair]
    poor_days: Mapping[str, IntArray]

    def of(self, found: PointHours) -> MatchedPoints:
        poor = [self.poor_days.get(point_id) for point_id in found.point_ids] if self.poor_days else None
        matched = matched_months(found.hours, len(found.point_ids), self.pairs, poor)
        return MatchedPoints(found.point_ids, matched, found.faults)


@dataclass(frozen=True, slots=True)
class _Step:
    """A piece, and the points that no other piece can hold: after the last of all before it and before the first of the next."""

    piece: Piece
    after: str | None
    before: str | None

    def holds_all_of(self, point_id: str) -> bool:
        return (self.after is None or point_id > self.after) and not self.goes_on(point_id)

    def goes_on(self, point_id: str) -> bool:
        """Whether a later piece may hold rows of the point."""
        return self.before is not None and point_id >= self.before


def _few_rows_wait(pieces: Sequence[Piece]) -> bool:
    """Whether the pieces, taken by their first point, leave few rows waiting for the rest of their points."""
    under_way: list[tuple[str, int]] = []
    n_waiting = 0
    for piece in pieces:
        if piece.first_point is None or piece.last_point is None or piece.n_rows > MAX_PIECE_ROWS:
            return False
        while under_way and under_way[0][0] < piece.first_point:
            n_waiting -= heapq.heappop(under_way)[1]
        if n_waiting > MAX_WAITING_ROWS:
            return False
        heapq.heappush(under_way, (piece.last_point, piece.n_rows))
        n_waiting += piece.n_rows
    return True


def _steps(pieces: Sequence[Piece]) -> Iterator[_Step]:
    after: str | None = None
    for place, piece in enumerate(pieces):
        yield _Step(piece, after, pieces[place + 1].first_point if place + 1 < len(pieces) else None)
        after = max(after or "", piece.last_point or "")


def _in_order(pieces: Sequence[Piece], matching: _Matching, pool: Executor, n_workers: int) -> AllPoints:
    """All pieces by their first point. A point that several of them share waits until the last of these has been read."""
    found = AllPoints()
    waiting: dict[str, list[Hours]] = {}
    closing: list[Future[MatchedPoints]] = []

    def act(step: _Step) -> tuple[_Step, MatchedPoints]:
        return step, _of_piece(step, matching)

    for step, part in in_turn(pool, act, _steps(pieces), n_workers):
        found.add(replace(part, waiting={}))
        for point_id, hours in part.waiting.items():
            waiting.setdefault(point_id, []).append(hours)
        complete = sorted(point_id for point_id in waiting if not step.goes_on(point_id))
        if complete:
            closing.append(pool.submit(matching.of, _gathered({point_id: waiting.pop(point_id) for point_id in complete})))
        while closing and (closing[0].done() or len(closing) > n_workers):
            found.add(closing.pop(0).result())
    for future in closing:
        found.add(future.result())
    return found


def _of_piece(step: _Step, matching: _Matching) -> MatchedPoints:
    """The points that a piece holds all of, matched, and the rows of the others."""
    found = read_piece(step.piece)
    is_whole = np.array([step.holds_all_of(point_id) for point_id in found.point_ids], dtype=bool)
    if is_whole.all():
        return matching.of(found)
    hours, edges = _by_point(found.hours, len(found.point_ids))
    waiting = {
        found.point_ids[place]: hours.of(slice(edges[place], edges[place + 1])).copy()
        for place in np.flatnonzero(~is_whole).tolist()
    }
    # The few that wait are matched too, in vain: that costs less than cutting their rows out.
    part = matching.of(replace(found, hours=hours if is_whole.any() else Hours.joined(())))
    return replace(part, matched=part.matched.only(is_whole), waiting=waiting)


def _by_point(hours: Hours, n_points: int) -> tuple[Hours, IntArray]:
    """The rows by point, and where each point begins."""
    if (hours.point[1:] < hours.point[:-1]).any():
        hours = hours.of(np.argsort(hours.point, kind="stable"))
    return hours, np.searchsorted(hours.point, np.arange(n_points + 1, dtype=hours.point.dtype))


def _gathered(rows: Mapping[str, Sequence[Hours]]) -> PointHours:
    """The rows of points that came in several parts."""
    parts = [
        replace(part, point=np.full(len(part.point), place, dtype=np.int32))
        for place, parts_of_point in enumerate(rows.values())
        for part in parts_of_point
    ]
    return PointHours(list(rows), Hours.joined(parts))


def _by_bucket(files: Sequence[HourlyFile], matching: _Matching, pool: Executor, n_workers: int) -> AllPoints:
    """Rows in any order, laid out by point on disk first."""
    found = AllPoints()
    n_rows = sum(file.metadata.num_rows for file in files)
    with tempfile.TemporaryDirectory(prefix="hourly-") as folder:
        buckets, found.faults = write_buckets(files, n_rows, Path(folder), pool, n_workers)
        for part in in_turn(pool, lambda bucket: matching.of(bucket.read()), buckets, n_workers):
            found.add(part)
    return found
