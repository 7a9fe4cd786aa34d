"""The typed rows that travel between rooms: where a value stood, what was found wrong, and the rows of a traffic file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from domain.period import Month

Severity = Literal["error", "hold", "warning", "info"]
Basis = Literal["point_months", "point_means", "published"]
GroupKind = Literal["area", "municipality", "working_area", "road_category"]
SEVERITIES: tuple[Severity, ...] = ("error", "hold", "warning", "info")


def column_letters(column: int) -> str:
    """The letters of a one-based column number: 1 is A, 28 is AB."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True, order=True, slots=True)
class Cell:
    """Where a value stood: sheet, one-based row and column as Excel counts them."""

    sheet: str
    row: int
    column: int

    @property
    def address(self) -> str:
        return f"{column_letters(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be: place, the value quoted, and (by its code) what is wrong and what to do."""

    code: str
    severity: Severity
    sheet: str | None = None
    cell: str | None = None
    quoted: str | None = None
    named: dict[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """A counting point (trafikkregistreringspunkt) as its maker describes it. `road_category` is E, R, F, K or P."""

    point_id: str
    name: str
    road: str | None = None
    road_category: str | None = None
    municipality_name: str | None = None
    municipality_code: str | None = None
    working_area_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    other_id: str | None = None
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class PointMonth:
    """Monthly mean daily traffic of light vehicles at one point. Coverage is already length-adjusted; None is not measured."""

    point_id: str
    month: Month
    mdt: float | None
    coverage_pct: float | None
    length_quality_pct: float | None
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class HourCount:
    """Light vehicles at one point in one hour, in local time, with the columns of the hourly Parquet files.

    The hour that October has twice is two rows. Coverage and length quality are percent; None where they were not computed.
    """

    point_id: str
    year: int
    month: int
    day: int
    hour: int
    volume: int
    coverage: float | None
    length_quality: float | None


@dataclass(frozen=True, slots=True)
class DayQuality:
    """The share of one day's passages at one point with a valid length, in percent; None in data before it was computed."""

    point_id: str
    year: int
    month: int
    day: int
    length_quality: float | None


@dataclass(frozen=True, slots=True)
class PointVolumes:
    """Light vehicles at one point in the matched hours of two years: January to `month` of `year`, or that month alone."""

    point_id: str
    year: int
    month: int
    base_volume: float
    calculation_volume: float
    is_excluded: bool = False
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class PointMean:
    """Mean daily traffic of one point in the reference year and in one window, as the source worked it out."""

    point_id: str
    window_months: int
    last_month: Month
    reference_year: int
    mean_reference: float
    mean_window: float
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class PublishedRolling:
    """A rolling index of the area as its maker printed it."""

    window_months: int
    last_month: Month
    reference_year: int
    index_pct: float
    ci_low_pct: float
    ci_high_pct: float
    n_points: int | None = None
    n_eff: float | None = None
    sd_pct: float | None = None
    standard_error_pct: float | None = None
    area_name: str | None = None
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class PublishedYearly:
    """A yearly index as its maker printed it: direct between two years, or chained over several.

    `month` is the last month counted; `is_to_date` marks the series that compares the same first months of every year.
    """

    year_from: int
    year_to: int
    month: int
    is_chained: bool
    is_to_date: bool
    index_ratio: float
    index_pct: float
    ci_low_pct: float | None = None
    ci_high_pct: float | None = None
    n_points: int | None = None
    standard_error_pct: float | None = None
    area_name: str | None = None
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class TrafficFile:
    """All that was read from one traffic file. `index_decimals` is how many its maker printed, None for unrounded."""

    points: tuple[Point, ...] = ()
    point_months: tuple[PointMonth, ...] = ()
    point_means: tuple[PointMean, ...] = ()
    rolling: tuple[PublishedRolling, ...] = ()
    yearly: tuple[PublishedYearly, ...] = ()
    sheet_point_ids: dict[str, tuple[str | None, ...]] = field(default_factory=dict)
    point_means_are_rounded: bool = False
    index_decimals: int | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RollingIndex:
    """One rolling index of one group of points. Bounds have one decimal; the rest is unrounded; None with a single point."""

    window_months: int
    last_month: Month
    reference_year: int
    n_points: int
    n_eff: float
    index_pct: float
    sd_pct: float | None
    standard_error_pct: float | None
    ci_low_pct: float | None
    ci_high_pct: float | None
    basis: Basis
    method_version: str
    group_kind: GroupKind = "area"
    group: str = ""


@dataclass(frozen=True, slots=True)
class VolumeIndex:
    """The change in the matched hours of two years. Index and bounds are rounded as the sheets round them, the rest is not."""

    year: int
    month: int
    n_points: int
    index_pct: float
    sd_pct: float | None
    standard_error_pct: float | None
    ci_low_pct: float | None
    ci_high_pct: float | None


@dataclass(frozen=True, slots=True)
class ChainedIndex:
    """The change from one year to another through the years between. Without standard errors there are no bounds."""

    year_from: int
    year_to: int
    month: int
    is_to_date: bool
    n_points: int | None
    index_pct: float
    standard_error_pct: float | None
    ci_low_pct: float | None
    ci_high_pct: float | None
    method_version: str


@dataclass(frozen=True, slots=True)
class IndexRow:
    """An area row as we make it and as its maker printed it. `ours` is None where the file has no points for the row."""

    ours: RollingIndex | None
    published: PublishedRolling | None
