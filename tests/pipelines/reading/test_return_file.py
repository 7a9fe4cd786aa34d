"""A return out of its files: the same answers however it is laid out, and each fault as one finding at its cell."""

from __future__ import annotations

import ast
import datetime as dt
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.order import MORE, MOST_OF_ONE_CODE
from domain.forms import STAMP_PROPERTY, STAMP_SHEET, FormColumn, FormTable, choices, load_form
from domain.returns import Answer, Missing, Return, ReturnRow, Split
from domain.rows import Finding, column_letters
from domain.words import LANGUAGES, words
from pipelines.reading import return_file
from pipelines.reading.cells import CellNote
from pipelines.reading.return_file import ReadReturn, read_return, return_of
from pipelines.reading.returned import whose
from pipelines.reading.returned.headings import plain_heading
from pipelines.reading.returned.rules import RULES
from pipelines.reading.returned.sheet_rows import NEVER_EMPTY
from pipelines.reading.returned.whose import Asked
from pipelines.reading.workbook import ReadWorkbook, Refusal, Scalar, Sheet
from tests.builders import agreement
from tests.return_files import book_of, cells_of, csv_of, edited, filled, in_csv, saved, small_return, workbook_of, written

ROOT = Path(__file__).parents[3]
FORM = load_form()
AGREEMENTS = {name: agreement(name) for name in ("fjordbyen", "miljoloftet")}
SEVERITY = {rule.code: rule.severity for rule in RULES}
SMALL = small_return()
ECONOMY = "Økonomi"
NOBODY = Asked()
WHOSE = Asked("fjordbyen", "fjordby", "2026-Q3")

Edit = Callable[[ReadWorkbook], ReadWorkbook]


def read(*books: ReadWorkbook, asked: Asked = NOBODY) -> ReadReturn:
    return return_of(books, FORM, AGREEMENTS, asked)


def on_sheet(name: str, change: Callable[[Sheet], Sheet | None]) -> Edit:
    """The workbook with one sheet changed, or left out."""

    def edit(book: ReadWorkbook) -> ReadWorkbook:
        changed = [change(sheet) if sheet.name == name else sheet for sheet in book.sheets]
        return replace(book, sheets=tuple(sheet for sheet in changed if sheet))

    return edit


def with_rows(name: str, change: Callable[[list[list[Scalar]]], object]) -> Edit:
    """The workbook after its rows, as lists, were changed in place."""

    def on(sheet: Sheet) -> Sheet:
        rows = [list(row) for row in sheet.rows]
        change(rows)
        return replace(sheet, rows=tuple(map(tuple, rows)))

    return on_sheet(name, on)


def with_cell(name: str, row: int, column: int, scalar: Scalar) -> Edit:
    def put(rows: list[list[Scalar]]) -> None:
        rows.extend([] for _ in range(row - len(rows)))
        rows[row - 1].extend([None] * (column - len(rows[row - 1])))
        rows[row - 1][column - 1] = scalar

    return with_rows(name, put)


def with_sheet(*sheets: Sheet) -> Edit:
    return lambda book: replace(book, sheets=(*book.sheets, *sheets))


def with_note(code: str, sheet: str | None, cell: str | None) -> Edit:
    return lambda book: replace(book, notes=(*book.notes, CellNote(code, sheet, cell, "=1/0")))


def stamped(**told: Any) -> Edit:
    """The workbook with another stamp; None leaves a name out."""

    def on(sheet: Sheet) -> Sheet:
        kept = {str(row[0]): row[1] for row in sheet.rows} | told
        return replace(sheet, rows=tuple((name, said) for name, said in kept.items() if said is not None))

    return on_sheet(STAMP_SHEET, on)


def unstamped(book: ReadWorkbook) -> ReadWorkbook:
    return on_sheet(STAMP_SHEET, lambda _: None)(book)


def every(*edits: Edit) -> Edit:
    def edit(book: ReadWorkbook) -> ReadWorkbook:
        for one in edits:
            book = one(book)
        return book

    return edit


def without_column(column: int) -> Edit:
    return with_rows(ECONOMY, lambda rows: [row.pop(column - 1) for row in rows])


def at(found: Iterable[Finding], code: str) -> list[tuple[str | None, str | None, str | None]]:
    return [(it.sheet, it.cell, it.quoted) for it in found if it.code == code]


def is_said(finding: Finding) -> bool:
    """Whether every place in the words of a finding is filled, in each language. A KeyError names the one that is not."""
    said = [words(one)[f"finding.{finding.code}.{part}"] for one in LANGUAGES for part in ("message", "action")]
    filled_in = [one.format(quoted=finding.quoted, **finding.named) for one in said]
    return all(filled_in) and (finding.quoted is not None or not any("{quoted}" in one for one in said))


def test_the_small_return_is_read_as_it_is() -> None:
    for language in LANGUAGES:
        told = small_return(language=language)
        assert read(book_of(told, language)) == ReadReturn(told, (), AGREEMENTS["fjordbyen"])


def test_where_lists_are_unknown_any_text_is_taken() -> None:
    told = small_return("miljoloftet", "bergen")
    assert read(book_of(told)) == ReadReturn(told, (), AGREEMENTS["miljoloftet"])


# Files.


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_of_excel_is_read_in_the_child(tmp_path: Path, language: str) -> None:
    path = saved(workbook_of(small_return(language=language), language), tmp_path)
    assert read_return([path], FORM, AGREEMENTS, NOBODY) == ReadReturn(
        small_return(language=language), (), AGREEMENTS["fjordbyen"]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_csv_files_are_read_together(tmp_path: Path, language: str) -> None:
    got = read_return(csv_of(SMALL, tmp_path, language), FORM, AGREEMENTS, WHOSE)
    assert got.findings == ()
    assert got.found is not None
    assert {name: [row.answers for row in rows] for name, rows in got.found.rows.items()} == {
        name: [row.answers for row in rows] for name, rows in SMALL.rows.items()
    }


def test_a_fault_in_excel_has_its_cell(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        sheet = book[ECONOMY]
        sheet["E3"], sheet["F3"], sheet["G3"] = "=1+1", "1.234", "=#REF!"
        sheet["H4"].value, sheet["H4"].data_type = "#DIV/0!", "e"
        sheet.row_dimensions[5].hidden = True
        sheet.column_dimensions["D"].hidden = True
        sheet.merge_cells("A5:A6")
        book["Avvik"].sheet_state = "hidden"

    path = saved(filled(economy__budget_mnok="12 kr", edit=edit), tmp_path)
    found = read_return([path], FORM, AGREEMENTS, NOBODY).findings
    assert [(it.code, it.sheet, it.cell) for it in found] == [
        ("hidden_column", ECONOMY, "D1"),
        ("unit_not_asked", ECONOMY, "E2"),
        ("formula_without_result", ECONOMY, "E3"),
        ("number_ambiguous", ECONOMY, "F3"),
        ("formula_without_result", ECONOMY, "G3"),
        ("error_value", ECONOMY, "H4"),
        ("hidden_row", ECONOMY, "A5"),
        ("merged_cells", ECONOMY, "A5"),
        ("hidden_sheet", "Avvik", None),
    ]


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    good, bad = saved(filled(), tmp_path), saved(b"\x89PNG\r\n\x1a\n" + bytes(99), tmp_path, "photo.xlsx")
    got = read_return([good, bad], FORM, AGREEMENTS, NOBODY)
    assert (got.found, got.is_refused, got.agreement) == (None, True, None)
    assert [(it.code, it.severity, it.named["file"]) for it in got.findings] == [("not_a_return_file", "error", "photo.xlsx")]


REFUSALS = (
    "unreadable_file", "not_a_workbook", "not_a_return_file", "old_or_protected_workbook", "too_large", "zip_bomb",
    "broken_workbook", "active_content", "xml_entities", "reading_exceeded_limits", "empty_file", "unknown_encoding",
    "broken_quotes", "text_too_long",
)  # fmt: skip


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_is_an_error_with_its_place(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = Refusal(code, "quoted", {"sheet": ECONOMY, "cell": "B3", "limit": "rows"})
    monkeypatch.setattr(return_file, "read_many_in_child", lambda paths, kinds: (ReadWorkbook((), {}, (), refusal),))
    got = read_return([Path("a.csv")], FORM, AGREEMENTS, WHOSE)
    assert got.is_refused
    (finding,) = got.findings
    assert (finding.code, finding.severity, finding.sheet, finding.cell, finding.quoted) == (
        code,
        "error",
        ECONOMY,
        "B3",
        "quoted",
    )


# Whose it is.


STAMP_CASES: list[tuple[str, Edit, Asked, str | None, dict[str, Any]]] = [
    ("not_a_return", lambda book: ReadWorkbook((Sheet("punkt_adt", ((1,),), False),), {}, (), None), WHOSE, "punkt_adt", {}),
    ("other_form", stamped(form_id="budget"), NOBODY, "budget", {"form": "quarterly_return"}),
    ("agreement_not_said", unstamped, replace(WHOSE, agreement_id=None), None, {}),
    ("party_not_said", unstamped, replace(WHOSE, party_id=None), None, {}),
    ("period_not_said", stamped(period=None), NOBODY, None, {}),
    ("agreement_contradicts", lambda book: book, Asked(agreement_id="miljoloftet"), "fjordbyen", {"asked": "miljoloftet"}),
    ("party_contradicts", lambda book: book, Asked(party_id="lindvag"), "fjordby", {"asked": "lindvag"}),
    ("period_contradicts_file", lambda book: book, Asked(period="2026-Q2"), "2026-Q3", {"asked": "2026-Q2"}),
    ("agreement_unknown", stamped(agreement_id="atlantis"), NOBODY, "atlantis", {"known": "fjordbyen; miljoloftet"}),
    ("party_unknown", stamped(party_id="atlantis"), NOBODY, "atlantis", {}),
    ("period_unknown", stamped(period="Q3 2026"), NOBODY, "Q3 2026", {}),
    ("period_wrong_length", stamped(period="2026-09"), NOBODY, "2026-09", {"months": 3}),
]


@pytest.mark.parametrize(("code", "edit", "asked", "quoted", "named"), STAMP_CASES, ids=[case[0] for case in STAMP_CASES])
def test_without_knowing_whose_it_is_nothing_is_read(
    code: str, edit: Edit, asked: Asked, quoted: str | None, named: dict[str, Any]
) -> None:
    got = read(edit(book_of(SMALL)), asked=asked)
    assert got.is_refused
    (finding,) = got.findings
    assert (finding.code, finding.severity, finding.sheet, finding.cell, finding.quoted) == (code, "error", None, None, quoted)
    assert named.items() <= finding.named.items()
    assert is_said(finding)


def test_files_of_two_returns_do_not_belong_together() -> None:
    other = on_sheet(ECONOMY, lambda _: None)(stamped(party_id="lindvag")(book_of(SMALL)))
    got = read(book_of(SMALL), other)
    assert at(got.findings, "stamps_differ") == [(None, None, "lindvag")]
    assert got.is_refused


def test_what_the_caller_says_may_be_what_the_file_says() -> None:
    assert read(book_of(SMALL), asked=WHOSE).findings == ()
    assert read(unstamped(book_of(SMALL)), asked=WHOSE).found == SMALL


def test_the_properties_of_the_file_are_a_stamp_too() -> None:
    own = {
        f"{STAMP_PROPERTY}{name}": told
        for name, told in {"agreement_id": "fjordbyen", "party_id": "fjordby", "period": "2026-Q3"}.items()
    }
    assert read(replace(unstamped(book_of(SMALL)), properties=own)).found == SMALL


@pytest.mark.parametrize(
    ("version", "period", "code", "read_as"),
    [
        ("3", "2026-Q3", None, 3),
        (3, "2026-Q3", None, 3),
        (3.0, "2026-Q3", None, 3),
        (None, "2026-Q3", None, 3),
        ("2", "2026-Q2", None, 2),
        (None, "2024-Q4", None, 1),
        ("2", "2026-Q3", "form_version_older", 2),
        ("1", "2026-Q3", "form_version_older", 1),
        ("2", "2024-Q4", "form_version_newer", 1),
        ("4", "2026-Q3", "form_version_unknown", 3),
        ("ny", "2026-Q3", "form_version_unknown", 3),
    ],
)
def test_the_version_is_the_templates_where_it_was_in_use(version: Any, period: str, code: str | None, read_as: int) -> None:
    got = read(stamped(form_version=version, period=period)(book_of(SMALL)))
    assert got.found is not None
    assert got.found.form_version == read_as
    assert [it.code for it in got.findings] == ([code] if code else [])
    assert [it.severity for it in got.findings] == ([SEVERITY[code]] if code else [])


# Sheets, columns and rows.


def economy(change: Callable[[Sheet], Sheet]) -> Edit:
    return on_sheet(ECONOMY, change)


SHAPE_CASES: list[tuple[str, Edit, str | None, str | None, str | None]] = [
    ("form_version_older", stamped(form_version="1"), None, None, "1"),
    ("form_version_newer", stamped(form_version="2", period="2024-Q4"), None, None, "2"),
    ("form_version_unknown", stamped(form_version="9"), None, None, "9"),
    ("table_missing", on_sheet("Avvik", lambda _: None), None, None, "Avvik"),
    ("table_twice", with_sheet(Sheet("Economy", (("Year",), (2026,)), False)), "Economy", None, "Economy"),
    ("table_empty", economy(lambda sheet: replace(sheet, rows=sheet.rows[:1])), ECONOMY, None, ECONOMY),
    ("sheet_ignored", with_sheet(Sheet("Notater", (("Husk",),), False)), "Notater", None, "Notater"),
    ("hidden_sheet", economy(lambda sheet: replace(sheet, is_hidden=True)), ECONOMY, None, ECONOMY),
    ("header_missing", with_rows("Avvik", lambda rows: rows.__delitem__(0)), "Avvik", None, "Avvik"),
    ("asked_column_missing", without_column(5), ECONOMY, None, "Budsjett (mill. kr)"),
    ("optional_column_missing", without_column(10), ECONOMY, None, "Oppgitt endring av prognose (%)"),
    ("column_twice", with_cell(ECONOMY, 1, 16, "Budsjett"), ECONOMY, "P1", "Budsjett"),
    ("column_renamed", every(with_cell(ECONOMY, 1, 15, "Budsjettet"), with_cell(ECONOMY, 3, 15, 9)), ECONOMY, "O1", "Budsjettet"),
    ("column_unknown", every(with_cell(ECONOMY, 1, 15, "Vår egen"), with_cell(ECONOMY, 3, 15, 9)), ECONOMY, "O1", "Vår egen"),
    (
        "column_not_asked",
        every(stamped(form_version="1"), with_cell(ECONOMY, 3, 10, 4)), ECONOMY, "J1", "Oppgitt endring av prognose (%)",
    ),
    ("column_other_unit", with_cell(ECONOMY, 1, 5, "Budsjett (1000 kr)"), ECONOMY, "E1", "Budsjett (1000 kr)"),
    ("content_outside", every(with_cell(ECONOMY, 3, 17, "her"), with_cell(ECONOMY, 5, 17, "og")), ECONOMY, "Q3", "her"),
    ("total_row", every(with_cell(ECONOMY, 8, 1, "SUM:"), with_cell(ECONOMY, 8, 8, 88.0)), ECONOMY, "A8", "SUM:"),
    ("merged_cells", economy(lambda sheet: replace(sheet, merged=("A3:B4",))), ECONOMY, "A3", "A3:B4"),
    ("hidden_row", economy(lambda sheet: replace(sheet, hidden_rows=(4,))), ECONOMY, "A4", "4"),
    ("hidden_column", economy(lambda sheet: replace(sheet, hidden_columns=(5,))), ECONOMY, "E1", "Budsjett (mill. kr)"),
    ("formula_without_result", with_note("formula_without_result", ECONOMY, "J3"), ECONOMY, "J3", "=1/0"),
    ("error_value", with_note("error_value", ECONOMY, "J3"), ECONOMY, "J3", "=1/0"),
    ("unreadable_text", with_note("unreadable_text", ECONOMY, "J3"), ECONOMY, "J3", "=1/0"),
    ("not_a_number", with_note("not_a_number", ECONOMY, "J3"), ECONOMY, "J3", "=1/0"),
    ("not_a_date", with_note("not_a_date", ECONOMY, "J3"), ECONOMY, "J3", "=1/0"),
    ("error_value", with_note("error_value", ECONOMY, "P1"), ECONOMY, "P1", "=1/0"),
    ("more_notes", with_note("more_notes", None, None), None, None, "=1/0"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "edit", "sheet", "cell", "quoted"), SHAPE_CASES, ids=[case[0] for case in SHAPE_CASES])
def test_a_fault_of_sheet_column_or_row_is_one_finding_at_its_cell(
    code: str, edit: Edit, sheet: str | None, cell: str | None, quoted: str | None
) -> None:
    got = read(edit(book_of(SMALL)))
    assert not got.is_refused
    assert at(got.findings, code) == [(sheet, cell, quoted)]
    others = [it.code for it in got.findings if it.code != code]
    assert set(others) <= {"form_version_older"}
    assert all(it.severity == SEVERITY[it.code] and is_said(it) for it in got.findings)


def test_a_table_that_the_version_does_not_ask_is_left_out() -> None:
    newer = FORM.model_copy(
        update={
            "tables": tuple(table.model_copy(update={"since": 2 if table.table == "reserve" else 1}) for table in FORM.tables)
        }
    )
    got = return_of([stamped(form_version="1")(book_of(SMALL))], newer, AGREEMENTS, NOBODY)
    assert at(got.findings, "table_not_asked") == [("Reserve", None, "Reserve")]
    assert got.found is not None
    assert "reserve" not in got.found.rows


def test_hidden_and_merged_cells_are_read_all_the_same() -> None:
    edit = economy(lambda sheet: replace(sheet, merged=("A3:B4",), hidden_rows=(3,), hidden_columns=(1, 2), is_hidden=True))
    assert read(edit(book_of(SMALL))).found == SMALL


def test_tables_of_what_there_may_be_nothing_to_tell_may_be_empty() -> None:
    names = [table.sheet.nb for table in FORM.tables if table.table not in NEVER_EMPTY]
    empty = every(*(on_sheet(name, lambda sheet: replace(sheet, rows=sheet.rows[:1])) for name in names))
    assert read(empty(book_of(SMALL))).findings == ()


def test_two_files_for_one_table_are_an_error() -> None:
    first, second = (csv_book(SMALL, "economy", name) for name in ("Økonomi", "2026-Q3 Økonomi"))
    got = read(*(csv_book(SMALL, name) for name in SMALL.rows if name != "economy"), first, second, asked=WHOSE)
    assert at(got.findings, "table_twice") == [("2026-Q3 Økonomi", None, "2026-Q3 Økonomi")]
    assert got.found is not None
    assert {row.sheet for row in got.found.of("economy")} == {"Økonomi"}


def last_column(book: ReadWorkbook) -> ReadWorkbook:
    """The greyed column of the template, hidden and with an error in it."""
    edits = (
        with_cell(ECONOMY, 1, 15, "Forrige: Prognose"),
        with_cell(ECONOMY, 2, 15, "1.234"),
        with_note("error_value", ECONOMY, "O3"),
    )
    return economy(lambda sheet: replace(sheet, hidden_columns=(15,), merged=("O2:O4",)))(every(*edits)(book))


HARMLESS: dict[str, Edit] = {
    "columns that stand elsewhere": with_rows(ECONOMY, lambda rows: [row.reverse() for row in rows]),
    "a header in capitals with other spaces": with_cell(ECONOMY, 1, 5, " BUDSJETT\n( mill.kr ) "),
    "a header without its unit": with_cell(ECONOMY, 1, 5, "Budsjett"),
    "a header with the unit as people write it": with_cell(ECONOMY, 1, 5, "Budsjett, mnok"),
    "a header in the other language": with_cell(ECONOMY, 1, 5, "Budget (NOK million)"),
    "a header by the name of the column": with_cell(ECONOMY, 1, 5, "budget_mnok"),
    "a header with a bracket that is no unit": with_cell(ECONOMY, 1, 14, "Kilde (regnskap eller sak)"),
    "a header of which nothing is said": with_cell(ECONOMY, 1, 15, "Til senere"),
    "a bracket without a word": with_cell(ECONOMY, 1, 4, "År ()"),
    "a sheet in capitals": on_sheet(ECONOMY, lambda sheet: replace(sheet, name=" ØKONOMI ")),
    "a sheet in the other language": on_sheet(ECONOMY, lambda sheet: replace(sheet, name="economy")),
    "a sheet that is empty": with_sheet(Sheet("Ark1", (), False), Sheet("Ark2", ((), (" ",)), False)),
    "the list of findings of a marked copy": with_sheet(Sheet("Funn", (("Feil",),), False)),
    "the lists of the template": with_sheet(Sheet("_lists", (("Nord",),), True)),
    "what was reported last": last_column,
    "nothing that is hidden or merged": economy(
        lambda sheet: replace(sheet, hidden_rows=(1,), hidden_columns=(20,), merged=("A9:C9",))
    ),
    "blanks that are seen by nobody": with_cell(ECONOMY, 9, 3, "\u00a0 "),
    "notes in a sheet that is not read": every(with_sheet(Sheet("Ark1", (), False)), with_note("error_value", "Ark1", "A1")),
}


@pytest.mark.parametrize("edit", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_is_harmless_changes_nothing(edit: Edit) -> None:
    got = read(edit(book_of(SMALL)))
    assert got.findings == ()
    assert got.found is not None
    assert [row.answers for row in got.found.of("economy")] == [row.answers for row in SMALL.of("economy")]


@pytest.mark.parametrize("above", [1, 3, 19])
def test_headings_may_stand_below_a_text(above: int) -> None:
    texts = [["Økonomi for prosjektene"], ["Prosjekt-ID er den faste"], []]
    edit = with_rows(ECONOMY, lambda rows: rows.__setitem__(slice(0, 0), [texts[number % 3] for number in range(above)]))
    got = read(edit(book_of(SMALL)))
    assert got.findings == ()
    assert got.found is not None
    assert [(row.row, row.answers) for row in got.found.of("economy")] == [
        (row.row + above, row.answers) for row in SMALL.of("economy")
    ]


def test_of_one_fault_in_many_cells_the_first_are_told_and_how_many_more() -> None:
    rows = [["T-001", "kommunale", "cycling", 2026, "tolv"] for _ in range(MOST_OF_ONE_CODE + 7)]
    got = read(with_rows(ECONOMY, lambda cells: cells.__setitem__(slice(1, None), rows))(book_of(SMALL)))
    assert at(got.findings, "not_a_number") == [(ECONOMY, f"E{row}", "tolv") for row in range(2, MOST_OF_ONE_CODE + 2)]
    (more,) = [it for it in got.findings if it.code == MORE.code]
    assert (more.severity, more.cell, more.named["count"]) == ("error", f"E{MOST_OF_ONE_CODE + 2}", 7)


def test_findings_come_in_the_order_of_the_form_and_of_the_cells() -> None:
    wrong = every(
        with_cell("Reserve", 2, 3, "null"), with_cell(ECONOMY, 3, 27, "utenfor"), with_cell(ECONOMY, 3, 8, "tolv"),
        with_cell(ECONOMY, 10, 1, "Sum"), with_cell("Prosjekter", 3, 9, "Byggefasen"), with_cell(ECONOMY, 2, 9, True),
        with_sheet(Sheet("Notater", (("Husk",),), False)), on_sheet("Avvik", lambda _: None),
    )  # fmt: skip
    book = wrong(book_of(SMALL))
    expected = [
        (None, None), ("Prosjekter", "I3"), (ECONOMY, "I2"), (ECONOMY, "H3"), (ECONOMY, "AA3"), (ECONOMY, "A10"),
        ("Reserve", "C2"), ("Notater", None),
    ]  # fmt: skip
    for seed in range(3):
        sheets = list(book.sheets)
        random.Random(seed).shuffle(sheets)
        assert [(it.sheet, it.cell) for it in read(replace(book, sheets=tuple(sheets))).findings] == expected


# CSV.


def csv_book(found: Return, table: str, name: str | None = None, language: str = "nb") -> ReadWorkbook:
    """What the reader says of one CSV file."""
    one = FORM.at(found.form_version).table(table)
    cells = cells_of(found, one, FORM, agreement(found.agreement_id), language)
    rows = tuple(tuple(in_csv(cell) or None for cell in row) for row in cells)
    return ReadWorkbook((Sheet(name or one.sheet.in_language(language), rows, False),), {"format": "csv"}, (), None)


@pytest.mark.parametrize(
    "name",
    ["Økonomi", "økonomi", "economy", "Economy", "fjordby_Økonomi", "2026-Q3 Økonomi", "Økonomi-2026-Q3", "O\u0308konomi"[2:] + " Økonomi (2)",
     "rapport", "Ark1", "Økonomi Avvik"],
)  # fmt: skip
def test_a_csv_file_is_known_by_its_name_or_else_by_its_headings(name: str) -> None:
    got = read(
        *(csv_book(SMALL, table) for table in SMALL.rows if table != "economy"), csv_book(SMALL, "economy", name), asked=WHOSE
    )
    assert got.findings == ()
    assert got.found is not None
    assert len(got.found.of("economy")) == len(SMALL.of("economy"))


def test_a_csv_file_of_few_headings_is_not_guessed_at() -> None:
    other = ReadWorkbook((Sheet("rapport", (("Prosjekt-ID", "År"), ("T-001", "2026")), False),), {"format": "csv"}, (), None)
    got = read(*(csv_book(SMALL, table) for table in SMALL.rows if table != "economy"), other, asked=WHOSE)
    assert at(got.findings, "sheet_ignored") == [("rapport", None, "rapport")]
    assert at(got.findings, "table_missing") == [(None, None, ECONOMY)]


def test_numbers_and_dates_are_text_in_csv_alone() -> None:
    cells = every(with_cell(ECONOMY, 2, 5, "12,5"), with_cell("Milepæler", 2, 3, "22.11.2026"))
    assert [it.code for it in read(cells(book_of(SMALL))).findings] == ["date_as_text", "number_as_text"]


# Cells.

ONE_OF_EACH: dict[str, tuple[str, Scalar]] = {
    "answer_too_long": ("projects.depends_on", "F" * 2001),
    "missing_never_allowed": ("projects.project_name", "Ikke levert"),
    "missing_not_allowed": ("progress.physical_pct", "Unntatt"),
    "missing_misspelt": ("economy.budget_mnok", "Ikke kjent enda"),
    "choice_misspelt": ("projects.phase", "Byggefasen"),
    "choice_unknown": ("progress.colour_time", "Lilla"),
    "choice_twice": ("projects.municipality_codes", "Fjordby; F01"),
    "separate_with_semicolon": ("projects.depends_on", "T-002, T-003"),
    "separators_only": ("projects.municipality_codes", ";"),
    "split_share_missing": ("projects.working_area_split", "Nord 60; Sør"),
    "split_share_unclear": ("projects.working_area_split", "Nord 1.234; Sør 40"),
    "not_yes_or_no": ("risks.is_open", 1),
    "yes_no_not_asked": ("economy.forecast_mnok", True),
    "not_a_number": ("economy.forecast_mnok", "tolv"),
    "not_a_whole_number": ("economy.year", 2026.5),
    "number_too_large": ("economy.forecast_mnok", 1e15),
    "number_ambiguous": ("economy.forecast_mnok", "1.234"),
    "unit_not_asked": ("economy.forecast_mnok", "12 kr"),
    "number_as_text": ("economy.forecast_mnok", "12,5"),
    "unit_in_cell": ("economy.forecast_mnok", "12,5 mill. kr"),
    "not_a_date": ("milestones.forecast_on", "til våren"),
    "number_for_date": ("milestones.forecast_on", 46348),
    "date_for_number": ("economy.forecast_mnok", dt.date(2026, 1, 12)),
    "date_for_text": ("risks.risk_id", dt.date(2026, 2, 1)),
    "date_with_time": ("milestones.forecast_on", dt.datetime(2026, 11, 22, 13)),
    "date_two_digit_year": ("milestones.forecast_on", "22.11.26"),
    "date_order_unclear": ("milestones.forecast_on", "11/22/2026"),
    "date_as_text": ("milestones.forecast_on", "22.11.2026"),
}


@pytest.mark.parametrize(("code", "name", "scalar"), [(code, *case) for code, case in ONE_OF_EACH.items()], ids=ONE_OF_EACH)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_of_an_answer_is_one_finding_at_its_cell(code: str, name: str, scalar: Scalar, language: str) -> None:
    told = small_return(language=language)
    table, column = name.split(".")
    row = told.of(table)[0]
    got = read(with_cell(row.sheet, row.row, row.places[column], scalar)(book_of(told, language)))
    assert got.found is not None
    (finding,) = got.findings
    assert (finding.code, finding.severity) == (code, SEVERITY[code])
    assert (finding.sheet, finding.cell) == (row.sheet, f"{column_letters(row.places[column])}{row.row}")
    assert got.found.of(table)[0].is_answered(column) == (finding.severity != "error")
    others = [(mine.answers, theirs.answers) for mine, theirs in zip(got.found.all_rows(), told.all_rows(), strict=True)]
    assert sum(mine != theirs for mine, theirs in others) == 1
    assert is_said(finding)


# The list of rules.


def test_every_rule_has_a_test_and_every_test_a_rule() -> None:
    tested = {*REFUSALS, *ONE_OF_EACH, "stamps_differ", "table_not_asked"}
    tested |= {case[0] for case in STAMP_CASES} | {case[0] for case in SHAPE_CASES}
    assert tested == {rule.code for rule in RULES}
    assert len(RULES) == len({rule.code for rule in RULES})


def codes_in(path: Path, *carriers: str) -> set[str]:
    """The codes that a module names as the first argument of what carries them."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    named = [call for call in calls if ast.unparse(call.func).rpartition(".")[2] in carriers]
    either = [(first.body, first.orelse) if isinstance(first := call.args[0], ast.IfExp) else (first,) for call in named]
    return {part.value for parts in either for part in parts if isinstance(part, ast.Constant)}


def test_the_list_has_every_code_that_the_code_can_give() -> None:
    room = ROOT / "pipelines" / "reading"
    own = codes_in(room / "answers.py", "_NoAnswer", "Fault") | codes_in(room / "return_file.py", "add")
    for path in (room / "returned").glob("*.py"):
        own |= codes_in(path, "add", "_note")
    names = ("any_file", "csv_file", "package", "cells", "workbook", "child")
    theirs = {
        code for name in names for code in codes_in(room / f"{name}.py", "FileRefused", "Refusal", "add", "_note", "CellNote")
    }
    by_name = {*whose._NOT_SAID.values(), *whose._CONTRADICTS.values()}
    known = {rule.code for rule in RULES}
    assert len(own) > 40
    assert len(theirs) > 10
    assert own | by_name | theirs >= known
    assert own | by_name <= known
    assert theirs <= known


# Any valid return.

LETTERS = st.text("abcæøåABC 123-", min_size=1, max_size=12).map(lambda it: f"x{it.strip()}")
BY_TYPE: dict[str, Callable[[FormColumn], st.SearchStrategy[Answer]]] = {
    "id": lambda _: LETTERS.map(lambda it: " ".join(it.split())),
    "text": lambda _: LETTERS.map(lambda it: " ".join(it.split())),
    "yes_no": lambda _: st.booleans(),
    "whole": lambda _: st.integers(-3000, 3000),
    "year": lambda _: st.integers(1990, 2060),
    "date": lambda _: st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
    "money": lambda _: st.decimals(-50_000, 50_000, places=3).map(plain),
    "percent": lambda _: st.decimals(-100, 100, places=3).map(plain),
    "decimal": lambda _: st.decimals(-999, 999, places=3).map(plain),
    "ids": lambda _: st.lists(st.sampled_from(["T-001", "T-002", "æ b"]), min_size=1, unique=True).map(tuple),
    "choice": lambda column: st.sampled_from(codes_of(column)),
    "choices": lambda column: st.lists(st.sampled_from(codes_of(column)), min_size=1, unique=True).map(tuple),
    "split": lambda column: st.lists(st.sampled_from(codes_of(column)), min_size=1, max_size=3, unique=True).map(shared),
}


def plain(number: Decimal) -> Decimal:
    return Decimal(f"{number.normalize():f}") if number else Decimal(0)


def codes_of(column: FormColumn) -> list[str]:
    return [choice.code for choice in choices(column, agreement())] or ["T-001"]


def shared(codes: list[str]) -> Split:
    share = Decimal(100) if len(codes) == 1 else round(Decimal(100) / len(codes), 2)
    return Split(tuple((code, plain(share)) for code in codes))


def answers_of(column: FormColumn) -> st.SearchStrategy[Answer]:
    given_answers = BY_TYPE[column.type](column)
    if not column.missing:
        return given_answers
    return given_answers | st.builds(
        Missing, st.sampled_from(column.missing), st.none() | LETTERS.map(lambda it: " ".join(it.split()))
    )


@st.composite
def laid_out(draw: st.DrawFn, table: FormTable) -> tuple[list[dict[str, Answer]], list[int], list[int]]:
    """Rows of answers, the order of the columns, and how many blank rows come before each row."""
    optional = {column.column: st.none() | answers_of(column) for column in table.columns if column.column not in table.key}
    keys = {name: answers_of(table.column(name)) for name in table.key}
    rows = draw(st.lists(st.fixed_dictionaries({**keys, **optional}), min_size=1, max_size=3))
    order = draw(st.permutations(range(len(table.columns))))
    blanks = draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    return [{name: found for name, found in row.items() if found is not None} for row in rows], list(order), blanks


@settings(max_examples=50, deadline=None)
@given(st.data(), st.sampled_from([table.table for table in FORM.tables]), st.sampled_from(LANGUAGES), st.booleans())
def test_any_valid_answers_are_read_as_they_are(data: Any, name: str, language: str, is_csv: bool) -> None:
    table = FORM.at(FORM.newest).table(name)
    rows, order, blanks = data.draw(laid_out(table))
    columns = [table.columns[place] for place in order]
    cells: list[list[Any]] = [[FORM.heading(column, language) for column in columns]]
    expected = []
    for answers, before in zip(rows, blanks, strict=True):
        cells += [[] for _ in range(before)]
        cells.append([written(answers.get(column.column), column, FORM, agreement(), language) for column in columns])
        places = {column.column: number for number, column in enumerate(columns, 1)}
        expected.append(ReturnRow(table.table, table.sheet.in_language(language), len(cells), answers, places))
    if is_csv:
        cells = [[in_csv(cell) or None for cell in row] for row in cells]
    sheet = Sheet(table.sheet.in_language(language), tuple(map(tuple, cells)), False)
    rest = unstamped(on_sheet(table.sheet.nb, lambda _: None)(book_of(SMALL)))
    got = read(rest, ReadWorkbook((sheet,), {"format": "csv"} if is_csv else {}, (), None), asked=WHOSE)
    assert got.findings == ()
    assert got.found is not None
    assert list(got.found.of(table.table)) == expected


SCALARS = (
    st.none()
    | st.text(max_size=8)
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.sampled_from(["Sum", "Prosjekt-ID", "År", "Forrige: x", "1.234"])
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(SCALARS, max_size=6), max_size=30), st.booleans(), st.sampled_from(["A1:B3", "B2:D2"]))
def test_no_sheet_breaks_the_reading(rows: list[list[Scalar]], is_hidden: bool, merged: str) -> None:
    sheet = Sheet(ECONOMY, tuple(map(tuple, rows)), is_hidden, (merged,), (1, 2, 99), (1, 2, 99))
    got = read(on_sheet(ECONOMY, lambda _: sheet)(book_of(SMALL)))
    assert got.found is not None
    assert all(SEVERITY.get(it.code, it.severity) == it.severity for it in got.findings)
    assert list(got.findings) == list(read(on_sheet(ECONOMY, lambda _: sheet)(book_of(SMALL))).findings)


def test_headings_tell_the_columns_of_a_table_apart() -> None:
    for table in FORM.tables:
        owners: dict[str, str] = {}
        for column in table.columns:
            for header in (
                column.header.nb,
                column.header.en,
                FORM.heading(column, "nb"),
                FORM.heading(column, "en"),
                column.column,
            ):
                assert owners.setdefault(plain_heading(header), column.column) == column.column, (
                    table.table,
                    header,
                )


def test_a_workbook_opened_and_saved_again_is_the_same(tmp_path: Path) -> None:
    path = saved(edited(filled(), lambda _: None), tmp_path)
    assert read_return([path], FORM, AGREEMENTS, NOBODY).found == SMALL
