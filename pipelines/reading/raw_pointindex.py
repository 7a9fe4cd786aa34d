"""The raw point indices of Statens vegvesen: CSV with `;` and decimal comma, as exported until 2020.

Month rows stand among "Hittil i år" and "Siste 12 måneder", and day type and length class are rows too. Points have the number of
the old system (msnr) or today's id (trpid); `cities_points.csv` says which is which, where it is known.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from domain.rows import Cell, Finding, PointVolumes

Meaning = TypeVar("Meaning")

LARGEST_BYTES = 64 * 1024**2
ALL_DAYS, WORKDAYS, WEEKEND = "ALL", "WEEKDAY", "WEEKEND"
LIGHT = "[..,5.6)"
YEAR_TO_DATE, LAST_12_MONTHS = "year_to_date", "last_12_months"

_DAY_TYPES = {"Alle": ALL_DAYS, "Yrkesdøgn": WORKDAYS, "Helgedøgn": WEEKEND}
# The classes as the API calls them.
_LENGTHS = {
    "Alle": "[..,..)",
    "< 5,6m": LIGHT,
    ">= 5,6m": "[5.6,..)",
    "5,6m - 7,6m": "[5.6,7.6)",
    "7,6m - 12,5m": "[7.6,12.5)",
    "12,5m - 16,0m": "[12.5,16.0)",
    ">= 16,0m": "[16.0,..)",
    "16,0m - 24,0m": "[16.0,24.0)",
    ">= 24,0m": "[24.0,..)",
}
_MONTH_NAMES = (
    "Januar", "Februar", "Mars", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Desember",
)  # fmt: skip
_PERIODS: dict[str, int | str] = {
    **{name: number for number, name in enumerate(_MONTH_NAMES, start=1)},
    "Hittil i år": YEAR_TO_DATE,
    "Siste 12 måneder": LAST_12_MONTHS,
}
# Each file has one of these two.
_KEYS = {"trpid": "trpnavn", "msnr": "msnavn"}
_NEEDED = ("døgn", "lengdeklasse", "periode", "indeks", "dekning", "trafikkmengde indeksår", "trafikkmengde basisår")
_NUMBER = re.compile(r"-?[0-9]{1,15}(,[0-9]{1,15})?", re.ASCII)
# An index is Inf where nothing was counted in the base year: a change from nothing is no number.
_MISSING = frozenset({"-", "", "NA", "Inf"})
MOST_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class RawIndex:
    """One row: the change of a point for a day type, a length class and a period, with both volumes; None where it has none.

    `period` is the number of a month, year_to_date or last_12_months. `key` is the point's msnr or trpid.
    """

    key: str
    name: str
    day_type: str
    length_class: str
    period: int | str
    index_pct: float | None
    coverage_pct: float | None
    calculation_volume: float | None
    base_volume: float | None
    cell: Cell


@dataclass(frozen=True, slots=True)
class RawFile:
    """All rows of a file and what is wrong with it. With an error among the findings its rows are not to be counted."""

    rows: tuple[RawIndex, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class CityPoint:
    """A point of a city's index as `cities_points.csv` lists it. Virtual points have no id, new ones no old number."""

    city: str
    msnr: str | None
    base_year: int
    agreement_start: int
    point_id: str | None
    comment: str


def read_raw_pointindex(path: Path) -> RawFile:
    """What a raw file holds. Never raises for what is wrong with the file."""
    table = _Table(path.name)
    rows = tuple(_raw_rows(table, _lines(table, path)))
    twice = {key for key, count in Counter(map(_key, rows)).items() if count > 1}
    for row in rows:
        if (key := _key(row)) in twice:
            table.reject("row_twice", row.cell, ", ".join(str(part) for part in key))
            twice.remove(key)
    return RawFile(rows, tuple(table.findings))


def read_city_points(path: Path) -> tuple[tuple[CityPoint, ...], tuple[Finding, ...]]:
    """The points of all cities, and what is wrong with the file."""
    table = _Table(path.name)
    found = []
    for line in _lines(table, path):
        needed = ("city_area_name", "legacyNortrafMpn", "base_year", "agreement_start", "trp_id")
        if table.lacks(line, *needed):
            break
        years = [table.number(line, name) for name in ("base_year", "agreement_start")]
        if None in years:
            continue
        msnr, point_id = (_given(line.text(name)) for name in ("legacyNortrafMpn", "trp_id"))
        base_year, start = (int(year or 0) for year in years)
        found.append(CityPoint(line.text("city_area_name"), msnr, base_year, start, point_id, line.text("kommentar")))
    return tuple(found), tuple(table.findings)


def point_ids_by_msnr(points: Iterable[CityPoint]) -> dict[str, tuple[str, ...]]:
    """Today's ids of each old number, in their order; one number can have become several points, and a virtual one none."""
    found: dict[str, dict[str, None]] = {}
    for point in points:
        if point.msnr:
            found.setdefault(point.msnr, {}).update({point.point_id: None} if point.point_id else {})
    return {msnr: tuple(ids) for msnr, ids in found.items()}


def year_to_date_volumes(file: RawFile, year: int, ids: Mapping[str, tuple[str, ...]] | None = None) -> tuple[PointVolumes, ...]:
    """The volumes of light vehicles on all days, January to the last month printed, of each point that has them.

    A point gets today's id where its old number has become exactly one point; else it keeps its number.
    """
    counted = [row for row in file.rows if (row.day_type, row.length_class) == (ALL_DAYS, LIGHT)]
    # A point's months are printed in the order of time, so that the last one is where the year to date ends.
    last_month = {row.key: row.period for row in counted if isinstance(row.period, int)}
    found = []
    for row in counted:
        month = last_month.get(row.key, 12)
        if row.period == YEAR_TO_DATE and row.base_volume and row.calculation_volume is not None and isinstance(month, int):
            today = (ids or {}).get(row.key, ())
            point_id = today[0] if len(today) == 1 else row.key
            found.append(PointVolumes(point_id, year, month, row.base_volume, row.calculation_volume, cell=row.cell))
    return tuple(found)


@dataclass
class _Table:
    """What is wrong with a file, collected."""

    name: str
    findings: list[Finding] = field(default_factory=list)

    def reject(self, code: str, cell: Cell | None, quoted: str, **named: str | int | float) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(code, "error", self.name, cell.address if cell else None, quoted[:80], named))
        elif len(self.findings) == MOST_FINDINGS:
            self.findings.append(Finding("more_notes", "warning", self.name, quoted=f"> {MOST_FINDINGS}"))

    def lacks(self, line: _Line, *names: str) -> bool:
        missing = [name for name in names if name not in line.columns]
        for name in missing:
            self.reject("raw_column_missing", None, name)
        return bool(missing)

    def number(self, line: _Line, name: str) -> float | None:
        """The number in a column, None where it is missing; a finding where it is something else."""
        found = line.text(name)
        if found in _MISSING:
            return None
        if not _NUMBER.fullmatch(found):
            self.reject("not_a_number", line.cell(name), found)
            return None
        return float(found.replace(",", "."))


@dataclass(frozen=True, slots=True)
class _Line:
    """One line below the header. `number` counts as a spreadsheet does."""

    sheet: str
    columns: Mapping[str, int]
    number: int
    values: tuple[str, ...]

    def text(self, name: str) -> str:
        column = self.columns.get(name)
        return self.values[column].strip() if column is not None else ""

    def cell(self, name: str) -> Cell:
        return Cell(self.sheet, self.number, self.columns[name] + 1)


def _lines(table: _Table, path: Path) -> Iterator[_Line]:
    """The lines of a file that are as wide as its header. A file that is no such table ends with a finding."""
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else None
    except OSError as error:
        table.reject("unreadable_file", None, error.strerror or "")
        return
    if content is None:
        table.reject("too_large", None, f"{LARGEST_BYTES // 1024**2} MiB")
        return
    reader = csv.reader(io.StringIO(_decoded(content), newline=""), delimiter=";")
    try:
        header = [name.strip() for name in next(reader, [])]
        columns = {name: number for number, name in enumerate(header) if name}
        if len(columns) < 2:
            table.reject("raw_not_a_table", Cell(table.name, 1, 1), ";".join(header))
            return
        for values in reader:
            if not any(values):
                continue
            if len(values) != len(header):
                table.reject("raw_line_uneven", Cell(table.name, reader.line_num, 1), ";".join(values), n=len(header))
                continue
            yield _Line(table.name, columns, reader.line_num, tuple(values))
    except csv.Error as error:
        table.reject("raw_not_a_table", Cell(table.name, reader.line_num, 1), str(error))


def _decoded(content: bytes) -> str:
    """The files are ISO-8859-1; one that somebody has saved again as UTF-8 is read as that."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("iso-8859-1")


def _raw_rows(table: _Table, lines: Iterable[_Line]) -> Iterator[RawIndex]:
    for line in lines:
        key = next((name for name in _KEYS if name in line.columns), "msnr")
        if table.lacks(line, key, *_NEEDED):
            return
        day_type = _word(table, line, "døgn", _DAY_TYPES)
        length_class = _word(table, line, "lengdeklasse", _LENGTHS)
        period = _word(table, line, "periode", _PERIODS)
        index_pct, coverage_pct, calculated, base = (table.number(line, name) for name in _NEEDED[3:])
        if not line.text(key):
            table.reject("value_missing", line.cell(key), "")
        elif day_type is not None and length_class is not None and period is not None:
            point = line.text(key), line.text(_KEYS[key])
            yield RawIndex(*point, day_type, length_class, period, index_pct, coverage_pct, calculated, base, line.cell("indeks"))


def _word(table: _Table, line: _Line, name: str, known: Mapping[str, Meaning]) -> Meaning | None:
    """What a word of the file means; a finding for one that we do not know."""
    found = line.text(name)
    if found not in known:
        table.reject("raw_unknown_word", line.cell(name), found, column=name)
    return known.get(found)


def _key(row: RawIndex) -> tuple[str, str, str, int | str]:
    return row.key, row.day_type, row.length_class, row.period


def _given(text: str) -> str | None:
    return None if text in _MISSING else text
