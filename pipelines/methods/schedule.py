"""Milestones over time: how each forecast moved from report to report, new baselines, and how far off forecasts have been before.

Pure. Days are signed: above zero is later. Nothing here sees a report that it is not given, so a view of an earlier date is made
by giving it what was known then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from domain.period import Period

# A forecast range is said of no fewer finished milestones than this: a local setting.
FEWEST = 10
QUANTILES_PCT = (15, 50, 85)
# Remaining time is alike within a band, in days from the first up to the next; the first band is of those overdue. A local
# setting.
BANDS_DAYS = (0, 91, 183, 366, 731)


class TwoReports(ValueError):
    """A milestone is given twice for one period."""


class MilestoneRow(NamedTuple):
    """What a project reported of a milestone for a period (2026-Q2). `baseline_decision` is the case behind a new baseline."""

    project_id: str
    milestone: str
    period: str
    baseline_on: dt.date | None
    forecast_on: dt.date | None
    actual_on: dt.date | None = None
    baseline_decision: str | None = None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One report of a milestone. `expected_on` is the actual date once reached, until then the forecast.

    `slip_baseline_days` is against the baseline in force, `slip_original_days` against the first that was ever given,
    `slip_previous_days` against the project's report of `previous_period`, the last before this one that had a date. None where
    one of the two dates is not known.
    """

    period: str
    period_ends_on: dt.date
    baseline_on: dt.date | None
    forecast_on: dt.date | None
    actual_on: dt.date | None
    expected_on: dt.date | None
    slip_baseline_days: int | None
    slip_original_days: int | None
    slip_previous_days: int | None
    previous_period: str | None


@dataclass(frozen=True, slots=True)
class Rebaseline:
    """A report in which the baseline is another than before. The decision is None unless it first stands in that report."""

    project_id: str
    milestone: str
    period: str
    from_on: dt.date
    to_on: dt.date
    decision: str | None

    @property
    def moved_days(self) -> int:
        return (self.to_on - self.from_on).days


@dataclass(frozen=True, slots=True)
class MilestoneTrend:
    """A milestone of a project through all its reports, in the order of periods; the line of a milestone trend chart."""

    project_id: str
    milestone: str
    original_on: dt.date | None
    points: tuple[TrendPoint, ...]
    rebaselines: tuple[Rebaseline, ...]


@dataclass(frozen=True, slots=True)
class FinalSlip:
    """How far off a forecast proved to be: what was remaining when it was reported, and how much later it became than said."""

    project_id: str
    milestone: str
    period: str
    remaining_days: int
    slip_days: int


class SlipRecord:
    """What finished milestones tell of forecasts: final slips by band of remaining time and milestone, so that many can ask."""

    def __init__(self, slips: Iterable[FinalSlip]) -> None:
        self.milestones: set[tuple[str, str]] = set()
        self._by_band: dict[tuple[int | None, int | None], dict[tuple[str, str], list[FinalSlip]]] = {}
        for slip in slips:
            key = slip.project_id, slip.milestone
            self.milestones.add(key)
            self._by_band.setdefault(_band(slip.remaining_days), {}).setdefault(key, []).append(slip)

    def nearest(self, remaining_days: int) -> list[int]:
        """The final slip of each milestone in the same band, by the report nearest in remaining time; of two, the earlier."""
        own = self._by_band.get(_band(remaining_days), {}).values()
        return [
            min((abs(it.remaining_days - remaining_days), _ends_on(it.period), it.slip_days) for it in slips)[2] for slips in own
        ]


@dataclass(frozen=True, slots=True)
class ForecastRange:
    """Where a forecast date may end by the portfolio's own record; no dates where fewer than `fewest` finished milestones count.

    `n_finished` of them were reported with as much time remaining: from the first of `band_days` to before the second, where
    None is no limit.
    """

    forecast_on: dt.date
    remaining_days: int
    band_days: tuple[int | None, int | None]
    n_finished: int
    fewest: int
    low_on: dt.date | None
    middle_on: dt.date | None
    high_on: dt.date | None


def trends(rows: Iterable[MilestoneRow]) -> tuple[MilestoneTrend, ...]:
    """One row per project and milestone, in the order of their ids. TwoReports; ValueError for a period that is none."""
    return tuple(_trend(own) for own in _by_milestone(rows))


def final_slips(rows: Iterable[MilestoneRow]) -> tuple[FinalSlip, ...]:
    """One row per report of a milestone that was open then and is reached by the last of the rows. TwoReports.

    Only milestones that are finished are in it: those that are late and still open are not, so it is rather kinder than the
    truth.
    """
    return tuple(
        FinalSlip(
            row.project_id, row.milestone, row.period,
            (row.forecast_on - _ends_on(row.period)).days, (own[-1].actual_on - row.forecast_on).days,
        )
        for own in _by_milestone(rows)
        for row in own
        if own[-1].actual_on and row.actual_on is None and row.forecast_on
    )  # fmt: skip


def forecast_range(
    forecast_on: dt.date,
    period: str,
    record: SlipRecord | Iterable[FinalSlip],
    fewest: int = FEWEST,
    quantiles_pct: tuple[int, int, int] = QUANTILES_PCT,
) -> ForecastRange:
    """Where a forecast reported for a period may end: the forecast moved by quantiles of the final slip in the record.

    Of each finished milestone one report counts, with remaining time in the same band and nearest to that of the forecast. A
    quantile is the smallest slip seen that so many per cent did not exceed. No date is before the day after the period, for it is
    not reached.
    """
    ends_on = _ends_on(period)
    remaining = (forecast_on - ends_on).days
    band = _band(remaining)
    slips = sorted((record if isinstance(record, SlipRecord) else SlipRecord(record)).nearest(remaining))
    found: list[dt.date | None] = [None, None, None]
    if len(slips) >= max(fewest, 1):
        first_possible = ends_on + dt.timedelta(days=1)
        found = [max(forecast_on + dt.timedelta(days=_quantile(slips, pct)), first_possible) for pct in quantiles_pct]
    low_on, middle_on, high_on = found
    return ForecastRange(forecast_on, remaining, band, len(slips), fewest, low_on, middle_on, high_on)


def _by_milestone(rows: Iterable[MilestoneRow]) -> list[list[MilestoneRow]]:
    """The rows of each project and milestone, in the order of periods."""
    groups: dict[tuple[str, str], list[MilestoneRow]] = {}
    for row in rows:
        groups.setdefault((row.project_id, row.milestone), []).append(row)
    for own in groups.values():
        own.sort(key=lambda row: (_ends_on(row.period), row.period))
        twice = next((row for row, after in pairwise(own) if row.period == after.period), None)
        if twice:
            raise TwoReports(f"{twice.project_id} {twice.milestone} twice for {twice.period}; accepted: one row a period")
    return [groups[key] for key in sorted(groups)]


@cache
def _ends_on(period: str) -> dt.date:
    return Period.parse(period).last.plus(1).first_day - dt.timedelta(days=1)


def _trend(own: Sequence[MilestoneRow]) -> MilestoneTrend:
    original = next((row.baseline_on for row in own if row.baseline_on), None)
    points: list[TrendPoint] = []
    previous: TrendPoint | None = None
    for row in own:
        point = _point(row, original, previous)
        points.append(point)
        previous = point if point.expected_on else previous
    return MilestoneTrend(own[0].project_id, own[0].milestone, original, tuple(points), _rebaselines(own))


def _point(row: MilestoneRow, original: dt.date | None, previous: TrendPoint | None) -> TrendPoint:
    expected = row.actual_on or row.forecast_on
    return TrendPoint(
        row.period, _ends_on(row.period), row.baseline_on, row.forecast_on, row.actual_on, expected,
        _days(row.baseline_on, expected), _days(original, expected),
        _days(previous.expected_on if previous else None, expected), previous.period if previous and expected else None,
    )  # fmt: skip


def _days(since: dt.date | None, until: dt.date | None) -> int | None:
    return (until - since).days if since and until else None


def _rebaselines(own: Sequence[MilestoneRow]) -> tuple[Rebaseline, ...]:
    """Changes from the last baseline that was known; one that was not there before is not changed."""
    found: list[Rebaseline] = []
    before: dt.date | None = None
    decided: set[str | None] = set()
    for row in own:
        if before and row.baseline_on and row.baseline_on != before:
            decision = row.baseline_decision if row.baseline_decision not in decided else None
            found.append(Rebaseline(row.project_id, row.milestone, row.period, before, row.baseline_on, decision))
        before = row.baseline_on or before
        decided.add(row.baseline_decision)
    return tuple(found)


def _band(remaining_days: int) -> tuple[int | None, int | None]:
    below = [limit for limit in BANDS_DAYS if limit <= remaining_days]
    above = [limit for limit in BANDS_DAYS if limit > remaining_days]
    return below[-1] if below else None, above[0] if above else None


def _quantile(ordered: Sequence[int], pct: int) -> int:
    """The smallest of which so many per cent are no greater; exact, for whole per cent."""
    return ordered[max(-(-pct * len(ordered) // 100), 1) - 1]
