"""An invented city in every layout that the official result workbooks have had, so that a test names only what matters to it.

What the sheets print comes from tests/oracles.py, never from the product.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from domain.period import Month
from domain.rows import PointMonth, TrafficFile
from pipelines.reading.traffic_file import traffic_rows
from pipelines.reading.workbook import ReadWorkbook, Sheet
from tests.oracles import point_means_slowly, product_slowly, rolling_index_slowly

FIRST, LAST = Month(2016, 1), Month(2025, 9)
NAMES = ("jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des")
AREA = "Fjordbyområdet"
MUNICIPALITIES = ("Fjordby", "Lindvåg", "Austmark", "Solsund", "Granøy")
OUTSIDE = "Utvik"
N_POINTS, N_TOLL = 20, 5
LINK = (1.0314, 0.77312345678901)  # the direct index to which a late start is chained, and its standard error

# The layouts, by what sets them apart. Every name is a column of an official workbook.
_ROAD = ("trp_id", "name", "road_reference", "road_category_and_number")
_PLACE = ("municipality_name", "lat", "lon", "road_link_position")
_YDT = ("ydt_ref_light", "ydt_ref_heavy", "ydt_light", "ydt_heavy")
_INDEX = ("index_2021_2022", "index_2022_2023", "index_2023_2024", "index_2024_2025")
POINT_COLUMNS = {
    "older": (*_ROAD, "county_name", *_PLACE, "adt", "year"),
    "county": (*_ROAD, "county_name", *_PLACE, "adt", "year_aadt", "adt_ref", *_YDT),
    "traffic_type": (*_ROAD, "county_name", *_PLACE, "traffic_type", "adt", "year_aadt", "adt_ref", *_YDT),
    "autopass": (*_ROAD, *_PLACE, "adt", "year_aadt", "adt_ref", "autopass_id", *_YDT),
    "nvdb": ("trp_id", "nvdb_id", "name", "road_category_and_number", *_PLACE, "adt"),
    "station_type": (*_ROAD, *_PLACE, "station_type", "adt", "year", *_INDEX),
    "bare": ("trp_id", "name", "road_reference", "lat", "lon"),
}
ROLLING_COLUMNS = {
    "index_first": (
        *("index_i", "index_p", "n_trp", "n_eff", "sd_sample_p", "standard_error_p", "ci_lower", "ci_upper"),
        *("index_period", "month_object", "month_n", "year", "window"),
    ),
    "period_first": (
        *("index_period", "month_object", "month_n", "year", "window"),
        *("n_trp", "index_i", "index_p", "standard_error", "ci_lower", "ci_upper"),
    ),
}
_MEANS = (
    *("trp_id", "name", "last_month_in_index", "index_period", "n_months_reference_year", "mean_mdt_reference_year"),
    *("n_months_in_index_period", "mean_mdt_index_period", "trp_index_p", "area_index_p"),
)
# Sheet name, windows, columns; None where the workbook has no such sheet, no columns where it is empty.
MEANS_SHEETS: dict[str, tuple[str, tuple[int, ...], tuple[str, ...]] | None] = {
    "window_last": ("punkt_glid_indeks", (12, 36), (*_MEANS, "window")),
    "window_between": ("punkt_glid_indeks", (12, 36), (*_MEANS[:3], "window", *_MEANS[3:])),
    "window_first": ("punkt_glid_indeks", (12, 36), ("window", *_MEANS)),
    "three_years": ("punkt_3_aar_glid_indeks", (36,), _MEANS),
    "empty": ("punkt_3_aar_glid_indeks", (), ()),
    "none": None,
}
_SHARES = ("index_p", "index_i", "n_trp", "standard_error")
YEARLY_COLUMNS = {
    "full": (
        *("year_base", "year", "month", *_SHARES, "index_type", "year_from_to", "area_name"),
        *("month_name_short", "period", "ci_lower", "ci_upper"),
    ),
    "toll": (
        *("year_base", "year", "month", *_SHARES, "year_from_to", "index_type", "length_range", "area_name"),
        *("month_name_short", "period", "ci_lower", "ci_upper"),
    ),
    "unsaid": (
        *("year_base", "year", "month", "length_range", "n_trp", "index_i", "index_p"),
        *("year_from_to", "area_name", "month_object", "period", "month_name"),
    ),
    "late": (
        *("year_base", "year", "month", "year_from_to", "index_type", "period", "n_trp", "index_i", "index_p"),
        *("standard_error", "ci_lower", "ci_upper", "area_name"),
    ),
    "worded": (
        *("index_period", "period", "n_trp", "period_build", "index_i", "index_p"),
        *("standard_error", "ci_lower", "ci_upper", "area_name"),
    ),
}


@dataclass(frozen=True)
class Shape:
    """How a workbook is laid out. `points_from` is the year of an area whose rolling index starts late and is chained."""

    reference_year: int = 2021
    points_from: int | None = None
    windows: tuple[int, ...] = (12, 24, 36)
    rolling: str | None = "index_first"
    is_sheet_per_window: bool = False
    is_rounded: bool = False
    has_point_months: bool = False
    has_uncounted_months: bool = False
    min_length_quality_pct: float = 98.5
    means: str = "window_last"
    points: str = "autopass"
    point_ids: str = "trp_id"
    yearly: str | None = "full"
    yearly_decimals: int | None = 1
    is_n_blank: bool = False
    has_to_date: bool = True
    has_monthly: bool = False
    has_sub_areas: bool = False
    months_printed: int = 12

    @property
    def start_year(self) -> int:
        return self.points_from or self.reference_year


@dataclass
class Book:
    """The sheets of a workbook, each a header and rows, with what their makers' oracle says they must give.

    Rows are counted as Excel does: the header is row 1.
    """

    shape: Shape
    sheets: dict[str, list[list[Any]]] = field(default_factory=dict)
    expected: dict[tuple[int, Month], dict[str, float]] = field(default_factory=dict)
    chained: dict[tuple[int, int, bool], tuple[float, float]] = field(default_factory=dict)

    def row(self, sheet: str, **wanted: object) -> int:
        """The first row that has these values."""
        columns = [self.sheets[sheet][0].index(name) for name in wanted]
        for number, values in enumerate(self.sheets[sheet][1:], start=2):
            if [values[column] for column in columns] == list(wanted.values()):
                return number
        raise KeyError(f"{sheet} has no row with {wanted}")

    def cell(self, sheet: str, row: int, column: str) -> str:
        return f"{get_column_letter(self.sheets[sheet][0].index(column) + 1)}{row}"

    def get(self, sheet: str, row: int, column: str) -> Any:
        return self.sheets[sheet][row - 1][self.sheets[sheet][0].index(column)]

    def put(self, sheet: str, row: int, column: str, value: object) -> str:
        """Overwrites one cell; gives its address."""
        self.sheets[sheet][row - 1][self.sheets[sheet][0].index(column)] = value
        return self.cell(sheet, row, column)

    def without_column(self, sheet: str, column: str) -> None:
        place = self.sheets[sheet][0].index(column)
        for values in self.sheets[sheet]:
            del values[place]

    def save(self, path: Path) -> Path:
        workbook = openpyxl.Workbook(write_only=True)
        for name, rows in self.sheets.items():
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(row)
        workbook.save(path)
        return path

    def read(self) -> TrafficFile:
        """What the reader makes of the cells, without a file in between."""
        sheets = (Sheet(name, tuple(tuple(row) for row in rows), False) for name, rows in self.sheets.items())
        return traffic_rows(ReadWorkbook(tuple(sheets), {}, (), None))


def book_of(shape: Shape) -> Book:
    """The invented city as a workbook of this shape."""
    book = Book(shape)
    book.expected = _expected(shape)
    book.sheets["punkt_adt"] = _sheet(POINT_COLUMNS[shape.points], map(_point_row, range(N_POINTS)))
    book.sheets["punktindeks_maned"] = _point_index_by_month(shape)
    book.sheets["punktindeks_aar"] = _point_index_by_year(shape)
    _add_yearly(book)
    if shape.has_point_months:
        columns = ("trp_id", "name", "year", "month", "mdt_coverage", "length_quality", "mdt", "index")
        book.sheets["punkt_mdt"] = _sheet(columns, map(_month_row, _printed_months(shape)))
    _add_means(book)
    _add_rolling(book)
    return book


def point_id(number: int, kind: str = "trp_id") -> str:
    """The id of a point. The last ones are toll stations, which have one id in the road bank and another where tolls are counted."""
    if number < N_POINTS - N_TOLL:
        return f"{number * 517:05d}V{120_000 + number}"
    return f"{150_000_000 + number}" if kind == "trp_id" else f"00{number + 51}"


@cache
def city_months() -> tuple[PointMonth, ...]:
    """Every point-month of the city, with holes, and with months whose quality is too low to count."""
    random = Random(20)
    rows = []
    for number in range(N_POINTS):
        base, yearly = random.randint(600, 32_000), random.uniform(0.98, 1.03)
        for count in range(LAST.number - FIRST.number + 1):
            month = FIRST.plus(count)
            season = 1 + 0.12 * math.sin((month.month - 4) / 12 * math.tau)
            volume = round(base * season * yearly ** (count / 12) * random.uniform(0.97, 1.03))
            chance = random.random()
            coverage = random.uniform(20, 49.9) if chance < 0.01 else random.uniform(60, 100)
            quality = random.uniform(95, 98.4) if chance > 0.99 else random.choice([100, random.uniform(99, 100)])
            if 0.5 < chance < 0.52:
                quality = random.uniform(98.5, 99)  # enough now, too little by the older limit
            # A point that opened late has no reference year; others have holes of some months.
            is_open = month.year >= 2024 if number == 3 else (month.number + 7 * number) % 60 > 2
            if is_open:
                rows.append(PointMonth(point_id(number), month, volume, coverage, quality))
    return tuple(rows)


def _counts(row: PointMonth, shape: Shape) -> bool:
    assert row.coverage_pct is not None
    assert row.length_quality_pct is not None
    return row.coverage_pct >= 50 and row.length_quality_pct >= shape.min_length_quality_pct


def _printed_months(shape: Shape) -> list[PointMonth]:
    """The months that the workbook prints: from its first year on; as a rule only those that count."""
    rows = [row for row in city_months() if row.month.year >= shape.start_year]
    found = [row for row in rows if shape.has_uncounted_months or _counts(row, shape)]
    kind = shape.point_ids
    ids = {point_id(number): point_id(number, kind) for number in range(N_POINTS)}
    return [PointMonth(ids[row.point_id], row.month, row.mdt, row.coverage_pct, row.length_quality_pct) for row in found]


@cache
def _oracle(start_year: int, min_quality: float) -> tuple[dict[Any, dict[str, float]], dict[Any, tuple[float, float]]]:
    shape = Shape(start_year, min_length_quality_pct=min_quality)
    rows = [row for row in city_months() if _counts(row, shape)]
    return rolling_index_slowly(rows, start_year), point_means_slowly(rows, start_year)


def _expected(shape: Shape) -> dict[tuple[int, Month], dict[str, float]]:
    """Unrounded area rows by window and last month, chained where the area starts late; `low` and `high` are unrounded too."""
    found = {}
    for key, row in _oracle(shape.start_year, shape.min_length_quality_pct)[0].items():
        if key[0] not in shape.windows:
            continue
        found[key] = row | {"sd_pct": row["standard_error_pct"] * math.sqrt(row["n_eff"])}
        if shape.points_from:
            ratio, error = product_slowly(LINK, (1 + row["index_pct"] / 100, row["standard_error_pct"]))
            index = 100 * (ratio - 1)
            bounds = {"low": index - 1.96 * error, "high": index + 1.96 * error}
            found[key] |= {"index_pct": index, "standard_error_pct": error, **bounds}
    return found


def _sheet(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> list[list[Any]]:
    return [list(columns), *([row.get(name) for name in columns] for row in rows)]


def _name(number: int) -> str:
    return "Nordre bru" if number in (1, 2) else f"Punkt {number + 1}"  # names are not unique


def _point_row(number: int) -> dict[str, Any]:
    is_toll = number >= N_POINTS - N_TOLL
    road = ("E39", "Ev 18", "rv. 580", "fv. 556", "Kv 4382")[number % 5]
    return {
        "trp_id": point_id(number),
        "name": _name(number),
        "road_reference": f"{road.upper().replace(' ', '').replace('.', '')} S1D1 m{100 * number}",
        "road_category_and_number": road,
        "county_name": "Kystfylket",
        "municipality_name": OUTSIDE if number == 4 else MUNICIPALITIES[number % 5],
        "lat": 60 + number / 100,
        "lon": 5 + number / 100,
        "road_link_position": f"0.5@{number}",
        "traffic_type": "VEHICLE",
        "station_type": "Bomstasjon" if is_toll else "Trafikkregistrering",
        "adt": 1000 * number,
        "year_aadt": 2024,
        "year": 2024,
        "adt_ref": 1000 * number,
        "autopass_id": point_id(number, "autopass_id") if is_toll else None,
        "nvdb_id": point_id(number, "autopass_id") if is_toll else None,
        **dict.fromkeys(_YDT, 10 * number),
        **dict.fromkeys(_INDEX, 0.5),
    }


def _month_row(row: PointMonth) -> dict[str, Any]:
    return {
        "trp_id": row.point_id,
        "year": row.month.year,
        "month": row.month.month,
        "mdt_coverage": row.coverage_pct,
        "length_quality": row.length_quality_pct,
        "mdt": row.mdt,
    }


def _point_index_by_month(shape: Shape) -> list[list[Any]]:
    names = NAMES[: shape.months_printed]
    years = range(shape.start_year + 1, LAST.year + 1)
    rows = [
        {"trp_id": point_id(number, shape.point_ids), "name": _name(number), "year": year, **dict.fromkeys(names, 1.25)}
        for number in range(N_POINTS)
        for year in years
    ]
    nameless = [{"year": year} for year in years]  # not counted: rows without an id occur
    return _sheet(("trp_id", "name", "road_category_and_number", "year", *names), [*rows, *nameless])


def _point_index_by_year(shape: Shape) -> list[list[Any]]:
    """The header changes with the years."""
    pairs = [f"index_{year}_{year + 1}" for year in range(shape.start_year, LAST.year)]
    rows = [{"trp_id": point_id(number), "name": _name(number), **dict.fromkeys(pairs, 0.5)} for number in range(N_POINTS)]
    return _sheet(("trp_id", "name", "road_category_and_number", *pairs), rows)


def _add_yearly(book: Book) -> None:
    shape = book.shape
    if shape.yearly is None:
        return
    columns = YEARLY_COLUMNS[shape.yearly]
    book.sheets["byindeks_aarlig"] = _sheet(columns, _yearly_rows(book, False))
    if shape.has_to_date:
        book.sheets["byindeks_hittil"] = _sheet(columns, _yearly_rows(book, True))
    if shape.has_monthly:
        book.sheets["byindeks_maanedlig"] = _sheet(("area_name", "year", "month", "index_p"), [{"year": 2024, "month": 1}])
    if shape.has_sub_areas:
        sub = [row | {"sub_area": name} for name in MUNICIPALITIES for row in _yearly_rows(book, False)]
        book.sheets["byindeks_aarlig_sub"] = _sheet(("sub_area", *columns), sub)
        book.sheets["byindeks_aarlig_sub_hittil"] = _sheet(("sub_area", *columns), sub)


def _yearly_rows(book: Book, is_to_date: bool) -> list[dict[str, Any]]:
    """The direct rows, then the chained ones from the left; the incomplete year is a direct row and in no chain of whole years."""
    shape = book.shape
    links = [(year, year + 1, *_direct_link(year, shape)) for year in range(shape.start_year, LAST.year)]
    if shape.points_from:
        links = [(shape.reference_year, shape.points_from, *LINK), *links]
    months = [LAST.month if is_to_date or to == LAST.year else 12 for _, to, *_ in links]
    rows = [_yearly_row(shape, *link, month, "direct") for link, month in zip(links, months, strict=True)]
    whole = links if is_to_date else links[:-1]
    # A late start prints the chain of its own years as well.
    for first, _, *ratio in whole[: 2 if shape.points_from else 1]:
        for _, to, *link in [link for link in whole if link[0] > first]:
            ratio = product_slowly((ratio[0], ratio[1]), (link[0], link[1]))
            book.chained[first, to, is_to_date] = ratio
            rows.append(_yearly_row(shape, first, to, *ratio, months[0], "chained"))
    return rows


def _direct_link(year: int, shape: Shape) -> tuple[float, float]:
    """Ratio and standard error from a year to the next. Most workbooks have percentages of two decimals to begin with."""
    change = 3 * math.sin(year)
    ratio = 1 + change / 100 if shape.yearly_decimals is None else round(1 + change / 100, 4)
    return ratio, 0.4 + 0.05 * (year % 7) + 1 / 977


def _yearly_row(shape: Shape, first: int, to: int, ratio: float, error: float, month: int, kind: str) -> dict[str, Any]:
    decimals = shape.yearly_decimals
    index = 100 * (ratio - 1) if decimals is None else round(100 * (ratio - 1), decimals)
    return {
        "year_base": first,
        "year": to,
        "month": month,
        "index_p": index,
        "index_i": ratio,
        "n_trp": None if shape.is_n_blank else 17,
        "standard_error": error,
        "index_type": kind,
        "period_build": kind,
        "year_from_to": f"{first}-{to}",
        "index_period": f"{first}-{to}",
        "area_name": AREA,
        "length_range": "lette",
        "month_name_short": NAMES[month - 1],
        "month_object": dt.date(to, month, 1),
        "period": f"jan-{NAMES[month - 1]}",
        "ci_lower": round(index - 1.96 * error, 1),
        "ci_upper": round(index + 1.96 * error, 1),
    }


def _period(reference_year: int, window: int, last: Month) -> str:
    first = last.plus(1 - window)
    return f"{reference_year} - ({NAMES[first.month - 1]} {first.year} - {NAMES[last.month - 1]} {last.year})"


def _add_means(book: Book) -> None:
    shape, layout = book.shape, MEANS_SHEETS[book.shape.means]
    if layout is None:
        return
    name, windows, columns = layout
    means = _oracle(shape.start_year, shape.min_length_quality_pct)[1]
    ids = {point_id(number): point_id(number, shape.point_ids) for number in range(N_POINTS)}
    rows = [
        {
            "trp_id": ids[point],
            "last_month_in_index": last.first_day,
            "index_period": _period(shape.start_year, window, last),
            "n_months_reference_year": 12,
            "mean_mdt_reference_year": round(base) if shape.is_rounded else base,
            "n_months_in_index_period": window,
            "mean_mdt_index_period": round(mean) if shape.is_rounded else mean,
            "trp_index_p": 100 * (mean / base - 1),
            "window": f"{window}_months",
        }
        for (point, window, last), (base, mean) in means.items()
        if window in windows and window in shape.windows
    ]
    book.sheets[name] = _sheet(columns, rows) if columns else []


def _add_rolling(book: Book) -> None:
    shape = book.shape
    if shape.rolling is None:
        return
    columns = ROLLING_COLUMNS[shape.rolling]
    rows = [_rolling_row(shape, *key, row) for key, row in book.expected.items()]
    if shape.is_sheet_per_window:
        bare = tuple(name for name in columns if name != "window")
        for years in (3, 2, 1):
            of_window = [row for row in rows if row["window"] == f"{12 * years}_months"]
            book.sheets[f"by_{years}_aar_glid_indeks"] = _sheet(bare, of_window)
    else:
        book.sheets["by_glid_indeks"] = _sheet(columns, rows)
    if shape.has_sub_areas:
        sub = [row | {"sub_area": name} for name in MUNICIPALITIES for row in rows[:3]]
        book.sheets["by_glid_indeks_sub"] = _sheet(("sub_area", *columns), sub)


def _rolling_row(shape: Shape, window: int, last: Month, row: dict[str, float]) -> dict[str, Any]:
    decimals = {"index_i": 4, "index_p": 2, "n_eff": 1, "sd_sample_p": 2, "standard_error_p": 2, "standard_error": 2}
    unrounded = {
        "index_i": 1 + row["index_pct"] / 100,
        "index_p": row["index_pct"],
        "n_eff": row["n_eff"],
        "sd_sample_p": row["sd_pct"],
        "standard_error_p": row["standard_error_pct"],
        "standard_error": row["standard_error_pct"],
    }
    numbers = {name: round(number, decimals[name]) for name, number in unrounded.items()} if shape.is_rounded else unrounded
    return numbers | {
        "n_trp": row["n_points"],
        "ci_lower": round(row["low"], 1),
        "ci_upper": round(row["high"], 1),
        "index_period": _period(shape.reference_year, window, last),
        "month_object": last.first_day,
        "month_n": last.month,
        "year": last.year,
        "window": f"{window}_months",
    }
