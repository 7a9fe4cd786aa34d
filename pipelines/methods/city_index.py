"""The zero-growth index (byindeks) of Statens vegvesen, method rolling_mdt_2020, and the chaining of its years.

Pure: rows in, rows out. Percent is 1.5 for 1.5 %. Where the official calculation does otherwise than its report says, the place
says so. Two methods are never joined: `method_version` stands on every row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from domain.period import Month
from domain.rows import Basis, ChainedIndex, GroupKind, Point, PointMean, PointMonth, PublishedYearly, RollingIndex

METHOD_VERSION = "rolling_mdt_2020"
WINDOWS = (12, 24, 36)
MIN_COVERAGE_PCT = 50.0
MIN_LENGTH_QUALITY_PCT = 98.5
MIN_REFERENCE_MONTHS = 10
MIN_WINDOW_MONTHS = {12: 9, 24: 20, 36: 31}
# Only the 36-month window wants a calendar month twice; the others take what is there.
MIN_PER_CALENDAR_MONTH = {12: 1, 24: 1, 36: 2}
CHAIN_QUANTILE = 1.96

Answer = Literal["met", "not_met", "cannot_tell", "no_data"]
Certainty = Literal["increased", "decreased", "unchanged", "uncertain"]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def is_accepted(row: PointMonth) -> bool:
    """Whether a point-month counts: measured, coverage at least 50 % and length quality at least 98.5 %."""
    return (
        row.mdt is not None
        and row.mdt >= 0
        and row.coverage_pct is not None
        and row.length_quality_pct is not None
        and row.coverage_pct >= MIN_COVERAGE_PCT
        and row.length_quality_pct >= MIN_LENGTH_QUALITY_PCT
    )


@dataclass(frozen=True, slots=True)
class _Means:
    """Per point (row) the mean of the reference year, and per last month (column) the mean of each window; nan if none."""

    point_ids: tuple[str, ...]
    first_month: Month
    reference: FloatArray
    windows: Mapping[int, FloatArray]


def rolling_index(
    point_months: Iterable[PointMonth],
    reference_year: int,
    windows: Sequence[int] = WINDOWS,
    groups: Mapping[GroupKind, Mapping[str, str]] | None = None,
) -> tuple[RollingIndex, ...]:
    """Every rolling index that the point-months allow, by window and month; with `groups` (kind, point, group) theirs too.

    The first window ends in December of reference year + window/12, so that none overlaps the reference year.
    """
    means = _means(point_months, reference_year, windows)
    if means is None:
        return ()
    rows: list[RollingIndex] = []
    for kind, group, members in _memberships(means.point_ids, groups or {}):
        for window in windows:
            rows += _rows_of_window(means, members, window, reference_year, kind, group)
    return tuple(rows)


def index_from_means(
    means: Iterable[PointMean], groups: Mapping[GroupKind, Mapping[str, str]] | None = None
) -> tuple[RollingIndex, ...]:
    """The rolling index of each window and month for which a source gives means per point; with `groups` theirs too."""
    by_key: dict[tuple[int, Month, int], list[PointMean]] = {}
    for mean in means:
        if mean.mean_reference > 0:  # against no traffic there is no change
            by_key.setdefault((mean.window_months, mean.last_month, mean.reference_year), []).append(mean)
    rows: list[RollingIndex] = []
    for (window, last_month, reference_year), found in sorted(by_key.items()):
        reference = np.array([mean.mean_reference for mean in found])
        calculated = np.array([mean.mean_window for mean in found])
        for kind, group, members in _memberships([mean.point_id for mean in found], groups or {}):
            if members.any():
                key = _Key(window, last_month, reference_year, "point_means", kind, group)
                rows.append(_index_row(reference[members], calculated[members], key))
    return tuple(rows)


def means_of_points(
    point_months: Iterable[PointMonth], reference_year: int, windows: Sequence[int] = WINDOWS
) -> tuple[PointMean, ...]:
    """The two means of every point, window and last month that enters an index: what each row of it is made of."""
    means = _means(point_months, reference_year, windows)
    if means is None:
        return ()
    found = []
    for window in windows:
        first_column = Month(reference_year + window // 12, 12).number - means.first_month.number
        both = np.isfinite(means.windows[window]) & np.isfinite(means.reference)[:, np.newaxis]
        for column in range(first_column, both.shape[1]):
            last_month = means.first_month.plus(column)
            for place in np.flatnonzero(both[:, column]):
                reference, calculated = float(means.reference[place]), float(means.windows[window][place, column])
                found.append(PointMean(means.point_ids[place], window, last_month, reference_year, reference, calculated))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Key:
    """What a rolling index is about, before its numbers."""

    window_months: int
    last_month: Month
    reference_year: int
    basis: Basis
    group_kind: GroupKind
    group: str


def groups_of(points: Iterable[Point]) -> dict[GroupKind, dict[str, str]]:
    """Which municipality, working area and road category each point belongs to, where that is given."""
    points = tuple(points)
    kinds: dict[GroupKind, Callable[[Point], str | None]] = {
        "municipality": lambda point: point.municipality_name,
        "working_area": lambda point: point.working_area_id,
        "road_category": lambda point: point.road_category,
    }
    found = {kind: {point.point_id: name for point in points if (name := of(point))} for kind, of in kinds.items()}
    return {kind: members for kind, members in found.items() if members}


def chain_after(index: RollingIndex, link_ratio: float, link_standard_error_pct: float, link_year: int) -> RollingIndex:
    """A rolling index continued from an earlier direct index: 1.96 instead of t; n, n_eff and sd stay as they were."""
    ratio = 1 + index.index_pct / 100
    error_pct = _chained_error_pct(link_ratio, link_standard_error_pct, ratio, index.standard_error_pct)
    chained_pct = 100 * (link_ratio * ratio - 1)
    low, high = _bounds(chained_pct, error_pct, CHAIN_QUANTILE)
    return replace(
        index, reference_year=link_year, index_pct=chained_pct, standard_error_pct=error_pct, ci_low_pct=low, ci_high_pct=high
    )


def chained_years(direct: Iterable[PublishedYearly], month: int = 12) -> tuple[ChainedIndex, ...]:
    """The direct yearly indices chained from the left, one row per year from the second link on.

    Only links of the same last month count (December for whole years); an incomplete year stands among the direct rows and
    must not enter. The printed ratio and the unrounded standard error are what the source chains. A missing year ends it.
    """
    # A link that is printed twice is one link.
    found = {(row.year_from, row.year_to): row for row in direct if not row.is_chained and row.month == month}
    links = [found[years] for years in sorted(found)]
    rows: list[ChainedIndex] = []
    if not links:
        return ()
    first = links[0]
    ratio, error_pct, n_points, year = first.index_ratio, first.standard_error_pct, first.n_points, first.year_to
    for link in links[1:]:
        if link.year_from != year:
            break
        error_pct = _chained_error_pct(ratio, error_pct, link.index_ratio, link.standard_error_pct)
        ratio, year = ratio * link.index_ratio, link.year_to
        n_points = max((n for n in (n_points, link.n_points) if n is not None), default=None)
        index_pct = 100 * (ratio - 1)
        # The source rounds the chained percentage before it forms the interval.
        low, high = _bounds(round(index_pct, 1), error_pct, CHAIN_QUANTILE)
        rows.append(
            ChainedIndex(
                first.year_from, year, month, first.is_to_date, n_points, index_pct, error_pct, low, high, METHOD_VERSION
            )
        )
    return tuple(rows)


def answer(ci_low_pct: float | None, ci_high_pct: float | None) -> Answer:
    """Our inference on the goal from the bounds with one decimal: certainly not above the reference, certainly above, neither."""
    if ci_low_pct is None or ci_high_pct is None:
        return "no_data"
    if ci_high_pct <= 0:
        return "met"
    return "not_met" if ci_low_pct >= 0 else "cannot_tell"


def certainty(ci_low_pct: float, ci_high_pct: float) -> Certainty:
    """The official conclusion on traffic from the bounds with one decimal; a bound of exactly 0.0 counts as certain."""
    if ci_low_pct == ci_high_pct == 0:
        return "unchanged"
    if ci_low_pct >= 0:
        return "increased"
    return "decreased" if ci_high_pct <= 0 else "uncertain"


def one_decimal(number: float) -> float:
    """The number with one decimal, never minus zero."""
    return round(float(number), 1) + 0.0


def _means(point_months: Iterable[PointMonth], reference_year: int, windows: Sequence[int]) -> _Means | None:
    rows = [row for row in point_months if is_accepted(row)]
    if not rows:
        return None
    point_ids = tuple(sorted({row.point_id for row in rows}))
    place = {point_id: number for number, point_id in enumerate(point_ids)}
    # The grid begins in January of the reference year or earlier, so that a column's calendar month is its number modulo 12.
    first = Month(min(reference_year, min(row.month.year for row in rows)), 1)
    n_months = max(row.month.number for row in rows) - first.number + 1
    volume = np.full((len(point_ids), n_months), np.nan)
    for row in rows:
        volume[place[row.point_id], row.month.number - first.number] = row.mdt
    start = 12 * (reference_year - first.year)
    return _Means(
        point_ids,
        first,
        _reference_means(volume[:, start : start + 12]),
        {window: _window_means(volume, window) for window in windows},
    )


def _reference_means(volume: FloatArray) -> FloatArray:
    """Per point the mean of its year; none where months are missing, or where there was no traffic to change from."""
    n_months, total = np.isfinite(volume).sum(axis=1), np.nansum(volume, axis=1)
    with np.errstate(invalid="ignore"):
        return np.where((n_months >= MIN_REFERENCE_MONTHS) & (total > 0), total / n_months, np.nan)


def _window_means(volume: FloatArray, window: int) -> FloatArray:
    """Per point and last month the mean of its calendar-month means. A plain mean over the window fails official rows."""
    n_points, n_months = volume.shape
    counts, sums = np.zeros((n_points, n_months), dtype=np.int64), np.zeros((n_points, n_months))
    for years_back in range(window // 12):
        shift = 12 * years_back
        earlier = volume[:, : n_months - shift] if shift else volume
        counts[:, shift:] += np.isfinite(earlier)
        sums[:, shift:] += np.nan_to_num(earlier)
    kept = counts >= MIN_PER_CALENDAR_MONTH[window]
    with np.errstate(invalid="ignore", divide="ignore"):
        monthly = np.where(kept, sums / counts, 0.0)
        enough = _last_twelve(np.where(kept, counts, 0)) >= MIN_WINDOW_MONTHS[window]
        means = np.where(enough, _last_twelve(monthly) / _last_twelve(kept.astype(np.int64)), np.nan)
    means[:, : window - 1] = np.nan
    return means


def _last_twelve(numbers: NDArray) -> NDArray:
    """The sum of each month and the eleven before it, in order of time; sums over a shorter start are of what is there."""
    padded = np.pad(numbers, ((0, 0), (11, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, 12, axis=1).sum(axis=2)


def _memberships(
    point_ids: Sequence[str], groups: Mapping[GroupKind, Mapping[str, str]]
) -> list[tuple[GroupKind, str, BoolArray]]:
    found: list[tuple[GroupKind, str, BoolArray]] = [("area", "", np.ones(len(point_ids), dtype=bool))]
    for kind, group_of in groups.items():
        for group in sorted(set(group_of.values())):
            members = np.array([group_of.get(point_id) == group for point_id in point_ids], dtype=bool)
            found.append((kind, group, members))
    return found


def _rows_of_window(
    means: _Means, members: BoolArray, window: int, reference_year: int, kind: GroupKind, group: str
) -> list[RollingIndex]:
    rows = []
    first_column = Month(reference_year + window // 12, 12).number - means.first_month.number
    for column in range(first_column, means.windows[window].shape[1]):
        calculated = means.windows[window][:, column]
        both = members & np.isfinite(means.reference) & np.isfinite(calculated)
        if both.any():
            key = _Key(window, means.first_month.plus(column), reference_year, "point_months", kind, group)
            rows.append(_index_row(means.reference[both], calculated[both], key))
    return rows


def _index_row(reference: FloatArray, calculated: FloatArray, key: _Key) -> RollingIndex:
    """The index of a set of points from their two means, with the weighted spread of the points around it."""
    ratio = calculated.sum() / reference.sum()
    weights = reference / reference.sum()
    n_points, n_eff = len(reference), 1 / float((weights**2).sum())
    index_pct = 100 * (float(ratio) - 1)
    sd_pct = error_pct = low = high = None
    if n_points > 1 and n_eff > 1:  # one point beside which the others weigh nothing is alone
        with np.errstate(over="ignore"):  # against next to no traffic the spread is infinite, which no printed row follows
            spread = float((weights * (calculated / reference - ratio) ** 2).sum())
        sd_pct = 100 * math.sqrt(spread / (1 - 1 / n_eff))
        error_pct = sd_pct / math.sqrt(n_eff)
        low, high = _bounds(index_pct, error_pct, float(stdtrit(n_points - 1, 0.975)))
    return RollingIndex(
        key.window_months, key.last_month, key.reference_year, n_points, n_eff, index_pct, sd_pct, error_pct, low, high,
        key.basis, METHOD_VERSION, key.group_kind, key.group,
    )  # fmt: skip


def _bounds(index_pct: float, error_pct: float | None, quantile: float) -> tuple[float | None, float | None]:
    if error_pct is None:
        return None, None
    return one_decimal(index_pct - quantile * error_pct), one_decimal(index_pct + quantile * error_pct)


def _chained_error_pct(ratio_1: float, error_1_pct: float | None, ratio_2: float, error_2_pct: float | None) -> float | None:
    """The standard error of a product of two independent indices, in percent."""
    if error_1_pct is None or error_2_pct is None:
        return None
    a, b = error_1_pct / 100, error_2_pct / 100
    return 100 * math.sqrt(ratio_1**2 * b**2 + ratio_2**2 * a**2 + a**2 * b**2)
