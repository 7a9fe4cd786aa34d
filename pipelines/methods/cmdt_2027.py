"""A sketch of the method that takes over on 2027-01-01: calendar correction, weight by traffic work, one rolling year.

Made from a short description, not from the official calculation: what it leaves open is a named parameter, and no row may be
shown without saying that it is a sketch. Pure: rows in, rows out. Never joined with rows of another method in one line.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from scipy.special import stdtrit

from domain.period import Month
from domain.rows import RollingIndex
from pipelines.methods.city_index import one_decimal

METHOD_VERSION = "cmdt_2027"
IS_SKETCH = True
WINDOW_MONTHS = 12
# The periods of a year: its months by number, less the days of these two.
EASTER, PENTECOST = 13, 14
PERIODS = tuple(range(1, 15))
# Days counted from Easter Sunday: Friday before Palm Sunday to Easter Monday, 11 days.
EASTER_DAYS = (-9, 1)
MIN_WORKING_DAYS, MIN_NON_WORKING_DAYS = 7, 3
# Maundy Thursday, Good Friday, Easter Monday, Ascension, Pentecost Monday; the Sundays are non-working as such.
_MOVABLE_HOLIDAYS = (-3, -2, 1, 39, 50)
_PENTECOST_SUNDAY = 49


class IncompleteInput(ValueError):
    """Rows name links that are not described, or links name classes without traffic work; all of them are listed."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the description leaves open, with the value that the sketch takes for each."""

    working_day_weight: float = 5 / 7
    """The share of working days in the mean of a month: fixed for all months and years, but not given."""

    non_working_weekdays: tuple[int, ...] = (5, 6)
    """Which weekdays are non-working (0 is Monday). Whether Saturday is one is not said."""

    fixed_holidays: tuple[tuple[int, int], ...] = ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))
    """Non-working days by month and day, beside the movable feasts. Whether the eves (24 and 31 December) count is not said."""

    pentecost_days: tuple[int, int] = (-2, 1)
    """First and last day of Pentecost, counted from its Sunday. Four days are given, not which; taken as Friday to Monday."""

    weighs_feasts_by_kind: bool = False
    """Whether Easter and Pentecost too are weighted by kind of day. All their days must be there, so that a plain mean holds."""

    class_factors: tuple[tuple[str, float], ...] = ()
    """Class and factor on its traffic work, against a skew in the choice of links: an adjustment named but not described."""

    counts_single_link_class: bool = False
    """Whether a class with one link enters the index. It never enters the variance; by default it is left out of both."""

    period_correlation: float = 1.0
    """Correlation between the errors of a year's periods. The same links make all of them; 1 is the most careful choice."""

    min_periods: int = 14
    """How many of the 14 periods a rolling year needs. The others then share the missing ones' days."""


SKETCH = Parameters()


@dataclass(frozen=True, slots=True)
class Link:
    """A stretch of road that a counting point stands for."""

    link_id: str
    function_class: str
    length_km: float


@dataclass(frozen=True, slots=True)
class LinkDay:
    """Light vehicles on one link on one day with accepted data."""

    link_id: str
    day: dt.date
    volume: float


@dataclass(frozen=True, slots=True)
class LinkPeriod:
    """Mean daily light vehicles on one link in one period of one year, by kind of day; None where no day of a kind has data."""

    link_id: str
    year: int
    period: int
    mean_working: float | None
    n_working_days: int
    mean_non_working: float | None
    n_non_working_days: int


@dataclass(frozen=True, slots=True)
class PeriodIndex:
    """The index of one period of a year against the same period of the reference year. `weights` by link add up to 1."""

    n_links: int
    ratio: float
    standard_error: float | None
    weights: Mapping[str, float]


@cache
def easter_sunday(year: int) -> dt.date:
    """Easter Sunday of a Gregorian year, by the anonymous computus."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, rest = divmod(century, 4)
    moon = (19 * golden + century - leap_centuries - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


@cache
def days_of(year: int, period: int, parameters: Parameters = SKETCH) -> tuple[dt.date, ...]:
    """The days of a period in order: those of Easter or Pentecost, or those of a month that belong to neither."""
    easter = easter_sunday(year)
    first, last = EASTER_DAYS
    easter_days = _span(easter, first, last)
    pentecost_days = _span(easter + dt.timedelta(_PENTECOST_SUNDAY), *parameters.pentecost_days)
    if period == EASTER:
        return easter_days
    if period == PENTECOST:
        return pentecost_days
    feasts = {*easter_days, *pentecost_days}
    first_day = dt.date(year, period, 1)
    return tuple(day for day in _span(first_day, 0, calendar.monthrange(year, period)[1] - 1) if day not in feasts)


def period_of(day: dt.date, parameters: Parameters = SKETCH) -> int:
    """The period that a day belongs to: 1 to 12 for a month, 13 for Easter, 14 for Pentecost. Each day belongs to one."""
    for feast in (EASTER, PENTECOST):
        if day in days_of(day.year, feast, parameters):
            return feast
    return day.month


def is_working_day(day: dt.date, parameters: Parameters = SKETCH) -> bool:
    """Whether a day is neither a weekend day nor a public holiday."""
    return (
        day.weekday() not in parameters.non_working_weekdays
        and (day.month, day.day) not in parameters.fixed_holidays
        and (day - easter_sunday(day.year)).days not in _MOVABLE_HOLIDAYS
    )


def period_rows(days: Iterable[LinkDay], parameters: Parameters = SKETCH) -> tuple[LinkPeriod, ...]:
    """The days of each link gathered by period and kind of day, in the order of link, year and period."""
    gathered: dict[tuple[str, int, int], dict[bool, list[float]]] = {}
    for row in days:
        kinds = gathered.setdefault((row.link_id, row.day.year, period_of(row.day, parameters)), {True: [], False: []})
        kinds[is_working_day(row.day, parameters)].append(row.volume)
    return tuple(
        LinkPeriod(*key, _mean(kinds[True]), len(kinds[True]), _mean(kinds[False]), len(kinds[False]))
        for key, kinds in sorted(gathered.items())
    )


def period_mean(row: LinkPeriod, parameters: Parameters = SKETCH) -> float | None:
    """The daily mean of a period with fixed weights for the kinds of day; None with too few days (a feast needs all of them)."""
    is_feast = row.period in (EASTER, PENTECOST)
    n_days = row.n_working_days + row.n_non_working_days
    working, rest = row.mean_working or 0.0, row.mean_non_working or 0.0
    if is_feast and n_days < len(days_of(row.year, row.period, parameters)):
        return None
    if is_feast and not parameters.weighs_feasts_by_kind:
        return (row.n_working_days * working + row.n_non_working_days * rest) / n_days
    if not is_feast and (row.n_working_days < MIN_WORKING_DAYS or row.n_non_working_days < MIN_NON_WORKING_DAYS):
        return None
    return parameters.working_day_weight * working + (1 - parameters.working_day_weight) * rest


def period_index(
    reference: Mapping[str, float],
    calculated: Mapping[str, float],
    links: Mapping[str, Link],
    traffic_work: Mapping[str, float],
    parameters: Parameters = SKETCH,
) -> PeriodIndex | None:
    """The area's index in one period from the daily means by link; None where no class counts.

    A link counts with a mean in both years and traffic work in the reference year. `traffic_work` is the vehicle kilometres of
    each class in the whole area, in any unit; a class that does not count has no part in the weights.
    """
    classes: dict[str, list[str]] = {}
    for link_id in sorted(reference.keys() & calculated.keys()):
        if reference[link_id] * links[link_id].length_km > 0:
            classes.setdefault(links[link_id].function_class, []).append(link_id)
    fewest = 1 if parameters.counts_single_link_class else 2
    factor = dict(parameters.class_factors)
    work = {name: traffic_work[name] * factor.get(name, 1.0) for name, ids in sorted(classes.items()) if len(ids) >= fewest}
    total = math.fsum(work.values())
    if total <= 0:
        return None
    ratio = variance = 0.0
    weights: dict[str, float] = {}
    for name, class_work in work.items():
        before = {link_id: links[link_id].length_km * reference[link_id] for link_id in classes[name]}
        after = {link_id: links[link_id].length_km * calculated[link_id] for link_id in classes[name]}
        class_ratio, class_variance = _class_ratio(before, after)
        share = class_work / total
        ratio += share * class_ratio
        variance += share**2 * class_variance
        weights |= {link_id: share * found / math.fsum(before.values()) for link_id, found in before.items()}
    has_spread = any(len(classes[name]) > 1 for name in work)
    return PeriodIndex(len(weights), ratio, math.sqrt(variance) if has_spread else None, weights)


def rolling_year(
    rows: Iterable[LinkPeriod],
    links: Iterable[Link],
    traffic_work: Mapping[str, float],
    reference_year: int,
    parameters: Parameters = SKETCH,
) -> tuple[RollingIndex, ...]:
    """The index of each rolling year from December after the reference year on, in order. IncompleteInput.

    A year that ends with a month takes each period's latest occurrence that has ended by then: the twelve months, the newest
    Easter and the newest Pentecost. `n_points` is the fewest links of any of its periods. `basis` is point_months, as for an
    index of monthly means.
    """
    described = {link.link_id: link for link in links}
    means = _means(rows, described, traffic_work, parameters)
    last = max((Month(year, period) for year, period in means if period <= 12), default=None)
    if last is None:
        return ()
    found: dict[tuple[int, int], PeriodIndex | None] = {
        (year, period): period_index(means.get((reference_year, period), {}), volumes, described, traffic_work, parameters)
        for (year, period), volumes in means.items()
    }
    months = [Month.from_number(number) for number in range(Month(reference_year + 1, 12).number, last.number + 1)]
    made = (_year_to(month, found, reference_year, parameters) for month in months)
    return tuple(row for row in made if row is not None)


def lines_of(rows: Iterable[RollingIndex]) -> dict[tuple[str, int, int, str, str], tuple[RollingIndex, ...]]:
    """Rows as the lines that may be drawn, in order of time: method, reference year, window and group are the same on each."""
    lines: dict[tuple[str, int, int, str, str], list[RollingIndex]] = {}
    for row in sorted(rows, key=lambda row: row.last_month):
        key = (row.method_version, row.reference_year, row.window_months, row.group_kind, row.group)
        lines.setdefault(key, []).append(row)
    return {key: tuple(found) for key, found in sorted(lines.items())}


def _span(start: dt.date, first: int, last: int) -> tuple[dt.date, ...]:
    return tuple(start + dt.timedelta(number) for number in range(first, last + 1))


def _mean(volumes: Sequence[float]) -> float | None:
    return math.fsum(volumes) / len(volumes) if volumes else None


def _class_ratio(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[float, float]:
    """The ratio of a class and its variance, from the traffic work of each link; without spread the variance is 0."""
    total = math.fsum(before.values())
    ratio = math.fsum(after.values()) / total
    if len(before) < 2:
        return ratio, 0.0
    squares = [(after[link] - ratio * work) ** 2 / (1 - work / total) for link, work in before.items()]
    return ratio, math.fsum(squares) / total**2


def _means(
    rows: Iterable[LinkPeriod], links: Mapping[str, Link], traffic_work: Mapping[str, float], parameters: Parameters
) -> dict[tuple[int, int], dict[str, float]]:
    """By year and period the daily mean of each link that has one."""
    means: dict[tuple[int, int], dict[str, float]] = {}
    unknown: set[str] = set()
    for row in rows:
        if row.link_id not in links:
            unknown.add(f"link {row.link_id!r} is not described")
        elif (name := links[row.link_id].function_class) not in traffic_work:
            unknown.add(f"class {name!r} has no traffic work")
        elif (mean := period_mean(row, parameters)) is not None:
            means.setdefault((row.year, row.period), {})[row.link_id] = mean
    if unknown:
        raise IncompleteInput("; ".join(sorted(unknown)))
    return means


def _year_to(
    last: Month, found: Mapping[tuple[int, int], PeriodIndex | None], reference_year: int, parameters: Parameters
) -> RollingIndex | None:
    """The mean of the periods of one rolling year, weighted by their days; None with too few periods."""
    ended = {period: _year_of(period, last, parameters) for period in PERIODS}
    periods = {period: index for period, year in ended.items() if (index := found.get((year, period)))}
    if len(periods) < max(parameters.min_periods, 1):
        return None
    n_days = {period: len(days_of(ended[period], period, parameters)) for period in periods}
    shares = {period: days / sum(n_days.values()) for period, days in n_days.items()}
    index_pct = 100 * (math.fsum(shares[period] * index.ratio for period, index in periods.items()) - 1)
    weights: dict[str, float] = {}
    for period, index in periods.items():
        for link_id, weight in index.weights.items():
            weights[link_id] = weights.get(link_id, 0.0) + shares[period] * weight
    n_eff = 1 / math.fsum(weight**2 for weight in weights.values())
    n_links = min(index.n_links for index in periods.values())
    error_pct = _error_pct(periods, shares, parameters.period_correlation)
    sd_pct = low = high = None
    if error_pct is not None:
        half = float(stdtrit(n_links - 1, 0.975)) * error_pct
        sd_pct, low, high = error_pct * math.sqrt(n_eff), one_decimal(index_pct - half), one_decimal(index_pct + half)
    return RollingIndex(
        WINDOW_MONTHS, last, reference_year, n_links, n_eff, index_pct, sd_pct, error_pct, low, high, "point_months",
        METHOD_VERSION,
    )  # fmt: skip


def _year_of(period: int, last: Month, parameters: Parameters) -> int:
    """The year of a period's latest occurrence that has ended by the end of a month."""
    if period <= 12:
        return last.year if period <= last.month else last.year - 1
    return last.year if days_of(last.year, period, parameters)[-1] < last.plus(1).first_day else last.year - 1


def _error_pct(periods: Mapping[int, PeriodIndex], shares: Mapping[int, float], correlation: float) -> float | None:
    """The standard error of the weighted mean of periods whose errors are correlated alike; None if one of them has none."""
    known = [shares[period] * found for period, index in periods.items() if (found := index.standard_error) is not None]
    if len(known) < len(periods):
        return None
    together, apart = math.fsum(known) ** 2, math.fsum(error**2 for error in known)
    return 100 * math.sqrt(correlation * together + (1 - correlation) * apart)
