"""Slow and obvious ways to the same numbers, written from the specification and sharing nothing with the product."""

from __future__ import annotations

import math
from collections.abc import Iterable

from scipy import stats

from domain.period import Month
from domain.rows import PointMonth


def rolling_index_slowly(rows: Iterable[PointMonth], reference_year: int) -> dict[tuple[int, Month], dict[str, float]]:
    """City index by window and last month: a dictionary of months per point, and loops."""
    volume: dict[str, dict[Month, float]] = {}
    for row in rows:
        if row.mdt is None or row.coverage_pct is None or row.length_quality_pct is None:
            continue
        if row.coverage_pct >= 50 and row.length_quality_pct >= 98.5:
            volume.setdefault(row.point_id, {})[row.month] = row.mdt
    if not volume:
        return {}
    last = max(month for months in volume.values() for month in months)
    found = {}
    for window in (12, 24, 36):
        month = Month(reference_year + window // 12, 12)
        while month <= last:
            pairs = [
                (base, mean)
                for months in volume.values()
                if (base := _reference_mean(months, reference_year)) is not None
                and (mean := _window_mean(months, window, month)) is not None
            ]
            if pairs:
                found[window, month] = _area(pairs)
            month = month.plus(1)
    return found


def _reference_mean(months: dict[Month, float], year: int) -> float | None:
    found = [volume for month, volume in months.items() if month.year == year]
    return sum(found) / len(found) if len(found) >= 10 else None


def _window_mean(months: dict[Month, float], window: int, last: Month) -> float | None:
    by_calendar_month: dict[int, list[float]] = {}
    for back in range(window):
        month = last.plus(-back)
        if month in months:
            by_calendar_month.setdefault(month.month, []).append(months[month])
    if window == 36:
        by_calendar_month = {month: volumes for month, volumes in by_calendar_month.items() if len(volumes) >= 2}
    if sum(len(volumes) for volumes in by_calendar_month.values()) < {12: 9, 24: 20, 36: 31}[window]:
        return None
    means = [sum(volumes) / len(volumes) for volumes in by_calendar_month.values()]
    return sum(means) / len(means)


def _area(pairs: list[tuple[float, float]]) -> dict[str, float]:
    total = sum(base for base, _ in pairs)
    index = sum(mean for _, mean in pairs) / total
    n_eff = 1 / sum((base / total) ** 2 for base, _ in pairs)
    found = {"index_pct": 100 * (index - 1), "n_points": len(pairs), "n_eff": n_eff}
    if len(pairs) > 1:
        spread = sum(base / total * (mean / base - index) ** 2 for base, mean in pairs)
        error = 100 * math.sqrt(spread / (1 - 1 / n_eff)) / math.sqrt(n_eff)
        half = stats.t.ppf(0.975, len(pairs) - 1) * error
        found |= {"standard_error_pct": error, "low": found["index_pct"] - half, "high": found["index_pct"] + half}
    return found


def point_means_slowly(rows: Iterable[PointMonth], reference_year: int) -> dict[tuple[str, int, Month], tuple[float, float]]:
    """Mean of the reference year and of the window, by point, window and last month: a point that has both is in the index."""
    volume: dict[str, dict[Month, float]] = {}
    for row in rows:
        if row.mdt is None or row.coverage_pct is None or row.length_quality_pct is None:
            continue
        if row.coverage_pct >= 50 and row.length_quality_pct >= 98.5:
            volume.setdefault(row.point_id, {})[row.month] = row.mdt
    last = max((month for months in volume.values() for month in months), default=None)
    found = {}
    for point_id, months in volume.items():
        base = _reference_mean(months, reference_year)
        for window in (12, 24, 36):
            month = Month(reference_year + window // 12, 12)
            while base is not None and last is not None and month <= last:
                mean = _window_mean(months, window, month)
                if mean is not None:
                    found[point_id, window, month] = (base, mean)
                month = month.plus(1)
    return found


def product_slowly(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    """Two independent ratios, each with its standard error in percent, as one: the variance of a product."""
    (one, error_one), (two, error_two) = first, second
    variance_one, variance_two = (error_one / 100) ** 2, (error_two / 100) ** 2
    variance = (one**2 + variance_one) * (two**2 + variance_two) - one**2 * two**2
    return one * two, 100 * math.sqrt(variance)
