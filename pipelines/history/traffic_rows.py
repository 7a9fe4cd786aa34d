"""Checked traffic as rows of the ledger's tables, each with the sheet and cell that it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from domain.model import Agreement
from domain.rows import Cell, IndexRow, Point, PublishedRolling, PublishedYearly, RollingIndex, TrafficFile


def traffic_tables(
    file: TrafficFile, area: Iterable[IndexRow], groups: Iterable[RollingIndex], method_version: str, agreement: Agreement
) -> dict[str, list[dict[str, Any]]]:
    """The rows of every ledger table that a traffic file fills, without their submission."""
    return {
        "point": [_point_row(point, agreement) for point in placed(file.points, agreement)],
        "point_month": [
            {
                "point_id": row.point_id, "month": row.month.first_day, "mdt": row.mdt, "coverage_pct": row.coverage_pct,
                "length_quality_pct": row.length_quality_pct, **_where(row.cell),
            }
            for row in file.point_months
        ],
        "point_mean": [
            {
                "point_id": row.point_id, "window_months": row.window_months, "last_month": row.last_month.first_day,
                "reference_year": row.reference_year, "mean_reference": row.mean_reference, "mean_window": row.mean_window,
                **_where(row.cell),
            }
            for row in file.point_means
        ],
        "rolling_index": [
            *(_rolling_row(row.ours, row.published, method_version) for row in area),
            *(_rolling_row(row, None, method_version) for row in groups),
        ],
        "yearly_index": [
            {
                "method_version": method_version, "year_from": row.year_from, "year_to": row.year_to, "month": row.month,
                "is_chained": row.is_chained, "is_to_date": row.is_to_date, "n_points": row.n_points, "index_pct": row.index_pct,
                "standard_error_pct": row.standard_error_pct, "ci_low_pct": row.ci_low_pct, "ci_high_pct": row.ci_high_pct,
                **_where(row.cell),
            }
            for row in _last_of_each(file.yearly)
        ],
    }  # fmt: skip


def placed(points: Iterable[Point], agreement: Agreement) -> list[Point]:
    """The points with the working area that the agreement gives them, where it gives one."""
    given = agreement.point_working_areas if isinstance(agreement.point_working_areas, dict) else {}
    return [replace(point, working_area_id=given.get(point.point_id, point.working_area_id)) for point in points]


def _point_row(point: Point, agreement: Agreement) -> dict[str, Any]:
    name = point.municipality_name or ""
    inside = {place.name for place in agreement.municipalities if place.is_in_agreement}
    codes = {place.name: place.municipality_code for place in agreement.municipalities if place.valid_to is None}
    return {
        "point_id": point.point_id, "name": point.name, "road": point.road, "road_category": point.road_category,
        "municipality_name": point.municipality_name, "municipality_code": point.municipality_code or codes.get(name),
        "working_area_id": point.working_area_id, "latitude": point.latitude, "longitude": point.longitude,
        "is_in_agreement": name in inside, **_where(point.cell),
    }  # fmt: skip


def _rolling_row(ours: RollingIndex | None, published: PublishedRolling | None, method_version: str) -> dict[str, Any]:
    """One row of the ledger's rolling index: ours where we can make it, and always what was printed beside it."""
    row = ours or published
    if row is None:
        raise ValueError("a rolling row needs a computed or a published side")
    return {
        "method_version": method_version, "reference_year": row.reference_year, "window_months": row.window_months,
        "last_month": row.last_month.first_day,
        "group_kind": ours.group_kind if ours else "area", "group_name": ours.group if ours else "",
        "basis": ours.basis if ours else "published",
        "n_points": row.n_points, "n_eff": row.n_eff, "index_pct": row.index_pct, "sd_pct": row.sd_pct,
        "standard_error_pct": row.standard_error_pct, "ci_low_pct": row.ci_low_pct, "ci_high_pct": row.ci_high_pct,
        "published_index_pct": published.index_pct if published else None,
        "published_ci_low_pct": published.ci_low_pct if published else None,
        "published_ci_high_pct": published.ci_high_pct if published else None,
        **_where(published.cell if published else None),
    }  # fmt: skip


def _where(cell: Cell | None) -> dict[str, str | None]:
    return {"sheet": cell.sheet if cell else None, "cell": cell.address if cell else None}


def _last_of_each(rows: Sequence[PublishedYearly]) -> list[PublishedYearly]:
    """One row per key; a file that prints a row twice prints it alike."""
    keyed = {(row.year_from, row.year_to, row.month, row.is_chained, row.is_to_date): row for row in rows}
    return list(keyed.values())
