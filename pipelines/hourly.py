"""The story of hourly counts: Parquet files in, the index of matched hours out. Nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from domain.rows import Finding
from pipelines.hourly_points import AllPoints, match_points
from pipelines.methods.hourly import AreaIndex, Months, YearPair, area_index
from pipelines.reading.hourly_file import DailyQuality, Fault, UnreadableParquet, daily_quality, open_hourly

# How many points a message names.
_SHOWN = 10

Named = dict[str, str | int | float]


class HourlyMonth(NamedTuple):
    """One point and calendar month: the volumes of the hours that both years have, and the days that count."""

    point_id: str
    month: int
    base: int
    calculation: int
    days: int


@dataclass(frozen=True, slots=True)
class HourlyIndex:
    """One pair of years: its months, and the index of their sums over all points and over those of each area.

    The points of `months` are places in `point_ids`, which are sorted; the rows are by point and month.
    """

    pair: YearPair
    point_ids: Sequence[str]
    months: Months
    area: AreaIndex
    areas: Mapping[str, AreaIndex]

    def rows(self) -> Iterator[HourlyMonth]:
        found = self.months
        columns = (column.tolist() for column in (found.point, found.month, found.base, found.calculation, found.days))
        for point, month, base, calculation, days in zip(*columns, strict=True):
            yield HourlyMonth(self.point_ids[point], month, base, calculation, days)


@dataclass(frozen=True, slots=True)
class HourlyAnswer:
    """An index per pair of years, or why there is none."""

    indices: tuple[HourlyIndex, ...]
    findings: tuple[Finding, ...]

    @property
    def is_refused(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


def hourly_index(
    paths: Iterable[Path], pairs: Sequence[YearPair], areas: Mapping[str, frozenset[str]] | None = None
) -> HourlyAnswer:
    """The matched-hour index of every pair of years, all in one reading of the files, in any order of files and rows.

    A file without hours but with days and their length quality gives the daily rule. Refused whole: columns that are missing or
    of another type, values that cannot be, hours that stand twice, a year that no file has.
    """
    try:
        opened = [open_hourly(path) for path in paths]
        wrong_columns = [finding for _, findings in opened for finding in findings]
        if wrong_columns:
            return HourlyAnswer((), tuple(wrong_columns))
        quality = daily_quality(file for file, _ in opened if file.is_daily)
        found = match_points([file for file, _ in opened if not file.is_daily], pairs, quality.poor_days)
    except UnreadableParquet as unreadable:
        return HourlyAnswer((), (unreadable.finding,))
    reasons = tuple(_reasons(found, quality, pairs))
    return HourlyAnswer((), reasons) if reasons else _answer(found, pairs, areas or {})


def _answer(found: AllPoints, pairs: Sequence[YearPair], areas: Mapping[str, frozenset[str]]) -> HourlyAnswer:
    point_ids = sorted(found.point_ids)
    months = _months(found, point_ids)
    counted = {point_ids[place] for place in np.unique(months.point).tolist()}
    indices = (_index(pair, point_ids, months.of(months.pair == place), areas) for place, pair in enumerate(pairs))
    return HourlyAnswer(tuple(indices), tuple(_not_counted(areas, counted)))


def _months(found: AllPoints, point_ids: Sequence[str]) -> Months:
    """The months of all points, by point and month; a point is a place in `point_ids`."""
    place_of = {point_id: place for place, point_id in enumerate(point_ids)}
    months = []
    for part in found.parts:
        # A point of which no row is the part's own has no month either.
        places = np.array([place_of.get(point_id, -1) for point_id in part.point_ids], dtype=np.int64)
        months.append(replace(part.matched.months, point=places[part.matched.months.point]))
    joined = Months.joined(months)
    return joined.of(np.lexsort((joined.month, joined.point)))


def _index(pair: YearPair, point_ids: Sequence[str], months: Months, areas: Mapping[str, frozenset[str]]) -> HourlyIndex:
    """The index of the year to date: of the sums of each point's months."""
    points, of_point = np.unique(months.point, return_inverse=True)
    # Weights are summed as floats, which whole numbers of this size are exact in.
    base, calculation = (np.bincount(of_point, volume, len(points)) for volume in (months.base, months.calculation))
    ids = [point_ids[place] for place in points.tolist()]
    inside = {area: np.array([point_id in members for point_id in ids], dtype=bool) for area, members in areas.items()}
    of_areas = {area: area_index(base[rows], calculation[rows]) for area, rows in inside.items()}
    return HourlyIndex(pair, point_ids, months, area_index(base, calculation), of_areas)


def _reasons(found: AllPoints, quality: DailyQuality, pairs: Sequence[YearPair]) -> Iterator[Finding]:
    """Why the files are refused, if they are. Where values cannot be, rows are left out, so that nothing else can be said."""
    faults = [*found.faults, *quality.faults]
    if faults:
        yield from _impossible_values(faults)
        return
    yield from _of_points(found.n_repeated, lambda quoted, named: Finding("hour_twice", "error", None, None, quoted, named))
    yield from _of_points(quality.n_repeated, lambda quoted, named: Finding("day_twice", "error", None, None, quoted, named))
    yield from _of_points(found.n_impossible, lambda quoted, named: Finding("hour_on_no_day", "error", None, None, quoted, named))
    for year in sorted({year for pair in pairs for year in pair} - found.years):
        known = ", ".join(map(str, sorted(found.years))) or "–"
        yield Finding("year_without_hours", "error", quoted=str(year), named={"years": known})


def _impossible_values(faults: Iterable[Fault]) -> Iterator[Finding]:
    """One finding per file and column, with the number of rows and one of the values."""
    first: dict[tuple[str, str], Fault] = {}
    n_rows: Counter[tuple[str, str]] = Counter()
    for fault in faults:
        first.setdefault((fault.file_name, fault.column), fault)
        n_rows[fault.file_name, fault.column] += fault.n_rows
    for place, fault in first.items():
        named: Named = {"file": fault.file_name, "column": fault.column, "count": n_rows[place]}
        yield Finding("hourly_not_possible", "error", quoted=fault.quoted or "–", named=named)


def _of_points(counts: Mapping[str, int], finding: Callable[[str, Named], Finding]) -> Iterator[Finding]:
    """One finding with the number of rows in all, and of each point that it names, the most first."""
    found = sorted((point_id for point_id in counts if counts[point_id]), key=lambda point_id: (-counts[point_id], point_id))
    if found:
        quoted = _some([f"{point_id} ({counts[point_id]})" for point_id in found])
        yield finding(quoted, {"count": sum(counts.values()), "points": len(found)})


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def _not_counted(areas: Mapping[str, frozenset[str]], counted: Set[str]) -> Iterator[Finding]:
    """That some points of an area have no month in any pair of years."""
    absent = sorted({point_id for members in areas.values() for point_id in members} - counted)
    if absent:
        yield Finding("area_points_not_counted", "warning", quoted=_some(absent), named={"count": len(absent)})
