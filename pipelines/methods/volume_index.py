"""The volume index of a month or of the year to date (city_index.md, section 2): the same hours of two years, summed.

Pure: rows in, an index out. Percent is 1.5 for 1.5 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from domain.rows import PointVolumes, VolumeIndex
from pipelines.methods.city_index import one_decimal

QUANTILE = 1.96


def volume_index(rows: Iterable[PointVolumes], decimals: Literal[1, 2] = 1) -> tuple[VolumeIndex, ...]:
    """One index for each year of the rows, over the points that count; with one point it has no interval.

    Older sheets print the index with one decimal and newer ones with two; the interval is formed from what is printed.
    """
    years: dict[int, list[PointVolumes]] = {}
    for row in _that_count(rows):
        years.setdefault(row.year, []).append(row)
    return tuple(_index_of_year(year, years[year], decimals) for year in sorted(years))


def _that_count(rows: Iterable[PointVolumes]) -> list[PointVolumes]:
    """The latest month of each point and year, of those that are not excluded and that had traffic to change from."""
    latest: dict[tuple[str, int], PointVolumes] = {}
    for row in rows:
        key = row.point_id, row.year
        if not row.is_excluded and row.base_volume > 0 and (key not in latest or row.month > latest[key].month):
            latest[key] = row
    return list(latest.values())


def _index_of_year(year: int, rows: list[PointVolumes], decimals: int) -> VolumeIndex:
    base, calculated = (
        math.fsum(volumes) for volumes in zip(*((row.base_volume, row.calculation_volume) for row in rows), strict=True)
    )
    unrounded_pct = 100 * (calculated / base - 1)
    index_pct = round(unrounded_pct, decimals) + 0.0
    month = max(row.month for row in rows)
    if len(rows) == 1:
        return VolumeIndex(year, month, 1, index_pct, None, None, None, None)
    weights = [row.base_volume / base for row in rows]
    squared = math.fsum(weight**2 for weight in weights)
    changes_pct = [100 * (row.calculation_volume / row.base_volume - 1) for row in rows]
    spread = math.fsum(weight * (change - unrounded_pct) ** 2 for weight, change in zip(weights, changes_pct, strict=True))
    sd_pct = math.sqrt(spread / (1 - squared))
    error_pct = math.sqrt(squared) * sd_pct
    half = QUANTILE * error_pct
    return VolumeIndex(
        year, month, len(rows), index_pct, sd_pct, error_pct, one_decimal(index_pct - half), one_decimal(index_pct + half)
    )
