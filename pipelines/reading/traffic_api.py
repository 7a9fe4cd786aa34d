"""The public traffic API of Statens vegvesen: points, months, hours and days, asked for politely and kept as they came.

What the API says goes unchanged into a folder of ours, one file per answer, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from domain.period import Month
from domain.rows import DayQuality, Finding, HourCount, Point, PointMonth, PointVolumes
from pipelines.reading import traffic_answers as answers
from pipelines.reading.graphql import NoAnswer, Server, refuse_errors

# Percent done, and how many answers are in.
Progress = Callable[[float, int], None]
Found = TypeVar("Found")
Row = TypeVar("Row", HourCount, DayQuality)

# A run that was stopped longer ago begins again: the API revises its figures.
OLDEST_UNFINISHED = dt.timedelta(days=7)
# How far back the newest published month is looked for.
LATEST_MONTHS = 6
# An hourly page has 100 nodes, and a year 88 of them.
MOST_PAGES = 2000
_DONE = "done"

POINTS = """
query points {
  trafficRegistrationPoints(searchQuery: {roadCategoryIds: [E, R, F, K, P]}) {
    id name
    location {
      coordinates { latLon { lat lon } }
      municipality { name number }
      roadReference { shortForm }
    }
  }
}
"""
MONTHS = """
query months($id: String!, $year: Int!) {
  trafficData(trafficRegistrationPointId: $id) {
    trafficRegistrationPoint { id }
    volume { average { daily { byMonth(year: $year, dayType: ALL) {
      year month
      total { volume { average } validLengthVolume { average } coverage { percentage } }
      byLengthRange { lengthRange { representation } total { volume { average } coverage { percentage } } }
    } } } }
  }
}
"""
INDEX_POINTS = """
query indexPoints($id: Int!, $year: Int!, $month: Int!) {
  publishedAreaTrafficVolumeIndex(id: $id, year: $year, month: $month) {
    id name
    period { calculationMonth { year month } }
    containsPointTrafficVolumeIndices(first: 100) {
      pageInfo { hasNextPage endCursor }
      edges { node {
        isManuallyExcluded
        pointTrafficVolumeIndex {
          trafficRegistrationPoint { id }
          volumeIndicesYearToDate {
            dayType isExcluded
            lengthRangesTrafficVolumeIndex {
              isExcluded
              indexNumbers { lengthRange { representation } index { calculationVolume baseVolume } }
            }
          }
        }
      } }
    }
  }
}
"""
HOURS = """
query hours($id: String!, $from: ZonedDateTime!, $to: ZonedDateTime!, $after: String) {
  trafficData(trafficRegistrationPointId: $id) {
    trafficRegistrationPoint { id }
    volume { byHour(from: $from, to: $to, after: $after) {
      edges { node {
        from to
        total { volumeNumbers { validLength { percentage } } coverage { percentage } }
        byLengthRange { lengthRange { representation } total { volumeNumbers { volume } coverage { percentage } } }
      } }
      pageInfo { hasNextPage endCursor }
    } }
  }
}
"""
DAYS = """
query days($id: String!, $from: ZonedDateTime!, $to: ZonedDateTime!, $after: String) {
  trafficData(trafficRegistrationPointId: $id) {
    trafficRegistrationPoint { id }
    volume { byDay(from: $from, to: $to, after: $after) {
      edges { node { from to total { volumeNumbers { validLength { percentage } } coverage { percentage } } } }
      pageInfo { hasNextPage endCursor }
    } }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one run brought: points, their months and volumes, every answer as it came by its name, and what was found."""

    points: tuple[Point, ...]
    point_months: tuple[PointMonth, ...]
    volumes: tuple[PointVolumes, ...]
    answers: dict[str, bytes]
    findings: tuple[Finding, ...]


@dataclass
class Answers:
    """The answers of one run, in a folder. What lies there already and is whole is not asked for again."""

    server: Server
    folder: Path
    kept: dict[str, bytes] = field(default_factory=dict)

    def read(self, name: str, query: str, variables: Mapping[str, Any], parse: Callable[[bytes], Found]) -> Found:
        """The rows of a kept or a new answer. NoAnswer names one that cannot be used; it is not kept."""
        path = self.folder / name
        if path.is_file():
            try:
                return self._taken(name, path.read_bytes(), parse)
            except NoAnswer:
                path.unlink()  # not whole, or changed since: it is asked for again
        try:
            answer = self.server.ask(query, variables)
            found = self._taken(name, answer, parse)
        except NoAnswer as error:
            raise NoAnswer(replace(error.finding, sheet=name)) from error
        _keep(path, answer)
        return found

    def _taken(self, name: str, answer: bytes, parse: Callable[[bytes], Found]) -> Found:
        refuse_errors(answer)
        found = parse(answer)
        self.kept[name] = answer
        return found


def run_folder(cache_dir: Path, url: str, day: dt.date) -> Path:
    """The folder of a run on a day: today's or that of one that was not finished lately; made, and older ones removed.

    Answers of another endpoint or to other questions lie elsewhere.
    """
    asked = hashlib.sha256("\n".join((url, POINTS, MONTHS, INDEX_POINTS)).encode()).hexdigest()[:8]
    begun = sorted(found for found in cache_dir.glob(f"????-??-??-{asked}") if _may_go_on(found, day))
    folder = begun[-1] if begun else cache_dir / f"{day}-{asked}"
    for other in cache_dir.glob("????-??-??-*"):
        if other != folder:
            shutil.rmtree(other)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def finish_run(folder: Path) -> None:
    """Marks a run as finished: another day starts anew, a second run on the same day finds the same answers."""
    (folder / _DONE).touch()


def fetch(kept: Answers, index_id: int, first: Month, today: dt.date, progress: Progress | None = None) -> Fetched:
    """All whole months from `first` on of every point that the index has had since then. NoAnswer: nothing is half done.

    The points are those of each December and of the newest month that is published.
    """
    now = Month(today.year, today.month)
    published, findings = _published(kept, index_id, first, now)
    point_ids = sorted({point_id for found in published for point_id in found.point_ids})
    known = {point.point_id: point for point in kept.read("points.json", POINTS, {}, answers.points)}
    findings += [Finding("api_point_not_described", "warning", quoted=found) for found in point_ids if found not in known]
    wanted = [(point_id, year) for point_id in point_ids for year in range(first.year, today.year + 1)]
    rows: list[PointMonth] = []
    for n_done, (point_id, year) in enumerate(wanted, start=1):
        # The month that is going on has only some of its days.
        rows += [row for row in _months_of(kept, point_id, year) if first <= row.month < now]
        if progress:
            progress(100 * n_done / len(wanted), len(kept.kept))
    counted = {row.point_id for row in rows}
    findings += [Finding("api_point_without_months", "warning", quoted=found) for found in point_ids if found not in counted]
    points = tuple(known.get(point_id, Point(point_id, point_id)) for point_id in point_ids)
    volumes = tuple(row for found in published for row in found.volumes)
    return Fetched(points, tuple(rows), volumes, kept.kept, tuple(findings))


def hours(server: Server, point_id: str, begins: dt.datetime, ends: dt.datetime) -> Iterator[HourCount]:
    """Every hour of a point with a count of light vehicles, page by page, in the columns of the hourly Parquet. NoAnswer.

    Both ends are moments with their offset. The hour that October has twice comes twice.
    """
    return _pages(server, HOURS, point_id, begins, ends, answers.hours)


def days(server: Server, point_id: str, begins: dt.datetime, ends: dt.datetime) -> Iterator[DayQuality]:
    """Every day of a point with its length quality, page by page. NoAnswer. Both ends are moments with their offset."""
    return _pages(server, DAYS, point_id, begins, ends, answers.days)


def _pages(
    server: Server,
    query: str,
    point_id: str,
    begins: dt.datetime,
    ends: dt.datetime,
    parse: Callable[[bytes, str], answers.Page[Row]],
) -> Iterator[Row]:
    if begins.utcoffset() is None or ends.utcoffset() is None:
        raise ValueError(f"{begins} to {ends}: the API takes moments with their offset")
    asked = {"id": point_id, "from": begins.isoformat(), "to": ends.isoformat()}
    cursor: str | None = None
    seen: set[str] = set()
    while True:
        page = parse(server.ask(query, {**asked, "after": cursor}), point_id)
        yield from page.rows
        cursor = page.next_cursor
        if cursor is None:
            return
        if cursor in seen or len(seen) >= MOST_PAGES:
            raise NoAnswer(Finding("api_pages_do_not_end", "error", quoted=point_id))
        seen.add(cursor)


def _published(kept: Answers, index_id: int, first: Month, now: Month) -> tuple[list[answers.IndexPoints], list[Finding]]:
    """What the index held in each December from the first year on, and in the newest month that is published.

    It is not documented what the API answers for a month that it does not have: an error for one is a warning, for all the end.
    """
    warnings: list[Finding] = []
    decembers = [_index_points(kept, index_id, Month(year, 12), warnings) for year in range(first.year, now.year)]
    latest = (_index_points(kept, index_id, now.plus(-back), warnings) for back in range(1, LATEST_MONTHS + 1))
    found = [points for points in (*decembers, next((points for points in latest if points), None)) if points]
    if not any(points.point_ids for points in found):
        said = warnings[0].quoted if warnings else None
        raise NoAnswer(Finding("api_index_not_published", "error", quoted=said, named={"index_id": index_id}))
    return found, warnings


def _index_points(kept: Answers, index_id: int, month: Month, warnings: list[Finding]) -> answers.IndexPoints | None:
    name, variables = f"index_{index_id}_{month}.json", {"id": index_id, "year": month.year, "month": month.month}
    try:
        return kept.read(name, INDEX_POINTS, variables, answers.index_points)
    except NoAnswer as error:
        if error.finding.code != "api_error":
            raise
        warnings.append(Finding("api_index_month_refused", "warning", name, quoted=error.finding.quoted))
        return None


def _months_of(kept: Answers, point_id: str, year: int) -> Sequence[PointMonth]:
    def parse(answer: bytes) -> Sequence[PointMonth]:
        rows = answers.point_months(answer, point_id)
        if other := next((row.month for row in rows if row.month.year != year), None):
            raise NoAnswer(Finding("api_other_year", "error", quoted=str(other), named={"asked": year}))
        return rows

    return kept.read(f"months_{point_id}_{year}.json", MONTHS, {"id": point_id, "year": year}, parse)


def _may_go_on(folder: Path, day: dt.date) -> bool:
    begun_on = dt.date.fromisoformat(folder.name[:10])
    return begun_on == day or (not (folder / _DONE).exists() and dt.timedelta(0) <= day - begun_on <= OLDEST_UNFINISHED)


def _keep(path: Path, answer: bytes) -> None:
    """Either the whole answer lies under its name or nothing does."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(answer)
    unfinished.rename(path)
