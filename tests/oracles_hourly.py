"""The index of matched hours, slowly: dictionaries and loops, written from the specification and sharing nothing with the product."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from random import Random
from typing import NamedTuple


class Hour(NamedTuple):
    """One row of an hourly file."""

    point_id: str
    year: int
    month: int
    day: int
    hour: int
    volume: int | None = 100
    coverage: float | None = 100.0
    length_quality: float | None = 100.0


Daily = Mapping[tuple[str, int, int, int], float | None]


def months_slowly(rows: Iterable[Hour], base: int, calculation: int, daily: Daily | None = None) -> list[tuple]:
    """(point_id, month, base, calculation, days) of every point and month that counts, in order."""
    rows = list(rows)
    found = []
    for point_id in sorted({row.point_id for row in rows}):
        one, two = (_volumes(rows, point_id, year) for year in (base, calculation))
        hours_of_day: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        for key in one:
            if key in two:
                hours_of_day.setdefault(key[:2], []).append(key)
        for month in range(1, 13):
            days = [
                hours
                for (of_month, day), hours in hours_of_day.items()
                if of_month == month
                and len(hours) >= 16
                and all(_is_good(daily or {}, point_id, year, month, day) for year in (base, calculation))
            ]
            if len(days) >= 16:
                sums = [sum(volumes[key] for hours in days for key in hours) for volumes in (one, two)]
                found.append((point_id, month, *sums, len(days)))
    return found


def repeated_slowly(rows: Iterable[Hour]) -> int:
    """How many rows repeat an hour of their point, the second of the hour that October doubles apart."""
    counts = Counter(row[:5] for row in rows)
    return sum(count - (2 if _is_doubled(*key[1:]) else 1) for key, count in counts.items() if count > 1 + _is_doubled(*key[1:]))


def area_slowly(months: Iterable[tuple]) -> tuple[float | None, float | None, int]:
    """Index, standard error and number of points, of the sums of each point's months."""
    sums: dict[str, list[int]] = {}
    for point_id, _, base, calculation, _ in months:
        of_point = sums.setdefault(point_id, [0, 0])
        of_point[0] += base
        of_point[1] += calculation
    points = [(base, calculation) for base, calculation in sums.values() if base > 0]
    if not points:
        return None, None, 0
    total = sum(base for base, _ in points)
    index_pct = 100 * (sum(calculation for _, calculation in points) / total - 1)
    if len(points) == 1:
        return index_pct, None, 1
    squares = sum((base / total) ** 2 for base, _ in points)
    spread = sum(base / total * (100 * (calculation / base - 1) - index_pct) ** 2 for base, calculation in points)
    return index_pct, math.sqrt(squares) * math.sqrt(spread / (1 - squares)), len(points)


def _volumes(rows: list[Hour], point_id: str, year: int) -> dict[tuple[int, int, int], int]:
    """The accepted hours of a point and year; equal keys are summed."""
    volumes: dict[tuple[int, int, int], int] = {}
    for row in rows:
        if (row.point_id, row.year) != (point_id, year) or None in (row.volume, row.coverage, row.length_quality):
            continue
        if round(row.length_quality) >= 95 and round(row.coverage) >= 99:
            key = (row.month, row.day, row.hour)
            volumes[key] = volumes.get(key, 0) + row.volume
    return volumes


def _is_good(daily: Daily, point_id: str, year: int, month: int, day: int) -> bool:
    quality = daily.get((point_id, year, month, day))
    return quality is None or round(quality) >= 95


def _is_doubled(year: int, month: int, day: int, hour: int) -> bool:
    return month == 10 and hour == 2 and day >= 25 and dt.date(year, month, day).weekday() == 6


def some_hours(seed: int, n_points: int = 2, years: Sequence[int] = (2019, 2020), month: int | None = None) -> list[Hour]:
    """Hours around every limit, in order: days short of hours, months short of days, rejected hours, doubled ones."""
    random = Random(seed)
    rows = []
    month = month or random.choice([2, 3, 10, 10])
    for point, year in product(range(n_points), years):
        last = calendar.monthrange(year, month)[1]
        for day in range(last - random.randint(18, 26), last + 1):
            n_missing = random.choice([0, 0, 1, 1, 2, 3, 4, 5])
            for hour in sorted(random.sample(range(24), 24 - n_missing)):
                for _ in range(1 + _is_doubled(year, month, day, hour)):
                    coverage = random.choice([100.0] * 80 + [99.0, 98.6, 98.5, 98.4, None])
                    quality = random.choice([100.0] * 80 + [95.0, 94.6, 94.5, 94.4, None])
                    volume = random.choice([random.randint(0, 3000)] * 60 + [None])
                    rows.append(Hour(f"P{point}", year, month, day, hour, volume, coverage, quality))
    return rows
