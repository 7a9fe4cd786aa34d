"""Each import gate by one planted fault in an official workbook: the code, the sheet and the cell, and what a reader is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from checks.traffic import Tolerance, follows, points_lie_in_agreement, printed_decimals, rounding, tolerance_of
from domain.period import Month
from domain.rows import Finding, PublishedRolling, RollingIndex, TrafficFile
from pipelines.printing import finding_text
from pipelines.recompute import CheckedTraffic, check_traffic
from tests.builders import agreement
from tests.official_shapes import N_POINTS, OUTSIDE, Book, Shape, book_of, point_id

AREA, MONTHS, MEANS, YEARS = "by_glid_indeks", "punkt_mdt", "punkt_glid_indeks", "byindeks_aarlig"
PLAIN = Shape(reference_year=2023, windows=(12,), means="none", has_point_months=True)
MEANS_ONLY = Shape(reference_year=2023, windows=(12,))
BOTH = Shape(reference_year=2023, windows=(12,), has_point_months=True)
LATE = Shape(reference_year=2019, points_from=2022, windows=(12, 24), yearly="late", yearly_decimals=None)


def check(book: Book, reference_year: int | None = None) -> CheckedTraffic:
    return check_traffic(book.read(), reference_year or book.shape.reference_year)


def errors(book: Book, reference_year: int | None = None) -> list[tuple[str, str | None, str | None]]:
    found = check(book, reference_year).findings
    return [(finding.code, finding.sheet, finding.cell) for finding in found if finding.severity == "error"]


def the_error(book: Book) -> Finding:
    (found,) = (finding for finding in check(book).findings if finding.severity == "error")
    return found


def codes(book: Book, severity: str) -> set[str]:
    return {finding.code for finding in check(book).findings if finding.severity == severity}


@pytest.mark.parametrize("shape", [PLAIN, MEANS_ONLY, BOTH, LATE])
def test_without_a_fault_nothing_is_refused(shape: Shape) -> None:
    assert errors(book_of(shape)) == []


# The area sheet against the points.


@pytest.mark.parametrize("shape", [PLAIN, MEANS_ONLY, replace(PLAIN, is_rounded=True)])
@pytest.mark.parametrize(
    ("column", "step"),
    [
        ("index_p", 0.1), ("index_p", -0.02), ("ci_lower", 0.1), ("ci_upper", -0.1),
        ("n_trp", 1), ("n_eff", 0.2), ("sd_sample_p", 0.1), ("standard_error_p", 0.02),
    ],
)  # fmt: skip
def test_a_changed_area_row_is_refused_with_both_values(shape: Shape, column: str, step: float) -> None:
    book = book_of(shape)
    row = book.row(AREA, year=2025, month_n=4)
    true = book.get(AREA, row, column)
    book.put(AREA, row, column, true + step)
    found = the_error(book)
    assert (found.code, found.sheet, found.cell) == ("area_row_differs", AREA, book.cell(AREA, row, "index_p"))
    message = finding_text(found, "message", "nb")
    assert "12 måneder til 2025-04" in message
    said, ours = message.split("men punktene")
    decimals = 0 if column == "n_trp" else 1 if column.startswith("ci_") else 4
    assert f"{true + step:.{decimals}f}" in said
    if not shape.is_rounded:
        assert f"{true:.{decimals}f}" in ours


def test_a_change_beyond_the_shown_decimals_is_shown_all_the_same() -> None:
    book = book_of(PLAIN)
    row = book.row(AREA, year=2025, month_n=4)
    book.put(AREA, row, "index_p", book.get(AREA, row, "index_p") + 1e-7)
    found = the_error(book)
    assert found.quoted != found.named["ours"]


def test_rounded_means_leave_room_for_their_rounding_and_no_more() -> None:
    shape = Shape(is_rounded=True, means="window_between")
    for step, refused in ((0.01, False), (0.05, True)):
        book = book_of(shape)
        row = book.row(AREA, year=2025, month_n=4, window="12_months")
        book.put(AREA, row, "index_p", round(book.expected[12, Month(2025, 4)]["index_pct"] + step, 2))
        assert bool(errors(book)) == refused


def test_windows_without_points_are_taken_as_published() -> None:
    book = book_of(Shape())
    row = book.row(AREA, year=2025, month_n=4, window="24_months")
    book.put(AREA, row, "index_p", 12.3456789)  # not counted: no sheet has points for 24 months
    checked = check(book)
    assert not checked.is_refused
    assert {row.published.window_months for row in checked.rows if row.ours is None} == {24}


@pytest.mark.parametrize("shape", [PLAIN, BOTH, Shape(has_point_months=True, means="three_years")])
@pytest.mark.parametrize("year", [None, 2025])
def test_a_single_changed_month_of_a_point_is_refused(shape: Shape, year: int | None) -> None:
    """In the reference year and later; whatever other sheets say."""
    book = book_of(shape)
    row = book.row(MONTHS, trp_id=point_id(0), year=year or shape.reference_year, month=5)
    book.put(MONTHS, row, "mdt", book.get(MONTHS, row, "mdt") + 100)
    found = errors(book)
    assert {(code, sheet) for code, sheet, _ in found} == {("area_row_differs", AREA)}
    first = book.row(AREA, year=2025, month_n=5) if year else book.row(AREA, year=shape.reference_year + 1, month_n=12)
    assert found[0][2] == f"B{first}"


@pytest.mark.parametrize("shape", [MEANS_ONLY, BOTH])
@pytest.mark.parametrize("column", ["mean_mdt_reference_year", "mean_mdt_index_period"])
def test_a_single_changed_mean_of_a_point_is_refused(shape: Shape, column: str) -> None:
    book = book_of(shape)
    row = book.row(MEANS, trp_id=point_id(0), last_month_in_index=date(2025, 4, 1))
    book.put(MEANS, row, column, book.get(MEANS, row, column) + 10)
    assert errors(book) == [("area_row_differs", AREA, f"B{book.row(AREA, year=2025, month_n=4)}")]


def test_a_missing_point_is_refused() -> None:
    book = book_of(MEANS_ONLY)
    del book.sheets[MEANS][book.row(MEANS, trp_id=point_id(0), last_month_in_index=date(2025, 4, 1)) - 1]
    assert errors(book) == [("area_row_differs", AREA, f"B{book.row(AREA, year=2025, month_n=4)}")]


def test_a_changed_row_of_a_late_start_is_refused() -> None:
    book = book_of(LATE)
    row = book.row(AREA, year=2025, month_n=4, window="12_months")
    book.put(AREA, row, "ci_upper", book.get(AREA, row, "ci_upper") + 0.1)
    assert errors(book) == [("area_row_differs", AREA, f"B{row}")]


# The years.


@pytest.mark.parametrize(("sheet", "is_to_date"), [(YEARS, False), ("byindeks_hittil", True)])
@pytest.mark.parametrize(("column", "step"), [("index_p", 0.1), ("index_p", -0.1), ("index_i", 0.001)])
@pytest.mark.parametrize("decimals", [1, 2])
def test_a_changed_chained_row_is_refused(sheet: str, is_to_date: bool, column: str, step: float, decimals: int) -> None:
    book = book_of(Shape(yearly_decimals=decimals))
    row = book.row(sheet, year_from_to="2021-2024")
    book.put(sheet, row, column, book.get(sheet, row, column) + step)
    found = the_error(book)
    assert (found.code, found.sheet, found.cell) == ("chained_row_differs", sheet, book.cell(sheet, row, "index_p"))
    message = finding_text(found, "message", "nb")
    assert "2021-2024" in message
    assert f"{100 * (book.chained[2021, 2024, is_to_date][0] - 1):.4f}" in message


def test_a_changed_link_is_seen_in_every_chain_it_is_in() -> None:
    book = book_of(Shape())
    row = book.row(YEARS, year_from_to="2022-2023")
    book.put(YEARS, row, "index_i", book.get(YEARS, row, "index_i") + 0.002)
    places = [book.cell(YEARS, book.row(YEARS, year_from_to=years), "index_p") for years in ("2021-2023", "2021-2024")]
    assert errors(book) == [("chained_row_differs", YEARS, place) for place in places]


def test_the_chain_of_a_late_starts_own_years_is_held_too() -> None:
    book = book_of(LATE)
    row = book.row(YEARS, year_from_to="2022-2024")
    book.put(YEARS, row, "index_p", book.get(YEARS, row, "index_p") + 0.1)
    assert errors(book) == [("chained_row_differs", YEARS, book.cell(YEARS, row, "index_p"))]


def test_without_standard_errors_a_chain_is_not_judged() -> None:
    book = book_of(Shape(yearly="unsaid"))
    row = book.row(YEARS, year_from_to="2021-2024")
    book.put(YEARS, row, "index_p", 99)
    assert errors(book) == []


def test_a_yearly_row_may_be_printed_twice_but_not_with_two_values() -> None:
    book = book_of(Shape())
    row = book.row(YEARS, year_from_to="2022-2023")
    book.sheets[YEARS].append(list(book.sheets[YEARS][row - 1]))
    again = len(book.sheets[YEARS])
    checked = check(book)
    assert not checked.is_refused
    assert (2021, 2024) in {(found.year_from, found.year_to) for found in checked.chained}
    book.put(YEARS, again, "n_trp", 99)
    assert errors(book) == [("row_twice", YEARS, book.cell(YEARS, again, "index_p"))]


# The reference year.


@pytest.mark.parametrize("wanted", [2022, 2016])
def test_another_reference_year_is_refused_at_each_sheet(wanted: int) -> None:
    assert errors(book_of(BOTH), wanted) == [("reference_year_differs", AREA, "B2"), ("reference_year_differs", MEANS, "H2")]


def test_points_that_count_from_another_year_are_refused() -> None:
    """Also where a link from the reference year to that year is printed, but no row is chained through it."""
    for year in ("2022", "2020"):
        book = book_of(Shape())
        for row in range(2, len(book.sheets[MEANS]) + 1):
            period = book.get(MEANS, row, "index_period")
            book.put(MEANS, row, "index_period", period.replace("2021 -", f"{year} -"))
        assert errors(book) == [("reference_year_differs", MEANS, "H2")]


def test_the_text_says_both_years() -> None:
    found = next(finding for finding in check(book_of(PLAIN), 2022).findings if finding.severity == "error")
    assert "2023" in finding_text(found, "message", "nb")
    assert "2022" in finding_text(found, "message", "nb")


# Whose points they are.


@pytest.mark.parametrize(("known", "refused"), [(79, True), (80, False), (81, False)])
@pytest.mark.parametrize("sheet", ["punktindeks_maned", "punktindeks_aar", MONTHS, MEANS])
def test_four_of_five_points_must_be_known(sheet: str, known: int, refused: bool) -> None:
    book = book_of(Shape(reference_year=2023, windows=(12,), rolling=None, has_point_months=True))
    header, row = book.sheets[sheet][0], book.sheets[sheet][1]
    place = header.index("trp_id")
    book.sheets[sheet] = [header, *([*row[:place], f"{n:05d}X", *row[place + 1 :]] for n in range(100))]
    book.sheets["punkt_adt"] += [[f"{n:05d}X"] for n in range(known)]
    assert errors(book) == ([("points_not_known", sheet, None)] if refused else [])
    if refused:
        assert "79 av 100" in finding_text(the_error(book), "message", "nb")


def test_a_toll_point_is_known_by_either_id() -> None:
    book = book_of(replace(BOTH, point_ids="autopass_id"))
    assert errors(book) == []
    assert {row.point_id for row in book.read().point_months} <= {point_id(number) for number in range(N_POINTS)}
    book.without_column("punkt_adt", "autopass_id")
    assert {(code, sheet) for code, sheet, _ in errors(book)} == {
        ("points_not_known", sheet) for sheet in (MONTHS, MEANS, "punktindeks_maned")
    }


def test_a_number_and_its_text_are_the_same_id() -> None:
    book = book_of(replace(BOTH, point_ids="autopass_id"))
    for row in range(2, len(book.sheets["punkt_adt"]) + 1):
        if book.get("punkt_adt", row, "autopass_id"):
            book.put("punkt_adt", row, "autopass_id", row)  # a spreadsheet made it a number
    for sheet in (MONTHS, MEANS, "punktindeks_maned"):
        for row in range(2, len(book.sheets[sheet]) + 1):
            found = book.get(sheet, row, "trp_id")
            if found and "V" not in found:
                book.put(sheet, row, "trp_id", str(int(found) - 49))
    assert errors(book) == []


def test_a_row_without_an_id_is_a_warning_at_its_cell() -> None:
    book = book_of(Shape(means="window_first"))
    row = book.row(MEANS, trp_id=point_id(5), window="36_months")
    place = book.put(MEANS, row, "trp_id", None)
    book.sheets[MEANS].insert(1, [None] * len(book.sheets[MEANS][0]))  # not counted: an empty row moves the others down
    warnings = [found for found in check(book).findings if found.severity == "warning" and found.sheet == MEANS]
    assert [(found.code, found.cell) for found in warnings] == [("row_without_point_id", f"{place[0]}{row + 1}")]
    assert place[0] == "B"
    assert warnings[0].named == {"count": 1}


def test_a_point_outside_the_agreement_is_flagged_and_kept() -> None:
    book = book_of(PLAIN)
    checked = check(book)
    (found,) = points_lie_in_agreement(checked.file, agreement())
    row = book.row("punkt_adt", municipality_name=OUTSIDE)
    assert (found.code, found.severity, found.sheet, found.cell) == ("point_outside_agreement", "warning", "punkt_adt", f"A{row}")
    assert OUTSIDE in finding_text(found, "message", "nb")
    assert point_id(4) in {point.point_id for point in checked.file.points}
    assert not checked.is_refused


def test_a_renamed_municipality_puts_its_points_outside() -> None:
    file = book_of(PLAIN).read()
    fjordbyen = agreement()
    moved = tuple(
        place.model_copy(update={"name": "Nyby"}) if place.name == "Lindvåg" else place for place in fjordbyen.municipalities
    )
    found = points_lie_in_agreement(file, fjordbyen.model_copy(update={"municipalities": moved}))
    assert {finding.named["municipality"] for finding in found} == {OUTSIDE, "Lindvåg"}


def test_a_point_listed_twice_is_a_warning() -> None:
    book = book_of(PLAIN)
    book.sheets["punkt_adt"].append(list(book.sheets["punkt_adt"][1]))
    assert ("row_twice", "warning", "punkt_adt", f"A{N_POINTS + 2}") in {
        (found.code, found.severity, found.sheet, found.cell) for found in check(book).findings
    }
    assert errors(book) == []


# What is no official workbook, or not any more.


@pytest.mark.parametrize(
    ("sheet", "shape", "column"),
    [(AREA, PLAIN, "index_p"), (MONTHS, PLAIN, "mdt"), (MEANS, MEANS_ONLY, "mean_mdt_index_period")],
)
def test_a_row_printed_twice_is_refused(sheet: str, shape: Shape, column: str) -> None:
    book = book_of(shape)
    book.sheets[sheet].append(list(book.sheets[sheet][4]))
    last = len(book.sheets[sheet])
    assert errors(book) == [("row_twice", sheet, book.cell(sheet, last, column))]


@pytest.mark.parametrize(
    ("period", "window", "month", "code"),
    [
        ("2023 - (mai 2022 - apr 2025)", "12_months", date(2025, 4, 1), "period_contradicts"),
        ("2023 - (mai 2024 - apr 2025)", "36_months", date(2025, 4, 1), "period_contradicts"),
        ("2023 - (mai 2024 - apr 2025)", "ett år", date(2025, 4, 1), "period_contradicts"),
        ("2023 - (mai 2024 - apr 2025)", "12_months", date(2025, 5, 1), "period_contradicts"),
        ("2023 - (apr 2025 - mai 2024)", "12_months", date(2025, 4, 1), "period_contradicts"),
        ("2023 til 2025", "12_months", date(2025, 4, 1), "not_an_index_period"),
        (None, "12_months", date(2025, 4, 1), "value_missing"),
    ],
)
@pytest.mark.parametrize("sheet", [AREA, MEANS])
def test_a_period_that_contradicts_its_row_is_refused(sheet: str, period: str, window: str, month: date, code: str) -> None:
    book = book_of(MEANS_ONLY)
    row = book.row(sheet, index_period="2023 - (mai 2024 - apr 2025)")
    place = book.put(sheet, row, "index_period", period)
    book.put(sheet, row, "window", window)
    book.put(sheet, row, "month_object" if sheet == AREA else "last_month_in_index", month)
    assert errors(book) == [(code, sheet, place)]


def test_a_period_that_contradicts_the_name_of_its_sheet_is_refused() -> None:
    book = book_of(Shape(is_sheet_per_window=True, means="none"))
    book.sheets["by_2_aar_glid_indeks"], book.sheets["by_1_aar_glid_indeks"] = book.sheets["by_1_aar_glid_indeks"], [["index_p"]]
    found = errors(book)
    assert {(code, sheet) for code, sheet, _ in found if code == "period_contradicts"} == {
        ("period_contradicts", "by_2_aar_glid_indeks")
    }
    assert found[0] == ("column_missing", "by_1_aar_glid_indeks", None)


@pytest.mark.parametrize(
    ("sheet", "column", "content", "code"),
    [
        (AREA, "index_p", "1,23", "not_a_number"),
        (AREA, "ci_upper", "ukjent", "not_a_number"),
        (AREA, "n_trp", 17.5, "not_a_whole_number"),
        (AREA, "standard_error_p", True, "not_a_number"),
        (AREA, "index_p", 1e300, "not_a_number"),
        (AREA, "index_p", None, "value_missing"),
        (AREA, "month_object", "i fjor", "not_a_date"),
        (MONTHS, "mdt", "1 234", "not_a_number"),
        (MONTHS, "mdt_coverage", "-", "not_a_number"),
        (MONTHS, "month", 13, "not_a_date"),
        (MONTHS, "year", 99_999, "not_a_date"),
        (MONTHS, "year", "2024", "not_a_number"),
        (MEANS, "mean_mdt_reference_year", "mange", "not_a_number"),
        (MEANS, "mean_mdt_index_period", None, "value_missing"),
        (YEARS, "index_p", "2,1", "not_a_number"),
        (YEARS, "year", 2024.5, "not_a_whole_number"),
        (YEARS, "month", 0, "not_a_date"),
        ("punkt_adt", "lat", "60,1", "not_a_number"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_cell(sheet: str, column: str, content: object, code: str) -> None:
    book = book_of(BOTH)
    place = book.put(sheet, 3, column, content)
    assert (code, sheet, place) in errors(book)


@pytest.mark.parametrize(
    ("sheet", "column"),
    [
        (AREA, "ci_lower"), (AREA, "index_period"), (MONTHS, "length_quality"), (MEANS, "mean_mdt_index_period"),
        (YEARS, "year_base"), ("punkt_adt", "trp_id"),
    ],
)  # fmt: skip
def test_a_missing_column_is_refused_by_name(sheet: str, column: str) -> None:
    book = book_of(BOTH)
    book.without_column(sheet, column)
    (found,) = (finding for finding in check(book).findings if finding.code == "column_missing")
    assert (found.sheet, found.quoted) == (sheet, column)
    assert f"«{column}»" in finding_text(found, "message", "nb")


def test_a_column_twice_is_refused() -> None:
    book = book_of(BOTH)
    for values in book.sheets[AREA]:
        values.append(values[1])
    assert errors(book) == [("column_twice", AREA, None)]


def test_another_workbook_is_refused_with_its_sheets() -> None:
    book = Book(PLAIN, {"Budsjett": [["post", "beløp"], ["Sykkelveg", 12]], "Notater": []})
    found = the_error(book)
    assert (found.code, found.sheet, found.cell) == ("not_an_official_workbook", None, None)
    assert "Budsjett, Notater" in finding_text(found, "message", "nb")


@pytest.mark.parametrize("sheet", ["punkt_adt", MONTHS, MEANS, AREA, YEARS])
def test_an_emptied_sheet_never_raises(sheet: str) -> None:
    for left in ([], [[]], [[None, None]]):
        book = book_of(BOTH)
        book.sheets[sheet] = left
        check(book)


@pytest.mark.parametrize("count", [0, -5, 1e-300])
def test_no_traffic_never_raises(count: float) -> None:
    book = book_of(BOTH)
    for sheet, column in ((MONTHS, "mdt"), (MEANS, "mean_mdt_reference_year")):
        for row in range(2, len(book.sheets[sheet]) + 1):
            book.put(sheet, row, column, count)
    assert check(book).rows[0].ours is None


def test_a_point_that_drowns_the_others_never_raises() -> None:
    book = book_of(MEANS_ONLY)
    for row in range(2, len(book.sheets[MEANS]) + 1):
        book.put(MEANS, row, "mean_mdt_reference_year", 1e14 if book.get(MEANS, row, "trp_id") == point_id(0) else 1e-3)
    assert {code for code, _, _ in errors(book)} == {"area_row_differs"}


# The limits themselves.


@pytest.mark.parametrize(
    ("numbers", "decimals"),
    [
        ([1.5, 2.0, -0.25, 0.31], 2),
        ([1.5, 2.0], 1),
        ([1.25, 0.31, 4.6 - 0.1 * 3], 2),  # a number that somebody calculated with
        ([1.25, 0.31, 1.23456], 2),
        ([-1.705042047597993, 0.31, 0.1234567], None),
        ([0.5, 1 / 3], 1),  # chance gives no round number
        ([], None),
    ],
)
def test_decimals_are_those_that_most_numbers_have(numbers: list[float], decimals: int | None) -> None:
    assert printed_decimals(numbers) == decimals


def test_a_lone_round_number_is_not_taken_for_one_without_decimals() -> None:
    assert rounding(0) == rounding(1) == pytest.approx(0.05)
    assert rounding(2) == pytest.approx(0.005)


def test_what_is_not_printed_is_not_compared() -> None:
    ours = RollingIndex(12, Month(2024, 12), 2023, 5, 4.5, 1.25, 2.0, 1.0, -0.7, 3.2, "point_means", "rolling_mdt_2020")
    bare = PublishedRolling(12, Month(2024, 12), 2023, 1.25, -0.7, 3.2)
    exact = tolerance_of(TrafficFile(), from_means=True)
    assert exact == Tolerance(1e-9, 1e-9, 1e-9, 1e-9)
    assert follows(bare, ours, exact)
    assert not follows(replace(bare, n_points=6), ours, exact)
    assert not follows(bare, replace(ours, ci_low_pct=None), exact)
