"""The index of matched hours (byindeks, volume index of a month and of the year to date) from hourly counts of light vehicles.

Pure arithmetic on arrays of whole points: rows in, months and indices out. No hour is joined to another: each point and year is a
dense calendar of 12 months, 31 days and 24 hours, and two years are laid on each other.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

N_MONTHS, N_DAYS, N_HOURS = 12, 31, 24
DAYS_OF_YEAR = N_MONTHS * N_DAYS
HOURS_OF_YEAR = DAYS_OF_YEAR * N_HOURS
# Round first, then compare: at least 99 and 95. Half is rounded to even, as R does, in which the official index is computed;
# so 98.5 becomes 98 and 94.5 becomes 94, and both limits are "above the half".
ABOVE_COVERAGE_PCT = 98.5
ABOVE_LENGTH_QUALITY_PCT = 94.5
MIN_HOURS = 16
MIN_DAYS = 16
# Stands for the volume of an hour that is not accepted. Every bit of it is set, which makes `a | b >= 0` say "both accepted".
REJECTED = -1
# No lane counts as much in an hour; below it the sum of a day's doubled hours stays within 32 bits.
LARGEST_VOLUME = 10_000_000
_GRID_CELLS = 1_000_000

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.signedinteger]


class YearPair(NamedTuple):
    """The year counted from, and the year compared with it."""

    base: int
    calculation: int


@dataclass(frozen=True, slots=True)
class Hours:
    """Rows of hours in any order. `point` is a place in a list of points; `volume` is REJECTED where the hour is not accepted."""

    point: NDArray[np.int32]
    year: NDArray[np.int16]
    hour: NDArray[np.int16]
    volume: NDArray[np.int32]

    def of(self, rows: IntArray | BoolArray | slice) -> Hours:
        return Hours(self.point[rows], self.year[rows], self.hour[rows], self.volume[rows])

    def copy(self) -> Hours:
        """The same rows in memory of their own, so that those they were cut from can be let go."""
        return Hours(self.point.copy(), self.year.copy(), self.hour.copy(), self.volume.copy())

    @staticmethod
    def joined(parts: Sequence[Hours]) -> Hours:
        """All rows, one part after the other; without parts, no rows."""
        if not parts:
            return Hours(np.zeros(0, np.int32), np.zeros(0, np.int16), np.zeros(0, np.int16), np.zeros(0, np.int32))
        if len(parts) == 1:
            return parts[0]
        return Hours(
            np.concatenate([part.point for part in parts]),
            np.concatenate([part.year for part in parts]),
            np.concatenate([part.hour for part in parts]),
            np.concatenate([part.volume for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Months:
    """Months with enough days, one row per pair of years, point and month: volumes of the matched hours, and matched days.

    `pair` and `point` are places in the lists that were given.
    """

    pair: IntArray
    point: IntArray
    month: IntArray
    base: IntArray
    calculation: IntArray
    days: IntArray

    def of(self, rows: IntArray | BoolArray) -> Months:
        return Months(
            self.pair[rows], self.point[rows], self.month[rows], self.base[rows], self.calculation[rows], self.days[rows]
        )

    @staticmethod
    def joined(parts: Sequence[Months]) -> Months:
        """All rows, one part after the other; without parts, no rows."""
        if not parts:
            none = np.zeros(0, dtype=np.int64)
            return Months(none, none, none, none, none, none)
        return Months(
            np.concatenate([part.pair for part in parts]),
            np.concatenate([part.point for part in parts]),
            np.concatenate([part.month for part in parts]),
            np.concatenate([part.base for part in parts]),
            np.concatenate([part.calculation for part in parts]),
            np.concatenate([part.days for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Matched:
    """What the hours of some points give. Per point: its rows, those that repeat an hour, and accepted ones on no real day.

    `years` are those with any row.
    """

    months: Months
    n_rows: IntArray
    n_repeated: IntArray
    n_impossible: IntArray
    years: frozenset[int]

    def only(self, is_wanted: BoolArray) -> Matched:
        """The same without the rows of some points."""
        return Matched(
            self.months.of(is_wanted[self.months.point]),
            self.n_rows * is_wanted,
            self.n_repeated * is_wanted,
            self.n_impossible * is_wanted,
            self.years,
        )


@dataclass(frozen=True, slots=True)
class AreaIndex:
    """The volume index of a set of points, in percent. None without points; the standard error needs two."""

    index_pct: float | None
    standard_error_pct: float | None
    n_points: int


def hour_of_year(month: IntArray, day: IntArray, hour: IntArray) -> NDArray[np.int16]:
    """The place of local (month, day, hour) in the dense calendar of a year, from 0; months and days count from 1."""
    place = np.multiply(month, np.int16(N_DAYS * N_HOURS), dtype=np.int16)
    place += np.multiply(day, np.int16(N_HOURS), dtype=np.int16)
    place += hour
    place -= np.int16(N_DAYS * N_HOURS + N_HOURS)
    return place


def day_number(year: IntArray, month: IntArray, day: IntArray) -> NDArray[np.int32]:
    """A number for each day of the dense calendar, growing with time over all years."""
    return year.astype(np.int32) * DAYS_OF_YEAR + (month.astype(np.int32) - 1) * N_DAYS + (day.astype(np.int32) - 1)


def accepted_volume(volume: IntArray, coverage_pct: NDArray, length_quality_pct: NDArray) -> NDArray[np.int32]:
    """The volume of each accepted hour, REJECTED for the others; what is not a number is not accepted."""
    is_accepted = (coverage_pct > ABOVE_COVERAGE_PCT) & (length_quality_pct > ABOVE_LENGTH_QUALITY_PCT)
    # No bit or every bit, laid over the volume: five times as fast as choosing between the two.
    found = is_accepted.astype(np.int32)
    found += REJECTED
    found |= volume.astype(np.int32, copy=False)
    return found


def is_poor_day(length_quality_pct: NDArray) -> BoolArray:
    """Whether a day's own length quality keeps it out. What is not given (historical) counts as 100."""
    return np.asarray(length_quality_pct <= ABOVE_LENGTH_QUALITY_PCT)


@cache
def doubled_hour(year: int) -> int:
    """The hour of the year that clocks show twice: 02 on the last Sunday of October."""
    last_sunday = max(week[calendar.SUNDAY] for week in calendar.monthcalendar(year, 10))
    return (9 * N_DAYS + last_sunday - 1) * N_HOURS + 2


def matched_months(
    hours: Hours, n_points: int, pairs: Sequence[YearPair], poor_days: Sequence[IntArray | None] | None = None
) -> Matched:
    """The months of whole points that enter each pair of years.

    A day counts with at least 16 hours accepted in both years and no poor day in either; a month with at least 16 such days.
    `poor_days` gives, per point, the `day_number`s that its daily length quality keeps out. The two hours that October doubles
    are summed; any other row that repeats an hour is counted in `n_repeated`, and the months are then not to be used.
    """
    if not len(hours.year):
        none = np.zeros(n_points, dtype=np.int64)
        return Matched(Months.joined(()), none, none, none, frozenset())
    first_year = int(hours.year.min())
    years = range(first_year, int(hours.year.max()) + 1)
    cell, volume = _in_order(_cells(hours, n_points, years), hours.volume)
    # Where the rows of each point and year begin.
    edges = np.searchsorted(cell, np.arange(n_points * len(years) + 1, dtype=cell.dtype) * cell.dtype.type(HOURS_OF_YEAR))
    again = np.flatnonzero(cell[1:] == cell[:-1]) + 1
    summed = _summed(volume, again)
    found: list[Months] = []
    n_impossible = np.zeros(n_points, dtype=np.int64)
    for points in _blocks(n_points, len(years)):
        start, stop = edges[points.start * len(years)], edges[points.stop * len(years)]
        if start == stop:
            continue
        of_block = slice(*np.searchsorted(again, [start, stop]))
        grid = np.full((len(points), len(years), DAYS_OF_YEAR, N_HOURS), REJECTED, dtype=np.int32)
        place = cell[start:stop] - cell.dtype.type(points.start * len(years) * HOURS_OF_YEAR)
        grid.reshape(-1)[place] = volume[start:stop]
        grid.reshape(-1)[place[again[of_block] - start]] = summed[of_block]
        is_good = _good_days(poor_days[points.start : points.stop] if poor_days else (), len(points), years)
        found += [_months(grid, is_good, years, number, pair, points.start) for number, pair in enumerate(pairs)]
        n_impossible[points.start : points.stop] = _impossible(grid, years)
    repeated = cell[_repeated(cell, again, years)] // (len(years) * HOURS_OF_YEAR)
    n_rows = np.diff(edges).reshape(n_points, len(years))
    seen = frozenset(first_year + int(place) for place in np.flatnonzero(n_rows.sum(axis=0)))
    n_repeated = np.bincount(repeated, minlength=n_points)
    return Matched(Months.joined(found), n_rows.sum(axis=1), n_repeated, n_impossible, seen)


def area_index(base: NDArray, calculation: NDArray) -> AreaIndex:
    """The index of points from their volumes in the two years, weighted by the first, with the spread of the points around it.

    Points without traffic in the base year have nothing to change from, and stay out.
    """
    is_there = base > 0
    base, calculation = base[is_there].astype(np.float64), calculation[is_there].astype(np.float64)
    if not len(base):
        return AreaIndex(None, None, 0)
    index_pct = 100 * (float(calculation.sum()) / float(base.sum()) - 1)
    weights, change_pct = base / base.sum(), 100 * (calculation / base - 1)
    squares = float((weights**2).sum())
    if len(base) < 2 or squares >= 1:
        return AreaIndex(index_pct, None, len(base))
    sd_pct = math.sqrt(float((weights * (change_pct - index_pct) ** 2).sum()) / (1 - squares))
    return AreaIndex(index_pct, math.sqrt(squares) * sd_pct, len(base))


def _cells(hours: Hours, n_points: int, years: range) -> IntArray:
    """The place of each row in the calendars of all points and years, one after the other."""
    kind = np.int32 if n_points * len(years) * HOURS_OF_YEAR <= np.iinfo(np.int32).max else np.int64
    cell = np.multiply(hours.point, len(years), dtype=kind)
    cell += hours.year
    cell -= kind(years[0])
    cell *= kind(HOURS_OF_YEAR)
    cell += hours.hour
    return cell


def _in_order(cell: IntArray, volume: NDArray[np.int32]) -> tuple[IntArray, NDArray[np.int32]]:
    """Both by cell. Files are written in this order, so mostly there is nothing to do."""
    if not (cell[1:] < cell[:-1]).any():
        return cell, volume
    order = np.argsort(cell)
    return cell[order], volume[order]


def _summed(volume: NDArray[np.int32], again: IntArray) -> NDArray[np.int32]:
    """The volume of each row that repeats the one before it together with that one's, where they are accepted."""
    one, two = volume[again - 1], volume[again]
    return np.where((one | two) >= 0, one + two, np.maximum(one, two))


def _repeated(cell: IntArray, again: IntArray, years: range) -> IntArray:
    """The rows among `again` that no clock explains: all but the second of the hour that October doubles."""
    year, hour = np.divmod(cell[again] % (len(years) * HOURS_OF_YEAR), HOURS_OF_YEAR)
    doubled = np.array([doubled_hour(number) for number in years])
    is_third = (again >= 2) & (cell[again - 2] == cell[again])
    return again[(hour != doubled[year]) | is_third]


def _blocks(n_points: int, n_years: int) -> Iterator[range]:
    """Points so many at a time that their calendars stay small, whatever the number of points."""
    size = max(1, _GRID_CELLS // (n_years * HOURS_OF_YEAR))
    for start in range(0, n_points, size):
        yield range(start, min(start + size, n_points))


def _good_days(poor_days: Sequence[IntArray | None], n_points: int, years: range) -> BoolArray:
    """Per point, year and day whether its own length quality lets it count."""
    is_good = np.ones((n_points, len(years) * DAYS_OF_YEAR), dtype=bool)
    for point, poor in enumerate(poor_days):
        if poor is not None:
            place = poor - years[0] * DAYS_OF_YEAR
            is_good[point, place[(place >= 0) & (place < is_good.shape[1])]] = False
    return is_good.reshape(n_points, len(years), DAYS_OF_YEAR)


def _months(
    grid: NDArray[np.int32], is_good: BoolArray, years: range, pair_place: int, pair: YearPair, first_point: int
) -> Months:
    """The months of one block of points that enter one pair of years."""
    if pair.base not in years or pair.calculation not in years:
        return Months.joined(())
    one, two = years.index(pair.base), years.index(pair.calculation)
    base, calculation = grid[:, one], grid[:, two]
    both = (base | calculation) >= 0
    n_hours = both.view(np.uint8).sum(axis=2, dtype=np.uint8)
    is_day = (n_hours >= MIN_HOURS) & is_good[:, one] & is_good[:, two]
    days = is_day.reshape(-1, N_MONTHS, N_DAYS).sum(axis=2)
    point, month = np.nonzero(days >= MIN_DAYS)
    in_base, in_calculation = (_by_month(volume * both, is_day)[point, month] for volume in (base, calculation))
    pairs = np.full(len(point), pair_place)
    return Months(pairs, point + first_point, month + 1, in_base, in_calculation, days[point, month])


def _by_month(volume: NDArray[np.int32], is_day: BoolArray) -> NDArray[np.int64]:
    """Sums of the hours of the days that count, per point and month."""
    of_day = volume.sum(axis=2, dtype=np.int32) * is_day
    return of_day.reshape(-1, N_MONTHS, N_DAYS).sum(axis=2, dtype=np.int64)


def _impossible(grid: NDArray[np.int32], years: range) -> NDArray[np.int64]:
    """Per point how many accepted hours stand on days that the year does not have, such as 30 February."""
    return sum(
        ((grid[:, place, _absent_days(year)] >= 0).sum(axis=(1, 2)) for place, year in enumerate(years)),
        np.zeros(len(grid), dtype=np.int64),
    )


@cache
def _absent_days(year: int) -> IntArray:
    return np.array(
        [
            (month - 1) * N_DAYS + day - 1
            for month in range(1, N_MONTHS + 1)
            for day in range(calendar.monthrange(year, month)[1] + 1, N_DAYS + 1)
        ]
    )
