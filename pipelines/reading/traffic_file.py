"""The official result workbooks of Statens vegvesen, in all their shapes, as typed rows that remember their cells.

Sheets are known by name and columns by header, never by place: two column orders and seven sets of point columns are in use.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from checks.traffic import printed_decimals
from domain.period import Month
from domain.rows import (
    Finding,
    Point,
    PointMean,
    PointMonth,
    PublishedRolling,
    PublishedYearly,
    TrafficFile,
)
from pipelines.reading.child import read_in_child
from pipelines.reading.tables import Row, Table
from pipelines.reading.workbook import ReadWorkbook

Found = TypeVar("Found")

NORWEGIAN_MONTHS = ("jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des")
_PERIOD = re.compile(r"^\s*(\d{4})\s*-\s*\((\w{3})\w*\.?\s+(\d{4})\s*-\s*(\w{3})\w*\.?\s+(\d{4})\)\s*$")
_AREA_ROLLING = re.compile(r"^by_(?:([123])_aar_)?glid_indeks$")
_POINT_ROLLING = re.compile(r"^punkt_(?:([123])_aar_)?glid_indeks$")
_YEARS = re.compile(r"^(\d{4})-(\d{4})$")
_LAST_MONTH = re.compile(r"^jan-(\w{3})\w*\.?$")
_WINDOW = re.compile(r"^(\d{1,3})(?:_|$)", re.ASCII)
_ID_ONLY = ("punktindeks_maned", "punktindeks_aar")
_YEARLY = {"byindeks_aarlig": False, "byindeks_hittil": True}
# Counts and agreements lie well within these.
_FIRST_YEAR, _LAST_YEAR = 1990, 2099


def read_traffic_file(path: Path) -> TrafficFile:
    """What an official workbook holds, read in the limited child process. Never raises for what is wrong with the file."""
    return traffic_rows(read_in_child(path))


def traffic_rows(workbook: ReadWorkbook) -> TrafficFile:
    """The typed rows of a workbook's sheets, with findings for what cannot be used."""
    if workbook.refusal:
        refusal = workbook.refusal
        sheet, cell = (str(refusal.values[part]) if part in refusal.values else None for part in ("sheet", "cell"))
        return TrafficFile(findings=(Finding(refusal.code, "error", sheet, cell, refusal.quoted),))
    tables = {sheet.name: Table(sheet) for sheet in workbook.sheets}
    points = _points(tables.get("punkt_adt"))
    own = {point.point_id for point in points}
    known = {point.other_id: point.point_id for point in points if point.other_id and point.other_id not in own}
    rolling = [row for name, table in tables.items() if (found := _AREA_ROLLING.match(name)) for row in _rolling(table, found[1])]
    means = [
        row for name, table in tables.items() if (found := _POINT_ROLLING.match(name)) for row in _means(table, found[1], known)
    ]
    months = _point_months(tables.get("punkt_mdt"), known)
    yearly = [row for name, to_date in _YEARLY.items() for row in _yearly(tables.get(name), to_date)]
    notes = [Finding(note.code, "warning", note.sheet, note.cell, note.quoted) for note in workbook.notes]
    read = [finding for name, table in tables.items() if _is_used(name) for finding in table.findings]
    return TrafficFile(
        points=points,
        point_months=months,
        point_means=tuple(means),
        rolling=tuple(rolling),
        yearly=tuple(yearly),
        sheet_point_ids=_sheet_point_ids(tables, known),
        point_means_are_rounded=bool(means) and all(mean.mean_window.is_integer() for mean in means),
        index_decimals=printed_decimals(row.index_pct for row in rolling),
        findings=(*notes, *read, *_rows_without_ids(tables), *_sheet_findings(tables, bool(rolling), bool(yearly))),
    )


def parse_period(text: str) -> tuple[int, Month, Month] | None:
    """Reference year, first and last month of "2018 - (mai 2023 - apr 2026)"; None if it is not of that form."""
    found = _PERIOD.match(text)
    if not found:
        return None
    names = [found[2].lower(), found[4].lower()]
    years = [int(found[group]) for group in (1, 3, 5)]
    if any(name not in NORWEGIAN_MONTHS for name in names) or not all(_FIRST_YEAR <= year <= _LAST_YEAR for year in years):
        return None
    first, last = (NORWEGIAN_MONTHS.index(name) + 1 for name in names)
    return years[0], Month(years[1], first), Month(years[2], last)


def road_category(road: str | None) -> str | None:
    """E, R, F, K, S or P of a road however it is written: "E39", "Ev 18", "rv. 580", "fv. 556"."""
    letter = (road or "").strip()[:1].upper()
    return letter if letter in {"E", "R", "F", "K", "S", "P"} else None


def _points(table: Table | None) -> tuple[Point, ...]:
    if table is None or table.lacks("trp_id"):
        return ()
    found: dict[str, Point] = {}
    for row in table.rows():
        point_id = row.text("trp_id")
        if point_id is None:
            continue
        if point_id in found:
            # It is not in the index through this sheet, so the second row changes nothing.
            table.findings.append(Finding("row_twice", "warning", table.name, row.cell("trp_id").address, point_id))
            continue
        road = row.text("road_category_and_number")
        found[point_id] = Point(
            point_id,
            row.text("name") or point_id,
            road,
            road_category(road or row.text("road_reference")),
            row.text("municipality_name"),
            latitude=row.number_in("lat"),
            longitude=row.number_in("lon"),
            other_id=_first(row.text, "autopass_id", "nvdb_id"),
            cell=row.cell("trp_id"),
        )
    return tuple(found.values())


def _point_months(table: Table | None, known: dict[str, str]) -> tuple[PointMonth, ...]:
    if table is None or table.lacks("trp_id", "year", "month", "mdt", "mdt_coverage", "length_quality"):
        return ()
    found = []
    for row in table.rows():
        point_id = row.text("trp_id")
        year, month = _between(row, "year", _FIRST_YEAR, _LAST_YEAR), _between(row, "month", 1, 12)
        if point_id is None or year is None or month is None:
            continue
        measured = (row.number_in("mdt"), row.number_in("mdt_coverage"), row.number_in("length_quality"))
        found.append(PointMonth(known.get(point_id, point_id), Month(year, month), *measured, cell=row.cell("mdt")))
    return tuple(found)


def _means(table: Table, years: str | None, known: dict[str, str]) -> list[PointMean]:
    # A young agreement's point sheet can be empty, without even columns.
    if not table.columns or table.lacks("trp_id", "index_period", "mean_mdt_reference_year", "mean_mdt_index_period"):
        return []
    found = []
    for row in table.rows():
        key = _window(row, years, "last_month_in_index")
        if key is None or not row.has("mean_mdt_reference_year", "mean_mdt_index_period"):
            continue
        reference, calculated = row.number_in("mean_mdt_reference_year"), row.number_in("mean_mdt_index_period")
        if reference is not None and calculated is not None:
            cell = row.cell("mean_mdt_index_period")
            # A row without an id is in the area index all the same; its place stands for it.
            point_id = row.text("trp_id") or f"{cell.sheet}!{cell.address}"
            found.append(PointMean(known.get(point_id, point_id), *key, reference, calculated, cell))
    return found


def _rolling(table: Table, years: str | None) -> list[PublishedRolling]:
    if not table.columns or table.lacks("index_p", "ci_lower", "ci_upper", "index_period"):
        return []
    found = []
    for row in table.rows():
        key = _window(row, years, "month_object")
        if key is None or not row.has("index_p", "ci_lower", "ci_upper"):
            continue
        index_pct, low, high = row.number_in("index_p"), row.number_in("ci_lower"), row.number_in("ci_upper")
        if index_pct is None or low is None or high is None:
            continue
        found.append(
            PublishedRolling(
                *key,
                index_pct,
                low,
                high,
                n_points=row.whole("n_trp"),
                n_eff=row.number_in("n_eff"),
                sd_pct=row.number_in("sd_sample_p"),
                standard_error_pct=_first(row.number_in, "standard_error_p", "standard_error"),
                area_name=row.text("area_name"),
                cell=row.cell("index_p"),
            )
        )
    return found


def _yearly(table: Table | None, to_date: bool) -> list[PublishedYearly]:
    if table is None or not table.columns:
        return []
    # The first workbooks of an area that starts late have its years and months in words.
    is_worded = "year_base" not in table.columns and "index_period" in table.columns
    needed = ("index_period", "period", "index_p") if is_worded else ("year_base", "year", "month", "index_p")
    if table.lacks(*needed):
        return []
    found = []
    for row in table.rows():
        if not row.has(*needed):
            continue
        years_and_month = _worded_years(row) if is_worded else _years(row)
        index_pct = row.number_in("index_p")
        if years_and_month is None or index_pct is None:
            continue
        ratio = row.number_in("index_i")
        found.append(
            PublishedYearly(
                *years_and_month,
                is_chained=_is_chained(row, years_and_month),
                is_to_date=to_date,
                index_ratio=1 + index_pct / 100 if ratio is None else ratio,
                index_pct=index_pct,
                ci_low_pct=row.number_in("ci_lower"),
                ci_high_pct=row.number_in("ci_upper"),
                n_points=row.whole("n_trp"),
                standard_error_pct=row.number_in("standard_error"),
                area_name=row.text("area_name"),
                cell=row.cell("index_p"),
            )
        )
    return found


def _years(row: Row) -> tuple[int, int, int] | None:
    """From year, to year and last month of a row that has them as numbers."""
    year_from, year_to = (_between(row, name, _FIRST_YEAR, _LAST_YEAR) for name in ("year_base", "year"))
    month = _between(row, "month", 1, 12)
    return None if year_from is None or year_to is None or month is None else (year_from, year_to, month)


def _worded_years(row: Row) -> tuple[int, int, int] | None:
    """From year, to year and last month of a row that has "2019-2022" and "jan-des"."""
    years, until = _YEARS.match(row.text("index_period") or ""), _LAST_MONTH.match(row.text("period") or "")
    if years is None:
        row.reject("not_an_index_period", "index_period")
    if until is None or until[1] not in NORWEGIAN_MONTHS:
        row.reject("not_a_date", "period")
        return None
    return None if years is None else (int(years[1]), int(years[2]), NORWEGIAN_MONTHS.index(until[1]) + 1)


def _is_chained(row: Row, years_and_month: tuple[int, int, int]) -> bool:
    """Whether a row is a product of others. Where a sheet does not say so, a direct row goes from one year to the next."""
    kind = _first(row.text, "index_type", "period_build")
    return kind == "chained" if kind else years_and_month[1] - years_and_month[0] > 1


def _between(row: Row, name: str, lowest: int, highest: int) -> int | None:
    """The year or month in a column; a finding where no calendar of counts has it."""
    found = row.whole(name)
    if found is not None and not lowest <= found <= highest:
        row.reject("not_a_date", name)
        return None
    return found


def _window(row: Row, years: str | None, month_column: str) -> tuple[int, Month, int] | None:
    """Window, last month and reference year of a row, from its period; they must agree with its other columns."""
    if not row.has("index_period"):
        return None
    period = parse_period(row.text("index_period") or "")
    if period is None:
        row.reject("not_an_index_period", "index_period")
        return None
    reference_year, first, last = period
    window = last.number - first.number + 1
    month = row.month(month_column) or last
    if window not in (12, 24, 36) or _stated_window(row, years) not in (None, window) or month != last:
        row.reject("period_contradicts", "index_period")
        return None
    return window, last, reference_year


def _stated_window(row: Row, years: str | None) -> int | None:
    """The window that the name of the sheet or the row says it has, 0 if the row says something else; None if neither says."""
    if years:
        return 12 * int(years)
    text = row.text("window")
    stated = _WINDOW.match(text or "")
    return int(stated[1]) if stated else None if text is None else 0


def _first(get: Callable[[str], Found | None], *names: str) -> Found | None:
    return next((found for name in names if (found := get(name)) is not None), None)


def _sheet_point_ids(tables: dict[str, Table], known: dict[str, str]) -> dict[str, tuple[str | None, ...]]:
    """The point id of every row of every point sheet, None where a row has none."""
    ids = {name: [row.text("trp_id") for row in table.rows()] for name, table in tables.items() if _has_points(name, table)}
    return {name: tuple(known.get(found, found) if found else None for found in column) for name, column in ids.items()}


def _rows_without_ids(tables: dict[str, Table]) -> list[Finding]:
    """One finding per point sheet with rows that have no id, at the first of them."""
    findings = []
    for name, table in tables.items():
        if _has_points(name, table) and (rows := [row for row in table.rows() if row.text("trp_id") is None]):
            cell = rows[0].cell("trp_id").address
            findings.append(Finding("row_without_point_id", "warning", name, cell, None, {"count": len(rows)}))
    return findings


def _has_points(name: str, table: Table) -> bool:
    return bool(name in (*_ID_ONLY, "punkt_mdt") or _POINT_ROLLING.match(name)) and "trp_id" in table.columns


def _is_used(name: str) -> bool:
    is_named = name in ("punkt_adt", "punkt_mdt", *_ID_ONLY, *_YEARLY)
    return bool(is_named or _AREA_ROLLING.match(name) or _POINT_ROLLING.match(name))


def _sheet_findings(tables: dict[str, Table], has_rolling: bool, has_yearly: bool) -> list[Finding]:
    findings = []
    if not has_rolling and not has_yearly:
        findings.append(Finding("not_an_official_workbook", "error", quoted=", ".join(tables)[:200]))
    elif not has_rolling:
        findings.append(Finding("no_rolling_index", "info"))
    return [*findings, *(Finding("sheet_not_used", "info", name) for name in tables if not _is_used(name))]
