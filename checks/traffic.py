"""The import gates of a traffic file: what must be true before its index may be believed. Published files do contain errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from domain.model import Agreement
from domain.rows import ChainedIndex, Finding, PointMean, PublishedRolling, PublishedYearly, RollingIndex, TrafficFile

MIN_KNOWN_POINTS_PCT = 80
# What rounding in the file may do to a recomputed row; percentage points of the index, and of its bounds.
ROUNDED_MEANS_INDEX = 0.02
ROUNDED_MEANS_BOUND = 0.1
# The deviation is the standard error times the root of the effective number of points, some 25 of them.
ROUNDED_MEANS_SD = 0.1
EXACT = 1e-9
# A printed number of more decimals than this is a full float.
_MOST_PRINTED_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a recomputed row may lie from the printed one, because the file is rounded."""

    index: float
    bound: float
    n_eff: float
    sd: float


def printed_decimals(numbers: Iterable[float]) -> int | None:
    """How many decimals most of the numbers are printed with; None where they are unrounded or there are none.

    Most, not the longest: one number that somebody changed must not make the rounding of all the others a fault.
    """
    counts = Counter(len(repr(float(number)).partition(".")[2].rstrip("0")) for number in numbers)
    unrounded = sum(count for decimals, count in counts.items() if decimals > _MOST_PRINTED_DECIMALS)
    printed = {decimals: count for decimals, count in counts.items() if decimals <= _MOST_PRINTED_DECIMALS}
    if not printed or unrounded > sum(printed.values()):
        return None
    return max(printed, key=lambda decimals: (printed[decimals], decimals))


def rounding(decimals: int | None) -> float:
    """How far a number printed with so many decimals may lie from the unrounded one."""
    # A few rows can end in zeros by chance, and no maker prints an index without a decimal.
    return EXACT if decimals is None else 0.5 * 10 ** -max(decimals, 1) + EXACT


def tolerance_of(file: TrafficFile, from_means: bool) -> Tolerance:
    """The rounding of a file: of what it prints, and of the means per point that its rows are recomputed from."""
    printed = rounding(file.index_decimals)
    if from_means and file.point_means_are_rounded:
        return Tolerance(max(ROUNDED_MEANS_INDEX, printed), ROUNDED_MEANS_BOUND + EXACT, 0.1, ROUNDED_MEANS_SD)
    return Tolerance(printed, EXACT, EXACT if file.index_decimals is None else 0.05 + EXACT, printed)


def follows(published: PublishedRolling, recomputed: RollingIndex, tolerance: Tolerance) -> bool:
    """Whether an area row is what its own points give, within the rounding of the file."""
    pairs = [
        (published.index_pct, recomputed.index_pct, tolerance.index),
        (published.standard_error_pct, recomputed.standard_error_pct, tolerance.index),
        (published.sd_pct, recomputed.sd_pct, tolerance.sd),
        (published.n_eff, recomputed.n_eff, tolerance.n_eff),
        (published.ci_low_pct, recomputed.ci_low_pct, tolerance.bound),
        (published.ci_high_pct, recomputed.ci_high_pct, tolerance.bound),
        (published.n_points, recomputed.n_points, 0),
    ]
    return all(printed is None or (ours is not None and abs(printed - ours) <= limit) for printed, ours, limit in pairs)


def gates(file: TrafficFile, reference_year: int) -> tuple[Finding, ...]:
    """The gates that need nothing but the file: known points, the reference year, doubles."""
    return (
        *_points_are_known(file),
        *_reference_year_is(file, reference_year),
        *_rows_are_single(file),
    )


def area_row_differs(published: PublishedRolling, recomputed: RollingIndex) -> Finding:
    """The finding for an area row that does not follow from its own points, with both values."""
    decimals = 4 if _row_text(published, 4) != _row_text(recomputed, 4) else 12
    return Finding(
        "area_row_differs",
        "error",
        published.cell.sheet if published.cell else None,
        published.cell.address if published.cell else None,
        _row_text(published, decimals),
        {
            "month": str(published.last_month),
            "window": published.window_months,
            "ours": _row_text(recomputed, decimals),
        },
    )


def chained_rows_follow(
    published: Iterable[PublishedYearly], recomputed: Mapping[tuple[int, int, bool], ChainedIndex]
) -> tuple[Finding, ...]:
    """A finding for each chained row that its own links do not give, where the link's standard error is printed."""
    rows = [row for row in published if row.is_chained]
    return tuple(
        finding
        for is_to_date in (False, True)
        for finding in _chain_follows([row for row in rows if row.is_to_date == is_to_date], recomputed)
    )


def _chain_follows(rows: list[PublishedYearly], recomputed: Mapping[tuple[int, int, bool], ChainedIndex]) -> Iterable[Finding]:
    """The rows of one sheet: both the percentage and the ratio are printed, each with its own rounding."""
    pct_rounding = rounding(printed_decimals(row.index_pct for row in rows))
    ratio_rounding = 100 * rounding(printed_decimals(row.index_ratio for row in rows))
    for row in rows:
        ours = recomputed.get((row.year_from, row.year_to, row.is_to_date))
        if ours is None or ours.standard_error_pct is None:
            continue
        ratio_pct = 100 * (row.index_ratio - 1)
        if abs(row.index_pct - ours.index_pct) > pct_rounding:
            yield _chained_row_differs(row, f"{row.index_pct:g}", f"{ours.index_pct:.4f}")
        elif abs(ratio_pct - ours.index_pct) > ratio_rounding:
            yield _chained_row_differs(row, f"{ratio_pct:.6f}", f"{ours.index_pct:.6f}")


def _chained_row_differs(row: PublishedYearly, quoted: str, ours: str) -> Finding:
    return Finding(
        "chained_row_differs",
        "error",
        row.cell.sheet if row.cell else None,
        row.cell.address if row.cell else None,
        quoted,
        {"years": f"{row.year_from}-{row.year_to}", "ours": ours},
    )


def points_lie_in_agreement(file: TrafficFile, agreement: Agreement) -> tuple[Finding, ...]:
    """A warning for each point outside the agreement. It is flagged, never dropped: the official index has it."""
    inside = {place.name for place in agreement.municipalities if place.is_in_agreement}
    return tuple(
        Finding(
            "point_outside_agreement",
            "warning",
            point.cell.sheet if point.cell else None,
            point.cell.address if point.cell else None,
            point.name,
            {"municipality": point.municipality_name or "", "point_id": point.point_id},
        )
        for point in file.points
        if point.municipality_name and point.municipality_name not in inside
    )


def _points_are_known(file: TrafficFile) -> list[Finding]:
    known = {point.point_id for point in file.points}
    findings = []
    for sheet, ids in file.sheet_point_ids.items():
        used = {point_id for point_id in ids if point_id is not None}
        share_pct = 100 * len(used & known) / len(used) if used else 100
        if share_pct < MIN_KNOWN_POINTS_PCT:
            named: dict[str, str | int | float] = {
                "known": len(used & known),
                "used": len(used),
                "limit_pct": MIN_KNOWN_POINTS_PCT,
            }
            findings.append(Finding("points_not_known", "error", sheet, None, ", ".join(sorted(used - known)[:3]), named))
    return findings


def _reference_year_is(file: TrafficFile, reference_year: int) -> list[Finding]:
    """One finding per sheet that counts from another year. Points may start later, where the area is chained to them."""
    of_points = () if file.rolling and _is_chained(file, reference_year) else file.point_means
    return rows_count_from([*file.rolling, *of_points], reference_year)


def rows_count_from(rows: Iterable[PublishedRolling | PointMean], reference_year: int) -> list[Finding]:
    """One finding per sheet with a row that counts from another year than the agreement."""
    wrong: dict[str, Finding] = {}
    for row in rows:
        if row.reference_year != reference_year and row.cell and row.cell.sheet not in wrong:
            named: dict[str, str | int | float] = {"found": row.reference_year, "expected": reference_year}
            wrong[row.cell.sheet] = Finding(
                "reference_year_differs", "error", row.cell.sheet, row.cell.address, str(row.reference_year), named
            )
    return list(wrong.values())


def _is_chained(file: TrafficFile, reference_year: int) -> bool:
    later = {mean.reference_year for mean in file.point_means} - {reference_year}
    links = {row.year_to for row in file.yearly if row.year_from == reference_year and not row.is_to_date}
    return bool(later) and later <= links


def _rows_are_single(file: TrafficFile) -> list[Finding]:
    seen: set[object] = set()
    findings = []
    keyed = [
        *(((row.window_months, row.last_month), row.cell) for row in file.rolling),
        *(((row.point_id, row.month), row.cell) for row in file.point_months),
        *(((row.point_id, row.window_months, row.last_month), row.cell) for row in file.point_means),
    ]
    for key, cell in keyed:
        if key in seen and cell:
            findings.append(Finding("row_twice", "error", cell.sheet, cell.address, ", ".join(str(part) for part in key)))
        seen.add(key)
    return [*findings, *_yearly_rows_agree(file.yearly)]


def _yearly_rows_agree(rows: Iterable[PublishedYearly]) -> list[Finding]:
    """A yearly row may be printed twice, but not with two values."""
    seen: dict[object, PublishedYearly] = {}
    findings = []
    for row in rows:
        first = seen.setdefault((row.year_from, row.year_to, row.month, row.is_chained, row.is_to_date), row)
        if replace(first, cell=row.cell) != row and row.cell:
            quoted = f"{row.year_from}-{row.year_to}"
            findings.append(Finding("row_twice", "error", row.cell.sheet, row.cell.address, quoted))
    return findings


def _row_text(row: PublishedRolling | RollingIndex, decimals: int) -> str:
    """index (low to high, SE, sd, n, effective n) of a row."""
    numbers = (row.index_pct, row.standard_error_pct, row.sd_pct, row.n_eff)
    index, error, deviation, n_eff = ("-" if number is None else f"{number:.{decimals}f}" for number in numbers)
    bounds = f"{row.ci_low_pct} .. {row.ci_high_pct}"
    return f"{index} ({bounds}; SE {error}; sd {deviation}; n {row.n_points}; n_eff {n_eff})"
