"""Every layout of an official workbook reproduces: each printed row has ours beside it, or is taken as published without points."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from domain.rows import Finding, IndexRow
from pipelines.__main__ import main
from pipelines.reading.traffic_file import parse_period, read_traffic_file, traffic_rows
from pipelines.reading.workbook import read_workbook
from pipelines.recompute import CheckedTraffic, check_traffic
from tests.official_shapes import AREA, LAST, MEANS_SHEETS, N_POINTS, Book, Shape, book_of, point_id

OFFICIAL = Path(__file__).parents[3].parent / "shared" / "official"
LATE = Shape(reference_year=2019, points_from=2022, yearly="late", yearly_decimals=None, is_n_blank=True, has_to_date=False)

SHAPES = {
    "newest, rounded": Shape(is_rounded=True, means="window_between"),
    "rounded with point-months": Shape(is_rounded=True, has_point_months=True, means="none"),
    "unrounded, 12 and 36 months of points": Shape(),
    "point-months and 36 months of points": Shape(has_point_months=True, means="three_years", points="traffic_type"),
    "window in front": Shape(means="window_first"),
    "one sheet per window": Shape(
        rolling="period_first",
        is_sheet_per_window=True,
        has_point_months=True,
        means="three_years",
        points="older",
        has_to_date=False,
    ),
    "one sheet per window without points": Shape(is_sheet_per_window=True, means="none", points="county"),
    "period in front": Shape(rolling="period_first", means="window_last"),
    "12 months only": Shape(reference_year=2023, windows=(12,), means="none", has_point_months=True),
    "young, empty point sheet": Shape(reference_year=2023, windows=(12,), means="empty", has_point_months=True, months_printed=9),
    "young, as published": Shape(reference_year=2024, windows=(12,), means="empty"),
    "no rolling sheet": Shape(reference_year=2024, rolling=None, means="none"),
    "no rolling sheet, with point-months": Shape(reference_year=2023, rolling=None, means="none", has_point_months=True),
    "months of too low quality are printed too": Shape(has_point_months=True, has_uncounted_months=True, means="three_years"),
    "the older limit of length quality": Shape(
        has_point_months=True, has_uncounted_months=True, min_length_quality_pct=99, means="three_years", points="older"
    ),
    "toll points by their other id": Shape(point_ids="autopass_id", has_point_months=True, yearly="toll", yearly_decimals=None),
    "toll points by the id of the road bank": Shape(point_ids="autopass_id", points="nvdb", yearly="toll", yearly_decimals=2),
    "yearly sheet without errors or types": Shape(yearly="unsaid", yearly_decimals=None, points="station_type"),
    "blank number of points, two decimals": Shape(is_n_blank=True, yearly_decimals=2, points="bare"),
    "no yearly sheet": Shape(yearly=None, means="three_years"),
    "monthly and sub-area sheets": Shape(has_monthly=True, has_sub_areas=True),
    "late start": LATE,
    "late start, rounded": replace(LATE, is_rounded=True),
    "late start from point-months": replace(LATE, has_point_months=True, means="none"),
    "late start, years in words": replace(LATE, yearly="worded", means="none", has_point_months=True),
    "late start without points": replace(LATE, means="none", months_printed=9),
}


def errors(checked: CheckedTraffic) -> list[Finding]:
    return [finding for finding in checked.findings if finding.severity == "error"]


def basis(shape: Shape, window: int) -> str:
    """What a row of the window can be made from: point-months, means per point, or nothing."""
    if shape.has_point_months:
        return "point_months"
    layout = MEANS_SHEETS[shape.means]
    return "point_means" if layout and window in layout[1] else "published"


def assert_is_ours(row: IndexRow, book: Book) -> None:
    """The row is recomputed from the right sheet and is what the oracle says, as near as the sheet's rounding allows."""
    found = row.ours or row.published
    assert found is not None
    wanted = book.expected[found.window_months, found.last_month]
    assert (row.ours.basis if row.ours else "published") == basis(book.shape, found.window_months)
    near = 0.02 if book.shape.is_rounded else 1e-9
    assert found.index_pct == pytest.approx(wanted["index_pct"], abs=near)
    assert found.standard_error_pct == pytest.approx(wanted["standard_error_pct"], abs=near)
    assert found.n_points == wanted["n_points"]
    assert found.reference_year == book.shape.reference_year
    wide = 0.1001 if book.shape.is_rounded else 1e-9
    assert found.ci_low_pct == pytest.approx(round(wanted["low"], 1), abs=wide)
    assert found.ci_high_pct == pytest.approx(round(wanted["high"], 1), abs=wide)


# Every other of them every day, all in the long run.
@pytest.mark.parametrize(
    "shape",
    [pytest.param(it, marks=[pytest.mark.trust] if place % 2 else []) for place, it in enumerate(SHAPES.values())],
    ids=SHAPES,
)
def test_a_shape_reproduces(shape: Shape, tmp_path: Path) -> None:
    book = book_of(shape)
    file = traffic_rows(read_workbook(book.save(tmp_path / "tallmateriale.xlsx")))
    checked = check_traffic(file, shape.reference_year)
    assert errors(checked) == []
    expected = book.expected if shape.rolling or shape.has_point_months else {}
    assert len(checked.rows) == len(expected)
    for row in checked.rows:
        assert_is_ours(row, book)
    assert len(file.points) == N_POINTS


@pytest.mark.parametrize(
    "shape", [shape for shape in SHAPES.values() if shape.yearly], ids=[n for n, s in SHAPES.items() if s.yearly]
)
def test_the_years_are_chained(shape: Shape) -> None:
    book = book_of(replace(shape, rolling=None, means="none", has_point_months=False))
    ours = {(row.year_from, row.year_to, row.is_to_date): row for row in check_traffic(book.read(), shape.reference_year).chained}
    wanted = {years: found for years, found in book.chained.items() if years[0] == shape.reference_year}
    assert ours.keys() == wanted.keys()
    for years, (ratio, error) in wanted.items():
        assert ours[years].index_pct == pytest.approx(100 * (ratio - 1), abs=1e-9)
        assert ours[years].month == (LAST.month if years[2] else 12)
        if shape.yearly == "unsaid":  # without errors there are no bounds
            assert ours[years].ci_low_pct is None
        else:
            assert ours[years].standard_error_pct == pytest.approx(error, abs=1e-9)


def test_a_yearly_row_is_read_alike_from_every_column_set() -> None:
    layouts = ("full", "toll", "unsaid", "late")
    read = [book_of(Shape(yearly=layout)).read().yearly for layout in layouts]
    assert {row.area_name for rows in read for row in rows} == {AREA}
    first, *others = [[(row.year_from, row.year_to, row.month, row.is_chained, row.index_pct) for row in rows] for rows in read]
    assert all(other == first for other in others)


def test_ids_keep_their_zeros_and_two_ids_are_one_point() -> None:
    file = book_of(Shape(point_ids="autopass_id", has_point_months=True)).read()
    ids = {row.point_id for row in (*file.point_months, *file.point_means)}
    assert point_id(1) == "00517V120001"
    assert ids <= {point.point_id for point in file.points}
    assert {point.other_id for point in file.points} == {None, "0066", "0067", "0068", "0069", "0070"}
    assert sorted(Counter(point.name for point in file.points).values())[-1] == 2


def test_rows_without_an_id_count_in_the_area() -> None:
    book = book_of(Shape())
    row = book.row("punkt_glid_indeks", trp_id=point_id(0), window="36_months")
    place = book.put("punkt_glid_indeks", row, "trp_id", None)
    checked = check_traffic(book.read(), 2021)
    assert [(found.code, found.sheet, found.cell) for found in checked.findings] == [
        ("row_without_point_id", "punkt_glid_indeks", place),
        ("row_without_point_id", "punktindeks_maned", "A82"),
    ]
    assert all(basis(book.shape, row.ours.window_months) == "point_means" for row in checked.rows if row.ours)


def test_months_under_the_older_limit_are_not_counted() -> None:
    book = book_of(SHAPES["the older limit of length quality"])
    file = book.read()
    counted = check_traffic(file, 2021).file.point_months
    assert {row for row in file.point_months if row.length_quality_pct >= 99} == set(counted)
    assert len(counted) < len(file.point_months)


def test_unused_sheets_are_named_and_harm_nothing() -> None:
    book = book_of(Shape(has_monthly=True, has_sub_areas=True))
    book.sheets["notater"] = [["tall", "tall"], ["ikke", "brukt"]]  # not counted: a column twice, in a sheet that is not read
    found = {finding.sheet for finding in check_traffic(book.read(), 2021).findings if finding.code == "sheet_not_used"}
    sub = {"byindeks_aarlig_sub", "byindeks_aarlig_sub_hittil", "by_glid_indeks_sub"}
    assert found == {"byindeks_maanedlig", "notater", *sub}


def test_no_rolling_index_is_said() -> None:
    checked = check_traffic(book_of(SHAPES["no rolling sheet"]).read(), 2024)
    assert ("no_rolling_index", "info") in {(finding.code, finding.severity) for finding in checked.findings}


@pytest.mark.parametrize(
    "text", ["2018 - (mai 2023 - apr 2026)", "2018 - (mai 2023 - april 2026)", " 2018 - (Mai 2023 - apr. 2026) "]
)
def test_a_period_is_read_in_every_spelling(text: str) -> None:
    reference_year, first, last = parse_period(text) or (0, None, None)
    assert (reference_year, str(first), str(last)) == (2018, "2023-05", "2026-04")


@pytest.mark.parametrize(
    "text", ["", "2018", "2018 - (may 2023 - apr 2026)", "2018 - (mai 0000 - apr 0001)", "18 - (mai 23 - apr 26)"]
)
def test_what_is_no_period_is_none(text: str) -> None:
    assert parse_period(text) is None


@pytest.mark.parametrize("name", ["newest, rounded", "late start from point-months"])
def test_the_child_process_reads_the_same(name: str, tmp_path: Path) -> None:
    path = book_of(SHAPES[name]).save(tmp_path / "tallmateriale.xlsx")
    assert read_traffic_file(path) == traffic_rows(read_workbook(path))


def test_the_command_answers_with_every_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = book_of(SHAPES["12 months only"])
    path = book.save(tmp_path / "tallmateriale.xlsx")
    assert main(["index", str(path), "--reference-year", "2023", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [(row["window_months"], row["basis"]) for row in answer["rolling"]] == [(12, "point_months")] * len(book.expected)


def test_the_command_refuses_with_both_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = book_of(SHAPES["12 months only"])
    row = book.row("by_glid_indeks", year=2025, month_n=3)
    true = book.get("by_glid_indeks", row, "index_p")
    book.put("by_glid_indeks", row, "index_p", true + 0.1)
    path = book.save(tmp_path / "tallmateriale.xlsx")
    assert main(["index", str(path), "--reference-year", "2023", "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    (found,) = (finding for finding in answer["findings"] if finding["severity"] == "error")
    assert (found["code"], found["sheet"], found["cell"]) == ("area_row_differs", "by_glid_indeks", f"B{row}")
    for said in ("2025-03", f"{true:.4f}", f"{true + 0.1:.4f}"):
        assert said in found["message"]
    assert (answer["rolling"], answer["chained"]) == ([], [])


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official workbooks are not beside the checkout")
@pytest.mark.parametrize(
    ("name", "reference_year", "rows"),
    [
        pytest.param("tallmateriale_8952.xlsx", 2018, {"point_means": 130, "published": 65}, marks=pytest.mark.trust),
        ("tallmateriale_8952_2025-07_with_punkt_mdt.xlsx", 2018, {"point_months": 168}),
        pytest.param("tallmateriale_956.xlsx", 2016, {"point_months": 219}, marks=pytest.mark.trust),
    ],
)
def test_the_official_workbooks_reproduce(name: str, reference_year: int, rows: dict[str, int]) -> None:
    checked = check_traffic(traffic_rows(read_workbook(OFFICIAL / name)), reference_year)
    assert errors(checked) == []
    assert Counter(row.ours.basis if row.ours else "published" for row in checked.rows) == rows
