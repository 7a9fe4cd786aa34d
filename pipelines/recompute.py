"""A traffic file held against itself: every area row recomputed from the file's own points, beside what is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checks.traffic import Tolerance, area_row_differs, chained_rows_follow, follows, gates, rows_count_from, tolerance_of
from domain.period import Month
from domain.rows import ChainedIndex, Finding, IndexRow, PublishedRolling, PublishedYearly, RollingIndex, TrafficFile
from pipelines.methods.city_index import chain_after, chained_years, index_from_means, rolling_index

# The length quality that publications wanted until the limit of 98.5 % came in 2023.
OLDER_MIN_LENGTH_QUALITY_PCT = 99.0

Rolling = dict[tuple[int, Month], RollingIndex]


@dataclass(frozen=True, slots=True)
class CheckedTraffic:
    """A traffic file with its recomputed index and all findings. With an error among them it is refused whole."""

    file: TrafficFile
    rows: tuple[IndexRow, ...]
    chained: tuple[ChainedIndex, ...]
    findings: tuple[Finding, ...]

    @property
    def is_refused(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


def check_traffic(file: TrafficFile, reference_year: int) -> CheckedTraffic:
    """The index of a file from its own points beside the printed one, and every finding in the order of the sheets."""
    findings = [*file.findings, *gates(file, reference_year)]
    is_usable = not any(found.severity == "error" for found in findings)
    if is_usable:
        file = _as_counted(file, reference_year)
    rows, differing = _matched(file, _sources(file, reference_year) if is_usable else ())
    chained = _chained(file.yearly)
    findings += [*_reasons(file, rows, differing, reference_year), *chained_rows_follow(file.yearly, _chains(file.yearly))]
    return CheckedTraffic(file, tuple(rows), chained, tuple(sorted(findings, key=_place)))


@dataclass(frozen=True, slots=True)
class _Source:
    """The area rows that one kind of points gives, and how far the rounding of the file may move them."""

    rows: Rolling
    tolerance: Tolerance

    def row_for(self, published: PublishedRolling) -> RollingIndex | None:
        return self.rows.get((published.window_months, published.last_month))

    def gives(self, published: PublishedRolling) -> bool:
        ours = self.row_for(published)
        return ours is not None and follows(published, ours, self.tolerance)


def _sources(file: TrafficFile, reference_year: int) -> tuple[_Source, _Source]:
    """The area rows that the point-months give, and those that the means per point give."""
    link = _link(file, reference_year)
    start_year = link.year_to if link else reference_year
    found = (rolling_index(file.point_months, start_year), index_from_means(file.point_means))
    from_months, from_means = ({(row.window_months, row.last_month): _linked(row, link) for row in rows} for rows in found)
    return _Source(from_months, tolerance_of(file, False)), _Source(from_means, tolerance_of(file, True))


def _as_counted(file: TrafficFile, reference_year: int) -> TrafficFile:
    """The file with the point-months that its maker counted.

    They are all of them, or those over the older limit of length quality where these alone give every row that is printed.
    """
    over = tuple(row for row in file.point_months if (row.length_quality_pct or 0) >= OLDER_MIN_LENGTH_QUALITY_PCT)
    if len(over) == len(file.point_months):
        return file
    older = replace(file, point_months=over)
    now, then = _sources(file, reference_year)[0], _sources(older, reference_year)[0]
    rows = [row for row in file.rolling if now.row_for(row)]
    return older if not all(map(now.gives, rows)) and all(map(then.gives, rows)) else file


@dataclass(frozen=True, slots=True)
class _Link:
    """The direct index that an area whose rolling index starts late is chained to."""

    year_from: int
    year_to: int
    ratio: float
    standard_error_pct: float


def _link(file: TrafficFile, reference_year: int) -> _Link | None:
    """The link from the reference year to the first year of the points, if the points start later and the file prints one."""
    years = {mean.reference_year for mean in file.point_means}
    if not years:
        years = {min((row.month.year for row in file.point_months), default=reference_year)}
    first = min(years)
    if first <= reference_year:
        return None
    for row in file.yearly:
        is_link = (row.year_from, row.year_to, row.is_to_date) == (reference_year, first, False)
        if is_link and row.standard_error_pct is not None:
            return _Link(row.year_from, row.year_to, row.index_ratio, row.standard_error_pct)
    return None


def _linked(row: RollingIndex, link: _Link | None) -> RollingIndex:
    return chain_after(row, link.ratio, link.standard_error_pct, link.year_from) if link else row


def _matched(file: TrafficFile, sources: tuple[_Source, ...]) -> tuple[list[IndexRow], list[Finding]]:
    """Each printed row beside ours. A row must follow from every kind of points that the file has for it."""
    if not file.rolling:
        made = next((source.rows for source in sources if source.rows), {})
        return [IndexRow(row, None) for row in made.values()], []
    rows, findings = [], []
    for published in file.rolling:
        ours = [(found, source.tolerance) for source in sources if (found := source.row_for(published))]
        differing = [found for found, tolerance in ours if not follows(published, found, tolerance)]
        findings += [area_row_differs(published, found) for found in differing[:1]]
        rows.append(IndexRow(ours[0][0] if ours and not differing else None, published))
    return rows, findings


def _reasons(file: TrafficFile, rows: list[IndexRow], differing: list[Finding], reference_year: int) -> list[Finding]:
    """Why rows differ: points of a later year to which no row is chained have the wrong year; else row by row."""
    is_chained_nowhere = differing and not any(row.ours for row in rows)
    return (is_chained_nowhere and rows_count_from(file.point_means, reference_year)) or differing


def _chained(yearly: Sequence[PublishedYearly]) -> tuple[ChainedIndex, ...]:
    """Whole years first, then the same first months of every year."""
    found: list[ChainedIndex] = []
    for is_to_date in (False, True):
        direct = [row for row in yearly if row.is_to_date == is_to_date]
        month = 12 if not is_to_date else max((row.month for row in direct), default=12)
        found += chained_years(direct, month)
    return tuple(found)


def _chains(yearly: Sequence[PublishedYearly]) -> dict[tuple[int, int, bool], ChainedIndex]:
    """The chains from every year on: a late-starting area prints those of its own years beside those from the reference year."""
    starts = sorted({row.year_from for row in yearly})
    rows = [row for start in starts for row in _chained([found for found in yearly if found.year_from >= start])]
    return {(row.year_from, row.year_to, row.is_to_date): row for row in rows}


def _place(finding: Finding) -> tuple[str, int, str]:
    digits = "".join(sign for sign in finding.cell or "" if sign.isdigit())
    return finding.sheet or "", int(digits or 0), finding.cell or ""
